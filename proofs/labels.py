"""Names of the left-hand sides of steps, in plain text and in LaTeX."""

from __future__ import annotations

from sympy import Symbol, latex

from .derivation import Label


def _names(symbols: tuple[Symbol, ...]) -> tuple[str, str]:
    return ", ".join(str(s) for s in symbols), ", ".join(latex(s) for s in symbols)


def mean_log_likelihood(symbols: tuple[Symbol, ...]) -> Label:
    """Return the label of the mean log-likelihood.

    >>> from sympy.abc import a
    >>> mean_log_likelihood((a,)).text
    'l(a)'
    """
    text, tex = _names(symbols)
    return Label(f"l({text})", rf"\ell({tex})")


def score(symbol: Symbol) -> Label:
    """Return the label of the derivative of the mean log-likelihood.

    >>> from sympy.abc import a
    >>> score(a).latex
    '\\\\partial \\\\ell / \\\\partial a'
    """
    return Label(f"dl/d{symbol}", rf"\partial \ell / \partial {latex(symbol)}")


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
    stem, _, index = latex(symbol).partition("_")
    return rf"\hat{{{stem}}}" + (f"_{index}" if index else "")


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


def between_members() -> Label:
    """Return the label of the divergence between two members.

    >>> between_members().text
    'D(p_0 || p_1)'
    """
    return Label("D(p_0 || p_1)", r"D(p_0 \,\|\, p_1)")
