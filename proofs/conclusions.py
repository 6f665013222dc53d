"""What every derivation ends with: steps on existence, what the checker refuted, and what is left open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Expr, Integer, Symbol, Tuple

from .algebra.atoms import plain
from .conditions import Condition
from .derivation import Evidence, Finding, Label, Obligation, Optimality, Section, Statistic, Step, Verdict
from .existence import Existence
from .expectations import is_normalised
from .family import Family
from .likelihood import unfold
from .trail import Trail


def add_conditions(
    conditions: Iterable[Condition],
    statistics: tuple[Statistic, ...],
    trail: Trail,
    closed: Mapping[Symbol, Expr],
    equations: Iterable[Expr] = (),
    unknowns: Iterable[Symbol] = (),
) -> None:
    """Record a step for each condition for a maximiser, beside the formulas and the equations that it is about."""
    for condition in conditions:
        trail.add(
            "exists",
            Section.EXISTENCE,
            f"Needed: {condition.meaning}, because {condition.why}.",
            condition.expression,
            Label("0 <=", r"0 \le") if condition.weak else Label("0 <", "0 <"),
            using=(
                ("weak", Integer(condition.weak)),
                ("closed", Tuple(*(Tuple(s, plain(unfold(v, statistics))) for s, v in closed.items()))),
                ("reduced", Tuple(*(plain(unfold(e, statistics)) for e in equations))),
                ("unknowns", Tuple(*unknowns)),
            ),
        )


def add_end_claims(exists: Existence, trail: Trail) -> None:
    """Record what is said of the sign of the equation that is left, near the ends of its unknown's space."""
    if exists.claims:
        trail.add(
            "end-signs",
            Section.EXISTENCE,
            f"Signs: near the ends of the space of `{exists.unknown}`, the equation that is left has the signs of:",
            Tuple(*(claim.value for claim in exists.claims)),
            Label("signs", r"\text{signs}"),
            subject=exists.unknown,
            using=(
                ("equation", exists.equation),
                ("ends", Tuple(*(Tuple(one.end, Integer(one.above), Tuple(*one.given)) for one in exists.claims))),
            ),
        )


def refutation(steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> str:
    """Return what is wrong, in words, where the checker refuted a step; empty where it refuted none."""
    refuted = [s.words for s, f in zip(steps, findings, strict=True) if f.evidence is Evidence.REFUTED]
    return f"a step of the derivation was refuted by the checker: {refuted[0]}" if refuted else ""


_BESIDE = ("divergence", "information", "entropy", "loss")
"""Steps that stand beside an argument for the global maximum; it does not rest on them."""


def supported(optimality: Optimality, steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> Optimality:
    """Return ``optimality``, or that the maximum is not proved where a step of its argument is not."""
    for step, finding in zip(steps, findings, strict=True):
        of_argument = step.section is Section.OPTIMALITY and step.rule not in _BESIDE
        if optimality.proved and of_argument and finding.evidence.verdict is not Verdict.AGREE:
            return Optimality(False, f"a step of the argument is not proved: {finding.detail}", False)
    return optimality


def unproved_steps(steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> list[Obligation]:
    """Return the steps that are open or refuted, as obligations."""
    weak = (Evidence.UNDECIDED, Evidence.REFUTED)
    return [Obligation(s.words, f.detail) for s, f in zip(steps, findings, strict=True) if f.evidence in weak]


def normalisation(family: Family) -> list[Obligation]:
    """Return the obligation that the density is normalised, where no lemma says so."""
    if is_normalised(family) is not None:
        return []
    return [Obligation("the density is normalised", "no lemma matches; it was only checked numerically")]
