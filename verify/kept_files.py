"""Files that outlive a process, and are read only if nobody else can have written them.

They lie in ``$XDG_CACHE_HOME/thetahat`` (``~/.cache/thetahat``) and hold pickles, which run code when read. One is
read only if the folder and the file belong to the user who runs this, and nobody else may write to them. Where this
cannot be asked, as on Windows, nothing is kept. ``THETAHAT_CACHE=off`` switches all of it off. A damaged file, or one
that is half written, is told by its digest and ignored; writers replace a file as a whole, whoever comes last. What
another version wrote is never asked for again: where there are too many files, the oldest go.
"""

# Standard library only: whoever reads a file here may be in a hurry.
from __future__ import annotations

import hashlib
import os
import re
import stat
from contextlib import suppress
from functools import cache
from pathlib import Path

_DIGEST = 32
_LARGEST = 16 * 2**20
"""Bytes of a file that is read at most; a derivation takes ten thousand."""
_MOST = 2_000
"""Files that are kept: some nine times what all shipped families leave."""
_UNFINISHED = ".unfinished"
_KEPT = re.compile(rf"[0-9a-f]{{64}}\.[a-z]+|\w+{re.escape(_UNFINISHED)}")
"""Names of what is written here; whatever else lies in the folder is not touched."""


def cache_folder() -> Path | None:
    """Return where files are kept, ``None`` where none are: switched off, no owner to be asked for, no home."""
    if os.environ.get("THETAHAT_CACHE", "").lower() in ("off", "0", "no") or not hasattr(os, "getuid"):
        return None
    given = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(given):
        return Path(given) / "thetahat"
    home = os.path.expanduser("~")
    return Path(home) / ".cache" / "thetahat" if os.path.isabs(home) else None


def place_of(folder: Path, parts: object, kind: str) -> Path:
    """Return the file for what depends on these parts alone, whose ``repr`` says all of them.

    >>> place_of(Path("/tmp"), ("gamma", 2), "derivation").suffix
    '.derivation'
    """
    return folder / f"{hashlib.sha256(repr(parts).encode()).hexdigest()}.{kind}"


@cache
def state_of_sources(*folders: str) -> str:
    """Return what tells one state of the modules in some folders from another: size and time of change of each."""
    told: list[tuple[str, int, int]] = []
    for folder in folders:
        waiting = [folder]
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir():
                        waiting.append(entry.path)
                    elif entry.name.endswith(".py"):
                        state = entry.stat()
                        told.append((os.path.relpath(entry.path, folder), state.st_size, state.st_mtime_ns))
    return hashlib.sha256(repr(sorted(told)).encode()).hexdigest()


def read_kept(place: Path) -> bytes | None:
    """Return the content of a file that is ours and whole, else ``None``."""
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
    return content if whole[:_DIGEST] == _digest(place, content) else None


def keep(place: Path, content: bytes) -> None:
    """Write a file that ``read_kept`` reads, or do without: nothing may depend on it."""
    import tempfile  # imported late: most processes only read

    # A folder that cannot be written to, or a full one.
    with suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _is_ours(place.parent.lstat()):
            return
        handle, name = tempfile.mkstemp(_UNFINISHED, dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(_digest(place, content) + content)
            os.replace(name, place)
        except OSError:
            os.unlink(name)
        _prune(place.parent)


def _prune(folder: Path) -> None:
    """Remove the oldest files where there are too many, so many at once that this is rare."""
    with os.scandir(folder) as entries:
        files = [entry for entry in entries if _KEPT.fullmatch(entry.name)]
    if len(files) > _MOST:
        oldest = sorted(files, key=lambda entry: entry.stat(follow_symlinks=False).st_mtime_ns)
        for entry in oldest[: len(files) - _MOST * 3 // 4]:
            with suppress(OSError):  # another process may have been quicker
                os.unlink(entry.path)


def _is_ours(state: os.stat_result) -> bool:
    """Whether a file or folder belongs to this user, and nobody else may write to it."""
    return state.st_uid == os.getuid() and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _digest(place: Path, content: bytes) -> bytes:
    """A digest of the content and of the name, so that no file stands in for another."""
    return hashlib.sha256(place.name.encode() + content).digest()
