"""Writing a file so that a reader, or a power cut, finds the old one or the new one and nothing between."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from newsletter.model.errors import NewsletterError


class ChangedMeanwhile(NewsletterError):
    """A file that somebody has saved since it was read; it was left as it is."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} was saved by somebody else meanwhile and is left as it is; do it once more")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Nobody else of this program changes files of the folder while the block runs; who wants to, waits."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def change(path: Path, before: bytes | None, after: bytes) -> None:
    """Writes the file where it still holds `before`, or where `before` is None and nothing is there.

    Raises `ChangedMeanwhile` where somebody has saved it since.
    """
    try:
        found = path.read_bytes()
    except FileNotFoundError:
        found = None
    if found != before:
        raise ChangedMeanwhile(path)
    if after != before:
        write(path, after)


def write(path: Path, data: bytes | str) -> None:
    """Writes the file, its folder made first. Text becomes UTF-8. Raises `OSError` and leaves the old file then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data.encode() if isinstance(data, str) else data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
