"""That data and weights are taken as they are or refused with the first offending value, and never repaired."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from sympy import Interval, S, Symbol, exp, log, oo

from thetahat import Family, Parameter, family
from thetahat.proofs.errors import DataError, ParameterError, SupportError
from thetahat.verify.observations import Observations
from thetahat.verify.valid_data import require_data, require_numbers

NORMAL, POISSON, REGRESSION = family("normal"), family("poisson"), family("linear_regression")


def test_a_column_and_a_table_of_one_column_are_the_same_dataset() -> None:
    """Shapes ``(n,)`` and ``(n, 1)``, lists, tuples and integers give doubles of shape ``(n, 1)``."""
    for given in ([1, 2], (1.0, 2.0), np.array([[1.0], [2.0]]), np.array([1, 2], dtype=np.int8), range(1, 3)):
        data = require_data(NORMAL, given)
        assert data.x.shape == (2, 1)
        assert data.x.dtype == np.float64
        assert data.x[:, 0].tolist() == [1.0, 2.0]
        assert data.w.tolist() == [1.0, 1.0]
        assert data.n == 2


def test_truth_values_count_as_zero_and_one() -> None:
    """A column of successes is what a Bernoulli family is fitted to."""
    assert require_data(family("bernoulli"), [True, False]).x[:, 0].tolist() == [1.0, 0.0]


def test_arrays_are_neither_copied_nor_writable() -> None:
    """A million doubles are looked at, not moved; nothing downstream can change them."""
    x = np.arange(5.0)
    data = require_data(NORMAL, x)
    assert np.shares_memory(data.x, x)
    with pytest.raises(ValueError, match="read-only"):
        data.x[0, 0] = 9.0
    assert x.flags.writeable


@pytest.mark.parametrize(
    ("x", "words"),
    [
        ([], "empty"),
        (3.0, "shape"),
        (np.ones((2, 2)), "shape"),
        (np.ones((1, 2, 1)), "shape"),
        ([[1.0], [2.0, 3.0]], "rectangular"),
        (["a", "b"], "'a'"),
        ([1.0, None], "entries of type"),
        ([object()], "entries of type"),
        ([1 + 2j], "complex"),
        (np.array(["2020-01-01"], dtype="datetime64[D]"), "datetime64"),
        (np.ma.masked_array([1.0, 2.0], [False, True]), "masked"),
        ([1.0, math.nan], r"x\[1\] = nan"),
        ([1.0, 2.0, -math.inf], r"x\[2\] = -inf"),
        ([2**53 + 1], "9007199254740993, which no double equals"),
        (np.array([0, 2**64 - 1], dtype=np.uint64), "18446744073709551615, which no double equals"),
        (np.array([1, 1], dtype=np.longdouble) / 3, "no double equals"),
        ([10**400], "a whole number of 1329 binary digits, which is larger than any double"),
    ],
)
def test_what_is_no_finite_column_of_doubles_is_refused(x: Any, words: str) -> None:
    """The message names the first offending value."""
    with pytest.raises(DataError, match=words):
        require_data(NORMAL, x)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ([1.0], r"shape \(1,\)"),
        (1.0, "shape"),
        ([1.0, -2.0], r"weights\[1\] = -2"),
        ([math.nan, 1.0], r"weights\[0\] = nan"),
        ([math.inf, 1.0], r"weights\[0\] = inf"),
        ([0.0, 0.0], "all 2 weights are zero"),
        (["1", "2"], "'1'"),
    ],
)
def test_weights_that_are_none_are_refused(weights: Any, words: str) -> None:
    """Negative, not finite, all zero, of the wrong length or no numbers."""
    with pytest.raises(DataError, match=words):
        require_data(NORMAL, [1.0, 2.0], weights)


def test_rows_of_weight_zero_do_not_count_but_keep_their_place_in_messages() -> None:
    """They may hold anything; the next offending row is named as the caller counts."""
    data = require_data(family("exponential"), [math.nan, -5.0, 2.0], [0, 0, 3])
    assert data.x.tolist() == [[2.0]]
    assert data.w.tolist() == [3.0]
    assert data.n == 1
    with pytest.raises(SupportError, match=r"x\[3\] = -1 "):
        require_data(family("exponential"), [math.nan, 2.0, -5.0, -1.0], [0, 1, 0, 1])
    with pytest.raises(DataError, match=r"x\[2\] = nan"):
        require_data(NORMAL, [1.0, 1.0, math.nan], [0, 1, 1])


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        ("exponential", [0.0, 5e-324, 1e308], [-5e-324]),
        ("gamma", [5e-324], [0.0, -1.0]),
        ("beta", [5e-324, 1 - 2**-53], [0.0, 1.0]),
        ("poisson", [0, 3], [-1, 0.5]),
        ("bernoulli", [0, 1], [2, 0.5]),
        ("geometric", [1], [0]),
        ("categorical", [0, 2], [3]),
        # pi is no double: the double below it belongs to (-pi, pi], and so does minus that double.
        ("von_mises", [math.pi, -math.pi], [math.nextafter(math.pi, 4), math.nextafter(-math.pi, -4)]),
        # Ends that are parameters: whatever some member allows.
        ("uniform", [-1e300, 1e300], []),
        ("pareto", [5e-324], [0.0, -1.0]),
        ("shifted_exponential", [-7.0, 7.0], []),
        ("discrete_uniform", [1, 10**9], [0, 1.5]),
    ],
)
def test_the_support_has_exact_ends(name: str, inside: list[float], outside: list[float]) -> None:
    """Open and closed ends, lattices, and ends that depend on parameters."""
    if name == "exponential" and not family(name).bounds.lo_closed:
        inside, outside = inside[1:], [*outside, 0.0]
    assert require_data(family(name), inside).n == len(inside)
    for value in outside:
        with pytest.raises(SupportError, match=rf"{name}: x\[0\] = .* lies outside the support"):
            require_data(family(name), [value])
        assert require_numbers(family(name), [value]).n == 1


def test_ends_that_are_expressions_are_bounded_from_what_they_contain() -> None:
    """Half a positive parameter below, a negative shift: the infimum over the space is what counts."""
    p, x, a = Symbol("p", positive=True), Symbol("x", real=True), Symbol("a", positive=True)
    space = (Parameter(a, Interval.Ropen(2, oo)),)
    halved = Family("halved", p, Interval(a / 2, oo), space, a / 2 - p)
    assert require_data(halved, [1.0]).n == 1
    with pytest.raises(SupportError, match="of every member"):
        require_data(halved, [0.99])
    shifted = Family("shifted", x, Interval(3 - a, oo), space, 3 - a - x)
    assert require_data(shifted, [-1e300]).n == 1


def test_covariates_are_further_columns() -> None:
    """The observation first; the covariate's assumptions hold as well."""
    assert require_data(REGRESSION, [[1.0, 2.0], [3.0, 4.0]]).columns[1].tolist() == [2.0, 4.0]
    for x in ([1.0, 2.0], np.ones((3, 3))):
        with pytest.raises(DataError, match=r"\(n, 2\), columns y, x"):
            require_data(REGRESSION, x)
    with pytest.raises(DataError, match=r"x\[1, 1\] = nan"):
        require_data(REGRESSION, [[1.0, 2.0], [3.0, math.nan]])
    y, z, b = Symbol("y", real=True), Symbol("z", positive=True), Symbol("b", real=True)
    declared = Family("priced", y, S.Reals, (Parameter(b, S.Reals),), -((y - b * log(z)) ** 2), covariates=(z,))
    with pytest.raises(SupportError, match=r"x\[0, 1\] = 0 lies outside .* covariate z"):
        require_data(declared, [[1.0, 0.0]])


def test_constants_have_to_be_fixed_first() -> None:
    """A binomial of unknown size has no dataset yet; the message says how to fix it."""
    with pytest.raises(ParameterError, match=r"constant n has no value yet.*fixed=.*family\.fix\(n="):
        require_data(family("binomial"), [1, 2])
    assert require_data(family("binomial").fix(n=2), [1, 2]).n == 2
    with pytest.raises(SupportError):
        require_data(family("binomial").fix(n=2), [3])


def test_distinct_rows_keep_the_weight_of_each_value() -> None:
    """Joining equal rows changes no weighted sum."""
    generator = np.random.default_rng(1)
    for columns in (1, 2):
        x, w = generator.integers(0, 4, (60, columns)).astype(float), generator.random(60) + 0.5
        joined = Observations(x, w, 60).distinct()
        assert len(np.unique(joined.x, axis=0)) == joined.n < 60
        for row, weight in zip(joined.x, joined.w, strict=True):
            assert math.isclose(weight, w[(x == row).all(axis=1)].sum(), rel_tol=1e-12)
    apart = Observations(np.array([[3.0], [1.0], [2.0]]), np.array([0.3, 0.1, 0.2]), 3).distinct()
    assert apart.x[:, 0].tolist() == [1.0, 2.0, 3.0]
    assert apart.w.tolist() == [0.1, 0.2, 0.3]


def test_a_million_rows_are_refused_at_the_last_one() -> None:
    """The fast path looks at every row."""
    x = np.ones(10**6)
    assert require_data(POISSON, x).n == 10**6
    x[-1] = 0.5
    with pytest.raises(SupportError, match=r"x\[999999\] = 0.5 "):
        require_data(POISSON, x)
    x[-1] = math.nan
    with pytest.raises(DataError, match=r"x\[999999\] = nan"):
        require_data(POISSON, x)


def test_an_infinite_end_is_no_end() -> None:
    """Only finite observations exist, so an infinite end excludes nothing but infinity."""
    x, a = Symbol("x", real=True), Symbol("a", real=True)
    declared = Family("line", x, S.Reals, (Parameter(a, S.Reals),), a - x - exp(a - x))
    assert require_data(declared, [-1e308, 1e308]).n == 2
