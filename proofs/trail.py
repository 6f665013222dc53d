"""Collects the steps of one derivation in order and hands out their positions."""

from __future__ import annotations

from sympy import Basic, Symbol

from .derivation import Label, Section, Step


class Trail:
    """The steps so far; ``add`` returns the position that later steps name in ``given``."""

    def __init__(self, before: tuple[Step, ...] = ()) -> None:
        self._steps = list(before)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps in order."""
        return tuple(self._steps)

    def add(
        self,
        rule: str,
        section: Section,
        words: str,
        value: Basic,
        label: Label,
        *,
        given: tuple[int, ...] = (),
        subject: Basic | None = None,
        using: tuple[tuple[str, Basic], ...] = (),
        held: tuple[Symbol, ...] = (),
    ) -> int:
        """Append a step and return its position."""
        self._steps.append(Step(rule, section, words, value, label, given, subject, using, held))
        return len(self._steps) - 1
