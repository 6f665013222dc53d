"""States the laws of the divergence: each claim with the rule that is to prove it and what the rule needs."""

from __future__ import annotations

from sympy import S, log

from .derivation import Step
from .law_terms import AtEquality, Entry, Given, Inverse, Joint, Stretch, j, y
from .theorem_names import Divergence, Entropy, Expected
from .theorem_steps import add_gibbs, add_split, add_tangent, claim, in_parts
from .theorem_terms import Mass, Slope, Total, i, theta, theta_0, theta_1, x
from .trail import Trail

_Q, _P = Mass("q", i), Mass("p", i)
_MEMBER, _FIRST, _SECOND = (Mass("p", i, parameter) for parameter in (theta, theta_0, theta_1))
_A, _B = Given("a", j, i), Given("b", j, i)
_C, _D = Mass("c", j), Mass("d", j)
_R, _S, _V, _W = (Joint(name, i, j) for name in "rsvw")
_T = Entry("T", j, i)


def law_steps() -> tuple[tuple[tuple[str, int], ...], tuple[Step, ...]]:
    """Return the headings, each with the position of its first step, and the steps; nothing is checked here.

    >>> law_steps()[0][3]
    ('Pairs: the chain rule', 15)
    """
    return in_parts(_PARTS)


def _inequality(trail: Trail) -> int:
    return next(at for at, step in enumerate(trail.steps) if step.rule == "gibbs")


def _chain(trail: Trail) -> None:
    words = "A pair: its first part is `i` with probability `q_i`, and then its second part is `j` with `a_i(j)`."
    claim(trail, "pairs", words, _R, _Q * _A)
    claim(trail, "pairs", "Another distribution of such pairs.", _S, _P * _B)
    words = "The logarithm of a product splits, and the second parts of each `i` add up to 1."
    value = Divergence(_Q, _P) + Expected(_Q, Divergence(_A, _B))
    chain = claim(trail, "pairs", words, Divergence(_R, _S), value)
    words = "The same for entropies."
    claim(trail, "pairs", words, Entropy(_R), Entropy(_Q) + Expected(_Q, Entropy(_A)))
    words = "Who sees the first part only can tell two distributions apart no better than who sees the pair."
    claim(trail, "at-most", words, Divergence(_Q, _P), Divergence(_R, _S), _inequality(trail), chain, relation="<=")


def _additive(trail: Trail) -> None:
    words = "Independent parts: the second has probability `c_j` whatever the first is."
    claim(trail, "pairs", words, _V, _Q * _C)
    claim(trail, "pairs", "Under the other distribution as well.", _W, _P * _D)
    words = "The divergences add up; so `n` independent observations are `n` times as far apart as one."
    claim(trail, "pairs", words, Divergence(_V, _W), Divergence(_Q, _P) + Divergence(_C, _D))
    claim(trail, "pairs", "So do the entropies.", Entropy(_V), Entropy(_Q) + Entropy(_C))


def _variable(trail: Trail) -> None:
    f, g, f_y, g_y = Mass("f", x), Mass("g", x), Mass("f_Y", y), Mass("g_Y", y)
    at_f, at_g = Mass("f", Inverse(y)), Mass("g", Inverse(y))
    words = "A density seen through a strictly monotone differentiable map, of which `h` is the inverse."
    claim(trail, "moved", words, f_y, at_f * Stretch(y))
    claim(trail, "moved", "Another density through the same map.", g_y, at_g * Stretch(y))
    words = "In the quotient of the two the derivative of the map cancels."
    image = Total(at_f * log(at_f / at_g) * Stretch(y), y)
    quotient = claim(trail, "moved", words, Divergence(f_y, g_y), image)
    words = "An integral over `y` is one over `x = h(y)`."
    back = claim(trail, "substitution", words, image, Total(f * log(f / g), x))
    words = "So the divergence does not depend on the variable in which observations are written."
    claim(trail, "by-steps", words, Divergence(f_y, g_y), Divergence(f, g), quotient, back)
    words = "The entropy does: it falls by the mean logarithm of `|h'|`."
    spread = -Total(at_f * log(at_f) * Stretch(y), y)
    split = claim(trail, "moved", words, Entropy(f_y), spread - Expected(f_y, log(Stretch(y))))
    words = "Again with the integral over `x`."
    other = claim(trail, "substitution", words, -spread, Total(f * log(f), x))
    value = Entropy(f) - Expected(f_y, log(Stretch(y)))
    claim(trail, "by-steps", "So this is how entropies differ.", Entropy(f_y), value, split, other)


def _information(trail: Trail) -> None:
    slope = Slope(Divergence(_Q, _MEMBER), theta)
    words = "The divergence differentiated term by term. For a vector: along any line in the parameter space."
    first = -Total(_Q * Slope(_MEMBER, theta) / _MEMBER, i, _Q)
    claim(trail, "identity", words, slope, first)
    bend = Slope(slope, theta)
    ratio = Slope(_MEMBER, theta) / _MEMBER
    second = Total(_Q * (ratio**2 - Slope(Slope(_MEMBER, theta), theta) / _MEMBER), i, _Q)
    claim(trail, "identity", "The second derivative.", bend, second)
    words = "Where the two distributions are equal the first derivative is zero, since masses add up to 1."
    claim(trail, "at-equality", words, AtEquality(slope), S.Zero)
    words = "And the second is the Fisher information: the mean of the squared score."
    claim(trail, "at-equality", words, AtEquality(bend), Total(_MEMBER * ratio**2, i))


def _exponential(trail: Trail) -> None:
    words = "An exponential family: log-masses are linear in `K` statistics."
    linear = Total(Entry("eta", j, theta) * _T, j)
    value = log(Mass("h", i)) + linear - Entry("A", theta)
    claim(trail, "exponential", words, log(_MEMBER), value)
    words = (
        "Masses add up to 1 for all natural parameters; differentiated in one of them, this says that the mean of its "
        "statistic is the derivative `tau_j` of the log-partition."
    )
    mean = claim(trail, "means", words, Expected(_FIRST, _T), Entry("tau", j, theta_0))
    words = "So the divergence is what the log-partition exceeds its tangent by: its Bregman divergence."
    step = Entry("eta", j, theta_1) - Entry("eta", j, theta_0)
    bregman = Entry("A", theta_1) - Entry("A", theta_0) - Total(step * Entry("tau", j, theta_0), j)
    claim(trail, "exponential", words, Divergence(_FIRST, _SECOND), bregman, mean)
    words = "If `q` has the same means of all statistics as the member at `theta_0`: Pythagoras, for every `theta_1`."
    whole = Divergence(_Q, _FIRST) + Divergence(_FIRST, _SECOND)
    exact = claim(trail, "pythagoras", words, Divergence(_Q, _SECOND), whole, statistic=_T, member=_FIRST)
    words = "So no member is nearer to `q` than the one with its means."
    near, far = Divergence(_Q, _FIRST), Divergence(_Q, _SECOND)
    claim(trail, "at-most", words, near, far, _inequality(trail), exact, relation="<=")


_PARTS = {
    "Entropy, cross-entropy, divergence": add_split,
    "The logarithm lies below its tangent": add_tangent,
    "Never negative, and zero only between equals": add_gibbs,
    "Pairs: the chain rule": _chain,
    "Independent parts: additivity": _additive,
    "A change of variable": _variable,
    "Near equality: the Fisher information": _information,
    "Exponential families: Bregman and Pythagoras": _exponential,
}
