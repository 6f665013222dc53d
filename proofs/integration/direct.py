"""Which lemma an integral is as it stands, by its ends and its parts."""

from __future__ import annotations

from sympy import Expr, Mul, Pow, S, cancel, cos, log, oo, pi, sin, sqrt

from .kernel import Kernel, Terms, applied, line_of, powers_of, terms_of
from .lemma import Integrated
from .values import spread


def _constant(kernel: Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    if terms or not (kernel.lower.is_finite and kernel.upper.is_finite):
        return None
    return applied("constant", kernel, constant, l=kernel.lower, u=kernel.upper)


def _affine_power(kernel: Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    if len(terms) != 1 or kernel.lower is -oo:
        return None
    (part, power), x = next(iter(terms.items())), kernel.variable
    line = line_of(part.args[0], x) if isinstance(part, log) else None
    if line is not None and kernel.upper is not oo and kernel.positive(-line[1]):
        line = line[0] + line[1] * (kernel.lower + kernel.upper), -line[1]
    if line is None or not kernel.positive(line[1]):
        return None
    low, top, shift = kernel.lower, kernel.upper, cancel(line[0] / line[1])
    constant += power * log(line[1])
    if top is oo:
        return applied("power_tail", kernel, constant, l=low, h=shift, s=-power)
    if spread(low + shift) == 0:
        return applied("power_from_zero", kernel, constant, l=low, u=top, a=power)
    if power == -1:
        return applied("reciprocal_between", kernel, constant, l=low, u=top, h=shift)
    return applied("power_between", kernel, constant, l=low, u=top, h=shift, a=power)


def _exponential(kernel: Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    if terms.keys() != {kernel.variable} or kernel.lower is -oo:
        return None
    rate = -terms[kernel.variable]
    if kernel.upper is oo:
        return applied("exponential_tail", kernel, constant, l=kernel.lower, b=rate)
    return applied("exponential_between", kernel, constant, l=kernel.lower, u=kernel.upper, b=rate)


def _circular(kernel: Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    x = kernel.variable
    if not any(part.has(cos, sin) for part in terms) or spread(kernel.upper - kernel.lower - 2 * pi) != 0:
        return None
    (part, power), *more = terms.items()
    inside = isinstance(part, log) and not more and power in (1, -1)
    free, waves = terms_of(spread(part.args[0]), x) if inside else (S.Zero, terms)
    if not waves.keys() <= {cos(x), sin(x)}:
        return None
    # With the square of the amplitude simplified first, the direction drops out of it.
    size = sqrt(_pythagoras(waves.get(cos(x), S.Zero) ** 2 + waves.get(sin(x), S.Zero) ** 2))
    name = {1: "cosine_mean", -1: "cosine_reciprocal"}[int(power)] if inside else "bessel_i"
    return applied(name, kernel, constant, a=size, b=S.Zero, d=free)


def _pythagoras(expression: Expr) -> Expr:
    """``sin**2 = 1 - cos**2``, spread out, so that squares of both cancel."""
    turned = spread(expression).replace(
        lambda node: isinstance(node, Pow) and isinstance(node.base, sin) and node.exp == 2,
        lambda node: 1 - cos(node.base.args[0]) ** 2,
    )
    return spread(turned)


def _gauss(kernel: Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    x = kernel.variable
    if x**2 not in terms or not terms.keys() <= {x, x**2}:
        return None
    names = {(-oo, oo): "gauss", (S.Zero, oo): "gauss_half_line"}
    even = kernel.lower == 0 and x not in terms
    if kernel.ends not in names or even:
        return None
    return applied(names[kernel.ends], kernel, constant, a=terms.get(x, S.Zero), b=-terms[x**2])


def _quadratic_power(kernel: Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    if kernel.ends != (-oo, oo) or not all(isinstance(part, log) for part in terms):
        return None
    if len(set(terms.values())) != 1:
        return None
    powers = powers_of(Mul(*(part.args[0] for part in terms)), kernel.variable)
    if powers is None or not powers.keys() <= {S.Zero, S.One, S(2)} or S(2) not in powers:
        return None
    quadratic = {f"q_{i}": powers.get(S(i), S.Zero) for i in range(3)}
    return applied("quadratic_power", kernel, constant, s=-next(iter(terms.values())), **quadratic)


def _gamma_or_bessel(kernel: Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    x = kernel.variable
    if kernel.ends != (S.Zero, oo):
        return None
    rates = {part.as_base_exp()[1]: -terms[part] for part in terms if part.as_base_exp()[0] == x}
    if len(rates) not in (1, 2) or len(rates) + (log(x) in terms) != len(terms) or any(c.has(x) for c in rates):
        return None
    power = terms.get(log(x), S.Zero)
    (c, rate), *more = rates.items()
    if not more:
        return applied("gamma", kernel, constant, a=power, b=rate, c=c)
    if spread(c + more[0][0]) != 0:
        return None
    if kernel.sign(c) < 0:
        (c, rate), more = more[0], [(c, rate)]
    return applied("bessel_k", kernel, constant, a=power, b=rate, c=c, d=more[0][1])


def _beta_or_prime(kernel: Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    if kernel.ends not in ((S.Zero, oo), (S.Zero, S.One)) or not all(isinstance(part, log) for part in terms):
        return None
    x = kernel.variable
    power = terms.get(log(x), S.Zero)
    factors: Terms = {}
    for part, exponent in terms.items():
        if part == log(x):
            continue
        pair = _two_powers(part.args[0], kernel)
        if pair is None:
            return None
        lead, least, ratio, step = pair
        power, constant = power + exponent * least, constant + exponent * log(lead)
        factors[1 + ratio * x**step] = factors.get(1 + ratio * x**step, S.Zero) + exponent
    if len(set(factors.values())) != 1:
        return None
    exponent = next(iter(factors.values()))
    pair = _two_powers(Mul(*factors), kernel)
    if pair is None:
        return None
    _, _, ratio, step = pair
    if kernel.upper is oo:
        values = {"a": power, "s": -exponent, "d": S.One, "c": ratio, "h": step}
        return applied("beta_half_line", kernel, constant, **values)
    return applied("beta", kernel, constant, a=power, b=exponent, c=step) if ratio == -1 else None


def _two_powers(expression: Expr, kernel: Kernel) -> tuple[Expr, Expr, Expr, Expr] | None:
    """``lead * x**least * (1 + ratio * x**step)``, as these four, with a positive lead."""
    powers = powers_of(expression, kernel.variable)
    if powers is None or len(powers) != 2:
        return None
    (least, lead), (other, second) = sorted(powers.items(), key=lambda item: (item[0] != 0, item[0].sort_key()))
    if (other - least).could_extract_minus_sign():
        (least, lead), (other, second) = (other, second), (least, lead)
    return (lead, least, second / lead, other - least) if kernel.positive(lead) else None


DIRECT = (
    _constant,
    _affine_power,
    _exponential,
    _circular,
    _gauss,
    _quadratic_power,
    _gamma_or_bessel,
    _beta_or_prime,
)
