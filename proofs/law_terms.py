"""What the laws of the divergence speak of beyond the theorem: pairs, statistics, a map, equality of two members."""

from __future__ import annotations

from typing import Any

from sympy import Basic, Symbol

from .theorem_terms import Mass, Term

j = Symbol("j", integer=True, positive=True)
l = Symbol("l", integer=True, positive=True)  # noqa: E741
y = Symbol("y", real=True)

_GREEK = {"eta": r"\eta", "tau": r"\tau"}


class Joint(Mass):
    """The probability of a pair: a name, the atom of its first part, and that of its second.

    >>> from thetahat.proofs.theorem_names import Entropy
    >>> from thetahat.proofs.theorem_terms import i
    >>> Joint("r", i, j), Entropy(Joint("r", i, j))
    (r_i,j, H(r))
    """

    @property
    def parameters(self) -> tuple[Basic, ...]:
        """None: both arguments are atoms."""
        return ()

    def _shown(self, printer: Any, name: str, group: Any = str) -> str:
        return f"{name}_{group(','.join(printer._print(arg) for arg in self.args[1:]))}"


class Given(Mass):
    """The probability of the second part of a pair given the first: a name, the second atom, and the first.

    >>> from thetahat.proofs.theorem_names import Entropy
    >>> from thetahat.proofs.theorem_terms import i
    >>> Given("a", j, i), Entropy(Given("a", j, i))
    (a_i(j), H(a_i))
    """

    def _shown(self, printer: Any, name: str, group: Any = str) -> str:
        second, first = (printer._print(arg) for arg in self.args[1:])
        return f"{name}_{group(first)}({second})"


class Entry(Term):
    """A real number with a name: a statistic ``T_j(i)``, a natural parameter, the log-partition or its derivative.

    >>> from thetahat.proofs.theorem_terms import i, theta
    >>> Entry("T", j, i), Entry("eta", j, theta), Entry("A", theta)
    (T_j(i), eta_j(theta), A(theta))
    """

    def __new__(cls, name: str | Symbol, *args: Any) -> Term:
        """Accept the name as text."""
        return Term.__new__(cls, Symbol(name) if isinstance(name, str) else name, *args)

    @property
    def name(self) -> str:
        """The name of the table that the number stands in."""
        return str(self.args[0].name)

    def _sympystr(self, printer: Any) -> str:
        return self._shown(printer, self.name, str)

    def _latex(self, printer: Any) -> str:
        return self._shown(printer, _GREEK.get(self.name, self.name), "{{{}}}".format)

    def _shown(self, printer: Any, name: str, group: Any) -> str:
        *first, last = (printer._print(arg) for arg in self.args[1:])
        return name + "".join(f"_{group(one)}" for one in first) + f"({last})"


class Inverse(Term):
    """The inverse ``h(y)`` of a strictly monotone map with a derivative that is nowhere zero.

    >>> Inverse(y)
    h(y)
    """

    text = tex = "h({0})"


class Stretch(Term):
    """The modulus of the derivative of the inverse at ``y``: ``|h'(y)|``.

    >>> Stretch(y)
    |h'(y)|
    """

    text = tex = "|h'({0})|"

    is_positive = True


class AtEquality(Term):
    """An expression in ``q`` and ``p_theta``, taken where ``q_i = p_i(theta)`` after all derivatives.

    >>> from thetahat.proofs.theorem_names import CrossEntropy
    >>> from thetahat.proofs.theorem_terms import i, theta
    >>> AtEquality(CrossEntropy(Mass("q", i), Mass("p", i, theta)))
    [H(q, p_theta)] at q = p_theta
    """

    text = "[{0}] at q = p_theta"
    tex = r"\left[{0}\right]_{{q = p_{{\theta}}}}"
