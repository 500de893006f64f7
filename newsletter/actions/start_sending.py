"""Start sending: in a process of its own, which goes on when the desk, or whoever asked for it, has gone.

The process is `newsletter send` or `newsletter resume`, and so passes every gate that they have. Its standard output
and error are var/logs/send-DATE.log, with nothing of a reader in it. That file is locked before the process is begun,
and the process inherits the lock with the descriptor: the kernel lets it go when the process and its workers are gone,
however they went. So two who press at once begin one, and anybody can see whether it is at it.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import threading
import time
from enum import Enum
from io import FileIO
from pathlib import Path

from newsletter.actions.app import App, known_issue
from newsletter.actions.approved_edition import approved_edition
from newsletter.actions.installation import may_send
from newsletter.actions.mailing_of import NotNow
from newsletter.actions.readers import readers_store
from newsletter.actions.way_out import read_schedule
from newsletter.model.audit import Deed, claimed
from newsletter.model.errors import ConfigError, NewsletterError
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Mailing, MailingState
from newsletter.publication.schedule import City
from newsletter.store import audit, mailings

_MODULE = "newsletter.cli.detached"
_TRIES, _APART = 5, 0.02  # who only looks whether somebody is at it holds the lock for an instant
_OCTETS, _LINES, _LONGEST = 4_000, 8, 500  # of what a process said last; a line is cut
_S = MailingState


class Start(Enum):
    """What is begun: the words of the command."""

    NOW = ("send", "--now")  # whatever the time: it is not due yet, or was missed
    GO_ON = ("send",)  # where a sender was stopped, or with copies that somebody planned again
    RESUME = ("resume",)
    MENDED = ("resume", "--mended")  # with the edition that was approved since

    @property
    def words(self) -> tuple[str, ...]:
        """The command and its options, without the issue."""
        found: tuple[str, ...] = self.value
        return found


class CannotStart(NewsletterError):
    """The machine begins no process now."""


def starts(mailing: Mailing | None) -> tuple[Start, ...]:
    """How the sending of an issue could be begun, or gone on with, from where its mailing stands; none where it is over
    or waits for a decision."""
    if mailing is None:
        return (Start.NOW,)
    if mailing.state is _S.PAUSED:
        return (Start.RESUME,) if mailing.began is None else (Start.RESUME, Start.MENDED)
    if mailing.began is None:
        return () if mailing.state in (_S.SENT, _S.UNRESOLVED) else (Start.NOW,)
    return (Start.GO_ON,) if mailing.state in (_S.READY, _S.SENDING) else ()


def start_sending(app: App, issue: IssueId, who: str, start: Start, *, login: str | None) -> bool:
    """Begins a process that sends the issue; False where one that was begun so is at it already, and nothing was done.

    Who asked for it stands in the audit log before the process is there. Raises `NotNow` where the mailing is in
    another state than `start` is for, `NotApproved` where a start wants an approval, `NotThisInstallation`,
    `CannotStart`. What the process meets stands in its log: see `last_words`.
    """
    known_issue(app, issue)
    schedule = read_schedule(app)
    with readers_store(app, "sending happens") as (store, _):
        may_send(app, store)
        mailing = mailings.find(store, issue)
        if start not in starts(mailing):
            raise _not_now(issue, mailing)
        if start in (Start.NOW, Start.MENDED):
            approved_edition(app, issue)
        log = _locked(_log_of(app, issue))
        if log is None:
            return False
        with log:
            now, words = app.clock(), (*start.words[:1], str(issue), *start.words[1:])
            note = f"newsletter {' '.join(words)}"
            digest = None if mailing is None else mailing.digest
            deed = Deed(happened=now, who=claimed(who, login), act="start", issue=issue, digest=digest, note=note)
            audit.append(store, deed)
            log.truncate(0)
            _begun(app, log, schedule.cities[0], (*words, "--as", who))
    return True


def is_at_it(app: App, issue: IssueId) -> bool:
    """Whether a process that was begun so is at this issue, on this machine."""
    try:
        with FileIO(_log_of(app, issue), "rb") as log:
            fcntl.flock(log, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def last_words(app: App, issue: IssueId) -> tuple[str, ...]:
    """The last lines of what the process said that was begun last for this issue; none where it said nothing.

    A mail server's words may be among them: text of strangers, in which only what is printable is left.
    """
    try:
        with FileIO(_log_of(app, issue), "rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(0, size - _OCTETS))
            lines = log.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return ()
    shown = ("".join(sign if sign.isprintable() else " " for sign in line).strip() for line in lines[-_LINES:])
    return tuple(line if len(line) <= _LONGEST else f"{line[: _LONGEST - 4]} ..." for line in shown if line)


def _log_of(app: App, issue: IssueId) -> Path:
    return app.root / "var" / "logs" / f"send-{issue}.log"


def _locked(path: Path) -> FileIO | None:
    """The file, locked until it and every copy of its descriptor are closed; None while somebody has it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600), "a+b")
    except OSError as error:
        raise CannotStart(f"{path} cannot be written: {error.strerror}; look who owns its folder") from error
    for _ in range(_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_APART)
        else:
            return file
    file.close()
    return None


def _begun(app: App, log: FileIO, city: City, words: tuple[str, ...]) -> None:
    root = str(app.root.resolve())
    command = [sys.executable, "-P", "-m", _MODULE, words[0], city.name, city.zone, root, *words]
    try:
        process = subprocess.Popen(  # noqa: S603  (ourselves)
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    except OSError as error:
        what = f"the process that would send cannot be started: {error.strerror}"
        raise CannotStart(f"{what}; free memory, or allow more processes, then try again") from error
    # Its end is awaited, so that no dead process is left as long as we live; it does not wait for ours.
    threading.Thread(target=process.wait, name=f"{words[0]} {words[1]}", daemon=True).start()


def _not_now(issue: IssueId, mailing: Mailing | None) -> NewsletterError:
    if mailing is None:
        return ConfigError("issue", f"nothing of {issue} has been sent or planned here, so that nothing can go on")
    words = f" ({mailing.words})" if mailing.words else ""
    return NotNow(mailing, f"is {mailing.state.value}{words}", "look at its delivery once more and choose again")
