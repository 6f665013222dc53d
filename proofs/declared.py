"""The families that other people's code declares: a Python file, or what an installed package offers."""

# Standard library only at this level: listing families must not wait for SymPy.
from __future__ import annotations

import hashlib
import sys
from importlib.metadata import EntryPoint
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeGuard

from .errors import DeclarationError

if TYPE_CHECKING:
    from .family import Family
    from .structured.family import StructuredFamily


def is_family(value: object) -> TypeGuard[Family]:
    """Return whether a value is a ``Family``.

    >>> is_family("normal")
    False
    """
    from .family import Family

    return isinstance(value, Family)


def is_of_any_dimension(value: object) -> bool:
    """Return whether a value is a ``StructuredFamily``.

    >>> is_of_any_dimension("wishart")
    False
    """
    from .structured.family import StructuredFamily

    return isinstance(value, StructuredFamily)


def declared_in(module: ModuleType) -> dict[str, Family | StructuredFamily]:
    """Return the families of a module, by the names that they are assigned to.

    >>> from thetahat.proofs.families.counts import poisson
    >>> list(declared_in(poisson))
    ['POISSON']
    """
    return {name: value for name, value in vars(module).items() if is_family(value) or is_of_any_dimension(value)}


def executed(path: Path) -> ModuleType:
    """Return the module that a user's file becomes when it is run.

    Raises
    ------
    DeclarationError
        When there is no such file, or when it fails.
    """
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


def of_entry_point(point: EntryPoint) -> tuple[Family, ...]:
    """Return the families behind one entry point: a ``Family``, or all those of a module.

    Raises
    ------
    DeclarationError
        When it cannot be loaded, or is neither.
    """
    who = f"entry point {point.name} = {point.value} of {distribution_of(point)}"
    try:
        value = point.load()
    except Exception as error:  # another package's code runs here, and may raise anything
        raise DeclarationError(f"{who}: cannot be loaded: {type(error).__name__}: {error}") from error
    module = isinstance(value, ModuleType)
    found = tuple(each for each in declared_in(value).values() if is_family(each)) if module else (value,)
    if not found or not all(is_family(each) for each in found):
        raise DeclarationError(f"{who}: is {value!r}, which is neither a Family nor a module that declares one")
    return found


def distribution_of(point: EntryPoint) -> str:
    """Return the name of the installed package that an entry point belongs to."""
    return point.dist.name if point.dist is not None else "an unknown distribution"
