"""Finds the root of an equation that is a maximum of the likelihood, and of several the highest that is found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress

import numpy as np

from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from .line import Line
from .near_data import on_a_grid
from .rivals import is_valley, roots_beside_probes
from .solving import Scalar, Solver, bracketing, in_order, sign_changes

_MOST_ROOTS = 4


def highest_root(
    function: Scalar,
    derivation: Derivation,
    height: Scalar,
    line: Line,
    others: Sequence[float],
    sizes: Sequence[float],
    solve: Solver | None = None,
) -> float | None:
    """Return the root of ``function``; of several the one with the highest likelihood; ``None`` without any.

    ``height`` is the likelihood at a root. Where nothing proves that there is one, roots are looked for beside
    ``others``, too; ``sizes`` are coordinates that are tried last for changes of sign. ``solve`` finds the root between
    two ends; by bracketing ``function`` where it is omitted.

    >>> from thetahat import derive, family
    >>> gumbel = derive(family("gumbel"))
    >>> highest_root(lambda u: 2.0 - u, gumbel, lambda u: -((u - 2.0) ** 2), Line(0.0, math.inf), [], [])
    2.0
    """
    alone = derivation.optimality.proved and derivation.existence_proved
    roots: list[float] = []
    outside: list[float] = []
    solve = solve or bracketing(function)
    for low, high in sign_changes(function, line, sizes):
        with suppress(UnsolvedError):  # between far ends the equation may overflow, and has no root to offer
            root = solve(low, high)
            # A root that puts another parameter out of its space is no estimate where there is another.
            (roots if height(root) > -math.inf else outside).append(root)
        # Far from the root rounding alone may change the sign; a few candidates are enough for the likelihood to judge.
        # So may a root on an end of the space of another parameter, where no maximiser is proved to exist.
        if roots and (alone or len(roots) == _MOST_ROOTS):
            break
    if not roots and outside:
        roots = roots_beside_probes(function, height, on_a_grid(1.0, line), [], solve) or outside
    if not derivation.optimality.proved:
        roots = [root for root in roots if not is_valley(root, height)]
        roots += roots_beside_probes(function, height, others, roots, solve)
    if len(roots) < 2:
        return roots[0] if roots else None
    ranked = sorted(roots, key=height)
    return ranked[int(np.argmax(in_order(height, ranked)))]
