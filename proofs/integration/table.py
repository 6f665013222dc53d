"""The lemmas by name, and the rules that need none."""

from __future__ import annotations

from collections.abc import Mapping

from .integral_table import INTEGRALS
from .lemma import Lemma
from .sum_table import SUMS

LEMMAS: Mapping[str, Lemma] = {lemma.name: lemma for lemma in (*INTEGRALS, *SUMS)}
RULES: Mapping[str, str] = {
    "antiderivative": "the kernel's exponential is a constant times the derivative of another exponential",
    "telescoping": "the terms are differences of neighbours in a sequence that vanishes",
    "finite_sum": "at most twenty terms, added one by one",
}
