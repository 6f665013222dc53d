"""The derivation of a family of which some parameters or constants are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from sympy import Expr

from ..proofs.bounds import exact_number
from ..proofs.derivation import Derivation, Outcome
from ..proofs.errors import DeclarationError, ParameterError
from ..proofs.family import Family
from ..proofs.fixing import fix_constants
from .derivation_cache import derivation_of


def derivation_with(family: Family, fixed: Mapping[str, object]) -> Derivation:
    """Return the derivation of ``family`` with values put in: constants into the formulas, parameters before deriving.

    Where the maximum is not proved for all values of the constants, that of the family at these values is preferred.

    >>> from thetahat import family
    >>> derivation_with(family("binomial"), {"n": 3}).family.name
    'binomial[n=3]'
    """
    return _derivation_with(require_family(family), exactly(family, fixed) if fixed else (), _derived)


def kept_with(family: Family, fixed: Mapping[str, object]) -> Derivation:
    """Return the same from what an earlier process may have kept: for fits, not for checks of derivations.

    >>> from thetahat import family
    >>> kept_with(family("binomial"), {"n": 3}) == derivation_with(family("binomial"), {"n": 3})
    True
    """
    return _derivation_with(require_family(family), exactly(family, fixed) if fixed else (), derivation_of)


def require_family(family: object) -> Family:
    """Return what is a family of single numbers, or raise ``DeclarationError``.

    >>> require_family("gamma")
    Traceback (most recent call last):
    ...
    thetahat.proofs.errors.DeclarationError: 'gamma' is no family of single numbers; write family(...) with its name
    """
    if not isinstance(family, Family):
        raise DeclarationError(f"{family!r:.60} is no family of single numbers; write family(...) with its name")
    return family


def _derived(family: Family) -> Derivation:
    from ..proofs.engine import derive  # imported late: a kept derivation needs nothing that derives

    return derive(family)


def exactly(family: Family, fixed: Mapping[str, object]) -> tuple[tuple[str, Expr], ...]:
    """Return known values by name as exact numbers, in the order of the names.

    >>> from thetahat import family
    >>> exactly(family("gamma"), {"k": 0.5})
    (('k', 1/2),)
    """
    if not isinstance(fixed, Mapping) or not all(isinstance(name, str) for name in fixed):
        raise ParameterError(
            f"{family.name}: fixed={fixed!r:.60} is no mapping from the names of parameters to their values; write one "
            f"such as {{{family.parameter_names[0]!r}: 2}}"
        )
    return tuple(sorted((name, exact_number(value, f"{family.name}: {name}")) for name, value in fixed.items()))


@lru_cache(maxsize=512)
def _derivation_with(
    family: Family, fixed: tuple[tuple[str, Expr], ...], source: Callable[[Family], Derivation]
) -> Derivation:
    constants = {item.name for item in family.constants}
    parameters = {name: value for name, value in fixed if name not in constants}
    derivation = source(family.fix(**parameters) if parameters else family)
    known = {name: value for name, value in fixed if name in constants}
    return _one(_at(derivation, known, source) if known else derivation)


def _at(derivation: Derivation, known: Mapping[str, Expr], source: Callable[[Family], Derivation]) -> Derivation:
    """The derivation at values of the constants: what it leaves open may be proved of these values alone."""
    general = fix_constants(derivation, **known)
    if general.optimality.proved or general.outcome is Outcome.UNBOUNDED:
        return general
    own = source(general.family)
    return own if own.optimality.proved else general


@lru_cache(maxsize=512)
def _one(derivation: Derivation) -> Derivation:
    """The first of all that are equal to a derivation.

    What is compiled of one is kept by the derivation, and to compare two that are equal takes longer than a fit.
    """
    return derivation
