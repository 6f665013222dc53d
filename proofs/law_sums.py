"""Whether two expressions in nested sums are equal for every number of atoms: one polynomial under one row of sums.

Finite sums may be exchanged, so what counts is which indices are summed over and what stands under all of them. Each
index has one range throughout: ``i`` the atoms with ``q_i > 0``, ``j`` those with ``a_i(j) > 0`` (or ``c_j > 0``), or
the statistics. The definitions here are the checker's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sympy import Add, Basic, Dummy, Expr, Mul, S, Symbol, log

from .algebra.logs import normal_form
from .errors import UndecidedError
from .law_terms import Entry, Given, Inverse, Joint, Stretch, j
from .theorem_names import CrossEntropy, Divergence, Entropy, Expected
from .theorem_terms import Mass, Term, Total

# Which two masses the mass of a pair is the product of, and whether the second depends on the first part.
PAIRS = {"r": ("q", "a", True), "s": ("p", "b", True), "v": ("q", "c", False), "w": ("p", "d", False)}
# The image of a density under the map: f_Y(y) = f(h(y)) |h'(y)|.
IMAGES = {"f_Y": "f", "g_Y": "g"}
# Where these vanish nothing is added, so that they add up to one over the range of their index.
_NORMALISED = {"q", "a", "c", "p"}

Monomials = dict[tuple[frozenset[Symbol], Expr], Expr]
Premises = Mapping[Expr, Expr]


def vanishes(expression: Expr, premises: Premises | None = None, exponential: bool = False) -> bool:
    """Return whether ``expression`` is proved to be zero for every number of atoms.

    ``premises`` are sums of one product, each with what may be put in its place. ``exponential`` says that the masses
    ``p`` are those of an exponential family, positive on every atom, so that they add up to one as well.

    >>> from thetahat.proofs.law_terms import j, y
    >>> from thetahat.proofs.theorem_terms import i
    >>> r, q, a = Joint("r", i, j), Mass("q", i), Given("a", j, i)
    >>> vanishes(Entropy(r) - Entropy(q) - Expected(q, Entropy(a))), vanishes(Entropy(r) - Entropy(q))
    (True, False)
    """
    found = _collected(expression, exponential)
    for left, right in (premises or {}).items():
        found = _replaced(found, _collected(left, exponential), _collected(right, exponential))
    return not found


def written(e: Expr) -> Expr:
    """Return ``e`` with pairs, images, entropies and divergences written out as masses and sums.

    >>> from thetahat.proofs.law_terms import j, y
    >>> from thetahat.proofs.theorem_terms import i
    >>> written(Joint("r", i, j)), written(Mass("f_Y", y))
    (a_i(j)*q_i, f(h(y))*|h'(y)|)
    """
    if isinstance(e, Joint):
        first, second, depends = PAIRS[e.name]
        at = e.args[1], e.args[2]
        return Mass(first, at[0]) * (Given(second, at[1], at[0]) if depends else Mass(second, at[1]))
    if isinstance(e, Mass):
        return Mass(IMAGES[e.name], Inverse(e.index)) * Stretch(e.index) if e.name in IMAGES else e
    if isinstance(e, Divergence):
        first, second = e.args
        return written(_summed(first, first * log(first / second)))
    if isinstance(e, (Entropy, CrossEntropy)):
        return written(-_summed(e.args[0], e.args[0] * log(e.args[-1])))
    if isinstance(e, Expected):
        return written(_summed(e.args[0], e.args[0] * e.args[1]))
    if isinstance(e, Total):
        return Total(written(e.summand), e.index)
    return e.func(*(written(arg) for arg in e.args)) if e.args and not isinstance(e, Term) else e


def log_mass(mass: Mass) -> Expr:
    """Return the logarithm of a mass of an exponential family.

    >>> from thetahat.proofs.theorem_terms import i, theta
    >>> log_mass(Mass("p", i, theta))
    log(h_i) - A(theta) + sum(T_j(i)*eta_j(theta); j = 1..K)
    """
    atom, parameter = mass.args[1:]
    linear = Total(Entry("eta", j, parameter) * Entry("T", j, atom), j)
    return log(Mass("h", atom)) + linear - Entry("A", parameter)


def _in_statistics(e: Expr) -> Expr:
    """``e`` with the logarithm of every mass ``p`` replaced by its exponential form; logarithms of products split."""
    if isinstance(e, log) and "p" in {mass.name for mass in e.args[0].atoms(Mass)}:
        factors = [factor.as_base_exp() for factor in Mul.make_args(e.args[0])]
        if not all(isinstance(base, Mass) for base, _ in factors):
            raise UndecidedError(f"{e} is not the logarithm of a product of masses")
        return Add(*(power * (log_mass(base) if base.name == "p" else log(base)) for base, power in factors))
    if isinstance(e, Total):
        return Total(_in_statistics(e.summand), e.index)
    return e.func(*(_in_statistics(arg) for arg in e.args)) if e.args and not isinstance(e, Term) else e


def _summed(mass: Mass, summand: Expr) -> Expr:
    """The sum over what the mass is a mass of."""
    indices = mass.args[1:] if isinstance(mass, Joint) else mass.args[1:2]
    for index in reversed(indices):
        if not index.is_Symbol:
            raise UndecidedError(f"{mass} is not summed over: {index} is no index")
        summand = Total(summand, index)
    return summand


def _collected(expression: Expr, exponential: bool) -> Monomials:
    """Each product with the indices it is summed over, and its coefficient."""
    whole = _in_statistics(written(expression)) if exponential else written(expression)
    rows = (_products(indices, summand, exponential) for indices, summand in _flat(whole))
    return _added(pair for row in rows for pair in row.items())


def _added(pairs: Iterable[tuple[tuple[frozenset[Symbol], Expr], Expr]]) -> Monomials:
    found: Monomials = {}
    for key, coefficient in pairs:
        found[key] = found.get(key, S.Zero) + coefficient
    return {key: coefficient for key, coefficient in found.items() if coefficient != 0}


def _flat(e: Expr) -> list[tuple[frozenset[Symbol], Expr]]:
    """The sums pulled out to the front: every term under one row of them."""
    if isinstance(e, Total):
        inner = _flat(e.summand)
        if any(e.index in indices for indices, _ in inner):
            raise UndecidedError(f"{e} sums twice over {e.index}")
        return [(indices | {e.index}, summand) for indices, summand in inner]
    if e.is_Add:
        return [pair for term in e.args for pair in _flat(term)]
    if e.is_Mul and e.has(Total):
        rows: list[tuple[frozenset[Symbol], Expr]] = [(frozenset(), S.One)]
        for factor in e.args:
            rows = [_side_by_side(row, other) for row in rows for other in _flat(factor)]
        return rows
    if e.has(Total):
        raise UndecidedError(f"{e} is no product of sums")
    return [(frozenset(), e)]


def _side_by_side(
    row: tuple[frozenset[Symbol], Expr], other: tuple[frozenset[Symbol], Expr]
) -> tuple[frozenset[Symbol], Expr]:
    """The product of two sums is one double sum, if what is bound in one is not mentioned in the other."""
    bound = (row[0] & (other[0] | other[1].free_symbols)) | (other[0] & row[1].free_symbols)
    if bound:
        raise UndecidedError(f"a product of sums uses {min(bound, key=str)} twice")
    return row[0] | other[0], row[1] * other[1]


def _products(indices: frozenset[Symbol], summand: Expr, exponential: bool) -> Monomials:
    """The summand as a polynomial in masses, their logarithms and entries; masses are positive on the ranges."""
    table: dict[Basic, Expr] = {node: Dummy(str(node), positive=True) for node in summand.atoms(Mass, Stretch)}
    table |= {node: Dummy(str(node), real=True) for node in summand.atoms(Entry)}
    plain = summand.xreplace(table)
    if plain.has(Term):
        raise UndecidedError(f"{summand} holds {min(plain.atoms(Term), key=str)}, of which nothing is known")
    back = {stand_in: node for node, stand_in in table.items()}
    terms = [term.as_coeff_Mul() for term in Add.make_args(normal_form(plain, (), {}).expand())]
    return _added((_added_up(indices, product.xreplace(back), exponential), number) for number, product in terms)


def _added_up(indices: frozenset[Symbol], product: Expr, exponential: bool) -> tuple[frozenset[Symbol], Expr]:
    """Drop a sum in which one mass is all that depends on the index, to the power one: it adds up to one."""
    for index in sorted(indices, key=str):
        apart = [one for one in Mul.make_args(product) if index in one.free_symbols]
        if len(apart) == 1 and _adds_up(apart[0], index, exponential):
            return _added_up(indices - {index}, product / apart[0], exponential)
    return indices, product


def _adds_up(factor: Expr, index: Symbol, exponential: bool) -> bool:
    known = isinstance(factor, Mass) and factor.index == index and factor.name in _NORMALISED
    return known and (factor.name != "p" or exponential)


def _replaced(found: Monomials, left: Monomials, right: Monomials) -> Monomials:
    """Put ``right`` for ``left``, the sum of one product, wherever it is a factor and the rest is free of its index."""
    if len(left) != 1:
        raise UndecidedError("the premise is not about the sum of one product")
    (((bound, product), number),) = left.items()
    pairs: list[tuple[tuple[frozenset[Symbol], Expr], Expr]] = []
    for (indices, whole), coefficient in found.items():
        rest = whole / product
        if bound <= indices and rest.as_numer_denom()[1] == 1 and not rest.free_symbols & bound:
            pairs += [
                (((indices - bound) | other, rest * replacement), coefficient * factor / number)
                for (other, replacement), factor in right.items()
            ]
        else:
            pairs.append(((indices, whole), coefficient))
    return _added(pairs)
