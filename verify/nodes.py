"""A numeric target as weighted points: an adaptive quadrature of its density, or its probabilities one by one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sympy import oo

from ..proofs.bounds import Bounds
from ..proofs.errors import UnsolvedError
from ..proofs.targets import Member, Mixture, Table, Target
from .density import density

Array = NDArray[np.float64]
LogDensity = Callable[[Array], Array]

_COARSE, _FINE = (np.polynomial.legendre.leggauss(count) for count in (10, 21))
_TINY, _MOST_STEPS, _MOST_PANELS, _MOST_TERMS = 1e-15, 400, 4000, 200_000
_PANEL_ERROR, _LEFT_OUT, _TAIL, _SETTLED = 1e-15, 1e-8, 1e-11, 1e-9
_SPLITS, _FURTHER = 8, 40


@dataclass(frozen=True)
class Nodes:
    """Points of a target in ascending order.

    Attributes
    ----------
    x, w
        Points, and their probabilities, which add up to one; shape ``(m,)``.
    log_p
        The log-density, or log-probability, at each.
    step
        What the density is multiplied with for a probability: the weights of the quadrature, or one.
    error
        The probability that the points leave out, or have too much.
    target
        What they are points of.
    cuts
        The ends of the quadrature's panels.
    """

    x: Array
    w: Array
    log_p: Array
    step: Array
    discrete: bool
    error: float
    target: Target
    cuts: tuple[float, ...] = ()

    def is_settled(self, terms: Array) -> bool:
        """Whether the outermost points carry almost nothing of a sum, so that what lies beyond them does not either."""
        if isinstance(self.target, Table):
            return True
        count = max(len(terms) // 50, 1)
        outer = float(np.abs(terms[:count]).sum() + np.abs(terms[-count:]).sum())
        ends = self.target.support
        return outer < _SETTLED or (ends.lo != -oo and ends.hi != oo)

    def narrowed(self) -> Nodes:
        """Return the points without the outermost, which have almost no probability."""
        share = np.cumsum(self.w)
        kept = (share > _TAIL) & (share < 1 - _TAIL)
        w = self.w[kept] / self.w[kept].sum()
        return Nodes(self.x[kept], w, self.log_p[kept], self.step[kept], self.discrete, self.error, self.target)

    @cached_property
    def widened(self) -> Nodes:
        """More points, further out and closer together, on which other densities can be integrated."""
        if isinstance(self.target, Table):
            return self
        log_p = _log_density(self.target)
        if self.discrete:
            ends = self.target.support
            low, high, width = self.x[0], self.x[-1], len(self.x)
            first = low if ends.lo == low else low - width
            last = high if ends.hi == high else high + 4 * width
            x = np.arange(first, last + 1)
            return Nodes(x, self.w, log_p(x), np.ones(len(x)), True, self.error, self.target)
        cuts = np.array(self.cuts)
        inner = [np.linspace(a, b, _SPLITS + 1)[:-1] for a, b in pairwise(cuts)]
        edges = [
            *_stretched(cuts, self.target.support)[0],
            *np.concatenate(inner),
            *_stretched(cuts, self.target.support)[1],
        ]
        x, step = _panels(np.array(edges))
        return Nodes(x, self.w, log_p(x), step, False, self.error, self.target, tuple(edges))


@lru_cache(maxsize=16)
def nodes_of(target: Target) -> Nodes:
    """Return the points of a numeric target.

    Raises
    ------
    UnsolvedError
        Where more than a hundred millionth of the probability is left out: a density with a tail too heavy, or peaks
        that are not found.

    Examples
    --------
    >>> from thetahat import Member, family
    >>> nodes = nodes_of(Member.of(family("normal"), mu=3, sigma=1))
    >>> round(float(nodes.w @ nodes.x), 9)
    3.0
    """
    if isinstance(target, Table):
        x, w = (np.array([float(pair[place]) for pair in target.shares]) for place in (0, 1))
        return Nodes(x, w, np.log(w), np.ones(len(x)), target.discrete, 0.0, target)
    log_p = _log_density(target)
    if target.support.discrete:
        return _counted(target, log_p)
    cuts = _refined(log_p, _cuts(target, log_p))
    x, step = _panels(np.array(cuts))
    height = log_p(x)
    w = np.exp(height) * step
    return _checked(Nodes(x, w / w.sum(), height, step, False, abs(1 - float(w.sum())), target, tuple(cuts)))


def _checked(nodes: Nodes) -> Nodes:
    if not nodes.error < _LEFT_OUT:
        raise UnsolvedError(
            f"the quadrature of the target has a probability of {1 - nodes.error:.9g} or so in place of one; "
            "its tails are too heavy, or it has peaks that were not found"
        )
    return nodes


def _log_density(target: Member | Mixture) -> LogDensity:
    """The log-density of a target in doubles, minus infinity outside the support."""
    if isinstance(target, Mixture):
        parts = [(math.log(float(weight)), _log_density(one)) for weight, one in target.parts]
        return lambda x: np.logaddexp.reduce([shift + part(x) for shift, part in parts], axis=0)
    family = target.family.fix(**{item.name: target.values[item.symbol] for item in target.family.constants})
    values = [float(target.values[symbol]) for symbol in target.family.symbols]
    compiled, ends = density(family), target.support
    low = -math.inf if ends.lo == -oo else float(ends.lo)
    high = math.inf if ends.hi == oo else float(ends.hi)

    def log_p(x: Array) -> Array:
        with np.errstate(all="ignore"):
            inside = (x >= low) & (x <= high)
            found = np.broadcast_to(np.asarray(compiled(np.where(inside, x, np.nan), *values)), x.shape)
        return np.where(inside & ~np.isnan(found), found, -np.inf)

    return log_p


def _counted(target: Member | Mixture, log_p: LogDensity) -> Nodes:
    """Upwards from the lower end, or both ways from zero, until what is left is negligible."""
    ends = target.support
    first = -_MOST_TERMS // 2 if ends.lo == -oo else int(ends.lo)
    last = first + _MOST_TERMS if ends.hi == oo else min(int(ends.hi), first + _MOST_TERMS)
    x = np.arange(float(first), float(last) + 1)
    height = log_p(x)
    share = np.exp(height)
    kept = slice(*(np.flatnonzero(share > _TINY * share.max())[[0, -1]] + [0, 1]))
    x, height, share = x[kept], height[kept], share[kept]
    w = share / share.sum()
    return _checked(Nodes(x, w, height, np.ones(len(x)), True, abs(1 - float(share.sum())), target))


def _cuts(target: Member | Mixture, log_p: LogDensity) -> list[float]:
    """Ends of panels: from every anchor outwards in doubling steps, to where nothing is left, and towards the ends."""
    ends = target.support
    low = -math.inf if ends.lo == -oo else float(ends.lo)
    high = math.inf if ends.hi == oo else float(ends.hi)
    cuts: set[float] = {end for end in (low, high) if math.isfinite(end)}
    parts = [one for _, one in target.parts] if isinstance(target, Mixture) else [target]
    for part in parts:
        for anchor, scale in _anchors(part, log_p):
            cuts.add(anchor)
            for side, end in ((-1, low), (1, high)):
                cuts.update(_outwards(log_p, anchor, scale, side, end))
    inside = sorted(cut for cut in cuts if low <= cut <= high)
    return [cut for place, cut in enumerate(inside) if place == 0 or cut > inside[place - 1]]


def _anchors(part: Member, log_p: LogDensity) -> list[tuple[float, float]]:
    """Where the density is highest among numbers that its parameters suggest, with a scale that is not too large."""
    values = [float(value) for _, value in part.theta]
    sizes = sorted({abs(value) for value in values if value} | {1.0})
    ends = [float(end) for end in (part.support.lo, part.support.hi) if end.is_finite]
    places = {0.0, *values, *ends}
    places |= {a + sign * b for a in places for b in sizes for sign in (-1, 1)} | {
        a * b for a in values for b in values
    }
    places |= {1 / value for value in values if value} | {a / b for a in values for b in values if b}
    if len(ends) == 2:
        places |= {ends[0] + share * (ends[1] - ends[0]) for share in (0.1, 0.25, 0.5, 0.75, 0.9)}
    x = np.array(sorted(places))
    height = log_p(x)
    height = np.where(np.isfinite(height), height, -np.inf)
    if not np.isfinite(height).any():
        return []
    best = float(x[int(np.argmax(height))])
    return [(best, min(sizes))]


def _outwards(log_p: LogDensity, anchor: float, scale: float, side: int, end: float) -> list[float]:
    """Doubling steps from an anchor to where the rest is negligible; towards a finite end ever smaller ones."""
    found, step = [], scale / 8
    for _ in range(_MOST_STEPS):
        x = anchor + side * step
        if side * (end - x) <= 0:
            break
        found.append(x)
        height = float(log_p(np.array([x]))[0])
        if height + math.log(step) < math.log(_TINY) and step > scale:
            return found
        step *= 2
    if math.isfinite(end):
        gap = abs(end - (found[-1] if found else anchor))
        found += [end - side * gap / 4**place for place in range(1, 40)]
    return found


def _refined(log_p: LogDensity, cuts: list[float]) -> list[float]:
    """Panels split until two quadratures of each agree."""
    waiting = list(pairwise(cuts))
    done: list[float] = [cuts[0]] if cuts else []
    kept: list[tuple[float, float]] = []
    while waiting and len(kept) + len(waiting) < _MOST_PANELS:
        a, b = waiting.pop()
        rough, fine = (_integral(log_p, a, b, rule) for rule in (_COARSE, _FINE))
        middle = (a + b) / 2
        if abs(rough - fine) <= _PANEL_ERROR + 1e-12 * abs(fine) or not a < middle < b:
            kept.append((a, b))
        else:
            waiting += [(a, middle), (middle, b)]
    return sorted({*done, *(b for _, b in (*kept, *waiting)), *(a for a, _ in (*kept, *waiting))})


def _integral(log_p: LogDensity, a: float, b: float, rule: tuple[Array, Array]) -> float:
    x = (a + b) / 2 + (b - a) / 2 * rule[0]
    return float(np.exp(log_p(x)) @ rule[1]) * (b - a) / 2


def _panels(cuts: Array) -> tuple[Array, Array]:
    """The points and weights of all panels."""
    half, middle = np.diff(cuts)[:, None] / 2, (cuts[:-1] + cuts[1:])[:, None] / 2
    return (middle + half * _FINE[0]).ravel(), (half * _FINE[1]).ravel()


def _stretched(cuts: Array, ends: Bounds) -> tuple[list[float], list[float]]:
    """Panels beyond the first and the last, each twice as wide as the one before, where the support goes on."""
    width = float(cuts[-1] - cuts[0]) / 8
    steps = [width * (2**place - 1) for place in range(1, _FURTHER + 1)]
    below = [] if ends.lo != -oo else [float(cuts[0]) - step for step in reversed(steps)]
    above = [float(cuts[-1])] + ([] if ends.hi != oo else [float(cuts[-1]) + step for step in steps])
    return below, above
