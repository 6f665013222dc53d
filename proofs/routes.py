"""Walks the likelihood route and the KL route of one family and records every step."""

from __future__ import annotations

from dataclasses import dataclass

from sympy import Expr, Integer, Symbol, Tuple

from . import labels
from .algebra.eliminate import Elimination, Solved, eliminate
from .algebra.signs import Domain
from .algebra.solve import cleared
from .boundary import AtEnd, Ends, place_ends, resolved, support_parameters
from .branches import chooser
from .derivation import Label, Section, Statistic
from .divergence import MeanMap, match_moments, mean_map
from .exponential import excluded_up_to
from .family import Family
from .likelihood import AverageForm, average_form, name_averages, scores
from .stable import stable_form
from .trail import Trail

_LIKELIHOOD, _KL = Section.LIKELIHOOD, Section.DIVERGENCE


@dataclass(frozen=True)
class LikelihoodRoute:
    """What the likelihood route found.

    ``regular`` are the parameters that the support does not depend on, ``formulas`` what ``Derivation.formulas`` says.
    """

    averages: AverageForm
    ends: Ends
    regular: tuple[Symbol, ...]
    elimination: Elimination
    statistics: tuple[Statistic, ...]
    formulas: tuple[tuple[Symbol, Expr], ...]
    equations: tuple[Expr, ...]
    domain: Domain
    likelihood: int


def likelihood_route(family: Family, trail: Trail) -> LikelihoodRoute:
    """Derive scores and solve them, parameters of the support first."""
    averages = average_form(family)
    ell = averages.mean_log_likelihood
    first = trail.add(
        "mean-log-likelihood",
        _LIKELIHOOD,
        "Mean log-likelihood: linearity of the average.",
        ell,
        labels.mean_log_likelihood(family.symbols),
        using=(("statistics", Tuple(*(Tuple(s.symbol, s.definition) for s in averages.statistics))),),
    )
    ends = place_ends(family, ell)
    current = _end_steps(family, ends, trail, first)
    regular = tuple(p for p in family.symbols if p not in support_parameters(family))
    placed = resolved(ends.placed)
    domain = {s: b for s, b in family.domain.items() if s != family.observation and s not in placed}
    statistics = (*averages.statistics, *ends.statistics)
    equations = scores(ends.mean_log_likelihood, regular)
    elimination = eliminate(equations, domain, chooser(family, ends.mean_log_likelihood, statistics))
    where = {
        p: trail.add("score", _LIKELIHOOD, f"Score in `{p}`.", equation, labels.score(p), given=(current,), subject=p)
        for p, equation in equations.items()
    }
    solved_at = _solution_steps(family, elimination, where, domain, trail, current)
    stable = [(item.unknown, stable_form(item.root.value, family, statistics)) for item in elimination.ordered()]
    left = tuple(stable_form(equation, family, statistics) for equation in elimination.equations)
    formulas, left, statistics = _named(family, ends, stable, left, statistics)
    _stable_steps(elimination, formulas, left, statistics, solved_at, trail)
    return LikelihoodRoute(averages, ends, regular, elimination, statistics, formulas, left, domain, current)


def _end_steps(family: Family, ends: Ends, trail: Trail, first: int) -> int:
    """Steps for parameters of the support; returns where the mean log-likelihood to go on with stands."""
    current = first
    for at in ends.placed:
        before = Tuple(*(Tuple(b.parameter, b.value) for b in ends.placed[: ends.placed.index(at)]))
        table = Tuple(*(Tuple(s.symbol, s.definition) for s in ends.statistics))
        if at.balances is not None:
            _balance_step(at, before, table, trail, current)
            continue
        direction = "increases" if at.slope > 0 else "decreases"
        difference = "The difference to the next integer" if at.parameter.is_integer else "Its derivative"
        trail.add(
            "support-end",
            _LIKELIHOOD,
            f"End of the support: the likelihood {direction} strictly in `{at.parameter}`, which therefore sits where "
            f"the data stop it. {difference} is of one sign.",
            at.value,
            labels.hat(at.parameter),
            given=(current,),
            subject=at.parameter,
            using=(
                ("increment", at.increment),
                ("slope", Integer(at.slope)),
                ("placed", before),
                ("statistics", table),
            ),
        )
    for parameter, low, high in ends.free:
        trail.add(
            "any-value",
            _LIKELIHOOD,
            f"Flat direction: the likelihood does not depend on `{parameter}`; every value that keeps the data in the "
            "support maximises it.",
            Tuple(low, high),
            Label(f"{parameter} from, to", rf"{labels.hat_latex(parameter)} \text{{ from, to}}"),
            given=(current,),
            subject=parameter,
            using=(("statistics", Tuple(*(Tuple(s.symbol, s.definition) for s in ends.statistics))),),
        )
    if ends.placed:
        current = trail.add(
            "substitute",
            _LIKELIHOOD,
            "Mean log-likelihood, with the ends of the support put in.",
            ends.mean_log_likelihood,
            labels.mean_log_likelihood(tuple(p for p in family.symbols if p not in {a.parameter for a in ends.placed})),
            given=(current,),
            using=(("placed", Tuple(*(Tuple(p, value) for p, value in resolved(ends.placed).items()))),),
        )
    return current


def _balance_step(at: AtEnd, before: Tuple, table: Tuple, trail: Trail, current: int) -> None:
    trail.add(
        "balance",
        _LIKELIHOOD,
        f"Two constraints on `{at.balances}`, one rising and one falling in `{at.parameter}`, through which alone the "
        f"likelihood depends on `{at.parameter}`: it is largest where both are equal.",
        at.value,
        labels.hat(at.parameter),
        given=(current,),
        subject=at.parameter,
        using=(("balances", at.balances), ("placed", before), ("statistics", table)),
    )


def _solution_steps(
    family: Family, elimination: Elimination, where: dict[Symbol, int], domain: Domain, trail: Trail, current: int
) -> dict[Symbol, int]:
    """One step for every root, with its equation cleared, its rivals refuted, and one for every equation left."""
    solved_at: dict[Symbol, int] = {}
    for item in elimination.solved:
        roots = tuple(solved_at.values())
        source = tuple(where.values())
        before = Tuple(*(Tuple(e.unknown, e.root.value) for e in elimination.solved[: elimination.solved.index(item)]))
        clear = cleared(item.equation, domain)
        at = trail.add(
            "score-zero",
            _LIKELIHOOD,
            _cleared_words(item.equation not in _raw(trail, source), clear != item.equation),
            clear,
            labels.zero(),
            given=(*source, *roots),
            subject=item.unknown,
            using=(("equation", item.equation), ("roots", before)),
        )
        at = trail.add(
            "root",
            _LIKELIHOOD,
            f"Solved for `{item.unknown}`: {item.root.rule}" + (", the only root." if item.root.only else "."),
            item.root.value,
            labels.hat(item.unknown),
            given=(at,),
            subject=item.unknown,
            using=(("only", Integer(item.root.only)),),
        )
        solved_at[item.unknown] = at
        _branch_steps(item, trail, at, current)
    for unknown, equation in zip(elimination.unknowns, elimination.equations, strict=True):
        trail.add(
            "reduced",
            _LIKELIHOOD,
            f"Equation left: no rule solves it for `{unknown}`, which is to be found numerically.",
            equation,
            labels.zero(),
            given=tuple(where.values()),
            subject=unknown,
            using=(("roots", Tuple(*(Tuple(e.unknown, e.root.value) for e in elimination.solved))),),
        )
    return solved_at


def _cleared_words(substituted: bool, cleared_: bool) -> str:
    said = ["earlier roots put in"] * substituted + ["cleared of factors that are never zero"] * cleared_
    return f"Score zero{': ' * bool(said)}{', '.join(said)}."


def _raw(trail: Trail, positions: tuple[int, ...]) -> set[Expr]:
    return {trail.steps[position].value for position in positions}


def _branch_steps(item: Solved, trail: Trail, at: int, current: int) -> None:
    for rival in item.rivals:
        trail.add(
            "branch",
            _LIKELIHOOD,
            f"Other root: the likelihood at it ({rival.rule}) is no higher.",
            rival.value,
            Label(f"other {item.unknown}", rf"\text{{other }} {labels.hat_latex(item.unknown)}"),
            given=(current, at),
            subject=item.unknown,
        )


def _named(
    family: Family,
    ends: Ends,
    stable: list[tuple[Symbol, Expr]],
    left: tuple[Expr, ...],
    statistics: tuple[Statistic, ...],
) -> tuple[tuple[tuple[Symbol, Expr], ...], tuple[Expr, ...], tuple[Statistic, ...]]:
    """Give every remaining average free of parameters a symbol, and drop statistics that nothing uses."""
    expressions = (*(value for _, value in stable), *left)
    every = name_averages(expressions, family, statistics)
    swap = {s.definition: s.symbol for s in every}
    formulas = (
        *resolved(ends.placed).items(),
        *((unknown, value.xreplace(swap)) for unknown, value in stable),
    )
    named_left = tuple(equation.xreplace(swap) for equation in left)
    used: set[Symbol] = set().union(*(e.free_symbols for _, e in formulas), *(e.free_symbols for e in named_left))
    used |= {s for _, low, high in ends.free for s in low.free_symbols | high.free_symbols}
    for statistic in reversed(every):
        if statistic.symbol in used:
            used |= statistic.definition.free_symbols
    keep = {s.symbol for s in statistics} | used
    return formulas, named_left, tuple(s for s in every if s.symbol in keep)


def _stable_steps(
    elimination: Elimination,
    formulas: tuple[tuple[Symbol, Expr], ...],
    left: tuple[Expr, ...],
    statistics: tuple[Statistic, ...],
    solved_at: dict[Symbol, int],
    trail: Trail,
) -> None:
    """A step wherever the form that floats use differs from the root."""
    table = Tuple(*(Tuple(s.symbol, s.definition) for s in statistics))
    roots = {item.unknown: item.root.value for item in elimination.solved}
    for unknown, formula in formulas:
        if unknown in roots and formula != roots[unknown]:
            trail.add(
                "same-value",
                _LIKELIHOOD,
                "Stable form: centred or of one sign, so that floats keep their digits.",
                formula,
                labels.hat(unknown),
                given=(solved_at[unknown],),
                subject=unknown,
                using=(("other", roots[unknown]), ("statistics", table)),
            )
    for unknown, equation, original in zip(elimination.unknowns, left, elimination.equations, strict=True):
        if equation != original:
            trail.add(
                "same-value",
                _LIKELIHOOD,
                "Stable form: centred or of one sign, so that floats keep their digits.",
                equation,
                labels.zero(),
                subject=unknown,
                using=(("other", original), ("statistics", table)),
            )


@dataclass(frozen=True)
class DivergenceRoute:
    """What the KL route found: the mean map and the equations solved by moment matching, where there is one."""

    means: MeanMap | None
    elimination: Elimination | None
    mean_step: int | None


def divergence_route(family: Family, route: LikelihoodRoute, trail: Trail) -> DivergenceRoute:
    """Record cross-entropy, exponential form, mean map, moment matching, and that both routes agree."""
    trail.add(
        "split",
        _KL,
        "Divergence splits: it is minus the entropy of the data, which does not depend on the parameters, plus the "
        "cross-entropy."
        + ("" if family.discrete else " Data have atoms, the model is a density: this is about the cross-entropy."),
        -route.averages.mean_log_likelihood,
        Label("H(p_hat, p)", r"H(\hat p, p)"),
        given=(0,),
    )
    form = route.averages.form
    if form is None:
        _excluded_step(family, trail)
        return DivergenceRoute(None, None, None)
    x = family.columns
    natural = sum((eta * t for eta, t in zip(form.eta, form.statistics, strict=True)), Integer(0))
    at = trail.add(
        "exponential-form",
        _KL,
        f"Exponential form: {len(form.statistics)} statistic{'s' * (len(form.statistics) != 1)}"
        + (", and none with fewer exists." if form.minimal else "."),
        natural - form.log_partition + form.log_base_measure,
        Label(f"log p({', '.join(map(str, x))})", r"\log p"),
        using=(
            ("statistics", Tuple(*form.statistics)),
            ("eta", Tuple(*form.eta)),
            ("log_partition", form.log_partition),
            ("log_base_measure", form.log_base_measure),
            ("rank", Integer(form.rank)),
        ),
    )
    means = None if family.covariates else mean_map(form, route.regular, {**route.domain, **_placed_domain(family)})
    if means is None:
        return DivergenceRoute(None, None, None)
    mean_step = trail.add(
        "mean-map",
        _KL,
        "Mean map: the expected statistics, from the derivatives of `A`.",
        Tuple(*means.tau),
        labels.mean_of(means.parameters),
        given=(at,),
    )
    return _moment_steps(family, route, means, mean_step, trail)


def _placed_domain(family: Family) -> Domain:
    return {item.symbol: item.bounds for item in (*family.constants, *family.parameters)}


def _excluded_step(family: Family, trail: Trail) -> None:
    excluded = excluded_up_to(family)
    if excluded:
        trail.add(
            "no-exponential-form",
            _KL,
            f"No exponential form: none with up to {excluded} statistics exists. Minimising the cross-entropy gives "
            "the score equations again, so this route is no second opinion here.",
            Integer(excluded),
            Label("excluded", r"\text{excluded}"),
        )
    else:
        trail.add(
            "split",
            _KL,
            "No exponential form: none was found. Minimising the cross-entropy gives the score equations again, so "
            "this route is no second opinion here.",
            -average_form(family).mean_log_likelihood,
            Label("H(p_hat, p)", r"H(\hat p, p)"),
            given=(0,),
        )


def _moment_steps(
    family: Family, route: LikelihoodRoute, means: MeanMap, mean_step: int, trail: Trail
) -> DivergenceRoute:
    placed = resolved(route.ends.placed)
    statistics = route.averages.statistics
    shifted = MeanMap(means.parameters, tuple(tau.subs(placed) for tau in means.tau), means.jacobian.subs(placed))
    choose = chooser(family, route.ends.mean_log_likelihood, (*statistics, *route.ends.statistics))
    elimination = match_moments(shifted, statistics, route.domain, choose)
    for item in elimination.solved:
        trail.add(
            "moment-root",
            _KL,
            f"Moment matching, solved for `{item.unknown}`: {item.root.rule}.",
            item.root.value,
            labels.hat(item.unknown),
            given=(mean_step,),
            subject=item.unknown,
            using=(
                ("equation", item.equation),
                ("means", Tuple(*shifted.tau)),
                ("statistics", Tuple(*(s.symbol for s in statistics))),
                ("roots", Tuple(*(Tuple(e.unknown, e.root.value) for e in elimination.solved))),
            ),
        )
    trail.add(
        "agreement",
        _KL,
        "Both routes agree: the score is `J'(t - tau)` with an invertible `J`, the derivative of `eta` in the "
        "parameters; it is zero exactly where the means match the statistics.",
        Tuple(*(route.ends.mean_log_likelihood.diff(p) for p in means.parameters)),
        Label("J'(t - tau)", r"J^{\top}(t - \tau)"),
        given=(route.likelihood, mean_step),
        using=(
            ("parameters", Tuple(*means.parameters)),
            ("means", Tuple(*shifted.tau)),
            ("jacobian", Tuple(*(Tuple(*shifted.jacobian.row(i)) for i in range(shifted.jacobian.rows)))),
            ("statistics", Tuple(*(s.symbol for s in statistics))),
        ),
    )
    return DivergenceRoute(means, elimination, mean_step)
