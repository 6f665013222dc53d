"""Writes averages of logarithms, and their derivatives, so that balls lose less: like terms are joined."""

from __future__ import annotations

from sympy import Add, Expr, cancel, factor, log

from ...proofs.algebra.atoms import Mean


def joined(expression: Expr) -> Expr:
    """Return the same number with ``Mean(log(a)) - log(b)`` written as ``Mean(log(a / b))``, a and b being positive.

    Both logarithms of the difference change with a parameter in the same way, so that over an interval each is wide.

    >>> from sympy import Symbol
    >>> a, x = Symbol("a", positive=True), Symbol("x", positive=True)
    >>> joined(1 / (Mean(log(a + x), x) - log(a)))
    1/Mean(log(1 + x/a), x)
    """
    if not expression.has(Mean) or isinstance(expression, Mean):
        return expression
    parts = [joined(part) for part in expression.args]
    return _sum(parts) if isinstance(expression, Add) else expression.func(*parts)


def _sum(terms: list[Expr]) -> Expr:
    """The sum of some terms, a mean of logarithms joined with the opposite logarithm."""
    left = list(terms)
    for term in terms:
        share, mean = term.as_coeff_Mul(rational=True)
        if not (isinstance(mean, Mean) and isinstance(mean.integrand, log) and mean.integrand.args[0].is_positive):
            continue
        other = next((one for one in left if _is_opposite(one, -share)), None)
        if other is not None:
            inside = mean.integrand.args[0] / other.as_coeff_Mul(rational=True)[1].args[0]
            whole = share * Mean(log(cancel(inside).expand()), *mean.data)
            left = [one for one in left if one is not term and one is not other] + [whole]
    return Add(*left)


def _is_opposite(term: Expr, share: Expr) -> bool:
    """Whether a term is so many times the logarithm of a positive number without data."""
    found, function = term.as_coeff_Mul(rational=True)
    if found != share or not isinstance(function, log):
        return False
    return bool(function.args[0].is_positive) and not function.has(Mean)


def factored_means(expression: Expr) -> Expr:
    """Return the same with rational integrands as products, of which balls are narrower than of sums.

    >>> from sympy import Symbol
    >>> a, x = Symbol("a", positive=True), Symbol("x", positive=True)
    >>> factored_means(Mean(x / (a**2 * (1 + x / a)), x))
    Mean(x/(a + x), x)/a
    """
    means = [mean for mean in expression.atoms(Mean) if mean.integrand.is_rational_function()]
    return expression.xreplace({mean: Mean(factor(mean.integrand), *mean.data) for mean in means})
