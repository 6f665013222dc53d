"""Reads a target that somebody typed: a mixture of members, or a table of probabilities; nothing is evaluated."""

from __future__ import annotations

import ast
from typing import Any

from sympy import Expr

from ..proofs.errors import ExpressionError
from ..proofs.parsing import expression
from ..proofs.registry import family
from ..proofs.syntax import named, syntax_of
from ..proofs.targets import Member, Mixture, Table, Target


def target_of(text: str) -> Target:
    """Return the target that ``text`` writes.

    ``normal(mu=0, sigma=1)`` is a member, ``0.3*normal(mu=-2, sigma=1) + 0.7*normal(mu=2, sigma=1)`` a mixture,
    ``{0: 1, 1: 3}`` a table of values with their weights. Numbers may be expressions such as ``sqrt(2)``.

    Raises
    ------
    ExpressionError
        For any other text.
    UnknownFamilyError, ParameterError
        For a family that is not known, and values that are missing, unknown or outside their space.

    Examples
    --------
    >>> target_of("normal(mu=0, sigma=1)").is_numeric
    True
    >>> target_of("{0: 1, 1: 3}").shares
    ((0, 1/4), (1, 3/4))
    """
    tree = syntax_of(text).body
    if isinstance(tree, ast.Dict) and all(key is not None for key in tree.keys):
        return Table.of({_number(key): _number(value) for key, value in zip(tree.keys, tree.values, strict=True)})
    parts = [_part(text, node) for node in _terms(tree)]
    if len(parts) == 1 and parts[0][0] == 1:
        return parts[0][1]
    return Mixture.of(*parts)


def _refusal(text: str) -> ExpressionError:
    return ExpressionError(
        f"{text[:60]!r} is no target; write a member such as normal(mu=0, sigma=1), a mixture such as "
        "0.5*normal(mu=-2, sigma=1) + 0.5*normal(mu=2, sigma=1), or a table such as {0: 1, 1: 3}"
    )


def _terms(node: ast.expr) -> list[ast.expr]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_terms(node.left), node.right]
    return [node]


def _part(text: str, node: ast.expr) -> tuple[Expr, Member]:
    weight: ast.expr | None = None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        weight, node = node.left, node.right
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.args:
        raise _refusal(text)
    values = {_named(text, one): _number(one.value) for one in node.keywords}
    return (_number(weight) if weight is not None else expression("1", {})), Member.of(family(node.func.id), **values)


def _named(text: str, keyword: ast.keyword) -> str:
    if keyword.arg is None:
        raise _refusal(text)
    return named(keyword.arg)


def _number(node: Any) -> Expr:
    value = expression(ast.unparse(node), {})
    if not value.is_real:
        raise ExpressionError(f"{ast.unparse(node)!r} is no real number")
    return value
