"""Draws a target with both of its projections, and both divergences along the first parameter."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..proofs.errors import UnsolvedError
from ..proofs.family import Family
from ..proofs.targets import Target
from .density import density
from .ends import support_ends
from .nodes import nodes_of
from .projections import Projection, divergences

Array = NDArray[np.float64]
_POINTS, _STEPS, _TOP = 600, 121, 8
_FORWARD, _REVERSE, _OWN = "#1f77b4", "#d62728", "#555555"


def draw(target: Target, forward: Projection, reverse: Projection, path: Path) -> None:
    """Write the picture to ``path``; its suffix tells the format.

    Raises
    ------
    UnsolvedError
        Where matplotlib is not installed, or the target has no quadrature.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise UnsolvedError("the picture needs matplotlib: python -m pip install 'thetahat[plot]'") from None
    nodes = nodes_of(target)
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    share = np.cumsum(nodes.w)
    low, high = (float(nodes.x[np.searchsorted(share, level)]) for level in (0.001, 0.999))
    if nodes.discrete:
        x = nodes.x[(nodes.x >= low) & (nodes.x <= high)]
        left.bar(nodes.x, nodes.w, color=_OWN, alpha=0.3, label="target")
    else:
        margin = (high - low) / 6
        x = np.linspace(low - margin, high + margin, _POINTS)
        left.fill_between(nodes.x, np.exp(nodes.log_p), color=_OWN, alpha=0.3, label="target")
        left.set_xlim(x[0], x[-1])
    for found, color in ((forward, _FORWARD), (reverse, _REVERSE)):
        if found.theta:
            left.plot(x, _heights(found.family, found.theta, x), color=color, label=_label(found))
        for theta, _ in found.minima[1:]:
            left.plot(x, _heights(found.family, theta, x), color=color, linestyle=":", linewidth=1)
    left.set_xlabel(str(forward.family.observation))
    left.set_ylabel("probability" if nodes.discrete else "density")
    left.legend(frameon=False)
    _curves(right, target, forward, reverse)
    figure.savefig(path)


def _label(found: Projection) -> str:
    name = "KL(target || member)" if found.direction == "forward" else "KL(member || target)"
    return f"least {name}"


def _heights(family: Family, theta: Mapping[str, Any], x: Array) -> Array:
    values = [float(theta[name]) for name in family.parameter_names]
    low, high = (end.at(values) for end in (support_ends(family).lo, support_ends(family).hi))
    with np.errstate(all="ignore"):
        return np.where((x >= low) & (x <= high), np.exp(density(family)(x, *values)), 0.0)


def _curves(axes: Any, target: Target, forward: Projection, reverse: Projection) -> None:
    """Both divergences along the first parameter, the others as they are at the projection of that direction."""
    name = forward.family.parameter_names[0]
    places = [float(found.theta[name]) for found in (forward, reverse) if found.theta]
    places += [theta[name] for theta, _ in reverse.minima]
    if not places:
        return
    width = max(max(places) - min(places), max(map(abs, places)) / 2, 0.5)
    along = np.linspace(min(places) - width, max(places) + width, _STEPS)
    least: list[float] = []
    for found, color in ((forward, _FORWARD), (reverse, _REVERSE)):
        if found.theta:
            values = [divergences(target, found.family, {**found.theta, name: value}) for value in along.tolist()]
            heights = [pair[found.direction == "reverse"] for pair in values]
            finite = [value if math.isfinite(value) else math.nan for value in heights]
            least.append(float(np.nanmin(finite)))
            axes.plot(along, finite, color=color, label=_label(found).removeprefix("least "))
    axes.set_xlabel(name)
    axes.set_ylabel("nats")
    axes.set_ylim(0, _TOP * max(least) + 1)
    axes.legend(frameon=False)
