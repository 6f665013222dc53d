"""The derivative of an expression with sums in one component: under a sum over its index, only its own term counts."""

from __future__ import annotations

from sympy import Expr, S, Symbol

from .plates import Plate


def slope(value: Expr, target: Expr) -> Expr:
    """Return the derivative in one component: under a sum over its index, only the term of that component counts.

    >>> from sympy import log
    >>> from .plates import Component
    >>> k, K = Symbol("k", integer=True, positive=True), Symbol("K", integer=True, positive=True)
    >>> p = Component("p", "positive", k)
    >>> slope(Plate(log(p), k, K), p)
    1/p_k
    """
    sums = {found: Symbol(f"_plate{at}", real=True) for at, found in enumerate(_outermost(value))}
    here = Symbol("_here", positive=True) if target.is_positive else Symbol("_here", real=True)
    bare = value.xreplace(sums).xreplace({target: here})
    back = {name: found for found, name in sums.items()} | {here: target}
    total = bare.diff(here)
    for found, name in sums.items():
        outer = bare.diff(name)
        if outer != 0:
            total += outer * _plate_slope(found, target)
    return total.xreplace(back)


def _outermost(value: Expr) -> list[Plate]:
    if isinstance(value, Plate):
        return [value]
    return list(dict.fromkeys(found for part in value.args for found in _outermost(part)))


def _plate_slope(plate: Plate, target: Expr) -> Expr:
    inner, index, last = plate.args
    for found in inner.atoms(type(target)) if hasattr(target, "indices") else ():
        if found.name == target.name and index in found.indices:
            return slope(inner.xreplace({index: target.indices[found.indices.index(index)]}), target)
    inside = slope(inner, target)
    return Plate(inside, index, last) if inside != 0 else S.Zero
