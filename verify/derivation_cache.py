"""Keeps derivations between processes: a fit in a new process then neither derives nor imports what derives.

A derivation depends on its declaration and on the code alone, so that a file is named by a hash of both: the
declaration in full, the versions of Python, SymPy and this package, and the size and time of change of every module
that derives or checks. Families of functions that are neither SymPy's nor ours are not kept, since their names do
not say what they are.

Files are pickles, which run code when read. They lie in ``$XDG_CACHE_HOME/thetahat`` (``~/.cache/thetahat``), and are
read only if the folder and the file belong to the user who runs this, and nobody else may write to them. Where this
cannot be asked, as on Windows, nothing is kept. ``THETAHAT_CACHE=off`` switches all of it off. A damaged or
half-written file is told by its digest and ignored; writers replace a file as a whole, whoever comes last.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import stat
import sys
import tempfile
from contextlib import suppress
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

import sympy
from sympy import Add, Basic, Mul, Pow, preorder_traversal, srepr

from .. import proofs
from ..proofs.derivation import Derivation
from ..proofs.family import Family

_DIGEST = 32
_LARGEST = 16 * 2**20
"""Bytes of a file that is read at most; a derivation takes ten thousand."""


def derivation_of(family: Family) -> Derivation:
    """Return the derivation of ``family``, from the cache where it lies there, and kept there for the next process.

    >>> from thetahat import family
    >>> derivation_of(family("rayleigh")).outcome.value
    'closed form'
    """
    folder = cache_folder()
    place = None if folder is None else _place(folder, family)
    if place is not None:
        found = _read(place)
        if isinstance(found, Derivation) and found.family == family:
            return found
    from ..proofs.engine import derive  # imported late: a kept derivation needs neither deriver nor checker

    derivation = derive(family)
    if place is not None:
        _write(place, derivation)
    return derivation


def cache_folder() -> Path | None:
    """Return where derivations are kept, ``None`` where none are: switched off, no owner to be asked for, no home."""
    if os.environ.get("THETAHAT_CACHE", "").lower() in ("off", "0", "no") or not hasattr(os, "getuid"):
        return None
    given = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(given):
        return Path(given) / "thetahat"
    home = os.path.expanduser("~")
    return Path(home) / ".cache" / "thetahat" if os.path.isabs(home) else None


def _place(folder: Path, family: Family) -> Path | None:
    """The file of a family, ``None`` for one that is not kept."""
    declared = _written(family)
    if declared is None:
        return None
    from thetahat import __version__

    parts = (__version__, sympy.__version__, sys.version, _sources(), declared)
    return folder / f"{hashlib.sha256(repr(parts).encode()).hexdigest()}.derivation"


def _written(value: Any) -> str | None:
    """A declaration as text that says all of it, ``None`` for one that no text does."""
    if isinstance(value, Basic):
        kinds = {str(type(node).__module__).split(".")[0] for node in preorder_traversal(value)}
        return srepr(value) if kinds <= {"sympy", "thetahat"} else None
    if is_dataclass(value):
        parts = [_written(getattr(value, field.name)) for field in fields(value)]
    elif isinstance(value, tuple):
        parts = [_written(item) for item in value]
    else:
        return repr(value) if value is None or isinstance(value, str | int | Enum) else None
    return None if None in parts else f"{type(value).__qualname__}({', '.join(map(str, parts))})"


@cache
def _sources() -> str:
    """What tells one state of the code that derives and checks from another."""
    root = Path(proofs.__file__).parent
    states = ((path, path.stat()) for path in sorted(root.rglob("*.py")))
    told = [(str(path.relative_to(root)), state.st_size, state.st_mtime_ns) for path, state in states]
    return hashlib.sha256(repr(told).encode()).hexdigest()


def _is_ours(state: os.stat_result) -> bool:
    """Whether a file or folder belongs to this user, and nobody else may write to it."""
    return state.st_uid == os.getuid() and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _read(place: Path) -> object | None:
    """The object in a file that is ours and whole, else ``None``."""
    try:
        folder = os.open(place.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        if not _is_ours(os.fstat(folder)):
            return None
        # Relative to the folder that was asked about: its name may mean another one by now.
        with os.fdopen(os.open(place.name, os.O_RDONLY | os.O_NOFOLLOW, dir_fd=folder), "rb") as file:
            state = os.fstat(file.fileno())
            if not _is_ours(state) or not stat.S_ISREG(state.st_mode) or state.st_size > _LARGEST:
                return None
            whole = file.read()
    except OSError:
        return None
    finally:
        os.close(folder)
    content = whole[_DIGEST:]
    if whole[:_DIGEST] != _digest(place, content):
        return None
    found: object = pickle.loads(content)
    return found


class _AsWritten(pickle.Pickler):
    """Sums, products and powers come back as they stand; SymPy's own way evaluates them, and 3*(x + y) is 3*x + 3*y."""

    def reducer_override(self, item: Any) -> Any:
        """Return how to rebuild ``item``, or that the usual way will do."""
        return (_unevaluated, (type(item), item.args)) if isinstance(item, Add | Mul | Pow) else NotImplemented


def _unevaluated(kind: type[Basic], parts: tuple[Basic, ...]) -> Basic:
    return kind(*parts, evaluate=False)


def _write(place: Path, derivation: Derivation) -> None:
    """Keep a derivation that comes back the same, or do without: the fit does not depend on it."""
    file = io.BytesIO()
    _AsWritten(file, protocol=5).dump(derivation)
    content = file.getvalue()
    if pickle.loads(content) != derivation:
        return
    # A folder that cannot be written to, or a full one.
    with suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(place.parent.lstat()):
            return
        handle, name = tempfile.mkstemp(dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(_digest(place, content) + content)
            os.replace(name, place)
        except OSError:
            os.unlink(name)


def _digest(place: Path, content: bytes) -> bytes:
    """A digest of the content and of the name, so that no file stands in for another."""
    return hashlib.sha256(place.name.encode() + content).digest()
