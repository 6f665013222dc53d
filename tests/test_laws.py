"""Whether the laws of the divergence are proved, say what they should, and whether their checker notices errors."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Basic, Expr, Integer, S, Symbol, log

from thetahat.proofs import law_rules
from thetahat.proofs.derivation import Evidence, Finding, Section, Step, Verdict
from thetahat.proofs.errors import UndecidedError
from thetahat.proofs.law_cases import World, concrete, exponential_worlds, map_worlds, pair_worlds, tried
from thetahat.proofs.law_rules import LAW_RULES, check_laws
from thetahat.proofs.law_sums import vanishes
from thetahat.proofs.law_terms import AtEquality, Entry, Given, Inverse, Joint, Stretch, j, y
from thetahat.proofs.laws import laws
from thetahat.proofs.theorem_cases import holds
from thetahat.proofs.theorem_names import CrossEntropy, Divergence, Entropy, Expected, claim_label, relation_of
from thetahat.proofs.theorem_terms import Mass, Slope, Total, i, theta, theta_0, theta_1, x
from thetahat.proofs.write.theorem_page import theorem_markdown

PAGE = Path(__file__).parent.parent / "proofs" / "derivations" / "laws.md"
Q, P = Mass("q", i), Mass("p", i)
MEMBER, FIRST, SECOND = (Mass("p", i, parameter) for parameter in (theta, theta_0, theta_1))
A, B, C, D = Given("a", j, i), Given("b", j, i), Mass("c", j), Mass("d", j)
R, S_, V, W = (Joint(name, i, j) for name in "rsvw")
F, G, F_Y, G_Y = Mass("f", x), Mass("g", x), Mass("f_Y", y), Mass("g_Y", y)
T, TAU = Entry("T", j, i), Entry("tau", j, theta_0)
SLOPE = Slope(Divergence(Q, MEMBER), theta)
RATIO = Slope(MEMBER, theta) / MEMBER
RISE = Entry("A", theta_1) - Entry("A", theta_0)
STEPS = Entry("eta", j, theta_1) - Entry("eta", j, theta_0)
IMAGE = Total(Mass("f", Inverse(y)) * Stretch(y), y)


def claim(rule: str, subject: Basic, value: Basic, *rests_on: int, relation: str = "=", **using: Basic) -> Step:
    """Return a step that claims this."""
    named = ((("relation", Symbol(relation)),) if relation != "=" else ()) + tuple(using.items())
    return Step(rule, Section.THEOREM, "Claimed.", value, claim_label(subject, relation), rests_on, subject, named)


def judged(step: Step, *before: Step) -> Finding:
    """Return what is found of a step that follows these."""
    return check_laws((*before, step))[-1]


def step_about(subject: Basic, relation: str = "=") -> Step:
    """Return the law about that left-hand side."""
    return next(one for one in laws().steps if one.subject == subject and relation_of(one) == relation)


def test_every_step_is_proved() -> None:
    """No step is refuted or undecided, and nothing is left open."""
    assert [found for found in laws().findings if found.evidence.verdict is not Verdict.AGREE] == []
    assert laws().obligations == ()
    assert {step.rule for step in laws().steps} == set(LAW_RULES)


@pytest.mark.parametrize(
    ("subject", "relation", "value"),
    [
        (S.Zero, "<=", Divergence(Q, MEMBER)),
        (Divergence(R, S_), "=", Divergence(Q, P) + Expected(Q, Divergence(A, B))),
        (Divergence(Q, P), "<=", Divergence(R, S_)),
        (Divergence(V, W), "=", Divergence(Q, P) + Divergence(C, D)),
        (Divergence(F_Y, G_Y), "=", Divergence(F, G)),
        (Entropy(F_Y), "=", Entropy(F) - Expected(F_Y, log(Stretch(y)))),
        (AtEquality(SLOPE), "=", S.Zero),
        (AtEquality(Slope(SLOPE, theta)), "=", Total(MEMBER * RATIO**2, i)),
        (Divergence(FIRST, SECOND), "=", RISE - Total(STEPS * TAU, j)),
        (Divergence(Q, SECOND), "=", Divergence(Q, FIRST) + Divergence(FIRST, SECOND)),
    ],
)
def test_the_laws_say_this(subject: Expr, relation: str, value: Expr) -> None:
    """A proof of something weaker would pass every other test."""
    assert (subject, relation, value) in {(step.subject, relation_of(step), step.value) for step in laws().steps}
    assert "only if" in {relation_of(step) for step in laws().steps}


def test_the_checker_imports_nothing_that_makes_steps() -> None:
    folder = Path(law_rules.__file__).parent
    waiting, seen = ["law_rules"], set()
    while waiting:
        name = waiting.pop()
        if name not in seen and (folder / f"{name}.py").is_file():
            seen.add(name)
            tree = ast.parse((folder / f"{name}.py").read_text())
            waiting += [str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert "law_sums" in seen
    assert not seen & {"laws", "law_steps", "theorem", "theorem_steps", "trail"}


PLANTED = {
    "chain rule without the first part": ("pairs", Divergence(R, S_), Expected(Q, Divergence(A, B))),
    "chain rule averaged over the other": (
        "pairs",
        Divergence(R, S_),
        Divergence(Q, P) + Expected(P, Divergence(A, B)),
    ),
    "chain rule with arguments swapped": ("pairs", Divergence(S_, R), Divergence(Q, P) + Expected(Q, Divergence(A, B))),
    "chain rule with one term swapped": ("pairs", Divergence(R, S_), Divergence(Q, P) + Expected(Q, Divergence(B, A))),
    "entropy of a pair, sign": ("pairs", Entropy(R), Entropy(Q) - Expected(Q, Entropy(A))),
    "pair without its first part": ("pairs", R, A),
    "additivity, one part lost": ("pairs", Divergence(V, W), Divergence(Q, P)),
    "additivity, sign": ("pairs", Divergence(V, W), Divergence(Q, P) - Divergence(C, D)),
    "cross-entropy for divergence": ("pairs", CrossEntropy(V, W), Divergence(Q, P) + Divergence(C, D)),
    "additivity of what depends": ("pairs", Divergence(R, S_), Divergence(Q, P) + Divergence(C, D)),
    "image without the stretch": ("moved", F_Y, Mass("f", Inverse(y))),
    "entropy does not change": ("by-steps", Entropy(F_Y), Entropy(F)),
    "entropy, sign of the stretch": ("by-steps", Entropy(F_Y), Entropy(F) + Expected(F_Y, log(Stretch(y)))),
    "divergence of images swapped": ("by-steps", Divergence(F_Y, G_Y), Divergence(G, F)),
    "stretch lost in the integral": (
        "substitution",
        Total(Mass("f", Inverse(y)) ** 2, y),
        Total(F**2, x),
    ),
    "another function in the integral": ("substitution", IMAGE, Total(F**2, x)),
    "slope at equality": ("at-equality", AtEquality(SLOPE), S.One),
    "information doubled": ("at-equality", AtEquality(Slope(SLOPE, theta)), 2 * Total(MEMBER * RATIO**2, i)),
    "information, square lost": ("at-equality", AtEquality(Slope(SLOPE, theta)), Total(MEMBER * RATIO, i)),
    "information, weight lost": ("at-equality", AtEquality(Slope(SLOPE, theta)), Total(RATIO**2, i)),
    "log-partition, sign": (
        "exponential",
        log(MEMBER),
        log(Mass("h", i)) + Total(Entry("eta", j, theta) * T, j) + Entry("A", theta),
    ),
    "mean at the wrong member": ("means", Expected(FIRST, T), Entry("tau", j, theta_1)),
    "Bregman with arguments swapped": ("exponential", Divergence(SECOND, FIRST), RISE - Total(STEPS * TAU, j)),
    "Bregman without the tangent": ("exponential", Divergence(FIRST, SECOND), RISE),
    "Bregman, sign of the tangent": ("exponential", Divergence(FIRST, SECOND), RISE + Total(STEPS * TAU, j)),
    "Pythagoras, sign": ("pythagoras", Divergence(Q, SECOND), Divergence(Q, FIRST) - Divergence(FIRST, SECOND)),
    "Pythagoras, swapped": ("pythagoras", Divergence(Q, SECOND), Divergence(Q, FIRST) + Divergence(SECOND, FIRST)),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_error_is_refuted(name: str) -> None:
    """Arguments swapped, a term lost, a wrong sign: each is false in some concrete case, and that is found."""
    rule, subject, value = PLANTED[name]
    rests_on = (0,) if rule == "exponential" and isinstance(subject, Divergence) else ()
    using = {"statistic": T, "member": FIRST} if rule == "pythagoras" else {}
    before = (step_about(Expected(FIRST, T)),)
    assert judged(claim(rule, subject, value, *rests_on, **using), *before).evidence is Evidence.REFUTED


def test_bregman_needs_the_means_and_pythagoras_its_condition() -> None:
    """True statements that do not follow from what they rest on stay undecided."""
    bregman = claim("exponential", Divergence(FIRST, SECOND), RISE - Total(STEPS * TAU, j))
    assert judged(bregman).evidence is Evidence.UNDECIDED
    whole = Divergence(Q, FIRST) + Divergence(FIRST, SECOND)
    other = claim("pythagoras", Divergence(Q, SECOND), whole, statistic=T, member=SECOND)
    assert judged(other).evidence is Evidence.UNDECIDED
    assert judged(claim("exponential", Divergence(Q, SECOND), whole)).evidence is Evidence.UNDECIDED
    elsewhere = claim("means", Expected(Q, T), TAU)
    assert judged(elsewhere).evidence is Evidence.UNDECIDED


def test_an_inequality_needs_gibbs_and_an_identity_and_may_not_be_reversed() -> None:
    chain, gibbs = step_about(Divergence(R, S_)), step_about(S.Zero, "<=")
    before = tuple(one for one in laws().steps[: laws().steps.index(gibbs) + 1])
    at, there = len(before), len(before) - 1
    right = claim("at-most", Divergence(Q, P), Divergence(R, S_), there, at, relation="<=")
    assert judged(right, *before, chain).evidence is Evidence.SIGN
    reversed_ = claim("at-most", Divergence(R, S_), Divergence(Q, P), there, at, relation="<=")
    assert judged(reversed_, *before, chain).evidence is Evidence.REFUTED
    without = claim("at-most", Divergence(Q, P), Divergence(R, S_), at, at, relation="<=")
    assert judged(without, *before, chain).evidence is Evidence.UNDECIDED
    entropy = step_about(Entropy(R))
    larger = claim("at-most", Entropy(Q), Entropy(R), there, at, relation="<=")
    assert judged(larger, *before, entropy).evidence is Evidence.UNDECIDED


def test_sums_that_are_not_understood_are_refused() -> None:
    """The same index bound twice, a function of a sum, unknown terms, a premise about two products."""
    for wrong in (Total(Total(Q, i), i), log(Total(Q, i) + 1), Total(Q, i) * Q, Slope(Q, theta)):
        with pytest.raises(UndecidedError):
            vanishes(wrong)
    with pytest.raises(UndecidedError):
        vanishes(Total(Q, i), {Total(Q, i) + Entropy(Q): S.One})


def test_sums_use_only_true_premises() -> None:
    """Masses add up to one over their own index; a member that is positive elsewhere as well does not."""
    assert vanishes(Total(Q, i) - 1)
    assert vanishes(Total(Total(A * Q, j), i) - 1)
    assert vanishes(Total(A, j) - 1)
    assert vanishes(Total(MEMBER, i) - 1, exponential=True)
    for false in (Total(P, i) - 1, Total(B, j) - 1, Total(A, i) - 1, Total(Q**2, i) - 1, Total(MEMBER, i) - 1):
        assert not vanishes(false)


@st.composite
def distributions(draw: st.DrawFn, size: int) -> tuple[Expr, ...]:
    """Draw positive fractions that add up to one."""
    weights = draw(st.lists(st.integers(1, 50), min_size=size, max_size=size))
    return tuple(Integer(weight) / sum(weights) for weight in weights)


@st.composite
def pair_worlds_drawn(draw: st.DrawFn) -> World:
    """Draw two distributions of pairs, at times equal ones."""
    first, second = draw(st.integers(1, 3), label="first parts"), draw(st.integers(1, 3), label="second parts")
    atoms = [Integer(atom) for atom in range(1, first + 1)]
    tables: dict[tuple[Basic | str, ...], tuple[Expr, ...]] = {(name,): draw(distributions(first)) for name in "qp"}
    tables |= {(name,): draw(distributions(second)) for name in "cd"}
    tables |= {(name, atom): draw(distributions(second)) for name in "ab" for atom in atoms}
    for joint, head, tail in (("r", "q", "a"), ("s", "p", "b")):
        tables[joint,] = tuple(
            one * other for one, atom in zip(tables[head,], atoms, strict=True) for other in tables[tail, atom]
        )
    for joint, head, tail in (("v", "q", "c"), ("w", "p", "d")):
        tables[joint,] = tuple(one * other for one in tables[head,] for other in tables[tail,])
    return World(((i, first), (j, second)), tuple(tables.items()))


@given(world=pair_worlds_drawn(), data=st.data())
def test_what_is_proved_of_pairs_holds_for_drawn_pairs(world: World, data: st.DataObject) -> None:
    """Chain rule and additivity, in exact numbers; and dropping the average breaks the chain rule."""
    sides = [step for step in laws().steps if step.rule == "pairs" and not isinstance(step.subject, Joint)]
    step = data.draw(st.sampled_from(sides), label="law")
    assert holds(concrete(step.subject - step.value, world)) is True
    (smaller,) = [one for one in laws().steps if one.rule == "at-most" and one.value == Divergence(R, S_)]
    assert holds(concrete(smaller.value - smaller.subject, world), at_least=True) is True


@pytest.mark.thorough
def test_a_distribution_without_the_means_breaks_pythagoras() -> None:
    """The condition is needed: for an arbitrary ``q`` the concrete cases refute the identity."""
    step = step_about(Divergence(Q, SECOND))
    for world in exponential_worlds():
        tables = dict(world.tables)
        size = len(tables["q",])
        even = World(world.ranges, tuple((tables | {("q",): (Integer(1) / size,) * size}).items()))
        assert holds(concrete(step.subject - step.value, world)) is True
        assert holds(concrete(step.subject - step.value, even)) is False
    assert tried(Entropy(Q) - Entropy(P), pair_worlds()).evidence is Evidence.REFUTED
    assert tried(Entropy(F_Y) - Entropy(F), map_worlds()).evidence is Evidence.REFUTED


def test_the_page_is_up_to_date() -> None:
    """The page is reviewed as text; ``pytest --record`` writes it anew. Its first line names the version of SymPy."""
    page = theorem_markdown(laws())
    assert PAGE.is_file(), "run: pytest --record"
    assert PAGE.read_text(encoding="utf-8").partition("\n")[2] == page.partition("\n")[2]
