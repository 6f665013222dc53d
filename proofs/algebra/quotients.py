"""Splits logarithms of quotients where signs are proved, and writes functions of a large number in its reciprocal."""

from __future__ import annotations

from sympy import Add, Expr, Integer, Mul, S, Symbol, fraction, log, together

from .atoms import Mean
from .signs import Domain, is_positive
from .size import cancelled


def split_quotients(expression: Expr, domain: Domain) -> Expr:
    """Return ``expression`` with every logarithm split by the factors of its argument that are proved positive.

    Under averages too. ``log(1 - t/n) = log(n - t) - log(n)`` needs only that ``n`` is positive.

    >>> n, t = Symbol("n", positive=True), Symbol("t", positive=True)
    >>> split_quotients(log(1 - t / n), {}) == log(n - t) - log(n)
    True
    """

    def apart(node: Expr) -> Expr:
        top, bottom = fraction(together(node.args[0]))
        parts = [*Mul.make_args(top), *(1 / part for part in Mul.make_args(bottom))]
        known = [part for part in parts if is_positive(part, domain)]
        rest = Mul(*(part for part in parts if part not in known))
        terms = [-log(1 / part) if fraction(part)[0] == 1 and not part.is_Integer else log(part) for part in known]
        return sum(terms, log(rest) if rest != 1 else S.Zero)

    return expression.replace(lambda node: isinstance(node, log), apart)


def scaled_reciprocal(expression: Expr, large: Symbol, small: Symbol, domain: Domain) -> tuple[Expr, int] | None:
    """Return ``small**power`` times ``expression`` at ``large = 1/small``, free of poles at zero, and the power.

    ``None`` where a logarithm or a pole stays in at zero.

    >>> n, s = Symbol("n", positive=True), Symbol("s", positive=True)
    >>> scaled_reciprocal(n * log(n + 1) - n * log(n), n, s, {})
    (log(s + 1), 1)
    """
    split = split_quotients(expression.subs(large, 1 / small), {**domain}).expand()
    # A fraction such as 1/(1 + 1/s)**2 has no pole at zero once it is one fraction.
    inverse = Add(*(cancelled(t) if t.is_rational_function(small) else t for t in Add.make_args(split)))
    power = -min(0, *(_exponent(term, small) for term in Add.make_args(inverse)))
    whole = (small**power * inverse).expand()
    atoms = (*whole.atoms(log), *(mean.integrand for mean in whole.atoms(Mean)))
    atoms = (*atoms, *(term for term in Add.make_args(whole) if term.is_rational_function(small)))
    if any(node.subs(small, 0).has(S.ComplexInfinity, S.NaN, S.NegativeInfinity, S.Infinity) for node in atoms):
        return None
    return whole, power


def _exponent(term: Expr, small: Symbol) -> int:
    """The whole power of ``small`` by which a term is multiplied."""
    powers = [factor.as_base_exp() for factor in Mul.make_args(term)]
    return sum(int(exponent) for base, exponent in powers if base == small and exponent.is_Integer)


def derivative_at_zero(expression: Expr, small: Symbol, order: int) -> Expr:
    """Return the derivative of that order where ``small`` is zero.

    >>> s = Symbol("s", positive=True)
    >>> derivative_at_zero(log(1 + s), s, 2)
    -1
    """
    found = expression.diff(small, order) if order else expression
    return found.xreplace({small: Integer(0)}).expand() if not found.has(Mean) else _at_zero(found, small)


def _at_zero(expression: Expr, small: Symbol) -> Expr:
    """Zero put in under averages as well, which are linear in what is left."""
    inside = expression.replace(
        lambda node: isinstance(node, Mean),
        lambda node: Mean(node.integrand.subs(small, 0).expand(), *node.data),
    )
    return inside.subs(small, 0).expand()
