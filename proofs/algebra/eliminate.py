"""Solves a system one unknown at a time: own equation first, the shortest root first, branches chosen by a caller."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sympy import Expr, Symbol, expand_log, fraction, numer, together

from .combine import Combination, combinations, without_constants
from .derivatives import derivative
from .elimination import Elimination, Solved
from .kinks import may_jump
from .logs import split_logs
from .roots import Root
from .signs import Domain, is_nonzero
from .size import as_one_quotient, is_joinable, joined, operations
from .solve import solve_one
from .tidying import cleared, tidy

# Operations of all equations together from which on others are asked for before any of them is solved.
_LONG = 100
Choose = Callable[[Symbol, tuple[Root, ...]], Root | None]
Step = tuple[Solved, Symbol]
Instead = Callable[[], "Mapping[Symbol, Expr] | None"]


def eliminate(
    equations: Mapping[Symbol, Expr],
    domain: Domain,
    choose: Choose,
    combine: bool = False,
    statistics: Collection[Symbol] = (),
    instead: Instead = lambda: None,
) -> Elimination:
    """Solve the equations, keyed by the unknown each belongs to, as far as the rules of ``solve_one`` go.

    An unknown is solved from its own equation if a rule applies, and only otherwise from another's, which is
    then used up. Of several candidates the root with the fewest open unknowns, then the shortest, is taken. A root
    may contain unknowns solved earlier, as long as those do not depend on it in turn. With ``combine``, where no rule
    applies, two equations are first combined so that a function or an average in both is gone. Where a root had to be
    chosen among several, one of the ``statistics`` is taken out of two equations instead, if that leaves no choice.
    Where the unknowns' own equations do not solve all, ``instead`` is asked for others with the same zeros, which are
    taken if they leave no choice, and nothing; in place of long equations also if they leave one.

    >>> from sympy import Interval, S, oo
    >>> from thetahat.proofs.bounds import bounds
    >>> m, s, t = Symbol("m", real=True), Symbol("s", positive=True), Symbol("t", real=True)
    >>> domain = {m: bounds(S.Reals), s: bounds(Interval.open(0, oo))}
    >>> eliminate({m: t - m, s: s - m**2}, domain, lambda unknown, roots: roots[0]).closed()
    {m: t, s: t**2}
    """
    solver = _Solver(dict(equations), domain, choose)
    begun = _Progress(solver.equations)
    long = sum(map(operations, equations.values())) >= _LONG
    if not long:
        begun = _advanced(solver, begun, (solver.own,))
    others = instead() if begun.left else None
    if others is not None:
        found = _of_others(replace(solver, equations=others), long)
        if found is not None:
            return found
    found = _finished(solver, _advanced(solver, begun, solver.ways(combine)))
    return _without_choice(solver, combine, statistics, found) if found.chosen and statistics else found


def _of_others(solver: _Solver, long: bool) -> Elimination | None:
    """The elimination by other equations with the same zeros, if it leaves no choice, and nothing.

    In place of ``long`` ones it may leave one equation, into which roots of linear equations alone are put.
    """
    for again in (solver, replace(solver, plainly=True)) if long else (solver,):
        found = _finished(again, _advanced(again, _Progress(again.equations), (again.own, again.other)))
        if len(found.unknowns) <= again.plainly and not found.chosen:
            return replace(found, instead=True, crossed=True)
    return None


def _without_choice(solver: _Solver, combine: bool, statistics: Collection[Symbol], found: Elimination) -> Elimination:
    """The elimination that begins with an equation free of one statistic, where it needs no choice; else ``found``."""
    # A denominator that is never zero where the unknowns lie may well be zero once a root is put in, whatever the data.
    equations = solver.equations
    flat = {unknown: cleared(equation, solver.domain) for unknown, equation in equations.items()}
    lost = tuple((unknown, flat[unknown]) for unknown in flat if flat[unknown] != equations[unknown])
    smooth = solver.smooth(equations)
    ways = (kind(smooth, solver.domain, statistics) for kind in (combinations, without_constants))
    for start in (one for way in ways for one in solver.pairs(equations, way)):
        flatter = replace(solver, equations=flat)
        first = _after(flatter, _Progress(flat), start)
        again = _finished(flatter, _advanced(flatter, first, flatter.ways(combine)))
        if not again.chosen and len(again.unknowns) <= len(found.unknowns):
            return replace(again, cleared=lost)
    return found


@dataclass(frozen=True)
class _Progress:
    """The equations that are left, what was solved, and whether one was solved from the equation of another."""

    left: Mapping[Symbol, Expr]
    solved: tuple[Solved, ...] = ()
    crossed: bool = False


Way = Callable[[Mapping[Symbol, Expr], tuple[Solved, ...]], "Step | None"]


def _advanced(solver: _Solver, progress: _Progress, ways: Sequence[Way]) -> _Progress:
    """Solve one unknown after the other, each by the first of the ways that solves one."""
    # Roots of longer equations take minutes to find, if there are any, and nobody would read them.
    while progress.left and all(map(is_joinable, progress.left.values())):
        found = (way(progress.left, progress.solved) for way in ways)
        step = next((step for step in found if step is not None), None)
        if step is None:
            break
        progress = _after(solver, progress, step)
    return progress


def _after(solver: _Solver, progress: _Progress, step: Step) -> _Progress:
    """What is left once an unknown is solved, from its own equation or another's, which is then used up."""
    item, used = step
    # Substituting a root into the other scores, not into the likelihood, gives the same profile scores and
    # far smaller expressions (envelope theorem).
    kept = {unknown: equation for unknown, equation in progress.left.items() if unknown != item.unknown}
    if used != item.unknown:
        kept[used] = progress.left[item.unknown]
    # A root may contain unknowns solved before it, which have to go as well.
    value = item.root.value
    for earlier in reversed(progress.solved):
        value = as_one_quotient(value.subs(earlier.unknown, earlier.root.value))
    left = {
        unknown: split_logs(expand_log(equation.subs(item.unknown, value)), solver.domain)
        for unknown, equation in kept.items()
    }
    crossed = progress.crossed or used != item.unknown or item.combination is not None
    return _Progress(left, (*progress.solved, item), crossed)


def _finished(solver: _Solver, progress: _Progress) -> Elimination:
    left = tuple(tidy(equation, solver.domain) for equation in progress.left.values())
    return Elimination(progress.solved, left, tuple(progress.left), progress.crossed)


@dataclass(frozen=True)
class _Solver:
    """The original equations, and how one of several roots is chosen."""

    equations: Mapping[Symbol, Expr]
    domain: Domain
    choose: Choose
    plainly: bool = False
    """Whether only unknowns that stand linearly in an equation are solved for: logarithms of others end inside."""

    def own(self, left: Mapping[Symbol, Expr], solved: tuple[Solved, ...]) -> Step | None:
        """The best unknown to solve now from its own equation: as it stood at first, else after substitution."""
        options: list[tuple[tuple[int, int], Solved]] = []
        for unknown, equation in left.items():
            first = self._attempt(unknown, self.equations[unknown], solved)
            if first is None or unknown in _depends_on(first, solved):
                first = None if self.equations[unknown] == equation else self._attempt(unknown, equation, solved)
            if first is not None:
                open_unknowns = len(_depends_on(first, solved) & set(left))
                options.append(((open_unknowns, operations(first.root.value)), first))
        if not options:
            return None
        best = min(options, key=lambda option: option[0])[1]
        return best, best.unknown

    def other(self, left: Mapping[Symbol, Expr], solved: tuple[Solved, ...]) -> Step | None:
        """The best unknown to solve now from the equation of another."""
        options: list[tuple[int, Solved, Symbol]] = []
        for unknown in left:
            for owner, equation in self.smooth(left).items():
                item = self._attempt(unknown, equation, solved) if owner != unknown else None
                if item is not None:
                    options.append((operations(item.root.value), item, owner))
        return min(options, key=lambda option: option[0])[1:] if options else None

    def ways(self, combine: bool) -> tuple[Way, ...]:
        """How an unknown may be solved, the plainest way first."""
        return (self.own, self.other, self.both) if combine else (self.own, self.other)

    def both(self, left: Mapping[Symbol, Expr], solved: tuple[Solved, ...]) -> Step | None:
        """The best unknown to solve now from two equations."""
        return next(iter(self.pairs(left, combinations(self.smooth(left), self.domain))), None)

    def pairs(self, left: Collection[Symbol], combined: Iterable[Combination]) -> list[Step]:
        """Each unknown solved from two equations, where it has one value only; best first, its own used up if possible.

        Where the multiple is infinite, what is left vanishes as well. That is no estimate, since the multiple is finite
        in the parameter space, but it misleads a search: best is a multiple that is finite even where the solved
        unknown leaves its space.
        """
        options: list[tuple[tuple[bool, bool, int], Solved, Symbol]] = []
        for one in combined:
            for unknown in left:
                item = self._attempt(unknown, one.value)
                if item is not None and item.root.only:
                    finite = self._finite(one.ratio.subs(unknown, item.root.value))
                    order = (not finite, one.used != unknown, operations(item.root.value))
                    options.append((order, replace(item, combination=one), one.used))
        return [option[1:] for option in sorted(options, key=lambda option: option[0])]

    def smooth(self, left: Mapping[Symbol, Expr]) -> Mapping[Symbol, Expr]:
        """The equations that vanish at a maximum: one that jumps where its own unknown moves need not, at a kink."""
        return {owner: equation for owner, equation in left.items() if not may_jump(self.equations[owner], owner)}

    def _finite(self, ratio: Expr) -> bool:
        return is_nonzero(fraction(together(ratio))[1], self.domain)

    def _attempt(self, unknown: Symbol, equation: Expr, solved: tuple[Solved, ...] = ()) -> Solved | None:
        if unknown not in equation.free_symbols:
            return None
        clear = cleared(equation, self.domain)
        inside = cleared(equation, self.domain, gaps([(e.unknown, e.root.value) for e in solved], self.domain))
        roots = solve_one(equation if inside == clear else inside, unknown, self.domain)
        chosen = self.choose(unknown, roots) if len(roots) > 1 else roots[0] if roots else None
        if chosen is None or (self.plainly and derivative(inside, unknown, unknown).expand() != 0):
            return None
        return Solved(unknown, chosen, equation, inside, tuple(root for root in roots if root is not chosen))


def gaps(roots: Iterable[tuple[Symbol, Expr]], domain: Domain) -> tuple[Expr, ...]:
    """Return what vanishes where one of the ``roots``, each put into those before it, is an open end of its space.

    >>> from sympy import Interval
    >>> from thetahat.proofs.bounds import bounds
    >>> p, q, t = Symbol("p", positive=True), Symbol("q", positive=True), Symbol("t", positive=True)
    >>> gaps([(p, 1 - t / q)], {p: bounds(Interval.open(0, 1))})
    (q - t, -t)
    """
    found: list[Expr] = []
    later: list[tuple[Symbol, Expr]] = []
    for unknown, root in reversed(list(roots)):
        value = root
        for step in reversed(later):
            value = value.subs(*step)
        later.append((unknown, root))
        ends = domain.get(unknown)
        if ends is not None:
            free = ((ends.lo, ends.lo_closed), (ends.hi, ends.hi_closed))
            found += [numer(joined(value - end)) for end, closed in free if not closed and end.is_finite]
    return tuple(found)


def _depends_on(item: Solved, solved: tuple[Solved, ...]) -> set[Symbol]:
    """The symbols in a root, those of earlier roots that it uses included."""
    found = set(item.root.value.free_symbols)
    for earlier in reversed(solved):
        if earlier.unknown in found:
            found |= set(earlier.root.value.free_symbols)
    return found
