"""What somebody claims of a family, proved or refuted: entropy, divergence, information, mean, or its estimator."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from sympy import Matrix

from ..proofs.errors import ParameterError
from ..proofs.family import Family
from ..proofs.structured.family import StructuredFamily
from .certify import Enclosure
from .claimed import Claimed, entries_of, estimators_of


class ClaimVerdict(Enum):
    """What is known of a claim."""

    PROVED = "proved"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Witness:
    """One case in which a claim is wrong.

    Attributes
    ----------
    values
        The parameters, by name, as exact numbers; for an estimator the known constants.
    x
        The data, for an estimator.
    claimed, actual
        Enclosures of what the claim says and of what is true; ``None`` for a value that is infinite or no number,
        which ``said`` and ``true`` then tell in words.
    """

    values: Mapping[str, Any]
    claimed: Enclosure | None
    actual: Enclosure | None
    said: str
    true: str
    x: tuple[Any, ...] = ()

    def __str__(self) -> str:
        """Return the case as one line."""
        at = [f"{name} = {value}" for name, value in self.values.items()]
        at += [f"x = {list(self.x)}"] if self.x else []
        return f"at {', '.join(at)}: claimed {self.said}, actual {self.true}"


@dataclass(frozen=True)
class Part:
    """The verdict on one quantity."""

    quantity: str
    verdict: ClaimVerdict
    why: str
    witness: Witness | None = None

    def __str__(self) -> str:
        """Return the verdict, why, and the witness."""
        text = f"{self.quantity}: {self.verdict.value}, {self.why}"
        return text if self.witness is None else f"{text}\n  {self.witness}"


@dataclass(frozen=True)
class Claim:
    """The verdict on everything that was claimed: refuted if one part is, proved if all are.

    Attributes
    ----------
    parts
        One for each quantity, in the order of the arguments of ``check_claim``.
    """

    family: str
    parts: tuple[Part, ...] = field(default=())

    @property
    def verdict(self) -> ClaimVerdict:
        """Refuted if one part is, else undecided if one is, else proved."""
        return _worst(part.verdict for part in self.parts)

    @property
    def witness(self) -> Witness | None:
        """The case in which the claim is wrong."""
        return next((part.witness for part in self.parts if part.witness is not None), None)

    @property
    def why(self) -> str:
        """The reason for the verdict."""
        return next(part.why for part in self.parts if part.verdict is self.verdict)

    def __str__(self) -> str:
        """Return the verdict of every part."""
        return "\n".join(f"{self.family}, {part}" for part in self.parts)


def _worst(verdicts: Iterable[ClaimVerdict]) -> ClaimVerdict:
    order = [ClaimVerdict.REFUTED, ClaimVerdict.UNDECIDED, ClaimVerdict.PROVED]
    return min(verdicts, key=order.index)


def check_claim(
    family: Family | StructuredFamily,
    *,
    entropy: Claimed | None = None,
    cross_entropy: Claimed | None = None,
    kl: Claimed | None = None,
    mle: Mapping[str, Claimed] | None = None,
    log_partition: Claimed | None = None,
    fisher_information: Claimed | Matrix | None = None,
    mean: Claimed | None = None,
    examples: int = 200,
    seed: int = 0,
) -> Claim:
    """Return whether what is claimed of ``family`` is true: proved, refuted with a witness, or undecided.

    Claims are SymPy expressions, or texts, which are read and never evaluated. Symbols go by their names.

    Parameters
    ----------
    entropy, mean, log_partition
        In the parameters. Entropies are in nats; a log-partition may differ from ours by a constant; of several
        observed numbers the mean is a list.
    cross_entropy, kl
        In the parameters of both members: ``k_0``, ``theta_0`` of the first, which averages, ``k_1``, ``theta_1`` of
        the second. A divergence is infinite where supports do not nest, and the claim has to say so:
        ``Piecewise((..., b_0 <= b_1), (oo, True))``.
    fisher_information
        A matrix in declared order, of one observation; for one parameter its entry.
    mle
        For some or all parameters, by name, the estimate: in ``Mean(f(x))``, ``Quantile(level)``, of which level 0 is
        the minimum and 1 the maximum, the number of observations ``n``, and estimates of other parameters.
    examples, seed
        How many datasets are drawn to refute an estimator.

    Of a family whose dimension is a symbol, entropies and divergences are judged, in matrices and sums:
    ``logdet(Sigma_1) - logdet(Sigma_0) + tr(inv(Sigma_1)*Sigma_0)``, ``sum(p0_k*log(p0_k/p1_k), k)``.

    Returns
    -------
    A claim is proved by algebra against a formula that is derived from the declared density, and refuted by a case in
    which enclosures of both values are apart. Where no formula is derived, expected values are enclosed by integrals
    and sums with bounds of their tails. What only agrees at random cases is undecided.

    Raises
    ------
    ParameterError
        Where nothing is claimed, for names that are not known, and matrices of another shape.
    ExpressionError
        For a text that is no expression.

    Examples
    --------
    >>> from thetahat import check_claim, family
    >>> print(check_claim(family("exponential"), entropy="1 - log(lambda)"))
    exponential, entropy: proved, equal to the derived formula by algebra
    >>> print(check_claim(family("exponential"), entropy="1 + log(lambda)").witness)
    at lambda = 2: claimed 1.69314718055995, actual 0.306852819440055
    """
    from .claim_estimates import judge_estimator
    from .claim_forms import FORMS, judge_form

    given = {
        "entropy": entropy,
        "cross_entropy": cross_entropy,
        "kl": kl,
        "log_partition": log_partition,
        "fisher_information": fisher_information,
        "mean": mean,
    }
    if isinstance(family, StructuredFamily):
        from .structured_claims import check_structured_claim

        return check_structured_claim(family, {**given, "mle": mle})
    parts = [
        judge_form(family, quantity, entries_of(family, quantity, claimed))
        for quantity in FORMS
        if (claimed := given[quantity]) is not None
    ]
    if mle is not None:
        parts.append(judge_estimator(family, estimators_of(family, mle), examples, seed))
    if not parts:
        raise ParameterError(f"{family.name}: nothing is claimed; give {', '.join(FORMS)} or mle")
    return Claim(family.name, tuple(parts))
