"""How it is re-proved that a likelihood is concave along lines between members: from the declared density."""

from __future__ import annotations

from random import Random

from sympy import Expr, Symbol, Tuple, exp

from ..derivation import Evidence, Finding, Step
from .cases import World, drawn, matrix_value, number_value, vanishes
from .family import StructuredFamily
from .naming import subject_of
from .plates import Component, Plate
from .sums import is_zero, nonnegative
from .terms import Average, Inverse, LogDet, Matrix, Trace, Transposed, shape
from .verdicts import judged, mean_of, refuted_in
from .words import scalar

Steps = tuple[Step, ...]
_S = Symbol("s", real=True)


def _roots(steps: Steps) -> dict[Expr, Expr]:
    return {subject_of(one): one.value for one in steps if one.rule == "root"}


def check_along(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The height where covariances are products of definite matrices and all other parameters are at roots that hold
    no parameter."""
    lines, roots = step.named("lines"), _roots(given)
    moved = [line[0] for line in lines]
    others = [one for one in family.terms if one not in moved]
    if set(others) != set(roots) or any(one.has(*family.terms) for one in roots.values()):
        return Finding(Evidence.REFUTED, "does not rest on the roots of all other parameters")
    letters = [letter for line in lines for letter in line[1:]]
    known = family.log_density.atoms(Matrix)
    fresh = len(set(letters)) == len(letters) and not known.intersection(letters)
    if not fresh or not all(_is_line(line, family) for line in lines):
        return Finding(Evidence.REFUTED, "is not about products of new definite matrices of the right size")
    products = {term: root * move * root for term, root, move in lines}
    density = family.log_density.xreplace({**roots, **products})
    same = scalar(mean_of(family, density) - step.value) == 0

    def wrong(world: World) -> bool:
        rng = Random(str(world.sizes))
        here = world.having({letter: drawn(letter, world.sizes, rng) for letter in letters})
        here = here.having({one: matrix_value(value, here) for one, value in {**roots, **products}.items()})
        return not vanishes(number_value(mean_of(family, family.log_density), here) - number_value(step.value, here))

    return judged(same, refuted_in(family, wrong))


def _is_line(line: Tuple, family: StructuredFamily) -> bool:
    """A covariance, its root, and what moves between two of those roots."""
    term = line[0]
    return (
        len(line) == 3
        and term in family.terms
        and all(isinstance(one, Matrix) and one.kind == "spd" and shape(one) == shape(term) for one in line)
    )


def check_geodesic(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """Where what moves is an exponential, in bases in which its exponent is diagonal: logarithms of determinants are
    linear, the trace is a sum of exponentials with weights that are squares, and their second derivative has a sign.

    Any two positive definite matrices are joined so: the second one between two inverse roots of the first is positive
    definite, and has a logarithm (Bhatia 2007, Positive Definite Matrices, theorem 6.1.6).
    """
    along, centred, *rest = given
    if (along.rule, centred.rule) != ("along", "pythagoras") or {*family.terms} != {*_roots(tuple(rest))}:
        return Finding(Evidence.REFUTED, "does not rest on the height along lines and on all likelihood equations")
    lines = along.named("lines")
    others = {one for one in family.terms if one not in [line[0] for line in lines]}
    if {*subject_of(centred)} != others or subject_of(step) != Tuple(*family.terms) or len(lines) != 2:
        return Finding(Evidence.REFUTED, "leaves a parameter out")
    first, second = (line[2] for line in lines)
    turned, share = step.named("turned"), step.named("share")
    falling = Average(Trace(Inverse(second) * Transposed(turned) * Inverse(first) * turned))
    speeds = [scalar(along.value).coeff(LogDet(one)) for one in (first, second)]
    linear = speeds[0] * LogDet(first) + speeds[1] * LogDet(second)
    still = scalar(along.value + share * falling - linear)
    if turned.has(first, second) or still.has(first, second) or not share.is_positive:
        return Finding(Evidence.REFUTED, "the height moves by more than determinants and one square")
    if any(speed.has(*family.terms, first, second, Average, Trace) for speed in speeds):
        return Finding(Evidence.UNDECIDED, "determinants are not seen to be linear along a line")
    height = _height(speeds, share, (shape(first)[0], shape(second)[0]))
    if not is_zero(step.value + height.diff(_S, 2)):
        return Finding(Evidence.REFUTED, "is not the curvature along a line")
    if not nonnegative(step.value):
        return Finding(Evidence.UNDECIDED, "the curvature is not seen to have one sign")
    return Finding(Evidence.LEMMA, "spectral theorem")


def _height(speeds: list[Expr], share: Expr, sizes: tuple[Expr, Expr]) -> Expr:
    """The height along a line, apart from a constant."""
    j, k = (Symbol(name, integer=True, positive=True) for name in "jk")
    a, b, w = Component("a", "real", j), Component("b", "real", k), Component("w", "nonnegative", j, k)
    rows, cols = sizes
    squares = Plate(Plate(w * exp(-_S * (a + b)), k, cols), j, rows)
    return _S * (speeds[0] * Plate(a, j, rows) + speeds[1] * Plate(b, k, cols)) - share * squares


RULES = {"along": check_along, "geodesic": check_geodesic}
