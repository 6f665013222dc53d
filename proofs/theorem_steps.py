"""States the theorem: one claim after the other, with the rule that is to prove it and what the rule needs.

For an arbitrary family on ``m`` atoms: ``q_i >= 0`` and ``p_i(theta) >= 0`` are two distributions, the second
differentiable in ``theta`` and positive wherever the first is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sympy import Basic, Eq, Expr, Interval, Rational, S, Symbol, Tuple, exp, log, oo, sqrt

from .ball_data import evaluate
from .balls import precision
from .derivation import Section, Step
from .theorem_names import CrossEntropy, Divergence, Entropy, Expected, Gap, LimitAtZero, MeanLogLikelihood, claim_label
from .theorem_terms import B, Datum, Factors, Level, Mass, Slope, Total, i, k, n, t, theta, theta_0, theta_1, u, v, x
from .trail import Trail

_DIGITS = 6
_Q = Mass("q", i)
_COUNT = Mass("n", i)
_HAT = Mass("p_hat", i)
_P = Mass("p", i, theta)
# The positions of the first steps, on which later parts rest.
_ENTROPY, _CROSS_ENTROPY, _DIVERGENCE, _SPLITTING = range(4)


def theorem_steps() -> tuple[tuple[tuple[str, int], ...], tuple[Step, ...]]:
    """Return the headings, each with the position of its first step, and the steps; nothing is checked here.

    >>> theorem_steps()[0][0]
    ('The divergence splits', 0)
    """
    return in_parts(_PARTS)


def in_parts(parts: Mapping[str, Callable[[Trail], None]]) -> tuple[tuple[tuple[str, int], ...], tuple[Step, ...]]:
    """Return headings, each with the position of its first step, and the steps that the parts make one after the other.

    >>> in_parts({"They touch": lambda trail: claim(trail, "identity", "So.", Gap(S.One), S.Zero) and None})[0]
    (('They touch', 0),)
    """
    trail = Trail()
    starts = []
    for title, make in parts.items():
        starts.append((title, len(trail.steps)))
        make(trail)
    return tuple(starts), trail.steps


def claim(
    trail: Trail, rule: str, words: str, subject: Basic, value: Basic, *given: int, relation: str = "=", **using: Basic
) -> int:
    """Append the claim ``subject relation value`` that rests on the steps ``given``, and return its position.

    >>> claim(Trail(), "identity", "They touch.", Gap(S.One), S.Zero)
    0
    """
    named = ((("relation", Symbol(relation)),) if relation != "=" else ()) + tuple(using.items())
    label = claim_label(subject, relation)
    return trail.add(rule, Section.THEOREM, words, value, label, given=given, subject=subject, using=named)


def _last(trail: Trail, rule: str) -> int:
    """The position of the latest step by that rule."""
    return max(position for position, step in enumerate(trail.steps) if step.rule == rule)


def _p(parameter: Symbol) -> Mass:
    return Mass("p", i, parameter)


def _mean_log_likelihood(parameter: Symbol, name: str = "p") -> MeanLogLikelihood:
    return MeanLogLikelihood(Mass(name, Datum(k), parameter))


def _log_likelihood(name: str) -> Expr:
    return log(Factors(Mass(name, i, theta) ** _COUNT, i))


def add_split(trail: Trail) -> None:
    """Append what entropy, cross-entropy and divergence are, and how they hang together; has to come first.

    >>> trail = Trail()
    >>> add_split(trail)
    >>> len(trail.steps)
    5
    """
    h = claim(trail, "definition", "Entropy.", Entropy(_Q), -Total(_Q * log(_Q), i, _Q))
    words = "Cross-entropy; the first argument does the averaging."
    cross = claim(trail, "definition", words, CrossEntropy(_Q, _P), -Total(_Q * log(_P), i, _Q))
    words = "KL divergence."
    kl = claim(trail, "definition", words, Divergence(_Q, _P), Total(_Q * log(_Q / _P), i, _Q))
    words = "The logarithm of a quotient splits, and so does the finite sum."
    parts = claim(trail, "identity", words, Divergence(_Q, _P), -Entropy(_Q) + CrossEntropy(_Q, _P), h, cross, kl)
    words = "The same with an expectation: `E_q[f(X)]` is the sum of `q_i f(i)` over the atoms with `q_i > 0`."
    claim(trail, "identity", words, Divergence(_Q, _P), -Entropy(_Q) - Expected(_Q, log(_P)), parts)


def _slopes(trail: Trail) -> None:
    words = "The entropy of `q` holds no parameter."
    flat = claim(trail, "identity", words, Slope(Entropy(_Q), theta), S.Zero, _ENTROPY)
    words = "So divergence and cross-entropy have the same derivative, and the same stationary points."
    cross = Slope(CrossEntropy(_Q, _P), theta)
    claim(trail, "identity", words, Slope(Divergence(_Q, _P), theta), cross, _SPLITTING, flat)
    words = "Differentiated term by term; the sum is finite."
    claim(trail, "identity", words, cross, -Total(_Q * Slope(_P, theta) / _P, i, _Q), _CROSS_ENTROPY)


def _data(trail: Trail) -> None:
    words = "The empirical distribution of `n` observations, `n_i` of which fall on atom `i`."
    share = claim(trail, "definition", words, _HAT, _COUNT / n)
    words = "Its cross-entropy to a member."
    counted = -Total(_COUNT * log(_P), i, _COUNT) / n
    cross = claim(trail, "identity", words, CrossEntropy(_HAT, _P), counted, _CROSS_ENTROPY, share)
    words = "Minus the logarithm of the product of likelihoods, divided by `n`; factors with `n_i = 0` are 1."
    product = claim(trail, "identity", words, CrossEntropy(_HAT, _P), -_log_likelihood("p") / n, cross)
    words = "The mean log-likelihood of the observations `x_1, ..., x_n`."
    ell = _mean_log_likelihood(theta)
    mean = claim(trail, "definition", words, ell, Total(log(Mass("p", Datum(k), theta)), k) / n)
    words = "Equal observations grouped: `n_i` is the number of `k` with `x_k = i`, and two finite sums are exchanged."
    grouped = claim(trail, "identity", words, ell, _log_likelihood("p") / n, mean)
    words = "So minimising this cross-entropy is maximising the mean log-likelihood: one function, its sign changed."
    same = claim(trail, "identity", words, CrossEntropy(_HAT, _P), -ell, product, grouped)
    words = (
        "Divergence and minus the mean log-likelihood differ by a constant free of the parameter. So the same members "
        "minimise the divergence, minimise the cross-entropy and maximise the likelihood; or no member does any of it."
    )
    claim(trail, "constant", words, Divergence(_HAT, _P) + ell, -Entropy(_HAT), _SPLITTING, same)
    words = "Between two members the constant is gone: one is nearer to the data exactly when its likelihood is higher."
    nearer = Divergence(_HAT, _p(theta_0)) - Divergence(_HAT, _p(theta_1))
    higher = _mean_log_likelihood(theta_1) - _mean_log_likelihood(theta_0)
    claim(trail, "identity", words, nearer, higher, _SPLITTING, same)


def add_tangent(trail: Trail) -> None:
    """Append that the logarithm lies below its tangent at 1.

    >>> trail = Trail()
    >>> add_tangent(trail)
    >>> trail.steps[-1].rule
    'tangent'
    """
    f = claim(
        trail,
        "definition",
        "The distance from the logarithm up to its tangent at 1, for `t > 0`.",
        Gap(t),
        t - 1 - log(t),
    )
    zero = claim(trail, "identity", "They touch.", Gap(S.One), S.Zero, f)
    slope = claim(trail, "identity", "Zero at `t = 1`.", Slope(Gap(t), t), 1 - 1 / t, f)
    words = "Positive, so that `f` is strictly convex and `t = 1` its only minimum."
    bend = claim(trail, "convex", words, Slope(Slope(Gap(t), t), t), t**-2, slope)
    words = "So `f(t) >= 0`, with equality only at `t = 1`."
    claim(trail, "tangent", words, log(t), t - 1, f, zero, slope, bend, relation="<=", touches=S.One)


def add_gibbs(trail: Trail) -> None:
    """Append that a divergence is never negative, and zero only between equals; rests on the tangent.

    >>> trail = Trail()
    >>> add_split(trail), add_tangent(trail), add_gibbs(trail)
    (None, None, None)
    >>> trail.steps[-1].rule
    'only-if'
    """
    bound = _last(trail, "tangent")
    ratio = _P / _Q
    words = "The inequality at `t = p_i/q_i > 0`, times `q_i > 0`, in every term."
    small, large = Total(_Q * log(ratio), i, _Q), Total(_Q * (ratio - 1), i, _Q)
    terms = claim(trail, "termwise", words, small, large, bound, relation="<=", place=ratio, weight=_Q)
    words = (
        "The right-hand side is the sum of `p_i` less the sum of `q_i` over the atoms with `q_i > 0`. The second is 1, "
        "the first is 1 less what `p` has elsewhere."
    )
    left_over = claim(trail, "identity", words, large, -Total(_P, i, _Q, 0))
    words = "Gibbs' inequality: minus the divergence is at most minus a sum of terms that are at least 0."
    claim(trail, "gibbs", words, S.Zero, Divergence(_Q, _P), terms, left_over, relation="<=")
    words = "What is given away in between, exactly."
    both = Total(_Q * Gap(ratio), i, _Q) + Total(_P, i, _Q, 0)
    exact = claim(trail, "identity", words, Divergence(_Q, _P), both, _DIVERGENCE)
    words = (
        "No term of that is negative, so the sum is 0 only if each term is: `p_i = q_i` where `q_i > 0`, and "
        "`p_i = 0 = q_i` elsewhere."
    )
    claim(trail, "only-if", words, Divergence(_Q, _P), Eq(_P, _Q), bound, exact, relation="only if")


def _limits(trail: Trail) -> None:
    bound = _last(trail, "tangent")
    words = "That a term with `q_i = 0` counts nothing is no exception: `0 log 0 = 0` is the limit."
    root = sqrt(u)
    claim(
        trail,
        "squeeze",
        words,
        LimitAtZero(u * log(u), u),
        S.Zero,
        bound,
        below=Tuple(-2 * root, 2 * u * Gap(1 / root) + 2 * u),
        above=Tuple(u * (u - 1), u * Gap(u)),
    )
    words = (
        "The inequality the other way up: over whichever atoms one adds, the terms of a divergence come to -1 or more."
    )
    gap = Total(_Q - _P, i, _Q)
    terms = Total(_Q * log(_Q / _P), i, _Q)
    claim(trail, "termwise", words, gap, terms, bound, relation="<=", place=_P / _Q, weight=_Q)
    words = (
        "With `q_i > 0 = p_i` the divergence is infinite, and so is the cross-entropy: as `p_i` falls to 0 one term "
        "exceeds every level, while the others together do not fall below -1."
    )
    claim(trail, "unbounded", words, LimitAtZero(u * log(u / v), v), oo, level=B, place=u * exp(-B / u))


def _witness(trail: Trail) -> None:
    even = Tuple(Rational(1, 2), Rational(1, 2))
    skew = Tuple(Rational(1, 10), Rational(9, 10))
    one, other = Divergence(even, skew), Divergence(skew, even)
    enclosed = [
        claim(trail, "enclosure", words, divergence, _enclosure(*divergence.args), _DIVERGENCE, relation="in")
        for words, divergence in (("Two distributions on two atoms.", one), ("The other way round.", other))
    ]
    claim(trail, "apart", "The two intervals do not overlap.", one, other, *enclosed, relation="!=")


def _enclosure(first: Tuple, second: Tuple) -> Interval:
    """Decimals with few digits on either side of the divergence between two distributions."""
    with precision(100):
        value = evaluate(sum(a * log(a / b) for a, b in zip(first, second, strict=True)), {})
        below = int((value * 10**_DIGITS).floor().unique_fmpz())
    return Interval.open(Rational(below, 10**_DIGITS), Rational(below + 1, 10**_DIGITS))


def _densities(trail: Trail) -> None:
    g, first, second = Mass("g", x), Mass("f", x, theta_0), Mass("f", x, theta_1)
    words = (
        "For densities, where the integrals are finite: the entropy cancels, so two members are compared by divergence "
        "as by cross-entropy."
    )
    difference = CrossEntropy(g, first) - CrossEntropy(g, second)
    claim(trail, "identity", words, Divergence(g, first) - Divergence(g, second), difference)
    words = (
        "From data to a density the divergence itself is infinite, because the data have atoms. The difference in "
        "cross-entropy between two members is not: it is an average over the observations."
    )
    ratio = Mass("f", Datum(k), theta_1) / Mass("f", Datum(k), theta_0)
    gain = _mean_log_likelihood(theta_1, "f") - _mean_log_likelihood(theta_0, "f")
    claim(trail, "identity", words, Total(log(ratio), k) / n, gain)
    words = (
        "Bins with edges `b_0 < ... < b_m` that cover the support: bin `i` has probability `P_i = F(b_i) - F(b_(i-1))` "
        "if the distribution function `F` is 0 at `b_0` and 1 at `b_m`. Together they have probability 1."
    )
    model = Mass("P", i, theta)
    bins = claim(trail, "telescope", words, Total(model, i), S.One, term=Level(i, theta) - Level(i - 1, theta))
    words = "So the theorem holds literally for binned data and the binned likelihood."
    claim(
        trail, "identity", words, Divergence(_HAT, model), -Entropy(_HAT) - _log_likelihood("P") / n, _SPLITTING, bins
    )


_PARTS = {
    "The divergence splits": add_split,
    "Only the cross-entropy depends on the parameter": _slopes,
    "With data: maximum likelihood": _data,
    "The logarithm lies below its tangent": add_tangent,
    "The divergence is never negative (Gibbs)": add_gibbs,
    "Atoms without probability": _limits,
    "The divergence is not symmetric": _witness,
    "Densities and bins": _densities,
}
