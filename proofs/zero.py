"""Proves that an expression vanishes identically, or refutes it: by algebra first, then in balls."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sympy import (
    Abs,
    Add,
    Dummy,
    Expr,
    LambertW,
    Max,
    Min,
    Mul,
    Piecewise,
    Poly,
    Pow,
    S,
    cos,
    exp,
    expand_func,
    factorial,
    floor,
    log,
    polygamma,
    sin,
    together,
)

from .algebra.atoms import Indicator, atoms_of, plain
from .algebra.logs import normal_form, split_logs
from .algebra.primes import has_powers_of_numbers, vanishes_by_primes
from .algebra.refute import signs_seen
from .algebra.signs import Domain, is_positive
from .algebra.size import cancelled, has_nested_quotients, is_joinable, is_small, is_spreadable, joined
from .ball_data import Values, is_zero_at
from .derivation import Evidence, Finding

Point = tuple[Values, Sequence[Values]]


def prove_zero(expression: Expr, domain: Domain, points: Callable[[], Sequence[Point]]) -> Finding:
    """Return by what ``expression`` is proved to be zero on ``domain``, or what refutes it.

    ``points`` gives values of the free symbols, each with data for the averages; it is asked for only where algebra
    does not decide. A ball that excludes zero refutes; balls around zero support, and are labelled so.

    >>> from sympy.abc import a
    >>> prove_zero((a + 1) ** 2 - a**2 - 2 * a - 1, {}, lambda: []).evidence
    <Evidence.ALGEBRA: 'algebra'>
    >>> prove_zero(a - 1, {}, lambda: [({a: 3}, ())]).evidence
    <Evidence.REFUTED: 'refuted'>
    """
    if _vanishes(expression, domain):
        return Finding(Evidence.ALGEBRA)
    supported = 0
    for values, sample in points():
        verdict = is_zero_at(expression, values, sample)
        if verdict is False:
            return Finding(Evidence.REFUTED, f"not zero at {_shown(values)}")
        supported += verdict is True
    if supported:
        return Finding(Evidence.BALL, f"zero to 30 digits at {supported} random points")
    return Finding(Evidence.UNDECIDED, "neither algebra nor balls decide")


def _shown(values: Values) -> str:
    return ", ".join(f"{symbol} = {value}" for symbol, value in values.items())


def _vanishes(expression: Expr, domain: Domain) -> bool:
    if expression == 0:
        return True
    whole = _powers(_in_moduli(plain(expression)))
    # An average is not a free value, so that balls at free values refute only what contains none.
    if not atoms_of(whole) and signs_seen(whole, tuple(domain.items())):
        return False
    if vanishes_by_primes(whole):
        return True
    if has_nested_quotients(whole) and _numerator(whole, domain) == 0:
        # Multiplied out, each denominator in another stays in every term: one fraction is far shorter.
        return True
    for rewrite in (_one_root, _expanded, _arguments, _split, _numerator, _special, _exponentiated):
        whole = rewrite(whole, domain)
        if whole == 0:
            return True
    return False


def _in_moduli(expression: Expr) -> Expr:
    """``2 max(a, b) = a + b + |a - b|`` and ``2 min(a, b) = a + b - |a - b|``, of real numbers, also under a bar."""

    def modulus(node: Expr) -> Expr:
        first, second = node.args
        return (first + second + (1 if isinstance(node, Max) else -1) * Abs(first - second)) / 2

    return expression.replace(lambda node: isinstance(node, (Max, Min)) and len(node.args) == 2, modulus)


def _powers(expression: Expr) -> Expr:
    """``exp(c log(b) + d) = b**c exp(d)`` for positive ``b``."""

    def power(node: Expr) -> Expr:
        terms = Add.make_args(node.args[0].expand(log=False))
        logs = {
            term: [f for f in Mul.make_args(term) if isinstance(f, log) and f.args[0].is_positive] for term in terms
        }
        if not any(len(found) == 1 for found in logs.values()):
            return node
        powers = (Pow(found[0].args[0], term / found[0]) for term, found in logs.items() if len(found) == 1)
        return Mul(*powers, exp(Add(*(term for term, found in logs.items() if len(found) != 1))))

    return expression.replace(lambda node: isinstance(node, exp), power, simultaneous=False)


def _one_root(expression: Expr, domain: Domain) -> Expr:
    """Zero where all that is not rational is one square root, and both parts of the numerator, ``u + v r``, vanish."""
    halves = {node for node in expression.atoms(Pow) if node.exp.is_Rational and node.exp.q == 2}
    radicands = {node.base for node in halves}
    if len(radicands) != 1 or not is_joinable(expression):
        return expression
    (radicand,), root = radicands, Dummy("root", positive=True)
    numerator = joined(expression.xreplace({node: root**node.exp.p for node in halves})).as_numer_denom()[0]
    if not numerator.is_polynomial(root):
        return expression
    parts = [S.Zero, S.Zero]
    for (power,), coefficient in Poly(numerator, root).terms():
        parts[power % 2] += coefficient * radicand ** (power // 2)
    return S.Zero if all(joined(part).as_numer_denom()[0].expand() == 0 for part in parts) else expression


def _expanded(expression: Expr, domain: Domain) -> Expr:
    if not is_spreadable(expression):
        return expression
    return expression.expand(log=False, func=False, trig=False, power_base=False)


def _arguments(expression: Expr, domain: Domain) -> Expr:
    """Under a function that algebra does not open, equal quotients have to be written alike."""
    return expression.replace(
        lambda e: isinstance(e, (exp, LambertW)),
        lambda e: e.func(cancelled(e.args[0])),
    )


def _split(expression: Expr, domain: Domain) -> Expr:
    # Without these the numerator of one fraction decides at once.
    if not expression.has(log, Abs, Piecewise, Indicator) or not is_spreadable(expression):
        return expression
    return split_logs(normal_form(expression, (), domain), domain).expand()


def _numerator(expression: Expr, domain: Domain) -> Expr:
    # Of nested roots in long fractions the numerator has more terms than there is time for.
    possible = is_joinable(expression) and not has_powers_of_numbers(expression)
    return joined(expression).as_numer_denom()[0].expand() if possible else expression


def _special(expression: Expr, domain: Domain) -> Expr:
    """``sin^2 + cos^2 = 1``, ``exp(W(z)) = z / W(z)``, recurrences of gamma and digamma."""
    out = expression.replace(
        lambda e: isinstance(e, exp) and isinstance(e.args[0], LambertW), lambda e: e.args[0].args[0] / e.args[0]
    )
    angles = {node.args[0] for node in out.atoms(sin, cos)}
    out = out.subs({cos(angle) ** 2: 1 - sin(angle) ** 2 for angle in angles})
    if out.has(polygamma):
        out = expand_func(out).replace(lambda e: isinstance(e, polygamma) and e.args[1].is_Rational, _lowered)
    return _numerator(out, domain)


def _lowered(node: Expr) -> Expr:
    """``psi^(m)(z + 1) = psi^(m)(z) + (-1)**m m! / z**(m + 1)`` down to a fraction, of which SymPy knows some."""
    order, z = node.args
    steps = range(int(floor(z))) if 1 < z < 20 else ()
    least = z - len(steps)
    rungs = ((-1) ** order * factorial(order) / (least + i) ** (order + 1) for i in steps)
    return polygamma(order, least) + Add(*rungs) if least > 0 else node


def _exponentiated(expression: Expr, domain: Domain) -> Expr:
    """``r + c log(a) + d log(b)``, a real number, is zero exactly where ``exp(r) a**c b**d`` is one; ``a, b > 0``."""
    terms = Add.make_args(expression)
    parts = [[factor for factor in Mul.make_args(term) if isinstance(factor, log)] for term in terms]
    if not all(found and is_positive(found[0].args[0], domain) for found in parts) or len(terms) < 2:
        return expression
    product = Mul(*(Pow(found[0].args[0], term / found[0]) for term, found in zip(terms, parts, strict=True)))
    top, bottom = together(product.expand(power_base=True)).as_numer_denom()
    return (top.expand() - bottom.expand()).expand() if is_small(product) else expression
