"""A command in a process of its own, which goes on when the desk, or whoever asked for it, has gone.

Its standard output and error are a file in var/logs, with nothing of a reader in it. That file is locked before the
process is begun, and the process inherits the lock with the descriptor: the kernel lets it go when the process and its
workers are gone, however they went. So two who press at once begin one, and anybody can see whether it is at it.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from io import FileIO
from pathlib import Path

from newsletter.actions.app import App
from newsletter.model.errors import NewsletterError
from newsletter.publication.schedule import City

_MODULE = "newsletter.cli.detached"
_TRIES, _APART = 5, 0.02  # who only looks whether somebody is at it holds the lock for an instant
_OCTETS, _LINES, _LONGEST = 4_000, 8, 500  # of what a process said last; a line is cut


class CannotStart(NewsletterError):
    """The machine begins no process now."""


def log_of(app: App, name: str) -> Path:
    """The file that a process of this name is locked by, and writes into."""
    return app.root / "var" / "logs" / f"{name}.log"


def locked(log: Path) -> FileIO | None:
    """The file, locked until it and every copy of its descriptor are closed; None while somebody has it. Raises
    `CannotStart`."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        file = FileIO(os.open(log, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "a+b")
    except OSError as error:
        raise CannotStart(f"{log} cannot be written: {error.strerror}; look who owns its folder") from error
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_APART)
        else:
            return file
    file.close()
    return None


def begin(app: App, log: FileIO, city: City, words: tuple[str, ...]) -> None:
    """Begins `newsletter WORDS` with this file, emptied, as its log, on the clock of this city. Raises
    `CannotStart`."""
    log.truncate(0)
    root = str(app.root.resolve())
    command = [sys.executable, "-P", "-m", _MODULE, words[0], city.name, city.zone, root, *words]
    try:
        process = subprocess.Popen(  # noqa: S603  (ourselves)
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    except OSError as error:
        what = f"the process cannot be started: {error.strerror}"
        raise CannotStart(f"{what}; free memory, or allow more processes, then try again") from error
    # Its end is awaited, so that no dead process is left as long as we live; it does not wait for ours.
    threading.Thread(target=process.wait, name=" ".join(words[:2]), daemon=True).start()


def is_at_it(log: Path) -> bool:
    """Whether a process that was begun so is at work, on this machine."""
    try:
        with FileIO(log, "rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def last_words(log: Path) -> tuple[str, ...]:
    """The last lines of what the process said that was begun last with this log; none where it said nothing.

    A mail server's words may be among them: text of strangers, in which only what is printable is left.
    """
    try:
        with FileIO(log, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _OCTETS))
            lines = file.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ()
    shown = ("".join(sign if sign.isprintable() else " " for sign in line).strip() for line in lines[-_LINES:])
    return tuple(line if len(line) <= _LONGEST else f"{line[: _LONGEST - 4]} ..." for line in shown if line)
