"""Whether two expressions in sums over the atoms are equal for every number of atoms: definitions, then linearity.

The definitions here are the checker's own. A sum is only ever split term by term, differentiated term by term, or
reduced by one of the premises: masses add up to one, counts to ``n``.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Add, Basic, Dummy, Expr, Mul, Pow, S, Symbol, log

from .algebra.logs import normal_form
from .errors import UndecidedError
from .theorem_terms import (
    CrossEntropy,
    Datum,
    Divergence,
    Entropy,
    Expected,
    Factors,
    Gap,
    Mass,
    MeanLogLikelihood,
    Slope,
    Term,
    Total,
    i,
    k,
    n,
    x,
)

# What averages: atoms on which one of these vanishes count for nothing. Members have positive mass on all the others,
# or the divergence is infinite and there is nothing to expand.
_AVERAGING = {"q", "n", "g"}
_MEMBERS = {"p", "P", "f"}
# A density over x has no atoms to group observations by.
_ATOMIC = {"p", "P"}


def written_out(expression: Basic) -> Expr:
    """Return ``expression`` with every name replaced by the sum it stands for, and every derivative carried out.

    Raises
    ------
    UndecidedError
        For a sum whose range depends on the variable of differentiation.

    Examples
    --------
    >>> from thetahat.proofs.theorem_terms import theta
    >>> q, p = Mass("q", i), Mass("p", i, theta)
    >>> written_out(CrossEntropy(q, p))
    -sum(q_i*log(p_i(theta)); q_i > 0)
    >>> written_out(Slope(CrossEntropy(q, p), theta))
    -sum(q_i*p_i'(theta)/p_i(theta); q_i > 0)
    """
    e = expression
    if type(e) in _MEANING:
        return written_out(_MEANING[type(e)](*e.args))
    if isinstance(e, Mass):
        return Mass("n", e.index) / n if e.name == "p_hat" else e
    if isinstance(e, Slope):
        return e if isinstance(e.args[0], Mass) else _slope(written_out(e.args[0]), e.args[1])
    if isinstance(e, Total):
        return _sum(e)
    if isinstance(e, log) and isinstance(e.args[0], Factors):
        return _log_of_product(e.args[0])
    return e.func(*(written_out(arg) for arg in e.args)) if e.args else e


def _divergence(q: Mass, p: Mass) -> Expr:
    return Total(q * log(q / p), q.index, q)


def _entropy(q: Mass) -> Expr:
    return -Total(q * log(q), q.index, q)


def _cross_entropy(q: Mass, p: Mass) -> Expr:
    return -Total(q * log(p), q.index, q)


def _expected(q: Mass, f: Expr) -> Expr:
    return Total(q * f, q.index, q)


def _mean_log_likelihood(mass: Mass) -> Expr:
    return Total(log(mass), k) / n


def _gap(t: Expr) -> Expr:
    return t - 1 - log(t)


_MEANING: dict[type[Basic], Callable[..., Expr]] = {
    Divergence: _divergence,
    Entropy: _entropy,
    CrossEntropy: _cross_entropy,
    Expected: _expected,
    MeanLogLikelihood: _mean_log_likelihood,
    Gap: _gap,
}


def _sum(total: Total) -> Expr:
    """Write out the summand and what it ranges over; group observations by the atom they fall on."""
    summand = written_out(total.summand)
    if total.index == k and total.carrier is None:
        return _grouped(summand)
    if total.carrier is None:
        return Total(summand, total.index)
    carrier = Mass("n", total.index) if total.carrier.name == "p_hat" else total.carrier
    return Total(summand, total.index, carrier, *total.args[3:])


def _grouped(summand: Expr) -> Expr:
    """``sum_k h(x_k) = sum_k sum_i [x_k = i] h(i) = sum_i n_i h(i)``, two finite sums exchanged."""
    masses = {mass for mass in summand.atoms(Mass) if Datum(k) in mass.args}
    moved = summand.xreplace({Datum(k): i})
    if not masses or k in moved.free_symbols or any(mass.name not in _ATOMIC for mass in masses):
        return Total(summand, k)
    count = Mass("n", i)
    return Total(count * moved, i, count)


def _log_of_product(product: Factors) -> Expr:
    """``log prod b_i**c_i = sum over c_i > 0 of c_i log b_i``: a factor with exponent 0 is 1."""
    factor, index = product.args
    base, exponent = factor.as_base_exp()
    if not (isinstance(factor, Pow) and isinstance(base, Mass) and isinstance(exponent, Mass)):
        raise UndecidedError(f"the logarithm of {product} is not known: its factors are not masses to the power of counts")
    return Total(exponent * log(base), index, exponent)


def _slope(e: Expr, variable: Symbol) -> Expr:
    """Differentiate term by term; a sum is finite, so nothing else is needed."""
    if not e.has(Total):
        return e.diff(variable)
    if isinstance(e, Total):
        if e.carrier is not None and variable in e.carrier.free_symbols:
            raise UndecidedError(f"which terms {e} has depends on {variable}; it is not differentiated")
        return Total(e.summand.diff(variable), *e.args[1:])
    if isinstance(e, Add):
        return Add(*(_slope(term, variable) for term in e.args))
    sums = [factor for factor in Mul.make_args(e) if factor.has(Total)]
    rest = e / Mul(*sums)
    if len(sums) != 1 or variable in rest.free_symbols or sums[0] == e:
        raise UndecidedError(f"{e} is not linear in its sums; it is not differentiated")
    return rest * _slope(sums[0], variable)


def linear_form(expression: Expr) -> Expr:
    """Return ``expression`` as a combination of sums of single products, the premises used; equal ones cancel.

    Examples
    --------
    >>> from thetahat.proofs.theorem_terms import theta
    >>> q, p = Mass("q", i), Mass("p", i, theta)
    >>> linear_form(Divergence(q, p) + Entropy(q))
    -sum(q_i*log(p_i(theta)); q_i > 0)
    >>> linear_form(Total(q - p, i, q))
    sum(p_i(theta); q_i = 0)
    """
    whole = written_out(expression)
    return whole.xreplace({total: _spread(total) for total in whole.atoms(Total)}).expand()


def _spread(total: Total) -> Expr:
    """Split the summand into products and take out of each what is free of the index."""
    stand_in = _stand_ins(total)
    summand = total.summand.xreplace({node: s for node, s in stand_in.items() if isinstance(node, Slope)})
    summand = summand.xreplace({node: s for node, s in stand_in.items() if isinstance(node, Mass)})
    if summand.has(Term):
        raise UndecidedError(f"{total} holds {summand.atoms(Term)}; such terms are not split")
    back = {s: node for node, s in stand_in.items()}
    found = S.Zero
    for term in Add.make_args(normal_form(summand, (), {}).expand()):
        outside, inside = term.as_independent(total.index, *back, as_Add=False)
        found += outside * _by_premise(Total(inside.xreplace(back), *total.args[1:]))
    return found


def _stand_ins(total: Total) -> dict[Basic, Expr]:
    """For each mass a symbol with the sign it has on the range of the sum; for each slope a real one."""
    carrier = total.carrier
    if carrier is not None and carrier.name not in _AVERAGING:
        raise UndecidedError(f"{total} runs over {carrier}, whose zeros are not known")
    table: dict[Basic, Expr] = {node: Dummy(str(node), real=True) for node in total.summand.atoms(Slope)}
    for mass in total.summand.atoms(Mass):
        if mass == carrier:
            table[mass] = S.Zero if total.outside else Dummy(str(mass), positive=True)
        else:
            observed = total.index == k or (carrier is not None and not total.outside)
            sign = "positive" if observed and mass.name in _MEMBERS else "nonnegative"
            table[mass] = Dummy(str(mass), **{sign: True})
    if S.Zero in table.values():
        # Zero has no way back: put it in at once and name the rest.
        rest = {node: s for node, s in table.items() if s != 0}
        return rest | {carrier: S.Zero}
    return table


def _by_premise(total: Total) -> Expr:
    """Masses add up to one, counts to ``n``; what a member has on the carrier is one less what it has outside."""
    summand, index, carrier = total.summand, total.index, total.carrier
    if summand == 0:
        return S.Zero
    if index == k:
        return n if summand == 1 else total
    if not isinstance(summand, Mass) or summand.index != index:
        return total
    if carrier is None or summand == carrier:
        return n if summand.name == "n" else S.One
    if summand.name in _MEMBERS and not total.outside and index != x:
        return S.One - Total(summand, index, carrier, S.Zero)
    return total


def vanishes(expression: Expr) -> bool:
    """Return whether ``expression`` is proved to be zero for every number of atoms and every choice of masses.

    >>> from thetahat.proofs.theorem_terms import theta
    >>> q, p = Mass("q", i), Mass("p", i, theta)
    >>> vanishes(Divergence(q, p) + Entropy(q) - CrossEntropy(q, p))
    True
    """
    return bool(linear_form(expression) == 0)
