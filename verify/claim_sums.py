"""Encloses the entropy of a count without a closed form: its first terms in balls, and a bound of all others."""

from __future__ import annotations

from collections.abc import Mapping

from flint import arb
from sympy import Integer, Rational, Symbol

from ..proofs.ball_data import evaluate
from ..proofs.balls import precision
from ..proofs.closed_forms import mean
from ..proofs.expectations import proves_normalised
from ..proofs.family import Family
from ..proofs.probes import at

_BITS = 200
_MOST_TERMS, _FIRST_TERMS = 400, 25


def entropy_at(family: Family, values: Mapping[Symbol, Rational]) -> arb | None:
    """Return an enclosure of the entropy of a count at one member, in nats.

    ``None`` for densities, where neither the sum is finite nor the mean known, and where much is left after many terms.
    No term of the sum is negative. What the tail adds, of mass ``q`` and mean ``m`` beyond its first value, is at most
    what a geometric tail would add, ``q log(1/q) + q ((1 + m) log(1 + m) - m log m)``.

    Source: Cover & Thomas 2006, *Elements of Information Theory*, theorem 12.1.1.

    >>> from thetahat import family
    >>> poisson = family("poisson")
    >>> entropy_at(poisson, {poisson.symbols[0]: Rational(1)}).str(12)
    '[1.30484224226 +/- 3.75e-12]'
    """
    ends = at(family.bounds, values)
    if not ends.discrete or not ends.lo.is_Integer:
        return None
    with precision(_BITS):
        entropy, mass, moment = arb(0), arb(0), arb(0)
        expected = arb(0) if ends.hi.is_Integer else _mean_at(family, values)
        if expected is None:
            return None
        for place in range(_MOST_TERMS):
            x = ends.lo + Integer(place)
            log_p = evaluate(family.log_density, {**values, family.observation: x})
            p = log_p.exp()
            entropy, mass, moment = entropy - p * log_p, mass + p, moment + place * p
            if x == ends.hi:
                return entropy if entropy.is_finite() else None
            if place >= _FIRST_TERMS and not ends.hi.is_Integer:
                rest = _tail(1 - mass, expected - int(ends.lo) - moment, place)
                if rest is not None:
                    return entropy + arb(0).union(rest)
    return None


def _mean_at(family: Family, values: Mapping[Symbol, Rational]) -> arb | None:
    """The mean at one member, where it is known and the probabilities are proved to add up to one."""
    form = mean(family)
    if form is None or not form.where.xreplace(dict(values)) or not proves_normalised(family):
        return None
    return evaluate(form.value, dict(values))


def _tail(mass: arb, moment: arb, place: int) -> arb | None:
    """The most that the terms after ``place`` add; ``None`` where that is still much.

    Both bounds grow with mass and moment as long as the mass is below 1/e.
    """
    q = mass.upper()
    excess = (moment - mass * (place + 1)).upper()
    if not (0 < q < arb(2) ** -60) or not 0 < excess < arb(2) ** -40:
        return None
    return -q * q.log() + q * (1 + excess / q).log() + excess * (1 + q / excess).log()
