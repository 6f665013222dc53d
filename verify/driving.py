"""Drives a property over drawn values: generates, and shrinks what it disagrees with for a limited time."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

_SHRINK_SECONDS = 10.0
"""How long a counterexample is made smaller; after that the smallest so far is shown."""
_SHORT, _TOGETHER, _RUNS, _QUIET, _APART = 10, 16, 40, 8, 1_000_000
"""Examples of a short run, which Hypothesis draws before it begins to mutate what it has drawn; how many values an
example has at most, since an example costs as much as two values; how many short runs there are at most for each that
is needed, since they have values in common; after how many without a new value there are taken to be no others; and by
how much seeds lie apart."""


T = TypeVar("T")
_LEAST_ULPS, _MOST_ULPS = 1e-3, 1e300


def aim(ulps: float) -> None:
    """Tell Hypothesis how many units in the last place an estimate is off, so that it looks for worse conditioning.

    To be called once for a value that ``run_property`` examines.
    """
    hypothesis.target(math.log10(min(max(ulps, _LEAST_ULPS), _MOST_ULPS)), label="units in the last place, log10")


class DisagreementError(Exception):
    """Raised inside a property so that Hypothesis shrinks the example."""


class _EnoughError(KeyboardInterrupt):
    """Ends a run, or its shrinking: Hypothesis lets an interrupt through, and nothing else."""


def run_property(strategy: st.SearchStrategy[Any], examine: Callable[[Any], None], examples: int, seed: int) -> None:
    """Ask a property of drawn values; a disagreement is recorded by ``examine`` and shrunk by Hypothesis.

    Where ``examine`` calls ``aim``, half of the values are changes of those that came out highest.

    >>> run_property(st.integers(0, 3), lambda value: None, examples=2, seed=0)
    """
    failed_at = 0.0

    @hypothesis.seed(seed)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=False,
        phases=(Phase.generate, Phase.target, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @hypothesis.given(strategy)
    def prop(value: Any) -> None:
        nonlocal failed_at
        if failed_at and time.monotonic() - failed_at > _SHRINK_SECONDS:
            raise _EnoughError
        try:
            examine(value)
        except DisagreementError:
            failed_at = failed_at or time.monotonic()
            raise

    try:
        prop()
    except (DisagreementError, _EnoughError):
        return


def run_different(
    strategy: st.SearchStrategy[T],
    key: Callable[[T], Hashable],
    examine: Callable[[T], float | None],
    examples: int,
    seed: int,
    wanted: Callable[[T], bool] = lambda value: True,
) -> None:
    """Ask a property of so many different values, told apart by their keys, half of them driven to what is hard.

    ``examine`` returns how hard a value was, if it knows: Hypothesis changes the hardest. Many of its changes leave the
    key as it is; such values are passed over, and more are drawn afresh. Where there are fewer values than asked for,
    all that are found are examined. Of values that are not ``wanted`` nothing is asked: a filter that few values pass
    would throw away whole lists of them.

    >>> seen = []
    >>> run_different(st.integers(0, 3), lambda value: value, lambda value: seen.append(value), examples=20, seed=0)
    >>> sorted(seen)
    [0, 1, 2, 3]
    """
    asking = _Asking(key, examine, examples, wanted)

    def once(value: T) -> None:
        hard = asking.of(value)
        if hard is not None:
            aim(hard)

    run_property(strategy, once, examples, seed)
    asking.the_rest(strategy, seed)


def run_afresh(
    strategy: st.SearchStrategy[T],
    key: Callable[[T], Hashable],
    examine: Callable[[T], None],
    examples: int,
    seed: int,
) -> None:
    """Ask a property of so many different values, told apart by their keys; a disagreement is shrunk.

    Where there are fewer values than asked for, all that are found are examined.

    >>> seen = []
    >>> run_afresh(st.integers(0, 3), lambda value: value, seen.append, examples=20, seed=0)
    >>> sorted(seen)
    [0, 1, 2, 3]
    """
    _Asking(key, examine, examples).the_rest(strategy, seed)


class _Asking(Generic[T]):
    """Asks a property of each different value once, and keeps what it said, until so many have passed or one failed."""

    def __init__(
        self,
        key: Callable[[T], Hashable],
        examine: Callable[[T], float | None],
        examples: int,
        wanted: Callable[[T], bool] = lambda value: True,
    ) -> None:
        self._key, self._examine, self._examples, self._wanted = key, examine, examples, wanted
        self._passed: dict[Hashable, float | None] = {}
        self._unwanted: set[Hashable] = set()
        self._failed = False

    def of(self, value: T) -> float | None:
        """Return what ``examine`` returns, or returned; end the run where enough values have passed and none failed."""
        name = self._key(value)
        if name in self._unwanted:
            return None
        if name not in self._passed:
            if not self._failed and len(self._passed) >= self._examples:
                raise _EnoughError
            if not self._wanted(value):
                self._unwanted.add(name)
                return None
            try:
                self._passed[name] = self._examine(value)
            except DisagreementError:
                self._failed = True
                raise
        return self._passed[name]

    def the_rest(self, strategy: st.SearchStrategy[T], seed: int) -> None:
        """Draw afresh until enough values have passed, one failed, or no others turn up.

        In a long run Hypothesis mutates every example a few times, which costs more than to draw one and changes
        little. So this is a series of short runs, each with its own seed, whose examples are lists of values.
        """

        def ask(values: list[T]) -> None:
            for value in values:
                self.of(value)

        together, quiet = st.lists(strategy, min_size=1, max_size=_TOGETHER), 0
        for turn in range(_RUNS * math.ceil(self._examples / _SHORT)):
            if self._failed or len(self._passed) >= self._examples or quiet == _QUIET:
                return
            before = len(self._passed)
            run_property(together, ask, _SHORT, seed * _APART + turn)
            quiet = quiet + 1 if len(self._passed) == before else 0
