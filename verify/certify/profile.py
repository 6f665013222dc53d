"""The likelihood along its highest points, as a function of one unknown, and whether it is higher nowhere else.

Source: branch and bound with the mean-value form, Hansen & Walster 2004, Global Optimization Using Interval Analysis,
chapters 9 and 12.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from flint import arb
from sympy import Dummy, Expr, Symbol, oo

from ...proofs.algebra.atoms import plain
from ...proofs.algebra.derivatives import derivative
from ...proofs.algebra.size import cancelled
from ...proofs.ball_data import Table
from ...proofs.balls import ball
from ...proofs.curvature import has_corners
from ...proofs.derivation import Derivation, Finding, Verdict
from ...proofs.smooth_lines import has_open_space
from .far_bounds import bound_beside
from .joined import factored_means, joined
from .parts import Part, all_settled, ball_in_which
from .program import Program, kernel_of, program

MOST_PARTS, MOST_CHECKED = 2000, 20_000
"""How many parts a proof may look at, and how many a check: the proof has to end soon, or to give up."""
MOST_ROWS, MOST_TERMS = 2000, 300_000
"""Different rows up to which the highest is proved so, and how many functions of one row a proof may take."""
_NEARER = 60
"""How often the part around a maximum is halved, in which the likelihood has to be concave."""
_NEAREST, _FARTHEST = 4, 4096
"""Binary digits by which the first and the farthest cut that are tried lie off the maximum."""
_HOPELESS = 64
"""Binary digits at which an expansion without a bound is taken to have none, nearer or farther."""


@dataclass(frozen=True, eq=False)
class Profile:
    """The mean log-likelihood with all parameters but one at their best, between two ends, and how it is computed."""

    unknown: Symbol
    ends: tuple[Expr, Expr]
    height: Expr
    program: Program
    places: tuple[int, ...]

    def at(self, place: arb, table: Table) -> list[arb]:
        """Return the height and its first three derivatives at a place, or what encloses them over a part."""
        found = self.program.listed(table, [place])
        return [found[one] for one in self.places]


@lru_cache(maxsize=512)
def profile_of(derivation: Derivation, findings: tuple[Finding, ...]) -> Profile | None:
    """Return the profile of a likelihood of one parameter, or of two where steps prove what it is; else ``None``.

    >>> from thetahat import derive, family
    >>> lomax = derive(family("lomax"))
    >>> profile_of(lomax, lomax.findings).height
    -Mean(log(lambda + x), x) + log(1/Mean(log(1 + x/lambda), x)) - 1
    """
    family = derivation.family
    smooth = has_open_space(family) and not family.bounds.free_symbols & set(family.symbols) and not has_corners(family)
    if not smooth or family.constants or any(symbol.is_integer for symbol in family.symbols):
        return None
    if len(family.symbols) == 1:
        return _compiled(derivation, family.symbols[0], None, None)
    proved = {
        step.rule: step
        for step, found in zip(derivation.steps, findings, strict=True)
        if found.evidence.verdict is Verdict.AGREE
    }
    turn, edges = proved.get("line-turn"), proved.get("profile-edges")
    if turn is None or edges is None or {turn.subject, edges.subject} != set(family.symbols):
        return None
    assert isinstance(turn.subject, Symbol)
    assert isinstance(edges.subject, Symbol)
    return _compiled(derivation, edges.subject, turn.subject, edges.named("first"))


def _compiled(derivation: Derivation, unknown: Symbol, first: Symbol | None, root: Expr | None) -> Profile:
    height, columns = plain(kernel_of(derivation)), derivation.family.columns
    if first is not None:
        height = cancelled(height.subs(first, root))
    height = joined(height)
    names = [Dummy(name, real=True) for name in ("height", "slope", "bend", "turn")]
    values = [height]
    for _ in names[1:]:
        values.append(factored_means(derivative(values[-1], unknown)))
    bounds, made = (
        derivation.family.domain[unknown],
        program(list(zip(names, values, strict=True)), columns, (unknown,)),
    )
    return Profile(unknown, (bounds.lo, bounds.hi), height, made, tuple(map(made.names.index, names)))


def is_highest(profile: Profile, place: arb, table: Table, most: int = MOST_CHECKED) -> bool:
    """Return whether every place but the stationary one in the ball ``place`` has a lower likelihood, for certain.

    Around ``place`` the profile is concave; towards each end it stays below; every other part has no stationary point,
    or its values stay below that at ``place``. ``most`` is the number of parts that are looked at.
    """
    table = weighted(table)
    top = profile.at(place.mid(), table)[0]
    around = concave_around(profile, place, table)
    cuts = [_cut(profile, end, place.mid(), top, table) for end in profile.ends]
    if not top.is_finite() or around is None or cuts[0] is None or cuts[1] is None:
        return False
    return stay_below(profile, [(cuts[0], around.lower()), (around.upper(), cuts[1])], top, table, most)


def weighted(table: Table) -> Table:
    """Return a table with weights: each row's logarithm is taken then; that of a product of wide balls knows little."""
    return Table(table.columns, table.rows, table.weights or [arb(1)] * len(table.rows))


def stay_below(profile: Profile, parts: Sequence[Part], top: arb, table: Table, most: int) -> bool:
    """Return whether no place in some parts is a maximum that is as high as ``top``, for certain."""
    return all_settled(
        parts,
        lambda low, high: _stays_below(profile, low, high, top, table),
        lambda low, high: _between(profile.ends, low, high),
        most,
    )


def _stays_below(profile: Profile, low: arb, high: arb, top: arb, table: Table) -> bool:
    """Whether a part has no stationary point, or stays below the maximum."""
    part = low.union(high)
    height, slope, _, turn = profile.at(part, table)
    if slope > 0 or slope < 0 or height < top:
        return True
    steady, off = profile.at(part.mid(), table), part - part.mid()
    square = arb(0).union(off.upper() ** 2)
    centred = steady[1] + steady[2] * off + turn / 2 * square
    if centred > 0 or centred < 0:
        return True
    rise = steady[1] * off + steady[2] / 2 * square + turn / 6 * square * off
    return any(steady[0] + one < top for one in (rise, slope * off, centred * off))


def concave_around(profile: Profile, place: arb, table: Table) -> arb | None:
    """Return a ball around a place in which the profile is concave; ``None`` where none is found.

    >>> from thetahat import certify, derive, family
    >>> lomax, x = derive(family("lomax")), [0.25, 0.5, 1.0, 8.0]
    >>> place = certify(lomax.family, x).theta["lambda"].ball
    >>> table = Table(lomax.family.columns, [(arb(value),) for value in x], [arb(1)] * 4)
    >>> concave_around(profile_of(lomax, lomax.findings), place, table).contains(place)
    True
    """

    def is_concave(around: arb) -> bool:
        turn, steady = profile.at(around, table)[3], profile.at(around.mid(), table)[2]
        return bool(steady + turn * (around - around.mid()) < 0)

    return ball_in_which(is_concave, place, least_distance(profile.ends, place.mid()) / 2, _NEARER)


def least_distance(ends: tuple[Expr, Expr], place: arb) -> arb:
    """How far the nearer end is, or how large the place is without ends."""
    gaps = [abs(place - ball(end)) for end in ends if end.is_finite]
    if not gaps:
        return 1 + abs(place)
    return gaps[0] if len(gaps) == 1 or gaps[0] < gaps[1] else gaps[1]


def _cut(profile: Profile, end: Expr, place: arb, top: arb, table: Table) -> arb | None:
    """A place beyond which, up to an end, the profile stays below the maximum."""
    digits = _NEAREST
    while digits <= _FARTHEST:
        cut = beside(profile.ends, end, place, digits)
        most = bound_beside(profile.height, profile.unknown, end, cut, table)
        if most < top:
            return cut
        if digits >= _HOPELESS and not most.is_finite():
            break
        # Parts cost less than expansions, so that a cut farther out is no loss.
        digits *= 2
    return None


def beside(ends: tuple[Expr, Expr], end: Expr, place: arb, digits: int) -> arb:
    """A place between a maximum and an end, so many binary digits nearer to it or farther out."""
    if end.is_finite:
        return (ball(end) + (place - ball(end)) * arb(2) ** -digits).mid()
    return (place + (1 if end is oo else -1) * least_distance(ends, place) * arb(2) ** digits).mid()


def _between(ends: tuple[Expr, Expr], low: arb, high: arb) -> arb:
    """Where a part is cut: in the middle of its logarithms, as seen from an end, where its own ends are far apart."""
    for end in ends:
        if end.is_finite:
            near, far = low - ball(end), high - ball(end)
            if (abs(far) > 4 * abs(near)) or (abs(near) > 4 * abs(far)):
                way = 1 if far > 0 else -1
                return (ball(end) + way * (near * far).sqrt()).mid()
    if 0 < 4 * low < high:
        return (low * high).sqrt().mid()
    if low < 4 * high < 0:
        return -(low * high).sqrt().mid()
    return ((low + high) / 2).mid()
