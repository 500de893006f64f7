"""var/leavers.log: who must not be written to, outside the database, so that a restored backup revives nobody.

One line for each: "2026-11-27T13:00:00.000000+00:00 opt-out 5d7...", with the reason, or "lifted", and the mark in
base32. No address stands in it.

The order of the lines is the order in which the database took them, because the log is held from before the transaction
until after it. A line of somebody who leaves is on disk *before* the transaction is committed: where the commit then
fails, a line without it only suppresses too much. "lifted" is written *after* the commit, for the same reason.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from newsletter.model.marks import mark_of, mark_text
from newsletter.model.subscriber import Mark, Reason
from newsletter.store.columns import instant_text
from newsletter.store.errors import StoreError

_LIFTED = "lifted"


@dataclass(frozen=True, slots=True)
class Leaving:
    """One line of the log."""

    at: datetime  # UTC; to the microsecond the same as in the database
    reason: Reason | None  # None: all that was said of this mark above is lifted
    mark: Mark

    def __str__(self) -> str:
        return f"{instant_text(self.at)} {self.reason.value if self.reason else _LIFTED} {mark_text(self.mark)}"


@dataclass(frozen=True, slots=True)
class Leavers:
    """The log, read."""

    lines: tuple[Leaving, ...]  # in the order of the file
    unread: tuple[int, ...]  # the numbers, from 1, of lines that are torn or spoilt


class Log:
    """The log while somebody holds it, which `kept` makes."""

    def __init__(self, handle: int, path: Path) -> None:
        self._handle = handle
        self._path = path

    def append(self, lines: Iterable[Leaving]) -> None:
        """Adds lines; they are on disk when this returns. Raises `StoreError`."""
        data = "".join(f"{line}\n" for line in lines).encode("ascii")
        if not data:
            return
        try:
            if self._is_torn():
                data = b"\n" + data
            while data:
                data = data[os.write(self._handle, data) :]
            os.fsync(self._handle)
        except OSError as error:
            raise _unwritable(self._path, error) from error

    def _is_torn(self) -> bool:
        """Whether the last line has no end: what a power cut or a full disk leaves behind."""
        size = os.fstat(self._handle).st_size
        return size > 0 and os.pread(self._handle, 1, size - 1) != b"\n"


@contextmanager
def kept(path: Path) -> Iterator[Log]:
    """Holds the log, and makes it where there is none; who wants it meanwhile, waits. Raises `StoreError`.

    It is taken before the transaction is begun and never inside one, so that no two wait for each other.
    """
    try:
        handle = _opened(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield Log(handle, path)
    finally:
        os.close(handle)


def append(path: Path, lines: Iterable[Leaving]) -> None:
    """Adds lines to the log; they are on disk when this returns. Raises `StoreError`."""
    with kept(path) as log:
        log.append(lines)


def read(path: Path) -> Leavers:
    """The log; empty where there is none. Raises `StoreError`."""
    try:
        return parse(path.read_bytes())
    except FileNotFoundError:
        return Leavers((), ())
    except OSError as error:
        what = f"{path} cannot be read: {error.strerror}; look who owns it"
        raise StoreError(f"{what}. It holds who must not be written to") from error


def parse(data: bytes) -> Leavers:
    """What the log says, whatever state it is in. A line that is torn or spoilt is passed over, and told."""
    text = data.decode("ascii", errors="replace")
    numbered = [(number, _leaving(line)) for number, line in enumerate(text.split("\n"), 1) if line]
    return Leavers(
        tuple(one for _, one in numbered if one is not None),
        tuple(number for number, one in numbered if one is None),
    )


def _opened(path: Path) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = not path.exists()
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    if new:  # the name as well must outlive a power cut
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    return handle


def _leaving(line: str) -> Leaving | None:
    at, _, rest = line.partition(" ")
    written, _, text = rest.rpartition(" ")
    mark = mark_of(text)
    try:
        when, reason = datetime.fromisoformat(at), None if written == _LIFTED else Reason(written)
    except ValueError:
        return None
    if mark is None or when.utcoffset() is None:
        return None
    return Leaving(when.astimezone(UTC), reason, mark)


def _unwritable(path: Path, error: OSError) -> StoreError:
    what = f"{path} cannot be written: {error.strerror}; free some space, or look who owns it and its folder"
    return StoreError(f"{what}. It holds who must not be written to, and must outlive the database")
