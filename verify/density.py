"""Compiles declared expressions to functions of doubles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from sympy import Expr, Symbol, lambdify

from ..proofs.family import Family
from .compiled.special import Numeric
from .compiled.text import PREFIX
from .double_functions import PLAIN, ROUNDED
from .printing import Printer
from .stable_forms import stable


@lru_cache(maxsize=1024)
def compiled(expression: Expr, symbols: tuple[Symbol, ...], rounded: bool = False) -> Numeric:
    """Return a function of doubles or arrays, which broadcast; with ``rounded``, of ``Rounded`` numbers.

    Call it under ``np.errstate(all="ignore")``: overflow to infinity is an answer here, not an accident.

    Raises
    ------
    DeclarationError
        For a function that has no double-precision evaluation here.

    Examples
    --------
    >>> from sympy import Symbol, exp, log
    >>> z = Symbol("z", real=True)
    >>> float(compiled(log(1 + exp(z)), (z,))(1000.0))
    1000.0
    """
    functions = ROUNDED if rounded else PLAIN
    return lambdify(
        symbols, stable(expression), modules=[_namespace(functions)], printer=Printer(functions, rounded), cse=True
    )


@lru_cache(maxsize=512)
def compiled_together(expressions: tuple[Expr, ...], symbols: tuple[Symbol, ...]) -> Callable[..., list[Any]]:
    """Return a function of doubles or arrays to the values of all expressions, which share what they have in common.

    >>> from sympy import Symbol, exp
    >>> z = Symbol("z", real=True)
    >>> [float(value) for value in compiled_together((exp(z), exp(z) - z), (z,))(0.0)]
    [1.0, 1.0]
    """
    together = [stable(expression) for expression in expressions]
    return lambdify(symbols, together, modules=[_namespace(PLAIN)], printer=Printer(PLAIN, False), cse=True)


def _namespace(functions: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{PREFIX}{name}": function for name, function in functions.items()}


@lru_cache(maxsize=1024)
def density(family: Family, rounded: bool = False) -> Numeric:
    """Return the log-density as a function of the data columns, then the parameters.

    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> float(density(EXPONENTIAL)(2.0, 1.0))
    -2.0
    """
    return compiled(family.log_density, (*family.columns, *family.symbols), rounded)


def doubles(values: Sequence[float]) -> list[np.float64]:
    """Return NumPy scalars: unlike Python's floats they overflow to infinity instead of raising.

    >>> doubles([1.0])[0] / 0.5
    np.float64(2.0)
    """
    return [np.float64(value) for value in values]
