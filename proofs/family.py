"""What a family is: variable, parameters, support, log-density and sources, frozen and checked for sense."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from sympy import Dummy, Expr, S, Set, Symbol

from .algebra.plain_forms import plain_form
from .bounds import Bounds, bounds, exact_number, values_allowing
from .change import change_of_variable
from .errors import DeclarationError, ParameterError
from .parts import Covariate, Observed, Parameter, Source, assumed_space
from .sense import as_tuple, require_evaluated, require_expression, require_sense, sharpened

__all__ = ["Covariate", "Family", "Observed", "Parameter", "Source"]


@dataclass(frozen=True)
class Family:
    """Densities indexed by parameters: a value from which everything else is derived.

    Parameters
    ----------
    name
        Lower case, digits and underscores.
    observation
        The variable that one observation takes, with its assumptions (``real``, ``positive``, ``integer``, ...).
    support
        Where observations may lie. A set of integers makes the family discrete. Ends may contain parameters.
    parameters
        What is estimated, in the order that every ``theta`` follows.
    log_density
        Natural logarithm of the density, or of the probability, on the support.
    sources
        Where the density stands in the literature.
    covariates
        Variables that the density is conditional on, each a ``Covariate``; a symbol by itself may lie anywhere that its
        assumptions allow. A dataset then has one column for the observation, followed by one for each covariate.
    constants
        Known numbers, such as the size of a binomial; give them a value with ``fix`` before estimating.
    also
        Further numbers that are observed together with the first, each with its own support: the density is that of
        all of them. A dataset has a column for each, after the observation and before the covariates.

    Raises
    ------
    DeclarationError
        Says what is missing or contradictory, and what to write instead.

    Examples
    --------
    >>> from sympy import Interval, Symbol, log, oo
    >>> x, rate = Symbol("x", positive=True), Symbol("rate", positive=True)
    >>> positive = Interval.open(0, oo)
    >>> waiting = Family("waiting", x, positive, (Parameter(rate, positive, "per unit of x"),), log(rate) - rate * x)
    >>> waiting.parameter_names
    ('rate',)
    """

    name: str
    observation: Symbol
    support: Set
    parameters: tuple[Parameter, ...]
    log_density: Expr
    sources: tuple[Source, ...] = ()
    covariates: tuple[Covariate, ...] = ()
    constants: tuple[Parameter, ...] = ()
    also: tuple[Observed, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a declaration that contradicts itself."""
        for field in ("parameters", "sources", "covariates", "constants", "also"):
            object.__setattr__(self, field, as_tuple(self.name, field, getattr(self, field)))
        object.__setattr__(self, "covariates", tuple(map(_with_space, self.covariates)))
        require_sense(self)
        density = plain_form(self.log_density, self.observation, self.bounds, self.domain)
        object.__setattr__(self, "log_density", density)
        require_evaluated(self)

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, self.parameters, self.support, self.log_density))

    def __hash__(self) -> int:
        return self._hash

    def __getstate__(self) -> dict[str, object]:
        """Leave the hash behind: another process hashes strings otherwise."""
        return {name: value for name, value in self.__dict__.items() if name != "_hash"}

    @cached_property
    def bounds(self) -> Bounds:
        """The ends of the support."""
        return bounds(self.support)

    @property
    def discrete(self) -> bool:
        """Whether the observation is an integer: without further numbers the density is then a probability."""
        return self.bounds.discrete

    @property
    def countable(self) -> bool:
        """Whether all that is observed are integers, so that the density is a probability."""
        return self.discrete and all(one.bounds.discrete for one in self.also)

    @cached_property
    def observed(self) -> tuple[Symbol, ...]:
        """The variables that the density is one of: the observation, and what is observed together with it."""
        return (self.observation, *(one.symbol for one in self.also))

    @cached_property
    def given(self) -> tuple[Symbol, ...]:
        """The variables that the density is conditional on."""
        return tuple(one.symbol for one in self.covariates)

    @property
    def beside(self) -> tuple[Symbol, ...]:
        """The data variables but the first: what is observed together with it, then the covariates."""
        return (*self.observed[1:], *self.given)

    @cached_property
    def columns(self) -> tuple[Symbol, ...]:
        """The data variables: those observed, then the covariates."""
        return (*self.observed, *self.given)

    def require_one_column(self, what: str) -> None:
        """Raise ``ParameterError`` where an observation is several numbers, or has covariates; ``what`` needs one."""
        if len(self.columns) > 1:
            raise ParameterError(
                f"{self.name}: {what} is of families of one observed number, and this one has "
                f"{', '.join(map(str, self.columns))}"
            )

    @cached_property
    def symbols(self) -> tuple[Symbol, ...]:
        """The parameters' symbols, in declared order."""
        return tuple(parameter.symbol for parameter in self.parameters)

    @cached_property
    def parameter_names(self) -> tuple[str, ...]:
        """The parameters' names, in declared order."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def domain(self) -> dict[Symbol, Bounds]:
        """Where every declared symbol lies: covariates, constants and parameters first, the observation last."""
        given = {item.symbol: item.bounds for item in self.covariates}
        known = {item.symbol: item.bounds for item in (*self.constants, *self.parameters)}
        return given | known | {self.observation: self.bounds}

    def fix(self, **values: object) -> Family:
        """Return the family in which the named parameters or constants have known values.

        A float is read as the decimal it prints, so that the new declaration stays exact. Where the space of a
        fixed parameter depends on another, that one's space shrinks: ends ``a < b`` with ``b = 3`` leave ``a < 3``.

        Raises
        ------
        ParameterError
            For an unknown name or a value outside its space.

        Examples
        --------
        >>> from thetahat import family
        >>> family("gamma").fix(k=2).parameter_names
        ('theta',)
        """
        if not values:
            return self
        items = {item.name: item for item in (*self.parameters, *self.constants)}
        unknown = [name for name in values if name not in items]
        if unknown:
            raise ParameterError(
                f"{self.name}: there is no parameter or constant {unknown[0]!r}; known: {sorted(items)}"
            )
        exact = {items[name].symbol: exact_number(value, f"{self.name}: {name}") for name, value in values.items()}
        narrowed: dict[Symbol, Set] = {}
        for symbol, value in exact.items():
            space = items[symbol.name].space.subs(exact)
            if space.contains(value) == False:  # noqa: E712  (a SymPy relation that stays open is not false)
                raise ParameterError(f"{self.name}: {symbol} = {value} lies outside its space {space}")
            if space.free_symbols:
                other, allowed = values_allowing(space, value)
                narrowed[other] = narrowed.get(other, items[other.name].space) & allowed
                if narrowed[other] is S.EmptySet:
                    raise ParameterError(f"{self.name}: {symbol} = {value} lies outside its space, whatever {other} is")
        label = ", ".join(f"{symbol}={value}" for symbol, value in exact.items())
        return self._substituted(exact, f"{self.name}[{label}]", narrowed=narrowed)

    def holding(self, *symbols: Symbol) -> Family:
        """Return the same family with the named parameters known, whatever their values: they become constants.

        >>> from thetahat import family
        >>> gamma = family("gamma")
        >>> gamma.holding(gamma.symbols[0]).parameter_names
        ('theta',)
        """
        held = tuple(item for item in self.parameters if item.symbol in symbols)
        rest = tuple(item for item in self.parameters if item.symbol not in symbols)
        return replace(self, parameters=rest, constants=(*self.constants, *held)) if held else self

    def reparametrise(self, name: str, parameters: Iterable[Parameter], substitution: Mapping[str, Expr]) -> Family:
        """Return the same densities indexed by other parameters.

        Parameters
        ----------
        name
            Name of the new family.
        parameters
            The new parameters, and the old ones that stay.
        substitution
            Each old parameter that goes, as an expression in the new ones.

        Examples
        --------
        >>> from sympy import Interval, Symbol, oo
        >>> from thetahat import family
        >>> rate = Parameter(Symbol("beta", positive=True), Interval.open(0, oo), "rate")
        >>> family("exponential").reparametrise("by_mean", [rate], {"lambda": 1 / rate.symbol}).log_density
        log(1/beta) - x/beta
        """
        if not isinstance(parameters, Iterable) or not isinstance(substitution, Mapping):
            raise DeclarationError(
                f"{self.name}: reparametrise takes a name, a tuple of Parameters, and a mapping from the names of old "
                "parameters to expressions in the new ones, in this order"
            )
        old = {item.name: item.symbol for item in self.parameters}
        unknown = [key for key in substitution if key not in old]
        if unknown:
            raise ParameterError(f"{self.name}: there is no parameter {unknown[0]!r}; known: {sorted(old)}")
        for key, value in substitution.items():
            require_expression(f"{self.name}: the substitution for {key}", value)
        exact = {old[key]: value for key, value in substitution.items()}
        return self._substituted(exact, name, keep=tuple(parameters))

    def transform(self, name: str, variable: Symbol, image: Expr) -> Family:
        """Return the family of another variable, mapped one to one onto the observation; the parameters stay.

        Parameters
        ----------
        name
            Name of the new family.
        variable
            The new observation, with its assumptions.
        image
            The old observation, as an expression in the new one. Counts can be shifted or reflected.

        Raises
        ------
        DeclarationError
            When the map is not proved to be strictly monotone on the set mapped onto the support.

        Examples
        --------
        The logarithm of a lognormal variable is normal:

        >>> from sympy import Symbol, log
        >>> from thetahat import family
        >>> y = Symbol("y", positive=True)
        >>> family("normal").transform("growth", y, log(y)).support
        Interval.open(0, oo)
        """
        if not isinstance(variable, Symbol):
            raise DeclarationError(f"{self.name}: the new variable is {variable!r:.60}, which is not a SymPy Symbol")
        require_expression(f"{self.name}: the old observation, written in {variable},", image)
        # The new variable may be called as the old one: they are told apart by a stand-in.
        old = Dummy(self.observation.name, **self.observation.assumptions0)
        apart = replace(self, observation=old, log_density=self.log_density.xreplace({self.observation: old}))
        change = change_of_variable(apart, variable, image)
        density = self.log_density.subs(self.observation, image) + change.log_slope
        return replace(self, name=name, observation=variable, support=change.support, log_density=density)

    def _substituted(
        self,
        exact: Mapping[Symbol, Expr],
        name: str,
        keep: tuple[Parameter, ...] | None = None,
        narrowed: Mapping[Symbol, Set] | None = None,
    ) -> Family:
        # With a = 0, the b of (a, oo) becomes positive and the x of [a, b] nonnegative: a symbol takes on what its
        # set newly says, and everything after it is written in the new symbol.
        known = dict(exact)

        def rest(items: tuple[Parameter, ...]) -> tuple[Parameter, ...]:
            left = []
            for item in items:
                if item.symbol not in exact:
                    space = (narrowed or {}).get(item.symbol, item.space).subs(known)
                    left.append(replace(item, space=space, symbol=sharpened(item.symbol, bounds(space))))
                    known[item.symbol] = left[-1].symbol
            return tuple(left)

        constants = rest(self.constants)
        parameters = rest(self.parameters) if keep is None else keep
        support = self.support.subs(known)
        known[self.observation] = sharpened(self.observation, bounds(support))
        return replace(
            self,
            name=name,
            observation=known[self.observation],
            support=support,
            parameters=parameters,
            constants=constants,
            log_density=self.log_density.subs(known),
            also=tuple(replace(one, support=one.support.subs(known)) for one in self.also),
        )


def _with_space(covariate: object) -> object:
    """A symbol by itself as a covariate; what is neither is refused afterwards."""
    bare = isinstance(covariate, Symbol) and covariate.is_real
    return Covariate(covariate, assumed_space(covariate)) if bare else covariate
