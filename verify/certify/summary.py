"""What data seen part by part say of a maximiser: sums and ends that are enclosed, and can be added to each other.

A family has such a summary of fixed size where the averages that its estimate needs contain no parameter: of smooth
families with one support these are the exponential families (Pitman 1936, Proc. Cambridge Phil. Soc. 32, 567).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from numpy.typing import ArrayLike
from sympy import Dummy, Expr, Symbol

from ...proofs.algebra.atoms import Mean, Quantile, atoms_of
from ...proofs.balls import precision
from ...proofs.derivation import Derivation, Outcome
from ...proofs.errors import DataError, UnsolvedError
from ...proofs.family import Family
from ..exact import in_plain_functions, written_out
from ..known_values import derivation_with
from ..tolerance import MOST_BITS
from ..valid_data import require_data
from .enclosures import BITS, Enclosure
from .long_table import laid_out
from .program import Program, program
from .summed import Summed, maximiser


@dataclass(frozen=True)
class Summary:
    """What was seen of data, enough for the estimate; summaries of parts are added with ``+``.

    Attributes
    ----------
    family
        The family, its known values put in.
    n
        The number of observations with positive weight.
    total
        The sum of the weights.
    sums
        For each average that the estimate needs, the weighted sum that it is a share of.
    ends
        The least and the greatest observation.

    Examples
    --------
    >>> from thetahat import family, summarise
    >>> gamma = family("gamma")
    >>> whole = summarise(gamma, [1.0, 2.0]) + summarise(gamma, [5.0])
    >>> whole.n, whole.rounded() == summarise(gamma, [5.0, 1.0, 2.0]).rounded()
    (3, True)
    """

    family: Family
    n: int
    total: Enclosure
    sums: tuple[Enclosure, ...]
    ends: tuple[float, float]

    def __add__(self, other: Summary) -> Summary:
        """Return the summary of both parts together."""
        if not isinstance(other, Summary):
            return NotImplemented
        if other.family != self.family:
            raise DataError(
                f"{self.family.name}: a summary for the family {other.family.name} says nothing that can be added; "
                "summarise both parts for the same family, with the same known values"
            )
        with precision(BITS):
            sums = tuple(Enclosure.of(a.ball + b.ball) for a, b in zip(self.sums, other.sums, strict=True))
            total = Enclosure.of(self.total.ball + other.total.ball)
        ends = min(self.ends[0], other.ends[0]), max(self.ends[1], other.ends[1])
        return Summary(self.family, self.n + other.n, total, sums, ends)

    @cached_property
    def theta(self) -> Mapping[str, Enclosure]:
        """An enclosure of each parameter of the maximiser, which is the only one.

        Raises
        ------
        ExistenceError
            Where a condition for a maximiser fails, or is too close to call.
        UnsolvedError
            Where that there is one maximum alone is not proved, or the sums are known to too few digits.
        """
        derivation = derivation_with(self.family, {})
        sums = dict(zip(_needs(derivation).averages, (held.ball for held in self.sums), strict=True))
        found = maximiser(derivation, Summed(self.family.columns, sums, self.ends, self.total.ball))
        return {p.name: Enclosure.of(found.theta[p.symbol]) for p in self.family.parameters}

    def rounded(self) -> tuple[float, ...]:
        """Return the doubles nearest to the maximiser, in declared order."""
        return tuple(held.rounded() for held in self.theta.values())


def summarise(
    family: Family, x: ArrayLike, weights: ArrayLike | None = None, fixed: Mapping[str, object] | None = None
) -> Summary:
    """Return what one part of the data says, to be added to what others say.

    Whatever the parts, and in whichever order they are added, the exact maximiser is enclosed, and the double next to
    it the same. A summary can be pickled, for parts that are read by several processes.

    Parameters
    ----------
    x, weights, fixed
        As for ``fit``; one observation is enough.

    Raises
    ------
    UnsolvedError
        For a family whose estimate needs more of the data than sums and ends.
    DataError, SupportError, ParameterError
        For data, weights or fixed values that make no sense.

    Examples
    --------
    >>> from thetahat import family, summarise
    >>> parts = [summarise(family("normal"), part) for part in ([1e9, 1e9 + 2], [1e9 + 1])]
    >>> (parts[0] + parts[1]).rounded()
    (1000000001.0, 0.816496580927726)
    """
    derivation = derivation_with(family, fixed or {})
    needs, member = _needs(derivation), derivation.family
    observations = require_data(member, x, weights)
    with precision(MOST_BITS):
        table = laid_out(member, observations)
        found, total = needs.program(table, {}), table.total()
        sums = tuple(Enclosure.of(found[symbol] * total) for symbol in needs.averages.values())
    return Summary(member, observations.n, Enclosure.of(total), sums, observations.sample.ends[0])


@dataclass(frozen=True, eq=False)
class _Needs:
    """The averages that an estimate is made of, each with a symbol, and the program that reads them off rows."""

    averages: Mapping[Expr, Symbol]
    program: Program


@lru_cache(maxsize=512)
def _needs(derivation: Derivation) -> _Needs:
    """What has to be known of data, or ``UnsolvedError``."""
    family, atoms = derivation.family, set[Expr]()
    for part in _expressions(derivation):
        atoms |= set(atoms_of(part))
    averages = sorted((atom for atom in atoms if isinstance(atom, Mean)), key=lambda atom: atom.sort_key())
    others = [atom for atom in atoms - set(averages) if not (isinstance(atom, Quantile) and atom.level in (0, 1))]
    moving = [atom for atom in averages if atom.free_symbols & set(family.symbols)]
    if others or moving:
        raise UnsolvedError(
            f"{family.name}: the estimate needs {min(map(str, others or moving))} of the data, which no sums over "
            "parts tell; keep the data, and fit them as a whole"
        )
    named = {atom: Dummy(f"t{place}", real=True) for place, atom in enumerate(averages)}
    return _Needs(named, program([(symbol, atom) for atom, symbol in named.items()], family.columns))


def _expressions(derivation: Derivation) -> Sequence[Expr]:
    """Everything in data that the estimate is computed from, or ``UnsolvedError`` where that is a search of rows."""
    if derivation.outcome in (Outcome.UNSOLVED, Outcome.UNBOUNDED) or derivation.is_searched:
        raise UnsolvedError(f"{derivation.family.name}: the estimate is searched among all rows; fit them as a whole")
    conditions = [in_plain_functions(one.expression) for one in derivation.exists_when]
    written = [written_out(derivation, e) for e in (*derivation.equations, *(f for _, f in derivation.formulas))]
    return [*conditions, *written, written_out(derivation, derivation.mean_log_likelihood)]
