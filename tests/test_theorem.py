"""Whether the theorem is proved, says what it should, and whether its checker notices when it says something else."""

import ast
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from math import lcm
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Add, Basic, Eq, Expr, Integer, Interval, Mul, Rational, S, Symbol, Tuple, log, oo, sqrt

from thetahat.proofs import theorem_rules
from thetahat.proofs.derivation import Evidence, Finding, Section, Step, Verdict
from thetahat.proofs.errors import UndecidedError
from thetahat.proofs.theorem import theorem
from thetahat.proofs.theorem_cases import Case, case, concrete, tried
from thetahat.proofs.theorem_names import (
    CrossEntropy,
    Divergence,
    Entropy,
    Expected,
    Gap,
    LimitAtZero,
    MeanLogLikelihood,
    claim_label,
    left_of,
    relation_of,
)
from thetahat.proofs.theorem_rules import RULES, check_theorem
from thetahat.proofs.theorem_sums import linear_form, vanishes, written_out
from thetahat.proofs.theorem_terms import (
    Datum,
    Factors,
    Level,
    Mass,
    Slope,
    Total,
    i,
    k,
    m,
    n,
    t,
    theta,
    theta_0,
    theta_1,
    u,
    x,
)
from thetahat.proofs.write.theorem_page import theorem_latex, theorem_markdown, theorem_text

PAGE = Path(__file__).parent.parent / "proofs" / "derivations" / "theorem.md"
Q, P, P0, P1 = Mass("q", i), Mass("p", i, theta), Mass("p", i, theta_0), Mass("p", i, theta_1)
N, HAT = Mass("n", i), Mass("p_hat", i)
ELL, ELL0, ELL1 = (MeanLogLikelihood(Mass("p", Datum(k), s)) for s in (theta, theta_0, theta_1))
PRODUCT = log(Factors(P**N, i))


def claim(rule: str, subject: Basic, value: Basic, relation: str = "=", *rests_on: int, **using: Basic) -> Step:
    """Return a step that claims this."""
    named = ((("relation", Symbol(relation)),) if relation != "=" else ()) + tuple(using.items())
    return Step(rule, Section.THEOREM, "Claimed.", value, claim_label(subject, relation), rests_on, subject, named)


def judged(step: Step, *before: Step) -> Finding:
    """Return what is found of a step that follows these."""
    return check_theorem((*before, step))[-1]


def steps_by(rule: str) -> list[Step]:
    """Return the theorem's steps by that rule."""
    found = [step for step in theorem().steps if step.rule == rule]
    assert found
    return found


def with_premises(step: Step) -> tuple[Step, ...]:
    """Return the steps that ``step`` rests on, and theirs, and the step itself last, renumbered."""
    steps = theorem().steps
    needed: set[int] = set()
    waiting = list(step.given)
    while waiting:
        at = waiting.pop()
        if at not in needed:
            needed.add(at)
            waiting += steps[at].given
    order = {at: new for new, at in enumerate(sorted(needed))}
    chosen = [replace(steps[at], given=tuple(order[g] for g in steps[at].given)) for at in sorted(needed)]
    return (*chosen, replace(step, given=tuple(order[g] for g in step.given)))


def test_every_step_is_proved() -> None:
    """No step is refuted or undecided; several kinds of proof are needed."""
    assert [found for found in theorem().findings if found.evidence.verdict is not Verdict.AGREE] == []
    assert {found.evidence for found in theorem().findings} == {Evidence.ALGEBRA, Evidence.SIGN, Evidence.BALL}
    assert len(theorem().steps) == len(theorem().findings)


@pytest.mark.parametrize(
    ("subject", "relation", "value"),
    [
        (Divergence(Q, P), "=", -Entropy(Q) + CrossEntropy(Q, P)),
        (Divergence(Q, P), "=", -Entropy(Q) - Expected(Q, log(P))),
        (Slope(Entropy(Q), theta), "=", S.Zero),
        (Slope(Divergence(Q, P), theta), "=", Slope(CrossEntropy(Q, P), theta)),
        (CrossEntropy(HAT, P), "=", -PRODUCT / n),
        (CrossEntropy(HAT, P), "=", -ELL),
        (Divergence(HAT, P) + ELL, "=", -Entropy(HAT)),
        (Divergence(HAT, P0) - Divergence(HAT, P1), "=", ELL1 - ELL0),
        (log(t), "<=", t - 1),
        (S.Zero, "<=", Divergence(Q, P)),
        (Divergence(Q, P), "only if", Eq(P, Q)),
        (Total(Mass("P", i, theta), i), "=", S.One),
    ],
)
def test_the_theorem_says_this(subject: Expr, relation: str, value: Expr) -> None:
    """A proof of something weaker would pass every other test."""
    assert (subject, relation, value) in {(step.subject, relation_of(step), step.value) for step in theorem().steps}


def test_the_checker_imports_nothing_that_makes_steps() -> None:
    """Neither directly nor through another module of the theorem: else a slip could prove itself."""
    folder = Path(theorem_rules.__file__).parent
    waiting, seen = ["theorem_rules"], set()
    while waiting:
        name = waiting.pop()
        if name in seen or not (folder / f"{name}.py").is_file():
            continue
        seen.add(name)
        tree = ast.parse((folder / f"{name}.py").read_text())
        waiting += [str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert "theorem_sums" in seen
    assert not seen & {"theorem", "theorem_steps", "trail"}


def test_every_rule_is_used() -> None:
    """A rule that no step needs is not tested by the theorem."""
    assert {step.rule for step in theorem().steps} == set(RULES)


WRONG_IDENTITIES = {
    "arguments swapped in the definition": (Divergence(Q, P), Total(P * log(P / Q), i, Q)),
    "arguments swapped in the result": (Divergence(P, Q), -Entropy(Q) + CrossEntropy(Q, P)),
    "cross-entropy averages over the wrong one": (Divergence(Q, P), -Entropy(Q) + CrossEntropy(P, Q)),
    "sign of the entropy": (Divergence(Q, P), Entropy(Q) + CrossEntropy(Q, P)),
    "sign of the entropy in its definition": (Entropy(Q), Total(Q * log(Q), i, Q)),
    "sign of the cross-entropy": (Divergence(Q, P), -Entropy(Q) - CrossEntropy(Q, P)),
    "entropy of the wrong one": (Divergence(Q, P), -Entropy(P) + CrossEntropy(Q, P)),
    "sign of the expectation": (Divergence(Q, P), -Entropy(Q) + Expected(Q, log(P))),
    "expectation under the member": (Divergence(Q, P), -Entropy(Q) - Expected(P, log(P))),
    "entropy that depends on the parameter": (Slope(Entropy(P), theta), S.Zero),
    "derivative of the wrong sign": (Slope(Divergence(Q, P), theta), -Slope(CrossEntropy(Q, P), theta)),
    "derivative without the quotient": (Slope(CrossEntropy(Q, P), theta), -Total(Q * Slope(P, theta), i, Q)),
    "count lost in the share": (HAT, 1 / n),
    "one observation too few": (HAT, N / (n - 1)),
    "count lost in the sum": (CrossEntropy(HAT, P), -Total(log(P), i, N) / n),
    "number of observations lost": (CrossEntropy(HAT, P), -PRODUCT),
    "counts lost in the product": (CrossEntropy(HAT, P), -log(Factors(P, i)) / n),
    "maximum for minimum": (CrossEntropy(HAT, P), ELL),
    "sum for mean": (ELL, Total(log(Mass("p", Datum(k), theta)), k)),
    "members exchanged": (Divergence(HAT, P0) - Divergence(HAT, P1), ELL0 - ELL1),
    "equal divergences": (Divergence(Q, P), Divergence(P, Q)),
    "atoms without probability forgotten": (Divergence(Q, P), Total(Q * Gap(P / Q), i, Q)),
    "members add up to one on the carrier": (Total(P, i, Q), S.One),
    "masses add up to the number of atoms": (Total(Q, i), m),
    "level at one for that at zero": (Gap(S.One), S.One),
    "slope of the logarithm": (Slope(Gap(t), t), 1 + 1 / t),
}


@pytest.mark.parametrize("name", WRONG_IDENTITIES)
def test_a_planted_wrong_identity_is_refuted(name: str) -> None:
    """Swapped arguments, signs, lost counts: each is false in some concrete family, and that is found."""
    assert judged(claim("identity", *WRONG_IDENTITIES[name])).evidence is Evidence.REFUTED


def test_a_constant_may_not_hold_the_parameter() -> None:
    """That the right-hand side is free of the parameter is what makes the minimisers the same."""
    found = judged(claim("constant", Divergence(Q, P), -Entropy(Q) + CrossEntropy(Q, P)))
    assert (found.evidence, found.detail) == (Evidence.REFUTED, "the right-hand side depends on theta")


@pytest.mark.parametrize(
    ("subject", "value", "touches"),
    [
        (log(t), t, 1),
        (log(t), t - 2, 1),
        (log(t), (t - 1) / 2, 1),
        (log(t), 2 * (t - 1), 1),
        (log(t), t - 1, 2),
        (t - 1, log(t), 1),
        (log(t), 1 - t, 1),
    ],
)
def test_a_planted_wrong_tangent_is_refuted(subject: Expr, value: Expr, touches: int) -> None:
    """Too low, not touching where it is said to, or the other way round."""
    found = judged(claim("tangent", subject, value, "<=", touches=Integer(touches)))
    assert found.evidence is Evidence.REFUTED


def test_other_tangents_are_proved() -> None:
    """The rule holds for the tangent at another place, and does not hold for a line that meets only here and there."""
    two = claim("tangent", log(t), log(Integer(2)) + t / 2 - 1, "<=", touches=Integer(2))
    assert judged(two).evidence is Evidence.SIGN
    jump = claim("tangent", log(t), t - 1 + (t - 1) ** 2 / (t + 1), "<=", touches=S.One)
    assert judged(jump).evidence is Evidence.UNDECIDED


def test_a_termwise_inequality_needs_its_tangent() -> None:
    """Reversed it is false; with another weight or place the terms do not differ by what is said."""
    *before, step = with_premises(steps_by("termwise")[0])
    assert judged(step, *before).evidence is Evidence.SIGN
    given_ = step.given
    reversed_ = claim("termwise", step.value, step.subject, "<=", *given_, place=P / Q, weight=Q)
    assert judged(reversed_, *before).evidence is Evidence.REFUTED
    for place, weight in ((Q / P, Q), (P / Q, P), (P / Q, -Q)):
        other = claim("termwise", step.subject, step.value, "<=", *given_, place=place, weight=weight)
        assert judged(other, *before).evidence is Evidence.UNDECIDED


def test_weights_have_to_be_of_one_sign_for_every_number_of_atoms() -> None:
    """Positive for as many atoms as the cases have, negative beyond: true in every case, and not proved."""
    *before, step = with_premises(steps_by("termwise")[0])
    small, large = (Total((6 - i) * total.args[0], i, Q) for total in (left_of(step), step.value))
    assert tried(large - small, at_least=True).evidence is Evidence.BALL
    found = judged(claim("termwise", small, large, "<=", *step.given, place=P / Q, weight=(6 - i) * Q), *before)
    assert found.evidence is Evidence.UNDECIDED


def test_gibbs_inequality_may_not_be_reversed_or_sharpened() -> None:
    """The divergence is neither at most zero nor at least one."""
    *before, step = with_premises(steps_by("gibbs")[0])
    assert judged(step, *before).evidence is Evidence.SIGN
    for low, high in ((Divergence(Q, P), S.Zero), (S.One, Divergence(Q, P)), (S.Zero, -Divergence(Q, P))):
        found = judged(claim("gibbs", low, high, "<=", *step.given), *before)
        assert found.evidence is Evidence.REFUTED
    exchanged = judged(replace(step, given=step.given[::-1]), *before)
    assert exchanged.evidence is Evidence.UNDECIDED


@pytest.mark.parametrize("equation", [Eq(P, 2 * Q), Eq(P, HAT), Eq(Q, N / n), Eq(P, 1 - Q)])
def test_a_divergence_of_zero_means_equal_masses_and_nothing_else(equation: Basic) -> None:
    """Another equation fails where the divergence is zero, or holds where it is not."""
    *before, step = with_premises(steps_by("only-if")[0])
    assert judged(step, *before).evidence is Evidence.SIGN
    found = judged(claim("only-if", Divergence(Q, P), equation, "only if", *step.given), *before)
    assert found.evidence is Evidence.REFUTED


def test_equality_needs_terms_over_all_atoms() -> None:
    """Without the atoms where q vanishes, or with terms of either sign, nothing follows from a sum of zero."""
    *before, step = with_premises(steps_by("only-if")[0])
    bound = step.given[0]
    for value in (
        Total(Q * Gap(P / Q), i, Q) + Total(P, i, Q),
        Total(Q * log(Q / P), i, Q),
        Total(Q * Gap(Q / P), i, Q) + Total(P, i, Q, 0),
    ):
        replaced = [*before, claim("identity", Divergence(Q, P), value)]
        again = claim("only-if", Divergence(Q, P), Eq(P, Q), "only if", bound, len(replaced) - 1)
        assert judged(again, *replaced).evidence is Evidence.UNDECIDED


def test_a_wrong_limit_is_refuted() -> None:
    """0 log 0 is neither 1 nor undefined; a positive mass against none is not finite."""
    *before, step = with_premises(steps_by("squeeze")[0])
    assert judged(step, *before).evidence is Evidence.SIGN
    wrong = replace(step, value=S.One)
    assert judged(wrong, *before).evidence is Evidence.REFUTED
    infinite = steps_by("unbounded")[0]
    assert judged(infinite).evidence is Evidence.SIGN
    assert judged(replace(infinite, value=S.Zero)).evidence is Evidence.REFUTED
    bounded = claim("unbounded", LimitAtZero(u * log(u), u), oo, level=Symbol("B", positive=True), place=u)
    assert judged(bounded).evidence is Evidence.UNDECIDED


def test_a_squeeze_needs_bounds_that_hold_and_meet() -> None:
    """A bound that is too tight, one that does not tend to the limit, or one with the wrong slack proves nothing."""
    *before, step = with_premises(steps_by("squeeze")[0])
    above, below = step.named("above"), step.named("below")
    for low, high in (
        (Tuple(-sqrt(u), below.args[1]), above),
        (Tuple(-2 * sqrt(u) - 1, below.args[1] + 1), above),
        (below, Tuple(above.args[0], -above.args[1])),
    ):
        using = {"below": low, "above": high}
        found = judged(claim("squeeze", step.subject, step.value, "=", *step.given, **using), *before)
        assert found.evidence is Evidence.UNDECIDED


def witness(first: Tuple, second: Tuple, one: Interval, other: Interval) -> tuple[Step, ...]:
    """Return the three steps that show a divergence to be asymmetric."""
    there, back = Divergence(first, second), Divergence(second, first)
    return (
        claim("enclosure", there, one, "in"),
        claim("enclosure", back, other, "in"),
        claim("apart", there, back, "!=", 0, 1),
    )


HALF, SKEW = Tuple(Rational(1, 2), Rational(1, 2)), Tuple(Rational(1, 10), Rational(9, 10))
NEAR_FIRST, NEAR_SECOND = (
    Interval.open(Rational(51, 100), Rational(52, 100)),
    Interval.open(Rational(36, 100), Rational(37, 100)),
)


def test_a_symmetric_witness_is_refuted() -> None:
    """Two distributions that are each other's mirror image have equal divergences, exactly."""
    mirror = Tuple(*SKEW.args[::-1])
    wide = Interval.open(0, 2)
    assert [f.evidence for f in check_theorem(witness(SKEW, mirror, wide, wide))] == [
        Evidence.BALL,
        Evidence.BALL,
        Evidence.REFUTED,
    ]


def test_enclosures_have_to_enclose_and_to_lie_apart() -> None:
    """Intervals that overlap decide nothing; an interval beside the number, or no distribution, is refuted."""
    assert check_theorem(witness(HALF, SKEW, NEAR_FIRST, NEAR_SECOND))[2].evidence is Evidence.BALL
    wide = Interval.open(0, 1)
    assert check_theorem(witness(HALF, SKEW, NEAR_FIRST, wide))[2].evidence is Evidence.UNDECIDED
    assert judged(claim("enclosure", Divergence(HALF, SKEW), NEAR_SECOND, "in")).evidence is Evidence.REFUTED
    no_distribution = Tuple(Rational(1, 2), Rational(1, 3))
    assert judged(claim("enclosure", Divergence(no_distribution, SKEW), wide, "in")).evidence is Evidence.REFUTED
    same_twice = claim("apart", Divergence(HALF, SKEW), Divergence(HALF, SKEW), "!=")
    before = witness(HALF, SKEW, NEAR_FIRST, NEAR_SECOND)[:2]
    assert judged(replace(same_twice, given=(0, 1)), *before).evidence is Evidence.REFUTED


def test_bins_telescope_and_nothing_else_does() -> None:
    """The wrong total is refuted; terms that are not differences of neighbours prove nothing."""
    (step,) = steps_by("telescope")
    assert judged(replace(step, value=Integer(2))).evidence is Evidence.REFUTED
    for term in (Level(i, theta), Level(i + 1, theta) - Level(i, theta), Level(i - 1, theta) - Level(i, theta)):
        found = judged(claim("telescope", step.subject, step.value, term=term))
        assert found.evidence is Evidence.UNDECIDED
    assert judged(claim("identity", step.subject, step.value)).evidence is Evidence.UNDECIDED


def test_to_hold_in_every_concrete_case_is_no_proof() -> None:
    """True for as many atoms as the cases have, and false for more: borne out, but not proved."""
    small = Mul(*(m - size for size in range(1, 6)))
    assert tried(small).evidence is Evidence.BALL
    assert judged(claim("identity", small, S.Zero)).evidence is Evidence.UNDECIDED


def test_what_is_true_but_not_shown_is_undecided() -> None:
    """Over the atoms of a member the zeros of the other are not known, so the rules stay silent."""
    found = judged(claim("identity", Divergence(P, Q), CrossEntropy(P, Q) - Entropy(P)))
    assert (found.evidence, "whose zeros are not known" in found.detail) == (Evidence.UNDECIDED, True)


def test_a_label_that_names_something_else_is_refuted() -> None:
    """What a reader sees left of the sign is what is proved."""
    step = claim("identity", Divergence(Q, P), -Entropy(Q) + CrossEntropy(Q, P))
    assert judged(step).evidence is Evidence.ALGEBRA
    assert judged(replace(step, label=claim_label(Divergence(P, Q), "="))).evidence is Evidence.REFUTED
    assert judged(replace(step, using=(("relation", Symbol("<=")),))).evidence is Evidence.REFUTED
    assert judged(replace(step, subject=None)).evidence is Evidence.REFUTED


def test_a_step_is_no_better_than_what_it_rests_on() -> None:
    """A refuted premise, or one that comes later, leaves a true claim undecided."""
    true = claim("identity", Divergence(Q, P), -Entropy(Q) + CrossEntropy(Q, P), "=", 0)
    false = claim("identity", Divergence(Q, P), Entropy(Q) + CrossEntropy(Q, P))
    assert [f.evidence for f in check_theorem((false, true))] == [Evidence.REFUTED, Evidence.UNDECIDED]
    assert check_theorem((true,))[0].evidence is Evidence.UNDECIDED
    alone = claim("only-if", Divergence(Q, P), Eq(P, Q), "only if")
    assert judged(alone).evidence is Evidence.UNDECIDED


def test_an_unknown_rule_is_an_error() -> None:
    """A step nobody can check is a bug, not a pass."""
    with pytest.raises(KeyError):
        check_theorem((claim("obvious", Divergence(Q, P), S.Zero),))


def test_sums_that_are_not_understood_are_refused() -> None:
    """A range that moves with the parameter, products of something else, products of two sums."""
    refused: list[Callable[[], object]] = [
        lambda: written_out(Slope(Entropy(P), theta)),
        lambda: written_out(log(Factors(P + Q, i))),
        lambda: written_out(Slope(Entropy(Q) * CrossEntropy(Q, P), theta)),
        lambda: linear_form(Total(Q * Entropy(Q), i, Q)),
        lambda: linear_form(Total(Level(i, theta), i)),
    ]
    for attempt in refused:
        with pytest.raises(UndecidedError):
            attempt()


def test_linear_forms_use_only_true_premises() -> None:
    """Masses add up to one over all atoms, a member does not on the carrier of another distribution."""
    assert linear_form(Total(Q, i) + Total(P, i) + Total(N, i)) == 2 + n
    assert linear_form(Total(P, i, Q)) == 1 - Total(P, i, Q, 0)
    assert linear_form(Total(Q, i, Q, 0)) == 0
    assert linear_form(Total(S.One, k)) == n
    assert not vanishes(Total(Q**2, i) - 1)
    assert not vanishes(Total(Q, i, N) - 1)
    assert not vanishes(Total(Mass("q", k), i, Q) - 1)
    assert not vanishes(Total(log(Mass("f", Datum(k), theta)), k) - Total(N * log(Mass("f", i, theta)), i, N))
    assert not vanishes(Total(Mass("f", x, theta), x, Mass("g", x)) - 1)


@lru_cache(maxsize=1)
def identities() -> tuple[Step, ...]:
    """Return the steps that claim an equality about sums."""
    return tuple(step for step in theorem().steps if step.rule in ("definition", "identity", "constant", "telescope"))


@st.composite
def worlds(draw: st.DrawFn) -> Case:
    """Draw a finite family, a distribution with or without zeros, a dataset; now and then the two are equal."""
    weights = draw(st.lists(st.integers(0, 9), min_size=1, max_size=5).filter(any), label="q, in proportion")
    atoms = st.integers(1, len(weights))
    data = draw(st.lists(atoms, min_size=1, max_size=6), label="data")
    possible = [weight > 0 or atom in data for atom, weight in enumerate(weights, 1)]
    if draw(st.booleans(), label="p equals q"):
        data = [atom for atom in data if weights[atom - 1]] or [weights.index(max(weights)) + 1]
        return case(weights, [(weight, 0) for weight in weights], data)
    positive = st.tuples(st.integers(1, 9), st.integers(0, 9))
    either = st.one_of(st.just((0, 0)), positive)
    slopes = [draw(positive if needed else either, label="a + b theta^2") for needed in possible]
    at = {theta: Rational(draw(st.fractions(-3, 3, max_denominator=7), label="theta"))}
    return case(weights, slopes, data, at)


def logarithm(value: Expr) -> tuple[Fraction, Fraction, int]:
    """Return ``(r, product, d)`` so that ``value = r + log(product) / d``, in exact fractions."""
    rational = Fraction(0)
    terms: list[tuple[Fraction, Fraction]] = []
    for term in Add.make_args(value.expand()):
        number, rest = term.as_coeff_Mul()
        factor = Fraction(int(number.p), int(number.q))
        if rest == 1:
            rational += factor
        else:
            assert isinstance(rest, log), rest
            inside = rest.args[0]
            terms.append((factor, Fraction(int(inside.p), int(inside.q))))
    common = lcm(*(factor.denominator for factor, _ in terms))
    product = Fraction(1)
    for factor, inside in terms:
        product *= inside ** int(factor * common)
    return rational, product, common


@given(world=worlds())
def test_divergence_less_cross_entropy_is_minus_entropy(world: Case) -> None:
    """In exact numbers: a rational combination of logarithms of rationals is 0 exactly when their product is 1."""
    (step,) = [one for one in identities() if one.value == -Entropy(Q) + CrossEntropy(Q, P)]
    difference = concrete(step.subject - CrossEntropy(Q, P), world)
    assert logarithm(difference - concrete(-Entropy(Q), world))[:2] == (Fraction(0), Fraction(1))


@given(world=worlds(), data=st.data())
def test_every_identity_holds_in_every_finite_family(world: Case, data: st.DataObject) -> None:
    """Whatever the checker accepted for all numbers of atoms is true, exactly, for drawn ones."""
    step = data.draw(st.sampled_from(identities()), label="step")
    difference = step.subject - step.value
    every = range(1, world.size + 1)
    claims = [difference.xreplace({i: Integer(atom)}) for atom in every] if step.subject == HAT else [difference]
    for each in claims:
        assert logarithm(concrete(each, world))[:2] == (Fraction(0), Fraction(1))


@given(world=worlds())
def test_the_divergence_is_positive_unless_the_masses_are_equal(world: Case) -> None:
    """Gibbs' inequality in exact numbers, with equality only at equality."""
    (step,) = steps_by("gibbs")
    rational, product, _ = logarithm(concrete(step.value, world))
    masses = [world.mass("p", atom, (theta,)).subs(dict(world.at)) for atom in range(1, world.size + 1)]
    assert rational == 0
    assert product >= 1
    assert (product == 1) == (tuple(masses) == world.weights)


def test_nothing_is_left_open_but_the_law_of_large_numbers() -> None:
    """It is cited, with its source, and shown in every rendering."""
    (cited,) = theorem().obligations
    assert "cited, not proved here" in cited.why
    assert "Billingsley 1995" in cited.why
    opening = cited.statement.split(",")[0]
    for render in (theorem_markdown, theorem_latex, theorem_text):
        assert opening in " ".join(render(theorem()).split())
    assert {source.citation.split(",")[0] for source in theorem().sources} == {
        "Goodfellow",
        "Cover & Thomas 2006",
        "Kullback & Leibler 1951",
    }


def test_a_refuted_step_is_shown_as_such() -> None:
    """A page that showed only what is proved would hide the rest."""
    whole = theorem()
    findings = (Finding(Evidence.REFUTED, "false in case 0"), *whole.findings[1:])
    broken = replace(whole, findings=findings)
    assert broken.count(Evidence.REFUTED) == 1
    assert "REFUTED: false in case 0" in str(broken)
    assert "✗ REFUTED: false in case 0" in broken._repr_markdown_()
    assert r"\quad \text{REFUTED}" in broken._repr_latex_()


def test_the_theorem_is_cached_and_its_headings_cover_every_step() -> None:
    """Pure: the same object again. Every step stands under one heading."""
    assert theorem() is theorem()
    starts = [part.start for part in theorem().parts]
    assert starts[0] == 0
    assert starts == sorted(set(starts))
    assert starts[-1] < len(theorem().steps)


def test_the_page_is_up_to_date(request: pytest.FixtureRequest) -> None:
    """The page is reviewed as text; ``pytest --record`` writes it anew. Its first line names the version of SymPy."""
    page = theorem_markdown(theorem())
    if request.config.getoption("--record", default=False):
        PAGE.write_text(page, encoding="utf-8")
    assert PAGE.is_file(), "run: pytest --record"
    recorded = PAGE.read_text(encoding="utf-8")
    assert recorded.partition("\n")[2] == page.partition("\n")[2], "the theorem changed; run: pytest --record"
