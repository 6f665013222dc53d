"""Records what the ends of the support say about the parameters that move them: one step for each."""

from __future__ import annotations

from sympy import Integer, Tuple

from . import labels
from .boundary import AtEnd, Ends, resolved
from .data_point import DataPoint
from .derivation import Label, Section
from .edge_growth import EdgeGrowth, U
from .family import Family
from .path_growth import PathGrowth
from .trail import Trail

_LIKELIHOOD = Section.LIKELIHOOD


def data_point_step(pieces: DataPoint, trail: Trail, given: int, others: bool = False) -> int:
    """The step that the likelihood is largest at an observation; ``others`` says that it has other parameters."""
    p, whatever = pieces.parameter, ", whatever the other parameters are" * others
    scaled = "" if pieces.place.is_Symbol else f", standing at `{pieces.place}`,"
    return trail.add(
        "data-point",
        _LIKELIHOOD,
        f"Largest at an observation{scaled}{whatever}: between two neighbours the log-likelihood is convex in `{p}`, "
        "it rises up to the smallest observation and falls from the largest on. Each observation's part below it, and "
        "above it:",
        Tuple(pieces.below, pieces.above),
        Label(f"log p for {p} below, above", r"\log p \text{ below, above}"),
        given=(given,),
        subject=p,
        using=(("place", pieces.place),),
    )


def end_steps(family: Family, ends: Ends, trail: Trail, first: int) -> int:
    """Steps for parameters of the support; returns where the mean log-likelihood to go on with stands."""
    current = first
    for at in ends.placed:
        before = Tuple(*(Tuple(b.parameter, b.value) for b in ends.placed[: ends.placed.index(at)]))
        table = Tuple(*(Tuple(s.symbol, s.definition) for s in ends.statistics))
        if at.balances is not None:
            _balance_step(at, before, table, trail, current)
            continue
        direction = "increases" if at.slope > 0 else "decreases"
        difference = "The difference to the next integer" if at.parameter.is_integer else "Its derivative"
        trail.add(
            "support-end",
            _LIKELIHOOD,
            f"End of the support: the likelihood {direction} strictly in `{at.parameter}`, which therefore sits where "
            f"the data stop it. {difference} is of one sign{' at every observation' * at.each}.",
            at.value,
            labels.hat(at.parameter),
            given=(current,),
            subject=at.parameter,
            using=(
                ("increment", at.increment),
                ("slope", Integer(at.slope)),
                ("placed", before),
                ("statistics", table),
            ),
        )
    for parameter, low, high in ends.free:
        trail.add(
            "any-value",
            _LIKELIHOOD,
            f"Flat direction: the likelihood does not depend on `{parameter}`; every value that keeps the data in the "
            "support maximises it.",
            Tuple(low, high),
            Label(f"{parameter} from, to", rf"{labels.hat_latex(parameter)} \text{{ from, to}}"),
            given=(current,),
            subject=parameter,
            using=(("statistics", Tuple(*(Tuple(s.symbol, s.definition) for s in ends.statistics))),),
        )
    for growth in ends.growths:
        if isinstance(growth, PathGrowth):
            _path_step(growth, trail, current)
        else:
            _growth_step(growth, family, trail, current)
    if ends.placed:
        current = trail.add(
            "substitute",
            _LIKELIHOOD,
            "Mean log-likelihood, with the ends of the support put in.",
            ends.mean_log_likelihood,
            labels.mean_log_likelihood(tuple(p for p in family.symbols if p not in {a.parameter for a in ends.placed})),
            given=(current,),
            using=(("placed", Tuple(*(Tuple(p, value) for p, value in resolved(ends.placed).items()))),),
        )
    return current


def _balance_step(at: AtEnd, before: Tuple, table: Tuple, trail: Trail, current: int) -> None:
    trail.add(
        "balance",
        _LIKELIHOOD,
        f"Two constraints on `{at.balances}`, one rising and one falling in `{at.parameter}`, through which alone the "
        f"likelihood depends on `{at.parameter}`: it is largest where both are equal.",
        at.value,
        labels.hat(at.parameter),
        given=(current,),
        subject=at.parameter,
        using=(("balances", at.balances), ("placed", before), ("statistics", table)),
    )


def _growth_step(growth: EdgeGrowth, family: Family, trail: Trail, current: int) -> None:
    p, extreme = growth.parameter, "smallest" if growth.level == 0 else "largest"
    end = (family.bounds.lo, family.bounds.hi)[growth.level]
    if growth.witness is not None:
        others = ", ".join(f"`{s}` = {value}" for s, value in growth.witness)
        words = (
            f"Unbounded: as `{p}` tends to the {extreme} observation{f', with {others}' * bool(others)}, the density "
            "there grows like a negative power of their distance and at the others it tends to a positive limit, so "
            "that the likelihood grows without bound."
        )
    else:
        moved = [s for s in family.symbols if s in end.free_symbols]
        sought = (
            f"`{p}` is looked for inside, as a parameter that moves no end"
            if len(moved) == 1
            else f"{' and '.join(f'`{s}`' for s in moved)} are looked for inside, as parameters that move no end"
        )
        words = (
            f"End of the support: the density vanishes where `{end}` reaches the {extreme} observation, "
            f"{_shown(growth)}, so that {sought}."
        )
    trail.add(
        "edge-growth",
        _LIKELIHOOD,
        words,
        growth.power,
        Label("power", r"\text{power}"),
        given=(current,),
        subject=p,
        using=(
            ("rest", growth.rest),
            ("level", Integer(growth.level)),
            ("distance", U),
            ("away", growth.distance),
            ("factor", growth.factor),
            ("outweighing", growth.outweighing),
            ("witness", Tuple(*(Tuple(s, value) for s, value in growth.witness or ()))),
            ("grows", Integer(growth.witness is not None)),
        ),
    )


def _path_step(growth: PathGrowth, trail: Trail, current: int) -> None:
    least = " or ".join(f"`{one.whole}`" for one in growth.far)
    trail.add(
        "path-growth",
        _LIKELIHOOD,
        f"Unbounded: on the path `{growth.words}` the log-density at that observation is, with L = -log(u), as below. "
        f"At any other, `d` away, it is at least {least}. As `u` tends to zero, the multiple of `L` outgrows what the "
        "others lose, multiples of `log(L)` and what stays bounded, so that the likelihood grows without bound.",
        growth.near.whole,
        Label("log p there", r"\log p \text{ there}"),
        given=(current,),
        subject=growth.parameter,
        using=(
            ("level", Integer(growth.level)),
            ("path", Tuple(*(Tuple(s, value) for s, value in growth.path))),
            ("rate", growth.near.rate),
            ("slow", Tuple(growth.near.slow, *(one.slow for one in growth.far))),
            ("far", Tuple(*(one.whole for one in growth.far))),
        ),
    )


def _shown(growth: EdgeGrowth) -> str:
    """How the density vanishes."""
    if growth.outweighing != 0:
        return f"its logarithm like `{growth.outweighing}` at a distance of `{growth.distance}`"
    if growth.factor == U == growth.distance:
        return "like a positive power of their distance"
    return f"like a positive power of `{growth.factor}` at a distance of `{growth.distance}`"
