"""Symbols of the engine's own that read well on a page and are never those of a declaration, whatever it calls them."""

from __future__ import annotations

from sympy import Symbol


class StandIn(Symbol):
    """A symbol that differs from every ``Symbol``, of the same name and assumptions as well.

    >>> StandIn("z", real=True) == StandIn("z", real=True), StandIn("z", real=True) == Symbol("z", real=True)
    (True, False)
    >>> 2 * StandIn("z", real=True)
    2*z
    """

    __slots__ = ()

    @classmethod
    def class_key(cls) -> tuple[int, int, str]:
        """Stand among other symbols in the order of names."""
        key: tuple[int, int, str] = Symbol.class_key()
        return key
