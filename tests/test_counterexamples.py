"""Whether balls refute what a prover wrongly takes for proved: for every rule that rests on signs, bounds or limits.

Derivers and the checker use the same algebra. Here it lies: in the worst case the rule agrees to everything.
"""

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pairs import CENTRED, SCALED
from sympy import Expr, Interval, Rational, S, Symbol, Tuple, log, oo, pi
from test_bounded_location import FAMILIES
from test_concave_terms import CONCAVE
from test_covariates import CENSORED

import thetahat.proofs
from thetahat.proofs import (
    boundary,
    check_concave,
    check_context,
    check_ends,
    check_exponential,
    check_matching,
    check_scores,
    checker,
    edge_growth,
    location,
    optimality,
)
from thetahat.proofs.algebra.atoms import Quantile
from thetahat.proofs.algebra.derivatives import derivative
from thetahat.proofs.check_context import Context
from thetahat.proofs.checker import RULES, check_steps
from thetahat.proofs.counterexamples import LOOKS, counterexample
from thetahat.proofs.derivation import Derivation, Evidence, Finding, Outcome, Step
from thetahat.proofs.engine import derive
from thetahat.proofs.family import Family, Parameter
from thetahat.proofs.registry import family
from thetahat.proofs.scales import scales
from thetahat.proofs.transport import transport
from thetahat.verify.adapters.regressions import LOGISTIC, POISSON

Change = Callable[[Step], Step]

# What these rules claim is an identity, which a ball is held against wherever algebra proves it; or is seen in balls,
# by quadrature or on drawn data alone.
OTHERWISE = {
    "mean-log-likelihood": "the declared density at drawn data",
    "integer-increment": "the likelihood at neighbouring integers",
    "harmonic": "an identity, and the signs of an angle",
    "path-growth": "the declared density at a small distance",
    "integer-range": "linear ends, compared one by one",
    "integer-tail": "an identity",
    "substitute": "an identity",
    "mirror": "an identity, of the declared density",
    "reduced": "an identity",
    "same-value": "an identity",
    "split": "an identity",
    "exponential-form": "an identity; a minor in balls",
    "no-exponential-form": "a minor in balls",
    "mean-map": "an identity",
    "expectation": "an identity with the mean map",
    "normalised": "a lemma, which the tests hold against quadrature",
    "moment-root": "an identity",
    "divergence": "an identity",
    "identity": "an identity",
    "information": "an identity",
    "entropy": "an identity with the mean map, or quadrature",
    "kernel": "an identity",
    "end-signs": "seen in balls",
    "exists": "seen in balls",
    "separation": "compared with the steps before it",
}


@dataclass(frozen=True)
class Planted:
    """A step made false, with the steps before it."""

    rule: str
    member: str | Family
    change: Change
    premise: str = ""

    def spoiled(self) -> tuple[Family, tuple[Step, ...], int]:
        """Return the family, its steps with one of them changed, and the place of the step that is false now."""
        if self.rule == "transport":
            y = Symbol("y", positive=True)
            assert isinstance(self.member, str)
            derivation = transport(derive(family(self.member)), "moved", y, 1 / y)
        else:
            derivation = derive(self.member if isinstance(self.member, Family) else family(self.member))
        steps = list(derivation.steps[-1:] if self.rule == "transport" else derivation.steps)
        place = max(at for at, step in enumerate(steps) if step.rule == self.rule and not self.is_plain(step))
        changed = place
        if self.premise:
            changed = next(at for at in steps[place].given if steps[at].rule == self.premise)
        steps[changed] = self.change(steps[changed])
        return derivation.family, tuple(steps), place

    def is_plain(self, step: Step) -> bool:
        """Whether a step of this rule claims too little to be made false by the change."""
        if self.rule == "root":
            return not step.value.has(Quantile)
        return self.rule == "score-zero" and step.value == step.named("equation")

    def __str__(self) -> str:
        """Return the rule, under which the test is listed."""
        return self.rule


def value(change: Callable[[Expr], Expr]) -> Change:
    """Return what changes the value of a step."""
    return lambda step: replace(step, value=change(step.value))


def named(key: str, change: Callable[[Expr], Expr]) -> Change:
    """Return what changes an expression that a step names."""
    return lambda step: replace(step, using=tuple((k, change(v) if k == key else v) for k, v in step.using))


def opposite(one: Expr) -> Expr:
    """Return the other sign."""
    return -one


def with_zero(step: Step) -> Step:
    """Multiply an equation by a factor that vanishes inside the space."""
    return replace(step, value=step.value * (2 * step.subject - 1))


def singular(step: Step) -> Step:
    """Multiply the first row of ``J`` by a factor that vanishes inside the space."""
    p = step.named("parameters").args[0]
    rows = step.named("jacobian").args
    first = Tuple(*(entry * (p - 1) for entry in rows[0].args))
    return named("jacobian", lambda _: Tuple(first, *rows[1:]))(step)


def halved(step: Step) -> Step:
    """Lose a factor on the way back from other parameters."""
    way = step.parametrisation
    assert way is not None
    return replace(step, parametrisation=replace(way, values=tuple((old, one / 2) for old, one in way.values)))


def over_zero(step: Step) -> Step:
    """Divide the multiple of an equation by what vanishes inside the space."""
    p = min(step.named("ratio").free_symbols & set(family("generalised_poisson").symbols), key=str)
    return named("ratio", lambda ratio: ratio / (p - Rational(1, 2)))(step)


def unbounded(step: Step) -> Step:
    """Put beside the power what outweighs it."""
    return named("rest", lambda rest: rest - 1 / step.named("distance"))(step)


def falling_without_bound(step: Step) -> Step:
    """Add the logarithm of a statistic, which may be zero."""
    return replace(step, value=step.value + log(step.named("averages").args[0]))


def in_the_inverse(step: Step) -> Step:
    """Take the parameter for one over its coordinate, in which its log-density is not concave."""
    return named("maps", lambda _: Tuple(1 / step.named("coordinates").args[0]))(step)


def in_the_odds(step: Step) -> Step:
    """Take the logarithm of the odds for the coordinate, in which a mixture's log-density is not concave."""
    return named("maps", lambda _: Tuple(*scales(CONCAVE["mixture in its weight"])[-1].maps))(step)


def rising(groups: Expr) -> Expr:
    """Turn the kernels of all groups of rows round, so that they rise far out."""
    return Tuple(*(Tuple(*one.args[:3], -one.args[3], one.args[4]) for one in groups.args))


def bent_upwards(step: Step) -> Step:
    """Put the ridge where the log-density along it bends upwards."""
    p = min(step.named("root").free_symbols & set(family("generalised_poisson").symbols), key=str)
    return named("root", lambda root: 1000 * root * (1 + p))(step)


PLANTED = (
    Planted("support-end", "pareto", named("slope", opposite)),
    Planted("balance", "uniform_by_centre", value(lambda one: one + 1)),
    Planted("any-value", "uniform_unit_length", value(lambda ends: Tuple(*reversed(ends.args)))),
    Planted("edge-growth", "weibull_with_location", unbounded),
    Planted("profile", "asymmetric_laplace", falling_without_bound),
    Planted("score", "gamma", value(lambda one: one * Rational(1001, 1000))),
    Planted("score-zero", "binomial", with_zero),
    Planted("combined", "generalised_poisson", over_zero),
    Planted("agreement", "gamma", singular),
    Planted("untangled", CENTRED, singular),
    Planted("branch", "von_mises", value(opposite), "mean-log-likelihood"),
    Planted("root", "laplace", value(lambda one: one.xreplace({S.Half: Rational(1, 5)}))),
    Planted("integer-falling", "hypergeometric_successes", value(opposite)),
    Planted("transport", "pareto", named("rising", opposite)),
    Planted("reparametrisation", SCALED, halved),
    Planted("concave", "half_logistic", value(opposite), "kernel"),
    Planted("concave", FAMILIES["raised cosine"], value(opposite), "kernel"),
    Planted("curvature", "poisson_exposure", in_the_inverse),
    Planted("concave-terms", CONCAVE["mixture in its weight"], in_the_odds),
    Planted("half-plane", "cauchy", named("ratio", lambda one: one / 100)),
    Planted("groups", CENSORED["weibull"], value(lambda kernels: Tuple(*(-one for one in kernels.args)))),
    Planted("censoring", CENSORED["weibull"], named("groups", rising), "groups"),
    Planted("loss", "linear_regression", named("weight", opposite)),
    Planted("predictor", LOGISTIC, named("terms", lambda terms: Tuple(terms.args[0]))),
    Planted("recession", POISSON, value(lambda slopes: Tuple(S.Zero, *slopes.args[1:]))),
    Planted("recession", LOGISTIC, value(lambda slopes: Tuple(S.One, *slopes.args[1:]))),
    Planted("slant", "skew_normal", value(opposite)),
    Planted("slant", "skew_normal", named("ceiling", lambda one: one / 2)),
    Planted("slant-edges", "skew_normal", value(lambda one: Tuple(*(height - Rational(1, 9) for height in one.args)))),
    Planted("crest", "generalised_gamma", value(opposite)),
    Planted("crest", "generalised_gamma", named("root", lambda one: 2 * one)),
    Planted("crest-edges", "generalised_gamma", value(lambda one: Tuple(*(height + 1 for height in one.args)))),
    Planted("profile-edges", "lomax", value(lambda one: Tuple(*(height + 1 for height in one.args)))),
    Planted("ridge", "gompertz", value(opposite)),
    Planted("ridge-profile", "generalised_poisson", bent_upwards, "ridge"),
    Planted("ridge-logs", "gompertz", value(opposite)),
    Planted("one-way", "burr", named("ways", lambda one: Tuple(*(Tuple(row[0], -row[1]) for row in one.args)))),
    Planted("one-way", "burr", named("ways", lambda one: Tuple(one.args[0], Tuple(one.args[1][0], -1)))),
    Planted("one-way", "burr", named("ways", lambda one: Tuple(Tuple(one.args[0][0] - 1, 1)))),
    Planted("ridge-counts", "negative_binomial", value(opposite)),
    Planted("line-turn", "birnbaum_saunders", value(opposite)),
    Planted("ridge-turn", "rayleigh_shifted", value(opposite)),
)


def agreeable(step: Step, context: Context) -> Finding:
    """Return that everything is proved by signs: the worst that a rule can do."""
    return Finding(Evidence.SIGN)


@pytest.mark.parametrize("planted", PLANTED, ids=str)
def test_a_false_step_is_refuted_whoever_proved_it(planted: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule agrees; balls do not."""
    member, steps, place = planted.spoiled()
    monkeypatch.setitem(RULES, planted.rule, agreeable)
    finding = check_steps(member, steps)[place]
    assert finding.evidence is Evidence.REFUTED
    assert finding.detail.startswith("a counterexample: ")


@pytest.mark.parametrize("planted", PLANTED, ids=str)
def test_no_counterexample_is_found_to_a_true_step(planted: Planted) -> None:
    """The same step as it was derived."""
    member, steps, place = replace(planted, change=lambda step: step).spoiled()
    assert counterexample(steps[place], Context(member.holding(*steps[place].held), steps)) == ""


def test_a_peak_between_observations_is_noticed() -> None:
    """A parabola is highest at the mean of the data, where no observation lies."""
    x, c = Symbol("x", positive=True), Symbol("c", positive=True)
    member = Family("hump", x, Interval.open(0, oo), (Parameter(c, Interval.open(0, oo)),), -((x - c) ** 2))
    peak = next(step for step in derive(family("triangular")).steps if step.rule == "data-point")
    claimed = replace(peak, value=Tuple(member.log_density, member.log_density), subject=c, using=(("place", x),))
    assert "than at any observation" in counterexample(claimed, Context(member, (claimed,)))


def test_every_rule_is_looked_at_or_says_why_not() -> None:
    """A new rule that rests on a sign needs a look, and every look a planted error."""
    assert set(LOOKS) | set(OTHERWISE) == set(RULES)
    assert not set(LOOKS) & set(OTHERWISE)
    assert {planted.rule for planted in PLANTED} | {"data-point"} == set(LOOKS)


# ------------------------------------------------------------------------------ algebra that lies to both sides


y = Symbol("y", real=True)
m = Symbol("m", real=True)
b = Symbol("b", positive=True)


def named_so(name: str, density: Expr, support: Interval = S.Reals) -> Family:
    """Return a family of location and scale that no other test derives, so that no cache remembers the lie."""
    return Family(name, y, support, (Parameter(m, S.Reals), Parameter(b, Interval.open(0, oo))), density)


def of_rule(found: Derivation, rule: str) -> set[Evidence]:
    """Return what was found of the steps of a rule."""
    return {finding.evidence for step, finding in zip(found.steps, found.findings, strict=True) if step.rule == rule}


def test_what_is_not_bounded_is_refuted_where_both_sides_take_it_for_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """``1/u`` was once called bounded near zero by the function that both sides asked."""
    density = log(b) / 2 - log(2 * pi) / 2 - 3 * log(y - m) / 2 + b / (2 * (y - m))
    monkeypatch.setattr(edge_growth, "is_bounded_inside", lambda *_: True)
    monkeypatch.setattr(check_ends, "is_bounded_inside", lambda *_: True)
    found = derive(named_so("lied_levy", density, Interval.open(m, oo)))
    assert of_rule(found, "edge-growth") == {Evidence.REFUTED}
    assert found.outcome is Outcome.UNSOLVED


def test_what_is_not_concave_is_refuted_where_both_sides_take_it_for_concave(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Cauchy density has tails that are convex on the logarithmic scale."""
    for module in (location, optimality, check_concave):
        for name in ("is_concave", "is_strictly_concave"):
            monkeypatch.setattr(module, name, lambda *_: True, raising=False)
    found = derive(named_so("lied_cauchy", -log(pi * b) - log(1 + ((y - m) / b) ** 2)))
    assert of_rule(found, "concave") == {Evidence.REFUTED}
    assert not found.optimality.proved


def test_a_slope_that_turns_is_refuted_where_both_sides_take_it_for_one_of_one_sign(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A gamma distribution of shape two vanishes at its end, where the likelihood was to be highest."""
    for module in (boundary, check_ends):
        monkeypatch.setattr(module, "slope_inside", lambda *_: 1)
    density = 2 * log(b) + log(y - m) - b * (y - m)
    found = derive(named_so("lied_gamma", density, Interval(m, oo)))
    assert Evidence.REFUTED in of_rule(found, "support-end")
    assert found.outcome is Outcome.UNSOLVED


@pytest.mark.parametrize("rule", ["score", "root", "mean-map", "agreement", "divergence", "kernel", "exponential-form"])
def test_an_identity_that_algebra_takes_for_proved_is_held_against_a_ball(
    rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: everything is zero to the checker's algebra, as it would be with a wrong rule for logarithms."""
    member = family("half_logistic" if rule == "kernel" else "gamma_known_shape" if rule == "root" else "gamma")
    steps = list(derive(member).steps)
    place = next(at for at, step in enumerate(steps) if step.rule == rule)
    spoiled = steps[place].value
    steps[place] = replace(
        steps[place],
        value=Tuple(spoiled.args[0] + 1, *spoiled.args[1:]) if isinstance(spoiled, Tuple) else spoiled + 1,
    )
    for module in (check_context, check_concave, check_exponential, check_matching):
        monkeypatch.setattr(module, "prove_zero", lambda *_: Finding(Evidence.ALGEBRA), raising=False)
    assert check_steps(member, tuple(steps))[place].evidence is Evidence.REFUTED


def test_a_derivative_that_both_sides_take_wrongly_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted: differentiating doubles, for the deriver and for the checker; a difference quotient does not."""
    member = family("gamma")
    steps = list(derive(member).steps)
    place = next(at for at, step in enumerate(steps) if step.rule == "score")
    steps[place] = replace(steps[place], value=2 * steps[place].value)
    monkeypatch.setattr(check_scores, "derivative", lambda expression, symbol: 2 * derivative(expression, symbol))
    context = Context(member, tuple(steps))
    assert RULES["score"](steps[place], context).evidence is Evidence.ALGEBRA
    assert check_steps(member, tuple(steps))[place].detail.startswith(
        "a counterexample: the likelihood rises by another"
    )


@pytest.mark.parametrize("name", ["rayleigh", "gompertz", "uniform", "asymmetric_laplace", "hypergeometric_successes"])
def test_looks_leave_derivations_as_they_are(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no look at all the same is found of every step."""
    found = derive(family(name))
    monkeypatch.setattr(checker, "counterexample", lambda step, context: "")
    assert check_steps(found.family, found.steps) == found.findings


def test_the_checker_imports_nothing_that_makes_steps() -> None:
    """Neither directly nor through another module: what derives, and what records steps, is not among it."""
    folder = Path(thetahat.proofs.__file__).parent
    waiting, seen = ["checker"], set()
    while waiting:
        name = waiting.pop()
        if name in seen or not (folder / f"{name}.py").is_file():
            continue
        seen.add(name)
        for node in ast.walk(ast.parse((folder / f"{name}.py").read_text())):
            if isinstance(node, ast.ImportFrom) and node.level == 1:
                waiting += [node.module] if node.module else [alias.name for alias in node.names]
    assert {"check_ends", "counter_support", "zero", "expectations"} <= seen
    makers = {"engine", "integer_engine", "data_point_engine", "routes", "likelihood", "divergence", "scores"}
    makers |= {"boundary", "edge_growth", "existence", "end_conditions", "optimality", "ridge", "log_profile"}
    makers |= {
        "integer_search",
        "integer_steps",
        "identity_steps",
        "existence_choice",
        "branches",
        "end_steps",
        "ridge_steps",
        "solution_steps",
        "trail",
        "turning",
        "half_plane_steps",
        "group_steps",
        "slant_steps",
        "crest",
        "crest_steps",
        "profile_edges",
        "profile_edge_steps",
    }
    assert not seen & makers
