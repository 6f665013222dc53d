"""A power of the variable times a power of a quadratic, as powers of the quadratic: odd parts about its centre go."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Add, Expr, Integer, Mul, Poly, S, Symbol, binomial

from ..algebra.signs import Domain, is_positive
from ..algebra.size import cancelled


def in_quadratic_powers(part: Expr, x: Symbol, domain: Domain) -> tuple[Expr, list[tuple[Expr, int]]] | None:
    """Return ``q`` and pairs ``(c, k)``: under a density even about its centre, the mean is that of the ``c q**k``.

    The part is ``x**i q**-j`` with ``i <= 2 j``, which is bounded, and ``q = a (x - m)**2 + b``, positive. With
    ``u = x - m`` an even power of ``u`` is one of ``(q - b)/a``, and an odd one has mean zero. Else ``None``.

    >>> x = Symbol("x", real=True)
    >>> in_quadratic_powers(x**2 / (1 + x**2) ** 2, x, {})
    (x**2 + 1, [(-1, -2), (1, -1)])
    """
    found = _taken_apart(part, x)
    if found is None:
        return None
    i, q, j = found
    lead, middle, constant = Poly(q, x).all_coeffs()
    centre = cancelled(-middle / (2 * lead))
    least = cancelled(constant - lead * centre**2)
    if i > 2 * j or not (is_positive(lead, domain) and is_positive(least, domain)):
        return None
    powers: dict[int, Expr] = {}
    for even in range(0, i + 1, 2):
        weight = binomial(i, even) * centre ** (i - even)
        for k, coefficient in _in_powers_of(even // 2, lead, least):
            powers[k - j] = powers.get(k - j, S.Zero) + weight * coefficient
    return q, [(coefficient, k) for k, coefficient in sorted(powers.items())]


def _in_powers_of(half: int, lead: Expr, least: Expr) -> Iterator[tuple[int, Expr]]:
    """``((q - b) / a)**half`` by powers of ``q``."""
    for k in range(half + 1):
        yield k, binomial(half, k) * (-least) ** Integer(half - k) / lead**half


def centre_of(q: Expr, x: Symbol) -> Expr | None:
    """Return where a quadratic is least or greatest; ``None`` for other expressions.

    >>> x, a = Symbol("x"), Symbol("a")
    >>> centre_of((x - a) ** 2 + 3, x)
    a
    """
    if not q.is_polynomial(x) or Poly(q, x).degree() != 2:
        return None
    lead, middle, _ = Poly(q, x).all_coeffs()
    return cancelled(-middle / (2 * lead))


def _taken_apart(part: Expr, x: Symbol) -> tuple[int, Expr, int] | None:
    """``i``, ``q`` and ``j`` of ``x**i q**-j``."""
    i, bases = 0, list[tuple[Expr, int]]()
    for piece in Mul.make_args(part):
        base, power = piece.as_base_exp()
        if not power.is_Integer:
            return None
        if base == x and power > 0:
            i = int(power)
        elif power < 0 and isinstance(base, Add) and centre_of(base, x) is not None:
            bases.append((base, -int(power)))
        else:
            return None
    return (i, *bases[0]) if len(bases) == 1 else None
