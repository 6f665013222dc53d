"""The KL route: mean map of an exponential form, moment matching, and divergence between two members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Add, Expr, Matrix, Symbol, Tuple

from .algebra.derivatives import derivative
from .algebra.eliminate import Choose, eliminate
from .algebra.elimination import Elimination
from .algebra.invertible import determinant
from .algebra.linear_equations import solved_linearly
from .algebra.signs import Domain
from .algebra.size import flattened, operations, shortest
from .algebra.tidying import tidy
from .derivation import Statistic
from .exponential import ExponentialForm
from .family import Family
from .members import member_symbols

# The information of the longest family that we ship has 44 operations before it is brought to a shorter form.
_MOST_OPERATIONS = 120


@dataclass(frozen=True)
class MeanMap:
    """``tau(theta) = E_theta[T]``, from ``J^T tau = dA/dtheta`` with ``J = d eta / d theta``."""

    parameters: tuple[Symbol, ...]
    tau: tuple[Expr, ...]
    jacobian: Matrix


def mean_map(form: ExponentialForm, parameters: tuple[Symbol, ...], domain: Domain) -> MeanMap | None:
    """Return the mean parameters as functions of ``parameters``; ``None`` unless there are as many as statistics.

    >>> from thetahat import family
    >>> from thetahat.proofs.exponential import exponential_form
    >>> gamma = family("gamma")
    >>> mean_map(exponential_form(gamma), gamma.symbols, gamma.domain).tau
    (k*theta, log(theta) + polygamma(0, k))
    """
    if len(parameters) != len(form.statistics) or not parameters:
        return None
    jacobian = Matrix([[flattened(derivative(eta, parameter)) for parameter in parameters] for eta in form.eta])
    if tidy(determinant(jacobian), domain) == 0:
        return None
    gradient = Matrix([flattened(derivative(form.log_partition, parameter)) for parameter in parameters])
    return MeanMap(parameters, tuple(tidy(value, domain) for value in solved_linearly(jacobian.T, gradient)), jacobian)


def told(means: MeanMap, statistics: tuple[Statistic, ...]) -> tuple[tuple[str, Expr], ...]:
    """Return what a step says that rests on ``J'(t - tau)``: parameters, ``tau``, ``J`` and ``t``."""
    return (
        ("parameters", Tuple(*means.parameters)),
        ("means", Tuple(*means.tau)),
        ("jacobian", Tuple(*(Tuple(*means.jacobian.row(i)) for i in range(means.jacobian.rows)))),
        ("statistics", Tuple(*(s.symbol for s in statistics))),
    )


def at_ends(means: MeanMap, placed: Mapping[Symbol, Expr]) -> MeanMap:
    """Return the mean map with the parameters that the support places put in."""
    return MeanMap(means.parameters, tuple(tau.subs(placed) for tau in means.tau), means.jacobian.subs(placed))


def match_moments(means: MeanMap, statistics: tuple[Statistic, ...], domain: Domain, choose: Choose) -> Elimination:
    """Solve ``tau(theta) = t`` as far as the rules go; the equations are none of the score equations."""
    return eliminate(moment_equations(means, statistics), domain, choose)


def moment_equations(means: MeanMap, statistics: tuple[Statistic, ...]) -> dict[Symbol, Expr]:
    """Return ``tau(theta) - t``, an equation for each parameter."""
    return _paired(means.parameters, [tau - s.symbol for tau, s in zip(means.tau, statistics, strict=False)])


def _paired(parameters: tuple[Symbol, ...], equations: list[Expr]) -> dict[Symbol, Expr]:
    """One equation for each parameter: first those with the fewest that have none yet, so that it is in its own.

    Of ``theta = t_1`` and ``(a + 1) theta**2 = t_2`` the first is for ``theta``, whichever is declared first: a root
    of the second would hold for one sign of ``t_1`` alone.
    """
    found: dict[Symbol, Expr] = {}
    partners = dict(zip(equations, parameters, strict=True))
    while partners:
        waiting = [p for p in parameters if p not in found]
        equation = min(partners, key=lambda one: len(one.free_symbols.intersection(waiting)) or len(parameters) + 1)
        inside = [p for p in waiting if p in equation.free_symbols] or waiting
        partner = partners.pop(equation)
        found[partner if partner in inside else inside[0]] = equation
    return {p: found[p] for p in parameters}


def divergence_between(family: Family, form: ExponentialForm, means: MeanMap) -> Expr:
    """Return KL from member 0 to member 1, ``(eta_0 - eta_1) tau_0 - A_0 + A_1``, for a support free of parameters.

    >>> from thetahat import family
    >>> from thetahat.proofs.exponential import exponential_form
    >>> f = family("exponential")
    >>> divergence_between(f, exponential_form(f), mean_map(exponential_form(f), f.symbols, f.domain))
    log(lambda_0) - log(lambda_1) + (-lambda_0 + lambda_1)/lambda_0
    """
    first, second = member_symbols(family, 0), member_symbols(family, 1)
    terms = (
        ((eta.xreplace(first) - eta.xreplace(second)) * tau.xreplace(first))
        for eta, tau in zip(form.eta, means.tau, strict=True)
    )
    partition = form.log_partition
    total = Add(*terms) - partition.xreplace(first) + partition.xreplace(second)
    return shortest((total, total.expand()))


def fisher_information(
    mean_log_likelihood: Expr, statistics: tuple[Statistic, ...], means: MeanMap, domain: Domain
) -> Matrix | None:
    """Return the expected information of one observation: minus the Hessian, statistics at their means.

    ``None`` where an entry is too long to be brought to a form that a reader gains from, as with sums of ten powers.

    >>> from thetahat import family
    >>> from thetahat.proofs.exponential import exponential_form
    >>> from thetahat.proofs.likelihood import average_form
    >>> f = family("exponential")
    >>> a = average_form(f)
    >>> fisher_information(a.mean_log_likelihood, a.statistics, mean_map(a.form, f.symbols, f.domain), f.domain)
    Matrix([[lambda**(-2)]])
    """
    at_means = {s.symbol: tau for s, tau in zip(statistics, means.tau, strict=False)}
    p = means.parameters

    # The matrix is symmetric.
    places = [(i, j) for i in range(len(p)) for j in range(i, len(p))]
    raw = {(i, j): -derivative(mean_log_likelihood, p[i], p[j]).subs(at_means) for i, j in places}
    if any(operations(entry) > _MOST_OPERATIONS for entry in raw.values()):
        return None
    upper = {place: tidy(entry.expand(), domain) for place, entry in raw.items()}
    return Matrix(len(p), len(p), lambda i, j: upper[min(i, j), max(i, j)])
