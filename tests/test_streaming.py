"""Whether the state machine accepts right streaming estimators, and catches planted errors in each of their steps."""

import math
from typing import Annotated, Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from thetahat import Family, family, streaming_machine
from thetahat.proofs.errors import ParameterError, UnsolvedError
from thetahat.strategies import datasets

FEW = settings(
    max_examples=20,
    stateful_step_count=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Moments:
    """Mean and sum of squared distances, by the recurrences of Welford and of Chan, Golub and LeVeque (1983)."""

    def __init__(self) -> None:
        self.n, self.mean, self.square = 0, 0.0, 0.0

    def push(self, value: float) -> None:
        """One more value."""
        self.n += 1
        delta = value - self.mean
        self.mean += delta / self.n
        self.square += delta * (value - self.mean)

    def merge(self, other: "Moments") -> None:
        """Two sets joined."""
        n, delta = self.n + other.n, other.mean - self.mean
        self.mean += delta * other.n / n
        self.square += other.square + delta**2 * self.n * other.n / n
        self.n = n

    def remove(self, value: float) -> None:
        """The recurrence backwards."""
        before = (self.n * self.mean - value) / (self.n - 1)
        self.square -= (value - self.mean) * (value - before)
        self.n, self.mean = self.n - 1, before

    def estimate(self) -> dict[str, float]:
        """Mean and standard deviation."""
        return {"mu": self.mean, "sigma": math.sqrt(max(self.square, 0.0) / self.n)}


class ForgetsTheDistance(Moments):
    """A merge without the distance of both means."""

    def merge(self, other: Moments) -> None:
        """Wrong."""
        n = self.n + other.n
        self.mean += (other.mean - self.mean) * other.n / n
        self.square += other.square
        self.n = n


class RemovesTooMuch(Moments):
    """A removal that takes the distance from the old mean twice."""

    def remove(self, value: float) -> None:
        """Wrong."""
        before = (self.n * self.mean - value) / (self.n - 1)
        self.square -= (value - self.mean) ** 2
        self.n, self.mean = self.n - 1, before


class DividesByLess(Moments):
    """The denominator n - 1."""

    def estimate(self) -> dict[str, float]:
        """Wrong."""
        return {"mu": self.mean, "sigma": math.sqrt(self.square / max(self.n - 1, 1))}


class KeepsTheFirst(Moments):
    """A push that loses every tenth value."""

    def push(self, value: float) -> None:
        """Wrong."""
        if self.n % 10 != 9:
            super().push(value)


class Extremes:
    """Both ends; they can be merged, and nothing can be removed."""

    def __init__(self) -> None:
        self.low, self.high = math.inf, -math.inf

    def push(self, value: float) -> None:
        """One more value."""
        self.low, self.high = min(self.low, value), max(self.high, value)

    def merge(self, other: "Extremes") -> None:
        """Two sets joined."""
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)

    def estimate(self) -> tuple[float, float]:
        """The ends."""
        return self.low, self.high


@pytest.mark.parametrize(("name", "factory"), [("normal", Moments), ("uniform", Extremes)])
def test_right_streams_pass(name: str, factory: Any) -> None:
    """Also after removals, which leave rounding errors of what is gone."""
    run_state_machine_as_test(streaming_machine(name, factory), settings=FEW)


@pytest.mark.parametrize("factory", [ForgetsTheDistance, RemovesTooMuch, DividesByLess, KeepsTheFirst])
def test_a_planted_error_is_caught(factory: Any) -> None:
    """In merging, removing, estimating and pushing; the message has the data and the loss."""
    many = settings(FEW, max_examples=200)
    with pytest.raises(AssertionError, match=r"(?s)normal: x = \[.*returned   mu = .*certified  mu = "):
        run_state_machine_as_test(streaming_machine("normal", factory), settings=many)


def test_a_machine_decides_something() -> None:
    """Its counts are of cases that agree."""
    machine = streaming_machine("normal", Moments)()
    machine.start(np.array([1.0, 2.0, 4.0]))
    machine.estimates_are_those_of_all_data()
    machine.remove(0, 1)
    machine.estimates_are_those_of_all_data()
    assert machine.decided == 2


def test_what_cannot_be_tested_is_refused() -> None:
    """A promise that is not known, and a family without an estimator."""
    with pytest.raises(ParameterError, match="promise='map' is not known"):
        streaming_machine("normal", Moments, promise="map")  # type: ignore[arg-type]
    with pytest.raises(UnsolvedError, match="weibull_with_location: there is no estimator to compare with"):
        streaming_machine("weibull_with_location", Moments)


@given(drawn=st.from_type(Family))
@settings(max_examples=10, deadline=None)
def test_families_are_drawn_by_their_type(drawn: Family) -> None:
    """Shipped ones, with values for their constants."""
    assert drawn.constants == ()
    assert drawn.parameters


@given(x=st.from_type(Annotated[np.ndarray, datasets(family("gamma"))]))
@settings(max_examples=20, deadline=None)
def test_datasets_are_drawn_by_an_annotated_type(x: Any) -> None:
    """Hypothesis takes a strategy from the annotation."""
    assert x.ndim == 1
    assert (x > 0).all()
