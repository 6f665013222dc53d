"""A condition on a dataset: an expression in data atoms that has to be positive, or at least not negative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sympy import Basic, Expr


@dataclass(frozen=True)
class Condition:
    """``expression > 0``, where the expression contains data only through ``Mean``, ``Quantile`` and ``LargestTie``.

    ``meaning`` says the same in words; ``why`` names the rule that derived it. With ``weak``, zero will do; with
    ``open_at_zero``, nothing is known where the expression is zero. Data that fail it say something only where each of
    ``given`` is positive: the sum of the squares of a numerator and a denominator that may vanish together.
    """

    expression: Expr
    meaning: str
    why: str = ""
    weak: bool = False
    open_at_zero: bool = False
    given: tuple[Expr, ...] = ()

    @property
    def free_symbols(self) -> set[Basic]:
        """Every symbol in the condition, and in what has to be given for its failure to say something.

        >>> from sympy.abc import a, b
        >>> sorted(Condition(a, "a > 0", given=(a + b,)).free_symbols, key=str)
        [a, b]
        """
        return self.expression.free_symbols.union(*(one.free_symbols for one in self.given))

    def at(self, put: Callable[[Expr], Expr]) -> Condition:
        """Return the condition with values put into its expressions.

        >>> from sympy.abc import a
        >>> Condition(a, "a > 0").at(lambda expression: expression.subs(a, 2)).expression
        2
        """
        return replace(self, expression=put(self.expression), given=tuple(map(put, self.given)))
