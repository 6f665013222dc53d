"""Coefficients of the least distances: a linear program, whose value is proved from below in rational numbers.

For likelihoods that fall with the distance of each observation from a linear predictor, by one rate on either side. The
least sum of distances is reached where as many rows as coefficients are met exactly, and no slope leads there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray
from sympy import Abs, Dummy, Expr, Symbol

from ..proofs.algebra.derivatives import derivative
from ..proofs.algebra.signs import is_negative
from ..proofs.derivation import Derivation
from ..proofs.errors import UnsolvedError
from ..strategies.rounded import exact, nearest_double
from ..strategies.separation import exact_matrix, orthogonal
from .density import compiled
from .observations import Observations
from .tolerance import AGREEMENT_NATS, BALL_ROWS

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Distances:
    """A log-density falls by ``rate * (|distance| + lean * distance)``, and no other term moves with coefficients.

    ``distance`` is linear in them with slopes ``slopes``; ``lean`` is a number between -1 and 1, and ``rate`` may hold
    other parameters.
    """

    distance: Expr
    slopes: tuple[Expr, ...]
    lean: Expr
    rate: Expr


@lru_cache(maxsize=512)
def distances_of(derivation: Derivation) -> Distances | None:
    """Return the distances of which a derivation leaves the least sum to be found; ``None`` for other likelihoods.

    >>> from sympy import Interval, Reals, log, oo
    >>> from thetahat import Covariate, Family, Parameter, derive
    >>> x, z, a, b = (Symbol(name, real=True) for name in "xzab")
    >>> line = Family(
    ...     "line", x, Reals, (Parameter(a, Reals), Parameter(b, Reals)), -Abs(x - a - b * z) - log(2), covariates=(z,)
    ... )
    >>> distances_of(derive(line)).slopes
    (1, z)
    """
    family, unknowns = derivation.family, derivation.unknowns
    modulus = [node for node in family.log_density.atoms(Abs) if node.free_symbols & set(unknowns)]
    if len(modulus) != 1 or not derivation.optimality.concave:
        return None
    distance, size = modulus[0].args[0], Dummy(nonnegative=True)
    flat = family.log_density.xreplace({modulus[0]: size})
    rate = derivative(flat, size)
    slopes = tuple(derivative(distance, unknown) for unknown in unknowns)
    known = set(family.columns)
    if not (
        rate.free_symbols.isdisjoint({size, *unknowns, *known})
        and is_negative(rate, family.domain)
        and all(slope.free_symbols <= known and slope != 0 for slope in slopes)
        and distance.free_symbols <= known | set(unknowns)
    ):
        return None
    rest = (flat - rate * size).expand()
    leans = {(derivative(rest, u) / (rate * slope)).cancel() for u, slope in zip(unknowns, slopes, strict=True)}
    lean = leans.pop()
    return Distances(distance, slopes, lean, -rate) if not leans and lean.is_number and abs(lean) < 1 else None


def least_distances(derivation: Derivation, distances: Distances, observations: Observations) -> dict[Symbol, float]:
    """Return the coefficients of the least sum of distances.

    Raises
    ------
    UnsolvedError
        Where the data do not determine them, or the least sum is not proved.

    Examples
    --------
    >>> from sympy import Reals, log
    >>> from thetahat import Family, Parameter, derive
    >>> x, z, a, b = (Symbol(name, real=True) for name in "xzab")
    >>> line = Family(
    ...     "line", x, Reals, (Parameter(a, Reals), Parameter(b, Reals)), -Abs(x - a - b * z) - log(2), covariates=(z,)
    ... )
    >>> rows = np.array([[0.0, 0.0], [1.0, 1.0], [2.0, 2.0], [9.0, 1.0]])
    >>> least_distances(derive(line), distances_of(derive(line)), Observations(rows, None, 4))
    {a: 0.0, b: 1.0}
    """
    family, unknowns, table = derivation.family, derivation.unknowns, observations.distinct()
    if table.n > BALL_ROWS:
        raise UnsolvedError(
            f"{family.name}: the least sum of distances is looked for among at most {BALL_ROWS} different rows, and "
            f"these are {table.n}; fit a part of them"
        )
    program = _program(distances, derivation, table)
    if exact_matrix(program.covariates).rank() < len(unknowns):
        raise UnsolvedError(
            f"{family.name}: these data do not determine the coefficients {', '.join(map(str, unknowns))}: a change of "
            "them changes no distance. Leave out a covariate that others determine, or fix a coefficient."
        )
    proposed, weights = _solved(program, family.name)
    candidates = [proposed, *_met_exactly(program, proposed)]
    sums = [program.total(one) for one in candidates]
    at = sums.index(min(sums))
    lowest = program.lower_bound(weights)
    if sums[at] > lowest + _allowed(distances, lowest, table):
        raise UnsolvedError(
            f"{family.name}: the sum of distances is {float(sums[at]):.6g}, and proved to be at least "
            f"{float(lowest):.6g} only: too close to an exact fit for double precision; subtract a rough fit first"
        )
    return dict(zip(unknowns, (candidates[at] + 0.0).tolist(), strict=True))  # zero without a sign


def _allowed(distances: Distances, lowest: fmpq, table: Observations) -> fmpq:
    """How far above the least a sum may be: by a share of it where a scale goes with it, else by what costs no nats."""
    if distances.rate.free_symbols:
        return lowest * exact(AGREEMENT_NATS)
    return exact(AGREEMENT_NATS * table.total / float(distances.rate))


@dataclass(frozen=True, eq=False)
class _Program:
    """Distances are ``covariates @ b - target``; above zero each costs ``above`` a unit, below it ``below``."""

    covariates: Array
    target: Array
    above: Array
    below: Array

    def total(self, coefficients: Array) -> fmpq:
        """The sum of the distances, exactly."""
        left = exact_matrix(self.covariates) * exact_matrix(coefficients[:, np.newaxis])
        gaps = [left[at, 0] - exact(value) for at, value in enumerate(self.target.tolist())]
        costs = zip(gaps, self.above.tolist(), self.below.tolist(), strict=True)
        return sum((gap * exact(up) if gap > 0 else -gap * exact(down) for gap, up, down in costs), fmpq(0))

    def lower_bound(self, weights: Array) -> fmpq:
        """What the sum is at least, by weights for the rows, which are moved until they are orthogonal to covariates.

        Source: Bertsimas & Tsitsiklis 1997, Introduction to Linear Optimization, theorem 4.3 (weak duality).
        """
        moved = orthogonal(exact_matrix(weights[:, np.newaxis]), exact_matrix(self.covariates))
        share = fmpq(1)
        for at, (up, down) in enumerate(zip(self.above.tolist(), self.below.tolist(), strict=True)):
            one = moved[at, 0]
            allowed = exact(down) if one > 0 else exact(up)
            share = min(share, allowed / abs(one)) if one != 0 else share
        return share * (moved.transpose() * exact_matrix(self.target[:, np.newaxis]))[0, 0]


def _program(distances: Distances, derivation: Derivation, table: Observations) -> _Program:
    columns, unknowns = derivation.family.columns, derivation.unknowns
    start = distances.distance.subs(dict.fromkeys(unknowns, 0))
    target, *slopes = (
        np.broadcast_to(np.asarray(compiled(one, columns)(*table.columns), dtype=np.float64), table.n)
        for one in (-start, *distances.slopes)
    )
    lean = float(distances.lean)
    return _Program(np.stack(slopes, axis=1), target, table.w * (1 + lean), table.w * (1 - lean))


def _solved(program: _Program, name: str) -> tuple[Array, Array]:
    """Coefficients and weights in doubles, of the program with every column and the target of about the same size."""
    # Imported late: only these fits have a use for it.
    from scipy.optimize import linprog
    from scipy.sparse import eye, hstack

    n, p = program.covariates.shape
    wide = np.abs(program.covariates).max(axis=0)
    tall, heavy = float(np.abs(program.target).max()) or 1.0, float(program.above.max())
    found = linprog(
        np.r_[np.zeros(p), program.above / heavy, program.below / heavy],
        A_eq=hstack([program.covariates / wide, -eye(n), eye(n)]),
        b_eq=program.target / tall,
        bounds=[(None, None)] * p + [(0.0, None)] * (2 * n),
        method="highs",
    )
    if found.status != 0:
        raise UnsolvedError(f"{name}: the linear program ended with {found.message!r}")
    return np.asarray(found.x[:p]) * tall / wide, np.asarray(found.eqlin.marginals) * heavy


def _met_exactly(program: _Program, proposed: Array) -> list[Array]:
    """The coefficients for which as many rows as there are, the nearest, are met exactly, rounded once."""
    p = len(proposed)
    nearest_rows = np.argsort(np.abs(program.covariates @ proposed - program.target), kind="stable").tolist()
    chosen: list[int] = []
    for row in nearest_rows:
        if exact_matrix(program.covariates[[*chosen, row]]).rank() > len(chosen):
            chosen.append(row)
        if len(chosen) == p:
            break
    met: fmpq_mat = exact_matrix(program.covariates[chosen]).solve(exact_matrix(program.target[chosen][:, np.newaxis]))
    return [np.array([nearest_double(met[at, 0]) for at in range(p)])]
