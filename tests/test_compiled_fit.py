"""Whether fits by compiled estimators are those of the careful path, and leave to it whatever is hard."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest
from amounts import amount
from hypothesis import given
from hypothesis import strategies as st
from sympy import Add, Rational

from thetahat import Family, certify, families, family
from thetahat.proofs.derivation import Derivation
from thetahat.proofs.errors import ExistenceError, SupportError, UnsolvedError
from thetahat.verify import assembly, compiled_fit, estimation, fitting, highest_root, passes
from thetahat.verify.compiled import columns, step_equation
from thetahat.verify.compiled.equation import RowEquation
from thetahat.verify.compiled.expansion import Expansion
from thetahat.verify.compiled.looking import _interpolated_root
from thetahat.verify.compiled.row_totals import product_total, square_total, total
from thetahat.verify.compiled.text import origin_of
from thetahat.verify.compiled_fit import compiled_estimate, estimator_of, nearby
from thetahat.verify.enclosure import nats_lost
from thetahat.verify.ends import reach
from thetahat.verify.exact_rooting import ExactEquation
from thetahat.verify.existence import has_maximiser
from thetahat.verify.fitting import fit_with
from thetahat.verify.gates import Gates
from thetahat.verify.known_values import derivation_with, kept_with
from thetahat.verify.lowering import Lowering
from thetahat.verify.natural_newton import natural_newton
from thetahat.verify.tolerance import EXAMINED_ROWS, FORMULA_ULPS, JOINED_ROWS, ROOT_SHARE, SLOPE_NATS

SCALAR = [f.fix(**{c.name: 2 for c in f.constants}) for f in families() if len(f.columns) == 1]

QUICK = {
    "bernoulli", "beta", "beta_by_mean", "beta_prime", "chi", "exponential", "frechet", "gamma", "gamma_by_mean",
    "geometric", "gompertz", "gumbel", "half_cauchy", "half_logistic", "half_normal", "hyperbolic_secant",
    "inverse_gamma", "inverse_gaussian", "kumaraswamy", "laplace", "log_logistic", "logistic", "logit_normal",
    "lognormal", "maxwell", "moyal", "nakagami", "negative_binomial", "normal", "normal_natural", "pareto", "poisson",
    "rayleigh", "shifted_exponential", "uniform", "von_mises", "weibull", "weibull_by_rate",
}  # fmt: skip
"""Some of the families that have a compiled estimator; that they do is not to get lost."""

SLOW = {"binomial_both", "cauchy", "lomax", "triangular", "uniform_by_centre", "zero_truncated_poisson"}
"""Searches, maxima that are not proved to be the only ones, ends that are rounded, digits that are lost."""


def compiled(declared: Family) -> Derivation:
    """The derivation of a family with a compiled estimator; any other is the business of other tests."""
    derivation = derivation_with(declared, {})
    if estimator_of(derivation) is None:
        pytest.skip("left to the careful path")
    return derivation


def text_of(function: object) -> str:
    """What a function was made of."""
    origin = origin_of(function)
    assert origin is not None
    return origin.text


def carefully(derivation: Derivation, x: np.ndarray) -> np.ndarray | str:
    """What the careful path says: an estimate, or why there is none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "compiled_estimate", lambda *_: None)
        try:
            return fit_with(derivation, x).theta
        except (ExistenceError, UnsolvedError, SupportError) as error:
            return str(error)


def ordinary(derivation: Derivation, n: int, seed: int) -> np.ndarray:
    """Data without anything hard about them, somewhere in the support."""
    r, allowed = np.random.default_rng(seed), reach(derivation.family)
    if allowed.discrete:
        width = int(min(allowed.hi - allowed.lo, 12))
        return (allowed.lo if np.isfinite(allowed.lo) else -3) + r.binomial(width, 0.3, n)
    if np.isfinite(allowed.hi):
        lo = max(allowed.lo, allowed.hi - 4)
        return lo + (allowed.hi - lo) * r.beta(2.0, 3.0, n)
    return (allowed.lo if np.isfinite(allowed.lo) else r.normal(0, 2, n)) + r.gamma(2.0, 1.5, n)


def apart(derivation: Derivation, ours: np.ndarray, theirs: np.ndarray, x: np.ndarray) -> float:
    """Units in the last place between two estimates, of a place on a line in units of the spread if that is larger."""
    spread = np.array([np.ptp(x) if p.symbol.is_nonnegative is None else 0.0 for p in derivation.family.parameters])
    return float((np.abs(ours - theirs) / np.spacing(np.maximum(np.abs(theirs), spread))).max())


def check(derivation: Derivation, ours: np.ndarray, theirs: np.ndarray, x: np.ndarray) -> None:
    """Formulas agree to a few units in the last place, roots to what their promise in nats allows."""
    units = apart(derivation, ours, theirs, x)
    if derivation.unknowns and units > FORMULA_ULPS:
        lost = abs(nats_lost(derivation.family, ours, theirs, x))
        assert lost <= SLOPE_NATS * len(x), f"{derivation.family.name}: {ours} against {theirs} costs {lost} nats"
    else:
        assert units <= 2 * FORMULA_ULPS, f"{derivation.family.name}: {ours} against {theirs}, {units} units off"


@pytest.mark.parametrize("name", sorted(QUICK | SLOW))
def test_which_families_are_compiled(name: str) -> None:
    """Formulas and equations with a proved maximum are, and what the careful path has to watch is not."""
    assert (estimator_of(derivation_with(family(name), {})) is not None) == (name in QUICK)


@pytest.mark.parametrize("declared", SCALAR, ids=lambda declared: declared.name)
@pytest.mark.parametrize("n", [100, 1000, 5000])
def test_ordinary_data_get_what_the_careful_path_gives(declared: Family, n: int) -> None:
    """And get it from the compiled estimator, unless the careful path refuses them or takes few values in balls."""
    derivation = compiled(declared)
    for seed in range(amount(1, 10)):
        x = ordinary(derivation, n, seed)
        found, theirs = compiled_estimate(derivation, x), carefully(derivation, x)
        few_values = n <= JOINED_ROWS and len(np.unique(x)) <= EXAMINED_ROWS
        if found is None:
            assert isinstance(theirs, str) or few_values, f"{derivation.family.name}: ordinary data are not taken"
        else:
            assert not isinstance(theirs, str), f"{found}, where the careful path says {theirs}"
            check(derivation, np.array(list(found[1].values())), theirs, x)


@pytest.mark.parametrize(
    "name",
    [
        *("normal", "lognormal", "gamma", "pareto", "von_mises", "poisson"),
        *(pytest.param(slow, marks=pytest.mark.thorough) for slow in ("weibull", "logistic")),
    ],
)
def test_blocks_of_rows_make_no_difference(name: str) -> None:
    """More rows than a block holds, and no whole number of blocks, of products and of columns for one library call."""
    derivation = derivation_with(family(name), {})
    x = ordinary(derivation, 200_003, 0)
    found = compiled_estimate(derivation, x)
    assert found is not None
    check(derivation, np.array(list(found[1].values())), carefully(derivation, x), x)


@pytest.mark.parametrize(
    "name", ["exponential", "normal", "lognormal", "lindley", "normal_mean_equals_scale", "pareto"]
)
@pytest.mark.parametrize("seed", range(3))
def test_formulas_keep_their_digits(name: str, seed: int) -> None:
    """At most four units in the last place from the exact maximiser, which a certificate encloses."""
    derivation = derivation_with(family(name), {})
    x = ordinary(derivation, 100, seed)
    assert compiled_estimate(derivation, x) is not None
    assert max(certify(derivation.family, x).ulps(fit_with(derivation, x)).values()) <= FORMULA_ULPS


def hard(derivation: Derivation) -> Iterator[np.ndarray]:
    """Data to be refused, or that doubles do not carry: of every size that the paths tell apart."""
    x = ordinary(derivation, 5000, 1)
    for n in (1, 2, 20, 100, 5000):
        some, place = x[:n].astype(float), n // 2
        yield np.full(n, some[0])
        yield np.repeat(some[: n // 10 + 1], 10)
        for bad in (np.nan, np.inf, -np.inf, -1e300, 0.0, 0.5, 1.0, 1e300, 5e-324):
            yield np.where(np.arange(n) == place, bad, some)
        for scale in (1e-150, 1e-80, 1e80, 1e150):
            yield some * scale
        for offset in (-1e8, 1e8, 1e15):
            yield some + offset
            yield offset * (1 + 1e-13 * some)


@pytest.mark.parametrize("declared", SCALAR, ids=lambda declared: declared.name)
def test_hard_data_get_what_the_careful_path_gives(declared: Family) -> None:
    """The compiled estimator answers none of those that have no estimate, and the others alike."""
    derivation, taken, refused = compiled(declared), 0, 0
    for x in hard(derivation):
        found = compiled_estimate(derivation, x)
        if found is not None:
            theirs = carefully(derivation, x)
            assert not isinstance(theirs, str), f"{found}, where the careful path says {theirs}"
            check(derivation, np.array(list(found[1].values())), theirs, x)
        taken, refused = taken + (found is not None), refused + (found is None)
    assert refused > 20


@pytest.mark.parametrize(
    "given", [[], [[1.0], [2.0]], ["a"] * 99, [[1.0], [2.0, 3.0]], np.ma.ones(99), [True] * 99, 1.0]
)
def test_what_is_no_column_of_numbers_is_left_alone(given: object) -> None:
    """The careful path knows what is wrong with it."""
    assert compiled_estimate(derivation_with(family("normal"), {}), given) is None


@pytest.mark.parametrize(
    ("name", "power"), [("exponential", 1), ("poisson", 1), ("rayleigh", 2), ("pareto", 0), ("normal", 0), ("gamma", 0)]
)
def test_which_sums_stand_for_the_greatest_row(name: str, power: int) -> None:
    """Those that are all that an estimator needs of rows above zero: a row too large, or below zero, shows in them."""
    estimator = estimator_of(derivation_with(family(name), {}))
    assert estimator is not None
    sums = [
        "most = total(x)" in text_of(estimator.of_doubles),
        "most = square_total(x)" in text_of(estimator.of_doubles),
    ]
    assert sums == [power == 1, power == 2]
    for n in (100, 3000):
        for bad in (-1.0, 1e300, np.inf, np.nan):
            assert estimator(np.append(np.arange(1.0, n), bad)) is None or (name == "normal" and bad == -1.0)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("normal", True),
        ("normal_by_variance", True),
        ("normal_by_precision", True),
        ("normal_natural", False),  # asks for no row thirty-two times as large as the mean
        ("laplace", False),
        ("lognormal", False),
    ],
)
def test_squares_tell_enough_of_the_ends_where_these_hardly_matter(name: str, told: bool) -> None:
    """What is fitted so is what is fitted with both ends at hand, and what is far from ordinary is left alone."""
    derivation = derivation_with(family(name), {})
    estimator, looking = estimator_of(derivation), assembly._written(derivation)
    assert estimator is not None
    assert looking is not None
    assert ("argmax" not in text_of(estimator.of_doubles)) == told
    assert "argmax" in text_of(looking.of_doubles)
    for n in (100, 3000, 70_000):
        x = ordinary(derivation, n, 3)
        assert estimator(x) == looking(x) != None  # noqa: E711 - in one comparison
        size = float(np.abs(x).max())
        for scale in (1e-80, 1e80, 1e200):
            assert estimator(x * (scale / size)) is None
        for bad in (1e300, np.inf, -np.inf, np.nan):
            assert estimator(np.append(x, bad)) is None
        if told:
            assert estimator(x + 1e6) == looking(x + 1e6) != None  # noqa: E711
        for close in (x * 0 + 1.5, 1e12 + x, np.append(np.full(n, 1e9), np.nextafter(1e9, 2e9))):
            assert estimator(close) is None


@pytest.mark.parametrize("wrong", ["spread", "size"])
def test_demands_that_ends_farther_apart_or_smaller_would_break_need_both(wrong: str) -> None:
    """Planted: one that a wider spread, or a smaller size, makes fail."""
    lowering = Lowering(derivation_with(family("normal"), {}).family.observation)
    least, most, size = lowering.least, lowering.most, lowering.size
    assert assembly._rises_with_spread(most - least - size * 2**-20, lowering)
    planted = least - most + 1 if wrong == "spread" else size * 2**-20 + most - least
    assert not assembly._rises_with_spread(planted, lowering)
    assert not assembly._rises_with_spread(most - size * 2**-20, lowering)


@pytest.mark.parametrize(
    ("name", "parted"),
    [("gamma", True), ("gamma_by_mean", True), ("nakagami", False), ("inverse_gamma", False), ("weibull", False)],
)
def test_a_mean_above_that_of_logarithms_tells_that_rows_differ(name: str, parted: bool) -> None:
    """The greatest row is not looked for then; what is fitted so is what is fitted with it, and nothing else is."""
    derivation = derivation_with(family(name), {})
    estimator, looking = estimator_of(derivation), assembly._written(derivation)
    assert estimator is not None
    assert looking is not None
    assert ("argmax" not in text_of(estimator.of_doubles)) == parted
    assert "argmax" in text_of(looking.of_doubles)
    for n in (100, 3000, 70_000):
        x = ordinary(derivation, n, 3)
        found, with_it = estimator(x), looking(x)
        assert found is not None
        assert with_it is not None
        check(derivation, np.array(list(found.values())), np.array(list(with_it.values())), x)
        for scale in (1e-80, 1e80, 1e200):
            assert estimator(x * scale) is None
        for bad in (1e300, np.inf, -1.0, 0.0, np.nan):
            assert estimator(np.append(x, bad)) is None
        for close in (x * 0 + 1.5, 1e12 + x, *([1 + 1e-5 * x] if parted else [])):
            assert estimator(close) is None
    whole = np.arange(1, 500)
    assert estimator(whole) == looking(whole) != None  # noqa: E711 - in one comparison


def test_demands_that_differing_rows_may_break_need_the_greatest() -> None:
    """Planted: one that asks for rows twice as large as the least, and one in which the least is not alone."""
    derivation = derivation_with(family("gamma"), {})
    lowering = Lowering(derivation.family.observation, {s.symbol: s.definition for s in derivation.statistics})
    plan = assembly._plan(derivation, lowering)
    least, most, size = lowering.least, lowering.most, lowering.size
    assert plan.clear
    assert assembly._parting(plan, lowering) is not None
    assert assembly._parting(replace(plan, clear=[most - least - size / 2000]), lowering) is not None
    for planted in (most - 2 * least, most - least - size / 500, most - least - 1, most * least - least):
        assert assembly._parting(replace(plan, clear=[planted]), lowering) is None
    assert assembly._parting(replace(plan, theta=[size]), lowering) is None


def test_threads_fit_side_by_side_in_silence() -> None:
    """Rows that overflow are looked at without a warning, in several threads at once, and others still warn of them."""
    estimator, x = estimator_of(derivation_with(family("rayleigh"), {})), np.append(np.arange(1.0, 3000.0), 1e200)
    assert estimator is not None
    # Libraries that other tests audit switch NumPy's warnings off for good when they are imported.
    with np.errstate(over="warn"):
        with ThreadPoolExecutor(8) as pool:
            assert set(pool.map(lambda _: estimator(x), range(400))) == {None}
        estimator(x)
        with pytest.warns(RuntimeWarning, match="overflow"):
            square_total(x)


@pytest.mark.parametrize(("name", "fixed"), [("normal", {"mu": 3}), ("inverse_gaussian", {"mu": 2})])
def test_a_condition_that_a_formula_answers_is_read_with_it(name: str, fixed: dict[str, int]) -> None:
    """That not all rows are at a known mean is seen by the average of their squared distances from it alone."""
    derivation = kept_with(family(name), fixed)
    assert not has_maximiser(derivation, np.full(200, float(*fixed.values())))
    assert compiled_estimate(derivation, np.full(200, float(*fixed.values()))) is None
    x = ordinary(derivation, 200, 0)
    found = compiled_estimate(derivation, x)
    assert found is not None
    check(derivation, np.array(list(found[1].values())), carefully(derivation, x), x)
    asked: list[np.ndarray] = []
    with pytest.MonkeyPatch.context() as patch:
        for word, sums in {"total": total, "square_total": square_total, "product_total": product_total}.items():
            patch.setitem(columns.EVERY, word, lambda *rows, sums=sums: asked.append(rows[0]) or sums(*rows))
        estimator = estimator_of.__wrapped__(derivation)
        assert estimator(x) == found[1]
    assert len(asked) == 1


def test_equal_derivations_are_one() -> None:
    """Whether derived in this process or in another: what is compiled is kept by them, and they are compared."""
    for name in ("rayleigh", "binomial"):
        fixed = {"n": 9} if name == "binomial" else {}
        assert kept_with(family(name), fixed) is derivation_with(family(name), fixed)


@pytest.mark.parametrize("dtype", [np.int64, np.int16, np.uint8, np.float64])
def test_whole_numbers_are_counted_exactly(dtype: type) -> None:
    """However few they are: their sum is exact."""
    x = np.array([3, 1, 0, 200, 5], dtype=dtype)
    found = compiled_estimate(derivation_with(family("poisson"), {}), x)
    assert found is not None
    assert found[1] == {"lambda": 41.8}
    assert compiled_estimate(derivation_with(family("poisson"), {}), x + 0.5) is None


def test_a_type_with_notes_is_that_of_doubles() -> None:
    """NumPy calls it equal, though it is another object: it holds no counts for that."""
    noted = (np.arange(1.0, 100.0) + 0.5).astype(np.dtype(np.float64, metadata={"unit": "m"}))
    assert noted.dtype == np.float64
    assert noted.dtype is not np.dtype(np.float64)
    assert compiled_estimate(derivation_with(family("poisson"), {}), noted) is None
    plain = noted.astype(np.int64) + 0.5
    for name in ("normal", "gamma"):
        derivation = derivation_with(family(name), {})
        assert compiled_estimate(derivation, noted)[1] == compiled_estimate(derivation, plain)[1]


@pytest.mark.parametrize("dtype", [np.int8, np.int16, np.int32, np.int64])
@pytest.mark.parametrize("n", [5, 3000])
def test_integers_below_zero_are_seen_in_any_width(dtype: type, n: int) -> None:
    """Also where their sum is what sums of counts may be, and where no least is looked for."""
    x = np.arange(n, dtype=np.int64).astype(dtype) % 7
    estimator = estimator_of(derivation_with(family("poisson"), {}))
    assert estimator is not None
    assert "x.view(unsigned)" in text_of(estimator.of_integers)
    assert estimator(x) == {"lambda": float(x.mean())}
    x[3] = -1
    assert x.sum() > 0
    assert estimator(x) is None
    geometric = estimator_of(derivation_with(family("geometric"), {}))
    assert geometric is not None
    assert "x.view(unsigned)" not in text_of(geometric.of_integers)  # it has no zero either


@pytest.mark.parametrize(
    "x",
    [
        np.full(4, 2**62 + 1),
        np.full(4000, 2**62 + 1),
        np.full(1024, 2**54 + 1),
        np.array([2**63, 2**63, 5], dtype=np.uint64),
    ],
    ids=["few", "many", "odd", "unsigned"],
)
def test_sums_of_integers_that_begin_anew_are_left_alone(x: np.ndarray) -> None:
    """The sum of each of these is a small number, as NumPy adds integers."""
    assert 0 <= np.add.reduce(x) < 2**53
    assert compiled_estimate(derivation_with(family("poisson"), {}), x) is None


def test_a_fit_answers_further_questions_from_the_data() -> None:
    """Log-likelihood and standard errors are those of the careful path, though its checks were not made."""
    derivation = derivation_with(family("gamma"), {})
    x = ordinary(derivation, 500, 3)
    quick = fit_with(derivation, x)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "compiled_estimate", lambda *_: None)
        slow = fit_with(derivation, x)
    assert quick.n == slow.n == 500
    assert quick.log_likelihood == pytest.approx(slow.log_likelihood, rel=1e-14)
    assert dict(quick.standard_errors) == pytest.approx(dict(slow.standard_errors), rel=1e-9)


@pytest.mark.parametrize("name", ["normal", "lognormal", "laplace", "pareto", "inverse_gaussian"])
def test_a_wrong_formula_is_noticed(name: str) -> None:
    """Planted error: the last formula is off by one part in 1e13."""
    derivation = derivation_with(family(name), {})
    (*others, (symbol, formula)) = derivation.formulas
    wrong = replace(derivation, formulas=(*others, (symbol, formula * (1 + Rational(1, 10**13)))))
    assert_noticed(derivation, wrong)


@pytest.mark.parametrize("name", ["gamma", "von_mises", "chi", "nakagami"])
def test_a_wrong_equation_is_noticed(name: str) -> None:
    """Planted error: the function that is tabulated is off by one part in a thousand."""
    derivation = derivation_with(family(name), {})
    unknown, equation = derivation.unknowns[0], derivation.equations[0]
    bent = Add(*(term * Rational(1001, 1000) if term.has(unknown) else term for term in Add.make_args(equation)))
    assert_noticed(derivation, replace(derivation, equations=(bent,)))


@pytest.mark.parametrize("name", ["beta", "beta_by_mean"])
def test_a_wrong_gradient_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: the first slope that Newton's steps see is off by one part in a thousand of a unit."""
    derivation = derivation_with(family(name), {})
    climb = natural_newton(derivation)
    bent = replace(
        climb,
        slopes=lambda *u: [climb.slopes(*u)[0] + 1e-3, *climb.slopes(*u)[1:]],
        gradient=lambda *u: [climb.gradient(*u)[0] + 1e-3, *climb.gradient(*u)[1:]],
    )
    monkeypatch.setattr(assembly, "natural_newton", lambda _: bent)
    monkeypatch.setattr(compiled_fit, "estimator_of", compiled_fit.estimator_of.__wrapped__)
    assert_noticed(derivation, derivation)


@pytest.mark.parametrize("name", ["gompertz", "kumaraswamy", "yule_simon"])
def test_a_wrong_average_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: averages with the unknown in them are off by one part in a thousand."""
    derivation = derivation_with(family(name), {})
    right, shared = RowEquation._averaged, step_equation.steps_and_shares
    monkeypatch.setattr(
        RowEquation, "_averaged", lambda *given: lambda u: [value * 1.001 for value in right(*given)(u)]
    )
    monkeypatch.setattr(step_equation, "steps_and_shares", lambda *of: (shared(*of)[0], shared(*of)[1] * 1.001))
    assert_noticed(derivation, derivation, 5000)


FEW = {
    "negative_binomial": lambda r: r.negative_binomial(3.3, 0.4, 300),
    "yule_simon": lambda r: np.minimum(r.zipf(2.5, 300), 60),
    "gamma": lambda r: np.ceil(r.gamma(2.5, 1.5, 300)),
    "weibull": lambda r: np.ceil(3 * r.weibull(1.7, 300)),
}


@pytest.mark.parametrize("name", FEW)
def test_roots_of_few_different_values_are_rounded_from_balls(name: str) -> None:
    """To the double that the careful path gives, however many rows have them."""
    derivation = derivation_with(family(name), {})
    for seed in range(3):
        x = FEW[name](np.random.default_rng(seed))
        found = compiled_estimate(derivation, x)
        assert found is not None
        assert list(found[1].values()) == carefully(derivation, x).tolist()


def test_a_root_that_is_not_rounded_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: few different values get the root in doubles, or one that is off by a part in 1e15."""
    derivation = derivation_with(family("weibull"), {})
    estimator, x = estimator_of(derivation), FEW["weibull"](np.random.default_rng(0))
    assert estimator is not None
    theirs, in_doubles = carefully(derivation, x).tolist(), replace(estimator, rounded=lambda _, theta: dict(theta))
    others = [FEW["weibull"](np.random.default_rng(seed)) for seed in range(20)]
    assert any(list(in_doubles(other).values()) != carefully(derivation, other).tolist() for other in others)
    assert list(estimator(x).values()) == theirs
    completed = ExactEquation.completed
    monkeypatch.setattr(ExactEquation, "completed", lambda self, root: completed(self, float(root) * (1 + 1e-15)))
    assert list(estimator(x).values()) != theirs
    monkeypatch.setattr(ExactEquation, "rounded", lambda *_: None)
    assert estimator(x) is None


@given(
    root=st.floats(-6, 6),
    bend=st.floats(-2, 2),
    below=st.floats(0.1, 8),
    above=st.floats(0.1, 8),
    rising=st.booleans(),
)
def test_interpolated_roots_are_close(root: float, bend: float, below: float, above: float, rising: bool) -> None:
    """Of monotone functions that bend as strongly as an exponential, and between ends however far."""
    way = 1.0 if rising else -1.0

    def residual(u: float) -> float:
        return way * float((u - root) if not bend else np.expm1(bend * (u - root)) / bend)

    ends = root - below, root + above
    found = _interpolated_root(residual, *ends, {end: residual(end) for end in ends})
    assert abs(found - root) < ROOT_SHARE / 10


def test_rows_next_to_an_end_keep_what_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares that differ from one in their last digits: in plain doubles, which are planted, powers of them do not."""
    derivation, x = derivation_with(family("kumaraswamy"), {}), np.random.default_rng(1).beta(3.0, 0.15, 500)
    x = np.minimum(x, 1 - 2.0**-53)
    assert (x > 1 - 1e-14).any()
    check(derivation, np.array(list(compiled_estimate(derivation, x)[1].values())), carefully(derivation, x), x)
    monkeypatch.setattr(passes, "_with_exact_rests", lambda expression: expression)
    wrong = np.array(list(estimator_of.__wrapped__(derivation)(x).values()))
    with pytest.raises(AssertionError, match="against"):
        check(derivation, wrong, carefully(derivation, x), x)


def test_counts_far_apart_are_read_row_by_row() -> None:
    """A table of all values up to the largest would be longer than the data."""
    derivation = derivation_with(family("negative_binomial"), {})
    x = ordinary(derivation, 5000, 0)
    x[0] = 10.0**6
    check(derivation, np.array(list(compiled_estimate(derivation, x)[1].values())), carefully(derivation, x), x)


@pytest.mark.parametrize("name", ["weibull", "gumbel", "logistic", "half_logistic"])
def test_a_wrong_slope_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: the slope along the scale is off by a part in a thousand of the one for its logarithm."""
    derivation = derivation_with(family(name), {})
    right = Expansion.sharp

    def bent(self: Expansion, *given: object) -> list[float]:
        return [
            value + (0.001 if term == (1, 1) else 0)
            for term, value in zip(self.terms, right(self, *given), strict=True)
        ]

    monkeypatch.setattr(Expansion, "sharp", bent)
    assert_noticed(derivation, derivation)


def assert_noticed(derivation: Derivation, wrong: Derivation, n: int = 1000) -> None:
    """The comparison of this file fails for an estimator compiled from a derivation that is wrong."""
    x = ordinary(derivation, n, 0)
    found = compiled_estimate(wrong, x)
    assert found is not None
    with pytest.raises(AssertionError, match="against"):
        check(derivation, np.array(list(found[1].values())), carefully(derivation, x), x)


def test_lost_checks_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: nothing is asked of the data but whether they lie in the support."""
    derivation, right = derivation_with(family("lindley"), {}), Gates._asked
    kept = ("least", "most", "size", "x = ", "if not least ")
    monkeypatch.setattr(Gates, "_asked", lambda *given: (line for line in right(*given) if line.startswith(kept)))
    monkeypatch.setattr(compiled_fit, "estimator_of", estimator_of.__wrapped__)
    with pytest.raises(AssertionError, match="against"):
        test_hard_data_get_what_the_careful_path_gives(derivation.family)


def test_lost_digits_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: no number is asked whether formulas keep their digits, of logarithms that agree in five."""
    derivation = derivation_with(family("lognormal"), {})
    x = 1e6 * (1 + 1e-5 * ordinary(derivation, 100, 0))
    assert compiled_estimate(derivation, x) is None
    monkeypatch.setattr(assembly, "demands", lambda *_: [])
    monkeypatch.setattr(compiled_fit, "estimator_of", compiled_fit.estimator_of.__wrapped__)
    assert max(certify(derivation.family, x).ulps(fit_with(derivation, x)).values()) > FORMULA_ULPS


def begun_from(found: object, derivation: Derivation, x: np.ndarray) -> np.ndarray:
    """The careful path's estimate where the compiled one that it begins from is replaced."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(estimation, "nearby", lambda *_: found)
        return fit_with(derivation, x).theta


@pytest.mark.parametrize("declared", SCALAR, ids=lambda declared: declared.name)
def test_where_few_rows_are_begun_from_makes_no_difference(declared: Family) -> None:
    """Roots and maxima of few rows are rounded from balls: nearby they are found at once, from afar by a search."""
    derivation = compiled(declared)
    if not derivation.unknowns:
        pytest.skip("a formula")
    asked = 0
    for seed in range(2):
        x = ordinary(derivation, 15, seed)
        if derivation.family.discrete:
            x[0] = 40.0  # many families of counts have no maximiser for data that vary less than their mean
        if not has_maximiser(derivation, x):
            continue
        asked += 1
        near = nearby(derivation, x)
        assert near is not None
        np.testing.assert_allclose(list(near.values()), fit_with(derivation, x).theta, rtol=1e-9)
        searched = begun_from(None, derivation, x)
        assert (fit_with(derivation, x).theta == searched).all()
        assert (begun_from({symbol: value * 1.01 for symbol, value in near.items()}, derivation, x) == searched).all()
    assert asked


@pytest.mark.parametrize("name", ["gamma", "weibull"])
def test_few_rows_are_not_searched(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An equation that the compiled estimator solves is not solved again in doubles."""
    derivation = derivation_with(family(name), {})
    x = ordinary(derivation, 15, 0)
    monkeypatch.setattr(highest_root, "sign_changes", lambda *_: pytest.fail("searched"))
    assert fit_with(derivation, x).theta.size == 2
