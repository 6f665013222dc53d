"""The lemmas about integrals, as data: each with its source and its side conditions."""

from __future__ import annotations

from sympy import Abs, Rational, S, Symbol, besseli, besselk, cos, erfc, exp, log, loggamma, oo, pi, sin, sqrt, symbols

from .lemma import Lemma

_a, _b, _c, _d, _h, _s = symbols("a b c d h s", real=True)
_low, _top, _q0, _q1, _q2 = symbols("l u q_0 q_1 q_2", real=True)
_w, _x = Symbol("w", positive=True), Symbol("x", real=True)
_p, _k = (_a + 1) / _c, (_a + 1) / _h
_gap = _q0 - _q1**2 / (4 * _q2)

INTEGRALS: tuple[Lemma, ...] = (
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
