"""Whether a function of one observation is never negative at an integer: the ends of the support are used up first."""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Dummy, Expr, Max, Min, Symbol, oo

from .algebra.atoms import Mean
from .algebra.signs import is_nonnegative
from .derivation import Statistic
from .family import Family


def each(end: Expr, kind: type[Max | Min]) -> tuple[Expr, ...]:
    """Return what a maximum or a minimum is taken of; the expression itself where it is none.

    >>> from sympy.abc import a, b
    >>> each(Max(a, b), Min), len(each(Max(a, b), Max))
    ((Max(a, b),), 2)
    """
    return tuple(end.args) if isinstance(end, kind) else (end,)


def one_observation(expression: Expr, statistics: Sequence[Statistic]) -> Expr | None:
    """Return what is averaged, where ``expression`` is an average over the data of one function; else ``None``.

    >>> from sympy.abc import x, a
    >>> one_observation(a + 2 * Mean(1 / (a + x), x), ())
    a + 2/(a + x)
    """
    unfolded = expression.subs({one.symbol: one.definition for one in statistics})
    means = [node for node in unfolded.atoms(Mean) if isinstance(node, Mean)]
    masks = [Dummy(real=True) for _ in means]
    flat = unfolded.xreplace(dict(zip(means, masks, strict=True)))
    if any(flat.diff(mask).free_symbols & set(masks) for mask in masks):
        return None
    return flat.xreplace({mask: node.integrand for node, mask in zip(means, masks, strict=True)})


def never_negative(expression: Expr, family: Family, parameter: Symbol) -> bool:
    """Return whether a function of one observation is proved not to be negative, at an integer and up to the next.

    Support ends are used through slack: what lies below an end is the end minus something not negative.

    >>> from thetahat import family
    >>> n, x = family("binomial").constants[0].symbol, family("binomial").observation
    >>> never_negative(n - x, family("binomial"), n)
    True
    """
    x, ends = family.observation, family.bounds
    steps = (0, 1)
    gaps = [x - one.subs(parameter, parameter + step) for one in each(ends.lo, Max) for step in steps]
    gaps += [one.subs(parameter, parameter + step) - x for one in each(ends.hi, Min) for step in steps]
    movable = [parameter, *(item.symbol for item in family.constants)]
    for at, gap in enumerate(gaps):
        left = gap.expand()
        found = [symbol for symbol in movable if left.coeff(symbol) == 1]
        if not found or left.has(oo) or is_nonnegative(left, {}):
            continue
        slack = Dummy("slack", nonnegative=True)
        placed = {found[0]: (found[0] - left + slack).expand()}
        expression = expression.subs(placed)
        gaps[at + 1 :] = [one.subs(placed) for one in gaps[at + 1 :]]
        movable = [slack, *(symbol for symbol in movable if symbol != found[0])]
    # What was said of a symbol on its own, such as that it is whole, does not hold between integers.
    real = {s: Dummy(s.name, nonnegative=True) for s in expression.free_symbols if s.is_nonnegative}
    return is_nonnegative(expression.xreplace(real), {})
