"""Terms that stand for what they say: SymPy keeps them as they are, and prints them in a notation of their own."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from sympy import Expr, Tuple


class Inert(Expr):
    r"""A term that SymPy does not evaluate, shown by the templates ``text`` and ``tex``, into which arguments go.

    >>> class Floor(Inert):
    ...     text, tex = "floor({0})", r"\lfloor {0} \rfloor"
    >>> Floor(2)
    floor(2)
    """

    text: ClassVar[str]
    tex: ClassVar[str]

    def __new__(cls, *args: Any) -> Self:
        """Turn Python's numbers into exact ones: two terms that print alike are to be equal."""
        return Expr.__new__(cls, *Tuple(*args).args)

    def _eval_evalf(self, prec: int) -> None:
        return None

    def _sympystr(self, printer: Any) -> str:
        return self.text.format(*map(printer._print, self.args))

    def _latex(self, printer: Any) -> str:
        return self.tex.format(*map(printer._print, self.args))
