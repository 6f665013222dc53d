"""An integral over the simplex that is taken from a list: products of powers of shares, and the mean logarithm."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, log, loggamma, polygamma

from .family import StructuredFamily
from .plates import Component, DatumComponent, Plate


@dataclass(frozen=True)
class Shares:
    """``prod x_k^(a_k - 1)`` over positive shares that add up to one: its integral, and ``E[log x_k]``.

    Source
    ------
    Kotz, Balakrishnan & Johnson 2000, Continuous Multivariate Distributions, chapter 49.
    """

    datum: Component
    exponent: Component
    last: Expr

    def log_density(self) -> Expr:
        """Return the kernel with the constant that makes it a density."""
        a, (k,) = self.exponent, self.exponent.indices
        constant = loggamma(Plate(a, k, self.last)) - Plate(loggamma(a), k, self.last)
        return constant + Plate((a - 1) * log(self.datum), k, self.last)

    def mean_log(self) -> Expr:
        """Return the expectation of the logarithm of a share."""
        a, (k,) = self.exponent, self.exponent.indices
        return polygamma(0, a) - polygamma(0, Plate(a, k, self.last))


def shares(family: StructuredFamily) -> Shares | None:
    """Return the lemma if the family has one positive parameter for each of its shares, or ``None``.

    >>> from thetahat.proofs.registry import structured
    >>> shares(structured("dirichlet")).mean_log()
    polygamma(0, a_k) - polygamma(0, sum(a_k; k = 1..K))
    """
    terms = (*family.observation, *family.terms)
    if len(terms) != 2 or not all(isinstance(one, Component) and one.is_positive for one in terms):
        return None
    datum, exponent = terms
    whole = next((whole for whole, value in family.totals if value == 1 and whole.args[0] == datum), None)
    if whole is None or not isinstance(datum, DatumComponent) or datum.indices != exponent.indices:
        return None
    return Shares(datum, exponent, whole.args[2]) if len(datum.indices) == 1 else None
