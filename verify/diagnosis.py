"""Names a likely mistake behind failing cases: hypotheses are tried on all of them, and the first that fits is told."""

from __future__ import annotations

from collections.abc import Sequence

from .judging import Judgement, Question


def likely(question: Question, failed: Sequence[Judgement]) -> str:
    """Return what an estimator probably does instead, or an empty text where nothing known fits every case."""
    return ""
