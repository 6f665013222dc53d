"""Re-proves that a noise model induces a loss, from its declaration; imports nothing that derives losses.

What is proved of an entry: minus the log-density is the loss times a positive factor, plus what the prediction is not
in; the loss is the definition of its name; and what is predicted is what is said to be.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Expr, S, Symbol, exp, limit, log, oo, zoo

from .algebra.signs import is_negative, is_positive
from .derivation import Evidence, Finding, Verdict
from .expectations import expectation
from .loss_names import DEFINITIONS, InducedLoss, LossDefinition, prediction_domain
from .probes import data_points, parameter_points
from .structured.check_joint_loss import joint_claims
from .structured.joint_loss_names import JointLoss
from .zero import Point, prove_zero

_POINTS = 4


@dataclass(frozen=True)
class CheckedLoss:
    """An entry of the table with what was found of each of its claims, by what the claim says."""

    entry: InducedLoss | JointLoss
    findings: tuple[tuple[str, Finding], ...]

    @property
    def verdict(self) -> Verdict:
        """Disagreement where a claim is refuted, agreement where all are proved."""
        found = {finding.evidence.verdict for _, finding in self.findings}
        for one in (Verdict.DISAGREE, Verdict.UNDECIDED):
            if one in found:
                return one
        return Verdict.AGREE


def check_loss(entry: InducedLoss | JointLoss, definitions: tuple[LossDefinition, ...] = DEFINITIONS) -> CheckedLoss:
    """Return what is found of an entry's claims.

    >>> from thetahat import family
    >>> from thetahat.proofs.induced_loss import induced_loss
    >>> check_loss(induced_loss(family("poisson"))).verdict
    <Verdict.AGREE: 'agree'>
    """
    if isinstance(entry, JointLoss):
        return CheckedLoss(entry, joint_claims(entry))
    if entry.role == "bound":
        return CheckedLoss(entry, (("the least bound on the residuals is the most likely", _least_bound(entry)),))
    claims: dict[str, Callable[[InducedLoss], Finding]] = {
        "-log p = factor * loss + rest": _identity,
        "the factor is positive, and neither it nor the rest holds the prediction": _factor,
        f"the prediction is the {entry.role}": _location if entry.role == "location" else _mean,
    }
    found = [(words, claim(entry)) for words, claim in claims.items()]
    if _is_singular_at_end(entry):
        found.append(("the same at the least observation, by limits, as 0 log 0 = 0", _at_end(entry)))
    if entry.name:
        found.append(("the loss is the definition that its name stands for", _is_definition(entry, definitions)))
    return CheckedLoss(entry, tuple(found))


def _density(entry: InducedLoss) -> Expr:
    return entry.family.log_density.subs(entry.parameter, entry.replacement)


def _points(entry: InducedLoss) -> list[Point]:
    """Members with an observation and a prediction of the observation's kind."""
    family = entry.family
    found: list[Point] = []
    for theta in parameter_points(family, _POINTS, 11):
        there = theta[entry.parameter]
        if entry.role == "mean":
            mean = expectation(family, family.observation)
            there = S.NaN if mean is None else mean.value.subs(theta)
        found += [({**theta, **row, entry.prediction: there}, ()) for row in data_points(family, theta, 2, 11)]
    return found


def _zero(entry: InducedLoss, difference: Expr) -> Finding:
    domain = prediction_domain(entry.family, entry.role, entry.prediction)
    finding = prove_zero(difference, domain, lambda: _points(entry))
    if finding.evidence is not Evidence.BALL or entry.role != "location":
        return finding
    # Balls prove no identity. A real prediction is the logarithm of a positive number, which leaves logarithms alone.
    positive = Symbol("_positive", positive=True)
    spread = difference.rewrite(exp).subs(entry.prediction, log(positive))
    again = prove_zero(spread, {s: ends for s, ends in domain.items() if s != entry.prediction}, list)
    return again if again.evidence is Evidence.ALGEBRA else finding


def _identity(entry: InducedLoss) -> Finding:
    return _zero(entry, -_density(entry) - entry.factor * entry.loss - entry.rest)


def _is_singular_at_end(entry: InducedLoss) -> bool:
    ends = entry.family.bounds
    return ends.lo_closed and entry.loss.subs(entry.family.observation, ends.lo).has(S.NaN, oo, -oo, zoo)


def _at_end(entry: InducedLoss) -> Finding:
    y, lo, inside = entry.family.observation, entry.family.bounds.lo, Symbol("_inside", positive=True)
    claimed = limit((entry.factor * entry.loss + entry.rest).subs(y, lo + inside), inside, 0, "+")
    return _zero(entry, -_density(entry).subs(y, lo) - claimed)


def _factor(entry: InducedLoss) -> Finding:
    m, y = entry.prediction, entry.family.observation
    if {m, y} & entry.factor.free_symbols or m in entry.rest.free_symbols:
        return Finding(Evidence.REFUTED, "the factor or the rest depends on what is predicted")
    domain = prediction_domain(entry.family, entry.role, m)
    if is_positive(entry.factor, domain):
        return Finding(Evidence.SIGN)
    refuted = is_negative(entry.factor, domain)
    return Finding(Evidence.REFUTED if refuted else Evidence.UNDECIDED, "the factor is not proved to be positive")


def _location(entry: InducedLoss) -> Finding:
    """Observed and predicted moved together leave the density of what is observed as it was."""
    y, m, at, by = entry.family.observation, entry.prediction, Symbol("_at", real=True), Symbol("_by", real=True)
    if entry.observed == y:
        density = _density(entry).subs(y, at)
    elif entry.observed == log(y):
        density = _density(entry).subs(y, exp(at)) + at
    else:
        return Finding(Evidence.UNDECIDED, f"no rule for locations of {entry.observed}")
    moved = density.subs({at: at + by, m: m + by}, simultaneous=True)
    domain = prediction_domain(entry.family, entry.role, m)

    def points() -> list[Point]:
        return [({**values, at: values[m] + 1, by: S.One / 3}, ()) for values, _ in _points(entry)]

    return prove_zero(moved - density, {s: ends for s, ends in domain.items() if s != y}, points)


def _mean(entry: InducedLoss) -> Finding:
    """The expectation of an observation, by a lemma, with the prediction put in."""
    found = expectation(entry.family, entry.family.observation)
    if found is None or entry.observed != entry.family.observation:
        return Finding(Evidence.UNDECIDED, "no lemma gives the expectation")
    difference = found.value.subs(entry.parameter, entry.replacement) - entry.prediction
    finding = _zero(entry, difference)
    return Finding(Evidence.LEMMA, found.lemma) if finding.evidence is Evidence.ALGEBRA else finding


def _is_definition(entry: InducedLoss, definitions: tuple[LossDefinition, ...]) -> Finding:
    known = {one.name: one for one in definitions}
    if entry.name not in known or {entry.prediction, entry.family.observation} & entry.unit.free_symbols:
        return Finding(Evidence.REFUTED, f"no loss is called {entry.name}, or its unit is no constant")
    wanted = known[entry.name].at(entry.observed / entry.unit, entry.prediction / entry.unit)
    return _zero(entry, entry.loss - wanted)


def _least_bound(entry: InducedLoss) -> Finding:
    """The density is the same for all residuals up to the bound, and falls as the bound grows."""
    family, (bound,) = entry.family, entry.family.symbols
    ends, y = family.bounds, family.observation
    symmetric = ends.lo == -bound and ends.hi == bound and ends.lo_closed and ends.hi_closed
    level = y not in family.log_density.free_symbols
    if not (symmetric and level and entry.loss == abs(y - entry.prediction)):
        return Finding(Evidence.REFUTED, "residuals up to the bound are not equally likely, or the bound is not met")
    falls = is_negative(family.log_density.diff(bound), family.domain)
    return Finding(Evidence.SIGN) if falls else Finding(Evidence.UNDECIDED, "not proved to fall with the bound")
