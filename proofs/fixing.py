"""Known constants put into a derivation: its steps stay those of the general family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sympy import Expr

from .bounds import exact_number
from .derivation import Derivation, Statistic
from .exponential import ExponentialForm


def fix_constants(derivation: Derivation, **values: object) -> Derivation:
    """Return the derivation with known constants put in: the steps stay those of the general family.

    >>> from thetahat import derive, family
    >>> fix_constants(derive(family("binomial")), n=4).estimator
    {p: t_1/4}
    """
    general = derivation.family
    member = general.fix(**values)
    exact = {c.symbol: exact_number(values[c.name], c.name) for c in general.constants if c.name in values}
    # Fixing may sharpen what is assumed of a symbol; the formulas have to use the symbols of the new declaration.
    renamed = {old: new for old, new in zip(general.symbols, member.symbols, strict=True) if old != new}
    renamed |= {old: new for old, new in zip(general.columns, member.columns, strict=True) if old != new}

    def put(expression: Expr) -> Expr:
        return expression.xreplace(renamed).subs(exact)

    return replace(
        derivation,
        family=member,
        statistics=tuple(Statistic(s.symbol, put(s.definition)) for s in derivation.statistics),
        mean_log_likelihood=put(derivation.mean_log_likelihood),
        formulas=tuple((renamed.get(s, s), put(e)) for s, e in derivation.formulas),
        equations=tuple(put(e) for e in derivation.equations),
        unknowns=tuple(renamed.get(s, s) for s in derivation.unknowns),
        closed=tuple((renamed.get(s, s), put(e)) for s, e in derivation.closed),
        within=tuple((renamed.get(s, s), put(a), put(b)) for s, a, b in derivation.within),
        free=tuple((renamed.get(s, s), put(a), put(b)) for s, a, b in derivation.free),
        exponential_form=None if derivation.exponential_form is None else _form_at(derivation.exponential_form, put),
        exists_when=tuple(c.at(put) for c in derivation.exists_when),
        edges=tuple(replace(edge, height=put(edge.height)) for edge in derivation.edges),
        integer=None if derivation.integer is None else derivation.integer.at(put, renamed),
        point=None if derivation.point is None else derivation.point.at(put, renamed),
    )


def _form_at(form: ExponentialForm, put: Callable[[Expr], Expr]) -> ExponentialForm:
    return replace(
        form,
        statistics=tuple(map(put, form.statistics)),
        eta=tuple(map(put, form.eta)),
        log_partition=put(form.log_partition),
        log_base_measure=put(form.log_base_measure),
    )
