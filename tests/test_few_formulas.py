"""Whether fractions give, of few rows, what a fit gives from balls, to the last digit."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from amounts import amount
from hypothesis import given
from hypothesis import strategies as st
from sympy import Symbol, sqrt

from thetahat import Family, families, family
from thetahat.proofs.errors import ExistenceError, SupportError, UnsolvedError
from thetahat.verify.compiled import few_rows
from thetahat.verify.compiled.few_rows import FewRows, nearest, nearest_root
from thetahat.verify.compiled_fit import estimator_of
from thetahat.verify.ends import space_ends
from thetahat.verify.few_formulas import NotRationalError, _formula, _node, few_rows_of
from thetahat.verify.fitting import fit_with
from thetahat.verify.known_values import derivation_with

SCALAR = [f for f in families() if len(f.columns) == 1 and not f.constants]
IN_FRACTIONS = {
    *("exponential", "exponential_by_mean", "half_normal", "inverse_gaussian", "inverse_rayleigh", "laplace", "levy"),
    *("laplace_by_rate", "maxwell", "normal", "normal_by_precision", "normal_by_variance", "normal_natural"),
    *("rayleigh", "shifted_exponential", "uniform", "uniform_from_zero"),
}
SCALES = [1.0, 1.0, 1.0, 1e-3, 1e8, 1e-150, 1e150, 1e-300, 1e300]
NUMBERS = st.fractions() | st.builds(
    lambda p, q, k: Fraction(p, q) * Fraction(2) ** k,
    st.integers(1, 2**60),
    st.integers(1, 2**60),
    st.integers(-900, 900),
)


def fractions_of(declared: Family) -> FewRows:
    """The formulas in fractions of a family that has them."""
    derivation = derivation_with(declared, {})
    found = None if estimator_of(derivation) is None else few_rows_of(derivation)
    if found is None:
        pytest.skip("no formulas that are rational in averages")
    return found


def few(allowed: FewRows, seed: int) -> Iterator[np.ndarray]:
    """Few rows of any size, some of them equal, far from zero or close together, and some outside the support."""
    r = np.random.default_rng(seed)
    for scale in SCALES:
        n = int(r.integers(1, 65))
        x = scale * r.gamma(2.0, 1.5, n)
        if not math.isfinite(allowed.reach.lo):
            x = x * r.choice([-1, 1], n) + r.choice([0.0, 1e8, 1e15])
        yield x
        yield np.repeat(x[: max(1, n // 3)], 3)[:64]
        yield np.rint(x[:9]).astype(np.int64) if scale == 1 else np.append(x[:9], -scale)


@pytest.mark.thorough
def test_which_families_are_computed_in_fractions() -> None:
    """They are named, so that none gets lost."""
    found = {f.name for f in SCALAR if estimator_of(derivation_with(f, {})) is not None}
    assert {name for name in found if few_rows_of(derivation_with(family(name), {})) is not None} == IN_FRACTIONS


def differences(formulas: FewRows, declared: Family, seeds: int) -> tuple[int, list[str]]:
    """How many datasets get an estimate, and which a different one from that of a fit."""
    derivation, asked, wrong = derivation_with(declared, {}), 0, list[str]()
    for seed in range(seeds):
        for x in few(formulas, seed):
            found = formulas(x)
            if found is None:
                continue
            asked += 1
            try:
                theirs: object = dict(fit_with(derivation, x).theta_hat)
            except (ExistenceError, SupportError, UnsolvedError) as error:
                theirs = str(error)
            if found != theirs:
                wrong.append(f"{declared.name}: {found} against {theirs}, of {x.tolist()}")
    return asked, wrong


@pytest.mark.parametrize("declared", SCALAR, ids=lambda declared: declared.name)
def test_fractions_give_what_a_fit_gives(declared: Family) -> None:
    """To the last digit, wherever they give anything, which is mostly."""
    formulas, seeds = fractions_of(declared), amount(2, 20)
    asked, wrong = differences(formulas, declared, seeds)
    assert not wrong, wrong[0]
    assert asked > 6 * seeds


@pytest.mark.parametrize("name", ["exponential", "normal", "laplace"])
def test_a_wrong_formula_is_noticed(name: str) -> None:
    """Planted error: one row more is divided by, or what is computed is off by less than doubles tell mostly."""
    formulas = fractions_of(family(name))
    last = formulas.formulas[-1]
    for share in (Fraction(20, 21), 1 + Fraction(1, 2**54)):
        bent = ("product", ("number", share.numerator, share.denominator), last.node)
        wrong = replace(formulas, formulas=(*formulas.formulas[:-1], replace(last, node=bent)))
        assert differences(wrong, family(name), 2)[1]


def test_a_lost_condition_is_noticed() -> None:
    """Planted error: equal rows get an estimate of a scale of zero, or the least there is."""
    formulas = fractions_of(family("normal"))
    last = replace(formulas.formulas[-1], least=0.0)
    careless = replace(formulas, conditions=(), formulas=(*formulas.formulas[:-1], last))
    assert formulas(np.ones(4)) is None
    assert careless(np.ones(4)) is not None
    assert differences(careless, family("normal"), 4)[1]


def test_rounding_towards_zero_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Planted error: the double below is taken in place of the nearest."""

    def below(value: Fraction, even: bool = False) -> float:
        found = float(value)
        return found if Fraction(found) <= value else math.nextafter(found, -math.inf)

    monkeypatch.setattr(few_rows, "nearest", below)
    assert differences(fractions_of(family("exponential")), family("exponential"), 2)[1]


def test_balls_are_rounded_to_the_nearest() -> None:
    """Of differences, too, that take most of their digits: a ball of half a unit is no reason to stop."""
    declared, asked, off = family("normal_by_precision"), 0, 0
    formulas, derivation = fractions_of(declared), derivation_with(declared, {})
    for seed in range(150):
        x = 1e8 + np.random.default_rng(seed).gamma(2.0, 0.001, 20)
        found = formulas(x)
        asked += found is not None
        off += found is not None and dict(fit_with(derivation, x).theta_hat) != found
    assert (off, asked > 100) == (0, True)


@given(value=NUMBERS)
def test_numbers_are_rounded_to_the_nearest(value: Fraction) -> None:
    """As Python rounds fractions; where two doubles are as near nothing is said."""
    found, size = nearest(value), abs(value)
    if found is None:
        sides = [Fraction(math.nextafter(float(value), way)) for way in (-math.inf, math.inf)]
        half_way = {(Fraction(float(value)) + side) / 2 for side in sides}
        assert value in half_way or 0 < size < Fraction(2) ** -1022
    else:
        assert found == float(value)


@given(value=NUMBERS)
def test_roots_are_rounded_to_the_nearest(value: Fraction) -> None:
    """The square lies between those of the middles to the doubles on either side."""
    found = nearest_root(abs(value))
    if found is None:
        return
    sides = [(Fraction(found) + Fraction(math.nextafter(found, way))) / 2 for way in (-math.inf, math.inf)]
    low, high = max(sides[0], Fraction(0)), sides[1]
    assert low**2 <= abs(value) <= high**2


def test_halves_and_what_doubles_do_not_hold() -> None:
    """Numbers half-way, with the even one where that is asked for, too large and next to nothing ones, and negative."""
    half_way = Fraction(2**53 + 1)
    assert nearest(half_way) is None
    assert nearest(half_way, even=True) == 2.0**53
    assert nearest_root(half_way**2) is None
    for value in (Fraction(10) ** 400, Fraction(1, 10**310)):
        assert nearest(value) is None
        assert nearest_root(value**2) is None
    assert nearest(Fraction(0)) == nearest_root(Fraction(0)) == 0.0
    assert nearest_root(Fraction(-1)) is None


def test_what_is_not_rational_is_refused() -> None:
    """A root inside a sum is none of the steps."""
    with pytest.raises(NotRationalError, match="is not rational"):
        _node(1 + sqrt(2), Symbol("x", positive=True))


def test_whole_parameters_are_refused() -> None:
    """What a formula gives of a whole number is for a search to round."""
    declared = family("exponential")
    (rate,), (ends,) = declared.symbols, space_ends(declared)
    assert _formula(rate, rate, rate, ends).name == "lambda"
    with pytest.raises(NotRationalError, match="is a whole number"):
        _formula(rate, rate, rate, replace(ends, discrete=True))


def test_too_many_rows_and_numbers_that_no_double_equals_are_left_alone() -> None:
    """As are rows outside the support."""
    formulas = fractions_of(family("exponential"))
    assert formulas(np.ones(64)) == {"lambda": 1.0}
    for x in (np.ones(65), np.array([2**53 + 1, 1]), np.array([-1.0, 2.0]), np.array([math.nan, 1.0])):
        assert formulas(x) is None
