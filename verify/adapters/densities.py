"""Verifies a parameter map: the library's own log-density has to have the values that the declared one has."""

from __future__ import annotations

import mpmath as mp
import numpy as np
from sympy import Rational, S, lambdify

from ...proofs.digits import log_density_at
from ...proofs.family import Family
from ...proofs.probes import data_points, parameter_points
from .target import LogDensity


def worst_difference(
    family: Family, log_density: LogDensity, members: int = 3, observations: int = 6, seed: int = 7
) -> tuple[float, str]:
    """Return how far a library's log-density lies from the declared one, relative to 1 + |value|, and where.

    Ours is evaluated in thirty digits, at generic parameters and data that are doubles. A value that is no number
    counts as infinitely far.

    Examples
    --------
    >>> from thetahat import family
    >>> right = lambda x, theta: np.log(theta["lambda"]) - theta["lambda"] * x
    >>> worst_difference(family("exponential"), right)[0] < 1e-15
    True
    """
    largest = (0.0, "nowhere")
    for values in parameter_points(family, members, seed):
        # Doubles first: both sides then start from the same numbers.
        theta = {symbol: S(Rational(float(value))) for symbol, value in values.items()}
        named = {symbol.name: float(value) for symbol, value in theta.items()}
        points = data_points(family, theta, observations, seed)
        rows = np.array([[float(point[column]) for column in family.columns] for point in points])
        theirs = np.ravel(log_density(rows if family.beside else rows[:, 0], named))
        for row, value in zip(rows, theirs, strict=True):
            exact = _exact(family, theta, row)
            error = abs(mp.mpf(float(value)) - exact) / (1 + abs(exact))
            where = f"{named}, {family.observation} = {row.tolist()}: {float(value)!r} for {mp.nstr(exact, 17)}"
            if mp.isnan(error):
                return float("inf"), where
            largest = max(largest, (float(error), where))
    return largest


def _exact(family: Family, theta: dict[object, Rational], row: np.ndarray) -> mp.mpf:
    with mp.workdps(30):
        if not family.beside:
            return log_density_at(family, theta)(mp.mpf(float(row[0])))
        symbols = (*theta, *family.columns)
        numbers = [*(mp.mpf(int(value.p)) / int(value.q) for value in theta.values()), *map(mp.mpf, map(float, row))]
        return lambdify(symbols, family.log_density, "mpmath")(*numbers)
