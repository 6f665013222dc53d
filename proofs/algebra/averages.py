"""Signs of expressions in averages: where every single observation gives the sign, any data do."""

from __future__ import annotations

from sympy import Expr, Mul, fraction, together

from .atoms import Mean, stand_ins
from .signs import Domain, strict_sign
from .size import factored


def sign_on_averages(expression: Expr, domain: Domain) -> int:
    """Return 1 or -1 where that strict sign is proved for all data in ``domain``, else 0.

    A factor that is linear in averages is the average of one function of an observation.

    >>> from sympy import S, Symbol, exp, oo
    >>> from thetahat.proofs.bounds import Bounds
    >>> x, b = Symbol("x", positive=True), Symbol("b", positive=True)
    >>> half_line = Bounds(S.Zero, oo, False, False, False)
    >>> sign_on_averages(b / (1 - Mean(exp(b * x), x)), {b: half_line, x: half_line})
    -1
    """
    masks = stand_ins(expression)
    if not masks:
        return strict_sign(expression, domain)
    if not all(isinstance(atom, Mean) for atom in masks):
        return 0
    back = {mask: atom.integrand for atom, mask in masks.items()}
    sign = 1
    for part in fraction(together(expression.xreplace(masks))):
        for factor in Mul.make_args(factored(part)):
            base, power = factor.as_base_exp()
            if not power.is_Integer:
                return 0
            sign *= _sign_of(base, back, domain) ** int(power)
    return sign


def _sign_of(base: Expr, back: dict[Expr, Expr], domain: Domain) -> int:
    """The sign of one factor, with symbols for averages."""
    if not base.free_symbols & set(back):
        return strict_sign(base, domain)
    linear = all(not base.diff(mask).free_symbols & set(back) for mask in back)
    return strict_sign(base.xreplace(back), domain) if linear else 0


def averaged(expression: Expr) -> Expr | None:
    """Return the function of an observation whose average an expression linear in averages is; ``None`` of others.

    >>> from sympy import Symbol
    >>> x = Symbol("x", real=True)
    >>> averaged(1 - 2 * Mean(x**2, x)), averaged(Mean(x, x) ** 2)
    (1 - 2*x**2, None)
    """
    masks = stand_ins(expression)
    apart, names = expression.xreplace(masks), set(masks.values())
    linear = not any(apart.diff(mask).free_symbols & names for mask in names)
    if not linear or not all(isinstance(atom, Mean) for atom in masks):
        return None
    return expression.xreplace({atom: atom.integrand for atom in masks})
