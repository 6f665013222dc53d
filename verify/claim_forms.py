"""Judges claimed closed forms: by algebra against the derived one, else by cases in which enclosures are apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from flint import arb, arb_mat
from sympy import Expr, Piecewise, Rational, S, Symbol, exp, oo, true
from sympy.logic.boolalg import And, Boolean

from ..proofs import closed_forms
from ..proofs.algebra.derivatives import derivative
from ..proofs.algebra.signs import Domain
from ..proofs.ball_data import evaluate
from ..proofs.balls import precision
from ..proofs.closed_forms import members_domain
from ..proofs.derivation import Evidence
from ..proofs.errors import DeclarationError
from ..proofs.exponential import exponential_form
from ..proofs.family import Family
from ..proofs.forms import ClosedForm, entries
from ..proofs.lemmas import product_of
from ..proofs.zero import prove_zero
from .certify import Enclosure
from .claim_means import averaged, enclosed_at
from .claim_points import pairs, points
from .claims import ClaimVerdict, Part, Witness

FORMS: dict[str, Callable[[Family], ClosedForm | None]] = {
    "entropy": closed_forms.entropy_of,
    "cross_entropy": closed_forms.cross_entropy,
    "kl": closed_forms.kl,
    "log_partition": closed_forms.log_partition,
    "fisher_information": closed_forms.fisher_information,
    "mean": closed_forms.mean,
}
_OF_TWO = ("cross_entropy", "kl")
_CASES = 60
# How many members expected values are enclosed at.
_ENCLOSED = 5
_BITS = 200
_DIGITS = 15


def judge_form(family: Family, quantity: str, claimed: tuple[Expr, ...]) -> Part:
    """Return the verdict on a claimed quantity.

    >>> from thetahat import family
    >>> f = family("poisson")
    >>> judge_form(f, "mean", f.symbols).verdict
    <ClaimVerdict.PROVED: 'proved'>
    """
    truth = FORMS[quantity](family)
    if truth is None or _is_contradicted(family, quantity, truth):
        return _without_form(family, quantity, claimed)
    actual = entries(truth.value)
    if quantity == "log_partition":
        return _up_to_statistics(family, claimed[0], actual[0])
    of_two = quantity in _OF_TWO
    domain = members_domain(family) if of_two else _domain(family)
    cases = list(islice(pairs(family) if of_two else points(family), _CASES))
    for place, (said, true_value) in enumerate(zip(claimed, actual, strict=True)):
        witness = _witness(said, true_value, truth, cases)
        if witness is not None:
            return Part(quantity, ClaimVerdict.REFUTED, _where(quantity, place, len(family.parameters)), witness)
    if all(_proved(said, one, truth, domain) for said, one in zip(claimed, actual, strict=True)):
        where = "" if truth.where is true or truth.elsewhere is not None else f" where {truth.where}"
        return Part(quantity, ClaimVerdict.PROVED, f"equal to the derived formula by algebra{where}")
    seen = sum(all(value_at(said, values) is not None for said in claimed) for values in cases)
    return Part(
        quantity,
        ClaimVerdict.UNDECIDED,
        f"not proved; it agrees with the derived formula at {seen} members, and has no value at {len(cases) - seen}",
    )


@lru_cache(maxsize=512)
def _is_contradicted(family: Family, quantity: str, truth: ClosedForm) -> bool:
    """Whether the derived formula is apart from an enclosure at a generic member: then a lemma is wrong."""
    # The last members are generic; a wrong formula may be right at the simplest, where parameters are one.
    cases = reversed([*(pairs(family) if quantity in _OF_TWO else points(family))])
    values = next((one for one in cases if truth.where.xreplace(one) == True), None)  # noqa: E712
    if values is None:
        return False
    for integrand, ours in dict(zip(averaged(family, quantity), entries(truth.value), strict=False)).items():
        first, second = value_at(ours, values), enclosed_at(family, integrand, values)
        if first is not None and second is not None and apart(first, second):
            return True
    return False


def _without_form(family: Family, quantity: str, claimed: tuple[Expr, ...]) -> Part:
    """Nothing that holds is derived to prove a claim by; what is enclosed at a few members may refute it."""
    why = f"no closed form of the {_words(quantity)} is derived here"
    cases = list(islice(pairs(family) if quantity in _OF_TWO else points(family), _ENCLOSED))
    seen = 0
    for values in cases:
        found = [
            (place, value_at(said, values), enclosed_at(family, integrand, values))
            for place, (said, integrand) in enumerate(zip(claimed, averaged(family, quantity), strict=False))
        ]
        for place, first, second in found:
            if first is not None and second is not None and apart(first, second):
                where = _where(quantity, place, len(family.parameters))
                return Part(quantity, ClaimVerdict.REFUTED, where, witness_of(_named(values), first, second))
        seen += bool(found) and all(first is not None and second is not None for _, first, second in found)
    if quantity == "log_partition":
        return Part(quantity, ClaimVerdict.UNDECIDED, why)
    return Part(quantity, ClaimVerdict.UNDECIDED, f"{why}; it agrees with what is enclosed at {seen} members")


def _words(quantity: str) -> str:
    return {"kl": "divergence"}.get(quantity, quantity.replace("_", " "))


def _where(quantity: str, place: int, count: int) -> str:
    if quantity != "fisher_information" or count == 1:
        return "another value at one member"
    return f"another value of the entry in row {place // count + 1}, column {place % count + 1} at one member"


def _domain(family: Family) -> Domain:
    return {symbol: ends for symbol, ends in family.domain.items() if symbol != family.observation}


def _proved(said: Expr, actual: Expr, truth: ClosedForm, domain: Domain) -> bool:
    """Whether algebra proves both equal where ours holds, and the claim gives the value that is known elsewhere."""
    if truth.where is not true and truth.elsewhere is not None:
        inside = _part_where(said, truth.where, truth.elsewhere)
        if inside is None:
            return False
        said = inside
    if said.has(Piecewise):
        return False
    # exp(loggamma(z)) is gamma(z), which algebra alone does not see.
    powers = said.replace(exp, lambda argument: product_of(argument))
    return any(
        prove_zero(one - actual, domain, list).evidence is Evidence.ALGEBRA for one in dict.fromkeys((said, powers))
    )


def _part_where(said: Expr, where: Boolean, elsewhere: Expr) -> Expr | None:
    """What a claim says where a condition holds, if it names that condition and the value beyond it."""
    if not isinstance(said, Piecewise) or len(said.args) != 2:
        return None
    (inside, condition), (outside, rest) = said.args
    same = _relations(condition) == _relations(where) and rest in (
        true,
        where.negated if hasattr(where, "negated") else true,
    )
    return inside if same and outside == elsewhere else None


def _relations(condition: Boolean) -> set[Boolean]:
    parts = condition.args if isinstance(condition, And) else (condition,)
    return {part.canonical if hasattr(part, "canonical") else part for part in parts}


def _witness(said: Expr, actual: Expr, truth: ClosedForm, cases: Iterable[Mapping[Symbol, Rational]]) -> Witness | None:
    for values in cases:
        holds = truth.where.xreplace(values) if truth.where is not true else true
        if holds == False and truth.elsewhere is None:  # noqa: E712  (a SymPy relation that stays open is not false)
            continue
        ours = actual if holds == True else truth.elsewhere  # noqa: E712
        first, second = value_at(said, values), value_at(ours, values)
        if first is None or second is None or not apart(first, second):
            continue
        return witness_of(_named(values), first, second)
    return None


def value_at(value: Expr, known: Mapping[Symbol, Rational]) -> arb | Expr | None:
    """Return a ball around the value of an expression at exact numbers, plus or minus infinity, or ``None``.

    >>> from sympy.abc import a
    >>> value_at(Piecewise((a, a < 1), (oo, True)), {a: Rational(2)})
    oo
    """
    chosen = value.replace(lambda node: isinstance(node, Piecewise), lambda node: node.xreplace(dict(known)))
    if chosen in (oo, -oo):
        return chosen
    if chosen.has(oo, -oo, S.NaN, S.ComplexInfinity, Piecewise):
        return None
    try:
        with precision(_BITS):
            found = evaluate(chosen, dict(known))
    except DeclarationError:
        return None
    return found if found.is_finite() else None


def apart(first: arb | Expr, second: arb | Expr) -> bool:
    """Return whether two values certainly differ; each is a ball or infinite.

    >>> apart(arb(1), arb(2)), apart(arb(1), oo), apart(oo, oo)
    (True, True, False)
    """
    if isinstance(first, arb) and isinstance(second, arb):
        return not first.overlaps(second)
    return isinstance(first, arb) or isinstance(second, arb) or first != second


def witness_of(values: Mapping[str, Any], first: arb | Expr, second: arb | Expr) -> Witness:
    """Return the case in which a claim gives the first value where the second is true."""
    return Witness(values, _enclosed(first), _enclosed(second), _shown(first), _shown(second))


def _named(values: Mapping[Symbol, Rational]) -> dict[str, Rational]:
    return {symbol.name: value for symbol, value in values.items()}


def _enclosed(value: arb | Expr) -> Enclosure | None:
    return Enclosure.of(value) if isinstance(value, arb) else None


def _shown(value: arb | Expr) -> str:
    return str(value.str(_DIGITS, radius=False)) if isinstance(value, arb) else str(value)


def _up_to_statistics(family: Family, said: Expr, actual: Expr) -> Part:
    """A log-partition is known up to a constant; up to a combination of natural parameters if statistics are moved."""
    domain, symbols = _domain(family), family.symbols
    gap = said - actual
    slopes = [derivative(gap, symbol) for symbol in symbols]
    if all(prove_zero(slope, domain, list).evidence is Evidence.ALGEBRA for slope in slopes):
        return Part("log_partition", ClaimVerdict.PROVED, "equal to the derived formula by algebra, up to a constant")
    form = exponential_form(family)
    assert form is not None
    cases = list(islice(points(family), _CASES))
    for values in _outside_span(gap, form.eta, cases):
        first, second = value_at(said, values), value_at(actual, values)
        if isinstance(first, arb) and isinstance(second, arb):
            why = "it differs by more than a constant, and than any shift of the statistics allows"
            return Part("log_partition", ClaimVerdict.REFUTED, why, witness_of(_named(values), first, second))
    return Part("log_partition", ClaimVerdict.UNDECIDED, "it may belong to statistics that are shifted by constants")


def _outside_span(
    gap: Expr, eta: tuple[Expr, ...], cases: Sequence[Mapping[Symbol, Rational]]
) -> Iterator[Mapping[Symbol, Rational]]:
    """Members that prove a function to be no combination of the natural parameters and a constant.

    The matrix of their values at so many members is regular, and that of one row more, with the function, is too.
    """
    basis = (S.One, *eta)
    k = len(basis)
    for start in range(len(cases) - k):
        chosen = cases[start : start + k + 1]
        found = [value_at(one, values) for values in chosen for one in (*basis, gap)]
        balls = [entry for entry in found if isinstance(entry, arb)]
        if len(balls) < len(found):
            continue
        with precision(_BITS):
            if not arb_mat(k + 1, k + 1, balls).det().contains(0):
                yield chosen[-1]
