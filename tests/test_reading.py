"""What strangers' functions return, and what they are: read where it is clear, refused in words where it is not."""

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from thetahat import check_estimator, family
from thetahat.proofs.errors import ParameterError
from thetahat.verify.parameter_map import UnreadableError, parameter_map

Array = NDArray[np.float64]
NORMAL = family("normal")
Turned = namedtuple("Turned", "sigma mu")


@dataclass
class Fields:
    """Values in another order than the family's."""

    sigma: float
    mu: float


class Fitted:
    """A search that keeps its result, as those of scikit-learn do."""

    def fit(self, x: Array) -> "Fitted":
        """Return itself, with the estimates as attributes."""
        self.mu_, self.sigma_ = x.mean(), x.std()
        return self


class Named:
    """Attributes that are called as the parameters are."""

    mu, sigma = 1.0, 2.0


class Stubborn:
    """What refuses to become an array, as a tensor that is still differentiated does."""

    def __array__(self, *_: Any, **__: Any) -> Array:
        """Raise what NumPy does not expect."""
        raise RuntimeError("detach it first")


async def waiting() -> tuple[float, float]:
    """Return what has to be waited for."""
    return 1.0, 2.0


CLEAR: tuple[Any, ...] = (
    (1.0, 2.0),
    [np.float64(1), np.float32(2)],
    np.array([[1.0, 2.0]]),
    np.array([[1.0], [2.0]]),
    (np.array([1.0]), np.array(2.0)),
    ((1.0, 2.0),),
    {"sigma": np.array([2.0]), "mu": 1, "steps": 3},
    Turned(2.0, 1.0),
    Fields(2.0, 1.0),
    Named(),
    (Decimal(1), Fraction(2)),
    (1 + 0j, np.complex128(2)),
    np.ma.array([1.0, 2.0]),
)


@pytest.mark.parametrize("returned", CLEAR, ids=lambda one: type(one).__name__)
def test_what_is_clear_is_read(returned: Any) -> None:
    """Containers, number types, names in any order, arrays with one direction."""
    assert parameter_map(NORMAL, None).read(returned) == (1.0, 2.0)


UNCLEAR: tuple[tuple[Any, str], ...] = (
    (None, "None: is a return missing?"),
    ((1.0 + 1.0j, 2.0), "complex numbers"),
    ((np.complex128(1 + 1e-300j), 2.0), "complex numbers"),
    ({1.0, 2.0}, "a set, which has no order"),
    ((value for value in (1.0, 2.0)), "a generator, which can be read only once"),
    (np.ones((2, 2)), r"an array of shape \(2, 2\)"),
    (np.ones((1, 3)), "3 numbers for 2 parameters"),
    ({"loc": 1.0, "scale": 2.0}, "mu is missing beside loc, scale; parameters= says"),
    ({}, "mu is missing$"),
    ({"mu": 1.0, "sigma": [1.0, 2.0]}, "sigma is not one number"),
    (Stubborn(), "Stubborn gives no numbers: detach it first"),
    (object(), "object gives no numbers"),
    ("mu = 1", "str gives no numbers"),
    (((1.0, 2.0), {"success": True}), "dict gives no numbers"),
    (((1.0, 2.0), (3.0,)), "tuple gives no numbers"),
)


@pytest.mark.parametrize(("returned", "why"), UNCLEAR, ids=[why for _, why in UNCLEAR])
def test_what_is_not_clear_is_refused_in_words(returned: Any, why: str) -> None:
    """An imaginary part is no rounding error, a set has no order, and a foreign error is told."""
    with pytest.raises(UnreadableError, match=why):
        parameter_map(NORMAL, None).read(returned)


def test_a_coroutine_is_refused_and_leaves_no_warning() -> None:
    """Warnings are errors here: one that nobody waited for would raise."""
    with pytest.raises(UnreadableError, match="a coroutine"):
        parameter_map(NORMAL, None).read(waiting())


def test_masked_values_are_not_numbers() -> None:
    """What is under a mask was not returned."""
    assert np.isnan(parameter_map(NORMAL, None).read(np.ma.array([1.0, 2.0], mask=[True, False]))[0])


def test_an_imaginary_part_is_not_dropped() -> None:
    """A right mean with an imaginary part is no estimate; NumPy would cast it with a mere warning."""
    assert not check_estimator(NORMAL, lambda x: (x.mean() + 1j, x.std()), examples=2).ok
    assert check_estimator(NORMAL, lambda x: (x.mean() + 0j, x.std()), examples=2).ok


def test_numbers_of_numpy_are_shown_as_numbers() -> None:
    """What was returned is to be read, not to be told the types of."""
    shown = check_estimator(NORMAL, lambda x: {"loc": x.mean(), "scale": [x.std()]}, examples=2).counterexamples[0]
    assert "returned   {'loc': 0.5, 'scale': [0.5]}: which is no theta" in shown


def test_a_method_that_fits_and_returns_itself_is_asked() -> None:
    """The attributes end in an underscore."""
    assert check_estimator(NORMAL, Fitted().fit, examples=5).ok


WRONG: tuple[tuple[Any, bool, str], ...] = (
    (Fitted, False, "Fitted has a method fit, and is no estimator by itself"),
    (Fitted(), False, "Fitted has a method fit"),
    (3, False, "3 is int, which cannot be called; pass a function of x for mu, sigma"),
    (lambda: (0.0, 1.0), False, r"called with x alone, which \(\) does not allow"),
    (lambda x, y: (0.0, 1.0), False, r"called with x alone, which \(x, y\) does not allow"),
    (lambda x: (0.0, 1.0), True, r"called with x and weights, which \(x\) does not allow"),
    (lambda *, x: (0.0, 1.0), False, "does not allow"),
)


@pytest.mark.parametrize(("function", "weights", "why"), WRONG, ids=[why for _, _, why in WRONG])
def test_what_cannot_be_called_with_data_is_refused_before_any_are_drawn(
    function: Any, weights: bool, why: str
) -> None:
    """It is no finding about an estimator that nobody could ask it."""
    with pytest.raises(ParameterError, match=why):
        check_estimator(NORMAL, function, weights=weights)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (
            "linear_regression",
            r"x alone, which .* does not allow; .* of which the columns are y, x, for alpha",
        ),
        (
            "gamma_regression",
            r"y, x and a, which .* does not allow; pass a function of y, x and a for beta",
        ),
    ],
)
def test_it_is_said_what_a_function_with_covariates_is_called_with(name: str, why: str) -> None:
    """One array with columns, or where the dimension is a symbol each array by itself, and what is known."""
    with pytest.raises(ParameterError, match=why):
        check_estimator(name, lambda one, other: None)


@pytest.mark.parametrize("function", [np.mean, max, lambda x, *rest, **others: x[0]], ids=["numpy", "built in", "any"])
def test_functions_of_any_signature_are_asked(function: Callable[..., Any]) -> None:
    """One that NumPy dispatches, one that tells nothing of itself, one that takes everything."""
    assert check_estimator("exponential_by_mean", function, examples=3).tallies[0].agree + 1 > 0


def test_leaving_the_program_is_a_finding() -> None:
    """An estimator that ends Python ends nothing here."""

    def leaves(x: Array) -> tuple[float, float]:
        raise SystemExit(2)

    report = check_estimator(NORMAL, leaves, examples=3)
    assert not report.ok
    assert "raised SystemExit: 2" in report.counterexamples[0]


def test_what_is_not_the_same_twice_is_told() -> None:
    """Random numbers; and a function that remembers what it was asked before."""
    calls: list[float] = []

    def remembers(x: Array) -> tuple[float, float]:
        calls.append(1.0)
        return float(x.mean()) + len(calls), float(x.std())

    for function in (lambda x: (np.random.default_rng().normal(), x.std()), remembers):
        report = check_estimator(NORMAL, function, examples=20)
        assert "not the same twice" in report.counterexamples[0]
    steady = check_estimator(NORMAL, lambda x: (x.mean(), x.std() / 2), examples=20)
    assert "not the same twice" not in steady.counterexamples[0]
