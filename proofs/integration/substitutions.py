"""Which change of variable brings an integral closer to a lemma."""

from __future__ import annotations

from dataclasses import replace

from sympy import Dummy, Expr, Pow, S, Symbol, asinh, cosh, exp, factor, log, oo, sinh

from .kernel import POSITIVE, REAL, Kernel, Terms, bare_names, line_of
from .values import simplified, spread


def change_of_variable(kernel: Kernel, terms: Terms) -> Kernel | None:
    x, low, top, depth = kernel.variable, kernel.lower, kernel.upper, len(kernel.trail)
    w, y = POSITIVE[depth], REAL[depth]
    ray, unit = (S.Zero, oo), (S.Zero, S.One)
    exponential = any(part.has(exp) for part in terms)
    squared = any(_beyond_log(part, log(x)) for part in terms)
    polynomial = any(part.as_base_exp()[0] == x and part != x for part in terms)
    if kernel.ends == (-oo, oo):
        if exponential:
            return None if polynomial else kernel.substituted(log(w), w, -log(w), ray)
        return _by_sinh(kernel, y)
    if top is oo and low != 0:
        if squared and kernel.positive(low):
            return kernel.substituted(low * exp(w), w, log(low) + w, ray)
        return kernel.substituted(low + w, w, S.Zero, ray)
    if kernel.ends == ray:
        if squared:
            return None if exponential else kernel.substituted(exp(y), y, y, (-oo, oo))
        if not exponential:
            return None
        powers = {node.exp for node in kernel.exponent.atoms(Pow) if node.base == x}
        if len(powers) == 1 and kernel.positive(k := powers.pop()) and x not in terms:
            return kernel.substituted(w ** (1 / k), w, (1 / k - 1) * log(w) - log(k), ray)
        if polynomial:
            return None
        rates = [line_of(node.args[0], x) for node in kernel.exponent.atoms(exp) if node.has(x)]
        falling = [-line[1] for line in rates if line is not None and kernel.positive(-line[1])]
        rate = min(falling, key=lambda r: (r.count_ops(), r.sort_key()), default=S.One)
        return kernel.substituted(-log(w) / rate, w, -log(w) - log(rate), unit)
    if kernel.ends != unit:
        length = top - low
        return kernel.substituted(low + length * w, w, log(length), unit) if kernel.positive(length) else None
    if any(_beyond_log(part, log(1 - x)) for part in terms):
        return _logit(kernel, y)
    if any(node.base == 1 - x for part in terms for node in part.atoms(Pow)):
        odds = replace(kernel, exponent=kernel.exponent.xreplace({1 - x: 1 / (1 + w)}))
        return odds.substituted(w / (1 + w), w, -2 * log(1 + w), ray)
    return kernel.substituted(exp(-w), w, -w, ray) if squared else None


def _by_sinh(kernel: Kernel, y: Symbol) -> Kernel | None:
    """``asinh(c x + d) = y``: what stands under a logarithm then is a multiple of ``cosh(y)**2 = 1 + sinh(y)**2``."""
    nodes = [node for node in kernel.exponent.atoms(asinh) if node.has(kernel.variable)]
    line = line_of(nodes[0].args[0], kernel.variable) if len(nodes) == 1 else None
    slope = kernel.sign(line[1]) if line is not None else 0
    if line is None or not slope:
        return None
    plain = replace(kernel, exponent=kernel.exponent.xreplace({nodes[0]: y}))
    moved = plain.substituted((sinh(y) - line[0]) / line[1], y, log(cosh(y)) - log(slope * line[1]), (-oo, oo))

    def squares(node: Expr) -> Expr:
        return log(factor(spread(node.args[0]).subs(sinh(y) ** 2, cosh(y) ** 2 - 1).expand()))

    exponent = moved.exponent.replace(lambda node: isinstance(node, log) and node.has(sinh), squares)
    return replace(moved, exponent=simplified(exponent, kernel.domain))


def _beyond_log(part: Expr, logarithm: Expr) -> bool:
    """Whether a part contains a logarithm other than as itself."""
    return part != logarithm and bool(part.has(logarithm))


def _logit(kernel: Kernel, y: Symbol) -> Kernel | None:
    """``x = 1 / (1 + exp(-y))``: then ``log(x) = y - L`` and ``log(1 - x) = -L`` with ``L = log(1 + exp(y))``."""
    x, ell = kernel.variable, Dummy("L", real=True)
    exponent = (kernel.exponent + log(x) + log(1 - x)).xreplace({log(x): y - ell, log(1 - x): -ell})
    exponent = spread(exponent)
    if exponent.has(x):
        return None
    moved = kernel.substituted(x, y, S.Zero, (-oo, oo))
    step = f"{bare_names(x)} = 1/(1 + exp(-{bare_names(y)}))"
    return replace(moved, exponent=exponent.xreplace({ell: log(1 + exp(y))}), trail=(*kernel.trail, step))
