"""Which families there are: those in our folder, registered ones, those of installed packages, and a user's file."""

# Standard library only at this level: listing families must not wait for SymPy.
from __future__ import annotations

from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING

from .declared import declared_in, distribution_of, executed, is_family, of_entry_point
from .errors import DeclarationError, UnknownFamilyError
from .shipped import Entry, catalogue, imported, is_structured, shipped_family, structured, structured_catalogue

if TYPE_CHECKING:
    from .family import Family
    from .structured.family import StructuredFamily

__all__ = [
    "GROUP",
    "Entry",
    "any_family",
    "catalogue",
    "families",
    "family",
    "is_structured",
    "register",
    "structured",
    "structured_catalogue",
]

GROUP = "thetahat.families"
_registered: dict[str, Family] = {}


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
    if _is_file(name):
        found = any_family(name)
        if not is_family(found):
            raise DeclarationError(f"{name}: {found.name} is a structured family, whose dimension is a symbol")
        return found
    shipped = shipped_family(name)
    if shipped is not None:
        return shipped
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
    listed = (entry.name for entry in (*catalogue(), *structured_catalogue()))
    known = sorted({*listed, *_registered, *installed})
    close = get_close_matches(name, known, n=3)
    hint = f"did you mean {' or '.join(map(repr, close))}?" if close else f"known are {', '.join(known)}"
    raise UnknownFamilyError(f"there is no family {name!r}; {hint}")


def any_family(name: str) -> Family | StructuredFamily:
    """Return the family of that name, also one whose dimension is a symbol; names, files and errors as for ``family``.

    >>> [any_family(name).parameter_names for name in ("rayleigh", "wishart")]
    [('sigma',), ('Sigma',)]
    """
    if _is_file(name):
        path, _, wanted = name.rpartition(":")
        return _from_file(Path(path), wanted or None) if path.endswith(".py") else _from_file(Path(name), None)
    return structured(name) if is_structured(name) else family(name)


def _is_file(name: str) -> bool:
    if not isinstance(name, str):
        raise UnknownFamilyError(f"{name!r:.60} is no name of a family; write one such as 'normal'")
    return name.endswith(".py") or name.rpartition(":")[0].endswith(".py")


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
    shipped = tuple(imported(entry) for entry in entries if kind in (None, entry.kind))
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
    if not is_family(family):
        raise DeclarationError(f"register: {family!r} is not a Family")
    taken = {*(entry.name for entry in (*catalogue(), *structured_catalogue())), *_registered, *_installed()}
    if family.name in taken:
        raise DeclarationError(f"register: the name {family.name!r} is taken; give the family another name")
    _registered[family.name] = _checked(family)
    return family


def _installed() -> dict[str, Family]:
    """The families that installed packages declare in the entry-point group, by their names."""
    shipped = {entry.name for entry in catalogue()}
    found: dict[str, Family] = {}
    for point in entry_points(group=GROUP):
        for each in of_entry_point(point):
            if each.name in shipped or each.name in found or each.name in _registered:
                raise DeclarationError(
                    f"the installed package {distribution_of(point)} declares a family {each.name!r} under "
                    f"{point.name!r}, but that name is taken; rename it or uninstall the package"
                )
            found[each.name] = each
    return found


def _from_file(path: Path, wanted: str | None) -> Family | StructuredFamily:
    """Run a user's file and return the family in it."""
    declared = declared_in(executed(path))
    names = ", ".join(sorted(declared))
    if wanted is not None:
        if wanted not in declared:
            raise DeclarationError(f"{path}: declares no Family called {wanted}; it declares {names or 'none'}")
        return _sound(declared[wanted])
    distinct = list({id(found): found for found in declared.values()}.values())
    if not distinct:
        raise DeclarationError(f"{path}: declares no family; assign a Family to a name at the top level")
    if len(distinct) > 1:
        raise DeclarationError(f"{path}: declares several families ({names}); write {path}:NAME to pick one")
    return _sound(distinct[0])


def _sound(found: Family | StructuredFamily) -> Family | StructuredFamily:
    """The family itself; one of single numbers once ``validate`` has let it pass."""
    return _checked(found) if is_family(found) else found


@cache
def _checked(family: Family) -> Family:
    """The family itself, once ``validate`` has let it pass."""
    from .expectations import proves_normalised
    from .validation import validate

    validate(family, proves_normalised)
    return family
