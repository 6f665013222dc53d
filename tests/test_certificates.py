"""Whether certificates enclose exact maximisers, say no more than is proved, and refute what is planted."""

import json
import math
import pickle
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import FrozenInstanceError, replace
from fractions import Fraction
from multiprocessing import get_context

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mpmath import mp
from process_work import certified
from scalar_families import SCALAR
from sympy import Interval, Reals, Symbol, log, oo, pi

from thetahat import Family, Parameter, certify, derive, family, fit
from thetahat.proofs.ball_functions import zeta_derivative
from thetahat.proofs.balls import precision
from thetahat.proofs.errors import DataError, ParameterError, SupportError, UnsolvedError
from thetahat.strategies import datasets
from thetahat.verify.certify import Certificate, CertificateVerdict, Enclosure, contraction

MOST_ULPS = 4
HARD = {"beta_by_mean", "beta_prime", "rayleigh_shifted", "logistic_known_scale"}
"""Families of which some datasets stay undecided: their fits refuse, or no box contracts."""
HARD |= {
    "cauchy",  # a value that carries just half of the data
    "generalised_normal",
    "skew_normal",
    "birnbaum_saunders",
    "burr",
    "generalised_gamma",
}
# That there is no maximiser where the derived conditions fail is not proved, and so not certified.


def allowance(item, certificate, x):
    """Nats that a unit in the last place costs, or that ends of a support cost since they have to hold the data."""
    if item.bounds.free_symbols:
        column = x if x.ndim == 1 else x[:, 0]
        spread, unit = np.ptp(column), math.ulp(float(np.abs(column).max()))
        return len(x) * math.log1p(8 * unit / spread) if spread else 0.0
    if certificate.verdict is CertificateVerdict.GLOBAL_SET:
        return 0.0
    middle = {name: float(held.ball.mid()) for name, held in certificate.theta.items()}
    costs = []
    for name, value in middle.items():
        for beside in (math.nextafter(value, -math.inf), math.nextafter(value, math.inf)):
            try:
                costs.append(certificate.nats_lost({**middle, name: beside}).high)
            except (ParameterError, ValueError):
                continue  # outside the space, or without a finite likelihood
    return 10 * max(costs)


@pytest.mark.parametrize("item", SCALAR, ids=lambda f: f.name)
def test_every_dataset_has_a_verdict_that_the_checker_confirms(item):
    """The checker proves each again from the declared density; fits lose next to nothing against it."""
    decided = []

    @settings(max_examples=4, suppress_health_check=[HealthCheck.too_slow])
    @given(datasets(item, existence="any"))
    def each(x):
        certificate = certify(item, x)
        if certificate.verdict is CertificateVerdict.UNDECIDED:
            # Of data that make a formula zero over zero, such as one covariate for all, nothing is said.
            silent = any(one.given and one.meaning in certificate.why for one in derive(item).exists_when)
            assert silent or item.name.split("[")[0] in HARD, certificate.why
            return
        assert certificate.check(x)
        decided.append(certificate.verdict)
        if any(enclosure.is_beyond_doubles for enclosure in certificate.theta.values()):
            with pytest.raises(UnsolvedError, match="than any double"):
                fit(item, x)
        elif certificate.theta:
            estimate = fit(item, x)
            # Where rounded parameters have to hold the data in the support, the nearest doubles may not.
            if not item.bounds.free_symbols:
                assert max(certificate.ulps(estimate).values()) <= MOST_ULPS
            lost = certificate.nats_lost(estimate)
            assert lost.low > -1e-12
            assert lost.high < 1e-8 * len(x) + allowance(item, certificate, np.asarray(x))

    each()
    assert decided or item.name in HARD


def test_a_maximiser_that_no_double_holds_is_enclosed():
    """By mpmath, whose exponents have no bound either; fits are refused, and a double is off by infinitely many."""
    x = [1e8, 1e8 + 1, 1e8 + 1.5]
    certificate = certify(family("gompertz"), x)
    assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert certificate.check(x)
    assert not replace(certificate, theta=certificate.theta | {"eta": Enclosure.of(arb("1e-88796208"))}).check(x)
    with mp.workdps(60):
        data = [mp.mpf(value) for value in x]

        def powers(b):
            return [mp.exp(b * value) for value in data]

        def equation(b):
            tilted = sum(value * power for value, power in zip(data, powers(b), strict=True))
            return sum(data) / 3 - tilted / (sum(powers(b)) - 3) + 1 / b

        b = mp.findroot(equation, (2, 2.1))
        eta = 1 / (sum(powers(b)) / 3 - 1)
        digits = {name: mp.mpf(certificate.theta[name].digits(25)[1:].split()[0]) for name in ("eta", "b")}
        assert abs(digits["b"] / b - 1) < 1e-24
        assert abs(digits["eta"] / eta - 1) < 1e-24
    assert certificate.rounded() == (0.0, float(b))
    assert certificate.theta["eta"].is_beyond_doubles
    assert not certificate.theta["b"].is_beyond_doubles
    off = certificate.ulps([1e-300, float(b)])
    assert off["eta"] > 1e23
    assert off["b"] < 1
    with pytest.raises(UnsolvedError, match=r"gompertz: the estimate of eta is 1.16e-88796208, nearer to zero"):
        fit(family("gompertz"), x)


@pytest.mark.parametrize(
    ("ball", "beyond", "low", "high"),
    [
        (arb(10) ** 400, True, sys.float_info.max, math.inf),
        (-(arb(10) ** (10**13)), True, -math.inf, -sys.float_info.max),
        ((-(arb(10) ** 13)).exp(), True, 0.0, 5e-324),
        (arb(0), False, 0.0, 0.0),
        (arb(5e-324), False, 5e-324, 5e-324),
        (arb(sys.float_info.max), False, sys.float_info.max, sys.float_info.max),
    ],
)
def test_ends_that_no_double_holds_lie_on_the_right_side_of_all(ball, beyond, low, high):
    """Neither a fraction of ten trillion digits is made, nor an exact zero taken for something that underflows."""
    assert not Enclosure.of(arb(0, 1)).is_beyond_doubles
    enclosure = Enclosure.of(ball)
    assert (enclosure.is_beyond_doubles, enclosure.low, enclosure.high) == (beyond, low, high)


@pytest.mark.parametrize(
    "name", ["normal", "normal_by_precision", "lognormal", "inverse_gaussian", "linear_regression"]
)
@pytest.mark.parametrize("kind", ["few values far from zero", "many values close together"])
def test_long_data_close_together_keep_their_digits(name, kind):
    """The spread is lost where the centre, or the logarithm of each value, is rounded first."""
    rng = np.random.default_rng(0)
    x = 1e15 + rng.integers(0, 9, 5000) if kind.startswith("few") else 1e8 + rng.random(5000)
    item = family(name)
    data = np.column_stack([x, rng.normal(size=5000)]) if item.covariates else x
    estimate = fit(item, data)
    certificate = certify(item, data, near=estimate)
    assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert max(certificate.ulps(estimate).values()) <= MOST_ULPS
    last = list(estimate.theta_hat)[-1]
    spoiled = {**estimate.theta_hat, last: estimate.theta_hat[last] * (1 + 1e-14)}
    assert max(certificate.ulps(spoiled).values()) > MOST_ULPS


EXACT = [
    ("exponential", [1.0, 1.0, 5.0], {"lambda": Fraction(3, 7)}),
    ("poisson", [0, 2, 5], {"lambda": Fraction(7, 3)}),
    ("normal", [1.0, 2.0, 6.0], {"mu": 3}),
    ("uniform", [1.0, 0.25], {"a": Fraction(1, 4), "b": 1}),
    ("laplace", [1.0, 2.0, 6.0], {"mu": 2, "b": Fraction(5, 3)}),
    ("triangular", [0.5, 0.5, 0.75], {"c": Fraction(1, 2)}),
]


@pytest.mark.parametrize(("name", "x", "theta"), EXACT)
def test_the_enclosure_holds_the_exact_maximiser(name, x, theta):
    """Rational maximisers, computed here in fractions."""
    certificate = certify(family(name), x)
    assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
    for parameter, value in theta.items():
        exact = Fraction(value)
        held = certificate.theta[parameter]
        assert held.contains(fmpq(exact.numerator, exact.denominator))
        assert held.rounded() == float(exact)
        assert held.high - held.low <= 2 * math.ulp(float(exact))


VERDICTS = [
    ("poisson", [0, 0], "NO_MAXIMUM"),
    ("normal", [2.0, 2.0], "NO_MAXIMUM"),
    ("weibull_with_location", [1.0, 2.0, 3.5], "UNBOUNDED"),
    ("laplace", [1.0, 2.0], "GLOBAL_SET"),
    ("uniform_unit_length", [0.5, 0.75], "GLOBAL_SET"),
    ("discrete_uniform", [1, 1], "AT_BOUNDARY"),
    ("negative_binomial", [0, 0, 1, 5, 9], "UNIQUE_GLOBAL"),
    ("lomax", [0.25, 0.5, 1.0, 8.0], "UNIQUE_GLOBAL"),
    ("skew_normal", [-5.0, -1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 7.0], "UNIQUE_GLOBAL"),
    ("cauchy", [0.0, 1.0, 2.0, 5.0, 6.0], "UNIQUE_GLOBAL"),
    ("gamma", [1.0, 2.0, 4.0], "UNIQUE_GLOBAL"),
]


@pytest.mark.parametrize(("name", "x", "verdict"), VERDICTS)
def test_each_verdict_is_told(name, x, verdict):
    """One dataset for each; the checker confirms them."""
    certificate = certify(family(name), x)
    assert certificate.verdict.name == verdict
    assert certificate.check(x)
    assert certificate.verdict.value in str(certificate)


def test_a_set_holds_all_medians():
    """Both ends of the interval between two middle observations."""
    held = certify(family("laplace"), [1.0, 2.0]).theta["mu"]
    assert held.low <= 1.0
    assert held.high >= 2.0


def test_an_unsolved_family_is_undecided():
    """Nothing is claimed where nothing is derived, and nothing can be checked."""
    x, a = Symbol("x", real=True), Symbol("a", real=True)
    odd = Family("odd", x, Interval(-oo, oo), (Parameter(a, Interval(-oo, oo), "odd"),), -((x - a) ** 2) - log(pi) / 2)
    certificate = certify(odd, [1.0, 2.0])
    assert certificate.verdict in (CertificateVerdict.UNIQUE_GLOBAL, CertificateVerdict.UNDECIDED)
    undecided = replace(certificate, verdict=CertificateVerdict.UNDECIDED)
    with pytest.raises(ValueError, match="claims nothing"):
        undecided.check([1.0, 2.0])


X = [1.0, 2.0, 4.0, 4.5]


def moved(certificate, name, factor):
    """The same certificate with one enclosure elsewhere."""
    ball = certificate.theta[name].ball * arb(factor)
    return replace(certificate, theta={**certificate.theta, name: Enclosure.of(ball)})


@pytest.mark.parametrize("name", ["gamma", "exponential", "normal", "laplace", "uniform", "weibull", "beta"])
def test_a_wrong_root_is_refuted(name):
    """Planted: an enclosure that misses the maximiser by one part in 2^40."""
    x = np.array([*X, 6.0]) / 8
    certificate = certify(family(name), x)
    assert certificate.check(x)
    for parameter in certificate.theta:
        assert not moved(certificate, parameter, 1 + 2.0**-40).check(x)


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["gamma", "weibull", "beta", "logistic", "von_mises", "zeta"])
@pytest.mark.parametrize("factor", [1, 1 + 2.0**-30, 1.01, 1000])
def test_where_a_search_begins_changes_nothing(name, factor):
    """Near or far, the verdict is the same and the enclosures overlap."""
    member = family(name)
    x = [1.0, 1.0, 2.0, 3.0] if name == "zeta" else np.array([1.0, 2.0, 4.0, 4.5, 6.0]) / 8
    alone = certify(member, x)
    near = certify(member, x, near=factor * fit(member, x).theta)
    assert near.verdict is alone.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert near.check(x)
    for parameter, held in near.theta.items():
        assert held.ball.overlaps(alone.theta[parameter].ball)
        assert held.rounded() == alone.theta[parameter].rounded()


def test_an_estimate_that_is_none_is_refused():
    """One number for each parameter."""
    with pytest.raises(ParameterError, match="one finite number for each of k, theta"):
        certify(family("gamma"), X, near=[1.0])


def test_a_local_maximum_is_not_called_global():
    """Planted: of two curves of a mean that are the same member none is higher, and no argument makes one global."""
    s, y = Symbol("s", real=True), Symbol("y", real=True)
    curve = Family("curve", y, Reals, (Parameter(s, Reals),), -((y - s**2) ** 2) / 2 - log(2 * pi) / 2)
    x = [1.0, 2.0, 3.0]
    certificate = certify(curve, x)
    assert certificate.verdict is CertificateVerdict.LOCAL
    assert certificate.check(x)
    assert not replace(certificate, verdict=CertificateVerdict.UNIQUE_GLOBAL).check(x)


def test_a_minimiser_is_refuted():
    """Planted: the stationary point between two symmetric clusters is a saddle."""
    x = [-10.0, -9.9, 9.9, 10.0]
    certificate = certify(family("cauchy").fix(gamma=1), x)
    between = replace(certificate, theta={"x_0": Enclosure.of(arb(0))}, others=())
    assert certificate.verdict is CertificateVerdict.GLOBAL_SET
    assert certificate.check(x)
    assert not between.check(x)


def test_wrong_estimators_lose_what_the_certificate_says():
    """Planted: variance over n - 1, a truncated iteration; the gap is an enclosure of the exact loss."""
    proof = certify(family("normal_by_variance"), X)
    wrong = {"mu": float(np.mean(X)), "v": float(np.var(X, ddof=1))}
    # A variance that is r times the maximiser loses n/2 (log r + 1/r - 1).
    assert proof.nats_lost(wrong).low == pytest.approx(4 / 2 * (math.log(4 / 3) + 3 / 4 - 1), rel=1e-12)
    shape = certify(family("gamma"), X)
    estimate = dict(fit(family("gamma"), X).theta_hat)
    assert shape.nats_lost(estimate).high < 1e-25
    assert shape.nats_lost({**estimate, "k": 1.001 * estimate["k"]}).low > 1e-7
    assert shape.ulps({**estimate, "k": 1.001 * estimate["k"]})["k"] > 1e12


@pytest.mark.parametrize("name", ["gamma", "weibull", "gumbel", "chi", "nakagami", "inverse_gamma", "half_logistic"])
def test_the_root_of_one_equation_is_the_double_next_to_the_maximiser(name):
    """One correction by residuals in balls, whatever the root search in doubles has left."""
    x = np.random.default_rng(7).gamma(2.0, 1.5, 40)
    for data in (x, x[:2], 1e6 + x, 1e-6 * x):
        estimate = fit(family(name), data)
        proof = certify(family(name), data)
        assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
        assert max(proof.ulps(estimate.theta_hat).values()) <= 1


@pytest.mark.parametrize("name", ["gamma", "weibull", "logistic", "cauchy"])
@pytest.mark.parametrize("way", [0.999, 1.0, 1.5])
def test_where_the_coarse_step_leads_makes_no_difference(name, way, monkeypatch):
    """It only proposes a point, and all digits of the enclosure come from what follows it."""
    member = family(name)
    right = certify(member, X).theta
    monkeypatch.setattr(contraction, "_stepped", lambda _, start: [u * way for u in start])
    for parameter, enclosure in certify(member, X).theta.items():
        assert enclosure.ball.overlaps(right[parameter].ball)
        assert min(enclosure.ball.rel_accuracy_bits(), right[parameter].ball.rel_accuracy_bits()) > 100


def test_slopes_over_another_box_are_noticed(monkeypatch):
    """Planted error: the slopes over the box are those far from it, where the curvature is many times as large."""
    right = contraction._Ground.__call__

    def elsewhere(ground, point):
        return right(ground, point if point[0].rad() == 0 else [0.4 * u for u in point])

    monkeypatch.setattr(contraction._Ground, "__call__", elsewhere)
    monkeypatch.setattr(contraction, "climbed", lambda *_: None)
    assert certify(family("logistic"), X, near=fit(family("logistic"), X)).verdict is CertificateVerdict.UNDECIDED


def test_expansions_belong_to_their_precision():
    """What is kept of the zeta function around a place has the digits that are asked for, and holds those of others."""
    with precision(64):
        coarse = [zeta_derivative(order, 2.5) for order in range(3)]
    with precision(256):
        fine = [zeta_derivative(order, 2.5) for order in range(3)]
        assert all(near.overlaps(one) and one.rad() < 1e-60 for near, one in zip(coarse, fine, strict=True))
        assert not zeta_derivative(1, 2.5000001).overlaps(fine[1])


def test_an_infeasible_estimate_loses_everything():
    """It is not given a number."""
    proof = certify(family("uniform"), [0.0, 1.0])
    with pytest.raises(ValueError, match="not finite"):
        proof.nats_lost({"a": 0.5, "b": 1.0})
    with pytest.raises(ParameterError):
        proof.nats_lost({"a": 0.5, "b": math.nan})
    with pytest.raises(ParameterError):
        proof.ulps([0.5])


def test_other_data_are_refused():
    """A certificate is about its own data and weights."""
    proof = certify(family("exponential"), [1.0, 2.0], weights=[1.0, 3.0])
    assert proof.check([1.0, 2.0], [1.0, 3.0])
    for x, w in (([1.0, 2.5], [1.0, 3.0]), ([1.0, 2.0], [1.0, 2.0]), ([1.0, 2.0], None)):
        with pytest.raises(ValueError, match="not the data"):
            proof.check(x, w)
    with pytest.raises(DataError):
        certify(family("exponential"), [])
    with pytest.raises(SupportError):
        certify(family("exponential"), [-1.0])


def test_json_holds_exact_numbers():
    """The enclosures survive, digit for digit."""
    proof = certify(family("gamma"), X)
    record = json.loads(proof.to_json())
    assert record["verdict"] == "UNIQUE_GLOBAL"
    for name, held in proof.theta.items():
        pairs = record["theta"][name]
        assert Enclosure(*(tuple(map(int, pairs[key])) for key in ("middle", "radius"))) == held


def test_a_certificate_that_is_made_at_once_has_every_field():
    """As its own constructor would have set them, which asks for each."""
    proof = certify(family("gamma"), X)
    given = {name: value for name, value in vars(proof).items() if name in Certificate.__dataclass_fields__}
    assert list(given) == list(Certificate.__dataclass_fields__)
    assert Certificate(**given).to_json() == proof.to_json()
    with pytest.raises(FrozenInstanceError):
        proof.n = 3


def test_enclosures_are_equal_by_their_numbers():
    """Whether they were made of a ball or of numbers, or sent to another process."""
    held = certify(family("gamma"), X).theta["k"]
    again = Enclosure(held.middle, held.radius)
    assert again == held == pickle.loads(pickle.dumps(held))
    assert hash(again) == hash(held)
    assert again.ball.contains(held.ball)
    assert held != Enclosure(held.middle, (0, 0))
    assert held != held.middle


@given(st.integers(-(2**80), 2**80), st.integers(-90, 90), st.integers(0, 2**30), st.integers(-90, 90))
def test_the_ends_of_an_enclosure_round_outwards(middle, exponent, radius, small):
    """``low`` and ``high`` are doubles next to the exact ends."""
    held = Enclosure((middle, exponent), (radius, small))
    low, high = held.ends
    assert fmpq(*held.low.as_integer_ratio()) <= low <= high <= fmpq(*held.high.as_integer_ratio())
    assert fmpq(*math.nextafter(held.low, math.inf).as_integer_ratio()) > low or held.low == held.high
    assert held.contains(low)
    assert held.contains(high)


def test_losses_beyond_all_doubles_have_ends():
    """A location a unit off in the last place may cost more nats than a double can say."""
    huge = Enclosure((3, 10**9), (1, 0))
    assert huge.low == sys.float_info.max
    assert huge.high == math.inf
    proof = certify(family("gumbel_known_scale").fix(beta=2), [1e80])
    assert proof.nats_lost([math.nextafter(1e80, 0)]).low > 1e30


@pytest.mark.thorough
def test_processes_give_identical_certificates():
    """Ball precision is global to a process; two processes do not disturb one another."""
    names = ["gamma", "logistic"]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(certified, names, [X, X])) == [certified(name, X) for name in names]
