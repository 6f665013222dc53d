"""Discrete uniform: a number drawn from 1 to an unknown largest number, all equally likely."""

from sympy import Range, S, Symbol, log

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, positive=True)
N = Symbol("N", integer=True, positive=True)

DISCRETE_UNIFORM = Family(
    name="discrete_uniform",
    observation=x,
    support=Range(1, N + 1),
    parameters=(Parameter(N, S.Naturals, "largest number"),),
    log_density=-log(N),
    sources=(Source("Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, ch. 6"),),
)
