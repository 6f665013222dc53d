"""The log-density as a sum of products, taken apart by the values of covariates that have few: groups of rows."""

from __future__ import annotations

from functools import lru_cache
from itertools import product
from math import prod

from sympy import Add, Eq, Expr, Symbol, nan, oo, zoo

from .algebra.atoms import Indicator
from .algebra.logs import normal_form
from .bounds import Bounds
from .family import Family

_MOST_VALUES = 8
_MOST_GROUPS = 8

Values = tuple[tuple[Symbol, Expr], ...]
Groups = tuple[tuple[Symbol, tuple[Expr, ...]], ...]


def few_values(ends: Bounds) -> tuple[Expr, ...]:
    """Return the values of a run of at most eight integers, nothing for any other set.

    >>> from sympy import FiniteSet, Naturals0
    >>> from thetahat.proofs.bounds import bounds
    >>> few_values(bounds(FiniteSet(0, 1))), few_values(bounds(Naturals0))
    ((0, 1), ())
    """
    count = ends.hi - ends.lo + 1
    few = ends.discrete and count.is_Integer and count <= _MOST_VALUES
    return tuple(ends.lo + i for i in range(int(count))) if few else ()


def few_valued(family: Family) -> Groups:
    """Return the covariates that have few values, with these; none where they make too many groups of rows together.

    >>> from thetahat import family
    >>> few_valued(family("linear_regression"))
    ()
    """
    found = tuple((one.symbol, few_values(one.bounds)) for one in family.covariates if few_values(one.bounds))
    return found if prod(len(values) for _, values in found) <= _MOST_GROUPS else ()


def groups_of_rows(family: Family) -> tuple[Values, ...]:
    """Return every combination of the values of covariates that have few, each value with its symbol.

    >>> from thetahat import family
    >>> groups_of_rows(family("linear_regression"))
    ((),)
    """
    each = [[(symbol, value) for value in values] for symbol, values in few_valued(family)]
    return tuple(product(*each))


def in_words(group: Values) -> str:
    """Return for which rows something holds.

    >>> from sympy import Integer
    >>> in_words(((Symbol("d"), Integer(1)), (Symbol("e"), Integer(0))))
    '`d = 1` and `e = 0`'
    """
    return " and ".join(f"`{symbol} = {value}`" for symbol, value in group)


@lru_cache(maxsize=512)
def log_density_form(family: Family) -> Expr:
    """Return the log-density as ``normal_form`` writes it, with an indicator for each group of rows that differs.

    A function of ``d`` in {0, 1} is ``f(0) [d = 0] + f(1) [d = 1]``; what both share stands without indicators. Each
    group then has averages of its own: ``d**2`` is none beside ``d``, and none is the difference of two larger ones.

    >>> from thetahat import family
    >>> log_density_form(family("exponential"))
    -lambda*x + log(lambda)
    """
    whole = _by_groups(family.log_density, few_valued(family), family)
    two = _of_two_values(family, whole)
    return whole if two is None else normal_form(two, family.columns, family.domain)


def _of_two_values(family: Family, whole: Expr) -> Expr | None:
    """A density of an observation that is zero or one, linear in it as any is: ``log(p x + (1 - p)(1 - x))``, too.

    ``None`` where there are more values, where it stands so already, or where a value is infinite.
    """
    x, values = family.observation, few_values(family.bounds)
    if family.beside or len(values) != 2 or not values[0].is_Integer:
        return None
    if whole.is_polynomial(x) and _degree(whole, x) < 2:
        return None
    first, last = (family.log_density.subs(x, value) for value in values)
    return None if any(one.has(nan, zoo, oo) for one in (first, last)) else first + (x - values[0]) * (last - first)


def _by_groups(expression: Expr, groups: Groups, family: Family) -> Expr:
    if not groups or not expression.free_symbols & {symbol for symbol, _ in groups}:
        return normal_form(expression, family.columns, family.domain)
    (symbol, values), *rest = groups
    whole = _by_groups(expression, tuple(rest), family)
    if len(values) > 2 and whole.is_polynomial(symbol) and _degree(whole, symbol) < len(values):
        return whole
    there = [expression.subs(symbol, value) for value in values]
    if any(one.has(nan, zoo, oo) for one in there):
        return whole
    branches = [Add.make_args(_by_groups(one, tuple(rest), family)) for one in there]
    shared = [term for term in branches[0] if all(term in branch for branch in branches)]
    total = Add(*shared)
    for value, branch in zip(values, branches, strict=True):
        total += Add(*(term * Indicator(Eq(symbol, value)) for term in branch if term not in shared))
    return total


def _degree(expression: Expr, symbol: Symbol) -> int:
    return max(int(term.as_coeff_exponent(symbol)[1]) for term in Add.make_args(expression.expand()))
