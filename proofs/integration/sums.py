"""Finds the logarithm of a sum: as a known series, with special points, cut at kinks, or term by term."""

from __future__ import annotations

from dataclasses import replace

from sympy import Add, Eq, Expr, Integer, Ne, Rational, S, Symbol, exp, false, log, oo, true

from ..algebra.cases import pointwise
from ..algebra.signs import is_nonnegative, is_positive
from ..bounds import Bounds
from .antiderivatives import limit_of
from .kernel import (
    BY_TERMS,
    COUNT,
    DEEPEST,
    Kernel,
    Terms,
    bare_names,
    is_infinite,
    log_form,
    log_of_positive,
    terms_of,
)
from .kinks import cut_at, is_inside, kinks_of, with_value
from .lemma import Integrated
from .series import known_series
from .values import joined, spread


def _split_sum(kernel: Kernel, node: Expr) -> Integrated | None:
    """Sum each side of a kink with its own formula; a whole number at the kink goes to the side whose value it has."""
    cut = cut_at(kernel, node)
    if cut is None or not cut[0].is_Integer:
        return None
    place, left, right = cut[0], with_value(kernel, node, cut[1]), with_value(kernel, node, cut[2])
    tie, at_left, at_right = (value.xreplace({kernel.variable: place}) for value in (node, cut[1], cut[2]))
    if tie not in (at_left, at_right):
        return None
    last = place - 1 if tie == at_right else place
    if kernel.lower is not -oo and is_positive(kernel.lower - last, kernel.domain):
        return log_sum(right)
    if kernel.upper is not oo and is_nonnegative(last - kernel.upper, kernel.domain):
        return log_sum(left)
    if not is_inside(last + Rational(1, 2), kernel):
        return None
    first = log_sum(replace(left, upper=last))
    second = log_sum(replace(right, lower=last + 1)) if first else None
    if first is None or second is None:
        return None
    return joined([(S.One, first), (S.One, second)], f"split after {bare_names(kernel.variable)} = {last}")


def log_sum(kernel: Kernel) -> Integrated | None:
    if len(kernel.trail) >= DEEPEST:
        return None
    here = Bounds(kernel.lower, kernel.upper, True, True, True)
    raw = replace(kernel, exponent=pointwise(kernel.exponent, kernel.variable, here))
    kernel = raw.normal(discrete=True)
    points = _special_points(raw, kernel)
    if points and kernel.lower is -oo and kernel.upper is not oo:
        return _from_above(raw)
    if points:
        return _with_points(raw, kernel, points)
    kinks = [node for node in kinks_of(kernel) if not isinstance(node, (Eq, Ne))]
    if kinks:
        return _split_sum(kernel, kinks[0]) or _term_by_term(raw)
    x, depth = kernel.variable, len(kernel.trail)
    if kernel.lower is -oo:
        return None if kernel.upper is oo else _from_above(kernel)
    short = (kernel.upper - kernel.lower).is_Integer and kernel.upper - kernel.lower <= 2
    if short:
        return _term_by_term(raw)
    found = known_series(kernel)
    if found is None and kernel.lower != 0:
        found = _without_first_terms(kernel)
        if found is None:
            j = COUNT[depth]
            span = kernel.upper - kernel.lower if kernel.upper is not oo else oo
            found = log_sum(kernel.substituted(kernel.lower + j, j, S.Zero, (S.Zero, span)))
    constant, terms = terms_of(kernel.exponent, x)
    return found or _telescoping(kernel, constant, terms) or _linear_sum(kernel, terms) or _term_by_term(raw)


def _from_above(kernel: Kernel) -> Integrated | None:
    """The sum taken from its upper end downwards, where it has no lower one."""
    j = COUNT[len(kernel.trail)]
    return log_sum(kernel.substituted(kernel.upper - j, j, S.Zero, (S.Zero, oo)))


def _special_points(raw: Kernel, kernel: Kernel) -> list[Expr]:
    """Where an equality in the log-kernel makes single values special."""
    equalities = (node for node in raw.exponent.atoms(Eq, Ne) if node.has(kernel.variable))
    points = (side for node in equalities for side in node.args if side != kernel.variable)
    return sorted(set(points), key=lambda point: point.sort_key())


def _with_points(raw: Kernel, kernel: Kernel, points: list[Expr]) -> Integrated | None:
    """Sum the rule for all other values, and exchange the terms at the special ones."""
    x = kernel.variable
    if not all(point.is_Integer for point in points) or kernel.lower is -oo:
        return _term_by_term(raw)
    if (kernel.upper - kernel.lower).is_Integer and kernel.upper - kernel.lower <= 20:
        return _term_by_term(raw)
    if not kernel.lower.is_Integer:
        return None
    points = sorted(point for point in points if point >= kernel.lower)
    if kernel.upper is not oo and not all(is_nonnegative(kernel.upper - point, kernel.domain) for point in points):
        return None
    plain = {node: false if isinstance(node, Eq) else true for node in raw.exponent.atoms(Eq, Ne) if node.has(x)}
    rest = replace(raw, exponent=raw.exponent.xreplace(plain))
    special = [(S.One, _at(raw.exponent, x, point)) for point in points]
    if any(value.has(S.NaN, S.ComplexInfinity, oo) for _, value in special):
        return None
    usual = [(S.NegativeOne, rest.exponent.xreplace({x: point})) for point in points]
    regular = None
    if not any(is_infinite(value) for _, value in usual):
        regular, special = log_sum(rest), special + usual
    elif points == [kernel.lower + i for i in range(len(points))]:
        regular = log_sum(replace(rest, lower=kernel.lower + len(points)))
    if regular is None:
        return None
    terms = [(weight, Integrated(log_form(value, kernel), regular.lemma, ())) for weight, value in special]
    return joined([(S.One, regular), *terms])


def _at(exponent: Expr, x: Symbol, point: Expr) -> Expr:
    """The exponent at a value; what is undefined there may stand beside its own negative, once the case is decided."""
    nodes = [node for node in exponent.atoms(Eq, Ne) if x in node.args]
    here = {node: node.func(*(point if side == x else side for side in node.args)) for node in nodes}
    return exponent.xreplace(here).xreplace({x: point})


def _term_by_term(kernel: Kernel) -> Integrated | None:
    """At most twenty-one terms, added."""
    span = kernel.upper - kernel.lower
    if not span.is_Integer or span > 20:
        return None
    exponents = [kernel.exponent.xreplace({kernel.variable: kernel.lower + i}) for i in range(int(span) + 1)]
    if any(is_infinite(value) for value in exponents):
        return None
    terms = [(S.One, Integrated(log_form(value, kernel), "finite_sum", ())) for value in exponents]
    return joined(terms, kernel.words)


def _without_first_terms(kernel: Kernel) -> Integrated | None:
    """A sum that starts late: the sum from zero less its first terms."""
    start = kernel.lower
    if not start.is_Integer or not 0 < start <= 5:
        return None
    first = [kernel.exponent.xreplace({kernel.variable: Integer(i)}) for i in range(int(start))]
    if any(is_infinite(value) for value in first):
        return None
    whole = known_series(replace(kernel, lower=S.Zero))
    if whole is None:
        return None
    return joined([(S.One, whole), *((S.NegativeOne, Integrated(v, whole.lemma, ())) for v in first)])


def _telescoping(kernel: Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    """``F(j) - F(j + 1)`` with a vanishing limit adds up to its first ``F``."""
    j = kernel.variable
    ((part, power), *more) = (*terms.items(), (S.Zero, S.Zero))
    if len(terms) != 1 or power != 1 or not isinstance(part, log) or len(part.args[0].args) != 2 or not more:
        return None
    for first in part.args[0].args:
        if isinstance(part.args[0], Add) and spread(part.args[0] - first + first.xreplace({j: j + 1})) == 0:
            base, exponent = first.as_base_exp()
            _, falling = terms_of(spread(exponent * log(base)) if not isinstance(first, exp) else exponent, j)
            if falling and kernel.upper is oo and limit_of(kernel, falling, oo) == 0:
                return Integrated(constant + log(first.xreplace({j: kernel.lower})), "telescoping", (), kernel.words)
    return None


def _linear_sum(kernel: Kernel, terms: Terms) -> Integrated | None:
    """A sum of positive products in front: added product by product."""
    x = kernel.variable
    for part, power in terms.items():
        if not isinstance(part, log) or not isinstance(part.args[0], Add) or power not in (1, 2):
            continue
        rest = kernel.exponent - power * part
        found = []
        for product in Add.make_args(spread(part.args[0] ** power)):
            outside, inside = product.as_independent(x, as_Add=False)
            lower = S.One if kernel.lower == 0 and inside.has(x) and inside.xreplace({x: S.Zero}) == 0 else kernel.lower
            step = replace(kernel, lower=lower, trail=(*kernel.trail, BY_TERMS))
            log_inside = S.Zero if inside == 1 else log_of_positive(inside, step)
            if log_inside is None:
                return None
            found.append((outside, log_sum(replace(step, exponent=rest + log_inside))))
        if all(one is not None for _, one in found):
            return joined(found)  # type: ignore[arg-type]
    return None
