"""Proposes why a log-density of several predictors is concave, and its slopes far out: logarithms of sums of them.

For weights ``w`` of a sum ``A + sum(w)``, the curvature is a sum of squares and what Cauchy and Schwarz bound from 0.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Add, Expr, S, Symbol, Tuple, exp, log

from ..derivation import Section
from ..trail import Trail
from .claims import add_claim
from .family import StructuredFamily
from .linear import Predictor
from .observed import above_zero, at_least_zero
from .pieces import expression, schwarz, squared
from .plates import Component, Plate
from .regression_steps import Bend, Slopes
from .requirements import direction_of
from .sums import normal, placed


@dataclass(frozen=True)
class _LogSum:
    """A kernel ``rest - factor log(base + sum(exp(eta_k)))``."""

    rest: Expr
    factor: Expr
    base: Expr
    whole: Plate

    @property
    def inside(self) -> Expr:
        return self.base + self.whole


def _log_sum(found: Predictor) -> _LogSum | None:
    logs = [one for one in found.kernel.atoms(log) if one.has(found.eta)]
    wholes = {one for one in found.kernel.atoms(Plate) if one.args[0] == exp(found.eta)}
    if len(logs) != 1 or len(wholes) != 1 or len(found.eta.indices) != 1:
        return None
    (whole,), factor = wholes, -found.kernel.coeff(logs[0])
    base, rest = logs[0].args[0] - whole, found.kernel + factor * logs[0]
    if base.has(found.eta) or factor.has(found.eta) or not above_zero(factor) or not (base == 0 or base.is_positive):
        return None
    return _LogSum(rest, factor, base, whole)


def add_joint_concave(family: StructuredFamily, found: Predictor, trail: Trail, kernel: int) -> Bend | None:
    """Add the step that the log-density is concave in the predictors together; ``None`` where no form is known."""
    form = _log_sum(found)
    if form is None:
        return None
    towards, weight, plate = Component("h", "real", *found.eta.indices), exp(found.eta), Tuple(*form.whole.args[1:])
    scale = form.factor / form.inside**2
    pieces = [schwarz(scale, weight, towards, plate)]
    strict = form.base != 0
    if strict:
        pieces = [squared(scale * form.base * weight, towards, plate), *pieces]
    value = Add(*map(expression, pieces))
    spoken = (
        f"Minus the second derivative along any `{towards}`, in terms that are never negative: "
        + ("squares with positive weights, and " * strict)
        + "what is left is so by the inequality of Cauchy and Schwarz. "
        f"`{found.eta}` is linear in the coefficients: the likelihood is concave in them, and a root of the scores is "
        "a global maximum."
    )
    here, subject = Section.OPTIMALITY, Tuple(found.term)
    using = {"strict": S.true if strict else S.false, "pieces": Tuple(*pieces)}
    return Bend(add_claim(trail, family, "joint-concave", here, spoken, value, subject, (kernel,), using), strict)


def add_joint_slopes(family: StructuredFamily, found: Predictor, trail: Trail, kernel: int) -> Slopes | None:
    """Add the step on the slope far out along a direction: the least of some terms, a mean of which is 0."""
    form = _log_sum(found)
    if form is None:
        return None
    along = direction_of(found)
    linear = normal(placed(form.rest, {found.eta: along}) - placed(form.rest, {found.eta: S.Zero}), family.totals)
    index, last = form.whole.args[1:]
    observed = _weight(linear, along, index, last)
    if observed is None:
        return None
    each, shown = observed / form.factor, Plate(observed * along, index, last)
    level = 1 - Plate(each, index, last)
    least, weights = [shown - form.factor * along], [each]
    if form.base != 0:
        least, weights = [shown, *least], [level, *weights]
    if not at_least_zero(each):
        return None
    spoken = (
        f"Far out along a direction `{along}` the logarithm of a sum of exponentials is its largest exponent, so the "
        f"slope of `log p` is the least of these, over all `{index}`. Their mean with weights {_listed(weights)} is 0: "
        "no direction is uphill for ever, and one can be followed for ever only where all of these are 0 or more."
    )
    here, value, subject = Section.EXISTENCE, Tuple(*least), Tuple(found.term)
    using = {"weights": Tuple(*weights)}
    return Slopes(
        add_claim(trail, family, "joint-recession", here, spoken, value, subject, (kernel,), using), value, False
    )


def _weight(linear: Expr, along: Component, index: Symbol, last: Expr) -> Expr | None:
    """What stands before the direction in a sum over it."""
    if not isinstance(linear, Plate) or linear.args[2] != last:
        return None
    name = linear.args[1]
    weight = linear.args[0] / along.xreplace({index: name})
    return None if weight.has(along.xreplace({index: name})) else weight.xreplace({name: index})


def _listed(weights: list[Expr]) -> str:
    return " and ".join(f"`{one}`" for one in weights)
