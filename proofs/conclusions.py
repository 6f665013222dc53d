"""What every derivation ends with: steps on existence, what the checker refuted, and what is left open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Expr, Integer, Piecewise, Symbol, Tuple, exp

from .algebra.atoms import plain
from .algebra.elimination import Elimination
from .conditions import Condition
from .derivation import Evidence, Finding, Label, Obligation, Optimality, Section, Statistic, Step, Verdict
from .existence import Existence
from .expectations import is_normalised, normaliser
from .family import Family
from .likelihood import unfold
from .numeric_check import checked_by_numbers
from .reparametrisation import RENAMES
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


def refutation(family: Family, steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> str:
    """Return what is wrong, in words, where the checker refuted a step or numbers the declaration; else nothing."""
    refuted = [step for step, f in zip(steps, findings, strict=True) if f.evidence is Evidence.REFUTED]
    if any(step.rule == "normalised" for step in refuted):
        return _total(family)
    if refuted:
        return f"a step of the derivation was refuted by the checker: {refuted[0].words}"
    verdict, found = checked_by_numbers(family)
    return found if verdict is Verdict.DISAGREE else ""


def _total(family: Family) -> str:
    """What a density adds up to that is none."""
    found = is_normalised(family) or normaliser(family)
    total = f"to {exp(found.value)}, not to 1" if found is not None else "to another number than 1"
    given = f" given {', '.join(map(str, family.given))}" if family.covariates else ""
    return (
        f"the density is not normalised: {'it sums' if family.countable else 'its integral comes'} {total}, over "
        f"{family.support}{given}; check the normalising constant and the support"
    )


def not_told_apart(left: Elimination, log_density: Expr) -> str:
    """Say of an equation that holds everywhere which parameters it leaves open: as ``a`` and ``b`` in ``a b`` alone."""
    flat = [p for p, equation in zip(left.unknowns, left.equations, strict=True) if equation == 0]
    cases = {symbol for node in log_density.atoms(Piecewise) for _, case in node.args for symbol in case.free_symbols}
    if flat[0] in cases:
        return (
            f"the likelihood goes by steps in {flat[0]}, which decides on what side of it data lie and nothing else: "
            f"no equation tells the highest step; declare {flat[0]} as a known constant, and compare its values"
        )
    names = ", ".join(sorted(map(str, {*flat, *(solved.unknown for solved in left.solved)})))
    return (
        f"the likelihood does not change with {flat[0]} where the other parameters make up for it, so that no data "
        f"tell {names} apart; remove a parameter, or declare it as a known constant"
    )


_BESIDE = ("divergence", "information", "entropy", "loss")
"""Steps that stand beside an argument for the global maximum; it does not rest on them."""


def is_of_argument(step: Step) -> bool:
    """Return whether the argument for a global maximum rests on a step."""
    # An argument for the ends of a support begins with the step that moves a parameter there, and one in other
    # parameters with the step that says what these are.
    first = step.rule in ("support-end", RENAMES)
    return first or (step.section is Section.OPTIMALITY and step.rule not in _BESIDE)


def supported(optimality: Optimality, steps: tuple[Step, ...], findings: tuple[Finding, ...]) -> Optimality:
    """Return ``optimality``, or that the maximum is not proved where a step of its argument is not."""
    for step, finding in zip(steps, findings, strict=True):
        if optimality.proved and is_of_argument(step) and finding.evidence.verdict is not Verdict.AGREE:
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
    return [Obligation("the density is normalised", f"no lemma matches; {checked_by_numbers(family)[1]}")]
