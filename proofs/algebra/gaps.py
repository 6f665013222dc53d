"""Signs of differences of polygammas whose arguments are a count apart: sums of as many terms, all of one sign.

Source: NIST DLMF 5.5.2, differentiated and repeated:
``polygamma(k, z + x) = polygamma(k, z) + (-1)^k k! sum_{j < x} (z + j)^(-k - 1)``.
"""

from __future__ import annotations

from sympy import Dummy, Expr, S, Symbol, factorial, polygamma

from ..bounds import Bounds
from .signs import Domain, is_nonnegative, is_positive


def is_nonnegative_by_gaps(expression: Expr, domain: Domain) -> bool:
    """Return whether ``expression >= 0`` is proved once its polygammas that contain a count are written as sums.

    >>> from sympy import Interval, oo
    >>> from thetahat.proofs.bounds import bounds
    >>> x, a = Symbol("x", integer=True, nonnegative=True), Symbol("a", positive=True)
    >>> domain = {a: bounds(Interval.open(0, oo)), x: Bounds(S.Zero, S.Infinity, True, False, True)}
    >>> is_nonnegative_by_gaps(polygamma(0, a + x) - polygamma(0, a), domain)
    True
    """
    return any(
        is_nonnegative(rest, domain) and is_nonnegative(term, inner)
        for rest, term, inner, _ in _as_sums(expression, domain)
    )


def is_positive_by_gaps(expression: Expr, domain: Domain) -> bool:
    """Return the same for ``expression > 0``: where there is at least one term, and each of them is positive.

    >>> from sympy import Interval, oo
    >>> from thetahat.proofs.bounds import bounds
    >>> x, a = Symbol("x", integer=True, nonnegative=True), Symbol("a", positive=True)
    >>> domain = {a: bounds(Interval.open(0, oo)), x: Bounds(S.Zero, S.Infinity, True, False, True)}
    >>> is_positive_by_gaps(polygamma(0, a + x) - polygamma(0, a), domain)
    False
    """
    return any(
        is_nonnegative(rest, domain)
        and is_nonnegative(term, inner)
        and (is_positive(rest, domain) or (domain[count].lo.is_positive and is_positive(term, inner)))
        for rest, term, inner, count in _as_sums(expression, domain)
    )


def _as_sums(expression: Expr, domain: Domain) -> list[tuple[Expr, Expr, Domain, Symbol]]:
    """For each count: what is outside the sum, its general term, where the term's symbols lie, and the count."""
    found: list[tuple[Expr, Expr, Domain, Symbol]] = []
    if not expression.has(polygamma):
        return found
    for count, ends in domain.items():
        if not (count.is_integer and ends.discrete and ends.lo.is_nonnegative):
            continue
        index = Dummy("j", integer=True, nonnegative=True)
        apart = _apart(expression.expand(), count, index)
        if apart is not None:
            inner = {s: b for s, b in domain.items() if s != count}
            found.append((*apart, {**inner, index: Bounds(S.Zero, S.Infinity, True, False, True)}, count))
    return found


def _apart(expression: Expr, count: Symbol, index: Symbol) -> tuple[Expr, Expr] | None:
    """A spread-out expression as a rest plus a sum over indices below the count; ``None`` where it is no such sum."""
    nodes = {node for node in expression.atoms(polygamma) if count in node.free_symbols}
    rest, term = expression, S.Zero
    for node in sorted(nodes, key=lambda one: one.sort_key()):
        order, argument = node.args
        base, coefficient = argument - count, expression.coeff(node)
        if not order.is_Integer or coefficient.has(*nodes) or count in base.free_symbols | coefficient.free_symbols:
            return None
        rest += coefficient * (polygamma(order, base) - node)
        term += coefficient * (-1) ** order * factorial(order) / (base + index) ** (order + 1)
    rest = rest.expand()
    return (rest, term) if nodes and not rest.has(*nodes) else None
