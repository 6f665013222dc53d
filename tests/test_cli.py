"""Whether the command line does what it says: output, files, exit codes, one sentence for every bad input."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from thetahat import Family, __version__, family, fit, theorem
from thetahat.proofs.errors import ParameterError
from thetahat.proofs.registry import catalogue, structured_catalogue
from thetahat.verify import suite
from thetahat.verify.cli import main
from thetahat.verify.cli_input import exact_value
from thetahat.verify.cli_render import aligned, show_table
from thetahat.verify.datasets import datasets
from thetahat.verify.report import Report, Tally

HEAVY = {"sympy", "numpy", "scipy", "hypothesis", "flint"}
PROBE = """
import sys
from thetahat.verify.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    print(*{name.partition(".")[0] for name in sys.modules}, file=sys.stderr)
"""
THREADS = """
import os
import sys
from thetahat.verify.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    print(os.environ["OPENBLAS_NUM_THREADS"], file=sys.stderr)
"""
DECLARATION = """
from sympy import Interval, Symbol, log, oo
from thetahat import Family, Parameter
x, rate = Symbol("x", positive=True), Symbol("rate", positive=True)
positive = Interval.open(0, oo)
GOOD = Family("waiting", x, positive, (Parameter(rate, positive),), log(rate) - rate * x)
"""

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder; return its exit code, output and messages."""
    monkeypatch.chdir(tmp_path)

    def call(*words: str) -> tuple[int, str, str]:
        try:
            code = main(words)
        except SystemExit as end:
            code = int(end.code or 0)
        return (code, *capsys.readouterr())

    return call


def reports(monkeypatch: pytest.MonkeyPatch, *found: tuple[str, Report], stop: bool = False) -> list[dict[str, object]]:
    """Let the suite yield these reports, and Ctrl-C at the end if asked; return what it is called with."""
    calls: list[dict[str, object]] = []

    def check_families(chosen: list[Family], **options: object) -> Iterator[tuple[str, Report]]:
        calls.append({"names": [one.name for one in chosen], **options})
        yield from found
        if stop:
            raise KeyboardInterrupt

    monkeypatch.setattr(suite, "check_families", check_families)
    return calls


def fine(name: str, *checks: str) -> tuple[str, Report]:
    """Return a report in which everything agrees."""
    return name, Report(tuple(Tally(name, check, 3, 0, 0) for check in checks or ("a check",)))


def test_the_families_are_those_of_the_folder(run: Run) -> None:
    """Every shipped declaration, as a table and as JSON."""
    code, table, _ = run("families")
    assert code == 0
    assert [line.split()[0] for line in table.splitlines()[1:]] == [
        entry.name for entry in (*catalogue(), *structured_catalogue())
    ]
    listed = json.loads(run("families", "--json")[1])
    assert [(one["name"], one["kind"], one["summary"]) for one in listed] == [
        (entry.name, entry.kind, entry.summary) for entry in (*catalogue(), *structured_catalogue())
    ]


def loaded(*words: str) -> set[str]:
    """Return the modules that a command has imported by its end, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", PROBE, *words], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_listing_families_waits_for_no_heavy_package() -> None:
    """A cold start imports neither SymPy nor NumPy, SciPy, Hypothesis or python-flint."""
    assert loaded("families") & HEAVY == set()


def test_a_planted_heavy_import_is_noticed() -> None:
    """The data sets are described beside code that needs NumPy."""
    assert "numpy" in loaded("data")


@pytest.mark.parametrize(("given", "told"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")])
def test_linear_algebra_runs_on_one_thread_unless_told_otherwise(given: dict[str, str], told: str) -> None:
    """Told by the environment, which NumPy reads when it is imported; listing families does not import it."""
    heard = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    command = [sys.executable, "-c", THREADS, "families"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env={**heard, **given})
    assert done.stderr.split() == [told]


def test_version_and_module() -> None:
    """``python -m thetahat`` is the same program."""
    done = subprocess.run([sys.executable, "-m", "thetahat", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"thetahat {__version__}\n"


@pytest.mark.parametrize("command", ["families", "derive", "fit", "verify", "audit", "new", "theorem", "data"])
def test_every_command_has_help_with_an_example(run: Run, command: str) -> None:
    """Each is listed, and its own page ends in something to try."""
    assert f"\n  {command} " in run("--help")[1]
    code, text, _ = run(command, "--help")
    assert code == 0
    assert f"Example: thetahat {command}" in text.splitlines()[-1]


@pytest.mark.parametrize(
    ("style", "opening", "inside"),
    [
        ("text", "Exponential\n", "lambda_hat = 1/mean(x)"),
        ("markdown", "<!-- Generated", "`proofs/families/positive/exponential.py`"),
        ("latex", r"$$\begin{aligned}", r"\hat{\lambda}"),
        ("html", "<article", "lambda_hat = 1/mean(x)"),
    ],
)
def test_a_derivation_is_written_in_every_format(run: Run, style: str, opening: str, inside: str) -> None:
    """With the estimator in it."""
    code, text, _ = run("derive", "exponential", "--format", style)
    assert (code, text[: len(opening)]) == (0, opening)
    assert inside in text


def test_a_derivation_as_json(run: Run) -> None:
    """Can be read back."""
    found = json.loads(run("derive", "exponential", "--format", "json")[1])
    assert found["outcome"] == "closed form"
    assert found["family"]["name"] == "exponential"


@pytest.mark.parametrize("name", ["mine.py", "mine.py:GOOD"])
def test_a_file_of_the_users_is_derived(run: Run, name: str) -> None:
    """By its path, and by path and name."""
    Path("mine.py").write_text(DECLARATION)
    code, text, _ = run("derive", name)
    assert (code, text.splitlines()[0]) == (0, "Waiting")
    assert "rate_hat = 1/mean(x)" in text


def test_an_encoding_without_a_character_is_no_reason_to_fail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Characters become codes where the output cannot hold them."""
    declared = DECLARATION.replace("log(rate) - rate * x)", "log(rate) - rate * x, (Source('Erd\u0151s'),))")
    (tmp_path / "mine.py").write_text(declared.replace("Parameter\n", "Parameter, Source\n", 1), encoding="utf-8")
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="latin-1"))
    with pytest.raises(SystemExit) as end:
        main(["derive", str(tmp_path / "mine.py")])
    sys.stdout.flush()
    assert end.value.code == 0
    assert rb"Erd\u0151s" in raw.getvalue()


def test_a_fit_as_text(run: Run) -> None:
    """Estimate, standard error, log-likelihood, and where they come from: 1 / mean, and that over the root of n."""
    Path("x.csv").write_text("x\n1\n2\n5\n")
    code, text, _ = run("fit", "exponential", "x.csv")
    assert code == 0
    assert "n = 3" in text
    assert ["lambda", "0.375", "0.2165"] in [line.split() for line in text.splitlines()]
    assert f"{fit(family('exponential'), [1.0, 2.0, 5.0]).log_likelihood:.10g} nats" in text
    for words in ("lambda_hat = 1/mean(x)", "closed form", "for every dataset", "global and unique"):
        assert words in text


def test_a_fit_is_certified_to_as_many_digits_as_asked(run: Run) -> None:
    """The exact maximiser of the rate is three eighths; JSON holds it as whole numbers."""
    Path("x.csv").write_text("x\n1\n2\n5\n")
    code, text, _ = run("fit", "exponential", "x.csv", "--certify", "--digits", "20")
    assert code == 0
    for words in ("unique global maximum", "[0.37500000000000000000 +/- ", "0 ulp", "Pythagorean identity"):
        assert words in text
    code, text, _ = run("fit", "exponential", "x.csv", "--certify", "--json")
    assert code == 0
    assert json.loads(text)["certificate"]["verdict"] == "UNIQUE_GLOBAL"


def test_an_estimate_that_no_double_holds_is_enclosed_all_the_same(run: Run) -> None:
    """The fit is refused, and what is proved of it is printed if asked for."""
    Path("x.csv").write_text("x\n1e8\n100000001\n")
    asked = {(): "", ("--certify",): "[3.288824165721579", ("--certify", "--json"): '"UNIQUE_GLOBAL"'}
    for options, words in asked.items():
        code, text, error = run("fit", "gompertz", "x.csv", *options)
        assert code == 2
        assert words in text
        assert bool(text) == bool(words)
        assert "nearer to zero than any double" in error


@pytest.mark.parametrize("name", ["lomax", "burr"])
def test_a_proof_that_there_is_no_maximum_is_told_in_one_way(run: Run, name: str) -> None:
    """What a fit did not find, or a condition in other words, stood below the proof; or there was no proof."""
    Path("x.csv").write_text("x\n1\n2\n3\n")
    code, text, error = run("fit", name, "x.csv", "--certify")
    assert code == 2
    assert "no maximum in the parameter space" in text
    assert error.strip().endswith(
        f"{name}: these data have no maximiser in the parameter space, as proved above; collect other data, or fix a "
        "parameter"
    )
    assert "changes its sign" not in error
    code, text, error = run("fit", name, "x.csv")
    assert code == 2
    assert not text
    assert "as proved above" not in error


def test_a_fit_as_json_is_not_rounded(run: Run) -> None:
    """A shipped data set is weighted by its counts, and a constant is known."""
    code, text, _ = run("fit", "binomial", "horse_kicks", "--fixed", "n=10", "--json")
    found = json.loads(text)
    expected = fit(family("binomial"), [0, 1, 2, 3, 4], weights=[109, 65, 22, 3, 1], fixed={"n": 10})
    assert code == 0
    assert found["theta_hat"] == expected.theta_hat
    assert found["standard_errors"] == expected.standard_errors
    assert found["log_likelihood"] == expected.log_likelihood
    assert (found["n"], found["total_weight"], found["estimator"]) == (5, 200, {"p": "mean(x)/10"})
    assert [one["condition"] for one in found["exists_when"]] == ["mean(x) > 0", "mean(x) < n"]


def test_data_from_standard_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash; the columns may be chosen by name."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"a;b\n1;3\n3;1\n")))
    found = json.loads(run("fit", "exponential", "-", "--column", "a", "--weights", "b", "--json")[1])
    assert found["theta_hat"] == fit(family("exponential"), [1.0, 3.0], weights=[3.0, 1.0]).theta_hat
    assert found["theta_hat"] != fit(family("exponential"), [1.0, 3.0]).theta_hat


def test_a_set_of_maximisers_is_shown_with_its_ends(run: Run) -> None:
    """An interval of length one fits everywhere between its largest and smallest position around the data."""
    Path("unit.py").write_text(
        "from sympy import Integer, Interval, S, Symbol\nfrom thetahat import Family, Parameter\n"
        "x, c = Symbol('x', real=True), Symbol('c', real=True)\n"
        "UNIT = Family('unit', x, Interval(c, c + 1), (Parameter(c, S.Reals),), Integer(0))\n"
    )
    Path("x.csv").write_text("1.25\n1.5\n1.75\n")
    code, text, _ = run("fit", "unit.py", "x.csv")
    assert code == 0
    assert ["c", "1", "-"] in [line.split() for line in text.splitlines()]
    assert "every c from 0.75 to 1.25; above is the middle" in text
    assert "Standard errors   none" in text
    assert json.loads(run("fit", "unit.py", "x.csv", "--json")[1])["sets"] == {"c": [0.75, 1.25]}


def test_other_columns_than_the_named_ones_may_hold_words(run: Run) -> None:
    """As a table that pandas writes: an index without a name, and what the rows are called."""
    Path("exams.csv").write_text(",name,passed,hours\n0,al,0,1\n1,bo,1,2\n2,cy,0,3\n3,di,1,5\n", encoding="utf-8")
    code, out, _ = run("fit", "exponential", "exams.csv", "--column", "hours", "--json")
    assert code == 0
    assert json.loads(out)["theta_hat"] == {"lambda": 4 / 11}
    code, out, _ = run("fit", "logistic_regression", "exams.csv", "--column", "y=passed", "--column", "x=hours")
    assert code == 0
    assert "beta" in out
    code, _, errors = run("fit", "linear_regression", "exams.csv", "--column", "hours")
    assert code == 2
    assert "needs a column for each of its covariates x, but --covariate names 0" in errors
    assert "the columns are hours, name, passed" in errors


def test_a_regression_takes_its_covariate_by_name(run: Run) -> None:
    """The line through four points, two of them a unit above it and two a unit below: exact in doubles."""
    Path("line.csv").write_text("u,v\n0,1\n0,-1\n1,3\n1,1\n")
    words = ("fit", "linear_regression", "line.csv", "--column", "v", "--covariate", "u", "--json")
    found = json.loads(run(*words)[1])
    assert found["theta_hat"] == {"alpha": 0, "beta": 2, "sigma": 1}


TABLES = {
    "x.csv": "x\n1\n2\n",
    "two.csv": "a,b\n1,2\n2,0\n",
    "nan.csv": "x\n1\nnan\n",
    "word.csv": "x\n1\none\n",
    "negative.csv": "x\n1\n-2\n",
    "weights.csv": "x,zero,minus\n1,0,1\n2,0,-1\n",
    "zeros.csv": "x\n0\n0\n",
    "empty.csv": "",
}
BAD = {
    "derive exponental": "did you mean 'exponential'",
    "fit exponental x.csv": "did you mean 'exponential'",
    "verify exponential exponental": "did you mean 'exponential'",
    "fit exponential nowhere.csv": "nowhere.csv: there is no such file",
    "fit exponential horse_kick": "did you mean 'horse_kicks'?",
    "fit exponential .": ".: the file cannot be read",
    "fit exponential empty.csv": "empty.csv: the file is empty",
    "fit exponential two.csv": "2 columns could hold the observations (a, b)",
    "fit exponential two.csv --column c": "two.csv: there is no column 'c'",
    "fit exponential two.csv --column a --weights c": "two.csv: there is no column 'c'",
    "fit exponential two.csv --column a --covariate b": "the family has no covariates, but --covariate names 1",
    "fit linear_regression two.csv --column a": "needs a column for each of its covariates x, but --covariate names 0",
    "fit exponential nan.csv": "nan.csv: row 3, column 'x' is 'nan'",
    "fit exponential word.csv": "word.csv: row 3, column 'x' is 'one'",
    "fit exponential negative.csv": "x[1] = -2 lies outside the support",
    "fit exponential weights.csv --column x --weights zero": "all 2 weights are zero",
    "fit exponential weights.csv --column x --weights minus": "weights[1] = -1",
    "fit poisson zeros.csv": "'mean(x) > 0' fails",
    "fit gamma x.csv --fixed k": "has no '='",
    "fit gamma x.csv --fixed k=__import__('os')": "is not a number",
    "fit gamma x.csv --fixed k=1/0": "divides by zero",
    "fit gamma x.csv --fixed k=-1": "k = -1 lies outside its space",
    "fit gamma x.csv --fixed self=1": "there is no 'self'; known: k, theta",
    "fit gamma x.csv --fixed k=1 --fixed k=2": "gives k two values",
    "fit gamma x.csv --fixed k=1 --fixed theta=2": "every parameter is fixed",
    "fit binomial x.csv": "give its value with --fixed n=...",
    "fit binomial x.csv --fixed n=3/2": "n = 3/2 lies outside its space",
    "fit binomial x.csv --fixed n=1": "x[1] = 2 lies outside the support",
    "derive nowhere.py": "nowhere.py: there is no such file",
    "derive import.py": "import.py: fails when it is run: ModuleNotFoundError",
    "derive syntax.py": "syntax.py: fails when it is run: SyntaxError",
    "derive none.py": "none.py: declares no family",
    "derive text.py": "log_density is 'text', which is no SymPy expression",
    "derive half.py": "the density integrates to 0.5",
    "fit half.py x.csv": "the density integrates to 0.5",
    "verify half.py": "the density integrates to 0.5",
    "derive good.py:BAD": "declares no Family called BAD; it declares GOOD",
    "verify good.py twin.py": "another family asked for is also called 'waiting'",
    "verify exponential --json nowhere/out.json": "lies in a folder that does not exist",
    "verify exponential --json .": "is a folder",
    "new exponential": "there is a shipped family 'exponential' already",
    "new Capital": "cannot name a family",
    "new ../up": "cannot name a family",
    "new random": "would hide the Python module 'random'",
}


@pytest.mark.parametrize("words", BAD)
def test_bad_input_is_one_sentence_and_exit_code_2(run: Run, words: str) -> None:
    """Nothing on standard output, one line on standard error, no traceback."""
    for name, text in TABLES.items():
        Path(name).write_text(text)
    Path("import.py").write_text("import nowhere_to_be_found\n")
    Path("syntax.py").write_text("def (\n")
    Path("none.py").write_text("x = 1\n")
    Path("good.py").write_text(DECLARATION)
    Path("twin.py").write_text(DECLARATION.replace('Symbol("rate"', 'Symbol("speed"'))
    Path("text.py").write_text(DECLARATION.replace("log(rate) - rate * x", "'text'"))
    Path("half.py").write_text(DECLARATION.replace("- rate * x", "- 2 * rate * x"))
    code, out, err = run(*words.split())
    assert (code, out) == (2, "")
    assert err.startswith("Error: ")
    assert err.count("\n") == 1
    assert BAD[words] in err


@pytest.mark.parametrize("words", ["derive", "fit gamma x.csv --fixed", "verify --examples 0", "unheard-of"])
def test_wrong_usage_is_exit_code_2(run: Run, words: str) -> None:
    """Missing words, values out of range, unknown commands."""
    code, out, err = run(*words.split())
    assert (code, out) == (2, "")
    assert "Traceback" not in err


def test_a_message_cannot_steer_the_terminal(run: Run) -> None:
    """Escape sequences in a name are not passed on."""
    err = run("fit", "exponential", "\x1b[31m.csv")[2]
    assert "\x1b" not in err
    assert "there is no such file" in err


def test_a_mistake_of_ours_is_not_taken_for_bad_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only our own errors become a sentence."""
    monkeypatch.setattr("thetahat.proofs.engine.derive", lambda declared: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run("derive", "exponential")


def test_two_families_are_verified(run: Run) -> None:
    """A real run: a row for each check, a file with the counts, exit code 0, no colours and no boxes."""
    code, text, err = run("verify", "exponential", "poisson", "--examples", "2", "--seed", "1", "--json", "out.json")
    assert (code, err) == (0, "")
    assert text.isascii()
    assert "\x1b" not in text
    assert text.splitlines()[0].split() == ["check", "exponential", "poisson"]
    assert ["order", "does", "not", "matter", "2", "2"] in [line.split() for line in text.splitlines()]
    found = json.loads(Path("out.json").read_text())
    assert (found["ok"], found["complete"], found["examples"], found["seed"]) == (True, True, 2, 1)
    assert found["agree"] == sum(check["agree"] for check in found["checks"]) > 20
    assert {check["family"] for check in found["checks"]} == {"exponential", "poisson"}


@pytest.mark.parametrize(
    ("tally", "cell", "said"),
    [
        (Tally("poisson", "a check", 2, 1, 0, "x = [3.0]"), "2 1!", "FAILED: poisson, a check: x = [3.0]"),
        (Tally("poisson", "steps", 14, 1, 0, "the root"), "14 1!", "FAILED: poisson, steps: the root"),
        (Tally("poisson", "a check", 0, 0, 2), "none", "FAILED: poisson, a check: no case was decided"),
    ],
    ids=["disagreement", "refuted step", "vacuous check"],
)
def test_a_planted_failure_is_exit_code_1(
    run: Run, monkeypatch: pytest.MonkeyPatch, tally: Tally, cell: str, said: str
) -> None:
    """Among checks that are fine, with the counterexample below the table."""
    _, others = fine("poisson", "one", "two")
    reports(monkeypatch, ("poisson", Report((*others.tallies, tally))))
    code, text, _ = run("verify", "poisson", "--json", "out.json")
    assert code == 1
    assert f"{tally.check}  {cell}\n" in text
    assert said in text.splitlines()
    assert json.loads(Path("out.json").read_text())["ok"] is False


def test_undecided_cases_are_counted_apart(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are shown, and fail nothing as long as some case is decided."""
    reports(monkeypatch, ("poisson", Report((Tally("poisson", "a check", 2, 0, 1),))))
    code, text, _ = run("verify", "poisson")
    assert (code, text.splitlines()[1]) == (0, "a check  2 1?")
    assert "2 agree, 0 disagree, 1 undecided" in text


def test_ctrl_c_shows_what_was_decided(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 130, and a file that says it is not complete."""
    reports(monkeypatch, fine("poisson"), stop=True)
    code, text, err = run("verify", "exponential", "poisson", "--json", "out.json")
    assert (code, text.splitlines()[0].split()) == (130, ["check", "poisson"])
    assert err.startswith("Interrupted")
    assert json.loads(Path("out.json").read_text())["complete"] is False
    reports(monkeypatch, stop=True)
    assert run("verify", "poisson")[:2] == (130, "nothing was decided\n")


def test_every_shipped_family_is_verified_by_default(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """In numbered columns, because names are too long; in the catalogue's order, whichever is done first."""
    names = [entry.name for entry in (*catalogue(), *structured_catalogue())]
    calls = reports(monkeypatch, *(fine(name, "first check", "second check") for name in reversed(names)))
    code, text, _ = run("verify", "--jobs", "2", "--examples", "7", "--seed", "5")
    assert code == 0
    assert calls == [{"names": names, "examples": 7, "seed": 5, "jobs": 2}]
    lines = text.splitlines()
    assert lines[0].split() == ["family", "1", "2"]
    assert [line.split() for line in lines[1 : len(names) + 1]] == [[name, "3", "3"] for name in names]
    assert "  2  second check" in lines


def test_a_new_declaration_runs_as_it_is(run: Run) -> None:
    """It is derived and verified without a change, and a second one does not overwrite it."""
    code, text, _ = run("new", "waiting_time")
    assert code == 0
    assert "thetahat derive waiting_time.py\n  thetahat verify waiting_time.py" in text
    assert "scale_hat = mean(x**2)" in run("derive", "waiting_time.py")[1]
    assert run("verify", "waiting_time.py", "--examples", "2")[0] == 0
    Path("waiting_time.py").write_text("mine")
    code, _, err = run("new", "waiting_time")
    assert (code, Path("waiting_time.py").read_text()) == (2, "mine")
    assert "there is such a file already" in err


def test_the_theorem_is_printed(run: Run) -> None:
    """As text, and in the two formats that a page has."""
    assert run("theorem") == (0, str(theorem()).rstrip("\n") + "\n", "")
    assert run("theorem", "--format", "latex")[1].startswith("$$")
    assert "\n# " in "\n" + run("theorem", "--format", "markdown")[1]


def test_the_data_sets_are_listed(run: Run) -> None:
    """Each with title and source."""
    text = run("data")[1]
    for one in datasets():
        assert f"{one.name}: {one.title}" in text
        assert one.source in text


def test_a_table_in_a_terminal_keeps_every_character(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Square brackets in names are no markup."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "80")
    show_table([("check", "poisson[lambda=2]"), ("[bold]a check[/bold]", "2 1!")])
    shown = capsys.readouterr().out
    for cell in ("poisson[lambda=2]", "[bold]a check[/bold]", "2 1!"):
        assert cell in shown


@given(st.lists(st.lists(st.text("abc "), min_size=3, max_size=3), min_size=1))
def test_columns_begin_at_one_place(rows: list[list[str]]) -> None:
    """Every cell of a column begins behind the longest one before it."""
    lines = aligned(rows).split("\n")
    at = [0, max(len(row[0]) for row in rows) + 2]
    at.append(at[1] + max(len(row[1]) for row in rows) + 2)
    for line, row in zip(lines, rows, strict=True):
        padded = line.ljust(at[2] + len(row[2]))
        assert [padded[start : start + len(cell)] for start, cell in zip(at, row, strict=True)] == row


@given(st.fractions())
def test_exact_values_are_read_back(value: Fraction) -> None:
    """Integers and fractions of any size up to the limit."""
    assert exact_value(str(value)) == value


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=6))
def test_decimals_are_exact(value: object) -> None:
    """A decimal is what it says, not the nearest double."""
    assert exact_value(str(value)) == Fraction(str(value))


@pytest.mark.parametrize(
    "text", ["", "1e999999999", "1_000", "٣", "nan", "inf", "0x1", " 1", "1+1", "1/2/3", "1" * 5000]
)
def test_other_texts_are_no_values(text: str) -> None:
    """They are refused at once, and never evaluated."""
    with pytest.raises(ParameterError, match="is not a number; write an integer"):
        exact_value(text)


@given(st.text("0159eE+-./ _x", max_size=5))
@example("5e-99")
@example("1 / 2")
def test_a_text_is_an_exact_number_or_refused(text: str) -> None:
    """Nothing else happens: what Python reads as a number, spaces and underscores aside, is that number."""
    try:
        expected = Fraction(text)
    except (ValueError, ZeroDivisionError):
        expected = None
    if expected is None or "_" in text or " " in text:
        with pytest.raises(ParameterError):
            exact_value(text)
    else:
        assert exact_value(text) == expected
