"""Where a case distinction in a log-kernel changes sides, and what it is on each side."""

from __future__ import annotations

from dataclasses import replace

from sympy import Abs, Dummy, Expr, Max, Min, S, Symbol, cancel, false, log, oo, sign, true
from sympy.core.relational import Relational

from ..algebra.signs import Domain
from ..bounds import Bounds
from .kernel import Kernel, line_of
from .values import product_of, spread


def kink_of(node: Expr, variable: Symbol, ends: Bounds, domain: Domain) -> tuple[Expr, Expr, Expr] | None:
    """Return where a case distinction changes sides strictly inside the support, and what it is to the left and right.

    >>> from sympy import Abs, Reals, Symbol
    >>> from thetahat.proofs.bounds import bounds
    >>> x = Symbol("x", real=True)
    >>> kink_of(Abs(x - 1), x, bounds(Reals), {})
    (1, 1 - x, x - 1)
    """
    kernel = Kernel(S.Zero, variable, ends.lo, ends.hi, dict(domain), ())
    cut = cut_at(kernel, node)
    return cut if cut is not None and is_inside(cut[0], kernel) else None


def kinks_of(kernel: Kernel) -> list[Expr]:
    nodes = [node for node in kernel.exponent.atoms(Abs, sign, Max, Min, Relational) if node.has(kernel.variable)]
    return sorted(nodes, key=lambda node: node.sort_key())


def cut_at(kernel: Kernel, node: Expr) -> tuple[Expr, Expr, Expr] | None:
    """Where a case distinction changes sides, and what it is to the left and to the right of that."""
    difference, above, below = _sides(node)
    point = _root(difference, kernel)
    if point is None:
        return None
    return (point[0], below, above) if point[1] > 0 else (point[0], above, below)


def with_value(kernel: Kernel, node: Expr, value: Expr) -> Kernel:
    return replace(kernel, exponent=kernel.exponent.xreplace({node: value}))


def is_inside(place: Expr, kernel: Kernel) -> bool:
    above = kernel.lower is -oo or kernel.positive(place - kernel.lower)
    return above and (kernel.upper is oo or kernel.positive(kernel.upper - place))


def _sides(node: Expr) -> tuple[Expr, Expr, Expr]:
    """What has to change sign, and what the case distinction is where that is positive, and where negative."""
    if isinstance(node, Abs):
        return node.args[0], node.args[0], -node.args[0]
    if isinstance(node, sign):
        return node.args[0], S.One, S.NegativeOne
    if isinstance(node, (Max, Min)):
        one, *others = node.args
        other = others[0] if len(others) == 1 else node.func(*others)
        return (one - other, one, other) if isinstance(node, Max) else (one - other, other, one)
    up = node.rel_op in (">", ">=")
    return node.lhs - node.rhs, true if up else false, false if up else true


def _root(difference: Expr, kernel: Kernel) -> tuple[Expr, int] | None:
    """The one zero of something linear in the variable or its logarithm, and the sign of its slope."""
    x = kernel.variable
    line = line_of(difference, x)
    if line is not None:
        place = cancel(-line[0] / line[1])
    else:
        stand_in = Dummy("y", real=True)
        line = line_of(difference.xreplace({log(x): stand_in}), stand_in)
        if line is None or line[0].has(x) or line[1].has(x):
            return None
        place = product_of(spread(-line[0] / line[1]))
    slope = kernel.sign(line[1])
    return (place, slope) if slope else None
