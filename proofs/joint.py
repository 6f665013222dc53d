"""Densities of several numbers observed together: integrated over one after the other, each given those still left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations

from sympy import Add, Expr, S, Symbol

from .algebra.logs import normal_form
from .algebra.signs import Domain
from .algebra.size import cancelled
from .bounds import Bounds
from .family import Family
from .integration.lemma import Integrated, joined_names
from .measures import Measure, measure_over, total_of
from .members import domain_of

Numbers = tuple[tuple[Symbol, Bounds], ...]


@dataclass(frozen=True)
class Chain:
    """The density of each observed number given those after it, up to constants, and the integral over all of them."""

    links: tuple[Measure, ...]
    total: Integrated


@lru_cache(maxsize=512)
def chain_of(family: Family, beside: Numbers = ()) -> Chain | None:
    """Return the links of a family's density in the first order in which lemmas integrate it, or ``None``.

    A family of one observed number has one link. ``beside`` says where symbols lie that are not the family's.

    >>> from thetahat import family
    >>> chain_of(family("exponential")).total.value
    0
    """
    observed = ((family.observation, family.bounds), *((one.symbol, one.bounds) for one in family.also))
    given = {s: ends for s, ends in domain_of(family).items() if s not in family.observed}
    found = (_in_turn(family.log_density, order, given | dict(beside)) for order in permutations(observed))
    return next((chain for chain in found if chain is not None), None)


def _collected(density: Expr, left: Numbers, given: Domain) -> Expr:
    """The log-density with one term for each function of the numbers that are left, its coefficient over one
    denominator: what a square was completed with cancels."""
    names = tuple(symbol for symbol, _ in left)
    around = {**given, **{symbol: ends.without_ends() for symbol, ends in left}}
    coefficients: dict[Expr, Expr] = {}
    for term in Add.make_args(normal_form(density, names, around)):
        coefficient, part = term.as_independent(*names, as_Add=False)
        coefficients[part] = coefficients.get(part, S.Zero) + coefficient
    return Add(*(cancelled(coefficient) * part for part, coefficient in coefficients.items()))


def _in_turn(density: Expr, order: Numbers, given: Domain) -> Chain | None:
    """The links in one order; a number that an end of another's support holds comes after that one."""
    links: list[Measure] = []
    totals: list[Integrated] = []
    for at, (symbol, ends) in enumerate(order):
        if ends.free_symbols & {done for done, _ in order[:at]}:
            return None
        link = measure_over(density, symbol, ends, {**given, **dict(order[at + 1 :])})
        total = total_of(link)
        if total is None:
            return None
        links.append(link)
        totals.append(total)
        density = _collected(total.value + link.constant, order[at + 1 :], given)
    lemmas = joined_names(total.lemma for total in totals)
    conditions = dict.fromkeys(condition for total in totals for condition in total.conditions)
    substitution = "; ".join(total.substitution for total in totals if total.substitution)
    return Chain(tuple(links), Integrated(density, lemmas, tuple(conditions), substitution))
