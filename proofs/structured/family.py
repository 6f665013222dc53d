"""What a structured family is: observation, parameters and log-density, in terms whose dimension is a symbol."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sympy import Basic, Expr, Symbol

from ..errors import DeclarationError
from ..family import Source
from .plates import Component, DatumComponent, Plate
from .terms import Datum, Known, Matrix, shape


@dataclass(frozen=True)
class Unknown:
    """One parameter: its term, what it means, and the index over which it sums to one, if it does.

    The term is a ``Matrix`` (of kind ``spd`` for a symmetric positive definite one), a ``Component`` of a plate, or a
    positive ``Symbol``.
    """

    term: Expr
    meaning: str = ""
    simplex: Symbol | None = None

    @property
    def name(self) -> str:
        """The name, without indices.

        >>> Unknown(Matrix("mu", 2)).name
        'mu'
        """
        return str(self.term.name)

    @property
    def definite(self) -> bool:
        """Whether the parameter is a symmetric positive definite matrix."""
        return isinstance(self.term, Matrix) and self.term.kind == "spd"


@dataclass(frozen=True)
class StructuredFamily:
    """Densities whose dimension is a symbol: a value from which everything else is derived.

    Attributes
    ----------
    observation
        The data terms of one observation.
    parameters
        What is estimated.
    log_density
        Natural logarithm of the density, or of the probability, constants included.
    sizes
        The symbols that are dimensions.
    rows
        Where the data are one matrix whose rows belong together, the symbol for their number. Without it a dataset
        is ``n`` independent observations.
    known
        Given matrices, and given numbers.
    totals
        Sums over the components of one observation, with their value: a category is one of ``K``.
    support
        Pairs of which the left side is at most the right one for every observation that is possible; a parameter may
        stand in them.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> structured("multivariate_normal").parameter_names
    ('mu', 'Sigma')
    """

    name: str
    observation: tuple[Expr, ...]
    parameters: tuple[Unknown, ...]
    log_density: Expr
    sizes: tuple[Symbol, ...]
    rows: Symbol | None = None
    known: tuple[Unknown, ...] = ()
    totals: tuple[tuple[Expr, Expr], ...] = ()
    support: tuple[tuple[Expr, Expr], ...] = ()
    sources: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a declaration that contradicts itself."""
        _require_sense(self)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The parameters' names, in declared order."""
        return tuple(one.name for one in self.parameters)

    @property
    def terms(self) -> tuple[Expr, ...]:
        """The parameters' terms, in declared order."""
        return tuple(one.term for one in self.parameters)

    @cached_property
    def in_plates(self) -> bool:
        """Whether the log-density is a sum over components, rather than one of matrix words."""
        return any(one.has(Plate, Component) for one in (self.log_density, *(left for left, _ in self.support)))

    @cached_property
    def _ends_of_sums(self) -> dict[Basic, Expr]:
        """The last value of each index of a sum in the log-density and the support."""
        parts = (self.log_density, *(left for left, _ in self.support))
        return {sum_.args[1]: sum_.args[2] for part in parts for sum_ in part.atoms(Plate)}

    def last(self, index: Basic) -> Expr:
        """Return the last value of an index, as the sums of the log-density and of the support have it.

        >>> from thetahat.proofs.registry import structured
        >>> chain = structured("markov_chain")
        >>> chain.last(chain.terms[0].indices[0])
        K
        """
        found = self._ends_of_sums.get(index)
        if found is None:
            raise DeclarationError(
                f"{self.name}: the last value of {index} is open; write a sum over it in the log-density"
            )
        return found

    def lengths(self, term: Basic) -> tuple[Expr, ...]:
        """Return the last value of each index of a component, in order; of anything else nothing.

        >>> from thetahat.proofs.registry import structured
        >>> chain = structured("markov_chain")
        >>> chain.lengths(chain.terms[0])
        (K, K)
        """
        return tuple(map(self.last, term.indices)) if isinstance(term, Component) else ()

    def unknown(self, term: Basic) -> Unknown:
        """Return the parameter or known quantity that ``term`` stands for."""
        found = [one for one in (*self.parameters, *self.known) if one.term == term]
        if not found:
            raise DeclarationError(f"{self.name}: {term} is not a declared parameter; declared are {self.terms}")
        return found[0]


def _require_sense(family: StructuredFamily) -> None:
    if not family.parameters or not family.observation:
        raise DeclarationError(f"{family.name}: declare at least one parameter and one observation")
    for term in family.observation:
        if isinstance(term, Matrix) and not isinstance(term, Datum):
            raise DeclarationError(f"{family.name}: {term} is observed; write Datum instead of Matrix")
    if not family.log_density.is_commutative:
        raise DeclarationError(f"{family.name}: the log-density is a matrix; take the trace of what is a number")
    for left, right in family.support:
        if not left.atoms(DatumComponent):
            raise DeclarationError(f"{family.name}: {left} <= {right} says nothing of an observation; leave it out")
    names = [one.name for one in (*family.parameters, *family.known)]
    if len(set(names)) != len(names):
        raise DeclarationError(f"{family.name}: two of {names} have the same name; rename one")
    declared = {*family.terms, *family.observation, *(one.term for one in family.known)}
    for found in family.log_density.atoms(Matrix):
        if found not in declared:
            raise DeclarationError(
                f"{family.name}: {found} is not declared; add it to parameters, observation or known"
            )
    for one in family.known:
        if isinstance(one.term, Matrix) and not isinstance(one.term, Known):
            raise DeclarationError(f"{family.name}: {one.name} is known; write Known instead of Matrix")
    for trace in family.log_density.find(lambda node: isinstance(node, Expr) and not node.is_commutative):
        shape(trace)
