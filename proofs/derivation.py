"""What a derivation is: steps with claims, what the checker found, and the estimator they lead to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from sympy import Basic, Expr, Symbol

from .conditions import Condition
from .exponential import ExponentialForm
from .family import Family
from .integers import IntegerSearch
from .points import PointSearch
from .reparametrisation import Reparametrisation


class Outcome(Enum):
    """How far the derivation of an estimator came."""

    CLOSED_FORM = "closed form"
    REDUCED = "reduced to equations"
    SUPPORT_BOUNDARY = "on the boundary of the support"
    SPACE_BOUNDARY = "on an end of the parameter space"
    SET_VALUED = "set-valued"
    DATA_POINT = "search over observations"
    INTEGER_SEARCH = "search over integers"
    UNBOUNDED = "likelihood unbounded"
    UNSOLVED = "unsolved"


class Verdict(Enum):
    """The three counts. Undecided is never counted as agreement."""

    AGREE = "agree"
    DISAGREE = "disagree"
    UNDECIDED = "undecided"


class Evidence(Enum):
    """By what a step was proved, or that it was not."""

    ALGEBRA = "algebra"
    SIGN = "sign"
    LEMMA = "lemma"
    BALL = "ball"
    UNDECIDED = "undecided"
    REFUTED = "refuted"

    @property
    def verdict(self) -> Verdict:
        """The count that this evidence goes to.

        >>> Evidence.BALL.verdict
        <Verdict.AGREE: 'agree'>
        """
        if self is Evidence.REFUTED:
            return Verdict.DISAGREE
        return Verdict.UNDECIDED if self is Evidence.UNDECIDED else Verdict.AGREE


@dataclass(frozen=True)
class Statistic:
    """A number computed from the data: the symbol that stands for it, and what it is.

    ``definition`` is an atom of ``proofs.algebra.atoms``: ``Mean``, ``Quantile`` or ``LargestTie``; or an
    expression in such atoms.
    """

    symbol: Symbol
    definition: Expr


@dataclass(frozen=True)
class EdgeHeight:
    """What the mean log-likelihood tends to, at most, as the parameters leave their space on one way.

    ``height`` is an expression in data atoms, ``meaning`` says in words where the parameters go.
    """

    height: Expr
    meaning: str


@dataclass(frozen=True)
class Label:
    """What a step's value is a formula for, in plain text and in LaTeX."""

    text: str
    latex: str


class Section(Enum):
    """The parts of a derivation, in the order in which a reader meets them."""

    LIKELIHOOD = "The likelihood route"
    DIVERGENCE = "The KL route"
    OPTIMALITY = "Global maximum"
    EXISTENCE = "Existence"
    THEOREM = "Theorem"


@dataclass(frozen=True)
class Step:
    """One claim, the rule that led to it, and the steps it rests on.

    ``rule`` names the entry of the checker's table that re-proves the claim from the declaration.
    ``given`` are positions (from 0) of earlier steps in the same derivation. ``using`` holds the named
    expressions that the rule needs beside ``value``. ``held`` are parameters that count as known in this step, and
    ``parametrisation`` are the parameters that it is about where these are others than the declared ones.
    """

    rule: str
    section: Section
    words: str
    value: Basic
    label: Label
    given: tuple[int, ...] = ()
    subject: Basic | None = None
    using: tuple[tuple[str, Basic], ...] = ()
    held: tuple[Symbol, ...] = ()
    parametrisation: Reparametrisation | None = None

    def named(self, key: str) -> Basic:
        """Return the expression that ``using`` holds under ``key``."""
        return dict(self.using)[key]

    def about(self, family: Family) -> Family:
        """Return the declared family as the step is about it: with parameters known, or with others."""
        way = self.parametrisation
        if way is None:
            return family.holding(*self.held)
        # What was known beforehand is no parameter that others stand for.
        own = {item.symbol for item in way.parameters}
        return way.of(family.holding(*(one for one in self.held if one not in own))).holding(*self.held)


@dataclass(frozen=True)
class Finding:
    """What the checker says of one step: by what it is proved, or why not."""

    evidence: Evidence
    detail: str = ""


def weakest(findings: Iterable[Finding]) -> Finding:
    """Return the finding that decides about all: refuted, undecided, then the weaker evidence; of none, algebra.

    >>> weakest([Finding(Evidence.LEMMA), Finding(Evidence.BALL)]).evidence.value
    'ball'
    """
    order = [Evidence.REFUTED, Evidence.UNDECIDED, Evidence.BALL, Evidence.LEMMA, Evidence.SIGN, Evidence.ALGEBRA]
    return min(findings, key=lambda finding: order.index(finding.evidence), default=Finding(Evidence.ALGEBRA))


def by_sign(holds: bool, what: str) -> Finding:
    """Return that ``what`` is proved by rules of signs, or that it is not.

    >>> by_sign(False, "the weight is positive").detail
    'not proved: the weight is positive'
    """
    return Finding(Evidence.SIGN, what) if holds else Finding(Evidence.UNDECIDED, f"not proved: {what}")


@dataclass(frozen=True)
class Obligation:
    """A claim that is not proved, and why; shown in every rendering."""

    statement: str
    why: str


@dataclass(frozen=True)
class Optimality:
    """Why the estimate is the global maximum; ``proved`` is false where it is only known to be stationary.

    ``concave`` says that the argument is concavity on some scale: a strict local maximum is then the only maximum.
    """

    proved: bool
    argument: str
    unique: bool
    concave: bool = False


@dataclass(frozen=True)
class Derivation:
    """From one declaration to its estimator, with every step and what the checker found.

    Attributes
    ----------
    statistics
        The numbers computed from the data that the estimator uses.
    formulas
        Each parameter with its formula, in an order in which a formula uses only statistics, unknowns of
        ``equations`` and parameters before it. A formula may contain averages of functions of earlier parameters.
    equations, unknowns
        What is left to solve numerically: every equation is zero at the estimate.
    closed
        Each solved parameter in ``statistics`` and ``unknowns`` alone.
    free
        For a set of maximisers: parameter, lower and upper end.
    within
        For an unknown that the data keep from a part of its space: unknown, lower and upper end, in statistics.
    searched
        The parameter to be looked for among the observations, if there is one.
    point
        What the likelihood is at each observation with the other parameters at their best, if there are others.
    integer
        The integer parameter to be looked for, and how the likelihood changes from one integer to the next.
    exists_when
        Conditions on the data for a maximiser to exist in the parameter space.
    existence_proved, existence_needed
        Whether the conditions are known to be enough, and whether it is known that no maximiser exists without them.
    none_inside
        Whether it is known that none lies inside the space without them; one may lie on an end that belongs to it.
    edges
        What the likelihood tends to at most, on every way out of the parameter space on which it does not vanish, for
        data that meet ``exists_when``: a maximiser exists where some member is above all of them.
    enough
        Conditions on the data under which some member is above all edges.
    independent_routes
        Whether the KL route solved other equations than the scores.
    """

    family: Family
    outcome: Outcome
    reason: str
    statistics: tuple[Statistic, ...]
    mean_log_likelihood: Expr
    formulas: tuple[tuple[Symbol, Expr], ...]
    equations: tuple[Expr, ...]
    unknowns: tuple[Symbol, ...]
    closed: tuple[tuple[Symbol, Expr], ...]
    free: tuple[tuple[Symbol, Expr, Expr], ...]
    exponential_form: ExponentialForm | None
    exists_when: tuple[Condition, ...]
    existence_rule: str
    existence_proved: bool
    optimality: Optimality
    independent_routes: bool
    within: tuple[tuple[Symbol, Expr, Expr], ...]
    searched: Symbol | None
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    obligations: tuple[Obligation, ...]
    integer: IntegerSearch | None = None
    existence_needed: bool = True
    none_inside: bool = False
    point: PointSearch | None = None
    edges: tuple[EdgeHeight, ...] = ()
    enough: tuple[Condition, ...] = ()

    @property
    def mirrored(self) -> tuple[Symbol, ...]:
        """The parameters of which the data tell the size only: a value and its opposite are proved to be one member."""
        found = ((s.subject, f.evidence) for s, f in zip(self.steps, self.findings, strict=True) if s.rule == "mirror")
        return tuple(p for p, evidence in found if isinstance(p, Symbol) and evidence.verdict is Verdict.AGREE)

    @cached_property
    def _hash(self) -> int:
        return hash((self.family, self.outcome, self.formulas, self.equations, self.unknowns))

    def __hash__(self) -> int:
        return self._hash

    def __getstate__(self) -> dict[str, object]:
        """Leave the hash behind: another process hashes strings otherwise."""
        return {name: value for name, value in self.__dict__.items() if name != "_hash"}

    @property
    def estimator(self) -> dict[Symbol, Expr]:
        """Each parameter's formula, in declared order; parameters left in ``equations`` are missing.

        >>> from thetahat import derive, family
        >>> derive(family("exponential")).estimator
        {lambda: 1/t_1}
        """
        formulas = dict(self.formulas)
        return {symbol: formulas[symbol] for symbol in self.family.symbols if symbol in formulas}

    @property
    def existence_searched(self) -> bool:
        """Whether only a search tells which data have a maximiser: of the observations, or for a member above edges.

        >>> from thetahat import derive, family
        >>> [derive(family(name)).existence_searched for name in ("gamma", "lomax")]
        [False, True]
        """
        return self.point is not None or bool(self.edges)

    @property
    def is_searched(self) -> bool:
        """Whether more than formulas and equations is left: a search of observations or integers, or a set.

        >>> from thetahat import derive, family
        >>> derive(family("gamma")).is_searched, derive(family("triangular")).is_searched
        (False, True)
        """
        searches = self.point, self.searched, self.integer, *self.free, *self.within
        return any(item is not None for item in searches)

    def count(self, evidence: Evidence) -> int:
        """Return how many steps were found to be of that evidence.

        >>> from thetahat import derive, family
        >>> derive(family("exponential")).count(Evidence.REFUTED)
        0
        """
        return sum(finding.evidence is evidence for finding in self.findings)

    def __repr__(self) -> str:
        """Return family, outcome and estimator in one line; ``print`` shows the derivation."""
        found = ", ".join(f"{symbol} = {value}" for symbol, value in self.estimator.items())
        return f"Derivation({self.family.name}, {self.outcome.value}{': ' * bool(found)}{found})"

    def __str__(self) -> str:
        """Return the derivation as plain text."""
        from .write.text import derivation_text

        return derivation_text(self)

    def _repr_latex_(self) -> str:
        from .write.latex import derivation_latex

        return derivation_latex(self)

    def _repr_markdown_(self) -> str:
        from .write.markdown import derivation_markdown

        return derivation_markdown(self)
