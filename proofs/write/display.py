"""What is shown of an expression: which atoms are written out, what stands left of a relation, in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sympy import Add, Basic, Expr, Function, Integer, Mul, Pow, Rational, S, Symbol

from ..algebra.atoms import Covariance, Excess, Mean, Residual, atoms_of, rewrite_outside
from ..derivation import Label, Statistic

_KEPT = (Covariance, Excess, Residual)


@dataclass(frozen=True)
class Formula:
    """Labels and expressions, side by side; parameters in ``hatted`` are shown as estimates."""

    parts: tuple[Label | Basic, ...]
    hatted: frozenset[Symbol] = frozenset()


Part = str | Formula


def sign(text: str, latex: str = "") -> Label:
    """Return a piece of a formula that reads the same in text and in LaTeX, unless ``latex`` differs.

    >>> sign("<=", r"\\\\le").latex
    '\\\\\\\\le'
    """
    return Label(text, latex or text)


EQUALS = sign("=")
COMMA = sign(", ", ", ")


def equation(left: Label | Basic, right: Basic, hatted: frozenset[Symbol] = frozenset()) -> Formula:
    """Return the formula ``left = right``.

    >>> from sympy.abc import a
    >>> equation(sign("L"), a).parts[1].text
    '='
    """
    return Formula((left, EQUALS, right), hatted)


class Root(Function):
    """A square root that is printed as one: SymPy's own keeps apart what stands under it."""

    nargs = 1

    def _eval_is_extended_real(self) -> bool:
        return True


def joined_roots(expression: Expr) -> Expr:
    """Return ``expression`` with ``c sqrt(n) sqrt(u)`` joined under one root, for display.

    >>> from sympy import sqrt
    >>> joined_roots(sqrt(2) * sqrt(Symbol("t", positive=True)) / 2)
    Root(t/2)
    """
    return rewrite_outside(expression, _joined)


def _joined(node: Expr) -> Expr:
    if not isinstance(node, Mul):
        return node
    number, rest = node.as_coeff_Mul()
    roots = [f for f in rest.args if isinstance(f, Pow) and abs(f.exp) == Rational(1, 2)] if isinstance(rest, Mul) else []
    if len(roots) < 2 or not any(root.base.is_Rational for root in roots) or not number.is_Rational:
        return node
    inside = Mul(number**2, *(root**2 for root in roots))
    others = Mul(*(f for f in rest.args if f not in roots))
    return Mul(-1 if number < 0 else 1, others, Root(inside))


def written_out(expression: Expr) -> Expr:
    """Return ``expression`` as a textbook writes it: variances and averages of squares stay, other atoms go.

    >>> from thetahat.proofs.algebra.atoms import JensenGap
    >>> from sympy import log
    >>> x = Symbol("x", positive=True)
    >>> written_out(1 - JensenGap(x, log(x), x))
    -log(Mean(x, x)) + Mean(log(x), x) + 1
    """

    def open_up(node: Expr) -> Expr:
        return node.definition() if hasattr(node, "definition") and not isinstance(node, _KEPT) else node

    return rewrite_outside(expression, open_up)


def unfolded(expression: Basic, statistics: tuple[Statistic, ...]) -> Basic:
    """Return ``expression`` with statistics replaced by what they are, written out.

    >>> t, x = Symbol("t"), Symbol("x", real=True)
    >>> unfolded(t + 1, (Statistic(t, Mean(x, x)),))
    Mean(x, x) + 1
    """
    for statistic in reversed(statistics):
        expression = expression.subs(statistic.symbol, statistic.definition)
    return written_out(expression)


def two_sides(expression: Expr, unknowns: frozenset[Symbol]) -> Formula:
    """Return ``expression = 0`` with what contains no unknown on the right.

    >>> a, t = Symbol("a"), Symbol("t")
    >>> [str(part) for part in two_sides(t - a, frozenset({a})).parts if isinstance(part, Expr)]
    ['a', 't']
    """
    right, left = expression.expand().as_independent(*unknowns, as_Add=True)
    if right.is_number and right != 0 and len(Add.make_args(left)) > 1:
        left, right = expression, S.Zero
    if left.could_extract_minus_sign():
        left, right = -left, -right
    return equation(left, -right)


def positive(expression: Expr, words: str) -> Formula | None:
    """Return the inequality ``expression > 0`` with what depends on data on its left; ``None`` where ``words`` say more.

    >>> x = Symbol("x", positive=True)
    >>> formula = positive(1 - Mean(x, x), "mean(x) < 1")
    >>> [part.text if isinstance(part, Label) else str(part) for part in formula.parts]
    ['Mean(x, x)', '<', '1']
    """
    if " < " not in words and " > " not in words:
        return None
    folded = rewrite_outside(expression, _covariance)
    right, left = folded.expand(deep=False).as_independent(*_data_terms(folded), as_Add=True)
    if left.could_extract_minus_sign():
        return Formula((-left, sign("<", r"\lt"), right))
    return Formula((left, sign(">", r"\gt"), -right))


def _data_terms(expression: Expr) -> tuple[Expr, ...]:
    return tuple(atoms_of(expression))


def _covariance(node: Expr) -> Expr:
    """``mean(f g) - mean(f) mean(g)`` as a covariance, either sign."""
    if not isinstance(node, Add) or len(node.args) != 2:
        return node
    for product, rest in (node.args, node.args[::-1]):
        sign_, factors = product.as_coeff_Mul()
        pair = _two_means(factors)
        whole = rest / -sign_
        if pair is None or abs(sign_) != 1 or not isinstance(whole, Mean):
            continue
        f, g = pair
        if whole == Mean(f.integrand * g.integrand, *f.data):
            return -sign_ * Covariance(*sorted((f.integrand, g.integrand), key=str), *f.data)
    return node


def _two_means(expression: Expr) -> tuple[Any, Any] | None:
    if isinstance(expression, Pow) and expression.exp == Integer(2) and isinstance(expression.base, Mean):
        return expression.base, expression.base
    if isinstance(expression, Mul) and len(expression.args) == 2 and all(isinstance(f, Mean) for f in expression.args):
        return expression.args
    return None


class PositiveFirst:
    """For printers: a sum opens with a positive term where it has one."""

    def _as_ordered_terms(self, expression: Expr, order: Any = None) -> list[Expr]:
        terms: list[Expr] = super()._as_ordered_terms(expression, order=order)  # type: ignore[misc]
        if not terms[0].could_extract_minus_sign():
            return terms
        first = next((term for term in terms if not term.could_extract_minus_sign()), terms[0])
        return [first, *(term for term in terms if term is not first)]
