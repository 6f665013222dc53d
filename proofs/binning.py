"""Carries how estimates from bins tend to the maximum-likelihood estimate as the bins shrink, checked step by step."""

from __future__ import annotations

from functools import lru_cache

from sympy import Abs, Expr, log, simplify

from .algebra.atoms import Mean
from .algebra.derivatives import derivative
from .algebra.kinks import has_kinks
from .binning_rules import check_binning
from .binning_terms import Average, CellMass, Density, M, Rate, Remainder, Slope, c, eta, eta_c, eta_hat, eta_w, m, w, x
from .errors import DeclarationError
from .family import Family, Source
from .theorem import Part, Theorem, open_steps
from .theorem_steps import claim, in_parts
from .trail import Trail


@lru_cache(maxsize=1)
def binning() -> Theorem:
    """Return the expansion of the estimate from bins, every step checked.

    Pure and cached.

    Source
    ------
    Sheppard 1898, *On the calculation of the most probable values of frequency-constants*; Lindley 1950, *Grouping
    corrections and maximum likelihood equations*.

    Examples
    --------
    >>> print(binning().steps[4].label.text, "=", binning().steps[4].value)
    eta_w = eta_c + w**2*mean((2*eta_c*T'(c) + 2*b'(c))*T'(c) + T''(c))/(24*A''(eta_c)) + O(w**4)
    """
    parts, steps = in_parts({"One bin": _one_bin, "The estimate": _estimate, "Shrinking bins": _shrinking})
    findings = check_binning(steps)
    headings = tuple(Part(title, start) for title, start in parts)
    return Theorem(headings, steps, findings, open_steps(steps, findings), _SOURCES, _TITLE, _SETTING, _MEANING)


def shift_of_bins(family: Family) -> Expr:
    """Return ``d`` of ``theta_w = theta_c + d w**2 + O(w**4)`` for a family of one parameter.

    ``theta_w`` maximises the likelihood of data in bins of width ``w``, ``theta_c`` that of their midpoints; averages
    are to be taken over midpoints, at ``theta_c``. In a natural parameter it is the formula of ``binning``.

    Raises
    ------
    DeclarationError
        For a discrete family, one with kinks, an end of the support that moves, or another number of parameters.

    Examples
    --------
    >>> from thetahat import family
    >>> shift_of_bins(family("exponential"))
    lambda**3/12
    """
    rough = family.discrete or has_kinks(family.log_density) or family.bounds.free_symbols & set(family.symbols)
    if rough or len(family.symbols) != 1:
        raise DeclarationError(
            f"{family.name}: the expansion needs one parameter and a density that is smooth in it and in the "
            "observation, on a support that does not move; fix the other parameters"
        )
    (theta,), data = family.symbols, family.columns
    slope = derivative(family.log_density, family.observation)
    bend = derivative(slope, family.observation) + slope**2
    above, below = derivative(bend, theta), derivative(derivative(family.log_density, theta), theta)
    return simplify(Mean(above.expand(), *data) / (-24 * Mean(below.expand(), *data)))


def _one_bin(trail: Trail) -> None:
    words = "A one-parameter exponential family, with natural parameter `eta`; `L` is its log-density."
    declared = eta * Rate("T", 0, c) + Rate("b", 0, c) - Rate("A", 0, eta)
    claim(trail, "family", words, Rate("L", 0, c), declared)
    words = "A bin of width `w` around `c`: Taylor's formula at the midpoint, of which odd powers integrate to zero."
    bend = Rate("L", 2, c) + Rate("L", 1, c) ** 2
    mass = w * Density(c, eta) + w**3 * Density(c, eta) * bend / 24 + Remainder(5)
    cell = claim(trail, "cell", words, CellMass(c, eta), mass)
    words = "Its logarithm, less that of the width, which holds no parameter."
    value = Rate("L", 0, c) + w**2 * bend / 24 + Remainder(4)
    logarithm = claim(trail, "logarithm", words, log(CellMass(c, eta) / w), value, cell)
    words = "What an observation in that bin adds to the likelihood equation."
    value = Rate("T", 0, c) - Rate("A", 1, eta) + w**2 * _correction(eta) / 24 + Remainder(4)
    claim(trail, "slope", words, Slope(CellMass(c, eta)), value, logarithm)


def _correction(parameter: Expr) -> Expr:
    first = Rate("T", 1, c)
    return Rate("T", 2, c) + 2 * (parameter * first + Rate("b", 1, c)) * first


def _estimate(trail: Trail) -> None:
    words = (
        "The estimate from bins, against the one that takes each midpoint for the observation, "
        "`A'(eta_c) = mean(T(c))`: since `A''` is positive, the averaged equation has a root near `eta_c`, and what it "
        "differs by is the second power."
    )
    value = eta_c + w**2 * Average(_correction(eta_c)) / (24 * Rate("A", 2, eta_c)) + Remainder(4)
    claim(trail, "root", words, eta_w, value, len(trail.steps) - 1)


def _shrinking(trail: Trail) -> None:
    words = "A midpoint is at most `w/2` from its observation; `M` bounds `|T'|` in the bins."
    gap = Abs(Average(Rate("T", 0, c)) - Average(Rate("T", 0, x)))
    bound = claim(trail, "rounding", words, gap, M * w / 2, relation="<=")
    words = (
        "The maximum-likelihood estimate has `A'(eta_hat) = mean(T(x))`, and `A'' >= m > 0` between the two. So the "
        "estimate from bins tends to it: with the first power of `w` through rounding, with the second otherwise."
    )
    claim(trail, "nearness", words, Abs(eta_c - eta_hat), M * w / (2 * m), bound, relation="<=")


_TITLE = "Estimates from bins tend to the maximum-likelihood estimate"
_SETTING = (
    "KL from binned data to the binned model is minimised where the binned likelihood is highest (see the theorem). "
    "Bins have width `w`, `c` is the midpoint of the bin of an observation `x`, averages run over the observations.",
    "The functions `T`, `b` are four times continuously differentiable around the data, `A` is three times around the "
    "estimate, with `A'' > 0`: it is the variance of `T`.",
)
_MEANING = (
    "Proved: the coefficients of the expansions, by Taylor's formula with remainders that are bounded for bins in "
    "which the derivatives are. That the root is near `eta_c` rests on the implicit function theorem.",
    "Each claim is tried in two families whose binned estimate is known exactly, the exponential and the normal with "
    "known variance; tests compare the rate with estimates found numerically in others.",
)
_SOURCES = (
    Source(
        "Sheppard 1898, On the calculation of the most probable values of frequency-constants, Proc. London Math. Soc."
    ),
    Source("Lindley 1950, Grouping corrections and maximum likelihood equations, Proc. Cambridge Phil. Soc. 46"),
    Source("Heitjan 1989, Inference from grouped continuous data: a review, Statistical Science 4"),
)
