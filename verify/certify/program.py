"""Compiles what a certificate by formulas needs, once for a derivation: sums over rows, then straight-line code."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from flint import arb
from sympy import Add, Dummy, Expr, Symbol, oo

from ...proofs.algebra.atoms import Quantile, atoms_of
from ...proofs.ball_data import Table
from ...proofs.ball_sums import Sums, row_sums
from ...proofs.balls import compiled
from ...proofs.derivation import Derivation
from ...proofs.family import Family
from ..exact import written_out

Balls = dict[Symbol, arb]

_KERNEL = Dummy("kernel", real=True)


@dataclass(frozen=True, eq=False)
class _Stage:
    """Averages that earlier stages suffice for, and then values that these averages suffice for."""

    sums: Sums
    others: tuple[Symbol, ...]
    averages: tuple[Symbol, ...]
    function: Callable[..., list[arb]]
    arguments: tuple[Symbol, ...]
    results: tuple[Symbol, ...]


@dataclass(frozen=True)
class Values:
    """What a program returns: each parameter, the moving part of the mean log-likelihood, distances from the ends."""

    theta: Balls
    kernel: arb
    margins: tuple[arb, ...]


@dataclass(frozen=True, eq=False)
class Program:
    """The formulas of a derivation, compiled. ``orders`` are the order statistics that it has to be given."""

    parameters: tuple[Symbol, ...]
    orders: Mapping[Quantile, Symbol]
    stages: tuple[_Stage, ...]
    margins: tuple[Symbol, ...]

    def __call__(self, table: Table, orders: Balls) -> Values:
        """Return the enclosures at the working precision; ``orders`` has a value for each symbol in ``self.orders``."""
        known, total = dict(orders), table.total()
        for stage in self.stages:
            if stage.averages:
                sums = stage.sums(table.rows, table.weights, *[known[symbol] for symbol in stage.others])
                known.update(zip(stage.averages, [s / total for s in sums], strict=True))
            known.update(
                zip(stage.results, stage.function(*[known[symbol] for symbol in stage.arguments]), strict=True)
            )
        theta = {symbol: known[symbol] for symbol in self.parameters}
        return Values(theta, known[_KERNEL], tuple([known[symbol] for symbol in self.margins]))


@lru_cache(maxsize=512)
def program_of(derivation: Derivation) -> Program:
    """Return the compiled formulas of a derivation.

    >>> from thetahat import derive, family
    >>> program = program_of(derive(family("exponential")))
    >>> values = program(Table(family("exponential").columns, [(arb(1),), (arb(3),)], None), {})
    >>> [float(ball) for ball in (*values.theta.values(), *values.margins)]
    [0.5, 0.5]
    """
    formulas = [(symbol, written_out(derivation, formula)) for symbol, formula in derivation.formulas]
    found = sorted(set().union(*(expression.atoms(Quantile) for _, expression in formulas)), key=str)
    orders = {atom: Dummy(f"q{i}", real=True) for i, atom in enumerate(found)}
    solved = tuple(symbol for symbol, _ in formulas)
    rest = [*_kernel(derivation, solved), *_margins(derivation.family, solved)]
    items = [(symbol, expression.xreplace(orders)) for symbol, expression in (*formulas, *rest)]
    margins = tuple(symbol for symbol, _ in rest if symbol is not _KERNEL)
    return Program(solved, orders, tuple(_stages(items, derivation.family.columns, set(orders.values()))), margins)


def _kernel(derivation: Derivation, solved: Sequence[Symbol]) -> Iterator[tuple[Symbol, Expr]]:
    """The mean log-likelihood without the terms that no parameter changes; zero where not every parameter is solved."""
    whole = written_out(derivation, derivation.mean_log_likelihood)
    moving = [term for term in Add.make_args(whole) if term.free_symbols & set(solved)]
    yield _KERNEL, Add(*moving) if set(derivation.family.symbols) == set(solved) else Add()


def _margins(family: Family, solved: Sequence[Symbol]) -> Iterator[tuple[Symbol, Expr]]:
    """The distance of each parameter from each finite end of its space."""
    if set(family.symbols) != set(solved):
        return
    for item in family.parameters:
        lo, hi = item.bounds.lo, item.bounds.hi
        if lo is not -oo:
            yield Dummy("above", real=True), item.symbol - lo
        if hi is not oo:
            yield Dummy("below", real=True), hi - item.symbol


def _stages(items: list[tuple[Symbol, Expr]], columns: tuple[Symbol, ...], given: set[Symbol]) -> Iterator[_Stage]:
    """As few stages as possible; what an average contains has to be known before the stage."""
    left, known, averages = list(items), set(given), dict[Expr, Symbol]()
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
                fresh |= {atom: names[atom] for atom in atoms if atom not in fresh}
        assert here, "formulas come in an order in which each uses those before it"
        yield _stage(here, fresh, columns)
        averages |= fresh
        known |= set(here) | set(averages.values())
        left = [(symbol, expression) for symbol, expression in left if symbol not in here]


def _stage(values: Mapping[Symbol, Expr], averages: Mapping[Expr, Symbol], columns: tuple[Symbol, ...]) -> _Stage:
    integrands = tuple(atom.integrand for atom in averages)
    others = tuple(sorted(set().union(*(atom.free_symbols for atom in averages)), key=lambda s: s.sort_key()))
    used = set().union(*(value.free_symbols for value in values.values()))
    arguments = tuple(sorted(used, key=lambda s: s.sort_key()))
    return _Stage(
        row_sums(integrands, columns, others),
        others,
        tuple(averages.values()),
        compiled(tuple(values.values()), arguments),
        arguments,
        tuple(values),
    )
