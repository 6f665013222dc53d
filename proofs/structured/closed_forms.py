"""Closed forms of one member and of two where the dimension is a symbol: entropy, divergence, information, partition.

The counterpart of ``proofs.closed_forms``. Members are told apart as derivations do: ``Sigma_0``, ``p1_k``.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Add, Expr, Mul, S, Symbol, collect

from ..algebra.size import shortest
from ..errors import DeclarationError, UnsolvedError
from ..forms import ClosedForm
from .family import StructuredFamily
from .gradients import gradient, slope_size
from .laws import Law, MatrixLaw, law_of
from .lemmas import Gaussian, log_multigamma
from .naming import renamed
from .plates import Component, DatumComponent, Plate
from .sums import Totals, holds_data, normal, placed
from .terms import Datum, Inverse, LogDet, LogMultigamma, Matrix, Trace, Transposed, shape
from .words import scalar, tree, words


@lru_cache(maxsize=64)
def entropy_of(family: StructuredFamily) -> ClosedForm | None:
    """Return ``-E[log p(x)]`` of one observation, in nats, in the declared parameters; ``None`` without a lemma.

    Where the rows of a dataset belong together, it is that of all rows.

    >>> from thetahat.proofs.registry import structured
    >>> entropy_of(structured("multivariate_normal")).value
    p*(log(2) + 1 + log(pi))/2 + log det(Sigma)/2
    """
    return _expected(family, -family.log_density, ())


@lru_cache(maxsize=64)
def cross_entropy(family: StructuredFamily) -> ClosedForm | None:
    """Return ``-E_0[log p_1(x)]`` in the parameters of members 0 and 1; ``None`` without a lemma.

    >>> from thetahat.proofs.registry import structured
    >>> cross_entropy(structured("categorical_k")).value
    -sum(log(p1_l)*p0_l; l = 1..K)
    """
    return _expected(family, -_second(family), ("0", "1"))


@lru_cache(maxsize=64)
def kl(family: StructuredFamily) -> ClosedForm | None:
    """Return ``KL(p_0 || p_1) = E_0[log p_0 - log p_1]`` in the parameters of both members, in nats.

    ``None`` where no lemma gives it, or where the support depends on a parameter.

    Source: Kullback & Leibler 1951, *On information and sufficiency*, section 2.

    >>> from thetahat.proofs.registry import structured
    >>> kl(structured("multivariate_normal_covariance")).value
    -p/2 - log det(Sigma_0)/2 + log det(Sigma_1)/2 + tr(Sigma_0*Sigma_1^-1)/2
    """
    return _expected(family, family.log_density - _second(family), ("0", "1"))


@lru_cache(maxsize=64)
def fisher_information(family: StructuredFamily) -> ClosedForm | None:
    """Return the expected information of one observation as a quadratic form in a direction of the parameters.

    A direction has a component for each of the parameter's: ``d_Sigma`` (symmetric, if the parameter is) or ``dp_k``,
    which sum to 0 where the parameters sum to one. It is minus the expected second derivative of the log-density along
    the direction; ``None`` where no lemma gives it.

    Source: Lehmann & Casella 1998, *Theory of Point Estimation*, section 2.5, lemma 5.3.

    >>> from thetahat.proofs.registry import structured
    >>> fisher_information(structured("multivariate_normal_covariance")).value
    tr(Sigma^-1*d_Sigma*Sigma^-1*d_Sigma)/2
    """
    if law_of(family) is None:
        return None
    _require_free(family, [str(direction_of(term).name) for term in family.terms])
    try:
        second = _along_matrices(family) if not family.in_plates else _along_components(family)
    except UnsolvedError:
        return None
    return _expected(family, -second, ())


def log_partition(family: StructuredFamily) -> ClosedForm | None:
    """Return ``A`` of ``log p = eta . T(x) - A + log h(x)``, in the declared parameters; ``None`` without such a form.

    ``None`` as well where no lemma shows that the density integrates to one, so that what is data stays open.

    Terms without parameters belong to ``h``. Where probabilities sum to one and ``eta`` holds the logarithms of all of
    them, it is 0: their exponentials sum to one.

    >>> from thetahat.proofs.registry import structured
    >>> log_partition(structured("dirichlet")).value
    -loggamma(sum(a_l; l = 1..K)) + sum(loggamma(a_l); l = 1..K)
    """
    if law_of(family) is None or family.support:
        return None
    density = _normal(family, family.log_density, ())
    left: list[Expr] = []
    for term in Add.make_args(density):
        if holds_data(term) or term.has(Datum):
            if not _parts(term, family):
                return None
        elif _holds_parameters(term, family):
            left.append(-term)
    return ClosedForm(Add(*left), "exponential form")


def direction_of(term: Expr) -> Expr:
    """Return the name of a direction of a parameter.

    >>> direction_of(Matrix("Sigma", 2, 2, "spd")), direction_of(Symbol("v", positive=True))
    (d_Sigma, d_v)
    """
    if isinstance(term, Matrix):
        rows, cols = shape(term)
        return Matrix(f"d_{term.name}", rows, cols, "symmetric" if term.kind == "spd" else term.kind)
    if isinstance(term, Component):
        return Component(f"d{term.name}", "real", *term.indices)
    return Symbol(f"d_{term.name}", real=True)


def _second(family: StructuredFamily) -> Expr:
    return placed(family.log_density, {term: renamed(term, "1") for term in family.terms})


def _expected(family: StructuredFamily, number: Expr, members: tuple[str, ...]) -> ClosedForm | None:
    """The expectation under member 0, which the family's own terms stand for until the end."""
    law = law_of(family)
    if law is None or family.support:
        return None
    _require_free(family, [str(renamed(term, end).name) for term in family.terms for end in members])
    value = law.expected(number)
    if value is None:
        return None
    if members:
        value = placed(value, {term: renamed(term, "0") for term in family.terms})
    return ClosedForm(_tidy(_normal(family, value, members), law, family, members), law.name)


def _require_free(family: StructuredFamily, names: list[str]) -> None:
    """Names of members and directions must not be those of something declared."""
    declared = {str(one.name) for one in (*family.terms, *family.observation, *(one.term for one in family.known))}
    taken = sorted(declared & set(names))
    if taken:
        raise DeclarationError(
            f"{family.name}: {taken[0]} is declared, and stands for a member or a direction in closed forms; rename it"
        )


def _tidy(value: Expr, law: Law, family: StructuredFamily, members: tuple[str, ...]) -> Expr:
    """The shortest of equal forms: as it is, with a difference of centres in one piece, and with terms collected."""
    forms = [value]
    if members and isinstance(law, MatrixLaw) and isinstance(law.lemma, Gaussian):
        forms.append(_folded(value, law.lemma, family))
    forms += [collect(one, list(one.atoms(LogDet, Plate, Trace)), lambda factor: factor.factor()) for one in forms]
    return shortest(forms)


def _folded(value: Expr, lemma: Gaussian, family: StructuredFamily) -> Expr:
    """The quadratic form in the difference of two centres, written as one trace."""
    tables = [{term: renamed(term, end) for term in family.terms} for end in ("0", "1")]
    rows, cols = shape(lemma.datum)
    difference = tree(words(lemma.centre.xreplace(tables[0]) - lemma.centre.xreplace(tables[1])), rows)
    if difference == 0:
        return value
    place = Matrix("_difference", rows, cols)
    right, left = (one.xreplace(tables[1]) for one in (lemma.right, lemma.left))
    square = scalar(Trace(right * Transposed(place) * left * place) / 2).xreplace({place: difference})
    return scalar(value - square) + square


def _normal(family: StructuredFamily, value: Expr, members: tuple[str, ...]) -> Expr:
    return normal(value, family.totals + _ones(family, members)) if family.in_plates else scalar(value)


def _ones(family: StructuredFamily, members: tuple[str, ...]) -> Totals:
    """That probabilities add up to one, and their directions to zero."""
    found = []
    for one in family.parameters:
        if one.simplex is None:
            continue
        terms = [renamed(one.term, end) for end in members] or [one.term]
        last = family.last(one.simplex)
        found += [(Plate(term, one.simplex, last), S.One) for term in terms]
        found.append((Plate(direction_of(one.term), one.simplex, last), S.Zero))
    return tuple(found)


def _along_matrices(family: StructuredFamily) -> Expr:
    """The second derivative of the log-density along a direction."""
    opened = family.log_density.replace(LogMultigamma, log_multigamma)
    return _slope(_slope(scalar(opened), family), family)


def _slope(number: Expr, family: StructuredFamily) -> Expr:
    found = []
    for term in family.terms:
        towards = direction_of(term)
        if not isinstance(term, Matrix):
            found.append(number.diff(term) * towards)
            continue
        slope = tree(gradient(number, term), slope_size(term))
        if slope != 0:
            found.append(Trace(Transposed(slope) * towards))
    return scalar(Add(*found))


def _along_components(family: StructuredFamily) -> Expr:
    step = Symbol("_step", real=True)
    moved = placed(family.log_density, {term: term + step * direction_of(term) for term in family.terms})
    return moved.diff(step, 2).xreplace({step: S.Zero})


def _holds_parameters(value: Expr, family: StructuredFamily) -> bool:
    names = {term.name for term in family.terms if isinstance(term, Component)}
    return value.has(*family.terms) or any(one.name in names for one in value.atoms(Component))


def _parts(term: Expr, family: StructuredFamily) -> bool:
    """Whether a term is a product of data and parameters; of a trace each word is, whatever stands between the data."""
    for factor in Mul.make_args(term):
        if isinstance(factor, Plate):
            if not _parts(factor.args[0], family):
                return False
        elif isinstance(factor, Trace):
            if any(_mixed(one, family) for one in factor.atoms(Inverse)):
                return False
        elif _mixed(factor, family):
            return False
    return True


def _mixed(value: Expr, family: StructuredFamily) -> bool:
    data = bool(value.atoms(Datum, DatumComponent))
    return data and _holds_parameters(value, family)
