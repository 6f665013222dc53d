"""The steps of a search over integers: what one more changes, which integers data allow, and how the search ends."""

from __future__ import annotations

from sympy import Expr, Integer, Symbol, Tuple

from . import labels
from .derivation import Label, Section
from .integers import RECIPROCAL, IntegerSearch, Tail
from .trail import Trail


def search_steps(found: IntegerSearch, closed: tuple[tuple[Symbol, Expr], ...], trail: Trail) -> None:
    """Record the change from one integer to the next, with the ``closed`` others put in, and its signs at last."""
    p = found.parameter
    roots = Tuple(*(Tuple(symbol, value) for symbol, value in closed))
    at = trail.add(
        "integer-increment",
        Section.LIKELIHOOD,
        f"From one integer to the next: `{p}` is a whole number, so that its log-likelihood is not differentiated. "
        + ("With the other parameters put in at both, it" if closed else "It")
        + f" changes from `{p}` to the next integer by this.",
        found.increment,
        Label(f"l({p} + 1) - l({p})", rf"\ell({labels.symbol_latex(p)} + 1) - \ell({labels.symbol_latex(p)})"),
        given=(0,),
        subject=p,
        using=(
            ("roots", roots),
            ("statistics", Tuple(*(Tuple(s.symbol, s.definition) for s in found.statistics))),
        ),
    )
    trail.add(
        "integer-range",
        Section.LIKELIHOOD,
        f"Range: the data lie in the support, and `{p}` in its space, exactly where all of this holds.",
        Tuple(*found.floors),
        Label(f"{p} >=", rf"{labels.symbol_latex(p)} \ge"),
        given=(at,),
        subject=p,
        using=(("ceilings", Tuple(*found.ceilings)),),
    )
    if found.tail is not None:
        _tail_step(found, found.tail, at, trail)
    if found.falling is not None:
        _falling_step(found, found.falling, at, trail)


def _tail_step(found: IntegerSearch, tail: Tail, at: int, trail: Trail) -> None:
    p = found.parameter
    trail.add(
        "integer-tail",
        Section.OPTIMALITY,
        f"At last: with `{p}` = 1/s, the change is h(s)"
        + (f" / s^{tail.power}" if tail.power else "")
        + f", where h has no pole at zero and its derivatives of order below {tail.order} vanish there; "
        f"the sign of that of order {tail.order} is the sign of the change at last.",
        tail.leading,
        Label(f"h^({tail.order})(0)", rf"h^{{({tail.order})}}(0)"),
        given=(at,),
        subject=p,
        using=(
            ("scaled", tail.scaled),
            ("power", Integer(tail.power)),
            ("order", Integer(tail.order)),
            ("small", RECIPROCAL),
        ),
    )


def _falling_step(found: IntegerSearch, falling: Expr, at: int, trail: Trail) -> None:
    p = found.parameter
    by_tail = RECIPROCAL in falling.free_symbols
    why = (
        f"h(s) / s^{found.tail.order} rises in s, because the next derivative of h is not negative"
        if by_tail and found.tail is not None
        else f"it never rises in `{p}`, because minus its slope is not negative for any observation"
    )
    trail.add(
        "integer-falling",
        Section.OPTIMALITY,
        f"One turn: the change turns from rise to fall once, if at all; {why}.",
        falling,
        Label("0 <=", r"0 \le"),
        given=(len(trail.steps) - 1 if by_tail else at,),
        subject=p,
    )
