"""What data have when no direction separates them, as an atom of conditions: positive where they do."""

from __future__ import annotations

from typing import Any

from sympy import Expr

from .order_statistics import Order


class Overlapping(Order):
    """Positive where no direction of the coefficients separates the data, negative where one does.

    ``Overlapping(rows, rising, falling, x, ...)`` binds the data variables ``x, ...``. The predictor of an observation
    is the product of its ``rows`` with the coefficients. A direction separates the data where it raises no predictor
    whose ``falling`` is not 0, lowers none whose ``rising`` is not 0, and changes some predictor.

    >>> from sympy import Tuple
    >>> from sympy.abc import x, y
    >>> Overlapping(Tuple(1, x), y, y - 1, y, x).free_symbols
    set()
    """

    FIRST = 3

    @property
    def rows(self) -> tuple[Expr, ...]:
        """What multiplies each coefficient."""
        return tuple(self.args[0].args)

    @property
    def slopes(self) -> tuple[Expr, Expr]:
        """Zero exactly where the slope far out is: towards minus infinity, and towards infinity."""
        return self.args[1], self.args[2]

    def _eval_is_extended_real(self) -> bool:
        return True

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{overlap}}({', '.join(printer._print(slope) for slope in self.slopes)})"
