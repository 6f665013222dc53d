"""Whether an expression in powers of numbers vanishes, as ``12**a = 4**a 3**a``: by the powers of primes in them."""

from __future__ import annotations

from sympy import QQ, Add, Dummy, Expr, Mul, Pow, factorrat, log
from sympy.core.function import Function

from .size import operations

_FEWEST_POWERS, _MOST_UNKNOWNS, _MOST_OPERATIONS = 3, 14, 3000


def has_powers_of_numbers(expression: Expr) -> bool:
    """Return whether there are several: SymPy finds no common denominator of many in reasonable time.

    >>> from sympy.abc import a
    >>> has_powers_of_numbers(2**a + 3**a + 5**a), has_powers_of_numbers(2**a + 3**a)
    (True, False)
    """
    return sum(map(_is_power, expression.atoms(Pow))) >= _FEWEST_POWERS


def vanishes_by_primes(expression: Expr) -> bool:
    """Return whether a rational function of powers of numbers, and of other functions, is zero.

    Every power of a prime, every logarithm of one and every other function counts as an unknown.

    >>> from sympy.abc import a
    >>> vanishes_by_primes(log(6) / (2**a + 3**a) - 5**a * (log(2) + log(3)) / (10**a + 15**a))
    True
    >>> vanishes_by_primes(log(6) / (2**a + 3**a) - 5**a * log(5) / (10**a + 15**a))
    False
    """
    if not has_powers_of_numbers(expression) or operations(expression) > _MOST_OPERATIONS:
        return False
    powers = [node for node in expression.atoms(Pow) if _is_power(node)]
    unit = powers[0].exp
    if not all((node.exp / unit).is_Integer for node in powers):
        return False
    unknowns: dict[Expr, Dummy] = {}

    def product(node: Expr) -> Expr:
        times = int(node.exp / unit)
        primes = factorrat(node.base)
        return Mul(*(unknowns.setdefault(p**unit, Dummy()) ** (count * times) for p, count in primes.items()))

    def total(node: Expr) -> Expr:
        return Add(*(count * unknowns.setdefault(log(p), Dummy()) for p, count in factorrat(node.args[0]).items()))

    plain = expression.replace(_is_power, product)
    plain = plain.replace(lambda node: isinstance(node, log) and node.args[0].is_Rational, total)
    others = {node: Dummy() for node in plain.atoms(Function)}
    plain = plain.xreplace(others)
    symbols = tuple(plain.free_symbols)
    if len(symbols) > _MOST_UNKNOWNS or not _is_rational(plain):
        return False
    field = QQ.frac_field(*symbols)
    return bool(sum((field.from_sympy(term) for term in Add.make_args(plain)), field.zero) == 0)


def _is_power(node: Expr) -> bool:
    """A power of a positive number other than one, whose exponent is not a number."""
    return bool(isinstance(node, Pow) and node.base.is_Rational and node.base > 0 and not node.exp.is_number)


def _is_rational(expression: Expr) -> bool:
    """Whether there are sums, products and whole powers of symbols and rational numbers alone."""
    if expression.is_Symbol or expression.is_Rational:
        return True
    if isinstance(expression, Pow):
        return bool(expression.exp.is_Integer) and _is_rational(expression.base)
    return isinstance(expression, (Add, Mul)) and all(map(_is_rational, expression.args))
