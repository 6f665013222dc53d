"""Names of the left-hand sides of steps, in plain text and in LaTeX."""

from __future__ import annotations

import re

from sympy import Symbol, latex

from .derivation import Label

# Letters and digits, then indices: what LaTeX, Markdown and HTML all read as a name and as nothing else.
_PLAIN = re.compile(r"[^\W\d_][^\W_]*(_[^\W_]+)*")
_UNSAFE = re.compile(r"[^\w ]|_")


def symbol_latex(symbol: Symbol) -> str:
    """Return the LaTeX of a symbol; in a name that is no letter with indices, special characters show their code.

    >>> symbol_latex(Symbol("x_max")), symbol_latex(Symbol("p_0_1"))
    ('x_{\\\\mathrm{max}}', 'p_{0,1}')
    >>> symbol_latex(Symbol("a$b"))
    '\\\\text{a(U+0024)b}'
    """
    name = str(symbol.name)
    if not _PLAIN.fullmatch(name):
        return rf"\text{{{_UNSAFE.sub(lambda found: f'(U+{ord(found[0]):04X})', name)}}}"
    stem, *indices = name.split("_")
    # A digit behind the letter is an index too: alpha1_0 has two.
    letter, _, digits = _upright(stem).partition("_")
    inside = [digits.strip("{}")] * bool(digits) + [_upright(index) for index in indices]
    return f"{letter}_{{{','.join(inside)}}}" if inside else letter


def _upright(word: str) -> str:
    """Greek letters as such, accents over the letter, other words upright."""
    shown = str(latex(Symbol(word)))
    return rf"\mathrm{{{word}}}" if shown == word and len(word) > 1 and word.isalpha() else shown


def _names(symbols: tuple[Symbol, ...]) -> tuple[str, str]:
    return ", ".join(str(s) for s in symbols), ", ".join(symbol_latex(s) for s in symbols)


def mean_log_likelihood(symbols: tuple[Symbol, ...]) -> Label:
    """Return the label of the mean log-likelihood.

    >>> from sympy.abc import a
    >>> mean_log_likelihood((a,)).text
    'l(a)'
    """
    text, tex = _names(symbols)
    return Label(f"l({text})", rf"\ell({tex})") if symbols else Label("l", r"\ell")


def score(symbol: Symbol) -> Label:
    """Return the label of the derivative of the mean log-likelihood.

    >>> from sympy.abc import a
    >>> score(a).latex
    '\\\\partial \\\\ell / \\\\partial a'
    """
    return Label(f"dl/d{symbol}", rf"\partial \ell / \partial {symbol_latex(symbol)}")


def hat(symbol: Symbol) -> Label:
    """Return the label of an estimate.

    >>> from sympy.abc import a
    >>> hat(a).text
    'a_hat'
    """
    return Label(f"{symbol}_hat", hat_latex(symbol))


def hat_latex(symbol: Symbol) -> str:
    """Return the LaTeX of an estimate: the hat covers the letter, not its index.

    >>> from sympy import Symbol
    >>> hat_latex(Symbol("x_m"))
    '\\\\hat{x}_{m}'
    """
    stem, _, index = symbol_latex(symbol).partition("_")
    hat = "widehat" if stem.startswith((r"\mathrm", r"\text")) else "hat"
    return rf"\{hat}{{{stem}}}" + (f"_{index}" if index else "")


def zero() -> Label:
    """Return the label of an equation's left-hand side, which is zero.

    >>> zero().text
    '0'
    """
    return Label("0", "0")


def mean_of(symbols: tuple[Symbol, ...]) -> Label:
    """Return the label of the mean map.

    >>> from sympy.abc import a
    >>> mean_of((a,)).text
    'tau(a)'
    """
    text, tex = _names(symbols)
    return Label(f"tau({text})", rf"\tau({tex})")


def between_members(first: tuple[Symbol, ...], second: tuple[Symbol, ...]) -> Label:
    """Return the label of the divergence from the member with the ``first`` parameters to that with the ``second``.

    >>> from sympy.abc import a, b
    >>> between_members((a,), (b,)).text
    'D(a || b)'
    """
    (text_1, tex_1), (text_2, tex_2) = _names(first), _names(second)
    if len(first) == 1:
        return Label(f"D({text_1} || {text_2})", rf"D({tex_1} \Vert {tex_2})")
    return Label(f"D(({text_1}) || ({text_2}))", rf"D(({tex_1}) \Vert ({tex_2}))")
