"""Poisson with exposure: number of events in a known time or population, at a constant rate per unit of it."""

from sympy import Interval, S, Symbol, log, loggamma, oo

from ...family import Family, Parameter, Source

x = Symbol("x", integer=True, nonnegative=True)
exposure = Symbol("exposure", positive=True)
rate = Symbol("lambda", positive=True)

POISSON_EXPOSURE = Family(
    name="poisson_exposure",
    observation=x,
    support=S.Naturals0,
    parameters=(Parameter(rate, Interval.open(0, oo), "expected number of events per unit of exposure"),),
    log_density=x * log(rate * exposure) - rate * exposure - loggamma(x + 1),
    sources=(Source("McCullagh & Nelder 1989, Generalized Linear Models, 2nd ed., ch. 6"),),
    covariates=(exposure,),
)
