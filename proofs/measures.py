"""A density up to a constant, whose integral times a tilt the lemmas give, and expected values that rest on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sympy import Expr, S, Symbol

from .algebra.logs import normal_form
from .algebra.signs import Domain
from .bounds import Bounds
from .family import Family
from .lemmas import Integrated, log_integral
from .members import domain_of


@dataclass(frozen=True)
class Expected:
    """An expected value, the lemmas it rests on joined by " + ", and what they required to be positive."""

    value: Expr
    lemma: str
    conditions: tuple[Expr, ...] = ()


@dataclass(frozen=True)
class Measure:
    """A density up to a constant: its logarithm, the variable, the support, and where all other symbols lie."""

    exponent: Expr
    constant: Expr
    variable: Symbol
    ends: Bounds
    items: tuple[tuple[Symbol, Bounds], ...]

    @property
    def domain(self) -> dict[Symbol, Bounds]:
        """Where all symbols but the variable lie."""
        return dict(self.items)

    @property
    def everywhere(self) -> dict[Symbol, Bounds]:
        """The same with the variable, inside the support."""
        # At the ends a logarithm may be infinite however it is written.
        return self.domain | {self.variable: self.ends.without_ends()}

    def integrated(self, tilt: Expr = S.Zero, small: tuple[Symbol, ...] = ()) -> Integrated | None:
        """The logarithm of the integral of the density times ``exp(tilt)``."""
        return log_integral(self.exponent + tilt, self.variable, self.ends, self.domain, small)


@lru_cache(maxsize=512)
def measure_of(family: Family, beside: tuple[tuple[Symbol, Bounds], ...] = ()) -> Measure:
    """Return the measure of a family's density; ``beside`` says where symbols lie that are not the family's.

    >>> from thetahat import family
    >>> measure_of(family("exponential")).exponent
    -lambda*x
    """
    return measure_over(family.log_density, family.observation, family.bounds, domain_of(family) | dict(beside))


def measure_over(log_density: Expr, variable: Symbol, ends: Bounds, domain: Domain) -> Measure:
    """Return the measure of a log-density as a function of one variable; ``domain`` says where all others lie.

    >>> from sympy import Interval, Symbol, oo
    >>> from thetahat.proofs.bounds import bounds
    >>> x, rate = Symbol("x", positive=True), Symbol("rate", positive=True)
    >>> positive = bounds(Interval.open(0, oo))
    >>> measure_over(2 * rate - rate * x, x, positive, {rate: positive}).constant
    2*rate
    """
    whole = normal_form(log_density, (variable,), {**domain, variable: ends.without_ends()})
    constant, bulk = whole.as_independent(variable, as_Add=True)
    return Measure(bulk, constant, variable, ends, tuple(domain.items()))


@lru_cache(maxsize=2048)
def total_of(measure: Measure) -> Integrated | None:
    """Return the logarithm of its integral; ``None`` where no lemma matches.

    >>> from thetahat import family
    >>> total_of(measure_of(family("exponential"))).value
    -log(lambda)
    """
    return measure.integrated()
