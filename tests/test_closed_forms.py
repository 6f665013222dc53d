"""Closed forms of the catalogue inside enclosures that share no lemma with them; and planted errors."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, permutations

import pytest
from flint import arb
from hypothesis import settings
from sympy import Expr, Interval, Range, Rational, Symbol, beta, binomial, log, oo

from thetahat import Family, Parameter, Source, check_claim, families, family
from thetahat.proofs import closed_forms
from thetahat.proofs.ball_data import evaluate
from thetahat.proofs.balls import precision
from thetahat.proofs.drawn_members import drawn_point
from thetahat.proofs.enclosed_means import enclosed_mean
from thetahat.proofs.forms import ClosedForm, entries
from thetahat.proofs.members import member_symbols
from thetahat.proofs.probes import parameter_points
from thetahat.verify.claim_means import averaged
from thetahat.verify.claims import ClaimVerdict

# No ball goes over several numbers: test_joint.py holds those against cubature.
NAMES = [one.name for one in families() if not one.also]
# An enclosure that is wider decides nothing.
SHARP = 1e-10
SEEDS = range(3, 19)
# Sums whose terms fall like powers: what is left after some thousand of them is bounded, and not small.
WIDE = {("zeta", "entropy"), ("zeta", "kl"), ("zeta", "fisher_information"), ("yule_simon", "mean")}
# The supports of two members never nest.
NO_PAIR = {"uniform_unit_length"}
NO_PAIR_IF_FIXED = {("uniform_by_length", "L"), ("uniform_by_centre", "w")}

Values = dict[Symbol, Expr]


def value_of(value: Expr, known: Values) -> arb:
    with precision(200):
        return evaluate(value, known)


def members(one: Family, form: ClosedForm, quantity: str) -> Iterator[Values]:
    """Drawn members, or pairs of them, for which the form holds; member 0 at the family's own symbols as well."""
    drawn = (drawn_point(one, seed) for seed in SEEDS)
    if quantity == "kl":
        first, second = member_symbols(one, 0), member_symbols(one, 1)
        points = [drawn_point(one, seed) for seed in SEEDS[:6]]
        drawn = (
            a | {second[s]: b[s] for s in second} | {first[s]: a[s] for s in first} for a, b in permutations(points, 2)
        )
    return (known for known in drawn if form.where.xreplace(known) == True)  # noqa: E712  (an open relation)


def require_enclosed(one: Family, quantity: str, form: ClosedForm | None) -> None:
    """Every entry lies in a sharp enclosure at the first member that is drawn."""
    if form is None:
        return
    known = next(members(one, form, quantity))
    for value, integrand in zip(entries(form.value), averaged(one, quantity), strict=True):
        found = enclosed_mean(one, known, integrand)
        if (one.name, quantity) in WIDE:
            assert found is None or found.overlaps(value_of(value, known))
            continue
        assert found is not None, "no bound of the tails is found"
        assert found.rad() < SHARP
        assert found.overlaps(value_of(value, known)), f"{one.name}, {quantity} at {known}: {value} is not in {found}"


@pytest.mark.parametrize("name", NAMES)
def test_entropy_is_enclosed(name: str) -> None:
    require_enclosed(family(name), "entropy", closed_forms.entropy_of(family(name)))


@pytest.mark.parametrize("name", NAMES)
def test_mean_is_enclosed(name: str) -> None:
    require_enclosed(family(name), "mean", closed_forms.mean(family(name)))


@pytest.mark.parametrize("name", [name for name in NAMES if name not in NO_PAIR])
def test_divergence_is_enclosed(name: str) -> None:
    require_enclosed(family(name), "kl", closed_forms.kl(family(name)))


@pytest.mark.parametrize("name", NAMES)
def test_information_is_enclosed(name: str) -> None:
    """As covariance of the score; closed forms are mostly derived as minus the expected Hessian."""
    require_enclosed(family(name), "fisher_information", closed_forms.fisher_information(family(name)))


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
        for one in map(family, NAMES)
        for size in range(1, len(one.symbols))
        for known in combinations(one.parameter_names, size)
    ]
    return every if settings.default.max_examples > 50 else every[3::20]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("name", "known"), variants(), ids=lambda item: item if isinstance(item, str) else "+".join(item)
)
def test_closed_forms_of_variants_with_known_parameters_are_enclosed(name: str, known: tuple[str, ...]) -> None:
    """``family.fix`` makes a new declaration, whose closed forms are derived anew."""
    one = fixed(name, known)
    require_enclosed(one, "entropy", closed_forms.entropy_of(one))
    require_enclosed(one, "fisher_information", closed_forms.fisher_information(one))
    if (name, *known) not in NO_PAIR_IF_FIXED:
        require_enclosed(one, "kl", closed_forms.kl(one))


@pytest.mark.thorough
@pytest.mark.parametrize("quantity", ["entropy", "kl", "fisher_information"])
def test_sums_over_a_few_probabilities_are_enclosed(quantity: str) -> None:
    """Beta-binomial of eight draws, not in the catalogue; its sums are left as they are: factoring takes minutes."""
    x, a, b = Symbol("x", integer=True, nonnegative=True), Symbol("a", positive=True), Symbol("b", positive=True)
    one = Family(
        name="beta_binomial",
        observation=x,
        support=Range(0, 9),
        parameters=tuple(Parameter(s, Interval.open(0, oo), "shape") for s in (a, b)),
        log_density=log(binomial(8, x) * beta(x + a, 8 - x + b) / beta(a, b)),
        sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, section 6.9.2"),),
    )
    form = {
        "entropy": closed_forms.entropy_of,
        "kl": closed_forms.kl,
        "fisher_information": closed_forms.fisher_information,
    }[quantity](one)
    assert form is not None
    require_enclosed(one, quantity, form)


# Lehmann & Casella 1998, section 2.5, for Cauchy and logistic; Lange, Little & Taylor 1989 for t; the last by hand.
INFORMATION = {
    "cauchy": [["1/(2*gamma**2)", 0], [0, "1/(2*gamma**2)"]],
    "logistic": [["1/(3*s**2)", 0], [0, "(3 + pi**2)/(9*s**2)"]],
    "student_t": [["(nu + 1)/((nu + 3)*s**2)", 0], [0, "2*nu/((nu + 3)*s**2)"]],
    "hyperbolic_secant": [["1/(2*s**2)", 0], [0, "pi**2/(8*s**2)"]],
}


@pytest.mark.thorough
@pytest.mark.parametrize("name", INFORMATION)
def test_informations_of_locations_and_scales_are_proved(name: str) -> None:
    assert check_claim(family(name), fisher_information=INFORMATION[name]).verdict is ClaimVerdict.PROVED


def test_planted_errors_are_outside() -> None:
    """Arguments swapped, a lost logarithm, one term with the wrong sign, a factor of one and a millionth."""
    gamma = family("gamma")
    form = closed_forms.kl(gamma)
    first, second = member_symbols(gamma, 0), member_symbols(gamma, 1)
    swapped = {first[s]: second[s] for s in first} | {second[s]: first[s] for s in first}
    k = first[gamma.symbols[0]]
    for wrong in (
        form.value.xreplace(swapped),
        form.value + closed_forms.entropy_of(gamma).value.xreplace(first),
        form.value - 2 * k,
        form.value * Rational(1000001, 1000000),
    ):
        with pytest.raises(AssertionError):
            require_enclosed(gamma, "kl", ClosedForm(wrong, "", form.where, form.elsewhere))


def test_a_divergence_is_infinite_where_supports_do_not_nest() -> None:
    form = closed_forms.kl(family("uniform"))
    a0, b0, a1, b1 = (Symbol(name, real=True) for name in ("a_0", "b_0", "a_1", "b_1"))
    at = {a0.name: 0, b0.name: 2, a1.name: 1, b1.name: 3}
    assert str(form.total.subs({one: at[one.name] for one in form.total.free_symbols})) == "oo"
