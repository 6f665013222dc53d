"""Whether pushing a family through a monotone map gives the family that the literature, and the old data, say it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from amounts import thinned
from sympy import (
    Expr,
    Interval,
    Naturals,
    Piecewise,
    Range,
    Rational,
    Reals,
    Symbol,
    asinh,
    atanh,
    exp,
    log,
    oo,
    sinh,
    sqrt,
    tanh,
)

from thetahat import Family, Parameter, check_family, derive, family, fit
from thetahat.proofs.algebra.atoms import Mean, Quantile, plain
from thetahat.proofs.check_context import Context
from thetahat.proofs.checker import check_steps
from thetahat.proofs.derivation import Derivation, Evidence, Verdict
from thetahat.proofs.errors import DeclarationError
from thetahat.proofs.likelihood import unfold
from thetahat.proofs.probes import data_points, parameter_points
from thetahat.proofs.symmetry import unit_exponents
from thetahat.proofs.transport import transport
from thetahat.proofs.validation import validate
from thetahat.proofs.zero import prove_zero
from thetahat.verify.drawn import Drawn, judged
from thetahat.verify.fitting import fit_with
from thetahat.verify.tolerance import THETA_ULPS, UNIT_ROUNDOFF

POSITIVE = Interval.open(0, oo)
y, real, minus = Symbol("y", positive=True), Symbol("y", real=True), Symbol("y", negative=True)
a, b = Symbol("a", positive=True), Symbol("b", positive=True)
count, whole = Symbol("y", integer=True, nonnegative=True), Symbol("y", integer=True, positive=True)
integer = Symbol("y", integer=True)

POSITIVE_FAMILIES = ("gamma", "weibull", "inverse_gaussian", "lognormal", "exponential", "rayleigh", "half_normal")
REAL_FAMILIES = ("normal", "gumbel", "logistic", "laplace", "cauchy")
POSITIVE_MAPS = ((y, 1 / y), (y, y**2), (y, sqrt(y)), (y, 3 * y), (real, exp(real)))
REAL_MAPS = ((y, log(y)), (real, -real), (real, 2 * real - 1))
Pair = tuple[str, Symbol, Expr]
POSITIVE_PAIRS: list[Pair] = [(name, *map_) for name in POSITIVE_FAMILIES for map_ in POSITIVE_MAPS]
REAL_PAIRS: list[Pair] = [(name, *map_) for name in REAL_FAMILIES for map_ in REAL_MAPS]
OTHER_PAIRS: list[Pair] = [
    *((name, minus, -minus) for name in ("gamma", "exponential")),
    *((name, y, image) for name in ("pareto",) for image in (1 / y, y**2)),
    ("pareto", real, exp(real)),
    ("shifted_exponential", y, log(y)),
    ("shifted_exponential", real, -real),
    ("uniform", real, -real),
    ("uniform", y, log(y)),
    ("uniform_from_zero", y, y**3),
    ("beta", y, exp(-y)),
    ("beta", y, y / (1 + y)),
    ("beta", real, 1 / (1 + exp(-real))),
    ("normal", y, log(y / (1 - y))),
    ("topp_leone", y, 1 - y),
    ("poisson", whole, whole - 1),
    ("poisson", integer, 2 - integer),
    ("geometric", count, count + 1),
]
# The strides are prime to the numbers of maps: every family is moved by one map at least, and every map moves some.
PAIRS = [*thinned(POSITIVE_PAIRS, 3), *thinned(REAL_PAIRS, 2), *OTHER_PAIRS]


def name_of(pair: Pair) -> str:
    """Return how a case reads."""
    return f"{pair[0]}: {pair[2]}".replace(" ", "")


def moved(expression: Expr, old: Family, new: Family, image: Expr, rising: bool) -> Expr:
    """Return an expression in averages and order statistics of ``x``, for the data ``x = image(y)``."""
    x, variable = old.observation, new.observation

    flat = plain(expression)
    ends = {one: Quantile(one.args[0] if rising else 1 - one.args[0], variable) for one in flat.atoms(Quantile)}
    flat = flat.xreplace({one: image.subs(variable, end) for one, end in ends.items()})
    return flat.xreplace({one: Mean(one.integrand.subs(x, image), variable) for one in flat.atoms(Mean)})


def is_rising(image: Expr, new: Family) -> bool:
    """Return whether the map rises, seen at one point."""
    theta = parameter_points(new, 1, seed=3)[0]
    point = data_points(new, theta, 1, seed=3)[0]
    return bool(image.diff(new.observation).subs(theta).subs(point) > 0)


def unfolded(derivation: Derivation, expression: Expr) -> Expr:
    """Return an expression of a derivation in data atoms."""
    return plain(unfold(expression, derivation.statistics))


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_the_likelihood_of_the_new_data_is_that_of_the_old_data(pair: Pair) -> None:
    """Up to a term free of parameters: the Jacobian depends on data alone. So every maximiser is the same."""
    name, variable, image = pair
    old = family(name)
    new = old.transform("moved", variable, image)
    rising = is_rising(image, new)
    gap = unfolded(derive(new), derive(new).mean_log_likelihood) - moved(
        unfolded(derive(old), derive(old).mean_log_likelihood), old, new, image, rising
    )
    points = Context(new, ()).points
    for p in new.symbols:
        assert prove_zero(gap.diff(p).doit(), new.domain, points).evidence in (Evidence.ALGEBRA, Evidence.BALL)


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_the_estimator_of_the_new_data_is_that_of_the_old_data(pair: Pair) -> None:
    """Derived anew from the new density, each formula is the old formula with ``Mean(f(x))`` read ``Mean(f(g(y)))``."""
    name, variable, image = pair
    before, after = derive(family(name)), derive(family(name).transform("moved", variable, image))
    assert (after.outcome, after.unknowns) == (before.outcome, before.unknowns)
    assert after.optimality.proved or not before.optimality.proved
    if any(one.args[0] not in (0, 1) for value in before.estimator.values() for one in _quantiles(before, value)):
        return  # between the two middle observations every value is a median, and the one in use is not carried over
    rising = is_rising(image, after.family)
    for p, value in before.estimator.items():
        old = moved(unfolded(before, value), before.family, after.family, image, rising)
        gap = unfolded(after, after.estimator[p]) - old
        found = prove_zero(gap, after.family.domain, Context(after.family, ()).points)
        assert found.evidence in (Evidence.ALGEBRA, Evidence.BALL), (p, found.detail)


@pytest.mark.parametrize("pair", PAIRS, ids=name_of)
def test_what_is_carried_over_agrees_with_what_is_derived_anew(pair: Pair) -> None:
    """The checker proves the step; each formula is the direct one; and fits of data come out the same."""
    name, variable, image = pair
    direct = derive(family(name).transform("moved", variable, image))
    carried = transport(derive(family(name)), "moved", variable, image)
    assert carried.steps[-1].rule == "transport"
    # In balls only where SymPy does not join the two logarithms of a logistic map.
    expected = Evidence.BALL if image == 1 / (1 + exp(-real)) else Evidence.ALGEBRA
    assert carried.findings[-1].evidence is expected, carried.findings[-1].detail
    assert carried.family == direct.family
    assert (carried.outcome, carried.unknowns) == (direct.outcome, direct.unknowns)
    assert carried.existence_proved or not direct.existence_proved
    if not any(one.args[0] not in (0, 1) for value in carried.estimator.values() for one in _quantiles(carried, value)):
        for p, value in carried.estimator.items():
            gap = unfolded(carried, value) - unfolded(direct, direct.estimator[p])
            found = prove_zero(gap, direct.family.domain, Context(direct.family, ()).points)
            assert found.evidence in (Evidence.ALGEBRA, Evidence.BALL), (p, found.detail)
    for seed in range(3):
        theta = parameter_points(direct.family, 1, seed)[0]
        points = data_points(direct.family, theta, 7, seed)
        y_ = np.array([float(point[direct.family.observation]) for point in points])
        one, two = fit_with(carried, y_), fit_with(direct, y_)
        if carried.free:
            continue  # any value of an interval, which the two describe by its ends
        if np.all(np.abs(one.theta - two.theta) <= 4 * THETA_ULPS * UNIT_ROUNDOFF * np.abs(two.theta)):
            continue
        allowed = sum(Drawn(d, y_, (), 0, found).allowed for d, found in ((carried, one), (direct, two)))
        for a_, b_ in ((one.theta, two.theta), (two.theta, one.theta)):
            case = judged(direct.family, tuple(map(float, a_)), tuple(map(float, b_)), y_, "the other", allowed)
            assert case.verdict is not Verdict.DISAGREE, case.detail


def test_what_cannot_be_carried_over_is_refused() -> None:
    """A map that holds a parameter, and a family whose estimate is one of the observations."""
    mu = family("normal").symbols[0]
    with pytest.raises(DeclarationError, match="the map holds the parameter mu"):
        transport(derive(family("normal")), "moved", real, real + mu)
    with pytest.raises(DeclarationError, match="is one of the observations; derive the new family itself"):
        transport(derive(family("triangular")), "moved", real, 1 - real)


def _quantiles(derivation: Derivation, value: Expr) -> set[Quantile]:
    return unfolded(derivation, value).atoms(Quantile)


BOTH = (Parameter(a, POSITIVE), Parameter(b, POSITIVE))
SIGMA, MU, LAMBDA = Symbol("sigma", positive=True), Symbol("mu", real=True), Symbol("lambda", positive=True)


def logged(name: str, location: str, scale: str) -> Family:
    """Return a location-scale family pushed through the exponential, by ``b = exp(location)`` and ``a = 1/scale``."""
    moved_ = family(name).transform("logged", y, log(y))
    return moved_.reparametrise("logged", BOTH, {location: log(b), scale: 1 / a})


# A shipped family, how it comes out of another, and its parameters in terms of the other's.
KNOWN: dict[str, tuple[Family, dict[str, Expr]]] = {
    "lognormal": (family("normal").transform("t", y, log(y)), {"mu": MU, "sigma": SIGMA}),
    "logit_normal": (family("normal").transform("t", y, log(y / (1 - y))), {"mu": MU, "sigma": SIGMA}),
    "inverse_gamma": (
        family("gamma").reparametrise("by_rate", BOTH, {"k": a, "theta": 1 / b}).transform("t", y, 1 / y),
        {"alpha": a, "beta": b},
    ),
    "weibull": (logged("gumbel_minimum", "mu", "beta"), {"k": a, "lambda": b}),
    "frechet": (logged("gumbel", "mu", "beta"), {"alpha": a, "s": b}),
    "log_logistic": (logged("logistic", "mu", "s"), {"alpha": b, "beta": a}),
    "pareto": (logged("shifted_exponential", "mu", "theta"), {"x_m": b, "alpha": a}),
    "power_function": (
        family("pareto").transform("t", y, 1 / y),
        {"alpha": Symbol("alpha", positive=True), "b": 1 / Symbol("x_m", positive=True)},
    ),
    "inverse_rayleigh": (family("rayleigh").transform("t", y, 1 / y), {"theta": 1 / (2 * SIGMA**2)}),
    "rayleigh": (family("exponential").transform("t", y, y**2), {"sigma": 1 / sqrt(2 * LAMBDA)}),
    "beta_prime": (
        family("beta").transform("t", y, y / (1 + y)),
        {"alpha": Symbol("alpha", positive=True), "beta": Symbol("beta", positive=True)},
    ),
    "geometric_failures": (family("geometric").transform("t", count, count + 1), {"p": Symbol("p", positive=True)}),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_families_come_out(name: str) -> None:
    """Of the same support, and the difference of the log-densities is proved to vanish, by algebra alone."""
    (found, places), shipped = KNOWN[name], family(name)
    here = {symbol: places[symbol.name] for symbol in shipped.symbols}
    assert set().union(*(value.free_symbols for value in here.values())) == set(found.symbols)
    assert shipped.support.subs(here) == found.support
    density = shipped.log_density.subs({**here, shipped.observation: found.observation}, simultaneous=True)
    verdict = prove_zero(found.log_density - density, found.domain, list)
    assert verdict.evidence is Evidence.ALGEBRA, verdict.detail


def test_a_wrong_family_does_not_come_out() -> None:
    """The test above can fail: the Jacobian forgotten is seen."""
    found = logged("gumbel_minimum", "mu", "beta")
    without = found.log_density + log(found.observation)
    shipped = family("weibull")
    density = shipped.log_density.subs({shipped.symbols[0]: a, shipped.symbols[1]: b, shipped.observation: y})
    assert prove_zero(without - density, found.domain, list).evidence is not Evidence.ALGEBRA
    assert prove_zero(found.log_density - density, found.domain, list).evidence is Evidence.ALGEBRA


@pytest.mark.parametrize("pair", [*POSITIVE_PAIRS, *REAL_PAIRS, *OTHER_PAIRS][::5], ids=name_of)
def test_the_new_density_is_one(pair: Pair) -> None:
    """Of total one by quadrature, which knows nothing of the change of variable."""
    name, variable, image = pair
    validate(family(name).transform("moved", variable, image))


SIZE = Symbol("n", integer=True, positive=True)
REFUSED: dict[str, tuple[str, Symbol, Expr, str]] = {
    "two values of one image": ("normal", real, real**2, r"x = y\*\*2 is not inverted: several values"),
    "sign not declared": ("exponential", real, real**2, r"several values .*; declare y with its sign"),
    "no rule": ("normal", y, y + log(y), "no rule inverts it"),
    "pole inside": ("uniform", y, 1 / y, "not proved to be strictly monotone"),
    "image not all of it": ("cauchy", real, 1 / real, "not seen to end where the support"),
    "foreign symbol": ("normal", real, a * real, "beside it only declared parameters and constants"),
    "no variable": ("normal", real, MU, "has to contain y"),
    "observation itself": ("normal", real, Symbol("x", real=True) + real, "has to contain y"),
    "counts stretched": ("poisson", whole, 2 * whole, "does not map counts to counts; only y . c and c - y"),
    "counts moved between integers": ("poisson", real, real + Rational(1, 2), "does not map counts to counts"),
    "variable not whole": ("poisson", y, y - 1, r"lacks integer=True; write Symbol\('y', integer=True\)"),
    "variable without sign": ("normal", real, log(real), r"lacks positive=True; write Symbol\('y', positive=True\)"),
    "variable of a wrong sign": ("gamma", real, -real, "lacks negative=True"),
    "parameter's name": ("normal", SIGMA, log(SIGMA), "has to contain|two symbols are called 'sigma'|declared"),
}


@pytest.mark.parametrize(("name", "variable", "image", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_map_that_is_not_one_to_one_is_refused(name: str, variable: Symbol, image: Expr, reason: str) -> None:
    """The message names the map, and what to do."""
    with pytest.raises(DeclarationError, match=reason):
        family(name).transform("moved", variable, image)


def test_constants_may_stand_in_the_map() -> None:
    """Failures from successes: the size of a binomial is known."""
    failures = family("binomial").transform("failures", count, SIZE - count)
    assert failures.support == Range(0, SIZE + 1)
    assert derive(failures.fix(n=4)).estimator == {Symbol("p", positive=True): 1 - Symbol("t_1", nonnegative=True) / 4}


def test_a_closed_end_without_density_is_left_out() -> None:
    """At zero the slope of ``y**2`` is zero, and the density would be infinite in logarithms."""
    assert family("uniform_from_zero").transform("t", y, y**2).support.left_open
    assert not family("uniform").transform("t", real, -real).support.left_open
    assert family("poisson").transform("t", whole, whole - 1).support == Naturals
    assert family("normal").transform("t", real, -real).support == Reals


@pytest.mark.parametrize(
    ("planted", "why"),
    [
        (Quantile(Rational(1, 2), real), "the sign does not change at the observation"),
        (-Quantile(Rational(1, 4), real), "level"),
        (1 - Quantile(Rational(1, 2), real), "the sign does not change at the observation"),
    ],
)
def test_a_planted_quantile_is_refuted(planted: Expr, why: str) -> None:
    """Of the reflected Laplace family: the sign lost, another level, a shift."""
    found = derive(family("laplace").transform("reflected", real, -real))
    at = next(i for i, step in enumerate(found.steps) if step.rule == "root" and step.subject == MU)
    steps = (*found.steps[:at], replace(found.steps[at], value=planted), *found.steps[at + 1 :])
    assert check_steps(found.family, found.steps)[at].evidence is Evidence.LEMMA
    finding = check_steps(found.family, steps)[at]
    assert (finding.evidence, finding.detail) == (Evidence.REFUTED, why)


AREAS = [
    (asinh(real), Reals, np.arcsinh),
    (2 * sinh(real / 3) + 1, Reals, lambda data: 2 * np.sinh(data / 3) + 1),
    (
        1 - 3 * atanh(2 * real),
        Interval.open(-Rational(1, 2), Rational(1, 2)),
        lambda data: 1 - 3 * np.arctanh(2 * data),
    ),
]


@pytest.mark.thorough
@pytest.mark.parametrize(("image", "support", "forwards"), AREAS, ids=[str(image) for image, _, _ in AREAS])
def test_a_hyperbolic_function_is_inverted_by_its_area(image: Expr, support: Interval, forwards: Callable) -> None:
    """Sinh-normal distributions and their inverses: Johnson 1949, Biometrika 36, pages 149 to 176."""
    item = family("normal").transform("johnson", real, image)
    assert item.support == support
    data = np.array([0.3, -0.2, 0.45, 0.1])
    old = forwards(data)
    np.testing.assert_allclose(fit(item, data).theta, [old.mean(), old.std()], rtol=1e-12)


def test_a_function_that_does_not_reach_all_numbers_is_refused() -> None:
    """Planted: the hyperbolic tangent of no number is two, which a uniform distribution may end at."""
    for image in (tanh(real), 2 * tanh(real) + 1):
        with pytest.raises(DeclarationError):
            family("uniform_symmetric").transform("bent", real, image)
        with pytest.raises(DeclarationError):
            family("normal").transform("bent", real, image)


def test_what_algebra_does_not_prove_is_not_refuted() -> None:
    """The log-odds of a share as a logistic variable: terms that add up were refuted, and no estimator was derived."""
    share = Symbol("u", positive=True)
    odds = family("logistic").transform("logit_logistic", share, log(share / (1 - share)))
    derivation = derive(odds)
    assert derivation.count(Evidence.REFUTED) == 0
    found, known = fit(odds, [0.2, 0.5, 0.9]), fit(family("logistic"), np.log([0.25, 1.0, 9.0]))
    assert found.theta == pytest.approx(known.theta, rel=1e-9)


def test_data_of_a_support_whose_end_overflows_are_numbers() -> None:
    """A uniform logarithm: an end beyond all doubles made shares of an infinite length."""
    size = Symbol("w", positive=True)
    assert check_family(family("uniform").transform("log_uniform", size, log(size)), examples=5).ok


def _two_sides(far: int) -> Family:
    """Rates on both sides of a place, of which data may tell one alone."""
    density = Piecewise((log(b / 2) + b * real, a * real < -far), (log(a / 2) - a * real, True))
    return Family("two_sides", real, Reals, (Parameter(a, POSITIVE), Parameter(b, POSITIVE)), density)


def test_a_unit_changes_parameters_of_both_sides() -> None:
    """A rate that no point at hand tells changes with a power that is not known: none is chosen, least of all zero."""
    assert unit_exponents(_two_sides(0)) == {a: -1, b: -1}
    assert unit_exponents(_two_sides(10**6)) is None
    assert check_family(_two_sides(0), examples=3).ok
