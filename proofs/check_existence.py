"""Re-proves what is said of when a maximiser exists: conditions on the data, and signs near the ends of a space."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from flint import arb
from sympy import Expr, Tuple, oo

from .algebra.atoms import LargestTie, atoms_of, plain
from .approach import signs_near
from .ball_data import evaluate
from .balls import precision
from .check_context import Context
from .derivation import Evidence, Finding, Step
from .zero import Point

_FAR = (80, 40, 12)
"""Powers of two: how far out, and one over how close to an end, signs are looked at; the first that balls decide."""
_FARTHEST = 1 << 17
"""Where another sign was seen, the power that has the last word: beyond the exponential of any observation tried, which
an average may hold beside the unknown."""
_BITS = (512, 8192)
"""Enough for most equations there; enough for what is exponentially small."""


def end_signs(step: Step, context: Context) -> Finding:
    """The equation that was reduced has the claimed signs close to the ends: seen on random data, then by series."""
    reduced = [one.value for one in context.steps if one.rule == "reduced"]
    same = context.one_of([one - step.named("equation") for one in reduced])
    if same.evidence in (Evidence.UNDECIDED, Evidence.REFUTED):
        return Finding(same.evidence, "it is not about an equation that was reduced")
    points = (*context.points(), *context.stretched(), *context.on_the_ends())
    for claim, row in zip(step.value.args, step.named("ends").args, strict=True):
        seen = [_seen(step, claim, row, point) for point in points]
        if False in seen:
            return Finding(Evidence.REFUTED, f"near {row[0]} it has the other sign on random data")
        if True not in seen:
            return Finding(Evidence.UNDECIDED, f"near {row[0]} it was not seen on random data")
    claims = zip(step.value.args, step.named("ends").args, strict=True)
    if all(_by_series(step, claim, row, context) for claim, row in claims):
        return Finding(Evidence.SIGN, "power series at the ends, and balls close to them")
    return Finding(Evidence.BALL, "seen close to the ends, on random data")


def _by_series(step: Step, claim: Expr, row: Tuple, context: Context) -> bool:
    """Whether the series at the end begin with what is claimed, for data for which no more is given."""
    end, above, given = row[0], bool(int(row[1])), set(row[2].args)
    found = signs_near(step.named("equation"), step.subject, end, above, context.family.domain) or ()
    meant = [one for one in found if {plain(gap) for gap in (*one.needed, one.kind)} - {1} <= given]
    return any(context.zero(plain(one.value) - claim).evidence is Evidence.ALGEBRA for one in meant)


def _seen(step: Step, claim: Expr, row: Tuple, point: Point) -> bool | None:
    """Whether the sign is the claimed one at the closest place that balls decide; ``None`` if none, or other data."""
    theta, sample = point
    if not all(_sign(partial(evaluate, gap, theta, sample)) > 0 for gap in row[2].args):
        return None
    claimed = _sign(partial(evaluate, claim, theta, sample))

    def seen(power: int) -> int:
        return _sign(partial(_close_to, row[0], bool(int(row[1])), power, step, point))

    found = next(filter(None, map(seen, _FAR)), 0) if claimed else 0
    if not found:
        return None
    return claimed == found or claimed == seen(_FARTHEST)


def _close_to(end: Expr, above: bool, power: int, step: Step, point: Point) -> arb:
    """The equation close to an end, or far out where there is none."""
    theta, sample = point
    if end.is_infinite:
        place = arb(2) ** power * (1 if end is oo else -1)
    else:
        place = evaluate(end, theta, sample) + arb(2) ** -power * (1 if above else -1)
    return evaluate(step.named("equation"), {**theta, step.subject: place}, sample)


def _sign(value: Callable[[], arb]) -> int:
    """The sign of a number at the first precision that shows one."""
    for bits in _BITS:
        with precision(bits):
            found = value()
        if found > 0 or found < 0:
            return 1 if found > 0 else -1
    return 0


def exists(step: Step, context: Context) -> Finding:
    """A condition that random data in general position meet; that it suffices rests on the rule it names."""
    weak = bool(int(step.named("weak")))
    decided = False
    for theta, sample in context.many_points():
        with precision(256):
            value = evaluate(step.value, theta, sample)
        if value.is_finite() and (value > 0 or (weak and value >= 0)):
            tie = any(isinstance(atom, LargestTie) for atom in atoms_of(step.value))
            return Finding(Evidence.LEMMA, "tails of the kernel" if tie else "estimate inside the parameter space")
        decided = decided or bool(value.is_finite() and value < 0)
    if decided:
        return Finding(Evidence.REFUTED, "no dataset drawn from a member meets the condition")
    return Finding(Evidence.UNDECIDED, "the condition could not be evaluated on random data")
