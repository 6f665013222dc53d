"""Whether some dataset puts a value into a set: one that is tried, or one between two that put it on either side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sympy import Rational, S

from .ball_data import Values
from .family import Family
from .zero import Point

Side = Callable[[Values, Sequence[Values], Sequence[Rational] | None], int | None]
"""0 where a dataset, with weights if there are any, puts the value into the set, -1 below, 1 above; ``None`` where the
value is no number."""
_HALVINGS = 24


def is_reached(side: Side, points: Iterable[Point], family: Family) -> bool:
    """Return whether some dataset of a member puts a value into a set.

    A narrow set lies between the values on most data. What is continuous in the data passes it on the way from one that
    puts it below to another that puts it above.

    >>> from thetahat import family
    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> from thetahat.proofs.ball_data import evaluate
    >>> from thetahat.proofs.check_data import far_off
    >>> poisson = family("poisson")
    >>> x = poisson.observation
    >>> def side(theta, sample, weights):
    ...     mean = evaluate(Mean(x, x), theta, sample, weights)
    ...     return -1 if mean < 20 else 1 if mean > 20.5 else 0
    >>> is_reached(side, far_off(poisson), poisson)
    True
    """
    known: dict[tuple[object, ...], dict[int, Sequence[Values]]] = {}
    for theta, sample in points:
        where = side(theta, sample, None)
        if where == 0:
            return True
        if where is None:
            continue
        beside = known.setdefault(tuple(theta.values()), {})
        if where not in beside:
            beside[where] = sample
            if len(beside) == 2 and _is_passed(side, theta, beside[-1], beside[1], family):
                return True
    return False


def _is_passed(side: Side, theta: Values, below: Sequence[Values], above: Sequence[Values], family: Family) -> bool:
    """Whether halving the way from one dataset to another meets the set."""
    whole = family.discrete or any(one.bounds.discrete for one in family.also)
    low, high = S.Zero, S.One
    for _ in range(_HALVINGS):
        share = (low + high) / 2
        where = side(theta, *(_mixed if whole else _moved)(below, above, share))
        if where == 0:
            return True
        if where is None:
            return False
        low, high = (share, high) if where < 0 else (low, share)
    return False


def _mixed(
    below: Sequence[Values], above: Sequence[Values], share: Rational
) -> tuple[Sequence[Values], list[Rational]]:
    """Both datasets, a share of all weight on the second."""
    weights = [(1 - share) / len(below)] * len(below) + [share / len(above)] * len(above)
    return [*below, *above], weights


def _moved(below: Sequence[Values], above: Sequence[Values], share: Rational) -> tuple[Sequence[Values], None]:
    """Each observation on the straight way from its place in the first dataset to that in the second."""
    pairs = zip(below, above, strict=True)
    return [{s: one[s] + share * (other[s] - one[s]) for s in one} for one, other in pairs], None
