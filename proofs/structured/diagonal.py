"""The nearest member whose positive definite parameter is diagonal, in either direction of the divergence."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol

from .closed_forms import kl
from .component_slopes import slope
from .entries import diagonal_component, on_diagonal
from .family import StructuredFamily
from .gradients import gradient
from .kernels import proposed_pieces
from .laws import MatrixLaw, law_of
from .lemmas import free_index
from .naming import renamed
from .pieces import expression, tangent
from .plates import Component
from .solving import solved
from .sums import is_zero, normal, placed
from .terms import Matrix, shape
from .words import scalar

_PLACE = Symbol("_place", positive=True)


@dataclass(frozen=True)
class DiagonalProjection:
    """The nearest diagonal member of a family to another member of it.

    Attributes
    ----------
    roots
        For each parameter of the nearest member a value of least divergence; of the diagonal one an entry, at index
        ``k``.
    divergence
        The divergence that is left, in the parameters of the member that is given.
    excess
        By how much a diagonal member's divergence exceeds that, with the other parameters at their roots: a sum of
        positive numbers times ``t - 1 - log t``, so the entries are the only ones.
    """

    roots: tuple[tuple[Expr, Expr], ...]
    divergence: Expr
    excess: Expr


def diagonal_m_projection(family: StructuredFamily) -> DiagonalProjection | None:
    """Return the diagonal member 1 that minimises ``KL(p_0 || p_1)``; ``None`` where no rule gives or proves it.

    Of a normal density the marginal variances stay:

    >>> from thetahat.proofs.registry import structured
    >>> diagonal_m_projection(structured("multivariate_normal")).roots
    ((mu_1, mu_0), (Sigma_1_(k,k), Sigma_0_(k,k)))
    >>> diagonal_m_projection(structured("multivariate_normal")).divergence
    -log det(Sigma_0)/2 + sum(log(Sigma_0_(l,l)); l = 1..p)/2
    """
    return _projection(family, "1")


def diagonal_i_projection(family: StructuredFamily) -> DiagonalProjection | None:
    """Return the diagonal member 0 that minimises ``KL(p_0 || p_1)``; ``None`` where no rule gives or proves it.

    Source: Bishop 2006, Pattern Recognition and Machine Learning, section 10.1.2.

    Of a normal density the variances of each coordinate given all others stay:

    >>> from thetahat.proofs.registry import structured
    >>> diagonal_i_projection(structured("multivariate_normal")).roots
    ((mu_0, mu_1), (Sigma_0_(k,k), 1/(Sigma_1^-1)_(k,k)))
    """
    return _projection(family, "0")


def _projection(family: StructuredFamily, sought: str) -> DiagonalProjection | None:
    law, between = law_of(family), kl(family)
    definite = [one.term for one in family.parameters if one.definite]
    if not isinstance(law, MatrixLaw) or between is None or len(definite) != 1:
        return None
    roots = {}
    value = scalar(between.value)
    for term in family.terms:
        if term in definite:
            continue
        own = renamed(term, sought)
        root = _root(value, own)
        if root is None or not _is_least(family, law, value, scalar(value.xreplace({own: root}))):
            return None
        value, roots[own] = scalar(value.xreplace({own: root})), root
    own = renamed(definite[0], sought)
    index = _index(value)
    inside = on_diagonal(value, own, index)
    found = None if inside is None else _nearest(inside, diagonal_component(own, index), shape(own)[0], index)
    if found is None:
        return None
    component, root, divergence, excess = found
    return DiagonalProjection((*roots.items(), (component, root)), divergence, excess)


def _index(value: Expr) -> Symbol:
    plain = Symbol("k", integer=True, positive=True)
    return free_index(value) if "k" in {str(one) for one in value.free_symbols} else plain


def _root(value: Expr, term: Expr) -> Expr | None:
    """The root of the slope in a matrix, where it needs nothing of given matrices."""
    if not isinstance(term, Matrix):
        return None
    step = solved(gradient(value, term), term)
    return step.root if step is not None and (step.needs is None or not step.root.has(step.needs)) else None


def _is_least(family: StructuredFamily, law: MatrixLaw, before: Expr, after: Expr) -> bool:
    """Whether what the root takes off the divergence is a sum of squares, so that it is least there."""
    pieces = proposed_pieces(law.lemma, family.terms) or []
    squares = [expression(one) for one in pieces if one.args[0].name == "square"]
    return len(squares) == 1 and scalar(before - after - squares[0]) == 0


def _nearest(value: Expr, component: Component, last: Expr, index: Symbol) -> tuple[Component, Expr, Expr, Expr] | None:
    """The entry's root from the slope in it, what is left of the divergence, and the excess of other entries."""
    score = normal(slope(value, component) * component).xreplace({component: _PLACE})
    rising = score.is_polynomial(_PLACE)
    line = score if rising else score.xreplace({_PLACE: 1 / _PLACE})
    if not line.is_polynomial(_PLACE) or line.as_poly(_PLACE).degree() != 1:
        return None
    constant, factor = line.coeff(_PLACE, 0), line.coeff(_PLACE, 1)
    root = -constant / factor if rising else -factor / constant
    weight = -constant if rising else constant
    if not weight.is_positive or not root.is_positive:
        return None
    divergence = normal(placed(value, {component: root}))
    piece = tangent(weight, component / root if rising else root / component, (index, last))
    excess = expression(piece)
    return (component, root, divergence, excess) if is_zero(value - divergence - excess) else None
