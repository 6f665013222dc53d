"""Draws datasets of a family: built, not filtered, so that existence conditions hold, fail, or are left to chance."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import lru_cache
from typing import Literal, get_args

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from sympy import Eq

from ..proofs.algebra.atoms import Indicator, Mean
from ..proofs.conditions import Condition
from ..proofs.errors import DataError
from ..proofs.family import Family
from ..proofs.voids import places_without_density
from .conditions import Truth, decide_sample
from .frames import design_of
from .pieces import Design, Pieces, coordinates_of, pieces_of
from .placing import Doubles
from .repairs import Break, breaks, canonical, landmarks, repaired, unequal
from .samples import Sample
from .spaces import require_no_constants

Existence = Literal["holds", "fails", "any"]


def datasets(
    family: Family,
    *,
    existence: Existence = "holds",
    min_size: int = 1,
    max_size: int = 50,
    conditions: tuple[Condition, ...] | None = None,
    largest: float = 1e100,
    scattered: bool = False,
) -> SearchStrategy[Doubles]:
    """Return a strategy of datasets inside the support, shape ``(n,)``, float64.

    For a conditional family the shape is ``(n, 1 + number of covariates)``, columns as in ``family.columns``. Where
    the support depends on parameters, the data lie in that of one member. On a lattice the values are whole.

    A dataset is a few values with multiplicities, and sometimes a bulk from a seed. Ties, single observations, data
    that are nearly or exactly all equal, large offsets and extreme scales are common; examples shrink to few, simple
    values. The cost does not grow with ``max_size``.

    Parameters
    ----------
    existence
        ``"holds"``: every condition is proved to hold; what is missing has been added to the data. ``"fails"``: one
        condition is proved to fail. ``"any"``: whatever was drawn.
    conditions
        The existence conditions; ``derive(family).exists_when`` when omitted.
    largest
        Greatest absolute value. Extreme scales reach up to about this, and down to about its inverse.
    scattered
        Only datasets with a bulk of a dozen rows or more besides a single value, as one draws them from a member, for
        families of which data with many ties seldom have a maximiser. On a lattice the bulk may have ties.

    Raises
    ------
    DataError
        When the sizes contradict each other, when no dataset of at most ``max_size`` observations that meets the
        conditions is known, or when ``"fails"`` is asked for and nothing can fail (``can_fail`` tells beforehand).
    ParameterError
        When a constant has no value yet.

    Examples
    --------
    >>> from hypothesis import find, settings
    >>> from sympy import Interval, Symbol, log, oo
    >>> from thetahat.proofs.family import Parameter
    >>> x, rate = Symbol("x", positive=True), Symbol("rate", positive=True)
    >>> positive = Interval.open(0, oo)
    >>> waiting = Family("waiting", x, positive, (Parameter(rate, positive),), log(rate) - rate * x)
    >>> find(datasets(waiting, conditions=()), lambda x: True, settings=settings(database=None))
    array([1.])
    """
    require_no_constants(family, "datasets")
    who = f"{family.name}: datasets(min_size={min_size!r}, max_size={max_size!r}, largest={largest!r})"
    if not (isinstance(min_size, int) and isinstance(max_size, int) and 1 <= min_size <= max_size):
        raise DataError(f"{who} allow no dataset; write whole numbers with 1 <= min_size <= max_size")
    if not 1 <= largest < math.inf:
        raise DataError(f"{who} allow no dataset; write a finite largest of at least 1")
    if existence not in get_args(Existence):
        raise DataError(f"{who}: existence={existence!r} is none of {', '.join(map(repr, get_args(Existence)))}")
    wanted = () if existence == "any" else _conditions(family, conditions)
    return _datasets(family, existence, wanted, min_size, max_size, float(largest), scattered)


def can_fail(family: Family, *, max_size: int = 50, conditions: tuple[Condition, ...] | None = None) -> bool:
    """Return whether ``datasets(family, existence="fails")`` knows a dataset that breaks a condition.

    Where it does not, every dataset that could be built here has a maximiser, or none of the degenerate data tried
    shows the opposite.

    Examples
    --------
    >>> from sympy import Interval, Symbol, log, oo
    >>> from thetahat.proofs.algebra.atoms import Quantile
    >>> from thetahat.proofs.family import Parameter
    >>> x, rate = Symbol("x", positive=True), Symbol("rate", positive=True)
    >>> positive = Interval.open(0, oo)
    >>> waiting = Family("waiting", x, positive, (Parameter(rate, positive),), log(rate) - rate * x)
    >>> can_fail(waiting, conditions=())
    False
    >>> can_fail(waiting, conditions=(Condition(Quantile(1, x) - Quantile(0, x), "two values"),))
    True
    """
    require_no_constants(family, "datasets")
    wanted = _conditions(family, conditions)
    return bool(_ways(family, wanted, design_of(family, 1, max_size, 1e100)))


def _conditions(family: Family, conditions: tuple[Condition, ...] | None) -> tuple[Condition, ...]:
    if conditions is not None:
        return tuple(conditions)
    from ..proofs.engine import derive  # imported late: whoever names the conditions needs no derivation

    return tuple(derive(family).exists_when)


@lru_cache(maxsize=512)
def _datasets(
    family: Family,
    existence: Existence,
    conditions: tuple[Condition, ...],
    min_size: int,
    max_size: int,
    largest: float,
    scattered: bool,
) -> SearchStrategy[Doubles]:
    design = design_of(family, min_size, max_size, largest)
    pieces = pieces_of(design, scattered)
    if existence == "fails":
        return _failing(family, conditions, design, pieces)
    wanted = (*_likely(family), *conditions)
    if not wanted:
        return pieces.map(lambda drawn: design.data(coordinates_of(design, drawn), drawn[1]))
    return _holding(family, wanted, design, pieces)


@lru_cache(maxsize=512)
def _likely(family: Family) -> tuple[Condition, ...]:
    """That no observation is where no member has a density: such data are as invalid as data outside the support."""
    shares = ((x, place, Mean(Indicator(Eq(x, place)), *family.columns)) for x, place in places_without_density(family))
    return tuple(Condition(-share, f"no {x} is {place}", weak=True) for x, place, share in shares)


def _truth(family: Family, conditions: tuple[Condition, ...], x: Doubles) -> Truth:
    columns = (x,) if x.ndim == 1 else tuple(x.T)
    return decide_sample(conditions, Sample(columns, None), family.columns)[0]


def _holding(
    family: Family, conditions: tuple[Condition, ...], design: Design, pieces: SearchStrategy[Pieces]
) -> SearchStrategy[Doubles]:
    witness = _witness(family, conditions, design)

    def build(drawn: Pieces) -> Doubles:
        coordinates, frame = coordinates_of(design, drawn), drawn[1]
        x = design.data(coordinates, frame)
        if _truth(family, conditions, x) is True:
            return x
        for x in repaired(design, coordinates, frame):
            if _truth(family, conditions, x) is True:
                return x
        return witness.copy()

    return pieces.map(build)


def _witness(family: Family, conditions: tuple[Condition, ...], design: Design) -> Doubles:
    """The smallest dataset found, in plain coordinates, for which all conditions hold."""
    rows, frame = canonical(design), design.frames[0]
    spans = [(start, start + size) for size in range(1, len(rows) + 1) for start in range(len(rows) - size + 1)]
    for start, stop in spans:
        x = design.data(design.sized(rows[start:stop]), frame)
        if _truth(family, conditions, x) is True:
            return x
    for x in (*repaired(design, design.sized(rows), frame), *unequal(design, rows)):
        if _truth(family, conditions, x) is True:
            return x
    meanings = "; ".join(condition.meaning for condition in conditions)
    raise DataError(
        f"{family.name}: no dataset of {design.min_size} to {design.max_size} observations was found for which all "
        f"existence conditions hold ({meanings}); allow a larger max_size, or ask for existence='any'"
    )


def _ways(family: Family, conditions: tuple[Condition, ...], design: Design) -> dict[str, tuple[Break, Doubles]]:
    """The ways of degenerating data that break a condition, each with an example."""
    found: dict[str, tuple[Break, Doubles]] = {}
    column, rows = design.columns[0], canonical(design)

    def keep(way: str, change: Break, rows: Doubles, among: tuple[Condition, ...]) -> None:
        # Where the support moves with the parameters, some members have no data that break the condition.
        for placements in dict.fromkeys(frame.placements for frame in design.frames):
            frame = replace(design.frames[0], placements=placements)
            x = design.data(change(design.sized(rows), column), frame)
            if _truth(family, among, x) is False and _truth(family, _likely(family), x) is True:
                found[way] = (change, x)
                return

    for way, change in breaks(design).items():
        keep(way, change, rows, conditions)
    for condition in conditions:
        if all(_truth(family, (condition,), x) is not False for _, x in found.values()):
            for value, change in landmarks(family, condition, design):
                keep(f"all equal to {value}", change, rows, (condition,))
    if not found and conditions:  # where only a single observation breaks a condition, every way does
        for way, change in breaks(design).items():
            keep(way, change, rows[:1], conditions)
    return found


def _failing(
    family: Family, conditions: tuple[Condition, ...], design: Design, pieces: SearchStrategy[Pieces]
) -> SearchStrategy[Doubles]:
    ways = _ways(family, conditions, design)
    if not ways:
        raise DataError(
            f"{family.name}: none of the degenerate datasets tried breaks one of its {len(conditions)} existence "
            "conditions; ask can_fail(family) before asking for existence='fails'"
        )
    column = design.columns[0]

    def build(drawn: tuple[Pieces, str]) -> Doubles:
        pieces, way = drawn
        change, example = ways[way]
        coordinates = change(coordinates_of(design, pieces), column)
        for chosen in (pieces[1], replace(pieces[1], squeeze=0), design.frames[0]):
            x = design.data(coordinates, chosen)
            if _truth(family, conditions, x) is False and _truth(family, _likely(family), x) is True:
                return x
        return example.copy()

    return st.tuples(pieces, st.sampled_from(list(ways))).map(build)
