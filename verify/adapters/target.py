"""What is audited: one function of one library, the family it estimates, and what its documentation promises."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from numpy import float64
from numpy.typing import NDArray

from ...proofs.errors import UnknownFamilyError
from ...proofs.family import Family
from ...proofs.registry import family as family_named

Array = NDArray[float64]
Estimator = Callable[[Array], Mapping[str, Any] | Sequence[Any]]
Theta = Mapping[str, float]
LogDensity = Callable[[Array, Theta], Any]

SEARCH_NATS = 1e-3
"""Nats per observation that a search by a library's defaults may lose. SciPy's documented stopping rules accept values
that agree to 1e-4 nats (``fmin``), or to 1e-9 of their size (``L-BFGS-B``); ten times the former."""

LIBRARIES: Mapping[str, tuple[str, str]] = {
    "numpy": ("numpy", "numpy"),
    "scipy": ("scipy", "scipy"),
    "sklearn": ("sklearn", "scikit-learn"),
    "statsmodels": ("statsmodels", "statsmodels"),
    "preliz": ("preliz", "preliz"),
    "reliability": ("reliability", "reliability"),
    "pomegranate": ("pomegranate", "pomegranate"),
}
"""The module of each library for which there is an adapter, and the name under which it is installed."""


@dataclass(frozen=True)
class Promise:
    """What a library says of an estimator, in our words, and where it says so."""

    words: str
    link: str


@dataclass(frozen=True)
class Target:
    """One estimator of a library.

    Attributes
    ----------
    name
        As a user of the library would write it: ``scipy.stats.gamma.fit``.
    family
        The family, by name. Empty where there is none.
    setting
        How it is called, as far as that is not the default: ``floc=0``.
    function
        Called with ``x``, shape ``(n,)`` or ``(n, 1 + covariates)``; returns the estimate in the family's parameters.
    log_density
        The library's own log-density of every row of ``x``, at parameters and constants by name. The map between its
        parameters and the family's is verified with it. ``None`` where the library has none.
    fixed
        Values of the family's constants, or of parameters that the function takes as known.
    tolerance
        Nats per observation that the documented stopping rule of an iteration allows; zero for what is exact.
    local
        Whether a local maximum is all that is promised.
    covers
        Whether the promise covers data whose maximiser is known, given by name; always, when omitted. An estimate
        within bounds is promised no further than these.
    unsupported
        Why it cannot be audited; empty where it can.
    own
        The family, where it is no shipped one.
    """

    name: str
    family: str
    function: Estimator | None
    promise: Promise
    setting: str = ""
    log_density: LogDensity | None = None
    fixed: Mapping[str, Any] = field(default_factory=dict)
    tolerance: float = 0.0
    local: bool = False
    covers: Callable[[Array, Mapping[str, float]], bool] | None = None
    unsupported: str = ""
    own: Family | None = None

    @property
    def declared(self) -> Family:
        """The family.

        >>> Target("numpy.mean", "normal_mean", None, Promise("", "")).declared.parameter_names
        ('mu',)
        """
        return family_named(self.family) if self.own is None else self.own

    @property
    def library(self) -> str:
        """The library, or the module.

        >>> Target("scipy.stats.norm.fit", "normal", None, Promise("", "")).library
        'scipy'
        """
        return self.name.partition(".")[0].partition(":")[0]


def library_targets(library: str) -> tuple[Target, ...]:
    """Return everything that is audited of a library, which is imported now.

    Raises
    ------
    UnknownFamilyError
        For a library that has no adapter or is not installed.

    Examples
    --------
    >>> library_targets("numpy")[0].name
    'numpy.mean'
    """
    if library not in LIBRARIES:
        close = get_close_matches(library, LIBRARIES, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(LIBRARIES)}."
        raise UnknownFamilyError(
            f"there is no adapter for {library!r}; {hint} Anything else is named as module:function, with --family"
        )
    module, distribution = LIBRARIES[library]
    try:
        import_module(module)
    except ImportError as error:
        raise UnknownFamilyError(
            f"{library}: it cannot be imported here ({error}); install {distribution}, or name another library"
        ) from error
    found: tuple[Target, ...] = import_module(f".{library}", __package__).targets()
    return found


def named_targets(name: str, family: str = "") -> tuple[Target, ...]:
    """Return the targets of a library, or those whose name is or begins with ``name``; with ``family``, of that alone.

    Raises
    ------
    UnknownFamilyError
        Where there are none; gives the closest names.

    Examples
    --------
    >>> [found.setting for found in named_targets("scipy.stats.gamma.fit", "gamma")]
    ['floc=0']
    """
    every = library_targets(name.partition(".")[0])
    found = tuple(
        one
        for one in every
        if (one.name == name or one.name.startswith(f"{name}.")) and (not family or one.family == family)
    )
    if not found:
        close = get_close_matches(name, sorted({one.name for one in every}), n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else f"thetahat audit {every[0].library} has all"
        what = f"{name!r} for the family {family!r}" if family else f"{name!r}"
        raise UnknownFamilyError(f"there is no target {what}; {hint}")
    return found


def installed_version(library: str) -> str:
    """Return the version of a library; empty for what is not installed as one.

    >>> installed_version("numpy")[0].isdigit(), installed_version("my_module")
    (True, '')
    """
    try:
        return version(LIBRARIES.get(library, (library, library))[1])
    except PackageNotFoundError:
        return ""
