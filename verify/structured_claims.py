"""What somebody claims of a family whose dimension is a symbol: entropy, cross-entropy or divergence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sympy import Expr, Symbol, sympify

from ..proofs.errors import DeclarationError, ExpressionError, ParameterError
from ..proofs.forms import ClosedForm
from ..proofs.parsing import expression
from ..proofs.structured import closed_forms
from ..proofs.structured.explicit import explicit
from ..proofs.structured.family import StructuredFamily
from ..proofs.structured.naming import name_of, renamed
from ..proofs.structured.plates import Component, Plate
from ..proofs.structured.small import small_members
from ..proofs.structured.sums import is_zero
from ..proofs.structured.terms import Inverse, LogDet, Trace, Transposed, shape
from ..proofs.structured.words import scalar
from ..proofs.vocabulary import Functions
from .claim_forms import apart, value_at, witness_of
from .claims import Claim, ClaimVerdict, Part

FORMS: Mapping[str, Callable[[StructuredFamily], ClosedForm | None]] = {
    "entropy": closed_forms.entropy_of,
    "cross_entropy": closed_forms.cross_entropy,
    "kl": closed_forms.kl,
}


def check_structured_claim(family: StructuredFamily, given: Mapping[str, Any]) -> Claim:
    """Return the verdict on everything that is claimed; ``given`` may hold ``None``.

    Texts are written with ``tr``, ``logdet``, ``inv``, ``transpose`` and ``sum(term, index)``; matrices are called
    ``Sigma``, of two members ``Sigma_0`` and ``Sigma_1``; components ``p_k``, or ``p0_k`` and ``p1_k``.

    Raises
    ------
    ParameterError
        Where nothing is claimed, or what is not claimed of such families.
    ExpressionError
        For a text that is no expression, and for a matrix where a number is needed.

    Examples
    --------
    >>> from thetahat import structured
    >>> normal = structured("multivariate_normal_covariance")
    >>> print(check_structured_claim(normal, {"entropy": "p*log(2*pi*E)/2 + logdet(Sigma)/2"}))
    multivariate_normal_covariance, entropy: proved, equal to the derived formula by algebra
    """
    claimed = {quantity: value for quantity, value in given.items() if value is not None}
    beyond = [quantity for quantity in claimed if quantity not in FORMS]
    if beyond or not claimed:
        what = f"{beyond[0]} is not judged" if beyond else "nothing is claimed"
        raise ParameterError(
            f"{family.name}: {what} where the dimension is a symbol; give {', '.join(FORMS)}, or give the dimension a "
            "number and declare that family"
        )
    return Claim(family.name, tuple(_judged(family, quantity, value) for quantity, value in claimed.items()))


def _judged(family: StructuredFamily, quantity: str, claimed: Any) -> Part:
    said, form = _read(family, quantity, claimed), FORMS[quantity](family)
    if form is None:
        return Part(quantity, ClaimVerdict.UNDECIDED, f"no closed form of the {quantity} is derived here")
    for sizes, values in small_members(family):
        small = [explicit(one, sizes, values) for one in (said, form.value)]
        first, second = (None if one.free_symbols else value_at(one, {}) for one in small)
        if first is not None and second is not None and apart(first, second):
            shown = _shown(sizes, values, said.free_symbols | _named(said), form.value)
            why = "another value at one member"
            return Part(quantity, ClaimVerdict.REFUTED, why, witness_of(shown, first, second))
    difference = said - form.value
    same = is_zero(difference, family.totals) if family.in_plates else scalar(difference) == 0
    if same:
        return Part(quantity, ClaimVerdict.PROVED, "equal to the derived formula by algebra")
    return Part(quantity, ClaimVerdict.UNDECIDED, "not proved; it agrees with the derived formula at small members")


def _read(family: StructuredFamily, quantity: str, claimed: Any) -> Expr:
    names = _names(family, of_both=quantity != "entropy")
    if isinstance(claimed, str):
        try:
            value = expression(claimed, names, beside=_functions(family))
            _require_number(value)
        except DeclarationError as error:
            raise ExpressionError(f"{family.name}: {quantity} {claimed!r}: {error}") from error
        return value
    value = sympify(claimed)
    if not isinstance(value, Expr):
        raise ExpressionError(f"{family.name}: {quantity} is one number, not {claimed!r}")
    _require_number(value)
    return value


def _require_number(value: Expr) -> None:
    """Refuse a matrix among numbers, and matrices whose shapes do not fit."""
    if not value.is_commutative:
        raise DeclarationError(f"{value} is a matrix; write tr(...) of what is one number")
    for part in value.atoms(Trace, LogDet):
        rows, cols = shape(part.args[0])
        if rows != cols:
            raise DeclarationError(f"{part} is of {rows} rows and {cols} columns; a square matrix is needed")


def _names(family: StructuredFamily, of_both: bool) -> dict[str, Expr]:
    terms = [one for term in family.terms for one in ((renamed(term, "0"), renamed(term, "1")) if of_both else (term,))]
    found = [
        *terms,
        *(one.term for one in family.known),
        *family.sizes,
        *([] if family.rows is None else [family.rows]),
    ]
    indices = {index for term in family.terms for index in getattr(term, "indices", ())}
    return {str(one): one for one in (*found, *sorted(indices, key=str))}


def _functions(family: StructuredFamily) -> Functions:
    def added(term: Expr, index: Expr) -> Expr:
        return Plate(term, index, family.last(index))

    matrices: Functions = {"tr": (Trace, (1,)), "logdet": (LogDet, (1,)), "inv": (Inverse, (1,))}
    return {**matrices, "transpose": (Transposed, (1,)), "sum": (added, (2,))}


def _named(value: Expr) -> set[Symbol]:
    return {name_of(one) for one in value.atoms(Component)}


def _shown(sizes: Mapping[Symbol, int], values: Mapping[str, Any], names: set[Symbol], form: Expr) -> dict[str, Any]:
    """The sizes, and the values of everything that stands in either expression."""
    used = {symbol.name for symbol in names | form.free_symbols | _named(form)}
    matrices = {name: value.tolist() if hasattr(value, "tolist") else value for name, value in values.items()}
    return {str(size): count for size, count in sizes.items()} | {n: v for n, v in matrices.items() if n in used}
