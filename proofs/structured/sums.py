"""Normal form of expressions with plates: sums split, what is free of the index stands outside, averages are linear.

The index under a sum gets a name of its own, so that ``p_k`` and the sum of all ``p_l`` do not mix; a sum around
another gets a second name, whatever the two were called.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import count

from sympy import Add, Expr, Integer, Mul, Pow, S, Symbol, log, polygamma, powsimp

from .plates import Component, DatumComponent, InverseDigamma, Plate
from .terms import Average, Largest

Totals = tuple[tuple[Expr, Expr], ...]


def bound(index: Symbol, depth: int = 0) -> Symbol:
    """Return the name that an index has under a sum around ``depth`` others, one in the other.

    >>> k = Symbol("k", integer=True, positive=True)
    >>> bound(k), bound(k, 1)
    (l, h)
    """
    return Symbol("h" * depth or "l", **index.assumptions0)


def _depth(value: Expr) -> int:
    """How many sums stand one in the other."""
    if value.is_Atom or isinstance(value, Component):
        return 0
    return isinstance(value, Plate) + max(map(_depth, value.args))


def free_indices(value: Expr) -> set[Symbol]:
    """Return the symbols that stand free in an expression, the indices of sums taken out.

    >>> k, K = Symbol("k"), Symbol("K")
    >>> sorted(map(str, free_indices(Plate(k, k, K))))
    ['K']
    """
    if isinstance(value, Plate):
        return (free_indices(value.args[0]) - {value.args[1]}) | value.args[2].free_symbols
    if isinstance(value, Component):
        return {found for index in value.indices for found in free_indices(index)}
    if value.is_Atom:
        return {value} if isinstance(value, Symbol) else set()
    return {found for part in value.args for found in free_indices(part)}


@lru_cache(maxsize=8192)
def normal(value: Expr, totals: Totals = ()) -> Expr:
    """Return the normal form; ``totals`` are sums over data components that are the same for every observation.

    >>> from .plates import Component
    >>> k, K = Symbol("k", integer=True, positive=True), Symbol("K", integer=True, positive=True)
    >>> p = Component("p", "positive", k)
    >>> normal(Plate(2 * p + 1, k, K) - 2 * Plate(p, k, K))
    K
    """
    if isinstance(value, Plate):
        return _plate(value, totals)
    if isinstance(value, Average):
        return _average(normal(value.args[0], totals), totals)
    if value.is_Atom or isinstance(value, Component):
        return value
    if isinstance(value, log):
        return _log(value.args[0], totals)
    inner = value.func(*(normal(part, totals) for part in value.args))
    if isinstance(inner, polygamma) and inner.args[0] == 0 and isinstance(inner.args[1], InverseDigamma):
        return inner.args[1].args[0]
    return powsimp(inner.expand()) if isinstance(inner, Add | Mul | Pow) else inner


def _log(inside: Expr, totals: Totals) -> Expr:
    """The logarithm of a product splits: it is positive, so factors that are at least 0 are, and so is one left."""
    factors = [one.as_base_exp() for one in Mul.make_args(inside)]
    unknown = [exponent for base, exponent in factors if not nonnegative(base)]
    if len(factors) == 1 and factors[0][1] == 1:
        ready = normal(inside, totals)
        return _log(ready, totals) if ready.is_Mul or ready.is_Pow else log(ready)
    if len(unknown) > 1 or any(abs(exponent) != 1 for exponent in unknown):
        return log(normal(inside, totals))
    return Add(*(normal(exponent, totals) * _log(base, totals) for base, exponent in factors)).expand()


def is_zero(value: Expr, totals: Totals = ()) -> bool:
    """Return whether an expression is zero: in normal form, or with sums joined and denominators cleared.

    >>> k, K = Symbol("k", integer=True, positive=True), Symbol("K", integer=True, positive=True)
    >>> a, b = Component("a", "positive", k), Component("b", "positive", k)
    >>> is_zero(Plate(a / (a + b), k, K) + Plate(b / (a + b), k, K) - K)
    True
    """
    ready = normal(value, totals)
    if ready == 0 or _numerator(ready) == 0:
        return True
    joined: dict[tuple[Expr, Expr], Expr] = {}
    rest: Expr = S.Zero
    for term in Add.make_args(ready):
        sums = [factor for factor in Mul.make_args(term) if isinstance(factor, Plate)]
        if len(sums) == 1:
            key = sums[0].args[1:]
            joined[key] = joined.get(key, S.Zero) + sums[0].args[0] * term / sums[0]
        else:
            rest += term
    for _, last in joined:
        for term in Add.make_args(rest):
            # A constant that stands in front of the number of components is a sum as well.
            if last in Mul.make_args(term) and not (term / last).has(Plate):
                index = next(index for index, size in joined if size == last)
                joined[index, last] += term / last
                rest -= term
    return _numerator(rest) == 0 and all(is_zero_inside(inner, totals) for inner in joined.values())


def is_zero_inside(inner: Expr, totals: Totals) -> bool:
    """Return whether what is summed is zero for every index, so that the sum is."""
    if inner.has(Plate) and normal(inner, totals) != inner:
        return is_zero(inner, totals)
    return bool(_numerator(inner) == 0)


def _numerator(value: Expr) -> Expr:
    return value.together().as_numer_denom()[0].expand()


def nonnegative(value: Expr) -> bool:
    """Return whether a value is at least 0 by its form: sums, products, averages and even powers of real numbers.

    >>> x = DatumComponent("x", "real")
    >>> nonnegative(Average(x**2)), nonnegative(Average(x))
    (True, False)
    """
    if isinstance(value, Average | Plate):
        return nonnegative(value.args[0])
    if isinstance(value, Add | Mul):
        return all(nonnegative(part) for part in value.args)
    if value.is_Pow and value.exp.is_Integer:
        return bool(value.exp.is_even) or nonnegative(value.base)
    return bool(value.is_nonnegative)


def _plate(value: Plate, totals: Totals) -> Expr:
    inner, index, last = value.args
    # A name that no sum binds, until it is known how many sums the terms hold.
    held = next(one for one in _held(index) if one not in free_indices(inner))
    ready = normal(inner.xreplace({index: held}), totals)
    found = []
    for term in Add.make_args(ready.expand()):
        outside: list[Expr] = []
        inside: list[Expr] = []
        for factor in Mul.make_args(term):
            (inside if held in free_indices(factor) else outside).append(factor)
        name = bound(index, max(map(_depth, inside), default=0))
        core = Mul(*inside).xreplace({held: name})
        found.append(Mul(*outside) * (_total(core, name, last, totals) if inside else last))
    return Add(*found)


def _held(index: Symbol) -> Iterator[Symbol]:
    return (Symbol(f"_{depth}", **index.assumptions0) for depth in count())


def _total(core: Expr, index: Symbol, last: Expr, totals: Totals) -> Expr:
    """The sum of one product; of a data component or its average, the total that is declared."""
    for whole, value in totals:
        bare = whole.args[0].xreplace({whole.args[1]: index})
        if whole.args[2] != last:
            continue
        if core in (bare, Average(bare)):
            return value
        if isinstance(core, Average) and bare in Mul.make_args(core.args[0]):
            rest = core.args[0] / bare
            if index not in free_indices(rest):
                return value * Average(rest)
    return Plate(core, index, last)


def holds_data(value: Expr) -> bool:
    """Return whether data stand in an expression outside of averages and largest values, so that observations differ.

    >>> x = DatumComponent("x", "real")
    >>> holds_data(x**2), holds_data(Average(x) ** 2)
    (True, False)
    """
    if isinstance(value, Average | Largest):
        return False
    return isinstance(value, DatumComponent) or any(holds_data(part) for part in value.args)


def _average(inner: Expr, totals: Totals) -> Expr:
    found = []
    for term in Add.make_args(inner.expand()):
        outside: list[Expr] = []
        inside: list[Expr] = []
        for factor in Mul.make_args(term):
            (inside if holds_data(factor) else outside).append(factor)
        core = Mul(*inside)
        over = next((factor for factor in inside if isinstance(factor, Plate)), None)
        if over is not None:
            # What multiplies a sum goes under it, so that the average reaches single components.
            whole = over.args[0] * Mul(*(factor for factor in inside if factor is not over))
            found.append(Mul(*outside) * normal(over.func(Average(whole), *over.args[1:]), totals))
        else:
            found.append(Mul(*outside) * (Average(core) if inside else Integer(1)))
    return Add(*found)


def placed(value: Expr, roots: dict[Expr, Expr]) -> Expr:
    """Return the expression with components replaced by formulas, at whatever index they stand.

    >>> from .plates import Component
    >>> k, l = Symbol("k"), Symbol("l")
    >>> placed(Component("p", "positive", l), {Component("p", "positive", k): 2 * Component("q", "positive", k)})
    2*q_l
    """
    table = {}
    for target, formula in roots.items():
        if not hasattr(target, "indices"):
            table[target] = formula
            continue
        for found in value.atoms(type(target)):
            if found.name == target.name:
                table[found] = formula.xreplace(dict(zip(target.indices, found.indices, strict=True)))
    return value.xreplace(table)
