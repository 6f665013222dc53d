"""Estimators that outlive the process that compiled them: read from a file, they need NumPy alone for ordinary data.

A file is named by a hash of what the estimator depends on: the family, by its name if it is a shipped one and else by
its declaration in full, the values that are known of it, the versions of Python, NumPy and this package, where SymPy,
SciPy and python-flint lie and when they were put there, and the size and time of change of every module that derives or
compiles. Whatever of it has changed, another file is asked for.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import proofs
from ..kept_files import cache_folder, place_of, read_kept, state_of_sources
from .estimator import Array, Estimator
from .few_rows import FewRows
from .rows import is_too_short, ordinary_column

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from ...proofs.derivation import Derivation
    from ...proofs.family import Family
    from ..fitting import Fit

_VERIFY = str(Path(__file__).parent.parent)


@dataclass(frozen=True, eq=False)
class CompiledEstimator:
    """The maximum-likelihood estimator of one family, ready to be called again and again.

    Ordinary data are fitted by functions compiled beforehand, and up to 64 observations by fractions where formulas are
    rational in averages, or roots of that. All others, weighted ones, and few observations of other families but sums
    of counts, go the way of ``fit``, which imports all that a first fit does: the estimates are the same, and so are
    the reasons why there is none.

    Attributes
    ----------
    name
        The name of the family.
    parameter_names
        The names of what is estimated, in declared order.
    """

    name: str
    parameter_names: tuple[str, ...]
    _quick: Estimator | None
    _discrete: bool
    _few: FewRows | None
    _derived: Callable[[], Derivation]

    def __call__(self, x: ArrayLike, weights: ArrayLike | None = None) -> dict[str, float]:
        """Return the estimate of each parameter by its name; arguments and errors as for ``fit``."""
        column = ordinary_column(x) if weights is None else None
        theta = None if column is None else self._ordinary(column)
        return dict(self.fit(x, weights).theta_hat) if theta is None else theta

    def _ordinary(self, column: Array) -> dict[str, float] | None:
        """The estimate where nothing more need be imported for it."""
        quick = None if self._quick is None or is_too_short(column, self._discrete) else self._quick(column)
        return self._few(column) if quick is None and self._few is not None else quick

    def fit(self, x: ArrayLike, weights: ArrayLike | None = None) -> Fit:
        """Return what ``fit`` returns: the estimate with its status, likelihood and standard errors."""
        from ..fitting import fit_with  # imported late: ordinary data need nothing of it

        return fit_with(self.derivation, x, weights)

    @cached_property
    def derivation(self) -> Derivation:
        """What the estimator was compiled of, with its proofs."""
        return self._derived()


def estimator(family: Family | str, fixed: Mapping[str, Any] | None = None) -> CompiledEstimator:
    """Return the compiled estimator of a family: from a file that an earlier process left, or compiled now, and kept.

    Parameters
    ----------
    family
        A family, or the name of one. By the name of a shipped family a kept estimator is found without its declaration,
        and with it without SymPy.
    fixed
        Values of parameters or constants that are known, by name, as for ``fit``.

    Raises
    ------
    UnknownFamilyError
        For a name that no family has, or one whose dimension is a symbol.
    DeclarationError
        For what is no family of single numbers.
    ParameterError
        For fixed values that make no sense.

    Examples
    --------
    >>> from thetahat import estimator
    >>> rate = estimator("exponential")
    >>> rate(np.arange(1.0, 200.0)), rate([1.0, 3.0])
    ({'lambda': 0.01}, {'lambda': 0.5})
    """
    known = fixed or {}
    place = None
    if isinstance(family, str) and all(isinstance(value, int | float) for value in known.values()):
        place = place_for("name", family, sorted((name, repr(value)) for name, value in known.items()))
    found = None if place is None else read(place)
    if found is not None:
        return found
    from ..keeping import declared_estimator, named_estimator  # imported late: a kept one needs nothing that compiles

    return named_estimator(family, known, place) if isinstance(family, str) else declared_estimator(family, known)


def place_for(*parts: object) -> Path | None:
    """Return the file for an estimator that hangs on these parts and its surroundings; ``None`` where none is kept."""
    folder = cache_folder()
    return None if folder is None else place_of(folder, (*_surroundings(), *parts), "estimator")


def read(place: Path) -> CompiledEstimator | None:
    """Return the estimator in a file, ``None`` where there is none that is whole and ours."""
    content = read_kept(place)
    found: object = None if content is None else pickle.loads(content)
    return found if isinstance(found, CompiledEstimator) else None


@cache
def _surroundings() -> tuple[object, ...]:
    """What an estimator depends on beside its family."""
    from thetahat import __version__

    state = state_of_sources(*proofs.__path__, _VERIFY)
    return __version__, sys.version, np.__version__, *map(_installed, ("sympy", "scipy", "flint")), state


def _installed(package: str) -> object:
    """Where a package lies and when it was put there: its version, without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ImportError(f"thetahat needs {package}, which is not installed", name=package)
    state = os.stat(spec.origin)
    return spec.origin, state.st_size, state.st_mtime_ns
