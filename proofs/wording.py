"""Conditions in words: what a reader is told of an expression that has to be positive."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Eq, Expr, Symbol

from .algebra.atoms import Covariance, Excess, Indicator, JensenGap, Mean, Quantile, Residual, plain, rewrite_outside
from .algebra.signs import Domain
from .conditions import Condition
from .derivation import Statistic
from .family import Family
from .likelihood import unfold
from .positivity import above_zero
from .sameness import all_equal, as_variance, lies_elsewhere, reaches_below_zero, spread_of
from .stable import stable_form


def describe(
    expression: Expr, family: Family, statistics: tuple[Statistic, ...], why: str, weak: bool = False
) -> Condition:
    """Return the condition ``expression > 0`` (``>= 0`` if ``weak``) in data atoms, with its meaning in words.

    Equal conditions get equal words: a spread, a Jensen gap or an excess is positive unless all values are equal.
    """
    folded = expression.xreplace({s.definition: s.symbol for s in statistics})
    unfolded = unfold(stable_form(folded, family, statistics), statistics)
    if weak:
        return Condition(plain(unfolded), _words(unfolded, "="), why, weak=True)
    equal = spread_of(as_variance(plain(unfolded), family.columns) or unfolded, family)
    if equal is not None:
        return all_equal(family, equal, why)
    place = lies_elsewhere(unfolded)
    if place is not None:
        return Condition(unfolded, f"not all observations are {place}", why)
    beyond = reaches_below_zero(unfolded, family)
    shown = unfolded if beyond is None else beyond
    return Condition(plain(shown), _words(shown), why)


def _words(expression: Expr, equal: str = "") -> str:
    """The inequality with what depends on data on the left, in plain text."""
    shown = rewrite_outside(expression, _bar)
    names = {symbol for symbol in shown.free_symbols if "(" in symbol.name}
    common, apart = shown.expand().primitive()
    right, left = (apart if common.is_Integer else common * apart).expand().as_independent(*names, as_Add=True)
    if left.could_extract_minus_sign():
        return f"{-left} <{equal} {right}"
    return f"{left} >{equal} {-right}"


def _bar(node: Expr) -> Expr:
    """A symbol that reads like the atom."""
    if isinstance(node, Mean) and isinstance(node.integrand, Indicator):
        return Symbol(f"share({_case(node.integrand)})")
    if isinstance(node, (Mean, Residual)):
        cases = {one: Symbol(f"[{_case(one)}]") for one in node.args[0].atoms(Indicator)}
        return Symbol(f"mean({node.args[0].xreplace(cases)})")
    if isinstance(node, Covariance):
        f, g = node.args[:2]
        return Symbol(f"var({f})" if f == g else f"cov({f}, {g})")
    if isinstance(node, Quantile):
        return Symbol({0: "min", 1: "max"}.get(node.level, "quantile") + f"({node.args[1]})")
    if isinstance(node, (JensenGap, Excess)):
        return rewrite_outside(node.definition(), _bar)
    return node


def _case(indicator: Indicator) -> str:
    """The case in which an indicator is one."""
    case = indicator.condition
    return f"{case.lhs} = {case.rhs}" if isinstance(case, Eq) else str(case)


def distinct(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Return ``conditions`` without repetitions: equal words stand for equal conditions."""
    return tuple({condition.meaning: condition for condition in reversed(conditions)}.values())[::-1]


def positive(
    expression: Expr, family: Family, statistics: tuple[Statistic, ...], domain: Domain, why: str
) -> tuple[Condition, ...]:
    """Return what the data must satisfy for ``expression > 0``, in factors; nothing where that is proved."""
    return distinct(tuple(describe(one, family, statistics, why) for one in above_zero(expression, domain)))


def reached(
    family: Family, needed: Iterable[tuple[Expr, bool]], statistics: tuple[Statistic, ...]
) -> tuple[Condition, ...]:
    """Return what the data must satisfy to lie in the support of the member that is estimated."""
    rule = "the data have to lie in the support of one member"
    return tuple(describe(gap, family, statistics, rule, weak=closed) for gap, closed in needed)
