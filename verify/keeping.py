"""Compiles estimators so that other processes find them: made of text, numbers and the packed derivation."""

from __future__ import annotations

import io
import pickle
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sympy import Expr, srepr

from ..proofs.declared import is_family
from ..proofs.derivation import Derivation
from ..proofs.errors import DeclarationError
from ..proofs.family import Family
from ..proofs.registry import catalogue, family
from .compiled.estimator import Estimator
from .compiled.kept import CompiledEstimator, place_for, read
from .compiled.text import made, origin_of
from .compiled_fit import estimator_of, rounding_of
from .derivation_cache import in_full, packed
from .few_formulas import few_rows_of
from .kept_files import keep
from .known_values import exactly, kept_with


def named_estimator(name: str, fixed: Mapping[str, Any], place: Path | None) -> CompiledEstimator:
    """Return the estimator of the family of a name, and keep it in the file that belongs to the name.

    >>> named_estimator("poisson", {}, None)([3, 4])
    {'lambda': 3.5}
    """
    found = declared_estimator(family(name), fixed)
    # Another process may know another family by a name that is not shipped.
    if name in {entry.name for entry in catalogue()}:
        _keep(place, found)
    return found


def declared_estimator(declared: Family, fixed: Mapping[str, Any]) -> CompiledEstimator:
    """Return the estimator of a family, from the file of its declaration, or compiled now and kept there.

    >>> from thetahat import family
    >>> declared_estimator(family("poisson"), {})([3, 4])
    {'lambda': 3.5}

    Raises
    ------
    DeclarationError
        For anything but a family of single numbers.
    """
    if not is_family(declared):
        raise DeclarationError(f"estimator: {declared!r:.60} is no Family of single numbers; fit takes structured ones")
    place = _place(declared, fixed)
    found = None if place is None else read(place)
    if found is None:
        found = _compiled(kept_with(declared, fixed))
        _keep(place, found)
    return found


def _compiled(derivation: Derivation) -> CompiledEstimator:
    own, quick = derivation.family, estimator_of(derivation)
    return CompiledEstimator(
        own.name,
        own.parameter_names,
        None if quick is None else replace(quick, rounded=None),
        bool(own.bounds.discrete),
        None if quick is None else few_rows_of(derivation),
        lambda: derivation,
    )


def _keep(place: Path | None, estimator: CompiledEstimator) -> None:
    """Write an estimator with its derivation, which is unpacked where it is asked for."""
    content = None if place is None else packed(estimator.derivation)
    if place is not None and content is not None:
        keep(place, _dumped(replace(estimator, _derived=partial(pickle.loads, content))))


def kept_estimator(declared: Family, fixed: tuple[tuple[str, Expr], ...]) -> Estimator | None:
    """Return what fits ordinary data, compiled by an earlier process or now; ``None`` where nothing does.

    >>> import numpy as np
    >>> from thetahat import family
    >>> kept_estimator(family("exponential"), ())(np.arange(1.0, 200.0))
    {'lambda': 0.01}
    """
    quick = declared_estimator(declared, dict(fixed))._quick
    return None if quick is None else replace(quick, rounded=rounding_of(kept_with(declared, dict(fixed))))


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
