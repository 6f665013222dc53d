"""Shorter forms that are equal on a domain: expressions tidied, equations cleared of what cannot vanish."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from sympy import Add, Dummy, Expr, Mul, Pow, S, Symbol, cancel, cos, factor_terms, fraction, log, numer, sin

from .atoms import atoms_of
from .logs import split_logs
from .refute import Items
from .signs import Domain, is_nonzero
from .size import factored, is_small, joined, shortest


def tidy(value: Expr, domain: Domain) -> Expr:
    """Return a shorter equal form, by factoring, cancelling and splitting logarithms only.

    >>> a, b = Symbol("a", positive=True), Symbol("b", positive=True)
    >>> tidy((a**2 - b**2) / (a - b), {})
    a + b
    """
    return value if not value.args else _tidy(value, tuple(domain.items()))


@lru_cache(maxsize=4096)
def _tidy(value: Expr, items: Items) -> Expr:
    split = split_logs(value, dict(items)) if value.has(log) else value
    masks = {atom: _mask(atom) for atom in atoms_of(split)}
    split = split.xreplace(masks)
    forms = [split]
    if sums := {p.base: None for p in split.atoms(Pow) if p.base.is_Add and p.exp.is_Rational and p.exp < 0}:
        split = _gathered(split, sums)
        forms = [split]
    if split.is_rational_function(*split.free_symbols):
        forms += [factored(split), _spread(factored(split))] if is_small(split) else []
    else:
        forms += [joined(split), factor_terms(joined(split))]
    if angles := {node.args[0] for node in split.atoms(cos)} & {node.args[0] for node in split.atoms(sin)}:
        circle = {cos(angle) ** 2: 1 - sin(angle) ** 2 for angle in angles}
        forms += [cancel(factored(form).subs(circle)) for form in tuple(forms) if is_small(form)]
    unmasked = [form.xreplace({mask: atom for atom, mask in masks.items()}) for form in forms]
    return shortest(unmasked)


def _gathered(expression: Expr, sums: Collection[Expr]) -> Expr:
    """The terms of a sum that contain the same power of one of ``sums`` put together; also under a product or power."""
    if isinstance(expression, (Mul, Pow)):
        return expression.func(*(_gathered(arg, sums) for arg in expression.args))
    groups: dict[Expr, list[Expr]] = {}
    for term in Add.make_args(expression):
        powers = [part for part in Mul.make_args(term) if part.as_base_exp()[0] in sums]
        shared = powers[0] if powers else S.One
        groups.setdefault(shared, []).append(term / shared)
    return Add(*(shared * Add(*terms) for shared, terms in groups.items()))


def _spread(product: Expr) -> Expr:
    """A factored fraction with numerator and denominator multiplied out."""
    top, bottom = fraction(product)
    return top.expand() / bottom.expand()


@lru_cache(maxsize=2048)
def _mask(atom: Expr) -> Symbol:
    """A plain symbol with the sign of the atom, so that no rewriting reaches inside; the same one each time."""
    signs = {key: True for key in ("positive", "negative", "nonnegative") if getattr(atom, f"is_{key}")}
    return Dummy(**(signs or {"real": True}))


def cleared(equation: Expr, domain: Domain, nonzero: Collection[Expr] = ()) -> Expr:
    """Return ``equation`` without its denominators and without factors proved to be nonzero on ``domain``.

    ``nonzero`` are expressions known not to vanish for another reason; factors equal to one of them, or to minus one,
    are left out as well.

    >>> s, t = Symbol("s", positive=True), Symbol("t", positive=True)
    >>> cleared(-2 / s + t / s**3, {})
    -2*s**2 + t
    >>> cleared(s**2 - s * t, {}, [t - s])
    1
    """
    return _cleared(equation, tuple(domain.items()), tuple(nonzero))


@lru_cache(maxsize=2048)
def _cleared(equation: Expr, items: Items, nonzero: tuple[Expr, ...]) -> Expr:
    domain = dict(items)
    known = {part.expand() for one in nonzero for part in (one, -one)}

    def without(product: Expr) -> Expr:
        parts = Mul.make_args(product)
        return Mul(*(p for p in parts if not is_nonzero(p, domain) and not (known and p.expand() in known)))

    again = without(factor_terms(numer(joined(equation))))
    if again.is_Add and again.is_polynomial(*(s for s in again.free_symbols)):
        again = without(factored(again))
    return again
