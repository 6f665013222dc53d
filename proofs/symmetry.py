"""How a change of unit of the observation carries over to the parameters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from flint import arb
from sympy import Expr, Integer, Rational, Symbol, exp, log, oo

from .ball_data import evaluate
from .balls import ball, precision
from .family import Family
from .probes import data_points, parameter_points

_EXPONENTS = (0, 1, -1, 2, -2)
_ROWS = 12
_UNIT = Rational(7, 3)
_SMALL = arb(2) ** -100


@dataclass(frozen=True)
class UnitChange:
    """What becomes of parameters where the unit changes: ``theta' = c**power * theta + shift * log(c)``.

    One of ``power`` and ``shift`` is zero. A logarithm of a scale is shifted.
    """

    powers: dict[Symbol, int]
    shifts: dict[Symbol, int]


def unit_exponents(family: Family) -> dict[Symbol, int] | None:
    """Return by which power of the unit each parameter changes with it; ``None`` if no powers do.

    >>> from thetahat import family
    >>> list(unit_exponents(family("gamma")).values())
    [0, 1]
    >>> unit_exponents(family("normal_by_log_scale")) is None
    True
    """
    change = unit_change(family)
    return None if change is None or any(change.shifts.values()) else change.powers


@lru_cache(maxsize=512)
def unit_change(family: Family) -> UnitChange | None:
    """Return what becomes of each parameter where the unit changes; ``None`` if nothing that is looked for does.

    With ``x' = c x`` the member at ``theta'`` has the density of ``x'``. Proposed by trial, accepted where
    ``log p(c x | theta') + log c = log p(x | theta)`` holds in balls at random points, and the ends of the support and
    of the parameters' spaces move along; that refutes every wrong choice but is no proof. Where the points do not tell
    one choice for a parameter from another, as where none lies in the case that it is for, none is made.

    >>> from thetahat import family
    >>> change = unit_change(family("normal_by_log_scale"))
    >>> list(change.powers.values()), list(change.shifts.values())
    ([1, 0], [0, 1])
    """
    if family.discrete or family.beside or family.constants:
        return None
    points = [
        (theta, row)
        for seed in (5, 6)
        for theta in parameter_points(family, 1, seed)
        for row in data_points(family, theta, _ROWS, seed)
    ]

    def holds(change: UnitChange) -> bool:
        return all(_holds(family, change, {**theta, **row}) for theta, row in points)

    found = next((change for change in _changes(family) if holds(change)), None)
    return None if found is None or any(holds(other) for other in _beside(found, family)) else found


def _changes(family: Family) -> Iterator[UnitChange]:
    """All changes by powers alone, then those that shift something as well."""
    choices = [_choices(family, symbol) for symbol in family.symbols]
    powers = [[one for one in some if not one[1]] for some in choices]
    yield from (_change(family, chosen) for chosen in product(*powers))
    if powers != choices:
        yield from (_change(family, chosen) for chosen in product(*choices) if any(shift for _, shift in chosen))


def _choices(family: Family, symbol: Symbol) -> list[tuple[int, int]]:
    """Powers and shifts of a parameter; only what stands in an exponential, and has no ends, is shifted."""
    parts = (family.log_density, family.bounds.lo, family.bounds.hi)
    raised = {one for part in parts for node in part.atoms(exp) for one in node.args[0].free_symbols}
    ends = family.domain[symbol]
    shifted = ends.lo is -oo and ends.hi is oo and symbol in raised
    return [*((power, 0) for power in _EXPONENTS), *((0, shift) for shift in _EXPONENTS if shift and shifted)]


def _change(family: Family, chosen: Sequence[tuple[int, int]]) -> UnitChange:
    pairs = list(zip(family.symbols, chosen, strict=True))
    return UnitChange({s: power for s, (power, _) in pairs}, {s: shift for s, (_, shift) in pairs})


def _beside(change: UnitChange, family: Family) -> Iterator[UnitChange]:
    """The changes that differ in one parameter."""
    for s in family.symbols:
        for power, shift in _choices(family, s):
            other = UnitChange({**change.powers, s: power}, {**change.shifts, s: shift})
            if other != change:
                yield other


def _holds(family: Family, change: UnitChange, values: dict[Symbol, Expr]) -> bool:
    exponents, unit = change.powers, log(_UNIT)
    moved = {s: values[s] * _UNIT ** Integer(e) + change.shifts[s] * unit for s, e in exponents.items()}
    moved[family.observation] = values[family.observation] * _UNIT
    boxes = [(family.bounds, 1), *((item.bounds, exponents[item.symbol]) for item in family.parameters)]
    with precision(256):
        # A density may be flat in a parameter that moves an end, as in the start of an interval of given length.
        ends = [(end, e) for box, e in boxes for end in (box.lo, box.hi) if end.is_infinite is not True]
        gaps = [evaluate(end, moved) - ball(_UNIT ** Integer(e)) * evaluate(end, values) for end, e in ends]
        density = family.log_density
        gaps.append(evaluate(density, moved) + ball(unit) - evaluate(density, values))
        return all(gap.is_finite() and gap.contains(0) and gap.rad() < _SMALL for gap in gaps)
