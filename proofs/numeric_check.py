"""Whether numbers contradict a declaration that no lemma shows to be a density: they can refute it, never prove it."""

from __future__ import annotations

from functools import lru_cache

from sympy import (
    Abs,
    Function,
    Max,
    Min,
    Piecewise,
    acos,
    asin,
    atan,
    atan2,
    binomial,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    factorial,
    gamma,
    log,
    loggamma,
    sign,
    sin,
    sinh,
    tan,
    tanh,
)

from .derivation import Verdict
from .errors import DeclarationError, UndecidedError
from .expectations import is_normalised
from .family import Family
from .sense import is_plainly_real
from .validation import require_normalised, require_real, shared_total

# A density in other functions, such as Bessel's, takes many seconds to integrate with fifty digits.
_TRIGONOMETRIC = (acos, asin, atan, atan2, cos, cosh, sin, sinh, tan, tanh)
_QUICK = (Abs, Max, Min, Piecewise, binomial, erf, erfc, exp, factorial, gamma, log, loggamma, sign, *_TRIGONOMETRIC)


@lru_cache(maxsize=512)
def checked_by_numbers(family: Family) -> tuple[Verdict, str]:
    """Return whether the total is one at a few members, and what was found; nothing is asked where a lemma tells.

    A density given covariates is not asked either: one of them may say of an observation that it was censored.

    >>> from thetahat import family
    >>> checked_by_numbers(family("hypergeometric"))[0]
    <Verdict.AGREE: 'agree'>
    """
    if family.beside:
        return Verdict.UNDECIDED, "it was not checked, since the density is one given covariates, or of several numbers"
    slow = sorted({type(node).__name__ for node in family.log_density.atoms(Function) if not isinstance(node, _QUICK)})
    if slow:
        return Verdict.UNDECIDED, f"it was not checked numerically, since {slow[0]} takes long to evaluate"
    try:
        if not is_plainly_real(family):
            require_real(family)
    except (DeclarationError, UndecidedError) as error:
        return _judged(family, error)
    if is_normalised(family) is not None:
        return Verdict.AGREE, "a lemma gives its total"
    try:
        require_normalised(family)
    except (DeclarationError, UndecidedError) as error:
        shared = shared_total(family) if isinstance(error, DeclarationError) else None
        if shared is not None:
            return Verdict.UNDECIDED, f"its total is {shared} at all members tried: a factor that moves no estimate"
        return _judged(family, error)
    return Verdict.AGREE, "it was only checked numerically"


def _judged(family: Family, error: DeclarationError | UndecidedError) -> tuple[Verdict, str]:
    verdict = Verdict.DISAGREE if isinstance(error, DeclarationError) else Verdict.UNDECIDED
    return verdict, str(error).removeprefix(f"{family.name}: ")
