"""What a lemma about an integral or a sum says, and what one gave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from sympy import Expr, Symbol, latex


@dataclass(frozen=True)
class Lemma:
    """The logarithm of the integral, or sum, of ``exp(kernel)`` from ``lower`` to ``upper`` is ``value``.

    It holds where every expression in ``conditions`` is positive; ``source`` is where a book states it.
    """

    name: str
    source: str
    variable: Symbol
    lower: Expr
    upper: Expr
    kernel: Expr
    value: Expr
    conditions: tuple[Expr, ...] = ()

    @property
    def discrete(self) -> bool:
        """Whether it is about a sum."""
        return bool(self.variable.is_integer)

    @cached_property
    def parameters(self) -> tuple[Symbol, ...]:
        """The symbols that the lemma holds for, by name."""
        free = set().union(*(part.free_symbols for part in (self.kernel, self.lower, self.upper)))
        return tuple(sorted(free - {self.variable}, key=lambda symbol: str(symbol.name)))

    @property
    def statement(self) -> str:
        """The lemma in LaTeX.

        >>> from thetahat.proofs.lemmas import LEMMAS
        >>> LEMMAS["geometric_series"].statement
        '\\\\log\\\\sum_{j=0}^{\\\\infty} e^{j r} = - \\\\log{\\\\left(1 - e^{r} \\\\right)}, \\\\quad 1 - e^{r} > 0'
        """
        name = latex(self.variable)
        ends = rf"{{{latex(self.lower)}}}^{{{latex(self.upper)}}}"
        whole = rf"\sum_{{{name}={latex(self.lower)}}}^{{{latex(self.upper)}}} " if self.discrete else rf"\int_{ends} "
        measure = "" if self.discrete else rf"\, d{name}"
        claim = rf"\log{whole}e^{{{latex(self.kernel)}}}{measure} = {latex(self.value)}"
        return ", ".join([claim, *(rf"\quad {latex(condition)} > 0" for condition in self.conditions)])


@dataclass(frozen=True)
class Integrated:
    """The logarithm of an integral or sum, the names of the lemmas it rests on, and what they required.

    ``lemma`` joins several names by " + "; ``conditions`` are positive, each proved; ``substitution`` says how the
    kernel was brought to the lemmas' form.
    """

    value: Expr
    lemma: str
    conditions: tuple[Expr, ...]
    substitution: str = ""


def joined_names(lemmas: Iterable[str]) -> str:
    """Return the names of lemmas, each once, joined as ``Integrated`` has them.

    >>> joined_names(["gauss + gamma", "", "gamma"])
    'gauss + gamma'
    """
    return " + ".join(dict.fromkeys(name for one in lemmas for name in one.split(" + ") if name))
