"""A table of many rows, of which common averages are read off whole columns; rows in balls are made only if needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from flint import arb
from sympy import Expr, Rational, Symbol, log

from ...proofs.algebra.atoms import Mean
from ...proofs.ball_data import Table
from ...proofs.ball_rows import Rows
from ...proofs.family import Family
from ..enclosure import table_of
from ..long_logarithms import log_product_sum, logarithms
from ..long_sums import Doubles, exact_product_sum, exact_sum, log_sum, reciprocal_sum, two_sum
from ..observations import Observations

Columns = Mapping[Symbol, Doubles]
Reading = Callable[[Columns], arb | None]
Words = Callable[[Columns], tuple[Doubles, Doubles | None]]

LONG = 4096
"""Rows above which a pass over a column costs less than a ball for each of its values."""


class LongTable(Table):
    """The same as a table, for unweighted data whose rows are too many to be put into balls without need.

    >>> import numpy as np
    >>> x = Symbol("x", positive=True)
    >>> table = LongTable((x,), Observations(np.arange(1.0, 6.0).reshape(-1, 1), None, 5))
    >>> table.read_off([Mean(x**2, x), Mean(x**3, x)])
    {0: 11.0000000000000}
    """

    def __init__(self, columns: tuple[Symbol, ...], observations: Observations) -> None:
        """Keep the columns as they are."""
        self.columns, self._observations = columns, observations

    @property
    def rows(self) -> Rows:
        """The rows in balls, made when first asked for."""
        return self._observations.balls[0]

    @property
    def weights(self) -> Sequence[arb] | None:
        """The weights of these rows."""
        return self._observations.balls[1]

    def total(self) -> arb:
        """Return the number of observations."""
        return arb(self._observations.n)

    def read_off(self, atoms: Sequence[Expr]) -> dict[int, arb]:
        """Return, by their places, the averages whose integrands whole columns give."""
        columns = dict(zip(self.columns, self._observations.columns, strict=True))
        readings = ((place, _reading(atom)) for place, atom in enumerate(atoms))
        sums = {place: reading(columns) for place, reading in readings if reading is not None}
        return {place: found / self.total() for place, found in sums.items() if found is not None}


def laid_out(family: Family, observations: Observations) -> Table:
    """Return the table of a dataset, whole columns where there are many different rows.

    >>> import numpy as np
    >>> from thetahat import family
    >>> len(laid_out(family("exponential"), Observations(np.ones((9, 1)), None, 9)).rows)
    1
    """
    if observations.n > LONG and observations.weights is None and observations.sample.counted is None:
        return LongTable(family.columns, observations)
    return table_of(family, observations)


@lru_cache(maxsize=1024)
def _reading(atom: Expr) -> Reading | None:
    """How to sum the integrand: one or two columns, a reciprocal, or one or two logarithms of shifted columns."""
    if not isinstance(atom, Mean):
        return None
    integrand, data = atom.integrand, set(atom.data)
    powers = integrand.as_powers_dict()
    if all(base in data and power in (1, 2) for base, power in powers.items()) and sum(powers.values()) <= 2:
        factors = [base for base, power in powers.items() for _ in range(int(power))]
        if len(factors) == 1:
            return lambda columns: exact_sum(columns[factors[0]])
        return lambda columns: exact_product_sum(columns[factors[0]], columns[factors[1]])
    if len(powers) == 1 and next(iter(powers.items()))[1] == -1 and next(iter(powers)) in data:
        symbol = next(iter(powers))
        return lambda columns: reciprocal_sum(columns[symbol])
    if all(isinstance(base, log) and power in (1, 2) for base, power in powers.items()) and sum(powers.values()) <= 2:
        return _logarithms([base.args[0] for base, power in powers.items() for _ in range(int(power))], data)
    return None


def _logarithms(insides: Sequence[Expr], data: set[Symbol]) -> Reading | None:
    """Of one logarithm or the product of two."""
    words = {inside: _words(inside, data) for inside in insides}
    if None in words.values():
        return None

    def read(columns: Columns) -> arb | None:
        found = {inside: word(columns) for inside, word in words.items() if word is not None}
        if not all(bool((values > 0).all()) for values, _ in found.values()):
            return None
        if len(insides) == 1:
            return log_sum(*found[insides[0]])
        logs = {inside: logarithms(*word) for inside, word in found.items()}
        return log_product_sum(logs[insides[0]], logs[insides[1]])

    return read


def _words(inside: Expr, data: set[Symbol]) -> Words | None:
    """A column, or plus or minus a column and a number that a double equals, as double words."""
    constant, moving = inside.as_coeff_Add()
    sign, symbol = moving.as_coeff_Mul()
    if symbol not in data or abs(sign) != 1 or not constant.is_Rational or constant != _exact_double(constant):
        return None
    shift, way = float(constant), float(sign)
    if inside == symbol:
        return lambda columns: (columns[symbol], None)
    return lambda columns: two_sum(way * columns[symbol], shift)


def _exact_double(number: Expr) -> Expr:
    """Return the rational that the double next to a rational is.

    >>> _exact_double(Rational(1, 4)) == Rational(1, 4), _exact_double(Rational(1, 3)) == Rational(1, 3)
    (True, False)
    """
    return Rational(float(number))
