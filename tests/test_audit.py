"""Whether an audit says of planted estimators what they are, contains what they do, and reads adapters rightly."""

import json
import subprocess
import sys
import warnings
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import S

from thetahat.proofs.errors import DataError, ParameterError, UnknownFamilyError
from thetahat.proofs.probes import parameter_points
from thetahat.verify import audit_process
from thetahat.verify.adapters import Promise, Target, library_targets, named_targets
from thetahat.verify.adapters.densities import worst_difference
from thetahat.verify.adapters.own import own_target
from thetahat.verify.adapters.scipy import _Row
from thetahat.verify.adapters.scipy_rows import ROWS
from thetahat.verify.adapters.target import LIBRARIES
from thetahat.verify.audit import audit
from thetahat.verify.audit_process import Question, audited
from thetahat.verify.audit_rows import AuditVerdict, Finding, Row, passes
from thetahat.verify.audit_run import is_ordinary
from thetahat.verify.cli import main
from thetahat.verify.cli_audit import finding_text, markdown, numbers, questions_for, table
from thetahat.verify.tolerance import DENSITY_SHARE

PLANTED = """
import os, time

def right(x):
    return {"lambda": 1 / x.mean()}

def by_scale(x):
    print("nobody shall see this")
    return {"scale": x.mean()}

def wrong(x):
    return {"lambda": (len(x) - 0.5) / x.sum()}

def raises(x):
    raise ValueError("no `fit` | <b>here</b>")

def hangs(x):
    time.sleep(600)

def leaves(x):
    os._exit(7)

def stops(x):
    raise SystemExit(3)

def nothing(x):
    return {"lambda": float("nan")}

def eats(x):
    return bytearray(1 << 50)

def of_three(x):
    return [x.mean() / 3]

def hangs_on_large(x):
    time.sleep(600 if x.max() > 2 else 0)
    return [1 / x.mean()]

number = 3
"""
OPTIONAL = {"sklearn", "statsmodels", "preliz", "reliability", "pomegranate"}
SAID = Promise("It is planted.", "")


def planted(name: str) -> Any:
    """The function of that name, as this process has it."""
    space: dict[str, Any] = {}
    exec(PLANTED, space)
    return space[name]


def row_of(name: str, examples: int = 20) -> Row:
    """The row of a planted estimator of exponential data, without another process."""
    return audit(Target(name, "exponential", planted(name), SAID), examples=examples)


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The planted estimators as a module that the audited process finds where it is started."""
    (tmp_path / "planted_fits.py").write_text(PLANTED)
    monkeypatch.chdir(tmp_path)
    return "planted_fits"


def in_process(module: str, names: Sequence[str], **limits: Any) -> dict[str, Row]:
    """The rows of planted estimators, each called in the other process."""
    asked = [Question(f"{module}:{name}", "exponential", own=True, examples=4, **limits) for name in names]
    return dict(zip(names, audited(asked, 8 << 30), strict=True))


def test_a_right_estimator_is_accepted() -> None:
    """All cases are decided, and next to nothing is lost."""
    row = row_of("right", examples=40)
    assert row.verdict is AuditVerdict.ACCEPTED
    assert (row.decided, row.undecided, row.refused) == (40, 0, 0)
    assert row.nats is not None
    assert 0 <= row.nats < 1e-20
    assert row.ulps is not None
    assert row.ulps < 4


def test_a_wrong_estimator_is_refuted_with_the_smallest_dataset() -> None:
    """One observation shows it, and the command repeats it."""
    row = row_of("wrong")
    assert row.verdict is AuditVerdict.REFUTED
    (finding,) = row.findings
    assert len(finding.x) == 1
    assert "lost" in finding.words
    assert finding.command == f"thetahat audit wrong --family exponential --data {finding.x[0]!r}"


def test_an_estimator_that_raises_refuses() -> None:
    """Refused data are counted apart, and are not decided."""
    row = row_of("raises")
    assert row.verdict is AuditVerdict.REFUSES
    assert (row.decided, row.refused) == (0, 20)
    assert "ValueError" in row.findings[0].words


def test_leaving_python_is_a_refusal() -> None:
    """``sys.exit`` inside a fit ends the call and not the audit."""
    assert row_of("stops").verdict is AuditVerdict.REFUSES


def test_nan_is_refuted() -> None:
    """A maximiser exists, and it is not ``nan``."""
    row = row_of("nothing")
    assert row.verdict is AuditVerdict.REFUTED
    assert "not finite" in row.findings[0].words


def test_wrong_on_some_data_and_refusing_others_shows_both() -> None:
    """A refusal does not hide what is wrong elsewhere."""

    def partly(x: Any) -> dict[str, float]:
        if len(x) == 1:
            raise ValueError("one is too few")
        return {"lambda": 2 / x.mean()}

    row = audit(Target("partly", "exponential", partly, SAID), examples=40)
    assert row.verdict is AuditVerdict.REFUTED
    assert [one.kind for one in row.findings] == ["refuted", "refuses"]
    assert [len(one.x) for one in row.findings] == [2, 1]


def test_wrong_on_extreme_data_alone_is_said_to_be_so() -> None:
    """An absolute tolerance harms nobody whose data are of the size of one."""

    def absolute(x: Any) -> dict[str, float]:
        return {"lambda": 1 / max(float(x.mean()), 1e-12)}

    row = audit(Target("absolute", "exponential", absolute, SAID), examples=100)
    assert row.verdict is AuditVerdict.REFUTED_AT_EXTREMES
    assert not is_ordinary(np.array(row.findings[0].x))


def test_a_wrong_parameter_map_is_no_verdict_on_the_estimator() -> None:
    """The library's density refutes the map before anything is drawn."""
    target = Target("rate", "exponential", planted("right"), SAID, log_density=lambda x, theta: -x * theta["lambda"])
    row = audit(target)
    assert row.verdict is AuditVerdict.UNSUPPORTED
    assert "parameter map is wrong" in row.reason


def test_what_the_promise_does_not_cover_stays_undecided() -> None:
    """An estimate within bounds is not blamed for a maximiser beyond them."""
    target = Target("bounded", "exponential", planted("wrong"), SAID, covers=lambda x, theta: False)
    row = audit(target, examples=10)
    assert row.verdict is AuditVerdict.UNDECIDED
    assert row.decided == 0
    assert row.undecided >= 10


def test_without_an_estimate_nothing_is_compared() -> None:
    """A family whose likelihood has no bound has none."""
    assert "grows without bound" in audit(Target("f", "arcsine", lambda x: [0.0, 1.0], SAID)).reason


@pytest.mark.thorough
def test_the_process_contains_crash_and_exit(module: str) -> None:
    """Each has a row with the dataset on which it happened, and the next one is asked all the same."""
    rows = in_process(module, ["leaves", "right", "eats"])
    assert rows["leaves"].verdict is AuditVerdict.CRASHED
    assert "exited with status 7" in rows["leaves"].findings[0].words
    assert rows["right"].verdict is AuditVerdict.ACCEPTED
    assert rows["eats"].verdict is AuditVerdict.REFUSES
    assert "MemoryError" in rows["eats"].findings[0].words


@pytest.mark.thorough
def test_the_process_ends_a_hang(module: str) -> None:
    """A call that does not return is stopped, and shown with its dataset."""
    row = in_process(module, ["hangs"], seconds=1.0)["hangs"]
    assert row.verdict is AuditVerdict.TIMED_OUT
    assert row.findings[0].command.startswith("thetahat audit planted_fits:hangs --family exponential --data ")


@pytest.mark.thorough
def test_a_dataset_that_hangs_is_made_smaller(module: str) -> None:
    """One observation is enough, and a round one."""
    asked = Question(f"{module}:hangs_on_large", "exponential", own=True, examples=40, seconds=1.0)
    (row,) = audited([asked], 8 << 30)
    assert row.verdict is AuditVerdict.TIMED_OUT
    (x,) = row.findings[0].x
    assert x > 2
    assert x == float(f"{x:.1g}")
    assert row.findings[0].words == f"x = [{x}]\n  the call had not returned after 1 s"


class Stopwatch:
    """A worker whose function needs as many seconds as its data are large."""

    def __init__(self) -> None:
        self.asked: list[Question] = []

    def ask(self, question: Question) -> Row:
        """The row of a call on the data, if it does not return in time."""
        assert question.data is not None
        self.asked.append(question)
        row = Row(question.target, "", question.family, AuditVerdict.TIMED_OUT)
        late = sum(question.data) > question.seconds
        return replace(row, findings=(Finding("timed out", tuple(question.data), "late", ""),) * late)


def test_a_smaller_hang_is_asked_again_with_all_of_its_time() -> None:
    """A dataset on which the call is only slow is given up for the first; none without a maximiser is called."""
    asked = Question("f", "normal", seconds=5.0)
    for x, shown in (((9.0, 9.0, 0.5), (9.0,)), ((3.5, 1.0, 3.5), (3.5, 1.0, 3.5))):
        worker = Stopwatch()
        first = worker.ask(replace(asked, data=list(x)))
        row = audit_process._with_smaller_ending(worker, asked, first)  # type: ignore[arg-type]
        assert row.findings[0].x == shown
        assert {one.seconds for one in worker.asked[1:-1]} == {audit_process._PATIENCE}
        assert worker.asked[-1].seconds == 5.0
        assert all(one.only_held for one in worker.asked[1:])


def test_data_without_a_maximiser_are_not_asked_of_if_so_wished() -> None:
    """One observation has no maximiser; two have one."""

    def never(x: Any) -> Any:
        raise AssertionError("called")

    target = Target("never", "normal", never, SAID)
    row = audit(target, data=[3.0], only_held=True)
    assert (row.verdict, row.reason) == (AuditVerdict.UNDECIDED, "the data have no maximiser")
    assert audit(target, data=[3.0, 4.0], only_held=True).verdict is AuditVerdict.REFUSES


@pytest.mark.thorough
def test_the_command_reads_other_parameters(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``module:function`` with a map, as JSON; what it prints is kept out of it."""
    words = ["audit", f"{module}:by_scale", "--family", "exponential", "--parameters", "lambda = 1/scale", "--json"]
    with pytest.raises(SystemExit) as ended:
        main([*words, "--examples", "6"])
    assert ended.value.code in (0, None)
    found = json.loads(capsys.readouterr().out)
    assert found["complete"]
    assert [row["verdict"] for row in found["rows"]] == ["accepted"]


@pytest.mark.thorough
def test_the_command_passes_known_values_on(module: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A binomial of three trials, and of six, for which the same function is wrong."""
    words = ["audit", f"{module}:of_three", "--family", "binomial", "--examples", "6", "--fixed"]
    with pytest.raises(SystemExit) as ended:
        main([*words, "n=3"])
    assert ended.value.code in (0, None), capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main([*words, "n=6"])
    assert ended.value.code == 1
    assert "--family binomial --fixed n=6 --data" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["audit", "scypy"], "there is no adapter for 'scypy'; did you mean 'scipy'?"),
        (["audit", "numpy.stdd"], "there is no target 'numpy.stdd'; did you mean numpy.std"),
        (["audit", "numpy.std", "--family", "gamma"], "there is no target 'numpy.std' for the family 'gamma'"),
        (["audit", "statistics:fmean", "--family", "binomial"], "give its value with --fixed n=..."),
        (["audit", "statistics:fmean", "--family", "gama"], "there is no family 'gama'; did you mean 'gamma'?"),
        (["audit", "no_such_module:fit"], "name the family whose estimates it returns with --family NAME"),
        (["audit", "numpy", "--fixed", "k=2"], "leave out --parameters and --fixed"),
        (["audit", "numpy.std", "--data", "1,two"], "these are no numbers"),
        (["audit", "numpy.std", "--data", "1,2;3"], "every row needs as many numbers"),
    ],
)
def test_bad_input_is_named(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, and exit code 2."""
    assert main(words) == 2
    assert said in capsys.readouterr().err


def test_an_unknown_function_is_named(module: str) -> None:
    """What the other process finds wrong with a question is told here."""
    with pytest.raises(DataError, match="has no function 'missing'"):
        in_process(module, ["missing"])
    with pytest.raises(UnknownFamilyError, match="is int, which cannot be called"):
        own_target("sys:maxsize", "exponential", {})
    with pytest.raises(UnknownFamilyError, match="cannot be imported"):
        own_target("no_such_module:fit", "exponential", {})
    with pytest.raises(UnknownFamilyError, match="write statistics:fmean"):
        own_target("statistics.py:fmean", "exponential", {})
    for name in (":fit", "statistics:"):
        with pytest.raises(UnknownFamilyError, match="write a module and a function in it, as my_module:my_fit"):
            own_target(name, "exponential", {})


def test_a_module_that_cannot_run_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Code that is no Python, and code that raises, are the module's fault and not the audit's."""
    monkeypatch.syspath_prepend(tmp_path)
    for name, code, error in (("no_python", "def f(:", "SyntaxError"), ("raises_early", "1 / 0", "ZeroDivisionError")):
        (tmp_path / f"{name}.py").write_text(code)
        with pytest.raises(UnknownFamilyError, match=f"'{name}' raised {error} when it was imported"):
            own_target(f"{name}:f", "exponential", {})


def test_names_and_messages_are_escaped_in_markdown() -> None:
    """What a library says cannot become markup or another cell."""
    text = markdown([row_of("raises", examples=2)])
    shown = [line for line in text.splitlines() if "<b>" in line]
    assert shown
    assert all(line.startswith("    ") for line in shown)
    cell = markdown([Row("a|b\n# c", "<i>", "gamma", AuditVerdict.ACCEPTED)]).splitlines()[2]
    assert cell.startswith(r"| a\|b \# c(&lt;i&gt;) |")


def test_a_terminal_gets_no_control_characters() -> None:
    """A library's message may colour, clear, or retitle."""

    def colours(x: Any) -> Any:
        raise ValueError("\x1b[2Jgone\x07")

    row = audit(Target("colours", "exponential", colours, SAID), examples=2)
    assert "gone" in finding_text(row, row.findings[0])
    assert all(one.isprintable() or one == "\n" for one in finding_text(row, row.findings[0]))


def test_an_audit_without_a_decision_does_not_pass() -> None:
    """Nothing but unsupported estimators is no acceptance."""
    assert not passes([Row("f", "", "", AuditVerdict.UNSUPPORTED)])
    assert not passes([Row("f", "", "", AuditVerdict.ACCEPTED), Row("g", "", "", AuditVerdict.CRASHED)])
    assert table([Row("f", "", "", AuditVerdict.UNSUPPORTED)])[1:] == []


def test_numbers_are_read_and_not_run() -> None:
    """``--data`` is split and converted, never evaluated."""
    assert numbers("1e-3,2;0,4") == [[1e-3, 2.0], [0.0, 4.0]]
    with pytest.raises(DataError):
        numbers("__import__('os')")


def test_no_library_but_the_core_is_imported_unasked() -> None:
    """Adapters are imported when they are named."""
    code = (
        "import sys; from thetahat.verify.adapters import library_targets; library_targets('numpy'); "
        f"print([one for one in {sorted(OPTIONAL)} if one in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout == "[]\n"


def test_a_library_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says what to install."""
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(UnknownFamilyError, match=r"sklearn: it cannot be imported here .*; install scikit-learn"):
        library_targets("sklearn")


def test_an_adapter_settles_how_it_is_called() -> None:
    """A map of the user's would contradict the verified one."""
    with pytest.raises(ParameterError, match="leave out --parameters"):
        questions_for("scipy", "", "k=a", [], None, {})


SCIPY = [target for target in library_targets("scipy") if not target.unsupported]


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_map_is_the_librarys(library: str) -> None:
    """Where the library has a density, it has the declared values under the map."""
    if find_spec(LIBRARIES[library][0]) is None:
        pytest.skip(f"{library} is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a library's own, while it is imported and asked
        found = [one for one in library_targets(library) if one.log_density is not None]
        assert found
        for one in found:
            assert one.log_density is not None
            error, where = worst_difference(one.declared, one.log_density)
            assert error <= DENSITY_SHARE, f"{one.name} for {one.family}: {where}"


def test_every_scipy_estimate_is_read_back() -> None:
    """From our parameters to SciPy's and back, in doubles: the map that judges is the inverse of the verified one."""
    for target in SCIPY:
        row = _Row(target.family, *ROWS[target.family])
        values = parameter_points(row.family, 1, seed=3)[0]
        theirs = [float(S(value).xreplace(values)) for value in row.forward]
        back = row.read(theirs)
        for symbol in row.family.symbols:
            assert back[symbol.name] == pytest.approx(float(values[symbol]), rel=1e-12), target.name


def test_scipy_has_its_targets() -> None:
    """Sixty at least, each distribution and setting once, and what is held is said."""
    assert len(SCIPY) >= 60
    assert len({(one.name, one.setting) for one in SCIPY}) == len(SCIPY)
    (one,) = named_targets("scipy.stats.gamma.fit", "gamma")
    assert one.setting == "floc=0"


@pytest.mark.parametrize("name", ["norm", "expon", "lognorm"])
def test_scipys_formulas_are_accepted(name: str) -> None:
    """A few examples of three fits that are computed in closed form."""
    for target in named_targets(f"scipy.stats.{name}.fit"):
        row = audit(target, examples=10)
        assert row.verdict is AuditVerdict.ACCEPTED, row
        assert row.is_map_verified


def test_an_estimator_that_changes_its_mind_is_still_refuted() -> None:
    """Hypothesis calls it flaky; what was seen is kept."""
    calls = iter(range(10**6))
    target = Target("moody", "exponential", lambda x: [(1 + next(calls) % 2) / x.mean()], SAID)
    assert audit(target, examples=40).verdict is AuditVerdict.REFUTED


def test_shrinking_does_not_leave_the_data_that_have_a_maximiser() -> None:
    """One observation has no normal fit, so that nothing said of it is wrong."""
    row = audit(Target("unbiased", "normal", lambda x: [x.mean(), x.std() * 1.5 + 1e-9], SAID), examples=20)
    assert row.verdict is AuditVerdict.REFUTED
    assert len(set(row.findings[0].x)) > 1
    assert audit(Target("f", "normal", lambda x: [0.0, 1.0], SAID), data=[2.0]).verdict is AuditVerdict.UNDECIDED


def test_an_end_of_a_support_is_read_as_scipy_has_it() -> None:
    """A sum of location and scale would be off by a rounding that SciPy's own density does not see."""
    (target,) = (one for one in named_targets("scipy.stats.uniform.fit") if not one.setting)
    assert audit(target, data=[-1e-05, -1.5e-08]).verdict is AuditVerdict.ACCEPTED


def test_whole_numbers_are_not_held_against_the_real_line() -> None:
    """SciPy fits the size of a negative binomial among whole numbers, which is another family."""
    (target,) = (one for one in named_targets("scipy.stats.fit.nbinom") if one.family == "negative_binomial")
    assert "whole number" in target.unsupported


@pytest.mark.thorough
def test_a_failure_of_the_audit_is_no_verdict_on_the_estimator(module: str) -> None:
    """One dataset outside the support is the question's fault, and is told."""
    (row,) = audited([Question("numpy.max", "uniform_from_zero", data=[-1.0])], 8 << 30)
    assert row.verdict is AuditVerdict.UNDECIDED
    assert "outside the support" in row.reason


ORPHAN = """
import os
from thetahat.verify.audit_worker import end_with_parent
end_with_parent()
print(os.getpid(), flush=True)
while True:
    pass
"""
LEAVER = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {ORPHAN!r}], stdout=subprocess.PIPE, text=True)
print(child.stdout.readline())
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a process there does not learn that its parent is gone")
def test_a_process_that_hangs_ends_with_the_one_that_asked() -> None:
    """Else it would go on for ever where an audit is killed. While it lives, it holds the stream of errors open."""
    left = subprocess.run([sys.executable, "-c", LEAVER], capture_output=True, text=True, timeout=60, check=True)
    assert int(left.stdout) > 0
