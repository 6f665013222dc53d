"""Lindley: waiting time for the first or, sometimes, the second event of a constant rate."""

from sympy import Interval, Symbol, log, oo

from ...family import Family, Parameter, Source

x = Symbol("x", positive=True)
theta = Symbol("theta", positive=True)

LINDLEY = Family(
    name="lindley",
    observation=x,
    support=Interval.open(0, oo),
    parameters=(Parameter(theta, Interval.open(0, oo), "rate, per unit of x"),),
    log_density=2 * log(theta) - log(1 + theta) + log(1 + x) - theta * x,
    sources=(Source("Ghitany, Atieh & Nadarajah 2008, Mathematics and Computers in Simulation, vol. 78, pp. 493-506"),),
)
