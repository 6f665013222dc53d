"""Parameters written in others, one to one: the same densities under other names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sympy import Basic, Expr, Pow, Symbol

from .algebra.size import cancelled
from .family import Family
from .parts import Parameter

RENAMES = "reparametrisation"
"""The rule of the step that says what other parameters are; all steps in these rest on it."""


@dataclass(frozen=True)
class Reparametrisation:
    """Some parameters of a family, each written in a new one, and the other way round.

    ``parameters`` are those of the family that comes out, in declared order, with those that stay; ``values`` are the
    old ones in the new ones, ``images`` the new ones in the old ones.
    """

    parameters: tuple[Parameter, ...]
    values: tuple[tuple[Symbol, Expr], ...]
    images: tuple[tuple[Symbol, Expr], ...]

    def of(self, family: Family) -> Family:
        """Return the family in the new parameters, quotients of these alone cancelled.

        >>> from sympy import Interval, Symbol, oo
        >>> from thetahat import family
        >>> exponential, mean = family("exponential"), Symbol("phi", positive=True)
        >>> (rate,) = exponential.symbols
        >>> by_mean = (Parameter(mean, Interval.open(0, oo)),)
        >>> Reparametrisation(by_mean, ((rate, 1 / mean),), ((mean, 1 / rate),)).of(exponential).log_density
        log(1/phi) - x/phi
        """
        names = {item.symbol: item.name for item in family.parameters}
        found = family.reparametrise(family.name, self.parameters, {names[old]: value for old, value in self.values})
        fresh = {new for new, _ in self.images}
        density = found.log_density.replace(lambda node: _is_quotient(node, fresh), cancelled)
        return replace(found, log_density=density)

    def __str__(self) -> str:
        """Return what each new parameter is."""
        return " and ".join(f"{new} = {image}" for new, image in self.images)

    @property
    def put_back(self) -> dict[Symbol, Expr]:
        """For each new parameter the old one that it stands for, written in it."""
        return {new: value for (_, value), (new, _) in zip(self.values, self.images, strict=True)}

    def back(self) -> Callable[[Expr], Expr]:
        """Return what writes an expression in the new parameters in the old ones again."""
        images = dict(self.images)
        return lambda expression: expression.subs(images, simultaneous=True) if images else expression


def _is_quotient(node: Basic, symbols: set[Symbol]) -> bool:
    """Whether a node is one over a sum in which some symbols stand and nothing else does."""
    alone = isinstance(node, Pow) and node.base.is_Add and bool(node.free_symbols) and node.free_symbols <= symbols
    return alone and node.exp == -1 and bool(node.base.is_rational_function(*symbols))
