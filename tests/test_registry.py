"""Whether families are found wherever they may come from, and everything else is refused with a useful message."""

import ast
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

import pytest
from sympy import Interval, S, Symbol, log, oo, pi

from thetahat.proofs import declared, registry, shipped
from thetahat.proofs.errors import DeclarationError, UnknownFamilyError
from thetahat.proofs.family import Family, Parameter
from thetahat.proofs.registry import catalogue, families, family, register

FOLDER = Path(registry.__file__).parent / "families"
SOUND = """
from sympy import Interval, Symbol, log, oo
from thetahat.proofs.family import Family, Parameter

x, rate = Symbol("x", positive=True), Symbol("rate", positive=True)
positive = Interval.open(0, oo)
WAITING = Family("waiting", x, positive, (Parameter(rate, positive),), log(rate) - rate * x)
"""
TWO = SOUND + 'OTHER = Family("other", x, positive, (Parameter(rate, positive),), log(2 * rate) - 2 * rate * x)\n'


def bell(name: str, scale: int = 2) -> Family:
    """Declare a normal family with a known scale; wrong for any ``scale`` but 2."""
    x, mu = Symbol("x", real=True), Symbol("mu", real=True)
    return Family(name, x, S.Reals, (Parameter(mu, S.Reals),), -((x - mu) ** 2) / 2 - log(scale * pi) / 2)


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is registered before, and nothing stays registered after."""
    monkeypatch.setattr(registry, "_registered", {})


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """Objects that installed packages offer under entry points, to be filled by the test."""
    offered: dict[str, object] = {}
    module = ModuleType("offering_package")
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def found(group: str) -> list[EntryPoint]:
        assert group == "thetahat.families"
        for name, value in offered.items():
            setattr(module, name, value)
        return [EntryPoint(name, f"{module.__name__}:{name}", group) for name in offered]

    monkeypatch.setattr(registry, "entry_points", found)
    return offered


def written(folder: Path, text: str, name: str = "mine.py") -> str:
    """Write a user's file and return its path."""
    (folder / name).write_text(text)
    return str(folder / name)


def test_listing_does_not_import_sympy() -> None:
    """SymPy takes longer to import than the whole listing."""
    code = (
        "import sys; from thetahat.proofs.registry import catalogue; "
        "assert len(catalogue()) > 20; print(sorted({'sympy', 'numpy', 'mpmath'} & set(sys.modules)))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert shown.strip() == "[]"


@pytest.mark.parametrize("module", [registry, shipped, declared], ids=lambda module: module.__name__)
def test_the_module_imports_only_the_standard_library_at_its_top(module: ModuleType) -> None:
    """And the exceptions, which import nothing, and one another."""
    tree = ast.parse(Path(str(module.__file__)).read_text())
    top = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    absolute = {alias.name for node in top if isinstance(node, ast.Import) for alias in node.names}
    absolute |= {str(node.module) for node in top if isinstance(node, ast.ImportFrom) and not node.level}
    assert {name.split(".")[0] for name in absolute} <= sys.stdlib_module_names
    ours = {node.module for node in top if isinstance(node, ast.ImportFrom) and node.level}
    assert "errors" in ours
    assert ours <= {"errors", "shipped", "declared"}


def test_the_catalogue_is_the_folder() -> None:
    """Every declaration file is listed, sorted by kind and name, with its kind and its summary."""
    files = [path for path in FOLDER.glob("*/*.py") if path.stem != "__init__"]
    entries = catalogue()
    assert {entry.path for entry in entries} == set(files)
    assert [(entry.kind, entry.name) for entry in entries] == sorted((path.parent.name, path.stem) for path in files)
    assert all(entry.summary and not entry.summary.endswith(".") for entry in entries)


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.name)
def test_every_shipped_family_is_found_by_its_name(entry: shipped.Entry) -> None:
    """The declared name is the file's name, and the value is the same each time."""
    assert family(entry.name).name == entry.name
    assert family(entry.name) is family(entry.name)


def test_families_of_a_kind() -> None:
    """A folder's families; all of them without a kind; an unknown kind is an error."""
    bounded = [entry.name for entry in catalogue() if entry.kind == "bounded"]
    assert {"beta", "uniform"} < set(bounded)
    assert [each.name for each in families("bounded")] == bounded
    assert [each.name for each in families()] == [entry.name for entry in catalogue()]
    with pytest.raises(UnknownFamilyError, match=r"no kind of family 'wide'; known are bounded, conditional, counts"):
        families("wide")


@pytest.mark.parametrize(
    ("wrong", "close"), [("weibul", "'weibull'"), ("norml", "'normal'"), ("inverse_gausian", "'inverse_gaussian'")]
)
def test_an_unknown_name_gets_the_closest_ones(wrong: str, close: str) -> None:
    """The error is also the built-in one would expect for a look-up."""
    with pytest.raises(UnknownFamilyError, match=f"there is no family '{wrong}'; did you mean .*{close}"):
        family(wrong)
    with pytest.raises(LookupError):
        family(wrong)


def test_a_name_close_to_none_gets_all_of_them() -> None:
    """Nothing is guessed."""
    with pytest.raises(UnknownFamilyError, match=r"known are arcsine, .* weibull, .* zeta"):
        family("zzzzzzzz")


@pytest.mark.parametrize("text", ["x = 1\n", '"""No colon here."""\n'])
def test_a_declaration_without_its_sentence_is_refused(tmp_path: Path, text: str) -> None:
    """A shipped file has to say what it is."""
    (tmp_path / "counts").mkdir()
    (tmp_path / "counts" / "mute.py").write_text(text)
    with pytest.raises(DeclarationError, match=r"mute\.py: the file must open with"):
        shipped.entries_in(tmp_path)


def test_a_shipped_file_must_define_its_constant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The constant bears the file's name in capitals, and so does the family."""
    module = ModuleType("thetahat.proofs.families.counts.renamed")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    entry = shipped.Entry("renamed", "counts", "something", tmp_path / "renamed.py")
    with pytest.raises(DeclarationError, match=r"must define RENAMED, a Family whose name is 'renamed'"):
        shipped.imported(entry)
    module.RENAMED = bell("another")  # type: ignore[attr-defined]
    with pytest.raises(DeclarationError, match=r"must define RENAMED"):
        shipped.imported(entry)


@pytest.mark.usefixtures("alone")
def test_a_registered_family_is_found() -> None:
    """By its name, in the list of all, and among the suggestions."""
    mine = bell("mine")
    assert register(mine) is mine
    assert family("mine") is mine
    assert families()[-1] is mine
    with pytest.raises(UnknownFamilyError, match="did you mean 'mine'"):
        family("minee")


@pytest.mark.usefixtures("alone")
def test_registration_refuses_taken_names_and_unsound_families() -> None:
    """Ours, one registered before, a density that is none, and what is no family; nothing of it stays."""
    register(bell("mine"))
    with pytest.raises(DeclarationError, match="the name 'mine' is taken"):
        register(bell("mine"))
    with pytest.raises(DeclarationError, match="the name 'normal' is taken"):
        register(bell("normal"))
    with pytest.raises(DeclarationError, match="wrong: the density is not normalised"):
        register(bell("wrong", scale=3))
    with pytest.raises(DeclarationError, match="'normal' is not a Family"):
        register("normal")  # type: ignore[arg-type]
    assert list(registry._registered) == ["mine"]


@pytest.mark.usefixtures("alone")
def test_installed_packages_offer_families(installed: dict[str, object]) -> None:
    """As a Family, or as a module of Families."""
    module = ModuleType("several")
    module.ONE, module.TWO = bell("one"), bell("two")  # type: ignore[attr-defined]
    installed.update(single=bell("single"), several=module)
    assert family("single").name == "single"
    assert family("two") is module.TWO
    assert [each.name for each in families()][-3:] == ["single", "one", "two"]
    with pytest.raises(DeclarationError, match="the name 'one' is taken"):
        register(bell("one"))


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (bell("normal"), "declares a family 'normal' under 'offered', but that name is taken"),
        (bell("wrong", scale=3), "wrong: the density is not normalised"),
        (3, "entry point offered = .* is 3, which is neither a Family nor a module"),
        (ModuleType("nothing"), "which is neither a Family nor a module that declares one"),
    ],
)
def test_unsound_offers_are_refused(installed: dict[str, object], value: object, reason: str) -> None:
    """The message names the entry point, or the family and what is wrong with it."""
    installed["offered"] = value
    with pytest.raises(DeclarationError, match=reason):
        family("wrong")


@pytest.mark.usefixtures("alone")
def test_an_offer_that_cannot_be_loaded_is_one_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other package's own exception is the cause."""
    point = EntryPoint("broken", "no_such_package_anywhere:X", "thetahat.families")
    monkeypatch.setattr(registry, "entry_points", lambda group: [point])
    with pytest.raises(DeclarationError, match=r"entry point broken = .*: cannot be loaded: ModuleNotFound") as caught:
        family("something")
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


def test_a_file_is_run_for_its_family(tmp_path: Path) -> None:
    """By its path; by its path and the constant's name; and again after it was changed."""
    path = written(tmp_path, SOUND)
    assert family(path).name == "waiting"
    assert family(f"{path}:WAITING").name == "waiting"
    written(tmp_path, SOUND.replace('"waiting"', '"queueing"'))
    assert family(path).name == "queueing"


def test_one_family_under_two_names_is_one(tmp_path: Path) -> None:
    """An alias does not make several."""
    assert family(written(tmp_path, SOUND + "SAME = WAITING\n")).name == "waiting"


def test_one_of_several_is_picked_by_its_constant(tmp_path: Path) -> None:
    """Without a choice the message says how to choose."""
    path = written(tmp_path, TWO)
    assert family(f"{path}:OTHER").name == "other"
    with pytest.raises(DeclarationError, match=r"declares several families \(OTHER, WAITING\); write .*mine\.py:NAME"):
        family(path)
    with pytest.raises(DeclarationError, match=r"no Family called THIRD; it declares OTHER, WAITING"):
        family(f"{path}:THIRD")


def test_a_file_may_define_data_classes(tmp_path: Path) -> None:
    """They look their own module up by name while it is still running."""
    text = "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\nclass A:\n    a: int\n"
    assert family(written(tmp_path, text + SOUND)).name == "waiting"


@pytest.mark.parametrize(
    ("text", "reason", "cause"),
    [
        ("x = 1\n", "declares no family; assign a Family to a name", None),
        ("x = = 1\n", "fails when it is run: SyntaxError", SyntaxError),
        ("1 / 0\n", "fails when it is run: ZeroDivisionError: division by zero", ZeroDivisionError),
        ("import no_such_package_anywhere\n", "fails when it is run: ModuleNotFoundError", ModuleNotFoundError),
        ("raise SystemExit(3)\n", "fails when it is run: SystemExit: 3", SystemExit),
        (
            SOUND.replace("log(rate) -", "rate * 0.5 -"),
            "fails when it is run: DeclarationError: .* float",
            DeclarationError,
        ),
        (SOUND.replace("log(rate) -", "-"), "waiting: the density is not normalised", None),
    ],
)
def test_a_bad_file_is_one_clear_error(tmp_path: Path, text: str, reason: str, cause: type | None) -> None:
    """What the file raised is kept as the cause, and the half-made module is gone."""
    before = set(sys.modules)
    with pytest.raises(DeclarationError, match=reason) as caught:
        family(written(tmp_path, text))
    assert (type(caught.value.__cause__) is cause) or (cause is None and caught.value.__cause__ is None)
    if cause is not None:
        assert not [name for name in set(sys.modules) - before if name.startswith("_thetahat_file")]


def test_a_missing_file_is_an_error() -> None:
    """It says where it was looked for."""
    with pytest.raises(DeclarationError, match=r"nowhere\.py: there is no such file; the working directory is "):
        family("nowhere.py")


def test_interrupting_a_file_is_not_swallowed(tmp_path: Path) -> None:
    """Control-C is no fault of the file."""
    with pytest.raises(KeyboardInterrupt):
        family(written(tmp_path, "raise KeyboardInterrupt\n"))


def test_parametric_spaces_survive_the_trip(tmp_path: Path) -> None:
    """A family with ends in other parameters is read from a file like any other."""
    text = """
from sympy import Interval, S, Symbol, log, oo
from thetahat.proofs.family import Family, Parameter

x, a, b = (Symbol(name, real=True) for name in "xab")
MINE = Family("mine", x, Interval(a, b), (Parameter(a, S.Reals), Parameter(b, Interval.open(a, oo))), -log(b - a))
"""
    found = family(written(tmp_path, text))
    assert found.parameters[1].space == Interval.open(Symbol("a", real=True), oo)
