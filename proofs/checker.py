"""Re-proves every step of a derivation from the declaration; imports no deriver and shares only algebra and balls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from math import lcm
from typing import Any

from flint import arb
from sympy import (
    Add,
    Dummy,
    Expr,
    Matrix,
    Max,
    Min,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    Tuple,
    exp,
    log,
    oo,
    together,
)

from . import check_existence, check_integer, check_means, check_ridge, check_transport
from .algebra.atoms import Mean, Quantile, atoms_of, plain, stand_ins
from .algebra.derivatives import derivative
from .algebra.inside import slope_inside
from .algebra.invertible import is_invertible
from .algebra.logs import normal_form, split_logs
from .algebra.regions import is_bounded_inside, is_concave, is_strictly_concave
from .algebra.signs import Domain, is_negative, is_nonzero, is_positive, strict_sign
from .algebra.size import cancelled, factored
from .ball_data import Values, evaluate, is_zero_at
from .balls import precision
from .bounds import Bounds
from .check_combined import combined
from .check_roots import branch, chained, leaves_space, root
from .curvature import coordinate_domain, has_corners, is_definite, is_semidefinite, minus_second
from .data_point import DataPoint, peaks_at_data
from .derivation import Evidence, Finding, Step, Verdict, weakest
from .expectations import is_normalised
from .exponential import rank_bound
from .family import Family
from .location import is_regular
from .points import is_continuous_at_zero
from .probes import at, data_points, parameter_points
from .zero import Point, prove_zero

_POINTS = 3
_SAMPLE = 6


@dataclass(frozen=True)
class Context:
    """What a rule may use: the declaration, the steps before, and how to prove or refute an identity."""

    family: Family
    steps: tuple[Step, ...]

    @property
    def table(self) -> tuple[tuple[Symbol, Expr], ...]:
        """Every statistic symbol with its definition, in the order in which the steps introduce them."""
        rows: dict[Symbol, Expr] = {}
        for step in self.steps:
            for key, value in step.using:
                if key == "statistics":
                    rows |= {row[0]: row[1] for row in value.args if isinstance(row, Tuple)}
        return tuple(rows.items())

    @property
    def domain(self) -> Domain:
        """The bounds of constants and parameters."""
        return {s: b for s, b in self.family.domain.items() if s != self.family.observation}

    def unfolded(self, expression: Expr) -> Expr:
        """Return ``expression`` in data atoms: no statistic symbol is left."""
        for symbol, definition in reversed(self.table):
            expression = expression.subs(symbol, definition)
        return plain(expression)

    def zero(self, expression: Expr) -> Finding:
        """Return by what ``expression`` is proved to vanish: as it stands, else with its statistics unfolded."""
        first = prove_zero(expression, self.domain, list)
        if first.evidence is Evidence.ALGEBRA:
            return first
        return prove_zero(self.unfolded(expression), self.domain, self.points)

    def one_of(self, candidates: Iterable[Expr]) -> Finding:
        """Return the best evidence that one of ``candidates`` vanishes; algebra is tried before balls support any.

        Algebra may take long over an expression that is not zero: what balls refute is left out first.
        """
        every = list(candidates)
        if any(candidate.expand() == 0 for candidate in every):
            return Finding(Evidence.ALGEBRA)
        left = [candidate for candidate in every if not self._refuted(candidate)]
        if every and not left:
            return Finding(Evidence.REFUTED, "balls exclude that any of them is zero")
        if any(prove_zero(candidate, self.domain, list).evidence is Evidence.ALGEBRA for candidate in left):
            return Finding(Evidence.ALGEBRA)
        found = [self.zero(candidate) for candidate in left]
        order = [Evidence.ALGEBRA, Evidence.BALL, Evidence.UNDECIDED, Evidence.REFUTED]
        return min(found, key=lambda finding: order.index(finding.evidence), default=Finding(Evidence.UNDECIDED))

    def _refuted(self, expression: Expr) -> bool:
        """Whether a ball excludes zero at a random member with random data."""
        whole = self.unfolded(expression)
        return any(is_zero_at(whole, values, sample) is False for values, sample in self.points())

    def points(self) -> Sequence[Point]:
        """Random members with random data, in exact rationals."""
        return _points(self.family)

    def stretched(self) -> Sequence[Point]:
        """The same members with data ever nearer to a finite end of the support, or ever further from it."""
        if self.family.discrete:
            return ()
        return [
            (theta, _pulled(self.family, sample, end, rate))
            for theta, sample in self.points()
            for ends in [at(self.family.bounds, {**theta, **sample[0]})]
            for end, rates in ((ends.lo, (_NEARER, *([_FURTHER] * (ends.hi is oo)))), (ends.hi, (_NEARER,)))
            if end.is_Rational
            for rate in rates
        ]

    def many_points(self) -> Iterator[Point]:
        """The same members with data of many sizes, and of both signs where the whole line supports them."""
        yield from self.points()
        yield from self.stretched()
        x, ends = self.family.observation, self.family.bounds
        if self.family.discrete or ends.hi is not oo or ends.lo not in (S.Zero, -oo):
            return
        for factor in _SIZES if ends.lo is S.Zero else (*_SIZES, *(-size for size in _SIZES), S.NegativeOne):
            yield from ((theta, [{**row, x: factor * row[x]} for row in sample]) for theta, sample in self.points())

    def given(self, step: Step, position: int = 0) -> Step:
        """Return the step that ``step`` rests on."""
        return self.steps[step.given[position]]


_NEARER, _FURTHER = Rational(1, 4), Rational(4)
_SIZES = tuple(Rational(2) ** power for power in (-1, 1, -2, 2, -3, 3, -4, 4))


def _pulled(family: Family, sample: Sequence[Values], end: Expr, rate: Rational) -> list[Values]:
    """Each observation nearer to the end, or further from it, by one factor more than the one before."""
    x = family.observation
    return [{**row, x: end + (row[x] - end) * rate**place} for place, row in enumerate(sample, 1)]


@lru_cache(maxsize=64)
def _points(family: Family) -> list[Point]:
    found: list[Point] = []
    for seed in range(11, 11 + _POINTS):
        theta = parameter_points(family, 1, seed)[0]
        found.append((theta, data_points(family, theta, _SAMPLE, seed)))
    return found


def check_steps(family: Family, steps: tuple[Step, ...]) -> tuple[Finding, ...]:
    """Return what is found of each step: by what it is re-proved, that it is refuted, or that it stays undecided.

    Raises
    ------
    KeyError
        For a rule that the table does not hold: a step nobody can check is a bug, not a pass.

    Examples
    --------
    >>> from thetahat import derive, family
    >>> d = derive(family("rayleigh"))
    >>> {finding.evidence.value for finding in check_steps(d.family, d.steps)} <= {"algebra", "sign", "lemma", "ball"}
    True
    """
    contexts = {held: Context(family.holding(*held), steps) for held in dict.fromkeys(step.held for step in steps)}
    return tuple(_bare_data(step, family) or RULES[step.rule](step, contexts[step.held]) for step in steps)


_OF_ESTIMATES = frozenset(
    {"root", "moment-root", "reduced", "branch", "same-value", "support-end", "balance", "any-value", "exists"}
)


def _bare_data(step: Step, family: Family) -> Finding | None:
    """An estimate, or a condition for one, holds data only under averages and order statistics."""
    bare = step.value.free_symbols & set(family.columns) if step.rule in _OF_ESTIMATES else set()
    return Finding(Evidence.REFUTED, f"{min(bare, key=str)} stands outside every average") if bare else None


def _subject(step: Step) -> Any:
    """The symbol that a step is about; SymPy's types are all ``Any``, so that ``None`` has to be taken out by hand."""
    return step.subject


def _sign(holds: bool, what: str) -> Finding:
    return Finding(Evidence.SIGN, what) if holds else Finding(Evidence.UNDECIDED, f"not proved: {what}")


def _pairs(step: Step, key: str) -> dict[Symbol, Expr]:
    return {row[0]: row[1] for row in step.named(key).args}


def mean_log_likelihood(step: Step, context: Context) -> Finding:
    """The claim, unfolded, against the average of the declared log-density: by algebra, and in balls at random data."""
    family = context.family
    declared = Mean(normal_form(family.log_density, family.columns, family.domain), *family.columns)
    claimed = context.unfolded(step.value)
    for theta, sample in context.points():
        with precision(256):
            direct = sum((evaluate(family.log_density, {**theta, **row}) for row in sample), arb(0))
            gap = evaluate(claimed, theta, sample) * len(sample) - direct
            if gap.is_finite() and not gap.contains(0):
                return Finding(Evidence.REFUTED, "the average of the declared log-density is another")
    return prove_zero(declared - claimed, family.domain, context.points)


def support_end(step: Step, context: Context) -> Finding:
    """The increment is the likelihood's, of one sign; the value meets its constraint; the end is in the support."""
    p, value, slope = _subject(step), step.value, int(step.named("slope"))
    placed = _pairs(step, "placed")
    ell = context.given(step).value.subs(placed)
    increment = ell.subs(p, p + 1) - ell if p.is_integer else derivative(ell, p)
    same = context.zero(increment - step.named("increment"))
    if same.evidence is not Evidence.ALGEBRA:
        return same
    domain = _end_domain(context, placed)
    right_sign = is_positive(increment, domain) if slope > 0 else is_negative(increment, domain)
    if not right_sign and not placed and not context.family.covariates:
        family = context.family
        right_sign = slope_inside(family.log_density, p, family.observation, family.bounds, context.domain) == slope
    ends = context.family.bounds
    stops: list[bool] = []
    for end, level, closed in ((ends.lo, 0, ends.lo_closed), (ends.hi, 1, ends.hi_closed)):
        at = end.subs(placed)
        if p in at.free_symbols and closed and _stops(derivative(at, p), level, slope, domain):
            data = Quantile(level, context.family.observation)
            stops.append(
                any((context.unfolded(at.subs(p, one)) - data).expand() == 0 for one in _alternatives(value, slope))
            )
    met = len(_alternatives(value, slope)) == len(stops) and all(stops)
    if len(stops) > 1:
        met = met and all(_reaches(p, context, placed, one, domain) for one in _alternatives(value, slope))
    return _sign(right_sign and met, f"the log-likelihood is strictly monotone in {p}, and the data stop it")


def _reaches(p: Symbol, context: Context, placed: dict[Symbol, Expr], value: Expr, domain: Domain) -> bool:
    """Whether an end gets to the data at ``value`` whatever they are: it is linear, or the value always allowed."""
    ends, space = context.family.bounds, domain[p]
    if not any(derivative(end.subs(placed), p, p) for end in (ends.lo, ends.hi)):
        return True
    inside = space.lo is S.NegativeInfinity or is_positive(value - space.lo, domain)
    inside = inside and (space.hi is S.Infinity or is_positive(space.hi - value, domain))
    return bool(inside and value.is_extended_real)


def _alternatives(value: Expr, slope: int) -> tuple[Expr, ...]:
    """The constraints that a value meets: the tightest of several, a minimum of ceilings or a maximum of floors."""
    return tuple(value.args) if isinstance(value, Min if slope > 0 else Max) else (value,)


def balance(step: Step, context: Context) -> Finding:
    """The likelihood contains the parameter only through the one that two opposite constraints bound."""
    p, other = _subject(step), step.named("balances")
    bound = next(
        (s for s in context.steps if s.rule == "support-end" and s.subject == other and s.given == step.given), None
    )
    if bound is None or p in context.given(step).value.free_symbols:
        return Finding(Evidence.REFUTED, f"the likelihood depends on {p} in another way")
    constraints = _alternatives(bound.value, int(bound.named("slope")))
    placed = _pairs(step, "placed")
    domain = _end_domain(context, {s: v for s, v in placed.items() if s != other})
    signs = sorted(strict_sign(derivative(one, p), domain) for one in constraints)
    if signs != [-1, 1]:
        return Finding(Evidence.UNDECIDED, "the constraints are not of opposite slopes")
    return context.zero((constraints[0] - constraints[1]).subs(p, step.value))


def _stops(derivative: Expr, level: int, slope: int, domain: Domain) -> bool:
    """Moving on in the direction of growth would push the end past the data."""
    return is_positive(derivative * slope, domain) if level == 0 else is_negative(derivative * slope, domain)


def _end_domain(context: Context, placed: dict[Symbol, Expr]) -> Domain:
    """Parameters not yet placed, and the largest observation above the smallest."""
    symbols = {definition.args[0]: s for s, definition in context.table if isinstance(definition, Quantile)}
    rest = {s: b for s, b in context.domain.items() if s not in placed}
    moved = {
        s: Bounds(b.lo.subs(placed), b.hi.subs(placed), b.lo_closed, b.hi_closed, b.discrete) for s, b in rest.items()
    }
    ends = context.family.bounds
    low, high = (end.subs(placed) for end in (ends.lo, ends.hi))
    if S.Zero in symbols and low in moved and moved[low].hi is S.Infinity:
        moved[low] = replace(moved[low], hi=symbols[S.Zero], hi_closed=ends.lo_closed)
    if S.One in symbols and high in moved and moved[high].lo is S.NegativeInfinity:
        moved[high] = replace(moved[high], lo=symbols[S.One], lo_closed=ends.hi_closed)
    if S.Zero in symbols and S.One in symbols:
        spread = Bounds(symbols[S.Zero], S.Infinity, False, False, False)
        return {symbols[S.One]: spread, **moved}
    return moved


def any_value(step: Step, context: Context) -> Finding:
    """The likelihood does not contain the parameter, and at either end of the interval the support touches the data."""
    ends = context.family.bounds
    ell = context.given(step).value
    if derivative(ell, step.subject) != 0:
        return Finding(Evidence.REFUTED, f"the likelihood depends on {step.subject}")
    low, high = step.value.args
    domain = _end_domain(context, {})
    met: list[bool] = []
    for end, level, closed in ((ends.lo, 0, ends.lo_closed), (ends.hi, 1, ends.hi_closed)):
        direction = strict_sign(derivative(end, step.subject), domain)
        if direction:
            # A lower end that rises, or an upper one that falls, is what stops the parameter from above.
            at = high if (direction > 0) == (level == 0) else low
            gap = context.unfolded(end.subs(step.subject, at)) - Quantile(level, context.family.observation)
            met.append(closed and gap.expand() == 0)
    if met == [True, True]:
        return Finding(Evidence.ALGEBRA)
    return Finding(Evidence.UNDECIDED, "the interval does not meet the data")


def edge_growth(step: Step, context: Context) -> Finding:
    """At the end of the support ``log p = power log u + rest``: the rest is bounded, the power of the sign claimed."""
    family, p, u = context.family, _subject(step), step.named("distance")
    level, rest = int(step.named("level")), step.named("rest")
    ends = family.bounds
    if p != (ends.lo, ends.hi)[level]:
        return Finding(Evidence.REFUTED, f"{p} is not that end of the support")
    beside = family.log_density.subs(family.observation, p + u if level == 0 else p - u)
    domain = {**context.domain, u: Bounds(S.Zero, S.Infinity, False, False, False)}
    near = [({**theta, u: Rational(1, 7)}, ()) for theta, _ in context.points()]
    same = prove_zero(split_logs(beside, domain) - step.value * log(u) - rest, domain, lambda: near)
    if same.evidence is not Evidence.ALGEBRA:
        return same
    witness = _pairs(step, "witness")
    power, rest = step.value.subs(witness), rest.subs(witness)
    right = is_negative(power, {}) if witness else is_positive(power, context.domain)
    bounded = is_bounded_inside(rest, u, S.Zero, S.Half)
    return _sign(right and bounded, "the density has that power of the distance as its leading factor")


def at_data_point(step: Step, context: Context) -> Finding:
    """Both pieces are the log-density on their side of the observation, and make the likelihood peak at data."""
    family, p, place = context.family, _subject(step), step.named("place")
    below, above = step.value.args
    for theta, sample in context.points():
        for row in sample:
            piece = below if bool(theta[p] < place.subs(row)) else above
            if is_zero_at(family.log_density - piece, {**theta, **row}) is not True:
                return Finding(Evidence.REFUTED, "a piece is not the log-density on its side")
    return _sign(
        peaks_at_data(DataPoint(p, below, above, place), family), "convex between observations, monotone beyond"
    )


def profile(step: Step, context: Context) -> Finding:
    """The likelihood with the formulas put in: linear in its statistics, and continuous where they vanish.

    The formulas give the supremum where they lie in the space, which other steps prove. A supremum of functions linear
    in the statistics is convex and closed, so that along a line it is continuous up to the edge (Rockafellar 1970).
    """
    ell, symbols = context.given(step).value, step.named("averages").args
    if any(ell.diff(one, other) != 0 for one in symbols for other in symbols):
        return Finding(Evidence.REFUTED, "the mean log-likelihood is not linear in its statistics")
    solved = {s.subject: s.value for s in context.steps if s.rule == "root" and step.held == s.held}
    roots = _pairs(step, "roots")
    if set(roots) != set(solved) or any(
        context.zero(chained(solved[p], roots) - value).evidence.verdict is not Verdict.AGREE
        for p, value in roots.items()
    ):
        return Finding(Evidence.REFUTED, "a formula is not the root that was derived")
    if not is_continuous_at_zero(step.value, symbols):
        return Finding(Evidence.UNDECIDED, "that the formula is continuous where a statistic vanishes is not proved")
    same = _profile_is(step.value, chained(ell, roots), context)
    return weakest([same, Finding(Evidence.LEMMA, "closed convex functions are continuous along lines")])


def _profile_is(value: Expr, expected: Expr, context: Context) -> Finding:
    """Whether two sums of logarithms agree for positive statistics, each written as a power that has no roots."""
    gap = value - expected
    order = lcm(1, *(int(node.exp.q) for node in gap.atoms(Pow) if node.exp.is_Rational))
    powers = {symbol: Dummy(symbol.name, positive=True) ** order for symbol, _ in context.table}
    plain_gap = gap.subs(powers, simultaneous=True)
    found = prove_zero(split_logs(plain_gap, {}), {}, list)
    return found if found.evidence is Evidence.ALGEBRA else context.zero(gap)


def substitute(step: Step, context: Context) -> Finding:
    """The mean log-likelihood with the placed parameters put in."""
    return context.zero(chained(context.given(step).value, _pairs(step, "placed")) - step.value)


def score(step: Step, context: Context) -> Finding:
    """The derivative of the mean log-likelihood."""
    if context.given(step).rule not in ("mean-log-likelihood", "substitute"):
        return Finding(Evidence.REFUTED, "the premise is no mean log-likelihood")
    return context.zero(derivative(context.given(step).value, step.subject) - step.value)


def score_zero(step: Step, context: Context) -> Finding:
    """The equation is one of the scores with earlier roots put in, and the claim is it times something never zero."""
    roots, equation = _pairs(step, "roots"), step.named("equation")
    equations = ("score", "combined", "score-zero")
    scores = [context.steps[i].value for i in step.given if context.steps[i].rule in equations]
    origin = context.one_of([*(one - equation for one in scores), *(chained(one, roots) - equation for one in scores)])
    if origin.evidence.verdict is not Verdict.AGREE:
        return Finding(Evidence.REFUTED, "the equation is none of the scores")
    if equation == step.value:
        return origin
    plainly = not atoms_of(equation) and step.subject not in equation.free_symbols - step.value.free_symbols
    ratio = cancelled(step.value / equation) if plainly else None
    if ratio is not None and is_nonzero(ratio, context.domain):
        return weakest([origin, Finding(Evidence.SIGN, "the factor is never zero")])
    inside = _open_gaps(roots, context)
    return weakest([origin, _proportional(step.value, equation, step.subject, inside, context)])


def _open_gaps(roots: dict[Symbol, Expr], context: Context) -> list[Expr]:
    """What vanishes where an unknown, solved before, lies on an open end of its space: it does not at an estimate."""
    found: list[Expr] = []
    for unknown, value in roots.items():
        ends = context.family.domain[unknown]
        whole = chained(value, roots)
        open_ends = [end for end, closed in ((ends.lo, ends.lo_closed), (ends.hi, ends.hi_closed)) if not closed]
        found += [together(whole - end).as_numer_denom()[0].expand() for end in open_ends if end.is_finite]
    return found


def _proportional(claim: Expr, equation: Expr, unknown: Symbol, inside: Sequence[Expr], context: Context) -> Finding:
    """``claim = c * equation`` with ``c`` nonzero: common denominator on both sides, factor by factor."""
    masks = stand_ins(claim + equation)
    ratio = cancelled(together(claim.xreplace(masks) / equation.xreplace(masks)))
    back = ratio.xreplace({mask: atom for atom, mask in masks.items()})
    top, bottom = back.as_numer_denom()
    needed = [step.value for step in context.steps if step.rule == "exists" and not int(step.named("weak"))]
    positive = _positive_statistics(needed, context)
    for part in (*Mul.make_args(factored(top)), *Mul.make_args(factored(bottom))):
        if any((part - flip * one).expand() == 0 for one in inside for flip in (1, -1)):
            continue
        if unknown in part.free_symbols - set(context.domain):
            return Finding(Evidence.REFUTED, f"the factor {part} contains data and the unknown")
        base = part.base if isinstance(part, Pow) else part
        whole = context.unfolded(base)
        implied = any((whole - flip * one).expand() == 0 for one in needed for flip in (1, -1))
        if not implied and not is_nonzero(base.xreplace(positive), context.domain):
            return Finding(Evidence.UNDECIDED, f"that {base} is never zero is not proved")
    return Finding(Evidence.SIGN, "the factor is never zero, for data with a maximiser")


def _positive_statistics(needed: Iterable[Expr], context: Context) -> dict[Symbol, Symbol]:
    """A positive stand-in for each statistic that is a condition for a maximiser itself."""
    wanted = {condition.expand() for condition in needed}
    held = [symbol for symbol, _ in context.table if context.unfolded(symbol).expand() in wanted]
    return {symbol: Dummy(symbol.name, positive=True) for symbol in held}


def reduced(step: Step, context: Context) -> Finding:
    """A score with all roots put in."""
    roots = _pairs(step, "roots")
    scores = [context.steps[i].value for i in step.given]
    found = context.one_of([chained(one, roots) - step.value for one in scores])
    if found.evidence.verdict is Verdict.AGREE:
        return found
    return Finding(Evidence.REFUTED, "the equation is none of the scores with the roots put in")


def same_value(step: Step, context: Context) -> Finding:
    """The rewritten form equals the other, statistics unfolded on both sides."""
    finding = context.zero(context.unfolded(step.value) - context.unfolded(step.named("other")))
    if finding.evidence is Evidence.BALL:
        # Powers of averages against logarithms of averages: equal positive numbers have equal logarithms.
        logs = [split_logs(log(context.unfolded(e)), context.domain) for e in (step.value, step.named("other"))]
        again = prove_zero(logs[0] - logs[1], context.domain, list)
        return again if again.evidence is Evidence.ALGEBRA else finding
    return finding


def split(step: Step, context: Context) -> Finding:
    """Cross-entropy is minus the mean log-likelihood; the entropy of the data contains no parameter."""
    return context.zero(context.given(step).value + step.value)


def exponential(step: Step, context: Context) -> Finding:
    """Natural parameters times statistics minus log-partition plus log base measure is the log-density."""
    family = context.family
    natural = Add(*(Mul(e, t) for e, t in zip(step.named("eta").args, step.named("statistics").args, strict=True)))
    claim = natural - step.named("log_partition") + step.named("log_base_measure")
    estimated, data = set(family.symbols), set(family.columns)
    if any(t.free_symbols & estimated for t in step.named("statistics").args) or any(
        e.free_symbols & data for e in step.named("eta").args
    ):
        return Finding(Evidence.REFUTED, "a statistic contains a parameter, or a natural parameter contains data")
    identity = normal_form(family.log_density, family.columns, family.domain) - claim
    points = [({**theta, **row}, ()) for theta, sample in context.points() for row in sample[:2]]
    same = prove_zero(claim - step.value, family.domain, lambda: points)
    found = weakest([prove_zero(identity, family.domain, lambda: points), same])
    if found.evidence.verdict is Verdict.AGREE and rank_bound(family, int(step.named("rank"))) < step.named("rank"):
        return Finding(Evidence.REFUTED, "the minor that shows minimality was not found again")
    return found


def no_exponential(step: Step, context: Context) -> Finding:
    """A minor of one more than the number of statistics is not zero: a rigorous exclusion in balls."""
    size = int(step.value) + 1
    if rank_bound(context.family, size) == size:
        return Finding(Evidence.BALL, "a minor in balls excludes zero: rigorous")
    return Finding(Evidence.UNDECIDED, "no minor excludes zero")


def mean_map(step: Step, context: Context) -> Finding:
    """``J' tau = dA / dtheta``."""
    form = context.given(step)
    eta, partition = form.named("eta").args, form.named("log_partition")
    regular = [p for p in context.family.symbols if p not in context.family.bounds.free_symbols]

    def means(p: Symbol) -> Expr:
        return Add(*(derivative(e, p) * tau for e, tau in zip(eta, step.value.args, strict=True)))

    return weakest([context.zero(means(p) - derivative(partition, p)) for p in regular])


def normalised(step: Step, context: Context) -> Finding:
    """The integral or sum of the density is one, by a lemma."""
    again = is_normalised(context.family)
    if again is None:
        return Finding(Evidence.UNDECIDED, "no lemma matches")
    found = weakest([context.zero(again.value), context.zero(again.value - step.value)])
    return Finding(Evidence.LEMMA, again.lemma) if found.evidence is Evidence.ALGEBRA else found


def moment_root(step: Step, context: Context) -> Finding:
    """The equation, a mean minus its statistic with the other roots put in, vanishes at the root."""
    roots = _pairs(step, "roots")
    equations = [tau - t for tau, t in zip(step.named("means").args, step.named("statistics").args, strict=True)]
    others = {p: v for p, v in roots.items() if p != step.subject}
    candidates = [
        *(e - step.named("equation") for e in equations),
        *(chained(e, others) - step.named("equation") for e in equations),
    ]
    origin = context.one_of(candidates)
    if origin.evidence.verdict is not Verdict.AGREE:
        # Partly substituted: then at least one whole equation has to vanish at all roots together.
        origin = context.one_of([chained(e, roots) for e in equations])
        if origin.evidence is not Evidence.ALGEBRA:
            return Finding(Evidence.UNDECIDED, "the equation is no mean minus its statistic")
    if leaves_space(step, context):
        return Finding(Evidence.REFUTED, f"the root lies outside the space of {step.subject} for every dataset tried")
    return context.zero(step.named("equation").subs(step.subject, step.value))


def agreement(step: Step, context: Context) -> Finding:
    """``score = J' (t - tau)`` as an identity, with a ``J`` that is invertible inside the parameter space."""
    p, t, tau = (step.named(key).args for key in ("parameters", "statistics", "means"))
    jacobian = Matrix([list(row.args) for row in step.named("jacobian").args])
    ell = context.given(step).value
    found = [
        context.zero(derivative(ell, p[j]) - Add(*(jacobian[i, j] * (t[i] - tau[i]) for i in range(len(t)))))
        for j in range(len(p))
    ]
    found += [context.zero(derivative(ell, one) - claimed) for one, claimed in zip(p, step.value.args, strict=True)]
    if not is_invertible(jacobian, {s: b.interior() for s, b in context.domain.items()}):
        found.append(Finding(Evidence.UNDECIDED, "that J is invertible is not proved"))
    return weakest([*found, *_same_estimates(p, context)])


def _same_estimates(parameters: Sequence[Symbol], context: Context) -> list[Finding]:
    """Where both routes end in formulas, these are equal: zeros shared by two systems may still be different ones."""
    both = [{s.subject: s.value for s in context.steps if s.rule == rule} for rule in ("root", "moment-root")]
    if any(set(roots) != set(parameters) for roots in both):
        return []
    first, second = both
    # The same formulas in the same statistics and other estimates say so sooner than written out.
    alike = [prove_zero(first[p] - second[p], context.domain, list) for p in parameters]
    if all(one.evidence is Evidence.ALGEBRA for one in alike):
        return alike
    return [context.zero(chained(first[p], first) - chained(second[p], second)) for p in parameters]


def divergence(step: Step, context: Context) -> Finding:
    """``E_0[log p_0 - log p_1]`` by the means of the statistics; it vanishes where both members are the same."""
    first = {row[0]: row[1] for row in step.named("members").args}
    second = {row[0]: row[2] for row in step.named("members").args}
    if step.named("means") != context.given(step).value:
        return Finding(Evidence.REFUTED, "the means are not those of the mean map")
    eta, tau, partition = step.named("eta").args, step.named("means").args, step.named("log_partition")
    terms = ((e.xreplace(first) - e.xreplace(second)) * m.xreplace(first) for e, m in zip(eta, tau, strict=True))
    claim = Add(*terms) - partition.xreplace(first) + partition.xreplace(second)
    same = {second[p]: first[p] for p in first}
    points = _member_points(step, context)
    found = [prove_zero(claim - step.value, {}, points), prove_zero(step.value.xreplace(same), {}, points)]
    return weakest(found)


def _member_points(step: Step, context: Context) -> Callable[[], Sequence[Point]]:
    """Two random members at once, each under its own symbols."""

    def points() -> list[Point]:
        thetas = [theta for theta, _ in context.points()]
        pairs = pairwise(thetas)
        known = {item.symbol for item in context.family.constants}
        return [
            (
                {row[1]: a[row[0]] for row in step.named("members").args}
                | {row[2]: b[row[0]] for row in step.named("members").args}
                | {s: a[s] for s in known},
                (),
            )
            for a, b in pairs
        ]

    return points


def identity(step: Step, context: Context) -> Finding:
    """With the statistics at the means of member 0, the likelihood of 0 minus that of 1 is the divergence.

    That says something of every root of the likelihood equations only where all of them are roots of the means.
    """
    premises = [one for one in (context.steps[position] for position in step.given) if one.rule == "agreement"]
    if not premises:
        return Finding(Evidence.REFUTED, "that the means match the statistics at every root is not among its premises")
    if agreement(premises[0], context).evidence.verdict is not Verdict.AGREE:
        return Finding(Evidence.UNDECIDED, "that the means match the statistics at every root is not proved")
    first = {row[0]: row[1] for row in step.named("members").args}
    second = {row[0]: row[2] for row in step.named("members").args}
    ell, kl = context.given(step, 0).value, context.given(step, 2).value
    at = {
        t: tau.xreplace(first) for t, tau in zip(step.named("statistics").args, step.named("means").args, strict=True)
    }
    gap = (ell.xreplace(first) - ell.xreplace(second)).subs(at) - kl - step.value
    return prove_zero(gap, {}, _member_points(step, context))


def information(step: Step, context: Context) -> Finding:
    """Minus the Hessian of the mean log-likelihood with the statistics at their means."""
    ell = context.given(step, 0).value
    if step.named("means") != context.given(step, 1).value:
        return Finding(Evidence.REFUTED, "the means are not those of the mean map")
    at = dict(zip(step.named("statistics").args, step.named("means").args, strict=True))
    p = step.named("parameters").args
    upper = {(i, j): -derivative(ell, p[i], p[j]).subs(at) for i in range(len(p)) for j in range(i, len(p))}
    entries = [(i, j) for i in range(len(p)) for j in range(len(p))]
    gaps = dict.fromkeys(upper[min(i, j), max(i, j)] - step.value[i][j] for i, j in entries)
    return weakest([context.zero(gap) for gap in gaps])


def kernel(step: Step, context: Context) -> Finding:
    """Moving and scaling the kernel gives back the declared log-density."""
    family = context.family
    z, shown = step.named("z"), step.named("observation")
    location, scale = step.named("location"), step.named("scale")
    if not is_regular(location, scale, family):
        return Finding(Evidence.UNDECIDED, "that location and scale are coordinates of the family is not proved")
    back = step.value.subs(z, (shown - location) / scale) - log(scale)
    claim = back - (shown if shown != family.observation else S.Zero)
    difference = family.log_density - claim
    points = [({**theta, **row}, ()) for theta, sample in context.points() for row in sample[:2]]
    found = prove_zero(difference, family.domain, lambda: points)
    if found.evidence is Evidence.BALL:
        # On the logarithmic scale powers of products come apart, and the two sides become the same exponentials.
        moved = difference.subs(family.observation, exp(z)) if shown != family.observation else difference
        again = prove_zero(moved.expand(), {}, list)
        return again if again.evidence is Evidence.ALGEBRA else found
    return found


def concave(step: Step, context: Context) -> Finding:
    """The kernel is concave on every piece, no slope rises at a kink, and the second derivative shown is its own."""
    shape, z, lo = context.given(step).value, _subject(step), step.named("lo")
    same = [prove_zero(one - step.value, {}, list).evidence for one in (shape, derivative(shape, z, z))]
    if Evidence.ALGEBRA not in same:
        return Finding(Evidence.REFUTED, "what is shown is neither the kernel nor its second derivative")
    holds = is_strictly_concave(shape, z, lo) if int(step.named("strict")) else is_concave(shape, z, lo)
    return _sign(holds, "the kernel is concave")


def curvature(step: Step, context: Context) -> Finding:
    """Minus the second derivatives are what is claimed, and have no negative eigenvalue wherever data and theta lie."""
    coordinates, maps = step.named("coordinates").args, step.named("maps").args
    if any(how not in (phi, exp(phi), 1 / phi) for how, phi in zip(maps, coordinates, strict=True)):
        return Finding(Evidence.REFUTED, "a parameter is no monotone function of its coordinate")
    if has_corners(context.family):
        return Finding(Evidence.REFUTED, "the log-density has corners, where it has no second derivatives")
    matrix = minus_second(context.family, coordinates, maps)
    domain = coordinate_domain(context.family, coordinates, maps)
    if any((one - claimed).expand() != 0 for one, claimed in zip(matrix, step.value.args, strict=True)):
        return Finding(Evidence.REFUTED, "these are not the second derivatives")
    holds = is_definite(matrix, domain) if int(step.named("strict")) else is_semidefinite(matrix, domain)
    return _sign(holds, "the log-density is concave at every observation")


def loss(step: Step, context: Context) -> Finding:
    """Log-density plus weight times loss is free of the location's parameters, and the weight is positive."""
    whole = normal_form(
        context.family.log_density + step.named("weight") * step.value, (), context.family.domain
    ).expand()
    left = whole.free_symbols & set(step.named("parameters").args)
    if left:
        return Finding(Evidence.REFUTED, f"what is left still contains {min(left, key=str)}")
    return _sign(is_positive(step.named("weight"), context.family.domain), "the weight is positive")


RULES: dict[str, Callable[[Step, Context], Finding]] = {
    "mean-log-likelihood": mean_log_likelihood,
    "support-end": support_end,
    "balance": balance,
    "any-value": any_value,
    "edge-growth": edge_growth,
    "data-point": at_data_point,
    "profile": profile,
    "integer-increment": check_integer.increment,
    "integer-range": check_integer.integer_range,
    "integer-tail": check_integer.tail,
    "integer-falling": check_integer.falling,
    "substitute": substitute,
    "score": score,
    "combined": combined,
    "score-zero": score_zero,
    "root": root,
    "branch": branch,
    "reduced": reduced,
    "same-value": same_value,
    "split": split,
    "exponential-form": exponential,
    "no-exponential-form": no_exponential,
    "mean-map": mean_map,
    "expectation": check_means.expectation,
    "normalised": normalised,
    "moment-root": moment_root,
    "agreement": agreement,
    "divergence": divergence,
    "identity": identity,
    "information": information,
    "entropy": check_means.entropy,
    "kernel": kernel,
    "concave": concave,
    "curvature": curvature,
    "loss": loss,
    "ridge": check_ridge.ridge,
    "ridge-profile": check_ridge.profile,
    "ridge-logs": check_ridge.log_profile,
    "ridge-counts": check_ridge.counts,
    "end-signs": check_existence.end_signs,
    "exists": check_existence.exists,
    "transport": check_transport.transport,
}
