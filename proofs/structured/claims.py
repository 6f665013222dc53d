"""How derivers write a claim down, and what the average of a claim's expression is."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Basic, Expr

from ..derivation import Section
from ..trail import Trail
from .family import StructuredFamily
from .lemmas import Gaussian, Lemma
from .naming import claim_label
from .terms import Average, shape
from .words import scalar, tree, words


def add_claim(
    trail: Trail,
    family: StructuredFamily,
    rule: str,
    section: Section,
    spoken: str,
    value: Basic,
    subject: Basic | None = None,
    given: tuple[int, ...] = (),
    using: Mapping[str, Basic] | None = None,
) -> int:
    """Append a step whose label follows from its rule and subject; return its position."""
    label = claim_label(rule, subject, family)
    named = tuple((using or {}).items())
    return trail.add(rule, section, spoken, value, label, given=given, subject=subject, using=named)


def averaged(family: StructuredFamily, value: Expr) -> Expr:
    """Return the mean over the observations in normal form; where the data are one matrix, the value itself.

    >>> from thetahat.proofs.registry import structured
    >>> normal = structured("multivariate_normal")
    >>> averaged(normal, normal.observation[0])
    mean(x)
    """
    over = value if family.rows is not None else Average(value)
    return scalar(over) if value.is_commutative else tree(words(over), shape(value)[0])


def lemma_record(lemma: Lemma) -> dict[str, Basic]:
    """Return the parts of a lemma as named expressions of a step."""
    if isinstance(lemma, Gaussian):
        return {"centre": lemma.centre, "left": lemma.left, "right": lemma.right}
    return {"precision": lemma.precision, "degrees": lemma.degrees}
