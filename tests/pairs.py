"""Two normal numbers: with all of their parameters, and around zero."""

from __future__ import annotations

from sympy import Interval, S, Symbol, log, oo, pi

from thetahat import Family, Observed, Parameter, family

x, y, mu, nu = (Symbol(name, real=True) for name in ("x", "y", "mu", "nu"))
sigma, tau = Symbol("sigma", positive=True), Symbol("tau", positive=True)
rho = Symbol("rho", real=True)
SPREADS = (
    *(Parameter(symbol, Interval.open(0, oo)) for symbol in (sigma, tau)),
    Parameter(rho, Interval.open(-1, 1)),
)
u, v = (x - mu) / sigma, (y - nu) / tau
BIVARIATE_NORMAL = Family(
    "bivariate_normal",
    x,
    S.Reals,
    (Parameter(mu, S.Reals), Parameter(nu, S.Reals), *SPREADS),
    -log(2 * pi) - log(sigma) - log(tau) - log(1 - rho**2) / 2 - (u**2 - 2 * rho * u * v + v**2) / (2 * (1 - rho**2)),
    also=(Observed(y, S.Reals),),
)
CENTRED = BIVARIATE_NORMAL.fix(mu=0, nu=0)

_RATE, _SCALE = family("exponentiated_exponential"), Symbol("s", positive=True)
SCALED = _RATE.reparametrise(
    "scaled", (_RATE.parameters[0], Parameter(_SCALE, Interval.open(0, oo))), {"lambda": 1 / _SCALE}
)
"""Lifetimes by their scale, of which the rate is the inverse: in the rate more is proved."""
