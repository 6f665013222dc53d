"""Reads numbers off whatever a stranger's function returned: by position, by name, or from the attributes of an object.

What could mean several things is refused in words, never guessed at.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping, Set
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

_MOST_SHOWN = 6
"""So many names are listed where another one is missing."""


def in_order(names: tuple[str, ...], returned: Any) -> tuple[float, ...]:
    """Return the numbers with these names, or in this order where what was returned has none.

    Raises
    ------
    TypeError, ValueError, KeyError
        For what cannot be read so; says why.

    Examples
    --------
    >>> in_order(("a", "b"), {"b": 2, "a": 1}), in_order(("a", "b"), np.array([[1.0, 2.0]]))
    ((1.0, 2.0), (1.0, 2.0))
    """
    named = _as_mapping(returned)
    if named is not None and (isinstance(returned, Mapping) or is_dataclass(returned) or set(names) <= set(named)):
        return tuple(_number(named, name) for name in names)
    attributes = _attributes(returned, names)
    if attributes is not None:
        return tuple(_number(attributes, name) for name in names)
    values = _sequence(returned)
    if len(values) != len(names):
        raise ValueError(f"{len(values)} numbers for {len(names)} parameters")
    return values


def by_name(names: list[str], returned: Any) -> list[float]:
    """Return the numbers with these names; the values of a sequence are called ``_0``, ``_1``, and so on.

    Raises
    ------
    TypeError, ValueError, KeyError
        As for ``in_order``.

    Examples
    --------
    >>> by_name(["_1"], (1.0, 2.0)), by_name(["scale"], {"loc": 0.0, "scale": 3.0})
    ([2.0], [3.0])
    """
    named = _as_mapping(returned)
    if named is None and names and all(name.startswith("_") and name[1:].isdigit() for name in names):
        named = {f"_{place}": value for place, value in enumerate(_sequence(returned))}
    if named is None:
        named = {name: getattr(returned, name) for name in names if hasattr(returned, name)}
    return [_number(named, name) for name in names]


def _as_mapping(returned: Any) -> Mapping[str, Any] | None:
    """What has names: a mapping, a named tuple, a data class, a series of pandas whose labels are texts."""
    if isinstance(returned, Mapping):
        return returned
    if is_dataclass(returned) and not isinstance(returned, type):
        return {one.name: getattr(returned, one.name) for one in fields(returned)}
    keys = getattr(returned, "keys", None)
    labels = list(keys()) if callable(keys) else []
    if labels and all(isinstance(label, str) for label in labels):
        return {label: returned[label] for label in labels}
    as_dict = getattr(returned, "_asdict", None)
    return as_dict() if callable(as_dict) else None


def _attributes(returned: Any, names: tuple[str, ...]) -> Mapping[str, Any] | None:
    """The attributes of an object that is no sequence, each called as a parameter, or that and an underscore."""
    if hasattr(returned, "__len__") or hasattr(returned, "__array__") or isinstance(returned, type):
        return None
    called = {name: name if hasattr(returned, name) else f"{name}_" for name in names}
    if not all(hasattr(returned, attribute) for attribute in called.values()):
        return None
    return {name: getattr(returned, attribute) for name, attribute in called.items()}


def _number(named: Mapping[str, Any], name: str) -> float:
    if name not in named:
        others = [str(one) for one in named][:_MOST_SHOWN]
        beside = f" beside {', '.join(others)}; parameters= says what else it is called" if others else ""
        raise KeyError(f"{name} is missing{beside}")
    values = _doubles(named[name]).reshape(-1)
    if len(values) != 1:
        raise ValueError(f"{name} is not one number")
    return float(values[0])


def _sequence(returned: Any) -> tuple[float, ...]:
    """The numbers of a sequence or an array that is longer than one in one direction at most."""
    unordered = _unordered(returned)
    if unordered:
        raise TypeError(unordered)
    if isinstance(returned, (tuple, list)) and len(returned) > 1:
        each = [_doubles(one) for one in returned]
        if all(one.size == 1 for one in each):
            return tuple(float(one.reshape(-1)[0]) for one in each)
    values = _doubles(returned)
    if sum(length > 1 for length in values.shape) > 1:
        raise ValueError(f"an array of shape {values.shape}")
    return tuple(values.reshape(-1).tolist())


def _unordered(returned: Any) -> str:
    """Why something has no numbers in order, for what NumPy would say little of; empty where it may have."""
    if returned is None:
        return "None: is a return missing?"
    if inspect.isawaitable(returned):
        if inspect.iscoroutine(returned):
            returned.close()  # or Python warns that nobody has awaited it
        return "a coroutine: the function has to wait for it and return numbers"
    if isinstance(returned, Iterator):
        return f"a {type(returned).__name__}, which can be read only once: return a tuple"
    if isinstance(returned, Set):
        return "a set, which has no order: return a tuple or a mapping"
    return ""


def _doubles(values: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Doubles for anything that becomes numbers; what is masked is ``nan``."""
    try:
        if isinstance(values, np.ma.MaskedArray):
            values = np.ma.filled(values.astype(np.float64), np.nan)
        found = np.asarray(values)
        if found.dtype.kind == "c" and not (found.imag != 0).any():
            found = found.real
        if found.dtype.kind != "c":
            return found.astype(np.float64)
    except Exception as error:
        raise ValueError(f"{type(values).__name__} gives no numbers: {error}") from error
    raise TypeError("complex numbers")
