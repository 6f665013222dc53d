"""What the commands share: how they end, how a family is named, how JSON is printed."""

from __future__ import annotations

import json
from typing import Annotated

import typer

FAILED, BAD_INPUT, INTERRUPTED = 1, 2, 130

Name = Annotated[
    str, typer.Argument(metavar="NAME", help="A family's name, a Python file that declares one, or file.py:CONSTANT.")
]


def echo_json(value: object) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))
