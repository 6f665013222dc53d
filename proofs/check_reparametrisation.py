"""Re-proves that a family is the same in other parameters, each strictly monotone in one of its own, and onto."""

from __future__ import annotations

from sympy import Expr, Symbol

from .algebra.derivatives import derivative
from .algebra.signs import strict_sign
from .bounds import Bounds
from .check_context import Context
from .check_transport import limit_at
from .derivation import Evidence, Finding, Step, weakest
from .zero import prove_zero


def reparametrisation(step: Step, context: Context) -> Finding:
    """Each old parameter is a function of one new one, and the other way round, from end to end.

    Parameters that stay may enter as well: whatever they are, the one is one to one with the other.
    """
    way, family = step.parametrisation, context.family
    assert way is not None, "a step on other parameters names them"
    named = tuple((row.args[0], row.args[1]) for key in ("values", "images") for row in step.named(key).args)
    if named != (*way.values, *way.images) or step.value.args != tuple(value for _, value in way.values):
        return Finding(Evidence.REFUTED, "the step names other functions than it uses")
    places = [at for at, item in enumerate(family.parameters) if item not in way.parameters]
    if [family.symbols[at] for at in places] != [old for old, _ in way.values]:
        return Finding(Evidence.REFUTED, "a parameter changes that is not said to")
    stay = {item.symbol: item.bounds for item in family.parameters if item in way.parameters}
    found = []
    for at, (old, value), (new, image) in zip(places, way.values, way.images, strict=True):
        before, after = family.parameters[at].bounds, way.parameters[at].bounds
        strange = (value.free_symbols - {new}) | (image.free_symbols - {old})
        if way.parameters[at].symbol != new or not strange <= set(stay):
            return Finding(Evidence.REFUTED, f"{old} and {new} are no functions of each other and of what stays")
        found.append(_same_interval((old, before, image), (new, after, value), stay))
    return weakest(found)


def _same_interval(
    one: tuple[Symbol, Bounds, Expr], other: tuple[Symbol, Bounds, Expr], stay: dict[Symbol, Bounds]
) -> Finding:
    """Whether two functions are inverse to each other, and take two open intervals to each other."""
    (old, before, image), (new, after, value) = one, other
    if any(ends.discrete or ends.lo_closed or ends.hi_closed for ends in (before, after)):
        return Finding(Evidence.REFUTED, f"the space of {old} or {new} is no open interval")
    direction = strict_sign(derivative(value, new), {**stay, new: after})
    ends = [limit_at(value, new, after.lo, "+"), limit_at(value, new, after.hi, "-")][:: direction or 1]
    if not direction or ends != [before.lo, before.hi]:
        return Finding(Evidence.UNDECIDED, f"that {old} rises or falls from end to end with {new}")
    # One to one and onto by its slope and its ends, so that there is one inverse: which has to be the one named.
    return prove_zero(image.subs(old, value) - new, {**stay, new: after}, list)
