"""What a claimed quantity is the expected value of, and an enclosure of that at one member, which rests on no lemma."""

from __future__ import annotations

from collections.abc import Mapping

from flint import arb
from sympy import Expr, Rational, Symbol, oo

from ..proofs.algebra.derivatives import derivative
from ..proofs.closed_forms import nested
from ..proofs.enclosed_means import enclosed_mean
from ..proofs.family import Family
from ..proofs.members import member_symbols

Values = Mapping[Symbol, Rational]


def averaged(family: Family, quantity: str) -> tuple[Expr, ...]:
    """Return the functions of an observation whose expected values are the entries of a quantity; none if none are.

    Member 0 is at the family's own symbols. The information is the covariance of the score; it is not defined where
    the support depends on a parameter, nor for parameters on a lattice.

    >>> from thetahat import family
    >>> averaged(family("exponential"), "kl")
    (-lambda*x + lambda_1*x + log(lambda) - log(lambda_1),)
    """
    second = family.log_density.xreplace(member_symbols(family, 1))
    of_one = {
        "entropy": -family.log_density,
        "cross_entropy": -second,
        "kl": family.log_density - second,
    }
    if quantity == "mean":
        return family.observed
    if quantity in of_one:
        return (of_one[quantity],)
    moving = family.bounds.free_symbols & set(family.symbols) or any(one.bounds.discrete for one in family.parameters)
    if quantity != "fisher_information" or moving:
        return ()
    slopes = [derivative(family.log_density, symbol) for symbol in family.symbols]
    return tuple(a * b for a in slopes for b in slopes)


def enclosed_at(family: Family, integrand: Expr, values: Values) -> arb | Expr | None:
    """Return an enclosure of an expected value at one member, or at two; infinity where their supports do not nest.

    ``None`` where no bound of the tails is found.

    >>> from thetahat import family
    >>> poisson = family("poisson")
    >>> enclosed_at(poisson, *averaged(poisson, "entropy"), {poisson.symbols[0]: Rational(1)}).str(12)
    '[1.30484224226 +/- 3.75e-12]'
    """
    first = member_symbols(family, 0)
    known = dict(values) | {symbol: values[named] for symbol, named in first.items() if named in values}
    if integrand.has(*member_symbols(family, 1).values()):
        inside = nested(family).xreplace(known)
        if inside == False:  # noqa: E712  (a SymPy relation that stays open is not false)
            return oo
        if inside != True:  # noqa: E712
            return None
    return enclosed_mean(family, known, integrand)
