"""The steps of an exponential family: normalised, its means, and the identity of divergences with what follows."""

from __future__ import annotations

from sympy import S, Tuple

from . import labels
from .derivation import Label, Optimality, Section
from .divergence import MeanMap, divergence_between, fisher_information
from .expectations import entropy, expectation, is_normalised
from .family import Family
from .group_totals import censored_words
from .members import member_symbols
from .numeric_check import is_examined
from .routes import DivergenceRoute, LikelihoodRoute
from .trail import Trail

_MOST_POINTS = 4
_OPTIMAL, _KL = Section.OPTIMALITY, Section.DIVERGENCE


def density_steps(family: Family, route: LikelihoodRoute, kl: DivergenceRoute, trail: Trail) -> None:
    """Normalisation by a lemma, the mean map by the same lemma on a tilted density, entropy and information."""
    normal = is_normalised(family)
    if normal is not None:
        trail.add(
            "normalised",
            _KL,
            f"Normalised: the {'probabilities sum' if family.countable else 'density integrates'} to one"
            f"{censored_words(family)}.",
            normal.value,
            Label("log sum p", r"\log \sum p") if family.countable else Label("log integral p", r"\log \int p"),
        )
    if kl.means is None or kl.mean_step is None or route.averages.form is None:
        return
    for statistic, tau in zip(route.averages.form.statistics, kl.means.tau, strict=True):
        direct = expectation(family, statistic)
        if direct is not None:
            trail.add(
                "expectation",
                _KL,
                f"Mean of `{statistic}`, independently: by an integral or sum, without the log-partition.",
                direct.value,
                Label(f"E[{statistic}]", "E[T]"),
                given=(kl.mean_step,),
                subject=statistic,
                using=(("tau", tau),),
            )


def identity(family: Family, route: LikelihoodRoute, kl: DivergenceRoute, trail: Trail) -> Optimality | None:
    """``l(theta_hat) - l(theta) = KL(theta_hat || theta)`` wherever the means of theta_hat match the statistics."""
    form, means = route.averages.form, kl.means
    if form is None or means is None or kl.mean_step is None or kl.agreement is None:
        return None
    if len(form.statistics) != len(route.regular) or not is_examined(family):
        return None
    first, second = member_symbols(family, 0), member_symbols(family, 1)
    divergence = divergence_between(family, form, means)
    members = Tuple(*(Tuple(s, first[s], second[s]) for s in family.symbols))
    at = trail.add(
        "divergence",
        _OPTIMAL,
        "Divergence between two members" + (" whose supports nest" if route.ends.placed else "") + ".",
        divergence,
        labels.between_members(tuple(first.values()), tuple(second.values())),
        given=(kl.mean_step,),
        using=(
            ("members", members),
            ("means", Tuple(*means.tau)),
            ("eta", Tuple(*form.eta)),
            ("log_partition", form.log_partition),
        ),
    )
    trail.add(
        "identity",
        _OPTIMAL,
        "Pythagorean identity: where the means of a member match the statistics, its mean log-likelihood exceeds that "
        "of any other member by the divergence from it to the other, which is positive unless both are the same "
        "(Gibbs). Every root of the likelihood equations is therefore the one global maximum.",
        S.Zero,
        Label("l(theta_hat) - l(theta) - D", r"\ell(\hat\theta) - \ell(\theta) - D"),
        given=(0, kl.mean_step, at, kl.agreement),
        using=(
            ("members", members),
            ("means", Tuple(*means.tau)),
            ("statistics", Tuple(*(s.symbol for s in route.averages.statistics))),
        ),
    )
    if not route.ends.placed:
        _information_step(family, route, means, kl.mean_step, trail)
    spread = None if _is_long_sum(family) else entropy(family)
    if spread is not None:
        trail.add("entropy", _OPTIMAL, "Entropy of a member.", spread.value, Label("H(p)", "H(p)"))
    argument = "Pythagorean identity of divergences"
    if route.ends.placed:
        argument = "monotone in the ends of the support, then the Pythagorean identity of divergences"
    return Optimality(True, argument, True)


def _information_step(family: Family, route: LikelihoodRoute, means: MeanMap, mean_step: int, trail: Trail) -> None:
    averages = route.averages
    information = fisher_information(averages.mean_log_likelihood, averages.statistics, means, family.domain)
    if information is None:
        return
    trail.add(
        "information",
        _OPTIMAL,
        "Fisher information of one observation.",
        Tuple(*(Tuple(*information.row(i)) for i in range(information.rows))),
        Label("I", "I"),
        given=(0, mean_step),
        using=(
            ("parameters", Tuple(*means.parameters)),
            ("means", Tuple(*means.tau)),
            ("statistics", Tuple(*(s.symbol for s in averages.statistics))),
        ),
    )


def _is_long_sum(family: Family) -> bool:
    """Whether an expectation would be written out over more than a handful of points: no closed form."""
    width = family.bounds.hi - family.bounds.lo
    return family.discrete and bool(width.is_number) and bool(width.is_finite) and width > _MOST_POINTS
