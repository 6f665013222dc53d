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


def checked_by_numbers(family: Family) -> tuple[Verdict, str]:
    """Return whether the total is one at a few members, and what was found; nothing is asked where a lemma tells.

    A density given covariates is not asked either: one of them may say of an observation that it was censored.

    >>> from thetahat import family
    >>> checked_by_numbers(family("hypergeometric"))[0]
    <Verdict.AGREE: 'agree'>
    """
    verdict, found, _ = _looked_at(family)
    return verdict, found


def is_examined(family: Family) -> bool:
    """Return whether a lemma tells what the density adds up to, or numbers were asked.

    Where neither was possible, divergences between members are not known to be positive. What numbers contradict is
    called no density, and what they leave open stays an obligation.

    >>> from sympy import Reals, Symbol
    >>> from thetahat.proofs.family import Observed, Parameter
    >>> x, y, a = (Symbol(name, real=True) for name in "xya")
    >>> wild = a * x - x**4 - y**4 - x**2 * y**2 - a**2 / 2 + a**4 / 4
    >>> is_examined(Family("wild", x, Reals, (Parameter(a, Reals),), wild, also=(Observed(y, Reals),)))
    False
    """
    return is_normalised(family) is not None or _looked_at(family)[2]


@lru_cache(maxsize=512)
def _looked_at(family: Family) -> tuple[Verdict, str, bool]:
    """What numbers say, in words, and whether they were asked."""
    if family.beside:
        why = "it was not checked, since the density is one given covariates, or of several numbers"
        return Verdict.UNDECIDED, why, False
    functions = [node for node in family.log_density.atoms(Function) if not isinstance(node, _QUICK)]
    # Where the observation is none of its arguments, a function has one value for each member.
    slow = sorted({type(node).__name__ for node in functions if node.has(family.observation)})
    if slow:
        return Verdict.UNDECIDED, f"it was not checked numerically, since {slow[0]} takes long to evaluate", False
    try:
        if not is_plainly_real(family):
            require_real(family)
    except (DeclarationError, UndecidedError) as error:
        return *_judged(family, error), True
    if is_normalised(family) is not None:
        return Verdict.AGREE, "a lemma gives its total", True
    try:
        require_normalised(family)
    except (DeclarationError, UndecidedError) as error:
        shared = shared_total(family) if isinstance(error, DeclarationError) else None
        if shared is not None:
            why = f"its total is {shared} at all members tried: a factor that moves no estimate"
            return Verdict.UNDECIDED, why, True
        return *_judged(family, error), True
    return Verdict.AGREE, "it was only checked numerically", True


def _judged(family: Family, error: DeclarationError | UndecidedError) -> tuple[Verdict, str]:
    verdict = Verdict.DISAGREE if isinstance(error, DeclarationError) else Verdict.UNDECIDED
    return verdict, str(error).removeprefix(f"{family.name}: ")
