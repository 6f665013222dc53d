"""Records how the likelihood equations were solved: a step for every root, its rivals, and what is left."""

from __future__ import annotations

from sympy import Expr, Integer, Symbol, Tuple

from . import labels
from .algebra.combine import Combination
from .algebra.elimination import Elimination, Solved
from .derivation import Label, Section, Statistic
from .trail import Trail

_LIKELIHOOD = Section.LIKELIHOOD


def solution_steps(elimination: Elimination, where: dict[Symbol, int], trail: Trail, current: int) -> dict[Symbol, int]:
    """One step for every root, with its equation cleared, its rivals refuted, and one for every equation left."""
    solved_at: dict[Symbol, int] = {}
    flat = tuple(_cleared_step(unknown, equation, where, trail) for unknown, equation in elimination.cleared)
    for item in elimination.solved:
        roots = tuple(solved_at.values())
        source = (*dict.fromkeys(where.values()), *flat)
        before = Tuple(*(Tuple(e.unknown, e.root.value) for e in elimination.solved[: elimination.solved.index(item)]))
        if item.combination is not None:
            source = (_combined_step(item, item.combination, trail, (*source, *roots)),)
        at = trail.add(
            "score-zero",
            _LIKELIHOOD,
            _cleared_words(item.equation not in _raw(trail, source), item.clear != item.equation),
            item.clear,
            labels.zero(),
            given=(*source, *roots),
            subject=item.unknown,
            using=(("equation", item.equation), ("roots", before)),
        )
        at = trail.add(
            "root",
            _LIKELIHOOD,
            f"Solved for `{item.unknown}`: {item.root.rule}" + (", the only root." if item.root.only else "."),
            item.root.value,
            labels.hat(item.unknown),
            given=(at,),
            subject=item.unknown,
            using=(("only", Integer(item.root.only)),),
        )
        solved_at[item.unknown] = at
        _branch_steps(item, trail, at, current)
    for unknown, equation in zip(elimination.unknowns, elimination.equations, strict=True):
        trail.add(
            "reduced",
            _LIKELIHOOD,
            f"Equation left: no rule solves it for `{unknown}`, which is to be found numerically.",
            equation,
            labels.zero(),
            given=(*dict.fromkeys(where.values()), *flat),
            subject=unknown,
            using=(("roots", Tuple(*(Tuple(e.unknown, e.root.value) for e in elimination.solved))),),
        )
    return solved_at


def _cleared_step(unknown: Symbol, equation: Expr, where: dict[Symbol, int], trail: Trail) -> int:
    at = where[unknown]
    return trail.add(
        "score-zero",
        _LIKELIHOOD,
        _cleared_words(False, True),
        equation,
        labels.zero(),
        given=(at,),
        subject=unknown,
        using=(("equation", trail.steps[at].value), ("roots", Tuple())),
    )


def _combined_step(item: Solved, combination: Combination, trail: Trail, given: tuple[int, ...]) -> int:
    return trail.add(
        "combined",
        _LIKELIHOOD,
        "Two equations combined: the first minus a multiple of the second, in which a statistic, an average or a "
        "function of both is gone, or all that holds no statistic; with the second it says the same as the first.",
        item.equation,
        labels.zero(),
        given=given,
        subject=item.unknown,
        using=(("equations", Tuple(combination.first, combination.second)), ("ratio", combination.ratio)),
    )


def _cleared_words(substituted: bool, cleared_: bool) -> str:
    said = ["earlier roots put in"] * substituted + ["cleared of factors that are never zero"] * cleared_
    return f"Score zero{': ' * bool(said)}{', '.join(said)}."


def _raw(trail: Trail, positions: tuple[int, ...]) -> set[Expr]:
    values = (trail.steps[position].value for position in positions)
    return {one for value in values for one in (value.args if isinstance(value, Tuple) else (value,))}


def _branch_steps(item: Solved, trail: Trail, at: int, current: int) -> None:
    for rival in item.rivals:
        trail.add(
            "branch",
            _LIKELIHOOD,
            f"Other root: the likelihood at it ({rival.rule}) is no higher.",
            rival.value,
            Label(f"other {item.unknown}", rf"\text{{other }} {labels.hat_latex(item.unknown)}"),
            given=(current, at),
            subject=item.unknown,
        )


def stable_steps(
    elimination: Elimination,
    formulas: tuple[tuple[Symbol, Expr], ...],
    left: tuple[Expr, ...],
    statistics: tuple[Statistic, ...],
    solved_at: dict[Symbol, int],
    trail: Trail,
) -> None:
    """A step wherever the form that floats use differs from the root."""
    table = Tuple(*(Tuple(s.symbol, s.definition) for s in statistics))
    roots = {item.unknown: item.root.value for item in elimination.solved}
    for unknown, formula in formulas:
        if unknown in roots and formula != roots[unknown]:
            trail.add(
                "same-value",
                _LIKELIHOOD,
                "Stable form: centred or of one sign, so that floats keep their digits.",
                formula,
                labels.hat(unknown),
                given=(solved_at[unknown],),
                subject=unknown,
                using=(("other", roots[unknown]), ("statistics", table)),
            )
    for unknown, equation, original in zip(elimination.unknowns, left, elimination.equations, strict=True):
        if equation != original:
            trail.add(
                "same-value",
                _LIKELIHOOD,
                "Stable form: centred or of one sign, so that floats keep their digits.",
                equation,
                labels.zero(),
                subject=unknown,
                using=(("other", original), ("statistics", table)),
            )
