"""What somebody claims, read: expressions with the family's own symbols in place of any others of these names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import sympy
from sympy import Expr, I, MatrixBase, Symbol, nan, sympify, zoo
from sympy.core.function import AppliedUndef

from ..proofs.algebra.atoms import Mean, Quantile
from ..proofs.closed_forms import members_domain
from ..proofs.errors import ExpressionError, ParameterError
from ..proofs.family import Family
from ..proofs.parsing import expression
from ..proofs.sampling import COUNT

Claimed: TypeAlias = Expr | str | int | float


def entries_of(family: Family, quantity: str, claimed: Any) -> tuple[Expr, ...]:
    """Return the claimed expressions of a quantity, in the family's own symbols.

    >>> from thetahat import family
    >>> entries_of(family("exponential"), "entropy", "1 - log(lambda)")
    (1 - log(lambda),)
    """
    names = _names(family, of_both=quantity in ("cross_entropy", "kl"))
    if quantity == "mean" and family.also:
        return _means(family, claimed, names)
    if quantity != "fisher_information":
        if isinstance(claimed, MatrixBase):
            raise ParameterError(f"{family.name}: {quantity} is one expression, not a matrix of shape {claimed.shape}")
        return (in_symbols(family, claimed, names, quantity),)
    p = len(family.parameters)
    rows = claimed if isinstance(claimed, MatrixBase) else None
    if rows is None and p == 1 and not isinstance(claimed, list | tuple):
        return (in_symbols(family, claimed, names, quantity),)
    try:
        flat = list(rows) if rows is not None else [entry for row in claimed for entry in row]
    except TypeError:
        flat = []
    if len(flat) != p * p or (rows is not None and rows.shape != (p, p)):
        raise ParameterError(
            f"{family.name}: fisher_information is a matrix of {p} rows and {p} columns, not {claimed}"
        )
    return tuple(in_symbols(family, entry, names, quantity) for entry in flat)


def _means(family: Family, claimed: Any, names: Mapping[str, Symbol]) -> tuple[Expr, ...]:
    """One mean for each observed number."""
    several = list(claimed) if isinstance(claimed, MatrixBase | list | tuple) else [claimed]
    if len(several) != len(family.observed):
        raise ParameterError(
            f"{family.name}: mean is a list of {len(family.observed)} expressions, for "
            f"{', '.join(map(str, family.observed))}, not {claimed}"
        )
    return tuple(
        in_symbols(family, one, names, f"mean of {x}") for x, one in zip(family.observed, several, strict=True)
    )


def estimators_of(family: Family, mle: Mapping[str, Claimed]) -> dict[Symbol, Expr]:
    """Return the claimed estimators in the family's own symbols and in data atoms."""
    if not isinstance(mle, Mapping) or not mle:
        raise ParameterError(f"{family.name}: mle is a mapping from names of parameters to expressions, not {mle!r}")
    unknown = [name for name in mle if name not in family.parameter_names]
    if unknown:
        raise ParameterError(
            f"{family.name}: there is no parameter {unknown[0]!r}; known: {', '.join(family.parameter_names)}"
        )
    names = {COUNT.name: COUNT} | _names(family, of_both=False) | {one.name: one for one in family.columns}
    symbols = dict(zip(family.parameter_names, family.symbols, strict=True))
    found = {
        symbols[name]: in_symbols(family, one, names, f"mle of {name}", family.columns) for name, one in mle.items()
    }
    for symbol, value in found.items():
        if value.free_symbols & set(family.columns):
            raise ParameterError(
                f"{family.name}: the estimate of {symbol} contains {family.columns[0]} outside Mean(...); an estimate "
                "is made of averages, quantiles and n"
            )
    return found


def _names(family: Family, of_both: bool) -> dict[str, Symbol]:
    constants = {item.name: item.symbol for item in family.constants}
    if of_both:
        return {symbol.name: symbol for symbol in members_domain(family)} | _covariates(family)
    return constants | {item.name: item.symbol for item in family.parameters} | _covariates(family)


def _covariates(family: Family) -> dict[str, Symbol]:
    return {one.name: one for one in family.given}


def in_symbols(
    family: Family, claimed: Any, names: Mapping[str, Symbol], what: str, data: tuple[Symbol, ...] = ()
) -> Expr:
    """Return a claimed expression with the symbols that ``names`` knows in place of any others of these names."""
    if isinstance(claimed, str):
        value = expression(claimed, names, data)
    else:
        value = sympify(claimed, strict=True) if not isinstance(claimed, float) else sympy.Rational(str(claimed))
        if not isinstance(value, Expr):
            raise ParameterError(f"{family.name}: the {what} {claimed!r} is no expression")
        symbols = value.atoms(Symbol)
        unknown = sorted({one.name for one in symbols if one.name not in names})
        if unknown:
            raise ParameterError(
                f"{family.name}: the {what} contains {unknown[0]!r}, which is not known; known: {', '.join(names)}"
            )
        value = _bound(value.xreplace({one: names[one.name] for one in symbols}), data)
    if value.has(I, nan, zoo) or value.atoms(AppliedUndef):
        raise ExpressionError(f"{family.name}: the {what} {claimed} is no real number, or contains an unknown function")
    return value


def _bound(value: Expr, data: tuple[Symbol, ...]) -> Expr:
    """``Mean(f)`` and ``Quantile(level)`` as somebody writes them, with the data variables they refer to."""
    if not data:
        return value

    def bound(node: Expr) -> Expr:
        name = type(node).__name__
        if name == "Mean" and len(node.args) == 1:
            return Mean(node.args[0], *data)
        return Quantile(node.args[0], data[0]) if name == "Quantile" and len(node.args) == 1 else node

    return value.replace(lambda node: type(node).__name__ in ("Mean", "Quantile"), bound)
