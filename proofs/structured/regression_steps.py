"""What the steps on curvature and slopes of a regression leave behind for those that rest on them."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Tuple


@dataclass(frozen=True)
class Bend:
    """Where the step on concavity stands, and whether only one point can be the highest in the predictors."""

    at: int
    strict: bool


@dataclass(frozen=True)
class Slopes:
    """Where the step on slopes far out stands, the slopes, and whether every direction falls for every observation."""

    at: int
    value: Tuple
    always: bool
