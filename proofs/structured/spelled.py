"""Expressions of a symbolic dimension at one size: sums written out, components as symbols named by their place."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Add, Expr, Integer, Symbol

from .family import StructuredFamily
from .plates import Component, Plate


def written_out(value: Expr, sizes: Mapping[Symbol, int]) -> Expr:
    """Return the expression with every sum as one of terms at whole numbers.

    >>> k, K = Symbol("k", integer=True, positive=True), Symbol("K", integer=True, positive=True)
    >>> written_out(2 * Plate(k**2, k, K), {K: 3})
    28
    """
    if isinstance(value, Plate):
        return Add(*(written_out(one, sizes) for one in value.spelled(sizes[value.args[2]])))
    if isinstance(value, Component) or not value.has(Plate):
        return value
    return value.func(*(written_out(part, sizes) for part in value.args))


def symbol_at(term: Expr) -> Symbol:
    """Return a symbol for a component at whole numbers, with its sign.

    >>> symbol_at(Component("x", "positive", Integer(2)))
    x_2
    """
    if isinstance(term, Symbol):
        return term
    name = "_".join([term.name, *map(str, term.indices)])
    return Symbol(name, real=True, positive=term.is_positive, nonnegative=term.is_nonnegative)


def places_of(family: StructuredFamily, term: Expr, sizes: Mapping[Symbol, int]) -> list[Expr]:
    """Return the component at each value of its indices; a number as it is.

    >>> from thetahat.proofs.registry import structured
    >>> chain = structured("markov_chain")
    >>> places_of(chain, chain.terms[0], {chain.sizes[0]: 2})
    [p_(1,1), p_(1,2), p_(2,1), p_(2,2)]
    """
    found = [term]
    for at, last in enumerate(family.lengths(term)):
        found = [
            one.at(*one.indices[:at], Integer(k), *one.indices[at + 1 :])
            for one in found
            for k in range(1, sizes[last] + 1)
        ]
    return found
