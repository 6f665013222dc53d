"""The declarations in our folders: listed without being imported, and imported one by one."""

# Standard library only at this level: listing families must not wait for SymPy.
from __future__ import annotations

import ast
import importlib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .declared import is_family
from .errors import DeclarationError, UnknownFamilyError

if TYPE_CHECKING:
    from .family import Family
    from .structured.family import StructuredFamily

_FOLDER = Path(__file__).parent / "families"
_STRUCTURED = Path(__file__).parent / "structured" / "families"


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
    return entries_in(_FOLDER)


def structured_catalogue() -> tuple[Entry, ...]:
    """Return the shipped declarations whose dimension is a symbol, sorted by name; their kind is ``structured``.

    >>> "multivariate_normal" in [entry.name for entry in structured_catalogue()]
    True
    """
    return _read_structured(_STRUCTURED)


def shipped_family(name: str) -> Family | None:
    """Return the shipped family of that name, the same value each time; ``None`` if there is none.

    >>> shipped_family("rayleigh") is shipped_family("rayleigh"), shipped_family("raylei")
    (True, None)
    """
    entry = _by_name(_FOLDER).get(name)
    return None if entry is None else imported(entry)


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


@cache
def entries_in(folder: Path) -> tuple[Entry, ...]:
    """Return the declarations in the folders of a folder, sorted by kind and name."""
    paths = (path for path in folder.glob("*/*.py") if not path.stem.startswith("_"))
    return tuple(_entry(path) for path in sorted(paths, key=lambda path: (path.parent.name, path.stem)))


@cache
def _by_name(folder: Path) -> dict[str, Entry]:
    return {entry.name: entry for entry in entries_in(folder)}


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


@cache
def imported(entry: Entry) -> Family:
    """Return one shipped declaration, imported; its constant bears the file's name in capitals.

    Raises
    ------
    DeclarationError
        When the file defines no such family.
    """
    module = importlib.import_module(f".families.{entry.kind}.{entry.name}", __package__)
    found: Any = getattr(module, entry.name.upper(), None)
    if not is_family(found) or found.name != entry.name:
        raise DeclarationError(
            f"{entry.path}: the file must define {entry.name.upper()}, a Family whose name is {entry.name!r}"
        )
    return found
