"""Finds the logarithm of an integral: directly, cut at kinks, term by term, or after a change of variable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sympy import Add, Eq, Expr, Ne, S, cancel, erf, erfc, false, log, oo, true

from ..algebra.signs import is_nonnegative
from .antiderivatives import by_antiderivative
from .direct import DIRECT
from .kernel import BY_TERMS, DEEPEST, POSITIVE, Kernel, Terms, bare_names, log_of_positive, terms_of
from .kinks import cut_at, is_inside, kinks_of, with_value
from .lemma import Integrated
from .substitutions import change_of_variable
from .values import joined, spread

Rule = Callable[["Kernel", Expr, Terms], "Integrated | None"]


def log_of_integral(kernel: Kernel) -> Integrated | None:
    if len(kernel.trail) >= DEEPEST:
        return None
    if kernel.lower == 0 and not kernel.variable.is_positive:
        fresh = POSITIVE[len(kernel.trail)]
        kernel = replace(kernel, exponent=kernel.exponent.xreplace({kernel.variable: fresh}), variable=fresh)
    if kernel.lower is -oo and kernel.upper is not oo:
        fresh = POSITIVE[len(kernel.trail)]
        kernel = kernel.substituted(kernel.upper - fresh, fresh, S.Zero, (S.Zero, oo))
    kinks = kinks_of(kernel)
    if kinks:
        return _split_integral(kernel, kinks[0])
    kernel = kernel.normal()
    kinks = kinks_of(kernel)
    if kinks:
        return _split_integral(kernel, kinks[0])
    constant, terms = terms_of(kernel.exponent, kernel.variable)
    for rule in _RULES:
        found = rule(kernel, constant, terms)
        if found is not None:
            return found
    return None


def _moved(kernel: Kernel, _: Expr, terms: Terms) -> Integrated | None:
    """The same integral after a change of variable that the ends and the parts suggest."""
    changed = change_of_variable(kernel, terms)
    return log_of_integral(changed) if changed else None


def _without_odd_part(kernel: Kernel, _: Expr, terms: Terms) -> Integrated | None:
    """Under a kernel that is even about a point, what stands before it counts only by its even part.

    The odd part is no larger than the even part, since their sum is nowhere negative, and has integral zero.
    """
    x = kernel.variable
    fronts = [part for part, power in terms.items() if isinstance(part, log) and power == 1]
    if len(fronts) != 1 or kernel.ends != (-oo, oo) or not fronts[0].has(erf, erfc):
        return None
    rest = {part: coefficient for part, coefficient in terms.items() if part != fronts[0]}
    centre = -rest.get(x, S.Zero) / (2 * rest[x**2]) if x**2 in rest else S.Zero

    def centred(expression: Expr, direction: int) -> Expr:
        moved = expression.xreplace({x: centre + direction * x})
        return spread(moved.replace(erf, lambda z: erf(cancel(z))))

    bulk = kernel.exponent - fronts[0]
    if spread(centred(bulk, 1) - centred(bulk, -1)) != 0:
        return None
    front = fronts[0].args[0].replace(erfc, lambda z: 1 - erf(z))
    even = spread((centred(front, 1) + centred(front, -1)) / 2)
    if even.has(erf):
        return None
    return log_of_integral(replace(kernel, exponent=centred(bulk, 1) + log(even), trail=(*kernel.trail, "")))


def _linearity(kernel: Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    """A sum in front of the exponential, raised to a small whole power: integrated term by term."""
    x = kernel.variable
    if BY_TERMS in kernel.trail:
        return None
    for part, power in terms.items():
        if not isinstance(part, log) or not isinstance(part.args[0], Add) or power not in (1, 2, 3):
            continue
        products = Add.make_args(spread(part.args[0] ** power))
        if len(products) > 12:
            return None
        rest = kernel.exponent - power * part
        found = []
        for product in products:
            outside, inside = product.as_independent(x, as_Add=False)
            log_inside = S.Zero if inside == 1 else log_of_positive(inside, kernel)
            if log_inside is None:
                return None
            step = replace(kernel, exponent=rest + log_inside, trail=(*kernel.trail, BY_TERMS))
            found.append((outside, log_of_integral(step)))
        if all(one is not None for _, one in found):
            return joined(found)  # type: ignore[arg-type]
    return None


_RULES: tuple[Rule, ...] = (*DIRECT, _linearity, _without_odd_part, _moved, by_antiderivative)


def _split_integral(kernel: Kernel, node: Expr) -> Integrated | None:
    """Integrate each side of a kink with its own formula."""
    if isinstance(node, (Eq, Ne)):
        return log_of_integral(with_value(kernel, node, false if isinstance(node, Eq) else true))
    cut = cut_at(kernel, node)
    if cut is None:
        return None
    place, left, right = cut[0], with_value(kernel, node, cut[1]), with_value(kernel, node, cut[2])
    if kernel.lower is not -oo and is_nonnegative(kernel.lower - place, kernel.domain):
        return log_of_integral(right)
    if kernel.upper is not oo and is_nonnegative(place - kernel.upper, kernel.domain):
        return log_of_integral(left)
    if not is_inside(place, kernel):
        return None
    first = log_of_integral(replace(left, upper=place))
    second = log_of_integral(replace(right, lower=place)) if first else None
    if first is None or second is None:
        return None
    return joined([(S.One, first), (S.One, second)], f"split at {bare_names(kernel.variable)} = {place}")
