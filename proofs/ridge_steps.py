"""Records that the likelihood is highest on a ridge, and concave along it or turns once, where both are proved."""

from __future__ import annotations

from sympy import Expr, S, Symbol, Tuple, latex, oo

from .algebra.atoms import Mean, atoms_of
from .algebra.derivatives import derivative
from .algebra.size import cancelled
from .bounds import Bounds
from .count_profile import count_slope, sizes, turns_once
from .curvature import bends_down
from .derivation import Evidence, Label, Optimality, Section, Statistic
from .family import Family
from .likelihood import unfold
from .log_profile import LogProfile, is_concave_profile, log_profiles
from .ridge import Ridge, find_ridge, is_plain, stand_ins_for
from .routes import LikelihoodRoute
from .trail import Trail
from .wording import describe
from .zero import prove_zero

_HALF_LINE = Bounds(S.Zero, oo, False, False, False)


def ridge_steps(family: Family, route: LikelihoodRoute, trail: Trail) -> Optimality | None:
    """Record that the likelihood is highest on a ridge, and concave along it or turns once, where both are proved."""
    elimination = route.elimination
    if len(elimination.solved) != 1 or len(elimination.unknowns) != 1 or not is_plain(family, route):
        return None
    unknown = elimination.unknowns[0]
    ridge = find_ridge(family, elimination.solved[0], unknown, route)
    if ridge is None:
        return None
    bend = _concave_bend(ridge, unknown, family, route)
    form = None if bend is not None else _concave_form(ridge, unknown, family, route)
    size = None if bend is not None or form is not None else _count_size(ridge, unknown, family, route)
    if bend is None and form is None and size is None:
        return None
    at = _ridge_step(ridge, family, route.statistics, route.likelihood, trail)
    if bend is not None:
        _observation_step(ridge, unknown, bend, at, trail)
    elif form is not None:
        _logarithms_step(ridge, unknown, form, family, at, trail)
    elif size is not None:
        _count_step(unknown, size, family, ridge, at, trail)
        return Optimality(True, "highest at one point of each line, and with one turn along the curve of these", True)
    return Optimality(True, "highest at one point of each line, and strictly concave along the curve of these", True)


def _concave_bend(ridge: Ridge, unknown: Symbol, family: Family, route: LikelihoodRoute) -> Expr | None:
    """The second derivative of a log-density along the ridge, if none is positive and not all are zero.

    It may be zero at the smallest count, which not all observations are.
    """
    if atoms_of(ridge.root):
        return None
    bend = derivative(family.log_density.subs(ridge.solved, ridge.root), unknown, unknown)
    known, x = stand_ins_for(ridge.positive), family.observation
    down = bends_down(bend.xreplace(known), x, {**family.domain, **dict.fromkeys(known.values(), _HALF_LINE)})
    averages = [s.definition for s in route.statistics if s.symbol in known and isinstance(s.definition, Mean)]
    elsewhere = any(one.integrand.subs(x, family.bounds.lo) == 0 for one in averages)
    return bend if down or (down is False and elsewhere) else None


def _concave_form(ridge: Ridge, unknown: Symbol, family: Family, route: LikelihoodRoute) -> LogProfile | None:
    """The profile with logarithms of averages, in a form that is proved concave at each observation."""
    value = unfold(route.ends.mean_log_likelihood.subs(ridge.solved, ridge.root), route.statistics)
    forms = log_profiles(value, family.columns, family.domain)
    fit = (form for form in forms if is_concave_profile(form, unknown, family.observation, family.domain))
    found = next(fit, None)
    return None if found is None else found.depending_on(unknown)


def _count_size(ridge: Ridge, unknown: Symbol, family: Family, route: LikelihoodRoute) -> Expr | None:
    """What stands beside counts in a profile whose slope is proved to be one that turns once."""
    value = unfold(route.ends.mean_log_likelihood.subs(ridge.solved, ridge.root), route.statistics)
    slope, x = derivative(value, unknown), family.observation
    for size in sizes(slope, x) if family.bounds.discrete else ():
        same = turns_once(size, unknown, family, family.domain) and prove_zero(
            slope - count_slope(size, unknown, x), family.domain, list
        )
        if same and same.evidence is Evidence.ALGEBRA:
            return size
    return None


def _ridge_step(ridge: Ridge, family: Family, statistics: tuple[Statistic, ...], likelihood: int, trail: Trail) -> int:
    """Record the ridge."""
    s = ridge.along
    line = " and ".join(_in_words(p, speed, ridge.along) for p, speed in ridge.speeds.items())
    data = " and ".join(describe(t, family, statistics, "").meaning for t in ridge.positive)
    return trail.add(
        "ridge",
        Section.OPTIMALITY,
        f"Ridge: the line through a member {line}, for all {s} > 0. The derivative of the mean log-likelihood in "
        f"log({s}), here at {s} = 1, falls along each line, and is zero at one member of the space"
        f"{f', where {data}, as it has to be for any to be' * bool(data)}. No other on the line is as high.",
        ridge.slope,
        Label(f"d l / d log({s})", rf"\partial \ell / \partial \log {latex(s)}"),
        given=(likelihood,),
        subject=ridge.solved,
        using=(
            ("along", ridge.along),
            ("moves", Tuple(*(Tuple(p, how) for p, how in ridge.moves.items()))),
            ("stop", ridge.stop),
            ("root", ridge.root),
            ("positive", Tuple(*ridge.positive)),
        ),
    )


def _in_words(parameter: Symbol, speed: Expr, along: Symbol) -> str:
    """What a line does with a parameter."""
    rate = cancelled(speed / parameter)
    if not rate.is_Rational:
        return f"adds {'' if speed == 1 else f'{speed} '}log({along}) to `{parameter}`"
    return f"multiplies `{parameter}` by {along}{'' if rate == 1 else f' to the power of {rate}'}"


def _observation_step(ridge: Ridge, unknown: Symbol, bend: Expr, at: int, trail: Trail) -> None:
    trail.add(
        "ridge-profile",
        Section.OPTIMALITY,
        f"Concave along the ridge: with `{ridge.solved}` put in and the statistics as they are, the log-density of no "
        f"observation has a positive second derivative in `{unknown}`, and not for all of them is it zero. So every "
        "root is the one maximum. The second derivative:",
        bend,
        Label(f"d2 log p / d{unknown}2", r"\partial^2 \log p"),
        given=(at,),
        subject=unknown,
    )


def _logarithms_step(ridge: Ridge, unknown: Symbol, form: LogProfile, family: Family, at: int, trail: Trail) -> None:
    trail.add(
        "ridge-logs",
        Section.OPTIMALITY,
        f"Concave along the ridge: with `{ridge.solved}` put in, what depends on `{unknown}` is an average of concave "
        "functions minus logarithms of averages of log-convex ones, and an average of log-convex functions is "
        "log-convex (Boyd & Vandenberghe 2004, section 3.5.2); strictly in one of them. So every root is the one "
        "maximum. The profile:",
        form.value(family.columns),
        Label(f"l({unknown})", rf"\ell({latex(unknown)})"),
        given=(at,),
        subject=unknown,
        using=(("each", form.each), ("logs", Tuple(*(Tuple(c, f) for c, f in form.logs)))),
    )


def _count_step(unknown: Symbol, size: Expr, family: Family, ridge: Ridge, at: int, trail: Trail) -> None:
    trail.add(
        "ridge-counts",
        Section.OPTIMALITY,
        f"One turn along the ridge: with `{ridge.solved}` put in, the derivative in `{unknown}` is the one below. For "
        f"averages over whole numbers from zero on it has at most one zero, where it turns (Levin & Reeds 1977), and "
        f"the likelihood rises where `{size}` is small. So every root is the one maximum.",
        count_slope(size, unknown, family.observation),
        Label(f"d l / d{unknown}", rf"d \ell / d{latex(unknown)}"),
        given=(at,),
        subject=unknown,
        using=(("size", size),),
    )
