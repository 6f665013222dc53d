"""A function of the user's, named as ``module:function``: code that the user chose to run."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ...proofs.errors import ParameterError, UnknownFamilyError
from ...proofs.registry import family as family_named
from ..answers import require_callable
from .target import Promise, Target

PROMISE = Promise("Taken to return maximum-likelihood estimates, since it was named here.", "")


def own_target(name: str, family: str, fixed: Mapping[str, str]) -> Target:
    """Return the target ``module:function``; the module is imported. Known values are texts, as ``3/2``.

    Raises
    ------
    UnknownFamilyError
        Where there is no such module or function.

    Examples
    --------
    >>> own_target("statistics:fmean", "exponential_by_mean", {}).function([1.0, 2.0])
    1.5
    """
    module, _, path = name.partition(":")
    if not module or not path:
        raise UnknownFamilyError(f"{name}: write a module and a function in it, as my_module:my_fit")
    try:
        found: Any = importlib.import_module(module)
    except ImportError as error:
        advice = f"write {module.removesuffix('.py')}:{path}" if module.endswith(".py") else "check its name"
        raise UnknownFamilyError(f"{name}: the module {module!r} cannot be imported ({error}); {advice}") from error
    except Exception as error:
        raise UnknownFamilyError(
            f"{name}: the module {module!r} raised {type(error).__name__} when it was imported: {error}"
        ) from error
    for part in path.split("."):
        if not hasattr(found, part):
            raise UnknownFamilyError(f"{name}: {module} has no function {path!r}; check its name")
        found = getattr(found, part)
    try:
        require_callable(found, family_named(family), False)
    except ParameterError as error:
        raise UnknownFamilyError(f"{name}: {error}") from error
    return Target(name, family, found, PROMISE, fixed={one: Fraction(value) for one, value in fixed.items()})
