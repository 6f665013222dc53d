"""Proposes which of several roots is the maximiser, by numeric probes; the proof comes later, from a step."""

from __future__ import annotations

from sympy import Expr, Symbol

from .algebra.eliminate import Choose
from .algebra.roots import Root
from .ball_data import evaluate
from .balls import precision
from .derivation import Statistic
from .family import Family
from .likelihood import unfold
from .probes import data_points, parameter_points

_PROBES = 3
_POINTS = 7


def chooser(family: Family, mean_log_likelihood: Expr, statistics: tuple[Statistic, ...]) -> Choose:
    """Return a function that picks the root with the highest likelihood on every probe dataset, or none.

    The other parameters are held at the values from which the probe data were drawn. Of roots that are equally high, as
    mirror images are, the largest is picked, in whichever order a rule gave them.
    """

    def choose(unknown: Symbol, roots: tuple[Root, ...]) -> Root | None:
        winners: set[int] = set()
        for seed in range(1, _PROBES + 1):
            theta = parameter_points(family, 1, seed)[0]
            sample = data_points(family, theta, _POINTS, seed)
            heights: list[tuple[float, float, int]] = []
            for position, root in enumerate(roots):
                found = _height_and_place(
                    family, unknown, unfold(root.value, statistics), theta, sample, mean_log_likelihood, statistics
                )
                if found is not None:
                    heights.append((*found, position))
            if heights:
                winners.add(max(heights)[-1])
        return roots[winners.pop()] if len(winners) == 1 else None

    return choose


def no_choice(unknown: Symbol, roots: tuple[Root, ...]) -> None:
    """Pick none of several roots: which of them is the estimate may depend on the data.

    >>> no_choice(Symbol("m"), ())
    """


def _height_and_place(
    family: Family,
    unknown: Symbol,
    root: Expr,
    theta: dict[Symbol, Expr],
    sample: list[dict[Symbol, Expr]],
    mean_log_likelihood: Expr,
    statistics: tuple[Statistic, ...],
) -> tuple[float, float] | None:
    """The mean log-likelihood at the root, and the root; ``None`` where it lies outside the parameter space."""
    ends = family.domain[unknown]
    with precision(128):
        value = evaluate(root, theta, sample)
        if not value.is_finite():
            return None
        for end, below in ((ends.lo, True), (ends.hi, False)):
            if end.is_finite is not False:
                edge = evaluate(end, theta)
                if (value < edge) if below else (value > edge):
                    return None
        height = evaluate(unfold(mean_log_likelihood, statistics), {**theta, unknown: value}, sample)
    return (float(height.mid()), float(value.mid())) if height.is_finite() else None
