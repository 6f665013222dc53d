"""Expected values under a structured family, by the lemma whose density its log-density is, constant included."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sympy import Add, Expr, Mul, Symbol, log, loggamma, sympify

from ..errors import UndecidedError
from ..expectations import expectation, proves_normalised
from ..family import Family
from .chains import ChainLaw, chain_law
from .components_as_symbols import bounds_of, family_of_one, observed_as, symbol_of
from .family import StructuredFamily
from .kernels import proposed_lemma
from .lemmas import Gaussian, Lemma, expected, positive_definite
from .plate_lemmas import Shares, shares
from .plates import Component, DatumComponent, Plate
from .sums import Totals, holds_data, is_zero, normal
from .words import scalar


@dataclass(frozen=True)
class MatrixLaw:
    """Matrix words under a matrix normal or a Wishart density."""

    lemma: Lemma

    @property
    def name(self) -> str:
        """What the law is called."""
        return "matrix normal moments" if isinstance(self.lemma, Gaussian) else "Wishart moments"

    def expected(self, number: Expr) -> Expr | None:
        """Return the expectation, or ``None`` where the list holds no moment for it."""
        try:
            return expected(number, self.lemma)
        except UndecidedError:
            return None


@dataclass(frozen=True)
class ShareLaw:
    """Sums of logarithms of shares whose density is a product of their powers."""

    lemma: Shares
    totals: Totals
    name: str = "integral over shares"

    def expected(self, number: Expr) -> Expr | None:
        """Return the expectation, or ``None`` for anything but sums of logarithms."""
        return _replaced(number, {log(self.lemma.datum): self.lemma.mean_log()}, self.totals)


@dataclass(frozen=True)
class CountLaw:
    """How often each of several categories occurs in a number of draws: ``E[y_k] = N p_k``.

    Source: Johnson, Kotz & Balakrishnan 1997, Discrete Multivariate Distributions, chapter 35.
    """

    datum: Component
    probability: Component
    draws: Expr
    totals: Totals
    name: str = "multinomial moments"

    def expected(self, number: Expr) -> Expr | None:
        """Return the expectation, or ``None`` for what is not linear in the counts."""
        return _replaced(number, {self.datum: self.draws * self.probability}, self.totals)


@dataclass(frozen=True)
class IndependentLaw:
    """Sums over components that are independent, each by the lemmas on densities of one number.

    ``member`` is the family of one component; ``names`` are its symbols for what stands at index ``index``.
    """

    member: Family
    names: Mapping[Expr, Symbol]
    index: Symbol
    name: str = "independent components"

    def expected(self, number: Expr) -> Expr | None:
        """Return the expectation, or ``None`` where no lemma gives that of a component."""
        found = []
        for term in Add.make_args(normal(number)):
            if not holds_data(term):
                found.append(term)
                continue
            parts = _one_sum(term)
            value = None if parts is None else self._component(parts[1])
            if parts is None or value is None:
                return None
            outside, sum_ = parts
            found.append(outside * Plate(value.xreplace({self.index: sum_.args[1]}), *sum_.args[1:]))
        return normal(Add(*found))

    def _component(self, sum_: Plate) -> Expr | None:
        here = sum_.args[0].xreplace({sum_.args[1]: self.index})
        others = [one for one in here.atoms(Component) if one not in self.names]
        known = all(not isinstance(one, DatumComponent) and one.indices in ((), (self.index,)) for one in others)
        if here.has(Plate) or not known:
            return None
        names = {**self.names, **{one: symbol_of(one) for one in others}}
        value = expectation(self.member, here.xreplace(names), {names[one]: bounds_of(one) for one in others})
        return None if value is None else value.value.xreplace({symbol: one for one, symbol in names.items()})


Law = MatrixLaw | ShareLaw | CountLaw | IndependentLaw | ChainLaw


@lru_cache(maxsize=64)
def law_of(family: StructuredFamily) -> Law | None:
    """Return the lemma whose density the family declares, constant included, or ``None``.

    Where the rows of a dataset belong together, the density is that of all rows.

    >>> from thetahat.proofs.registry import structured
    >>> law_of(structured("multinomial")).name
    'multinomial moments'
    """
    if not family.in_plates:
        return _matrix(family)
    return _share_law(family) or _count_law(family) or _independent_law(family) or chain_law(family)


def _matrix(family: StructuredFamily) -> MatrixLaw | None:
    lemma = proposed_lemma(family)
    if lemma is None or not all(positive_definite(one) for one in lemma.requires):
        return None
    return MatrixLaw(lemma) if scalar(family.log_density - lemma.log_density()) == 0 else None


def _share_law(family: StructuredFamily) -> ShareLaw | None:
    lemma = shares(family)
    if lemma is None or not is_zero(family.log_density - lemma.log_density(), family.totals):
        return None
    return ShareLaw(lemma, family.totals)


def _count_law(family: StructuredFamily) -> CountLaw | None:
    """One simplex over the one index of the counts, whose total is known, and nothing else in the density."""
    if len(family.observation) != 1 or len(family.parameters) != 1 or len(family.totals) != 1:
        return None
    (datum,), (one,), ((whole, total),) = family.observation, family.parameters, family.totals
    draws = sympify(total)
    if not isinstance(one.term, Component) or not isinstance(whole, Plate) or draws.has(one.term):
        return None
    if whole.args[:2] != (datum, one.simplex) or not datum.indices == one.term.indices == (one.simplex,):
        return None
    kernel = Plate(datum * log(one.term), *whole.args[1:])
    ways = loggamma(draws + 1) - Plate(loggamma(datum + 1), *whole.args[1:])
    # Of one draw each count is 0 or 1, so there is one way to have them.
    options = (kernel, kernel + ways) if draws == 1 else (kernel + ways,)
    if not any(is_zero(family.log_density - option, family.totals) for option in options):
        return None
    return CountLaw(datum, one.term, draws, family.totals)


def _independent_law(family: StructuredFamily) -> IndependentLaw | None:
    if len(family.observation) != 1 or family.totals or family.support:
        return None
    (datum,) = family.observation
    if not isinstance(datum, DatumComponent) or len(datum.indices) != 1:
        return None
    (index,), last = datum.indices, family.last(datum.indices[0])
    density = _of_component(normal(family.log_density), index, last)
    if density is None or density.has(Plate):
        return None
    terms = [one.term for one in (*family.parameters, *family.known)]
    names = {one: symbol_of(one) for one in terms if isinstance(one, Component)}
    if density.atoms(Component) - set(names) - {datum}:
        return None
    parameters = {names.get(one, one): one for one in terms}
    symbol, support = observed_as(datum)
    named = {**names, datum: symbol}
    member = family_of_one(density.xreplace(named), symbol, support, parameters)
    return IndependentLaw(member, named, index) if member is not None and proves_normalised(member) else None


def _of_component(density: Expr, index: Symbol, last: Expr) -> Expr | None:
    """What stands under the only sum of a log-density in normal form; what is free of the index stands there often."""
    found = []
    for term in Add.make_args(density):
        if last in Mul.make_args(term) and not term.has(Plate):
            found.append(term / last)
            continue
        parts = _one_sum(term)
        if parts is None or parts[1].args[2] != last:
            return None
        found.append(parts[0] * parts[1].args[0].xreplace({parts[1].args[1]: index}))
    return Add(*found)


def _one_sum(term: Expr) -> tuple[Expr, Plate] | None:
    """A product as what stands outside of its only sum, and the sum."""
    sums = [factor for factor in Mul.make_args(term) if isinstance(factor, Plate)]
    if len(sums) != 1:
        return None
    outside = term / sums[0]
    return None if holds_data(outside) else (outside, sums[0])


def _replaced(number: Expr, moments: Mapping[Expr, Expr], totals: Totals) -> Expr | None:
    """Each term with its one data factor, under one sum, replaced by its expectation."""
    found = []
    for term in Add.make_args(normal(number, totals)):
        if not holds_data(term):
            found.append(term)
            continue
        parts = _one_sum(term)
        inside = Mul.make_args(parts[1].args[0]) if parts is not None else ()
        data = [factor for factor in inside if holds_data(factor)]
        if parts is None or len(data) != 1:
            return None
        value = next((_at(data[0], statistic, mean) for statistic, mean in moments.items()), None)
        if value is None:
            return None
        rest = Mul(*(factor for factor in inside if factor is not data[0]))
        found.append(parts[0] * Plate(rest * value, *parts[1].args[1:]))
    return normal(Add(*found), totals)


def _at(factor: Expr, statistic: Expr, mean: Expr) -> Expr | None:
    """The mean of a statistic at the index at which it stands, or ``None`` where the factor is another statistic."""
    (datum,) = statistic.atoms(DatumComponent)
    for found in factor.atoms(DatumComponent):
        table = dict(zip(datum.indices, found.indices, strict=True)) if found.name == datum.name else {}
        if table and statistic.xreplace(table) == factor:
            return mean.xreplace(table)
    return None
