"""Claims with plates in small sizes and exact numbers: two and three components, a few observations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from random import Random

from sympy import Add, Expr, Integer, Rational, Symbol

from .family import StructuredFamily, Unknown
from .plates import Component, DatumComponent, Plate
from .terms import Average

Place = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class PlateWorld:
    """How many components there are, the values of parameters and known numbers by name and place, and a dataset."""

    sizes: Mapping[Expr, int]
    values: Mapping[Place, Expr]
    data: tuple[Mapping[Place, Expr], ...]

    def having(self, values: Mapping[Place, Expr]) -> PlateWorld:
        """Return the same world with other values."""
        return replace(self, values={**self.values, **values})


@lru_cache(maxsize=64)
def plate_worlds(family: StructuredFamily) -> tuple[PlateWorld, ...]:
    """Return the worlds in which claims on a family are tried, the same in every run."""
    return tuple(_world(family, size, Random(f"{family.name} {size}")) for size in (2, 3))


def _world(family: StructuredFamily, size: int, rng: Random) -> PlateWorld:
    # Where there are two, of unlike size, so that an index in the place of the other is seen.
    sizes = {one: size if at == 0 else 5 - size for at, one in enumerate(family.sizes)}
    values: dict[Place, Expr] = {}
    for one in family.known:
        values[str(one.term), ()] = Integer(rng.randint(3, 7))
    for one in family.parameters:
        for end in ("", "0", "1"):
            name = f"{one.name}{end}" if isinstance(one.term, Component) or not end else f"{one.name}_{end}"
            values |= _drawn_parameter(one, name, places(family, one.term, sizes), rng)
    known = {key: value for (key, _), value in values.items()}
    count = 3 + max(len(places(family, term, sizes)) for term in family.observation) * (1 + (size == 2))
    return PlateWorld(sizes, values, tuple(_observed(family, sizes, at, known, rng) for at in range(count)))


def places(family: StructuredFamily, term: Expr, sizes: Mapping[Expr, int]) -> list[tuple[int, ...]]:
    """Return every place at which a component stands."""
    return list(product(*(range(1, sizes[last] + 1) for last in family.lengths(term))))


def _drawn_parameter(one: Unknown, name: str, where: list[tuple[int, ...]], rng: Random) -> dict[Place, Expr]:
    raw = {at: Rational(rng.randint(1, 9), rng.randint(1, 4)) for at in where}
    if one.simplex is None:
        return {(name, at): value for at, value in raw.items()}
    axis = one.term.indices.index(one.simplex)
    sums = {at: Add(*(v for other, v in raw.items() if _without(other, axis) == _without(at, axis))) for at in raw}
    return {(name, at): value / sums[at] for at, value in raw.items()}


def _without(at: tuple[int, ...], axis: int) -> tuple[int, ...]:
    return at[:axis] + at[axis + 1 :]


def _observed(
    family: StructuredFamily, sizes: Mapping[Expr, int], number: int, known: Mapping[str, Expr], rng: Random
) -> dict[Place, Expr]:
    """One observation whose components have the declared total; every component is positive once in a while."""
    found: dict[Place, Expr] = {}
    for term in family.observation:
        where = places(family, term, sizes)
        total = next((value for whole, value in family.totals if whole.has(term)), None)
        if total is None and any(isinstance(left, Plate) and left.args[0] == term for left, _ in family.support):
            # At most one of the places is 1, in turn.
            found |= {(term.name, at): Integer(number % (len(where) + 1) == rank) for rank, at in enumerate(where)}
        elif total is None:
            found |= {(term.name, at): Integer(_drawn_number(term, rng)) for at in where}
        elif term.sign == "positive":
            raw = {at: Integer(rng.randint(1, 9)) for at in where}
            found |= {(term.name, at): value / Add(*raw.values()) for at, value in raw.items()}
        else:
            found |= dict.fromkeys(((term.name, at) for at in where), Integer(0))
            for draw in range(int(known.get(str(total), total))):
                at = where[(number + draw * rng.randint(0, 1)) % len(where)]
                found[term.name, at] += 1
    return found


def _drawn_number(term: Expr, rng: Random) -> int:
    return rng.randint(0, 1) if term.sign == "indicator" else rng.randint(1, 9)


def plate_value(value: Expr, world: PlateWorld, at: int | None = None) -> Expr:
    """Return what an expression is in a world, for the observation number ``at``; functions stay as they are."""
    if isinstance(value, Plate):
        return Add(*(plate_value(one, world, at) for one in value.spelled(world.sizes[value.args[2]])))
    if isinstance(value, Average):
        several = [plate_value(value.args[0], world, one) for one in range(len(world.data))]
        return Add(*several) / len(several)
    if isinstance(value, Component):
        key = value.name, tuple(int(index) for index in value.indices)
        if isinstance(value, DatumComponent):
            return world.data[0 if at is None else at][key]
        return world.values.get(key, value)
    if isinstance(value, Symbol):
        return Integer(world.sizes[value]) if value in world.sizes else world.values.get((str(value), ()), value)
    if value.is_Atom:
        return value
    return value.func(*(plate_value(part, world, at) for part in value.args))


def at_place(value: Expr, term: Expr, place: tuple[int, ...]) -> Expr:
    """Return an expression with the indices of a component at a place."""
    indices = getattr(term, "indices", ())
    return value.xreplace({index: Integer(here) for index, here in zip(indices, place, strict=True)})


def estimated(family: StructuredFamily, world: PlateWorld, roots: Mapping[Expr, Expr]) -> PlateWorld:
    """Return the world in which the parameters have the values that the formulas give."""
    for term, formula in roots.items():
        found = {
            (str(getattr(term, "name", term)), place): plate_value(at_place(formula, term, place), world)
            for place in places(family, term, world.sizes)
        }
        world = world.having(found)
    return world
