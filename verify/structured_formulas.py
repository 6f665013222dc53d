"""The formulas of a structured derivation: which one to evaluate, and its value at every index of its parameter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Integer, Symbol

from ..proofs.derivation import Verdict
from ..proofs.structured.derivation import StructuredDerivation
from ..proofs.structured.family import StructuredFamily


def stable(derivation: StructuredDerivation, term: Expr) -> Expr:
    """Return a parameter's formula, as squares of residuals where a step proves it to be that: nothing cancels there.

    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> normal = derive_structured(structured("multivariate_normal"))
    >>> stable(normal, normal.family.terms[1])
    mean((-mean(x) + x)*(-mean(x) + x)')
    """
    checked = zip(derivation.steps, derivation.findings, strict=True)
    for step, finding in checked:
        if step.rule in ("gram", "squares") and step.subject == term and finding.evidence.verdict is Verdict.AGREE:
            return step.value
    return plain(derivation, term)


def plain(derivation: StructuredDerivation, term: Expr) -> Expr:
    """Return a parameter's formula as it was solved for: cheap, and good where nothing is rounded.

    >>> from thetahat.proofs.registry import structured
    >>> from thetahat.proofs.structured.engine import derive_structured
    >>> normal = derive_structured(structured("multivariate_normal"))
    >>> plain(normal, normal.family.terms[1])
    mean(x*x') - mean(x)*mean(x)'
    """
    return dict((*derivation.formulas, *derivation.equations))[term]


def at_every_index(
    family: StructuredFamily, term: Expr, sizes: Mapping[Symbol, int], value: Callable[[Mapping[Expr, Expr]], Any]
) -> NDArray[Any]:
    """Return an array over the places of a component; ``value`` is given the numbers that its indices have there.

    Examples
    --------
    >>> from thetahat.proofs.registry import structured
    >>> chain = structured("markov_chain")
    >>> at_every_index(chain, chain.terms[0], {chain.sizes[0]: 2}, lambda here: sum(map(int, here.values())))
    array([[2, 3],
           [3, 4]], dtype=object)
    """
    indices, axes = getattr(term, "indices", ()), [sizes[last] for last in family.lengths(term)]
    found = np.empty(axes, dtype=object)
    for at in product(*map(range, axes)):
        found[at] = value(dict(zip(indices, (Integer(k + 1) for k in at), strict=True)))
    return found
