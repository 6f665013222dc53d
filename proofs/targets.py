"""What a family is projected on: a member of any family, a mixture of members, or a finite table of probabilities."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sympy import Add, Expr, Max, Min, Symbol, exp, log, nan, oo, zoo

from .algebra.signs import Domain
from .bounds import Bounds, exact_number
from .errors import DataError, ParameterError
from .expectations import entropy, expectation
from .family import Family
from .probes import at


@dataclass(frozen=True)
class Member:
    """One distribution of a family: a value for every parameter and constant, a number or an expression in symbols.

    >>> from thetahat import family
    >>> Member.of(family("gamma"), k=2, theta=0.5).mean(Symbol("x", positive=True))
    1
    """

    family: Family
    theta: tuple[tuple[Symbol, Expr], ...]

    @classmethod
    def of(cls, family: Family, /, **values: Any) -> Member:
        """Return the member with these values, by name; a decimal is read as the exact number it writes.

        Raises
        ------
        ParameterError
            For a name that is missing or unknown, and a number outside its space.
        """
        items = {item.name: item for item in (*family.constants, *family.parameters)}
        unknown = [name for name in values if name not in items]
        missing = [name for name in items if name not in values]
        if unknown or missing:
            what = f"there is no parameter {unknown[0]!r}" if unknown else f"the value of {missing[0]!r} is missing"
            raise ParameterError(f"{family.name}: {what}; a member has {', '.join(items)}")
        exact = {
            items[name].symbol: value if isinstance(value, Expr) else exact_number(value, f"{family.name}: {name}")
            for name, value in values.items()
        }
        for name, item in items.items():
            value, space = exact[item.symbol], item.space.subs(exact)
            if value.is_number and space.contains(value) == False:  # noqa: E712  (a relation that stays open is not false)
                raise ParameterError(f"{family.name}: {name} = {value} lies outside its space {space}")
        return cls(family, tuple((item.symbol, exact[item.symbol]) for item in items.values()))

    @property
    def values(self) -> dict[Symbol, Expr]:
        """The values by symbol."""
        return dict(self.theta)

    @property
    def support(self) -> Bounds:
        """The ends of the support."""
        return at(self.family.bounds, self.values)

    @property
    def is_numeric(self) -> bool:
        """Whether every value is a number."""
        return all(value.is_number for _, value in self.theta)

    def log_density(self, x: Expr) -> Expr:
        """Return the log-density at ``x``."""
        return self.family.log_density.xreplace({**self.values, self.family.observation: x})

    def mean(self, function: Expr, x: Symbol | None = None, beside: Domain | None = None) -> Expr | None:
        """Return the expected value of a function of ``x``; ``None`` where no lemma gives it.

        Parameters
        ----------
        x
            The variable that the function is of; by default the only symbol in it.
        beside
            Where other symbols lie.
        """
        (variable,) = (x,) if x is not None else tuple(function.free_symbols)
        found = _expected(self.family, self.theta, function, variable, beside)
        return found if found is not None else _expected(*self._with_numbers_fixed, function, variable, beside)

    @property
    def _with_numbers_fixed(self) -> tuple[Family, tuple[tuple[Symbol, Expr], ...]]:
        """The same member of a smaller family: some formulas have no value at numbers that a lemma with them has."""
        numbers = {symbol.name: value for symbol, value in self.theta if value.is_number}
        own = dict(self.theta)
        if len(numbers) == len(self.theta):
            # One parameter stays, since a family has at least one.
            numbers.pop(self.family.symbols[-1].name)
        smaller = self.family.fix(**numbers)
        named = {symbol.name: value for symbol, value in own.items()}
        items = (*smaller.constants, *smaller.parameters)
        return smaller, tuple((item.symbol, named[item.name]) for item in items)

    def entropy(self) -> Expr | None:
        """Return the entropy in nats; ``None`` where no lemma gives it."""
        found = entropy(self.family)
        return None if found is None else found.value.xreplace(self.values)


@dataclass(frozen=True)
class Mixture:
    """A mixture of members with weights that add up to one.

    >>> from thetahat import family
    >>> normal = family("normal")
    >>> two = Mixture.of((1, Member.of(normal, mu=-2, sigma=1)), (3, Member.of(normal, mu=2, sigma=1)))
    >>> two.mean(Symbol("x", real=True))
    1
    """

    parts: tuple[tuple[Expr, Member], ...]

    @classmethod
    def of(cls, *parts: tuple[Any, Member]) -> Mixture:
        """Return the mixture with weights in these proportions.

        Raises
        ------
        ParameterError
            Without parts, for a weight that is not positive, and for counts mixed with densities.
        """
        weights = [
            weight if isinstance(weight, Expr) else exact_number(weight, "mixture: weight") for weight, _ in parts
        ]
        if not parts or any(weight.is_number and not weight > 0 for weight in weights):
            raise ParameterError("a mixture has at least one part, and weights that are positive")
        if len({one.family.discrete for _, one in parts}) > 1:
            raise ParameterError("a mixture of counts and densities has neither probabilities nor a density")
        total = Add(*weights)
        return cls(tuple((weight / total, one) for weight, (_, one) in zip(weights, parts, strict=True)))

    @property
    def support(self) -> Bounds:
        """The ends of the smallest interval that holds all supports."""
        ends = [one.support for _, one in self.parts]
        low, high = Min(*(one.lo for one in ends)), Max(*(one.hi for one in ends))
        return Bounds(
            low, high, any(one.lo_closed for one in ends), any(one.hi_closed for one in ends), ends[0].discrete
        )

    @property
    def is_numeric(self) -> bool:
        """Whether every weight and value is a number."""
        return all(weight.is_number and one.is_numeric for weight, one in self.parts)

    def log_density(self, x: Expr) -> Expr:
        """Return the log-density at ``x``, where all parts have ``x`` in their support."""
        return log(Add(*(weight * exp(one.log_density(x)) for weight, one in self.parts)))

    def mean(self, function: Expr, x: Symbol | None = None, beside: Domain | None = None) -> Expr | None:
        """Return the expected value of a function, as ``Member.mean`` does."""
        found = [(weight, one.mean(function, x, beside)) for weight, one in self.parts]
        return None if any(value is None for _, value in found) else Add(*(weight * value for weight, value in found))

    def entropy(self) -> Expr | None:
        """Return ``None``: the entropy of a mixture has no closed form; of one part its own."""
        return self.parts[0][1].entropy() if len(self.parts) == 1 else None


@dataclass(frozen=True)
class Table:
    """A distribution on finitely many values, such as the empirical distribution of weighted data.

    >>> Table.of({0: 1, 1: 3}).entropy()
    -3*log(3/4)/4 + log(4)/4
    """

    shares: tuple[tuple[Expr, Expr], ...]
    discrete: bool = field(default=True)

    @classmethod
    def of(cls, weights: Mapping[Any, Any]) -> Table:
        """Return the distribution with probabilities in the proportions of ``weights``, by value.

        Raises
        ------
        DataError
            Without a positive weight, and for negative ones.
        """
        exact = {
            exact_number(value, "table: value"): exact_number(weight, "table: weight")
            for value, weight in weights.items()
        }
        if any(weight < 0 for weight in exact.values()) or not any(weight > 0 for weight in exact.values()):
            raise DataError("a table has weights that are not negative, and one that is positive")
        total = Add(*exact.values())
        kept = sorted((value, weight / total) for value, weight in exact.items() if weight > 0)
        return cls(tuple(kept), all(value.is_Integer for value in exact))

    @property
    def support(self) -> Bounds:
        """The least and the greatest value."""
        return Bounds(self.shares[0][0], self.shares[-1][0], True, True, self.discrete)

    @property
    def is_numeric(self) -> bool:
        """Whether every value and probability is a number."""
        return True

    def mean(self, function: Expr, x: Symbol | None = None, beside: Domain | None = None) -> Expr:
        """Return the expected value of a function, as ``Member.mean`` does."""
        (variable,) = (x,) if x is not None else tuple(function.free_symbols)
        return Add(*(share * function.xreplace({variable: value}) for value, share in self.shares))

    def entropy(self) -> Expr:
        """Return the entropy of the probabilities in nats."""
        return Add(*(-share * log(share) for _, share in self.shares))


Target = Member | Mixture | Table


def require_target(given: object) -> None:
    """Raise ``ParameterError`` for what members are not compared with.

    >>> require_target(Table.of({0: 1, 3: 2}))
    """
    if not isinstance(given, (Member, Mixture, Table)):
        raise ParameterError(
            f"{reprlib.repr(given)} is no target; write Member.of(family, ...), Mixture.of(...) or "
            "Table.of({value: share})"
        )


def _expected(
    family: Family, theta: tuple[tuple[Symbol, Expr], ...], function: Expr, variable: Symbol, beside: Domain | None
) -> Expr | None:
    own, names = _with_own_symbols(family)
    found = expectation(own, function.xreplace({variable: own.observation}), beside)
    if found is None:
        return None
    value = found.value.xreplace({names[symbol]: value for symbol, value in theta})
    return None if value.has(nan, zoo, oo, -oo) else value


@lru_cache(maxsize=256)
def _with_own_symbols(family: Family) -> tuple[Family, dict[Symbol, Symbol]]:
    """The family with symbols that no other has, so that functions may contain another family's parameters."""
    items = (*family.constants, *family.parameters)
    names = {item.symbol: Symbol(f"{item.name}__target", **item.symbol.assumptions0) for item in items}
    moved = [replace(item, symbol=names[item.symbol], space=item.space.subs(names)) for item in items]
    count = len(family.constants)
    own = replace(
        family,
        name="target",
        support=family.support.subs(names),
        constants=tuple(moved[:count]),
        parameters=tuple(moved[count:]),
        log_density=family.log_density.xreplace(names),
    )
    return own, names
