"""Closed forms of the catalogue beside quadrature, which shares no lemma with them; and planted errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import combinations, combinations_with_replacement, permutations

import mpmath as mp
import pytest
from hypothesis import settings
from sympy import Abs, Expr, Max, Min, Piecewise, Rational, Symbol, lambdify, oo

from thetahat import families, family
from thetahat.proofs import closed_forms
from thetahat.proofs.algebra.derivatives import derivative
from thetahat.proofs.digits import log_density_at, number
from thetahat.proofs.family import Family
from thetahat.proofs.forms import ClosedForm
from thetahat.proofs.members import member_symbols
from thetahat.proofs.probes import data_points, parameter_points
from thetahat.proofs.quadrature import expected_at

NAMES = [one.name for one in families()]
AGREED = mp.mpf(10) ** -8
DIGITS = 17
SEEDS = range(3, 19)
MODULES = [{"ZetaDerivative": lambda order, s: mp.zeta(s, 1, int(order))}, "mpmath"]
# Sums whose terms fall like powers, or slowly, and integrals of such densities.
NEVER_SURE = {
    ("zeta", "entropy"),
    ("zeta", "kl"),
    ("zeta", "information"),
    ("generalised_poisson", "mean"),
    ("yule_simon", "mean"),
    ("scaled_inverse_chi_square", "mean"),
}
# The supports of two members never nest.
NO_PAIR = {"uniform_unit_length"}
NO_PAIR_IF_FIXED = {("uniform_by_length", "L"), ("uniform_by_centre", "w")}

Values = dict[Symbol, Expr]
Compared = tuple[tuple[mp.mpf, mp.mpf], mp.mpf]


def member(family: Family, seed: int) -> tuple[Values, Expr, tuple[Expr, ...]]:
    """A generic member with covariates, a point of the support, and where the log-density has kinks."""
    theta = parameter_points(family, 1, seed)[0]
    point = data_points(family, theta, 1, seed)[0]
    known = theta | {one: value for one, value in point.items() if one != family.observation}
    x = family.observation
    kinks = []
    for node in family.log_density.atoms(Abs, Max, Min):
        side = (node.args[0] - (0 if isinstance(node, Abs) else node.args[1])).xreplace(known)
        slope = side.diff(x)
        if slope.is_number and slope != 0:
            kinks.append(x - side / slope)
    for node in family.log_density.atoms(Piecewise):
        for _, condition in node.args:
            kinks += [edge.xreplace(known) for edge in getattr(condition, "args", ()) if edge != x]
    return known, point[x], tuple(kink.expand() for kink in kinks)


def evaluated(value: Expr, known: Values) -> mp.mpf:
    return number(value.xreplace(known))


def agreed(name: str, quantity: str, cases: Iterator[Compared]) -> None:
    """The first case of whose digits quadrature is sure has eight in common; some case is, unless the list says no."""
    for (value, error), claimed in cases:
        if error < AGREED / 100 * (1 + abs(value)):
            assert abs(value - claimed) < AGREED * (1 + abs(value))
            return
        if (name, quantity) in NEVER_SURE:
            return
    pytest.fail("quadrature is sure of no case")


def of_one(one: Family, form: ClosedForm, function: Callable[[mp.mpf, mp.mpf], mp.mpf]) -> Iterator[Compared]:
    for seed in SEEDS:
        known, start, kinks = member(one, seed)
        if form.where.xreplace(known) == True:  # noqa: E712  (a SymPy relation that stays open is not true)
            yield expected_at(one, known, function, start, kinks), evaluated(form.value, known)


def of_two(one: Family, form: ClosedForm) -> Iterator[Compared]:
    first, second = member_symbols(one, 0), member_symbols(one, 1)
    for (known, start, kinks), (moved, _, others) in permutations([member(one, seed) for seed in SEEDS[:6]], 2):
        other = known | {s: moved[s] for s in second}
        values = known | {first[s]: known[s] for s in first} | {second[s]: other[s] for s in second}
        if form.where.xreplace(values) == True:  # noqa: E712
            log_other = log_density_at(one, other)
            divergence = expected_at(one, known, lambda x, height, q=log_other: height - q(x), start, (*kinks, *others))
            assert divergence[0] > -divergence[1]
            yield divergence, evaluated(form.value, values)


@pytest.mark.parametrize("name", NAMES)
def test_entropy_agrees_with_quadrature(name: str) -> None:
    one = family(name)
    form = closed_forms.entropy_of(one)
    if form is not None:
        with mp.workdps(DIGITS):
            agreed(name, "entropy", of_one(one, form, lambda _, height: -height))


@pytest.mark.parametrize("name", NAMES)
def test_mean_agrees_with_quadrature(name: str) -> None:
    one = family(name)
    form = closed_forms.mean(one)
    if form is not None:
        with mp.workdps(DIGITS):
            agreed(name, "mean", of_one(one, form, lambda x, _: x))


@pytest.mark.parametrize("name", NAMES)
def test_divergence_agrees_with_quadrature(name: str) -> None:
    one = family(name)
    form = closed_forms.kl(one)
    if form is not None and name not in NO_PAIR:
        with mp.workdps(DIGITS):
            agreed(name, "kl", of_two(one, form))


def scores(one: Family, seed: int) -> list[Callable[[mp.mpf], mp.mpf]]:
    """The score of a member in each parameter, kept point by point: pairs of them share the points of an integral."""
    known, _, _ = member(one, seed)
    slopes = [derivative(one.log_density, symbol).xreplace(known) for symbol in one.symbols]
    return [cache(lambdify(one.observation, slope, MODULES)) for slope in slopes]


@pytest.mark.parametrize("name", NAMES)
def test_information_agrees_with_quadrature(name: str) -> None:
    """The covariance of the score, of which closed forms are mostly derived as minus the expected Hessian."""
    one = family(name)
    form = closed_forms.fisher_information(one)
    if form is not None:
        information_agreed(one, form)


def information_agreed(one: Family, form: ClosedForm) -> None:
    """Every entry on and below the diagonal."""
    with mp.workdps(DIGITS):
        score = cache(lambda seed: scores(one, seed))
        for i, j in combinations_with_replacement(range(len(one.symbols)), 2):

            def cases(i: int = i, j: int = j) -> Iterator[Compared]:
                for seed in SEEDS:
                    known, start, kinks = member(one, seed)
                    first, second = score(seed)[i], score(seed)[j]
                    found = expected_at(one, known, lambda x, _, f=first, g=second: f(x) * g(x), start, kinks)
                    yield found, evaluated(form.value[i, j], known)

            agreed(one.name, "information", cases())


def fixed(name: str, known: tuple[str, ...]) -> Family:
    """The variant of a family in which these parameters are known numbers, at which no density is infinite."""
    one = family(name)
    theta = parameter_points(one, 1, 5)[0]
    mild = {(0, oo): Rational(5, 2), (0, 1): Rational(2, 5)}
    values = {item.symbol: mild.get((item.bounds.lo, item.bounds.hi), theta[item.symbol]) for item in one.parameters}
    return one.fix(**{symbol.name: value for symbol, value in values.items() if symbol.name in known})


def variants() -> list[tuple[str, tuple[str, ...]]]:
    """Every proper choice of known parameters of every family; by default a few, all in the deep profile."""
    every = [
        (one.name, known)
        for one in families()
        for size in range(1, len(one.symbols))
        for known in combinations(one.parameter_names, size)
    ]
    return every if settings.default.max_examples > 50 else every[3::20]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "known"), variants(), ids=lambda item: item if isinstance(item, str) else "+".join(item)
)
def test_closed_forms_of_variants_with_known_parameters_agree_with_quadrature(
    name: str, known: tuple[str, ...]
) -> None:
    """``family.fix`` makes a new declaration, whose closed forms are derived anew."""
    one = fixed(name, known)
    entropy, divergence = closed_forms.entropy_of(one), closed_forms.kl(one)
    information = closed_forms.fisher_information(one)
    with mp.workdps(DIGITS):
        if entropy is not None:
            agreed(name, "entropy", of_one(one, entropy, lambda _, height: -height))
        if divergence is not None and (name, *known) not in NO_PAIR_IF_FIXED:
            agreed(name, "kl", of_two(one, divergence))
    if information is not None:
        information_agreed(one, information)


def test_planted_errors_do_not_agree() -> None:
    """Arguments swapped, a lost logarithm, one term with the wrong sign."""
    gamma = family("gamma")
    form = closed_forms.kl(gamma)
    first, second = member_symbols(gamma, 0), member_symbols(gamma, 1)
    swapped = {first[s]: second[s] for s in first} | {second[s]: first[s] for s in first}
    k = first[gamma.symbols[0]]
    for wrong in (
        form.value.xreplace(swapped),
        form.value + closed_forms.entropy_of(gamma).value.xreplace(first),
        form.value - 2 * k,
    ):
        with mp.workdps(DIGITS), pytest.raises(AssertionError):
            agreed("gamma", "kl", of_two(gamma, ClosedForm(wrong, "", form.where, form.elsewhere)))


def test_a_divergence_is_infinite_where_supports_do_not_nest() -> None:
    form = closed_forms.kl(family("uniform"))
    a0, b0, a1, b1 = (Symbol(name, real=True) for name in ("a_0", "b_0", "a_1", "b_1"))
    at = {a0.name: 0, b0.name: 2, a1.name: 1, b1.name: 3}
    assert str(form.total.subs({one: at[one.name] for one in form.total.free_symbols})) == "oo"
