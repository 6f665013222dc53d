"""Whether two expressions in sums over the atoms are equal for every number of atoms: definitions, then linearity.

The definitions here are the checker's own. A sum is only ever split term by term, differentiated term by term, or
reduced by one of the premises: masses add up to one, counts to ``n``.
"""

from __future__ import annotations

from collections.abc import Callable

from sympy import Add, Basic, Dummy, Expr, Mul, Pow, S, Symbol, log

from .algebra.logs import normal_form
from .errors import UndecidedError
from .theorem_names import CrossEntropy, Divergence, Entropy, Expected, Gap, MeanLogLikelihood
from .theorem_terms import Datum, Factors, Mass, Slope, Term, Total, i, k, n

# What averages: atoms on which one of these vanishes count for nothing. Members have positive mass on all the others,
# or the divergence is infinite and there is nothing to expand.
_AVERAGING = {"q", "n", "g"}
_MEMBERS = {"p", "P", "f"}
# What adds up to one is a premise; that the probabilities of bins do is for a step to prove.
_NORMALISED = {"q", "p", "g", "f"}
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
        return _slope(e.args[0] if isinstance(e.args[0], Mass) else written_out(e.args[0]), e.args[1])
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
    masses = summand.atoms(Mass)
    moved = summand.xreplace({Datum(k): i})
    mixed = i in summand.free_symbols or k in moved.free_symbols
    if not masses or mixed or any(mass.name not in _ATOMIC for mass in masses):
        return Total(summand, k)
    count = Mass("n", i)
    return Total(count * moved, i, count)


def _log_of_product(product: Factors) -> Expr:
    """``log prod b_i**c_i = sum over c_i > 0 of c_i log b_i``: a factor with exponent 0 is 1."""
    factor, index = product.args
    base, exponent = factor.as_base_exp()
    if not (isinstance(factor, Pow) and isinstance(base, Mass) and isinstance(exponent, Mass)):
        raise UndecidedError(
            f"the logarithm of {product} is not known: its factors are not masses to the power of counts"
        )
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
    split = whole.xreplace({total: _spread(total) for total in whole.atoms(Total)})
    masks = {total: Dummy(real=True) for total in split.atoms(Total)}
    return split.xreplace(masks).expand().xreplace({mask: total for total, mask in masks.items()})


def _spread(total: Total) -> Expr:
    """Split the summand into products and take out of each what is free of the index."""
    summand, stand_in = on_range(total, total.summand)
    if summand.has(Term):
        raise UndecidedError(f"{total} holds {summand.atoms(Term)}; such terms are not split")
    back = {s: node for node, s in stand_in.items() if s != 0}
    found = S.Zero
    for term in Add.make_args(normal_form(summand, (), {}).expand()):
        outside, inside = term.as_independent(total.index, *back, as_Add=False)
        found += outside * _by_premise(Total(inside.xreplace(back), *total.args[1:]))
    return found


def on_range(total: Total, expression: Expr) -> tuple[Expr, dict[Basic, Expr]]:
    """Return ``expression`` with a symbol for each mass, of the sign it has on the range of ``total``, and the table.

    >>> from thetahat.proofs.theorem_terms import theta
    >>> q, p = Mass("q", i), Mass("p", i, theta)
    >>> on_range(Total(q, i, q), p / q)[0].is_positive, on_range(Total(p, i, q, 0), q + p)[0].is_nonnegative
    (True, True)
    """
    carrier, atom = total.carrier, Datum(k) if total.index == k else total.index
    if carrier is not None and (carrier.name not in _AVERAGING or carrier.index != atom):
        raise UndecidedError(f"{total} runs over {carrier}, whose zeros are not known")
    occurs = total.index == k or (carrier is not None and not total.outside)
    slopes: dict[Basic, Expr] = {node: Dummy(str(node), real=True) for node in expression.atoms(Slope)}
    table = {**slopes}
    for mass in expression.atoms(Mass):
        if mass == carrier:
            table[mass] = S.Zero if total.outside else Dummy(str(mass), positive=True)
        else:
            sign = "positive" if occurs and mass.name in _MEMBERS and mass.index == atom else "nonnegative"
            table[mass] = Dummy(str(mass), **{sign: True})
    # Slopes first: they contain the masses.
    return expression.xreplace(slopes).xreplace(table), table


def _by_premise(total: Total) -> Expr:
    """Masses add up to one, counts to ``n``; what a member has on the carrier is one less what it has outside."""
    summand, index, carrier = total.summand, total.index, total.carrier
    if summand == 0:
        return S.Zero
    if index == k:
        return n if summand == 1 else total
    if not isinstance(summand, Mass) or summand.index != index:
        return total
    everything = carrier is None or summand == carrier
    if everything and summand.name == "n":
        return n
    if summand.name not in _NORMALISED or total.outside:
        return total
    if everything:
        return S.One
    return S.One - Total(summand, index, carrier, S.Zero) if summand.name in _MEMBERS else total


def vanishes(expression: Expr) -> bool:
    """Return whether ``expression`` is proved to be zero for every number of atoms and every choice of masses.

    >>> from thetahat.proofs.theorem_terms import theta
    >>> q, p = Mass("q", i), Mass("p", i, theta)
    >>> vanishes(Divergence(q, p) + Entropy(q) - CrossEntropy(q, p))
    True
    """
    return bool(linear_form(expression) == 0)
