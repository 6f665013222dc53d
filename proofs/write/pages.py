"""The recorded derivations: a page for every shipped family and their index, written anew or compared."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import sympy

from ..binning import binning
from ..derivation import Evidence
from ..engine import derive
from ..laws import laws
from ..registry import Entry, catalogue, family, is_structured, structured, structured_catalogue
from ..structured.engine import derive_structured
from .closing import existence
from .forms_page import closed_forms_page
from .losses_page import losses_page
from .markdown import OPENING, derivation_markdown, escaped, spoken
from .structured_forms_page import structured_forms_page
from .structured_page import entry_page
from .theorem_page import theorem_markdown

_EVIDENCE = {
    Evidence.ALGEBRA: "an identity, by rewriting that is exact",
    Evidence.SIGN: "an inequality, by rules for signs on the declared sets",
    Evidence.LEMMA: "an integral, a sum or a theorem from a list, whose conditions are checked",
    Evidence.BALL: "that something is not zero: rigorous, in ball arithmetic; that something is zero: "
    "found so to 30 digits at random points, which is no proof and is said each time",
}


def page(entry: Entry) -> str:
    """Return the page of one shipped family.

    >>> from thetahat.proofs.registry import catalogue
    >>> print(page(next(entry for entry in catalogue() if entry.name == "rayleigh")).splitlines()[2])
    # Rayleigh
    """
    title, _, _ = (ast.get_docstring(ast.parse(entry.path.read_text(encoding="utf-8"))) or "").partition(": ")
    where = f"proofs/families/{entry.kind}/{entry.name}.py"
    return derivation_markdown(derive(family(entry.name)), entry.summary, where, title)


def index() -> str:
    """Return the index: one row for every shipped family, those with a symbolic dimension last."""
    return index_of([index_row(entry) for entry in (*catalogue(), *structured_catalogue())])


def index_of(rows: list[str]) -> str:
    """Return the index around these rows."""
    lines = [
        f"<!-- Generated with SymPy {sympy.__version__}; not to be edited. -->",
        "",
        "# Derivations",
        "",
        "One page for every declared family, written by the engine and checked step by step by a program that knows no "
        "deriver. A page changes only when a declaration or the engine does: `pytest --record` writes it anew, and the "
        "difference is read like code. [The theorem](theorem.md) behind all of them has a page of its own, and so "
        "have [the laws of the divergence](laws.md), [what binned data do](binning.md), [which loss each noise model "
        "induces](losses.md) and [closed forms](closed_forms.md) of entropies and divergences, also "
        "[where the dimension is a symbol](structured_forms.md).",
        "",
        "| Family | Outcome | Equations left | A maximiser exists | Global maximum | Open |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
        "What stands behind a check mark:",
        "",
        *(f"- **{evidence.value}**: {words}." for evidence, words in _EVIDENCE.items()),
        "",
        "A condition for existence counts as shown once random data decide it; that it suffices rests on the argument "
        "that its page names.",
    ]
    return "\n".join(lines) + "\n"


def index_row(entry: Entry) -> str:
    """Return the row of one shipped family.

    >>> from thetahat.proofs.registry import catalogue
    >>> print(index_row(next(entry for entry in catalogue() if entry.name == "rayleigh")))
    | [rayleigh](rayleigh.md) | closed form | 0 | for every dataset | Pythagorean identity of divergences | none |
    """
    if is_structured(entry.name):
        return _structured_row(entry)
    derivation = derive(family(entry.name))
    optimality = derivation.optimality
    cells = [
        f"[{escaped(entry.name)}]({entry.name}.md)",
        derivation.outcome.value,
        str(len(derivation.equations)),
        spoken(existence(derivation)),
        escaped(optimality.argument) if optimality.proved else "not proved",
        str(len(derivation.obligations)) if derivation.obligations else "none",
    ]
    return f"| {' | '.join(cells)} |"


def _structured_row(entry: Entry) -> str:
    derivation = derive_structured(structured(entry.name))
    conditions = " and ".join(escaped(one.words) for one in derivation.exists_when)
    undecided = f"only when {conditions}; whether that is enough is not decided" if conditions else "not decided"
    cells = [
        f"[{escaped(entry.name)}]({entry.name}.md)",
        derivation.outcome.value,
        str(len(derivation.equations)),
        (conditions or "always") if derivation.existence_decided else undecided,
        escaped(derivation.optimality.argument) if derivation.optimality.proved else "not proved",
        str(len(derivation.obligations)) if derivation.obligations else "none",
    ]
    return f"| {' | '.join(cells)} |"


def _laws_page() -> str:
    return theorem_markdown(laws())


def _binning_page() -> str:
    return theorem_markdown(binning())


def pages() -> dict[str, Callable[[], str]]:
    """Return what writes each file of the folder, by its name: the index, the tables, a page for each family."""
    return {
        "README.md": index,
        "losses.md": losses_page,
        "laws.md": _laws_page,
        "binning.md": _binning_page,
        "closed_forms.md": closed_forms_page,
        "structured_forms.md": structured_forms_page,
        **{f"{entry.name}.md": partial(page, entry) for entry in catalogue()},
        **{f"{entry.name}.md": partial(entry_page, entry) for entry in structured_catalogue()},
    }


def record(folder: Path, writers: Mapping[str, Callable[[], str]] | None = None) -> tuple[str, ...]:
    """Write every page into ``folder``, remove pages of families that are gone, and return the names that changed."""
    wanted = {name: write() for name, write in (pages() if writers is None else writers).items()}
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    gone = {name for name, text in there.items() if text.startswith(OPENING)} - wanted.keys()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in gone:
        (folder / name).unlink()
    return tuple(sorted(gone | {name for name, text in wanted.items() if there.get(name) != text}))
