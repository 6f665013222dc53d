"""The texts of ``thetahat claim``: several estimators in one, a matrix in one, and how a verdict is printed."""

from __future__ import annotations

from typing import Any

from ..proofs.errors import ExpressionError
from .certify import Enclosure
from .claims import Claim, Witness


def parts_of(text: str, mark: str) -> list[str]:
    """Return ``text`` split at every ``mark`` outside brackets.

    >>> parts_of("k = Max(a, b), theta = 2", ",")
    ['k = Max(a, b)', 'theta = 2']
    """
    found, level, start = [], 0, 0
    for place, character in enumerate(text):
        level += (character in "([{") - (character in ")]}")
        if character == mark and level == 0:
            found.append(text[start:place])
            start = place + 1
    return [part.strip() for part in (*found, text[start:])]


def estimators(text: str) -> dict[str, str]:
    """Return the estimators in ``k = ..., theta = ...`` by the names of their parameters.

    >>> estimators("mu = Mean(x), sigma = sqrt(Mean((x - mu)**2))")
    {'mu': 'Mean(x)', 'sigma': 'sqrt(Mean((x - mu)**2))'}
    """
    found: dict[str, str] = {}
    for part in parts_of(text, ","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not name or not value:
            raise ExpressionError(f"{part!r} is no estimator; write NAME=EXPRESSION, several with commas between")
        if name in found:
            raise ExpressionError(f"the estimator of {name} is given twice; give one")
        found[name] = value
    return found


def matrix(text: str) -> list[list[str]]:
    """Return the entries of ``a, b; c, d``, row by row.

    >>> matrix("a, b; c, f(d, e)")
    [['a', 'b'], ['c', 'f(d, e)']]
    """
    return [parts_of(row, ",") for row in parts_of(text, ";")]


def means(text: str) -> str | list[str]:
    """Return the one mean in a text, or those of several observed numbers, with commas between.

    >>> means("k*theta"), means("m, a/b")
    ('k*theta', ['m', 'a/b'])
    """
    several = parts_of(text, ",")
    return several if len(several) > 1 else text


def claim_record(claim: Claim) -> dict[str, Any]:
    """Return a claim's verdict as plain data for JSON; numbers of a witness as text, with all digits."""
    return {
        "family": claim.family,
        "verdict": claim.verdict.value,
        "parts": [
            {
                "quantity": part.quantity,
                "verdict": part.verdict.value,
                "why": part.why,
                "witness": None if part.witness is None else _witness_record(part.witness),
            }
            for part in claim.parts
        ],
    }


def _witness_record(witness: Witness) -> dict[str, Any]:
    return {
        "values": {name: str(value) for name, value in witness.values.items()},
        "x": list(witness.x),
        "claimed": _ends(witness.claimed, witness.said),
        "actual": _ends(witness.actual, witness.true),
    }


def _ends(held: Enclosure | None, words: str) -> Any:
    return words if held is None else [held.low, held.high]
