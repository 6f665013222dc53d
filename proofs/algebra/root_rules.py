"""The rules by which one equation is solved for one unknown: each gives every root, or none where it does not apply."""

from __future__ import annotations

from sympy import (
    Abs,
    Add,
    Dummy,
    Expr,
    Function,
    Mul,
    Poly,
    PolynomialError,
    Pow,
    S,
    Symbol,
    atan2,
    cancel,
    cos,
    exp,
    expand_log,
    fraction,
    log,
    powdenest,
    powsimp,
    sign,
    sin,
    sqrt,
    tanh,
)

from .atoms import Mean, Quantile, atoms_of
from .derivatives import derivative
from .roots import Root
from .signs import Domain, is_negative, is_nonnegative, is_positive, strict_sign
from .size import factored, is_joinable, joined, operations
from .tidying import tidy

# Nobody's symbols, whatever they are called: they stand in for a function of the unknown.
_POSITIVE, _REAL = Dummy("g", positive=True), Dummy("g", real=True)
_SINE, _COSINE = Dummy("s", real=True), Dummy("c", real=True)


def peeled(equation: Expr, unknown: Symbol, domain: Domain) -> list[Root]:
    """Return the root where the unknown occurs once: one function after the other is undone.

    >>> s, t = Symbol("s", positive=True), Symbol("t", real=True)
    >>> peeled(log(s) - t, s, {})
    [Root(value=exp(t), rule='single occurrence', only=True)]
    """
    left, right, only = equation, S.Zero, True
    while left != unknown:
        bound = left
        if isinstance(left, Add):
            free, bound = left.as_independent(unknown, as_Add=True)
            right = right - free
            if isinstance(bound, Add):
                return _inside(bound, right, unknown, domain, only) if left != equation else []
        elif isinstance(left, Mul):
            free, bound = left.as_independent(unknown, as_Add=False)
            right = right / free
            if isinstance(bound, Mul):
                return _inside(bound, right, unknown, domain, only) if left != equation else []
        else:
            undone = _undo(left, unknown, right, domain)
            if undone is None:
                return []
            bound, right, unique = undone
            only = only and unique
        left = bound
    return [Root(tidy(right, domain), "single occurrence", only)]


def _inside(left: Expr, right: Expr, unknown: Symbol, domain: Domain, only: bool) -> list[Root]:
    """Where functions were undone and the unknown occurs several times in what is left: a polynomial, if it is one."""
    if any(unknown in atom.free_symbols for atom in atoms_of(left)):
        return []
    top = fraction(joined(left - right))[0].expand()
    roots = polynomial_roots(top, unknown, domain) if top.is_polynomial(unknown) else []
    return [Root(root.value, f"single occurrence, then {root.rule}", only and root.only) for root in roots]


def _undo(left: Expr, unknown: Symbol, right: Expr, domain: Domain) -> tuple[Expr, Expr, bool] | None:
    """Invert the outermost function of ``left = right``; the flag says that no other branch is in the domain."""
    if isinstance(left, exp):
        return left.args[0], log(right), True
    if isinstance(left, log):
        return left.args[0], exp(right), True
    if isinstance(left, tanh):
        # The inverse as a logarithm, of which it is known elsewhere that its argument has to be positive.
        return left.args[0], log((1 + right) / (1 - right)) / 2, True
    if isinstance(left, Pow):
        base, exponent = left.as_base_exp()
        if unknown not in exponent.free_symbols:
            if is_positive(base, domain):
                return base, powdenest(tidy(right, domain) ** (1 / exponent)), True
            if exponent.is_Integer and exponent.is_odd:
                return base, _odd_root(tidy(right, domain), exponent, domain), True
            return None
        if unknown not in base.free_symbols and is_positive(base, domain):
            return exponent, log(right) / log(base), True
    return None


def _odd_root(value: Expr, exponent: Expr, domain: Domain) -> Expr:
    """The real root, which has the sign of the value; a power of a negative number is the complex principal one."""
    if abs(exponent) == 1 or is_nonnegative(value, domain):
        return powdenest(value ** (1 / exponent))
    return sign(value) * Abs(value) ** (1 / exponent)


def two_terms(equation: Expr, unknown: Symbol, domain: Domain) -> list[Root]:
    """Return the root of ``A + B = 0`` with the unknown in both: ``-A / B = 1``, then logarithms.

    >>> s, t = Symbol("s", positive=True), Symbol("t", positive=True)
    >>> two_terms(exp(-s) - t * exp(s), s, {})
    [Root(value=-log(t)/2, rule='ratio of two terms', only=True)]
    """
    if not isinstance(equation, Add) or len(equation.args) != 2:
        return []
    first, second = equation.args
    ratio = powsimp(-first / second, force=False)
    if unknown not in ratio.free_symbols:
        return []
    simple = peeled(ratio - 1, unknown, domain)
    if simple:
        return [Root(root.value, "ratio of two terms", root.only) for root in simple]
    if not is_positive(ratio, domain):
        return []
    logged = expand_log(log(ratio))
    return [Root(root.value, "ratio of two terms", root.only) for root in peeled(logged, unknown, domain)]


def polynomial_roots(equation: Expr, unknown: Symbol, domain: Domain) -> list[Root]:
    """Return the roots of a polynomial of degree one or two in the unknown, or in one function of it.

    >>> s, t = Symbol("s", positive=True), Symbol("t", positive=True)
    >>> [root.rule for root in polynomial_roots(s**2 + s - t, s, {})]
    ['quadratic, the positive root']
    """
    if not is_joinable(equation):
        return []
    for generator in _generators(equation, unknown):
        stand_in = _POSITIVE if generator.is_positive else _REAL
        replaced = (
            equation.subs(generator, stand_in) if generator != unknown else equation.xreplace({unknown: stand_in})
        )
        if unknown in replaced.free_symbols:
            continue
        try:
            polynomial = Poly(replaced, stand_in)
        except PolynomialError:
            continue
        if polynomial.degree() not in (1, 2):
            continue
        values = _low_degree(polynomial, generator, domain)
        found: list[Root] = []
        for value, rule, only in values:
            if generator == unknown:
                found.append(Root(tidy(value, domain), rule, only))
            else:
                found += [Root(r.value, rule, only and r.only) for r in peeled(generator - value, unknown, domain)]
        if found:
            return found
    return []


def _generators(equation: Expr, unknown: Symbol) -> list[Expr]:
    found: list[Expr] = [unknown]
    for node in equation.atoms(Pow, exp, log, Function):
        if unknown in node.free_symbols and not isinstance(node, (Mean, Quantile)) and node not in found:
            found.append(node)
    return sorted(found, key=lambda node: (operations(node), node.sort_key()))


def _low_degree(polynomial: Poly, generator: Expr, domain: Domain) -> list[tuple[Expr, str, bool]]:
    if polynomial.degree() == 1:
        slope, constant = polynomial.all_coeffs()
        return [(-constant / slope, "linear", True)]
    a, b, c = polynomial.all_coeffs()
    discriminant = factored(b**2 - 4 * a * c)
    if is_negative(discriminant, domain):
        return []
    both = [((-b + s * sqrt(discriminant)) / (2 * a), "quadratic", False) for s in (1, -1)]
    turn = strict_sign(b, domain)
    if turn and not strict_sign(a, domain):
        # Where the first coefficient vanishes, the root that stays is written so that it still has a value.
        near = -2 * c / (b + turn * sqrt(discriminant))
        both = [(near, "quadratic", False), both[0 if turn < 0 else 1]]
    if generator.is_positive or is_positive(generator, domain):
        # A negative product of the two roots leaves exactly one positive root.
        if is_negative(c, domain) and is_positive(a, domain):
            return [(both[0][0], "quadratic, the positive root", True)]
        if is_positive(c, domain) and is_negative(a, domain):
            return [(both[1][0], "quadratic, the positive root", True)]
    return both


def opposite_angles(equation: Expr, unknown: Symbol, domain: Domain) -> list[Root]:
    """Return the two roots of ``a sin(u) + b cos(u) = 0`` on a circle.

    >>> u, a, b = Symbol("u", real=True), Symbol("a", real=True), Symbol("b", real=True)
    >>> [root.value for root in opposite_angles(a * sin(u) - b * cos(u), u, {})]
    [atan2(-b, -a), atan2(b, a)]
    """
    if not equation.has(sin) or not equation.has(cos):
        return []
    s, c = _SINE, _COSINE
    plain = equation.expand().subs({sin(unknown): s, cos(unknown): c})
    if unknown in plain.free_symbols or not plain.is_polynomial(s, c):
        return []
    polynomial = Poly(plain, s, c)
    if polynomial.total_degree() != 1 or polynomial.coeff_monomial(1) != 0:
        return []
    a, b = polynomial.coeff_monomial(s), polynomial.coeff_monomial(c)
    y, x = _without_common_factor(b, -a, domain)
    return [Root(atan2(y, x), "angle", False), Root(atan2(-y, -x), "angle, opposite", False)]


def _without_common_factor(first: Expr, second: Expr, domain: Domain) -> tuple[Expr, Expr]:
    shared = [p for p in Mul.make_args(first) if p in Mul.make_args(second) and is_positive(p, domain)]
    scale = Mul(*shared)
    return first / scale, second / scale


def quantile_root(equation: Expr, unknown: Symbol, domain: Domain) -> list[Root]:
    """Return the root of ``a Mean(sign(v)) + c = 0``: a quantile, if ``v = 0`` is ``u = h(x)`` with a monotone ``h``.

    >>> u, x = Symbol("u", real=True), Symbol("x", real=True)
    >>> [root.value for root in quantile_root(Mean(sign(x - u), x), u, {})]
    [Quantile(1/2, x)]
    """
    atoms = [atom for atom in atoms_of(equation) if unknown in atom.free_symbols]
    if len(atoms) != 1 or not isinstance(atoms[0], Mean) or not isinstance(atoms[0].integrand, sign):
        return []
    atom = atoms[0]
    inside = atom.integrand.args[0]
    variable = atom.data[0] if len(atom.data) == 1 else None
    stand_in = _REAL
    replaced = equation.xreplace({atom: stand_in})
    if (
        variable is None
        or unknown in replaced.free_symbols
        or derivative(inside, unknown).free_symbols - {variable, unknown}
    ):
        # A parameter as the multiple would have the average of the sign in its score, which is zero up to ties only.
        return []
    places = peeled(inside, unknown, domain)
    slope = derivative(replaced, stand_in)
    rising = strict_sign(derivative(inside, variable), domain)
    if (
        stand_in in slope.free_symbols
        or not places
        or not rising
        or not strict_sign(derivative(inside, unknown), domain)
    ):
        return []
    average = rising * cancel(-replaced.subs(stand_in, 0) / slope)
    # The sign averages to 1 - 2 * level where the share of observations below is the level.
    quantile = Quantile(factored((1 - average) / 2), variable)
    return [Root(places[0].value.xreplace({variable: quantile}), "quantile", True)]
