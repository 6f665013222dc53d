"""What has to be positive for an expression to be positive, or a number: conditions on its factors and parts."""

from __future__ import annotations

from sympy import Add, Expr, Mul, Pow, S, exp, fraction, log

from .algebra.atoms import atoms_of, rewrite_outside
from .algebra.lambert import above_end
from .algebra.signs import Domain, is_nonnegative, is_nonzero, is_positive
from .algebra.size import factored, joined


def above_zero(expression: Expr, domain: Domain) -> list[Expr]:
    """Reduce ``expression > 0`` to conditions on its factors; empty where it is proved.

    >>> from sympy import Symbol
    >>> a, b = Symbol("a", real=True), Symbol("b", positive=True)
    >>> above_zero(a * b, {})
    [a]
    """
    if is_positive(expression, domain) or isinstance(expression, exp):
        # An estimate is a real number where it is one at all, and so is the exponent in it.
        return []
    inside = (
        above_end(expression, lambda one: is_positive(one, domain)) or _exponent(expression) or _argument(expression)
    )
    if inside is not None:
        return above_zero(inside, domain)
    top, bottom = fraction(joined(expression))
    if bottom != 1 and is_nonnegative(-bottom, domain):
        top, bottom = -top, -bottom
    if bottom != 1 and is_nonnegative(bottom, domain):
        return above_zero(top, domain) + ([] if is_positive(bottom, domain) else above_zero(bottom, domain))
    if bottom != 1:
        # A quotient is positive exactly where the product is.
        return above_zero(factored(top * bottom), domain)
    if isinstance(expression, Pow) and expression.exp.is_positive and is_nonnegative(expression.base, domain):
        return above_zero(expression.base, domain)
    if isinstance(expression, Pow) and expression.exp == S.Half:
        return above_zero(expression.base, domain)
    whole = factored(expression) if isinstance(expression, Add) else expression
    if isinstance(whole, Mul):
        rest = [part for part in whole.args if not is_positive(part, domain)]
        if len(rest) < len(whole.args):
            return above_zero(Mul(*rest), domain)
        signed = [part for part in rest if is_nonnegative(part, domain)]
        if signed:
            left = Mul(*(part for part in rest if part not in signed))
            return [one for part in signed for one in above_zero(part, domain)] + above_zero(left, domain)
    return [whole]


def _exponent(expression: Expr) -> Expr | None:
    """What has the sign of ``1 - exp(v)``, which is ``-v``, or of ``exp(v) - 1``; ``None`` for another expression."""
    below, above = _logarithm_of(1 - expression), _logarithm_of(1 + expression)
    return above if below is None else -below


def _logarithm_of(power: Expr) -> Expr | None:
    """The exponent of an exponential, or of a power of a positive number that is none by its base alone."""
    if isinstance(power, exp):
        return power.args[0]
    if isinstance(power, Pow) and power.exp.free_symbols and power.base.is_positive:
        return power.exp * log(power.base)
    return None


def _argument(expression: Expr) -> Expr | None:
    """What has the sign of a logarithm, or of minus one."""
    flip = -1 if expression.could_extract_minus_sign() else 1
    whole = flip * expression
    return flip * (whole.args[0] - 1) if isinstance(whole, log) else None


def denominators_above_zero(value: Expr, domain: Domain) -> list[Expr]:
    """Return what has to be positive for no denominator of ``value`` to vanish.

    >>> from sympy import Symbol
    >>> a, b = Symbol("a", nonnegative=True), Symbol("b", positive=True)
    >>> denominators_above_zero(1 / (a * b), {})
    [a]
    """
    _, bottom = fraction(joined(value))
    found: list[Expr] = []
    for part in Mul.make_args(bottom):
        signed = next((one for one in (part, -part) if is_nonnegative(one, domain)), part**2)
        found += [] if part.is_number and not atoms_of(part) else above_zero(signed, domain)
    return found


def logarithms_above_zero(value: Expr, domain: Domain) -> list[Expr]:
    """Return what has to be positive for every logarithm in ``value`` to be finite.

    >>> from sympy import Symbol
    >>> a, b = Symbol("a", real=True), Symbol("b", positive=True)
    >>> logarithms_above_zero(log(a) + log(b), {})
    [a]
    """
    found: list[Expr] = []

    def visit(node: Expr) -> Expr:
        if isinstance(node, log):
            found.extend(above_zero(node.args[0], domain))
        return node

    rewrite_outside(value, visit)
    return found


def doubtful_divisors(value: Expr, domain: Domain) -> tuple[Expr, ...]:
    """Return what has to be positive for no fraction in a formula to be zero over zero: there any value may be as good.

    Where a denominator alone vanishes, the estimate only tends to infinity.

    >>> from sympy import Symbol
    >>> a, b = Symbol("a", real=True), Symbol("b", real=True)
    >>> doubtful_divisors(a / b, {}), doubtful_divisors(1 / b, {})
    ((a**2 + b**2,), ())
    """
    found: list[Expr] = []

    def visit(node: Expr) -> Expr:
        inside = (node.args[0] if isinstance(node, (Pow, log)) else S.One, value if node == value else S.One)
        for top, bottom in (fraction(joined(part)) for part in inside):
            if not is_nonzero(top, domain) and not is_nonzero(bottom, domain):
                found.append(top**2 + bottom**2)
        return node

    rewrite_outside(value, visit)
    return tuple(dict.fromkeys(found))
