"""Re-proves how an estimate from bins differs from one from midpoints, and these from the maximum-likelihood estimate.

One-parameter exponential families ``log p = eta T(x) + b(x) - A(eta)`` with ``T``, ``b`` four times and ``A`` three
times continuously differentiable near the data and the estimate. Every claim is tried in two concrete families first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Abs, Add, Basic, Dummy, Expr, Integer, Poly, Rational, S, Symbol, exp, factorial, log

from .ball_data import is_zero_at
from .binning_terms import (
    Average,
    CellMass,
    Density,
    M,
    Rate,
    Remainder,
    Slope,
    c,
    eta,
    eta_c,
    eta_hat,
    eta_w,
    m,
    w,
    x,
)
from .derivation import Evidence, Finding, Step
from .theorem_rules import Rule, check_theorem

Steps = tuple[Step, ...]
_ORDER = 4


def check_binning(steps: Steps) -> tuple[Finding, ...]:
    """Return what is found of each step.

    >>> from thetahat.proofs.binning import binning
    >>> sorted({finding.evidence.value for finding in check_binning(binning().steps)})
    ['algebra', 'lemma']
    """
    return check_theorem(steps, BINNING_RULES)


@dataclass(frozen=True)
class _World:
    """A concrete family, and what the estimate from one bin with midpoint ``c`` is, up to the square of its width."""

    statistic: Expr
    base: Expr
    partition: Expr
    at: tuple[tuple[Symbol, Expr], ...]
    midpoint_estimate: Expr
    quadratic: Expr

    def value(self, e: Expr) -> Expr:
        """Return an expression without averages as a function of ``w``, at the place and parameter of this world."""
        explicit = {"T": (self.statistic, x), "b": (self.base, x), "A": (self.partition, eta)}
        density = eta * self.statistic + self.base - self.partition
        table: dict[Basic, Expr] = dict.fromkeys(e.atoms(Remainder), S.Zero)
        for one in e.atoms(Average):
            table[one] = one.args[0]
        found = e.xreplace(table)
        for node in found.atoms(Rate):
            function, variable = explicit.get(str(node.args[0]), (density, x))
            table[node] = function.diff(variable, int(node.args[1])).subs(variable, node.args[2])
        table |= {node: exp(density).subs({x: node.args[0], eta: node.args[1]}) for node in found.atoms(Density)}
        return found.xreplace(table).xreplace({eta_c: self.midpoint_estimate}).subs(dict(self.at))


# The exponential density with T = -x: (2/w) artanh(w/(2c)) = 1/c + w**2/(12 c**3) + ...; and the normal one with known
# variance, whose estimate from one bin is its midpoint by symmetry.
_PLACE = ((c, Rational(7, 5)), (eta, Rational(3, 4)))
_WORLDS = (
    _World(-x, S.Zero, -log(eta), _PLACE, 1 / c, 1 / (12 * c**3)),
    _World(x, -(x**2) / 2, eta**2 / 2, _PLACE, c, S.Zero),
)


def _refuted(difference: Callable[[_World], Expr]) -> Finding | None:
    for number, world in enumerate(_WORLDS):
        for coefficient in Poly(difference(world).expand(), w).all_coeffs():
            if is_zero_at(coefficient, {}) is False:
                return Finding(Evidence.REFUTED, f"false in concrete family {number}")
    return None


def _decided(vanishes: bool, what: str) -> Finding:
    return Finding(Evidence.ALGEBRA, what) if vanishes else Finding(Evidence.UNDECIDED, f"not proved: {what}")


def _truncated(e: Expr, order: int) -> Expr:
    """Without powers of ``w`` from that order on."""
    return Add(*(coefficient * w**power for (power,), coefficient in Poly(e.expand(), w).terms() if power < order))


def _rest(step: Step, order: int) -> Expr | None:
    """The value without its remainder, which has to be of that order."""
    remainder = Remainder(order)
    rest = step.value - remainder
    return None if rest.has(Remainder) else rest


def _log_rates(place: Expr) -> list[Expr]:
    return [Rate("L", order, place) for order in range(_ORDER + 1)]


def _in_family(e: Expr) -> Expr:
    """Derivatives in ``x`` of the log-density written in ``T`` and ``b``."""
    table: dict[Basic, Expr] = {}
    for node in e.atoms(Rate):
        name, order, place = node.args
        if str(name) == "L":
            level = Rate("A", 0, eta) if order == 0 else S.Zero
            table[node] = eta * Rate("T", order, place) + Rate("b", order, place) - level
    return e.xreplace(table)


def family(step: Step, given: Steps) -> Finding:
    """The log-density as it is declared."""
    form = eta * Rate("T", 0, c) + Rate("b", 0, c) - Rate("A", 0, eta)
    holds = step.subject == Rate("L", 0, c) and (step.value - form).expand() == 0
    return _refuted(lambda one: one.value(step.subject) - one.value(step.value)) or _decided(holds, "as declared")


def cell(step: Step, given: Steps) -> Finding:
    """The density over a bin by Taylor's formula at the midpoint, integrated power by power; odd powers cancel."""
    rest = _rest(step, 5)
    if rest is None or step.subject != CellMass(c, eta):
        return Finding(Evidence.UNDECIDED, "not the probability of a bin up to a remainder of order five")

    def difference(world: _World) -> Expr:
        p = exp(eta * world.statistic + world.base - world.partition)
        right = w * p + w**3 * p.diff(x, 2) / 24
        return right.subs(x, c).subs(dict(world.at)) - world.value(rest)

    ratio = _truncated((rest / Density(c, eta)).expand(), 5) - _integrated()
    return _refuted(difference) or _decided(ratio.expand() == 0, "Taylor's formula, integrated")


def _integrated() -> Expr:
    """``integral of exp(L(c + u) - L(c))`` over a bin, by powers of ``u`` below the fifth."""
    u, rates = Dummy("u"), _log_rates(c)
    exponent = Add(*(rates[k] * u**k / factorial(k) for k in range(1, _ORDER + 1)))
    powers = Add(*(exponent**k / factorial(k) for k in range(_ORDER + 1)))
    found = S.Zero
    for (power,), coefficient in Poly(powers.expand(), u).terms():
        if power < _ORDER and power % 2 == 0:
            found += coefficient * 2 * (w / 2) ** (power + 1) / (power + 1)
    return found


def logarithm(step: Step, given: Steps) -> Finding:
    """The logarithm of the given expansion, by powers of ``w`` below the fourth."""
    rest, before = _rest(step, _ORDER), _rest(given[0], 5)
    if rest is None or before is None or step.subject != log(CellMass(c, eta) / w) or given[0].rule != "cell":
        return Finding(Evidence.UNDECIDED, "not the logarithm of the probability of a bin")
    inside = (before / (w * Density(c, eta)) - 1).expand()
    series = Rate("L", 0, c) + inside - inside**2 / 2
    wrong = _refuted(lambda one: one.value(_truncated(series, _ORDER)) - one.value(rest))
    return wrong or _decided(_truncated(series - rest, _ORDER) == 0, "series of the logarithm")


def slope(step: Step, given: Steps) -> Finding:
    """The given expansion differentiated in the natural parameter, which enters through the declared form."""
    rest, before = _rest(step, _ORDER), _rest(given[0], _ORDER)
    if rest is None or before is None or step.subject != Slope(CellMass(c, eta)) or given[0].rule != "logarithm":
        return Finding(Evidence.UNDECIDED, "not the slope of the logarithm of the probability of a bin")
    derivative = _in_family(before).diff(eta)
    wrong = _refuted(lambda one: one.value(derivative) - one.value(rest))
    return wrong or _decided((derivative - _in_family(rest)).expand() == 0, "differentiated in eta")


def root(step: Step, given: Steps) -> Finding:
    """``eta_c + d w**2`` makes the averaged slopes vanish below the fourth power (implicit function theorem)."""
    rest, before = _rest(step, _ORDER), _rest(given[0], _ORDER)
    if rest is None or before is None or step.subject != eta_w or given[0].rule != "slope":
        return Finding(Evidence.UNDECIDED, "not the estimate from bins up to a remainder of order four")
    wrong = _refuted(lambda one: one.value(rest) - (one.midpoint_estimate + one.quadratic * w**2).subs(dict(one.at)))
    if wrong is not None:
        return wrong
    shift = ((rest - eta_c) / w**2).expand()
    correction = _in_family(before).coeff(w, 2)
    # At the midpoint estimate A'(eta_c) is the average of T(c), so that only the second power is left.
    level = _in_family(before).coeff(w, 0) - Rate("T", 0, c) + Rate("A", 1, eta)
    balance = Average(correction.subs(eta, eta_c).expand()) - Rate("A", 2, eta_c) * shift
    linear = balance.replace(Average, lambda inside: _linear(inside)).expand()
    other = linear.xreplace({one: _linear(one.args[0]) for one in linear.atoms(Average)}).expand()
    return _decided(level == 0 and other == 0, "the second powers balance")


def _linear(inside: Expr) -> Expr:
    """An average, term by term, numbers and parameters outside."""
    found = S.Zero
    for term in Add.make_args(inside.expand()):
        outside, within = term.as_independent(c, x, as_Add=False)
        found += outside * Average(within)
    return found


def rounding(step: Step, given: Steps) -> Finding:
    """Mean value theorem: a midpoint is at most half a width away, and ``|T'| <= M``."""
    gap = Abs(Average(Rate("T", 0, c)) - Average(Rate("T", 0, x)))
    if step.subject != gap:
        return Finding(Evidence.UNDECIDED, "not how averages of the statistic differ")
    # With T = M x and every observation at the end of its bin the two sides are equal.
    if step.value.xreplace({w: Integer(2), M: Integer(3)}) < 3:
        return Finding(Evidence.REFUTED, "false for a linear statistic with observations at the ends of bins")
    return Finding(Evidence.LEMMA, "mean value theorem") if step.value == M * w / 2 else _decided(False, "half a width")


def nearness(step: Step, given: Steps) -> Finding:
    """Mean value theorem for ``A'``, of which both averages are values, with ``A'' >= m > 0``."""
    bound = given[0]
    if step.subject != Abs(eta_c - eta_hat) or bound.rule != "rounding":
        return Finding(Evidence.UNDECIDED, "not how the two estimates differ")
    if (step.value - bound.value / m).xreplace({w: Integer(2), M: Integer(3), m: Integer(5)}) < 0:
        return Finding(Evidence.REFUTED, "false for a quadratic log-partition")
    return Finding(Evidence.LEMMA, "mean value theorem") if step.value == bound.value / m else _decided(False, "as far")


BINNING_RULES = {
    "family": Rule(family),
    "cell": Rule(cell),
    "logarithm": Rule(logarithm, given=1),
    "slope": Rule(slope, given=1),
    "root": Rule(root, given=1),
    "rounding": Rule(rounding, "<="),
    "nearness": Rule(nearness, "<=", given=1),
}
