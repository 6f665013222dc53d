"""What a new declaration starts from: a small family that is complete and runs as it is written."""

from __future__ import annotations

_TEXT = '''\
"""NAME: say here, in one sentence, what one observation is."""

from sympy import Interval, Symbol, log, oo

from thetahat import Family, Parameter, Source

# The observation, with what is known of it: positive=True, nonnegative=True, real=True or integer=True.
x = Symbol("x", positive=True)

# One Symbol for each parameter, with what is known of it.
scale = Symbol("scale", positive=True)

CONSTANT = Family(
    name="NAME",
    observation=x,
    # Where observations may lie. Interval(a, b) includes its ends, Interval.open(a, b) does not; S.Reals is the line;
    # Range(0, 11), S.Naturals0 and S.Naturals hold integers. An end may contain parameters.
    support=Interval.open(0, oo),
    # What is estimated: the symbol, the set it lies in, what it means. Every estimate follows this order.
    parameters=(Parameter(scale, Interval.open(0, oo), "mean of x**2"),),
    # The logarithm of the density, or of the probability, on the support: here of 2 * x / scale * exp(-x**2 / scale).
    # Integers and Rational only: write Rational(1, 2), not 0.5.
    log_density=log(2) + log(x) - log(scale) - x**2 / scale,
    # Where the density stands in the literature.
    sources=(Source("author, year, title, section"),),
)
'''


def declaration(name: str) -> str:
    """Return the text of a Python file that declares a family called ``name``.

    >>> [line for line in declaration("waiting_time").splitlines() if "waiting_time" in line.lower()][1:]
    ['WAITING_TIME = Family(', '    name="waiting_time",']
    """
    return _TEXT.replace("NAME", name).replace("CONSTANT", name.upper())
