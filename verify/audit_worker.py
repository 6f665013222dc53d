"""The process in which audited code runs: reads questions, one a line, and writes what it does to a pipe of its own."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from typing import Any, TextIO

from ..proofs.errors import ThetahatError
from .audit_rows import Row, row_record

_WATCH_SECONDS = 1.0
"""How often it is asked whether anybody still waits for answers."""


def main(words: list[str]) -> None:
    """Answer the questions on standard input until it ends; ``words`` are the pipe's number and the memory in bytes.

    Whatever audited code prints goes nowhere, and it finds no input.
    """
    out = os.fdopen(int(words[0]), "w", encoding="utf-8")
    questions = os.fdopen(os.dup(0), encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    _limit_memory(int(words[1]))
    end_with_parent()
    warnings.simplefilter("ignore")
    answer_all(questions, out)


def answer_all(questions: TextIO, out: TextIO) -> None:
    """Write the answers to all questions, a JSON value a line."""

    def tell(message: Mapping[str, Any]) -> None:
        value = {key: row_record(one) if isinstance(one, Row) else one for key, one in message.items()}
        out.write(json.dumps(value) + "\n")
        out.flush()

    for line in questions:
        try:
            _answer(json.loads(line), tell)
        except ThetahatError as error:
            tell({"error": str(error)})
        except Exception as error:  # noqa: BLE001  (a process's boundary: it is told, and blamed on no estimator)
            tell({"error": f"the audit itself failed: {type(error).__name__}: {error}"})


def _answer(question: Mapping[str, Any], tell: Callable[[Mapping[str, Any]], None]) -> None:
    # Imported here: the limits hold for what audited libraries do when they are imported, too.
    from .adapters.own import own_target
    from .adapters.target import named_targets
    from .audit import audit

    name, family = question["target"], question["family"]
    tell({"begun": True})
    if question["own"]:
        targets = [own_target(name, family, question["fixed"])]
    else:
        targets = [one for one in named_targets(name, family) if one.name == name]
    for target in targets:
        if target.setting == question["setting"]:
            row = audit(
                target,
                parameters=question["parameters"] or None,
                examples=question["examples"],
                seed=question["seed"],
                seconds=question["seconds"],
                data=question["data"],
                only_held=question["only_held"],
                options=question["options"],
                tell=tell,
            )
            tell({"done": row})


def end_with_parent() -> None:
    """End this process when the one that asks is gone, killed perhaps while audited code hangs."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _limit_memory(size: int) -> None:
    try:
        import resource
    except ImportError:  # no such limits on Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main(sys.argv[1:])
