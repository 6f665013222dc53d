"""Which lemma a sum from zero is, by the gamma functions that its terms consist of."""

from __future__ import annotations

from dataclasses import replace

from sympy import Add, Expr, LambertW, S, cancel, exp, log, oo

from .kernel import Kernel, Terms, applied, line_of, terms_of
from .lemma import Integrated
from .values import gamma_argument, product_of, simplified, spread


def known_series(kernel: Kernel) -> Integrated | None:
    """A sum from zero, by its signature: which gamma functions of ``j + c`` and ``n - j + c`` stand above and below."""
    if kernel.lower != 0:
        return None
    constant, terms = terms_of(kernel.exponent, kernel.variable)
    rate = terms.pop(kernel.variable, S.Zero)
    if len(terms) == 1 and rate == 0 and kernel.upper is oo:
        found = _zeta(kernel, constant, terms)
        if found is not None:
            return found
    signature = _signature(kernel, terms)
    if signature is None:
        return _abel(kernel, constant, {**terms, kernel.variable: rate})
    scale, rising, falling = signature
    found = _known_series(kernel, rate, *rising, *falling)
    return None if found is None else replace(found, value=constant + scale + found.value)


def _zeta(kernel: Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    ((part, power),) = terms.items()
    line = line_of(part.args[0], kernel.variable) if isinstance(part, log) else None
    if line is None:
        return None
    return applied("zeta", kernel, constant + power * log(line[1]), s=-power, q=cancel(line[0] / line[1]))


Signature = tuple[Expr, tuple[list[Expr], list[Expr]], tuple[list[Expr], list[Expr]]]


def _signature(kernel: Kernel, terms: Terms) -> Signature | None:
    """The constant, and the shifts ``c`` of ``gamma(j + c)`` above and below, then those of ``gamma(c - j)``."""
    scale = S.Zero
    above: list[Expr] = []
    below: list[Expr] = []
    falling: tuple[list[Expr], list[Expr]] = ([], [])
    for part, count in terms.items():
        z = gamma_argument(part)
        inner = z if z is not None else part.args[0] if isinstance(part, log) else None
        line = line_of(inner, kernel.variable) if inner is not None else None
        if line is None or not count.is_Integer or abs(count) > 3:
            return None
        top, bottom = (above, below) if count > 0 else (below, above)
        if z is None:
            scale += count * log(line[1])
            shift = cancel(line[0] / line[1])
            top, bottom = top + [shift + 1] * abs(count), bottom + [shift] * abs(count)
        elif line[1] == 1:
            top = top + [line[0]] * abs(count)
        elif line[1] == -1:
            falling[0 if count > 0 else 1].extend([line[0]] * abs(count))
        else:
            return None
        above, below = (top, bottom) if count > 0 else (bottom, top)
    return scale, _reduced(above, below), falling


def _reduced(above: list[Expr], below: list[Expr]) -> tuple[list[Expr], list[Expr]]:
    """Cancel equal entries."""
    kept, rest = [], list(below)
    for shift in above:
        twin = next((other for other in rest if spread(other - shift) == 0), None)
        if twin is None:
            kept.append(shift)
        else:
            rest.remove(twin)
    return kept, rest


def _known_series(
    kernel: Kernel, rate: Expr, above: list[Expr], below: list[Expr], up: list[Expr], down: list[Expr]
) -> Integrated | None:
    if kernel.upper is not oo:
        return _finite_series(kernel, rate, above, below, up, down)
    if up or down:
        return None
    factorials = sum(1 for shift in below if shift == 1)
    above = above if factorials else [*above, S.One]
    below = list(below)
    if factorials:
        below.remove(S.One)
    shape = (len(above), len(below))
    values: dict[str, Expr] = {"r": rate}
    if shape == (1, 0):
        name = "geometric_series" if above == [1] else "binomial_series"
        values["a"] = above[0]
    elif shape == (0, 0):
        name = "exponential_series"
    elif shape == (0, 1):
        name, values = "bessel_series", {"r": rate, "c": below[0]}
    elif shape == (2, 1) and rate == 0:
        name, values = "gauss_sum", {"a": above[0], "b": above[1], "c": below[0]}
    elif above == [1, 1] and below == [2]:
        name = "log_series"
    else:
        return None
    return _exact_sum(applied(name, kernel, S.Zero, **values))


def _finite_series(
    kernel: Kernel, rate: Expr, above: list[Expr], below: list[Expr], up: list[Expr], down: list[Expr]
) -> Integrated | None:
    n = kernel.upper
    if not (above or below or up or down):
        if rate == 0:
            return applied("count", kernel, S.Zero, n=n)
        return _exact_sum(applied("geometric_progression", kernel, S.Zero, n=n, r=rate))
    if below != [1] or len(down) != 1 or spread(down[0] - n - 1) != 0:
        return None
    if not above and not up:
        return _exact_sum(applied("binomial_theorem", kernel, S.Zero, n=n, r=rate))
    if rate != 0 or len(above) > 1 or len(up) > 1:
        return None
    shifts = {"a": above[0] if above else S.One, "b": spread(up[0] - n) if up else S.One}
    return applied("vandermonde", kernel, S.Zero, n=n, **shifts) if above and up else None


def _exact_sum(found: Integrated | None) -> Integrated | None:
    """Exponentials of logarithms are written as powers."""
    if found is None:
        return None
    value = found.value.replace(lambda node: isinstance(node, exp), lambda node: product_of(node.args[0]))
    return replace(found, value=value)


def _abel(kernel: Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    """``(j - 1) log(a + b j) - b j - loggamma(j + 1)``, also with ``b`` taken out of the logarithm."""
    j = kernel.variable
    growing = [part / j for part, count in terms.items() if count == 1 and isinstance(part / j, log)]
    line = line_of(growing[0].args[0], j) if len(growing) == 1 else None
    if line is None or kernel.upper is not oo:
        return None
    start, rate, power, factorials = cancel(line[0] / line[1]), terms.get(j, S.Zero) + log(line[1]), S.Zero, 0
    for part, count in terms.items():
        z = gamma_argument(part)
        other = line_of(part.args[0], j) if z is None and isinstance(part, log) else None
        if z is not None and count == -1 and (z == j + 1 or (z == j + 2 and start == 1)):
            factorials, power = factorials + 1, power - (z - j - 1)
        elif other is not None and cancel(other[0] / other[1] - start) == 0:
            power, constant = power + count, constant + count * log(other[1])
        elif part not in (j, j * growing[0]):
            return None
    still = kernel.at_zero(rate)
    b = -Add(*(term for term in Add.make_args(spread(still)) if not term.has(log)))
    if factorials != 1 or power != -1 or simplified(still - log(b) + b, kernel.domain) != 0:
        return None
    found = applied("abel_series", kernel, constant + log(b), a=b * start, b=b)
    if found is None or still == rate:
        return found
    # Off zero the same series is a power of the tree function; b < 1 keeps it inside its circle of convergence.
    return replace(found, value=constant - start * LambertW(-b * exp(rate - still - b)) - log(start))
