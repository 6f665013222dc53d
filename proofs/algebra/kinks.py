"""Functions with a kink or a jump, where an expression that holds them may have no derivative."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise

from sympy import Abs, Add, Derivative, DiracDelta, Expr, Heaviside, Max, Min, Piecewise, Symbol, sign
from sympy.core.relational import Relational

from .atoms import Mean
from .indicator import Indicator

_JUMPING = (Heaviside, Indicator, Piecewise, sign)
KINKED = (*_JUMPING, Abs, Max, Min)


def has_kinks(expression: Expr) -> bool:
    """Return whether ``expression`` holds a function that has a kink or a jump.

    >>> from sympy.abc import x
    >>> has_kinks(abs(x)), has_kinks(x**2)
    (True, False)
    """
    return bool(expression.has(*KINKED))


def may_jump(expression: Expr, symbol: Symbol) -> bool:
    """Return whether ``expression`` may jump where ``symbol`` moves: it may change its sign there and be zero nowhere.

    >>> from sympy.abc import m, x
    >>> may_jump(sign(x - m), m), may_jump(sign(x) - m, m)
    (True, False)
    """
    return any(symbol in node.free_symbols for node in expression.atoms(*_JUMPING))


@lru_cache(maxsize=256)
def jumps_at_data(equation: Expr, unknown: Symbol, data: tuple[Symbol, ...]) -> frozenset[Relational]:
    """Return the conditions at whose places ``equation`` jumps, where ``unknown`` passes an observation.

    >>> from sympy.abc import m, x
    >>> jumps_at_data(Piecewise((1, x < m), (-1, True)), m, (x,))
    frozenset({m > x})
    >>> jumps_at_data(Piecewise((x - m, x < m), (2 * (x - m), True)), m, (x,))
    frozenset()
    """
    return frozenset(
        condition
        for node in equation.atoms(Piecewise)
        for (before, condition), (after, _) in pairwise(node.args)
        for x in data
        if isinstance(condition, Relational) and {unknown, x} <= condition.free_symbols
        if _jumps_between(before, condition, after, x)
    )


def _jumps_between(before: Expr, condition: Relational, after: Expr, x: Symbol) -> bool:
    """Whether two cases differ where the observation stands at the place that separates them, if there is just one."""
    difference = condition.lhs - condition.rhs
    slope = difference.diff(x)
    if slope == 0 or x in slope.free_symbols:
        return False
    return bool((before - after).subs(x, x - difference / slope).cancel() != 0)


def has_a_jump(slope: Expr) -> bool:
    """Return whether a derivative of a slope shows that the slope jumps: SymPy's delta, or a sign that it leaves.

    >>> from sympy import Abs, Symbol, log
    >>> x, m = Symbol("x", positive=True), Symbol("m", real=True)
    >>> [has_a_jump(Abs(place - m).diff(m, 2)) for place in (x, log(1 - x))]
    [True, True]
    """
    return slope.has(DiracDelta) or any(isinstance(one.expr, sign) for one in slope.atoms(Derivative))


def without_still_kinks(slope: Expr, data: tuple[Symbol, ...]) -> Expr:
    """Return a derivative of a slope without SymPy's deltas, where what each is multiplied with is zero at its place.

    The slope then does not jump: averages are taken together first, as those that a cube of a distance falls into.

    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> m, x = Symbol("m", real=True), Symbol("x", real=True)
    >>> apart = (Mean(m * Abs(m - x), x) - Mean(x * Abs(m - x), x)).diff(m, 2)
    >>> apart.has(DiracDelta), without_still_kinks(apart, (x,)).has(DiracDelta)
    (True, False)
    >>> without_still_kinks(Mean(Abs(m - x), x).diff(m, 2), (x,))
    2*Mean(DiracDelta(m - x), x)
    """
    if not slope.has(DiracDelta):
        return slope
    terms = Add.make_args(slope.expand())
    bent = [term for term in terms if term.has(DiracDelta)]
    whole = Add(*(term.replace(lambda e: isinstance(e, Mean), lambda e: e.integrand) for term in bent)).expand()
    for delta in whole.atoms(DiracDelta):
        inner, factor = delta.args[0], whole.coeff(delta)
        places = [x for x in data if inner.diff(x).is_number and inner.diff(x) != 0]
        if len(delta.args) > 1 or not places:
            return slope
        x = places[0]
        if factor.subs(x, x - inner / inner.diff(x)).expand() != 0:
            return slope
        whole -= (factor * delta).expand()
    return Add(*(term for term in terms if not term.has(DiracDelta))) if whole.expand() == 0 else slope
