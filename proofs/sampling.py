"""What estimates tend to as data grow, and how they scatter: the sandwich covariance, and exact expectations.

The estimate tends to the member nearest to the truth in KL(truth || member), whether or not the truth is a member;
``sqrt(n)`` times its error tends to a normal law with covariance ``A^-1 B A^-1``, where ``A`` is minus the expected
Hessian of the log-density and ``B`` the covariance of the score, both under the truth (White 1982, *Maximum likelihood
estimation of misspecified models*, theorems 2.2 and 3.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Add, Expr, ImmutableMatrix, Integer, Matrix, Mul, Symbol

from .algebra.atoms import Mean, atoms_of, plain
from .algebra.derivatives import derivative
from .algebra.signs import Domain
from .algebra.tidying import tidy
from .closed_forms import fisher_information
from .derivation import Derivation, Evidence
from .engine import derive
from .expectations import expectation
from .family import Family
from .forward_projection import forward
from .likelihood import unfold
from .projected import symbols_of
from .targets import Member, Target
from .zero import prove_zero

COUNT = Symbol("n", integer=True, positive=True)
"""The number of observations."""
_LONG = 150
"""Operations of an expression beyond which it is left as it is."""


@dataclass(frozen=True)
class Sandwich:
    """The limit of estimates under a truth, and the covariance of ``sqrt(n)`` times their error.

    Attributes
    ----------
    theta
        The limit, by symbol.
    bread
        ``A``, minus the expected Hessian of the log-density at the limit.
    meat
        ``B``, the covariance of the score at the limit.
    covariance
        ``A^-1 B A^-1``.
    holds
        Whether ``A`` and ``B`` are proved equal, as they are where the truth is a member: both are then the Fisher
        information, and the covariance is its inverse.
    """

    theta: Mapping[Symbol, Expr]
    bread: Matrix
    meat: Matrix
    covariance: Matrix
    holds: bool


def sandwich(truth: Target, family: Family) -> Sandwich | None:
    """Return the limit and the covariance of maximum-likelihood estimates of ``family`` where ``truth`` is true.

    ``None`` where the projection or an expectation has no closed form, and where the support depends on a parameter.

    >>> from thetahat import family
    >>> r = Symbol("r", positive=True)
    >>> found = sandwich(Member.of(family("geometric_failures"), p=1 / (1 + r)), family("poisson"))
    >>> found.theta, found.covariance[0], found.holds
    ({lambda: r}, r*(r + 1), False)
    """
    if family.bounds.free_symbols or any(item.bounds.discrete for item in family.parameters):
        return None
    nearest = forward(truth, family)
    if nearest is None or nearest.left or not nearest.theta:
        return None
    domain = symbols_of(truth)
    if isinstance(truth, Member) and truth.family == family:
        return _where_the_model_holds(truth, family, domain)
    score = [derivative(family.log_density, symbol) for symbol in family.symbols]
    count = len(score)
    bread = _under(
        truth, family, nearest.theta, domain, [[-derivative(one, s) for s in family.symbols] for one in score]
    )
    meat = _under(truth, family, nearest.theta, domain, [[one * other for other in score] for one in score])
    inverse = None if bread is None else _inverse(bread, domain)
    if bread is None or meat is None or inverse is None:
        return None
    covariance = (inverse * meat * inverse).applyfunc(lambda entry: _short(entry, domain))
    gaps = [bread[i, j] - meat[i, j] for i in range(count) for j in range(i + 1)]
    holds = all(prove_zero(gap, domain, list).evidence is Evidence.ALGEBRA for gap in gaps)
    return Sandwich(dict(nearest.theta), bread, meat, ImmutableMatrix(covariance), holds)


def _where_the_model_holds(truth: Member, family: Family, domain: Domain) -> Sandwich | None:
    """Both matrices are the Fisher information (Lehmann & Casella 1998, lemma 2.5.3)."""
    found = fisher_information(family)
    if found is None:
        return None
    information = found.value.xreplace(truth.values)
    covariance = _inverse(information, domain)
    if covariance is None:
        return None
    theta = {symbol: truth.values[symbol] for symbol in family.symbols}
    return Sandwich(theta, information, information, covariance, True)


def _inverse(matrix: Matrix, domain: Domain) -> Matrix | None:
    """By cofactors, since SymPy would multiply out and cancel on the way, which takes minutes of long entries."""
    count = matrix.rows
    determinant = _short(_determinant(matrix), domain)
    if determinant == 0:
        return None

    def entry(i: int, j: int) -> Expr:
        return _short((-1) ** (i + j) * _determinant(matrix.minor_submatrix(j, i)) / determinant, domain)

    return ImmutableMatrix(count, count, entry)


def _determinant(matrix: Matrix) -> Expr:
    if matrix.rows == 0:
        return Integer(1)
    columns = range(matrix.cols)
    return Add(*((-1) ** j * matrix[0, j] * _determinant(matrix.minor_submatrix(0, j)) for j in columns))


def _short(value: Expr, domain: Domain) -> Expr:
    return tidy(value, domain) if value.count_ops() <= _LONG else value


def _under(
    truth: Target, family: Family, theta: Mapping[Symbol, Expr], domain: Domain, entries: list[list[Expr]]
) -> Matrix | None:
    """Expected entries under the truth, with the parameters at their limit."""
    inside = {**domain, **{item.symbol: item.bounds for item in family.parameters}}
    rows = []
    for row in entries:
        found = [truth.mean(entry.expand(), family.observation, inside) for entry in row]
        known = [tidy(value.subs(theta), domain) for value in found if value is not None]
        if len(known) < len(found):
            return None
        rows.append(known)
    return ImmutableMatrix(rows)


def expected_estimate(family: Family, symbol: Symbol) -> Expr | None:
    """Return the exact expectation of a parameter's estimate from ``n`` observations of a member.

    ``None`` unless the formula is a polynomial of degree two at most in averages whose expectations are known.

    >>> from thetahat import family
    >>> variance = family("normal_by_variance")
    >>> expected_estimate(variance, variance.symbols[1])
    (n*v - v)/n
    """
    derivation = derive(family)
    formula = _in_averages(derivation, symbol)
    if formula is None:
        return None
    averages = list(atoms_of(formula))
    if not all(isinstance(one, Mean) and not one.free_symbols for one in averages):
        return None
    polynomial = formula.as_poly(*averages)
    if polynomial is None or polynomial.total_degree() > 2 or not polynomial.free_symbols.isdisjoint(family.symbols):
        return None
    found: Expr = Integer(0)
    for powers, coefficient in polynomial.terms():
        chosen = [one.integrand for one, power in zip(averages, powers, strict=True) for _ in range(power)]
        value = _expected_product(family, chosen)
        if value is None:
            return None
        found += coefficient * value
    return tidy(found, {item.symbol: item.bounds for item in family.parameters})


def _in_averages(derivation: Derivation, symbol: Symbol) -> Expr | None:
    formulas = dict(derivation.formulas)
    if symbol not in formulas:
        return None
    formula = unfold(formulas[symbol], derivation.statistics)
    while formula.free_symbols & set(formulas):
        formula = unfold(formula.xreplace(formulas), derivation.statistics)
    return plain(formula)


def _expected_product(family: Family, functions: list[Expr]) -> Expr | None:
    """``E[mean(f) mean(g)] = (E[f g] + (n - 1) E[f] E[g]) / n`` of independent observations."""
    single = [expectation(family, one) for one in functions]
    values = [one.value for one in single if one is not None]
    if len(values) < len(single):
        return None
    if len(functions) < 2:
        return Mul(*values)
    both = expectation(family, Mul(*functions).expand())
    return None if both is None else Add(both.value, (COUNT - 1) * Mul(*values)) / COUNT


def member_itself(family: Family) -> Member:
    """Return a member in symbols of its own names: the truth, where the model holds.

    >>> from thetahat import family
    >>> sandwich(member_itself(family("exponential")), family("exponential")).holds
    True
    """
    items = (*family.constants, *family.parameters)
    return Member(family, tuple((item.symbol, item.symbol) for item in items))
