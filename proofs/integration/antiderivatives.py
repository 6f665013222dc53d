"""Whether an integrand is the derivative of an exponential, and what that is at the ends."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Add, Expr, Rational, S, Symbol, asinh, cancel, cos, erf, exp, log, loggamma, oo, prime, sin

from ..algebra.derivatives import derivative
from .kernel import Kernel, Terms, is_infinite, line_of, terms_of
from .lemma import Integrated
from .values import product_of, spread


def by_antiderivative(kernel: Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    """``exp(rest)`` proportional to the derivative of ``inner``: then the integral is that of ``d exp(inner)``.

    Tried in the original variable alone: another one has an antiderivative exactly where this one has.
    """
    x = kernel.variable
    if kernel.trail or len(terms) > 6 or kernel.exponent.has(erf, sin, cos, asinh, loggamma):
        return None
    whole = Add(*(coefficient * part for part, coefficient in terms.items()))
    for inner in _inner_candidates(terms, x):
        if not all(_is_smooth(part, kernel) for part in inner):
            continue
        sum_ = Add(*(coefficient * part for part, coefficient in inner.items()))
        ratio = derivative(sum_, x) * product_of(spread(sum_ - whole))
        if ratio == 0 or not _seems_constant(ratio, x):
            continue
        ratio = spread(ratio)
        ratio = cancel(ratio) if ratio.has(x) else ratio
        if ratio.has(x):
            continue
        ends = [limit_of(kernel, inner, end) for end in kernel.ends]
        if ends[0] is not None and ends[1] is not None:
            value = constant + log((ends[1] - ends[0]) / ratio)
            return Integrated(value, "antiderivative", (), kernel.words)
    return None


def _is_smooth(part: Expr, kernel: Kernel) -> bool:
    """Whether a part has no pole inside the range; logarithms have none, since the kernel is real there."""
    base, power = part.as_base_exp()
    entire = isinstance(part, exp) or isinstance(base, log) or (power.is_Integer and power > 0)
    return bool(entire or (base == kernel.variable and (kernel.lower == 0 or kernel.positive(kernel.lower))))


def _seems_constant(ratio: Expr, x: Symbol) -> bool:
    """Whether two numeric values agree: a sieve before the exact test, nothing more."""
    others = sorted(ratio.free_symbols - {x}, key=lambda symbol: symbol.sort_key())
    place = {symbol: Rational(prime(i + 5), 7) for i, symbol in enumerate(others)}
    here, there = (ratio.xreplace(place | {x: at}).evalf(12) for at in (Rational(3, 11), Rational(5, 13)))
    if not (here.is_number and there.is_number and here.is_finite and there.is_finite):
        return True
    return bool(abs(here - there) <= abs(here) * Rational(1, 10**6))


def _inner_candidates(terms: Terms, x: Symbol) -> Iterator[Terms]:
    bulk = {part: c for part, c in terms.items() if not (isinstance(part, log) and c == 1)}
    yield bulk
    yield {**bulk, log(x): bulk.get(log(x), S.Zero) + 1}
    yield {part: c for part, c in bulk.items() if part != x}
    yield {part: c for part, c in bulk.items() if not isinstance(part, log)}
    for power in dict.fromkeys(terms.values()):
        if power != -1:
            yield {p: power + 1 for p, c in terms.items() if c == power and isinstance(p, log)}


def limit_of(kernel: Kernel, terms: Terms, end: Expr) -> Expr | None:
    """The limit of the exponential of a sum at an end: zero or finite; ``None`` where it is not clear."""
    finite = S.Zero
    infinite: list[tuple[tuple[int, Expr], Expr]] = []
    for part, coefficient in terms.items():
        value = _limit_of_part(kernel, part, end)
        if value is None:
            return None
        if value in (oo, -oo):
            infinite.append((_growth(part, kernel.variable), coefficient * (1 if value is oo else -1)))
        else:
            finite += coefficient * value
    if not infinite:
        return product_of(finite)
    signs = {kernel.sign(direction) for _, direction in infinite}
    if signs == {-1}:
        return S.Zero
    if any(not power.is_Rational for (_, power), _ in infinite):
        return None
    fastest = max(rank for rank, _ in infinite)
    leading = [direction for rank, direction in infinite if rank == fastest]
    return S.Zero if len(leading) == 1 and kernel.sign(leading[0]) < 0 else None


def _growth(part: Expr, x: Symbol) -> tuple[int, Expr]:
    """Logarithms grow slower than powers, powers slower than exponentials; of two of a kind the higher power wins."""
    base, power = part.as_base_exp()
    if isinstance(part, exp):
        return 2, Symbol("_rate")
    return (1, abs(power) if power.is_Rational else power) if base == x else (0, power)


def _limit_of_part(kernel: Kernel, part: Expr, end: Expr) -> Expr | None:
    x = kernel.variable
    base, power = part.as_base_exp()
    if base == x and end in (0, oo) and not power.has(x):
        direction = kernel.sign(power) * (1 if end is oo else -1)
        return {1: oo, -1: S.Zero}.get(direction)
    if isinstance(part, exp) and end in (oo, -oo):
        rate = line_of(part.args[0], x)
        direction = kernel.sign(rate[1]) * (1 if end is oo else -1) if rate else 0
        return {1: oo, -1: S.Zero}.get(direction)
    if isinstance(base, log) and power.is_Integer and power > 0:
        inner = _limit_of_sum(kernel, base.args[0], end)
        value = {oo: oo, S.Zero: -oo, None: None}.get(inner, log(inner) if inner is not None else None)
        return value**power if value is not None else None
    if end in (oo, -oo):
        return None
    value = part.xreplace({x: end})
    return None if is_infinite(value) else value


def _limit_of_sum(kernel: Kernel, total: Expr, end: Expr) -> Expr | None:
    """The limit of a sum that is positive; infinite only where nothing can cancel."""
    constant, terms = terms_of(spread(total), kernel.variable)
    limits = [(coefficient, _limit_of_part(kernel, part, end)) for part, coefficient in terms.items()]
    if any(value is None or value is -oo for _, value in limits):
        return None
    if any(value is oo for _, value in limits):
        return oo if all(kernel.positive(coefficient) for coefficient, _ in limits) else None
    return spread(constant + Add(*(coefficient * value for coefficient, value in limits)))
