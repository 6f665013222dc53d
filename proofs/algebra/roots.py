"""What a rule that solves an equation returns."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr


@dataclass(frozen=True)
class Root:
    """A value at which an equation vanishes, and the rule that gave it.

    ``only`` says that the rule proves there is no other root in the unknown's domain.
    """

    value: Expr
    rule: str
    only: bool
