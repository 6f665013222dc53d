"""Slanted families over their places: the best scale is known, and the likelihood is concave in the slant.

With ``k`` the slant in the unit of the data, the mean log-likelihood is ``L(place) + mean(h(k (x - place)))``, with L
at the best scale. A distribution function whose density is log-concave is log-concave itself: Bagnoli & Bergstrom 2005,
Economic Theory 26, 445-469, theorem 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from flint import arb
from numpy.typing import NDArray
from sympy import Dummy, Expr, Symbol, exp, expand_log, log, oo, simplify

from ...proofs.algebra.atoms import plain
from ...proofs.algebra.derivatives import derivative
from ...proofs.algebra.signs import is_negative, is_positive
from ...proofs.algebra.size import cancelled
from ...proofs.balls import compiled
from ...proofs.bounds import Bounds
from ...proofs.derivation import Derivation, Finding, Verdict
from ...proofs.engine import derive
from ...proofs.likelihood import unfold
from ...proofs.slant import Slant, V, find_slant
from ..density import compiled as in_doubles
from .profile import Profile
from .program import program

Array = NDArray[np.float64]

_STEPS = ("slant", "slant-edges")


@dataclass(frozen=True, eq=False)
class SlantProfile:
    """What the likelihood over places and slants is made of.

    ``best`` is the best ``scale`` at a place, ``level`` is L with two derivatives, and ``shape`` is h, which rises to
    ``ceiling``, with its ``slope``. ``bends`` and ``doubles`` are that and the second derivative. ``unit`` is that of
    the slant: one, or what the scale makes of it.
    """

    place: Symbol
    scale: Symbol
    best: Expr
    slant: Symbol
    unit: Expr
    level: Profile
    shape: Callable[..., list[arb]]
    touching: Callable[..., list[arb]]
    slope: Callable[..., list[arb]]
    bends: Callable[..., list[arb]]
    doubles: tuple[Callable[[Array], Array], Callable[[Array], Array]]
    ceiling: Expr

    def unit_at(self, scale: arb) -> arb:
        """Return the unit of the slant where the scale has a value."""
        (unit,) = compiled((self.unit,), (self.scale,))(scale)
        return unit


@lru_cache(maxsize=256)
def slant_profile(derivation: Derivation, findings: tuple[Finding, ...]) -> SlantProfile | None:
    """Return the likelihood over places and slants, where steps prove that it is that; ``None`` elsewhere.

    >>> from thetahat import derive, family
    >>> skewed = derive(family("skew_normal"))
    >>> slant_profile(skewed, skewed.findings).ceiling
    log(2)
    """
    proved = [
        step.rule
        for step, found in zip(derivation.steps, findings, strict=True)
        if step.rule in _STEPS and found.evidence.verdict is Verdict.AGREE and step.parametrisation is None
    ]
    slant = find_slant(derivation.family) if tuple(proved) == _STEPS else None
    if slant is None or len(derivation.family.columns) != 1 or not is_log_concave(slant.shape):
        return None
    if slant.structure.observation != derivation.family.observation:
        return None
    level, scale, best = _level(slant)
    names = [Dummy(name, real=True) for name in ("height", "slope", "bend")]
    heights = [level, derivative(level, slant.place), derivative(level, slant.place, slant.place)]
    made = program(list(zip(names, heights, strict=True)), derivation.family.columns, (slant.place,))
    profile = Profile(slant.place, (-oo, oo), level, made, tuple(map(made.names.index, names)))
    values = (slant.shape, derivative(slant.shape, V), derivative(slant.shape, V, V))
    shape, touching, slope, bends = (compiled(some, (V,)) for some in (values[:1], values[:2], values[1:2], values[1:]))
    return SlantProfile(
        place=slant.place,
        scale=scale,
        best=best,
        slant=slant.parameter,
        unit=slant.unit,
        level=profile,
        shape=shape,
        touching=touching,
        slope=slope,
        bends=bends,
        doubles=(in_doubles(values[1], (V,)), in_doubles(values[2], (V,))),
        ceiling=slant.ceiling,
    )


def _level(slant: Slant) -> tuple[Expr, Symbol, Expr]:
    """The mean log-likelihood without slant at the best scale, the scale, and its best."""
    at_a_place = derive(slant.level.holding(slant.place))
    ((scale, best),) = at_a_place.closed
    whole = plain(unfold(at_a_place.mean_log_likelihood, at_a_place.statistics))
    root = plain(unfold(best, at_a_place.statistics))
    return cancelled(whole.subs(scale, root)), scale, root


def is_log_concave(shape: Expr) -> bool:
    """Return whether the derivative of the exponential of a function of ``V`` is proved log-concave: so is that then.

    >>> from sympy import erfc
    >>> is_log_concave(log(2 - erfc(V)))
    True
    >>> is_log_concave(log(2 - erfc(V**3)))
    False
    """
    density, everywhere = simplify(derivative(exp(shape).simplify(), V)), {V: Bounds(-oo, oo, False, False, False)}
    if not is_positive(density, everywhere):
        return False
    return bool(is_negative(simplify(derivative(expand_log(log(density), force=True), V, V)), everywhere))
