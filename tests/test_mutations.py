"""Whether the engine sees through other ways of writing a family: names, order, algebra, parameters, data.

A mutant of a declaration has the same estimates, brought back to the first one's parameters. A wrong estimate, or
another answer on whether a maximiser exists, fails. Where the mutant's derivation comes less far, and says so, the test
is an expected failure with the reason, so that pytest counts and lists them: ``pytest --mutations 20 -rx``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from random import Random
from typing import Any

import hypothesis
import mpmath as mp
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from sympy import (
    Abs,
    Add,
    Expr,
    Integers,
    Interval,
    Mul,
    Piecewise,
    Range,
    Rational,
    Reals,
    Set,
    Symbol,
    cosh,
    exp,
    expand,
    expand_log,
    expand_trig,
    factor_terms,
    factorial,
    gamma,
    log,
    logcombine,
    loggamma,
    oo,
    powsimp,
    sinh,
    sqrt,
    tanh,
    together,
)

from thetahat import Family, Parameter
from thetahat.proofs.bounds import bounds
from thetahat.proofs.derivation import Derivation, Evidence, Outcome, Verdict
from thetahat.proofs.digits import log_density_at
from thetahat.proofs.errors import ExistenceError, UnsolvedError
from thetahat.proofs.probes import data_points, parameter_points
from thetahat.proofs.registry import catalogue, family
from thetahat.proofs.sense import sharpened
from thetahat.strategies import can_fail, datasets
from thetahat.verify.ball_rooting import solved_in_balls
from thetahat.verify.drawn import Drawn, judged
from thetahat.verify.enclosure import table_of
from thetahat.verify.ends import outside_space
from thetahat.verify.exact import Exactly, written_out
from thetahat.verify.fitting import fit_with
from thetahat.verify.known_values import derivation_with
from thetahat.verify.tolerance import THETA_ULPS, UNIT_ROUNDOFF
from thetahat.verify.valid_data import require_data

POSITIVE, UNIT = Interval.open(0, oo), Interval.open(0, 1)
DATASETS = 3
"""Datasets of each kind, holding and failing, that a mutant is asked about."""

# Some of them mean something in the engine: the size, an average, a stand-in, an order statistic, an index.
NAMES = ("n", "t_1", "x_max", "i", "x", "theta", "e_1", "N", "beta", "u", "_a0", "S", "c_1", "y", "lambda", "z")


@dataclass(frozen=True)
class Mutant:
    """A family written in another way: what was done, the first parameters in the new ones, and the map of the data.

    ``back`` gives each parameter of the first family by an expression in those of ``family``. An observation ``x`` of
    the first family is ``scale * x + shift`` here, exactly so in doubles.
    """

    family: Family
    back: dict[Symbol, Expr]
    scale: int = 1
    shift: int = 0
    trace: tuple[str, ...] = ()

    def data(self, x: np.ndarray) -> np.ndarray:
        """The observations of the first family as this one's; covariates stay."""
        moved = x.copy()
        column = moved if moved.ndim == 1 else moved[:, 0]
        column *= float(self.scale)
        column += float(self.shift)
        return moved

    def values(self, theta: dict[Symbol, Any], symbols: tuple[Symbol, ...]) -> list[Any]:
        """The first family's parameters from this one's, in fifty digits."""
        exact = {symbol: Rational(value) for symbol, value in theta.items()}
        return [self.back[symbol].subs(exact).evalf(50) for symbol in symbols]


# --- The same function in other words. Each takes the log-density, chance, and a positive symbol or none. -----------

Rewrite = Callable[[Expr, Random, list[Symbol]], Expr]


def one_of(rng: Random, found: set[Expr]) -> Expr | None:
    """One of the expressions by chance, and always the same for a seed."""
    ordered = sorted(found, key=lambda each: each.sort_key())
    return rng.choice(ordered) if ordered else None


def into_one_logarithm(density: Expr, rng: Random, positive: list[Symbol]) -> Expr:
    """Some of the terms as the logarithm of a product: the density itself, as textbooks print it."""
    terms = Add.make_args(density)
    chosen = [term for term in terms if not term.has(Piecewise) and rng.random() < 0.8]
    return Add(log(Mul(*map(exp, chosen))), *(term for term in terms if term not in chosen)) if chosen else density


def with_nothing_added(density: Expr, rng: Random, positive: list[Symbol]) -> Expr:
    """A difference that is zero, though not on sight."""
    if not positive:
        return density
    a = rng.choice(positive)
    b = rng.choice([*positive, a + 1])
    zeros = [log(a * b) - log(a) - log(b), log(b**2) / 2 - log(b), log(a / (1 + a)) - log(a) + log(1 + a), 1 - a / a]
    zeros.append((b**2 - 1) / (b + 1) - b + 1)
    return density + rng.choice(zeros)


def padded(density: Expr, rng: Random, positive: list[Symbol]) -> Expr:
    """One term with numerator and denominator multiplied."""
    if not positive:
        return density
    a = rng.choice(positive)
    term = rng.choice(Add.make_args(density))
    return density - term + expand(term * (1 + a)) / (1 + a)


def other_logarithms(density: Expr, rng: Random, positive: list[Symbol]) -> Expr:
    """One logarithm of the inverse, the square or the root."""
    atom = one_of(rng, density.atoms(log))
    if atom is None:
        return density
    inner = atom.args[0]
    return density.xreplace({atom: rng.choice([-log(1 / inner), log(inner**2) / 2, 2 * log(sqrt(inner))])})


def other_exponentials(density: Expr, rng: Random, positive: list[Symbol]) -> Expr:
    """Hyperbolic functions as exponentials; or one exponential as hyperbolic functions."""
    if density.has(cosh, sinh, tanh):
        return density.rewrite(exp)
    atom = one_of(rng, density.atoms(exp))
    return density if atom is None else density.xreplace({atom: cosh(atom.args[0]) + sinh(atom.args[0])})


def other_gammas(density: Expr, rng: Random, positive: list[Symbol]) -> Expr:
    """Logarithms of the gamma function by the function itself, by factorials, or at the next argument."""
    atom = one_of(rng, density.atoms(loggamma))
    if atom is None:
        return density
    inner = atom.args[0]
    return density.xreplace(
        {atom: rng.choice([log(gamma(inner)), log(factorial(inner - 1)), loggamma(inner + 1) - log(inner)])}
    )


def other_moduli(density: Expr, rng: Random, positive: list[Symbol]) -> Expr:
    """Moduli as cases, or as roots of squares."""
    found = one_of(rng, density.atoms(Abs))
    if found is None:
        return density
    inner = found.args[0]
    return density.xreplace(
        {found: rng.choice([Piecewise((inner, inner >= 0), (-inner, True)), sqrt(expand(inner**2))])}
    )


REWRITES: tuple[Rewrite, ...] = (
    into_one_logarithm,
    with_nothing_added,
    padded,
    other_logarithms,
    other_exponentials,
    other_gammas,
    other_moduli,
)
ALGEBRA: dict[str, Callable[[Expr], Expr]] = {
    "together": together,
    "expand": expand,
    "expand_log": expand_log,
    "expand powers": lambda density: density.expand(power_exp=True, power_base=True, log=False),
    "logcombine": logcombine,
    "factor_terms": factor_terms,
    "powsimp": powsimp,
    "expand_trig": expand_trig,
}


def rewritten(mutant: Mutant, rng: Random) -> Mutant:
    """The log-density in other words."""
    item = mutant.family
    positive = [symbol for symbol in (*item.columns, *item.symbols) if symbol.is_positive]
    if rng.random() < 0.5:
        name, rule = rng.choice(list(ALGEBRA.items()))
        density = rule(item.log_density)
    else:
        chosen = rng.choice(REWRITES)
        name, density = chosen.__name__, chosen(item.log_density, rng, positive)
    return replace(mutant, family=replace(item, log_density=density), trace=(*mutant.trace, name))


# --- Other parameters. ------------------------------------------------------------------------------------------------

phi = Symbol("phi", real=True)
CHANGES: dict[tuple[Set, str], list[tuple[Callable[[Expr], Expr], Set]]] = {
    (POSITIVE, "positive"): [
        (lambda v: 1 / v, POSITIVE),
        (exp, Reals),
        (lambda v: exp(-2 * v), Reals),
        (sqrt, POSITIVE),
        (lambda v: v**2, POSITIVE),
        (lambda v: 1 / sqrt(v), POSITIVE),
        (lambda v: v / 3, POSITIVE),
        (lambda v: v / (1 - v), UNIT),
        (lambda v: -log(v), UNIT),
    ],
    (Reals, "real"): [(lambda v: -v, Reals), (lambda v: v / 2, Reals), (log, POSITIVE)],
    (UNIT, "unit"): [
        (lambda v: 1 - v, UNIT),
        (lambda v: v / (1 + v), POSITIVE),
        (lambda v: 1 / (1 + exp(-v)), Reals),
        (lambda v: exp(-v), POSITIVE),
        (sqrt, UNIT),
    ],
    (Interval.open(1, oo), "above one"): [(lambda v: 1 + v, POSITIVE), (lambda v: 1 / v, UNIT), (exp, POSITIVE)],
}


def reparametrised(mutant: Mutant, rng: Random) -> Mutant:
    """One parameter on another scale, or one in units of another."""
    item = mutant.family
    place = rng.randrange(len(item.parameters))
    old = item.parameters[place]
    others = [p for p in item.parameters if p is not old and p.space == POSITIVE]
    known = next((found for (space, _), found in CHANGES.items() if space == old.space), None)
    if known is None or any(old.symbol in p.space.free_symbols for p in item.parameters):
        return mutant
    change, space = rng.choice(known)
    if others and old.space in (POSITIVE, Reals) and rng.random() < 0.3:
        unit = rng.choice(others).symbol
        change, space = rng.choice([lambda v: v * unit, lambda v: v / unit]), old.space
    new = sharpened(Symbol(f"{old.name}_new", real=True), bounds(space))
    kept = [p if p is not old else Parameter(new, space) for p in item.parameters]
    other = item.reparametrise(item.name, kept, {old.name: change(new)})
    back = {symbol: value.subs(old.symbol, change(new)) for symbol, value in mutant.back.items()}
    return replace(mutant, family=other, back=back, trace=(*mutant.trace, f"{old.name} = {change(new)}"))


# --- Other data, names and order. -------------------------------------------------------------------------------------


def observed_otherwise(mutant: Mutant, rng: Random) -> Mutant:
    """The data in another unit, mirrored, or counted from another number."""
    item = mutant.family
    old, ends = item.observation, item.bounds
    scale, shift = (rng.choice([-1, 1]), rng.choice([-1, 0, 3])) if item.discrete else (rng.choice([-1, 2, -4]), 0)
    low, high = sorted([(ends.lo, ends.lo_closed), (ends.hi, ends.hi_closed)], key=lambda _: 0)
    if scale < 0:
        low, high = high, low
    lo, hi = (scale * end + shift for end in (low[0], high[0]))
    if item.discrete:
        support: Set = Integers if lo is -oo and hi is oo else Range(lo, hi if hi is oo else hi + 1)
    else:
        support = Interval(lo, hi, not low[1], not high[1])
    kind = {"integer": True} if item.discrete else {"real": True}
    new = sharpened(Symbol(old.name, **kind), bounds(support))
    density = item.log_density.subs(old, (new - shift) / scale) - (0 if item.discrete else log(Abs(scale)))
    moved = replace(item, observation=new, support=support, log_density=density)
    return replace(
        mutant, family=moved, scale=scale, shift=shift, trace=(*mutant.trace, f"data times {scale} plus {shift}")
    )


def renamed(mutant: Mutant, rng: Random) -> Mutant:
    """Other names with the same assumptions, some of which the engine uses itself; and another order."""
    item = mutant.family
    symbols = (*item.columns, *(p.symbol for p in (*item.parameters,)))
    taken = {p.name for p in item.constants}
    names = rng.sample([name for name in NAMES if name not in taken], len(symbols))
    new = {s: Symbol(name, **s.assumptions0) for s, name in zip(symbols, names, strict=True)}
    parameters = [replace(p, symbol=new[p.symbol], space=p.space.xreplace(new)) for p in item.parameters]
    if not any(p.space.free_symbols for p in parameters):
        rng.shuffle(parameters)
    other = replace(
        item,
        observation=new[item.observation],
        covariates=tuple(replace(c, symbol=new[c.symbol]) for c in item.covariates),
        support=item.support.xreplace(new),
        parameters=tuple(parameters),
        log_density=item.log_density.xreplace(new),
    )
    back = {symbol: value.xreplace(new) for symbol, value in mutant.back.items()}
    named = ", ".join(f"{s} is {name}" for s, name in zip(symbols, names, strict=True))
    return replace(mutant, family=other, back=back, trace=(*mutant.trace, named))


def mutated(item: Family, seed: int) -> Mutant:
    """A few changes, the same ones for the same seed."""
    rng = Random(f"{item.name} {seed}")
    mutant = Mutant(item, {symbol: symbol for symbol in item.symbols})
    if rng.random() < 0.5:
        mutant = reparametrised(mutant, rng)
    if rng.random() < 0.3:
        mutant = observed_otherwise(mutant, rng)
    for _ in range(rng.randint(1, 3)):
        mutant = rewritten(mutant, rng)
    return renamed(mutant, rng)


# --- What has to stay the same. ---------------------------------------------------------------------------------------


def is_same_density(item: Family, mutant: Mutant) -> bool:
    """Whether the mutant's log-density is the first one's, to forty digits at a few generic points."""
    other = mutant.family
    theta = parameter_points(other, 1, 5)[0]
    for point in data_points(other, theta, 3, 5):
        there = {**theta, **{column: point[column] for column in other.given}}
        known = {p.symbol: theta[p.symbol] for p in item.constants}
        known |= {symbol: value.subs(theta) for symbol, value in mutant.back.items()}
        known |= {a: point[b] for a, b in zip(item.given, other.given, strict=True)}
        y = point[other.observation]
        with mp.workdps(50):
            x = (mp.mpf(y.p) / y.q - mutant.shift) / mutant.scale
            first = log_density_at(item, known)(x)
            second = log_density_at(other, there)(mp.mpf(y.p) / y.q)
            jacobian = mp.mpf(0) if item.discrete else mp.log(abs(mutant.scale))
            if not mp.almosteq(first - jacobian, second, 1e-40, 1e-40):
                return False
    return True


def reach(derivation: Derivation) -> tuple[int, int]:
    """How far a derivation came: an answer, or the number of equations left, or nothing."""
    if derivation.outcome is Outcome.UNSOLVED:
        return 0, 0
    return (1, -len(derivation.equations)) if derivation.outcome is Outcome.REDUCED else (2, 0)


def weaker(first: Derivation, second: Derivation) -> list[str]:
    """In which respects the second derivation came less far."""
    found = []
    if reach(second) < reach(first):
        found.append(f"{first.outcome.value} -> {second.outcome.value}, {len(second.equations)} equations")
    if first.optimality.proved and not second.optimality.proved:
        found.append("maximum not proved")
    if first.existence_proved and not second.existence_proved:
        found.append("existence not proved")
    return found


def contradiction(first: Derivation, second: Derivation) -> str:
    """Where two derivations cannot both be right; nothing where they can."""
    refuted = [s.words for s, f in zip(second.steps, second.findings, strict=True) if f.evidence is Evidence.REFUTED]
    if refuted:
        return f"refuted: {refuted[0]}"
    unbounded = [d.outcome is Outcome.UNBOUNDED for d in (first, second)]
    if unbounded[0] is not unbounded[1] and second.outcome is not Outcome.UNSOLVED:
        return f"{first.outcome.value} against {second.outcome.value}"
    return ""


def exactly(derivation: Derivation, x: np.ndarray) -> dict[Symbol, float] | None:
    """The estimate with every formula and equation in balls; ``None`` where a search in doubles finds it."""
    data = require_data(derivation.family, x)
    if derivation.unknowns:
        return solved_in_balls(derivation, data) if len(derivation.unknowns) == 1 else None
    if derivation.free or derivation.searched is not None:
        return None
    values: dict[Symbol, float] = {}
    for symbol, formula in derivation.formulas:
        values[symbol] = Exactly(table_of(derivation.family, data)).value(written_out(derivation, formula), values)
    return values


def compared(first: Derivation, second: Derivation, mutant: Mutant, x: np.ndarray) -> str:
    """What is wrong with the mutant's estimate; nothing if it is the first one's, or refused for want of digits."""
    known: list[Any] = []
    for derivation, data in ((first, x), (second, mutant.data(x))):
        try:
            known.append(fit_with(derivation, data))
        except ExistenceError as refusal:
            known.append(refusal)
        except UnsolvedError:
            return ""
    one, two = known
    if isinstance(one, ExistenceError) or isinstance(two, ExistenceError):
        # A derivation that has no condition, and says so, answers where another refuses: the mutant is weaker there.
        open_question = isinstance(one, ExistenceError) and not second.existence_proved
        alike = type(one) is type(two) or open_question or "cannot be decided" in f"{one}{two}"
        told = [str(each) if isinstance(each, ExistenceError) else str(each.theta) for each in known]
        return "" if alike else f"only one finds a maximiser for {x.tolist()}: {' against '.join(told)}"
    if disagreement(first, one.theta, second, two.theta, mutant, x) == "":
        return ""
    # Wrong in doubles: is it the formula, or the digits that it loses?
    again = [exactly(first, x), exactly(second, mutant.data(x))]
    theta, other = (
        fitted.theta if values is None else np.array([values[symbol] for symbol in derivation.family.symbols])
        for fitted, derivation, values in zip(known, (first, second), again, strict=True)
    )
    return disagreement(first, theta, second, other, mutant, x)


def disagreement(
    first: Derivation, theta: np.ndarray, second: Derivation, other: np.ndarray, mutant: Mutant, x: np.ndarray
) -> str:
    """By how many nats one of two estimates is better, beyond what rounding both costs; nothing where it is not."""
    item = first.family
    if not np.all((np.abs(other) > np.finfo(float).tiny) | (other == 0)):
        return ""  # a parameter of the mutant that is too small for a double
    back = np.array(mutant.values(dict(zip(second.family.symbols, other, strict=True)), item.symbols), dtype=float)
    if np.all(np.abs(back - theta) <= 4 * THETA_ULPS * UNIT_ROUNDOFF * np.abs(theta)):
        return ""
    if outside_space(item, back.tolist()) is not None:
        return f"{back} lies outside the space, the estimate is {theta} for {x.tolist()}"
    allowed = Drawn(first, x, (), 0, fit_with(first, x)).allowed
    allowed += Drawn(second, mutant.data(x), (), 0, fit_with(second, mutant.data(x))).allowed
    for a, b, what in ((theta, back, "the mutant's estimate"), (back, theta, "the first estimate")):
        case = judged(item, tuple(map(float, a)), tuple(map(float, b)), require_data(item, x), what, allowed)
        if case.verdict is Verdict.DISAGREE:
            return case.detail
    return ""


@cache
def drawn(item: Family, first: Derivation, seed: int) -> tuple[np.ndarray, ...]:
    """Some datasets that have a maximiser, some that have none, and some left to chance."""
    kinds = ["any"] if first.outcome is Outcome.UNBOUNDED else ["holds", "any"]
    if can_fail(item, conditions=first.exists_when):
        kinds.append("fails")
    found: list[np.ndarray] = []
    for kind in kinds:

        @hypothesis.seed(seed)
        @settings(
            max_examples=DATASETS,
            database=None,
            derandomize=False,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(datasets(item, existence=kind, conditions=first.exists_when, largest=1e6, max_size=12))
        def collect(x: np.ndarray) -> None:
            found.append(x)

        collect()
    return tuple(found)


def verdict(item: Family, seed: int) -> tuple[str, list[str], tuple[str, ...]]:
    """What is wrong with one mutant, in what it is weaker, and what was done to it."""
    mutant = mutated(item, seed)
    assert is_same_density(item, mutant), f"the mutation itself is wrong: {mutant.trace}"
    fixed = {p.name: parameter_points(item, 1, seed)[0][p.symbol] for p in item.constants}
    first, second = derivation_with(item, fixed), derivation_with(mutant.family, fixed)
    wrong = contradiction(first, second)
    for x in drawn(first.family, first, seed):
        wrong = wrong or compared(first, second, mutant, x)
    return wrong, weaker(first, second), (*mutant.trace, str(mutant.family.log_density))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """As many mutants of every family as the command line asks for; else one of every fifth: the suite stays short."""
    if "mutation" in metafunc.fixturenames:
        count = metafunc.config.getoption("--mutations")
        names = [entry.name for entry in catalogue()][:: 1 if count else 5]
        metafunc.parametrize(("name", "mutation"), [(name, seed) for name in names for seed in range(count or 1)])


def test_a_mutant_has_the_same_estimate(name: str, mutation: int) -> None:
    """Brought back to the first parameters; and a maximiser exists for the same data."""
    wrong, less, trace = verdict(family(name), mutation)
    assert not wrong, f"{name}: {wrong}\n" + "\n".join(trace)
    if less:
        pytest.xfail(f"{'; '.join(less)}: {'; '.join(trace)}")
