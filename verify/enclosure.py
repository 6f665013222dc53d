"""Decides what the log-likelihood of a dataset is without doubt: enclosed in a ball, doubles taken as exact."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache, lru_cache
from itertools import count, takewhile
from typing import Any

from flint import arb, fmpq
from numpy.typing import ArrayLike
from sympy import Eq, Expr, Mul, Piecewise, log, oo, sign

from ..proofs.ball_data import Table
from ..proofs.ball_sums import Sums, row_sums
from ..proofs.balls import ball, compiled, precision
from ..proofs.bounds import Bounds
from ..proofs.errors import ParameterError, SupportError
from ..proofs.family import Family
from .ends import in_order, require_theta
from .observations import Observations
from .row_support import moved_bounds, outside_rows
from .tolerance import AGREEMENT_NATS, FIRST_BITS, MOST_BITS, RELATIVE_RADIUS
from .valid_data import require_numbers


def log_likelihood_ball(
    family: Family, theta: Any, x: ArrayLike | Observations, weights: ArrayLike | None = None, bits: int = FIRST_BITS
) -> arb:
    """Return an enclosure of the log-likelihood, summed over observations; doubles are taken as exact.

    Parameters
    ----------
    theta
        As for ``log_likelihood``; values may also be exact rationals or balls.
    bits
        Working precision.

    Returns
    -------
    A ball. Exactly minus infinity when an observation lies outside the support of this member; ``nan`` when the
    precision, or the width of ``theta``, leaves that or a function's value open.

    Raises
    ------
    ParameterError, DataError
        As for ``log_likelihood``; a ball that only reaches outside the parameter space is accepted.

    Examples
    --------
    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> log_likelihood_ball(EXPONENTIAL, [1.0], [1.0, 2.0]) == -3
    True
    """
    observations = require_numbers(family, x, weights)
    with precision(bits):
        return total(family, _balls(family, theta), table_of(family, observations), observations)


def sharp_log_likelihood(
    family: Family, theta: Any, x: ArrayLike | Observations, weights: ArrayLike | None = None
) -> arb:
    """Return an enclosure in which the log-likelihood shows: precision is raised until its radius does not.

    Where terms cancel, the middle of the first ball may be off by whole nats. Arguments as for ``log_likelihood_ball``.

    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> sharp_log_likelihood(EXPONENTIAL, [1.0], [1.0, 2.0]) == -3
    True
    """
    found = arb("nan")
    for bits in precisions():
        found = log_likelihood_ball(family, theta, x, weights, bits)
        if found.is_finite() and found.rad() < AGREEMENT_NATS:
            return found
    return found


def nats_lost(
    family: Family, theta: Any, rival: Any, x: ArrayLike | Observations, weights: ArrayLike | None = None
) -> arb:
    """Return an enclosure of how much higher the log-likelihood of ``rival`` is than that of ``theta``.

    Precision is raised until the radius is below 1e-30 of the difference, or no longer falls, or 1200 bits are
    reached: a ball that still contains zero then leaves open which is better. Arguments as for
    ``log_likelihood_ball``.

    Returns
    -------
    A ball, in nats; positive when ``rival`` is better. Infinite when the data lie outside the support of one.

    Raises
    ------
    SupportError
        When the data lie outside the support of both, so that there is no difference.
    ParameterError, DataError
        As for ``log_likelihood``.

    Examples
    --------
    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> lost = nats_lost(EXPONENTIAL, [1.0 + 1e-12], [1.0], [1.0, 1.0])
    >>> bool(9e-25 < lost < 1.1e-24)
    True
    """
    return height_above(family, rival, theta, require_numbers(family, x, weights))


def height_above(
    family: Family,
    rival: Any,
    theta: Any,
    observations: Observations,
    rival_holds: bool = False,
    enough: float = -math.inf,
    heights: dict[int, arb] | None = None,
) -> arb:
    """Return what ``nats_lost`` does, on data that were checked before.

    ``rival_holds`` says that the support is known to hold the data at the number that balls of ``rival`` enclose. A
    ball that is certainly below ``enough`` is as narrow as it has to be. ``heights`` keeps those of ``theta`` at each
    precision, for another rival.

    >>> import numpy as np
    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> height_above(EXPONENTIAL, [2], [1], Observations(np.array([[2.0]]), None, 1)) < math.log(2) - 1.999
    True
    """
    table = table_of(family, observations)
    lost, radius = arb("nan"), None
    for bits in precisions():
        with precision(bits):
            ours, theirs = _balls(family, theta), _balls(family, rival)
            if all(a == b for a, b in zip(ours, theirs, strict=True)):
                return arb(0)
            here = total(family, ours, table, observations) if heights is None or bits not in heights else heights[bits]
            if heights is not None:
                heights[bits] = here
            there = total(family, theirs, table, observations, inside=True if rival_holds else None)
            if here == there == arb("-inf"):
                raise SupportError(
                    f"{family.name}: the data lie outside the support both at {theta} and at {rival}, "
                    "so neither has a likelihood to lose"
                )
            lost = there - here
            if (
                (lost.mid().is_finite() and lost.rad() <= RELATIVE_RADIUS * abs(lost.mid()))
                or lost == arb("inf")
                or lost == arb("-inf")
                or lost < enough
            ):
                return lost
            if radius is not None and lost.rad() > radius / 2:
                return lost
            radius = lost.rad() if lost.is_finite() else None
    return lost


@cache
def precisions() -> tuple[int, ...]:
    """The working precisions to try, each twice the one before.

    >>> precisions()
    (128, 256, 512, 1024, 1200)
    """
    doubled = takewhile(lambda bits: bits < MOST_BITS, (FIRST_BITS << times for times in count()))
    return (*doubled, MOST_BITS)


def _balls(family: Family, theta: Any) -> list[arb]:
    """``theta`` as balls, not certainly outside the parameter space."""
    values = in_order(family, theta)
    if not isinstance(values, Iterable) or not any(isinstance(value, (arb, fmpq)) for value in values):
        return [ball(value) for value in require_theta(family, values)]
    point = [ball(value) for value in values]
    if len(point) != len(family.parameters):
        raise ParameterError(
            f"{family.name}: theta has {len(point)} values; it needs {', '.join(family.parameter_names)}"
        )
    for item, value in zip(family.parameters, point, strict=True):
        lo, hi = compiled((item.bounds.lo, item.bounds.hi), family.symbols)(*point)
        if (
            value < lo
            or value > hi
            or (value == lo and not item.bounds.lo_closed)
            or (value == hi and not item.bounds.hi_closed)
        ):
            raise ParameterError(f"{family.name}: {item.name} = {value} lies outside its space {item.space}")
    return point


def table_of(family: Family, observations: Observations) -> Table:
    """Return the distinct rows, each with the exact sum of its weights.

    >>> import numpy as np
    >>> from thetahat.proofs.families.positive.exponential import EXPONENTIAL
    >>> table_of(EXPONENTIAL, Observations(np.array([[2.0], [2.0]]), np.array([0.5, 0.25]), 2)).weights
    [0.750000000000000]
    """
    return Table(family.columns, *observations.balls)


def total(
    family: Family, point: Sequence[arb], table: Table, observations: Observations, inside: bool | None = None
) -> arb:
    """Return the log-likelihood at the working precision, from the rows of ``table_of``.

    ``inside`` says that the support is known to hold the data at the number that ``point`` encloses.
    """
    if inside is None:
        inside = holds(family, point, observations)
    if inside is None:
        return arb("nan")
    if not inside:
        return arb("-inf")
    for guarded in (False, True):
        value = _ball_density(family, guarded)(table.rows, table.weights, *point)[0]
        if value.is_finite():
            break
    return value


def holds(family: Family, point: Sequence[arb], observations: Observations) -> bool | None:
    """Return whether the support of a member holds the data; ``None`` where the width of ``point`` leaves it open.

    >>> import numpy as np
    >>> from thetahat.proofs.families.bounded.uniform import UNIFORM
    >>> holds(UNIFORM, [arb(0), arb(1)], Observations(np.array([[0.5], [2.0]]), None, 2))
    False
    """
    ends, function = _moved(family)
    sample = observations.sample
    if (ends.discrete and not sample.whole) or outside_rows(family, sample).size:
        return False
    (lo, hi), (least, most) = function(*point), sample.ends[0]
    parts = (_ordered(lo, arb(least), ends.lo_closed), _ordered(arb(most), hi, ends.hi_closed))
    return False if False in parts else None if None in parts else True


@lru_cache(maxsize=512)
def _moved(family: Family) -> tuple[Bounds, Callable[..., list[arb]]]:
    """The ends of the support, and how they are enclosed at a point."""
    ends = moved_bounds(family)
    return ends, compiled((ends.lo, ends.hi), family.symbols)


def _ordered(below: arb, above: arb, equal_counts: bool) -> bool | None:
    if below < above or (below == above and equal_counts):
        return True
    return False if below > above or below == above else None


@lru_cache(maxsize=1024)
def _ball_density(family: Family, guarded: bool) -> Sums:
    expression = guarded_logs(family.log_density) if guarded else family.log_density
    return row_sums((expression,), family.columns, family.symbols)


def guarded_logs(expression: Expr) -> Expr:
    """The same with 0 log 0 = 0 and log 0 = -oo spelled out, which ball arithmetic leaves open."""

    def product(term: Expr) -> Expr:
        logs = [factor for factor in term.args if isinstance(factor, log)]
        if len(logs) != 1:
            return term
        coefficient, argument = Mul(*(factor for factor in term.args if factor is not logs[0])), logs[0].args[0]
        at_zero = (-oo * sign(coefficient), Eq(argument, 0))
        return Piecewise((0, Eq(coefficient, 0)), at_zero, (term, True), evaluate=False)

    def walk(node: Expr) -> Expr:
        if isinstance(node, Mul) and node.has(log):
            return product(node)
        if isinstance(node, log):
            return Piecewise((-oo, Eq(node.args[0], 0)), (node, True), evaluate=False)
        return node.func(*map(walk, node.args)) if isinstance(node, Expr) and node.args else node

    return walk(expression)
