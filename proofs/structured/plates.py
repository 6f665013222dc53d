"""Terms with an index: components of a parameter or of an observation, and sums over all of them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import Expr, Integer, S, Symbol

from .terms import Term

_SIGNS = ("real", "nonnegative", "count", "positive", "indicator")


class Component(Term):
    """The component of a vector at an index: ``p_k``; without an index, a number.

    >>> k = Symbol("k", integer=True, positive=True)
    >>> Component("p", "positive", k)
    p_k
    """

    is_commutative = True
    is_real = True

    def __new__(cls, name: str | Symbol, sign: str | Symbol, *indices: Any) -> Expr:
        """Accept name and sign as text; the sign is ``real``, ``nonnegative``, ``positive``, ``count`` for
        a whole number that is at least 0, or ``indicator`` for a number that is 0 or 1."""
        named, kind = (Symbol(one) if isinstance(one, str) else one for one in (name, sign))
        if str(kind) not in _SIGNS:
            raise ValueError(f"{named}: the sign {kind} is none of {', '.join(_SIGNS)}")
        return Term.__new__(cls, named, kind, *indices)

    @property
    def name(self) -> str:
        """The name, without indices."""
        return str(self.args[0].name)

    @property
    def sign(self) -> str:
        """What is declared of the number: ``real``, ``nonnegative``, ``count``, ``positive`` or ``indicator``."""
        return str(self.args[1].name)

    @property
    def indices(self) -> tuple[Expr, ...]:
        """The indices."""
        return tuple(self.args[2:])

    def at(self, *indices: Expr) -> Expr:
        """Return the component at other indices."""
        return self.func(*self.args[:2], *indices)

    def renamed(self, name: str) -> Expr:
        """Return the same component of a vector with another name."""
        return self.func(name, *self.args[1:])

    def _eval_is_positive(self) -> bool | None:
        return True if self.sign == "positive" else None

    def _eval_is_nonnegative(self) -> bool | None:
        return None if self.sign == "real" else True

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return S.One if symbol == self else S.Zero

    def _sympystr(self, printer: Any) -> str:
        inside = ",".join(printer._print(one) for one in self.indices)
        return printer._print(self.args[0]) + (
            f"_{inside}" if len(self.indices) == 1 else f"_({inside})" * bool(inside)
        )

    def _latex(self, printer: Any) -> str:
        inside = ",".join(printer._print(one) for one in self.indices)
        name = printer._print(self.args[0])
        return (f"{{{name}}}" if "_" in name and inside else name) + (f"_{{{inside}}}" if inside else "")


class DatumComponent(Component):
    """A component of one observation; averages run over it."""


class Plate(Term):
    """The sum over an index from 1 to a last value that stays a symbol.

    >>> k, K = Symbol("k", integer=True, positive=True), Symbol("K", integer=True, positive=True)
    >>> Plate(Component("p", "positive", k), k, K)
    sum(p_k; k = 1..K)
    """

    is_commutative = True
    is_extended_real = True

    def spelled(self, top: int) -> tuple[Expr, ...]:
        """Return the terms of the sum where the last value of its index is ``top``.

        >>> k, K = Symbol("k", integer=True, positive=True), Symbol("K", integer=True, positive=True)
        >>> Plate(Component("p", "positive", k), k, K).spelled(2)
        (p_1, p_2)
        """
        return _spelled(self, top)

    def _eval_is_positive(self) -> bool | None:
        return self.args[0].is_positive

    def _eval_is_nonnegative(self) -> bool | None:
        return self.args[0].is_nonnegative

    def _sympystr(self, printer: Any) -> str:
        inner, index, last = (printer._print(arg) for arg in self.args)
        return f"sum({inner}; {index} = 1..{last})"

    def _latex(self, printer: Any) -> str:
        inner, index, last = (printer._print(arg) for arg in self.args)
        inner = rf"\left({inner}\right)" if self.args[0].is_Add else inner
        return rf"\sum_{{{index}=1}}^{{{last}}} {inner}"

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return self.func(self.args[0].diff(symbol), *self.args[1:])


@lru_cache(maxsize=4096)
def _spelled(plate: Plate, top: int) -> tuple[Expr, ...]:
    inner, index, _ = plate.args
    return tuple(inner.xreplace({index: Integer(at)}) for at in range(1, top + 1))


class InverseDigamma(Term):
    """The positive number whose digamma is the argument; the digamma function increases through all real numbers.

    >>> InverseDigamma(Symbol("t"))
    inverse_digamma(t)
    """

    text = "inverse_digamma({0})"
    tex = r"\psi^{{-1}}\left({0}\right)"

    is_commutative = True
    is_positive = True
