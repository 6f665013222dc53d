"""What checks found: three counts for each check and family, with a counterexample where there is one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..proofs.derivation import Verdict


@dataclass(frozen=True)
class Case:
    """What one check says of one drawn dataset; ``detail`` lets a reader recompute a disagreement."""

    verdict: Verdict
    detail: str = ""


@dataclass(frozen=True)
class Tally:
    """The three counts of one check on one family, and the smallest counterexample found.

    A tally without a decided case is vacuous, which counts as a failure.
    """

    family: str
    check: str
    agree: int
    disagree: int
    undecided: int
    counterexample: str = ""

    @property
    def vacuous(self) -> bool:
        """Whether the check decided nothing.

        >>> Tally("gamma", "no rival wins", 0, 0, 3).vacuous
        True
        """
        return self.agree + self.disagree == 0

    @property
    def ok(self) -> bool:
        """Whether the check decided something and nothing disagreed."""
        return self.disagree == 0 and not self.vacuous


@dataclass(frozen=True)
class Report:
    """The tallies of all checks; ``str`` is the table.

    ``notes`` are said below it: the tolerance, how many cases were decided, what was taken on trust.
    """

    tallies: tuple[Tally, ...]
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every check decided something and nothing disagreed; an empty report is not ok.

        >>> Report(()).ok
        False
        """
        return bool(self.tallies) and all(tally.ok for tally in self.tallies)

    @property
    def agree(self) -> int:
        """How many cases agree."""
        return sum(tally.agree for tally in self.tallies)

    @property
    def disagree(self) -> int:
        """How many cases disagree."""
        return sum(tally.disagree for tally in self.tallies)

    @property
    def undecided(self) -> int:
        """How many cases stayed open; they never count as agreement."""
        return sum(tally.undecided for tally in self.tallies)

    @property
    def counterexamples(self) -> tuple[str, ...]:
        """One text for every check that failed, with what is needed to recompute it."""
        return tuple(
            f"{tally.family}, {tally.check}: {tally.counterexample or 'no case was decided'}"
            for tally in self.tallies
            if not tally.ok
        )

    def __repr__(self) -> str:
        """Return the counts in one line."""
        return f"Report({self.agree} agree, {self.disagree} disagree, {self.undecided} undecided)"

    def __str__(self) -> str:
        """Return the table, one row for each family and check, and the counterexamples below it."""
        head = ("family", "check", "agree", "disagree", "undecided")
        rows = [(t.family, t.check, str(t.agree), str(t.disagree), str(t.undecided)) for t in self.tallies]
        widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
        lines = [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (head, *rows)
        ]
        lines.append(f"{self.agree} agree, {self.disagree} disagree, {self.undecided} undecided")
        return "\n".join([*lines, *self.notes, *self.counterexamples])


def joined(reports: Iterable[Report]) -> Report:
    """Return one report of all tallies.

    >>> joined([Report((Tally("a", "c", 1, 0, 0),)), Report(())]).agree
    1
    """
    found = tuple(reports)
    return Report(
        tuple(tally for report in found for tally in report.tallies),
        tuple(dict.fromkeys(note for report in found for note in report.notes)),
    )
