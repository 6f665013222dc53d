"""One member with data, in balls: the declared log-likelihood there, and whether the data are possible under it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flint import arb
from sympy import Expr, Symbol

from .algebra.atoms import atoms_of
from .algebra.refute import enclosure
from .ball_data import Values, evaluate
from .bounds import Bounds
from .family import Family


@dataclass(frozen=True)
class Trial:
    """A member, by the values of parameters and constants, and a dataset.

    >>> from thetahat import family
    >>> one = family("uniform")
    >>> a, b = one.symbols
    >>> trial = Trial(one, {a: arb(0), b: arb(2)}, ({one.observation: arb(1)},))
    >>> trial.is_possible(), trial.moved({b: arb(0.5)}).is_possible()
    (True, False)
    >>> trial.log_likelihood().overlaps(-arb(2).log())
    True
    """

    family: Family
    theta: Mapping[Symbol, arb]
    sample: Sequence[Mapping[Symbol, arb]]

    def moved(self, changes: Mapping[Symbol, arb]) -> Trial:
        """Return the same data under another member."""
        return replace(self, theta={**self.theta, **changes})

    def number(self, expression: Expr) -> arb:
        """Return an enclosure of an expression in parameters, constants and data atoms."""
        return number_at(expression, self.theta, self.sample)

    def each(self, expression: Expr) -> list[arb]:
        """Return an enclosure of an expression at each observation."""
        return [evaluate(expression, {**self.theta, **row}) for row in self.sample]

    def log_likelihood(self) -> arb:
        """Return an enclosure of the declared log-likelihood, the sum over the observations."""
        return sum(self.each(self.family.log_density), arb(0))

    def is_inside(self) -> bool:
        """Return whether every parameter certainly lies in its space."""
        return all(_between(self.theta[p.symbol], p.bounds, self.theta) for p in self.family.parameters)

    def is_possible(self) -> bool:
        """Return whether the member certainly is in the parameter space and every observation in its support."""
        x, ends = self.family.observation, self.family.bounds
        return self.is_inside() and all(_between(row[x], ends, {**self.theta, **row}) for row in self.sample)


def number_at(expression: Expr, values: Mapping[Symbol, arb], sample: Sequence[Values]) -> arb:
    """Return what ``evaluate`` does, walking the expression: for a few values, compiling costs more than it gains.

    >>> from sympy.abc import a
    >>> number_at(a**2 - 1, {a: arb(3)}, ()) == 8
    True
    """
    atoms = {atom: evaluate(atom, values, sample) for atom in atoms_of(expression)}
    found = enclosure(expression, {**values, **atoms})
    return evaluate(expression, values, sample) if found is None else found


def _between(value: arb, ends: Bounds, known: Values) -> bool:
    """Whether a number certainly lies between two ends, on one of them only where it belongs to the set."""
    if not value.is_finite():
        return False
    if ends.lo.is_infinite is not True:
        low = evaluate(ends.lo, known)
        if not (value >= low if ends.lo_closed else value > low):
            return False
    if ends.hi.is_infinite is not True:
        high = evaluate(ends.hi, known)
        return bool(value <= high if ends.hi_closed else value < high)
    return True
