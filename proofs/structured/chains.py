"""Expected values under a density of several numbers, one after the other: of each given those that come later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr, Symbol

from ..expectations import expectation, proves_normalised
from ..family import Family
from ..lemmas import log_integral
from .components_as_symbols import bounds_of, family_of_one, space_of, symbol_of
from .family import StructuredFamily
from .plates import Component, DatumComponent, Plate


@dataclass(frozen=True)
class ChainLaw:
    """A product of densities of one number each, given the numbers that come later, which stand as constants there.

    ``names`` are the symbols for the declared components.
    """

    members: tuple[Family, ...]
    names: Mapping[Expr, Symbol]
    name: str = "one number after the other"

    def expected(self, number: Expr) -> Expr | None:
        """Return the expectation, or ``None`` where no lemma gives one of the conditional ones."""
        others = [one for one in number.atoms(Component) if one not in self.names]
        if number.has(Plate) or any(one.indices for one in others):
            return None
        names = {**self.names, **{one: symbol_of(one) for one in others}}
        domain = {symbol: bounds_of(one) for one, symbol in names.items()}
        value = number.xreplace(names)
        for member in self.members:
            beside = {symbol: ends for symbol, ends in domain.items() if symbol != member.observation}
            found = expectation(member, value, beside)
            if found is None:
                return None
            value = found.value
        return value.xreplace({symbol: one for one, symbol in names.items()})


def chain_law(family: StructuredFamily) -> ChainLaw | None:
    """Return the law where several numbers are observed that can be integrated out in some order, to one.

    >>> from sympy import log, pi
    >>> from .family import Unknown
    >>> x, t, b = DatumComponent("x", "real"), DatumComponent("t", "positive"), Component("b", "positive")
    >>> density = log(t / (2 * pi)) / 2 - t * x**2 / 2 + log(b) - b * t
    >>> one = StructuredFamily("scaled", (x, t), (Unknown(b),), density, ())
    >>> chain_law(one).expected(t * x**2 + t)
    (b + 1)/b
    """
    terms = [one.term for one in (*family.parameters, *family.known)]
    if len(family.observation) < 2 or family.totals or family.support or family.log_density.has(Plate):
        return None
    if not all(isinstance(one, Component | Symbol) and not getattr(one, "indices", ()) for one in terms):
        return None
    if not all(isinstance(one, DatumComponent) and not one.indices for one in family.observation):
        return None
    # A number that is at least 0 may be a count: which integral is meant is not said.
    if any(one.is_nonnegative and not one.is_positive for one in family.observation):
        return None
    names = {one: symbol_of(one) for one in (*family.observation, *terms) if isinstance(one, Component)}
    density = family.log_density.xreplace(names)
    members = _peeled(density, family.observation, names, {names.get(one, one): one for one in terms})
    return None if members is None else ChainLaw(members, names)


def _peeled(
    density: Expr, waiting: tuple[Expr, ...], names: Mapping[Expr, Symbol], terms: Mapping[Symbol, Expr]
) -> tuple[Family, ...] | None:
    """Conditional densities of the numbers that wait, the first given all others; nothing is left of the last."""
    if not waiting:
        return () if density == 0 else None
    for one in waiting:
        others = tuple(other for other in waiting if other != one)
        given = {**terms, **{names[other]: other for other in others}}
        domain = {symbol: bounds_of(term) for symbol, term in given.items()}
        whole = log_integral(density, names[one], bounds_of(one), domain)
        if whole is None:
            continue
        rest = _peeled(whole.value, others, names, terms)
        member = family_of_one(density - whole.value, names[one], space_of(one), given)
        if rest is not None and member is not None and proves_normalised(member):
            return (member, *rest)
    return None
