"""What every data atom has in common: its last arguments are data variables, which it binds."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Symbol


class BindsData:
    """A function whose arguments from ``FIRST`` on are bound data variables; nothing is put in for these.

    >>> from sympy.abc import a, x
    >>> from thetahat.proofs.algebra.mean import Mean
    >>> average = Mean(x**a, x)
    >>> average.data, average.free_symbols, average.subs(x, 2) == average
    ((x,), {a}, True)
    """

    FIRST = 1
    args: tuple[Any, ...]

    @property
    def data(self) -> tuple[Symbol, ...]:
        """The bound data variables."""
        return tuple(self.args[self.FIRST :])

    @property
    def free_symbols(self) -> set[Basic]:
        """What the arguments before the data variables contain beside data."""
        return set().union(*(arg.free_symbols for arg in self.args[: self.FIRST])) - set(self.data)

    @property
    def bound_symbols(self) -> list[Symbol]:
        """The data variables."""
        return list(self.data)

    def _eval_subs(self, old: Basic, new: Basic) -> Basic | None:
        return self if old in self.data else None
