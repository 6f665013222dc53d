"""Writes an estimator as one Python function, step after step: between them nothing is looped over or looked up.

A fit to a hundred observations takes a few microseconds, of which NumPy's calls are the most. All names in the text
are given here, so that nothing of a declaration but its expressions enters it. It calls functions that are made of text
as well, or found by their names, and solvers that hold such functions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sympy import Dummy, Expr, Symbol, cse

from .compiled.columns import BLOCK, EVERY, OF_COLUMNS, either_function, midpoint, over_blocks
from .compiled.estimator import Gated, Solver, Theta
from .compiled.last_step import LastStep
from .compiled.numbers import NUMBERS
from .compiled.rows import QUESTIONS
from .compiled.text import PREFIX, Made, made
from .ends import Ends
from .lowering import Stage
from .passes import as_columns, code_of, functions_of, sums_of
from .stable_forms import stable
from .tolerance import FAR
from .written import NamingPrinter


class _OfColumns(NamingPrinter):
    prefix = f"{PREFIX}{OF_COLUMNS}"


class Script:
    """The text of an estimator, written from its beginning to its end.

    ``data`` is the variable of the rows, ``functions`` are those of it that several passes need.

    >>> import numpy as np
    >>> x, least, most, size = Symbol("x", positive=True), Symbol("l"), Symbol("m"), Symbol("s")
    >>> script, average = Script(x, (), (least, most, size)), Symbol("a", positive=True)
    >>> script.stages([Stage((), ((average, x),))])
    >>> from thetahat import family
    >>> from .ends import space_ends
    >>> rate = family("exponential")
    >>> script.returns(rate.symbols, [1 / average], space_ends(rate))
    >>> script.theta()(np.array([1.0, 3.0]), 1.0, 3.0)
    {'lambda': 0.5}
    """

    def __init__(self, data: Symbol, functions: Sequence[Expr], ends: Sequence[Symbol]) -> None:
        """Begin with the ends of the data, and the larger of their moduli, being known."""
        self._data, self._functions = data, functions
        self._columns = (data, *(Symbol(f"column_{place}", real=True) for place, _ in enumerate(functions)))
        self._given: dict[str, Any] = {}
        self._printer = NamingPrinter(NUMBERS)
        self._of_columns = _OfColumns(EVERY)
        self._of_columns.names, self._of_columns.used = self._printer.names, self._printer.used
        for column in self._columns:
            self._printer.names[column] = column.name
        self._printer.names[data] = "x"
        self._known: list[Symbol] = []
        for symbol, name in zip(ends, ("least", "most", "size"), strict=True):
            self._printer.names[symbol] = name
            self._known.append(symbol)
        self._most, self._size = ends[1:]
        self._is_told = False
        self._lines = list[str]()
        of_rows = functions_of(functions, data)
        self._of_rows = "None" if of_rows is None else self._other(of_rows)
        if of_rows is not None:
            names = [column.name for column in self._columns[1:]]
            self._lines += [f"if n <= {BLOCK}:", *_within(self._computed(functions, names))]

    def uses(self, *symbols: Symbol) -> bool:
        """Return whether any of some symbols is read somewhere in the text."""
        return not self._printer.used.isdisjoint(symbols)

    def share(self, symbol: Symbol, total: Symbol) -> None:
        """Let a symbol stand for the share that each row has in a total."""
        self._lines.append(f"{self._new(symbol)} = {self._printer.names[total]} / n")

    def quantile(self, symbol: Symbol, level: float) -> None:
        """Let a symbol stand for the middle of the order statistics at a level."""
        self._lines.append(f"{self._new(symbol)} = {self._other(midpoint)}(x, {level!r} * n)")

    def stages(self, stages: Sequence[Stage]) -> None:
        """Compute numbers from earlier ones, then averages of the rows."""
        changes = dict(zip(self._functions, self._columns[1:], strict=True))
        for stage in stages:
            for symbol, expression in stage.scalars:
                (text,) = self._texts([expression])
                self._lines.append(f"{self._new(symbol)} = {text}")
            if stage.averages:
                integrands = [e.xreplace(changes) for _, e in stage.averages]
                self._averages(sums_of(integrands, self._data, self._known[:2]), [s for s, _ in stage.averages])

    def demand(self, expressions: Sequence[Expr], unless: Callable[[float, float], bool] | None = None) -> None:
        """Give up unless all are positive; ``unless`` the ends of the data are such that it does not matter."""
        if not expressions:
            return
        before = len(self._lines)
        texts = self._texts(expressions)
        self._lines.append(f"if not ({' and '.join(f'{text} > 0' for text in texts)}): return None")
        if unless is not None:
            self._printer.used.add(self._most)
            within = [f"    {line}" for line in self._lines[before:]]
            self._lines[before:] = [f"if not {self._other(unless)}(least, most):", *within]

    def tell(self, mean: Symbol, square: Symbol) -> None:
        """Tell of the ends of the rows by their mean and the average square of what they are off it.

        The ends are taken to be no farther apart than they certainly are, the rows as large as they can be.
        """
        mean_, square_ = (self._printer.names[symbol] for symbol in (mean, square))
        self._lines += [
            f"reach = {self._other(math.sqrt)}({square_})",
            f"least, most, size = {mean_} - reach / 2, {mean_} + reach / 2, abs({mean_}) + reach * n**0.5",
            f"if not (n / {FAR!r} <= reach / 2 and size <= {FAR!r}): return None",
        ]
        self._is_told = True

    def part(self, mean: Symbol) -> None:
        """Ask of the mean of positive rows that none is too large, and not all too small: the greatest is not known."""
        mean_ = self._printer.names[mean]
        self._lines.append(f"if not (n / {FAR!r} <= {mean_} and n * {mean_} <= {FAR!r}): return None")

    def solve(self, solver: Solver, needs: Sequence[Expr], unknowns: Sequence[Symbol]) -> None:
        """Solve for the unknowns from numbers that are known, and give up where that fails."""
        texts = self._texts(needs)
        self._lines += [f"found = {self._other(solver)}({', '.join(['x', *texts])})", "if found is None: return None"]
        self._lines.append(f"{', '.join(map(self._new, unknowns))}, = found")

    def returns(
        self, symbols: Sequence[Symbol], theta: Sequence[Expr], spaces: Sequence[Ends], last: LastStep | None = None
    ) -> None:
        """Return estimates by the names of parameters, after a last step, and give up unless each lies in its space."""
        values = [f"theta_{place}" for place, _ in enumerate(theta)]
        self._lines += [f"{value} = {text}" for value, text in zip(values, self._texts(theta), strict=True)]
        if last is not None:
            together = ", ".join(values)
            self._lines.append(f"{together}, = {self._other(last)}(x, {together})")
        self._printer.names.update(zip(symbols, values, strict=True))
        held = [part for value, ends in zip(values, spaces, strict=True) for part in self._inside(value, ends)]
        answer = ", ".join(f"{symbol.name!r}: {value}" for symbol, value in zip(symbols, values, strict=True))
        self._lines.append(f"return {{{answer}}} if {' and '.join(held)} else None")

    def theta(self) -> Theta:
        """Return the function of rows and their ends to the estimate, once the text is at its end."""
        sized = self._size in self._printer.used and not self._is_told
        begin = ["size = most if most > -least else -least"] if sized else []
        found: Theta = self._function("theta(x, least, most)", [*begin, "n = len(x)"], {})
        return found

    def gated(self, begin: Sequence[str]) -> Gated:
        """Return the function of rows that begins with these lines, which ask what the rows have to be."""
        text = "\n".join(begin)
        asked = {name: question for name, question in QUESTIONS.items() if re.search(rf"\b{name}\b", text)}
        found: Gated = self._function("gated(x, few)", begin, asked)
        return found

    def _function(self, head: str, begin: Sequence[str], given: Mapping[str, Any]) -> Any:
        body = "\n".join(f"        {line}" for line in (*begin, *self._lines))
        text = f"def {head}:\n    try:\n{body}\n    except (ArithmeticError, ValueError):\n        return None\n"
        return made(Made(text, either_function, {**self._given, **given}))

    def _inside(self, value: str, ends: Ends) -> Iterator[str]:
        """What holds of a finite number in a space: it lies between doubles of the space, or between parameters."""
        outermost = [ends.lo.inward(+1), ends.hi.inward(-1)]
        yield f"{outermost[0]!r} <= {value} <= {outermost[1]!r}"
        for end, less in ((ends.lo, True), (ends.hi, False)):
            if end.constant is None:
                (text,) = self._texts([end.expression])
                relation = ("<" if less else ">") + ("=" if end.closed else "")
                yield f"{text} {relation} {value}"
        if ends.discrete:
            yield f"{value} % 1.0 == 0.0"

    def _averages(self, sums: Sequence[Expr], symbols: Sequence[Symbol]) -> None:
        """A long column is read in blocks, whose sums are added."""
        inside = set().union(*(expression.free_symbols for expression in sums))
        given = [symbol for symbol in self._known if symbol in inside]
        known = [self._printer.doprint(symbol) for symbol in given]
        code = self._other(code_of(sums, (*self._columns, *given)))
        long = f"{self._other(over_blocks)}({', '.join([code, self._of_rows, 'x', *known])})"
        names = [self._new(symbol) for symbol in symbols]
        self._lines += [f"if n <= {BLOCK}:", *_within(self._computed(sums, names))]
        self._lines += ["else:", f"    {', '.join(names)}, = {long}"]
        self._lines += [f"{name} /= n" for name in names]

    def _computed(self, expressions: Sequence[Expr], names: Sequence[str]) -> list[str]:
        """Lines that give names to what is computed of columns."""
        lines, texts = self._shared(as_columns(expressions), self._of_columns)
        return [*lines, *(f"{name} = {text}" for name, text in zip(names, texts, strict=True))]

    def _texts(self, expressions: Sequence[Expr]) -> list[str]:
        """The texts of expressions in known numbers; what they share is computed first."""
        lines, texts = self._shared([stable(expression) for expression in expressions], self._printer)
        self._lines += lines
        return texts

    def _shared(self, expressions: Sequence[Expr], printer: NamingPrinter) -> tuple[list[str], list[str]]:
        """Lines that compute what expressions share, and the texts of what is left of them."""
        names = iter(lambda: Dummy("shared", real=True), None)
        shared, left = cse(expressions, symbols=names) if expressions else ([], [])
        lines = []
        for symbol, expression in shared:
            name = f"u{len(printer.names)}"
            lines.append(f"{name} = {printer.doprint(expression)}")
            printer.names[symbol] = name
        return lines, [printer.doprint(expression) for expression in left]

    def _new(self, symbol: Symbol) -> str:
        """A name for a symbol that is known from now on."""
        name = self._printer.names[symbol] = f"v{len(self._printer.names)}"
        self._known.append(symbol)
        return name

    def _other(self, code: Any) -> str:
        """The name of a function that the text calls."""
        name = f"other_{len(self._given)}"
        self._given[name] = code
        return name


def _within(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]
