"""Looks in balls for a counterexample to what a step claims: it proves nothing, and refutes whoever proved it.

Signs, bounds, limits and roots are proved by algebra that derivers use as well, so that a slip in it would convince
both sides. Here each claim is tried on members and data, from the declared density where that is possible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from . import (
    counter_crest,
    counter_equations,
    counter_predictors,
    counter_shapes,
    counter_slant,
    counter_support,
    counter_ways,
)
from .balls import precision
from .check_context import Context
from .derivation import Step
from .reparametrisation import RENAMES

_BITS = 256

LOOKS: Mapping[str, Callable[[Step, Context], str]] = {
    "support-end": counter_support.support_end,
    "balance": counter_support.balance,
    "any-value": counter_support.any_value,
    "edge-growth": counter_support.edge_growth,
    "data-point": counter_support.data_point,
    "profile": counter_support.profile,
    "score": counter_equations.score,
    "score-zero": counter_equations.score_zero,
    "combined": counter_equations.combined,
    "agreement": counter_equations.agreement,
    "untangled": counter_equations.agreement,
    "branch": counter_equations.branch,
    "root": counter_equations.root,
    "integer-falling": counter_equations.falling,
    "transport": counter_equations.transport,
    RENAMES: counter_equations.reparametrisation,
    "concave": counter_shapes.concave,
    "half-plane": counter_shapes.half_plane,
    "groups": counter_shapes.groups,
    "censoring": counter_shapes.censoring,
    "curvature": counter_shapes.curvature,
    "concave-terms": counter_shapes.curvature,
    "loss": counter_shapes.loss,
    "predictor": counter_predictors.predictor,
    "recession": counter_predictors.recession,
    "slant": counter_slant.slant,
    "slant-edges": counter_slant.edges,
    "crest": counter_crest.crest,
    "crest-edges": counter_crest.edges,
    "profile-edges": counter_crest.profile_edges,
    "ridge": counter_shapes.ridge,
    "ridge-profile": counter_shapes.ridge_profile,
    "ridge-logs": counter_shapes.ridge_logs,
    "one-way": counter_ways.one_way,
    "ridge-counts": counter_shapes.ridge_counts,
    "line-turn": counter_shapes.turn,
    "ridge-turn": counter_shapes.turn,
}


def counterexample(step: Step, context: Context) -> str:
    """Return what contradicts a step; empty where nothing was found, or its rule says nothing of signs and limits.

    >>> from thetahat import derive, family
    >>> d = derive(family("rayleigh"))
    >>> {counterexample(step, Context(d.family, d.steps)) for step in d.steps}
    {''}
    """
    look = LOOKS.get(step.rule)
    if look is None:
        return ""
    with precision(_BITS):
        return look(step, context)
