"""What a rule of the checker may use: the declaration, the steps before, and how to prove or refute an identity."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from flint import arb
from sympy import Expr, Symbol, Tuple

from .algebra.atoms import plain
from .algebra.signs import Domain
from .algebra.size import has_nested_quotients, operations
from .ball_data import is_zero_at
from .balls import ball, precision
from .check_data import far_off, members_with_data, of_many_sizes, on_the_ends, stretched, trials, with_others
from .derivation import Evidence, Finding, Step
from .family import Family
from .trial import Trial, number_at
from .zero import Point, prove_zero

_BITS = 256
_SHORT = 300
"""Operations in what is multiplied out sooner than balls refute it."""
_AGAINST = "algebra makes it zero, and balls exclude that"


@dataclass(frozen=True)
class Context:
    """The declaration and the steps that a step stands among."""

    family: Family
    steps: tuple[Step, ...]

    @property
    def table(self) -> tuple[tuple[Symbol, Expr], ...]:
        """Every statistic symbol with its definition, in the order in which the steps introduce them."""
        rows: dict[Symbol, Expr] = {}
        for step in self.steps:
            for key, value in step.using:
                if key == "statistics":
                    rows |= {row[0]: row[1] for row in value.args if isinstance(row, Tuple)}
        return tuple(rows.items())

    @property
    def domain(self) -> Domain:
        """The bounds of constants and parameters."""
        return {s: b for s, b in self.family.domain.items() if s != self.family.observation}

    def unfolded(self, expression: Expr) -> Expr:
        """Return ``expression`` in data atoms: no statistic symbol is left."""
        for symbol, definition in reversed(self.table):
            expression = expression.xreplace({symbol: definition})
        return plain(expression)

    def zero(self, expression: Expr) -> Finding:
        """Return by what ``expression`` is proved to vanish: as it stands, else with its statistics unfolded."""
        first = prove_zero(expression, self.domain, list)
        if first.evidence is Evidence.ALGEBRA:
            return Finding(Evidence.REFUTED, _AGAINST) if self._is_nonzero(expression) else first
        return prove_zero(self.unfolded(expression), self.domain, self.points)

    def _is_nonzero(self, expression: Expr) -> bool:
        """Whether a ball excludes zero at one random member with random data, whatever algebra says."""
        if expression == 0 or not expression.free_symbols <= self.trials[0].theta.keys():
            return False
        with precision(_BITS):
            value = self.trials[0].number(expression)
        return bool(value.is_finite() and not value.contains(0))

    def one_of(self, candidates: Iterable[Expr]) -> Finding:
        """Return the best evidence that one of ``candidates`` vanishes; algebra is tried before balls support any.

        Algebra may take long over an expression that is not zero: what balls refute is left out first.
        """
        every = list(candidates)
        short = (one for one in every if operations(one) <= _SHORT and not has_nested_quotients(one))
        if any(candidate.expand() == 0 for candidate in short):
            return Finding(Evidence.ALGEBRA)
        left = [candidate for candidate in every if not self._refuted(candidate)]
        if every and not left:
            return Finding(Evidence.REFUTED, "balls exclude that any of them is zero")
        if any(prove_zero(candidate, self.domain, list).evidence is Evidence.ALGEBRA for candidate in left):
            return Finding(Evidence.ALGEBRA)
        found = [self.zero(candidate) for candidate in left]
        order = [Evidence.ALGEBRA, Evidence.BALL, Evidence.UNDECIDED, Evidence.REFUTED]
        return min(found, key=lambda finding: order.index(finding.evidence), default=Finding(Evidence.UNDECIDED))

    def _refuted(self, expression: Expr) -> bool:
        """Whether a ball excludes zero at a random member with random data."""
        whole = self.unfolded(expression)
        return any(is_zero_at(whole, values, sample) is False for values, sample in self.points())

    def points(self) -> Sequence[Point]:
        """Random members with random data, in exact rationals."""
        return members_with_data(self.family)

    def stretched(self) -> Sequence[Point]:
        """The same members with data ever nearer to a finite end of the support, or ever further from it."""
        return stretched(self.family)

    def on_the_ends(self) -> Sequence[Point]:
        """The same members with data on the ends of their support, where random ones seldom or never are."""
        return on_the_ends(self.family)

    def many_points(self) -> Iterator[Point]:
        """The same members with data of many sizes, of both signs where the whole line supports them; far ones last."""
        return chain(of_many_sizes(self.family), far_off(self.family))

    @cached_property
    def trials(self) -> tuple[Trial, ...]:
        """The random members with their data, with the values of all statistics."""
        return tuple(self._measured(one, self.table) for one in trials(self.family))

    @cached_property
    def members(self) -> tuple[Trial, ...]:
        """The first of the datasets under members that make it possible, some of them close to ends of the space."""
        return tuple(self._measured(one, self._of_parameters) for one in with_others(self.trials))

    def moved(self, trial: Trial, changes: Mapping[Symbol, arb]) -> Trial:
        """Return the same data under another member, with the values of the statistics that hold parameters."""
        return self._measured(trial.moved(changes), self._of_parameters)

    @cached_property
    def _of_parameters(self) -> tuple[tuple[Symbol, Expr], ...]:
        """The statistics that hold parameters, in their order."""
        return tuple(row for row in self.table if self.unfolded(row[1]).free_symbols & set(self.family.symbols))

    def _measured(self, trial: Trial, table: tuple[tuple[Symbol, Expr], ...]) -> Trial:
        """The same with the values of these statistics."""
        for symbol, definition in table:
            trial = trial.moved({symbol: trial.number(definition)})
        return trial

    def given(self, step: Step, position: int = 0) -> Step:
        """Return the step that ``step`` rests on."""
        return self.steps[step.given[position]]


def subject_of(step: Step) -> Symbol:
    """Return the symbol that a step is about."""
    assert isinstance(step.subject, Symbol), f"a {step.rule} step names its symbol"
    return step.subject


def pairs(step: Step, key: str) -> dict[Symbol, Expr]:
    """Return the symbols and their expressions that a step names under ``key``."""
    return {row[0]: row[1] for row in step.named(key).args}


def unless_zero(found: Iterable[Finding], words: str) -> Finding | None:
    """Return what speaks against all of these being zero, ``None`` where algebra proves them so.

    What algebra does not prove is refuted only where balls exclude zero.

    >>> unless_zero([Finding(Evidence.ALGEBRA), Finding(Evidence.UNDECIDED)], "this is no root").evidence
    <Evidence.UNDECIDED: 'undecided'>
    """
    left = {one.evidence for one in found} - {Evidence.ALGEBRA}
    if Evidence.REFUTED in left:
        return Finding(Evidence.REFUTED, words)
    return Finding(Evidence.UNDECIDED, f"neither proved nor refuted: {words}") if left else None


def confirmed_zero(expression: Expr, domain: Domain, points: Callable[[], Sequence[Point]]) -> Finding:
    """Return what ``prove_zero`` does, unless a ball at the first of the points contradicts what algebra proves.

    >>> from sympy.abc import a
    >>> confirmed_zero((a + 1) ** 2 - a**2 - 2 * a - 1, {}, lambda: [({a: 3}, ())]).evidence
    <Evidence.ALGEBRA: 'algebra'>
    """
    found = prove_zero(expression, domain, points)
    if found.evidence is not Evidence.ALGEBRA or expression == 0:
        return found
    for values, sample in points()[:1]:
        with precision(_BITS):
            value = number_at(expression, {symbol: ball(value) for symbol, value in values.items()}, sample)
        if value.is_finite() and not value.contains(0):
            return Finding(Evidence.REFUTED, _AGAINST)
    return found
