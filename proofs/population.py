"""Expectations under a target in the place of averages over data."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol

from .algebra.atoms import Mean, Quantile, atoms_of
from .algebra.signs import Domain
from .family import Family
from .targets import Target


@dataclass(frozen=True)
class Population:
    """Expectations under a target in the place of averages over data."""

    target: Target
    family: Family
    domain: Domain

    def all_of(self, formulas: list[tuple[Symbol, Expr]]) -> dict[Symbol, Expr] | None:
        """Every formula with its averages replaced; ``None`` where one has an average without a closed form."""
        found = {symbol: self.of(formula) for symbol, formula in formulas}
        known = {symbol: value for symbol, value in found.items() if value is not None}
        return known if len(known) == len(found) else None

    def of(self, expression: Expr) -> Expr | None:
        """The expression with every average replaced; ``None`` where one has no closed form."""
        found: dict[Expr, Expr] = {}
        for atom in atoms_of(expression):
            value = self._atom(atom)
            if value is None:
                return None
            found[atom] = value
        return expression.xreplace(found)

    def _atom(self, atom: Expr) -> Expr | None:
        if isinstance(atom, Mean):
            inner = self.of(atom.integrand) if atoms_of(atom.integrand) else atom.integrand
            return None if inner is None else self.target.mean(inner, self.family.observation, self.domain)
        if isinstance(atom, Quantile) and atom.level in (0, 1):
            end = self.target.support.lo if atom.level == 0 else self.target.support.hi
            return end if end.is_finite else None
        return None
