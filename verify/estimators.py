"""Decides whether somebody's function returns maximum-likelihood estimates: draws hard datasets and counts verdicts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..proofs.derivation import Verdict
from ..proofs.errors import ParameterError
from ..proofs.family import Family
from ..proofs.registry import any_family
from ..proofs.structured.family import StructuredFamily
from .answers import Promise, Question, require_callable, require_count, require_promise
from .asking import Asked, asked
from .claimed import Claimed
from .diagnosis import likely
from .estimator_data import Existence, drawn_data, require_data_for
from .known_values import derivation_with
from .map_proof import LogDensity, judge_map
from .parameter_map import ParameterMap, parameter_map
from .report import Report, Tally
from .structured_estimators import check_structured_estimator
from .telling_cases import telling_cases
from .tolerance import AUDIT_NATS


def check_estimator(
    family: Family | StructuredFamily | str,
    function: Callable[..., Any],
    *,
    parameters: Mapping[str, Claimed] | None = None,
    log_density: LogDensity | None = None,
    promise: Promise = "mle",
    examples: int = 200,
    existence: Existence = "holds",
    fixed: Mapping[str, object] | None = None,
    weights: bool = False,
    tolerance: float = AUDIT_NATS,
    strict: bool = False,
    seed: int = 0,
    min_size: int = 1,
    max_size: int = 50,
) -> Report:
    """Return whether ``function`` returns maximum-likelihood estimates of ``family``, on drawn datasets.

    Datasets have ties, one or two observations, large offsets, extreme scales, and values that are nearly all equal.
    The judge is a certificate: an enclosure of the exact maximum. An answer may lose ``tolerance`` nats per
    observation, and what rounding it to doubles costs.

    Parameters
    ----------
    family
        A family, or the name of one. Where its dimension is a symbol, the function is called with what is observed and
        then with what is known, in declared order, and sizes are drawn as well.
    function
        Called with ``x``, shape ``(n,)`` (with covariates ``(n, 1 + covariates)``), and, if ``weights``, with weights
        of shape ``(n,)`` as second argument. Returns a mapping from names to numbers, an
        object with these as attributes, or a sequence in declared order.
    parameters
        Where the function's parameters are others, for each of the family's an expression in the names of what the
        function returns: ``{"k": "a", "theta": "1/rate"}``. The values of a sequence are called ``_0``, ``_1``, ...
    log_density
        The log-density by which the function's parameters are defined, to have ``parameters`` proved: an expression in
        their names and the observation's, or a function of ``x`` and of these by name, which is compared at points. A
        wrong map is refuted before any dataset is drawn.
    promise
        ``"mle"``: no parameter is more likely. ``"local"``: a local maximum will do.
    examples
        How many different datasets are drawn, or all that are found where there are not so many.
    existence
        ``"holds"``: all datasets have a maximiser. ``"fails"``: none has one, and the function has to raise, to warn,
        or to return ``None``, ``nan``, or no member of the family. ``"either"``: left to chance, each judged as it is.
    fixed
        Values for the family's constants, or for parameters that the function takes as known.
    weights
        Whether the function takes weights, which may be fractional, zero, or wildly unequal.
    tolerance
        Nats per observation (per unit of weight) that an answer may lose. An error of d times the standard deviation of
        an estimate from one observation loses d**2/2, so that the default lets d = 4.5e-4 pass: the scale of an
        exponential may be off by that share, a place by that share of the spread. ``tolerance=1e-14`` asks for seven
        digits, 1.4e-7.
    strict
        Where data have many digits in common, or are huge, terms of the likelihood equations or of the formula for the
        estimate cancel, as in a mean of squares minus the square of a mean. What a few units in the last place of each
        operation and of the data may explain is undecided, and said to be so; if ``strict``, it is judged as any loss.
    seed
        The same seed draws the same datasets.
    min_size, max_size
        Fewest and most observations.

    Returns
    -------
    A report with a row for the estimator, and one for the map if there is something to say. A counterexample shows a
    dataset as small as was found, what was returned, the certified estimate, the nats lost, enclosed, and a likely
    mistake where one fits. A run in which nothing was decided is not ok.

    Raises
    ------
    ParameterError
        For a promise, a tolerance or a map that means nothing; for what cannot be called with the data; where
        ``existence="fails"`` is asked of a family of which every dataset has a maximiser.
    ExistenceError
        Where no dataset has one, and ``existence="holds"`` is asked.
    UnsolvedError
        Where no estimator is derived to compare with.

    Examples
    --------
    >>> from thetahat import check_estimator
    >>> check_estimator("exponential", lambda x: [1 / x.mean()], examples=20).ok
    True
    >>> check_estimator("normal", lambda x: [x.mean(), x.std(ddof=1)], examples=50).ok
    False
    >>> [check_estimator("exponential", lambda x: [(1 + 1e-6) / x.mean()], tolerance=t).ok for t in (1e-7, 1e-14)]
    [True, False]
    >>> report = check_estimator(
    ...     "exponential", lambda x: {"scale": x.mean()}, parameters={"lambda": "1/scale"},
    ...     log_density="-log(scale) - x/scale", examples=20,
    ... )
    >>> report.ok, report.notes[0]
    (True, 'parameters lambda = 1/scale: proved by equality of both log-densities')
    """
    require_promise(promise, tolerance, existence)
    require_count("check_estimator", examples)
    declared = any_family(family) if isinstance(family, str) else family
    if isinstance(declared, StructuredFamily):
        others = (parameters, log_density, fixed or None, promise, strict, min_size, max_size)
        if others != (None, None, None, "mle", False, 1, 50) or existence == "either":
            raise ParameterError(
                f"{declared.name}: where the dimension is a symbol, give examples, existence 'holds' or 'fails', "
                "weights, tolerance and seed alone"
            )
        return check_structured_estimator(
            declared, function, examples=examples, existence=existence, weights=weights, tolerance=tolerance, seed=seed
        )
    if not isinstance(declared, Family):
        raise ParameterError(
            f"check_estimator: {declared!r} is no family; give a family or its name first, then the estimator"
        )
    require_callable(function, declared, weights)
    derivation = derivation_with(declared, fixed or {})
    require_data_for(derivation, existence)
    reading = parameter_map(derivation.family, parameters)
    mapped = _map_report(reading, parameters, log_density)
    if mapped.disagree:
        return mapped
    question = Question(derivation, function, reading, declared, dict(fixed or {}), promise, float(tolerance), strict)
    found = asked(question, drawn_data(derivation, existence, weights, min_size, max_size), examples, seed)
    name = getattr(function, "__name__", "estimator")
    row = _row(question, found, name, existence, seed)
    return Report((*mapped.tallies, row), (*mapped.notes, *found.notes(name, tolerance)))


def _map_report(
    reading: ParameterMap, parameters: Mapping[str, Claimed] | None, log_density: LogDensity | None
) -> Report:
    """What is to say of the map: nothing where none is given."""
    if parameters is None and log_density is None:
        return Report(())
    found = judge_map(reading, log_density)
    notes = (f"parameters {reading or 'as declared'}: {found.words}",)
    if not (found.agree or found.witness):
        return Report((), notes)
    disagree = int(bool(found.witness))
    return Report((Tally(reading.family.name, "parameter map", found.agree, disagree, 0, found.witness),), notes)


def _row(question: Question, found: Asked, name: str, existence: Existence, seed: int) -> Tally:
    """The counts, with the smallest case that was refuted, and what was probably done instead."""
    text = ""
    if found.failed:
        cases = telling_cases(question, found.failed, existence, seed)
        text = found.failed[-1].text(likely(question, cases, found.failed[-1]))
    kind = {"holds": "", "fails": " without a maximiser", "either": " with or without a maximiser"}[existence]
    agree, disagree, undecided = (found.counts[one] for one in (Verdict.AGREE, Verdict.DISAGREE, Verdict.UNDECIDED))
    return Tally(question.family.name, f"{name}{kind}", agree, disagree, undecided, text)
