"""What computes each function of an expression in doubles, and in doubles with a bound on their rounding."""

from __future__ import annotations

from typing import Any

import numpy as np

from .compiled.columns import BOUNDED_SLOPE, COMPOSED, ELEMENTARY, RELATED, SIMPLE
from .compiled.special import PRODUCTS, SPECIAL, Numeric
from .printing import RELATIONS
from .rounding import angle, at_ends, choose, exact, lipschitz, nearest, power, tangent


def _rounded_extreme(pick: Numeric) -> Numeric:
    def rounded(*arguments: Any) -> Any:
        best = exact(arguments[0])
        for argument in map(exact, arguments[1:]):
            best = choose(pick(best.value, argument.value) == best.value, best, argument)
        return best

    return rounded


def _rounded_product(logarithm: Numeric) -> Numeric:
    def rounded(coefficient: Any, argument: Any) -> Any:
        coefficient = exact(coefficient)
        empty = (coefficient.value == 0) & (coefficient.error == 0)
        return choose(empty, 0.0, coefficient * logarithm(argument))

    return rounded


PLAIN: dict[str, Numeric] = {**SIMPLE, **SPECIAL, **PRODUCTS}


ROUNDED: dict[str, Numeric] = {
    **{name: at_ends(function) for name, function in ELEMENTARY.items()},
    **{name: lipschitz(function) for name, function in BOUNDED_SLOPE.items()},
    **{name: at_ends(function, special=True) for name, function in (SPECIAL | COMPOSED).items()},
    **{name: (lambda a, b, f=RELATED[name]: f(exact(a).value, exact(b).value)) for name in RELATIONS.values()},
    "logical_not": np.logical_not,
    "Max": _rounded_extreme(np.maximum),
    "Min": _rounded_extreme(np.minimum),
    "sign": at_ends(np.sign),
    "atan2": angle(SIMPLE["atan2"]),
    "tan": tangent,
    "power": power,
    "xlogy": _rounded_product(at_ends(np.log)),
    "xlog1py": _rounded_product(at_ends(np.log1p)),
    "choose": choose,
    "nearest": nearest,
}
