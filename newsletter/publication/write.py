"""Writing a file so that a reader, or a power cut, finds the old one or the new one and nothing between."""

from __future__ import annotations

import fcntl
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from newsletter.model.errors import ConfigError
from newsletter.model.saving import ChangedMeanwhile as ChangedMeanwhile
from newsletter.model.saving import FileText

_SUFFIX = ".saving"
# What stands beside a file while it is written, and stays where the program is killed: a dot, the file's name, eight
# characters that Python's tempfile thinks up, and an end that no editor's backup has.
HALF_WRITTEN = re.compile(r"\..+\.[a-z0-9_]{8}" + re.escape(_SUFFIX))
_ABANDONED = 3600.0  # seconds; whoever holds the folder's lock is alone there, and this is for what goes without it


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else of this program changes files of the folder while the block runs; who wants to, waits.

    Raises `ConfigError` where the folder is not there, or was moved while one waited.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError as error:
        raise _gone(folder) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        if not (folder.exists() and os.path.samestat(folder.stat(), os.fstat(handle))):
            raise _gone(folder)
        yield
    finally:
        os.close(handle)


def _gone(folder: Path) -> ConfigError:
    what = f"{folder} was moved or taken away by somebody else"
    return ConfigError("folder", f"{what}, and nothing was written; find out where it is now, and do it again there")


def change(path: Path, before: bytes | None, after: bytes) -> None:
    """Writes the file where it still holds `before`, or where `before` is None and nothing is there. For use within
    `alone`: what others left half-written beside it, killed an hour ago or longer, is removed.

    Raises `ChangedMeanwhile` where somebody has saved it since.
    """
    _must_hold(path, before)
    if after != before:
        _put(path, after, lambda: _must_hold(path, before))
        _clear_beside(path)


def write(path: Path, data: bytes | str) -> None:
    """Writes the file, its folder made first. Text becomes UTF-8. Raises `OSError` and leaves the old file then."""
    _put(path, data.encode() if isinstance(data, str) else data, lambda: None)


def _must_hold(path: Path, before: bytes | None) -> None:
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        found = None
    if found != before:
        raise ChangedMeanwhile(FileText.of(str(path), found))


def _clear_beside(path: Path) -> None:
    """Removes abandoned files beside one that was written this moment: its own time says how old they are. What cannot
    be removed stays for another save."""
    with suppress(OSError):
        before = path.stat().st_mtime - _ABANDONED
        for one in path.parent.iterdir():
            if HALF_WRITTEN.fullmatch(one.name):
                found = one.lstat()
                if stat.S_ISREG(found.st_mode) and found.st_mtime < before:
                    one.unlink()


def _put(path: Path, data: bytes, look: Callable[[], None]) -> None:
    """Writes the file; `look` is called at the last moment and may raise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_SUFFIX)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        look()
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
