"""What a loss of several numbers at once is: definitions by name, and that a model induces one."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, S, Symbol, log

from ..family import Source
from .family import StructuredFamily
from .plates import Component, Plate
from .sums import placed


@dataclass(frozen=True)
class JointDefinition:
    """A loss by name, of observed numbers ``y_k`` where ``m_k`` were predicted, for ``k`` from 1 to ``K``."""

    name: str
    formula: Expr
    source: Source

    def at(self, observed: Component, predicted: Component, last: Expr) -> Expr:
        """Return the loss of what is observed, given a prediction, both with the same index.

        >>> JOINT_DEFINITIONS[0].at(Component("x", "indicator", _K), Component("p", "positive", _K), _LAST)
        -sum(log(p_k)*x_k; k = 1..K)
        """
        index = observed.indices[0]
        return self.formula.xreplace({_K: index, _LAST: last}).xreplace(
            {_Y.at(index): observed, _M.at(index): predicted}
        )


_K, _LAST = Symbol("k", integer=True, positive=True), Symbol("K", integer=True, positive=True)
_Y, _M = Component("y", "real", _K), Component("m", "positive", _K)
JOINT_DEFINITIONS = (
    JointDefinition(
        "cross-entropy",
        -Plate(_Y * log(_M), _K, _LAST),
        Source("Bishop 2006, Pattern Recognition and Machine Learning, section 4.3.4"),
    ),
)


@dataclass(frozen=True)
class JointLoss:
    """``-log p = factor * loss + rest``, with ``factor > 0`` and ``rest`` free of the predicted means.

    ``parameter`` is what the prediction takes the place of, ``replacement`` its value in terms of the prediction.
    """

    family: StructuredFamily
    observed: Component
    prediction: Component
    parameter: Component
    replacement: Expr
    factor: Expr
    loss: Expr
    rest: Expr
    name: str
    role: str = "mean"
    unit: Expr = S.One

    @property
    def density(self) -> Expr:
        """The log-density with the prediction in the parameter's place."""
        return placed(self.family.log_density, {self.parameter: self.replacement})
