"""Runs the checks of families behind a progress bar, and keeps what was decided when somebody stops it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..proofs.family import Family
    from ..proofs.structured.family import StructuredFamily
    from .report import Report


def checked_until_stopped(
    chosen: Sequence[Family | StructuredFamily], examples: int, seed: int, jobs: int
) -> tuple[Report, bool]:
    """Return the report on the families, in the order asked for, and whether it is complete: Ctrl-C ends it early.

    The bar goes to standard error, and only when that is a terminal.

    Examples
    --------
    >>> from thetahat import family
    >>> report, complete = checked_until_stopped([family("exponential")], examples=1, seed=0, jobs=1)
    >>> report.ok, complete
    (True, True)
    """
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from .report import joined
    from .suite import check_families

    done: dict[str, Report] = {}
    complete = True
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task("verifying", total=len(chosen))
        try:
            for name, report in check_families(chosen, examples=examples, seed=seed, jobs=jobs):
                done[name] = report
                progress.advance(task)
        except KeyboardInterrupt:
            complete = False
    return joined(done[one.name] for one in chosen if one.name in done), complete
