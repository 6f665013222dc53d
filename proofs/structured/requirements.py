"""What a regression asks of data for one maximiser to exist, in words."""

from __future__ import annotations

from sympy import Expr

from .conditions import Columns, Condition
from .derivation import Requirement
from .linear import Predictor
from .observed import above_zero
from .plates import Component

_ONE_ESTIMATE = "otherwise coefficients that predict the same are equally likely, and no single one is the estimate"
_REACHED = "otherwise the likelihood grows along d for ever, and its supremum is not reached"


def direction_of(found: Predictor) -> Expr:
    """Return the name of the direction in which a predictor moves.

    >>> from thetahat.proofs.registry import structured
    >>> from .linear import predictor_of
    >>> direction_of(predictor_of(structured("softmax_regression")))
    d_k
    """
    return Component("d", "real", *getattr(found.eta, "indices", ()))


def requirement(condition: Condition, found: Predictor) -> Requirement:
    """Return a condition with its words.

    >>> from thetahat.proofs.registry import structured
    >>> from .linear import predictor_of
    >>> found = predictor_of(structured("logistic_regression"))
    >>> requirement(Columns(found.predictor.args[0] / found.term), found).words
    'the covariates x_j are linearly independent'
    """
    if isinstance(condition, Columns):
        words = f"the covariates {condition.args[0]} are linearly independent"
        return Requirement(condition.args[0], "columns", words, _ONE_ESTIMATE)
    direction = found.predictor.xreplace({found.term: found.term.renamed("d")})
    if isinstance(found.eta, Component):
        each = ", ".join(map(str, found.eta.indices))
        terms = " and ".join(map(str, condition.args))
        words = (
            f"no direction d separates the data: where {direction_of(found)} is {direction}, no d has {terms} at "
            f"least 0 for every {each} in every observation, and not 0 throughout"
        )
        return Requirement(condition, "joint-overlap", words, _REACHED)
    rising, falling = condition.args
    above = "at least 0" + ("" if above_zero(rising) else f" wherever {rising} > 0")
    below = "at most 0" + ("" if above_zero(-falling) else f" wherever {-falling} > 0")
    words = f"no direction d separates the data: no {direction} is {above}, {below}, and not 0 throughout"
    return Requirement(condition, "overlap", words, _REACHED)
