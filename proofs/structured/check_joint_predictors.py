"""How claims on regressions with several predictors are re-proved: along an arbitrary direction, and by bounds.

``max(z) <= log(sum(exp(z))) <= max(z) + log(number of terms)``: far out such a logarithm is the largest exponent.
"""

from __future__ import annotations

from sympy import Add, Expr, S, Symbol, Tuple, exp, log

from ..derivation import Evidence, Finding, Step
from .family import StructuredFamily
from .observed import above_zero, at_least_zero
from .pieces import expression
from .plates import Component, Plate
from .sums import is_zero, nonnegative, normal, placed

Steps = tuple[Step, ...]
_LARGEST = "the logarithm of a sum of exponentials lies between the largest exponent and that plus a constant"


def _eta(family: StructuredFamily, kernel: Step) -> Component:
    """The predictor's name: it has the index of the coefficients that is not summed over."""
    (term,) = family.terms
    return Component("eta", "real", *(one for one in term.indices if one != kernel.named("predictor").args[1]))


def check_joint_concave(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The claim is minus the second derivative along any direction, and its terms have forms that are at least 0."""
    (kernel,) = given
    if kernel.rule != "kernel" or step.subject != Tuple(*family.terms):
        return Finding(Evidence.REFUTED, "does not rest on the kernel of its coefficients")
    eta, pace = _eta(family, kernel), Symbol("_pace", real=True)
    towards = Component("h", "real", *eta.indices)
    moved = placed(kernel.value, {eta: eta + pace * towards})
    second = moved.diff(pace, 2).xreplace({pace: S.Zero})
    pieces = step.named("pieces")
    if not is_zero(second + step.value, family.totals) or not is_zero(Add(*map(expression, pieces)) - step.value):
        return Finding(Evidence.REFUTED, "is not minus the second derivative, or not the sum of its terms")
    if not all(_never_negative(piece) for piece in pieces):
        return Finding(Evidence.UNDECIDED, "a term is not seen to be at least 0")
    if step.named("strict") == S.true and not any(_only_at_zero(piece, towards, family) for piece in pieces):
        return Finding(Evidence.UNDECIDED, "that the terms are all 0 in one direction alone is not seen")
    return Finding(Evidence.SIGN, "Cauchy-Schwarz")


def _never_negative(piece: Tuple) -> bool:
    kind, factor, *rest = piece
    if kind.name == "schwarz":
        # Of one sum: with two, each would be bounded alone, and not their product.
        return len(rest) == 3 and nonnegative(factor) and nonnegative(rest[0])
    return kind.name == "squared" and nonnegative(factor)


def _only_at_zero(piece: Tuple, towards: Component, family: StructuredFamily) -> bool:
    """Whether a sum of squares runs over every entry of the direction, each with a positive weight."""
    kind, factor, *rest = piece
    if kind.name != "squared" or rest[0] != towards or not factor.is_positive:
        return False
    return tuple(rest[1:]) == tuple(Tuple(index, family.last(index)) for index in towards.indices)


def check_joint_recession(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The slopes are those of the linear part less the largest exponent, and some mean of them is 0."""
    (kernel,) = given
    if kernel.rule != "kernel" or step.subject != Tuple(*family.terms):
        return Finding(Evidence.REFUTED, "does not rest on the kernel of its coefficients")
    eta = _eta(family, kernel)
    wanted = _slopes(family, kernel.value, eta, Component("d", "real", *eta.indices))
    if wanted is None:
        return Finding(Evidence.UNDECIDED, "no rule gives the slope far out")
    if len(wanted) != len(step.value) or not all(
        is_zero(one - other, family.totals) for one, other in zip(step.value, wanted, strict=True)
    ):
        return Finding(Evidence.REFUTED, "is not the slope of the log-density far out")
    return _balanced(family, step, eta)


def _slopes(family: StructuredFamily, kernel: Expr, eta: Component, along: Component) -> list[Expr] | None:
    """The linear part along a direction less each exponent of the one logarithm, the constant 0 among them."""
    logs = [one for one in kernel.atoms(log) if one.has(eta)]
    if len(logs) != 1 or len(eta.indices) != 1:
        return None
    (index,), pace = eta.indices, Symbol("_pace", real=True)
    factor, base = -kernel.coeff(logs[0]), logs[0].args[0] - Plate(exp(eta), index, family.last(index))
    linear = placed(kernel + factor * logs[0], {eta: eta + pace * along}).diff(pace)
    if normal(linear).has(pace) or any(one.name == eta.name for one in normal(linear).atoms(Component)):
        return None
    held = any(one.name == eta.name for part in (base, factor) for one in part.atoms(Component))
    if held or not above_zero(factor) or not (base == 0 or base.is_positive):
        return None
    return [*([] if base == 0 else [linear]), linear - factor * along]


def _balanced(family: StructuredFamily, step: Step, eta: Component) -> Finding:
    """Weights that are at least 0, by sign or by the declared support, add up to 1; the mean of the slopes is 0."""
    weights, (index,) = step.named("weights"), eta.indices
    if len(weights) != len(step.value):
        return Finding(Evidence.REFUTED, "there is not a weight for every slope")
    single, each = list(weights[:-1]), weights[-1]
    last = family.last(index)
    mean = Add(
        *(w * one for w, one in zip(single, step.value, strict=False)), Plate(each * step.value[-1], index, last)
    )
    total = Add(*single, Plate(each, index, last))
    if not is_zero(mean, family.totals) or not is_zero(total - 1, family.totals):
        return Finding(Evidence.REFUTED, "the weights do not add up to 1, or the mean of the slopes is not 0")
    if not all(at_least_zero(one) or _left_by_support(family, one) for one in weights):
        return Finding(Evidence.UNDECIDED, "a weight is not seen to be at least 0")
    return Finding(Evidence.LEMMA, _LARGEST)


def _left_by_support(family: StructuredFamily, value: Expr) -> bool:
    return any(is_zero(value - (right - left)) for left, right in family.support)


RULES = {"joint-concave": check_joint_concave, "joint-recession": check_joint_recession}
