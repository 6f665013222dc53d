"""Runs the checks: draws datasets, asks every check of each, shrinks what disagrees, and counts three ways."""

from __future__ import annotations

import gc
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from ..proofs.derivation import Derivation, Outcome, Verdict
from ..proofs.engine import derive
from ..proofs.errors import ExistenceError
from ..proofs.family import Family
from ..proofs.probes import parameter_points
from ..proofs.structured.family import StructuredFamily
from ..strategies import can_fail, constants, datasets
from .answers import require_count
from .checks import CHECKS, SEARCHES, applies, refused_without_maximiser
from .drawn import Check
from .driving import DisagreementError, run_different, run_property
from .estimation import remembering
from .fitting import fit_with
from .growth import grows_without_bound
from .known_values import derivation_with, require_family
from .report import Case, Report, Tally
from .suite_data import ORDINARY, Asked, Refused, asked_of, fitted, has_estimate, is_beyond_doubles
from .tolerance import CERTIFIED_SHARE, FIRST_SEARCHES, SEARCH_SHARE

Array = NDArray[np.float64]
BEYOND = "no double holds the estimate"
"""What is counted where an estimate is refused, rightly so by its certificate; no other check says anything there."""

_MORE_TURNS, _MORE_DATA = 2, 4
"""How often a check that decided nothing goes on, with how many times as many datasets each time."""


def check_family(
    family: Family | StructuredFamily, *, examples: int = 25, seed: int = 0, checks: Mapping[str, Check] = CHECKS
) -> Report:
    """Return the report of every check that applies to ``family``.

    Parameters
    ----------
    examples
        Datasets drawn for each check; all checks share them.
    seed
        The same seed draws the same datasets.
    checks
        Name to check; the default is all of them. A family of symbolic dimension has checks of its own.

    Examples
    --------
    >>> from thetahat import check_family, family
    >>> check_family(family("exponential"), examples=3).ok
    True
    """
    require_count("check_family", examples)
    if isinstance(family, StructuredFamily):
        from .structured_suite import check_structured_family

        return check_structured_family(family, examples=examples, seed=seed)
    derivation = derive(require_family(family))
    tallies = [_steps_tally(derivation)]
    if derivation.outcome is Outcome.UNSOLVED:
        return Report((*tallies, Tally(family.name, "estimator", 0, 0, 1, f"unsolved: {derivation.reason}")))
    if derivation.outcome is Outcome.UNBOUNDED:
        return Report((*tallies, _growth(derivation, examples, seed)))
    sample = derivation_with(family, _first_constants(family))
    named = {name: check for name, check in checks.items() if applies(name, sample)}
    with remembering():
        # The same data are fitted in another order, with weights and as they are: their table is searched once.
        tallies += _run(derivation, named, examples, seed)
    if checks is CHECKS and can_fail(sample.family, conditions=sample.exists_when):
        tallies.append(_refusals(derivation, examples, seed))
    return Report(tuple(tallies))


def check_families(
    families: Sequence[Family | StructuredFamily], *, examples: int = 25, seed: int = 0, jobs: int = 1
) -> Iterator[tuple[str, Report]]:
    """Yield name and report of each family as it is done; with ``jobs`` above one, from that many processes.

    >>> from thetahat import family
    >>> [name for name, report in check_families([family("exponential")], examples=2)]
    ['exponential']
    """
    if jobs <= 1:
        for family in families:
            yield family.name, check_family(family, examples=examples, seed=seed)
        return
    # Ball precision is global to a process, so work is spread over processes, never over threads.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_settle) as pool:
        # Those with more parameters take longer; begun last, one of them would be waited for alone.
        longest_first = sorted(families, key=lambda family: len(family.parameters), reverse=True)
        waiting = {pool.submit(check_family, one, examples=examples, seed=seed): one.name for one in longest_first}
        try:
            for done in as_completed(waiting):
                yield waiting[done], done.result()
        finally:
            # Whoever stops early waits for no family; at the end processes are waited for, or Python's own clean-up of
            # them may meet a closed pipe.
            pool.shutdown(wait=all(one.done() for one in waiting), cancel_futures=True)


def _settle() -> None:
    """Keep what is imported from Python's collector of garbage, which goes through all else again and again."""
    gc.freeze()


def _steps_tally(derivation: Derivation) -> Tally:
    """The checker's findings as a check: a refuted step disagrees, an open one is undecided."""
    counts = Counter(finding.evidence.verdict for finding in derivation.findings)
    wrong = next(
        (
            s.words
            for s, f in zip(derivation.steps, derivation.findings, strict=True)
            if f.evidence.verdict is Verdict.DISAGREE
        ),
        "",
    )
    return Tally(
        derivation.family.name,
        "derivation steps",
        counts[Verdict.AGREE],
        counts[Verdict.DISAGREE],
        counts[Verdict.UNDECIDED],
        wrong,
    )


def _first_constants(family: Family) -> dict[str, object]:
    """Some value for each constant, to ask which checks apply."""
    point = parameter_points(family, 1, 1)[0]
    return {item.name: point[item.symbol] for item in family.constants}


def _run(derivation: Derivation, checks: Mapping[str, Check], examples: int, seed: int) -> list[Tally]:
    """All checks over shared datasets; a check that disagrees is shrunk and leaves the next round.

    Checks that decided no case go on with more datasets: where most have no maximiser, the first few may all lack one.
    """
    counts: dict[str, Counter[Verdict]] = {name: Counter() for name in (*checks, BEYOND)}
    found: dict[str, str] = {}
    left = dict(checks)
    while left:
        failed = _round(derivation, left, counts, found, examples, seed)
        if not failed:
            break
        left = {name: check for name, check in left.items() if name not in failed}
    for turn in range(1, _MORE_TURNS + 1):
        idle = {name: check for name, check in left.items() if counts[name].total() == counts[name][Verdict.UNDECIDED]}
        if not idle:
            break
        before = {name: counts[name][Verdict.UNDECIDED] for name in idle}
        _round(derivation, idle, counts, found, examples * _MORE_DATA**turn, seed + turn, aimed=False)
        for name in idle:
            counts[name][Verdict.UNDECIDED] += before[name]
    name_of = derivation.family.name
    return [
        Tally(name_of, name, c[Verdict.AGREE], c[Verdict.DISAGREE], c[Verdict.UNDECIDED], found.get(name, ""))
        for name, c in counts.items()
        if name in checks or c.total()
    ]


def _round(
    derivation: Derivation,
    left: Mapping[str, Check],
    counts: dict[str, Counter[Verdict]],
    found: dict[str, str],
    examples: int,
    seed: int,
    aimed: bool = True,
) -> list[str]:
    """Ask the checks in ``left`` of one series of datasets; the name of the first that disagrees, if one does.

    Where ``aimed`` the datasets become harder in the course of the series, and else not.
    """
    for name in (*left, BEYOND):
        counts[name].clear()
    failed: list[str] = []

    def examine(asked: Asked) -> float | None:
        drawn = fitted(asked)
        if isinstance(drawn, Refused):
            if is_beyond_doubles(drawn):
                counts[BEYOND][Verdict.AGREE] += not failed
                return None
            # Refused for want of digits: every check stays open on these data, and none may count them as passed.
            for name in left:
                counts[name][Verdict.UNDECIDED] += not failed
            return None
        share = CERTIFIED_SHARE if drawn.certificate.verdict.is_global else SEARCH_SHARE
        part = zlib.crc32(drawn.x.tobytes()) % share
        for name in failed or left:
            if name in SEARCHES and part and not failed and counts[name].total() >= FIRST_SEARCHES:
                continue
            case = left[name](drawn)
            counts[name][case.verdict] += not failed
            if case.verdict is Verdict.DISAGREE:
                found[name] = case.detail
                if not failed:
                    failed.append(name)
                raise DisagreementError(name)
        return drawn.ulps if aimed else None

    run_different(asked_of(derivation), lambda asked: asked.key, examine, examples, seed, has_estimate)
    return failed


def _growth(derivation: Derivation, examples: int, seed: int) -> Tally:
    """An unbounded likelihood on drawn datasets: it grows along the derived path, and no estimate is given."""
    counts: Counter[Verdict] = Counter()
    found: dict[str, str] = {}

    def examine(x: Array) -> None:
        try:
            answer = fit_with(derivation, x)
        except ExistenceError:
            case = grows_without_bound(derivation, x)
        else:
            case = Case(Verdict.DISAGREE, f"answered {answer.theta} although the likelihood is unbounded")
        counts[case.verdict] += not found
        if case.verdict is Verdict.DISAGREE:
            found["case"] = case.detail
            raise DisagreementError(case.detail)

    run_property(datasets(derivation.family, conditions=(), largest=ORDINARY), examine, examples, seed)
    return Tally(
        derivation.family.name,
        "likelihood grows without bound",
        counts[Verdict.AGREE],
        counts[Verdict.DISAGREE],
        counts[Verdict.UNDECIDED],
        found.get("case", ""),
    )


def _refusals(derivation: Derivation, examples: int, seed: int) -> Tally:
    counts: Counter[Verdict] = Counter()
    found: dict[str, str] = {}
    general = derivation.family

    def broken(values: Mapping[str, object]) -> st.SearchStrategy[tuple[Derivation, Array]]:
        known = derivation_with(general, values) if values else derivation
        drawn = datasets(known.family, existence="fails", conditions=known.exists_when)
        return drawn.map(lambda x: (known, x))

    def examine(drawn: tuple[Derivation, Array]) -> None:
        case = refused_without_maximiser(*drawn)
        counts[case.verdict] += not found
        if case.verdict is Verdict.DISAGREE:
            found["case"] = case.detail
            raise DisagreementError(case.detail)

    strategy = constants(general).flatmap(broken) if general.constants else broken({})
    run_property(strategy, examine, examples, seed)
    return Tally(
        general.name,
        "no maximiser is refused",
        counts[Verdict.AGREE],
        counts[Verdict.DISAGREE],
        counts[Verdict.UNDECIDED],
        found.get("case", ""),
    )
