"""Members of a structured family in small sizes and exact numbers, as ``explicit`` takes them: by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from flint import fmpq_mat
from sympy import Expr, Rational, Symbol
from sympy import Matrix as Numbers

from .cases import worlds
from .family import StructuredFamily
from .naming import name_of, renamed
from .plate_cases import PlateWorld, plate_worlds

Small = tuple[Mapping[Symbol, int], Mapping[str, Any]]


def small_members(family: StructuredFamily) -> Iterator[Small]:
    """Yield sizes, and the values of parameters and of what is known, of one member and of members 0 and 1.

    >>> from thetahat.proofs.registry import structured
    >>> sizes, values = next(small_members(structured("multivariate_normal_covariance")))
    >>> sizes, sorted(values)
    ({p: 1}, ['Sigma', 'Sigma_0', 'Sigma_1', 'mu', 'mu_0', 'mu_1'])
    """
    if family.in_plates:
        yield from ((world.sizes, _of_components(family, world)) for world in plate_worlds(family))
        return
    for world in worlds(family):
        yield world.sizes, {name_of(term).name: _numbers(value) for term, value in world.values.items()}


def _of_components(family: StructuredFamily, world: PlateWorld) -> dict[str, Any]:
    found: dict[str, Any] = {str(one.term): world.values[str(one.term), ()] for one in family.known}
    for term in family.terms:
        places = [range(1, world.sizes[last] + 1) for last in family.lengths(term)]
        for member in (term, renamed(term, "0"), renamed(term, "1")):
            name = name_of(member).name
            found[name] = _nested(name, places, world.values)
    return found


def _nested(name: str, places: list[range], values: Mapping[Any, Any]) -> Any:
    """A number, a list of numbers, or a list of lists, by the places of its indices."""
    if not places:
        return values[name, ()]

    def at(before: tuple[int, ...]) -> Any:
        if len(before) == len(places):
            return values[name, before]
        return [at((*before, place)) for place in places[len(before)]]

    return at(())


def _numbers(value: fmpq_mat | Expr) -> Any:
    if not isinstance(value, fmpq_mat):
        return value
    rows, cols = value.nrows(), value.ncols()
    entries = [Rational(int(value[i, j].p), int(value[i, j].q)) for i, j in product(range(rows), range(cols))]
    return Numbers(rows, cols, entries)
