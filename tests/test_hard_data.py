"""Whether estimates are right, or refused, on data that double precision can hardly tell apart or hold."""

import math
from collections.abc import Callable, Sequence

import mpmath
import numpy as np
import pytest
from mpmath import mp
from numpy.typing import NDArray
from sympy import Reals, Symbol, exp, log, pi

from thetahat import certify, family, fit
from thetahat.proofs.engine import derive
from thetahat.proofs.errors import UnsolvedError
from thetahat.proofs.family import Family, Parameter
from thetahat.verify.ball_rooting import solved_in_balls
from thetahat.verify.certify import CertificateVerdict
from thetahat.verify.equivariance_checks import in_logarithms
from thetahat.verify.fitting import fit_with
from thetahat.verify.likelihood import nats_lost
from thetahat.verify.newton import Answer, newton_maximum
from thetahat.verify.solving import bracketed_root
from thetahat.verify.tolerance import BALL_ROWS, EXAMINED_ROWS, ROOT_ULPS, SLOPE_NATS
from thetahat.verify.valid_data import require_data

Exact = Callable[[list[mpmath.mpf], mpmath.mpf], tuple[mpmath.mpf, ...]]
DIGITS = 80
# A root ends within ROOT_ULPS of relative spacing; a formula is rounded once more.
NEAR = (ROOT_ULPS + 1) * float(np.finfo(float).eps)


def weibull(x: list[mpmath.mpf], k: mpmath.mpf) -> tuple[mpmath.mpf, ...]:
    """Johnson, Kotz & Balakrishnan 1994, section 21.4: the equation for k, and the scale it gives."""
    logs = [mp.log(value) for value in x]
    powers = [mp.exp(k * (v - logs[-1])) for v in logs]
    top = mp.fsum(p * v for p, v in zip(powers, logs, strict=True))
    scale = mp.exp(logs[-1] + mp.log(mp.fsum(powers) / len(x)) / k)
    return top / mp.fsum(powers) - 1 / k - mp.fsum(logs) / len(x), k, scale


def gumbel(x: list[mpmath.mpf], beta: mpmath.mpf) -> tuple[mpmath.mpf, ...]:
    """The same source, section 22.9: the equation for beta, and the location it gives."""
    powers = [mp.exp((x[0] - v) / beta) for v in x]
    top = mp.fsum(p * v for p, v in zip(powers, x, strict=True))
    location = x[0] - beta * mp.log(mp.fsum(powers) / len(x))
    return mp.fsum(x) / len(x) - beta - top / mp.fsum(powers), location, beta


def von_mises(x: list[mpmath.mpf], kappa: mpmath.mpf) -> tuple[mpmath.mpf, ...]:
    """Mardia & Jupp 2000, section 5.3: the ratio of Bessel functions is the mean resultant length."""
    sine, cosine = (mp.fsum(map(f, x)) / len(x) for f in (mp.sin, mp.cos))
    # Scaled series of Hankel (NIST DLMF 10.40.1), whose first terms are exact enough from kappa = 1e8 on.
    first, zeroth = (
        1 - (m - 1) / (8 * kappa) + (m - 1) * (m - 9) / (2 * (8 * kappa) ** 2)
        - (m - 1) * (m - 9) * (m - 25) / (6 * (8 * kappa) ** 3) for m in (4, 0)
    )  # fmt: skip
    return first / zeroth - mp.hypot(sine, cosine), mp.atan2(sine, cosine), kappa


def negative_binomial(x: list[mpmath.mpf], r: mpmath.mpf) -> tuple[mpmath.mpf, ...]:
    """Johnson, Kemp & Kotz 2005, section 5.8.2: the equation for r, and the probability it gives."""
    mean = mp.fsum(x) / len(x)
    score = mp.fsum(mp.digamma(r + v) for v in x) / len(x) - mp.digamma(r) + mp.log(r / (r + mean))
    return score, r, r / (r + mean)


HARD: list[tuple[str, Exact, list[float]]] = [
    ("weibull", weibull, [1e8, 1e8, 100000000.0001]),
    ("weibull", weibull, [100000011.0, 100000011.0, 100000011.0000001]),
    ("weibull", weibull, [9.999999993564874e-81, 1e-80, 1e-80]),
    ("weibull", weibull, [1e-80] * 7 + [1.000000000001e-80]),
    ("weibull", weibull, [203.0, 203.0, 203.0, 203.000000000203]),
    ("weibull", weibull, [143.0, 143.0, 143.000000000143]),
    ("gumbel", gumbel, [1e8, 1e8, 100000000.0001]),
    ("gumbel", gumbel, [-5.0, -5.0, -4.999999999999]),
    ("von_mises", von_mises, [0.5652348158389828] * 10 + [0.5652348158411189]),
    ("von_mises", von_mises, [3.141592591484826, 3.141592598635251, 3.1415926493378357, 3.1415926535897305]),
    ("negative_binomial", negative_binomial, [100000003.0, 100000009.0, 100000100.0, 100030000.0]),
    ("negative_binomial", negative_binomial, [5000.0] + [6000.0] * 15),
]


@pytest.mark.parametrize(("name", "exact", "x"), HARD, ids=[f"{name} {x[-1]!r}" for name, _, x in HARD])
@pytest.mark.parametrize("times", [1, 3])
def test_the_estimate_on_data_that_agree_in_most_digits_is_exact(
    name: str, exact: Exact, x: list[float], times: int
) -> None:
    """Against the textbook equation at eighty digits: its sign changes beside the root, and the rest follows."""
    theta = fit(family(name), x * times).theta
    place = {"weibull": 0, "gumbel": 1, "von_mises": 1, "negative_binomial": 0}[name]
    with mp.workdps(DIGITS):
        numbers, root = [mpmath.mpf(value) for value in x], mpmath.mpf(float(theta[place]))
        below, above = (exact(numbers, root * (1 + side * NEAR))[0] for side in (-1, 1))
        assert below * above < 0, f"the equation does not change its sign within {NEAR:.1g} of {float(root)!r}"
        expected = [float(value) for value in exact(numbers, root)[1:]]
    np.testing.assert_allclose(theta, expected, rtol=float(np.finfo(float).eps), atol=0)


def test_a_bracket_around_zero_closes() -> None:
    """A step at zero: no double is narrower than the smallest, and none is asked for."""
    assert abs(bracketed_root(lambda value: 1 / 3 if value > 0 else -1 / 3, -0.5, 0.7)) < 1e-322


def test_a_median_at_zero_is_found_by_its_equation() -> None:
    """Laplace with half its location as the parameter: the equation is a step at the median."""
    other = in_logarithms(family("laplace"))
    assert other is not None
    result = fit_with(derive(other[0]), [0.0, 0.0, 1.0])
    assert abs(result.theta_hat["phi"]) < 1e-322
    assert result.theta_hat["b"] == pytest.approx(1 / 3, rel=1e-15)


def offset(n: int, spread: float) -> Sequence[float]:
    """So many different numbers near seven."""
    return [float(value) for value in 7.0 + spread * np.random.default_rng(5).weibull(2.0, n)]


@pytest.mark.parametrize("name", ["weibull", "gumbel"])
def test_many_rows_are_solved_in_doubles_in_balls_or_refused(name: str) -> None:
    """Doubles carry a spread of a tenth; of 1e-11 they do not: balls solve few rows, and many are refused."""
    easy = fit(family(name), offset(2 * BALL_ROWS, 0.1)).theta
    assert np.isfinite(easy).all()
    hard = offset(2 * BALL_ROWS, 1e-11)
    assert np.isfinite(fit(family(name), hard[:300]).theta).all()
    with pytest.raises(UnsolvedError, match="different rows are too many"):
        fit(family(name), hard)
    repeated = fit(family(name), hard[:300] * 40).theta
    np.testing.assert_allclose(repeated, fit(family(name), hard[:300]).theta, rtol=NEAR, atol=0)


def beta(x: list[mpmath.mpf], a: mpmath.mpf, b: mpmath.mpf) -> tuple[mpmath.mpf, ...]:
    """Johnson, Kotz & Balakrishnan 1995, section 25.4: both scores, each times its parameter."""
    n = len(x)
    ends = (mp.fsum(map(mp.log, x)) / n, mp.fsum(mp.log1p(-v) for v in x) / n)
    return tuple(t * (mp.digamma(t + s) - mp.digamma(t) + end) for t, s, end in ((a, b, ends[0]), (b, a, ends[1])))


def cauchy(x: list[mpmath.mpf], place: mpmath.mpf, scale: mpmath.mpf) -> tuple[mpmath.mpf, ...]:
    """Johnson, Kotz & Balakrishnan 1994, section 16.4: both scores, times the scale."""
    squares = [1 + ((v - place) / scale) ** 2 for v in x]
    first = mp.fsum(2 * (v - place) / scale / q for v, q in zip(x, squares, strict=True)) / len(x)
    return first, 1 - 2 * mp.fsum(1 / q for q in squares) / len(x)


def logistic(x: list[mpmath.mpf], place: mpmath.mpf, scale: mpmath.mpf) -> tuple[mpmath.mpf, ...]:
    """Johnson, Kotz & Balakrishnan 1995, section 23.7: both scores, times the scale."""
    z = [(v - place) / scale for v in x]
    return mp.fsum(map(mp.tanh, (v / 2 for v in z))) / len(x), mp.fsum(v * mp.tanh(v / 2) for v in z) / len(x) - 1


TWO = Callable[[list[mpmath.mpf], mpmath.mpf, mpmath.mpf], tuple[mpmath.mpf, ...]]
SEVERAL: list[tuple[str, TWO, list[float]]] = [
    ("beta", beta, [0.5899593249889064] * 9 + [0.5899593249892463] * 2),
    ("beta", beta, [2.5e-09, 5e-09]),
    ("beta", beta, [0.9999999920688442, 0.9999999937715608, 0.9999999984719155, 0.9999999997]),
    ("beta", beta, [0.5, 0.5000032797343414, 0.5000141029944941, 0.5000231206008009]),
    ("cauchy", cauchy, [-940.6724296408541, -940.6724296399135, -940.6724296389957, -940.6724296389333]),
    ("cauchy", cauchy, [99965493.57856072, 99965497.02930287, 99965540.46336824, 99965554.50547105]),
    ("cauchy", cauchy, [-7e86, -2e86, 0.0, 9.495595598785731e85, 1e86, 1.25e86]),
    ("cauchy", cauchy, [-820412.3125530502, 0.0, 0.03, 0.030283771877157094, 0.06]),
    ("logistic", logistic, [-940.6724296408541, -940.6724296399135, -940.6724296389957]),
    ("logistic", logistic, [99951251.28668584, 99951251.28668587, 99951251.28668591, 99951251.28668599]),
    ("logistic", logistic, [-3.763647760205437, 0.0, 1.3075940594567843, 8.0, 461827.51557804225]),
]


@pytest.mark.parametrize(("name", "scores", "x"), SEVERAL, ids=[f"{name} {x[0]!r}" for name, _, x in SEVERAL])
@pytest.mark.parametrize("times", [1, 3])
def test_two_equations_are_solved_on_data_that_agree_in_most_digits(
    name: str, scores: TWO, x: list[float], times: int
) -> None:
    """Newton's step for the textbook scores, at eighty digits, moves neither parameter by a double or two."""
    theta = fit(family(name), x * times).theta
    with mp.workdps(DIGITS):
        numbers, (first, second) = [mpmath.mpf(value) for value in x], (mpmath.mpf(float(value)) for value in theta)
        unit = first if name == "beta" else second
        moves = mp.findroot(
            lambda u, v: list(scores(numbers, first + unit * u, second * (1 + v))), (0, 0), tol=1e-60, verify=False
        )
    # Each is the exact one rounded once, or solved in doubles to CLIMB_NATS, which is the square of this.
    assert abs(moves[1]) <= 1e-9
    assert abs(moves[0]) <= 1e-9 + float(np.spacing(abs(theta[0])) / float(unit))


def test_a_location_in_half_units_is_found_far_from_zero() -> None:
    """No start lies near it: on the long ridge steps that double lead there, and flat is not taken for solved."""
    x = [99951251.28668597, 99951251.28668599, 99951251.28668605, 99951251.2866861]
    for name in ("cauchy", "logistic"):
        other = in_logarithms(family(name))
        assert other is not None
        found = fit_with(derive(other[0]), x).theta
        assert 2 * found[0] == pytest.approx(fit(family(name), x).theta[0], rel=1e-15)


@pytest.mark.parametrize("unit", [2.0**-330, 2.0**-30, 2.0**30, 2.0**330])
def test_a_logarithm_of_a_scale_is_found_in_every_unit(unit: float) -> None:
    """Of Student's t with three degrees of freedom: shifted by the logarithm of the unit, and proved to be there.

    It was taken for a place on the line of the data: of very small ones it came out as zero, a thousand nats below.
    """
    x, m, phi = Symbol("x", real=True), Symbol("m", real=True), Symbol("phi", real=True)
    density = log(2) - log(pi) - log(3) / 2 - phi - 2 * log(1 + (x - m) ** 2 / (3 * exp(2 * phi)))
    t3 = Family("t3", x, Reals, (Parameter(m, Reals), Parameter(phi, Reals)), density)
    data = np.array([-0.29, 0.4, -1.5, 2.3, 0.0])

    here, there = fit(t3, data).theta_hat, fit(t3, data * unit).theta_hat
    certificate = certify(t3, data * unit)

    assert there["m"] == pytest.approx(here["m"] * unit, rel=1e-12)
    assert there["phi"] == pytest.approx(here["phi"] + math.log(unit), abs=1e-12)
    assert certificate.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert certificate.check(data * unit)


def test_a_slope_without_curvature_of_its_own_is_no_maximum() -> None:
    """A ramp in one coordinate, so low that doubles do not show it rise, which shares a curvature with the other."""

    def ramp(u: NDArray[np.float64]) -> Answer:
        return -1.0 - float(u[0]) ** 2, np.array([-2 * u[0], 1e-100]), np.array([[-2.0, 1e-310], [1e-310, 0.0]])

    assert not newton_maximum(ramp, [0.5, 0.5]).converged


def test_many_rows_that_doubles_do_not_carry_are_refused() -> None:
    """A relative spread of 1e-11: a hundred rows are solved in balls, twice as many as balls take are refused."""
    hard = offset(2 * BALL_ROWS, 1e-10)
    assert np.isfinite(fit(family("beta"), [value / 10 for value in hard[:100]]).theta).all()
    with pytest.raises(UnsolvedError, match="different rows are too many"):
        fit(family("beta"), [value / 10 for value in hard])


@pytest.mark.parametrize("name", ["weibull", "gumbel", "gamma", "inverse_gamma"])
@pytest.mark.parametrize("spread", [1.0, 1e-3, 1e-6, 1e-9])
def test_doubles_are_trusted_on_many_rows_only_where_they_lose_nothing(name: str, spread: float) -> None:
    """Whether the fit trusted them or not, the solution with every residual in balls is no better."""
    item = family(name)
    derivation, x = derive(item), offset(EXAMINED_ROWS + 40, 7 * spread)
    exact = solved_in_balls(derivation, require_data(item, x))
    gap = abs(nats_lost(item, fit(item, x).theta, [exact[symbol] for symbol in item.symbols], x))
    assert gap < SLOPE_NATS * len(x)


@pytest.mark.parametrize(
    "x", [[589960.5049086661] * 11 + [589960.5049092561], [-7999.965253956622] * 11 + [-7999.965253956275]]
)
def test_a_place_next_to_the_least_observation_is_found(x: list[float]) -> None:
    """A millionth of a millionth from it lies an observation, beyond which the equation has other roots."""
    with mp.workdps(50):
        rows = [mp.mpf(value) for value in x]

        def slope(distance: mp.mpf) -> mp.mpf:
            away = [row - rows[0] + distance for row in rows]
            return 2 * mp.fsum(away) / mp.fsum(u * u for u in away) - mp.fsum(1 / u for u in away) / len(away)

        spread = rows[-1] - rows[0]
        distance = mp.findroot(slope, (spread / 100, spread), solver="anderson")
        place, scale = rows[0] - distance, mp.sqrt(mp.fsum((row - rows[0] + distance) ** 2 for row in rows) / 24)
        found = fit(family("rayleigh_shifted"), x).theta_hat
        assert abs(mp.mpf(found["mu"]) - place) <= math.ulp(x[0])
        assert abs(mp.mpf(found["sigma"]) / scale - 1) < 1e-15


@pytest.mark.parametrize(
    ("name", "x"),
    [
        ("beta", [4.3595681112178085e-09] * 7 + [4.359568141841358e-09, 4.3595681586531185e-09, 4.359568165476264e-09]),
        ("beta_prime", [100000000.93564875, 100000001.0]),
        ("beta_prime", [1.9248e85, 1.9249e85, 1.9258e85]),
        ("beta_by_mean", [1.25e-81, 2.190657962868566e-81, 9.350122911173897e-81]),
        ("beta_by_mean", [6.681125507777156e-81, 6.68112550971844e-81, 6.6811256028895e-81]),
    ],
)
def test_climbs_in_balls_reach_maxima_far_out_along_ridges(name: str, x: list[float]) -> None:
    """Of balls wider than any slope the middles once led far beyond the maximum, from where no step leads back.

    And where a ridge bends upwards ever so little, damping made steps a millionth as long as the way.
    """
    proof = certify(family(name), x)
    assert proof.verdict is CertificateVerdict.UNIQUE_GLOBAL
    assert proof.check(x)
    if name == "beta_by_mean":
        shapes = certify(family("beta"), x).theta
        mean, total = proof.theta["mu"].ball, proof.theta["phi"].ball
        assert (mean * total).overlaps(shapes["alpha"].ball)
        assert ((1 - mean) * total).overlaps(shapes["beta"].ball)
