"""Carries the laws of the divergence, checked: chain rule, additivity, change of variable, Bregman, Pythagoras."""

from __future__ import annotations

from functools import lru_cache

from .family import Source
from .law_rules import check_laws
from .law_steps import law_steps
from .theorem import Part, Theorem, open_steps


@lru_cache(maxsize=1)
def laws() -> Theorem:
    """Return the laws, every step checked.

    Pure and cached.

    Source
    ------
    Cover & Thomas 2006, *Elements of Information Theory*, sections 2.5 to 2.8; Csiszár 1975, *I-divergence geometry*.

    Examples
    --------
    >>> step = next(step for step in laws().steps if step.rule == "pairs" and "split" in step.words)
    >>> print(step.label.text, "=", step.value)
    D(r || s) = D(q || p) + E_q[D(a_X || b_X)]
    """
    parts, steps = law_steps()
    findings = check_laws(steps)
    headings = tuple(Part(title, start) for title, start in parts)
    return Theorem(headings, steps, findings, open_steps(steps, findings), _SOURCES, _TITLE, _SETTING, _MEANING)


_TITLE = "Laws of the KL divergence"
_SETTING = (
    "Distributions on finitely many atoms, how many is left open, the names as in the theorem. Every mass that stands "
    "in a logarithm or below a fraction is positive wherever the distribution that does the averaging is; otherwise "
    "the divergence is infinite. Sums run over the atoms of that distribution.",
    "For a change of variable: densities `f` and `g`, and integrals that are finite.",
)
_MEANING = (
    "Proved means: for every number of atoms, of statistics and every choice of the masses. Identities and "
    "inequalities are tried in concrete cases as well, in exact numbers, which can only refute them.",
    "The integral over a changed variable is cited (Billingsley 1995, theorem 17.2); that the densities have the "
    "quotient which it needs is proved.",
    "Chain rule, additivity, information and the identities of exponential families are proved for finitely many "
    "atoms, where sums may be exchanged and differentiated. For densities the same algebra holds where integrals may "
    "be; the closed forms of every family are checked against it one by one.",
)
_SOURCES = (
    Source("Cover & Thomas 2006, Elements of Information Theory, sections 2.5 to 2.8 and 8.6"),
    Source("Kullback 1959, Information Theory and Statistics, sections 2.2 to 2.6"),
    Source("Csiszar 1975, I-divergence geometry of probability distributions, Annals of Probability 3"),
    Source("Billingsley 1995, Probability and Measure, theorem 17.2"),
)
