"""What a regression can ask of data, as terms that a step claims and a checker compares."""

from __future__ import annotations

from typing import Any

from .terms import Term


class Condition(Term):
    """A condition on data, as a term."""

    is_commutative = True


class Columns(Condition):
    """The covariates are linearly independent.

    >>> from .plates import Component
    >>> Columns(Component("x", "real"))
    independent(x)
    """

    text = "independent({0})"
    tex = r"{0} \text{{ independent}}"


class Overlap(Condition):
    """No direction separates the data: along none, whose predictors are not all 0, are the least slopes all 0.

    The arguments are the slopes towards minus and plus infinity; or, of several predictors, terms in their directions,
    the least of which is the slope.

    >>> Overlap(0, -1)
    overlap(0, -1)
    """

    def _sympystr(self, printer: Any) -> str:
        return f"overlap({', '.join(printer._print(one) for one in self.args)})"

    def _latex(self, printer: Any) -> str:
        return rf"\text{{overlap}}\left({', '.join(printer._print(one) for one in self.args)}\right)"


class NoExactFit(Condition):
    """No coefficients make a residual 0 in every observation.

    >>> from .plates import Component
    >>> NoExactFit(Component("y", "real") - Component("m", "real"))
    inexact(-m + y)
    """

    text = "inexact({0})"
    tex = r"\text{{no exact fit, }} {0} \not\equiv 0"


class Haar(Condition):
    """There are as many observations as coefficients, and the covariates of any so many are linearly independent.

    >>> from .plates import Component
    >>> Haar(Component("x", "real"), 3)
    any 3 of x independent
    """

    text = "any {1} of {0} independent"
    tex = r"\text{{any }} {1} \text{{ of }} {0} \text{{ independent}}"


class AllOf(Condition):
    """Every one of some conditions.

    >>> AllOf(), AllOf(Overlap(0, -1))
    (nothing, overlap(0, -1))
    """

    def _sympystr(self, printer: Any) -> str:
        return " and ".join(printer._print(one) for one in self.args) or "nothing"

    def _latex(self, printer: Any) -> str:
        return r" \text{ and } ".join(printer._print(one) for one in self.args) or r"\text{nothing}"
