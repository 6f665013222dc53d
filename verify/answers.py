"""Calls somebody's estimator on one dataset, and reads what it returned as a point of the parameter space."""

from __future__ import annotations

import inspect
import math
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..proofs.derivation import Derivation
from ..proofs.errors import ParameterError
from ..proofs.family import Family
from ..proofs.structured.family import StructuredFamily
from .ends import outside_space
from .parameter_map import ParameterMap, UnreadableError
from .structured_support import name_of

Array = NDArray[np.float64]
Promise = Literal["mle", "local"]
_QUIET = (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ResourceWarning, ImportWarning)
"""Warnings that say nothing about the data."""


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked of an estimator: the family, the call, how its output is read, and what it promises.

    Where the family was declared with more parameters or with constants, ``declared`` is the declaration and ``fixed``
    are the values put in. Unless ``strict``, what rounding errors may explain stays undecided.
    """

    derivation: Derivation
    function: Callable[..., Any]
    reading: ParameterMap
    declared: Family
    fixed: Mapping[str, object]
    promise: Promise
    tolerance: float
    strict: bool = False

    @property
    def family(self) -> Family:
        """The family with the values put in."""
        return self.derivation.family


@dataclass(frozen=True, eq=False)
class Answer:
    """What came of one call.

    Attributes
    ----------
    theta
        In declared order; ``None`` where nothing was returned that can be read as one.
    returned
        What theta was read from.
    shown
        What was returned, for a reader.
    raised, warned, unreadable
        The exception and the first warning that says something about the data, as text; why the output is no theta.
    """

    theta: tuple[float, ...] | None = None
    shown: str = ""
    raised: str = ""
    warned: str = ""
    unreadable: str = ""
    returned: Any = None

    def is_member(self, family: Family) -> bool:
        """Whether a point of the parameter space was returned.

        >>> from thetahat import family
        >>> Answer((0.0, -1.0)).is_member(family("normal"))
        False
        """
        if self.theta is None or not all(map(math.isfinite, self.theta)):
            return False
        return outside_space(family, self.theta) is None


@dataclass(frozen=True, eq=False)
class Call:
    """What a call returned, the exception as text, and the warnings that say something about the data."""

    returned: Any = None
    raised: str = ""
    warnings: tuple[str, ...] = ()


def called(function: Callable[..., Any], arrays: Sequence[Array]) -> Call:
    """Return what comes of calling somebody's function with copies of arrays.

    >>> called(lambda x: 1 / 0, [np.zeros(1)]).raised
    'ZeroDivisionError: division by zero'
    """
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        try:
            returned = function(*(array.copy() for array in arrays))
        except (Exception, SystemExit) as error:  # noqa: BLE001  (foreign code: whatever it raises is the finding)
            return Call(raised=f"{type(error).__name__}: {error}")
    return Call(returned, "", tuple(str(one.message) for one in seen if not issubclass(one.category, _QUIET)))


def answer_of(question: Question, x: Array, weights: Array | None = None) -> Answer:
    """Return what the function makes of a copy of the data; whatever it raises is part of the answer."""
    call = called(question.function, [x] if weights is None else [x, weights])
    if call.raised:
        return Answer(raised=call.raised)
    warned = next(iter(call.warnings), "")
    try:
        theta = question.reading.read(call.returned)
    except UnreadableError as error:
        return Answer(shown=_short(call.returned), warned=warned, unreadable=str(error))
    return Answer(theta, _named(question, theta), warned=warned, returned=call.returned)


def require_callable(function: Any, family: Family | StructuredFamily, weighted: bool) -> None:
    """Refuse what cannot be called with a dataset, and with weights where they are given.

    >>> from thetahat import family
    >>> require_callable(lambda x: 1 / x.mean(), family("exponential"), False)
    >>> require_callable(3, family("bernoulli"), False)
    Traceback (most recent call last):
    ...
    thetahat.proofs.errors.ParameterError: bernoulli: 3 is int, which cannot be called; pass a function of x for p
    """
    who, given = family.name, _given(family, weighted)
    name, wanted = getattr(function, "__name__", type(function).__name__), ", ".join(family.parameter_names)
    columns = family.columns if isinstance(family, Family) and len(family.columns) > 1 else ()
    shape = f", an array of which the columns are {', '.join(map(str, columns))}," if columns else ""
    advice = f"pass a function of {_listed(given)}{shape} for {wanted}"
    fits = callable(getattr(function, "fit", None)) and (isinstance(function, type) or not callable(function))
    if fits:
        raise ParameterError(f"{who}: {name} has a method fit, and is no estimator by itself; {advice}")
    if not callable(function):
        kind = type(function).__name__
        raise ParameterError(f"{who}: {function!r} is {kind}, which cannot be called; {advice}")
    if isinstance(function, type):
        raise ParameterError(f"{who}: {name} is a class, and makes no estimates by itself; {advice}")
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some functions written in C do not tell
        return
    try:
        signature.bind(*given)
    except TypeError as error:
        called_with = f"{given[0]} alone" if len(given) == 1 else _listed(given)
        raise ParameterError(
            f"{who}: {name} is called with {called_with}, which {signature} does not allow; {advice}"
        ) from error


def _given(family: Family | StructuredFamily, weighted: bool) -> list[str]:
    """What a function is called with: a dataset, or all that is observed and then all that is known; and weights."""
    data = ["x"]
    if isinstance(family, StructuredFamily):
        data = [*map(name_of, family.observation), *(one.name for one in family.known)]
    return [*data, *(["weights"] if weighted else [])]


def _listed(names: Sequence[str]) -> str:
    return " and ".join([*([", ".join(names[:-1])] if names[1:] else []), names[-1]])


def require_count(who: str, examples: object) -> None:
    """Raise ``ParameterError`` unless so many examples can be drawn.

    >>> require_count("check_family", 0)
    Traceback (most recent call last):
    ...
    thetahat.proofs.errors.ParameterError: check_family: examples=0 is no number of datasets; write a whole one from 1
    """
    if isinstance(examples, bool) or not isinstance(examples, Integral) or examples < 1:
        raise ParameterError(f"{who}: examples={examples!r:.60} is no number of datasets; write a whole one from 1")


def require_promise(promise: str, tolerance: float, existence: str) -> None:
    """Refuse a promise, a tolerance or an existence that means nothing.

    >>> require_promise("map", 1e-8, "holds")
    Traceback (most recent call last):
    ...
    thetahat.proofs.errors.ParameterError: promise='map' is not known; write 'mle' or 'local'
    """
    if promise not in ("mle", "local"):
        raise ParameterError(f"promise={promise!r} is not known; write 'mle' or 'local'")
    if not (isinstance(tolerance, (int, float)) and 0 < tolerance < math.inf):
        raise ParameterError(f"tolerance={tolerance!r} is no number of nats above zero; write one such as 1e-8")
    if existence not in ("holds", "fails", "either"):
        raise ParameterError(f"existence={existence!r} is not known; write 'holds', 'fails' or 'either'")


def _named(question: Question, theta: tuple[float, ...]) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in zip(question.family.parameter_names, theta, strict=True))


def _plain(answer: Any) -> Any:
    """The same with Python's numbers in place of NumPy's, which say what they are before what they are worth."""
    if isinstance(answer, np.generic):
        return answer.item()
    if type(answer) is dict:
        return {name: _plain(value) for name, value in answer.items()}
    return type(answer)(map(_plain, answer)) if type(answer) in (list, tuple) else answer


def _short(answer: Any) -> str:
    text = repr(_plain(answer))
    return text if len(text) <= 200 else text[:197] + "..."
