"""Whether a declaration contradicts itself on its face, and which assumptions a set grants to its symbol."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import TYPE_CHECKING

from sympy import (
    Derivative,
    Expr,
    Float,
    Function,
    I,
    Integral,
    Limit,
    Piecewise,
    Product,
    Set,
    Subs,
    Sum,
    Symbol,
    log,
    nan,
    preorder_traversal,
    zoo,
)

from .bounds import Bounds, bounds
from .errors import DeclarationError
from .parts import Covariate, Observed, Parameter, Source

if TYPE_CHECKING:
    from .family import Family

_NAME = re.compile(r"[a-z][a-z0-9_]*(\[[^\[\]]*\])*")


def require_sense(family: Family) -> None:
    """Raise ``DeclarationError`` for the first contradiction that the declaration shows on its face.

    Whether the density is one (real, of total one, with identifiable parameters) is ``validation.py``'s to decide.
    """
    who = f"family {family.name!r}"
    if not isinstance(family.name, str) or not _NAME.fullmatch(family.name):
        raise DeclarationError(
            f"{who}: a name has lower-case letters, digits and underscores, and starts with a letter"
        )
    for symbol in (one for one in family.covariates if isinstance(one, Symbol)):
        raise DeclarationError(
            f"{who}: covariate {symbol} needs an assumption; write Symbol({symbol.name!r}, real=True)"
        )
    _require_kinds(who, family)
    if not isinstance(family.log_density, Expr):
        raise DeclarationError(f"{who}: log_density is {family.log_density!r}, which is no SymPy expression")
    if family.log_density.has(I, nan, zoo) or any(node.args[0].is_negative for node in family.log_density.atoms(log)):
        raise DeclarationError(
            f"{who}: the log-density {family.log_density} is no real number; a logarithm may be taken of a negative one"
        )
    for node in preorder_traversal(family.log_density):
        if isinstance(node, Function) and node.is_number and node.is_real is False:
            raise DeclarationError(f"{who}: the log-density contains {node}, which is no real number; correct it")
    if not family.parameters:
        raise DeclarationError(f"{who}: no parameters are declared, so there is nothing to estimate")
    declared = _declared_symbols(who, family)
    _require_declared(who, family.log_density, "log-density", declared)
    _require_declared(who, family.support, "support", declared)
    known: set[Symbol] = set()
    for item in (*family.constants, *family.parameters):
        _require_declared(who, item.space, f"space of {item.symbol}", declared)
        if late := item.space.free_symbols - known:
            raise DeclarationError(
                f"{who}: the space of {item.symbol} mentions {min(late, key=str)}, which is not declared before it"
            )
        known.add(item.symbol)
        _require_assumptions(who, item.symbol, item.bounds, f"space {item.space}")
    if family.observation in family.support.free_symbols:
        raise DeclarationError(f"{who}: the support {family.support} contains the observation itself; give its ends")
    _require_assumptions(who, family.observation, family.bounds, f"support {family.support}")
    for one in family.also:
        if moving := one.support.free_symbols - {item.symbol for item in family.constants}:
            raise DeclarationError(
                f"{who}: the support {one.support} of {one.symbol} holds {min(moving, key=str)}; only the support of "
                "the first observed number may depend on more than known constants"
            )
        _require_assumptions(who, one.symbol, one.bounds, f"support {one.support}")
    for given in family.covariates:
        if given.space.free_symbols:
            raise DeclarationError(
                f"{who}: the space {given.space} of the covariate {given.symbol} holds "
                f"{min(given.space.free_symbols, key=str)}; the ends of a covariate's space are numbers"
            )
        _require_assumptions(who, given.symbol, given.bounds, f"space {given.space}")
    _require_use(who, family)


def _require_kinds(who: str, family: Family) -> None:
    """Refuse what stands in a place for another kind of thing, as where two arguments are swapped."""
    wanted = {
        "parameters": Parameter,
        "constants": Parameter,
        "also": Observed,
        "covariates": Covariate,
        "sources": Source,
    }
    for field, kind in wanted.items():
        for item in getattr(family, field):
            if not isinstance(item, kind):
                raise DeclarationError(
                    f"{who}: {field} holds {item!r}, which is no {kind.__name__}; every item has to be one"
                )


def as_tuple(name: str, field: str, given: object) -> tuple[object, ...]:
    """Return the items of a field that holds several; one that was given alone is no mistake to guess about.

    >>> as_tuple("waiting", "covariates", [1, 2])
    (1, 2)
    """
    if isinstance(given, Mapping):
        kind = {"also": "Observed", "covariates": "Covariate"}.get(field, "Parameter")
        raise DeclarationError(
            f"family {name!r}: {field} is a mapping, {given!r}; write a tuple of {kind}(symbol, set), one for each"
        )
    if isinstance(given, Iterable) and not isinstance(given, (str, Set)):
        return tuple(given)
    raise DeclarationError(
        f"family {name!r}: {field} is {given!r}, which is no tuple; the arguments are name, observation, support, "
        f"parameters, log_density, in this order, and {field} is a tuple also where it holds one item: (item,)"
    )


def require_expression(who: str, given: object) -> None:
    """Raise ``DeclarationError`` for what is neither an expression nor a number; a text is not read.

    >>> require_expression("gamma: the substitution for k", "1/b")
    Traceback (most recent call last):
    ...
    thetahat.proofs.errors.DeclarationError: gamma: the substitution for k is '1/b', which is no SymPy expression
    """
    if not isinstance(given, (Expr, Real)):
        raise DeclarationError(f"{who} is {given!r:.60}, which is no SymPy expression")


def require_evaluated(family: Family) -> None:
    """Raise ``DeclarationError`` where SymPy leaves a sum, a product or an integral in the log-density as it stands."""
    left = family.log_density.atoms(Sum, Product, Integral, Derivative, Limit, Subs)
    if left:
        raise DeclarationError(
            f"family {family.name!r}: the log-density contains {min(left, key=str)}, which SymPy leaves unevaluated; "
            "write it as a function with a name, or, if it has a known number of terms, out"
        )


def _declared_symbols(who: str, family: Family) -> dict[str, Symbol]:
    """Return every declared symbol by its name; refuse what is no symbol, has no set, or occurs twice."""
    items: tuple[Parameter | Covariate, ...] = (*family.covariates, *family.constants, *family.parameters)
    observed = ((family.observation, family.support), *((one.symbol, one.support) for one in family.also))
    sets = (*((s, where, "support") for s, where in observed), *((item.symbol, item.space, "space") for item in items))
    for symbol, where, label in sets:
        if not isinstance(where, Set):
            raise DeclarationError(f"{who}: the {label} of {symbol} is {where!r}, which is no SymPy set")
        try:
            bounds(where)
        except DeclarationError as error:
            raise DeclarationError(f"{who}: the {label} of {symbol}: {error}") from None
    declared: dict[str, Symbol] = {}
    for symbol in (*family.observed, *(item.symbol for item in items)):
        if not isinstance(symbol, Symbol):
            raise DeclarationError(f"{who}: {symbol!r} is not a SymPy Symbol")
        if symbol.name in declared:
            raise DeclarationError(f"{who}: two symbols are called {symbol.name!r}; rename one")
        declared[symbol.name] = symbol
    return declared


def _require_use(who: str, family: Family) -> None:
    """Refuse a density that ignores the data, and a parameter that occurs nowhere."""
    used = family.log_density.free_symbols | family.support.free_symbols
    if family.observation not in family.log_density.free_symbols and not family.support.free_symbols:
        raise DeclarationError(f"{who}: neither log-density nor support links the data with the parameters")
    for symbol in family.symbols:
        if symbol not in used:
            raise DeclarationError(
                f"{who}: parameter {symbol} occurs neither in the log-density nor in the support; remove it"
            )


def _require_declared(who: str, where: Expr | Set, label: str, declared: Mapping[str, Symbol]) -> None:
    if floats := where.atoms(Float):
        raise DeclarationError(
            f"{who}: the {label} contains the float {min(floats)}; write an exact number, such as Rational(1, 2)"
        )
    for symbol in sorted(where.free_symbols, key=str):
        twin = declared.get(symbol.name)
        if twin is None:
            raise DeclarationError(f"{who}: the {label} contains {symbol}, which is not declared")
        if twin != symbol:
            raise DeclarationError(
                f"{who}: the {label} contains a symbol named {symbol} with other assumptions than the declared one; "
                "use one and the same Symbol object"
            )


def _implied(ends: Bounds) -> dict[str, bool]:
    """Return, for each assumption that matters, whether the set with these ends grants it."""
    positive = ends.lo.is_positive or (ends.lo.is_zero and not ends.lo_closed)
    nonnegative = positive or ends.lo.is_nonnegative
    negative = ends.hi.is_negative or (ends.hi.is_zero and not ends.hi_closed)
    return {
        "integer": ends.discrete,
        "positive": bool(positive),
        "nonnegative": bool(nonnegative),
        "negative": bool(negative),
        "real": True,
    }


def is_plainly_real(family: Family) -> bool:
    """Return whether the log-density is a real number by the assumptions of its symbols, which their sets grant.

    Where an end such as ``1 - p`` leaves a sign open, or cases may leave a gap, nothing is said.

    >>> from thetahat import family
    >>> is_plainly_real(family("gamma")), is_plainly_real(family("beta"))
    (True, False)
    """
    if not family.log_density.is_real or family.log_density.has(Piecewise):
        return False
    sets = {**family.domain, **{one.symbol: one.bounds for one in family.also}}
    granted = {symbol: _implied(ends) for symbol, ends in sets.items()}
    return all(granted[symbol][key] or not getattr(symbol, f"is_{key}") for symbol in sets for key in granted[symbol])


def sharpened(symbol: Symbol, ends: Bounds) -> Symbol:
    """Return the symbol with the assumptions that its set grants; itself when it has them already.

    >>> from sympy import Interval
    >>> from thetahat.proofs.bounds import bounds
    >>> sharpened(Symbol("b", real=True), bounds(Interval.open(0, 1))).is_positive
    True
    """
    lacking = {key: True for key, holds in _implied(ends).items() if holds and not getattr(symbol, f"is_{key}")}
    return Symbol(symbol.name, **(symbol.assumptions0 | lacking)) if lacking else symbol


def _require_assumptions(who: str, symbol: Symbol, ends: Bounds, where: str) -> None:
    """The symbol's assumptions must say no more and, as to sign and integrality, no less than its set."""
    granted = _implied(ends)
    missing = [key for key, holds in granted.items() if holds and not getattr(symbol, f"is_{key}")]
    if missing:
        raise DeclarationError(
            f"{who}: {symbol} lies in the {where}, but its Symbol lacks {missing[0]}=True; "
            f"write Symbol({symbol.name!r}, {missing[0]}=True)"
        )
    for key in ("integer", "positive", "nonnegative", "negative"):
        # An end such as 1 - p is positive although SymPy cannot tell: validation.py decides those at sampled values.
        open_question = key in ("positive", "nonnegative") and ends.lo.free_symbols and not ends.lo.is_negative
        open_question = open_question or (key == "negative" and ends.hi.free_symbols and not ends.hi.is_positive)
        if getattr(symbol, f"is_{key}") and not granted[key] and not open_question:
            raise DeclarationError(
                f"{who}: the Symbol {symbol} is assumed {key}, but the {where} also contains other values"
            )
