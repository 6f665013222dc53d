"""The likelihood route: mean log-likelihood in averages, scores, and the equations solved or reduced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Add, Derivative, Expr, Subs, Symbol

from .algebra.atoms import Mean, atoms_of
from .algebra.derivatives import derivative
from .algebra.signs import is_negative, is_nonnegative, is_positive
from .derivation import Statistic
from .exponential import ExponentialForm, exponential_form, split_means
from .family import Family


@dataclass(frozen=True)
class AverageForm:
    """The mean log-likelihood in symbols for averages free of parameters, and the statistics they stand for."""

    statistics: tuple[Statistic, ...]
    mean_log_likelihood: Expr
    form: ExponentialForm | None


def average_form(family: Family) -> AverageForm:
    """Return the mean log-likelihood of ``family``, its averages free of parameters replaced by symbols.

    >>> from thetahat import family
    >>> average_form(family("exponential")).mean_log_likelihood
    -lambda*t_1 + log(lambda)
    """
    form = exponential_form(family)
    if form is not None:
        integrands = form.statistics
    else:
        integrands = tuple(sorted(split_means(family)[0], key=lambda f: (f.count_ops(), f.sort_key())))
    statistics = tuple(
        Statistic(statistic_symbol(family, f"t_{i}", integrand), Mean(integrand, *family.columns))
        for i, integrand in enumerate(integrands, 1)
    )
    if form is not None:
        natural = Add(*(eta * s.symbol for eta, s in zip(form.eta, statistics, strict=True)))
        return AverageForm(
            statistics, natural - form.log_partition + Mean(form.log_base_measure, *family.columns), form
        )
    coefficients, rest, base = split_means(family)
    natural = Add(*(coefficients[f] * s.symbol for f, s in zip(integrands, statistics, strict=True)))
    return AverageForm(statistics, natural + rest + base, None)


def statistic_symbol(family: Family, name: str, integrand: Expr) -> Symbol:
    """Return a symbol for the average of ``integrand``, with the sign that every dataset gives it.

    Zero is excluded only where the integrand is never zero on the support: an average of counts may vanish.

    >>> from thetahat import family
    >>> poisson = family("poisson")
    >>> t = statistic_symbol(poisson, "t_1", poisson.observation)
    >>> t.is_nonnegative, t.is_positive
    (True, None)
    """
    name, domain = _free_name(family, name), family.domain
    if is_positive(integrand, domain):
        return Symbol(name, positive=True)
    if is_negative(integrand, domain):
        return Symbol(name, negative=True)
    if is_nonnegative(integrand, domain):
        return Symbol(name, nonnegative=True)
    return Symbol(name, real=True)


def scores(mean_log_likelihood: Expr, parameters: tuple[Symbol, ...]) -> dict[Symbol, Expr]:
    """Return the derivative of the mean log-likelihood in each parameter.

    >>> from sympy import log
    >>> from sympy.abc import a, t
    >>> scores(log(a) - a * t, (a,))
    {a: -t + 1/a}
    """
    return {parameter: derivative(mean_log_likelihood, parameter) for parameter in parameters}


def without_evaluation(equations: Mapping[Symbol, Expr]) -> str:
    """Return which score holds a derivative that nobody has a formula for; empty where none does.

    >>> from sympy import besselk, log
    >>> from sympy.abc import a, t
    >>> without_evaluation(scores(log(besselk(a, t)), (a,)))
    'the score in a holds a derivative of besselk(a, t), of which no evaluation is known'
    """
    for parameter, equation in equations.items():
        for node in sorted(equation.atoms(Subs) or equation.atoms(Derivative), key=lambda one: one.sort_key()):
            known = dict(zip(node.variables, node.point, strict=True)) if isinstance(node, Subs) else {}
            inner = node.expr if isinstance(node, Subs) else node
            whole = inner.expr.xreplace(known) if isinstance(inner, Derivative) else inner
            return f"the score in {parameter} holds a derivative of {whole}, of which no evaluation is known"
    return ""


def _free_name(family: Family, name: str) -> str:
    """The name, or a longer one where the family has declared it, or would give it to one of two members."""
    taken = {symbol.name for symbol in (*family.columns, *family.domain)}
    taken |= {f"{symbol.name}_{index}" for symbol in family.symbols for index in (0, 1)}
    while name in taken:
        name = f"{name}_"
    return name


def name_averages(expressions: tuple[Expr, ...], family: Family, known: tuple[Statistic, ...]) -> tuple[Statistic, ...]:
    """Return ``known`` extended by a symbol for every atom in ``expressions`` that is free of parameters."""
    statistics = list(known)
    named = {statistic.definition for statistic in known}
    for expression in expressions:
        for atom in atoms_of(expression):
            if atom in named or atom.free_symbols & set(family.symbols):
                continue
            named.add(atom)
            kind = {"Covariance": "c", "JensenGap": "d", "Excess": "e", "Residual": "r"}.get(type(atom).__name__, "t")
            position = 1 + sum(s.symbol.name.startswith(f"{kind}_") for s in statistics)
            name = f"{kind}_{position}"
            if isinstance(atom, Mean):
                symbol = statistic_symbol(family, name, atom.integrand)
            else:
                free = _free_name(family, name)
                symbol = Symbol(free, nonnegative=True) if atom.is_nonnegative else Symbol(free, real=True)
            statistics.append(Statistic(symbol, atom))
    return tuple(statistics)


def unfold(expression: Expr, statistics: tuple[Statistic, ...]) -> Expr:
    """Return ``expression`` with the symbols of ``statistics`` replaced by what they stand for.

    >>> from sympy.abc import t, x
    >>> unfold(t + 1, (Statistic(t, Mean(x, x)),))
    Mean(x, x) + 1
    """
    for statistic in reversed(statistics):
        expression = expression.xreplace({statistic.symbol: statistic.definition})
    return expression
