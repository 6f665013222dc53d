"""The table of noise models and the losses that they induce, derived and checked anew each time it is written."""

from __future__ import annotations

from functools import cache

import sympy
from sympy import Basic

from ..check_losses import CheckedLoss, check_loss
from ..derivation import Verdict
from ..induced_loss import induced_loss
from ..loss_names import DEFINITIONS, InducedLoss
from ..registry import catalogue, family, structured, structured_catalogue
from ..structured.joint_loss import joint_loss
from ..structured.joint_loss_names import JOINT_DEFINITIONS, JointLoss
from .latex import expression_latex
from .markdown import escaped

_INTRODUCTION = (
    "Maximising the likelihood of a regression is minimising the mean of a loss: minus the log-density of the noise, "
    "as a function of what is predicted. The entries are found by comparing each declared log-density with the "
    "definitions below, which know nothing of noise models, and every one is proved by a checker that knows no "
    "deriver: minus the log-density is a positive factor times the loss, plus a term that the prediction is not in.",
    "The prediction $m$ stands for a location (of the observation or of its logarithm) or for the mean, and may be any "
    "function of covariates and coefficients: the table holds for linear predictors, for any link, and for networks. "
    "Where the unit of a loss is estimated beside the prediction, the loss that is minimised depends on it.",
    "For a bound on the residuals the dataset decides as a whole: the likelihood is highest where the largest residual "
    "is least, and the loss of single observations has no mean to minimise.",
)


@cache
def checked_losses() -> tuple[CheckedLoss, ...]:
    """Return every shipped noise model that induces a loss, with what the checker found; named ones first.

    >>> check_loss(induced_loss(family("poisson"))).verdict.value  # one of them; all take half a minute
    'agree'
    """
    found = [
        *(induced_loss(family(entry.name)) for entry in catalogue()),
        *(joint_loss(structured(entry.name)) for entry in structured_catalogue()),
    ]
    names = [*(one.name for one in (*DEFINITIONS, *JOINT_DEFINITIONS)), "largest absolute error", ""]
    entries = sorted((one for one in found if one is not None), key=lambda one: names.index(one.name))
    return tuple(check_loss(one) for one in entries)


def losses_page() -> str:
    """Return the page: the table, the definitions with their sources, and what is proved of each entry."""
    claims = list(dict.fromkeys(words for one in checked_losses() for words, _ in one.findings))
    blocks = [
        f"<!-- Generated with SymPy {sympy.__version__}; not to be edited. -->",
        "# Noise models and the losses they induce",
        *_INTRODUCTION,
        _table(
            (
                "Noise model",
                "Prediction $m$",
                "Loss that is minimised",
                "Factor",
                "Unit of the loss",
                "Rest",
                "Checked",
            ),
            [_row(one) for one in checked_losses()],
        ),
        "## The definitions",
        "Of an observation $y$ and a prediction $m$, with $y \\log y = 0$ at $y = 0$; or of several numbers at once.",
        _table(
            ("Name", "Loss", "Source"),
            [
                (one.name, _shown(one.formula), escaped(one.source.citation))
                for one in (*DEFINITIONS, *JOINT_DEFINITIONS)
            ],
        ),
        "## What is proved of an entry",
        "\n".join(f"- {escaped(words[:1].upper() + words[1:])}." for words in claims),
    ]
    return "\n\n".join(blocks) + "\n"


def _row(checked: CheckedLoss) -> tuple[str, ...]:
    one = checked.entry
    return (
        f"[{escaped(one.family.name)}]({one.family.name}.md)",
        _predicted(one),
        f"{one.name}<br>{_shown(one.loss)}" if one.name else f"no name here<br>{_shown(one.loss)}",
        _shown(one.factor),
        _shown(one.unit) if one.name else "",
        _shown(one.rest),
        _mark(checked),
    )


def _predicted(one: InducedLoss | JointLoss) -> str:
    what = {"location": f"location of {_shown(one.observed)}", "mean": "mean", "bound": "centre"}[one.role]
    return what if one.role == "bound" else f"{what}, {_shown(one.parameter)} = {_shown(one.replacement)}"


def _mark(checked: CheckedLoss) -> str:
    if checked.verdict is Verdict.AGREE:
        return "✓ " + ", ".join(sorted({finding.evidence.value for _, finding in checked.findings}))
    bad = next(words for words, finding in checked.findings if finding.evidence.verdict is checked.verdict)
    return escaped(f"✗ {'REFUTED' if checked.verdict is Verdict.DISAGREE else 'OPEN'}: {bad}")


def _shown(value: Basic) -> str:
    return f"${expression_latex(value)}$"


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(cells)} |" for cells in (heads, ("---",) * len(heads), *rows)]
    return "\n".join(lines)
