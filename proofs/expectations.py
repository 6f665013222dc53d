"""Expected values under a family, its normalisation and its entropy, from integral lemmas on tilted densities alone."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sympy import Expr, S, cancel, erf, erfc, together

from .algebra.signs import Domain
from .derivation import Evidence
from .drawn_members import vanishes_in
from .expectation_rules import mean_as_whole, mean_by_terms
from .expectation_tilts import mean_log_density
from .expected_forms import tidy_mean
from .family import Family
from .group_totals import group_totals, has_censored, joined_totals
from .integration.lemma import joined_names
from .joint import Chain, chain_of
from .lemmas import Integrated, log_integral, product_of
from .measures import Expected, Measure, measure_of
from .members import domain_of


def normaliser(family: Family) -> Integrated | None:
    """Return the logarithm of the density's integral, or of the probabilities' sum; zero for a proper declaration.

    It is taken over all that is observed, for any value of the covariates. ``None`` where no lemma matches.

    >>> from thetahat import family
    >>> normaliser(family("weibull")).value, normaliser(family("weibull")).lemma
    (0, 'gamma')
    """
    if not family.also:
        return log_integral(family.log_density, family.observation, family.bounds, domain_of(family))
    chain = chain_of(family)
    return None if chain is None else chain.total


@lru_cache(maxsize=512)
def is_normalised(family: Family) -> Integrated | None:
    """Return the normaliser with its value brought to zero where algebra can; another value is shown as it is.

    Given covariates of few values it is taken for each of these, and may be one of rows that are censored.

    >>> from thetahat import family
    >>> is_normalised(family("negative_binomial"))
    Integrated(value=0, lemma='binomial_series', conditions=(r, p), substitution='')
    """
    found = normaliser(family)
    if found is not None and found.value == 0:
        return found
    if groups := group_totals(family):
        return joined_totals(groups)
    if found is None:
        return None
    value = found.value.replace(erfc, lambda z: 1 - erf(z)) if found.value.has(erf, erfc) else found.value
    ratio = cancel(together(product_of(value)))
    return replace(found, value=S.Zero) if ratio == 1 else found


def proves_normalised(family: Family) -> bool | None:
    """Return ``True`` where a lemma proves that the density integrates, or sums, to one; ``None`` where none tells.

    Of several observed numbers, which no quadrature goes over, ``False`` where the integral of the lemmas is another.

    >>> from thetahat import family
    >>> proves_normalised(family("negative_binomial"))
    True
    """
    found = is_normalised(family)
    if found is None or found.value == 0:
        return None if found is None else True
    wrong = family.also and vanishes_in(family, found.value).evidence is Evidence.REFUTED
    return False if wrong else None


def expectation(family: Family, statistic: Expr, beside: Domain | None = None) -> Expected | None:
    """Return ``E[T(x)]`` at a member of ``family``, in its parameters; ``None`` where no lemma gives it.

    ``E[T] = d/de log of the integral of p exp(e T)`` at ``e = 0``, and ``E[x**r]`` is a ratio of two integrals. The
    side conditions of the tilted integral are proved at ``e = 0``; being strict they hold in a neighbourhood, in which
    the integral is finite and may be differentiated. An expectation that is infinite for some members has no lemma
    that holds for all of them, hence ``None``.

    Parameters
    ----------
    statistic
        A function of the observation; it may contain parameters, covariates and other symbols.
    beside
        Where those other symbols lie, such as the parameters of a second member.

    Examples
    --------
    >>> from sympy import log
    >>> from thetahat import family
    >>> gamma = family("gamma")
    >>> expectation(gamma, gamma.observation).value
    k*theta
    >>> expectation(gamma, log(gamma.observation)).value
    log(theta) + polygamma(0, k)
    """
    if has_censored(family):
        return None
    around = tuple((beside or {}).items())
    if not family.also:
        return expectation_under(measure_of(family, around), statistic)
    chain = chain_of(family, around)
    return None if chain is None else _along(chain, statistic)


def _along(chain: Chain, statistic: Expr) -> Expected | None:
    """The mean over the first number given the others, then the mean of that over the next, and so on."""
    found = Expected(statistic, "")
    for link in chain.links:
        inner = expectation_under(link, found.value)
        if inner is None:
            return None
        conditions = dict.fromkeys((*found.conditions, *inner.conditions))
        found = Expected(inner.value, joined_names((found.lemma, inner.lemma)), tuple(conditions))
    return found


def expectation_under(measure: Measure, statistic: Expr) -> Expected | None:
    """Return the same under a density that no family declares.

    >>> from thetahat import family
    >>> gamma = family("gamma")
    >>> expectation_under(measure_of(gamma), gamma.observation).value
    k*theta
    """
    return mean_as_whole(measure, statistic) or mean_by_terms(measure, statistic)


def entropy(family: Family) -> Expected | None:
    """Return ``-E[log p(x)]``, in nats; differential entropy for densities. ``None`` where no lemma gives it.

    >>> from thetahat import family
    >>> entropy(family("exponential")).value
    1 - log(lambda)
    """
    return _entropy(family)


@lru_cache(maxsize=512)
def _entropy(family: Family) -> Expected | None:
    if has_censored(family):
        return None
    measure = measure_of(family, ())
    if family.also:
        found = expectation(family, family.log_density)
    else:
        found = mean_log_density(measure) or mean_by_terms(measure, family.log_density)
    return None if found is None else replace(found, value=tidy_mean(-found.value, measure.domain))
