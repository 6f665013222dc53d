"""Brings a log-density to a sum of products: logarithms split where signs allow it, cases turned into indicators."""

from __future__ import annotations

from functools import lru_cache

from sympy import (
    Abs,
    Add,
    Dummy,
    Expr,
    Mul,
    Pow,
    RisingFactorial,
    S,
    Symbol,
    beta,
    binomial,
    cos,
    exp,
    expand_trig,
    factorial,
    fraction,
    gamma,
    log,
    loggamma,
    sin,
)

from ..bounds import Bounds
from .atoms import Indicator
from .cases import at_points, indicators
from .signs import Domain, is_negative, is_nonzero, is_positive
from .size import cancelled, factored, is_moderate


def normal_form(expression: Expr, data: tuple[Symbol, ...], domain: Domain) -> Expr:
    """Return ``expression`` as a sum of terms, each a product of a data part and a part free of data where possible.

    ``domain`` gives the bounds of every symbol, the observation included; a logarithm is split only where the
    signs of its factors are proved on it.

    >>> from sympy import Interval, oo
    >>> from thetahat.proofs.bounds import bounds
    >>> x, k = Symbol("x", positive=True), Symbol("k", positive=True)
    >>> positive = bounds(Interval.open(0, oo))
    >>> normal_form(log(x ** (k - 1) / gamma(k)), (x,), {k: positive, x: positive})
    k*log(x) - log(x) - loggamma(k)
    """
    return _normal_form(expression, data, tuple(domain.items()))


@lru_cache(maxsize=4096)
def _normal_form(expression: Expr, data: tuple[Symbol, ...], items: tuple[tuple[Symbol, Bounds], ...]) -> Expr:
    domain = dict(items)
    flat = _unit_moduli(indicators(expression, data, domain), data)
    split = without_padding(split_logs(without_padding(flat), domain))
    apart = _separate_angles(split, data)
    return at_points(_spread(apart))


def _unit_moduli(expression: Expr, data: tuple[Symbol, ...]) -> Expr:
    """Take the number before the observation out of a modulus: ``|m - x/4| = |4 m - x|/4``."""

    def scaled(modulus: Expr) -> Expr:
        inside = modulus.args[0].expand()
        number = next((c for x in data if (c := inside.coeff(x)).is_Rational and c and not (inside - c * x).has(x)), 1)
        return abs(number) * Abs((inside / number).expand()) if abs(number) != 1 else modulus

    return expression.replace(lambda e: isinstance(e, Abs), scaled)


def without_padding(expression: Expr) -> Expr:
    """Return ``expression`` without denominators that divide the terms over them.

    Functions and powers that are no polynomials count as unknowns, so that only polynomials are divided.

    >>> from sympy.abc import a, x
    >>> without_padding(a * log(x) / (1 + a) + log(x) / (1 + a) - x)
    -x + log(x)
    """
    groups: dict[Expr, list[Expr]] = {}
    for term in Add.make_args(expression):
        groups.setdefault(Mul(*filter(_divides, Mul.make_args(term))), []).append(term)
    if set(groups) == {S.One}:
        return expression
    return Add(*(Add(*terms) if under == 1 else _divided(Add(*terms)) for under, terms in groups.items()))


def _divides(part: Expr) -> bool:
    return bool(isinstance(part, Pow) and part.base.is_Add and part.exp.is_Integer and part.exp.is_negative)


def _divided(terms: Expr) -> Expr:
    """The sum over its denominator if that divides it; else as it was."""
    masks: dict[Expr, Dummy] = {}

    def masked(node: Expr) -> Expr:
        if node.is_Symbol or node.is_Rational:
            return node
        if isinstance(node, (Add, Mul)) or (isinstance(node, Pow) and node.exp.is_Integer):
            return node.func(*map(masked, node.args))
        return masks.setdefault(node, Dummy())

    whole = cancelled(masked(terms)) if is_moderate(terms) else terms
    if any(_divides(part) for part in Mul.make_args(1 / fraction(whole)[1])):
        return terms
    return whole.xreplace({mask: node for node, mask in masks.items()})


def split_logs(expression: Expr, domain: Domain) -> Expr:
    """Return ``expression`` with every logarithm split into logarithms of factors of proved sign.

    >>> a, b = Symbol("a", positive=True), Symbol("b", real=True)
    >>> split_logs(log(a * exp(b)), {})
    b + log(a)
    """
    if not expression.args:
        return expression
    if isinstance(expression, Indicator):
        return expression
    inner = (
        expression.func(*(split_logs(arg, domain) for arg in expression.args)) if expression.has(log) else expression
    )
    if isinstance(inner, log):
        return _split_log(inner.args[0], domain)
    return inner


def _split_log(argument: Expr, domain: Domain) -> Expr:
    named = _named(argument)
    if named is not None:
        return named
    if isinstance(argument, exp) and _is_real(argument.args[0], domain):
        return argument.args[0]
    if isinstance(argument, Pow):
        base, exponent = argument.as_base_exp()
        if _named(base) is not None or is_positive(base, domain):
            return exponent * _split_log(base, domain)
        if exponent.is_even and is_nonzero(base, domain):
            return exponent * _split_log(_absolute(base, domain), domain)
        if exponent.is_even:
            return exponent * log(Abs(base))
    if isinstance(argument, Mul):
        return _split_product(argument, domain)
    if isinstance(argument, Add):
        return _split_sum(argument, domain)
    return log(argument)


def _named(argument: Expr) -> Expr | None:
    """Logarithms of gamma, beta, factorials and binomial coefficients."""
    args = argument.args
    if isinstance(argument, gamma):
        return loggamma(args[0])
    if isinstance(argument, factorial):
        return loggamma(args[0] + 1)
    if isinstance(argument, beta):
        return loggamma(args[0]) + loggamma(args[1]) - loggamma(args[0] + args[1])
    if isinstance(argument, binomial):
        return loggamma(args[0] + 1) - loggamma(args[1] + 1) - loggamma(args[0] - args[1] + 1)
    if isinstance(argument, RisingFactorial):
        return loggamma(args[0] + args[1]) - loggamma(args[0])
    return None


def _is_real(exponent: Expr, domain: Domain) -> bool:
    """Whether an exponent is real: SymPy knows no sign of ``1 - x`` on the unit interval, and so no logarithm of it."""
    atoms = [a for a in exponent.atoms(log, loggamma) if not a.is_extended_real and is_positive(a.args[0], domain)]
    return bool(exponent.xreplace({atom: Dummy(real=True) for atom in atoms}).is_extended_real)


def _absolute(base: Expr, domain: Domain) -> Expr:
    return base if is_positive(base, domain) else -base


def _split_product(product: Mul, domain: Domain) -> Expr:
    outside, kept, flips = S.Zero, [], 0
    for part in product.args:
        real = isinstance(part, exp) and _is_real(part.args[0], domain)
        if real or _named(part) is not None or is_positive(part, domain) or _is_positive_power(part, domain):
            outside += _split_log(part, domain)
        elif is_negative(part, domain):
            # An odd power keeps its sign outside: minus a negative factor would come back to this very branch.
            base, power = part.as_base_exp()
            outside += power * log(-base) if power.is_Integer and power.is_odd else log(-part)
            flips += 1
        else:
            kept.append(part)
    rest = Mul(*kept) * (-1) ** flips
    return outside if rest == 1 else outside + log(rest)


def _is_positive_power(part: Expr, domain: Domain) -> bool:
    """Whether it is a real power of a positive number, as counts of ways are, whose own sign is not asked."""
    if not isinstance(part, Pow) or not part.exp.is_real:
        return False
    return _named(part.base) is not None or is_positive(part.base, domain)


def _split_sum(total: Add, domain: Domain) -> Expr:
    """Take a common denominator or a polynomial factor out of a sum, never an exponential."""
    denominator = S.One
    for term in total.args:
        for base, exponent in (part.as_base_exp() for part in Mul.make_args(term)):
            if exponent.is_Integer and exponent < 0 and not base.is_Number and base.is_polynomial():
                denominator = _least_multiple(denominator, base, -exponent)
    numbers = Mul(*(term.as_coeff_Mul()[0].q for term in total.args if term.as_coeff_Mul()[0].is_Rational))
    if denominator != 1 and (is_positive(denominator, domain) or is_negative(denominator, domain)):
        numerator = Add(*((term * denominator).expand() for term in total.args))
        pieces = numerator / denominator if isinstance(numerator, Add) else None
        if pieces is not None:
            return _split_product(Mul(factored(numerator), 1 / denominator, evaluate=False), domain)
        if denominator.free_symbols:
            return _split_log(numerator / denominator, domain)
    if numbers != 1:
        return _split_sum_checked((total * numbers).expand(), domain) - log(numbers)
    return _split_sum_checked(total, domain)


def _split_sum_checked(total: Expr, domain: Domain) -> Expr:
    if isinstance(total, Add) and total.is_polynomial(*total.free_symbols):
        product = factored(total)
        if isinstance(product, (Mul, Pow)):
            return _split_log(product, domain)
    return log(total)


def _least_multiple(current: Expr, base: Expr, power: int) -> Expr:
    present = current.as_powers_dict().get(base, S.Zero)
    return current * base ** max(power - present, 0)


def _separate_angles(expression: Expr, data: tuple[Symbol, ...]) -> Expr:
    """Use the addition theorems where an angle mixes data with other symbols."""

    def mixes(node: Expr) -> bool:
        if not isinstance(node, (sin, cos)):
            return False
        symbols = node.free_symbols
        return bool(symbols & set(data)) and bool(symbols - set(data))

    return expression.replace(mixes, lambda node: expand_trig(node.func(node.args[0].expand())))


def _spread(expression: Expr) -> Expr:
    return expression.expand(log=False, trig=False, func=False, complex=False, power_exp=False, basic=False)
