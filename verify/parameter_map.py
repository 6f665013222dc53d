"""Reads what an estimator returns as a family's parameters: in order, by name, or by expressions in its names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb
from sympy import Expr, Symbol

from ..proofs.balls import compiled, precision
from ..proofs.errors import ParameterError, ThetahatError
from ..proofs.family import Family
from ..proofs.parsing import names_in
from .claimed import Claimed, in_symbols
from .reading import by_name, in_order

_BITS = 256


class UnreadableError(ThetahatError, ValueError):
    """What an estimator returned cannot be read as parameters."""


@dataclass(frozen=True, eq=False)
class ParameterMap:
    """How the output of a function gives a family's parameters.

    Attributes
    ----------
    formulas
        For each parameter, in declared order, an expression in ``outputs``; empty where the output is theta itself.
    outputs
        Symbols named as the values that the function returns; of a sequence they are called ``_0``, ``_1``, ...
    """

    family: Family
    formulas: tuple[Expr, ...] = ()
    outputs: tuple[Symbol, ...] = ()

    def read(self, returned: Any) -> tuple[float, ...]:
        """Return theta in declared order.

        Raises
        ------
        UnreadableError
            For values that are missing, too many, or no numbers.
        """
        try:
            if not self.formulas:
                return in_order(self.family.parameter_names, returned)
            values = by_name([one.name for one in self.outputs], returned)
            if not all(np.isfinite(value) for value in values):
                return (float("nan"),) * len(self.formulas)
            with precision(_BITS):
                balls = self._function(*map(arb, values))
        except (TypeError, ValueError, KeyError, OverflowError) as error:
            raise UnreadableError(error.args[0] if error.args else str(error)) from error
        return tuple(float(ball.mid()) if ball.is_finite() else float("nan") for ball in balls)

    def last_places(self, returned: Any) -> tuple[float, ...]:
        """Return how far the last places of what :meth:`read` reads move each parameter, all of them together.

        Of a centre and a width an end near zero is known no better than they are; beyond its own last place an end has
        no digits anyway.

        >>> from thetahat import family
        >>> ends = parameter_map(family("uniform"), {"a": "c - w/2", "b": "c + w/2"})
        >>> ends.last_places({"c": 1.0, "w": 2.0})
        (4.440892098500626e-16, 0.0)
        """
        theta = np.array(self.read(returned))
        with np.errstate(invalid="ignore"):
            if not self.formulas:
                return tuple(map(float, np.spacing(np.abs(theta))))
            names = [one.name for one in self.outputs]
            values, moved = dict(zip(names, by_name(names, returned), strict=True)), np.zeros(len(theta))
            for name, value in values.items():
                moved += np.abs(np.array(self.read({**values, name: float(np.nextafter(value, np.inf))})) - theta)
        return tuple(map(float, moved))

    @property
    def _function(self) -> Callable[..., list[arb]]:
        return compiled(self.formulas, self.outputs)

    def __str__(self) -> str:
        """Return the map as ``k = a, theta = 1/rate``.

        >>> from thetahat import family
        >>> print(parameter_map(family("exponential"), {"lambda": "1/scale"}))
        lambda = 1/scale
        """
        return ", ".join(
            f"{name} = {one}" for name, one in zip(self.family.parameter_names, self.formulas, strict=False)
        )


def parameter_map(family: Family, parameters: Mapping[str, Claimed] | None) -> ParameterMap:
    """Return how output is read: ``parameters`` gives for every parameter of ``family`` an expression in its names.

    Expressions are SymPy's, or texts, which are read and never evaluated. An output of several values is a mapping, an
    object with attributes, or a sequence, whose values are called ``_0``, ``_1``, and so on.

    Raises
    ------
    ParameterError
        For parameters that are unknown or missing.
    ExpressionError
        For a text that is no expression.

    Examples
    --------
    >>> from thetahat import family
    >>> reading = parameter_map(family("gamma"), {"k": "a", "theta": "1/rate"})
    >>> reading.read({"a": 2.0, "rate": 4.0})
    (2.0, 0.25)
    >>> parameter_map(family("gamma"), {"k": "_0", "theta": "_2"}).read((2.0, 0.0, 3.0))
    (2.0, 3.0)
    """
    if parameters is None:
        return ParameterMap(family)
    if not isinstance(parameters, Mapping):
        raise ParameterError(
            f"{family.name}: parameters={parameters!r} is no mapping from {', '.join(family.parameter_names)} "
            "to names or expressions of what the function returns"
        )
    for name in (*parameters, *family.parameter_names):
        if name not in family.parameter_names or name not in parameters:
            what = "is no parameter of it" if name in parameters else "is missing"
            raise ParameterError(
                f"{family.name}: parameters has to map {', '.join(family.parameter_names)}, each to an expression in "
                f"the names of what the function returns; {name!r} {what}"
            )
    symbols = {name: Symbol(name, real=True) for one in parameters.values() for name in _names(one)}
    formulas = tuple(in_symbols(family, parameters[name], symbols, f"map to {name}") for name in family.parameter_names)
    return ParameterMap(family, formulas, tuple(symbols.values()))


def _names(claimed: Claimed) -> list[str]:
    if isinstance(claimed, str):
        return names_in(claimed)
    return sorted(one.name for one in claimed.free_symbols) if isinstance(claimed, Expr) else []
