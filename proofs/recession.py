"""When a concave likelihood of one linear predictor has a maximum: where no direction separates the data.

Sources: Haberman 1974, The Analysis of Frequency Data, theorem 2.3; Albert & Anderson 1984, Biometrika 71, 1-10.
"""

from __future__ import annotations

from sympy import Add, S, Tuple

from .algebra.overlapping import Overlapping
from .conditions import Condition
from .derivation import Finding, Label, Optimality, Section, Step, Verdict
from .existence import Existence
from .family import Family
from .linear_predictor import ETA, LinearPredictor, linear_predictor
from .on_lines import shown
from .trail import Trail

_RULE = "no direction of recession"
_MEANING = "no direction of the coefficients separates the data"
_WHY = (
    "along a direction that moves predictors only where their log-densities do not fall, the likelihood rises for ever"
)
_OF_LINES = ("predictor", "recession", "separation", "groups", "censoring", "line-turn")
_STEPS = (*_OF_LINES, "edge-growth", "slant", "slant-edges", "crest", "crest-edges", "profile-edges")
NOT_DERIVED = Existence((), False, "", "when a maximiser exists was not derived")


def predictor_step(family: Family, trail: Trail) -> Optimality | None:
    """Record that every observation's log-density is a concave function of one linear predictor, where it is."""
    found = linear_predictor(family)
    if found is None:
        return None
    _add_predictor(found, family, trail, Section.OPTIMALITY)
    return Optimality(True, "concave in a linear predictor at every observation", False, concave=True)


def _add_predictor(found: LinearPredictor, family: Family, trail: Trail, section: Section) -> int:
    maps = found.lines.maps
    along = Add(*(shown(item, how) * row for item, how, row in zip(family.parameters, maps, found.rows, strict=True)))
    return trail.add(
        "predictor",
        section,
        f"Concave: with `eta = {along}`, the log-density of every observation is a constant and a strictly concave "
        "function of `eta`. So the likelihood is concave in all coefficients, and every stationary point is a global "
        "maximum. As a function of `eta`, but for the constant:",
        Add(*(one.weight * one.shape for one in found.terms)),
        Label("log p", r"\log p"),
        subject=ETA,
        using=(
            ("rows", Tuple(*found.rows)),
            ("terms", Tuple(*(Tuple(one.weight, one.shape) for one in found.terms))),
            ("coordinates", Tuple(*found.lines.coordinates)),
            ("maps", Tuple(*maps)),
        ),
    )


def by_recession(family: Family) -> Existence | None:
    """Return when a regression on one linear predictor has a maximum; ``None`` where it is not seen to be one.

    >>> from thetahat.verify.adapters.regressions import GAMMA, LOGISTIC
    >>> len(by_recession(LOGISTIC).conditions), len(by_recession(GAMMA).conditions)
    (1, 0)
    """
    found = linear_predictor(family)
    if found is None or not all(row.is_rational_function(*family.beside) for row in found.rows):
        return None  # of other rows no direction is found exactly
    slopes = (found.rising, found.falling)
    if all(slope in (S.One, S.NegativeOne) for slope in slopes):
        return Existence((), True, _RULE, predictor=found)
    separated = Overlapping(Tuple(*found.rows), *slopes, *family.columns)
    return Existence((Condition(separated, _MEANING, _WHY),), True, _RULE, predictor=found)


def add_recession(exists: Existence, family: Family, trail: Trail) -> None:
    """Record how the log-density falls far out, and the condition that follows; the predictor first, if it is not."""
    found = exists.predictor
    if found is None:
        return
    known = [at for at, step in enumerate(trail.steps) if step.rule == "predictor"]
    predictor = known[0] if known else _add_predictor(found, family, trail, Section.EXISTENCE)
    slopes = trail.add(
        "recession",
        Section.EXISTENCE,
        "Far out: the slopes of `log p` in `eta` towards minus and plus infinity are 0 exactly where these numbers "
        "are, and have their signs elsewhere; no side is uphill for ever.",
        Tuple(found.rising, found.falling),
        Label("slopes", r"\text{slopes}"),
        given=(predictor,),
        subject=ETA,
    )
    for condition in exists.conditions:
        trail.add(
            "separation",
            Section.EXISTENCE,
            f"Needed: {condition.meaning}, because {condition.why}.",
            condition.expression,
            Label("0 <", "0 <"),
            given=(slopes,),
        )


def supported_existence(exists: Existence, steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> Existence:
    """Return ``exists``, or that nothing is derived, where a step that it rests on is not proved."""
    weak = (
        step.rule in _STEPS and finding.evidence.verdict is not Verdict.AGREE
        for step, finding in zip(steps, findings, strict=True)
    )
    rests = exists.predictor is not None or exists.edges or exists.censored or exists.vanishing
    return NOT_DERIVED if rests and any(weak) else exists
