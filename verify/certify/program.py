"""Compiles what a certificate needs, once for a derivation: averages over rows, then straight-line ball code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flint import arb, fmpq
from sympy import Add, Dummy, Expr, Symbol, oo

from ...proofs.algebra.atoms import Mean, Quantile, atoms_of
from ...proofs.ball_data import Table
from ...proofs.ball_sums import Sums, row_sums
from ...proofs.balls import compiled
from ...proofs.derivation import Derivation
from ...proofs.family import Family
from ..exact import written_out

Balls = dict[Symbol, arb]
Named = list[tuple[Symbol, Expr]]


@dataclass(frozen=True, eq=False)
class _Averages:
    """Averages over the rows; ``others`` are what their integrands contain beside data, ``places`` where that is."""

    atoms: tuple[Mean, ...]
    columns: tuple[Symbol, ...]
    sums: Sums
    others: tuple[Symbol, ...]
    places: tuple[int, ...]

    def __call__(self, table: Table, known: Sequence[arb] = ()) -> list[arb]:
        if not self.atoms:
            return []
        ready = table.read_off(self.atoms)
        if not ready:
            return self._by_rows(self.sums, table, known)
        left = [place for place in range(len(self.atoms)) if place not in ready]
        if left:
            sums = row_sums(tuple(self.atoms[place].integrand for place in left), self.columns, self.others)
            ready |= zip(left, self._by_rows(sums, table, known), strict=True)
        return [ready[place] for place in range(len(self.atoms))]

    def _by_rows(self, sums: Sums, table: Table, known: Sequence[arb]) -> list[arb]:
        total = table.total()
        return [one / total for one in sums(table.rows, table.weights, *[known[place] for place in self.places])]


@dataclass(frozen=True, eq=False)
class _Stage:
    """Averages that earlier stages suffice for, and then values that these averages suffice for."""

    averages: _Averages
    function: Callable[..., list[arb]]
    places: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Program:
    """Named values in plain averages, compiled. Averages that nothing changes but the data are ``fixed``.

    ``given`` are named first, then the fixed averages, then what each stage adds.
    """

    given: tuple[Symbol, ...]
    fixed: _Averages
    stages: tuple[_Stage, ...]
    names: tuple[Symbol, ...]

    def __call__(self, table: Table, given: Mapping[Symbol, arb], fixed: Sequence[arb] | None = None) -> Balls:
        """Return enclosures of all values by their names, at the working precision, and of what they are made of.

        ``fixed`` are the fixed averages, if they are at hand from another call at this precision.
        """
        return dict(zip(self.names, self.listed(table, [given[symbol] for symbol in self.given], fixed), strict=True))

    def listed(self, table: Table, given: Sequence[arb], fixed: Sequence[arb] | None = None) -> list[arb]:
        """Return the same in the order of the names: symbols are hashed in Python, at the price of two additions."""
        known = [*given, *(self.fixed(table) if fixed is None else fixed)]
        for stage in self.stages:
            if stage.averages.atoms:
                known += stage.averages(table, known)
            known += stage.function(*[known[place] for place in stage.places])
        return known


def program(items: Named, columns: tuple[Symbol, ...], given: Iterable[Symbol] = ()) -> Program:
    """Return the program that computes ``items``, each from ``given``, averages and the items that it names.

    >>> from sympy.abc import a, b, x
    >>> from thetahat.proofs.algebra.atoms import Mean
    >>> found = program([(a, 2 * Mean(x, x)), (b, Mean(x**a, x))], (x,))(Table((x,), [(arb(1),), (arb(2),)], None), {})
    >>> found[a] == 3, found[b].contains(4.5)
    (True, True)
    """
    atoms = dict.fromkeys(atom for _, expression in items for atom in atoms_of(expression))
    fixed = {atom: Dummy("t", real=True) for atom in atoms if not atom.free_symbols}
    first = tuple(given)
    names = [*first, *fixed.values()]
    left = [(symbol, expression.xreplace(fixed)) for symbol, expression in items]
    stages = tuple(_stages(left, columns, names))
    return Program(first, _averages(fixed, columns, []), stages, tuple(names))


def _averages(atoms: Mapping[Expr, Symbol], columns: tuple[Symbol, ...], names: Sequence[Symbol]) -> _Averages:
    others = tuple(sorted(set().union(*(atom.free_symbols for atom in atoms)), key=lambda s: s.sort_key()))
    sums = row_sums(tuple(atom.integrand for atom in atoms), columns, others)
    return _Averages(tuple(atoms), columns, sums, others, tuple(map(names.index, others)))


def _stages(left: Named, columns: tuple[Symbol, ...], order: list[Symbol]) -> Iterator[_Stage]:
    """As few stages as possible; what an average contains has to be known before the stage.

    ``order`` are the names that are known before, to which each stage adds its own.
    """
    known = set(order)
    averages: dict[Expr, Symbol] = {}
    while left:
        here: dict[Symbol, Expr] = {}
        fresh: dict[Expr, Symbol] = {}
        for symbol, expression in left:
            atoms = [atom for atom in atoms_of(expression) if atom not in averages]
            if not all(atom.free_symbols <= known for atom in atoms):
                continue
            names = averages | {atom: Dummy("t", real=True) for atom in atoms} | fresh
            value = expression.xreplace(names).xreplace(here)
            if value.free_symbols <= known | set(names.values()):
                here[symbol] = value
                fresh |= {atom: names[atom] for atom in atoms}
        assert here, "items come in an order in which each uses those before it"
        arguments = tuple(sorted(set().union(*(v.free_symbols for v in here.values())), key=lambda s: s.sort_key()))
        means = _averages(fresh, columns, order)
        order += fresh.values()
        yield _Stage(means, compiled(tuple(here.values()), arguments), tuple(map(order.index, arguments)))
        order += here
        averages |= fresh
        known |= set(here) | set(fresh.values())
        left = [(symbol, expression) for symbol, expression in left if symbol not in here]


@dataclass(frozen=True, eq=False)
class Formulas:
    """A derivation's formulas, compiled.

    ``orders`` are the order statistics that the program has to be given, ``levels`` their levels; ``kernel`` names the
    mean log-likelihood without the terms that no parameter changes, ``margins`` the distances of parameters from the
    ends of their spaces: zero and none where not every parameter has a formula, as ``complete`` says. ``places`` tells
    where parameters, margins and kernel are among what the program lists, ``moving`` where parameters are in declared
    order if the support hangs on them.
    """

    parameters: tuple[Symbol, ...]
    orders: Mapping[Quantile, Symbol]
    levels: tuple[fmpq | int, ...]
    kernel: Symbol
    margins: tuple[Symbol, ...]
    program: Program
    complete: bool
    moving: tuple[int, ...]
    places: tuple[tuple[int, ...], tuple[int, ...], int]


@lru_cache(maxsize=512)
def formulas_of(derivation: Derivation) -> Formulas:
    """Return the compiled formulas of a derivation.

    >>> from thetahat import derive, family
    >>> formulas = formulas_of(derive(family("exponential")))
    >>> values = formulas.program(Table(family("exponential").columns, [(arb(1),), (arb(3),)], None), {})
    >>> [float(values[symbol]) for symbol in (*formulas.parameters, *formulas.margins)]
    [0.5, 0.5]
    """
    family = derivation.family
    formulas = [(symbol, written_out(derivation, formula)) for symbol, formula in derivation.formulas]
    found = sorted(set().union(*(expression.atoms(Quantile) for _, expression in formulas)), key=str)
    orders = {atom: Dummy(f"q{i}", real=True) for i, atom in enumerate(found)}
    solved, kernel = tuple(symbol for symbol, _ in formulas), Dummy("kernel", real=True)
    complete = set(family.symbols) == set(solved)
    margins = list(_margins(family)) if complete else []
    items = [*formulas, (kernel, kernel_of(derivation) if complete else Add()), *margins]
    written = [(symbol, expression.xreplace(orders)) for symbol, expression in items]
    compiled_ = program(written, family.columns, orders.values())
    beyond = tuple(symbol for symbol, _ in margins)
    place = compiled_.names.index
    places = (tuple(map(place, solved)), tuple(map(place, beyond)), place(kernel))
    moving = tuple(map(place, family.symbols)) if complete and family.bounds.free_symbols else ()
    levels = tuple(map(_level, orders))
    return Formulas(solved, orders, levels, kernel, beyond, compiled_, complete, moving, places)


def _level(atom: Quantile) -> fmpq | int:
    """The level as an exact number, zero and one as integers."""
    level: Expr = atom.level
    if not level.is_Rational:
        raise ValueError(f"the level of {atom} is no rational number")
    return int(level) if level in (0, 1) else fmpq(int(level.p), int(level.q))


def kernel_of(derivation: Derivation) -> Expr:
    """Return the mean log-likelihood without the terms that no parameter changes.

    >>> from thetahat import derive, family
    >>> kernel_of(derive(family("exponential")))
    -lambda*Mean(x, x) + log(lambda)
    """
    whole, parameters = written_out(derivation, derivation.mean_log_likelihood), set(derivation.family.symbols)
    return Add(*(term for term in Add.make_args(whole) if term.free_symbols & parameters))


def _margins(family: Family) -> Iterator[tuple[Symbol, Expr]]:
    for item in family.parameters:
        lo, hi = item.bounds.lo, item.bounds.hi
        if lo is not -oo:
            yield Dummy("above", real=True), item.symbol - lo
        if hi is not oo:
            yield Dummy("below", real=True), hi - item.symbol
