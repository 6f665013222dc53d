"""Reads which formulas are rational in averages and ordered rows, so that fractions give their values exactly."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Abs, Add, Expr, Integer, Mul, Pow, Rational, S, Symbol

from ..proofs.algebra.atoms import Mean, Quantile
from ..proofs.derivation import Derivation
from .compiled.few_rows import FewRows, Formula, Node
from .ends import Ends, reach, space_ends
from .exact import in_data, written_out

_STEPS: dict[type, str] = {Add: "sum", Mul: "product", Abs: "modulus"}


class NotRationalError(ValueError):
    """There is a part of a formula, or of a condition, that fractions do not hold."""


def few_rows_of(derivation: Derivation) -> FewRows | None:
    """Return the formulas in fractions, ``None`` where one of them, or a condition, is nothing of the kind.

    The derivation has to end in formulas by which a compiled estimator computes.

    >>> import numpy as np
    >>> from thetahat import derive, family
    >>> few_rows_of(derive(family("normal")))(np.array([1.0, 3.0]))
    {'mu': 2.0, 'sigma': 1.0}
    >>> few_rows_of(derive(family("lognormal"))) is None
    True
    """
    family = derivation.family
    if derivation.unknowns or derivation.free or derivation.edges or family.bounds.discrete:
        return None  # few counts are summed in doubles
    formulas = dict(in_data(derivation))
    try:
        conditions = [_node(written_out(derivation, c.expression), family.observation) for c in derivation.exists_when]
        found, ordered = [], list[tuple[str, str]]()
        for symbol, ends in zip(family.symbols, space_ends(family), strict=True):
            found.append(_formula(symbol, formulas[symbol], family.observation, ends))
            ordered += _ordered(symbol, ends)
    except NotRationalError:
        return None
    return FewRows(reach(family), tuple(conditions), tuple(found), tuple(ordered))


def _formula(symbol: Symbol, formula: Expr, x: Symbol, ends: Ends) -> Formula:
    if ends.discrete:
        raise NotRationalError(f"{symbol} is a whole number, which a formula need not give")
    least, most = ends.lo.inward(+1), ends.hi.inward(-1)
    try:
        return Formula(symbol.name, _node(formula, x), False, least, most)
    except NotRationalError:
        if not all(factor.is_positive or _is_root(factor) for factor in Mul.make_args(formula)):
            raise
        return Formula(symbol.name, _node(formula**2, x), True, least, most)


def _is_root(factor: Expr) -> bool:
    return isinstance(factor, Pow) and factor.exp == S.Half


def _ordered(symbol: Symbol, ends: Ends) -> Iterator[tuple[str, str]]:
    """Which parameter lies below which, where one is an end of the other's space."""
    for end, below in ((ends.lo, True), (ends.hi, False)):
        if end.constant is None:
            if not isinstance(end.expression, Symbol):
                raise NotRationalError(f"the end {end.expression} is no parameter by itself")
            pair = (end.expression.name, symbol.name)
            yield pair if below else pair[::-1]


def _node(e: Expr, x: Symbol) -> Node:
    """An expression as steps; the variable of the rows stands in averages alone."""
    if e == x:
        return ("row",)
    if isinstance(e, Rational):
        return ("number", int(e.p), int(e.q))
    if isinstance(e, Mean):
        return ("mean", _node(e.integrand, x))
    if isinstance(e, Quantile) and isinstance(e.level, Rational):
        return ("place", int(e.level.p), int(e.level.q))
    if isinstance(e, Pow) and isinstance(e.exp, Integer):
        return ("power", _node(e.base, x), int(e.exp))
    step = next((step for kind, step in _STEPS.items() if isinstance(e, kind)), None)
    if step is not None:
        return (step, *(_node(argument, x) for argument in e.args))
    raise NotRationalError(f"{e} is not rational in averages and rows")
