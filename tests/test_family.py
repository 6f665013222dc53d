"""Whether a declaration that contradicts itself is refused with the reason, and a sound one can be fixed."""

import dataclasses
import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from sympy import (
    FiniteSet,
    Float,
    Integer,
    Interval,
    Naturals,
    Naturals0,
    Range,
    Rational,
    Reals,
    Symbol,
    Union,
    log,
    oo,
    pi,
    sqrt,
    symbols,
)

from thetahat.proofs.bounds import bounds, exact_number, values_allowing
from thetahat.proofs.errors import DeclarationError, ParameterError
from thetahat.proofs.family import Family, Parameter
from thetahat.proofs.probes import data_points, parameter_points
from thetahat.proofs.registry import catalogue, families, family

x = Symbol("x", positive=True)
z = Symbol("z", real=True)
n = Symbol("n", integer=True, nonnegative=True)
rate = Symbol("rate", positive=True)
mu, a, b = symbols("mu a b", real=True)
POSITIVE = Interval.open(0, oo)
RATE = Parameter(rate, POSITIVE)
ALL = families()


def waiting(**changes: Any) -> Family:
    """Declare exponential waiting times, with the changes."""
    sound: dict[str, Any] = {
        "name": "waiting",
        "observation": x,
        "support": POSITIVE,
        "parameters": (RATE,),
        "log_density": log(rate) - rate * x,
    }
    return Family(**(sound | changes))


def test_the_unchanged_declaration_is_accepted() -> None:
    """Every refusal below is due to its change."""
    assert waiting().parameter_names == ("rate",)


other_x = Symbol("x", real=True)
BARE = Symbol("x")
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "float in the density": (
        {"log_density": log(rate) - rate * x + Float("0.5")},
        r"the log-density contains the float 0\.5.*; write an exact number, such as Rational\(1, 2\)",
    ),
    "float in the support": ({"support": Interval.open(0, 1.5)}, r"the support contains the float 1\.5"),
    "float in a space": ({"parameters": [Parameter(rate, Interval.open(0, 2.5))]}, r"space of rate contains the float"),
    "undeclared symbol": ({"log_density": log(rate) - rate * x + mu}, "log-density contains mu, which is not declared"),
    "undeclared end": ({"support": Interval.open(a**2, oo)}, "the support contains a, which is not declared"),
    "twin symbol": ({"log_density": log(rate) - rate * other_x}, "a symbol named x with other assumptions"),
    "missing positivity": (
        {"observation": other_x, "log_density": log(rate) - rate * other_x},
        r"its Symbol lacks positive=True; write Symbol\('x', positive=True\)",
    ),
    "no assumptions": (
        {"observation": BARE, "support": Reals, "log_density": log(rate) - rate * BARE},
        r"lacks real=True",
    ),
    "missing integrality": (
        {"support": Naturals},
        r"in the support Naturals, but its Symbol lacks integer=True",
    ),
    "missing positivity of a parameter": (
        {"parameters": [Parameter(mu, POSITIVE)], "log_density": log(mu) - mu * x},
        r"mu lies in the space Interval.open\(0, oo\), but its Symbol lacks positive=True",
    ),
    "unfounded positivity": (
        {"support": Reals},
        "the Symbol x is assumed positive, but the support Reals also contains other values",
    ),
    "unfounded positivity of a parameter": (
        {"parameters": [Parameter(rate, Reals)]},
        "the Symbol rate is assumed positive, but the space Reals also contains other values",
    ),
    "unfounded integrality": (
        {"observation": n, "support": Interval(0, oo), "log_density": log(rate) - rate * n},
        "n is assumed integer, but the support",
    ),
    "unused parameter": (
        {"parameters": [RATE, Parameter(mu, Reals)]},
        "parameter mu occurs neither in the log-density nor in the support; remove it",
    ),
    "duplicate names": ({"parameters": [RATE, RATE]}, "two symbols are called 'rate'; rename one"),
    "parameter named like the data": (
        {"parameters": [Parameter(Symbol("x", positive=True), POSITIVE)]},
        "two symbols are called 'x'",
    ),
    "space before its symbol": (
        {
            "observation": z,
            "support": Interval(a, b),
            "parameters": [Parameter(b, Interval.open(a, oo)), Parameter(a, Reals)],
            "log_density": -log(b - a),
        },
        "the space of b mentions a, which is not declared before it",
    ),
    "space in the observation": (
        {"parameters": [Parameter(rate, Interval.open(x, oo))]},
        "the space of rate mentions x, which is not declared before it",
    ),
    "support in the observation": ({"support": Interval.open(x - 1, oo)}, "contains the observation itself"),
    "no parameters": ({"parameters": [], "log_density": -x}, "nothing to estimate"),
    "density without data": ({"log_density": log(rate)}, "neither log-density nor support links the data"),
    "union": ({"support": Union(Interval(1, 2), Interval(3, 4))}, "the set .* is not supported; use an Interval"),
    "gaps": (
        {"observation": n, "support": FiniteSet(0, 2), "log_density": log(rate) - rate * n},
        "a FiniteSet of consecutive integers",
    ),
    "pair for a set": ({"support": (0, oo)}, "the support of x is .*, which is no SymPy set"),
    "string for a density": ({"log_density": "log(rate)"}, "which is no SymPy expression"),
    "string for a symbol": ({"covariates": ["w"]}, "holds 'w', which is no Covariate"),
    "covariate without assumption": ({"covariates": [Symbol("w")]}, "covariate w needs an assumption"),
    "capital in the name": ({"name": "Waiting"}, "a name has lower-case letters"),
}


@pytest.mark.parametrize(("changes", "reason"), REFUSED.values(), ids=REFUSED)
def test_a_contradiction_is_refused_with_its_reason(changes: dict[str, Any], reason: str) -> None:
    """The message names the family, the culprit, and what to write instead."""
    with pytest.raises(DeclarationError, match=reason):
        waiting(**changes)


ACCEPTED: dict[str, Callable[[], Family]] = {
    "end whose sign SymPy leaves open": lambda: waiting(
        parameters=[Parameter(Symbol("p", positive=True), Interval.open(0, 1)), RATE],
        support=Interval.open(1 - Symbol("p", positive=True), oo),
    ),
    "positive end": lambda: waiting(support=Interval(rate, oo)),
    "negative line": lambda: waiting(
        observation=Symbol("y", negative=True),
        support=Interval.open(-oo, 0),
        log_density=log(rate) + rate * Symbol("y", negative=True),
    ),
    "closed zero": lambda: waiting(
        observation=Symbol("y", nonnegative=True),
        support=Interval(0, oo),
        log_density=log(rate) - rate * Symbol("y", nonnegative=True),
    ),
    "run up to a constant": lambda: waiting(
        observation=n,
        support=Range(0, Symbol("m", integer=True, positive=True)),
        constants=[Parameter(Symbol("m", integer=True, positive=True), Naturals)],
        log_density=log(rate) - rate * n,
    ),
    "list for a tuple": lambda: waiting(parameters=[RATE]),
}


@pytest.mark.parametrize("declare", ACCEPTED.values(), ids=ACCEPTED)
def test_a_legitimate_declaration_is_accepted(declare: Callable[[], Family]) -> None:
    """The checks on a declaration's face refuse nothing that they cannot decide."""
    assert declare().name == "waiting"


def test_a_family_is_a_value() -> None:
    """Equal declarations are equal and hash alike; nothing can be assigned to."""
    assert waiting() == waiting()
    assert hash(waiting()) == hash(waiting())
    assert waiting() != waiting(name="other")
    with pytest.raises(dataclasses.FrozenInstanceError):
        waiting().name = "other"  # type: ignore[misc]


@pytest.mark.parametrize("declared", ALL, ids=lambda declared: declared.name)
def test_a_shipped_family_says_what_it_is(declared: Family) -> None:
    """A source, and a meaning for each parameter and constant."""
    assert declared.sources
    assert all(item.meaning for item in (*declared.parameters, *declared.constants))


def kind(declared: Family) -> str:
    """Return the folder that the observation belongs to."""
    ends = declared.bounds
    if declared.also:
        return "joint"
    if declared.covariates:
        return "conditional"
    if declared.discrete:
        return "counts"
    if declared.observation.is_positive and ends.hi == oo:
        return "positive"
    circle = ends.hi - ends.lo == 2 * pi
    return "bounded" if ends.lo.is_finite and ends.hi.is_finite and not circle else "real"


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.name)
def test_the_folder_is_the_kind_of_observation(entry: Any) -> None:
    """What a folder's name says holds for all the declarations in it."""
    assert kind(family(entry.name)) == entry.kind


@pytest.mark.parametrize(
    ("name", "closed"),
    [("uniform", (True, True)), ("pareto", (True, False)), ("shifted_exponential", (True, False))],
)
def test_ends_that_estimators_sit_on_belong_to_the_support(name: str, closed: tuple[bool, bool]) -> None:
    """With an open end the likelihood would have a supremum and no maximum."""
    assert (family(name).bounds.lo_closed, family(name).bounds.hi_closed) == closed


@pytest.mark.parametrize("declared", [each for each in ALL if len(each.parameters) > 1], ids=lambda each: each.name)
def test_fixing_keeps_the_density(declared: Family) -> None:
    """At every point, ``fix`` gives the log-density with the value put in, on the support with the value put in."""
    for theta in parameter_points(declared, 2, seed=5):
        point = data_points(declared, theta, 1, seed=5)[0]
        (first, *_), values = declared.parameters, {**theta, **point}
        fixed = declared.fix(**{first.name: theta[first.symbol]})
        # Symbols may have taken on assumptions, so values are given to them by name.
        renamed = {symbol: values[old] for old in values for symbol in known(fixed) if symbol.name == old.name}
        assert fixed.log_density.subs(renamed).equals(declared.log_density.subs(values))
        assert fixed.support.subs(renamed) == declared.support.subs(values)
        assert fixed.parameter_names == declared.parameter_names[1:]


def known(declared: Family) -> list[Symbol]:
    """Return every symbol of a family."""
    return [*declared.columns, *declared.domain]


def test_fixing_an_end_at_zero_makes_the_rest_positive() -> None:
    """``b`` in ``(0, oo)`` is positive and ``x`` in ``[0, b]`` nonnegative; before, neither had a sign."""
    half = family("uniform").fix(a=0)
    assert half.name == "uniform[a=0]"
    assert half.symbols == (Symbol("b", positive=True),)
    assert half.observation == Symbol("x", nonnegative=True)
    assert half.log_density == -log(half.symbols[0])


def test_fixing_the_later_of_two_shrinks_the_space_of_the_earlier() -> None:
    """``a < b`` with ``b = 3`` leaves ``a < 3``; ``p_1 < 1 - p_0`` with ``p_1 = 1/4`` leaves ``p_0 < 3/4``."""
    assert family("uniform").fix(b=3).parameters[0].space == Interval.open(-oo, 3)
    assert family("categorical").fix(p_1=Fraction(1, 4)).parameters[0].space == Interval.open(0, Rational(3, 4))


@pytest.mark.parametrize(
    ("space", "value", "allowed"),
    [
        (Interval.open(a, oo), Integer(2), Interval.open(-oo, 2)),
        (Interval(a, oo), Integer(2), Interval(-oo, 2)),
        (Interval.open(-oo, a), Integer(2), Interval.open(2, oo)),
        (Interval.open(0, 1 - a), Rational(1, 4), Interval.open(-oo, Rational(3, 4))),
        (Interval.open(2 * a, 10 + a), Integer(4), Interval.open(-6, 2)),
    ],
)
def test_values_allowing_solves_both_ends(space: Any, value: Any, allowed: Any) -> None:
    """Worked out by hand, with the sign of the slope and closedness turning the right way."""
    assert values_allowing(space, value) == (a, allowed)


def test_fixing_refuses_what_it_cannot_do() -> None:
    """Unknown names, values outside, and a value whose space depends on several others."""
    from thetahat.proofs.families.counts.categorical import categorical

    with pytest.raises(ParameterError, match=r"no parameter or constant 'scale'; known: \['k', 'theta'\]"):
        family("gamma").fix(scale=1)
    with pytest.raises(ParameterError, match=r"gamma: k = -1 lies outside its space"):
        family("gamma").fix(k=-1)
    with pytest.raises(ParameterError, match=r"categorical: p_1 = 2 lies outside its space"):
        family("categorical").fix(p_1=2)
    with pytest.raises(ParameterError, match=r"uniform: b = 1 lies outside its space"):
        family("uniform").fix(a=2, b=1)
    with pytest.raises(ParameterError, match=r"depends on p_0, p_1; fix that as well"):
        categorical(4).fix(p_2=Fraction(1, 4))


def test_constants_are_fixed_like_parameters() -> None:
    """The size of a binomial goes, its probability stays."""
    declared = family("binomial").fix(n=10)
    assert (declared.constants, declared.parameter_names) == ((), ("p",))
    assert declared.support == Range(0, 11)
    assert declared.fix() is declared


@pytest.mark.parametrize(
    ("value", "exact"),
    [
        (0.1, Rational(1, 10)),
        (np.float64(0.1), Rational(1, 10)),
        (np.int64(3), Integer(3)),
        (Fraction(1, 3), Rational(1, 3)),
        (pi, pi),
        (sqrt(2), sqrt(2)),
        (1e-300, Rational(1, 10**300)),
    ],
)
def test_numbers_become_exact(value: object, exact: Any) -> None:
    """A float is the decimal it prints, whoever made it."""
    assert exact_number(value, "k") == exact


@pytest.mark.parametrize("value", [True, float("nan"), float("inf"), oo, "1", 1j, Symbol("t"), Float("0.1"), None])
def test_what_is_no_exact_number_is_refused(value: object) -> None:
    """The message shows whose value it was."""
    with pytest.raises(DeclarationError, match=r"^k: "):
        exact_number(value, "k")


def test_reparametrising_keeps_the_density() -> None:
    """The normal by its precision."""
    precision = Parameter(Symbol("tau", positive=True), POSITIVE, "precision")
    declared = family("normal")
    renamed = declared.reparametrise(
        "normal_by_precision", (declared.parameters[0], precision), {"sigma": 1 / sqrt(precision.symbol)}
    )
    assert renamed.parameter_names == ("mu", "tau")
    difference = renamed.log_density - declared.log_density.subs(declared.symbols[1], 1 / sqrt(precision.symbol))
    assert difference == 0
    with pytest.raises(ParameterError, match="normal: there is no parameter 'scale'"):
        declared.reparametrise("wrong", (precision,), {"scale": precision.symbol})


@pytest.mark.parametrize(
    ("space", "ends"),
    [
        (Reals, (-oo, oo, False, False, False)),
        (Naturals0, (0, oo, True, False, True)),
        (Range(1, 7), (1, 6, True, True, True)),
        (FiniteSet(2, 3, 4), (2, 4, True, True, True)),
        (Interval.Lopen(0, 1), (0, 1, False, True, False)),
    ],
)
def test_bounds_reads_the_ends(space: Any, ends: tuple[Any, ...]) -> None:
    """The ends, whether they belong to it, and whether it is a lattice."""
    assert dataclasses.astuple(bounds(space)) == ends


def test_another_process_hashes_a_family_for_itself():
    """Strings hash differently in every process, so that a hash must not travel."""
    item = family("gamma")
    hash(item)
    assert "_hash" in vars(item)
    copy = pickle.loads(pickle.dumps(item))
    assert "_hash" not in vars(copy)
    assert copy == item
    assert hash(copy) == hash(item)
