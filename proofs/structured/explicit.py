"""Structured expressions with numbers, or symbols, for every entry: the dimension is put in, sums are written out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

from sympy import Add, Expr, Integer, Mul, S, Symbol, eye, log
from sympy.matrices import MatrixBase, zeros

from ..errors import DeclarationError
from .entries import Entry
from .lemmas import log_multigamma
from .plates import Component, Plate
from .terms import Identity, Inverse, LogDet, LogMultigamma, Matrix, Trace, Transposed, shape


def explicit(value: Expr, sizes: Mapping[Symbol, int], values: Mapping[str, Any]) -> Expr:
    """Return a number without matrices and sums: ``values`` are matrices, vectors of components and numbers by name.

    A trace is added up, a determinant computed; nothing is rearranged first, so that what two routes give can be
    compared by numbers.

    Raises
    ------
    DeclarationError
        Where a name has no value, or a value another shape.

    Examples
    --------
    >>> from sympy import Matrix as Numbers
    >>> p = Symbol("p", integer=True, positive=True)
    >>> S = Matrix("S", p, p, "spd")
    >>> explicit(p + Trace(Inverse(S)) + LogDet(S), {p: 2}, {"S": Numbers([[2, 1], [1, 2]])})
    log(3) + 10/3
    """
    if isinstance(value, Trace):
        return _matrix(value.args[0], sizes, values).trace() if value.args[0] != 0 else S.Zero
    if isinstance(value, LogDet):
        return log(_matrix(value.args[0], sizes, values).det())
    if isinstance(value, LogMultigamma):
        return explicit(log_multigamma(*value.args), sizes, values)
    if isinstance(value, Plate):
        count = int(explicit(value.args[2], sizes, values))
        return Add(*(explicit(one, sizes, values) for one in value.spelled(count)))
    if isinstance(value, Entry):
        matrix, row, col = value.args
        return _matrix(matrix, sizes, values)[int(row) - 1, int(col) - 1]
    if isinstance(value, Component):
        return _component(value, values)
    if isinstance(value, Symbol):
        return Integer(sizes[value]) if value in sizes else S(values.get(value.name, value))
    if value.is_Atom:
        return value
    return value.func(*(explicit(part, sizes, values) for part in value.args))


def _component(value: Component, values: Mapping[str, Any]) -> Expr:
    found, places = _named(value.name, values), tuple(int(index) - 1 for index in value.indices)
    if isinstance(found, MatrixBase):
        return found[places]
    for place in places:
        found = found[place]
    return S(found)


def _matrix(value: Expr, sizes: Mapping[Symbol, int], values: Mapping[str, Any]) -> MatrixBase:
    if isinstance(value, Matrix):
        found = _named(value.name, values)
        expected = tuple(int(explicit(one, sizes, values)) for one in shape(value))
        if getattr(found, "shape", None) != expected:
            raise DeclarationError(f"explicit: {value.name} is {found}; give a matrix of shape {expected}")
        return found
    if isinstance(value, Identity):
        return eye(int(explicit(value.args[0], sizes, values)))
    if isinstance(value, Transposed):
        return _matrix(value.args[0], sizes, values).T
    if isinstance(value, Inverse):
        return _matrix(value.args[0], sizes, values).inv()
    if value.is_Pow:
        return _matrix(value.base, sizes, values) ** int(value.exp)
    parts = [_matrix(part, sizes, values) for part in value.args if not part.is_commutative]
    if value.is_Add:
        return reduce(lambda left, right: left + right, parts, zeros(*parts[0].shape))
    factor = Mul(*(explicit(part, sizes, values) for part in value.args if part.is_commutative))
    return reduce(lambda left, right: left * right, parts) * factor


def _named(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        raise DeclarationError(f"explicit: {name} has no value; given are {', '.join(sorted(values))}")
    return values[name]
