"""Matrix claims in small sizes and exact rational numbers: dimension 1 to 3, a few observations, nothing rounded.

Traces, inverses and slopes are computed from numbers, by no rule of ``words`` or ``gradients``, so that a slip in those
is refuted here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, reduce
from math import lcm
from random import Random

from flint import fmpq, fmpq_mat
from sympy import Add, Expr, Integer, Mul, Rational, S, Symbol, expand_log, log

from .family import StructuredFamily
from .terms import Average, Datum, Identity, Inverse, LogDet, Matrix, Trace, Transposed, shape, size_in

_CASES = 4


@dataclass(frozen=True)
class World:
    """Sizes, values of matrices and numbers, and a dataset, all exact."""

    sizes: Mapping[Symbol, int]
    values: Mapping[Expr, fmpq_mat | Expr]
    data: tuple[Mapping[Expr, fmpq_mat], ...]

    def having(self, values: Mapping[Expr, fmpq_mat | Expr]) -> World:
        """Return the same world with other values."""
        return replace(self, values={**self.values, **values})


@lru_cache(maxsize=64)
def worlds(family: StructuredFamily) -> tuple[World, ...]:
    """Return the worlds in which claims on a family are tried, the same in every run."""
    return tuple(_world(family, Random(f"{family.name} {number}"), number) for number in range(_CASES))


def _world(family: StructuredFamily, rng: Random, number: int) -> World:
    sizes = {size: number % 3 + 1 if at == 0 else rng.randint(1, 3) for at, size in enumerate(family.sizes)}
    if family.rows is not None:
        sizes[family.rows] = sum(sizes.values()) + 1
    values: dict[Expr, fmpq_mat | Expr] = {}
    for one in (*family.parameters, *family.known):
        values[one.term] = drawn(one.term, sizes, rng)
        for end in ("0", "1"):
            if isinstance(one.term, Matrix):
                values[one.term.renamed(f"{one.term.name}_{end}")] = drawn(one.term, sizes, rng)
            else:
                values[Symbol(f"{one.term.name}_{end}", **one.term.assumptions0)] = drawn(one.term, sizes, rng)
    count = 1 if family.rows is not None else max(sizes.values()) + 2 + number
    data = tuple({term: drawn(term, sizes, rng) for term in family.observation} for _ in range(count))
    return World(sizes, values, data)


def drawn(term: Expr, sizes: Mapping[Symbol, int], rng: Random) -> fmpq_mat | Expr:
    """Return a random value: small integers; a positive definite matrix as ``A A' + I``; a number above all sizes."""
    if not isinstance(term, Matrix):
        return Rational(rng.randint(1, 9), 3) + max(sizes.values())
    rows, cols = (size_in(side, sizes) for side in shape(term))
    entries = fmpq_mat(rows, cols, [fmpq(rng.randint(-4, 4)) for _ in range(rows * cols)])
    if term.kind == "symmetric":
        return entries + entries.transpose()
    return entries * entries.transpose() + unit(rows) if term.kind == "spd" else entries


def unit(size: int) -> fmpq_mat:
    """Return the identity matrix."""
    return fmpq_mat(size, size, [fmpq(int(row == col)) for row in range(size) for col in range(size)])


def matrix_value(matrix: Expr, world: World, at: int | None = None) -> fmpq_mat:
    """Return what a matrix expression is in a world, for the observation number ``at``."""
    if isinstance(matrix, Datum):
        return world.data[0 if at is None else at][matrix]
    if isinstance(matrix, Matrix):
        return world.values[matrix]
    if isinstance(matrix, Identity):
        return unit(size_in(matrix.args[0], world.sizes))
    if isinstance(matrix, Transposed):
        return matrix_value(matrix.args[0], world, at).transpose()
    if isinstance(matrix, Inverse):
        return matrix_value(matrix.args[0], world, at).inv()
    if isinstance(matrix, Average):
        several = [matrix_value(matrix.args[0], world, one) for one in range(len(world.data))]
        return sum(several[1:], several[0]) * fmpq(1, len(several))
    parts = [part for part in matrix.args if not part.is_commutative]
    if matrix.is_Add:
        several = [matrix_value(part, world, at) for part in parts]
        return sum(several[1:], several[0])
    if matrix.is_Pow:
        return matrix_value(matrix.base, world, at) ** int(matrix.exp)
    factor = number_value(Mul(*(part for part in matrix.args if part.is_commutative)), world, at)
    found = matrix_value(parts[0], world, at)
    for part in parts[1:]:
        found = found * matrix_value(part, world, at)
    return found * fmpq(int(factor.p), int(factor.q))


def number_value(number: Expr, world: World, at: int | None = None) -> Expr:
    """Return what a number is in a world: rational, with logarithms left standing."""
    if isinstance(number, Trace):
        return _trace(matrix_value(number.args[0], world, at)) if number.args[0] != 0 else S.Zero
    if isinstance(number, LogDet):
        return log(rational(matrix_value(number.args[0], world, at).det()))
    if isinstance(number, Average):
        several = [number_value(number.args[0], world, one) for one in range(len(world.data))]
        return Add(*several) / len(several)
    if number in world.values:
        return world.values[number]
    if number in world.sizes:
        return Integer(world.sizes[number])
    if number.is_Atom:
        return number
    return number.func(*(number_value(part, world, at) for part in number.args))


def rational(value: fmpq) -> Rational:
    """Return SymPy's number."""
    return Rational(int(value.p), int(value.q))


def _trace(found: fmpq_mat) -> Rational:
    return rational(sum((found[at, at] for at in range(found.nrows())), fmpq(0)))


def vanishes(number: Expr) -> bool:
    """Return whether a rational number plus rational multiples of logarithms is zero; logarithms of integers that are
    independent of one another and of other constants are compared by powers.

    >>> vanishes(log(4) - 2 * log(2)), vanishes(log(3) - 1)
    (True, False)
    """
    plain, logs, others = S.Zero, [], S.Zero
    for term in Add.make_args(expand_log(number).expand()):
        factor, rest = term.as_coeff_Mul()
        if rest == 1:
            plain += factor
        elif isinstance(rest, log) and rest.args[0].is_Rational:
            logs.append((factor, rest.args[0]))
        else:
            others += term
    if plain != 0 or others != 0:
        return False
    scale = lcm(*(int(factor.q) for factor, _ in logs)) if logs else 1
    return bool(Mul(*(base ** (factor * scale) for factor, base in logs)) == 1)


def slope_value(number: Expr, term: Matrix, towards: fmpq_mat, world: World) -> Expr:
    """Return the derivative of a number along ``term + t towards`` at ``t = 0``, by the product rule on numbers."""
    if isinstance(number, Trace):
        return _trace(_slope(number.args[0], term, towards, world, None))
    if isinstance(number, LogDet):
        base, slope = matrix_value(number.args[0], world), _slope(number.args[0], term, towards, world, None)
        return rational(_determinant_slope(base, slope) / base.det())
    if not number.has(term):
        return S.Zero
    if number.is_Add:
        return Add(*(slope_value(part, term, towards, world) for part in number.args))
    if number.is_Mul:
        return Add(
            *(
                slope_value(part, term, towards, world)
                * number_value(Mul(*number.args[:at], *number.args[at + 1 :]), world)
                for at, part in enumerate(number.args)
            )
        )
    if isinstance(number, Average):
        several = [_observed(number.args[0], term, towards, world, at) for at in range(len(world.data))]
        return Add(*several) / len(several)
    raise NotImplementedError(f"no slope of {number}")


def _observed(number: Expr, term: Matrix, towards: fmpq_mat, world: World, at: int) -> Expr:
    return slope_value(number, term, towards, replace(world, data=(world.data[at],)))


def _determinant_slope(base: fmpq_mat, slope: fmpq_mat) -> fmpq:
    """The determinant is linear in each row: one row after the other is replaced."""
    size = base.nrows()
    total = fmpq(0)
    for row in range(size):
        entries = [(slope if at == row else base)[at, col] for at in range(size) for col in range(size)]
        total += fmpq_mat(size, size, entries).det()
    return total


def _slope(matrix: Expr, term: Matrix, towards: fmpq_mat, world: World, at: int | None) -> fmpq_mat:
    if matrix == term:
        return towards
    value = matrix_value(matrix, world, at)
    if not matrix.has(term):
        return value * fmpq(0)
    if isinstance(matrix, Transposed):
        return _slope(matrix.args[0], term, towards, world, at).transpose()
    if isinstance(matrix, Inverse):
        return value * _slope(matrix.args[0], term, towards, world, at) * value * fmpq(-1)
    if isinstance(matrix, Average):
        several = [_slope(matrix.args[0], term, towards, world, one) for one in range(len(world.data))]
        return sum(several[1:], several[0]) * fmpq(1, len(several))
    if matrix.is_Add:
        several = [_slope(part, term, towards, world, at) for part in matrix.args]
        return sum(several[1:], several[0])
    found = value * fmpq(0)
    for place, part in enumerate(matrix.args):
        if part.has(term):
            parts = [
                _slope(one, term, towards, world, at) if here == place else one for here, one in enumerate(matrix.args)
            ]
            found = found + _multiplied(parts, world, at)
    return found


def _multiplied(parts: list[Expr | fmpq_mat], world: World, at: int | None) -> fmpq_mat:
    factor: Expr = S.One
    matrices: list[fmpq_mat] = []
    for part in parts:
        if isinstance(part, fmpq_mat):
            matrices.append(part)
        elif part.is_commutative:
            factor *= number_value(part, world, at)
        else:
            matrices.append(matrix_value(part, world, at))
    return reduce(lambda left, right: left * right, matrices) * fmpq(int(factor.p), int(factor.q))
