"""The logarithm of an integral or a sum of ``exp(log_kernel)``: lemmas with sources, matched by structure.

In three parts: the lemmas as data; integrals, brought to a lemma by substitution, splitting and linearity; sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sympy import (
    Abs,
    Add,
    Dummy,
    Eq,
    Expr,
    Integer,
    LambertW,
    Max,
    Min,
    Mul,
    Ne,
    Pow,
    Rational,
    S,
    Symbol,
    asinh,
    besseli,
    besselk,
    beta,
    binomial,
    cancel,
    cos,
    cosh,
    erf,
    erfc,
    exp,
    expand,
    factor,
    factorial,
    false,
    gamma,
    latex,
    log,
    loggamma,
    oo,
    pi,
    prime,
    sign,
    sin,
    sinh,
    sqrt,
    symbols,
    true,
    zeta,
)
from sympy.core.relational import Relational
from sympy.functions.elementary.hyperbolic import HyperbolicFunction

from .algebra.logs import normal_form
from .algebra.signs import Domain, is_nonnegative, is_positive
from .bounds import Bounds


@dataclass(frozen=True)
class Lemma:
    """The logarithm of the integral, or sum, of ``exp(kernel)`` from ``lower`` to ``upper`` is ``value``.

    It holds where every expression in ``conditions`` is positive; ``source`` is where a book states it.
    """

    name: str
    source: str
    variable: Symbol
    lower: Expr
    upper: Expr
    kernel: Expr
    value: Expr
    conditions: tuple[Expr, ...] = ()

    @property
    def discrete(self) -> bool:
        """Whether it is about a sum."""
        return bool(self.variable.is_integer)

    @property
    def parameters(self) -> tuple[Symbol, ...]:
        """The symbols that the lemma holds for, by name."""
        free = set().union(*(part.free_symbols for part in (self.kernel, self.lower, self.upper)))
        return tuple(sorted(free - {self.variable}, key=lambda symbol: str(symbol.name)))

    @property
    def statement(self) -> str:
        """The lemma in LaTeX.

        >>> LEMMAS["geometric_series"].statement
        '\\\\log\\\\sum_{j=0}^{\\\\infty} e^{j r} = - \\\\log{\\\\left(1 - e^{r} \\\\right)}, \\\\quad 1 - e^{r} > 0'
        """
        name = latex(self.variable)
        ends = rf"{{{latex(self.lower)}}}^{{{latex(self.upper)}}}"
        whole = rf"\sum_{{{name}={latex(self.lower)}}}^{{{latex(self.upper)}}} " if self.discrete else rf"\int_{ends} "
        measure = "" if self.discrete else rf"\, d{name}"
        claim = rf"\log{whole}e^{{{latex(self.kernel)}}}{measure} = {latex(self.value)}"
        return ", ".join([claim, *(rf"\quad {latex(condition)} > 0" for condition in self.conditions)])


@dataclass(frozen=True)
class Integrated:
    """The logarithm of an integral or sum, the names of the lemmas it rests on, and what they required.

    ``lemma`` joins several names by " + "; ``conditions`` are positive, each proved; ``substitution`` says how the
    kernel was brought to the lemmas' form.
    """

    value: Expr
    lemma: str
    conditions: tuple[Expr, ...]
    substitution: str = ""


# ------------------------------------------------------------------------------------------------ the lemmas

_a, _b, _c, _d, _h, _n, _q, _r, _s = symbols("a b c d h n q r s", real=True)
_low, _top, _q0, _q1, _q2 = symbols("l u q_0 q_1 q_2", real=True)
_w, _x, _j = Symbol("w", positive=True), Symbol("x", real=True), Symbol("j", integer=True, nonnegative=True)
_p, _k = (_a + 1) / _c, (_a + 1) / _h
_gap = _q0 - _q1**2 / (4 * _q2)

_INTEGRALS = (
    Lemma("constant", "length of an interval", _x, _low, _top, S.Zero, log(_top - _low), (_top - _low,)),
    Lemma(
        "gamma",
        "NIST DLMF 5.9.1; Gradshteyn & Ryzhik 3.478.1",
        *(_w, S.Zero, oo),
        _a * log(_w) - _b * _w**_c,
        loggamma(_p) - _p * log(_b) - log(Abs(_c)),
        (_b, Abs(_c), _p),
    ),
    Lemma(
        "bessel_k",
        "NIST DLMF 10.32.10, half-integer orders by 10.49.12; Gradshteyn & Ryzhik 3.478.4",
        *(_w, S.Zero, oo),
        _a * log(_w) - _b * _w**_c - _d * _w**-_c,
        log(2) - log(_c) + _p * (log(_d) - log(_b)) / 2 + log(besselk(_p, 2 * sqrt(_b * _d))),
        (_b, _c, _d),
    ),
    Lemma(
        "gauss",
        "completing the square; Gradshteyn & Ryzhik 3.323.2",
        *(_x, -oo, oo),
        _a * _x - _b * _x**2,
        log(pi) / 2 - log(_b) / 2 + _a**2 / (4 * _b),
        (_b,),
    ),
    Lemma(
        "gauss_half_line",
        "NIST DLMF 7.7.6",
        *(_w, S.Zero, oo),
        _a * _w - _b * _w**2,
        log(pi) / 2 - log(_b) / 2 - log(2) + _a**2 / (4 * _b) + log(erfc(-_a / (2 * sqrt(_b)))),
        (_b,),
    ),
    Lemma(
        "beta",
        "NIST DLMF 5.12.1; Gradshteyn & Ryzhik 3.251.1",
        *(_w, S.Zero, S.One),
        _a * log(_w) + _b * log(1 - _w**_c),
        loggamma(_p) + loggamma(_b + 1) - loggamma(_p + _b + 1) - log(_c),
        (_c, _a + 1, _b + 1),
    ),
    Lemma(
        "beta_prime",
        "NIST DLMF 5.12.3; Gradshteyn & Ryzhik 3.241.4",
        *(_w, S.Zero, oo),
        _a * log(_w) - _s * log(_d + _c * _w**_h),
        (_k - _s) * log(_d) - _k * log(_c) + loggamma(_k) + loggamma(_s - _k) - loggamma(_s) - log(Abs(_h)),
        (_d, _c, Abs(_h), _k, _s - _k),
    ),
    Lemma(
        "quadratic_power",
        "NIST DLMF 5.12.3 after completing the square; Gradshteyn & Ryzhik 3.251.2",
        *(_x, -oo, oo),
        -_s * log(_q0 + _q1 * _x + _q2 * _x**2),
        (Rational(1, 2) - _s) * log(_gap)
        - log(_q2) / 2
        + log(pi) / 2
        + loggamma(_s - Rational(1, 2))
        - loggamma(_s),
        (_q2, _gap, _s - Rational(1, 2)),
    ),
    Lemma(
        "power_tail",
        "antiderivative of a power",
        *(_x, _low, oo),
        -_s * log(_x + _h),
        (1 - _s) * log(_low + _h) - log(_s - 1),
        (_low + _h, _s - 1),
    ),
    Lemma(
        "power_from_zero",
        "antiderivative of a power",
        *(_x, _low, _top),
        _a * log(_x - _low),
        (_a + 1) * log(_top - _low) - log(_a + 1),
        (_top - _low, _a + 1),
    ),
    Lemma(
        "power_between",
        "antiderivative of a power",
        *(_x, _low, _top),
        _a * log(_x + _h),
        log(((_top + _h) ** (_a + 1) - (_low + _h) ** (_a + 1)) / (_a + 1)),
        (_low + _h, _top - _low, Abs(_a + 1)),
    ),
    Lemma(
        "reciprocal_between",
        "antiderivative of the reciprocal",
        *(_x, _low, _top),
        -log(_x + _h),
        log(log(_top + _h) - log(_low + _h)),
        (_low + _h, _top - _low),
    ),
    Lemma(
        "exponential_tail",
        "antiderivative of the exponential",
        *(_x, _low, oo),
        -_b * _x,
        -_b * _low - log(_b),
        (_b,),
    ),
    Lemma(
        "exponential_between",
        "antiderivative of the exponential",
        *(_x, _low, _top),
        -_b * _x,
        log((exp(-_b * _low) - exp(-_b * _top)) / _b),
        (_top - _low, Abs(_b)),
    ),
    Lemma(
        "bessel_i",
        "NIST DLMF 10.32.1 after a shift of phase; Gradshteyn & Ryzhik 3.338.4",
        *(_x, _low, _low + 2 * pi),
        _a * cos(_x) + _b * sin(_x),
        log(2 * pi) + log(besseli(0, sqrt(_a**2 + _b**2))),
    ),
    Lemma(
        "cosine_mean",
        "sine and cosine have mean zero over a period",
        *(_x, _low, _low + 2 * pi),
        log(_d + _a * cos(_x) + _b * sin(_x)),
        log(2 * pi) + log(_d),
        (_d, _d**2 - _a**2 - _b**2),
    ),
    Lemma(
        "cosine_reciprocal",
        "Gradshteyn & Ryzhik 3.613.1 with n = 0 after a shift of phase",
        *(_x, _low, _low + 2 * pi),
        -log(_d + _a * cos(_x) + _b * sin(_x)),
        log(2 * pi) - log(_d**2 - _a**2 - _b**2) / 2,
        (_d, _d**2 - _a**2 - _b**2),
    ),
)

_factorials = -loggamma(_j + 1) - loggamma(_n - _j + 1)
_SUMS = (
    Lemma("count", "number of terms", _j, S.Zero, _n, S.Zero, log(_n + 1), (_n + 1,)),
    Lemma(
        "binomial_theorem",
        "NIST DLMF 1.2.2",
        *(_j, S.Zero, _n),
        _r * _j + _factorials,
        _n * log(1 + exp(_r)) - loggamma(_n + 1),
        (_n + 1,),
    ),
    Lemma(
        "vandermonde",
        "NIST DLMF 15.4.24",
        *(_j, S.Zero, _n),
        loggamma(_j + _a) + loggamma(_n - _j + _b) + _factorials,
        loggamma(_a) + loggamma(_b) + loggamma(_n + _a + _b) - loggamma(_n + 1) - loggamma(_a + _b),
        (_n + 1, _a, _b),
    ),
    Lemma(
        "geometric_progression",
        "Gradshteyn & Ryzhik 0.112",
        *(_j, S.Zero, _n),
        _r * _j,
        log((1 - exp(_r * (_n + 1))) / (1 - exp(_r))),
        (_n + 1, Abs(1 - exp(_r))),
    ),
    Lemma(
        "geometric_series",
        "NIST DLMF 4.6.7 with exponent -1; Gradshteyn & Ryzhik 0.231.1",
        *(_j, S.Zero, oo),
        _r * _j,
        -log(1 - exp(_r)),
        (1 - exp(_r),),
    ),
    Lemma("exponential_series", "NIST DLMF 4.2.19", _j, S.Zero, oo, _r * _j - loggamma(_j + 1), exp(_r)),
    Lemma(
        "binomial_series",
        "NIST DLMF 4.6.7, 15.4.6",
        *(_j, S.Zero, oo),
        _r * _j + loggamma(_j + _a) - loggamma(_j + 1),
        loggamma(_a) - _a * log(1 - exp(_r)),
        (_a, 1 - exp(_r)),
    ),
    Lemma(
        "logarithmic_series",
        "NIST DLMF 4.6.1",
        *(_j, S.Zero, oo),
        _r * _j - log(_j + 1),
        log(-log(1 - exp(_r))) - _r,
        (1 - exp(_r),),
    ),
    Lemma("zeta", "NIST DLMF 25.2.1, 25.11.1", _j, S.Zero, oo, -_s * log(_j + _q), log(zeta(_s, _q)), (_s - 1, _q)),
    Lemma(
        "bessel_series",
        "NIST DLMF 10.25.2",
        *(_j, S.Zero, oo),
        _r * _j - loggamma(_j + 1) - loggamma(_j + _c),
        log(besseli(_c - 1, 2 * exp(_r / 2))) - (_c - 1) * _r / 2,
        (_c,),
    ),
    Lemma(
        "gauss_sum",
        "NIST DLMF 15.4.20",
        *(_j, S.Zero, oo),
        loggamma(_j + _a) + loggamma(_j + _b) - loggamma(_j + 1) - loggamma(_j + _c),
        loggamma(_a) + loggamma(_b) + loggamma(_c - _a - _b) - loggamma(_c - _a) - loggamma(_c - _b),
        (_a, _b, _c - _a - _b),
    ),
    Lemma(
        "abel_series",
        "Abel's identity; Johnson, Kemp & Kotz 2005, Univariate Discrete Distributions, section 7.2.6",
        *(_j, S.Zero, oo),
        (_j - 1) * log(_a + _b * _j) - _b * _j - loggamma(_j + 1),
        _a - log(_a),
        (_a, _b, 1 - _b),
    ),
    Lemma(
        "tree_series",
        "NIST DLMF 4.13.5 with Lagrange inversion; Johnson, Kemp & Kotz 2005, section 7.2.6",
        *(_j, S.Zero, oo),
        (_j - 1) * log(_a + _b * _j) + _r * _j - loggamma(_j + 1),
        -_a * LambertW(-_b * exp(_r)) / _b - log(_a),
        (_a, _b, 1 - _b * exp(_r + 1)),
    ),
)

LEMMAS: Mapping[str, Lemma] = {lemma.name: lemma for lemma in (*_INTEGRALS, *_SUMS)}

RULES: Mapping[str, str] = {
    "antiderivative": "the kernel's exponential is a constant times the derivative of another exponential",
    "telescoping": "the terms are differences of neighbours in a sequence that vanishes",
    "finite_sum": "at most twenty terms, added one by one",
}


def log_integral(
    log_kernel: Expr, variable: Symbol, ends: Bounds, domain: Domain, small: tuple[Symbol, ...] = ()
) -> Integrated | None:
    """Return the logarithm of the integral, or sum where ``ends.discrete``, of ``exp(log_kernel)`` over the support.

    Parameters
    ----------
    log_kernel
        In any form whose logarithms split by the signs that ``domain`` proves.
    ends
        The support; its ends may contain symbols of ``domain``.
    domain
        Where every symbol but ``variable`` lies; those not listed are taken at their assumptions.
    small
        Symbols near zero: side conditions are proved at zero, and hold near it because they are strict.

    Returns
    -------
    ``None`` where no lemma matches or a side condition is not proved.

    Examples
    --------
    >>> from sympy import Interval
    >>> from thetahat.proofs.bounds import bounds
    >>> x, k = Symbol("x", positive=True), Symbol("k", positive=True)
    >>> positive = bounds(Interval.open(0, oo))
    >>> log_integral((k - 1) * log(x) - 2 * x, x, positive, {k: positive})
    Integrated(value=-k*log(2) + loggamma(k), lemma='gamma', conditions=(k,), substitution='')
    """
    kernel = _Kernel(log_kernel, variable, ends.lo, ends.hi, dict(domain), small)
    found = _sum(kernel) if ends.discrete else _integral(kernel)
    if found is None:
        return None
    value = found.value if small else simplified(found.value, domain)
    return replace(found, value=value)


def kink_of(node: Expr, variable: Symbol, ends: Bounds, domain: Domain) -> tuple[Expr, Expr, Expr] | None:
    """Return where a case distinction changes sides strictly inside the support, and what it is to the left and right.

    >>> from thetahat.proofs.bounds import bounds
    >>> from sympy import Reals
    >>> x = Symbol("x", real=True)
    >>> kink_of(Abs(x - 1), x, bounds(Reals), {})
    (1, 1 - x, x - 1)
    """
    kernel = _Kernel(S.Zero, variable, ends.lo, ends.hi, dict(domain), ())
    difference, above, below = _sides(node)
    point = _root(difference, kernel)
    if point is None or not _inside(point[0], kernel):
        return None
    return (point[0], below, above) if point[1] > 0 else (point[0], above, below)


# --------------------------------------------------------------------------------------- values: logs and products


def product_of(exponent: Expr) -> Expr:
    """Return ``exp(exponent)`` as a product: ``c log(u)`` becomes ``u**c``, whole multiples of ``loggamma`` factors.

    >>> a = Symbol("a", positive=True)
    >>> product_of(2 * log(a) - loggamma(a) + 1)
    E*a**2/gamma(a)
    """
    outside, rest = S.One, S.Zero
    for term in Add.make_args(_spread(exponent)):
        factors = Mul.make_args(term)
        logs = [part for part in factors if isinstance(part, log)]
        gammas = [part for part in factors if isinstance(part, loggamma)]
        if len(logs) == 1:
            outside *= Pow(logs[0].args[0], term / logs[0])
        elif len(gammas) == 1 and (term / gammas[0]).is_Integer:
            outside *= gamma(gammas[0].args[0]) ** (term / gammas[0])
        else:
            rest += term
    return outside * exp(rest)


def simplified(value: Expr, domain: Domain) -> Expr:
    """Return ``value`` with logs split where signs are proved, and ``loggamma(z + 1) = loggamma(z) + log(z)`` used.

    >>> a = Symbol("a", positive=True)
    >>> simplified(loggamma(a + 2) - loggamma(a) - log(a**2 + a), {})
    0
    """
    apart = _spread(value).replace(lambda node: isinstance(node, log), lambda node: _log(node.args[0], domain))
    level = level_gammas(_spread(apart))
    if level != apart:
        level = level.replace(lambda node: isinstance(node, log), lambda node: _log(node.args[0], domain))
    return _spread(level)


def level_gammas(expression: Expr) -> Expr:
    """Return ``expression`` with ``loggamma`` arguments that differ by whole numbers brought to the smallest one.

    >>> a = Symbol("a", positive=True)
    >>> level_gammas(loggamma(a + 1) - loggamma(a))
    log(a)
    """
    nodes = {node: _gamma_argument(node) for node in expression.atoms(loggamma, log)}
    arguments = sorted({z for z in nodes.values() if z is not None}, key=lambda z: z.sort_key())
    changes: dict[Expr, Expr] = {}
    while arguments:
        first, *others = arguments
        steps = {first: S.Zero} | {other: expand(other - first) for other in others}
        near = {z: step for z, step in steps.items() if step.is_Integer and abs(step) <= 20}
        least = min(near, key=lambda z: near[z])
        for z, step in near.items():
            ladder = (log(expand(least + i)) for i in range(int(step - near[least])))
            changes[z] = loggamma(least) + Add(*ladder)
        arguments = [z for z in others if z not in near]
    return expression.xreplace({node: changes[z] for node, z in nodes.items() if z is not None})


def _gamma_argument(node: Expr) -> Expr | None:
    """The argument of ``loggamma``, which SymPy writes ``log(gamma(z))`` where ``z`` is a whole number."""
    if isinstance(node, log) and isinstance(node.args[0], gamma):
        return node.args[0].args[0]
    return node.args[0] if isinstance(node, loggamma) else None


def _spread(expression: Expr) -> Expr:
    return expression.expand(log=False, power_base=False, power_exp=False, trig=False, func=False, complex=False)


def _log(argument: Expr, domain: Domain) -> Expr:
    """``log(argument)``, with factors of proved sign taken apart."""
    whole = factor(argument) if isinstance(argument, Add) else argument
    if whole.is_Rational and whole.is_positive:
        return Add(*(power * log(Integer(prime)) for prime, power in whole.factors().items()))
    out, kept, negative = S.Zero, [], False
    for part in Mul.make_args(whole):
        base, power = part.as_base_exp()
        if isinstance(part, exp):
            out += part.args[0]
        elif part.is_Rational:
            negative ^= bool(part.is_negative)
            out += _log(abs(part), domain) if part not in (1, -1) else S.Zero
        elif base.is_positive or is_positive(base, domain):
            out += power * log(base)
        elif power.is_Integer and is_positive(-base, domain):
            negative ^= bool(power.is_odd)
            out += power * log(-base)
        else:
            kept.append(part)
    rest = Mul(*kept, -1 if negative else 1)
    return out if rest == 1 else out + log(rest)


def _joined(parts: Iterable[tuple[Expr, Integrated]], words: str = "") -> Integrated:
    """The logarithm of the sum of multiples of integrals that are known by their logarithms."""
    items = list(parts)
    first = items[0][1].value
    ratios = (factor_ * product_of(level_gammas(_spread(part.value - first))) for factor_, part in items)
    total = Add(*ratios)
    names = dict.fromkeys(name for _, part in items for name in part.lemma.split(" + "))
    conditions = dict.fromkeys(condition for _, part in items for condition in part.conditions)
    steps = dict.fromkeys(part.substitution for _, part in items if part.substitution)
    said = "; ".join(step for step in (words, *steps) if step)
    return Integrated(first + (S.Zero if total == 1 else log(total)), " + ".join(names), tuple(conditions), said)


# ------------------------------------------------------------------------------------------------------- integrals


@dataclass(frozen=True)
class _Kernel:
    """What is integrated: a log-kernel in one variable between two ends, with the substitutions made so far."""

    exponent: Expr
    variable: Symbol
    lower: Expr
    upper: Expr
    domain: dict[Symbol, Bounds]
    small: tuple[Symbol, ...]
    trail: tuple[str, ...] = ()

    def at_zero(self, expression: Expr) -> Expr:
        return expression.xreplace(dict.fromkeys(self.small, S.Zero)) if self.small else expression

    def positive(self, expression: Expr) -> bool:
        return is_positive(self.at_zero(expression), self.domain)

    def sign(self, expression: Expr) -> int:
        return 1 if self.positive(expression) else -1 if self.positive(-expression) else 0

    @property
    def ends(self) -> tuple[Expr, Expr]:
        return self.lower, self.upper

    @property
    def words(self) -> str:
        return "; ".join(step for step in self.trail if step)

    def normal(self, discrete: bool = False) -> _Kernel:
        """The same kernel as a sum of products, its exponentials and logarithms taken apart."""
        here = {self.variable: Bounds(self.lower, self.upper, False, False, discrete)}
        plain = _absorbed(_in_gammas(self.exponent), self.variable)
        return replace(self, exponent=normal_form(plain, (self.variable,), self.domain | here))

    def substituted(self, value: Expr, variable: Symbol, log_slope: Expr, ends: tuple[Expr, Expr]) -> _Kernel:
        """The same integral over ``variable``, where the old one equals ``value`` and changes by ``exp(log_slope)``."""
        step = f"{_plain(self.variable)} = {_plain(value)}"
        exponent = self.exponent.xreplace({self.variable: value}) + log_slope
        return replace(
            self, exponent=exponent, variable=variable, lower=ends[0], upper=ends[1], trail=(*self.trail, step)
        )


def _plain(expression: Expr) -> Expr:
    """The same with dummy variables under their bare names, for people to read."""
    return expression.xreplace({dummy: Symbol(dummy.name) for dummy in expression.atoms(Dummy)})


_POSITIVE = tuple(Dummy(name, positive=True) for name in ("w", "v", "u", "s"))
_REAL = tuple(Dummy(name, real=True) for name in ("y", "z", "r", "q"))
_COUNT = tuple(Dummy(name, integer=True, nonnegative=True) for name in ("j", "i", "l", "h"))
_DEEPEST = 4
_BY_TERMS = "term by term"

Terms = dict[Expr, Expr]
Rule = Callable[["_Kernel", Expr, Terms], "Integrated | None"]


def _integral(kernel: _Kernel) -> Integrated | None:
    if len(kernel.trail) >= _DEEPEST:
        return None
    if kernel.lower == 0 and not kernel.variable.is_positive:
        fresh = _POSITIVE[len(kernel.trail)]
        kernel = replace(kernel, exponent=kernel.exponent.xreplace({kernel.variable: fresh}), variable=fresh)
    if kernel.lower is -oo and kernel.upper is not oo:
        fresh = _POSITIVE[len(kernel.trail)]
        kernel = kernel.substituted(kernel.upper - fresh, fresh, S.Zero, (S.Zero, oo))
    kinks = _kinks(kernel)
    if kinks:
        return _split(kernel, kinks[0])
    kernel = kernel.normal()
    kinks = _kinks(kernel)
    if kinks:
        return _split(kernel, kinks[0])
    constant, terms = _terms(kernel.exponent, kernel.variable)
    for rule in _RULES:
        found = rule(kernel, constant, terms)
        if found is not None:
            return found
    return None


def _terms(exponent: Expr, x: Symbol) -> tuple[Expr, Terms]:
    """The part of a sum free of ``x``, and the coefficient of each part that is not."""
    constant: Expr = S.Zero
    terms: Terms = {}
    for term in Add.make_args(exponent):
        coefficient, part = term.as_independent(x, as_Add=False)
        scale, part = _bare(part, x)
        if part == 1:
            constant += coefficient * scale
        else:
            terms[part] = terms.get(part, S.Zero) + coefficient * scale
    return constant, {part: coefficient for part, coefficient in terms.items() if _spread(coefficient) != 0}


def _bare(part: Expr, x: Symbol) -> tuple[Expr, Expr]:
    """Take what is free of ``x`` out of exponentials and powers."""
    scale, rest = S.One, S.One
    for piece in Mul.make_args(part):
        if isinstance(piece, exp):
            free, bound = _spread(piece.args[0]).as_independent(x, as_Add=True)
            scale, rest = scale * exp(free), rest * exp(bound)
        elif isinstance(piece, Pow) and isinstance(piece.base, Mul) and not piece.exp.has(x):
            free, bound = piece.base.as_independent(x, as_Add=False)
            kept = free.is_positive or piece.exp.is_Integer
            scale, rest = (scale * free**piece.exp, rest * bound**piece.exp) if kept else (scale, rest * piece)
        else:
            rest *= piece
    return scale, rest


def _in_gammas(exponent: Expr) -> Expr:
    """Logarithms of beta functions, binomial coefficients and factorials, also of their powers, in ``loggamma``."""

    def written(node: Expr) -> Expr:
        out, rest = S.Zero, S.One
        for part in Mul.make_args(node.args[0]):
            base, power = part.as_base_exp()
            signed = _GAMMAS.get(type(base))
            if signed is None:
                rest *= part
            else:
                out += power * Add(*(weight * loggamma(z) for weight, z in signed(*base.args)))
        return out if rest == 1 else out + log(rest)

    return exponent.replace(lambda node: isinstance(node, log) and node.has(*_GAMMAS), written)


_GAMMAS: Mapping[type, Callable[..., tuple[tuple[int, Expr], ...]]] = {
    gamma: lambda z: ((1, z),),
    factorial: lambda m: ((1, m + 1),),
    beta: lambda a, b: ((1, a), (1, b), (-1, a + b)),
    binomial: lambda m, k: ((1, m + 1), (-1, k + 1), (-1, m - k + 1)),
}


def _absorbed(exponent: Expr, x: Symbol) -> Expr:
    """Write ``exp(a + c log(x))`` as ``exp(a) x**c`` and hyperbolic functions in exponentials."""
    hyperbolic = [node for node in exponent.atoms(HyperbolicFunction) if node.has(x)]
    out = exponent.xreplace({node: node.rewrite(exp) for node in hyperbolic})
    if not (out.has(exp) and out.has(log)):
        return out

    def power(node: Expr) -> Expr:
        free, bound = _spread(node.args[0]).as_independent(log(x), as_Add=True)
        rate = bound / log(x)
        return exp(free) * x**rate if bound != 0 and not rate.has(x) else node

    return out.replace(lambda node: isinstance(node, exp) and node.has(log(x)), power)


def _powers(expression: Expr, x: Symbol) -> dict[Expr, Expr] | None:
    """The coefficients of a sum of powers of ``x``, by exponent."""
    found: dict[Expr, Expr] = {}
    for term in Add.make_args(_spread(expression)):
        coefficient, part = term.as_independent(x, as_Add=False)
        scale, part = _bare(part, x)
        base, power = part.as_base_exp()
        if part == 1:
            power = S.Zero
        elif base != x or power.has(x):
            return None
        found[power] = found.get(power, S.Zero) + coefficient * scale
    return found


def _linear(expression: Expr, x: Symbol) -> tuple[Expr, Expr] | None:
    powers = _powers(expression, x)
    if powers is None or not powers.keys() <= {S.Zero, S.One} or S.One not in powers:
        return None
    return powers.get(S.Zero, S.Zero), powers[S.One]


def _applied(name: str, kernel: _Kernel, constant: Expr, **values: Expr) -> Integrated | None:
    """The named lemma at these values of its parameters, if its side conditions are proved."""
    lemma = LEMMAS[name]
    instance = {symbol: values[symbol.name] for symbol in _SYMBOLS if symbol.name in values}
    conditions = tuple(_signed(condition.xreplace(instance), kernel) for condition in lemma.conditions)
    if not all(kernel.positive(condition) for condition in conditions):
        return None
    value = _elementary(_signed(lemma.value.xreplace(instance), kernel))
    told = tuple(dict.fromkeys(c for c in map(kernel.at_zero, conditions) if c.free_symbols))
    return Integrated(constant + value, name, told, kernel.words)


_SYMBOLS = (_a, _b, _c, _d, _h, _n, _q, _r, _s, _low, _top, _q0, _q1, _q2)


def _signed(expression: Expr, kernel: _Kernel) -> Expr:
    """Absolute values of what has a proved sign, written without bars."""
    sides = {node: kernel.sign(node.args[0]) * node.args[0] for node in expression.atoms(Abs)}
    return expression.xreplace({node: side for node, side in sides.items() if side != 0})


def _elementary(value: Expr) -> Expr:
    """Write Bessel functions of the second kind and half-integer order in elementary functions."""

    def known(node: Expr) -> bool:
        return isinstance(node, besselk) and node.args[0].is_Rational and node.args[0].q == 2

    def explicit(node: Expr) -> Expr:
        order, z = abs(node.args[0]) - Rational(1, 2), node.args[1]
        series = (
            factorial(order + i) / (factorial(i) * factorial(order - i) * (2 * z) ** i)
            for i in range(int(order) + 1)
        )
        return sqrt(pi / (2 * z)) * exp(-z) * Add(*series)

    return value.replace(known, explicit)


# What each rule accepts is written in its first lines: the ends, then the parts that may occur.


def _constant(kernel: _Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    if terms or not (kernel.lower.is_finite and kernel.upper.is_finite):
        return None
    return _applied("constant", kernel, constant, l=kernel.lower, u=kernel.upper)


def _affine_power(kernel: _Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    if len(terms) != 1 or kernel.lower is -oo:
        return None
    (part, power), x = next(iter(terms.items())), kernel.variable
    line = _linear(part.args[0], x) if isinstance(part, log) else None
    if line is not None and kernel.upper is not oo and kernel.positive(-line[1]):
        line = line[0] + line[1] * (kernel.lower + kernel.upper), -line[1]
    if line is None or not kernel.positive(line[1]):
        return None
    low, top, shift = kernel.lower, kernel.upper, cancel(line[0] / line[1])
    constant += power * log(line[1])
    if top is oo:
        return _applied("power_tail", kernel, constant, l=low, h=shift, s=-power)
    if _spread(low + shift) == 0:
        return _applied("power_from_zero", kernel, constant, l=low, u=top, a=power)
    if power == -1:
        return _applied("reciprocal_between", kernel, constant, l=low, u=top, h=shift)
    return _applied("power_between", kernel, constant, l=low, u=top, h=shift, a=power)


def _exponential(kernel: _Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    if terms.keys() != {kernel.variable} or kernel.lower is -oo:
        return None
    rate = -terms[kernel.variable]
    if kernel.upper is oo:
        return _applied("exponential_tail", kernel, constant, l=kernel.lower, b=rate)
    return _applied("exponential_between", kernel, constant, l=kernel.lower, u=kernel.upper, b=rate)


def _circular(kernel: _Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    x = kernel.variable
    if not any(part.has(cos, sin) for part in terms) or _spread(kernel.upper - kernel.lower - 2 * pi) != 0:
        return None
    (part, power), *more = terms.items()
    inside = isinstance(part, log) and not more and power in (1, -1)
    free, waves = _terms(_spread(part.args[0]), x) if inside else (S.Zero, terms)
    if not waves.keys() <= {cos(x), sin(x)}:
        return None
    # With the square of the amplitude simplified first, the direction drops out of it.
    size = sqrt(_pythagoras(waves.get(cos(x), S.Zero) ** 2 + waves.get(sin(x), S.Zero) ** 2))
    name = {1: "cosine_mean", -1: "cosine_reciprocal"}[int(power)] if inside else "bessel_i"
    return _applied(name, kernel, constant, a=size, b=S.Zero, d=free)


def _pythagoras(expression: Expr) -> Expr:
    """``sin**2 = 1 - cos**2``, spread out, so that squares of both cancel."""
    spread = _spread(expression)
    turned = spread.replace(
        lambda node: isinstance(node, Pow) and isinstance(node.base, sin) and node.exp == 2,
        lambda node: 1 - cos(node.base.args[0]) ** 2,
    )
    return _spread(turned)


def _gauss(kernel: _Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    x = kernel.variable
    if x**2 not in terms or not terms.keys() <= {x, x**2}:
        return None
    names = {(-oo, oo): "gauss", (S.Zero, oo): "gauss_half_line"}
    even = kernel.lower == 0 and x not in terms
    if kernel.ends not in names or even:
        return None
    return _applied(names[kernel.ends], kernel, constant, a=terms.get(x, S.Zero), b=-terms[x**2])


def _quadratic_power(kernel: _Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    if kernel.ends != (-oo, oo) or not all(isinstance(part, log) for part in terms):
        return None
    if len(set(terms.values())) != 1:
        return None
    powers = _powers(Mul(*(part.args[0] for part in terms)), kernel.variable)
    if powers is None or not powers.keys() <= {S.Zero, S.One, S(2)} or S(2) not in powers:
        return None
    quadratic = {f"q_{i}": powers.get(S(i), S.Zero) for i in range(3)}
    return _applied("quadratic_power", kernel, constant, s=-next(iter(terms.values())), **quadratic)


def _gamma_or_bessel(kernel: _Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    x = kernel.variable
    if kernel.ends != (S.Zero, oo):
        return None
    rates = {part.as_base_exp()[1]: -terms[part] for part in terms if part.as_base_exp()[0] == x}
    if len(rates) not in (1, 2) or len(rates) + (log(x) in terms) != len(terms) or any(c.has(x) for c in rates):
        return None
    power = terms.get(log(x), S.Zero)
    (c, rate), *more = rates.items()
    if not more:
        return _applied("gamma", kernel, constant, a=power, b=rate, c=c)
    if _spread(c + more[0][0]) != 0:
        return None
    if kernel.sign(c) < 0:
        (c, rate), more = more[0], [(c, rate)]
    return _applied("bessel_k", kernel, constant, a=power, b=rate, c=c, d=more[0][1])


def _beta_or_prime(kernel: _Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    if kernel.ends not in ((S.Zero, oo), (S.Zero, S.One)) or not all(isinstance(part, log) for part in terms):
        return None
    x = kernel.variable
    power = terms.get(log(x), S.Zero)
    factors: Terms = {}
    for part, exponent in terms.items():
        if part == log(x):
            continue
        pair = _two_powers(part.args[0], kernel)
        if pair is None:
            return None
        lead, least, ratio, step = pair
        power, constant = power + exponent * least, constant + exponent * log(lead)
        factors[1 + ratio * x**step] = factors.get(1 + ratio * x**step, S.Zero) + exponent
    if len(set(factors.values())) != 1:
        return None
    exponent = next(iter(factors.values()))
    pair = _two_powers(Mul(*factors), kernel)
    if pair is None:
        return None
    _, _, ratio, step = pair
    if kernel.upper is oo:
        values = {"a": power, "s": -exponent, "d": S.One, "c": ratio, "h": step}
        return _applied("beta_prime", kernel, constant, **values)
    return _applied("beta", kernel, constant, a=power, b=exponent, c=step) if ratio == -1 else None


def _two_powers(expression: Expr, kernel: _Kernel) -> tuple[Expr, Expr, Expr, Expr] | None:
    """``lead * x**least * (1 + ratio * x**step)``, as these four, with a positive lead."""
    powers = _powers(expression, kernel.variable)
    if powers is None or len(powers) != 2:
        return None
    (least, lead), (other, second) = sorted(powers.items(), key=lambda item: (item[0] != 0, item[0].sort_key()))
    if (other - least).could_extract_minus_sign():
        (least, lead), (other, second) = (other, second), (least, lead)
    return (lead, least, second / lead, other - least) if kernel.positive(lead) else None


def _moved(kernel: _Kernel, _: Expr, terms: Terms) -> Integrated | None:
    """The same integral after a change of variable that the ends and the parts suggest."""
    changed = _change(kernel, terms)
    return _integral(changed) if changed else None


def _change(kernel: _Kernel, terms: Terms) -> _Kernel | None:
    x, low, top, depth = kernel.variable, kernel.lower, kernel.upper, len(kernel.trail)
    w, y = _POSITIVE[depth], _REAL[depth]
    ray, unit = (S.Zero, oo), (S.Zero, S.One)
    exponential = any(part.has(exp) for part in terms)
    squared = any(_beyond_log(part, log(x)) for part in terms)
    polynomial = any(part.as_base_exp()[0] == x and part != x for part in terms)
    if kernel.ends == (-oo, oo):
        if exponential:
            return None if polynomial else kernel.substituted(log(w), w, -log(w), ray)
        return _by_sinh(kernel, y)
    if top is oo and low != 0:
        if squared and kernel.positive(low):
            return kernel.substituted(low * exp(w), w, log(low) + w, ray)
        return kernel.substituted(low + w, w, S.Zero, ray)
    if kernel.ends == ray:
        if squared:
            return None if exponential else kernel.substituted(exp(y), y, y, (-oo, oo))
        if not exponential:
            return None
        powers = {node.exp for node in kernel.exponent.atoms(Pow) if node.base == x}
        if len(powers) == 1 and kernel.positive(k := powers.pop()) and x not in terms:
            return kernel.substituted(w ** (1 / k), w, (1 / k - 1) * log(w) - log(k), ray)
        if polynomial:
            return None
        rates = [_linear(node.args[0], x) for node in kernel.exponent.atoms(exp) if node.has(x)]
        falling = [-line[1] for line in rates if line is not None and kernel.positive(-line[1])]
        rate = min(falling, key=lambda r: (r.count_ops(), r.sort_key()), default=S.One)
        return kernel.substituted(-log(w) / rate, w, -log(w) - log(rate), unit)
    if kernel.ends != unit:
        length = top - low
        return kernel.substituted(low + length * w, w, log(length), unit) if kernel.positive(length) else None
    if any(_beyond_log(part, log(1 - x)) for part in terms):
        return _logit(kernel, y)
    if any(node.base == 1 - x for part in terms for node in part.atoms(Pow)):
        odds = replace(kernel, exponent=kernel.exponent.xreplace({1 - x: 1 / (1 + w)}))
        return odds.substituted(w / (1 + w), w, -2 * log(1 + w), ray)
    return kernel.substituted(exp(-w), w, -w, ray) if squared else None


def _by_sinh(kernel: _Kernel, y: Symbol) -> _Kernel | None:
    """``asinh(c x + d) = y``: what stands under a logarithm then is a multiple of ``cosh(y)**2 = 1 + sinh(y)**2``."""
    nodes = [node for node in kernel.exponent.atoms(asinh) if node.has(kernel.variable)]
    line = _linear(nodes[0].args[0], kernel.variable) if len(nodes) == 1 else None
    slope = kernel.sign(line[1]) if line is not None else 0
    if line is None or not slope:
        return None
    plain = replace(kernel, exponent=kernel.exponent.xreplace({nodes[0]: y}))
    moved = plain.substituted((sinh(y) - line[0]) / line[1], y, log(cosh(y)) - log(slope * line[1]), (-oo, oo))

    def squares(node: Expr) -> Expr:
        return log(factor(_spread(node.args[0]).subs(sinh(y) ** 2, cosh(y) ** 2 - 1).expand()))

    exponent = moved.exponent.replace(lambda node: isinstance(node, log) and node.has(sinh), squares)
    return replace(moved, exponent=simplified(exponent, kernel.domain))


def _without_odd_part(kernel: _Kernel, _: Expr, terms: Terms) -> Integrated | None:
    """Under a kernel that is even about a point, what stands before it counts only by its even part.

    The odd part is no larger than the even part, since their sum is nowhere negative, and has integral zero.
    """
    x = kernel.variable
    fronts = [part for part, power in terms.items() if isinstance(part, log) and power == 1]
    if len(fronts) != 1 or kernel.ends != (-oo, oo) or not fronts[0].has(erf):
        return None
    rest = {part: coefficient for part, coefficient in terms.items() if part != fronts[0]}
    centre = -rest.get(x, S.Zero) / (2 * rest[x**2]) if x**2 in rest else S.Zero

    def centred(expression: Expr, direction: int) -> Expr:
        moved = expression.xreplace({x: centre + direction * x})
        return _spread(moved.replace(erf, lambda z: erf(cancel(z))))

    bulk = kernel.exponent - fronts[0]
    if _spread(centred(bulk, 1) - centred(bulk, -1)) != 0:
        return None
    front = fronts[0].args[0]
    even = _spread((centred(front, 1) + centred(front, -1)) / 2)
    if even.has(erf):
        return None
    return _integral(replace(kernel, exponent=centred(bulk, 1) + log(even), trail=(*kernel.trail, "")))


def _beyond_log(part: Expr, logarithm: Expr) -> bool:
    """Whether a part contains a logarithm other than as itself."""
    return part != logarithm and bool(part.has(logarithm))


def _logit(kernel: _Kernel, y: Symbol) -> _Kernel | None:
    """``x = 1 / (1 + exp(-y))``: then ``log(x) = y - L`` and ``log(1 - x) = -L`` with ``L = log(1 + exp(y))``."""
    x, ell = kernel.variable, Dummy("L", real=True)
    exponent = (kernel.exponent + log(x) + log(1 - x)).xreplace({log(x): y - ell, log(1 - x): -ell})
    exponent = _spread(exponent)
    if exponent.has(x):
        return None
    moved = kernel.substituted(x, y, S.Zero, (-oo, oo))
    step = f"{_plain(x)} = 1/(1 + exp(-{_plain(y)}))"
    return replace(moved, exponent=exponent.xreplace({ell: log(1 + exp(y))}), trail=(*kernel.trail, step))


def _antiderivative(kernel: _Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    """``exp(rest)`` proportional to the derivative of ``inner``: then the integral is that of ``d exp(inner)``.

    Tried in the original variable alone: another one has an antiderivative exactly where this one has.
    """
    x = kernel.variable
    if kernel.trail or len(terms) > 6 or kernel.exponent.has(erf, sin, cos, asinh, loggamma):
        return None
    whole = Add(*(coefficient * part for part, coefficient in terms.items()))
    for inner in _inner_candidates(terms, x):
        if not all(_is_smooth(part, kernel) for part in inner):
            continue
        sum_ = Add(*(coefficient * part for part, coefficient in inner.items()))
        ratio = sum_.diff(x) * product_of(_spread(sum_ - whole))
        if ratio == 0 or not _seems_constant(ratio, x):
            continue
        ratio = _spread(ratio)
        ratio = cancel(ratio) if ratio.has(x) else ratio
        if ratio.has(x):
            continue
        ends = [_limit(kernel, inner, end) for end in kernel.ends]
        if ends[0] is not None and ends[1] is not None:
            value = constant + log((ends[1] - ends[0]) / ratio)
            return Integrated(value, "antiderivative", (), kernel.words)
    return None


def _is_smooth(part: Expr, kernel: _Kernel) -> bool:
    """Whether a part has no pole inside the range; logarithms have none, since the kernel is real there."""
    base, power = part.as_base_exp()
    entire = isinstance(part, exp) or isinstance(base, log) or (power.is_Integer and power > 0)
    return bool(entire or (base == kernel.variable and (kernel.lower == 0 or kernel.positive(kernel.lower))))


def _seems_constant(ratio: Expr, x: Symbol) -> bool:
    """Whether two numeric values agree: a sieve before the exact test, nothing more."""
    others = sorted(ratio.free_symbols - {x}, key=lambda symbol: symbol.sort_key())
    place = {symbol: Rational(prime(i + 5), 7) for i, symbol in enumerate(others)}
    here, there = (ratio.xreplace(place | {x: at}).evalf(12) for at in (Rational(3, 11), Rational(5, 13)))
    if not (here.is_number and there.is_number and here.is_finite and there.is_finite):
        return True
    return bool(abs(here - there) <= abs(here) * Rational(1, 10**6))


def _inner_candidates(terms: Terms, x: Symbol) -> Iterator[Terms]:
    bulk = {part: c for part, c in terms.items() if not (isinstance(part, log) and c == 1)}
    yield bulk
    yield {**bulk, log(x): bulk.get(log(x), S.Zero) + 1}
    yield {part: c for part, c in bulk.items() if part != x}
    yield {part: c for part, c in bulk.items() if not isinstance(part, log)}
    for power in dict.fromkeys(terms.values()):
        if power != -1:
            yield {p: power + 1 for p, c in terms.items() if c == power and isinstance(p, log)}


def _limit(kernel: _Kernel, terms: Terms, end: Expr) -> Expr | None:
    """The limit of the exponential of a sum at an end: zero or finite; ``None`` where it is not clear."""
    finite = S.Zero
    infinite: list[tuple[tuple[int, Expr], Expr]] = []
    for part, coefficient in terms.items():
        value = _limit_of_part(kernel, part, end)
        if value is None:
            return None
        if value in (oo, -oo):
            infinite.append((_growth(part, kernel.variable), coefficient * (1 if value is oo else -1)))
        else:
            finite += coefficient * value
    if not infinite:
        return product_of(finite)
    signs = {kernel.sign(direction) for _, direction in infinite}
    if signs == {-1}:
        return S.Zero
    if any(not power.is_Rational for (_, power), _ in infinite):
        return None
    fastest = max(rank for rank, _ in infinite)
    leading = [direction for rank, direction in infinite if rank == fastest]
    return S.Zero if len(leading) == 1 and kernel.sign(leading[0]) < 0 else None


def _growth(part: Expr, x: Symbol) -> tuple[int, Expr]:
    """Logarithms grow slower than powers, powers slower than exponentials; of two of a kind the higher power wins."""
    base, power = part.as_base_exp()
    if isinstance(part, exp):
        return 2, Symbol("_rate")
    return (1, abs(power) if power.is_Rational else power) if base == x else (0, power)


def _limit_of_part(kernel: _Kernel, part: Expr, end: Expr) -> Expr | None:
    x = kernel.variable
    base, power = part.as_base_exp()
    if base == x and end in (0, oo) and not power.has(x):
        direction = kernel.sign(power) * (1 if end is oo else -1)
        return {1: oo, -1: S.Zero}.get(direction)
    if isinstance(part, exp) and end in (oo, -oo):
        rate = _linear(part.args[0], x)
        direction = kernel.sign(rate[1]) * (1 if end is oo else -1) if rate else 0
        return {1: oo, -1: S.Zero}.get(direction)
    if isinstance(base, log) and power.is_Integer and power > 0:
        inner = _limit_of_sum(kernel, base.args[0], end)
        value = {oo: oo, S.Zero: -oo, None: None}.get(inner, log(inner) if inner is not None else None)
        return value**power if value is not None else None
    if end in (oo, -oo):
        return None
    value = part.xreplace({x: end})
    return None if _infinite(value) else value


def _limit_of_sum(kernel: _Kernel, total: Expr, end: Expr) -> Expr | None:
    """The limit of a sum that is positive; infinite only where nothing can cancel."""
    constant, terms = _terms(_spread(total), kernel.variable)
    limits = [(coefficient, _limit_of_part(kernel, part, end)) for part, coefficient in terms.items()]
    if any(value is None or value is -oo for _, value in limits):
        return None
    if any(value is oo for _, value in limits):
        return oo if all(kernel.positive(coefficient) for coefficient, _ in limits) else None
    return _spread(constant + Add(*(coefficient * value for coefficient, value in limits)))


def _linearity(kernel: _Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    """A sum in front of the exponential, raised to a small whole power: integrated term by term."""
    x = kernel.variable
    if _BY_TERMS in kernel.trail:
        return None
    for part, power in terms.items():
        if not isinstance(part, log) or not isinstance(part.args[0], Add) or power not in (1, 2, 3):
            continue
        products = Add.make_args(_spread(part.args[0] ** power))
        if len(products) > 12:
            return None
        rest = kernel.exponent - power * part
        found = []
        for product in products:
            outside, inside = product.as_independent(x, as_Add=False)
            log_inside = S.Zero if inside == 1 else _log_of_positive(inside, kernel)
            if log_inside is None:
                return None
            step = replace(kernel, exponent=rest + log_inside, trail=(*kernel.trail, _BY_TERMS))
            found.append((outside, _integral(step)))
        if all(one is not None for _, one in found):
            return _joined(found)  # type: ignore[arg-type]
    return None


def _log_of_positive(product: Expr, kernel: _Kernel) -> Expr | None:
    here = kernel.domain | {kernel.variable: Bounds(kernel.lower, kernel.upper, False, False, False)}
    total = S.Zero
    for part in Mul.make_args(product):
        base, power = part.as_base_exp()
        if isinstance(part, exp):
            total += part.args[0]
        elif is_positive(base, here):
            total += power * log(base)
        else:
            return None
    return total


_RULES: tuple[Rule, ...] = (
    _constant,
    _affine_power,
    _exponential,
    _circular,
    _gauss,
    _quadratic_power,
    _gamma_or_bessel,
    _beta_or_prime,
    _linearity,
    _without_odd_part,
    _moved,
    _antiderivative,
)


def _kinks(kernel: _Kernel) -> list[Expr]:
    nodes = [node for node in kernel.exponent.atoms(Abs, sign, Max, Min, Relational) if node.has(kernel.variable)]
    return sorted(nodes, key=lambda node: node.sort_key())


def _split(kernel: _Kernel, node: Expr, discrete: bool = False) -> Integrated | None:
    """Cut the range where a case distinction changes sides, and integrate each side with its own formula."""
    x = kernel.variable
    if isinstance(node, (Eq, Ne)):
        value = false if isinstance(node, Eq) else true
        return None if discrete else _integral(replace(kernel, exponent=kernel.exponent.xreplace({node: value})))
    difference, above, below = _sides(node)
    point = _root(difference, kernel)
    if point is None:
        return None
    place, slope = point
    right, left = (above, below) if slope > 0 else (below, above)
    at_right = replace(kernel, exponent=kernel.exponent.xreplace({node: right}))
    at_left = replace(kernel, exponent=kernel.exponent.xreplace({node: left}))
    if discrete:
        there = node.xreplace({x: place})
        last = place - 1 if there == right.xreplace({x: place}) else place
        decided = last != place or there == left.xreplace({x: place})
        return _split_sum(at_left, at_right, last) if place.is_Integer and decided else None
    if kernel.lower is not -oo and is_nonnegative(kernel.lower - place, kernel.domain):
        return _integral(at_right)
    if kernel.upper is not oo and is_nonnegative(place - kernel.upper, kernel.domain):
        return _integral(at_left)
    if not _inside(place, kernel):
        return None
    first = _integral(replace(at_left, upper=place))
    second = _integral(replace(at_right, lower=place)) if first else None
    if first is None or second is None:
        return None
    return _joined([(S.One, first), (S.One, second)], f"split at {_plain(x)} = {place}")


def _split_sum(left: _Kernel, right: _Kernel, last: Expr) -> Integrated | None:
    """Sum up to the whole number ``last``, and from the next one, each with its own formula."""
    if left.lower is not -oo and is_positive(left.lower - last, left.domain):
        return _sum(right)
    if left.upper is not oo and is_nonnegative(last - left.upper, left.domain):
        return _sum(left)
    if not _inside(last + Rational(1, 2), left):
        return None
    first = _sum(replace(left, upper=last))
    second = _sum(replace(right, lower=last + 1)) if first else None
    if first is None or second is None:
        return None
    return _joined([(S.One, first), (S.One, second)], f"split after {_plain(left.variable)} = {last}")


def _inside(place: Expr, kernel: _Kernel) -> bool:
    above = kernel.lower is -oo or kernel.positive(place - kernel.lower)
    return above and (kernel.upper is oo or kernel.positive(kernel.upper - place))


def _sides(node: Expr) -> tuple[Expr, Expr, Expr]:
    """What has to change sign, and what the case distinction is where that is positive, and where negative."""
    if isinstance(node, Abs):
        return node.args[0], node.args[0], -node.args[0]
    if isinstance(node, sign):
        return node.args[0], S.One, S.NegativeOne
    if isinstance(node, (Max, Min)):
        one, *others = node.args
        other = others[0] if len(others) == 1 else node.func(*others)
        return (one - other, one, other) if isinstance(node, Max) else (one - other, other, one)
    up = node.rel_op in (">", ">=")
    return node.lhs - node.rhs, true if up else false, false if up else true


def _root(difference: Expr, kernel: _Kernel) -> tuple[Expr, int] | None:
    """The one zero of something linear in the variable or its logarithm, and the sign of its slope."""
    x = kernel.variable
    line = _linear(difference, x)
    if line is not None:
        place = cancel(-line[0] / line[1])
    else:
        stand_in = Dummy("y", real=True)
        line = _linear(difference.xreplace({log(x): stand_in}), stand_in)
        if line is None or line[0].has(x) or line[1].has(x):
            return None
        place = product_of(_spread(-line[0] / line[1]))
    slope = kernel.sign(line[1])
    return (place, slope) if slope else None


# ------------------------------------------------------------------------------------------------------------ sums


def _sum(kernel: _Kernel) -> Integrated | None:
    if len(kernel.trail) >= _DEEPEST:
        return None
    raw, kernel = kernel, kernel.normal(discrete=True)
    points = _special_points(raw, kernel)
    if points:
        return _with_points(raw, kernel, points)
    kinks = [node for node in _kinks(kernel) if not isinstance(node, (Eq, Ne))]
    if kinks:
        return _split(kernel, kinks[0], discrete=True) or _term_by_term(raw)
    x, depth = kernel.variable, len(kernel.trail)
    if kernel.lower is -oo:
        j = _COUNT[depth]
        return None if kernel.upper is oo else _sum(kernel.substituted(kernel.upper - j, j, S.Zero, (S.Zero, oo)))
    short = (kernel.upper - kernel.lower).is_Integer and kernel.upper - kernel.lower <= 2
    if short:
        return _term_by_term(raw)
    found = _series(kernel)
    if found is None and kernel.lower != 0:
        found = _without_first_terms(kernel)
        if found is None:
            j = _COUNT[depth]
            span = kernel.upper - kernel.lower if kernel.upper is not oo else oo
            found = _sum(kernel.substituted(kernel.lower + j, j, S.Zero, (S.Zero, span)))
    constant, terms = _terms(kernel.exponent, x)
    return found or _telescoping(kernel, constant, terms) or _linear_sum(kernel, terms) or _term_by_term(raw)


def _special_points(raw: _Kernel, kernel: _Kernel) -> list[Expr]:
    """Where an equality in the log-kernel makes single values special."""
    equalities = (node for node in raw.exponent.atoms(Eq, Ne) if node.has(kernel.variable))
    points = (side for node in equalities for side in node.args if side != kernel.variable)
    return sorted(set(points), key=lambda point: point.sort_key())


def _with_points(raw: _Kernel, kernel: _Kernel, points: list[Expr]) -> Integrated | None:
    """Sum the rule for all other values, and exchange the terms at the special ones."""
    x = kernel.variable
    if not all(point.is_Integer for point in points) or kernel.lower is -oo:
        return _term_by_term(raw)
    if (kernel.upper - kernel.lower).is_Integer and kernel.upper - kernel.lower <= 20:
        return _term_by_term(raw)
    if not kernel.lower.is_Integer:
        return None
    points = sorted(point for point in points if point >= kernel.lower)
    if kernel.upper is not oo and not all(is_nonnegative(kernel.upper - point, kernel.domain) for point in points):
        return None
    plain = {node: false if isinstance(node, Eq) else true for node in raw.exponent.atoms(Eq, Ne) if node.has(x)}
    rest = replace(raw, exponent=raw.exponent.xreplace(plain))
    special = [(S.One, raw.exponent.xreplace({x: point})) for point in points]
    usual = [(S.NegativeOne, rest.exponent.xreplace({x: point})) for point in points]
    regular = None
    if not any(_infinite(value) for _, value in usual):
        regular, special = _sum(rest), special + usual
    elif points == [kernel.lower + i for i in range(len(points))]:
        regular = _sum(replace(rest, lower=kernel.lower + len(points)))
    if regular is None:
        return None
    terms = [(weight, Integrated(_log_form(value, kernel), regular.lemma, ())) for weight, value in special]
    return _joined([(S.One, regular), *terms])


def _infinite(value: Expr) -> bool:
    return bool(value.has(oo, -oo, S.ComplexInfinity, S.NaN))


def _log_form(value: Expr, kernel: _Kernel) -> Expr:
    return normal_form(value, (), kernel.domain)


def _term_by_term(kernel: _Kernel) -> Integrated | None:
    """At most twenty-one terms, added."""
    span = kernel.upper - kernel.lower
    if not span.is_Integer or span > 20:
        return None
    exponents = [kernel.exponent.xreplace({kernel.variable: kernel.lower + i}) for i in range(int(span) + 1)]
    if any(_infinite(value) for value in exponents):
        return None
    terms = [(S.One, Integrated(_log_form(value, kernel), "finite_sum", ())) for value in exponents]
    return _joined(terms, kernel.words)


def _series(kernel: _Kernel) -> Integrated | None:
    """A sum from zero, by its signature: which gamma functions of ``j + c`` and ``n - j + c`` stand above and below."""
    if kernel.lower != 0:
        return None
    constant, terms = _terms(kernel.exponent, kernel.variable)
    rate = terms.pop(kernel.variable, S.Zero)
    if len(terms) == 1 and rate == 0 and kernel.upper is oo:
        found = _zeta(kernel, constant, terms)
        if found is not None:
            return found
    signature = _signature(kernel, terms)
    if signature is None:
        return _abel(kernel, constant, {**terms, kernel.variable: rate})
    scale, rising, falling = signature
    found = _known_series(kernel, rate, *rising, *falling)
    return None if found is None else replace(found, value=constant + scale + found.value)


def _zeta(kernel: _Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    ((part, power),) = terms.items()
    line = _linear(part.args[0], kernel.variable) if isinstance(part, log) else None
    if line is None:
        return None
    return _applied("zeta", kernel, constant + power * log(line[1]), s=-power, q=cancel(line[0] / line[1]))


Signature = tuple[Expr, tuple[list[Expr], list[Expr]], tuple[list[Expr], list[Expr]]]


def _signature(kernel: _Kernel, terms: Terms) -> Signature | None:
    """The constant, and the shifts ``c`` of ``gamma(j + c)`` above and below, then those of ``gamma(c - j)``."""
    scale = S.Zero
    above: list[Expr] = []
    below: list[Expr] = []
    falling: tuple[list[Expr], list[Expr]] = ([], [])
    for part, count in terms.items():
        z = _gamma_argument(part)
        inner = z if z is not None else part.args[0] if isinstance(part, log) else None
        line = _linear(inner, kernel.variable) if inner is not None else None
        if line is None or not count.is_Integer or abs(count) > 3:
            return None
        top, bottom = (above, below) if count > 0 else (below, above)
        if z is None:
            scale += count * log(line[1])
            shift = cancel(line[0] / line[1])
            top, bottom = top + [shift + 1] * abs(count), bottom + [shift] * abs(count)
        elif line[1] == 1:
            top = top + [line[0]] * abs(count)
        elif line[1] == -1:
            falling[0 if count > 0 else 1].extend([line[0]] * abs(count))
        else:
            return None
        above, below = (top, bottom) if count > 0 else (bottom, top)
    return scale, _reduced(above, below), falling


def _reduced(above: list[Expr], below: list[Expr]) -> tuple[list[Expr], list[Expr]]:
    """Cancel equal entries."""
    kept, rest = [], list(below)
    for shift in above:
        twin = next((other for other in rest if _spread(other - shift) == 0), None)
        if twin is None:
            kept.append(shift)
        else:
            rest.remove(twin)
    return kept, rest


def _known_series(
    kernel: _Kernel, rate: Expr, above: list[Expr], below: list[Expr], up: list[Expr], down: list[Expr]
) -> Integrated | None:
    if kernel.upper is not oo:
        return _finite_series(kernel, rate, above, below, up, down)
    if up or down:
        return None
    factorials = sum(1 for shift in below if shift == 1)
    above = above if factorials else [*above, S.One]
    below = list(below)
    if factorials:
        below.remove(S.One)
    shape = (len(above), len(below))
    values: dict[str, Expr] = {"r": rate}
    if shape == (1, 0):
        name = "geometric_series" if above == [1] else "binomial_series"
        values["a"] = above[0]
    elif shape == (0, 0):
        name = "exponential_series"
    elif shape == (0, 1):
        name, values = "bessel_series", {"r": rate, "c": below[0]}
    elif shape == (2, 1) and rate == 0:
        name, values = "gauss_sum", {"a": above[0], "b": above[1], "c": below[0]}
    elif above == [1, 1] and below == [2]:
        name = "logarithmic_series"
    else:
        return None
    return _exact_sum(_applied(name, kernel, S.Zero, **values))


def _finite_series(
    kernel: _Kernel, rate: Expr, above: list[Expr], below: list[Expr], up: list[Expr], down: list[Expr]
) -> Integrated | None:
    n = kernel.upper
    if not (above or below or up or down):
        if rate == 0:
            return _applied("count", kernel, S.Zero, n=n)
        return _exact_sum(_applied("geometric_progression", kernel, S.Zero, n=n, r=rate))
    if below != [1] or len(down) != 1 or _spread(down[0] - n - 1) != 0:
        return None
    if not above and not up:
        return _exact_sum(_applied("binomial_theorem", kernel, S.Zero, n=n, r=rate))
    if rate != 0 or len(above) > 1 or len(up) > 1:
        return None
    shifts = {"a": above[0] if above else S.One, "b": _spread(up[0] - n) if up else S.One}
    return _applied("vandermonde", kernel, S.Zero, n=n, **shifts) if above and up else None


def _exact_sum(found: Integrated | None) -> Integrated | None:
    """Exponentials of logarithms are written as powers."""
    if found is None:
        return None
    value = found.value.replace(lambda node: isinstance(node, exp), lambda node: product_of(node.args[0]))
    return replace(found, value=value)


def _abel(kernel: _Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    """``(j - 1) log(a + b j) - b j - loggamma(j + 1)``, also with ``b`` taken out of the logarithm."""
    j = kernel.variable
    growing = [part / j for part, count in terms.items() if count == 1 and isinstance(part / j, log)]
    line = _linear(growing[0].args[0], j) if len(growing) == 1 else None
    if line is None or kernel.upper is not oo:
        return None
    start, rate, power, factorials = cancel(line[0] / line[1]), terms.get(j, S.Zero) + log(line[1]), S.Zero, 0
    for part, count in terms.items():
        z = _gamma_argument(part)
        other = _linear(part.args[0], j) if z is None and isinstance(part, log) else None
        if z is not None and count == -1 and (z == j + 1 or (z == j + 2 and start == 1)):
            factorials, power = factorials + 1, power - (z - j - 1)
        elif other is not None and cancel(other[0] / other[1] - start) == 0:
            power, constant = power + count, constant + count * log(other[1])
        elif part not in (j, j * growing[0]):
            return None
    still = kernel.at_zero(rate)
    b = -Add(*(term for term in Add.make_args(_spread(still)) if not term.has(log)))
    if factorials != 1 or power != -1 or simplified(still - log(b) + b, kernel.domain) != 0:
        return None
    found = _applied("abel_series", kernel, constant + log(b), a=b * start, b=b)
    if found is None or still == rate:
        return found
    # Off zero the same series is a power of the tree function; b < 1 keeps it inside its circle of convergence.
    return replace(found, value=constant - start * LambertW(-b * exp(rate - still - b)) - log(start))


def _without_first_terms(kernel: _Kernel) -> Integrated | None:
    """A sum that starts late: the sum from zero less its first terms."""
    start = kernel.lower
    if not start.is_Integer or not 0 < start <= 5:
        return None
    first = [kernel.exponent.xreplace({kernel.variable: Integer(i)}) for i in range(int(start))]
    if any(_infinite(value) for value in first):
        return None
    whole = _series(replace(kernel, lower=S.Zero))
    if whole is None:
        return None
    return _joined([(S.One, whole), *((S.NegativeOne, Integrated(v, whole.lemma, ())) for v in first)])


def _telescoping(kernel: _Kernel, constant: Expr, terms: Terms) -> Integrated | None:
    """``F(j) - F(j + 1)`` with a vanishing limit adds up to its first ``F``."""
    j = kernel.variable
    ((part, power), *more) = (*terms.items(), (S.Zero, S.Zero))
    if len(terms) != 1 or power != 1 or not isinstance(part, log) or len(part.args[0].args) != 2 or not more:
        return None
    for first in part.args[0].args:
        if isinstance(part.args[0], Add) and _spread(part.args[0] - first + first.xreplace({j: j + 1})) == 0:
            base, exponent = first.as_base_exp()
            _, falling = _terms(_spread(exponent * log(base)) if not isinstance(first, exp) else exponent, j)
            if falling and kernel.upper is oo and _limit(kernel, falling, oo) == 0:
                return Integrated(constant + log(first.xreplace({j: kernel.lower})), "telescoping", (), kernel.words)
    return None


def _linear_sum(kernel: _Kernel, terms: Terms) -> Integrated | None:
    """A sum of positive products in front: added product by product."""
    x = kernel.variable
    for part, power in terms.items():
        if not isinstance(part, log) or not isinstance(part.args[0], Add) or power not in (1, 2):
            continue
        rest = kernel.exponent - power * part
        found = []
        for product in Add.make_args(_spread(part.args[0] ** power)):
            outside, inside = product.as_independent(x, as_Add=False)
            lower = S.One if kernel.lower == 0 and inside.has(x) and inside.xreplace({x: S.Zero}) == 0 else kernel.lower
            step = replace(kernel, lower=lower, trail=(*kernel.trail, _BY_TERMS))
            log_inside = S.Zero if inside == 1 else _log_of_positive(inside, step)
            if log_inside is None:
                return None
            found.append((outside, _sum(replace(step, exponent=rest + log_inside))))
        if all(one is not None for _, one in found):
            return _joined(found)  # type: ignore[arg-type]
    return None
