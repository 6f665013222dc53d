"""Keeps derivations between processes: a fit in a new process then neither derives nor imports what derives.

A derivation depends on its declaration and on the code alone, so that a file is named by a hash of both: the
declaration in full, the versions of Python, SymPy and this package, and the size and time of change of every module
that derives or checks. Families of functions that are neither SymPy's nor ours are not kept, since their names do
not say what they are.
"""

from __future__ import annotations

import io
import pickle
import sys
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import sympy
from sympy import Add, Basic, Mul, Pow, preorder_traversal, srepr

from .. import proofs
from ..proofs.derivation import Derivation
from ..proofs.family import Family
from .kept_files import cache_folder, keep, place_of, read_kept, state_of_sources


def derivation_of(family: Family) -> Derivation:
    """Return the derivation of ``family``, from the cache where it lies there, and kept there for the next process.

    >>> from thetahat import family
    >>> derivation_of(family("rayleigh")).outcome.value
    'closed form'
    """
    folder = cache_folder()
    place = None if folder is None else _place(folder, family)
    content = None if place is None else read_kept(place)
    if content is not None:
        found: object = pickle.loads(content)
        if isinstance(found, Derivation) and found.family == family:
            return found
    from ..proofs.engine import derive  # imported late: a kept derivation needs neither deriver nor checker

    derivation = derive(family)
    content = None if place is None else packed(derivation)
    if place is not None and content is not None:
        keep(place, content)
    return derivation


def _place(folder: Path, family: Family) -> Path | None:
    """The file of a family, ``None`` for one that is not kept."""
    declared = in_full(family)
    if declared is None:
        return None
    from thetahat import __version__

    state = state_of_sources(*proofs.__path__)
    return place_of(folder, (__version__, sympy.__version__, sys.version, state, declared), "derivation")


def in_full(value: Any) -> str | None:
    """Return a declaration as text that says all of it, ``None`` for one that no text does.

    >>> from sympy import Function
    >>> in_full((1, "a")), in_full(Function("strange")(1))
    ("tuple(1, 'a')", None)
    """
    if isinstance(value, Basic):
        kinds = {str(type(node).__module__).split(".")[0] for node in preorder_traversal(value)}
        return srepr(value) if kinds <= {"sympy", "thetahat"} else None
    if is_dataclass(value):
        parts = [in_full(getattr(value, field.name)) for field in fields(value)]
    elif isinstance(value, tuple):
        parts = [in_full(item) for item in value]
    else:
        return repr(value) if value is None or isinstance(value, str | int | Enum) else None
    return None if None in parts else f"{type(value).__qualname__}({', '.join(map(str, parts))})"


class _AsWritten(pickle.Pickler):
    """Sums, products and powers come back as they stand; SymPy's own way evaluates them, and 3*(x + y) is 3*x + 3*y."""

    def reducer_override(self, item: Any) -> Any:
        """Return how to rebuild ``item``, or that the usual way will do."""
        return (_unevaluated, (type(item), item.args)) if isinstance(item, Add | Mul | Pow) else NotImplemented


def _unevaluated(kind: type[Basic], parts: tuple[Basic, ...]) -> Basic:
    return kind(*parts, evaluate=False)


def packed(derivation: Derivation) -> bytes | None:
    """Return a derivation as bytes that ``pickle.loads`` turns into an equal one; ``None`` where it does not."""
    file = io.BytesIO()
    _AsWritten(file, protocol=5).dump(derivation)
    content = file.getvalue()
    return content if pickle.loads(content) == derivation else None
