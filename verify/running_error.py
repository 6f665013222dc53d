"""Bounds what rounding does to an expression in doubles, by an expression: operations pass errors on, and add to them.

Running error analysis. The rounding of a long sum costs at most the roundoff times the moduli of its terms, that of any
other operation the roundoff times its result; an error of an argument comes through multiplied by the slope. Terms of
second order in the roundoff are left out.

Source: Higham 2002, *Accuracy and Stability of Numerical Algorithms*, sections 1.6 and 3.3.
"""

from __future__ import annotations

from collections.abc import Mapping

from sympy import (
    Abs,
    Add,
    Derivative,
    Dummy,
    Expr,
    Function,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    S,
    Subs,
    Symbol,
    digamma,
    loggamma,
    polygamma,
    sqrt,
)

from ..proofs.algebra.atoms import Centred, Indicator, Mean, Order

_EVEN = (Abs, Max, Min)
"""Functions that pass on no more than the errors of their arguments, and have kinks."""


class NoBoundError(ValueError):
    """There is an operation of which no rule says what it does to errors."""


def running_error(e: Expr, entering: Mapping[Symbol, Expr]) -> Expr:
    """Return a bound for the error of ``e`` in doubles, in units of the roundoff of one operation.

    ``entering`` are the errors of symbols, in the same units; the others are exact. Averages over data are those that
    a textbook writes down, ``mean(x**2) - mean(x)**2`` for a variance, and order statistics are exact.

    Raises
    ------
    NoBoundError
        For an operation without a slope.

    Examples
    --------
    >>> from sympy import Symbol, log
    >>> x = Symbol("x", positive=True)
    >>> bound = running_error(log(2 - x), {})
    >>> float(bound.subs(x, 1 - 1e-6)) > 1, float(abs(log(2 - x)).subs(x, 1 - 1e-6)) < 1e-5
    (True, True)
    """
    if isinstance(e, Symbol):
        return entering.get(e, S.Zero)
    if isinstance(e, Order | Indicator) or e.is_Integer:
        return S.Zero
    if e.is_number:
        return modulus(e)
    if isinstance(e, Centred):
        return running_error(e.definition(), entering)
    if isinstance(e, Mean):
        return Mean(running_error(e.integrand, entering) + modulus(e.integrand), *e.data)
    if isinstance(e, Piecewise):
        return Piecewise(*((running_error(value, entering), condition) for value, condition in e.args))
    if e.is_Mul and e.args[0] is S.NegativeOne:
        return running_error(-e, entering)  # a change of sign is exact
    errors = [running_error(argument, entering) for argument in e.args]
    if isinstance(e, Add):
        # Of two terms there is one rounding; of more also those of partial sums, in whatever order.
        return Add(*errors, *([modulus(e)] if len(e.args) == 2 else map(modulus, e.args)))
    if isinstance(e, _EVEN):
        return Add(*errors)
    passed = (modulus(_slope(e, place)) * error for place, error in enumerate(errors) if error is not S.Zero)
    return Add(modulus(e), S.One if _has_zeros(e) else S.Zero, *passed)


def modulus(e: Expr) -> Expr:
    """Return the modulus of an expression that has real values, also where that is not seen from its form.

    >>> from sympy import LambertW, Symbol
    >>> modulus(LambertW(Symbol("x", real=True)))
    sqrt(LambertW(x)**2)
    """
    return Abs(e) if e.is_extended_real else sqrt(e**2)


def _has_zeros(e: Expr) -> bool:
    """Whether libraries lose digits of a special function at its zeros, so that its error is an absolute one."""
    return isinstance(e, loggamma | digamma) or (isinstance(e, polygamma) and e.args[0].is_zero)


def _slope(e: Expr, place: int) -> Expr:
    """The derivative of one operation in one of its arguments."""
    if isinstance(e, Mul):
        return Mul(*e.args[:place], *e.args[place + 1 :])
    if not isinstance(e, Pow | Function):
        raise NoBoundError(f"of {e.func.__name__} no slope is known")
    varied = Dummy(positive=e.args[place].is_positive, real=True)
    slope = e.func(*e.args[:place], varied, *e.args[place + 1 :]).diff(varied)
    if slope.has(Derivative, Subs):
        raise NoBoundError(f"of {e.func.__name__} no slope is known")
    return slope.xreplace({varied: e.args[place]})
