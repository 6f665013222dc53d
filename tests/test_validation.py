"""Whether densities that are none are refused with the reason, sound ones pass, and the undecided ones do neither."""

import time
from typing import Any

import mpmath as mp
import pytest
from scipy import stats
from sympy import (
    Abs,
    Function,
    Integer,
    Interval,
    Max,
    Naturals,
    Naturals0,
    Piecewise,
    Rational,
    Reals,
    S,
    Symbol,
    cos,
    erfc,
    exp,
    gamma,
    log,
    loggamma,
    oo,
    pi,
    zeta,
)

from thetahat import derive
from thetahat.proofs import validation
from thetahat.proofs.digits import log_density_at, score_at
from thetahat.proofs.errors import DeclarationError, UndecidedError
from thetahat.proofs.expectations import proves_normalised
from thetahat.proofs.family import Family, Parameter
from thetahat.proofs.probes import at, data_points, parameter_points
from thetahat.proofs.registry import families
from thetahat.proofs.totals import spread, total
from thetahat.proofs.validation import (
    require_assumptions,
    require_identifiable,
    require_normalised,
    require_real,
    shared_total,
    validate,
)

x = Symbol("x", positive=True)
z = Symbol("z", real=True)
m = Symbol("m", integer=True, positive=True)
n = Symbol("n", integer=True, nonnegative=True)
k = Symbol("k", integer=True)
r, s, c = (Symbol(name, positive=True) for name in "rsc")
mu, nu = Symbol("mu", real=True), Symbol("nu", real=True)
POSITIVE = Interval.open(0, oo)
R, T, C = (Parameter(symbol, POSITIVE) for symbol in (r, s, c))
SHARE = Parameter(c, Interval.open(0, 1))
MU, NU = Parameter(mu, Reals), Parameter(nu, Reals)
BELL = -((z - mu) ** 2) / 2 - log(2 * pi) / 2


def declared(name: str, *arguments: Any, **more: Any) -> Family:
    """Declare a family; what is wrong with it does not show on its face."""
    return Family(name, *arguments, **more)


@pytest.mark.parametrize("family", families(), ids=lambda family: family.name)
def test_every_shipped_family_is_sound(family: Family) -> None:
    """Real, of total one, identifiable, with assumptions that hold; and found to be so in reasonable time."""
    start = time.process_time()
    validate(family, proves_normalised)
    # At most 0.5 s was measured on a slow machine; ten times that is another algorithm, not noise.
    assert time.process_time() - start < 5


SOUND = {
    "power-law terms": declared("zipf", m, Naturals, (Parameter(s, Interval.open(1, oo)),), -s * log(m) - log(zeta(s))),
    "both directions": declared("two_sided", k, S.Integers, (SHARE,), log((1 - c) / (1 + c)) + Abs(k) * log(c)),
    "kink": declared(
        "roof",
        x,
        Interval.open(0, 1),
        (SHARE,),
        Piecewise((log(2 * x / c), x < c), (log(2 * (1 - x) / (1 - c)), True)),
    ),
    "narrow peak": declared("sharp", z, Reals, (MU,), log(1000) - log(2 * pi) / 2 - (1000 * (z - mu)) ** 2 / 2),
    "peak far out": declared("far", z, Reals, (MU,), log(10) - log(2 * pi) / 2 - (10 * (z - mu - 1000)) ** 2 / 2),
    "second hump far out": declared(
        "humps",
        z,
        Reals,
        (MU,),
        log(exp(-((z - mu) ** 2) / 2) / 2 + exp(-((z - mu - 100) ** 2) / 2) / 2) - log(2 * pi) / 2,
    ),
    "second hump of counts": declared(
        "two_rates",
        n,
        Naturals0,
        (R,),
        log(exp(-r) * r**n / gamma(n + 1) / 2 + exp(-r - 400) * (r + 400) ** n / gamma(n + 1) / 2),
    ),
    "singular end": declared("root", x, Interval.open(0, 1), (SHARE,), log(c) + (c - 1) * log(x)),
    "lower line": declared("mirrored", z, Interval(-oo, mu), (MU, R), log(r) - r * (mu - z)),
    "parameter seen in the tail only": declared(
        "spliced",
        x,
        POSITIVE,
        (R,),
        Piecewise((-log(8) - log(2), x <= 8), (log(r) - r * (x - 8) - log(2), True)),
    ),
    "integer parameter": declared("run", m, S.Naturals, (SHARE,), log(1 - c) + (m - 1) * log(c)),
}


@pytest.mark.thorough
@pytest.mark.parametrize("family", SOUND.values(), ids=SOUND)
def test_a_difficult_but_sound_density_passes(family: Family) -> None:
    """None of them is refused, and none is left undecided."""
    validate(family)


NONSENSE = {
    "lost normalising constant": (
        declared("bell", z, Reals, (MU,), -((z - mu) ** 2)),
        r"bell: the density is not normalised: at mu = \S+ the density integrates to 1\.77245385\d* over Reals",
    ),
    "lost factor two": (
        declared("half", x, POSITIVE, (R,), log(r) - r * x - log(2)),
        r"not normalised: at r = \S+ the density integrates to 0\.5 over",
    ),
    "lost exponential": (
        declared("counts", n, Naturals0, (R,), n * log(r) - loggamma(n + 1)),
        r"not normalised: at r = \S+ the density sums to 2\.3",
    ),
    "factorial of the wrong number": (
        declared("counts", n, Naturals0, (R,), n * log(r) - r - loggamma(n + 2)),
        r"not normalised: .* the density sums to 0\.6",
    ),
    "diverging sum": (
        declared("harmonic", m, Naturals, (R,), -log(m) - r),
        r"not normalised: .* the density sums to \S+ over Naturals, not to 1",
    ),
    "support too small": (
        declared("upper", x, POSITIVE, (R,), log(r) - log(2 * pi) / 2 - (r * x) ** 2 / 2),
        r"not normalised: at r = \S+ the density integrates to 0\.5 over Interval\.open\(0, oo\)",
    ),
    "support too large": (
        declared("line", z, Reals, (R,), log(r) - r * z),
        r"not normalised: .* integrates to \+inf over Reals",
    ),
    "constant lost at one covariate only": (
        declared("heteroscedastic", z, Reals, (R,), -log(2 * pi) / 2 - (z * r * x) ** 2 / 2 + log(r), covariates=(x,)),
        r"not normalised: at r = \S+, x = \S+ the density integrates to",
    ),
    "constant lost at one size only": (
        declared("trials", m, S.Naturals, (SHARE,), log(1 - c) + (m - r) * log(c), constants=(R,)),
        r"not normalised: at r = \S+, c = \S+ the density sums to",
    ),
    "extra parameter": (
        declared("extra", x, POSITIVE, (R, T), log(r) - r * x + log(s)),
        r"not normalised: at r = \S+, s = \S+ the density",
    ),
    "pair that acts as a product": (
        declared("product", x, POSITIVE, (R, T), log(r * s) - r * s * x),
        r"product: not identifiable: some change of r, s leaves density and support as they are",
    ),
    "pair beside a sound parameter": (
        declared("three", z, Reals, (MU, R, T), -log(2 * pi) / 2 - log(r * s) - (z - mu) ** 2 / (2 * r**2 * s**2)),
        r"three: not identifiable: some change of r, s leaves",
    ),
    "pair that acts as a sum": (
        declared("summed", z, Reals, (MU, NU), BELL.subs(mu, mu + nu)),
        r"summed: not identifiable: some change of mu, nu leaves",
    ),
    "pair in one end of the support": (
        declared("edges", z, Interval(mu - r, oo), (MU, R), -(z - mu + r)),
        r"edges: not identifiable: some change of mu, r leaves density and support",
    ),
    "intercept beside a constant covariate": (
        declared("twice", z, Reals, (MU, NU), BELL.subs(mu, mu * x + nu * x), covariates=(x,)),
        r"twice: not identifiable: some change of mu, nu leaves",
    ),
    "logarithm of a negative number": (
        declared("complex", x, POSITIVE, (R,), log(r) - r * x + log(x - 1)),
        r"complex: at r = \S+ the log-density is .*j\) for x = \S+, which is not real although the point lies in the",
    ),
    "zero inside the support": (
        declared("truncated", z, Reals, (R,), Piecewise((log(r) - r * z, z > 0), (-oo, True))),
        r"truncated: at r = \S+ the log-density is -inf for z = -\S+, although that lies in the support Reals",
    ),
    "positive observation above a real start": (
        declared("start", x, Interval(mu, oo), (MU, R), log(r) - r * (x - mu)),
        r"start: the Symbol x is assumed positive, but at mu = -\S+, r = \S+ it runs from -\S+ to oo",
    ),
    "positive parameter above a real one": (
        declared("ends", z, Interval(mu, c), (MU, Parameter(c, Interval.open(mu, oo))), -log(c - mu)),
        r"ends: the Symbol c is assumed positive, but at mu = -\S+, c = \S+ it runs from -\S+ to oo",
    ),
    "empty support": (
        declared("empty", x, Interval(r, 1 / r), (Parameter(r, Interval.open(1, oo)),), -log(1 / r - r)),
        r"empty: the support .*: at r = \S+ it is empty",
    ),
}


@pytest.mark.parametrize(("family", "reason"), NONSENSE.values(), ids=NONSENSE)
def test_planted_nonsense_is_refused_with_its_reason(family: Family, reason: str) -> None:
    """The message says what is wrong, where it was seen, and what to do."""
    with pytest.raises(DeclarationError, match=reason):
        validate(family)


UNDECIDED = {
    "tails too heavy": declared("heavy", x, POSITIVE, (R,), -log(x) - log(pi * r) - log(1 + (log(x) / r) ** 2)),
    "hidden function": declared("unknown", x, POSITIVE, (R,), log(r) - r * x + Function("f", real=True)(x)),
}


@pytest.mark.parametrize("family", UNDECIDED.values(), ids=UNDECIDED)
def test_what_cannot_be_decided_does_not_pass(family: Family) -> None:
    """It is not refused as wrong either: the exception is another one."""
    with pytest.raises(UndecidedError, match=r"undecided|cannot be evaluated"):
        validate(family)


def test_a_prover_is_asked_first() -> None:
    """Proved: no quadrature. Disproved: refused. Neither: quadrature decides."""
    heavy, half = UNDECIDED["tails too heavy"], NONSENSE["lost factor two"][0]
    require_normalised(heavy, prover=lambda family: family is heavy)
    with pytest.raises(DeclarationError, match="heavy: the density is proved not to be normalised"):
        require_normalised(heavy, prover=lambda family: False)
    with pytest.raises(DeclarationError, match=r"integrates to 0\.5"):
        require_normalised(half, prover=lambda family: None)


def test_each_check_is_part_of_validate(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of the four can be dropped unnoticed."""
    called = []
    for check in (require_assumptions, require_real, require_identifiable, require_normalised):
        monkeypatch.setattr(validation, check.__name__, lambda *_, name=check.__name__: called.append(name))
    validate(SOUND["kink"])
    assert sorted(called) == ["require_assumptions", "require_identifiable", "require_normalised", "require_real"]


@pytest.mark.parametrize("family", [one for one in families() if not one.also], ids=lambda family: family.name)
def test_totals_are_one_within_their_error(family: Family) -> None:
    """The estimate of the error is honest for every shipped family, at other values than ``validate`` uses."""
    (theta,) = parameter_points(family, 1, seed=77)
    (row,) = data_points(family, theta, 1, seed=77)
    found = total(family, {**theta, **{symbol: row[symbol] for symbol in family.given}})
    # 1e-13 is what the tails that were cut off may hold, in nats: exp(-30).
    assert abs(found.value - 1) <= found.error + found.tail + 1e-13


def test_the_log_density_is_the_one_of_scipy() -> None:
    """An independent implementation of the gamma density."""
    shape, scale = Rational(5, 3), Rational(7, 4)
    (family,) = (each for each in families("positive") if each.name == "gamma")
    ours = log_density_at(family, dict(zip(family.symbols, (shape, scale), strict=True)))
    for value in (0.01, 0.5, 3.0, 40.0):
        theirs = stats.gamma(float(shape), scale=float(scale)).logpdf(value)
        assert float(ours(value)) == pytest.approx(theirs, rel=1e-12)  # SciPy's own rounding


def test_the_score_is_the_derivative() -> None:
    """Of the normal, worked out by hand: (x - mu) / sigma^2 and -1 / sigma + (x - mu)^2 / sigma^3."""
    (family,) = (each for each in families("real") if each.name == "normal")
    values = dict(zip(family.symbols, (Integer(1), Integer(2)), strict=True))
    with mp.workdps(50):
        found = score_at(family, family.symbols, values, mp.mpf(4))
        assert [mp.nstr(each, 30) for each in found] == ["0.75", "0.625"]


def test_spread_points_lie_inside() -> None:
    """Wide points stay in the support, also in a small finite one."""
    for family in families():
        (theta,) = parameter_points(family, 1, seed=4)
        ends = at(family.bounds, theta)
        points = spread(ends, 9)
        assert (1 if ends.lo == ends.hi else 2) <= len(points) <= 9
        with mp.workdps(50):
            assert all(ends.lo <= float(point) <= ends.hi for point in points)


def test_a_density_that_loses_all_digits_far_out_is_not_called_wrong() -> None:
    """A skew normal slanted away: two less an ``erfc`` that is two but for its hundredth digit."""
    x, m = Symbol("x", real=True), Symbol("m", real=True)
    slanted = log(2 - erfc(30 * (x - m))) - (x - m) ** 2 / 2 - log(2 * pi) / 2
    require_real(Family("slanted", x, S.Reals, (Parameter(m, S.Reals),), slanted))
    with pytest.raises(DeclarationError, match="the log-density is -inf"):
        require_real(Family("empty", x, S.Reals, (Parameter(m, S.Reals),), slanted + log(Max(0, x - m))))


def test_what_is_negative_for_some_members_is_no_density() -> None:
    """The derivation says so, with the place; it ended in an error while a shared total was looked for."""
    angle, height = Symbol("x", real=True), Symbol("t", real=True)
    space = (Parameter(height, Interval(-1, 1)),)
    wave = Family("wave", angle, Interval(-pi, pi), space, log(1 + 2 * height * cos(angle)) - log(2 * pi))
    assert shared_total(wave) is None
    assert "which is not real" in derive(wave).reason
