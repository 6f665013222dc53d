"""Proposes paths along which a likelihood with several covariances grows for ever, and what data then have to span."""

from __future__ import annotations

from sympy import Expr, S, Symbol, log

from ..derivation import Section
from ..trail import Trail
from .claims import add_claim
from .derivation import Requirement
from .family import StructuredFamily
from .lemmas import Gaussian, Lemma
from .terms import Average, Inverse, Matrix, Trace, Transposed, shape
from .words import words

_PATH = (
    "Where a vector `v` other than 0 is orthogonal to every residual, let the inverse of `{term}` become "
    "`{term}^-1 + t v v'`, the rest held, with the mean at its root: the last term is 0 then, and the first grows "
    "without bound in `t`."
)
_COUNT = (
    "The residuals add up to zero, so that the {several} of all but one of them span what those of all do: too few of "
    "them leave a vector `v` that is orthogonal to all. At least so many observations are needed."
)
_REASON = "otherwise the likelihood grows without bound"


def needed(
    family: StructuredFamily,
    trail: Trail,
    roots: dict[Expr, Expr],
    places: dict[Expr, int],
    lemma: Lemma | None,
    term: Expr,
) -> list[Requirement]:
    """Add the steps on what the data have to span for the likelihood to have a bound in a covariance; return it.

    Nothing for a density that is no Gaussian kernel, or whose centre depends on the covariances that are coupled.
    """
    if not isinstance(lemma, Gaussian) or family.rows is not None:
        return []
    centres = [one for one in roots if lemma.centre.has(one)]
    residual = lemma.residual(roots)
    if residual.has(*family.terms) or words(Average(residual)):
        return []
    option = _side(lemma, residual, term)
    if option is None:
        return []
    turned, other, several = option
    size, across = shape(turned)
    v, t = Matrix("v", size), Symbol("t", positive=True)
    value = across * log(1 + t * Trace(Transposed(v) * term * v)) / 2
    value -= t * Average(Trace(other * Transposed(turned) * v * Transposed(v) * turned)) / 2
    using = {"residual": turned, "other": other, "direction": v, "pace": t}
    given = tuple(places[one] for one in centres)
    at = add_claim(trail, family, "unbounded", Section.EXISTENCE, _PATH.format(term=term), value, term, given, using)
    spoken = _COUNT.format(several=several)
    add_claim(trail, family, "too-few", Section.EXISTENCE, spoken, S.One + size / across, term, (at,))
    said = f"the {several} of the observations less their mean span all {size} dimensions"
    return [Requirement(term, "definite", f"{said}, which takes n >= 1 + {size}/{across}", _REASON)]


def _side(lemma: Gaussian, residual: Expr, term: Expr) -> tuple[Expr, Expr, str] | None:
    """The residual with the dimensions of the covariance in front, what stands on its other side, and its name."""
    if lemma.left == Inverse(term):
        return residual, lemma.right, "columns"
    return (Transposed(residual), lemma.left, "rows") if lemma.right == Inverse(term) else None
