"""Takes up the steps of a derivation in which one parameter is known, for that of the family in which it is not."""

from __future__ import annotations

from dataclasses import replace

from sympy import Symbol

from .derivation import Derivation, Section, Step


def held_steps(section: Derivation, parameter: Symbol) -> tuple[Step, ...]:
    """Return the steps with the parameter held, but for those on existence: these are taken up again.

    >>> from thetahat import derive, family
    >>> gamma = family("gamma")
    >>> shape = gamma.symbols[0]
    >>> {step.held for step in held_steps(derive(gamma.holding(shape)), shape)}
    {(k,)}
    """
    kept = [step for step in section.steps if step.section is not Section.EXISTENCE]
    return tuple(replace(step, held=(*step.held, parameter)) for step in kept)


def in_sections(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return the steps in the order of their sections; a step never rests on one of a later section.

    >>> in_sections(())
    ()
    """
    order = list(Section)
    places = sorted(range(len(steps)), key=lambda at: order.index(steps[at].section))
    new = {old: at for at, old in enumerate(places)}
    return tuple(replace(steps[at], given=tuple(new[i] for i in steps[at].given)) for at in places)
