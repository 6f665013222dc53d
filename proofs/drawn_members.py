"""Draws members of a family, one or two at a time, and judges by them what a divergence between two has to satisfy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from sympy import Abs, Expr, Matrix, Piecewise, Symbol, oo, true

from .algebra.derivatives import derivative
from .bounds import Bounds
from .derivation import Evidence, Finding, weakest
from .family import Family
from .forms import ClosedForm
from .members import domain_of, member_domain, member_symbols
from .probes import at, data_points, parameter_points
from .zero import Point, prove_zero

_POINTS = 4


def vanishes_in(family: Family, value: Expr) -> Finding:
    """Return by what an expression in the symbols of a family is zero for every member, or that it is not.

    >>> from thetahat import family
    >>> one = family("exponential")
    >>> vanishes_in(one, one.symbols[0] - 1).evidence.value
    'refuted'
    """
    return prove_zero(value, domain_of(family), drawn_points(family))


@dataclass(frozen=True)
class Members:
    """Two members of a family: the symbols of both, where they lie, and drawn values.

    >>> from thetahat import family
    >>> Members(family("gamma")).second
    {k: k_1, theta: theta_1}
    """

    family: Family

    @property
    def first(self) -> dict[Symbol, Symbol]:
        """The parameters, each with its symbol in member 0."""
        return member_symbols(self.family, 0)

    @property
    def second(self) -> dict[Symbol, Symbol]:
        """The parameters, each with its symbol in member 1."""
        return member_symbols(self.family, 1)

    @property
    def equal(self) -> dict[Symbol, Symbol]:
        """Both members at the family's own symbols."""
        return {named: s for names in (self.first, self.second) for s, named in names.items()}

    @property
    def regular(self) -> list[Symbol]:
        """The parameters that move no end of the support."""
        return _regular(self.family)

    @property
    def domain(self) -> dict[Symbol, Bounds]:
        """The observation and member 0 at the family's own symbols, and member 1."""
        return domain_of(self.family) | member_domain(self.family, 1)

    def own(self, value: Expr) -> Expr:
        """The value with member 0 at the family's own symbols."""
        return value.xreplace({named: s for s, named in self.first.items()})

    def points(self) -> list[Point]:
        """Pairs of drawn members, with the constants and covariates that they share."""
        drawn = [drawn_point(self.family, seed) for seed in range(21, 21 + _POINTS)]
        return [(a | {self.second[s]: b[s] for s in self.family.symbols}, ()) for a, b in pairwise(drawn)]

    def stationary(self, form: ClosedForm) -> Finding:
        """The first derivative in member 1 is zero where both are equal."""
        slopes = [derivative(one, self.second[s]) for one in self._sides(form.value) for s in self.regular]
        return weakest([vanishes_in(self.family, slope.xreplace(self.equal)) for slope in slopes])

    def bends(self, form: ClosedForm, information: ClosedForm) -> Finding:
        """The second derivative in member 1, where both are equal, is the claimed information.

        Source: Kullback 1959, *Information Theory and Statistics*, section 2.6.
        """
        claimed, symbols = Matrix(information.value), self.family.symbols
        found = []
        for side in self._sides(form.value):
            for row, first in enumerate(symbols):
                slope = derivative(side, self.second[first])
                for column, other in enumerate(symbols[: row + 1]):
                    bend = derivative(slope, self.second[other]).xreplace(self.equal)
                    found.append(vanishes_in(self.family, bend - claimed[row, column]))
                    found.append(vanishes_in(self.family, claimed[row, column] - claimed[column, row]))
        return weakest(found)

    def _sides(self, value: Expr) -> list[Expr]:
        """The smooth functions that a value consists of around equality: no cases, no moduli of what is zero there."""
        if isinstance(value, Piecewise):
            return [side for branch, _ in value.args for side in self._sides(branch)]
        kinks = [node for node in value.atoms(Abs) if node.args[0].xreplace(self.equal) == 0]
        choices = product((1, -1), repeat=len(kinks))
        return [value.xreplace({n: s * n.args[0] for n, s in zip(kinks, signs, strict=True)}) for signs in choices]

    def nesting(self, form: ClosedForm) -> Finding:
        """The condition says for drawn pairs what their supports say; it is no condition where supports do not move."""
        ends = self.family.bounds
        if not ends.free_symbols & set(self.family.symbols):
            fixed = form.where is true
            return Finding(Evidence.ALGEBRA if fixed else Evidence.REFUTED, "the support does not move")
        if form.elsewhere is not oo:
            return Finding(Evidence.REFUTED, f"{form.elsewhere} where the supports do not nest")
        seen = set()
        for a, b in self._pairs():
            nested = _lies_in(at(ends, a), at(ends, b))
            values = {self.first[s]: a[s] for s in self.first} | {self.second[s]: b[s] for s in self.second} | a
            claimed = form.where.xreplace(values)
            if claimed not in (True, False) or nested is None:
                return Finding(Evidence.UNDECIDED, f"the condition stays open at {values}")
            if bool(claimed) != nested:
                return Finding(Evidence.REFUTED, f"the supports do{'' if nested else ' not'} nest at {values}")
            seen.add(nested)
        if len(seen) < 2:
            return Finding(Evidence.UNDECIDED, "all supports that were drawn nest, or none")
        return Finding(Evidence.BALL, "what drawn supports say, some nested and some not")

    def _pairs(self) -> list[tuple[dict[Symbol, Expr], dict[Symbol, Expr]]]:
        drawn = [drawn_point(self.family, seed) for seed in range(31, 31 + 3 * _POINTS)]
        constants = {item.symbol for item in self.family.constants}
        shared = [one | {s: drawn[0][s] for s in constants} for one in drawn]
        return [(a, b) for a in shared for b in shared]


def _regular(family: Family) -> list[Symbol]:
    lattice = {item.symbol for item in family.parameters if item.bounds.discrete}
    return [s for s in family.symbols if s not in family.bounds.free_symbols and s not in lattice]


def _lies_in(inner: Bounds, outer: Bounds) -> bool | None:
    """Whether one support lies in another, up to a null set; ends are numbers."""
    sides = (outer.lo <= inner.lo, inner.hi <= outer.hi)
    return None if any(side not in (True, False) for side in sides) else all(bool(side) for side in sides)


def drawn_point(family: Family, seed: int) -> dict[Symbol, Expr]:
    """Return parameters, constants and covariates, in exact rationals.

    >>> from thetahat import family
    >>> list(drawn_point(family("linear_regression"), 3))
    [alpha, beta, sigma, x]
    """
    theta = parameter_points(family, 1, seed)[0]
    if not family.covariates:
        return dict(theta)
    row = data_points(family, theta, 1, seed)[0]
    return theta | {s: row[s] for s in family.given}


def drawn_points(family: Family) -> Callable[[], Sequence[Point]]:
    """Return a function that draws members, as ``prove_zero`` wants it.

    >>> from thetahat import family
    >>> len(drawn_points(family("gamma"))())
    4
    """
    return lambda: [(drawn_point(family, seed), ()) for seed in range(21, 21 + _POINTS)]
