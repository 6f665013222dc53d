"""Carries a derivation over to the family that a monotone map makes of the observation: nothing is derived anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sympy import Expr, Integer, S, Symbol, Tuple

from .algebra.atoms import Centred, Excess, LargestTie, Mean, Quantile
from .algebra.derivatives import derivative
from .algebra.logs import split_logs
from .algebra.overlapping import Overlapping
from .algebra.signs import Domain, strict_sign
from .change import change_of_variable
from .checker import check_steps
from .derivation import Derivation, Evidence, Label, Outcome, Section, Statistic, Step
from .errors import DeclarationError
from .family import Family


def transport(derivation: Derivation, name: str, variable: Symbol, image: Expr) -> Derivation:
    """Return the derivation of ``derivation.family.transform(name, variable, image)``, carried over.

    The density of the new variable is that of the old one times the slope of the map, which holds no parameter. So the
    likelihood of data ``y`` has the same maximisers as that of the data ``image(y)``: in every average the old
    observation is written in the new one, and order statistics are mapped back, a falling map exchanging them.

    Parameters
    ----------
    name, variable, image
        As of ``Family.transform``: the new family, its observation, and the old observation written in it.

    Returns
    -------
    A derivation whose steps are those of the old family, which are about that family, and one more, ``transport``,
    which is about the new one and by which all conclusions carry over.

    Raises
    ------
    DeclarationError
        When the map is not one to one or holds a parameter; when the old family has no estimator, or one that is
        looked for among the observations; when the checker refutes the step.

    Source
    ------
    Casella & Berger 2002, *Statistical Inference*, theorem 2.1.5.

    Examples
    --------
    >>> from sympy import Symbol
    >>> from thetahat import derive, family
    >>> y = Symbol("y", positive=True)
    >>> squared = transport(derive(family("exponential")), "squared", y, y**2)
    >>> squared.estimator, squared.statistics[0].definition
    ({lambda: 1/t_1}, Mean(y**2, y))
    """
    old = derivation.family
    who = f"family {old.name!r}: the derivation is not carried over along {old.observation} = {image}"
    held = sorted(image.free_symbols & set(old.symbols), key=str)
    if held:
        raise DeclarationError(
            f"{who}, because the map holds the parameter {held[0]}, and so does its slope; derive the new family itself"
        )
    if derivation.outcome in (Outcome.UNSOLVED, Outcome.DATA_POINT):
        raise DeclarationError(f"{who}, because {derivation.reason}; derive the new family itself")
    if any(condition.expression.has(Overlapping) for condition in derivation.exists_when):
        raise DeclarationError(f"{who}, because it rests on the rows of a regression; derive the new family itself")
    new = old.transform(name, variable, image)
    rising = strict_sign(derivative(image, variable), new.domain)
    move = carrier(old.observation, variable, image, rising > 0, new.domain)
    log_slope = change_of_variable(old, variable, image).log_slope
    moved = _moved(derivation, new, move, log_slope, image)
    step = _step(derivation, moved, image, rising, log_slope)
    (finding,) = check_steps(new, (step,))
    if finding.evidence is Evidence.REFUTED:
        raise DeclarationError(f"{who}, because the checker refutes it: {finding.detail}")
    return replace(moved, steps=(*derivation.steps, step), findings=(*derivation.findings, finding))


def carrier(old: Symbol, new: Symbol, image: Expr, rising: bool, domain: Domain) -> Callable[[Expr], Expr]:
    """Return the map from expressions in data atoms of ``old`` to the same numbers in data atoms of ``new``.

    Logarithms are split by the signs that ``domain`` proves.

    >>> from sympy.abc import x, y
    >>> carrier(x, y, -y, False, {})(Mean(x**2, x) - Quantile(1, x))
    Mean(y**2, y) + Quantile(0, y)
    """

    def move(expression: Expr) -> Expr:
        if isinstance(expression, Quantile):
            level = expression.level if rising else 1 - expression.level
            return image.xreplace({new: Quantile(level, new)})
        if isinstance(expression, LargestTie):
            return LargestTie(new)
        if isinstance(expression, Excess):
            # It names the order statistic at which its function is smallest; what is left of it is its definition.
            return move(expression.definition())
        if isinstance(expression, Mean):
            inside = split_logs(move(expression.integrand).xreplace({old: image}), domain)
            return Mean(inside, *(new if column == old else column for column in expression.data))
        if isinstance(expression, Centred):
            functions = expression.args[: len(expression.args) - len(expression.data)]
            data = (new if column == old else column for column in expression.data)
            return expression.func(*(move(one).xreplace({old: image}) for one in functions), *data)
        return expression.func(*map(move, expression.args)) if expression.has(old) and expression.args else expression

    return move


def _moved(
    derivation: Derivation, new: Family, move: Callable[[Expr], Expr], log_slope: Expr, image: Expr
) -> Derivation:
    """The derivation with its data atoms moved; symbols of statistics stand for the same numbers as before."""
    x, form = derivation.family.observation, derivation.exponential_form
    if form is not None:
        form = replace(
            form,
            statistics=tuple(t.xreplace({x: image}) for t in form.statistics),
            log_base_measure=form.log_base_measure.xreplace({x: image}) + log_slope,
        )
    return replace(
        derivation,
        family=new,
        statistics=tuple(Statistic(s.symbol, move(s.definition)) for s in derivation.statistics),
        mean_log_likelihood=move(derivation.mean_log_likelihood) + Mean(log_slope, *new.columns),
        formulas=tuple((symbol, move(value)) for symbol, value in derivation.formulas),
        equations=tuple(map(move, derivation.equations)),
        closed=tuple((symbol, move(value)) for symbol, value in derivation.closed),
        free=tuple((symbol, move(low), move(high)) for symbol, low, high in derivation.free),
        within=tuple((symbol, move(low), move(high)) for symbol, low, high in derivation.within),
        exponential_form=form,
        exists_when=tuple(
            replace(one.at(move), meaning=f"with {x} = {image}: {one.meaning}") for one in derivation.exists_when
        ),
        integer=None if derivation.integer is None else derivation.integer.at(move, {}),
        edges=tuple(
            replace(edge, height=move(edge.height) + Mean(log_slope, *new.columns)) for edge in derivation.edges
        ),
    )


def _step(derivation: Derivation, moved: Derivation, image: Expr, rising: int, log_slope: Expr) -> Step:
    old, new = derivation.family, moved.family
    exchanged = "" if rising > 0 else " The map falls, so that the smallest and the largest are exchanged."
    return Step(
        rule="transport",
        section=Section.OPTIMALITY,
        words=f"Carried over: with `{old.observation}` = `{image}` the log-density is the old one plus the logarithm "
        "of the map's slope, which holds no parameter; so both likelihoods have the same maximisers, and exist for the "
        f"same data. In every average `{old.observation}` is written in `{new.observation}`.{exchanged}",
        value=log_slope,
        label=Label(f"log |d{old.observation}/d{new.observation}|", r"\log |dx/dy|"),
        using=(
            ("observation", old.observation),
            ("density", old.log_density),
            ("ends", Tuple(old.bounds.lo, old.bounds.hi)),
            ("image", image),
            ("rising", Integer(rising)),
            ("pairs", Tuple(*(Tuple(*pair) for pair in _pairs(derivation, moved, log_slope)))),
        ),
    )


def _pairs(derivation: Derivation, moved: Derivation, log_slope: Expr) -> list[tuple[Expr, Expr]]:
    """Every expression in data atoms that changed, before and after; limits of the likelihood without its slope."""

    def expressions(one: Derivation) -> list[Expr]:
        found = [statistic.definition for statistic in one.statistics]
        found += [value for _, value in (*one.formulas, *one.closed)]
        found += [end for _, low, high in (*one.free, *one.within) for end in (low, high)]
        found += [*one.equations, *(condition.expression for condition in one.exists_when)]
        if one.integer is not None:
            found += [one.integer.increment, *one.integer.floors, *one.integer.ceilings]
            found += [S.Zero if one.integer.falling is None else one.integer.falling]
        return found

    slope = Mean(log_slope, *moved.family.columns)
    limits = ((a.height, b.height - slope) for a, b in zip(derivation.edges, moved.edges, strict=True))
    pairs = (*zip(expressions(derivation), expressions(moved), strict=True), *limits)
    return [(before, after) for before, after in dict.fromkeys(pairs) if before != after]
