"""A condition on a dataset: an expression in data atoms that has to be positive, or at least not negative."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr


@dataclass(frozen=True)
class Condition:
    """``expression > 0``, where the expression contains data only through ``Mean``, ``Quantile`` and ``LargestTie``.

    ``meaning`` says the same in words; ``why`` names the rule that derived it. With ``weak``, zero will do; with
    ``open_at_zero``, nothing is known where the expression is zero.
    """

    expression: Expr
    meaning: str
    why: str = ""
    weak: bool = False
    open_at_zero: bool = False
