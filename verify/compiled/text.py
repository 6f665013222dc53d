"""Functions made of text: the text says what they compute, and is what another process makes them of again."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FunctionType
from typing import Any

PREFIX = "f_"
"""Begins every name of a function in a text: a parameter may be called gamma or beta, and would otherwise hide it."""

_CALLED = re.compile(rf"\b{PREFIX}(\w+)\(")


@dataclass(frozen=True, eq=False)
class Made:
    """What a function is made of: its definition as text, what finds functions named there, and what else is given.

    ``named`` turns a name without its prefix into a function; ``given`` holds all other names but Python's own.
    """

    text: str
    named: Callable[[str], Callable[..., Any]]
    given: Mapping[str, Any]


def made(origin: Made) -> Callable[..., Any]:
    """Return the function that a text defines, which is the only name that it defines.

    >>> import math
    >>> half = made(Made("def half(a):\\n    return f_sqrt(a) / two", math.__dict__.__getitem__, {"two": 2.0}))
    >>> half(16.0), origin_of(half).given
    (2.0, {'two': 2.0})
    """
    called = sorted(set(_CALLED.findall(origin.text)))
    namespace: dict[str, Any] = {f"{PREFIX}{name}": origin.named(name) for name in called} | dict(origin.given)
    before = {*namespace, "__builtins__"}
    exec(compile(origin.text, "<compiled estimator>", "exec"), namespace)  # written by this package
    (defined,) = set(namespace) - before
    function: FunctionType = namespace[defined]
    function.__dict__["made_of"] = origin
    return function


def origin_of(function: Any) -> Made | None:
    """Return what a function was made of here, ``None`` for anything else.

    >>> origin_of(len) is None
    True
    """
    found: Made | None = function.__dict__.get("made_of") if isinstance(function, FunctionType) else None
    return found
