"""Proves that a likelihood is highest on a face of its space: concave in some coordinates, and rising beyond it.

Source: the conditions of Karush, Kuhn and Tucker, which suffice for a concave function on a convex set: Boyd &
Vandenberghe 2004, Convex Optimization, section 5.5.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from flint import arb
from sympy import Expr, Symbol

from ...proofs.algebra.derivatives import derivative
from ...proofs.ball_sums import Sums, row_sums
from ...proofs.balls import ball, compiled, precision
from ...proofs.derivation import Derivation
from ...proofs.engine import derive
from ...proofs.errors import ThetahatError
from ...proofs.family import Family, Parameter
from ..concave_coordinates import Maps, concave_coordinates, is_strictly_concave, lie_on_one_side
from ..distances import Distances, in_distances
from ..enclosure import precisions, table_of, total
from ..exact import in_plain_functions
from ..observations import Observations
from ..space_ends import closed_ends
from .certificate import CertificateVerdict as Verdict
from .methods import FACE
from .proved import Proved

Prove = Callable[[Derivation, Observations], Proved]
End = tuple[Parameter, Expr]


def by_face(derivation: Derivation, observations: Observations, prove: Prove) -> Proved | None:
    """Return the proof that the maximiser has a parameter on an end of its space; ``None`` where none is found.

    What the others are with that one known is asked of ``prove``. The log-likelihood lies below its tangent at that
    member in the coordinates in which it is concave; the tangent falls towards all other members, since it is level
    along the face, and falls on the side of the end on which they all are.

    >>> import numpy as np
    >>> from sympy import Interval, Reals, Symbol, log, pi
    >>> y, m = Symbol("y", real=True), Symbol("m", real=True)
    >>> mean = Parameter(m, Interval(-1, 1))
    >>> bounded = Family("bounded", y, Reals, (mean,), -((y - m) ** 2) / 2 - log(2 * pi) / 2)
    >>> found = by_face(derive(bounded), Observations(np.array([[3.0]]), None, 1), lambda *_: Proved(Verdict.UNDECIDED))
    >>> found.verdict.name, found.theta
    ('AT_BOUNDARY', {m: 1.00000000000000})
    """
    family = derivation.family
    distances = in_distances(family)
    if distances is not None:
        return _by_distances(family, distances, observations, prove)
    for item, end in ends_of(family):
        maps = next(_about(derivation, ((item, end),)), None)
        rest = None if maps is None else _with_known(family, item, end, observations, prove)
        if rest is None:
            continue
        for bits in (bits for bits in precisions() if bits >= rest.bits):
            with precision(bits):
                theta = {**rest.theta, item.symbol: ball(end)}
                held = tuple(one for one in ends_of(family) if theta[one[0].symbol].overlaps(ball(one[1])))
                slopes = slopes_beyond(family, held, [theta[symbol] for symbol in family.symbols], observations)
                if slopes is not None:
                    maps = next(_about(derivation, held), None)
                    only = is_strictly_concave(derivation.steps, derivation.findings)
                    found = rest._replace(bits=bits)
                    return None if maps is None else _proved(maps, held, theta, found, slopes, only)
    return None


def _by_distances(family: Family, distances: Distances, observations: Observations, prove: Prove) -> Proved | None:
    """The same with distances from parameters that are ends of other spaces, brought back."""
    found = by_face(derive(distances.family), observations, prove)
    if found is None:
        return None
    with precision(max(found.bits, 128)):
        point = [found.theta[symbol] for symbol in distances.family.symbols]
        back = tuple(distances.back[name] for name in family.parameter_names)
        values = compiled(back, distances.family.symbols)(*point)
    return found._replace(theta=dict(zip(family.symbols, values, strict=True)), region={})


def ends_of(family: Family) -> list[End]:
    """Return the numbers that are ends of a parameter's space and belong to it, each with the parameter.

    >>> from sympy import Interval, Symbol, log, oo
    >>> x, k = Symbol("x", positive=True), Symbol("k", positive=True)
    >>> short = Family("short", x, Interval.open(0, oo), (Parameter(k, Interval(1, oo)),), log(k) - k * x)
    >>> [(item.name, end) for item, end in ends_of(short)]
    [('k', 1)]
    """
    return [(item, end) for item in family.parameters for end in closed_ends(item) if not item.bounds.discrete]


def outward_slope(family: Family, held: End, point: Sequence[arb], observations: Observations) -> arb:
    """Return the slope of the log-likelihood in a parameter on an end of its space, towards what lies beyond it.

    >>> import numpy as np
    >>> from sympy import Interval, Symbol, log, oo
    >>> x, k = Symbol("x", positive=True), Symbol("k", positive=True)
    >>> short = Family("short", x, Interval.open(0, oo), (Parameter(k, Interval(1, oo)),), log(k) - k * x)
    >>> outward_slope(short, ends_of(short)[0], [arb(1)], Observations(np.array([[3.0]]), None, 1))
    2.00000000000000
    """
    item, end = held
    table = table_of(family, observations)
    slope = _slope(family, item.symbol)(table.rows, table.weights, *point)[0]
    return slope if end == item.bounds.hi else -slope


@lru_cache(maxsize=512)
def _slope(family: Family, symbol: Symbol) -> Sums:
    return row_sums((in_plain_functions(derivative(family.log_density, symbol)),), family.columns, family.symbols)


def _about(derivation: Derivation, held: Sequence[End]) -> Iterator[Maps]:
    """The coordinates in which the likelihood is concave and all members lie on one side of these ends."""
    family = derivation.family
    for maps in concave_coordinates(family, derivation.steps, derivation.findings):
        if all(lie_on_one_side(family, maps, item, end) for item, end in held):
            yield maps


def _with_known(family: Family, item: Parameter, end: Expr, observations: Observations, prove: Prove) -> Proved | None:
    """The others at their best with one parameter known, by the symbols of the whole family."""
    names = [one.name for one in family.parameters if one is not item]
    if not names:
        return Proved(Verdict.AT_BOUNDARY, {})
    try:
        face = derive(family.fix(**{item.name: end}))
        found = prove(face, observations)
    except ThetahatError:  # no such member, as with a share of zero, or data that none on the face can have
        return None
    # On a face of the face the likelihood may be level as well.
    known = (Verdict.UNIQUE_GLOBAL, Verdict.AT_BOUNDARY, *((Verdict.GLOBAL_SET,) if found.method == FACE else ()))
    if found.verdict not in known or face.family.parameter_names != (*names,):
        return None
    whole = {one.name: one.symbol for one in family.parameters}
    return found._replace(
        theta={whole[symbol.name]: value for symbol, value in found.theta.items()},
        region={whole[symbol.name]: value for symbol, value in found.region.items()},
    )


def slopes_beyond(
    family: Family, held: Sequence[End], point: Sequence[arb], observations: Observations
) -> list[arb] | None:
    """Return the slopes beyond the ends on which a member stands; ``None`` unless finite, and nowhere below zero."""
    if not total(family, point, table_of(family, observations), observations).is_finite():
        return None
    slopes = [outward_slope(family, one, point, observations) for one in held]
    return slopes if all(slope >= 0 for slope in slopes) else None


def _proved(
    maps: Maps, held: Sequence[End], theta: dict[Symbol, arb], rest: Proved, slopes: Sequence[arb], only: bool
) -> Proved:
    """Where the likelihood rises beyond every end, the maximum is the only one; where it is level, others may be.

    Unless it is strictly concave, and there is ``only`` one.
    """
    ends = " and ".join(f"{item.name} = {end}" for item, end in held)
    alone = only or (all(slope > 0 for slope in slopes) and rest.verdict is not Verdict.GLOBAL_SET)
    rises = all(slope > 0 for slope in slopes)
    beyond, why = (
        ("rises" if rises else "nowhere falls", "")
        if alone
        else ("nowhere falls", f"the likelihood may be level off {ends}")
    )
    argument = (
        f"concave in ({', '.join(map(str, maps))}), and highest of the members with {ends} here; beyond that the "
        f"likelihood {beyond}, and no member lies there (Karush-Kuhn-Tucker)"
    )
    verdict = Verdict.AT_BOUNDARY if alone else Verdict.GLOBAL_SET
    return Proved(verdict, theta, rest.region, FACE, argument, why, rest.bits)
