"""How claims on signs and ranks are re-proved: by the form of a matrix, and by what is known to be positive."""

from __future__ import annotations

from sympy import Basic, Expr, S, Tuple

from ..derivation import Evidence, Finding, Step
from .family import StructuredFamily
from .lemmas import positive_definite
from .naming import renamed, subject_of
from .pieces import expression
from .terms import Average, Datum, Inverse, Matrix, Trace, Transposed, shape
from .words import Words, scalar, words

Steps = tuple[Step, ...]


def check_pieces(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The divergence is a sum of terms, none of which can be negative, and all are zero only between equal members."""
    (split,) = given
    pieces = step.named("pieces")
    if split.rule != "divergence" or split.subject != subject_of(step):
        return Finding(Evidence.REFUTED, "does not rest on the divergence")
    total = sum((expression(piece) for piece in pieces), S.Zero)
    if scalar(total - step.value) != 0 or scalar(step.value - split.value) != 0:
        return Finding(Evidence.REFUTED, "the terms do not add up to the divergence")
    for piece in pieces:
        if not _never_negative(piece):
            return Finding(Evidence.UNDECIDED, f"{expression(piece)} is not seen to be at least 0")
    needs = set(step.named("needs"))
    settled = {term for term in subject_of(step) for piece in pieces if _settles(piece, term, needs)}
    if settled != set(subject_of(step)):
        return Finding(Evidence.UNDECIDED, f"{set(subject_of(step)) - settled} may differ although all terms are zero")
    return Finding(Evidence.SIGN)


def _never_negative(piece: Tuple) -> bool:
    kind, factor, *rest = piece
    if not factor.is_positive:
        return False
    if kind.name == "stein":
        return all(positive_definite(one) for one in rest)
    return kind.name == "square" and positive_definite(rest[0]) and positive_definite(rest[2])


def _settles(piece: Tuple, term: Expr, needs: set[Basic]) -> bool:
    """Whether the term of the divergence is zero only where the parameter is the same in both members."""
    kind, _, *rest = piece
    first, second = renamed(term, "0"), renamed(term, "1")
    if kind.name == "square":
        return _is_difference(words(rest[1]), first, second, needs)
    ratio = words(rest[0] * rest[1])
    if len(ratio) != 1:
        return False
    (word, factor), *_ = ratio.items()
    if not isinstance(term, Matrix):
        return not word and factor in (first / second, second / first)
    bodies = {(letter.body, letter.inverse) for letter in word}
    plain = bodies in ({(first, False), (second, True)}, {(first, True), (second, False)})
    return len(word) == 2 and plain and factor == 1


def _is_difference(found: Words, first: Expr, second: Expr, needs: set[Basic]) -> bool:
    """``C (first - second)`` with ``C`` absent or of full column rank."""
    if len(found) != 2:
        return False
    by_body = {word[-1].body: (word, factor) for word, factor in found.items() if word and not word[-1].transposed}
    if set(by_body) != {first, second}:
        return False
    (one, a), (other, b) = by_body[first], by_body[second]
    front = one[:-1]
    if a + b != 0 or front != other[:-1] or not a.is_nonzero:
        return False
    return not front or (len(front) == 1 and front[0].body in needs and not front[0].transposed)


def check_gram(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The estimate equals a positive number times a square, or times an average of definite matrices."""
    (root,) = given
    if root.rule != "root" or root.subject != subject_of(step):
        return Finding(Evidence.REFUTED, "does not rest on the root")
    difference = step.value - root.value
    same = scalar(difference) == 0 if difference.is_commutative else not words(difference)
    if not same:
        return Finding(Evidence.REFUTED, "is not the estimate")
    if square_of(step.value) is None and not _average_of_definite(step.value):
        return Finding(Evidence.UNDECIDED, "is not seen to be a square")
    return Finding(Evidence.SIGN)


def square_of(value: Expr) -> Expr | None:
    """Return ``Z`` where the value, or its inverse, is a positive number times squares: ``Z Z'`` or ``Z' Z``.

    >>> x = Datum("x", 3)
    >>> square_of(Average(x * Transposed(x)) / 2)
    x
    """
    factor, inner = _parted(value.args[0] if isinstance(value, Inverse) else value)
    if not factor.is_positive or inner is None:
        return None
    while isinstance(inner, Average | Trace):
        inner = inner.args[0]
    parts = list(inner.args) if inner.is_Mul else []
    if len(parts) == 3 and value.is_commutative and positive_definite(parts[0]):
        parts = parts[1:]
    if len(parts) == 3 and positive_definite(parts[1]):
        parts = [parts[0], parts[2]]
    if len(parts) != 2:
        return None
    first, second = parts
    if second == Transposed(first):
        return first
    return second if first == Transposed(second) else None


def _parted(value: Expr) -> tuple[Expr, Expr | None]:
    """A number and the one average, trace or product that it multiplies."""
    if not value.is_commutative:
        factor, inner = value.args_cnc()
        return _multiplied(factor), _multiplied(inner) if inner else None
    factor, inner = value.as_independent(Average, Trace, as_Add=False)
    return factor, inner if isinstance(inner, Average | Trace) else None


def _multiplied(parts: list[Expr]) -> Expr:
    value = S.One
    for part in parts:
        value = value * part
    return value


def _average_of_definite(value: Expr) -> bool:
    factor, inner = _parted(value)
    core = inner.args[0] if isinstance(inner, Average) else None
    return bool(factor.is_positive and isinstance(core, Datum) and core.kind == "spd")


def check_orthogonal(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """The relation between residuals holds on all data."""
    holds = not words(subject_of(step)) and step.value == 0
    return Finding(Evidence.ALGEBRA) if holds else Finding(Evidence.REFUTED, "the relation does not hold")


def check_rank(family: StructuredFamily, step: Step, given: Steps) -> Finding:
    """A square of residuals is definite exactly when they span the space: they are ``n``, less the relations."""
    gram, *relations = given
    residual = step.named("residual")
    if gram.rule != "gram" or gram.subject != subject_of(step) or square_of(gram.value) != residual:
        return Finding(Evidence.REFUTED, "does not rest on the square of these residuals")
    lost = S.Zero
    for relation in relations:
        if relation.rule != "orthogonal":
            return Finding(Evidence.REFUTED, "rests on something that is no relation")
        number = _relations(family, relation.subject, residual)
        if number is None:
            return Finding(Evidence.UNDECIDED, "the relation is not one between the residuals")
        lost += number
    if family.rows is None and shape(residual)[1] != 1:
        return Finding(Evidence.UNDECIDED, "residuals that are matrices are not counted")
    same = step.value == shape(subject_of(step))[0] + lost and len(relations) <= 1
    return Finding(Evidence.LEMMA, "rank of a square") if same else Finding(Evidence.REFUTED, "counted wrongly")


def _relations(family: StructuredFamily, relation: Expr, residual: Expr) -> Expr | None:
    """How many independent linear relations there are between ``n`` residuals."""
    if family.rows is None:
        return S.One if relation == Average(residual) else None
    first, *rest = relation.args if relation.is_Mul else (relation,)
    inner = rest[0] if len(rest) == 1 else _multiplied(list(rest))
    if isinstance(first, Transposed) and inner == residual:
        return shape(first)[0]
    return None
