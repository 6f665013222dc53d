"""Chooses which of several roots is the maximiser: proposed by numeric probes, kept where signs prove it."""

from __future__ import annotations

from sympy import Expr, Symbol

from .algebra.eliminate import Choose
from .algebra.heights import is_no_lower
from .algebra.roots import Root
from .algebra.signs import Domain
from .ball_data import evaluate
from .balls import precision
from .derivation import Statistic
from .family import Family
from .likelihood import unfold
from .probes import data_points, parameter_points

_PROBES = 3
_POINTS = 7


def proved_chooser(
    family: Family, mean_log_likelihood: Expr, statistics: tuple[Statistic, ...], domain: Domain
) -> Choose:
    """Return a function that picks the root at which the likelihood is proved to be no lower than at the others.

    Which is proposed is seen on probe datasets, with the other parameters at the values from which these were drawn.
    Where it depends on the data, none is the estimate of all datasets, and none is picked.
    """

    def choose(unknown: Symbol, roots: tuple[Root, ...]) -> Root | None:
        best = _highest(family, mean_log_likelihood, statistics, unknown, roots)
        if best is None:
            return None
        others = (root.value for root in roots if root is not best)
        proved = all(is_no_lower(mean_log_likelihood, unknown, best.value, other, domain) for other in others)
        return best if proved else None

    return choose


def _highest(
    family: Family,
    mean_log_likelihood: Expr,
    statistics: tuple[Statistic, ...],
    unknown: Symbol,
    roots: tuple[Root, ...],
) -> Root | None:
    """The root with the highest likelihood on every probe dataset."""
    winners: set[int] = set()
    for seed in range(1, _PROBES + 1):
        theta = parameter_points(family, 1, seed)[0]
        sample = data_points(family, theta, _POINTS, seed)
        heights: list[tuple[float, int]] = []
        for position, root in enumerate(roots):
            height = _height(
                family, unknown, unfold(root.value, statistics), theta, sample, mean_log_likelihood, statistics
            )
            if height is not None:
                heights.append((height, position))
        if heights:
            winners.add(max(heights)[1])
    return roots[winners.pop()] if len(winners) == 1 else None


def _height(
    family: Family,
    unknown: Symbol,
    root: Expr,
    theta: dict[Symbol, Expr],
    sample: list[dict[Symbol, Expr]],
    mean_log_likelihood: Expr,
    statistics: tuple[Statistic, ...],
) -> float | None:
    """The mean log-likelihood at the root; ``None`` where it lies outside the parameter space."""
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
    return float(height.mid()) if height.is_finite() else None
