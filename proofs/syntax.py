"""The syntax tree of a text that somebody typed, within limits on length, nesting and parts; nothing is evaluated."""

from __future__ import annotations

import ast
import re

from .errors import ExpressionError

LONGEST, MOST_NODES, DEEPEST = 2000, 600, 60
"""How many characters, parts, and levels of nesting are read."""
_RESERVED = "lambda"
_STAND_IN = "lambda_as_a_name"


def syntax_of(text: str) -> ast.Expression:
    """Return the syntax tree of a text within the limits on length, nesting and parts; nothing is evaluated.

    In it the word ``lambda``, which Python reserves, is a name: ``named`` gives it back.

    >>> type(syntax_of("a + b").body).__name__
    'BinOp'
    """
    if not text.strip():
        raise ExpressionError("the expression is empty; write one such as log(sigma)")
    if len(text) > LONGEST:
        raise ExpressionError(f"the expression has {len(text)} characters, and at most {LONGEST} are read; shorten it")
    if _nesting(text) > DEEPEST:
        raise ExpressionError(f"{short(text)}: it is nested more than {DEEPEST} levels deep; simplify it")
    if "^" in text:
        raise ExpressionError(f"{short(text)}: '^' is no operator here; write a power as a**b")
    try:
        tree = ast.parse(in_python(text), mode="eval")
    except SyntaxError as error:
        raise ExpressionError(f"{short(text)}: this is no expression ({error.msg}); write one as in Python") from None
    except (ValueError, RecursionError, MemoryError):
        raise ExpressionError(f"{short(text)}: this cannot be read; write a short expression as in Python") from None
    parts = sum(1 for _ in ast.walk(tree))
    if parts > MOST_NODES:
        raise ExpressionError(f"{short(text)}: it has {parts} parts, and at most {MOST_NODES} are read; shorten it")
    return tree


def in_python(text: str) -> str:
    """Return the text as Python's parser gets it, which would stumble over ``lambda``.

    >>> in_python(" lambda + 1 ")
    'lambda_as_a_name + 1'
    """
    return re.sub(rf"\b{_RESERVED}\b", _STAND_IN, text.strip())


def named(name: str) -> str:
    """Return a name of a syntax tree as it was typed.

    >>> named(syntax_of("lambda").body.id)
    'lambda'
    """
    return _RESERVED if name == _STAND_IN else name


def _nesting(text: str) -> int:
    """The deepest level of brackets, and the longest run of signs, each of which is a level for a parser."""
    level = deepest = 0
    for character in text:
        level += (character in "([{") - (character in ")]}")
        deepest = max(deepest, level)
    signs = max((len(run.replace(" ", "")) for run in re.findall(r"[-+~ ]+", text)), default=0)
    words = len(re.findall(r"\bnot\b", text))
    return max(deepest, signs, words)


def short(text: str) -> str:
    """Return the text between quotes, cut where it is long, for a message.

    >>> short("log(sigma)")
    "'log(sigma)'"
    """
    return repr(text if len(text) <= 60 else text[:57] + "...")
