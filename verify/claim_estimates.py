"""Judges claimed estimators: by algebra against the derived formula, else by data whose certificate excludes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb
from hypothesis import strategies as st
from numpy.typing import NDArray
from sympy import Expr, Rational, Symbol

from ..proofs.algebra.atoms import plain
from ..proofs.ball_data import evaluate
from ..proofs.balls import precision
from ..proofs.derivation import Derivation, Evidence, Outcome
from ..proofs.engine import derive
from ..proofs.errors import DeclarationError, ExistenceError, UnsolvedError
from ..proofs.family import Family
from ..proofs.sampling import COUNT
from ..proofs.zero import prove_zero
from ..strategies import constants, datasets
from .certify import Certificate, CertificateVerdict, Enclosure, certify
from .certify.points import middle_of
from .claims import ClaimVerdict, Part, Witness
from .driving import DisagreementError, run_property
from .enclosure import nats_lost, table_of
from .exact import Exactly, in_data
from .fitting import fit_with
from .known_values import derivation_with
from .valid_data import require_data

Array = NDArray[np.float64]
Claims = Mapping[Symbol, Expr]
_BITS, _DIGITS = 300, 15
_ORDINARY = 1e3
"""Data stay within this size, so that a witness is readable."""
_ONE_MAXIMUM = (CertificateVerdict.UNIQUE_GLOBAL, CertificateVerdict.AT_BOUNDARY)


def judge_estimator(family: Family, claims: Claims, examples: int, seed: int) -> Part:
    """Return the verdict on claimed estimators of some or all parameters.

    >>> from thetahat import family
    >>> from thetahat.verify.claimed import estimators_of
    >>> f = family("normal")
    >>> judge_estimator(f, estimators_of(f, {"mu": "Mean(x)"}), 5, 0).verdict
    <ClaimVerdict.PROVED: 'proved'>
    """
    derivation = derive(family)
    if derivation.outcome in (Outcome.UNSOLVED, Outcome.UNBOUNDED):
        return Part("mle", ClaimVerdict.UNDECIDED, f"no estimator is derived here: {derivation.reason}")
    if all(_proved(derivation, symbol, said) for symbol, said in claims.items()):
        where = ", for data that have a maximiser" if derivation.exists_when else ""
        return Part("mle", ClaimVerdict.PROVED, f"equal to the derived formula by algebra{where}")
    witness, counts = _searched(derivation, claims, examples, seed)
    if witness is not None:
        return Part("mle", ClaimVerdict.REFUTED, witness.why, witness.case)
    return Part(
        "mle",
        ClaimVerdict.UNDECIDED,
        f"not proved; of {counts.total()} drawn datasets it holds to {_DIGITS} digits on {counts['holds']}, and on "
        f"{counts['open']} nothing was decided",
    )


def _proved(derivation: Derivation, symbol: Symbol, said: Expr) -> bool:
    formulas = dict(in_data(derivation))
    if symbol not in formulas:
        return False
    domain = {one: ends for one, ends in derivation.family.domain.items() if one != derivation.family.observation}
    # Another parameter means its estimate, which may itself contain the unknown of an equation.
    gap = plain(said.xreplace({one: value for one, value in formulas.items() if one != symbol})) - formulas[symbol]
    return prove_zero(gap, domain, list).evidence is Evidence.ALGEBRA


@dataclass(frozen=True)
class _Refutation:
    case: Witness
    why: str


def _searched(
    derivation: Derivation, claims: Claims, examples: int, seed: int
) -> tuple[_Refutation | None, Counter[str]]:
    """The smallest dataset found on which a claim is wrong, and how the others ended."""
    counts: Counter[str] = Counter()
    found: list[_Refutation] = []

    def examine(drawn: tuple[Derivation, Mapping[str, object], Array]) -> None:
        known, values, x = drawn
        result = _tried(known, values, claims, x)
        counts[result if isinstance(result, str) else "refuted"] += not found
        if isinstance(result, _Refutation):
            found.append(result)
            raise DisagreementError(result.why)

    run_property(_drawn(derivation), examine, examples, seed)
    return (found[-1] if found else None), counts


def _drawn(derivation: Derivation) -> st.SearchStrategy[tuple[Derivation, Mapping[str, object], Array]]:
    general = derivation.family

    def members(values: Mapping[str, object]) -> st.SearchStrategy[tuple[Derivation, Mapping[str, object], Array]]:
        known = derivation_with(general, values) if values else derivation
        drawn = datasets(known.family, conditions=known.exists_when, largest=_ORDINARY)
        return drawn.map(lambda x: (known, values, x))

    return constants(general).flatmap(members) if general.constants else members({})


def _tried(derivation: Derivation, values: Mapping[str, object], claims: Claims, x: Array) -> str | _Refutation:
    """``holds``, ``open``, or the refutation, on one dataset."""
    family = derivation.family
    try:
        certificate = certify(family, x, near=fit_with(derivation, x))
    except (ExistenceError, UnsolvedError):
        return "open"
    if not certificate.theta:
        return "open"
    said = _values(family, claims, certificate, values, x)
    if said is None:
        return "open"
    if certificate.verdict in _ONE_MAXIMUM:
        for name, ball in said.items():
            if not ball.overlaps(certificate.theta[name].ball):
                return _refuted(certificate, name, ball, values, x, _loss(certificate, said, x))
        return "holds"
    loss = _loss(certificate, said, x)
    if loss is not None and loss > 0:
        name = next(iter(said))
        return _refuted(certificate, name, said[name], values, x, loss)
    inside = all(ball.overlaps(certificate.theta[name].ball) for name, ball in said.items())
    return "holds" if inside and certificate.verdict is CertificateVerdict.GLOBAL_SET else "open"


def _values(
    family: Family, claims: Claims, certificate: Certificate, values: Mapping[str, object], x: Array
) -> dict[str, arb] | None:
    """What is claimed on these data, by name, in balls; ``None`` where a claim has no value."""
    observations = require_data(family, x)
    exactly = Exactly(table_of(family, observations))
    own = {symbol.name: symbol for symbol in (*family.symbols, *family.columns)}
    known: dict[Symbol, Any] = {own[name]: held.ball for name, held in certificate.theta.items()}
    known[COUNT] = observations.n
    exact = {name: Rational(str(value)) for name, value in values.items()}
    found: dict[str, arb] = {}
    for symbol, said in claims.items():
        renamed = {one: exact.get(one.name, own.get(one.name, one)) for one in said.free_symbols | set(_bound(said))}
        try:
            with precision(_BITS):
                ball = exactly.ball(plain(said.xreplace(renamed)), known)
        except DeclarationError:
            return None
        if not ball.is_finite():
            return None
        found[symbol.name] = ball
    return found


def _bound(said: Expr) -> set[Symbol]:
    """The data variables, which are bound and so not free."""
    return {symbol for symbol in said.atoms(Symbol) if symbol not in said.free_symbols}


def _loss(certificate: Certificate, said: Mapping[str, arb], x: Array) -> arb | None:
    """Nats that the claimed estimate loses, where all parameters are claimed."""
    family = certificate.family
    if set(said) != set(family.parameter_names):
        return None
    if _outside(family, said):
        return arb("inf")
    best = [middle_of(s, certificate.theta[s.name].ball) for s in family.symbols]
    lost = nats_lost(family, [said[name] for name in family.parameter_names], best, x)
    return None if lost.is_nan() else lost


def _outside(family: Family, said: Mapping[str, arb]) -> bool:
    """Whether a claimed value certainly lies in no space of its parameter."""
    known: dict[Symbol, Any] = {}
    for item in family.parameters:
        value, ends = said[item.name], item.bounds
        with precision(_BITS):
            for end, side, closed in ((ends.lo, 1, ends.lo_closed), (ends.hi, -1, ends.hi_closed)):
                if end.is_infinite:
                    continue
                room = side * (value - evaluate(end, known))
                if room < 0 or (room == 0 and not closed):
                    return True
        known[item.symbol] = value
    return False


def _refuted(
    certificate: Certificate, name: str, said: arb, values: Mapping[str, object], x: Array, loss: arb | None
) -> _Refutation:
    held = certificate.theta[name]
    lost = "" if loss is None else f"; it loses {'infinitely many' if loss == arb('inf') else loss.str(5)} nats"
    shown = Enclosure.of(said)
    digits = [str(ball.str(_DIGITS, radius=False)) for ball in (said, held.ball)]
    case = Witness(dict(values), shown, held, digits[0], digits[1], tuple(x.tolist()))
    return _Refutation(case, f"{name} has another value on {len(x)} observations{lost}")
