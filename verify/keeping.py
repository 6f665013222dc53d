"""Compiles estimators so that other processes find them: made of text, numbers and the packed derivation."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sympy import srepr

from ..proofs.family import Family
from ..proofs.registry import catalogue, family
from .compiled.kept import CompiledEstimator, place_for, read
from .compiled.text import made, origin_of
from .compiled_fit import estimator_of
from .derivation_cache import in_full, packed
from .kept_files import keep
from .known_values import exactly, kept_with


def compiled_estimator(declared: Family | str, fixed: Mapping[str, Any], place: Path | None) -> CompiledEstimator:
    """Return the estimator of a family, or of the one of that name, and keep it for the next process.

    ``place`` is the file for that name; that of a declaration is found here.

    >>> compiled_estimator("poisson", {}, None)([3, 4])
    {'lambda': 3.5}
    """
    if isinstance(declared, Family):
        member, place = declared, _place(declared, fixed)
        found = None if place is None else read(place)
        if found is not None:
            return found
    else:
        member = family(declared)
        if declared not in {entry.name for entry in catalogue()}:
            place = None  # another process may know another family by that name
    derivation = kept_with(member, fixed)
    quick = estimator_of(derivation)
    own = derivation.family
    compiled = CompiledEstimator(
        own.name,
        own.parameter_names,
        None if quick is None else replace(quick, rounded=None),
        bool(own.bounds.discrete),
        lambda: derivation,
    )
    content = None if place is None else packed(derivation)
    if place is not None and content is not None:
        keep(place, _dumped(replace(compiled, _derived=partial(pickle.loads, content))))
    return compiled


def _place(declared: Family, fixed: Mapping[str, Any]) -> Path | None:
    """The file of a family that is not known by its name; ``None`` for one that no text says all of."""
    text, known = in_full(declared), [(name, srepr(value)) for name, value in exactly(declared, fixed)]
    return None if text is None else place_for("declared", text, known)


class _AsText(pickle.Pickler):
    """Functions that are made of text come back by being made again."""

    def reducer_override(self, item: Any) -> Any:
        """Return how to rebuild ``item``, or that the usual way will do."""
        origin = origin_of(item)
        return NotImplemented if origin is None else (made, (origin,))


def _dumped(estimator: CompiledEstimator) -> bytes:
    file = io.BytesIO()
    _AsText(file, protocol=5).dump(estimator)
    return file.getvalue()
