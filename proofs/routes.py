"""Walks the likelihood route and the KL route of one family and records every step."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sympy import Expr, Integer, Symbol, Tuple

from . import labels
from .algebra.derivatives import derivative
from .algebra.eliminate import eliminate
from .algebra.elimination import Elimination
from .algebra.invertible import is_invertible
from .algebra.signs import Domain
from .boundary import Ends, place_ends, resolved, support_parameters
from .branches import chooser, no_choice
from .data_point import DataPoint, data_point
from .derivation import Label, Section, Statistic
from .divergence import MeanMap, at_ends, match_moments, mean_map, moment_equations, told
from .end_steps import data_point_step, end_steps
from .exponential import excluded_up_to
from .extremes import ranges
from .family import Family
from .likelihood import AverageForm, average_form, name_averages, scores, without_evaluation
from .solution_steps import solution_steps, stable_steps
from .stable import stable_form
from .trail import Trail
from .untangling import untangled_step, untangling

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
    searched: DataPoint | None
    choosing: bool

    def closed(self) -> dict[Symbol, Expr]:
        """Every solved parameter in statistics and unknowns alone."""
        return resolved(self.ends.placed) | self.elimination.closed()


def likelihood_route(family: Family, trail: Trail, choosing: bool = True) -> LikelihoodRoute:
    """Derive scores and solve them, parameters of the support first.

    With ``choosing``, one of several roots is taken; without, an equation with several is left.
    """
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
    current = end_steps(family, ends, trail, first)
    inside = ends.inside()
    regular = tuple(p for p in family.symbols if p not in support_parameters(family) or p in inside)
    placed = resolved(ends.placed)
    domain = {s: b for s, b in family.domain.items() if s != family.observation and s not in placed} | inside
    statistics = (*averages.statistics, *ends.statistics)
    equations = {} if ends.failure or ends.unbounded else scores(ends.mean_log_likelihood, regular)
    failure = without_evaluation(equations)
    if failure:
        ends, equations = replace(ends, failure=failure), {}
    untangled = untangling(family, averages, regular, ends, domain)
    elimination = eliminate(
        equations,
        {**ranges(averages.statistics), **domain},
        chooser(family, ends.mean_log_likelihood, statistics) if choosing else no_choice,
        combine=True,
        statistics=tuple(s.symbol for s in averages.statistics),
        instead=lambda: moment_equations(found, averages.statistics) if (found := untangled()) else None,
    )
    if elimination.unknowns and len(ends.inside()) > 1:
        # On the line of one of two parameters it is not seen where the data keep the other: roots beyond are none.
        elimination = Elimination((), tuple(equations.values()), tuple(equations))
    searched = data_point(family) if elimination.unknowns and len(family.parameters) == 1 else None
    if searched is not None and searched.place != family.observation:
        searched = None
    if searched is not None:
        data_point_step(searched, trail, current)
        equations, elimination = {}, Elimination((), (), ())
    where = {
        p: trail.add("score", _LIKELIHOOD, f"Score in `{p}`.", equation, labels.score(p), given=(current,), subject=p)
        for p, equation in equations.items()
    }
    if elimination.instead and (means := untangled()):
        where = dict.fromkeys(where, untangled_step(means, averages, tuple(where.values()), trail))
    solved_at = solution_steps(elimination, where, trail, current)
    stable = [(item.unknown, stable_form(item.root.value, family, statistics)) for item in elimination.ordered()]
    left = tuple(stable_form(equation, family, statistics) for equation in elimination.equations)
    formulas, left, statistics = _named(family, ends, stable, left, statistics)
    stable_steps(elimination, formulas, left, statistics, solved_at, trail)
    return LikelihoodRoute(
        averages, ends, regular, elimination, statistics, formulas, left, domain, current, searched, choosing
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


@dataclass(frozen=True)
class DivergenceRoute:
    """What the KL route found: the mean map and the equations solved by moment matching, where there is one.

    ``agreement`` is the step that both routes have the same zeros, where ``J`` is proved to be invertible: only then
    are the means at the statistics at every root of the likelihood equations.
    """

    means: MeanMap | None
    elimination: Elimination | None
    mean_step: int | None
    agreement: int | None = None


def divergence_route(family: Family, route: LikelihoodRoute, trail: Trail) -> DivergenceRoute:
    """Record cross-entropy, exponential form, mean map, moment matching, and that both routes agree."""
    trail.add(
        "split",
        _KL,
        "Divergence splits: it is minus the entropy of the data, which does not depend on the parameters, plus the "
        "cross-entropy."
        + ("" if family.countable else " Data have atoms, the model is a density: this is about the cross-entropy."),
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
    means = None if family.covariates else mean_map(form, route.regular, {**route.domain, **_declared(family)})
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


def _declared(family: Family) -> Domain:
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
    shifted = at_ends(means, placed)
    every = (*statistics, *route.ends.statistics)
    choose = chooser(family, route.ends.mean_log_likelihood, every) if route.choosing else no_choice
    elimination = match_moments(shifted, statistics, {**ranges(statistics), **route.domain}, choose)
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
    agreement = trail.add(
        "agreement",
        _KL,
        "Both routes agree: the score is `J'(t - tau)` with an invertible `J`, the derivative of `eta` in the "
        "parameters; it is zero exactly where the means match the statistics.",
        Tuple(*(derivative(route.ends.mean_log_likelihood, p) for p in means.parameters)),
        Label("J'(t - tau)", r"J^{\top}(t - \tau)"),
        given=(route.likelihood, mean_step),
        using=told(shifted, statistics),
    )
    regular = is_invertible(shifted.jacobian, {s: b.interior() for s, b in _declared(family).items()})
    return DivergenceRoute(means, elimination, mean_step, agreement if regular else None)
