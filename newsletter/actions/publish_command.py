"""publish.command: the publication's own program that takes public/ to a static host."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import IO

from newsletter.actions.app import App
from newsletter.deliver.ledger import StopSign
from newsletter.model.errors import NewsletterError
from newsletter.model.secrets import without_secrets
from newsletter.publication.schedule import Schedule
from newsletter.publication.write import alone

_LAST_OCTETS, _LAST_LINES = 2_000, 8  # of what a command said that failed
_LOOK = 0.2  # seconds between two looks at whether somebody asks us to stop
_LEAVE = 5.0  # seconds that a command has to end after it was asked to


class PublishFailed(NewsletterError):
    """The command did not take public/ to its host, as far as it says itself."""

    def __init__(self, command: Sequence[str], what: str, said: str = "") -> None:
        self.command = tuple(command)
        self.said = said  # its last lines; "" where it said nothing
        words = f"publish.command `{' '.join(command)}` {what}"
        last = f"; the last it said:\n{said}" if said else ", and it said nothing"
        super().__init__(words + last + "\nMend it, or take it out of schedule.yaml, then do this once more")


def run_publish_command(app: App, schedule: Schedule, stop: StopSign) -> bool:
    """Runs the command where schedule.yaml has one, in the publication's folder, and says whether it has.

    No shell reads it: each word of the list is one argument as it stands. Nothing comes from its standard input; our
    own secrets are not in its environment. Two of ours never run it at once: the second waits. Raises `PublishFailed`
    where it cannot be started, ends with another status than 0, or is ended: after `publish.command_minutes`, or
    because `stop` was set; what it has begun itself is ended with it then.
    """
    command = schedule.publish.command
    if not command:
        return False
    folder = app.root / "var" / "publishing"
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder), tempfile.TemporaryFile() as said:
        what = _run(app, command, schedule.publish.command_minutes, said, stop)
        if what is not None:
            raise PublishFailed(command, what, _last_words(said))
    return True


def _run(app: App, command: Sequence[str], minutes: int, said: IO[bytes], stop: StopSign) -> str | None:
    """What went wrong, as a clause; None where nothing did."""
    if stop.is_set():
        return "was not begun, as somebody asked us to stop"
    try:
        process = subprocess.Popen(  # noqa: S603  (the operator's own words, and no shell)
            command,
            cwd=app.root,
            env=without_secrets(app.secrets),  # a token of the host stands in the environment or in .env
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a group of its own, so that what it has begun can be ended with it
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return f"cannot be started ({reason})"
    ends = time.monotonic() + 60 * minutes
    try:
        while process.poll() is None:
            if stop.is_set():
                return "was ended, as somebody asked us to stop"
            if time.monotonic() >= ends:
                return f"took longer than {minutes} {'minute' if minutes == 1 else 'minutes'} and was ended"
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK)
    finally:
        if process.poll() is None:
            _end(process)
    if process.returncode < 0:
        return f"was ended by signal {-process.returncode}"
    return f"ended with status {process.returncode}" if process.returncode else None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the command and what it has begun: first asked, then not asked."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LEAVE)


def _last_words(said: IO[bytes]) -> str:
    """The end of what a command said, as it can be shown on a terminal."""
    size = said.seek(0, os.SEEK_END)
    said.seek(max(0, size - _LAST_OCTETS))
    lines = said.read().decode("utf-8", "replace").splitlines()
    shown = ("".join(sign if sign.isprintable() else " " for sign in line).rstrip() for line in lines[-_LAST_LINES:])
    return "\n".join(f"  {line}" for line in shown if line)
