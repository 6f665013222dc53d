"""Finds the predictor of a regression: the sum of coefficients times covariates that its parameters enter through."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Symbol

from .family import StructuredFamily
from .plates import Component, DatumComponent, Plate

ETA = Symbol("eta", real=True)


@dataclass(frozen=True)
class Predictor:
    """The sum of coefficients times covariates, its name, and the log-density as a function of it.

    Where coefficients have an index more than the covariates, there is a predictor for each value of that.
    """

    term: Component
    predictor: Plate
    eta: Expr
    kernel: Expr


def predictor_of(family: StructuredFamily) -> Predictor | None:
    """Return the predictor that the one parameter of a family enters through, or ``None``.

    >>> from thetahat.proofs.registry import structured
    >>> predictor_of(structured("poisson_regression")).kernel
    eta*y - exp(eta) - loggamma(y + 1)
    """
    if len(family.parameters) != 1 or not isinstance(family.terms[0], Component):
        return None
    return predictor_in(family.log_density, family.terms[0])


def predictor_in(whole: Expr, term: Component) -> Predictor | None:
    """Return the predictor of coefficients that an expression holds in one such sum alone, or ``None``."""
    sums = {found for found in whole.atoms(Plate) if found.has(term) and not found.args[0].has(Plate)}
    if len(sums) != 1 or term.is_positive or not 1 <= len(term.indices) <= 2:
        return None
    (predictor,) = sums
    covariate = predictor.args[0] / term
    if not isinstance(covariate, DatumComponent) or predictor.args[1:2] != covariate.indices:
        return None
    others = [index for index in term.indices if index != predictor.args[1]]
    if len(others) != len(term.indices) - 1:
        return None
    eta = Component("eta", "real", *others) if others else ETA
    kernel = whole.xreplace({predictor: eta})
    return None if kernel.has(term) or kernel.has(covariate) else Predictor(term, predictor, eta, kernel)
