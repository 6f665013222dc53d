"""The lemmas about sums, as data: each with its source and its side conditions."""

from __future__ import annotations

from sympy import Abs, LambertW, S, Symbol, besseli, exp, log, loggamma, oo, symbols, zeta

from .lemma import Lemma

_a, _b, _c, _n, _q, _r, _s = symbols("a b c n q r s", real=True)
_j = Symbol("j", integer=True, nonnegative=True)
_factorials = -loggamma(_j + 1) - loggamma(_n - _j + 1)

SUMS: tuple[Lemma, ...] = (
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
