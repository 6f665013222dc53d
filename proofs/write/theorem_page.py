"""How the theorem reads: as plain text, as a page of Markdown, as LaTeX for a notebook."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction

import sympy
from sympy import Basic, Interval

from ..derivation import Evidence, Finding, Step, Verdict
from ..theorem import Theorem
from ..theorem_names import relation_of
from .latex import expression_latex, text_latex
from .markdown import escaped
from .text import expression_text

_WIDTH = 100
_RELATIONS = {
    "=": ("=", "="),
    "<=": ("<=", r"\le"),
    "!=": ("!=", r"\ne"),
    "in": ("in", r"\in"),
    "only if": ("= 0 only if", r"= 0 \text{ only if }"),
}


def theorem_text(theorem: Theorem) -> str:
    """Return the theorem as text, wrapped at 100 columns.

    Examples
    --------
    >>> from thetahat.proofs.theorem import theorem
    >>> print(theorem_text(theorem()).splitlines()[0])
    Maximum likelihood is minimum KL divergence
    """
    return "\n".join(_text_lines(theorem)) + "\n"


def _text_lines(theorem: Theorem) -> Iterator[str]:
    yield theorem.title
    yield from _wrapped(_counts(theorem))
    for paragraph in theorem.setting:
        yield ""
        yield from _wrapped(paragraph)
    for title, steps in _parts(theorem):
        yield from ("", title)
        for number, step, finding in steps:
            yield from _wrapped(step.words, f"{number:3d}. ", "     ")
            yield from _wrapped(f"{_claim(step, 0)}  {_mark(finding, '', '')}", "       ", "         ")
    yield from ("", "What is proved, and what is not")
    for sentence in theorem.meaning:
        yield from _wrapped(sentence, "  - ", "    ")
    for one in theorem.obligations:
        yield from _wrapped(f"Open: {one.statement}: {one.why}.", "  - ", "    ")
    yield from ("", "Sources")
    for source in theorem.sources:
        yield from _wrapped(source.citation, "  - ", "    ")


def _wrapped(text: str, first: str = "", rest: str = "") -> list[str]:
    return textwrap.wrap(
        text.replace("`", ""),
        _WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )


def theorem_markdown(theorem: Theorem) -> str:
    """Return the theorem as a page: setting, numbered steps with their evidence, what is proved, sources.

    Examples
    --------
    >>> from thetahat.proofs.theorem import theorem
    >>> print(theorem_markdown(theorem()).splitlines()[2])
    # Maximum likelihood is minimum KL divergence
    """
    blocks = [
        f"<!-- Generated with SymPy {sympy.__version__}; not to be edited. -->",
        f"# {theorem.title}",
        _counts(theorem),
        *map(_spoken, theorem.setting),
        *(f"## {title}\n\n" + "\n".join(_markdown_step(*row) for row in steps) for title, steps in _parts(theorem)),
        "## What is proved, and what is not\n\n" + "\n".join(_markdown_closing(theorem)),
        "## Sources\n\n" + "\n".join(f"- {escaped(source.citation)}" for source in theorem.sources),
    ]
    return "\n\n".join(blocks) + "\n"


def _markdown_step(number: int, step: Step, finding: Finding) -> str:
    indent = " " * len(f"{number}. ")
    return f"{number}. {_spoken(step.words)}\n{indent}${_claim(step, 1)}$ {_mark(finding, '✓ ', '✗ ')}"


def _markdown_closing(theorem: Theorem) -> Iterator[str]:
    yield from (f"- {_spoken(sentence)}" for sentence in theorem.meaning)
    yield from (f"- Open: {_spoken(one.statement)}: {_spoken(one.why)}." for one in theorem.obligations)


def _spoken(words: str) -> str:
    """Markdown of words in which formulas stand between backticks."""
    pieces = words.split("`")
    return "".join(f"`{piece}`" if at % 2 else _between(piece) for at, piece in enumerate(pieces))


def _between(piece: str) -> str:
    # ``escaped`` strips the ends, where the space before or after a formula stands.
    before, after = " " * piece.startswith(" "), " " * (piece.endswith(" ") and len(piece) > 1)
    return f"{before}{escaped(piece)}{after}"


def theorem_latex(theorem: Theorem) -> str:
    r"""Return a display for notebooks: every claim on a line of its own, what is not proved below.

    Examples
    --------
    >>> from thetahat.proofs.theorem import theorem
    >>> print(theorem_latex(theorem()).splitlines()[1])
    &H(q) = - \sum_{q_{i} \gt 0} q_{i} \log(q_{i}) \\
    """
    checked = zip(theorem.steps, theorem.findings, strict=True)
    rows = [f"&{_claim(step, 1)}{_warning(finding)}" for step, finding in checked]
    rows += [rf"&\text{{Open: {text_latex(one.statement.replace('`', ''))}}}" for one in theorem.obligations]
    return "$$\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}$$"


def _warning(finding: Finding) -> str:
    return "" if finding.evidence.verdict is Verdict.AGREE else rf" \quad \text{{{_state(finding)}}}"


def _parts(theorem: Theorem) -> Iterator[tuple[str, list[tuple[int, Step, Finding]]]]:
    """Each heading with its steps, numbered from one through the whole theorem."""
    rows = [(n, *pair) for n, pair in enumerate(zip(theorem.steps, theorem.findings, strict=True), 1)]
    ends = [part.start for part in theorem.parts[1:]] + [len(rows)]
    for part, end in zip(theorem.parts, ends, strict=True):
        yield part.title, rows[part.start : end]


def _counts(theorem: Theorem) -> str:
    named = ((Evidence.ALGEBRA, "by algebra"), (Evidence.SIGN, "by sign rules"), (Evidence.BALL, "by balls"))
    found = ", ".join(f"{theorem.count(evidence)} {words}" for evidence, words in named)
    refuted, undecided = theorem.count(Evidence.REFUTED), theorem.count(Evidence.UNDECIDED)
    return f"{len(theorem.steps)} steps: {found}; {refuted} refuted, {undecided} undecided."


def _claim(step: Step, form: int) -> str:
    """The claim as text (form 0) or as LaTeX (form 1)."""
    shown: Callable[[Basic], str] = expression_latex if form else expression_text
    left = shown(step.subject) if step.subject is not None else step.label.latex if form else step.label.text
    right = _interval(step.value) if isinstance(step.value, Interval) else shown(step.value)
    return f"{left} {_RELATIONS[relation_of(step)][form]} {right}"


def _interval(interval: Interval) -> str:
    ends = (Fraction(int(end.p), int(end.q)) for end in (interval.start, interval.end))
    return f"({', '.join(str(Decimal(end.numerator) / Decimal(end.denominator)) for end in ends)})"


def _mark(finding: Finding, agree: str, disagree: str) -> str:
    if finding.evidence.verdict is Verdict.AGREE:
        return f"{agree}{finding.evidence.value}" if agree else f"[{finding.evidence.value}]"
    return f"{disagree}{_state(finding)}: {escaped(finding.detail) if disagree else finding.detail}"


def _state(finding: Finding) -> str:
    return "REFUTED" if finding.evidence is Evidence.REFUTED else "UNDECIDED"
