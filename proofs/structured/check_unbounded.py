"""How it is re-proved that a likelihood grows for ever: the gain along a path, from the declared density."""

from __future__ import annotations

from random import Random

from flint import fmpq
from sympy import Expr, Integer, S, Symbol, log

from ..derivation import Evidence, Finding, Step
from .cases import World, drawn, number_value, vanishes
from .family import StructuredFamily
from .naming import subject_of
from .terms import Average, Inverse, LogDet, Matrix, Trace, Transposed, shape
from .verdicts import judged, mean_of, refuted_in
from .words import scalar, words

Steps = tuple[Step, ...]
_PACE = 2


def check_unbounded(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The gain is a positive number times ``log(1 + t v'Av)``, less what is zero where ``v`` meets no residual.

    ``det(A^-1 + t v v') = det(A^-1) (1 + t v'Av)`` (Harville 1997, Matrix Algebra From a Statistician's Perspective,
    theorem 18.1.1).
    """
    term, residual, other, v, t = subject_of(step), *(step.named(k) for k in ("residual", "other", "direction", "pace"))
    if any(one.rule != "root" or one.value.has(*family.terms) for one in given):
        return Finding(Evidence.REFUTED, "does not rest on roots that are free of parameters")
    known = {*family.terms, *family.observation, *(one.term for one in family.known)}
    if getattr(term, "kind", "") != "spd" or v in known or shape(v) != (shape(term)[0], S.One) or not t.is_positive:
        return Finding(Evidence.REFUTED, f"{v} is no new direction of a covariance")
    density = family.log_density.xreplace({subject_of(one): one.value for one in given})
    if _apart(density, term).has(term):
        return Finding(Evidence.UNDECIDED, f"{term} stands elsewhere than in its inverse and its determinant")
    growth = 1 + t * Trace(Transposed(v) * term * v)
    spent = t * Average(Trace(other * Transposed(residual) * v * Transposed(v) * residual)) / 2
    speed = scalar(step.value + spent).coeff(scalar(log(growth)))
    shaped = scalar(step.value - (speed * log(growth) - spent)) == 0
    if not shaped or not speed.is_positive:
        return Finding(Evidence.REFUTED, "is not seen to grow without bound where the direction meets no residual")
    path = {Inverse(term): Inverse(term) + t * v * Transposed(v), LogDet(term): LogDet(term) - log(growth)}
    mean = mean_of(family, density)
    same = scalar(mean.xreplace(path) - mean - step.value) == 0

    def wrong(world: World) -> bool:
        here = world.having({v: drawn(v, world.sizes, Random(str(world.sizes))), t: Integer(_PACE)})
        gain = number_value(mean, _moved(here, term, v)) - number_value(mean, here)
        return not vanishes(gain - number_value(step.value, here))

    return judged(same, refuted_in(family, wrong))


def _apart(density: Expr, term: Matrix) -> Expr:
    """The density with other names for the inverse and the determinant of a covariance."""
    names = {Inverse(term): Matrix("_inverse", *term.args[1:]), LogDet(term): Symbol("_log_det", real=True)}
    return density.xreplace(names)


def _moved(world: World, term: Matrix, v: Matrix) -> World:
    direction = world.values[v]
    inverse = world.values[term].inv() + direction * direction.transpose() * fmpq(_PACE)
    return world.having({term: inverse.inv()})


def check_too_few(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """Residuals that add up to zero: the columns of ``n - 1`` of them span those of all, and span the space only if
    they are no fewer than its dimensions."""
    (path,) = given
    if path.rule != "unbounded" or path.subject != subject_of(step):
        return Finding(Evidence.REFUTED, "does not rest on a path along which the likelihood grows")
    residual = path.named("residual")
    if family.rows is not None or words(Average(residual)):
        return Finding(Evidence.UNDECIDED, "the residuals are not seen to add up to zero")
    size, across = shape(residual)
    same = (step.value - 1) * across - size
    settled = same.expand() == 0 and size == shape(subject_of(step))[0]
    return Finding(Evidence.LEMMA, "rank of a sum") if settled else Finding(Evidence.REFUTED, "counted wrongly")


RULES = {"unbounded": check_unbounded, "too-few": check_too_few}
