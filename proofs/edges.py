"""When a maximiser exists by the shape of a density: how it falls far out, or where its statistics have faces."""

from __future__ import annotations

from dataclasses import replace

from sympy import Dummy, Eq, Expr, log, oo

from .algebra.atoms import Indicator, LargestTie, Mean, Quantile
from .algebra.regions import is_bounded_inside
from .algebra.signs import is_positive, strict_sign
from .algebra.tidying import tidy
from .conditions import Condition
from .existence import Existence
from .exponential import ExponentialForm
from .family import Family
from .location import LocationScale, Z
from .reach import reaching
from .sameness import all_equal
from .tails import tail_exponent
from .wording import describe


def by_tails(family: Family, structure: LocationScale) -> Existence | None:
    """Return the existence condition of a family of locations, of scales, or of both, with a kernel that is bounded.

    The likelihood falls to zero towards every edge of the parameter space exactly when no single value carries the
    share ``1 - 1/a`` of the data, where the density of the kernel falls like ``|z|**(-a)``: with ``location`` at
    that value and ``scale -> 0`` the mean log-likelihood behaves like ``((a - 1)(1 - share) - share) log scale``. With
    a known location only the share at it counts; with a known scale there is no such edge. Where the share is just
    that, the likelihood tends to a positive limit, which it may or may not exceed elsewhere: for two observations of a
    Cauchy distribution it is level along a half-circle (Copas 1975, Biometrika 62).
    """
    found = _by_tails(family, structure)
    if found is None or not family.bounds.lo_closed or not structure.observation.has(log):
        return found
    # Of an observation of zero, which the support holds, there is no logarithm: nothing is said of such data.
    beyond = describe(Quantile(0, family.observation), family, (), found.rule)
    return replace(found, conditions=(*found.conditions, beyond), needed=False)


def _by_tails(family: Family, structure: LocationScale) -> Existence | None:
    """The same of the line on which the kernel lies."""
    exponent = tail_exponent(structure.kernel, structure.lo)
    bounded = is_bounded_inside(structure.kernel, Z, structure.lo)
    if exponent is None or not bounded or family.beside or len(family.parameters) > 2:
        return None
    rule = "the likelihood vanishes at every edge of the parameter space (tails of the location-scale kernel)"
    if exponent is not oo and not is_positive(exponent - 1, family.domain):
        return None
    estimated = set(family.symbols)
    moves, scales = (bool(e.free_symbols & estimated) for e in (structure.location, structure.scale))
    if not _runs_over_all(family, structure, moves, scales):
        return None
    if not scales or (structure.lo == 0 and not family.bounds.lo_closed):
        return Existence((), True, rule)
    x = family.observation
    if moves and len(family.parameters) == 1:
        return None
    if exponent is oo and moves:
        return Existence((all_equal(family, x, rule),), True, rule)
    share = 1 - 1 / exponent
    if moves:
        tied = f"no single value carries a share of {share} or more of the data"
        return Existence((Condition(share - LargestTie(x), tied, rule, open_at_zero=True),), True, rule)
    if structure.observation != x:
        return None
    at = Mean(Indicator(Eq(x, structure.location)), x)
    if exponent is oo:
        return Existence((Condition(1 - at, f"not all observations are {structure.location}", rule),), True, rule)
    tied = f"less than a share of {share} of the data is {structure.location}"
    return Existence((Condition(share - at, tied, rule, open_at_zero=True),), True, rule)


def _runs_over_all(family: Family, structure: LocationScale, moves: bool, scales: bool) -> bool:
    """Whether every location and every scale is that of a member: the edges of the space are where these are infinite.

    At an end of a smaller space the likelihood need not vanish.
    """
    wanted = [(structure.location, Dummy("l", real=True))] if moves else []
    wanted += [(structure.scale, Dummy("c", positive=True))] if scales else []
    return reaching(family, wanted) is not None


def by_bounded_support(family: Family, form: ExponentialForm | None) -> Existence | None:
    """Return the existence condition of an exponential family with one statistic on a bounded support.

    Where the statistic and the base measure are continuous up to the ends, the normaliser is finite for every natural
    parameter. If all of these are those of members, the family is regular and full, and a maximiser exists exactly when
    the mean statistic is interior to the convex hull of its range (Barndorff-Nielsen 1978, theorem 9.13): unless all
    data lie on one end.

    >>> from thetahat import family
    >>> by_bounded_support(family("exponential"), None) is None
    True
    """
    ends, x = family.bounds, family.observation
    if form is None or len(form.statistics) != 1 or len(family.parameters) != 1 or family.beside or ends.free_symbols:
        return None
    statistic, natural = form.statistics[0], form.eta[0]
    way = strict_sign(statistic.diff(x), family.domain)
    continuous = ends.discrete or all(one.is_polynomial(x) for one in (statistic, form.log_base_measure))
    if not (ends.lo.is_finite and ends.hi.is_finite and form.minimal and way and continuous):
        return None
    if reaching(family, [(natural, Dummy("eta", real=True))]) is None:
        return None
    rule = "the mean statistic is interior to its convex support, which is bounded (Barndorff-Nielsen 1978)"
    mean = Mean(statistic, x)
    gaps = ((mean - statistic.subs(x, ends.lo), ends.lo_closed), (statistic.subs(x, ends.hi) - mean, ends.hi_closed))
    return Existence(tuple(describe(way * gap, family, (), rule) for gap, closed in gaps if closed), True, rule)


def by_faces(family: Family, statistics: tuple[Expr, ...]) -> Existence | None:
    """Return the existence condition of a full regular family with two statistics on an open interval.

    The maximiser exists exactly when the mean statistic is interior to the convex hull of the statistic's range
    (Barndorff-Nielsen 1978, theorem 9.13). The range is a curve; where one coordinate is a strictly convex function
    of the other, its faces are single points, so that only data that are all equal lie on one.
    """
    ends = family.bounds
    if len(statistics) != 2 or ends.discrete or family.beside or (ends.lo_closed and ends.hi_closed):
        return None
    x = family.observation
    first, second = (t.diff(x) for t in statistics)
    domain = family.domain
    if not strict_sign(first, domain) or not strict_sign(tidy((second / first).diff(x), domain), domain):
        return None
    rule = (
        "the mean statistic is interior to its convex support, whose faces are single points (Barndorff-Nielsen 1978)"
    )
    return Existence((all_equal(family, x, rule),), True, rule)
