"""Judges closed forms by what they have to satisfy; knows none of the lemmas that they were derived with.

Expectations are proved by functions of mean zero (``proofs.scores``), and by algebra what a divergence has to satisfy:
zero between equal members, stationary there, bent by the information, infinite unless supports nest. What stays
undecided here rests on the lemmas of the deriver and on enclosures at drawn members, in the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from flint import arb_mat
from sympy import Add, Expr, Matrix, S, StrictGreaterThan, exp, true
from sympy.logic.boolalg import Boolean

from .algebra.derivatives import derivative
from .algebra.kinks import has_kinks
from .algebra.logs import normal_form
from .algebra.signs import Domain
from .ball_data import evaluate
from .balls import precision
from .derivation import Evidence, Finding, weakest
from .drawn_members import Members, drawn_point, drawn_points, vanishes_in
from .family import Family
from .forms import ClosedForm, entries
from .members import domain_of
from .scores import expectation
from .zero import Point

_MOST_VALUES = 20


@dataclass(frozen=True)
class Judged:
    """One requirement on one closed form, and what is found."""

    quantity: str
    requirement: str
    finding: Finding


@dataclass(frozen=True)
class Claims:
    """Closed forms that are claimed of one family; ``None`` where nothing is."""

    mean: ClosedForm | None = None
    entropy: ClosedForm | None = None
    kl: ClosedForm | None = None
    fisher_information: ClosedForm | None = None
    log_partition: ClosedForm | None = None


@lru_cache(maxsize=512)
def judge_forms(family: Family, claims: Claims) -> tuple[Judged, ...]:
    """Return what every claim has to satisfy, with the finding of each requirement.

    Pure and cached. That the declared density integrates to one is taken for granted here.

    >>> from thetahat import family
    >>> from thetahat.proofs.closed_forms import entropy_of
    >>> one = family("exponential")
    >>> [judged.finding.evidence.value for judged in judge_forms(one, Claims(entropy=entropy_of(one)))]
    ['lemma']
    """
    members = Members(family)
    rows: list[Judged] = []
    if claims.mean is not None:
        rows.append(_means(family, claims.mean))
    if claims.entropy is not None:
        rows.append(_expected("entropy", family, -family.log_density, claims.entropy))
    if claims.fisher_information is not None:
        rows.append(_information(family, claims.fisher_information))
    if claims.kl is not None:
        rows += _divergence(family, members, claims.kl)
        if claims.fisher_information is not None:
            rows.append(Judged("kl", "second derivative", members.bends(claims.kl, claims.fisher_information)))
    if claims.log_partition is not None:
        rows.append(_partition(family, claims.log_partition))
    return tuple(rows)


def _expected(quantity: str, family: Family, integrand: Expr, form: ClosedForm) -> Judged:
    inside = _narrowed(domain_of(family), form.where)
    if inside is None:
        return Judged(quantity, "expectation", Finding(Evidence.UNDECIDED, f"not judged under {form.where}"))

    def points() -> Sequence[Point]:
        return [point for point in drawn_points(family)() if form.where.xreplace(dict(point[0])) == true]

    if _is_finite(family):
        return Judged(quantity, "expectation", _by_adding(family, integrand, form.value))
    return Judged(quantity, "expectation", expectation(family, integrand, form.value, inside, points))


def _means(family: Family, form: ClosedForm) -> Judged:
    found = [
        _expected("", family, x, replace(form, value=value)).finding
        for x, value in zip(family.observed, entries(form.value), strict=True)
    ]
    return Judged("mean", "expectation", weakest(found))


def _divergence(family: Family, members: Members, form: ClosedForm) -> list[Judged]:
    inside = members.own(form.value)
    integrand = family.log_density - family.log_density.xreplace(members.second)
    found = expectation(family, integrand, inside, members.domain, members.points)
    rows = [
        Judged("kl", "expectation", found),
        Judged("kl", "zero between equal members", vanishes_in(family, form.value.xreplace(members.equal))),
        Judged("kl", "infinite unless supports nest", members.nesting(form)),
    ]
    if members.regular:
        rows.append(Judged("kl", "stationary at equality", members.stationary(form)))
    return rows


def _narrowed(domain: Domain, where: Boolean) -> Domain | None:
    """The domain where a parameter exceeds a number; ``None`` for other conditions."""
    if where is true:
        return domain
    if isinstance(where, StrictGreaterThan) and where.lhs in domain and where.rhs.is_number:
        return {**domain, where.lhs: replace(domain[where.lhs], lo=where.rhs, lo_closed=False)}
    return None


def _is_finite(family: Family) -> bool:
    span = family.bounds.hi - family.bounds.lo
    return not family.also and family.discrete and span.is_Integer and span <= _MOST_VALUES


def _by_adding(family: Family, integrand: Expr, value: Expr) -> Finding:
    """The sum over a handful of values, each with its probability."""
    x, lo = family.observation, family.bounds.lo
    places = [{x: lo + step} for step in range(int(family.bounds.hi - lo) + 1)]
    whole = Add(*(integrand.xreplace(place) * exp(family.log_density.xreplace(place)) for place in places))
    return vanishes_in(family, whole.doit() - value)


def _information(family: Family, form: ClosedForm) -> Judged:
    """Minus the expected Hessian, with kinks the covariance of the score; entry by entry, and symmetric.

    Source: Lehmann & Casella 1998, *Theory of Point Estimation*, section 2.5.
    """
    claimed, symbols, kinked = Matrix(form.value), family.symbols, has_kinks(family.log_density)
    found = []
    for row, first in enumerate(symbols):
        slope = derivative(family.log_density, first)
        for column, other in enumerate(symbols[: row + 1]):
            entry = slope * derivative(family.log_density, other) if kinked else -derivative(slope, other)
            found.append(_expected("", family, entry, ClosedForm(claimed[row, column], "")).finding)
            found.append(vanishes_in(family, claimed[row, column] - claimed[column, row]))
    return Judged("fisher_information", "expectation", weakest(found))


def _partition(family: Family, form: ClosedForm) -> Judged:
    """With the log-partition added, what is free of data holds no parameter, or is a combination of natural parameters.

    Refuted where balls show it to be linearly independent of these and of constants.
    """
    around = domain_of(family) | {family.observation: family.bounds.without_ends()}
    rows: dict[Expr, Expr] = {S.One: form.value}
    for term in Add.make_args(normal_form(family.log_density, family.columns, around)):
        coefficient, part = term.as_independent(*family.columns, as_Add=False)
        rows[part] = rows.get(part, S.Zero) + coefficient
    level = rows.pop(S.One)
    found = weakest([vanishes_in(family, derivative(level, s)) for s in family.symbols])
    natural = [one for one in rows.values() if one.free_symbols & set(family.symbols)]
    if found.evidence is Evidence.REFUTED and not _independent(family, [level, *natural, S.One]):
        found = Finding(Evidence.UNDECIDED, "a combination of natural parameters may be left")
    return Judged("log_partition", "exponential form", found)


def _independent(family: Family, functions: list[Expr]) -> bool:
    """Whether no combination of the functions vanishes for all parameters, by a determinant in balls."""
    constants = {item.symbol for item in family.constants}
    drawn = [dict(drawn_point(family, seed)) for seed in range(41, 41 + len(functions))]
    members = [one | {s: drawn[0][s] for s in constants} for one in drawn]
    with precision(300):
        determinant = arb_mat([[evaluate(one, values) for one in functions] for values in members]).det()
        return bool(determinant.is_finite() and not determinant.contains(0))
