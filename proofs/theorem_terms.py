"""What the theorem speaks of: masses of atoms, observations, finite sums and products, all inert.

Nothing here evaluates, expands or differentiates by itself: what a term means is written down by whoever reasons with
it, so that a proof cannot lean on a rewriting that nobody looked at.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, S, Symbol

from .inert import Inert

i = Symbol("i", integer=True, positive=True)
k = Symbol("k", integer=True, positive=True)
m = Symbol("m", integer=True, positive=True)
n = Symbol("n", integer=True, positive=True)
x = Symbol("x", real=True)
X = Symbol("X")
t, u, v, B = (Symbol(name, positive=True) for name in ("t", "u", "v", "B"))
theta, theta_0, theta_1 = (Symbol(name, real=True) for name in ("theta", "theta_0", "theta_1"))

_HATS = {"p_hat": r"\hat{p}"}


class Term(Inert):
    """An inert real number; differentiating it gives a ``Slope``, which is inert as well."""

    is_commutative = True
    is_extended_real = True

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return Slope(self, symbol)


class Mass(Term):
    """The probability (or count, or density) of one atom: a name, the atom, and the parameter it may depend on.

    >>> Mass("p", i, theta), Mass("p", X, theta), Mass("q", 3)
    (p_i(theta), p_theta(X), q_3)
    """

    is_nonnegative = True

    def __new__(cls, name: str | Symbol, *args: Any) -> Term:
        """Accept the name as text."""
        return Term.__new__(cls, Symbol(name) if isinstance(name, str) else name, *args)

    @classmethod
    def class_key(cls) -> tuple[int, int, str]:
        """Sort like a symbol, so that a product prints the mass before logarithms.

        >>> Mass.class_key()[0] == Symbol("q").class_key()[0]
        True
        """
        return 2, 0, cls.__name__

    @property
    def name(self) -> str:
        """The name of the distribution."""
        return str(self.args[0].name)

    @property
    def index(self) -> Expr:
        """The atom."""
        return self.args[1]

    @property
    def parameters(self) -> tuple[Basic, ...]:
        """What the distribution as a whole depends on."""
        return tuple(self.args[2:])

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return Slope(self, symbol) if symbol in self.args[2:] else S.Zero

    def _sympystr(self, printer: Any) -> str:
        return self._shown(printer, self.name)

    def _latex(self, printer: Any) -> str:
        return self._shown(printer, _HATS.get(self.name, self.name), "{{{}}}".format)

    def _shown(self, printer: Any, name: str, group: Any = str) -> str:
        index, *rest = (printer._print(arg) for arg in self.args[1:])
        if self.index.is_integer and not isinstance(self.index, Datum):
            return f"{name}_{group(index)}" + (f"({', '.join(rest)})" if rest else "")
        return distribution(self, printer, name, group) + f"({index})"


def distribution(mass: Basic, printer: Any, name: str = "", group: Any = str) -> str:
    """Return how a distribution as a whole is printed: its name with its parameter, or its numbers."""
    if not isinstance(mass, Mass):
        return f"({', '.join(printer._print(arg) for arg in mass.args)})"
    parameters = ", ".join(printer._print(arg) for arg in mass.parameters)
    return (name or mass.name) + (f"_{group(parameters)}" if parameters else "")


def distribution_latex(mass: Basic, printer: Any) -> str:
    """Return the LaTeX of a distribution as a whole."""
    name = _HATS.get(mass.name, mass.name) if isinstance(mass, Mass) else ""
    return distribution(mass, printer, name, "{{{}}}".format)


class Datum(Term):
    """The observation number ``k``: ``x_k``, one of the atoms.

    >>> Datum(k)
    x_k
    """

    text = "x_{0}"
    tex = "x_{{{0}}}"

    is_integer = True
    is_positive = True


class Level(Term):
    """The distribution function at the bin edge number ``i``: ``F_theta(b_i)``; zero at edge 0, one at edge ``m``.

    >>> Level(i - 1, theta)
    F_theta(b_{i - 1})
    """

    def _sympystr(self, printer: Any) -> str:
        edge, parameter = (printer._print(arg) for arg in self.args)
        return f"F_{parameter}(b_{{{edge}}})"

    def _latex(self, printer: Any) -> str:
        edge, parameter = (printer._print(arg) for arg in self.args)
        return f"F_{{{parameter}}}(b_{{{edge}}})"


class Total(Term):
    """A finite sum over ``i``: of all atoms, of those with positive mass, or (fourth argument 0) of those without.

    Over ``k`` it runs through the observations; over a real variable it is an integral, of which only linearity is
    used.

    >>> q = Mass("q", i)
    >>> Total(q, i), Total(q, i, q), Total(Mass("p", i, theta), i, q, 0)
    (sum(q_i; i = 1..m), sum(q_i; q_i > 0), sum(p_i(theta); q_i = 0))
    """

    @property
    def summand(self) -> Expr:
        """What is added up."""
        return self.args[0]

    @property
    def index(self) -> Symbol:
        """The bound index."""
        return self.args[1]

    @property
    def carrier(self) -> Mass | None:
        """The mass whose sign says which atoms count; ``None`` for all of them."""
        return self.args[2] if len(self.args) > 2 else None

    @property
    def is_integral(self) -> bool:
        """Whether what is added up has no atoms.

        >>> Total(Mass("f", x), x).is_integral, Total(Mass("q", i), i).is_integral
        (True, False)
        """
        return not self.index.is_integer

    @property
    def outside(self) -> bool:
        """Whether the sum is over the atoms where the carrier vanishes."""
        return len(self.args) == 4

    def _sympystr(self, printer: Any) -> str:
        if self.is_integral:
            return f"integral({printer._print(self.summand)}; {printer._print(self.index)})"
        return f"sum({printer._print(self.summand)}; {self._range(printer, '=', '>', f'..{self._last()}')})"

    def _latex(self, printer: Any) -> str:
        inner = printer._print(self.summand)
        inner = rf"\left({inner}\right)" if self.summand.is_Add else inner
        if self.is_integral:
            return rf"\int {inner} d{printer._print(self.index)}"
        where = self._range(printer, "=", r"\gt")
        end = "" if self.carrier is not None else f"^{{{printer._print(self._last())}}}"
        return rf"\sum_{{{where}}}{end} {inner}"

    def _last(self) -> Symbol:
        return {i: m, k: n}.get(self.index, Symbol("K"))

    def _range(self, printer: Any, equal: str, above: str, dots: str = "") -> str:
        if self.carrier is not None:
            return f"{printer._print(self.carrier)} {equal if self.outside else above} 0"
        return f"{printer._print(self.index)} = 1{dots}"


class Factors(Term):
    """The product over all atoms.

    >>> Factors(Mass("p", i, theta) ** Mass("n", i), i)
    prod(p_i(theta)**n_i; i = 1..m)
    """

    is_positive = True

    def _sympystr(self, printer: Any) -> str:
        factor, index = (printer._print(arg) for arg in self.args)
        return f"prod({factor}; {index} = 1..{printer._print(m)})"

    def _latex(self, printer: Any) -> str:
        factor, index = (printer._print(arg) for arg in self.args)
        return rf"\prod_{{{index}=1}}^{{{printer._print(m)}}} {factor}"


class Slope(Term):
    """The derivative of the first argument in the second, not carried out.

    >>> Slope(Mass("p", i, theta), theta), Slope(Total(Mass("p", i, theta), i), theta)
    (p_i'(theta), d/dtheta sum(p_i(theta); i = 1..m))
    """

    def _sympystr(self, printer: Any) -> str:
        inner, variable = (printer._print(arg) for arg in self.args)
        return _primed(inner) if _is_call(self.args[0]) else f"d/d{variable} {inner}"

    def _latex(self, printer: Any) -> str:
        inner, variable = (printer._print(arg) for arg in self.args)
        return _primed(inner) if _is_call(self.args[0]) else rf"\frac{{d}}{{d {variable}}} {inner}"


def _is_call(e: Basic) -> bool:
    """Whether the derivative is shown by a prime: of a mass, or of a function of one symbol."""
    while isinstance(e, Slope):
        e = e.args[0]
    return isinstance(e, Mass) or (len(e.args) == 1 and e.args[0].is_Symbol)


def _primed(call: str) -> str:
    return call.replace("(", "'(", 1)
