"""Which families there are: those in our folder, registered ones, those of installed packages, and a user's file."""

# Standard library only at this level: listing families must not wait for SymPy.
from __future__ import annotations

import ast
import hashlib
import importlib
import sys
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from .errors import DeclarationError, UnknownFamilyError

if TYPE_CHECKING:
    from .family import Family
    from .structured.family import StructuredFamily

GROUP = "thetahat.families"
_FOLDER = Path(__file__).parent / "families"
_STRUCTURED = Path(__file__).parent / "structured" / "families"
_registered: dict[str, Family] = {}


@dataclass(frozen=True)
class Entry:
    """One shipped declaration, as far as its file shows without being imported."""

    name: str
    kind: str
    summary: str
    path: Path


def catalogue() -> tuple[Entry, ...]:
    """Return the shipped declarations, sorted by kind and name.

    The files are parsed, not imported, so this takes milliseconds.

    Raises
    ------
    DeclarationError
        For a file that does not open with ``\"\"\"Name: one sentence what it is.\"\"\"``.

    Examples
    --------
    >>> next(entry.summary for entry in catalogue() if entry.name == "rayleigh")
    'length of a planar Gaussian vector with equal, independent axes'
    """
    return _read(_FOLDER)


def structured_catalogue() -> tuple[Entry, ...]:
    """Return the shipped declarations whose dimension is a symbol, sorted by name; their kind is ``structured``.

    >>> "multivariate_normal" in [entry.name for entry in structured_catalogue()]
    True
    """
    return _read_structured(_STRUCTURED)


def is_structured(name: str) -> bool:
    """Return whether a shipped family of that name has a dimension that is a symbol.

    >>> is_structured("multivariate_normal"), is_structured("gamma")
    (True, False)
    """
    return any(entry.name == name for entry in structured_catalogue())


def structured(name: str) -> StructuredFamily:
    """Return the structured family of that name.

    Raises
    ------
    UnknownFamilyError
        When there is none.

    Examples
    --------
    >>> structured("multivariate_normal").parameter_names
    ('mu', 'Sigma')
    """
    entry = next((entry for entry in structured_catalogue() if entry.name == name), None)
    if entry is None:
        known = ", ".join(entry.name for entry in structured_catalogue())
        raise UnknownFamilyError(f"there is no structured family {name!r}; known are {known}")
    module = importlib.import_module(f".structured.families.{name}", __package__)
    return getattr(module, name.upper())


def family(name: str) -> Family:
    """Return the family of that name: shipped, registered, or from an installed package.

    A name that ends in ``.py`` is a Python file, which is run as your own code; ``file.py:NAME`` picks one of several
    families in it. Families that are not shipped here are checked by ``validation.validate`` first.

    Raises
    ------
    UnknownFamilyError
        Gives the closest names.
    DeclarationError
        When the file does not exist, fails, or declares no family or several; or when the family is not a sound one.
    UndecidedError
        When the checks cannot tell whether a family that is not shipped is normalised.

    Examples
    --------
    >>> family("rayleigh").parameter_names
    ('sigma',)
    >>> family("raylei")
    Traceback (most recent call last):
    ...
    thetahat.proofs.errors.UnknownFamilyError: there is no family 'raylei'; did you mean 'rayleigh'?
    """
    path, _, wanted = name.rpartition(":")
    if path.endswith(".py"):
        return _from_file(Path(path), wanted or None)
    if name.endswith(".py"):
        return _from_file(Path(name), None)
    shipped = _by_name(_FOLDER)
    if name in shipped:
        return _shipped(_FOLDER, name)
    if name in _registered:
        return _registered[name]
    installed = _installed()
    if name in installed:
        return _checked(installed[name])
    if is_structured(name):
        raise UnknownFamilyError(
            f"{name} is a structured family, whose dimension is a symbol, and not one of single numbers; "
            f"write structured({name!r}) for its declaration, or thetahat derive {name}"
        )
    known = sorted({*shipped, *_registered, *installed, *(entry.name for entry in structured_catalogue())})
    close = get_close_matches(name, known, n=3)
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else f"known are {', '.join(known)}"
    raise UnknownFamilyError(f"there is no family {name!r}; {hint}")


def families(kind: str | None = None) -> tuple[Family, ...]:
    """Return the shipped families of one kind; without ``kind``, all of them, then the registered and installed ones.

    The kind is the folder, and only shipped families have one.

    Raises
    ------
    UnknownFamilyError
        For a kind that is no folder.

    Examples
    --------
    >>> [found.name for found in families("conditional")]
    ['linear_regression', 'poisson_exposure']
    """
    entries = catalogue()
    kinds = sorted({entry.kind for entry in entries})
    if kind is not None and kind not in kinds:
        raise UnknownFamilyError(f"there is no kind of family {kind!r}; known are {', '.join(kinds)}")
    shipped = tuple(_imported(entry) for entry in entries if kind in (None, entry.kind))
    if kind is not None:
        return shipped
    return (*shipped, *_registered.values(), *(_checked(found) for found in _installed().values()))


def register(family: Family) -> Family:
    """Return the family, now known by its name in this process.

    Raises
    ------
    DeclarationError
        When it is not a sound declaration, or when the name is taken.
    UndecidedError
        When the checks cannot tell whether the density is normalised.
    """
    if not _is_family(family):
        raise DeclarationError(f"register: {family!r} is not a Family")
    taken = {*(entry.name for entry in (*catalogue(), *structured_catalogue())), *_registered, *_installed()}
    if family.name in taken:
        raise DeclarationError(f"register: the name {family.name!r} is taken; give the family another name")
    _registered[family.name] = _checked(family)
    return family


@cache
def _read(folder: Path) -> tuple[Entry, ...]:
    paths = (path for path in folder.glob("*/*.py") if not path.stem.startswith("_"))
    return tuple(_entry(path) for path in sorted(paths, key=lambda path: (path.parent.name, path.stem)))


@cache
def _by_name(folder: Path) -> dict[str, Entry]:
    return {entry.name: entry for entry in _read(folder)}


@cache
def _shipped(folder: Path, name: str) -> Family:
    return _imported(_by_name(folder)[name])


@cache
def _read_structured(folder: Path) -> tuple[Entry, ...]:
    paths = sorted(path for path in folder.glob("*.py") if not path.stem.startswith("_"))
    return tuple(replace(_entry(path), kind="structured") for path in paths)


def _entry(path: Path) -> Entry:
    documentation = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"), str(path))) or ""
    _, colon, summary = documentation.partition("\n")[0].partition(": ")
    if not colon:
        raise DeclarationError(f'{path}: the file must open with """Name: one sentence what it is."""')
    return Entry(path.stem, path.parent.name, summary.rstrip("."), path)


def _imported(entry: Entry) -> Family:
    """Import one shipped declaration; its constant bears the file's name in capitals."""
    module = importlib.import_module(f".families.{entry.kind}.{entry.name}", __package__)
    found: Any = getattr(module, entry.name.upper(), None)
    if not _is_family(found) or found.name != entry.name:
        raise DeclarationError(
            f"{entry.path}: the file must define {entry.name.upper()}, a Family whose name is {entry.name!r}"
        )
    return found


def _installed() -> dict[str, Family]:
    """The families that installed packages declare in the entry-point group, by their names."""
    shipped = {entry.name for entry in catalogue()}
    found: dict[str, Family] = {}
    for point in entry_points(group=GROUP):
        for each in _of_entry_point(point):
            if each.name in shipped or each.name in found or each.name in _registered:
                raise DeclarationError(
                    f"the installed package {_distribution(point)} declares a family {each.name!r} under "
                    f"{point.name!r}, but that name is taken; rename it or uninstall the package"
                )
            found[each.name] = each
    return found


def _of_entry_point(point: EntryPoint) -> tuple[Family, ...]:
    who = f"entry point {point.name} = {point.value} of {_distribution(point)}"
    try:
        value = point.load()
    except Exception as error:  # another package's code runs here, and may raise anything
        raise DeclarationError(f"{who}: cannot be loaded: {type(error).__name__}: {error}") from error
    found = tuple(_declared(value).values()) if isinstance(value, ModuleType) else (value,)
    if not found or not all(_is_family(each) for each in found):
        raise DeclarationError(f"{who}: is {value!r}, which is neither a Family nor a module that declares one")
    return found


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else "an unknown distribution"


def _from_file(path: Path, wanted: str | None) -> Family:
    """Run a user's file and return the family in it."""
    declared = _declared(_executed(path))
    names = ", ".join(sorted(declared))
    if wanted is not None:
        if wanted not in declared:
            raise DeclarationError(f"{path}: declares no Family called {wanted}; it declares {names or 'none'}")
        return _checked(declared[wanted])
    distinct = list({id(found): found for found in declared.values()}.values())
    if not distinct:
        raise DeclarationError(f"{path}: declares no family; assign a Family to a name at the top level")
    if len(distinct) > 1:
        raise DeclarationError(f"{path}: declares several families ({names}); write {path}:NAME to pick one")
    return _checked(distinct[0])


def _executed(path: Path) -> ModuleType:
    if not path.is_file():
        raise DeclarationError(f"{path}: there is no such file; the working directory is {Path.cwd()}")
    # A name of its own for each path: two files may be called alike, and dataclasses look their module up by name.
    digest = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    spec = spec_from_file_location(f"_thetahat_file_{digest}", path)
    if spec is None or spec.loader is None:
        raise DeclarationError(f"{path}: Python does not know how to load it")
    module = module_from_spec(spec)
    before = sys.modules.get(spec.name)
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # the user's own code runs here, and may raise anything
        if before is None:
            del sys.modules[spec.name]
        else:
            sys.modules[spec.name] = before
        raise DeclarationError(f"{path}: fails when it is run: {type(error).__name__}: {error}") from error
    return module


def _declared(module: ModuleType) -> dict[str, Family]:
    return {name: value for name, value in vars(module).items() if _is_family(value)}


def _is_family(value: object) -> bool:
    from .family import Family

    return isinstance(value, Family)


@cache
def _checked(family: Family) -> Family:
    """The family itself, once ``validate`` has let it pass."""
    from .expectations import proves_normalised
    from .validation import validate

    validate(family, proves_normalised)
    return family
