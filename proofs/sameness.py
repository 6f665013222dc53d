"""Which conditions on data fail exactly where all observations are equal."""

from __future__ import annotations

from sympy import Abs, Add, Dummy, Expr, Max, Mul, Poly, Pow, Symbol

from .algebra.atoms import Covariance, Excess, JensenGap, Mean, Quantile, Residual, atoms_of, stand_ins
from .algebra.signs import is_positive, strict_sign
from .algebra.size import factored
from .algebra.solve import solve_one
from .conditions import Condition
from .family import Family


def as_variance(expression: Expr, data: tuple[Symbol, ...]) -> Covariance | None:
    """Return the variance that ``expression`` is a positive multiple of, where it is one: ``mean(g^2) - mean(g)^2``.

    >>> from sympy.abc import x
    >>> as_variance(2 * Mean(x**2, x) - 2 * Mean(x, x) ** 2, (x,))
    Covariance(x, x, x)
    """
    atoms = atoms_of(expression)
    if not atoms or not all(isinstance(atom, Mean) and not atom.free_symbols for atom in atoms):
        return None
    masks = stand_ins(expression)
    flat = expression.xreplace(masks)
    if not flat.is_polynomial(*masks.values()) or (whole := Poly(flat, *masks.values())).total_degree() != 2:
        return None
    square = Add(
        *(c * Mul(*(v**k for v, k in zip(masks.values(), m, strict=True))) for m, c in whole.terms() if sum(m) == 2)
    )
    coefficient, power = factored(-square).as_coeff_Mul()
    if not isinstance(power, Pow) or power.exp != 2 or not coefficient.is_positive:
        return None
    function = power.base.xreplace({mask: atom.integrand for atom, mask in masks.items()})
    spread = Covariance(function, function, *data)
    return spread if (coefficient * spread.definition() - expression).expand() == 0 else None


def all_equal(family: Family, variable: Symbol, why: str) -> Condition:
    """Return the condition that not all values of ``variable`` are equal."""
    what = "the observations" if variable == family.observation else f"the values of {variable}"
    return Condition(Quantile(1, variable) - Quantile(0, variable), f"{what} are not all equal", why)


def is_spread(condition: Condition) -> bool:
    """Return whether a condition says that not all values of a variable are equal."""
    expression = condition.expression
    return any(expression == Quantile(1, *low.args[1:]) - low for low in expression.atoms(Quantile) if low.level == 0)


def spread_of(expression: Expr, family: Family) -> Symbol | None:
    """Return the data variable whose spread alone decides whether a nonnegative atom is positive, if there is one."""
    for symbol in family.columns:
        if expression == Quantile(1, symbol) - Quantile(0, symbol) or _beyond_the_average(expression, symbol, family):
            return symbol
    variance = isinstance(expression, Covariance) and expression.args[0] == expression.args[1]
    if variance or isinstance(expression, (JensenGap, Excess)):
        return _injective_in(expression.args[0], family)
    if not isinstance(expression, (Mean, Residual)):
        return None
    distance = _distance(expression.args[0], family)
    if distance is None:
        return None
    # From a number that is known, equal observations may well lie apart.
    extremes = {node: Dummy("quantile", real=True) for node in distance.atoms(Quantile)}
    moves = extremes or distance.free_symbols & set(family.symbols)
    return _injective_in(distance.xreplace(extremes), family) if moves else None


def _beyond_the_average(expression: Expr, symbol: Symbol, family: Family) -> bool:
    """Whether it is ``f(extreme) - mean(f)``, or its negative, of a strictly monotone ``f``, at least zero as such."""
    averages = [atom for atom in atoms_of(expression) if isinstance(atom, Mean)]
    extremes = [atom for atom in atoms_of(expression) if isinstance(atom, Quantile)]
    if len(averages) != 1 or len(extremes) != 1 or extremes[0].level not in (0, 1):
        return False
    average, extreme = averages[0], extremes[0]
    factor = -expression.coeff(average)
    function = factor * average.integrand
    if not factor.is_number or (expression + factor * average - function.subs(symbol, extreme)).expand() != 0:
        return False
    return strict_sign(function.diff(symbol), family.domain) == (1 if extreme.level == 1 else -1)


def _distance(integrand: Expr, family: Family) -> Expr | None:
    """``d`` where the integrand is an even power of ``d``, or one of ``|d|``, times what is positive."""
    rest = [part for part in Mul.make_args(integrand) if not is_positive(part, family.domain)]
    if len(rest) != 1:
        return None
    base, exponent = rest[0].as_base_exp()
    if isinstance(base, Abs) and is_positive(exponent, family.domain):
        return base.args[0]
    return base if exponent.is_number and exponent.is_even and exponent > 0 else None


def lies_elsewhere(expression: Expr) -> Expr | None:
    """Return the number that some observation is not, where ``expression`` is how far the furthest one lies from it.

    >>> x = Symbol("x")
    >>> lies_elsewhere(Max(Quantile(1, x) - 2, 2 - Quantile(0, x)))
    2
    """
    if not isinstance(expression, Max) or len(expression.args) != 2:
        return None
    ends = [node for node in expression.atoms(Quantile) if node.level in (0, 1)]
    if len(ends) != 2:
        return None
    low, high = sorted(ends, key=lambda node: node.level)
    places = {(part - high).expand() * -1 for part in expression.args if part.has(high)}
    places |= {(part + low).expand() for part in expression.args if part.has(low)}
    (place, *others) = places
    return place if not others and place.is_number else None


def reaches_below_zero(expression: Expr, family: Family) -> Expr | None:
    """Return what is positive exactly where some observation has ``k(x) < 0``, for ``mean(max(0, k)) - mean(k)``.

    ``None`` for another expression, or where ``k`` is not strictly monotone with one zero at a number.
    """
    for part in atoms_of(expression):
        if not isinstance(part, Mean) or not isinstance(part.integrand, Max):
            continue
        k = Add(*(one for one in part.integrand.args if one != 0))
        (x,) = part.data if len(part.data) == 1 else (None,)
        if x is None or (expression - part + Mean(k, x)).expand() != 0:
            continue
        roots, sign = solve_one(k, x, family.domain), strict_sign(k.diff(x), family.domain)
        if sign and len(roots) == 1 and roots[0].only and roots[0].value.is_number:
            zero = roots[0].value
            return zero - Quantile(0, x) if sign > 0 else Quantile(1, x) - zero
    return None


def _injective_in(function: Expr, family: Family) -> Symbol | None:
    """The one data variable that ``function`` is strictly monotone in; then equal values mean equal data."""
    used = [symbol for symbol in family.columns if symbol in function.free_symbols]
    if len(used) != 1:
        return None
    domain = family.domain
    return used[0] if strict_sign(function.diff(used[0]), domain) else None
