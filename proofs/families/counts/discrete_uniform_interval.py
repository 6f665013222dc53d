"""Discrete uniform on an interval: a whole number between two unknown ones, all equally likely."""

from sympy import Range, S, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True)
a = Symbol("a", integer=True)
b = Symbol("b", integer=True)

DISCRETE_UNIFORM_INTERVAL = Family(
    name="discrete_uniform_interval",
    observation=x,
    support=Range(a, b + 1),
    parameters=(
        Parameter(a, S.Integers, "smallest number"),
        Parameter(b, Range(a, oo), "largest number"),
    ),
    log_density=-log(b - a + 1),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 6"),),
)
