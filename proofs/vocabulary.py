"""Which constants and functions a typed expression may use, each function with its numbers of arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy
from sympy import E, EulerGamma, Expr, oo, pi

CONSTANTS: Mapping[str, Expr] = {"pi": pi, "E": E, "EulerGamma": EulerGamma, "oo": oo}
Functions = Mapping[str, tuple[Callable[..., Any], tuple[int, ...]]]
FUNCTIONS: Functions = {
    name: (getattr(sympy, name), counts)
    for name, counts in {
        "Abs": (1,),
        "LambertW": (1,),
        "Max": (2, 3, 4),
        "Min": (2, 3, 4),
        "acos": (1,),
        "asin": (1,),
        "atan": (1,),
        "atan2": (2,),
        "besseli": (2,),
        "besselk": (2,),
        "beta": (2,),
        "binomial": (2,),
        "ceiling": (1,),
        "cos": (1,),
        "cosh": (1,),
        "digamma": (1,),
        "erf": (1,),
        "erfc": (1,),
        "exp": (1,),
        "factorial": (1,),
        "floor": (1,),
        "gamma": (1,),
        "log": (1,),
        "loggamma": (1,),
        "polygamma": (2,),
        "sign": (1,),
        "sin": (1,),
        "sinh": (1,),
        "sqrt": (1,),
        "tan": (1,),
        "tanh": (1,),
        "trigamma": (1,),
        "zeta": (1,),
    }.items()
}
