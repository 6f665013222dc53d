"""Whether every public function says what is wrong with its arguments, in an error of ours that names the value."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from sympy import Interval, Symbol, Union, log, oo

from thetahat import (
    Family,
    Member,
    Parameter,
    certify,
    check_estimator,
    check_family,
    derive,
    estimator,
    family,
    fit,
    fit_rows,
    i_projection,
    m_projection,
    summarise,
)
from thetahat.proofs.errors import DataError, DeclarationError, ParameterError, UnknownFamilyError

GAMMA = family("gamma")
POSITIVE = Interval.open(0, oo)
x, rate = Symbol("x", positive=True), Symbol("rate", positive=True)
RATE = Parameter(rate, POSITIVE)
NO_FAMILIES = (None, 3, [GAMMA], type(GAMMA), {"gamma": GAMMA})
OF_A_FAMILY: dict[str, Callable[[object], object]] = {
    "fit": lambda one: fit(one, [1.0, 2.0]),
    "certify": lambda one: certify(one, [1.0, 2.0]),
    "derive": derive,
    "estimator": estimator,
    "fit_rows": lambda one: fit_rows(one, [[1.0, 2.0]]),
    "summarise": lambda one: summarise(one, [1.0, 2.0]),
    "check_family": check_family,
    "check_estimator": lambda one: check_estimator(one, lambda x: x),
}


@pytest.mark.parametrize("name", OF_A_FAMILY)
@pytest.mark.parametrize("given", NO_FAMILIES, ids=["None", "number", "list", "class", "mapping"])
def test_what_is_no_family_is_named(name: str, given: object) -> None:
    """Half of the functions ended in an error of attributes, or of hashing."""
    with pytest.raises((DeclarationError, ParameterError), match=r"is no [Ff]amily") as caught:
        OF_A_FAMILY[name](given)
    assert repr(given)[:20] in str(caught.value)


@pytest.mark.parametrize("name", ["fit", "certify", "derive", "fit_rows", "summarise", "check_family"])
def test_a_name_is_no_family_and_it_is_said_what_to_write(name: str) -> None:
    """Those that take no names show the function that does."""
    with pytest.raises(DeclarationError, match=r"'gamma' is no family.*write family\(\.\.\.\)"):
        OF_A_FAMILY[name]("gamma")


@pytest.mark.parametrize("given", [None, 3, ["gamma"]])
def test_what_is_no_name_is_named(given: object) -> None:
    """It was asked for the end of the name of a file."""
    with pytest.raises(UnknownFamilyError, match="is no name of a family; write one such as 'normal'"):
        family(given)


@pytest.mark.parametrize("given", [["k"], ("k", 2), {GAMMA.symbols[0]: 2}, {1: 2}])
def test_known_values_go_by_names(given: object) -> None:
    """Symbols and lists ended in errors of Python's own."""
    for call in (lambda: fit(GAMMA, [1.0, 2.0], fixed=given), lambda: certify(GAMMA, [1.0, 2.0], fixed=given)):
        with pytest.raises(ParameterError, match="is no mapping from the names of parameters"):
            call()


@pytest.mark.parametrize("given", [0, -1, 1.5, "3", None, True])
def test_a_number_of_examples_is_a_whole_one(given: object) -> None:
    """Hypothesis refused some, and none of its own words says whose argument it was."""
    with pytest.raises(ParameterError, match="check_family: examples="):
        check_family(GAMMA, examples=given)
    with pytest.raises(ParameterError, match="check_estimator: examples="):
        check_estimator("gamma", lambda x: x, examples=given)


MADE_OF: dict[str, tuple[Callable[[], object], str]] = {
    "reversed ends": (
        lambda: Family("f", x, Interval(1, 0), (RATE,), log(rate) - rate * x),
        "family 'f': the support of x: the set is empty; write the lower end first",
    ),
    "two pieces": (
        lambda: Family("f", x, Union(Interval(0, 1), Interval(2, 3)), (RATE,), log(rate) - rate * x),
        r"family 'f': the support of x: the set Union\(.*is not supported",
    ),
    "a space without points": (
        lambda: Family("f", x, POSITIVE, (Parameter(rate, Interval.open(3, 2)),), log(rate) - rate * x),
        "family 'f': the space of rate: the set is empty",
    ),
    "a substitution as text": (
        lambda: GAMMA.reparametrise("g", [RATE, GAMMA.parameters[0]], {"theta": "1/rate"}),
        "gamma: the substitution for theta is '1/rate', which is no SymPy expression",
    ),
    "no parameters": (
        lambda: GAMMA.reparametrise("g", None, {"theta": 1 / rate}),
        "takes a name, a tuple of Parameters",
    ),
    "no mapping": (lambda: GAMMA.reparametrise("g", [RATE], [1 / rate]), "takes a name, a tuple of Parameters"),
    "an image as text": (
        lambda: GAMMA.transform("g", x, "log(x)"),
        "gamma: the old observation, written in x, is 'log",
    ),
    "no image": (lambda: GAMMA.transform("g", x, None), "which is no SymPy expression"),
    "a variable as text": (
        lambda: GAMMA.transform("g", "x", x),
        "the new variable is 'x', which is not a SymPy Symbol",
    ),
}


@pytest.mark.parametrize("name", MADE_OF)
def test_what_a_family_is_made_of_is_named(name: str) -> None:
    """A set was refused without the family's name, and texts ended in errors of attributes."""
    call, words = MADE_OF[name]
    with pytest.raises(DeclarationError, match=words):
        call()


@pytest.mark.parametrize("projection", [m_projection, i_projection])
def test_what_is_no_target_is_named(projection: Callable[[object, object], object]) -> None:
    """Both ended in an error of attributes, for a family that is none as well."""
    with pytest.raises(ParameterError, match=r"'gamma' is no target; write Member\.of"):
        projection("gamma", GAMMA)
    with pytest.raises(DeclarationError, match=r"'gamma' is no family"):
        projection(Member.of(GAMMA, k=1, theta=1), "gamma")


def test_spans_of_time_are_no_numbers() -> None:
    """NumPy counts them among its integers, but they have no value as one."""
    with pytest.raises(DataError, match=r"entries of type timedelta64.*convert them"):
        fit(GAMMA, np.array([1, 2], dtype="timedelta64[s]"))


class Frame(np.ndarray):
    """An array with names of columns, as a data frame has."""

    columns: tuple[str, ...]


def frame(*columns: str) -> Frame:
    """Three rows of two columns."""
    made = np.array([[1.0, 2.0], [2.0, 5.0], [4.0, 7.0]]).view(Frame)
    made.columns = columns
    return made


def test_columns_with_names_in_another_order_are_refused() -> None:
    """They were read by their place: the observation taken for the covariate, without a word."""
    regression = family("linear_regression")
    with pytest.raises(
        DataError, match=r"columns x, y, which are read by their place as y, x; pass them in this order"
    ):
        fit(regression, frame("x", "y"))
    assert fit(regression, frame("y", "x")).theta_hat == fit(regression, frame("height", "age")).theta_hat


@pytest.mark.parametrize("count", [0, -3, "x", 2.5])
def test_what_is_no_number_of_digits_is_named(count: object) -> None:
    """Negative ones gave hundreds of digits."""
    certificate = certify(GAMMA, [1.0, 2.0])
    with pytest.raises(ParameterError, match=r"is no number of digits; write a whole one from 1"):
        certificate.theta["k"].digits(count)


@pytest.mark.parametrize("estimate", ["a", None, [1.0], [[1.0], [2.0, 3.0]]])
def test_an_estimate_that_is_none_is_named(estimate: object) -> None:
    """Words ended in NumPy's error about them."""
    with pytest.raises(ParameterError, match=r"gamma: the estimate .* is not one finite number for each of k, theta"):
        certify(GAMMA, [1.0, 2.0]).nats_lost(estimate)
