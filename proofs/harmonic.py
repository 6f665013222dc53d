"""Whether a log-density is one wave in its only parameter, the space of which is a full turn: one highest place."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol, cos, expand_trig, pi, sin

from .family import Family


@dataclass(frozen=True)
class Harmonic:
    """``log p = level + cosine * cos(parameter) + sine * sin(parameter)``."""

    parameter: Symbol
    cosine: Expr
    sine: Expr


def harmonic(family: Family) -> Harmonic | None:
    """Return the wave that the log-density of an observation is; ``None`` where it is none over one turn.

    >>> from sympy import Interval, S, besseli, log
    >>> from thetahat import Parameter
    >>> y, m = Symbol("y", real=True), Symbol("m", real=True)
    >>> circle = Interval.Lopen(-pi, pi)
    >>> wave = harmonic(Family("wave", y, circle, (Parameter(m, circle),), cos(y - m) - log(2 * pi * besseli(0, 1))))
    >>> wave.cosine, wave.sine
    (cos(y), sin(y))
    """
    if len(family.parameters) != 1 or family.bounds.free_symbols & set(family.symbols):
        return None
    (parameter,), ends = family.parameters, family.parameters[0].bounds
    p = parameter.symbol
    # From minus to plus half a turn, where angles of two arguments lie.
    if (ends.lo, ends.hi, ends.lo_closed, ends.hi_closed) != (-pi, pi, False, True):
        return None
    spread = expand_trig(family.log_density).expand()
    cosine, sine = spread.coeff(cos(p)), spread.coeff(sin(p))
    level = (spread - cosine * cos(p) - sine * sin(p)).expand()
    free = p not in (level + cosine + sine).free_symbols
    return Harmonic(p, cosine, sine) if free and cosine != 0 and sine != 0 else None
