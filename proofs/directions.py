"""The derivation in either direction of the divergence: of members from the data, or of the data from members.

Forward is maximum likelihood. In reverse, KL(p_theta || p_hat) is infinite as soon as a member gives probability to
a value that the data do not have; what is left are models whose every value is observed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, overload

from sympy import Add, Expr, Symbol, exp

from .algebra.atoms import Mean, plain
from .algebra.derivatives import derivative
from .algebra.signs import Domain
from .algebra.solve import solve_one
from .algebra.tidying import tidy
from .bounds import Bounds
from .derivation import Derivation, Evidence
from .engine import derive as _forward
from .errors import ParameterError
from .family import Family
from .likelihood import unfold
from .reverse_projection import divergence_from_shares, finite_support
from .targets import Table
from .zero import prove_zero

if TYPE_CHECKING:
    from .structured.derivation import StructuredDerivation
    from .structured.family import StructuredFamily


@dataclass(frozen=True)
class ReverseDerivation:
    """What minimising KL(p_theta || p_hat) gives for raw data, beside the maximum-likelihood estimator.

    Attributes
    ----------
    forward
        The derivation of the estimator that minimises KL(p_hat || p_theta).
    shares
        For each value of a finite support, the symbol of its share in the data; empty where the divergence is infinite
        whatever the data are.
    divergence
        ``KL(p_theta || p_hat)`` in the parameters and the shares, in nats, where every value is observed.
    equations
        Its derivative in each parameter, zero at the minimiser.
    closed
        The parameters that are solved from their own equation, with the only root.
    saturated
        Whether the estimator of maximum likelihood gives every value its share, so that both directions agree.
    """

    forward: Derivation
    shares: tuple[tuple[Expr, Symbol], ...]
    divergence: Expr | None
    equations: tuple[Expr, ...]
    closed: tuple[tuple[Symbol, Expr], ...]
    saturated: bool

    @property
    def infinite(self) -> bool:
        """Whether the divergence is infinite for every member, whatever the data are."""
        return not self.shares

    @property
    def reason(self) -> str:
        """Why it is infinite, or when it is finite."""
        family = self.forward.family
        if not family.countable:
            return "a density gives probability to values that are not in the data, which have finitely many"
        if self.infinite:
            return "members give probability to values that are not in the data, which have finitely many"
        return "it is finite exactly for data in which every value of the support occurs"

    def __str__(self) -> str:
        """Return both directions, one under the other."""
        family = self.forward.family
        formulas = [f"{symbol}_hat = {value}" for symbol, value in self.forward.estimator.items()]
        finite = "infinite for every theta" if self.infinite else "finite for some data"
        lines = [
            family.name,
            f"  KL(p_hat || p_theta), forward: {', '.join(formulas) or self.forward.outcome.value}",
            f"  KL(p_theta || p_hat), reverse: {finite}",
            f"    since {self.reason}",
        ]
        if not self.infinite:
            lines.append(f"    = {self.divergence}, where p_hat has {self._shares()}")
            if self.saturated:
                lines.append(
                    "    least, and zero, at the estimate of maximum likelihood: it gives every value its share"
                )
            else:
                lines += [f"    {symbol} = {value}" for symbol, value in self.closed]
                lines += [f"    0 = {equation}" for equation in self.equations if not self.closed]
        return "\n".join(lines)

    def _shares(self) -> str:
        return ", ".join(f"{symbol} of {value}" for value, symbol in self.shares)


@overload
def derive(family: Family, *, direction: Literal["forward"] = "forward") -> Derivation: ...
@overload
def derive(family: Family, *, direction: Literal["reverse"]) -> ReverseDerivation: ...
@overload
def derive(family: StructuredFamily) -> StructuredDerivation: ...


def derive(
    family: Family | StructuredFamily, *, direction: str = "forward"
) -> Derivation | ReverseDerivation | StructuredDerivation:
    """Return the derivation of the maximum-likelihood estimator of ``family``, every step checked.

    Pure and cached: nothing but the declaration enters. What is not proved stands in ``obligations``.

    Parameters
    ----------
    direction
        ``forward`` minimises the divergence of members from the data, as maximum likelihood does; ``reverse`` that of
        the data from members, and shows both, of families of single numbers.

    Raises
    ------
    ParameterError
        For any other direction, and for the reverse one of families with several columns, or of symbolic dimension.

    Examples
    --------
    >>> from thetahat import derive, family
    >>> derive(family("rayleigh")).outcome
    <Outcome.CLOSED_FORM: 'closed form'>
    >>> print(derive(family("exponential"), direction="reverse"))
    exponential
      KL(p_hat || p_theta), forward: lambda_hat = 1/t_1
      KL(p_theta || p_hat), reverse: infinite for every theta
        since a density gives probability to values that are not in the data, which have finitely many
    """
    if direction not in ("forward", "reverse"):
        raise ParameterError(f"{family.name}: the direction {direction!r} is not known; write 'forward' or 'reverse'")
    if not isinstance(family, Family):
        from .structured.engine import derive_structured

        derivation = derive_structured(family)
        if direction == "reverse":
            raise ParameterError(f"{family.name}: the reverse direction is derived for families of single numbers only")
        return derivation
    if direction == "forward":
        return _forward(family)
    if family.also or family.discrete:
        # Given covariates, a density still reaches values that are not in the data; probabilities may not.
        family.require_one_column("the reverse direction")
    return _reverse(family)


def _reverse(family: Family) -> ReverseDerivation:
    forward, values = _forward(family), finite_support(family)
    if values is None:
        return ReverseDerivation(forward, (), None, (), (), False)
    shares = tuple((value, Symbol(f"w_{value}", positive=True)) for value in values)
    divergence = divergence_from_shares(family, shares)
    domain: dict[Symbol, Bounds] = {item.symbol: item.bounds for item in (*family.constants, *family.parameters)}
    equations = tuple(tidy(derivative(divergence, symbol), domain) for symbol in family.symbols)
    closed = _solved(family, equations, domain)
    saturated = _gives_shares(forward, family, values)
    return ReverseDerivation(forward, shares, tidy(divergence, domain), equations, closed, saturated)


def _solved(family: Family, equations: tuple[Expr, ...], domain: Domain) -> tuple[tuple[Symbol, Expr], ...]:
    if len(equations) > 1:
        return ()
    roots = solve_one(equations[0], family.symbols[0], domain)
    return ((family.symbols[0], roots[0].value),) if len(roots) == 1 and roots[0].only else ()


def _gives_shares(forward: Derivation, family: Family, values: list[Expr]) -> bool:
    """Whether as many free probabilities as there are parameters meet every table of shares.

    Then the maximum-likelihood estimate gives every value its share, which is checked at a table of one's choice.
    """
    if len(values) - 1 != len(family.parameters) or len(forward.estimator) < len(family.parameters):
        return False
    shares = [Symbol(f"w_{value}", positive=True) for value in values[:-1]]
    table = [*shares, 1 - Add(*shares)]
    theta = _estimate(forward, family, values, table)
    gaps = (
        exp(family.log_density.xreplace({family.observation: value})).xreplace(theta) - share
        for value, share in zip(values, table, strict=True)
    )
    return all(prove_zero(gap.expand(), {}, list).evidence is Evidence.ALGEBRA for gap in gaps)


def _estimate(forward: Derivation, family: Family, values: list[Expr], shares: list[Expr]) -> dict[Symbol, Expr]:
    """The estimate for a table of shares: averages become weighted sums over the values."""
    table = Table(tuple(zip(values, shares, strict=True)))
    found = {
        symbol: plain(unfold(formula, forward.statistics)).replace(
            lambda node: isinstance(node, Mean), lambda node: table.mean(node.integrand, family.observation)
        )
        for symbol, formula in forward.formulas
    }
    return {symbol: value.xreplace(found) for symbol, value in found.items()}
