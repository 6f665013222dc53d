"""The likelihood of three parameters along the curve of its highest points, for data in any unit: its bounds.

In ``c``, the logarithm of an observation less a centre, the likelihood times the observation is the same in every unit.
Where a gamma function of ``K`` is in it, ``K`` runs from infinity to zero along the curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from flint import arb
from sympy import Add, Dummy, Expr, S, Symbol, exp, expand_log, factor_terms, log, loggamma, oo, pi, powdenest, solve

from ...proofs.algebra.atoms import Mean, atoms_of, plain
from ...proofs.algebra.derivatives import derivative
from ...proofs.ball_data import Table
from ...proofs.derivation import Derivation, Finding, Verdict
from ...proofs.symmetry import unit_exponents
from ..exact import written_out
from .profile import Profile
from .program import Program, program

C = Symbol("c", real=True)
K = Symbol("K", positive=True)
LARGEST = Symbol("largest", positive=True)
"""The largest of the centred logarithms."""
REMAINDER = Symbol("remainder", real=True)
"""What Stirling's formula leaves of the logarithm of the gamma function of ``K``."""


@dataclass(frozen=True, eq=False)
class Line:
    """Computes ``K`` and a profile less its function of ``K`` alone, at a value of the unknown or over a part.

    ``bends`` computes ``K`` and the second derivative in ``K`` of what is left, along the curve.
    """

    values: Program
    bends: Program

    def at(self, place: arb, table: Table) -> tuple[arb, arb]:
        """Return both."""
        return _last_two(self.values, place, table)

    def bend(self, place: arb, table: Table) -> tuple[arb, arb]:
        """Return ``K`` and the second derivative."""
        return _last_two(self.bends, place, table)


def _last_two(made: Program, place: arb, table: Table) -> tuple[arb, arb]:
    *_, first, last = made.listed(table, [place])
    return first, last


@dataclass(frozen=True, eq=False)
class CrestProfile:
    """The mean log-likelihood along the curve but for a constant, in logarithms of the data less a centre.

    ``near_zero`` and ``far_out`` are it as the unknown tends to zero, or grows without bound, with ``K``. The centre is
    the average for the one, for the other the largest. ``inner`` and ``inner_far`` say what ``K`` is. ``curve`` and
    ``curve_far`` are the same profile with either centre, to be computed between the ends. ``line`` computes ``K``, and
    the profile less ``K*log(K) - K - loggamma(K)``, for each value of the unknown a straight line in ``K``: of members
    with one ``K`` the likelihood is highest on the curve. ``roots`` are the other parameters on the curve, each from
    the data as they are and those before it.
    """

    curve: Profile
    curve_far: Profile
    line: Line
    near_zero: Expr
    inner: Expr
    far_out: Expr
    inner_far: Expr
    roots: tuple[tuple[Symbol, Expr], ...]


@lru_cache(maxsize=256)
def crest_profile(derivation: Derivation, findings: tuple[Finding, ...]) -> CrestProfile | None:
    """Return the profile along a curve that steps prove to hold the highest points; ``None`` without one.

    >>> from thetahat import derive, family
    >>> stacy = derive(family("generalised_gamma"))
    >>> crest_profile(stacy, stacy.findings).inner
    Mean(exp(c*p), c)/(p*Mean(c*exp(c*p), c))
    """
    family = derivation.family
    steps = [
        step
        for step, found in zip(derivation.steps, findings, strict=True)
        if found.evidence.verdict is Verdict.AGREE and step.rule in ("crest", "crest-edges")
        if step.parametrisation is None
    ]
    if [step.rule for step in steps] != ["crest", "crest-edges"] or len(family.columns) != 1:
        return None
    crest, unknown = steps[0], steps[0].named("unknown")
    turn, exponents = derivation.steps[crest.given[1]], unit_exponents(family)
    if exponents is None or exponents[unknown] != 0 or not family.observation.is_positive:
        return None
    roots = (crest.subject, crest.named("root")), (turn.subject, crest.named("first"))
    # Of the logarithm of an observation the density says as much in every unit.
    x = family.observation
    whole = plain(written_out(derivation, derivation.mean_log_likelihood)) + Mean(log(x), x)
    return _in_logarithms(whole.subs(*roots[1]), roots, unknown, x, dict(crest.named("moves")))


def _in_logarithms(
    height: Expr, roots: tuple[tuple[Symbol, Expr], ...], unknown: Symbol, x: Symbol, moves: dict[Symbol, Expr]
) -> CrestProfile | None:
    """The height and what the gamma function is of, in centred logarithms, with expressions for both ends."""
    solved, root = roots[0]
    gammas = [node.args[0] for node in height.atoms(loggamma) if solved in node.args[0].free_symbols]
    places = solve(gammas[0] - K, solved) if len(gammas) == 1 else []
    if len(places) != 1 or (gammas[0].subs(moves, simultaneous=True) - gammas[0]).cancel() != 0:
        return None
    inner = _centred(gammas[0].subs(solved, root), x).cancel()
    whole = _centred(expand_log(powdenest(height.subs(solved, places[0]), force=True), force=True), x).expand()
    whole = expand_log(whole, force=True).expand()
    if x in whole.free_symbols or not whole.has(loggamma(K)) or whole.free_symbols != {unknown, K}:
        return None
    straight = (whole - K * log(K) + K + loggamma(K)).expand()
    if straight.has(loggamma) or straight.diff(K, 2).expand() != 0:
        return None
    rest = whole.subs(loggamma(K), 0)
    stirling = (K - S.Half) * log(K) - K + log(2 * pi) / 2 + REMAINDER
    near_zero, far_out = (rest - stirling).expand(), (rest + log(K) - loggamma(1 + K)).expand()
    beyond, inner_far = expand_log(_from_the_largest(far_out), force=True).expand(), _from_the_largest(inner).cancel()
    curve = _curve(whole.subs(K, inner), unknown)
    curve_far = _curve(beyond.subs(K, inner_far).subs(LARGEST, -Mean(C, C)), unknown)
    return CrestProfile(curve, curve_far, _line(inner, straight, unknown), near_zero, inner, beyond, inner_far, roots)


def _line(inner: Expr, straight: Expr, unknown: Symbol) -> Line:
    """The highest of straight lines has the slope of that line, and bends as this slope does along the curve."""
    value = Dummy("value", real=True)
    bend = derivative(straight.diff(K), unknown) / derivative(inner, unknown)
    return Line(*(program([(K, inner), (value, one)], (C,), (unknown,)) for one in (straight, bend)))


def _curve(height: Expr, unknown: Symbol) -> Profile:
    """The height with its first three derivatives, compiled."""
    names = [Dummy(name, real=True) for name in ("height", "slope", "bend", "turn")]
    values = [height]
    for _ in names[1:]:
        values.append(derivative(values[-1], unknown))
    made = program(list(zip(names, values, strict=True)), (C,), (unknown,))
    return Profile(unknown, (S.Zero, oo), height, made, tuple(map(made.names.index, names)))


def _from_the_largest(expression: Expr) -> Expr:
    """The same in logarithms less the largest, which is ``LARGEST``: their exponentials are bounded."""
    moved: dict[Expr, Expr] = {}
    for atom in atoms_of(expression):
        terms = [term.as_independent(C, as_Add=False) for term in Add.make_args(_shifted(atom.integrand))]
        moved[atom] = Add(*(factor * Mean(rest, C) for factor, rest in terms))
    return factor_terms(expression.xreplace(moved))


def _shifted(integrand: Expr) -> Expr:
    return integrand.subs(C, C + LARGEST).expand()


def _centred(expression: Expr, x: Symbol) -> Expr:
    """The same in logarithms that add up to zero."""
    found = expression
    for atom in sorted(atoms_of(expression), key=str):
        inside = expand_log(powdenest(atom.integrand.subs(x, exp(C)), force=True), force=True)
        found = found.xreplace({atom: S.Zero if inside == C else Mean(inside, C)})
    return found
