"""Compiles the averages that a kernel is expanded by: of few products of powers of ``z`` and one exponential.

The slopes of most log-concave kernels are polynomials in ``w``, a multiple of ``z``, and in ``u``, which is ``exp(w)``
or ``1 / (1 + exp(w))``, and so are all their derivatives. Every average that an expansion asks for is then made of
moments ``mean(u^i w^j)``, each of them a product of two columns. Of an exponential half of it is taken for ``w``, so
that ``u`` occurs in even powers: three columns then make the five moments of the fourth order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sympy import Dummy, Expr, Integer, Poly, Symbol, cancel, exp, factorial, sqrt

from ..proofs.algebra.derivatives import derivative
from ..proofs.location import Z
from .compiled.expansion import Expansion, Power, Sums
from .lowering import NotLoweredError
from .passes import summed_products
from .written import scalars

_U, _W, _SLOPE = (Symbol(name, real=True) for name in ("u", "w", "slope"))
_Y, _PLACE, _TURNED = (Symbol(name, real=True) for name in ("_y", "_place", "_turned"))
_HIGHEST = 4
_MOST_MOMENTS = 12
"""Products beside one exponential that cost no more than the pass that a higher order saves."""


def kernel_expansion(kernel: Expr, scaled: bool = True, placed: bool = True) -> Expansion:
    """Return what expands a kernel, an expression in ``Z``, to the highest order that few moments give.

    Of a distribution whose location is known only ``j = k`` is asked for, of one whose scale is known only ``j = 0``.

    >>> import numpy as np
    >>> expansion = kernel_expansion(Z - exp(Z))
    >>> found = expansion(np.array([1.0, 3.0]), 2.0, 2.0, 1.0)
    >>> expansion.terms[:3], [round(value, 3) for value in found[:3]]
    (((1, 0), (1, 1), (2, 0)), [0.543, -0.175, -0.772])

    Raises
    ------
    NotLoweredError
        For a kernel whose slopes are no such polynomials, and that of a normal distribution, which needs no climb.
    """
    rate, unit, change, slope = _in_unit(derivative(kernel, Z))
    slopes = [slope]
    while len(slopes) < _HIGHEST:
        slopes.append((rate * (slopes[-1].diff(_W) + slopes[-1].diff(_U) * change)).expand())
    if not slopes[1].free_symbols:
        raise NotLoweredError("the kernel is that of a normal distribution, which needs no climb")
    for order in range(_HIGHEST, 1, -1):
        terms = tuple((k, j) for k in range(1, order + 1) for j in _powers_of_z(k, scaled, placed))
        averaged = {(k, j): Poly(_share(k, j) * slopes[k - 1] * (_W / rate) ** j, _U, _W) for k, j in terms}
        if len(_moments_in(averaged.values())) <= _MOST_MOMENTS:
            break
    if scaled:
        averaged[1, 1] += 1
    columns: dict[Power, Expr] = {(0, 1): (_Y - _PLACE) * _TURNED, (1, 0): unit}
    by_rows = {(1, 0): (Integer(-1), _SLOPE), (1, 1): (1 / rate, rate + _W * _SLOPE)}
    of_rows = slope, [by_rows[term] for term in terms if term in by_rows]
    beyond = {term: average for term, average in averaged.items() if term[0] > 1}
    seconds = {term: average for term, average in beyond.items() if term[0] == 2}
    plain, sharp, close = _sums(columns, averaged), _sums(columns, beyond, of_rows), _sums(columns, seconds, of_rows)
    return Expansion(terms, float(rate), plain, sharp, close)


def _share(k: int, j: int) -> Expr:
    share: Expr = (-1) ** (k - j) / (factorial(j) * factorial(k - j))
    return share


def _moments_in(averages: Iterable[Poly]) -> list[Power]:
    """The powers of ``u`` and ``w`` whose products have to be averaged; the average of ``w`` is known."""
    return sorted({power for average in averages for power in average.monoms()} - {(0, 0), (0, 1)})


def _sums(
    columns: Mapping[Power, Expr],
    averages: Mapping[Power, Poly],
    of_rows: tuple[Expr, Sequence[tuple[Expr, Expr]]] | None = None,
) -> Sums:
    """What sums up the moments that these averages are made of, and before them slopes of rows, with factors.

    Of the slopes ``of_rows`` gives first what ``_SLOPE`` stands for.
    """
    powers, mean = _moments_in(averages.values()), Dummy("mean", real=True)
    names = {power: Dummy(f"m_{power[0]}_{power[1]}", real=True) for power in powers}
    moments = {(0, 0): Integer(1), (0, 1): mean} | names
    together = [sum(c * moments[power] for power, c in average.terms()) for average in averages.values()]
    made, products = dict(columns), [_halves(power) for power in powers]
    known = _with_columns(made, (part for pair in products for part in pair))
    named = {_W: known[0, 1], _U: known[1, 0]}
    steps = [(known[power], made[power].xreplace(named)) for power in made]
    slope, rests = of_rows or (_SLOPE, [])
    if rests:
        steps.append((_SLOPE, slope.xreplace(named)))
    summed = summed_products(
        steps,
        [(known[left], known[right]) for left, right in products],
        (_Y, _PLACE, _TURNED),
        [(factor, rest.xreplace(named)) for factor, rest in rests],
    )
    return Sums(summed, scalars(together, [mean, *names.values()]), len(rests))


def _powers_of_z(order: int, scaled: bool, placed: bool) -> Iterable[int]:
    """Those that stand beside a derivative of that order where scale, or location, or both are estimated."""
    return range(0 if placed else order, (order if scaled else 0) + 1)


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
            (least / 2, exp(_W), _U, _U**2),
            (least, share, falling, 1 / _U - 1),
            (2 * least, share, falling, sqrt(1 / _U - 1)),
        ):
            found = cancel(rational.xreplace({e: inverted, Z: _W / rate}))
            if found.is_polynomial(_U, _W):
                return rate, unit, change, found
    raise NotLoweredError("the slopes of the kernel are no polynomials in one exponential")


def _halves(power: Power) -> tuple[Power, Power]:
    """Two columns whose product is ``u^i w^j``, the second ``(0, 0)`` where it is the first by itself.

    >>> [_halves(power) for power in ((1, 0), (1, 1), (1, 2), (2, 1), (3, 3))]
    [((1, 0), (0, 0)), ((1, 0), (0, 1)), ((1, 1), (0, 1)), ((1, 1), (1, 0)), ((2, 1), (1, 2))]
    """
    i, j = power
    if i == 1 == j:
        return (1, 0), (0, 1)
    first = (i + 1) // 2, j // 2 if i % 2 and i > 1 else (j + 1) // 2
    return first, (i - first[0], j - first[1])


def _with_columns(columns: dict[Power, Expr], asked: Iterable[Power]) -> dict[Power, Expr]:
    """Symbols for columns; those that are asked for are added, each the product of two before it.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> columns = {(0, 1): x, (1, 0): y}
    >>> _with_columns(columns, [(1, 2)])[1, 2], list(columns.values())[2:]
    (u1w2, [u0w1*u1w0, u0w1*u1w1])
    """
    names: dict[Power, Expr] = {(0, 0): Integer(1)} | {power: _column(power) for power in columns}

    def name(power: Power) -> Expr:
        if power not in names:
            i, j = power
            less = (i, j - 1) if j else (i - 1, j)
            other = (0, 1) if j else (1, 0)
            columns[power] = name(less) * name(other)
            names[power] = _column(power)
        return names[power]

    for power in asked:
        name(power)
    return names


def _column(power: Power) -> Expr:
    return Symbol(f"u{power[0]}w{power[1]}", real=True)
