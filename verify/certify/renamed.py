"""Maxima of a family by those of the same members in simpler parameters, of which more is proved."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ...proofs.balls import compiled, precision
from ...proofs.carried_over import is_one_to_one
from ...proofs.derivation import Derivation, Outcome
from ...proofs.engine import derive_as_declared
from ...proofs.errors import ThetahatError
from ...proofs.family import Family
from ...proofs.natural_scales import natural_scales
from ...proofs.reparametrisation import Reparametrisation
from ..observations import Observations
from .certificate import CertificateVerdict as Verdict
from .methods import RENAMED
from .proved import Balls, Proved

Prove = Callable[[Derivation, Observations], Proved]

CARRIED = (Verdict.UNIQUE_GLOBAL, Verdict.NO_MAXIMUM, Verdict.UNBOUNDED)
"""What is the same whatever parameters are called, and leaves nothing open."""


def by_other_parameters(derivation: Derivation, observations: Observations, prove: Prove) -> Proved | None:
    """Return what ``prove`` finds of the same members in simpler parameters; ``None`` where it leaves something open.

    A member is the highest whatever its parameters are called (Zehna 1966, Annals of Mathematical Statistics 37).
    """
    if derivation.integer is not None:
        return None
    for way in renamings(derivation.family):
        try:
            other = derive_as_declared(way.of(derivation.family))
            found = None if other.outcome is Outcome.UNSOLVED else prove(other, observations)
        except ThetahatError:  # no estimate in those parameters is a double
            continue
        if found is None or found.verdict not in CARRIED or found.others:
            continue
        argument = f"with {way}: {found.argument}" if found.argument else ""
        with precision(found.bits):
            theta = put_back(way, derivation.family, found.theta)
        return found._replace(theta=theta, region={}, method=RENAMED, argument=argument, witness={})
    return None


@lru_cache(maxsize=256)
def renamings(family: Family) -> tuple[Reparametrisation, ...]:
    """Return simpler parameters that are proved to be one to one with those of a family.

    >>> from sympy import Interval, Symbol, oo
    >>> from thetahat import Parameter, family
    >>> cauchy, rate = family("cauchy"), Symbol("r", positive=True)
    >>> spaces = [cauchy.parameters[0], Parameter(rate, Interval.open(0, oo))]
    >>> [str(way) for way in renamings(cauchy.reparametrise("by_rate", spaces, {"gamma": 1 / rate}))]
    ['phi = 1/r']
    """
    return tuple(way for way in natural_scales(family) if is_one_to_one(way, family))


def put_back(way: Reparametrisation, family: Family, theta: Balls) -> Balls:
    """Return enclosures of the parameters of a family from those of the new ones, at the working precision."""
    if not theta:
        return {}
    symbols = tuple(item.symbol for item in way.parameters)
    values = tuple(way.put_back.get(symbol, symbol) for symbol in symbols)
    found = compiled(values, symbols)(*(theta[symbol] for symbol in symbols))
    return dict(zip(family.symbols, found, strict=True))
