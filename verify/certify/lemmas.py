"""Lemmas about whole likelihoods that a certificate may rest on: statement, source, proof, and what tests re-prove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sympy import Dummy, Expr, Poly, PolynomialError, S, cancel, log, oo, simplify

from ...proofs.family import Family


@dataclass(frozen=True)
class Lemma:
    """A theorem.

    Attributes
    ----------
    statement
        What it says of a likelihood, so that it can stand as the argument of a certificate.
    source
        Book or paper, with section or pages.
    proof
        Why it holds, the ends of every range included.
    checked
        What the tests prove once more, and on which range.
    """

    statement: str
    source: str
    proof: str
    checked: str


HALF_PLANE = "half-plane"

LEMMAS: Mapping[str, Lemma] = {
    HALF_PLANE: Lemma(
        statement=(
            "the log-likelihood is a log(s / (k s^2 + (x - m)^2)) + b log s summed over observations, with a > 0 and "
            "b >= 0: concave along the geodesics of the hyperbolic half-plane of (m, sqrt(k) s), so that a strict "
            "local maximum is the only maximum"
        ),
        source=(
            "Copas 1975, Biometrika 62, 701-704 (Cauchy); Kent & Tyler 1991, Annals of Statistics 19, 2102-2119 "
            "(Student t with at least one degree of freedom); McCullagh 1996, Annals of Statistics 24, 787-808 "
            "(invariance under the maps of the half-plane)"
        ),
        proof=(
            "Two points of the half-plane lie on one geodesic: m constant and s = exp(t), or m = R tanh t, "
            "s = R / cosh t up to a shift of m. On the former log(s / (s^2 + c^2)) = -log(exp(t) + c^2 exp(-t)), and "
            "log s = t. On the latter it is -log((R - c)^2 exp(t) + (R + c)^2 exp(-t)) but for a constant, and "
            "log s = -log cosh t but for a constant. Logarithms of sums of exponentials are convex, at all t and c."
        ),
        checked=(
            "both identities and the signs of the second derivatives in t by algebra, and those in balls for "
            "|t| <= 4 and |c| <= 50 R"
        ),
    )
}


@dataclass(frozen=True)
class HalfPlane:
    """The numbers with which a log-density is of the form in the lemma."""

    k: Expr
    a: Expr
    b: Expr


@lru_cache(maxsize=256)
def on_half_plane(family: Family) -> HalfPlane | None:
    """Return the numbers of the form in the lemma that a family seems to have; ``is_on_half_plane`` proves them.

    >>> from thetahat import family
    >>> on_half_plane(family("student_t").fix(nu=3))
    HalfPlane(k=3, a=2, b=1)
    """
    if len(family.symbols) != 2 or family.beside or family.constants or family.bounds.free_symbols:
        return None
    (place, scale), beside = family.symbols, Dummy("u", real=True)
    slope = family.log_density.diff(place).subs(family.observation, place + beside)
    try:
        form = Poly(cancel(beside / slope), beside, scale)
    except (PolynomialError, ZeroDivisionError):
        return None
    if form.free_symbols_in_domain or set(form.as_dict()) != {(2, 0), (0, 2)}:
        return None
    k = form.coeff_monomial(scale**2) / form.coeff_monomial(beside**2)
    a = 1 / (2 * form.coeff_monomial(beside**2))
    b = cancel(scale * (family.log_density - a * _busemann(family, k)).diff(scale))
    found = HalfPlane(k, a, b)
    return found if is_on_half_plane(family, found) else None


def _busemann(family: Family, k: Expr) -> Expr:
    place, scale = family.symbols
    return log(scale / (k * scale**2 + (family.observation - place) ** 2))


def is_on_half_plane(family: Family, numbers: HalfPlane) -> bool:
    """Return whether the log-density is proved to be of the form in the lemma, but for a constant.

    >>> from thetahat import family
    >>> is_on_half_plane(family("cauchy"), HalfPlane(S.One, S.One, S.Zero))
    True
    >>> is_on_half_plane(family("cauchy"), HalfPlane(S.One, S.One, S.One))
    False
    """
    place, scale = family.parameters
    whole = place.bounds.lo is -oo and place.bounds.hi is oo and scale.bounds.lo == 0 and scale.bounds.hi is oo
    if not whole or not (numbers.k.is_positive and numbers.a.is_positive and numbers.b.is_nonnegative):
        return False
    rest = family.log_density - numbers.a * _busemann(family, numbers.k) - numbers.b * log(scale.symbol)
    return all(simplify(rest.diff(symbol)) is S.Zero for symbol in (place.symbol, scale.symbol))
