"""A stateful test of streaming estimators: values pushed and removed, streams merged, each answer judged as a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Protocol

import numpy as np
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from numpy.typing import NDArray

from ..proofs.derivation import Outcome, Verdict
from ..proofs.errors import UnsolvedError
from ..proofs.family import Family
from ..proofs.registry import family as family_named
from ..strategies import datasets
from .answers import Promise, Question, require_promise
from .claimed import Claimed
from .existence import has_maximiser
from .judgement import Judgement
from .judging import judge
from .known_values import derivation_with
from .parameter_map import parameter_map
from .tolerance import AUDIT_NATS

Array = NDArray[np.float64]
_ORDINARY = 1e3
"""Data stay within this size."""
_LONGEST = 6
"""So many values are pushed in a row at most."""


class Stream(Protocol):
    """What a streaming estimator can do; ``merge(other)`` and ``remove(value)`` are tested where they exist."""

    def push(self, value: Any) -> None:
        """Take one more observation; with covariates an array, the observation first."""

    def estimate(self) -> Any:
        """Return the estimate, as a function for ``check_estimator`` does."""


@dataclass
class _Kept:
    """A stream, the observations in it, and all that it or the streams merged into it ever held."""

    stream: Any
    values: list[Any] = field(default_factory=list)
    ever: list[Any] = field(default_factory=list)


def streaming_machine(
    family: Family | str,
    factory: Callable[[], Stream],
    *,
    parameters: Mapping[str, Claimed] | None = None,
    promise: Promise = "mle",
    fixed: Mapping[str, object] | None = None,
    tolerance: float = AUDIT_NATS,
    strict: bool = False,
) -> type[RuleBasedStateMachine]:
    """Return a state machine of Hypothesis that tests a streaming estimator against certified answers for all its data.

    Streams are made, values are pushed, two streams are merged, values are removed. After every step the estimate of
    each stream that changed is judged as ``check_estimator`` judges one of the same data, if these have a maximiser.

    Parameters
    ----------
    factory
        Returns an empty stream: an object with ``push(value)`` and ``estimate()``, and ``merge(other)``, which takes in
        another stream that is used no more, and ``remove(value)``, if it has them.
    parameters, promise, fixed, tolerance, strict
        As for ``check_estimator``.

    Returns
    -------
    A class, to be run by ``hypothesis.stateful.run_state_machine_as_test``, or by pytest as its ``TestCase``. A failure
    shows the steps, and what was returned, certified and lost.

    Raises
    ------
    ParameterError
        For a promise, a tolerance or a map that means nothing.
    UnsolvedError
        Where there is no estimator to compare with.

    Examples
    --------
    >>> class Rate:
    ...     def __init__(self):
    ...         self.n, self.total = 0, 0.0
    ...     def push(self, value):
    ...         self.n, self.total = self.n + 1, self.total + value
    ...     def merge(self, other):
    ...         self.n, self.total = self.n + other.n, self.total + other.total
    ...     def estimate(self):
    ...         return [self.n / self.total]
    >>> TestRate = streaming_machine("exponential", Rate).TestCase
    """
    require_promise(promise, tolerance, "holds")
    declared = family_named(family) if isinstance(family, str) else family
    derivation = derivation_with(declared, fixed or {})
    member = derivation.family
    if derivation.outcome in (Outcome.UNSOLVED, Outcome.UNBOUNDED):
        raise UnsolvedError(f"{member.name}: there is no estimator to compare with: {derivation.reason}")
    question = Question(
        derivation, _nothing, parameter_map(member, parameters), declared, dict(fixed or {}), promise, tolerance, strict
    )
    name = f"Streaming{member.name.title().replace('_', '')}"
    attributes = {"asked": _Asked(question, factory), "__module__": __name__}
    machine: type[RuleBasedStateMachine] = type(name, (_Machine,), attributes)
    # Hypothesis would explain a failure by the lines of our own code that it ran through.
    usual = machine.TestCase.settings
    machine.TestCase.settings = settings(usual, phases=[one for one in usual.phases if one is not Phase.explain])
    return machine


def _nothing(x: Array) -> Any:
    """What stands in a question until a stream is asked."""


@dataclass(frozen=True, eq=False)
class _Asked:
    """What a machine tests: how answers are judged, where streams come from, and what they can do."""

    question: Question
    factory: Callable[[], Stream]

    @cached_property
    def chunks(self) -> st.SearchStrategy[Array]:
        """Values to push in a row."""
        family = self.question.family
        return datasets(family, existence="any", conditions=(), max_size=_LONGEST, largest=_ORDINARY)

    @cached_property
    def abilities(self) -> frozenset[str]:
        """Which of the two methods that are not asked for streams have."""
        made = self.factory()
        return frozenset(name for name in ("merge", "remove") if callable(getattr(made, name, None)))

    def judged(self, kept: _Kept) -> Judgement | None:
        """What a stream's answer is worth; nothing where its data have no maximiser."""
        values = np.array(kept.values)
        if not kept.values or not has_maximiser(self.question.derivation, values):
            return None
        asked = replace(self.question, function=lambda x: kept.stream.estimate())
        return judge(asked, values, history=np.array(kept.ever))


_CHUNKS = st.runner().flatmap(lambda machine: machine.asked.chunks)
_PLACES = st.integers(0, 2**16)


class _Machine(RuleBasedStateMachine):
    """Streams of observations, in any order of steps."""

    asked: ClassVar[_Asked]

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[_Kept] = []
        self.changed: list[_Kept] = []
        self.decided = 0

    @rule(values=_CHUNKS)
    def start(self, values: Array) -> None:
        """A new stream."""
        self.kept.append(_Kept(self.asked.factory()))
        self._push(self.kept[-1], values)

    @precondition(lambda self: self.kept)
    @rule(place=_PLACES, values=_CHUNKS)
    def push(self, place: int, values: Array) -> None:
        """More values for one of the streams."""
        self._push(self.kept[place % len(self.kept)], values)

    @precondition(lambda self: "merge" in self.asked.abilities and len(self.kept) > 1)
    @rule(place=_PLACES, other=_PLACES)
    def merge(self, place: int, other: int) -> None:
        """One stream takes in another."""
        taken = self.kept.pop(other % len(self.kept))
        into = self.kept[place % len(self.kept)]
        into.stream.merge(taken.stream)
        into.values += taken.values
        into.ever += taken.ever
        self.changed.append(into)

    @precondition(lambda self: "remove" in self.asked.abilities and any(len(one.values) > 1 for one in self.kept))
    @rule(place=_PLACES, which=_PLACES)
    def remove(self, place: int, which: int) -> None:
        """A value is removed from a stream that has others."""
        longer = [one for one in self.kept if len(one.values) > 1]
        chosen = longer[place % len(longer)]
        chosen.stream.remove(chosen.values.pop(which % len(chosen.values)))
        self.changed.append(chosen)

    @invariant()
    def estimates_are_those_of_all_data(self) -> None:
        """Every stream that changed gives the estimate of the data in it, where they have one."""
        changed, self.changed = self.changed, []
        for one in changed:
            found = self.asked.judged(one)
            if found is not None:
                self.decided += found.verdict is Verdict.AGREE
                name = self.asked.question.family.name
                assert found.verdict is not Verdict.DISAGREE, f"{name}: {found.text()}"

    def _push(self, one: _Kept, values: Array) -> None:
        for value in values:
            one.stream.push(value if values.ndim > 1 else float(value))
            one.values.append(value)
            one.ever.append(value)
        self.changed.append(one)
