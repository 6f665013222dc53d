"""The sign of an equation at the two ends of its unknown's domain, special functions replaced by their expansions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import (
    Abs,
    Add,
    Dummy,
    Eq,
    Expr,
    Function,
    Limit,
    Max,
    Min,
    Piecewise,
    Pow,
    Rational,
    S,
    Symbol,
    cos,
    cosh,
    coth,
    erf,
    exp,
    gamma,
    limit,
    log,
    loggamma,
    oo,
    polygamma,
    sign,
    sin,
    sinh,
    tanh,
    zoo,
)
from sympy.calculus.accumulationbounds import AccumulationBounds
from sympy.core.function import PoleError

from .algebra.atoms import Centred, Indicator, Mean, Order, atoms_of, rewrite_outside
from .algebra.kernels import ZetaDerivative
from .algebra.orders import leading_term
from .algebra.rates import fastest
from .algebra.signs import Domain, is_nonzero, is_positive
from .algebra.size import cancelled, has_nested_quotients, is_joinable, operations
from .algebra.tidying import tidy
from .bounds import Bounds
from .end_expansions import EXPANSIONS

_TERMS = 3
_LONGEST = 300
"""Operations in what SymPy is asked the limit of: of longer expressions it takes seconds, and more often errs."""
_SMALL = Symbol("_u", positive=True)
_LEFT_OUT = Symbol("_rest", real=True)
_WHOLE = Symbol("_whole", positive=True)


def end_value(
    equation: Expr, unknown: Symbol, end: Expr, from_above: bool, domain: Domain | None = None
) -> Expr | None:
    """Return the limit of ``equation`` at ``end``, or where it vanishes the coefficient of its leading power.

    The value is a multiple of the limit by a positive number; its sign is the sign of the equation near ``end``.
    ``domain`` says where the data lie. ``None`` where a function or an average of the unknown is not known to be
    continuous at ``end``, and no rule expands it.

    Sources: digamma, loggamma, zeta and Bessel expansions, NIST DLMF 5.11.1, 5.11.2, 5.7.3, 25.2.4, 10.25.2, 10.40.1.

    >>> k, d = Symbol("k", positive=True), Symbol("d", nonnegative=True)
    >>> end_value(log(k) - polygamma(0, k) - d, k, oo, False)
    -d
    """
    inside = _of_exponentials(equation, unknown) if end in (oo, -oo) else None
    if inside is not None:
        return end_value(inside, _WHOLE, oo if end is oo else S.Zero, True, domain)
    place = 1 / _SMALL if end is oo else -1 / _SMALL if end is -oo else end + (_SMALL if from_above else -_SMALL)
    approach = _Approach(unknown, end, place, domain or {})
    equation = rewrite_outside(equation, lambda node: node.rewrite(exp) if isinstance(node, _HYPERBOLIC) else node)
    expanded = approach.expanded(equation)
    if expanded is None or not is_joinable(expanded):
        return None
    if any(unknown in atom.free_symbols for atom in expanded.atoms(Mean, Centred, Order)):
        return None
    return _leading(expanded.subs(unknown, place), _SMALL, 4 if approach.exact(equation) else 1)


def _of_exponentials(equation: Expr, unknown: Symbol) -> Expr | None:
    """An equation in exponentials of the unknown alone, as one in what they are powers of, which grows with it.

    The logarithm of a parameter stands nowhere else. In that parameter itself expansions are known, and limits short.
    """
    moved: dict[Expr, Expr] = {}
    for one in equation.atoms(exp):
        constant, rest = one.args[0].as_independent(unknown, as_Add=True)
        power = rest / unknown
        if power.is_Rational and power != 0:
            moved[one] = exp(constant) * _WHOLE**power
    found = equation.xreplace(moved)
    return None if unknown in found.free_symbols else found


def _leading(expression: Expr, small: Symbol, powers: int) -> Expr | None:
    found = _rational(expression, small)
    if found is not None:
        coefficient, order = found
        if order < 0:
            return S.One if coefficient.is_positive else -S.One if coefficient.is_negative else coefficient
        return coefficient if order < powers else None
    found_fast = _by_rates(expression, small, powers)
    if found_fast is not None:
        return found_fast
    if has_nested_quotients(expression):
        # SymPy looks for the limit of quotients in quotients without end where one cancelled quotient takes it no time.
        expression = cancelled(expression)
    if operations(expression) > _LONGEST:
        return None
    for power in range(powers):
        try:
            value = limit((expression / small**power).expand(), small, 0, "+")
        except (NotImplementedError, ValueError, TypeError, PoleError):
            return None
        if value.has(zoo, S.NaN, Limit, AccumulationBounds, _LEFT_OUT):
            return None
        if value != 0:
            return _finite_sign(value)
    return None


def _by_rates(expression: Expr, small: Symbol, powers: int) -> Expr | None:
    """The sign of a quotient of sums of exponentials, which SymPy may look for without end."""
    found = fastest(expression, small)
    if found is None or found[0].has(_LEFT_OUT) or (found[1] < 0 and powers == 1):
        return None
    coefficient = found[0]
    if small in coefficient.free_symbols:
        lead = _rational(coefficient, small)
        if lead is None or (found[1] == 0 and lead[1] >= powers):
            return None
        coefficient = lead[0]
    return S.One if coefficient.is_positive else -S.One if coefficient.is_negative else coefficient


def _rational(expression: Expr, small: Symbol) -> tuple[Expr, int] | None:
    """The leading coefficient of a rational function at zero and its power; ``None`` for others, and for zero."""
    large = Dummy("v", positive=True)
    found = leading_term(expression.xreplace({small: 1 / large}), (large,))
    return None if found is None else (tidy(found[0], {}), -found[1][0])


def _finite_sign(value: Expr) -> Expr:
    """Write ``oo * sign(c)`` as ``c``, and plain infinities as plus or minus one."""
    if value is oo:
        return S.One
    if value is -oo:
        return -S.One
    if value.has(oo):
        signs = value.atoms(sign)
        coefficient = value.subs(oo, 1)
        return coefficient.replace(sign, lambda inner: inner) if signs else coefficient
    return value


@dataclass(frozen=True)
class _Approach:
    """An unknown on its way to an end: ``place`` is where it stands, in a small positive number."""

    unknown: Symbol
    end: Expr
    place: Expr
    domain: Domain

    def expanded(self, equation: Expr) -> Expr | None:
        """Averages and special functions of the unknown replaced by their leading terms, where a rule knows them."""
        failed = []

        def change(node: Expr) -> Expr:
            if self.unknown not in node.free_symbols:
                return node
            found = self.average(node) if isinstance(node, Mean) else self.function(node)
            failed.extend([node] * (found is None))
            return node if found is None else found

        out = rewrite_outside(equation, change)
        return None if failed else out

    def exact(self, equation: Expr) -> bool:
        """Whether no average was cut after its first term, so that a value of zero says something about the next."""
        return self.end is oo or not any(self.unknown in atom.free_symbols for atom in equation.atoms(Mean))

    def function(self, node: Expr) -> Expr | None:
        """A function by its leading terms: at infinity, at its pole, or by continuity."""
        expansion = EXPANSIONS.get(type(node))
        if expansion is None:
            return node if isinstance(node, _CONTINUOUS) or not isinstance(node, Function) else None
        *orders, argument = node.args
        if any(self.unknown in order.free_symbols for order in orders):
            return None
        pole = S.One if isinstance(node, ZetaDerivative) else S.Zero
        at = self.limit(argument)
        if at is oo or at == pole:
            return expansion(node, at is oo)
        continuous = at is not None and self.end.is_finite and is_positive(at - pole, self.domain)
        return node.func(*orders, at) if continuous else None

    def limit(self, argument: Expr) -> Expr | None:
        """Where an argument tends to."""
        if atoms_of(argument):
            return None
        try:
            found = limit(argument.subs(self.unknown, self.place), _SMALL, 0, "+")
        except (NotImplementedError, ValueError, TypeError, PoleError):
            return None
        return None if found.has(Limit, AccumulationBounds) else found

    def average(self, node: Mean) -> Expr | None:
        """An average at its end: a series at infinity, its value where it is continuous, the lowest count apart."""
        if self.end is oo:
            inner = self.expanded(node.integrand)
            return None if inner is None else _spread_integrand(inner, self.unknown, node, self.domain)
        if not self.end.is_finite:
            return None
        if self._continuous(node.integrand):
            return Mean(node.integrand.subs(self.unknown, self.end), *node.data)
        return self._split_ends(node) if self.end == 0 else None

    def _continuous(self, integrand: Expr, *within: tuple[Symbol, Bounds]) -> bool:
        """Whether the integrand is continuous in the unknown at its end, uniformly over any finite data.

        ``within`` says where a count lies that the domain does not know.
        """
        if integrand.has(Piecewise, Abs, sign, Indicator, Max, Min):
            return False
        inside = [node for node in integrand.atoms(Function, Pow) if self.unknown in node.free_symbols]
        told = [node for node in inside if not isinstance(node, (exp, sin, cos, tanh, erf))]
        # Asked before any value is put in: SymPy fails at some functions of infinity.
        if not all(isinstance(node, _CONTINUOUS_ABOVE_ZERO) for node in told):
            return False
        if any(self.unknown in node.args[0].free_symbols for node in told if isinstance(node, polygamma)):
            return False
        bases = [
            node.args[1 if isinstance(node, polygamma) else 0]
            for node in told
            if not (isinstance(node, Pow) and node.exp.is_Integer and node.exp > 0)
        ]
        domain = {**self.domain, **dict(within)}
        return all(is_positive(base.subs(self.unknown, self.end), domain) for base in bases)

    def _split_ends(self, node: Mean) -> Expr | None:
        """Set the values at which one count stands at an end of its support apart. Exact up to ``o(1)``.

        Between them the integrand has to be continuous at zero: of ``digamma(a + 6 - x)`` it is not where ``x = 6``.
        """
        for x in node.data:
            ends = self.domain.get(x)
            if ends is None or not (x.is_integer and x.is_nonnegative) or x not in node.integrand.free_symbols:
                continue
            highest = (ends.hi,) if ends.hi.is_Integer and ends.hi > 0 else ()
            for places in ((S.Zero,), (S.Zero, *highest)):
                found = self._apart(node, x, places, ends)
                if found is not None:
                    return found
        return None

    def _apart(self, node: Mean, x: Symbol, places: tuple[Expr, ...], ends: Bounds) -> Expr | None:
        """The average with the parts at these places expanded, and what lies between them put at the end."""
        counted, whole = Dummy(integer=True, positive=True), S.Zero
        last = ends.hi - 1 if ends.hi in places else ends.hi
        between = replace(ends, lo=S.One, hi=last, lo_closed=True)
        if not self._continuous(node.integrand.subs(x, counted), (counted, between)):
            return None
        for place in places:
            there = self.expanded(node.integrand.subs(x, place))
            if there is None:
                return None
            whole += Mean(Indicator(Eq(x, place)) * there, *node.data)
        rest = node.integrand.subs(self.unknown, 0) * (1 - Add(*(Indicator(Eq(x, place)) for place in places)))
        return whole + Mean(rest, *node.data)


def _is_alike(near: Expr, node: Mean, domain: Domain) -> bool:
    """Whether every observation has the same expansion: what begins that of a divisor or logarithm is never zero.

    Of ``1 / (1 + x**2 / _u**2)`` it is ``x**2``, which is zero at an observation of zero.
    """
    nodes = [node for node in near.atoms(Pow, log) if _SMALL in node.free_symbols]
    bases = {node.args[0] for node in nodes if not (isinstance(node, Pow) and node.exp.is_Integer and node.exp > 0)}
    return all(is_nonzero(_begins(base), domain) for base in bases if base.free_symbols & set(node.data))


def _begins(base: Expr) -> Expr:
    """The coefficient of its leading term, or its limit where that is a number; else zero."""
    found = _rational(base, _SMALL)
    if found is not None:
        return found[0]
    at_zero = base.subs(_SMALL, 0)
    return at_zero if at_zero.is_finite else S.Zero


def _spread_integrand(integrand: Expr, unknown: Symbol, node: Mean, domain: Domain) -> Expr | None:
    """Expand an integrand in powers of ``1 / unknown``; finite sums may be expanded term by term."""
    small = _SMALL
    near = integrand.subs(unknown, 1 / small)
    if not _is_alike(near, node, domain):
        return None
    exponents = (node.as_base_exp()[1] for node in near.atoms(exp, Pow))
    if not all(exponent.is_polynomial(small) for exponent in exponents if small in exponent.free_symbols):
        # An essential singularity has no expansion, and SymPy may look for one without end.
        return None
    try:
        series = near.expand(log=True, force=False)
        logs = log(small)
        series = series.replace(
            lambda e: isinstance(e, log) and small in e.free_symbols,
            lambda e: -logs + log((e.args[0] * small).expand()),
        )
        series = series.series(small, 0, _TERMS).removeO()
    except (NotImplementedError, ValueError, TypeError, PoleError):
        return None
    # What is left out is smaller than this power, whatever power of a logarithm it contains.
    rest = _LEFT_OUT * unknown ** (Rational(1, 2) - _TERMS)
    return Mean(series.expand(), *node.data).subs(small, 1 / unknown) + rest


_HYPERBOLIC = (sinh, cosh, coth)
_CONTINUOUS_ABOVE_ZERO = (Pow, log, gamma, loggamma, polygamma)
_CONTINUOUS = (exp, log, sin, cos, tanh, erf, Mean, Centred, Order, Indicator)
