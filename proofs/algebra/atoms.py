"""What data enter a formula as: averages, order statistics, ties and indicators, each opaque to algebra."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sympy import (
    Add,
    Basic,
    Dummy,
    Expr,
    Function,
    Mul,
    Pow,
    Rational,
    S,
    Symbol,
    Tuple,
    exp,
    false,
    log,
    sympify,
    true,
)
from sympy.logic.boolalg import Boolean

from .derivatives import derivative


class Mean(Function):
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

    @property
    def data(self) -> tuple[Symbol, ...]:
        """The bound data variables."""
        return tuple(self.args[1:])

    @property
    def free_symbols(self) -> set[Basic]:
        """What the integrand contains beside data."""
        return set(self.integrand.free_symbols) - set(self.data)

    @property
    def bound_symbols(self) -> list[Symbol]:
        """The data variables."""
        return list(self.data)

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return S.Zero if symbol in self.data else Mean(derivative(self.integrand, symbol), *self.data)

    def _eval_subs(self, old: Basic, new: Basic) -> Basic | None:
        return self if old in self.data else None

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


class Centred(Function):
    """A centred form of a difference of averages: equal to ``definition()``, computed without cancellation."""

    @property
    def data(self) -> tuple[Symbol, ...]:
        """The bound data variables."""
        return tuple(self.args[2:])

    @property
    def free_symbols(self) -> set[Basic]:
        """What the two functions contain beside data."""
        return set(self.args[0].free_symbols | self.args[1].free_symbols) - set(self.data)

    @property
    def bound_symbols(self) -> list[Symbol]:
        """The data variables."""
        return list(self.data)

    def _eval_subs(self, old: Basic, new: Basic) -> Basic | None:
        return self if old in self.data else None

    def _eval_is_extended_real(self) -> bool:
        return True

    def _eval_is_finite(self) -> bool:
        return True

    def _eval_evalf(self, prec: int) -> None:
        return None


class Covariance(Centred):
    """``mean(f g) - mean(f) mean(g)`` over the data; the variance where ``f`` is ``g``.

    >>> from sympy import Symbol
    >>> x = Symbol("x", real=True)
    >>> Covariance(x, x, x).definition()
    -Mean(x, x)**2 + Mean(x**2, x)
    """

    def definition(self) -> Expr:
        """Return the same number in plain averages."""
        f, g = self.args[0], self.args[1]
        return Mean(f * g, *self.data) - Mean(f, *self.data) * Mean(g, *self.data)

    def _eval_is_nonnegative(self) -> bool | None:
        return True if self.args[0] == self.args[1] else None

    def _latex(self, printer: Any) -> str:
        f, g = (printer._print(arg) for arg in self.args[:2])
        return rf"\operatorname{{var}}({f})" if f == g else rf"\operatorname{{cov}}({f}, {g})"


class JensenGap(Centred):
    """``+-(g(mean(f)) - mean(g(f)))`` for a strictly concave (or convex) ``g``: nonnegative by Jensen's inequality.

    The second argument is ``g`` applied to the first, ``log(f)`` or ``1/f``.

    >>> from sympy import Symbol, log
    >>> x = Symbol("x", positive=True)
    >>> JensenGap(x, log(x), x).definition()
    -Mean(log(x), x) + log(Mean(x, x))
    """

    def definition(self) -> Expr:
        """Return the same number in plain averages."""
        f, g = self.args[0], self.args[1]
        if g == 1 / f:
            return Mean(g, *self.data) - 1 / Mean(f, *self.data)
        return log(Mean(f, *self.data)) - Mean(g, *self.data)

    def _eval_is_nonnegative(self) -> bool:
        return True

    def _latex(self, printer: Any) -> str:
        f, g = (printer._print(arg) for arg in self.args[:2])
        if self.args[1] == 1 / self.args[0]:
            return rf"\left(\overline{{{g}}} - 1/\overline{{{f}}}\right)"
        return rf"\left(\log\overline{{{f}}} - \overline{{{g}}}\right)"


class Excess(Centred):
    """``mean(f) - f(q)`` for the order statistic ``q`` at which ``f`` is smallest: no term is negative.

    The second argument is ``q``, a symbol that stands for the order statistic; that ``f`` is smallest there is for
    whoever builds the atom to know, as ``proofs.stable`` does from the sign of the derivative.

    >>> from sympy import Symbol, log
    >>> x, q = Symbol("x", positive=True), Symbol("x_min", positive=True)
    >>> Excess(log(x), q, x).definition()
    Mean(log(x), x) - log(x_min)
    """

    def definition(self) -> Expr:
        """Return the same number in plain averages."""
        f, q = self.args[0], self.args[1]
        return Mean(f, *self.data) - f.xreplace({self.data[0]: q})

    def _eval_is_nonnegative(self) -> bool:
        return True

    def _latex(self, printer: Any) -> str:
        f, q = self.args[0], self.args[1]
        return rf"\overline{{{printer._print(f - f.xreplace({self.data[0]: q}))}}}"


class Residual(Centred):
    """The average of an integrand that is one product of even powers, kept whole: ``mean((x - m)**2)``.

    The first argument is the factored integrand, the second the number one.

    >>> from sympy import Symbol
    >>> x, m = Symbol("x", real=True), Symbol("m", real=True)
    >>> Residual((x - m) ** 2, 1, x).definition()
    m**2 - 2*m*Mean(x, x) + Mean(x**2, x)
    """

    def definition(self) -> Expr:
        """Return the same number in plain averages."""
        return Mean(self.args[0].expand(), *self.data)

    def _eval_is_nonnegative(self) -> bool | None:
        return True if self.args[0].is_nonnegative else None

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return Mean(derivative(self.args[0], symbol).expand(), *self.data)

    def _latex(self, printer: Any) -> str:
        return rf"\overline{{{printer._print(self.args[0])}}}"


class Order(Function):
    """A number read off the sorted data; its last argument is the bound data variable."""

    @property
    def free_symbols(self) -> set[Basic]:
        """What the arguments before the data variable contain."""
        return set().union(*(arg.free_symbols for arg in self.args[:-1])) if len(self.args) > 1 else set()

    @property
    def bound_symbols(self) -> list[Symbol]:
        """The data variable."""
        return [self.args[-1]]

    def _eval_subs(self, old: Basic, new: Basic) -> Basic | None:
        return self if old == self.args[-1] else None

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return S.Zero

    def _eval_evalf(self, prec: int) -> None:
        return None


class Quantile(Order):
    """A quantile of the data: ``Quantile(0, x)`` is the minimum, 1/2 the median, 1 the maximum.

    For a level between 0 and 1 any point of the quantile interval maximises; the midpoint stands for it.

    >>> from sympy import Symbol
    >>> Quantile(0, Symbol("x", positive=True)).is_positive
    True
    """

    nargs = 2

    @property
    def level(self) -> Expr:
        """The level, between 0 and 1."""
        return self.args[0]

    def _eval_is_extended_real(self) -> bool | None:
        return self.args[1].is_extended_real

    def _eval_is_finite(self) -> bool:
        return True

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[1].is_positive else None

    def _eval_is_negative(self) -> bool | None:
        return True if self.args[1].is_negative else None

    def _eval_is_nonnegative(self) -> bool | None:
        return True if self.args[1].is_nonnegative else None

    def _eval_is_integer(self) -> bool | None:
        return True if self.args[1].is_integer and self.level in (0, 1) else None

    def _latex(self, printer: Any) -> str:
        name = printer._print(self.args[1])
        named = {S.Zero: rf"\min {name}", S.One: rf"\max {name}", Rational(1, 2): rf"\operatorname{{median}} {name}"}
        return named.get(self.level, rf"Q_{{{printer._print(self.level)}}}({name})")


class LargestTie(Order):
    """The largest share of the total weight that lies on one single value of the data.

    >>> from sympy.abc import x
    >>> LargestTie(x).is_positive
    True
    """

    nargs = 1

    def _eval_is_extended_real(self) -> bool:
        return True

    def _eval_is_positive(self) -> bool:
        return True

    def _latex(self, printer: Any) -> str:
        return rf"\operatorname{{tie}}({printer._print(self.args[0])})"


class Indicator(Expr):
    """One where a condition on the data holds, zero elsewhere.

    >>> from sympy import Eq, Symbol
    >>> Indicator(Eq(Symbol("x", integer=True), 1)).is_nonnegative
    True
    """

    is_extended_real = True
    is_real = True
    is_finite = True
    is_nonnegative = True
    is_extended_nonnegative = True
    is_integer = True
    is_commutative = True

    def __new__(cls, condition: Boolean) -> Expr:
        """Decide the constant cases at once."""
        condition = sympify(condition)
        if condition is true:
            return S.One
        if condition is false:
            return S.Zero
        return Expr.__new__(cls, condition)

    @property
    def condition(self) -> Boolean:
        """The condition."""
        return self.args[0]

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return S.Zero

    def _latex(self, printer: Any) -> str:
        return rf"\left[{printer._print(self.condition)}\right]"

    def _sympystr(self, printer: Any) -> str:
        return f"[{printer._print(self.condition)}]"

    def _numpycode(self, printer: Any) -> str:
        return f"(1.0 * ({printer._print(self.condition)}))"

    def _eval_evalf(self, prec: int) -> None:
        return None


def rewrite_outside(expression: Expr, change: Callable[[Expr], Expr]) -> Expr:
    """Return ``expression`` with ``change`` applied to every node outside data atoms, the smallest first.

    >>> from sympy.abc import a, x
    >>> rewrite_outside(a + Mean(a**x, x), lambda node: 2 * a if node == a else node)
    2*a + Mean(a**x, x)
    """
    if isinstance(expression, (Mean, Centred, Order)) or not expression.args:
        return change(expression)
    return change(expression.func(*(rewrite_outside(arg, change) for arg in expression.args)))


def plain(expression: Expr) -> Expr:
    """Return ``expression`` with every centred atom and every named kernel written out.

    >>> from sympy import Symbol
    >>> x = Symbol("x", real=True)
    >>> plain(2 * Covariance(x, x, x))
    -2*Mean(x, x)**2 + 2*Mean(x**2, x)
    """
    return rewrite_outside(expression, lambda node: node.definition() if hasattr(node, "definition") else node)


def atoms_of(expression: Basic) -> Tuple:
    """Return the outermost data atoms of ``expression``, in a fixed order.

    >>> from sympy.abc import x
    >>> atoms_of(Mean(x, x) - Quantile(0, x))
    (Mean(x, x), Quantile(0, x))
    """
    found: dict[Basic, None] = {}

    def walk(node: Basic) -> None:
        if isinstance(node, (Mean, Order, Centred)):
            found[node] = None
            return
        for arg in node.args:
            walk(arg)

    walk(expression)
    return Tuple(*sorted(found, key=lambda atom: atom.sort_key()))


def stand_ins(expression: Expr) -> dict[Expr, Dummy]:
    """Return a symbol for each outermost data atom, by its place; no declared symbol is equal to any of them.

    By place, and not by hash: those of ``1/f`` and ``1/f**2`` are equal, because Python's of -1 and -2 are. The same
    place always has the same symbol, so that a compiled expression is found again.

    >>> from sympy import Symbol
    >>> x = Symbol("x", positive=True)
    >>> inverse, square = Mean(1 / (1 + x), x), Mean(1 / (1 + x) ** 2, x)
    >>> hash(inverse) == hash(square), len(set(stand_ins(inverse - square).values()))
    (True, 2)
    """
    return {atom: _stand_in(place) for place, atom in enumerate(atoms_of(expression))}


@lru_cache(maxsize=4096)
def taken_apart(expression: Expr) -> tuple[tuple[tuple[Expr, Dummy], ...], Expr]:
    """Return the outermost data atoms, each with its stand-in, and the expression with these in their places.

    >>> from sympy.abc import x
    >>> taken_apart(2 * Mean(x, x))
    (((Mean(x, x), _atom_0),), 2*_atom_0)
    """
    names = stand_ins(expression)
    return tuple(names.items()), expression.xreplace(names)


@lru_cache(maxsize=256)
def _stand_in(place: int) -> Dummy:
    return Dummy(f"atom_{place}", real=True)
