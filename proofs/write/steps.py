"""What is shown of one step: its words, the formulas that its rule is about, and the mark of its evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sympy import Add, Basic, Symbol, Tuple

from ..derivation import Derivation, Evidence, Finding, Label, Step
from ..labels import symbol_latex
from .display import EQUALS, Formula, Line, Part, equation, inequality, is_formula, listed, sign

_HEAD = 60
# Names that stand for no expression of the step.
_SPOKEN = {
    "A": sign("A"),
    "J": sign("J"),
    "z": sign("z"),
    "eta": sign("eta", r"\eta"),
    "J'(t - tau)": sign("J'(t - tau)", r"J^{\top}(t - \tau)"),
}


@dataclass(frozen=True)
class Item:
    """A step to show: what it is called, what more is said, its formulas, by what it is proved."""

    number: int
    head: Line
    rest: Line
    formulas: tuple[Formula, ...]
    finding: Finding
    proof: bool

    @property
    def lemma(self) -> str:
        """The name of the lemma that proves the step; empty where none does."""
        return self.finding.detail.replace("_", " ") if self.finding.evidence is Evidence.LEMMA else ""


def item(number: int, step: Step, finding: Finding, derivation: Derivation) -> Item:
    """Return what is shown of ``step``, which is the ``number``-th from one."""
    head, rest = _split(step.words)
    formulas = _FORMULAS.get(step.rule, _plain)(step, derivation)
    spoken = rest
    known = derivation.exists_when if derivation.point is None else derivation.point.needed
    conditions = [condition for condition in known if condition.expression == step.value]
    if step.rule == "exists" and any(is_formula(condition.meaning) for condition in conditions):
        # The condition in words is a formula, and the formula follows anyway.
        spoken = f", because {conditions[0].why}."
    head_line, rest_line = (speak(words, step, derivation) for words in (head, spoken))
    return Item(number, head_line, rest_line, formulas, finding, is_proof(step, finding))


def is_proof(step: Step, finding: Finding) -> bool:
    """Return whether the finding proves the step: balls prove that a number is not zero, never that it is."""
    if finding.evidence is Evidence.BALL:
        return step.rule == "no-exponential-form"
    return finding.evidence in (Evidence.ALGEBRA, Evidence.SIGN, Evidence.LEMMA)


def _split(words: str) -> tuple[str, str]:
    """The name of the step, which ends at the first colon or full stop, and the rest with what separates them."""
    ends = [at for at in (words.find(": "), words.find(". "), len(words) - 1) if at > 0]
    at = min(ends)
    return (words[:at], words[at:]) if at <= _HEAD else ("", words)


def speak(words: str, step: Step | None, derivation: Derivation) -> Line:
    """Return words with what stands between backticks as formulas, where it names an expression of the step."""
    family = derivation.family
    known: dict[str, Basic] = {str(symbol): symbol for symbol in (*family.columns, *family.symbols)}
    if step is not None and step.subject is not None:
        known[str(step.subject)] = step.subject
    found: list[Part] = []
    for position, piece in enumerate(words.split("`")):
        if position % 2 == 0:
            found.append(piece)
        else:
            shown = known.get(piece) or _SPOKEN.get(piece)
            found.append(piece if shown is None else Formula((shown,)))
    return tuple(part for part in found if part != "")


def _plain(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    """``label = value``; component by component for several."""
    if step.label.text == "0":
        return (Formula((step.value, EQUALS, sign("0"))),)
    if not isinstance(step.value, Tuple):
        return (equation(step.label, step.value),)
    if len(step.value.args) == 1:
        return (equation(step.label, step.value.args[0]),)
    label = step.label
    return tuple(
        equation(Label(f"({label.text})_{i}", rf"({label.latex})_{{{i}}}"), value)
        for i, value in enumerate(step.value.args, 1)
    )


def _estimate(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    if step.label.text == "0":
        return _plain(step, derivation)
    return (equation(step.label, step.value, frozenset(derivation.family.symbols)),)


def _range(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    low, high = step.value.args
    below = sign("<=", r"\le")
    return (Formula((low, below, step.subject, below, high), frozenset({step.subject})),)


def _exponential(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    statistics, eta = step.named("statistics").args, step.named("eta").args
    several = len(statistics) > 1
    shown = []
    for i, (statistic, natural) in enumerate(zip(statistics, eta, strict=True), 1):
        index, tex = (f"_{i}", f"_{{{i}}}") if several else ("", "")
        shown.append(equation(sign(f"T{index}", f"T{tex}"), statistic))
        shown.append(equation(sign(f"eta{index}", rf"\eta{tex}"), natural))
    shown.append(equation(sign("A"), step.named("log_partition")))
    shown.append(equation(sign("log h", r"\log h"), step.named("log_base_measure")))
    return tuple(shown)


def _mean_map(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    if len(step.value.args) == 1:
        return _plain(step, derivation)
    text, tex = step.label.text, step.label.latex
    return tuple(
        equation(Label(text.replace("tau", f"tau_{i}", 1), tex.replace(r"\tau", rf"\tau_{{{i}}}", 1)), value)
        for i, value in enumerate(step.value.args, 1)
    )


def _agreement(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    """Each score as a combination of statistics minus their means."""
    statistics, rows = step.named("statistics").args, step.named("jacobian").args
    several = len(statistics) > 1
    means = [Symbol(f"tau_{i}" if several else "tau", real=True) for i in range(1, len(statistics) + 1)]
    shown = []
    for j, parameter in enumerate(step.named("parameters").args):
        name = symbol_latex(parameter)
        label = Label(f"dl/d{parameter}", rf"\partial \ell / \partial {name}")
        right = Add(*(row.args[j] * (t - mean) for row, t, mean in zip(rows, statistics, means, strict=True)))
        shown.append(equation(label, right))
    return tuple(shown)


def _expectation(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    return (Formula((sign("E["), step.subject, sign("]"), EQUALS, step.value)),)


def _identity(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    first, second = ([row.args[i] for row in step.named("members").args] for i in (1, 2))
    divergence = derivation.steps[step.given[2]].label
    open_, close = sign("l(", r"\ell("), sign(")")
    left = (open_, *listed(*first), close, sign("-"), open_, *listed(*second), close)
    return (Formula((*left, EQUALS, divergence, sign(">= 0", r"\ge 0"))),)


def _information(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    parameters = step.named("parameters").args
    if len(parameters) == 1:
        return (equation(sign("I"), step.value.args[0].args[0]),)
    shown = []
    for i, first in enumerate(parameters):
        for j, second in enumerate(parameters[i:], i):
            label = Label(f"I[{first}, {second}]", rf"I_{{{symbol_latex(first)},{symbol_latex(second)}}}")
            shown.append(equation(label, step.value.args[i].args[j]))
    return tuple(shown)


def _kernel(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    moved = step.named("location") + step.named("scale") * step.named("z")
    return (equation(step.named("observation"), moved), equation(step.label, step.value))


def _sides(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    """The log-density on both sides of the observation."""
    x, p = derivation.family.observation, step.subject
    signs = (sign("<", r"\lt"), sign(">", r"\gt"))
    return tuple(
        Formula((sign("log p", r"\log p"), EQUALS, side, sign(" where ", r"\text{ where }"), p, way, x))
        for side, way in zip(step.value.args, signs, strict=True)
    )


def _limits(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    """The integer above each floor and below each ceiling."""
    above, below = sign(">=", r"\ge"), sign("<=", r"\le")
    lowest = tuple(Formula((step.subject, above, one)) for one in step.value.args)
    return lowest + tuple(Formula((step.subject, below, one)) for one in step.named("ceilings").args)


def _tail(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    """The change of a large integer, and the derivative that decides."""
    return (equation(sign("h(s)"), step.named("scaled")), equation(step.label, step.value))


def _not_negative(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    return (Formula((step.value, sign(">= 0", r"\ge 0"))),)


def _needed(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    return (inequality(step.value, weak=bool(int(step.named("weak")))),)


def _signs(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    """What the equation has the sign of towards each end, and for which data."""
    towards, where = sign("->", r"\to"), sign(" where ", r"\text{ where }")
    found = []
    for value, (end, _, given) in zip(step.value.args, step.named("ends").args, strict=True):
        kind = [part for gap in given for part in (where, *inequality(gap).parts)]
        found.append(Formula((value, sign(" for ", r"\text{ for }"), step.subject, towards, end, *kind)))
    return tuple(found)


def _none(step: Step, derivation: Derivation) -> tuple[Formula, ...]:
    return ()


_FORMULAS: dict[str, Callable[[Step, Derivation], tuple[Formula, ...]]] = {
    "root": _estimate,
    "branch": _estimate,
    "moment-root": _estimate,
    "same-value": _estimate,
    "any-value": _range,
    "exponential-form": _exponential,
    "no-exponential-form": _none,
    "separation": _none,
    "mean-map": _mean_map,
    "agreement": _agreement,
    "expectation": _expectation,
    "identity": _identity,
    "information": _information,
    "kernel": _kernel,
    "data-point": _sides,
    "end-signs": _signs,
    "exists": _needed,
    "integer-range": _limits,
    "integer-tail": _tail,
    "integer-falling": _not_negative,
}
