"""Whether families of symbolic dimension are derived rightly, and whether their checker notices when they are not."""

import ast
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sympy import Add, Expr, Integer, Mul, Rational, Symbol, Tuple, log

from thetahat.proofs.derivation import Evidence, Finding, Outcome, Verdict
from thetahat.proofs.errors import DeclarationError, ExistenceError, UnknownFamilyError, UnsolvedError
from thetahat.proofs.registry import family, is_structured, structured, structured_catalogue
from thetahat.proofs.structured import checker
from thetahat.proofs.structured.bounded import bounded_of
from thetahat.proofs.structured.cases import World, drawn, matrix_value, number_value, vanishes, worlds
from thetahat.proofs.structured.checker import check_structured
from thetahat.proofs.structured.derivation import StructuredDerivation
from thetahat.proofs.structured.engine import derive_structured
from thetahat.proofs.structured.family import StructuredFamily, Unknown
from thetahat.proofs.structured.lemmas import Gaussian, expected_matrix
from thetahat.proofs.structured.linear import predictor_of
from thetahat.proofs.structured.plates import Component, DatumComponent, Plate
from thetahat.proofs.structured.sums import is_zero, normal, placed
from thetahat.proofs.structured.terms import Average, Datum, Identity, Inverse, LogDet, Matrix, Trace, Transposed, shape
from thetahat.proofs.structured.words import scalar, tree, words
from thetahat.proofs.write.structured_json import structured_json
from thetahat.proofs.write.structured_page import structured_latex, structured_markdown, structured_text
from thetahat.strategies.structured import StructuredData, structured_datasets
from thetahat.verify.structured_estimate import estimate
from thetahat.verify.structured_search import from_free, mean_log_likelihood, to_free
from thetahat.verify.structured_suite import check_structured_family
from thetahat.verify.structured_values import Place, matrix_at

ROOT = Path(__file__).parent.parent
NAMES = [entry.name for entry in structured_catalogue()]
# Regressions whose coefficients are left to solve have tests of their own, in test_predictors.py.
CLOSED = [name for name in NAMES if predictor_of(structured(name)) is None and bounded_of(structured(name)) is None]
MATRICES = [name for name in NAMES if not structured(name).in_plates]
p, q = (Symbol(name, integer=True, positive=True) for name in "pq")
N = Symbol("n", integer=True, positive=True)
# Families with an estimate for any data of the support.
ALWAYS = ("laplace_regression", "multivariate_normal_mean", "wishart")
A, B = Matrix("A", p, p), Matrix("B", p, p)
S = Matrix("S", p, p, "spd")
T = Transposed


def derived(name: str) -> StructuredDerivation:
    """Return the derivation of the shipped family of that name."""
    return derive_structured(structured(name))


def position(derivation: StructuredDerivation, rule: str, subject: str = "", last: bool = False) -> int:
    """Return where the first (or last) step by that rule about that subject stands."""
    found = [
        at
        for at, step in enumerate(derivation.steps)
        if step.rule == rule and (not subject or str(step.subject) == subject)
    ]
    return found[-1 if last else 0]


def judged(derivation: StructuredDerivation, at: int, **changed: Any) -> Finding:
    """Return what is found of a step in which something was changed."""
    steps = list(derivation.steps)
    steps[at] = replace(steps[at], **changed)
    return check_structured(derivation.family, tuple(steps))[at]


@pytest.mark.parametrize("name", NAMES)
def test_every_step_is_proved(name: str) -> None:
    """No step of a shipped family is refuted or left open."""
    found = derived(name)
    assert [
        (s.words, f)
        for s, f in zip(found.steps, found.findings, strict=True)
        if f.evidence.verdict is not Verdict.AGREE
    ] == []


@pytest.mark.parametrize("name", [name for name in CLOSED if name != "matrix_normal"])
def test_the_maximum_is_proved_and_existence_decided(name: str) -> None:
    """Apart from one reduced family nothing is left open."""
    found = derived(name)
    assert found.outcome is (Outcome.REDUCED if found.equations else Outcome.CLOSED_FORM)
    assert found.optimality.proved
    assert found.optimality.unique
    assert found.existence_decided
    assert found.obligations == ()


def test_the_reduced_families_say_what_is_open() -> None:
    """Coupled equations give the maximum, but not the only one, and not on all data; of the other nothing is open."""
    coupled, shared = derived("matrix_normal"), derived("dirichlet")
    assert coupled.outcome is shared.outcome is Outcome.REDUCED
    assert coupled.optimality.proved
    assert not coupled.optimality.unique
    assert not coupled.existence_decided
    assert [str(one) for one in coupled.unknowns] == ["U", "V"]
    assert len(coupled.exists_when) == 2
    assert any("no other maximum" in one.statement for one in coupled.obligations)
    assert [one.words for one in shared.exists_when] == ["the observations are not all equal"]
    assert len(shared.equations) == 1


@pytest.mark.parametrize(
    ("name", "formulas"),
    [
        ("multivariate_normal", {"mu": "mean(x)", "Sigma": "mean(x*x') - mean(x)*mean(x)'"}),
        ("wishart", {"Sigma": "mean(S)/nu"}),
        ("multivariate_regression", {"B": "(X'*X)^-1*X'*Y", "Sigma": "Y'*Y/n - Y'*X*(X'*X)^-1*X'*Y/n"}),
        ("generalised_least_squares", {"beta": "(X'*Omega^-1*X)^-1*X'*Omega^-1*y"}),
        ("categorical_k", {"p": "mean(y_k)"}),
        ("markov_chain", {"p": "mean(z_(i,j))/sum(mean(z_(i,l)); l = 1..K)"}),
        ("poisson_groups", {"r": "mean(x*y_k)/mean(y_k)"}),
    ],
)
def test_the_formula_is_that_of_the_textbooks(name: str, formulas: dict[str, str]) -> None:
    """Typed here, and nowhere in the package."""
    assert {str(term.name): str(formula) for term, formula in derived(name).formulas} == formulas


def test_the_checker_imports_nothing_that_makes_steps() -> None:
    """Neither directly nor through another module: else a slip could prove itself."""
    folder = Path(checker.__file__).parent
    waiting, seen = ["checker", *(path.stem for path in folder.glob("check_*.py"))], set()
    while waiting:
        name = waiting.pop()
        if name in seen or not (folder / f"{name}.py").is_file():
            continue
        seen.add(name)
        nodes = ast.walk(ast.parse((folder / f"{name}.py").read_text()))
        waiting += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
    assert {"cases", "words", "sums"} <= seen
    makers = {"engine", "matrices", "components", "component_bounds", "component_slopes", "kernels", "solving"}
    makers |= {"linear", "bounded", "joint_loss", "predictors", "joint_predictors", "requirements", "regression_steps"}
    assert not seen & (makers | {"gradients", "existence", "claims", "drafts", "trail"})


def test_the_engine_names_no_structured_family() -> None:
    """Everything follows from the declaration."""
    files = [*(ROOT / "proofs" / "structured").glob("*.py"), *(ROOT / "verify").glob("structured*.py")]
    for path in (*files, ROOT / "strategies" / "structured.py"):
        constants = [n.value for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Constant)]
        assert not set(NAMES) & {one for one in constants if isinstance(one, str)}, path


PLANTED: dict[str, tuple[str, str, str, Callable[[Any], Any]]] = {
    "sign of a mean": ("multivariate_normal", "root", "mu", lambda value: -value),
    "n - 1 for n": ("multivariate_normal", "root", "Sigma", lambda value: value * Rational(6, 5)),
    "second moment for covariance": (
        "multivariate_normal",
        "root",
        "Sigma",
        lambda value: Average(Datum("x", p) * T(Datum("x", p))),
    ),
    "n - 1 for n in regression": (
        "multivariate_regression",
        "root",
        "Sigma",
        lambda value: value * N / (N - 1),
    ),
    "transpose lost in a root": (
        "multivariate_regression",
        "root",
        "B",
        lambda value: value.replace(T, lambda one: one),
    ),
    "order of factors in a root": (
        "generalised_least_squares",
        "root",
        "beta",
        lambda value: Mul(*reversed(value.args)),
    ),
    "sign in a score": ("multivariate_normal", "gradient", "Sigma", lambda value: -value),
    "factor lost in a score": ("multivariate_normal", "gradient", "Sigma", lambda value: 2 * value),
    "order of factors in a score": (
        "matrix_normal",
        "gradient",
        "M",
        lambda value: Add(*(Mul(*reversed(term.args)) for term in value.args)),
    ),
    "transposed score": ("matrix_normal", "gradient", "M", lambda value: T(value)),
    "sign of a log-determinant": (
        "multivariate_normal",
        "average",
        "",
        lambda value: value.replace(LogDet, lambda one: -LogDet(one)),
    ),
    "sign in an expectation": ("multivariate_normal", "moment", "x*x'", lambda value: -value),
    "inverse for covariance in an expectation": (
        "multivariate_normal_precision",
        "moment",
        "x*x'",
        lambda value: value.replace(Inverse, lambda one: one),
    ),
    "half a divergence": ("multivariate_normal", "divergence", "", lambda value: 2 * value),
    "gap of the wrong sign": ("multivariate_normal", "pythagoras", "", lambda value: -value),
    "squares without centring": (
        "multivariate_normal",
        "gram",
        "Sigma",
        lambda value: Average(Datum("x", p) * T(Datum("x", p))),
    ),
    "one observation too few": ("multivariate_normal", "rank", "Sigma", lambda value: value - 1),
    "degrees of freedom for their inverse": (
        "wishart",
        "root",
        "Sigma",
        lambda value: value * Symbol("nu", positive=True) ** 2,
    ),
    "swapped sides of coupled parameters": (
        "matrix_normal",
        "root",
        "V",
        lambda value: value.xreplace({Matrix("U", p, p, "spd"): Inverse(Matrix("U", p, p, "spd"))}),
    ),
    "shares not divided by their sum": ("markov_chain", "estimate", "", lambda value: value.as_numer_denom()[0]),
    "draws forgotten": ("multinomial", "closing", "", lambda value: value * 2),
    "sign of a score in a component": ("categorical_k", "gradient", "", lambda value: -value),
    "sign of a rate": ("poisson_groups", "root", "", lambda value: -value),
    "n - 1 for n in groups": ("normal_groups", "root", "v", lambda value: value * Rational(10, 9)),
    "a gap too large": ("poisson_groups", "gap", "", lambda value: 2 * value),
    "another expected logarithm": ("dirichlet", "moment", "", lambda value: -value),
    "members swapped": ("dirichlet", "distinct", "", lambda value: -value),
    "a shortfall of the wrong sign": ("dirichlet", "shortfall", "", lambda value: -value),
    "half a shortfall": ("dirichlet", "shortfall", "", lambda value: value / 2),
    "a condition that all data meet": (
        "dirichlet",
        "interior",
        "",
        lambda value: value.replace(Average, lambda one: Average(one) if one.is_Pow else Integer(0)),
    ),
    "a gain that is a loss": ("matrix_normal", "unbounded", "U", lambda value: -value),
    "a gain twice as large": ("matrix_normal", "unbounded", "V", lambda value: 2 * value),
    "an observation too few for a bound": ("matrix_normal", "too-few", "U", lambda value: value - 1),
    "sides of a bound swapped": ("matrix_normal", "too-few", "V", lambda value: 1 + 1 / (value - 1)),
    "a determinant counted twice": (
        "matrix_normal",
        "along",
        "",
        lambda value: value.xreplace({LogDet(one): 2 * LogDet(one) for one in value.atoms(Matrix) if one.name == "E"}),
    ),
    "convex for concave": ("matrix_normal", "geodesic", "", lambda value: -value),
    "half a curvature": ("matrix_normal", "geodesic", "", lambda value: value / 2),
    "a condition that no data meet": ("dirichlet", "interior", "", lambda value: 0 * value),
}


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_error_is_refuted(planted: str) -> None:
    """Not merely left open."""
    name, rule, subject, change = PLANTED[planted]
    found = derived(name)
    at = position(found, rule, subject)
    assert found.findings[at].evidence.verdict is Verdict.AGREE
    value = change(found.steps[at].value)
    assert value != found.steps[at].value
    assert judged(found, at, value=value).evidence is Evidence.REFUTED


def test_weights_and_directions_of_a_hull_are_not_free() -> None:
    """The divergence has to be that from new weights to the shares, and of a statistic that has no end."""
    found = derived("dirichlet")
    at = position(found, "shortfall")
    (piece,) = (one for _, one in found.steps[at].using)
    kind, factor, weights, shares, plate = piece
    for wrong in ((kind, factor, shares, weights, plate), (kind, 2 * factor, weights, shares, plate)):
        assert judged(found, at, using=(("piece", Tuple(*wrong)),)).evidence is Evidence.REFUTED
    assert judged(found, at, subject=found.family.terms[0]).evidence is Evidence.REFUTED
    assert judged(found, at, given=(at - 1,)).evidence is Evidence.REFUTED
    last = position(found, "interior")
    assert judged(found, last, given=tuple(reversed(found.steps[last].given))).evidence is Evidence.REFUTED
    distinct = position(found, "distinct")
    assert judged(found, distinct, using=(("statistic", shares),)).evidence is Evidence.REFUTED


def test_a_path_without_bound_needs_a_new_direction_and_residuals() -> None:
    """Not a parameter for the direction, not the observations themselves for their residuals."""
    found = derived("matrix_normal")
    at = position(found, "unbounded", "U")
    using = dict(found.steps[at].using)
    (X,) = found.family.observation
    for wrong in ({"direction": found.family.terms[0]}, {"residual": X}, {"other": Inverse(using["other"])}):
        assert judged(found, at, using=tuple({**using, **wrong}.items())).evidence is Evidence.REFUTED
    last = position(found, "too-few", "V")
    assert judged(found, last, given=(position(found, "unbounded", "U") + 1,)).evidence is Evidence.REFUTED


@pytest.mark.thorough
def test_the_likelihood_grows_along_the_path_and_enough_data_may_still_have_no_maximiser() -> None:
    """In numbers: one residual of rank one leaves a direction; residuals with a common zero in a corner span all
    dimensions, and taking turns still ends nowhere."""
    found = derived("matrix_normal")
    declared = found.family
    (X,), (p_, q_) = declared.observation, declared.sizes
    one = np.array([[1.0, 2.0], [2.0, 4.0]])
    few = StructuredData({p_: 2, q_: 2}, {}, {X: np.array([one, -one])})
    v = np.array([[2.0], [-1.0]])
    heights = [
        mean_log_likelihood(
            declared,
            few,
            {"M": np.zeros((2, 2)), "U": np.linalg.inv(np.eye(2) + t * v @ v.T), "V": np.eye(2)},
        )
        for t in (0.0, 1.0, 1e3, 1e6)
    ]
    assert np.allclose(np.diff(heights), np.diff([np.log1p(5 * t) for t in (0.0, 1.0, 1e3, 1e6)]))
    entries = ((1.0, 2.0, 1.0), (2.0, -1.0, 1.0), (-1.0, 3.0, -3.0), (4.0, 1.0, 2.0))
    corner = np.array([[[a, b], [0.0, c]] for a, b, c in entries])
    with pytest.raises((ExistenceError, UnsolvedError), match=r"becomes singular|did not settle"):
        estimate(found, StructuredData({p_: 2, q_: 2}, {}, {X: corner}))


@pytest.mark.thorough
def test_lines_between_members_reach_all_and_move_nothing_else() -> None:
    """A covariance left out, roots that are no new matrices, a square that the density does not hold."""
    found = derived("matrix_normal")
    at, last = position(found, "along"), position(found, "geodesic")
    ((_, lines),) = found.steps[at].using
    (first, second), (X,) = lines, found.family.observation
    for wrong in (Tuple(first), Tuple(first, Tuple(*second[:2], first[2])), Tuple(Tuple(*first[:2], first[0]), second)):
        assert judged(found, at, using=(("lines", wrong),)).evidence is Evidence.REFUTED
    assert judged(found, at, given=()).evidence is Evidence.REFUTED
    using = dict(found.steps[last].using)
    for wrong in ({"share": -using["share"]}, {"turned": X}, {"share": 2 * using["share"]}):
        assert judged(found, last, using=tuple({**using, **wrong}.items())).evidence is Evidence.REFUTED
    given = found.steps[last].given
    for fewer in (given[:-1], (given[0], position(found, "pythagoras") + 1, *given[2:])):
        assert judged(found, last, given=fewer).evidence is Evidence.REFUTED


def test_the_curvature_along_a_line_is_what_numbers_give() -> None:
    """Second differences of the height, between two members drawn at random."""
    declared, rng = structured("matrix_normal"), np.random.default_rng(7)
    (X,), (p_, q_) = declared.observation, declared.sizes
    observed = rng.normal(size=(5, 3, 2))
    drawn_ = StructuredData({p_: 3, q_: 2}, {}, {X: observed})
    A, B = (one + one.T for one in (rng.normal(size=(3, 3)), rng.normal(size=(2, 2))))
    (a, left), (b, right) = np.linalg.eigh(A), np.linalg.eigh(B)
    G, H = (one @ one.T + np.eye(len(one)) for one in (rng.normal(size=(3, 3)), rng.normal(size=(2, 2))))

    def height(s: float) -> float:
        E, F = (left * np.exp(s * a)) @ left.T, (right * np.exp(s * b)) @ right.T
        return mean_log_likelihood(declared, drawn_, {"M": observed.mean(axis=0), "U": G @ E @ G, "V": H @ F @ H})

    turned = left.T @ np.linalg.inv(G) @ (observed - observed.mean(axis=0)) @ np.linalg.inv(H) @ right
    pace, squares, step = a[:, None] + b, np.square(turned).mean(axis=0), 1e-3
    wanted = (pace**2 * squares * np.exp(-0.3 * pace)).sum() / 2
    second = (height(0.3 + step) - 2 * height(0.3) + height(0.3 - step)) / step**2
    assert -second == pytest.approx(wanted, rel=1e-4)


def test_a_family_that_is_not_full_is_not_given_the_condition_of_full_ones() -> None:
    """With exponents held above 1/2 the maximum may lie beyond: nothing is claimed."""
    declared = structured("dirichlet")
    (a,) = declared.terms
    above = replace(declared, name="held", log_density=placed(declared.log_density, {a: a + Rational(1, 2)}))
    found = derive_structured(above)
    assert not found.existence_decided
    assert not [step for step in found.steps if step.rule == "interior"]


def test_a_single_share_is_refused_and_nearly_equal_shares_are_not() -> None:
    """Of one share all members are one density; what differs at all has a maximiser."""
    found = derived("dirichlet")
    ((x,), (K,)) = found.family.observation, found.family.sizes
    with pytest.raises(ExistenceError, match="not all equal"):
        estimate(found, StructuredData({K: 1}, {}, {x: np.ones((4, 1))}))
    near = np.array([[0.5, 0.5], [0.499, 0.501]])
    theta = estimate(found, StructuredData({K: 2}, {}, {x: near}))["a"]
    assert theta.min() > 1e5
    nearer = np.array([[0.5, 0.5], [0.5 + 2.0**-30, 0.5 - 2.0**-30]])
    with pytest.raises(UnsolvedError, match="though it has one; the observations differ too little"):
        estimate(found, StructuredData({K: 2}, {}, {x: nearer}))


def test_what_rests_on_a_wrong_step_is_not_proved() -> None:
    """A wrong score leaves the roots open, and with them the maximum."""
    found = derived("multivariate_normal")
    at = position(found, "gradient", "mu")
    steps = list(found.steps)
    steps[at] = replace(steps[at], value=2 * steps[at].value)
    findings = check_structured(found.family, tuple(steps))
    last = position(found, "pythagoras")
    assert findings[last].evidence is Evidence.UNDECIDED
    assert "rests on step" in findings[last].detail


def test_a_label_that_names_something_else_is_refuted() -> None:
    """The reader is told what was checked."""
    found = derived("multivariate_normal")
    at = position(found, "root", "mu")
    wrong = replace(found.steps[at].label, text="Sigma_hat")
    assert judged(found, at, label=wrong).evidence is Evidence.REFUTED


def test_a_multiplier_that_may_be_singular_is_refuted() -> None:
    """Multiplying by a matrix that need not be invertible may add roots."""
    found = derived("multivariate_normal")
    at = position(found, "cleared")
    using = tuple(
        (key, Matrix("mu", p) * T(Matrix("mu", p)) if key == "left" else one) for key, one in found.steps[at].using
    )
    assert judged(found, at, using=using).evidence is Evidence.REFUTED


def test_a_rule_that_nobody_checks_is_an_error() -> None:
    """It is a bug, not a pass."""
    found = derived("multivariate_normal")
    with pytest.raises(KeyError, match="magic"):
        check_structured(found.family, (replace(found.steps[0], rule="magic"),))


LETTERS = [A, B, S, T(A), T(B), Inverse(S)]


@given(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=5), st.integers(0, 9))
def test_the_normal_form_keeps_the_value(letters: list[Expr], seed: int) -> None:
    """Of a product and of its trace, in exact numbers."""
    from random import Random

    rng = Random(seed)
    sizes = {p: rng.randint(1, 3)}
    world = World(sizes, {term: drawn(term, sizes, rng) for term in (A, B, S)}, ())
    product = Mul(*letters)
    assert matrix_value(tree(words(product), p), world) == matrix_value(product, world)
    assert number_value(scalar(Trace(product)), world) == number_value(Trace(product), world)


@given(st.permutations(range(4)), st.integers(0, 3))
def test_traces_of_rotations_and_transposes_are_one(order: list[int], turns: int) -> None:
    """And of other orders they are not."""
    word = [LETTERS[at] for at in order]
    turned = word[turns:] + word[:turns]
    assert scalar(Trace(Mul(*word)) - Trace(Mul(*turned))) == 0
    assert scalar(Trace(Mul(*word)) - Trace(T(Mul(*word)))) == 0


def test_traces_of_other_orders_differ() -> None:
    """A normal form that confuses products would prove anything."""
    three = Matrix("C", p, p)
    assert scalar(Trace(A * B * three) - Trace(B * A * three)) != 0
    assert words(A * B) != words(B * A)
    assert words(T(A)) != words(A)


def test_averages_are_linear_and_nothing_more() -> None:
    """What is free of data goes outside; the square of an average is not the average of the square."""
    x, mu = Datum("x", p), Matrix("mu", p)
    assert words(Average(x * T(mu)) - Average(x) * T(mu)) == {}
    assert words(Average(x * T(x)) - Average(x) * T(Average(x))) != {}
    assert scalar(Trace(Average(x) * T(x)) - Average(Trace(x * T(x)))) != 0


def test_sums_are_split_and_joined() -> None:
    """A sum over an index is not the term at that index."""
    k, top = Symbol("k", integer=True, positive=True), Symbol("K", integer=True, positive=True)
    a, b = Component("a", "positive", k), Component("b", "positive", k)
    assert is_zero(Plate(a * b, k, top) / 2 + Plate(a * b / 2, k, top) - Plate(a * b, k, top))
    assert not is_zero(Plate(a, k, top) - a)
    assert not is_zero(Plate(a * b, k, top) - Plate(a, k, top) * Plate(b, k, top))
    assert normal(Plate(log(a / b), k, top)) == normal(Plate(log(a), k, top) - Plate(log(b), k, top))


def test_a_sum_around_another_keeps_their_indices_apart() -> None:
    """Whatever the two are called, and also where the outer one is called as the normal form calls the inner one."""
    k, low, j = (Symbol(name, integer=True, positive=True) for name in "klj")
    rows, columns = (Symbol(name, integer=True, positive=True) for name in ("K", "p"))

    def whole(outer: Symbol, inner: Symbol) -> Expr:
        coefficient, weight = Component("b", "real", outer, inner), Component("y", "real", outer)
        return Plate(weight * Plate(coefficient * Component("x", "real", inner), inner, columns), outer, rows)

    wanted = normal(whole(k, j))
    assert normal(whole(low, j)) == normal(whole(j, low)) == normal(wanted) == wanted
    assert str(wanted) == "sum(y_h*sum(x_l*b_(h,l); l = 1..p); h = 1..K)"
    transposed = whole(k, j).xreplace({Component("b", "real", k, j): Component("b", "real", j, k)})
    assert normal(transposed) != wanted


def test_exact_numbers_with_logarithms_are_compared() -> None:
    """Logarithms of rationals by their powers; what is not a multiple of one stays."""
    assert vanishes(log(Rational(8, 27)) - 3 * log(Rational(2, 3)))
    assert not vanishes(log(2) - log(3))
    assert not vanishes(log(2) - Rational(7, 10))


@pytest.mark.parametrize("name", MATRICES)
def test_claims_are_tried_in_several_sizes(name: str) -> None:
    """Dimension one, two and three."""
    assert {next(iter(world.sizes.values())) for world in worlds(structured(name))} == {1, 2, 3}


def test_shapes_that_do_not_fit_are_refused() -> None:
    """By a product and by a sum."""
    x = Matrix("x", p)
    for wrong in (x * x, x + T(x), Inverse(x)):
        with pytest.raises(DeclarationError, match="do not fit"):
            shape(wrong)
    assert shape(Identity(p) * x) == (p, 1)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"parameters": ()}, "at least one parameter"),
        ({"log_density": Matrix("x", 3)}, "is a matrix"),
        ({"parameters": (Unknown(Matrix("mu", p)), Unknown(Matrix("mu", p, p)))}, "same name"),
        ({"parameters": (Unknown(Matrix("other", p)),)}, "is not declared"),
        ({"observation": (Matrix("x", p),)}, "write Datum"),
    ],
)
def test_a_contradictory_declaration_is_refused(changes: dict[str, Any], says: str) -> None:
    """With what to write instead."""
    with pytest.raises(DeclarationError, match=says):
        replace(structured("multivariate_normal"), **changes)


def density(name: str, data: StructuredData, theta: dict[str, Any]) -> float:
    """Return the summed log-density as declared."""
    return data.n * mean_log_likelihood(structured(name), data, theta)


def test_declared_densities_are_those_of_scipy() -> None:
    """Constants included; SciPy knows nothing of ours."""
    rng = np.random.default_rng(1)
    cov, rows = np.array([[2.0, 0.3], [0.3, 0.5]]), np.array([[1.0, 0.2, 0], [0.2, 2.0, 0.4], [0, 0.4, 1.5]])
    x, mean = rng.normal(size=(4, 2)), np.array([0.5, -1.0])

    def data(name: str, sizes: tuple[int, ...], known: dict[str, Any], *arrays: Any) -> StructuredData:
        declared = structured(name)
        named = {one.term: np.asarray(known[one.name]) for one in declared.known}
        observed = dict(zip(declared.observation, arrays, strict=True))
        return StructuredData(dict(zip(declared.sizes, sizes, strict=True)), named, observed)

    ours = density(
        "multivariate_normal", data("multivariate_normal", (2,), {}, x[:, :, None]), {"mu": mean[:, None], "Sigma": cov}
    )
    assert ours == pytest.approx(stats.multivariate_normal(mean, cov).logpdf(x).sum(), rel=1e-12)
    y = rng.normal(size=(2, 3, 2))
    m = rng.normal(size=(3, 2))
    ours = density("matrix_normal", data("matrix_normal", (3, 2), {}, y), {"M": m, "U": rows, "V": cov})
    assert ours == pytest.approx(sum(stats.matrix_normal(m, rows, cov).logpdf(one) for one in y), rel=1e-12)
    w = stats.wishart(5, rows, seed=1).rvs(2)
    ours = density("wishart", data("wishart", (3,), {"nu": 5.0}, w), {"Sigma": rows})
    assert ours == pytest.approx(sum(stats.wishart(5, rows).logpdf(one) for one in w), rel=1e-12)
    shares, a = rng.dirichlet([2.0, 1.0, 0.7], 4), np.array([1.5, 2.5, 0.5])
    ours = density("dirichlet", data("dirichlet", (3,), {}, shares), {"a": a})
    assert ours == pytest.approx(sum(stats.dirichlet(a).logpdf(one) for one in shares), rel=1e-12)
    counts, shares = np.array([[2.0, 1, 3], [0, 6, 0]]), np.array([0.2, 0.5, 0.3])
    ours = density("multinomial", data("multinomial", (3,), {"N": 6.0}, counts), {"p": shares})
    assert ours == pytest.approx(stats.multinomial(6, shares).logpmf(counts).sum(), rel=1e-12)


def test_the_listed_moments_are_those_of_the_joint_covariance() -> None:
    """Of the matrix normal kernel; here from the inverse of one large precision matrix, by sums over entries."""
    rng = np.random.default_rng(3)
    sizes = {p: 2, q: 3}
    X, M = Datum("X", p, q), Matrix("M", p, q)
    Q, P = Matrix("Q", p, p, "spd"), Matrix("P", q, q, "spd")
    shapes = {"M": (2, 3), "C": (3, 3), "D": (2, 2), "E": (3, 2)}
    theta = {name: rng.normal(size=sides) for name, sides in shapes.items()}
    theta |= {"Q": np.array([[2.0, 0.5], [0.5, 1.0]]), "P": np.diag([1.0, 2.0, 3.0]) + 0.2}
    # The quadratic form tr(P Z' Q Z) of the rows of Z, one after the other, has this matrix.
    joint = np.linalg.inv(np.kron(theta["Q"], theta["P"])).reshape(2, 3, 2, 3)
    lemma = Gaussian(X, M, Q, P)
    C, D, E = Matrix("C", q, q), Matrix("D", p, p), Matrix("E", q, p)
    m = theta["M"]
    cases = {
        X * C * T(X): np.einsum("ikjl,kl->ij", joint, theta["C"]) + m @ theta["C"] @ m.T,
        T(X) * D * X: np.einsum("kilj,kl->ij", joint, theta["D"]) + m.T @ theta["D"] @ m,
        X * E * X: np.einsum("iklj,kl->ij", joint, theta["E"]) + m @ theta["E"] @ m,
        T(X) * T(E) * T(X): (np.einsum("iklj,kl->ij", joint, theta["E"]) + m @ theta["E"] @ m).T,
    }
    place = Place(StructuredData(sizes, {}, {X: m[None]}), theta)
    for word, wanted in cases.items():
        np.testing.assert_allclose(matrix_at(expected_matrix(word, lemma), place), wanted, rtol=1e-12)


@given(structured_datasets(structured("multivariate_normal")))
def test_mean_and_covariance_are_those_of_numpy(data: StructuredData) -> None:
    """The covariance with n, not n - 1."""
    found = estimate(derived("multivariate_normal"), data)
    (x,) = data.data.values()
    flat = x[:, :, 0]
    mean, covariance = np.average(flat, axis=0, weights=data.weights), np.cov(flat.T, aweights=data.weights, ddof=0)
    np.testing.assert_allclose(found["mu"][:, 0], mean, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(found["Sigma"], np.atleast_2d(covariance), rtol=1e-9, atol=1e-12)


@given(structured_datasets(structured("multivariate_regression")))
def test_coefficients_are_those_of_least_squares(data: StructuredData) -> None:
    """By NumPy's orthogonal factorisation, which solves no normal equations."""
    found = estimate(derived("multivariate_regression"), data)
    ((x,), (y,)) = ([*data.known.values()], [one[0] for one in data.data.values()])
    wanted = np.linalg.lstsq(x, y, rcond=None)[0]
    np.testing.assert_allclose(found["B"], wanted, rtol=1e-6, atol=1e-8)
    residual = y - x @ wanted
    np.testing.assert_allclose(found["Sigma"], residual.T @ residual / len(y), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.thorough] * (name == "softmax_regression")) for name in NAMES]
)
def test_the_family_passes_its_checks(name: str) -> None:
    """Steps, rivals, an optimiser, labels, repetition, and data without an estimate."""
    report = check_structured_family(structured(name), examples=4)
    assert report.ok, str(report)
    assert report.undecided == 0, str(report)


WRONG: dict[str, tuple[str, str, Callable[[dict[str, Any], StructuredData], dict[str, Any]]]] = {
    "n - 1 for n": (
        "multivariate_normal",
        "no rival wins",
        lambda theta, data: theta | {"Sigma": theta["Sigma"] * data.n / (data.n - 1)},
    ),
    "shrunk mean": ("isotropic_normal", "no rival wins", lambda theta, data: theta | {"mu": 0.9 * theta["mu"]}),
    "even shares": (
        "categorical_k",
        "an optimiser finds the same maximum",
        lambda theta, data: {"p": 0.5 * theta["p"] + 0.5 / len(theta["p"])},
    ),
    "first label preferred": (
        "poisson_groups",
        "labels do not matter",
        lambda theta, data: {"r": theta["r"] * (1 + 1e-5 * (np.arange(len(theta["r"])) == 0))},
    ),
    "a unit built in": (
        "multivariate_normal",
        "units do not matter",
        lambda theta, data: theta | {"Sigma": theta["Sigma"] + 1e-4 * np.eye(len(theta["Sigma"]))},
    ),
    "size of the data preferred": (
        "wishart",
        "repetition changes nothing",
        lambda theta, data: {"Sigma": theta["Sigma"] * (1 + 1e-5 / data.n)},
    ),
}


@pytest.mark.parametrize("planted", WRONG)
def test_a_planted_wrong_estimator_is_noticed(planted: str) -> None:
    """By the check that is there for it."""
    name, check, spoil = WRONG[planted]

    def wrong(derivation: StructuredDerivation, data: StructuredData) -> dict[str, Any]:
        return spoil(estimate(derivation, data), data)

    report = check_structured_family(structured(name), examples=6, estimator=wrong)
    assert any(tally.check == check and tally.disagree for tally in report.tallies), str(report)


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["multivariate_normal", "logistic_regression", "laplace_regression", "dirichlet"])
def test_an_estimator_that_ignores_weights_is_noticed(name: str) -> None:
    """Of each way to solve there is: a formula, Newton's method, a linear program, a closing equation."""

    def careless(derivation: StructuredDerivation, data: StructuredData) -> dict[str, Any]:
        return estimate(derivation, replace(data, weights=None))

    report = check_structured_family(structured(name), examples=4, estimator=careless)
    wrong = {tally.check for tally in report.tallies if tally.disagree}
    assert {"no rival wins", "weights count repetitions"} & wrong


def test_an_estimator_that_refuses_nothing_is_noticed() -> None:
    """On equal observations it has to."""

    def careless(derivation: StructuredDerivation, data: StructuredData) -> dict[str, Any]:
        try:
            return estimate(derivation, data)
        except ExistenceError:
            return {"mu": np.zeros((1, 1)), "v": np.asarray(1.0)}

    report = check_structured_family(structured("isotropic_normal"), examples=3, estimator=careless)
    assert [tally.check for tally in report.tallies if tally.disagree] == ["data without an estimate are refused"]


@pytest.mark.parametrize("name", NAMES)
def test_data_without_an_estimate_are_refused_with_the_reason(name: str) -> None:
    """Who, and what the data lack; families with an estimate for any data have no such condition."""
    found = derived(name)
    assert bool(found.exists_when) == (name not in ALWAYS)
    if name in ALWAYS:
        return

    @given(structured_datasets(found.family, degenerate=True))
    def refuses(data: StructuredData) -> None:
        with pytest.raises(ExistenceError, match=f"{name}: .*(unless|becomes singular|has no root)"):
            estimate(found, data)

    refuses()


@pytest.mark.parametrize("name", NAMES)
def test_free_coordinates_lead_back(name: str) -> None:
    """What the optimiser moves in covers the parameter space."""
    declared = structured(name)

    @given(structured_datasets(declared))
    def there_and_back(data: StructuredData) -> None:
        theta = estimate(derived(name), data)
        back = from_free(declared, data, to_free(declared, data, theta))
        for key, value in theta.items():
            np.testing.assert_allclose(back[key], value, rtol=1e-9, atol=1e-12)

    if name not in ("dirichlet", "markov_chain", "matrix_normal"):
        there_and_back()


@pytest.mark.parametrize("name", NAMES)
def test_every_form_of_the_page_holds_the_estimator(name: str) -> None:
    """Text, Markdown, LaTeX and JSON; no step is missing from those that show steps."""
    found = derived(name)
    text, page = structured_text(found), structured_markdown(found)
    assert len(text.splitlines()) > len(found.steps)
    assert max(map(len, text.splitlines())) <= 100
    assert page.count("✓") == len(found.steps)
    assert "✗" not in page
    record = json.loads(json.dumps(structured_json(found)))
    assert len(record["steps"]) == len(found.steps)
    assert record["estimator"] or record["equations"] or found.outcome is Outcome.SET_VALUED
    latex = structured_latex(found)
    assert latex.startswith("$$")
    assert latex.count("{") == latex.count("}")
    assert str(found) == text
    assert found._repr_markdown_() == page
    assert found._repr_latex_() == latex


def test_an_open_step_is_shown() -> None:
    """It is never dropped from the page."""
    found = derived("categorical_k")
    findings = (*found.findings[:-1], Finding(Evidence.UNDECIDED, "nobody knows"))
    page = structured_markdown(replace(found, findings=findings))
    assert "✗ OPEN: nobody knows" in page


def test_a_proposed_root_that_is_refuted_is_no_estimator() -> None:
    """The score of equally correlated components holds their sum: what isolates one component is no root, and the
    outcome, the page and a fit follow the checker."""
    k, K = Symbol("k", integer=True, positive=True), Symbol("K", integer=True, positive=True)
    y, b = DatumComponent("y", "real", k), Component("b", "real", k)
    density = -Plate((y - b) ** 2, k, K) / 2 - Plate(b, k, K) ** 2 / 2
    found = derive_structured(StructuredFamily("equally_correlated", (y,), (Unknown(b),), density, (K,)))
    assert found.count(Evidence.REFUTED) == 1
    assert found.outcome is Outcome.UNSOLVED
    assert not found.formulas
    assert not found.existence_decided
    text = structured_text(found)
    assert "unsolved: step 4 towards the proposed estimator is refuted" in text
    assert not any(words in text for words in ("Estimator  ", "closed form", "stationary; "))
    data = StructuredData({K: 2}, {}, {y: np.array([[1.0, 2.0], [3.0, 5.0]])})
    with pytest.raises(UnsolvedError, match="no formula for"):
        estimate(found, data)


def test_scalar_and_structured_families_are_told_apart() -> None:
    """A structured name is no scalar family, and the message says what to do."""
    assert is_structured("wishart")
    assert not is_structured("gamma")
    with pytest.raises(UnknownFamilyError, match="thetahat derive wishart"):
        family("wishart")
    with pytest.raises(UnknownFamilyError, match="no structured family 'gamma'"):
        structured("gamma")


def test_every_declaration_is_short_and_sourced() -> None:
    """A family is one short file with facts of a textbook."""
    for entry in structured_catalogue():
        assert len(entry.path.read_text().splitlines()) <= 40
        declared: StructuredFamily = structured(entry.name)
        assert declared.sources
        assert all(one.meaning for one in (*declared.parameters, *declared.known))


def test_the_command_line_takes_structured_families(capsys: pytest.CaptureFixture[str]) -> None:
    """Derivations in every form but one, checks, and a fit that says why it is not there."""
    from thetahat.verify.cli import main

    def run(*words: str) -> tuple[int, str, str]:
        try:
            code = main(words)
        except SystemExit as stop:
            code = int(stop.code or 0)
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    for style, opening in (("text", "Wishart"), ("markdown", "<!--"), ("latex", "$$"), ("json", "{")):
        code, out, _ = run("derive", "wishart", "--format", style)
        assert code == 0
        assert out.startswith(opening)
    code, _, err = run("derive", "wishart", "--format", "html")
    assert code == 2
    assert "choose another format" in err
    code, out, _ = run("verify", "wishart", "poisson", "--examples", "2")
    assert code == 0
    assert "wishart" in out
    code, _, err = run("new", "wishart")
    assert code == 2
