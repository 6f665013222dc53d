"""Fits of families whose dimension is a symbol, from a table: which column holds what, how the estimate is shown."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import typer
from numpy.typing import NDArray
from sympy import Expr, Symbol

from ..proofs.errors import DataError
from ..proofs.structured.family import StructuredFamily
from ..proofs.structured.terms import Matrix, shape
from .cli_common import echo_json
from .cli_input import named_values
from .cli_render import KEY
from .structured_support import name_of

if TYPE_CHECKING:
    from .columns import Table
    from .structured_fit import StructuredFit

Array = NDArray[np.float64]


def fit_structured_data(
    declared: StructuredFamily,
    file: str,
    columns: Sequence[str],
    weights: str | None,
    fixed: Sequence[str],
    certified: bool,
    as_json: bool,
) -> None:
    """Print the estimate for a table."""
    from .structured_fit import structured_fit
    from .tables import read_table

    wanted = [text.rpartition("=")[2] for text in columns if not text.endswith("=")]
    table = read_table(file, [*wanted, *([weights] if weights else ())] if wanted else ())
    held = _numbers(declared, fixed)
    counted = table.weights if weights is None else weights
    arrays = _arrays(declared, table, columns, counted)
    observed = {name_of(term) for term in declared.observation}
    known = {**held, **{name: value for name, value in arrays.items() if name not in observed}}
    x = {name: value for name, value in arrays.items() if name in observed}
    w = None if counted is None else table.column(counted)
    result, total = structured_fit(declared, x, w, known), float(table.n if w is None else w.sum())
    certificate = None
    if certified:
        from .certify import certify

        certificate = certify(declared, x, w, known)
    if as_json:
        proof = {} if certificate is None else {"certificate": json.loads(certificate.to_json())}
        echo_json({**_record(result, table, total), **proof})
        return
    _show(result, table, total)
    if certificate is not None:
        typer.echo(f"\n{certificate}")


def _numbers(declared: StructuredFamily, fixed: Sequence[str]) -> dict[str, Any]:
    """The values of ``name=value``, each of a known number."""
    names = [one.name for one in declared.known if not isinstance(one.term, Matrix)]
    return {name: float(value) for name, value in named_values(fixed, declared.name, names).items()}


def _arrays(declared: StructuredFamily, table: Table, columns: Sequence[str], weights: str | None) -> dict[str, Array]:
    """What stands in columns, by name: a column for each component, or for each entry of a row."""
    widths = {name_of(term): _is_wide(declared, term) for term in _in_rows(declared)}
    if not columns and len(widths) == 1:
        columns = [column for column in table.columns if column != weights]
    chosen: dict[str, list[str]] = {name: [] for name in widths}
    for text in columns:
        name, equals, column = text.partition("=")
        if not equals and len(widths) == 1:
            name, column = next(iter(widths)), text
        if name not in widths or not column:
            raise DataError(
                f"{declared.name}: --column {text!r}: write what the column holds, as in "
                f"--column {next(iter(widths))}={table.columns[0]}; columns hold {', '.join(widths)}"
            )
        chosen[name].append(column)
    if empty := [name for name, found in chosen.items() if not found]:
        raise DataError(
            f"{declared.name}: no column holds {empty[0]}; write --column {empty[0]}=NAME, once for each. "
            f"Columns: {table.known}"
        )
    if wide := [name for name, found in chosen.items() if len(found) > 1 and not widths[name]]:
        raise DataError(
            f"{declared.name}: {wide[0]} is one number in a row; give it one column, not {len(chosen[wide[0]])}"
        )
    used = [*(column for found in chosen.values() for column in found), *([] if weights is None else [weights])]
    if twice := [column for column in used if used.count(column) > 1]:
        raise DataError(f"{table.name}: column {twice[0]!r} is used twice")
    return {
        name: np.column_stack([table.column(one) for one in found]) if widths[name] else table.column(found[0])
        for name, found in chosen.items()
    }


def _in_rows(declared: StructuredFamily) -> list[Expr]:
    """What has a row for each observation, or each row of what is one matrix; raises for what no table holds."""
    matrices = [one.term for one in declared.known if isinstance(one.term, Matrix)]
    for term in (*declared.observation, *matrices):
        axes: tuple[Any, ...] = shape(term) if isinstance(term, Matrix) else declared.lengths(term)
        flat = len([side for side in axes if side != 1]) < 2
        rows = declared.rows is not None and axes[:1] == (declared.rows,) and axes[1:] != (declared.rows,)
        if not (rows or (flat and declared.rows is None and term not in matrices)):
            sides = ", ".join(map(str, axes))
            raise DataError(
                f"{declared.name}: {name_of(term)} has the shape ({sides}), for which a table has no agreed layout; in "
                f"Python write fit(structured({declared.name!r}), ...)"
            )
    return [*declared.observation, *matrices]


def _is_wide(declared: StructuredFamily, term: Expr) -> bool:
    """Whether a row holds several numbers of it."""
    if not isinstance(term, Matrix):
        return bool(declared.lengths(term))
    sides = shape(term)
    return bool(isinstance(sides[1], Symbol) or (declared.rows is None and isinstance(sides[0], Symbol)))


def _show(result: StructuredFit, table: Table, total: float) -> None:
    weight = "" if total == result.n else f", total weight {total:.17g}"
    typer.echo(f"{result.family.name} fitted to {table.name}: n = {result.n}{weight}\n")
    for name, value in result.theta_hat.items():
        typer.echo(_table(name, value))
    typer.echo(f"\n{'Log-likelihood':<{KEY}}{result.log_likelihood:.10g} nats, summed over the observations")
    for name, lines in _derived(result):
        for at, line in enumerate(lines):
            typer.echo(f"{name if at == 0 else '':<{KEY}}{line}")


def _table(name: str, value: Array) -> str:
    rows = [[f"{one:.10g}" for one in row] for row in np.atleast_2d(value)]
    width = max(len(cell) for row in rows for cell in row)
    lines = ["  ".join(cell.rjust(width) for cell in row) for row in rows]
    return "\n".join(f"{name if at == 0 else '':<{KEY}}{line}" for at, line in enumerate(lines))


def _derived(result: StructuredFit) -> list[tuple[str, list[str]]]:
    from ..proofs.write import structured_content as content

    derivation = result.derivation
    return [
        ("Estimator", content.estimator(derivation, 0)),
        ("Equations left", content.equations(derivation, 0)),
        ("Outcome", [content.outcome(derivation)]),
        ("Exists", content.exists(derivation)),
        ("Maximum", [content.maximum(derivation)]),
    ]


def _record(result: StructuredFit, table: Table, total: float) -> Mapping[str, Any]:
    return {
        "family": result.family.name,
        "data": table.name,
        "n": result.n,
        "total_weight": total,
        "theta_hat": {name: value.tolist() for name, value in result.theta_hat.items()},
        "log_likelihood": result.log_likelihood,
        "outcome": result.outcome.value,
        "estimator": dict(_derived(result))["Estimator"],
        "global_maximum_proved": result.derivation.optimality.proved,
    }
