"""Parameters that no data tell from their opposites: the members at ``p`` and ``-p`` are one."""

from __future__ import annotations

from sympy import S, Symbol

from .ball_data import evaluate
from .balls import precision
from .derivation import Evidence, Label, Section
from .family import Family
from .probes import data_points, parameter_points
from .trail import Trail
from .zero import prove_zero

_BITS = 128


def mirrored(family: Family) -> tuple[Symbol, ...]:
    """Return the parameters whose opposites are proved to give the same member, with all others as they are.

    >>> from sympy import Reals
    >>> from thetahat import family
    >>> from thetahat.proofs.family import Parameter
    >>> poisson, root = family("poisson"), Symbol("root", real=True)
    >>> mirrored(poisson)
    ()
    >>> mirrored(poisson.reparametrise("by_root", [Parameter(root, Reals)], {"lambda": root**2}))
    (root,)
    """
    even = (p for p in family.symbols if is_symmetric_space(p, family))
    return tuple(p for p in even if not _differs(p, family) and _same(p, family))


def is_symmetric_space(p: Symbol, family: Family) -> bool:
    """Return whether a parameter may have any value that its opposite may have, whatever else is.

    >>> from thetahat import family
    >>> normal = family("normal")
    >>> [is_symmetric_space(p, normal) for p in normal.symbols]
    [True, False]
    """
    space, others = family.domain[p], [item.bounds for item in family.parameters]
    ends = (family.bounds.lo, family.bounds.hi)
    still = all((end.subs(p, -p) - end).expand() == 0 for end in ends if p in end.free_symbols)
    even = space.lo == -space.hi and space.lo_closed == space.hi_closed and not space.free_symbols
    return bool(even and still and not any(p in box.free_symbols for box in others))


def _differs(p: Symbol, family: Family) -> bool:
    """Whether an observation certainly has another density at the opposite of some value."""
    theta = parameter_points(family, 1, 1)[0]
    row = data_points(family, theta, 1, 1)[0]
    with precision(_BITS):
        here, there = (evaluate(family.log_density, {**theta, **row, p: way * theta[p]}) for way in (1, -1))
        return bool(here != there)


def _same(p: Symbol, family: Family) -> bool:
    gap = family.log_density.subs(p, -p) - family.log_density
    return prove_zero(gap, family.domain, list).evidence is Evidence.ALGEBRA


def mirror_steps(family: Family, trail: Trail) -> tuple[Symbol, ...]:
    """Record that some parameters are known up to their sign only, and return them."""
    found = mirrored(family)
    for p in found:
        trail.add(
            "mirror",
            Section.LIKELIHOOD,
            f"Mirrored: the members at `{p}` and `-{p}` are one and the same, so that no data tell the sign of `{p}`. "
            f"With every maximiser its mirror image is one; that with `{p} >= 0` is given.",
            S.Zero,
            Label(f"log p at -{p}, minus at {p}", rf"\log p|_{{-{p}}} - \log p"),
            given=(0,),
            subject=p,
        )
    return found
