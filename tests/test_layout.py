"""Whether the folders keep to their plan: packages, import arrows, guarded names, an engine that knows no family."""

import ast
import importlib.util
import re
import runpy
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import sympy

from thetahat.proofs.integration.table import LEMMAS
from thetahat.proofs.registry import catalogue, structured_catalogue

ROOT = Path(__file__).parent.parent
FOLDERS = ("proofs", "strategies", "verify")
# What each folder may import; the public face, "", imports the topmost layer and so belongs to it.
MAY_IMPORT = {
    "proofs": {"proofs"},
    "strategies": {"proofs", "strategies"},
    "verify": {"", "proofs", "strategies", "verify"},
}
# Adjectives that name other things too: a normal form, uniform random numbers. As a variable they decide nothing;
# as a string, an import or a constant they are watched like the rest.
ORDINARY = {"normal", "uniform"}


@cache
def parsed(text: str) -> ast.Module:
    """Return the syntax tree of a module, which several tests walk."""
    return ast.parse(text)


def sources() -> list[Path]:
    """Return every Python file of the package."""
    return sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))


def import_name(path: Path) -> str:
    """Return the name under which a file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts[2:] if parts[:2] == ("verify", "_root") else parts
    return ".".join(("thetahat", *(part for part in parts if part != "__init__")))


def imported(text: str, name: str, is_package: bool) -> Iterator[str]:
    """Yield the full name of every module that a module called ``name`` imports."""
    for node in ast.walk(parsed(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = name.split(".")
            # One dot is the package of the module, which for an __init__ is the module itself.
            keep = len(base) - node.level + (1 if is_package else 0)
            start = ".".join(base[:keep]) + "." if node.level else ""
            if node.module is None:
                yield from (f"{start}{alias.name}" for alias in node.names)
            else:
                yield f"{start}{node.module}"


def wrong_arrows(text: str, name: str, is_package: bool, folder: str) -> list[str]:
    """Return the imports that point against the arrows."""
    return [
        module
        for module in imported(text, name, is_package)
        if module.split(".")[0] == "thetahat" and f"{module}.".split(".")[1] not in MAY_IMPORT[folder]
    ]


def family_names(text: str, names: set[str]) -> list[str]:
    """Return where a text speaks of a family by name: as a string, an identifier, or an imported declaration."""
    tree = parsed(text)
    texts = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    constants = {name.upper() for name in names}
    identifiers = names - ORDINARY
    found = []
    for node in ast.walk(tree):
        words: list[str] = []
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
            words = [node.value] if node.value in names else []
        elif isinstance(node, ast.Name):
            words = [node.id] if node.id in identifiers | constants else []
        elif isinstance(node, ast.arg):
            words = [node.arg] if node.arg in identifiers else []
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            words = [node.name] if node.name in identifiers else []
        elif isinstance(node, ast.ImportFrom):
            words = [alias.name for alias in node.names if alias.name in constants]
            words += [node.module] if node.module and "families." in node.module else []
        found += [f"line {node.lineno}: {word}" for word in words]  # type: ignore[attr-defined]
    return found


def names_asked(text: str, names: set[str]) -> list[str]:
    """Return where a text compares or looks up a ``.name`` with one of the names, or with how one begins or ends.

    This watches every name, also those that are words of mathematics, such as gamma.
    """
    found: list[str] = []
    if ".name" not in text:
        return found
    for node in ast.walk(parsed(text)):
        if not isinstance(node, ast.Compare | ast.Subscript | ast.Match | ast.Call):
            continue
        parts = list(ast.walk(node))
        if not any(isinstance(part, ast.Attribute) and part.attr == "name" for part in parts):
            continue
        words = [p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)]
        found += [
            f"line {node.lineno}: {word}"
            for word in words
            if len(word) > 2 and any(name.startswith(word) or word in re.findall("_.*", name) for name in names)
        ]
    return found


def engine_words() -> set[str]:
    """Return the family names that are no other word here: no name of SymPy, no module, no integral or sum."""
    others = {path.stem for path in sources() if "families" not in path.parts} | set(LEMMAS)
    return {name for name in every_name() if not hasattr(sympy, name) and name not in others}


def every_name() -> set[str]:
    """Return the names of all shipped families, those whose dimension is a symbol included."""
    return {entry.name for entry in (*catalogue(), *structured_catalogue())}


def test_every_folder_with_code_is_a_listed_package() -> None:
    """An unlisted folder works in an editable install and is missing from the wheel."""
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    there = {import_name(path.parent / "__init__.py") for path in sources()}
    assert sorted(listed) == sorted(there)


def test_the_maps_of_the_large_folders_name_every_module_once() -> None:
    """A reader finds each module in the README of its folder, and nothing that is not there."""
    for folder in ("proofs", "verify"):
        named = re.findall(r"`(\w+)`", (ROOT / folder / "README.md").read_text("utf-8"))
        inner = {path.name for path in (ROOT / folder).iterdir() if (path / "__init__.py").is_file()} - {"_root"}
        generated = {"derivations"} if folder == "proofs" else set()
        modules = {path.stem for path in (ROOT / folder).glob("[a-z]*.py")}
        assert sorted(named) == sorted(modules | inner | generated)


def test_every_package_has_an_init() -> None:
    """A folder without one would be a namespace package, which nothing guards."""
    folders = {path.parent for path in sources()}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


@pytest.mark.parametrize("folder", FOLDERS)
def test_imports_follow_the_arrows(folder: str) -> None:
    """``proofs`` <- ``strategies`` <- ``verify``, and never back."""
    paths = sorted((ROOT / folder).rglob("*.py"))
    assert paths
    wrong = {
        str(path.relative_to(ROOT)): found
        for path in paths
        if (found := wrong_arrows(path.read_text(), import_name(path), path.name == "__init__.py", folder))
    }
    assert wrong == {}


def heavy(code: str) -> set[str]:
    """Return which of the large packages a new process has imported after running some code."""
    told = f"{code}\nimport sys\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    return {"sympy", "mpmath", "scipy", "flint", "hypothesis"} & set(run.stdout.split())


def test_compiled_estimators_import_numpy_alone() -> None:
    """Whoever runs one does not wait for SymPy, SciPy or python-flint; an import of what compiles them is noticed."""
    every = "".join(f"import {import_name(path)}\n" for path in sorted((ROOT / "verify" / "compiled").glob("*.py")))
    assert every.count("import") > 5
    assert heavy(every) == set()
    assert heavy(f"{every}import thetahat.verify.compiled_fit") >= {"sympy", "flint"}


@pytest.mark.parametrize(
    ("line", "is_package"),
    [
        ("from ..verify import report", False),
        ("from .. import strategies", False),
        ("from ..strategies.data import datasets", True),
        ("import thetahat.verify.report", False),
        ("import thetahat", False),
        ("def late():\n    from thetahat import fit", False),
    ],
)
def test_a_planted_wrong_import_is_noticed(line: str, is_package: bool) -> None:
    """Relative and absolute imports of a later folder, at the top or inside a function, are found."""
    name = "thetahat.proofs.algebra" if is_package else "thetahat.proofs.family"
    line = line.replace("..", "...") if is_package else line
    assert wrong_arrows(line, name, is_package, "proofs") != []


def test_imports_along_the_arrows_are_accepted() -> None:
    """The check does not refuse everything."""
    assert wrong_arrows("from ..proofs import family\nimport numpy", "thetahat.verify.fit", False, "verify") == []
    assert wrong_arrows("from ..errors import DataError", "thetahat.proofs.algebra.signs", False, "proofs") == []


@pytest.mark.parametrize(
    "path", [path for path in sources() if path.name == "__init__.py"], ids=lambda path: import_name(path)
)
def test_a_package_refuses_another_name(path: Path) -> None:
    """A second copy under another name would have its own classes and its own registry."""
    spec = importlib.util.spec_from_file_location("another_name", path)
    assert spec is not None
    assert spec.loader is not None
    with pytest.raises(ImportError, match=rf"this folder is the package '{import_name(path)}', not 'another_name'"):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))


@pytest.mark.thorough
def test_the_engine_knows_no_family_by_name() -> None:
    """What is special about one family belongs into no engine: everything follows from the declaration.

    Adapters are data: which function of another library estimates which family.
    """
    names, every = engine_words(), every_name()
    engine = [path for path in sources() if not {"families", "adapters"} & set(path.parts)]
    assert {path.relative_to(ROOT).parts[0] for path in engine} == set(FOLDERS)
    found = {
        str(path.relative_to(ROOT)): words
        for path in engine
        if (words := family_names(path.read_text(), names) + names_asked(path.read_text(), every))
    }
    assert found == {}


@pytest.mark.parametrize(
    "line",
    [
        'if family.name == "cauchy":\n    pass',
        "from .families.real.normal import NORMAL",
        "from ..proofs.families import real\nreal.normal.NORMAL\nNORMAL = 1",
        "def rayleigh(x):\n    return x",
        "special = {'pareto': 1}",
        "if name in ('normal', 'laplace'):\n    pass",
        "def rule(weibull):\n    return 1",
    ],
)
def test_a_planted_family_name_is_noticed(line: str) -> None:
    """As a string, an import, a function, a key or an argument."""
    assert family_names(line, engine_words()) != []


@pytest.mark.parametrize(
    "line",
    [
        'if family.name == "gamma":\n    pass',
        'if derivation.family.name in {"beta", "zeta"}:\n    pass',
        'if family.name.startswith("normal"):\n    pass',
        'rule = {"binomial": 1}[family.name]',
        'rule = {"poisson": 1}.get(family.name)',
        'match family.name:\n    case "gamma":\n        pass',
        'if "_by_mean" in family.name:\n    pass',
    ],
)
def test_a_planted_question_for_a_name_is_noticed(line: str) -> None:
    """Also for a name that is a word of mathematics, and for a part of a name."""
    assert names_asked(line, every_name()) != []


def test_documentation_may_name_families() -> None:
    """Examples in docstrings do, and they are no special cases."""
    assert family_names('"""Like cauchy."""\n\ndef f():\n    """>>> family("cauchy")"""', engine_words()) == []


def test_most_family_names_are_watched() -> None:
    """Only names that are also words of mathematics or of our modules are left out."""
    assert len(engine_words()) > len(every_name()) * 3 / 4


def test_without_an_install_the_tests_say_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line with the command, instead of an import error for each file."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(pytest.UsageError, match=r"thetahat is not installed; run: pip install -e '\.\[test\]'"):
        runpy.run_path(str(ROOT / "tests" / "conftest.py"))
