"""Global maxima of a family whose spaces are parts of wider ones: what is highest of all members is so of some."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache

from flint import arb
from sympy import Symbol

from ...proofs.balls import compiled, precision
from ...proofs.derivation import Derivation, Outcome
from ...proofs.engine import derive
from ...proofs.errors import ThetahatError
from ...proofs.family import Family
from ...proofs.parts import assumed_space
from ..observations import Observations
from .certificate import CertificateVerdict as Verdict
from .methods import WIDER
from .proved import Proved

Prove = Callable[[Derivation, Observations], Proved]


@lru_cache(maxsize=256)
def in_wider_spaces(family: Family) -> Family | None:
    """Return the family in which each parameter may be all that its symbol may; ``None`` where that is no wider.

    >>> from sympy import Interval, Reals, log, pi
    >>> from thetahat.proofs.family import Parameter
    >>> y, m = Symbol("y", real=True), Symbol("m", real=True)
    >>> bounded = Family("bounded", y, Reals, (Parameter(m, Interval(-1, 1)),), -log(pi) - log(1 + (y - m) ** 2))
    >>> [item.space for item in in_wider_spaces(bounded).parameters], in_wider_spaces(in_wider_spaces(bounded))
    ([Reals], None)
    """
    items = tuple(replace(item, space=assumed_space(item.symbol)) for item in family.parameters)
    if all(one.bounds == item.bounds for one, item in zip(items, family.parameters, strict=True)):
        return None
    if any(item.bounds.discrete or item.bounds.free_symbols for item in (*items, *family.parameters)):
        return None
    try:
        return replace(family, parameters=items)
    except ThetahatError:  # the density is none there, as with a share above one
        return None


def by_wider_spaces(derivation: Derivation, found: Proved, observations: Observations, prove: Prove) -> Proved | None:
    """Return the same as the only global maximum, where it is that of the wider family; ``None`` where it is not.

    Of that family ``prove`` is asked.
    """
    wider = in_wider_spaces(derivation.family)
    if wider is None:
        return None
    try:
        whole = derive(wider)
        highest = prove(whole, observations)
    except ThetahatError:  # not a density of every member there, or none that has these data
        return None
    if whole.outcome is Outcome.UNSOLVED or highest.verdict is not Verdict.UNIQUE_GLOBAL or not highest.argument:
        return None
    with precision(max(found.bits, highest.bits)):
        if not is_in_spaces(derivation.family, highest.theta):
            return None
    if not all(ball.overlaps(highest.theta[symbol]) for symbol, ball in found.theta.items()):
        return None
    argument = f"highest of all members also in wider spaces: {highest.argument}"
    return found._replace(verdict=Verdict.UNIQUE_GLOBAL, method=WIDER, argument=argument, why="")


def is_in_spaces(family: Family, theta: Mapping[Symbol, arb]) -> bool:
    """Return whether each parameter certainly lies inside its space, off its ends.

    >>> from thetahat import family
    >>> rate = family("exponential").symbols[0]
    >>> [is_in_spaces(family("exponential"), {rate: arb(value)}) for value in (0, 1)]
    [False, True]
    """
    point = [theta[symbol] for symbol in family.symbols]
    for item, value in zip(family.parameters, point, strict=True):
        lo, hi = compiled((item.bounds.lo, item.bounds.hi), family.symbols)(*point)
        if not lo < value < hi:
            return False
    return True
