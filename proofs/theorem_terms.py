"""What the theorem speaks of: probabilities of atoms, finite sums, and names for entropy and divergence; all inert.

Nothing here evaluates, expands or differentiates by itself: what a name means is written down by whoever reasons with
it, so that a proof cannot lean on a rewriting that nobody looked at.
"""

from __future__ import annotations

from typing import Any

from sympy import Basic, Expr, Symbol, Tuple, latex

from .derivation import Label

i = Symbol("i", integer=True, positive=True)
k = Symbol("k", integer=True, positive=True)
m = Symbol("m", integer=True, positive=True)
n = Symbol("n", integer=True, positive=True)
x = Symbol("x", real=True)
X = Symbol("X")
theta, theta_0, theta_1 = (Symbol(name, real=True) for name in ("theta", "theta_0", "theta_1"))

_HATS = {"p_hat": r"\hat p"}
RELATIONS = {"=": "", "<=": r"\le", "!=": r"\ne", "in": r"\in", "only if": r"= 0 \text{ only if}"}


class Term(Expr):
    """An inert real number; differentiating it gives a ``Slope``, which is inert as well."""

    is_commutative = True
    is_extended_real = True

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return Slope(self, symbol)

    def _eval_evalf(self, prec: int) -> None:
        return None


class Mass(Term):
    """The probability (or count, or density) of one atom: a name, the atom, and the parameter it may depend on.

    >>> Mass("p", i, theta), Mass("p", X, theta), Mass("q", 3)
    (p_i(theta), p_theta(X), q_3)
    """

    is_nonnegative = True

    def __new__(cls, name: str | Symbol, *args: Any) -> Mass:
        """Accept the name as text."""
        return Expr.__new__(cls, Symbol(name) if isinstance(name, str) else name, *(Tuple(*args).args))

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

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        return Slope(self, symbol) if symbol in self.args[2:] else self.args[1] * 0

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
        return str(printer._print(mass))
    parameters = ", ".join(printer._print(arg) for arg in mass.args[2:])
    return (name or mass.name) + (f"_{group(parameters)}" if parameters else "")


class Datum(Term):
    """The observation number ``k``: ``x_k``, one of the atoms.

    >>> Datum(k)
    x_k
    """

    is_integer = True
    is_positive = True

    def _sympystr(self, printer: Any) -> str:
        return f"x_{printer._print(self.args[0])}"

    def _latex(self, printer: Any) -> str:
        return f"x_{{{printer._print(self.args[0])}}}"


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

    Over ``k`` it runs through the observations; over ``x`` it is an integral, of which only linearity is used.

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
    def outside(self) -> bool:
        """Whether the sum is over the atoms where the carrier vanishes."""
        return len(self.args) == 4

    def _sympystr(self, printer: Any) -> str:
        sign = "integral" if self.index == x else "sum"
        return f"{sign}({printer._print(self.summand)}; {self._range(printer, '=', '>', '..')})"

    def _latex(self, printer: Any) -> str:
        inner = printer._print(self.summand)
        inner = rf"\left({inner}\right)" if self.summand.is_Add else inner
        where = self._range(printer, "=", ">", r",\dots,")
        if self.index == x:
            return rf"\int_{{{where}}} {inner} \,d{printer._print(x)}"
        return rf"\sum_{{{where}}} {inner}"

    def _range(self, printer: Any, equal: str, above: str, dots: str) -> str:
        if self.carrier is not None:
            return f"{printer._print(self.carrier)} {equal if self.outside else above} 0"
        return f"{printer._print(self.index)} = 1{dots}{printer._print(n if self.index == k else m)}"


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


class Entropy(Term):
    """``H(q)``; the argument is the mass of one atom, or a tuple of numbers.

    >>> Entropy(Mass("q", i))
    H(q)
    """

    def _sympystr(self, printer: Any) -> str:
        return f"H({', '.join(distribution(arg, printer) for arg in self.args)})"

    def _latex(self, printer: Any) -> str:
        return f"H({', '.join(_tex(arg, printer) for arg in self.args)})"


class CrossEntropy(Entropy):
    """``H(q, p)``; the first argument does the averaging.

    >>> CrossEntropy(Mass("q", i), Mass("p", i, theta))
    H(q, p_theta)
    """


class Divergence(Term):
    """The KL divergence ``D(q || p)``; the first argument does the averaging.

    >>> Divergence(Mass("p_hat", i), Mass("p", i, theta))
    D(p_hat || p_theta)
    """

    def _sympystr(self, printer: Any) -> str:
        first, second = (distribution(arg, printer) for arg in self.args)
        return f"D({first} || {second})"

    def _latex(self, printer: Any) -> str:
        first, second = (_tex(arg, printer) for arg in self.args)
        return rf"D({first} \,\|\, {second})"


class Expected(Term):
    """The expectation ``E_q[f(X)]``; arguments are the mass of one atom and ``f`` of that atom.

    >>> from sympy import log
    >>> Expected(Mass("q", i), log(Mass("p", i, theta)))
    E_q[log(p_theta(X))]
    """

    def _sympystr(self, printer: Any) -> str:
        return f"E_{distribution(self.args[0], printer)}[{printer._print(self._of_variable())}]"

    def _latex(self, printer: Any) -> str:
        return rf"E_{{{_tex(self.args[0], printer)}}}\left[{printer._print(self._of_variable())}\right]"

    def _of_variable(self) -> Expr:
        return self.args[1].xreplace({self.args[0].index: X})


class MeanLogLikelihood(Term):
    """``l(theta)`` of the observations ``x_1, ..., x_n``; the argument is the mass of one observation.

    >>> MeanLogLikelihood(Mass("p", Datum(k), theta))
    l(theta)
    """

    def _sympystr(self, printer: Any) -> str:
        return f"l({printer._print(self.args[0].args[2])})"

    def _latex(self, printer: Any) -> str:
        return rf"\ell({printer._print(self.args[0].args[2])})"


class Gap(Term):
    """``f(t) = t - 1 - log t``, the distance of the logarithm from its tangent at 1.

    >>> Gap(1)
    f(1)
    """

    def __new__(cls, at: Any) -> Gap:
        """Accept a Python integer."""
        return Expr.__new__(cls, *Tuple(at).args)

    def _sympystr(self, printer: Any) -> str:
        return f"f({printer._print(self.args[0])})"

    def _latex(self, printer: Any) -> str:
        return rf"f\!\left({printer._print(self.args[0])}\right)"


class Slope(Term):
    """The derivative of the first argument in the second, not carried out.

    >>> Slope(Mass("p", i, theta), theta), Slope(Entropy(Mass("q", i)), theta)
    (p_i'(theta), d/dtheta H(q))
    """

    def _sympystr(self, printer: Any) -> str:
        inner, variable = (printer._print(arg) for arg in self.args)
        if isinstance(self.args[0], Mass):
            return str(inner).replace("(", "'(", 1)
        return f"d/d{variable} {inner}"

    def _latex(self, printer: Any) -> str:
        inner, variable = (printer._print(arg) for arg in self.args)
        if isinstance(self.args[0], Mass):
            return str(inner).replace("(", "'(", 1)
        return rf"\frac{{d}}{{d {variable}}} {inner}"


class LimitAtZero(Term):
    """The limit of the first argument as the second falls to zero.

    >>> from sympy import log
    >>> u = Symbol("u", positive=True)
    >>> LimitAtZero(u * log(u), u)
    lim(u*log(u); u -> 0)
    """

    def _sympystr(self, printer: Any) -> str:
        inner, variable = (printer._print(arg) for arg in self.args)
        return f"lim({inner}; {variable} -> 0)"

    def _latex(self, printer: Any) -> str:
        inner, variable = (printer._print(arg) for arg in self.args)
        return rf"\lim_{{{variable} \to 0^+}} {inner}"


def _tex(mass: Basic, printer: Any) -> str:
    name = _HATS.get(mass.name, mass.name) if isinstance(mass, Mass) else ""
    return distribution(mass, printer, name, "{{{}}}".format)


def claim_label(subject: Basic, relation: str) -> Label:
    """Return the label of a claim: its left-hand side, followed by the relation unless that is equality.

    >>> claim_label(Gap(1), "<=").text
    'f(1) <='
    """
    if relation == "=":
        return Label(str(subject), latex(subject))
    shown = "= 0 only if" if relation == "only if" else relation
    return Label(f"{subject} {shown}", f"{latex(subject)} {RELATIONS[relation]}")
