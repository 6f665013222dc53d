"""Reads the averages that a Newton step under a kernel needs: of few products of powers of ``z`` and one exponential.

The slopes of most log-concave kernels are polynomials in ``w``, a multiple of ``z``, and in ``u``, which is ``exp(w)``
or ``1 / (1 + exp(w))``. Every average that a step asks for is then made of moments ``mean(u^i w^j)``, each of them a
product of two columns, of which nearly all kernels need three: ``w``, ``u`` and ``u w``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray
from sympy import Dummy, Expr, Integer, Poly, Symbol, cancel, exp, sqrt

from ..proofs.algebra.derivatives import derivative
from ..proofs.location import Z
from .lowering import NotLoweredError
from .passes import UNSHARED, averages, summed_products
from .scalars import Scalars, scalars

Array = NDArray[Any]

_U, _W = Symbol("u", real=True), Symbol("w", real=True)


@dataclass(frozen=True, eq=False)
class Slopes:
    """The averages of ``g'``, ``g' z``, ``g''``, ``g'' z`` and ``g'' z^2`` at a location and an inverse scale.

    ``moments`` sums the products up, ``combined`` makes the averages of theirs and of ``w``, which is ``rate`` times
    ``z``: an exponential of it then needs no pass for its sign.
    """

    rate: float
    moments: Callable[..., Sequence[float]]
    combined: Scalars

    def __call__(self, y: Array, mean: float, location: float, inverse: float) -> list[float]:
        """Return the five averages over ``y``, of which ``mean`` is the average."""
        turned = self.rate * inverse
        return self.combined((mean - location) * turned, *averages(self.moments, y, location, turned, rows=UNSHARED))


def kernel_slopes(kernel: Expr) -> Slopes:
    """Return what reads the slopes of a kernel, an expression in ``Z``.

    >>> import numpy as np
    >>> slopes = kernel_slopes(Z - exp(Z))
    >>> [round(value, 3) for value in slopes(np.array([1.0, 3.0]), 2.0, 2.0, 1.0)]
    [-0.543, -1.175, -1.543, -1.175, -1.543]

    Raises
    ------
    NotLoweredError
        For a kernel whose slopes are no such polynomials, and that of a normal distribution, which needs no climb.
    """
    rate, unit, change, first = _in_unit(derivative(kernel, Z))
    second = (rate * (first.diff(_W) + first.diff(_U) * change)).expand()
    if not second.free_symbols:
        raise NotLoweredError("the kernel is that of a normal distribution, which needs no climb")
    z = _W / rate
    needed = [Poly(e, _U, _W) for e in (first, first * z, second, second * z, second * z**2)]
    mean = Dummy("mean", real=True)
    powers = sorted({power for polynomial in needed for power in polynomial.monoms()} - {(0, 0), (0, 1)})
    names = {power: Dummy(f"m_{power[0]}_{power[1]}", real=True) for power in powers}
    moments = {(0, 0): Integer(1), (0, 1): mean} | names
    together = [sum(c * moments[power] for power, c in polynomial.terms()) for polynomial in needed]
    y, place, turned = (Symbol(name, real=True) for name in ("_y", "_place", "_turned"))
    changes = {_U: unit.xreplace({_W: (y - place) * turned}), _W: (y - place) * turned}
    columns = [tuple((_U**i * _W**j).xreplace(changes) for i, j in _halves(*power)) for power in powers]
    return Slopes(float(rate), summed_products(columns, [y, place, turned]), scalars(together, [mean, *names.values()]))


def _in_unit(slope: Expr) -> tuple[Expr, Expr, Expr, Expr]:
    """How many times ``z`` is ``w``, what ``u`` is in ``w``, its derivative, and the slope as a polynomial in both.

    >>> _in_unit(exp(-Z) / (1 + exp(-Z)))
    (-1, 1/(exp(w) + 1), -u*(1 - u), 1 - u)
    """
    plain = slope.rewrite(exp)
    rates = {node.args[0].as_coefficient(Z) for node in plain.atoms(exp)}
    least = min((rate for rate in rates if rate is not None), key=abs, default=None if rates else Integer(1))
    if least is not None and None not in rates and all((rate / least).is_Integer for rate in rates):
        e = Dummy("e", positive=True)
        rational = cancel(plain.xreplace({exp(rate * Z): e ** (rate / least) for rate in rates}))
        share, falling = 1 / (1 + exp(_W)), -_U * (1 - _U)
        for rate, unit, change, inverted in (
            (least, exp(_W), _U, _U),
            (least, share, falling, 1 / _U - 1),
            (2 * least, share, falling, sqrt(1 / _U - 1)),
        ):
            found = cancel(rational.xreplace({e: inverted, Z: _W / rate}))
            if found.is_polynomial(_U, _W):
                return rate, unit, change, found
    raise NotLoweredError("the slopes of the kernel are no polynomials in one exponential")


def _halves(i: int, j: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Two columns whose product is ``u^i w^j``, the second ``(0, 0)`` where it is the first by itself.

    >>> [_halves(*power) for power in ((1, 0), (1, 1), (1, 2), (2, 1), (2, 2))]
    [((1, 0), (0, 0)), ((1, 0), (0, 1)), ((1, 1), (0, 1)), ((1, 1), (1, 0)), ((1, 1), (1, 1))]
    """
    if i == 1 == j:
        return (1, 0), (0, 1)
    return ((i + 1) // 2, (j + 1) // 2), (i // 2, j // 2)
