"""The average of a function of the data: linear, and differentiated under the bar."""

from __future__ import annotations

from typing import Any

from sympy import Add, Expr, Function, Mul, Pow, S, Symbol, exp

from .bound_data import BindsData
from .derivatives import derivative


class Mean(BindsData, Function):
    """The weighted average of an integrand over the data; linear, and differentiated under the bar.

    ``Mean(f, x, ...)`` binds the data variables ``x, ...``: what does not contain them comes out of the bar.

    >>> from sympy import Symbol
    >>> x, a = Symbol("x", positive=True), Symbol("a", positive=True)
    >>> Mean(a * x + a**2, x)
    a**2 + a*Mean(x, x)
    >>> Mean(x**a, x).diff(a)
    Mean(x**a*log(x), x)
    """

    @classmethod
    def eval(cls, integrand: Expr, *data: Symbol) -> Expr | None:
        """Take what is linear, and what is free of data, out of the bar."""
        if not _depends(integrand, data):
            return integrand
        if isinstance(integrand, Add):
            return Add(*(cls(term, *data) for term in integrand.args))
        spread = integrand.expand(deep=False, mul=True, multinomial=True, power_base=False, power_exp=False, log=False)
        if isinstance(spread, Add):
            return Add(*(cls(term, *data) for term in spread.args))
        outside, inside = _split(integrand, data)
        if outside is not S.One:
            return outside * cls(inside, *data)
        return None if inside == integrand else cls(inside, *data)

    @property
    def integrand(self) -> Expr:
        """What is averaged.

        >>> from sympy.abc import x
        >>> Mean(x**2, x).integrand
        x**2
        """
        return self.args[0]

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return S.Zero if symbol in self.data else Mean(derivative(self.integrand, symbol), *self.data)

    def _eval_is_extended_real(self) -> bool | None:
        return self.integrand.is_extended_real

    def _eval_is_finite(self) -> bool | None:
        return True if self.integrand.is_extended_real else None

    def _eval_is_positive(self) -> bool | None:
        return True if self.integrand.is_positive else None

    def _eval_is_nonnegative(self) -> bool | None:
        return True if self.integrand.is_nonnegative else None

    def _eval_is_negative(self) -> bool | None:
        return True if self.integrand.is_negative else None

    def _latex(self, printer: Any) -> str:
        return rf"\overline{{{printer._print(self.integrand)}}}"

    def _eval_evalf(self, prec: int) -> None:
        return None


def _depends(term: Expr, data: tuple[Symbol, ...]) -> bool:
    return not term.free_symbols.isdisjoint(data)


def _split(term: Expr, data: tuple[Symbol, ...]) -> tuple[Expr, Expr]:
    """Factor ``term`` into what is free of data and the rest, powers with sums in the exponent included."""
    outside, inside = [], []
    for factor in Mul.make_args(term):
        if not _depends(factor, data):
            outside.append(factor)
            continue
        base, exponent = factor.as_base_exp()
        if isinstance(factor, (exp, Pow)) and not _depends(base, data):
            free, bound = exponent.expand().as_independent(*data, as_Add=True)
            outside.append(Pow(base, free))
            inside.append(Pow(base, bound))
        elif isinstance(factor, Pow) and isinstance(base, Mul) and not _depends(exponent, data):
            free, bound = base.as_independent(*data, as_Add=False)
            if free.is_positive:
                outside.append(Pow(free, exponent))
                inside.append(Pow(bound, exponent))
            else:
                inside.append(factor)
        else:
            inside.append(factor)
    return Mul(*outside), Mul(*inside)
