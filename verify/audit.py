"""Audits one estimator: verifies how its parameters are read, then judges it on datasets, and sums up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..proofs.derivation import Outcome
from .adapters.densities import worst_difference
from .adapters.target import Target, installed_version
from .audit_rows import AuditVerdict, Row
from .audit_run import Run, Tell
from .known_values import derivation_with
from .tolerance import DENSITY_SHARE

Array = NDArray[np.float64]


def silent(message: Mapping[str, Any]) -> None:
    """Tell nobody."""


def audit(
    target: Target,
    *,
    parameters: Mapping[str, str] | None = None,
    examples: int = 100,
    seed: int = 0,
    seconds: float = 60.0,
    data: Sequence[Any] | Array | None = None,
    only_held: bool = False,
    options: Sequence[str] = (),
    tell: Tell = silent,
) -> Row:
    """Return the row of one estimator.

    Parameters
    ----------
    parameters
        How the family's parameters follow from what the function returns, as for ``check_estimator``.
    examples
        Datasets drawn: half of ordinary size, half of every size.
    seconds
        After so long no more datasets are drawn; those at hand are still judged, and a failure is made smaller.
    data
        One dataset to ask of instead.
    only_held
        Whether the estimator is called with that dataset only if it has a maximiser.
    options
        Words to repeat in the commands of the findings.
    tell
        Called with a row's record before long work, and with ``{"calling": x}`` before and ``{"called": True}`` after
        every call, for somebody who may have to stop it.

    Examples
    --------
    >>> from .adapters.target import Promise
    >>> mean = Target("mean", "exponential", lambda x: [1 / x.mean()], Promise("", ""))
    >>> audit(mean, examples=20).verdict.value
    'accepted'
    """
    row = Row(
        target.name,
        target.setting,
        target.family,
        AuditVerdict.UNSUPPORTED,
        promise=target.promise.words,
        link=target.promise.link,
        version=installed_version(target.library),
        reason=target.unsupported,
    )
    if target.unsupported:
        return row
    derivation = derivation_with(target.declared, target.fixed)
    if derivation.outcome in (Outcome.UNSOLVED, Outcome.UNBOUNDED):
        return replace(row, reason=f"there is no estimate to compare with: {derivation.reason}")
    if wrong := _wrong_map(target):
        return replace(row, reason=wrong)
    row = replace(row, is_map_verified=target.log_density is not None)
    run = Run(target, derivation, parameters, tuple(options), tell, row)
    if data is None:
        return run.drawn(examples, seed, seconds)
    return run.of(np.asarray(data, dtype=np.float64), only_held)


def _wrong_map(target: Target) -> str:
    """Why the parameter map is not the library's; empty where it is, or the library has no density to tell."""
    if target.log_density is None:
        return ""
    try:
        far, where = worst_difference(target.declared, target.log_density)
    except Exception as error:  # noqa: BLE001  (the library's code runs here; it then decides nothing)
        return f"the library's density raised {type(error).__name__}: {error}"
    return "" if far <= DENSITY_SHARE else f"the parameter map is wrong: the log-densities differ at {where}"
