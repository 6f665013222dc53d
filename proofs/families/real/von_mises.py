"""Von Mises: an angle concentrated around a mean direction."""

from sympy import Interval, Symbol, besseli, cos, log, oo, pi

from ...family import Family, Parameter, Source

x = Symbol("x", real=True)
mu = Symbol("mu", real=True)
kappa = Symbol("kappa", positive=True)

VON_MISES = Family(
    name="von_mises",
    observation=x,
    support=Interval.Lopen(-pi, pi),
    parameters=(
        Parameter(mu, Interval.Lopen(-pi, pi), "mean direction, in radians"),
        Parameter(kappa, Interval.open(0, oo), "concentration"),
    ),
    log_density=kappa * cos(x - mu) - log(2 * pi) - log(besseli(0, kappa)),
    sources=(Source("Mardia & Jupp 2000, Directional Statistics, section 3.5.4"),),
)
