"""What a loss is: definitions by name, in an observation ``y`` and a prediction ``m``, and that a model induces one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import cast

from sympy import Abs, Expr, S, Symbol, cosh, exp, lambdify, log, oo

from .bounds import Bounds
from .family import Family, Source

Y, M = Symbol("y", real=True), Symbol("m", real=True)
_GLM = Source("McCullagh & Nelder 1989, Generalized Linear Models, 2nd ed., section 2.3")


@dataclass(frozen=True)
class LossDefinition:
    """A loss by name: what an observation ``y`` costs where ``m`` was predicted.

    Where the formula has ``y log y``, that is 0 at ``y = 0``.
    """

    name: str
    formula: Expr
    source: Source

    def at(self, observed: Expr, predicted: Expr) -> Expr:
        """Return the loss of an observation, given a prediction.

        >>> DEFINITIONS[0].at(Symbol("a"), Symbol("b"))
        (a - b)**2
        """
        return self.formula.subs({Y: observed, M: predicted}, simultaneous=True)

    @cached_property
    def _slope(self) -> Expr:
        return self.formula.diff(M)

    def slope_at(self, observed: Expr, predicted: Expr) -> Expr:
        """Return the derivative of the loss in the prediction.

        >>> DEFINITIONS[1].slope_at(Symbol("a", real=True), Symbol("b", real=True))
        sign(-a + b)
        """
        return self._slope.subs({Y: observed, M: predicted}, simultaneous=True)

    @cached_property
    def slope_in_numbers(self) -> Callable[[complex, complex], complex]:
        """The same of numbers, to about fifteen digits.

        >>> DEFINITIONS[0].slope_in_numbers(3.0, 1.0)
        -4.0
        """
        return cast("Callable[[complex, complex], complex]", lambdify((Y, M), self._slope, "mpmath"))


DEFINITIONS = (
    LossDefinition(
        "squared error",
        (Y - M) ** 2,
        Source("Legendre 1805, Nouvelles methodes pour la determination des orbites des cometes, appendix"),
    ),
    LossDefinition(
        "absolute error", Abs(Y - M), Source("Koenker & Bassett 1978, Regression Quantiles, Econometrica 46")
    ),
    LossDefinition(
        "log-cosh error",
        log(cosh(Y - M)),
        Source("Green 1990, Bayesian Reconstructions from Emission Tomography Data, IEEE Trans. Medical Imaging 9"),
    ),
    LossDefinition(
        "LINEX error",
        exp(M - Y) - (M - Y) - 1,
        Source("Zellner 1986, Bayesian Estimation and Prediction Using Asymmetric Loss Functions, JASA 81"),
    ),
    LossDefinition(
        "Lorentzian error",
        log(1 + (Y - M) ** 2),
        Source("Black & Anandan 1996, The Robust Estimation of Multiple Motions, Comput. Vis. Image Underst. 63"),
    ),
    LossDefinition(
        "binary cross-entropy",
        -Y * log(M) - (1 - Y) * log(1 - M),
        Source("Bishop 2006, Pattern Recognition and Machine Learning, section 4.3.2"),
    ),
    LossDefinition("Poisson deviance", 2 * (Y * log(Y / M) - (Y - M)), _GLM),
    LossDefinition("gamma deviance", 2 * ((Y - M) / M - log(Y / M)), _GLM),
    LossDefinition("inverse Gaussian deviance", (Y - M) ** 2 / (M**2 * Y), _GLM),
)


@dataclass(frozen=True)
class InducedLoss:
    """``-log p = factor * loss + rest``, with ``factor > 0`` and ``rest`` free of the prediction.

    Attributes
    ----------
    family, role
        The noise model, and what is predicted: its ``location`` or its ``mean``. For ``bound``, the largest residual
        is estimated, and the loss is of a whole dataset: its largest value counts instead of its mean.
    observed
        What the prediction is compared with: the observation, or its logarithm where that has the location.
    prediction
        The symbol ``m`` of what is predicted.
    parameter, replacement
        The parameter that the prediction takes the place of, and its value in terms of the prediction.
    name, unit
        The definition that the loss is equal to, of observations and predictions divided by ``unit``; no name where
        none fits.
    """

    family: Family
    role: str
    observed: Expr
    prediction: Symbol
    parameter: Symbol
    replacement: Expr
    factor: Expr
    loss: Expr
    rest: Expr
    name: str
    unit: Expr = S.One

    @property
    def density(self) -> Expr:
        """The log-density with the prediction in the parameter's place."""
        return self.family.log_density.subs(self.parameter, self.replacement)


def prediction_domain(family: Family, role: str, prediction: Symbol) -> dict[Symbol, Bounds]:
    """Return where everything lies, the prediction inside the hull of the support.

    >>> from thetahat import family
    >>> prediction_domain(family("poisson"), "mean", Symbol("m"))[Symbol("m")].lo
    0
    """
    ends = family.bounds
    lo, hi = (-oo, oo) if role == "location" else (ends.lo, ends.hi)
    known = {item.symbol: item.bounds for item in (*family.constants, *family.parameters)}
    return {**known, prediction: Bounds(lo, hi, False, False, False), family.observation: ends}
