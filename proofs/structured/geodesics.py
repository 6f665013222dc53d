"""Proposes that a likelihood with a covariance on either side of the data is concave along lines between members."""

from __future__ import annotations

from sympy import Expr, Rational, S, Symbol, Tuple, exp

from ..derivation import Section
from ..trail import Trail
from .claims import add_claim, averaged
from .family import StructuredFamily
from .lemmas import Gaussian, Lemma
from .plates import Component, Plate
from .terms import Average, Inverse, LogDet, Matrix, Trace, Transposed, shape
from .words import scalar

ARGUMENT = "concave along geodesics of pairs of positive definite matrices (Wiesel 2012)"
_ALONG = (
    "With the mean at its root, and with `{0} = {1} {2} {1}` and `{3} = {4} {5} {4}`, all factors positive definite."
)
_CURVED = (
    "Any two members are joined by such products: `{1}` is the root of the first `{0}`, and `{2} = exp(s A)` with `A` "
    "the logarithm of what the second one is between two factors `{1}^-1`; so with `{3}`, `{4}`, `{5} = exp(s B)`. In "
    "bases in which `A` and `B` are diagonal, with entries `a_j` and `b_k`, and with `w_jk` the mean squared entry of "
    " `{6}` there, the height falls like `sum w_jk exp(-s (a_j + b_k))`, the rest being linear in `s`: it is "
    "concave. At a solution of the likelihood equations every such line starts flat, so no member is higher; with "
    "other means neither (Wiesel 2012, Geodesic Convexity and Covariance Estimation, IEEE Trans. Signal Process. 60)."
)
_HALF = Rational(1, 2)


def add_geodesic(
    family: StructuredFamily,
    trail: Trail,
    roots: dict[Expr, Expr],
    places: dict[Expr, int],
    lemma: Lemma,
    centred: int,
) -> bool:
    """Add the steps for two covariances, one on each side; ``centred`` is the step that the mean is best at its root.

    Returns whether they are claimed: not where the density is no Gaussian kernel with those as its only covariances.
    """
    if not isinstance(lemma, Gaussian) or family.rows is not None:
        return False
    sides = [one for side in (lemma.left, lemma.right) for one in family.terms if side == Inverse(one)]
    means = [one for one in family.terms if one not in sides]
    if len(sides) != 2 or any(roots[one].has(*family.terms) for one in means):
        return False
    (first, root_1, move_1), (second, root_2, move_2) = lines = _letters(family, sides)
    residual = lemma.residual({one: roots[one] for one in means})
    turned = Inverse(root_1) * residual * Inverse(root_2)
    table = {**roots, first: root_1 * move_1 * root_1, second: root_2 * move_2 * root_2}
    whole = averaged(family, family.log_density.xreplace(table))
    rows, cols = shape(lemma.datum)
    moving = -cols * LogDet(move_1) / 2 - rows * LogDet(move_2) / 2
    moving -= Average(Trace(Inverse(move_2) * Transposed(turned) * Inverse(move_1) * turned)) / 2
    value = moving + scalar(whole - moving)
    names = [str(one) for line in lines for one in line]
    using = {"lines": Tuple(*(Tuple(*line) for line in lines))}
    subject, here = Tuple(*family.terms), Section.OPTIMALITY
    given = tuple(places[one] for one in means)
    along = add_claim(trail, family, "along", here, _ALONG.format(*names), value, subject, given, using)
    claim = {"turned": turned, "share": _HALF}
    spoken = _CURVED.format(*names, turned)
    given = (along, centred, *(places[one] for one in family.terms))
    add_claim(trail, family, "geodesic", here, spoken, _curvature(rows, cols), subject, given, claim)
    return True


def _letters(family: StructuredFamily, sides: list[Expr]) -> list[tuple[Expr, Expr, Expr]]:
    """Each covariance with names for its root and for what moves, that stand for nothing else."""
    taken = {str(one) for one in family.log_density.atoms(Matrix, Symbol)}
    found = []
    for one, names in zip(sides, (("G", "E"), ("H", "F")), strict=True):
        fresh = [name if name not in taken else f"{name}_s" for name in names]
        found.append((one, *(Matrix(name, *shape(one), "spd") for name in fresh)))
    return found


def _curvature(rows: Expr, cols: Expr) -> Expr:
    """Minus the second derivative along a line."""
    j, k = (Symbol(name, integer=True, positive=True) for name in "jk")
    pace = Component("a", "real", j) + Component("b", "real", k)
    weight = Component("w", "nonnegative", j, k)
    term = pace**2 * weight * exp(-Symbol("s", real=True) * pace)
    return S.Half * Plate(Plate(term, k, cols), j, rows)
