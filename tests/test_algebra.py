"""Whether the algebra is sound: roots are roots, proved signs hold, rewritten forms are equal, balls hold the truth."""

from collections.abc import Callable
from random import Random

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    Add,
    Eq,
    Expr,
    FiniteSet,
    Integer,
    Interval,
    LambertW,
    Max,
    Min,
    Piecewise,
    Rational,
    S,
    Symbol,
    atan2,
    besseli,
    binomial,
    cos,
    cosh,
    digamma,
    erf,
    exp,
    gamma,
    log,
    loggamma,
    oo,
    pi,
    polygamma,
    sign,
    sin,
    sqrt,
    tanh,
)

from thetahat.proofs import limits
from thetahat.proofs.algebra.atoms import Covariance, Indicator, JensenGap, Mean, Quantile, Residual, atoms_of, plain
from thetahat.proofs.algebra.eliminate import eliminate
from thetahat.proofs.algebra.logs import normal_form
from thetahat.proofs.algebra.root_rules import polynomial_roots
from thetahat.proofs.algebra.signs import is_negative, is_nonnegative, is_positive, strict_sign
from thetahat.proofs.algebra.solve import solve_one
from thetahat.proofs.algebra.tidying import cleared, tidy
from thetahat.proofs.algebra.tilt import tilted
from thetahat.proofs.ball_data import evaluate, is_zero_at
from thetahat.proofs.balls import ball, precision
from thetahat.proofs.bounds import bounds
from thetahat.proofs.extremes import order_statistics
from thetahat.proofs.family import Family
from thetahat.proofs.likelihood import average_form, unfold
from thetahat.proofs.limits import end_value
from thetahat.proofs.probes import data_points, parameter_points
from thetahat.proofs.registry import families
from thetahat.proofs.stable import stable_form

FAMILIES = families()
POSITIVE, UNIT, LINE = bounds(Interval.open(0, oo)), bounds(Interval.open(0, 1)), bounds(S.Reals)
x, s, t, k = (Symbol(name, positive=True) for name in "xstk")
m, y, c, d = (Symbol(name, real=True) for name in "mycd")
p, q = Symbol("p", positive=True), Symbol("q", real=True)

# Rule, equation, unknown, its bounds, and the roots with the claim that there is no other.
RULES: list[tuple[str, Expr, Symbol, object, set[Expr], bool]] = [
    ("single occurrence", t - m, m, LINE, {t}, True),
    ("single occurrence", -2 / s + t / s**3, s, POSITIVE, {sqrt(t / 2)}, True),
    ("single occurrence", exp(m) - t, m, LINE, {log(t)}, True),
    ("single occurrence", log(s) + c, s, POSITIVE, {exp(-c)}, True),
    ("single occurrence", tanh(m) - c, m, LINE, set(), True),
    ("single occurrence", t / p - (1 - t) / (1 - p), p, UNIT, {t}, True),
    ("linear", s * t - s * exp(c) - 1 + c * s, s, POSITIVE, {1 / (t - exp(c) + c)}, True),
    ("quadratic, the positive root", s**2 + s * c - t, s, POSITIVE, {(-c + sqrt(c**2 + 4 * t)) / 2}, True),
    ("single occurrence", m**2 - t**2, m, LINE, {t, -t}, False),
    ("angle", c * cos(m) - d * sin(m), m, LINE, {atan2(c, d), atan2(-c, -d)}, False),
    ("quantile", Mean(sign(y - m), y), m, LINE, {Quantile(Rational(1, 2), y)}, True),
    ("Lambert W", m + exp(m) - t, m, LINE, {t - LambertW(exp(t))}, True),
    ("Lambert W", t * (exp(s) - 1) - s * exp(s), s, POSITIVE, {t + LambertW(-t * exp(-t))}, True),
    ("single occurrence, then linear", log(p) - log(1 - p) - c, p, UNIT, {1 / (1 + exp(-c))}, True),
    ("single occurrence, then linear", log(p) + log(1 / (1 - p)) - c, p, UNIT, {1 / (1 + exp(-c))}, True),
    ("none where a logarithm may be of what is negative", log(s) - log(s - 1) - c, s, POSITIVE, set(), True),
    ("Lambert W", s + t - t * exp(s), s, POSITIVE, {-t - LambertW(-t * exp(-t), -1)}, True),
    (
        "in log(1 - p): Lambert W",
        t * (1 - p) * log(1 - p) + p,
        p,
        UNIT,
        {1 + 1 / (t * LambertW(-exp(-1 / t) / t, -1))},
        True,
    ),
]


@pytest.mark.parametrize(
    ("rule", "equation", "unknown", "ends", "roots", "only"), RULES, ids=[f"{r[0]} {r[1]}" for r in RULES]
)
def test_a_rule_finds_all_its_roots(
    rule: str, equation: Expr, unknown: Symbol, ends: object, roots: set[Expr], only: bool
) -> None:
    """The expected formula, by difference in balls; the name of the rule; and whether others are excluded."""
    found = solve_one(equation, unknown, {unknown: ends})  # type: ignore[dict-item]
    values = {t: Rational(7, 13), c: Rational(-5, 11), d: Rational(3, 17)}
    data = [{y: Rational(n, 7)} for n in (-3, 1, 4, 9)]
    for root in roots:
        assert any(is_zero_at(root - r.value, values, data) for r in found), (root, found)
    if roots:
        assert len(found) == len(roots)
        assert {r.only for r in found} == {only}
        assert {r.rule.split(",")[0] for r in found} == {rule.split(",")[0]}
    for r in found:
        assert unknown not in r.value.free_symbols
        if not r.value.has(Quantile):
            assert is_zero_at(equation.subs(unknown, r.value), values, data) is True


def test_a_factor_is_divided_by_once() -> None:
    """Undone down to a quotient in which the unknown occurs twice: ``exp(a) / p = t / (1 - p)``."""
    positive = Symbol("t", positive=True)
    (found,) = solve_one(exp(c) / p - positive / (1 - p), p, {p: UNIT, c: LINE})
    assert (found.value - exp(c) / (positive + exp(c))).simplify() == 0


@pytest.mark.parametrize("equation", [log(s) - digamma(s) - t, s * exp(s**2) - t - log(s), m**5 - m - 1])
def test_no_rule_guesses(equation: Expr) -> None:
    """Where none applies there is no answer, rather than a numerical one."""
    unknown = s if s in equation.free_symbols else m
    assert solve_one(equation, unknown, {unknown: POSITIVE if unknown is s else LINE}) == ()


def test_roots_outside_the_domain_are_left_out() -> None:
    """Negative roots of a positive unknown, and an open end."""
    assert solve_one(s + t, s, {s: POSITIVE}) == ()
    assert solve_one(p - 1, p, {p: UNIT}) == ()
    assert [r.value for r in solve_one(s**2 - t**2, s, {s: POSITIVE})] == [t]


def test_clearing_keeps_the_roots() -> None:
    """Only factors that are never zero go."""
    assert cleared((m - t) / s * exp(m), {s: POSITIVE}) in (m - t, t - m)
    assert m in cleared(m * (m - 1), {}).free_symbols


def test_elimination_goes_on_until_nothing_is_left() -> None:
    """Roots feed the other equations; what no rule solves stays, in the unknowns that stay."""
    done = eliminate({m: t - m, s: s - m**2 - 1}, {m: LINE, s: POSITIVE}, lambda unknown, roots: roots[0])
    assert done.closed() == {m: t, s: t**2 + 1}
    assert done.equations == ()
    half = eliminate(
        {k: log(k) - polygamma(0, k) + log(s) - c, s: t / s - k},
        {k: POSITIVE, s: POSITIVE},
        lambda unknown, roots: roots[0],
    )
    assert half.unknowns == (k,)
    assert set(half.closed()) == {s}
    assert s not in half.equations[0].free_symbols


def test_a_branch_that_nobody_chooses_is_not_taken() -> None:
    """Of two roots neither is, and the equation stays."""
    assert eliminate({m: m**2 - t**2}, {m: LINE}, lambda unknown, roots: None).unknowns == (m,)


@pytest.mark.parametrize(
    "atom",
    [
        Mean(y**2 + 2 * y * exp(m * y), y),
        Covariance(x**2 - 1, x**2 - 1, x),
        JensenGap(x, log(x), x),
        Residual((y - m) ** 2, 1, y),
    ],
    ids=str,
)
def test_tidying_never_reaches_inside_data(atom: Expr) -> None:
    """What is bound by a bar is opaque: the atoms come out as they went in."""
    before = (t * atom**2 - t) / (atom - 1) * log(s**2 * exp(c))
    after = tidy(before, {s: POSITIVE})
    assert set(atoms_of(after)) == set(atoms_of(before))
    assert after.count_ops() < before.count_ops()


SYMBOLS = {s: POSITIVE, p: UNIT, q: bounds(Interval(0, 2)), m: LINE, k: bounds(Interval.open(1, oo))}


def expressions() -> st.SearchStrategy[Expr]:
    """Small expressions in symbols of different domains."""
    leaves = st.sampled_from([*SYMBOLS, Integer(1), Integer(-1), Integer(2), Rational(-1, 3)])

    def grow(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
        return st.one_of(
            st.tuples(inner, inner).map(lambda ab: ab[0] + ab[1]),
            st.tuples(inner, inner).map(lambda ab: ab[0] - ab[1]),
            st.tuples(inner, inner).map(lambda ab: ab[0] * ab[1]),
            inner.map(lambda a: a**2),
            inner.map(exp),
            inner.map(lambda a: log(1 + a**2)),
            inner.map(lambda a: 1 / (1 + a**2)),
            inner.map(tanh),
            inner.map(cosh),
            inner.map(sin),
            inner.map(cos),
            st.sampled_from([log(s), log(p), log(1 - p), log(k), 1 / s, sqrt(s), 1 / (1 - p)]),
        )

    return st.recursive(leaves, grow, max_leaves=6)


def inside(rng: Random) -> dict[Symbol, Rational]:
    """Values in the domains, their closed ends included now and then."""
    small = Rational(rng.randint(1, 40), rng.choice((7, 11, 400)))
    return {
        s: small,
        p: Rational(rng.randint(1, 96), 97),
        q: rng.choice([Integer(0), Integer(2), Rational(rng.randint(1, 193), 97)]),
        m: Rational(rng.randint(-300, 300), 89),
        k: 1 + Rational(rng.randint(1, 300), rng.choice((83, 3000))),
    }


@settings(max_examples=120)
@given(expression=expressions(), seed=st.integers(0, 2**16))
def test_a_proved_sign_is_never_contradicted(expression: Expr, seed: int) -> None:
    """Soundness: where the prover says positive, negative or nonnegative, no ball lies on the other side."""
    rng = Random(seed)
    found = strict_sign(expression, SYMBOLS)
    at_least = is_nonnegative(expression, SYMBOLS)
    for _ in range(6):
        point = inside(rng)
        with precision(200):
            value = evaluate(expression, {a: point[a] for a in expression.free_symbols})
        assert not (found == 1 and value <= 0), (expression, point)
        assert not (found == -1 and value >= 0), (expression, point)
        assert not (at_least and value < 0), (expression, point)


@pytest.mark.parametrize(
    "expression",
    [
        1 - p,
        -log(p),
        1 / s + s,
        k - 1,
        log(k),
        2 - p - p**2,
        1 - tanh(m) ** 2,
        exp(s) - 1,
        log(1 + s) - log(s),
        s**2 + s * p,
        1 + p * cos(m),
        3 - 2 * p + sin(m),
    ],
    ids=str,
)
def test_signs_that_have_to_be_found(expression: Expr) -> None:
    """The prover is not merely silent."""
    assert is_positive(expression, SYMBOLS)
    assert is_negative(-expression, SYMBOLS)


@pytest.mark.parametrize(
    "expression",
    [
        *(2 - q, q, m, s - 1, log(s), m**2, (s - 1) ** 2, p - Rational(1, 2), Abs(m) + m),
        *(1 + cos(m), cos(m) ** 2, 1 - s * sin(m), Rational(1, 2) + p * sin(m)),
    ],
    ids=str,
)
def test_signs_that_do_not_hold_are_not_found(expression: Expr) -> None:
    """Planted: each vanishes or changes its sign somewhere on its domain, closed ends included."""
    assert strict_sign(expression, SYMBOLS) == 0


def points(item: Family, count: int = 2) -> list[tuple[dict[Symbol, Expr], list[dict[Symbol, Expr]]]]:
    """Parameter values with a dataset for each."""
    return [
        (theta, data_points(item, theta, 6, seed)) for seed in (1, 2) for theta in parameter_points(item, count, seed)
    ]


@pytest.mark.parametrize("item", FAMILIES, ids=lambda item: item.name)
def test_the_normal_form_is_the_log_density(item: Family) -> None:
    """Splitting logarithms and cases changes no value, at random points in balls."""
    form = normal_form(item.log_density, item.columns, item.domain)
    for theta, rows in points(item):
        for row in rows:
            assert is_zero_at(form - item.log_density, {**theta, **row}) is True


@pytest.mark.parametrize("item", FAMILIES, ids=lambda item: item.name)
def test_the_average_form_is_the_average_log_density(item: Family) -> None:
    """Statistics unfolded, against the plain average over a dataset."""
    form = average_form(item)
    whole = unfold(form.mean_log_likelihood, form.statistics)
    for theta, rows in points(item, 1):
        with precision(200):
            direct = sum((evaluate(item.log_density, {**theta, **row}) for row in rows), ball(0)) / len(rows)
            gap = evaluate(whole, theta, rows) - direct
        assert gap.contains(0)
        assert gap.rad() < 1e-40


@pytest.mark.parametrize("item", FAMILIES, ids=lambda item: item.name)
def test_the_stable_form_of_every_score_is_the_score(item: Family) -> None:
    """Covariances, Jensen gaps, residuals and tilted means are other names of the same numbers."""
    form = average_form(item)
    statistics = (*form.statistics, *order_statistics(item))
    for parameter in item.symbols:
        score = form.mean_log_likelihood.diff(parameter)
        stable = stable_form(score, item, statistics)
        for theta, rows in points(item, 1):
            difference = unfold(plain(stable), statistics) - unfold(score, statistics)
            assert is_zero_at(difference, theta, rows) is True


def test_a_wrong_form_would_be_noticed() -> None:
    """Planted: a lost term."""
    item = FAMILIES[0]
    theta, rows = points(item)[0]
    form = normal_form(item.log_density, item.columns, item.domain)
    assert is_zero_at(form - item.log_density + Rational(1, 10**20), {**theta, **rows[0]}) is False


@pytest.mark.parametrize(
    "expression",
    [
        Mean(x**k * log(x), x) / Mean(x**k, x) - 1 / k,
        Mean(y * exp(-y / s), y) / Mean(exp(-y / s), y) + log(Mean(exp(-y / s), y)) * s,
        Mean(x**k, x) ** (1 / k),
    ],
    ids=str,
)
def test_tilted_averages_are_equal_to_what_they_replace(expression: Expr) -> None:
    """The weight's own average cancels, and its logarithm has a name."""
    changed = tilted(expression, (k, s))
    assert changed != expression
    rows = [{x: Rational(n, 7), y: Rational(n, 5) - 1} for n in (2, 9, 11, 20)]
    assert is_zero_at(plain(changed) - expression, {k: Rational(9, 7), s: Rational(5, 3)}, rows) is True


def test_a_weight_that_does_not_cancel_is_left_alone() -> None:
    """A sum of tilted and plain averages keeps its scale."""
    alone = Mean(x**k, x) + 1
    assert tilted(alone, (k,)) == alone


def test_an_average_is_linear_and_binds_its_data() -> None:
    """Sums, factors and powers free of data come out; what is bound is no free symbol."""
    assert Mean(2 * x + t * x**2 + c, x) == c + 2 * Mean(x, x) + t * Mean(x**2, x)
    assert Mean((x / s) ** k, x) == s**-k * Mean(x**k, x)
    assert Mean(exp((y - m) / s), y) == exp(-m / s) * Mean(exp(y / s), y)
    assert Mean(t, x) == t
    assert Mean((x + m) ** 2, x) == m**2 + 2 * m * Mean(x, x) + Mean(x**2, x)
    assert Mean(x**k, x).free_symbols == {k}
    assert Mean(x**k, x).subs(x, 3) == Mean(x**k, x)
    assert Mean(x, x).diff(x) == 0
    assert Mean(x**k, x).diff(k) == Mean(x**k * log(x), x)
    assert Mean(x, x).is_positive
    assert Mean(y, y).is_positive is None


def test_centred_atoms_bind_and_differentiate_like_their_definitions() -> None:
    """``d/dm mean((y - m)^2)``, and substitution outside only."""
    residual = Residual((y - m) ** 2, 1, y)
    assert residual.diff(m) == residual.definition().diff(m)
    assert residual.free_symbols == {m}
    assert residual.subs(y, 5) == residual
    assert Covariance(y, y, y).is_nonnegative
    assert Covariance(y, y**2, y).is_nonnegative is None


def test_indicators_are_numbers_of_a_condition() -> None:
    """Decided at once where the condition is constant."""
    n = Symbol("n", integer=True)
    assert Indicator(Eq(n, 1)).subs(n, 1) == 1
    assert Indicator(S.false) == 0
    assert Indicator(Eq(n, 1)).diff(n) == 0


ENDS: list[tuple[Expr, Symbol, Expr, bool, Expr]] = [
    (log(k) - polygamma(0, k) - d, k, oo, False, -d),
    (log(k) - polygamma(0, k) - d, k, Integer(0), True, Integer(1)),
    (1 / k - t, k, Integer(0), True, Integer(1)),
    (1 / k - t, k, oo, False, -t),
    (besseli(1, k) / besseli(0, k) - t, k, oo, False, 1 - t),
    (besseli(1, k) / besseli(0, k) - t, k, Integer(0), True, -t),
]


@pytest.mark.parametrize(
    ("equation", "unknown", "end", "above", "expected"), ENDS, ids=[f"{e[0]} at {e[2]}" for e in ENDS]
)
def test_the_sign_at_an_end_is_that_of_nearby_values(
    equation: Expr, unknown: Symbol, end: Expr, above: bool, expected: Expr
) -> None:
    """The limit, and its sign against a ball close to the end."""
    found = end_value(equation, unknown, end, above)
    assert found is not None
    values = {t: Rational(3, 7), d: Rational(2, 9)}
    near = Rational(1, 10**8) if end == 0 else Rational(10**8)
    with precision(400):
        close = evaluate(equation, {**values, unknown: near})
    assert (close > 0) == bool(found.subs(values) > 0)
    assert found.subs(values) == expected.subs(values)


@pytest.mark.parametrize(("equation", "end"), [(e[0], e[2]) for e in ENDS if e[1] == k and e[2] in (0, oo)])
def test_in_the_logarithm_of_an_unknown_the_end_is_the_same(equation: Expr, end: Expr) -> None:
    """Zero is minus infinity then; of exponentials with other factors in them, too."""
    u, far = Symbol("u", real=True), oo if end is oo else -oo
    assert end_value(equation.subs(k, exp(u)), u, far, False) == end_value(equation, k, end, end == 0)
    assert end_value(equation.subs(k, exp(u / 2 + 1)), u, far, False) is not None
    assert limits._of_exponentials(u + exp(u), u) is None


@pytest.mark.parametrize("equation", [Mean(atan2(x, k), x) * gamma(k), Abs(k - 1) * erf(k) * loggamma(k + x)])
def test_an_end_no_rule_expands_is_not_guessed(equation: Expr) -> None:
    """``None`` rather than a limit that SymPy may get wrong; at finite ends other than zero too."""
    assert end_value(equation, k, Integer(0), True) is None
    assert end_value(equation, k, Integer(3), True) is None


SPECIAL: list[tuple[Expr, Callable[..., mpmath.mpf]]] = [
    (exp(x), mpmath.exp),
    (log(x), mpmath.log),
    (sqrt(x), mpmath.sqrt),
    (x ** Rational(2, 3), lambda v: v ** (mpmath.mpf(2) / 3)),
    (x**-3, lambda v: v**-3),
    (sin(x) * cos(x), lambda v: mpmath.sin(v) * mpmath.cos(v)),
    (tanh(x), mpmath.tanh),
    (cosh(x), mpmath.cosh),
    (gamma(x), mpmath.gamma),
    (loggamma(x), mpmath.loggamma),
    (digamma(x), mpmath.digamma),
    (polygamma(2, x), lambda v: mpmath.polygamma(2, v)),
    (besseli(0, x), lambda v: mpmath.besseli(0, v)),
    (besseli(3, x), lambda v: mpmath.besseli(3, v)),
    (erf(x), mpmath.erf),
    (LambertW(x), mpmath.lambertw),
    (LambertW(-exp(-1 - x), -1), lambda v: mpmath.lambertw(-mpmath.exp(-1 - v), -1).real),
    (atan2(-x, pi), lambda v: mpmath.atan2(-v, mpmath.pi)),
    (binomial(x + 9, x), lambda v: mpmath.binomial(v + 9, v)),
    (Piecewise((x, x < 1), (x**2, True)), lambda v: v if v < 1 else v**2),
]


@pytest.mark.parametrize(("expression", "truth"), SPECIAL, ids=[str(e) for e, _ in SPECIAL])
def test_balls_hold_the_true_value(expression: Expr, truth: Callable[..., mpmath.mpf]) -> None:
    """Against another library in sixty digits: the distance is within radius, and the radius is small."""
    for value in (Rational(1, 97), Rational(5, 7), Rational(41, 3)):
        with precision(120), mpmath.workdps(60):
            enclosure = evaluate(expression, {x: value})
            exact = truth(mpmath.mpf(int(value.p)) / int(value.q))
            middle = mpmath.mpf(enclosure.mid().str(60, radius=False))
            radius = mpmath.mpf(enclosure.rad().str(10, radius=False)) * mpmath.mpf("1.001")
            assert abs(middle - exact.real) <= radius + abs(exact) * mpmath.mpf(10) ** -55
            assert radius <= abs(exact) * mpmath.mpf(10) ** -25


def test_the_larger_of_two_balls_that_overlap_contains_both_cases() -> None:
    """Neither is the larger one for certain."""
    wide = ball(0).union(ball(-1)).union(ball(2))
    assert all(evaluate(Max(0, m), {m: wide}).contains(end) for end in (0, 2))
    assert all(evaluate(Min(0, m), {m: wide}).contains(end) for end in (-1, 0))


def test_what_is_undefined_is_no_finite_ball() -> None:
    """Logarithm of zero, a pole, a case that no condition covers, a comparison too close to call."""
    assert not evaluate(log(m), {m: 0}).is_finite()
    assert not evaluate(1 / m, {m: 0}).is_finite()
    assert not evaluate(Piecewise((m, m > 0)), {m: -1}).is_finite()
    assert not evaluate(Piecewise((m, m > pi), (Integer(2), True)), {m: ball(pi)}).is_finite()


def test_identities_are_told_from_almost_identities() -> None:
    """A difference of ``1e-40`` is refuted."""
    assert is_zero_at(sin(m) ** 2 + cos(m) ** 2 - 1, {m: Rational(3, 7)}) is True
    assert is_zero_at(sin(m) ** 2 + cos(m) ** 2 - 1 + Rational(1, 10**40), {m: Rational(3, 7)}) is False
    assert is_zero_at(log(m), {m: -1}) is None


def test_finite_supports_are_runs_of_integers() -> None:
    """The ends that sign proofs use."""
    assert (bounds(FiniteSet(0, 1)).lo, bounds(FiniteSet(0, 1)).hi) == (0, 1)


def test_limits_of_long_expressions_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """SymPy looks for seconds: a lognormal by mean and variance took a minute. Short ones are asked."""
    asked: list[Expr] = []
    monkeypatch.setattr(limits, "limit", lambda expression, *_: asked.append(expression) or Integer(1))
    terms = [sqrt(log(1 + s) ** 2 + i) for i in range(1, 81)]
    assert end_value(Add(*terms), s, oo, False) is None
    assert not asked
    assert end_value(Add(*terms[:2]), s, oo, False) == 1
    assert asked


ROOTS_WITH_OTHERS = [
    (sqrt(4 * y**2 + 1) + 2 * y + 1, 1),
    (2 * y - sqrt(4 * y**2 + 1) - 3, -1),
    (sqrt(y**2 + 1) + 2 * y + 1, 0),
    (sqrt(4 * y**2 + 1) + 2 * y - 1, 0),
    (sqrt(4 * y**2 - 1) + 2 * y, 0),
]


@pytest.mark.parametrize(("expression", "sign_"), ROOTS_WITH_OTHERS, ids=str)
def test_a_root_beside_terms_of_its_own_sign(expression: Expr, sign_: int) -> None:
    """What is at most as large as the root takes nothing from the others; both signs occur where none is proved."""
    assert strict_sign(expression, {}) == sign_
    heights = [expression.subs(y, place) for place in (-40, -3, -1, Rational(-1, 2), 0, 1, 3, 40)]
    seen = {bool(height > 0) for height in heights if height.is_real}
    assert seen == {sign_ > 0} if sign_ else len(seen) == 2


def test_a_quadratic_whose_first_coefficient_may_vanish_keeps_the_root_that_stays() -> None:
    """Of ``c y**2 + y - c`` it is zero at ``c = 0``, where the other runs away; both are roots elsewhere."""
    equation = c * y**2 + y - c
    near, far = (root.value for root in polynomial_roots(equation, y, {}))
    assert near.subs(c, 0) == 0
    assert far.subs(c, 0).is_finite is not True
    for root in (near, far):
        assert equation.subs(y, root.subs(c, Rational(3, 7))).subs(c, Rational(3, 7)).simplify() == 0
