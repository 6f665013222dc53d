"""Fuzzes the reader of expressions with atheris: it reads or refuses, quickly, and runs nothing of what it is given.

    pip install atheris
    python benchmarks/fuzz_parsing.py -max_total_time=600 -timeout=10 -rss_limit_mb=2048

A third of the inputs are any text, a third are words of the language one after the other, and a third are expressions
as the grammar has them, also of functions with too many arguments and of numbers that are far too large. An exception
other than ``ExpressionError``, a text that takes more than ten seconds, the execution of code that was made of a text,
and every attempt to start a process end the run with the input that did it. Outcomes are in ``audit_notes.md``.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from importlib import import_module
from types import CodeType

import atheris

with atheris.instrument_imports(include=["thetahat.proofs.parsing"]):
    from thetahat.proofs.parsing import expression
    from thetahat.proofs.vocabulary import CONSTANTS, FUNCTIONS

from sympy import Expr, Symbol

from thetahat.proofs.errors import ExpressionError

X = Symbol("x", positive=True)
NAMES = {"x": X, "lambda": Symbol("lambda", positive=True), "k": Symbol("k", integer=True, positive=True)}
MARKS = (
    "( ) ( ) , + - * / ** < <= and or not . [ ] { } : = == ' \" # @ ; \\ ~ % // if else for in __ 9 0 2.5 1e3 1e999 10"
)
WORDS = [*FUNCTIONS, *CONSTANTS, *NAMES, "Mean", "Quantile", "Piecewise", "True", "__import__", "eval", *MARKS.split()]
NUMBERS = ("0", "1", "2", "2.5", "10", "300", "301", "1e3", "1e999", "99999999999999999999", "0.1")
GENERATORS = ("sympy.polys.monomials", "mpmath.libmp.libhyper")
"""These write products of monomials and hypergeometric sums as code, from nothing but how many factors there are."""
STARTS = ("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "socket.connect", "ctypes.dlopen")


def watched(event: str, given: tuple[object, ...]) -> None:
    """Refuse to run what was made of a text, and to start anything."""
    made = event == "exec" and isinstance(given[0], CodeType) and given[0].co_filename in ("<string>", "<unknown>")
    if made and sys._getframe(1).f_globals.get("__name__") in GENERATORS:
        return
    if made or event in STARTS:
        raise RuntimeError(f"a text was executed: {event} {given}")


def grown(source: atheris.FuzzedDataProvider, depth: int) -> str:
    """An expression of the grammar, as deep as there are bytes for."""
    if depth == 0 or source.remaining_bytes() == 0:
        return source.PickValueInList([*NAMES, *CONSTANTS, *NUMBERS])
    kind = source.ConsumeIntInRange(0, 5)
    if kind < 2:
        how = source.PickValueInList(["+", "-", "*", "/", "**", "<", "<=", " and ", " or "])
        return f"({grown(source, depth - 1)}{how}{grown(source, depth - 1)})"
    if kind == 2:
        return f"{source.PickValueInList(['-', '+', 'not '])}{grown(source, depth - 1)}"
    if kind == 3:
        return (
            f"Piecewise(({grown(source, depth - 1)}, {grown(source, depth - 1)}), ({grown(source, depth - 1)}, True))"
        )
    name = source.PickValueInList([*FUNCTIONS, "Mean", "Quantile"])
    return f"{name}({', '.join(grown(source, depth - 1) for _ in range(source.ConsumeIntInRange(0, 3)))})"


def one(data: bytes) -> None:
    """Read one text."""
    source = atheris.FuzzedDataProvider(data)
    kind = source.ConsumeIntInRange(0, 2)
    if kind == 0:
        text = source.ConsumeUnicode(2100)
    elif kind == 1:
        text = "".join(WORDS[source.ConsumeIntInRange(0, len(WORDS) - 1)] + " " for _ in range(len(data)))
    else:
        text = grown(source, 12)
    with suppress(ExpressionError):
        if not isinstance(expression(text, NAMES, (X,)), Expr):
            raise TypeError(f"{text!r} is read as no expression")


def main() -> None:
    """Hand over to the fuzzer, which reads its own options and ends the process."""
    # SymPy reads the names of its own units as texts when it imports them: before anything is watched.
    import_module("sympy.physics.units")
    sys.addaudithook(watched)
    atheris.Setup(sys.argv, one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
