"""Whether an exponential family is full: its parameters reach every natural parameter at which the density can be."""

from __future__ import annotations

from sympy import Dummy, Expr, Matrix, S, Symbol

from .algebra.signs import Domain
from .algebra.size import cancelled
from .expectations import is_normalised
from .exponential import ExponentialForm
from .family import Family
from .limits import end_value
from .reach import reaching


def is_full(family: Family, form: ExponentialForm) -> bool:
    """Return whether the parameters run exactly over the natural parameters for which the normaliser is finite.

    It is finite where some expressions are positive. These have to be as many as the parameters, affine in the natural
    parameters, and to take all positive values together for parameters in their spaces. Towards zero of each the
    log-partition has to grow without bound: the natural parameters at which it is finite form a convex set, on lines in
    which it is continuous, so that none lies beyond (Barndorff-Nielsen 1978, section 8.1).

    >>> from thetahat import family
    >>> from thetahat.proofs.exponential import exponential_form
    >>> [is_full(f, exponential_form(f)) for f in map(family, ("beta", "beta_by_mean", "normal_mean_equals_scale"))]
    [True, True, False]
    """
    normal = is_normalised(family)
    needed = () if normal is None else tuple(c for c in normal.conditions if c.free_symbols & set(family.symbols))
    if not len(needed) == len(form.eta) == len(family.symbols):
        return False
    return _is_affine(needed, form, family) and _reaches_all(needed, form, family)


def _is_affine(needed: tuple[Expr, ...], form: ExponentialForm, family: Family) -> bool:
    """Whether the conditions are affine in the natural parameters: the derivative of one in the other is constant."""
    natural, wanted = (Matrix(list(e)).jacobian(list(family.symbols)) for e in (form.eta, needed))
    if cancelled(natural.det()) == 0:
        return False
    slope = (wanted * natural.inv()).applyfunc(cancelled)
    return not slope.free_symbols & set(family.symbols)


def _reaches_all(needed: tuple[Expr, ...], form: ExponentialForm, family: Family) -> bool:
    """Whether the conditions take all positive values together, for parameters in their spaces, and no other ones."""
    values = [Dummy(f"v_{i}", positive=True) for i in range(len(needed))]
    places = reaching(family, list(zip(needed, values, strict=True)))
    if places is None:
        return False
    constants = {item.symbol: item.bounds for item in family.constants}
    partition = form.log_partition.subs(places)
    return all(_grows(partition, v, constants) for v in values)


def _grows(partition: Expr, value: Symbol, domain: Domain) -> bool:
    """Whether the log-partition grows without bound as a positive value tends to zero: past any constant."""
    level = Dummy("c", real=True)
    end = end_value(partition - level, value, S.Zero, True, domain)
    return end is not None and level not in end.free_symbols and bool(end.is_positive)
