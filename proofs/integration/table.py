"""What the lemmas say: each integral or sum as data, with its source and its side conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import (
    Abs,
    Expr,
    LambertW,
    Rational,
    S,
    Symbol,
    besseli,
    besselk,
    cos,
    erfc,
    exp,
    latex,
    log,
    loggamma,
    oo,
    pi,
    sin,
    sqrt,
    symbols,
    zeta,
)


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
        "beta_half_line",
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
        (Rational(1, 2) - _s) * log(_gap) - log(_q2) / 2 + log(pi) / 2 + loggamma(_s - Rational(1, 2)) - loggamma(_s),
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
        "log_series",
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


SYMBOLS = (_a, _b, _c, _d, _h, _n, _q, _r, _s, _low, _top, _q0, _q1, _q2)
