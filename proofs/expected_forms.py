"""The shortest of the equal forms of an expected value that a few named rewrites give."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import (
    Add,
    Expr,
    Function,
    LambertW,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    cos,
    digamma,
    exp,
    factor,
    factor_terms,
    log,
    polygamma,
    sin,
)

from .algebra.signs import is_positive
from .algebra.size import has_low_degree, operations, shortest
from .bounds import Bounds
from .lemmas import product_of, simplified

_MOST_FUNCTIONS = 12


def tidy_mean(value: Expr, domain: Mapping[Symbol, Bounds]) -> Expr:
    """Return the shortest of a few equal forms: logarithms split, digamma arguments levelled, fractions joined.

    >>> from sympy.abc import z
    >>> tidy_mean(digamma(z + 1) - digamma(z), {})
    1/z
    """
    value = value.replace(lambda node: isinstance(node, exp), lambda node: product_of(node.args[0]))
    if _is_large(value):
        return factor(value) if value.is_rational_function() and has_low_degree(value) else value
    if value.has(LambertW):
        value = value.replace(LambertW, lambda argument: _principal(argument, domain))
    if value.has(sin):
        value = value.replace(
            lambda node: isinstance(node, Pow) and isinstance(node.base, sin) and node.exp == 2,
            lambda node: 1 - cos(node.base.args[0]) ** 2,
        )
    if value.has(digamma, polygamma):
        value = _level_digammas(value)
    if value.has(log):
        value = simplified(value, domain)
    spread = value.expand(log=False, power_base=False, power_exp=False, func=False, trig=False)
    joined = value.replace(
        lambda node: isinstance(node, Pow) and isinstance(node.base, Add),
        lambda node: factor_terms(node.base) ** node.exp,
    )
    forms = [value, spread, joined]
    if (not value.has(log) or operations(value) < 25) and has_low_degree(value):
        forms.append(factor(value))
    if not _is_large(spread) and has_low_degree(spread):
        forms.append(_grouped(spread))
    return shortest(forms)


def _is_large(value: Expr) -> bool:
    """Whether expanding or cancelling may blow up: many operations, high powers of sums, or many variables.

    Each function, and each power with a symbolic exponent, is one more variable of the polynomials that cancelling
    works on; a finite sum over beta-binomial probabilities has a gamma function for every value.
    """
    if len(value.atoms(Function)) > _MOST_FUNCTIONS:
        return True
    powers = value.atoms(Pow)
    high = any(isinstance(power.base, Add) and power.exp.is_Integer and abs(power.exp) > 4 for power in powers)
    return high or operations(value) > 120 or sum(1 for power in powers if not power.exp.is_Rational) > 5


def _principal(argument: Expr, domain: Mapping[Symbol, Bounds]) -> Expr:
    """``W(u exp(u)) = u`` for ``-1 < u``."""
    rest, exponential = argument.as_independent(exp, as_Add=False)
    u = exponential.args[0] if isinstance(exponential, exp) else None
    return u if u is not None and u == rest and is_positive(1 + u, domain) else LambertW(argument)


def _grouped(spread: Expr) -> Expr:
    """One term for each product of logarithms and special functions, its coefficient one factored fraction."""
    coefficients: dict[Expr, Expr] = {}
    for term in Add.make_args(spread):
        special = Mul(*(piece for piece in Mul.make_args(term) if piece.has(Function) and not piece.has(exp)))
        coefficients[special] = coefficients.get(special, S.Zero) + term / special
    return Add(*(factor(coefficient) * special for special, coefficient in coefficients.items()))


def _level_digammas(value: Expr) -> Expr:
    """``psi(z + 1) = psi(z) + 1/z`` and its derivatives, down to the smallest argument."""
    value = value.rewrite(polygamma)
    nodes = sorted(value.atoms(polygamma), key=lambda node: node.sort_key())
    changes = {}
    for node in nodes:
        order, z = node.args
        steps = [(z - other.args[1]).expand() for other in nodes if other.args[0] == order]
        # At one half SymPy knows the value.
        steps += [z - Rational(1, 2)] if order != 0 and z.is_Rational else []
        down = max((step for step in steps if step.is_Integer and step <= 20), default=0)
        least = (z - down).expand()
        extra = (_rung(order, least + i) for i in range(int(down)))
        changes[node] = polygamma(order, least) + Add(*extra)
    return value.xreplace(changes)


def _rung(order: Expr, z: Expr) -> Expr:
    """``psi^(m)(z + 1) - psi^(m)(z) = (-1)**m m! / z**(m + 1)``."""
    return (-1) ** order * Mul(*range(1, int(order) + 1)) / z ** (order + 1)
