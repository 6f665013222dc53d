"""Decides whether a map of parameters is right: two log-densities are equal under it, or differ at a witness."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
from sympy import Expr, Symbol, solve

from ..proofs.ball_data import evaluate
from ..proofs.balls import precision
from ..proofs.derivation import Evidence
from ..proofs.errors import ParameterError
from ..proofs.family import Family
from ..proofs.probes import data_points
from ..proofs.zero import prove_zero
from .claim_points import points
from .claimed import Claimed, in_symbols
from .likelihood import log_likelihood
from .parameter_map import ParameterMap
from .tolerance import DENSITY_SHARE

LogDensity: TypeAlias = Claimed | Callable[..., Any]
_MEMBERS, _DATA, _BITS = 8, 3, 200


@dataclass(frozen=True)
class MapFinding:
    """What is known of a map: proved or not, in words; how many points agree; the point that refutes it."""

    words: str
    agree: int = 0
    witness: str = ""


def judge_map(reading: ParameterMap, log_density: LogDensity | None) -> MapFinding:
    """Return whether the family's log-density equals the given one, its parameters replaced by the map.

    Parameters
    ----------
    log_density
        An expression, or a text, in the names of the output and of the observation; or a function of ``x`` and of the
        output by name, which returns doubles and so is compared at points.

    Examples
    --------
    >>> from thetahat import family
    >>> from .parameter_map import parameter_map
    >>> f = family("exponential")
    >>> judge_map(parameter_map(f, {"lambda": "1/scale"}), "-log(scale) - x/scale").words
    'proved by equality of both log-densities'
    >>> judge_map(parameter_map(f, {"lambda": "scale"}), "-log(scale) - x/scale").witness.partition(":")[0]
    'scale = 2, x = 23/73'
    """
    if log_density is None:
        return MapFinding("taken on trust; give log_density= to have it proved")
    inverses = list(_inverses(reading))
    if not inverses:
        return MapFinding("taken on trust, since it could not be inverted")
    judged = [
        _at_points(reading, inverse, log_density)
        if callable(log_density) and not isinstance(log_density, Expr)
        else _by_algebra(reading, inverse, log_density)
        for inverse in inverses
    ]
    return min(judged, key=lambda found: bool(found.witness))


def _inverses(reading: ParameterMap) -> Iterator[dict[Symbol, Expr]]:
    """What the output is in terms of theta: by solving the map, each solution put back into it."""
    family, outputs = reading.family, reading.outputs
    if not reading.formulas:
        yield {Symbol(item.name, real=True): item.symbol for item in family.parameters}
        return
    gaps = [formula - symbol for formula, symbol in zip(reading.formulas, family.symbols, strict=True)]
    try:
        found = solve(gaps, outputs, dict=True)
    except NotImplementedError:
        return
    for candidate in found:
        domain = dict(family.domain)
        back = [gap.xreplace(candidate) for gap in gaps]
        if set(candidate) == set(outputs) and all(
            prove_zero(one, domain, list).evidence is Evidence.ALGEBRA for one in back
        ):
            yield candidate


def _by_algebra(reading: ParameterMap, inverse: Mapping[Symbol, Expr], log_density: Claimed) -> MapFinding:
    family = reading.family
    names = {symbol.name: symbol for symbol in inverse} | {one.name: one for one in family.columns}
    theirs = in_symbols(family, log_density, names, "log_density")
    gap = theirs.xreplace(dict(inverse)) - family.log_density
    finding = prove_zero(gap, family.domain, lambda: [(point, ()) for point in _points(family)])
    if finding.evidence is Evidence.REFUTED:
        point = next(one for one in _points(family) if _differs(gap, one))
        at = _written(family, inverse, point)
        with precision(_BITS):
            values = [
                evaluate(one, point).str(8, radius=False)
                for one in (theirs.xreplace(dict(inverse)), family.log_density)
            ]
        return MapFinding("refuted", 0, f"{at}: the log-density is {values[0]}, and {values[1]} by the map")
    if finding.evidence is Evidence.ALGEBRA:
        return MapFinding("proved by equality of both log-densities", 1)
    if finding.evidence is Evidence.BALL:
        return MapFinding(f"not proved; both log-densities are {finding.detail}", 1)
    return MapFinding("taken on trust; whether both log-densities are equal could not be decided")


def _differs(gap: Expr, point: Mapping[Symbol, Expr]) -> bool:
    with precision(_BITS):
        return not evaluate(gap, point).contains(0)


def _points(family: Family) -> Iterator[dict[Symbol, Expr]]:
    for theta in islice(points(family), _MEMBERS):
        for row in data_points(family, theta, _DATA, seed=1):
            yield {**theta, **row}


def _written(family: Family, inverse: Mapping[Symbol, Expr], point: Mapping[Symbol, Expr]) -> str:
    outputs = [f"{symbol} = {value.xreplace(dict(point))}" for symbol, value in inverse.items()]
    return ", ".join([*outputs, *(f"{one} = {point[one]}" for one in family.columns)])


def _at_points(reading: ParameterMap, inverse: Mapping[Symbol, Expr], log_density: Callable[..., Any]) -> MapFinding:
    """Both log-densities at points, theirs in doubles: a wrong map changes them by far more than these lose."""
    family, count = reading.family, 0
    for point in _points(family):
        outputs = {symbol.name: float(value.xreplace(dict(point))) for symbol, value in inverse.items()}
        row = [float(point[one]) for one in family.columns]
        try:
            theirs = float(
                np.asarray(log_density(row[0] if len(row) == 1 else np.array(row), **outputs)).reshape(-1)[0]
            )
        except TypeError as error:
            raise ParameterError(
                f"{family.name}: log_density could not be called with x and {', '.join(outputs)} by name ({error})"
            ) from error
        theta = reading.read(outputs)
        ours = log_likelihood(family, theta, row if len(row) == 1 else [row])[0]
        if not abs(theirs - ours) <= DENSITY_SHARE * (1 + abs(ours)):
            at = ", ".join([*(f"{k} = {v!r}" for k, v in outputs.items()), f"x = {row[0] if len(row) == 1 else row!r}"])
            return MapFinding("refuted", 0, f"{at}: the log-density is {theirs!r}, and {ours!r} by the map")
        count += 1
    return MapFinding(f"not proved; both log-densities agree at {count} points", count)
