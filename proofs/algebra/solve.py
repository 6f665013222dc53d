"""Solves one equation for one unknown by named rules, and says by which; never guesses a branch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache

from sympy import (
    Abs,
    Add,
    Dummy,
    Expr,
    Function,
    LambertW,
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
    factor_terms,
    fraction,
    log,
    numer,
    powdenest,
    powsimp,
    sign,
    sin,
    sqrt,
    tanh,
)

from .atoms import Mean, Quantile, atoms_of
from .derivatives import derivative
from .lambert import lambert_roots
from .logs import split_logs
from .refute import Items
from .roots import Root
from .signs import Domain, is_negative, is_nonnegative, is_nonzero, is_positive, strict_sign
from .size import factored, is_small, joined, operations, shortest

# Nobody's symbols, whatever they are called: they stand in for a function of the unknown.
_POSITIVE, _REAL = Dummy("g", positive=True), Dummy("g", real=True)
_SINE, _COSINE = Dummy("s", real=True), Dummy("c", real=True)


def solve_one(equation: Expr, unknown: Symbol, domain: Domain) -> tuple[Root, ...]:
    """Return the roots of ``equation`` in ``unknown`` that some rule finds; empty where no rule applies.

    Every value is free of ``unknown``. Roots proved to lie outside the domain are left out.

    >>> from sympy import Interval, oo
    >>> from thetahat.proofs.bounds import bounds
    >>> s, t = Symbol("s", positive=True), Symbol("t", positive=True)
    >>> solve_one(-2 / s + t / s**3, s, {s: bounds(Interval.open(0, oo))})
    (Root(value=sqrt(2)*sqrt(t)/2, rule='single occurrence', only=True),)
    """
    return _solved(equation, unknown, tuple(domain.items())) or ()


@lru_cache(maxsize=2048)
def _solved(equation: Expr, unknown: Symbol, items: Items) -> tuple[Root, ...] | None:
    """Every root inside the domain, or ``None`` where no rule finds all of them."""
    clear = cleared(equation, dict(items))
    factors = list(dict.fromkeys(_base(part) for part in Mul.make_args(clear) if unknown in part.free_symbols))
    if len(factors) == 1:
        return _solved_as_one((factors[0], clear.expand(), equation), unknown, dict(items))
    # A product vanishes where any of its factors does: the roots of one of them are not all.
    each = [_solved(factor, unknown, items) for factor in factors]
    if not each or None in each:
        return None
    roots = tuple(root for found in each for root in found or ())
    return roots if len(roots) == 1 else tuple(replace(root, only=False) for root in roots)


def _base(factor: Expr) -> Expr:
    return factor.base if isinstance(factor, Pow) and factor.exp.is_positive else factor


def _solved_as_one(shapes: Sequence[Expr], unknown: Symbol, domain: Domain) -> tuple[Root, ...] | None:
    """The roots by the first rule that finds some, in one of several forms of an equation without other factors."""
    solved = False
    for shape in dict.fromkeys(shapes):
        averaged = any(unknown in atom.free_symbols for atom in atoms_of(shape))
        # A rule that looks for functions of the unknown would find them under the bar, where data are bound.
        for rule in (
            (_peeled, _two_terms, _quantile) if averaged else (_peeled, _two_terms, _polynomial, _angle, lambert_roots)
        ):
            roots = [root for root in rule(shape, unknown, domain) if unknown not in root.value.free_symbols]
            kept = tuple(root for root in roots if not _outside(root.value, unknown, domain))
            if kept:
                # Each rule gives every root of the equation: where the others lie outside, one is the only one.
                return (replace(kept[0], only=True),) if len(kept) == 1 < len(roots) else kept
            solved = solved or bool(roots)
    return () if solved else None


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


def _outside(value: Expr, unknown: Symbol, domain: Domain) -> bool:
    """Whether the root is proved to lie outside the domain of the unknown, or is no real number."""
    # SymPy 1.14 says of W_{-1}(z) that it is not real for every negative z.
    unreal = value.is_extended_real is False and not value.has(LambertW)
    if unreal or value.has(S.ComplexInfinity, S.NaN, S.Infinity, S.NegativeInfinity):
        return True
    ends = domain.get(unknown)
    rest = {symbol: b for symbol, b in domain.items() if symbol != unknown}
    if ends is None:
        return False
    beyond = [] if ends.lo.is_infinite else [(ends.lo - value, ends.lo_closed)]
    beyond += [] if ends.hi.is_infinite else [(value - ends.hi, ends.hi_closed)]
    return any(is_positive(gap, rest) if closed else is_nonnegative(gap, rest) for gap, closed in beyond)


def _peeled(equation: Expr, unknown: Symbol, domain: Domain) -> list[Root]:
    """Undo one function after the other where the unknown occurs once."""
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
    roots = _polynomial(top, unknown, domain) if top.is_polynomial(unknown) else []
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


def _two_terms(equation: Expr, unknown: Symbol, domain: Domain) -> list[Root]:
    """``A + B = 0`` with the unknown in both: ``-A / B = 1``, then logarithms."""
    if not isinstance(equation, Add) or len(equation.args) != 2:
        return []
    first, second = equation.args
    ratio = powsimp(-first / second, force=False)
    if unknown not in ratio.free_symbols:
        return []
    simple = _peeled(ratio - 1, unknown, domain)
    if simple:
        return [Root(root.value, "ratio of two terms", root.only) for root in simple]
    if not is_positive(ratio, domain):
        return []
    logged = expand_log(log(ratio))
    return [Root(root.value, "ratio of two terms", root.only) for root in _peeled(logged, unknown, domain)]


def _polynomial(equation: Expr, unknown: Symbol, domain: Domain) -> list[Root]:
    """A polynomial of degree one or two in the unknown or in one function of it."""
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
                found += [Root(r.value, rule, only and r.only) for r in _peeled(generator - value, unknown, domain)]
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
    if generator.is_positive or is_positive(generator, domain):
        # A negative product of the two roots leaves exactly one positive root.
        if is_negative(c, domain) and is_positive(a, domain):
            return [(both[0][0], "quadratic, the positive root", True)]
        if is_positive(c, domain) and is_negative(a, domain):
            return [(both[1][0], "quadratic, the positive root", True)]
    return both


def _angle(equation: Expr, unknown: Symbol, domain: Domain) -> list[Root]:
    """``a sin(u) + b cos(u) = 0`` on a circle: two opposite angles."""
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


def _quantile(equation: Expr, unknown: Symbol, domain: Domain) -> list[Root]:
    """``a Mean(sign(v)) + c = 0``, where ``v = 0`` says ``u = h(x)`` with a monotone ``h``: a quantile of the data."""
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
    places = _peeled(inside, unknown, domain)
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
