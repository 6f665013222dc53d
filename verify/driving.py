"""Drives a property over drawn values: generates, and shrinks what it disagrees with for a limited time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

_SHRINK_SECONDS = 10.0
"""How long a counterexample is made smaller; after that the smallest so far is shown."""


class DisagreementError(Exception):
    """Raised inside a property so that Hypothesis shrinks the example."""


class _ShrunkEnoughError(KeyboardInterrupt):
    """Ends shrinking: Hypothesis lets an interrupt through, and nothing else."""


def run_property(strategy: st.SearchStrategy[Any], examine: Callable[[Any], None], examples: int, seed: int) -> None:
    """Ask a property of drawn values; a disagreement is recorded by ``examine`` and shrunk by Hypothesis.

    >>> run_property(st.integers(0, 3), lambda value: None, examples=2, seed=0)
    """
    failed_at = 0.0

    @hypothesis.seed(seed)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
        print_blob=False,
    )
    @hypothesis.given(strategy)
    def prop(value: Any) -> None:
        nonlocal failed_at
        if failed_at and time.monotonic() - failed_at > _SHRINK_SECONDS:
            raise _ShrunkEnoughError
        try:
            examine(value)
        except DisagreementError:
            failed_at = failed_at or time.monotonic()
            raise

    try:
        prop()
    except (DisagreementError, _ShrunkEnoughError):
        return
