"""Rewrites an estimator so that floats keep their digits: centred, same-sign and tilted averages for differences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sympy import Add, Dummy, Expr, Mul, Pow, S, Symbol, log

from .algebra.atoms import Covariance, Excess, JensenGap, Mean, Quantile, Residual, rewrite_outside
from .algebra.kernels import join_digamma
from .algebra.signs import is_positive, strict_sign
from .algebra.size import cancelled, factored, operations
from .algebra.tidying import tidy
from .algebra.tilt import tilted
from .derivation import Statistic
from .family import Family
from .likelihood import unfold

_LONGEST = 500
"""Operations in what centred averages are sought for: none has been found to shorten longer expressions notably."""


@dataclass(frozen=True)
class _Exchange:
    """An average that equals ``formula`` once ``atom`` stands for the centred part."""

    symbol: Symbol
    atom: Expr
    formula: Expr


def stable_form(expression: Expr, family: Family, statistics: tuple[Statistic, ...]) -> Expr:
    """Return an expression equal to ``expression`` in atoms that are computed without cancellation.

    ``expression`` is in the symbols of ``statistics``, in parameters, and in averages that contain parameters.

    >>> from thetahat import family
    >>> from thetahat.proofs.likelihood import average_form
    >>> gamma = family("gamma")
    >>> t_1, t_2 = (s.symbol for s in average_form(gamma).statistics)
    >>> stable_form(log(t_1) - t_2, gamma, average_form(gamma).statistics)
    JensenGap(x, log(x), x)
    """
    expression = residual_form(expression, family, statistics)
    expression = tilted(expression, family.symbols)
    if operations(expression) > _LONGEST:
        return join_digamma(expression)
    possible = tuple(_exchanges(family, statistics))
    first = {exchange.symbol: exchange for exchange in reversed(possible)}
    # Several differences may only cancel together, as in a regression; then one by one.
    for group in (tuple(first.values()), *((exchange,) for exchange in possible)):
        expression = _exchanged(expression, group)
    return join_digamma(expression)


def _exchanged(expression: Expr, group: tuple[_Exchange, ...]) -> Expr:
    """Apply exchanges together if the expression gets shorter by them."""
    used = [exchange for exchange in group if exchange.symbol in expression.free_symbols]
    if not used:
        return expression
    masks = {exchange.atom: Dummy(nonnegative=exchange.atom.is_nonnegative, real=True) for exchange in used}
    changed = expression.xreplace({e.symbol: e.formula.xreplace(masks) for e in used})
    changed = tidy(rewrite_outside(changed, lambda e: tidy(e, {}) if isinstance(e, Add) else e), {})
    if _size(changed) >= _size(expression):
        return expression
    return changed.xreplace({mask: atom for atom, mask in masks.items()})


def _size(expression: Expr) -> tuple[int, int]:
    return len(expression.free_symbols), operations(expression)


def _exchanges(family: Family, statistics: tuple[Statistic, ...]) -> Iterator[_Exchange]:
    """Every way in which one statistic is a function of another, or is compared with an order statistic."""
    data = family.columns
    means = [(s.symbol, s.definition.integrand) for s in statistics if isinstance(s.definition, Mean)]
    ends = [(s.symbol, s.definition.level) for s in statistics if isinstance(s.definition, Quantile)]
    for symbol, integrand in means:
        for end, level in ends:
            slope = strict_sign(integrand.diff(family.observation), family.domain) if len(data) == 1 else 0
            at_end = integrand.xreplace({family.observation: end})
            if slope == (1 if level == 0 else -1):
                excess = Excess(integrand, end, *data)
                yield _Exchange(symbol, excess, at_end + excess)
            elif slope:
                excess = Excess(-integrand, end, *data)
                yield _Exchange(symbol, excess, at_end - excess)
        for first, f in means:
            if first == symbol:
                continue
            for second, g in means:
                if integrand == f * g and symbol != second:
                    spread = Covariance(f, g, *data)
                    yield _Exchange(symbol, spread, first * second + spread)
            if integrand == 1 / f and operations(f) <= operations(integrand) and is_positive(f, family.domain):
                gap = JensenGap(f, integrand, *data)
                yield _Exchange(symbol, gap, 1 / first + gap)
            multiple = _multiple(integrand, log(f).expand(force=False) if is_positive(f, family.domain) else None)
            if multiple is not None:
                gap = JensenGap(f, log(f), *data)
                yield _Exchange(symbol, gap, multiple * (log(first) - gap))


def _multiple(integrand: Expr, logarithm: Expr | None) -> Expr | None:
    """The number ``c`` with ``integrand = c * logarithm``, if there is one."""
    if logarithm is None:
        return None
    ratio = cancelled(integrand / logarithm)
    return ratio if ratio.is_Rational else None


def residual_form(expression: Expr, family: Family, statistics: tuple[Statistic, ...]) -> Expr:
    """Replace a sum linear in the statistics by one average, where its integrand is a product of even powers."""
    symbols = {s.symbol for s in statistics if not isinstance(s.definition, Quantile)}

    def whole(node: Expr) -> Expr:
        if not isinstance(node, Add):
            return node
        used = node.free_symbols & symbols
        if len(used) < 1 or not all(node.diff(a).free_symbols.isdisjoint(symbols) for a in used):
            return node
        integrand = factored(_unbarred(node, statistics))
        parts = Mul.make_args(integrand)
        data = set(family.columns)
        bound = [part for part in parts if part.free_symbols & data]
        squares = [part for part in bound if isinstance(part, Pow) and part.exp.is_even and part.base.is_Add]
        others = [part for part in bound if part not in squares]
        if len(squares) != 1 or not all(is_positive(part, family.domain) for part in others):
            return node
        outside = Mul(*(part for part in parts if part not in bound))
        return outside * Residual(Mul(*bound), S.One, *family.columns)

    return rewrite_outside(expression, whole)


def _unbarred(node: Expr, statistics: tuple[Statistic, ...]) -> Expr:
    return rewrite_outside(unfold(node, statistics), lambda e: e.integrand if isinstance(e, Mean) else e)
