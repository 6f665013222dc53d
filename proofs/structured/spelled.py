"""A regression whose dimension is a symbol, at one size: a family of one number with as many covariates."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, Integer, Interval, Range, Rational, S, Set, Symbol, oo

from ..family import Family, Parameter
from .components_as_symbols import space_of
from .family import StructuredFamily
from .plates import DatumComponent
from .sums import written_out
from .terms import Matrix

_SUPPORTS: dict[str, Set] = {
    "real": S.Reals,
    "positive": Interval.open(0, oo),
    "nonnegative": Interval(0, oo),
    "count": S.Naturals0,
    "indicator": Range(2),
}


def spelled_out(family: StructuredFamily, sizes: Mapping[Symbol, int], known: Mapping[Expr, Rational]) -> Family | None:
    """Return the family of the response given the covariates; ``None`` where what is observed is not one number given
    others, or where parameters decide what is possible.

    Indices become parts of names, and known numbers are put in.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> declared = structured("logistic_regression")
    >>> found = spelled_out(declared, {declared.sizes[0]: 2}, {})
    >>> found.log_density
    y*(beta_1*x_1 + beta_2*x_2) - log(exp(beta_1*x_1 + beta_2*x_2) + 1)
    """
    response, *covariates = family.observation
    if isinstance(response, Matrix) or response.indices or family.totals or family.support:
        return None
    if any(isinstance(term, Matrix) for term in (*covariates, *family.terms)):
        return None
    symbols = {response: _response(response)}
    places = {one: list(_places(family, one, sizes)) for one in (*covariates, *family.terms)}
    for found in places.values():
        symbols |= {at: _named(at) for at in found}
    value = written_out(family.log_density, sizes).xreplace({**symbols, **sizes, **known})
    parameters = [(at, one.meaning) for one in family.parameters for at in places[one.term]]
    return Family(
        name=family.name,
        observation=symbols[response],
        support=_SUPPORTS[response.sign],
        parameters=tuple(Parameter(symbols[at], space_of(at), meaning) for at, meaning in parameters),
        log_density=value,
        covariates=tuple(symbols[at] for one in covariates for at in places[one]),
        sources=family.sources,
    )


def _response(term: DatumComponent) -> Symbol:
    if term.sign in ("count", "indicator"):
        return Symbol(term.name, integer=True, nonnegative=True)
    return _named(term)


def _named(term: Expr) -> Symbol:
    if isinstance(term, Symbol):
        return term
    name = "_".join([term.name, *map(str, term.indices)])
    return Symbol(name, real=True, positive=term.is_positive, nonnegative=term.is_nonnegative)


def _places(family: StructuredFamily, term: Expr, sizes: Mapping[Symbol, int]) -> list[Expr]:
    """The component at each value of its index; a number as it is."""
    found = [term]
    for at, last in enumerate(family.lengths(term)):
        found = [
            one.at(*one.indices[:at], Integer(k), *one.indices[at + 1 :])
            for one in found
            for k in range(1, sizes[last] + 1)
        ]
    return found
