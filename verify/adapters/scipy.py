"""SciPy: ``fit`` of its continuous distributions, and ``scipy.stats.fit`` of its discrete ones within bounds."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from scipy import optimize, stats
from sympy import Expr, Integer, Rational, S

from ...proofs.errors import ParameterError
from ...proofs.family import Family
from ...proofs.probes import parameter_points
from ...proofs.registry import family
from .inverses import Map, inverse
from .scipy_rows import ROWS
from .target import SEARCH_NATS, Array, LogDensity, Promise, Target

_PAGE = "https://docs.scipy.org/doc/scipy/reference/generated/"
SEARCHED = Promise(
    "By default the estimates minimise the negative log-likelihood over what is not held; here by a search, which, the "
    "notes say, may end at a local optimum or fail altogether.",
    f"{_PAGE}scipy.stats.rv_continuous.fit.html (Notes)",
)
COMPUTED = Promise(
    "By default the estimates minimise the negative log-likelihood over what is not held, perhaps locally; here by "
    "code of the distribution's own, without the general search.",
    f"{_PAGE}scipy.stats.rv_continuous.fit.html (Notes)",
)
BOUNDED = Promise(
    "Returns maximum-likelihood estimates within the given bounds, by differential evolution (seeded here).",
    f"{_PAGE}scipy.stats.fit.html",
)

_KNOWN = (Integer(3), Rational(1, 2))
_ROOM = 10


@functools.cache
def targets() -> tuple[Target, ...]:
    """Return a target for each distribution and each choice of what is held; then those without a declared family.

    >>> len(targets()) > 100
    True
    """
    rows: dict[tuple[str, str], _Row] = {}
    for row in sorted((_Row(name, *pair) for name, pair in ROWS.items()), key=lambda row: row.rewritten):
        if row.is_one_to_one:
            rows.setdefault((row.distribution, row.setting), row)
    found = {key: row.target() for key, row in rows.items()}
    used = {distribution for distribution, _ in found}
    rest = sorted(
        name
        for name, law in vars(stats).items()
        if isinstance(law, stats.rv_continuous) and name not in used and not name.startswith("rv_")
    )
    why = "no declared family has this density"
    return (*found.values(), *(Target(f"scipy.stats.{name}.fit", "", None, SEARCHED, unsupported=why) for name in rest))


def density(declared: Family, distribution: str, mapping: Map) -> LogDensity:
    """Return SciPy's log-density as a function of the observations and of our parameters by name.

    >>> float(density(family("exponential"), *ROWS["exponential"])(np.array([2.0]), {"lambda": 1.0})[0])
    -2.0
    """
    symbols = [item.symbol for item in (*declared.constants, *declared.parameters)]
    law = getattr(stats, distribution)

    def log_density(x: Array, theta: Mapping[str, float]) -> Any:
        values = [S(theta[symbol.name]) for symbol in symbols]
        *shapes, location, scale = (float(S(value)) for value in mapping(*values))
        if declared.discrete:
            return law.logpmf(x, *shapes, loc=location)
        return law.logpdf(x, *shapes, loc=location, scale=scale)

    return log_density


class _Row:
    """One row of the table, with values for the family's constants."""

    def __init__(self, name: str, distribution: str, mapping: Map) -> None:
        self.distribution, self.mapping = distribution, mapping
        self.law = getattr(stats, distribution)
        self.family = family(name)
        self.fixed = {item.name: _known(self.family, item.name) for item in self.family.constants}
        self.forward = tuple(S(value) for value in mapping(*self.fixed.values(), *self.family.symbols))
        self.names = [*(self.law.shapes or "").replace(",", " ").split(), "loc", "scale"]
        self.free = [i for i, value in enumerate(self.forward) if value.free_symbols]

    @property
    def is_one_to_one(self) -> bool:
        """Whether as many of SciPy's parameters are free as ours; that they determine ours is proved when inverted."""
        return len(self.free) == len(self.family.symbols)

    @property
    def rewritten(self) -> int:
        """How many of SciPy's free parameters are not ours as they are, so that rounding sets in."""
        return sum(not self.forward[i].is_Symbol for i in self.free)

    @property
    def held(self) -> dict[str, Expr]:
        """What is held, by name. Counts have location 0 and scale 1 unless told otherwise."""
        default = {"loc": 0, "scale": 1} if self.family.discrete else {}
        values = {name: self.forward[i] for i, name in enumerate(self.names) if i not in self.free}
        return {name: value for name, value in values.items() if default.get(name) != value}

    @property
    def setting(self) -> str:
        return ", ".join(f"f{name}={value}" for name, value in self.held.items())

    @functools.cached_property
    def _inverse(self) -> Callable[[Sequence[float]], dict[str, float]]:
        return inverse(self.family, [self.forward[i] for i in self.free])

    def read(self, values: Sequence[float]) -> dict[str, float]:
        """SciPy's estimate in our parameters."""
        return self._inverse([values[i] for i in self.free])

    def target(self) -> Target:
        """What is audited of this row."""
        counts, name = self.family.discrete, self.distribution
        searches = counts or self.searches
        return Target(
            f"scipy.stats.fit.{name}" if counts else f"scipy.stats.{name}.fit",
            self.family.name,
            self.bounded if counts else self.fitted,
            BOUNDED if counts else SEARCHED if searches else COMPUTED,
            self.setting,
            density(self.family, name, self.mapping),
            self.fixed,
            SEARCH_NATS if searches else 0.0,
            local=not counts,
            covers=self.covers if counts else None,
            unsupported=self.rounds,
        )

    @property
    def rounds(self) -> str:
        """Why a parameter that is any number here is a whole one there; empty where none is."""
        if not self.family.discrete:
            return ""
        whole = [self.names[i] for i, info in enumerate(self.law._shape_info()) if info.integrality]
        wrong = [name for name in whole if not self.forward[self.names.index(name)].is_integer]
        return f"scipy.stats.fit takes {wrong[0]} for a whole number, and no declared family does" if wrong else ""

    def fitted(self, x: Array) -> dict[str, float]:
        """The estimate by the method ``fit``."""
        return self.read(self.law.fit(x, **self.arguments))

    @property
    def arguments(self) -> dict[str, float]:
        return {f"f{name}": float(value) for name, value in self.held.items()}

    @property
    def searches(self) -> bool:
        """Whether the general search runs, seen on quantiles of one member."""
        ran = []

        def search(func: Any, x0: Any, args: Any = (), disp: Any = 0) -> Any:
            ran.append(True)
            return optimize.fmin(func, x0, args=args, disp=disp)

        theta = {symbol: float(value) for symbol, value in parameter_points(self.family, 1, seed=1)[0].items()}
        *shapes, location, scale = (float(value.subs(theta)) for value in self.forward)
        x = self.law.ppf(np.linspace(0.1, 0.9, 5), *shapes, loc=location, scale=scale)
        self.law.fit(x, optimizer=search, **self.arguments)
        return bool(ran)

    def bounds(self, x: Array) -> dict[str, tuple[float, float]]:
        """Bounds of every parameter: what is held, and for the others from the data, with room."""
        held = {name: (float(value), float(value)) for name, value in self.held.items()}
        low, high = float(x.min()), float(x.max())
        near, wide = (low - _ROOM, high + _ROOM), (0.0, _ROOM * (high + 1))
        return held | {self.names[i]: near if self.forward[i].is_integer else wide for i in self.free}

    def covers(self, x: Array, theta: Mapping[str, float]) -> bool:
        """Whether the bounds hold our parameters."""
        values = {symbol: theta[symbol.name] for symbol in self.family.symbols}
        bounds = self.bounds(x)
        images = {self.names[i]: float(self.forward[i].subs(values)) for i in self.free}
        return all(bounds[name][0] <= value <= bounds[name][1] for name, value in images.items())

    def bounded(self, x: Array) -> dict[str, float]:
        """The estimate by ``scipy.stats.fit``."""
        optimizer = functools.partial(optimize.differential_evolution, rng=0)
        found = stats.fit(self.law, x, self.bounds(x), optimizer=optimizer)
        return self.read([*found.params, 1.0])


def _known(declared: Family, name: str) -> Expr:
    """A value for a constant: the first that its space holds."""
    for value in _KNOWN:
        try:
            declared.fix(**{name: value})
        except ParameterError:
            continue
        return value
    raise ParameterError(f"{declared.name}: none of {', '.join(map(str, _KNOWN))} is a value of {name}")
