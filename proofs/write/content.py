"""What a page says of a derivation, whatever it is written in: a table, the declaration, steps, what is proved."""

from __future__ import annotations

from dataclasses import dataclass

from ..algebra.atoms import Mean, Quantile
from ..derivation import Derivation, Evidence, Outcome, Section, Statistic
from ..integers import IntegerSearch
from ..labels import hat
from .closing import existence, proved
from .declared import declared
from .display import Formula, Line, Part, equation, sign, two_sides, unfolded
from .steps import Item, item, speak

_DECISIVE = (
    "identity",
    "concave",
    "predictor",
    "half-plane",
    "groups",
    "curvature",
    "concave-terms",
    "harmonic",
    "ridge",
    "ridge-profile",
    "ridge-logs",
    "ridge-counts",
    "line-turn",
    "ridge-turn",
    "data-point",
    "profile",
)


@dataclass(frozen=True)
class Content:
    """A page in words and formulas: ``rows`` is the table at its top, ``sections`` are headings with numbered steps."""

    title: str
    summary: str
    path: str
    counts: str
    rows: tuple[tuple[str, tuple[Line, ...]], ...]
    declared: tuple[Line, ...]
    sections: tuple[tuple[str, tuple[Item, ...]], ...]
    proved: tuple[Line, ...]
    obligations: tuple[tuple[Line, Line], ...]


def content(derivation: Derivation, title: str = "", summary: str = "", path: str = "") -> Content:
    """Return what is to be said of ``derivation``.

    >>> from thetahat import derive, family
    >>> content(derive(family("rayleigh"))).title
    'Rayleigh'
    """
    checked = list(zip(derivation.steps, derivation.findings, strict=True))
    numbered = [(step.section, item(at, step, found, derivation)) for at, (step, found) in enumerate(checked, 1)]
    sections = tuple((one.value, tuple(shown for section, shown in numbered if section is one)) for one in Section)
    name = derivation.family.name.replace("_", " ").replace("[", " [")
    return Content(
        title=title or name[:1].upper() + name[1:],
        summary=summary,
        path=path,
        counts=_counts(derivation),
        rows=_rows(derivation),
        declared=declared(derivation.family),
        sections=tuple((heading, items) for heading, items in sections if items),
        proved=proved(derivation),
        obligations=tuple(
            (speak(one.statement.rstrip("."), None, derivation), speak(one.why, None, derivation))
            for one in derivation.obligations
        ),
    )


def _counts(derivation: Derivation) -> str:
    named = (
        (Evidence.ALGEBRA, "by algebra"),
        (Evidence.SIGN, "by a sign rule"),
        (Evidence.LEMMA, "by a lemma"),
        (Evidence.BALL, "by balls"),
        (Evidence.REFUTED, "REFUTED"),
    )
    found = [f"{derivation.count(evidence)} {words}" for evidence, words in named if derivation.count(evidence)]
    return f"{len(derivation.steps)} steps: {', '.join(found)}; {derivation.count(Evidence.UNDECIDED)} open."


def _rows(derivation: Derivation) -> tuple[tuple[str, tuple[Line, ...]], ...]:
    family = derivation.family
    rows = [
        ("Estimator", _estimator(derivation)),
        ("Equation" + "s" * (len(derivation.equations) > 1) + " left", _equations(derivation)),
        ("Outcome", ((_outcome(derivation),),)),
        ("Exists", (existence(derivation),)),
        ("Maximum", ((_maximum(derivation),),)),
        *_statistics(derivation),
        ("Sources", tuple((source.citation,) for source in family.sources)),
    ]
    return tuple((name, lines) for name, lines in rows if lines)


def _estimator(derivation: Derivation) -> tuple[Line, ...]:
    hatted = frozenset(derivation.family.symbols)
    below = sign("<=", r"\le")
    lines: list[Line] = [
        (equation(hat(symbol), unfolded(value, derivation.statistics), hatted),)
        for symbol, value in derivation.estimator.items()
    ]
    for symbol, low, high in derivation.free:
        ends = [unfolded(end, derivation.statistics) for end in (low, high)]
        lines.append(("any ", Formula((ends[0], below, symbol, below, ends[1]), hatted)))
    if derivation.searched is not None:
        found: Line = (Formula((hat(derivation.searched),)), " is the observation at which the likelihood is largest")
        lines.append(found)
    if derivation.integer is not None:
        whole = Formula((hat(derivation.integer.parameter),))
        lines.insert(0, (whole, " is the integer at which the likelihood is largest", *_range(derivation.integer)))
    if not lines and not derivation.equations:
        return (("none: ", derivation.reason),)
    return tuple(lines)


def _range(search: IntegerSearch) -> Line:
    """Where the integer is looked for."""
    line: list[Part] = [", from the largest of " if len(search.floors) > 1 else ", from "]
    for limits, between in ((search.floors, ""), (search.ceilings, ", to the least of ")):
        line += [between] if limits and between else []
        for at, limit in enumerate(limits):
            line += [*([" and "] if at else []), Formula((unfolded(limit, search.statistics),))]
    return (*line, " on") if not search.ceilings else tuple(line)


def _equations(derivation: Derivation) -> tuple[Line, ...]:
    unknowns = frozenset(derivation.family.symbols)
    return tuple((two_sides(unfolded(one, derivation.statistics), unknowns),) for one in derivation.equations)


def _outcome(derivation: Derivation) -> str:
    said = derivation.outcome.value
    if derivation.outcome in (Outcome.REDUCED, Outcome.UNSOLVED):
        said = f"{said}: {derivation.reason}"
    if derivation.independent_routes:
        return f"{said}; the KL route, which solves other equations, agrees"
    return said


def _maximum(derivation: Derivation) -> str:
    optimality = derivation.optimality
    rules = [step.rule for step in derivation.steps]
    if derivation.outcome is Outcome.UNBOUNDED:
        grows = next(at for at, rule in enumerate(rules, 1) if rule in ("edge-growth", "path-growth"))
        return f"none: the likelihood is unbounded (step {grows})"
    if derivation.outcome is Outcome.UNSOLVED:
        return "not derived"
    if not optimality.proved:
        return "stationary; uniqueness not proved"
    decisive = [at for at, rule in enumerate(rules, 1) if rule in _DECISIVE]
    if derivation.integer is not None:
        decisive = [at for at, rule in enumerate(rules, 1) if rule.startswith("integer-")]
    ends = ("support-end", "balance", "any-value")
    decisive = decisive or [at for at, rule in enumerate(rules, 1) if rule in ends]
    where = f"step{'s' * (len(decisive) != 1)} {' and '.join(map(str, decisive))}"
    unique = "global and unique" if optimality.unique else "global; other points may be as high"
    return f"{unique} ({where}): {optimality.argument}"


def _statistics(derivation: Derivation) -> list[tuple[str, tuple[Line, ...]]]:
    """Sufficient statistics, where an exponential form shows them; else and beside them what the formulas use."""
    defined: list[tuple[Statistic, Line]] = [
        (one, (equation(one.symbol, unfolded(one.definition, derivation.statistics)),)) for one in derivation.statistics
    ]
    form, rules = derivation.exponential_form, [step.rule for step in derivation.steps]
    if form is None:
        none = "no exponential form" if "no-exponential-form" in rules else "no exponential form was found"
        return [
            ("Sufficient statistic", ((f"{none}, so nothing shorter than the data is known",),)),
            ("Statistics used", tuple(line for _, line in defined)),
        ]
    means = {Mean(statistic, *derivation.family.columns) for statistic in form.statistics}
    sufficient = [line for one, line in defined if one.definition in means or isinstance(one.definition, Quantile)]
    others = [line for _, line in defined if line not in sufficient]
    return [
        ("Sufficient statistic" + "s" * (len(sufficient) != 1), tuple(sufficient)),
        ("Used beside these", tuple(others)),
    ]
