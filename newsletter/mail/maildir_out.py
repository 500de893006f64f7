"""Messages into a folder instead of the world: the transport `files`. Source: the Maildir format, D. J. Bernstein."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from newsletter.mail.dot import Fit
from newsletter.model.answer import Answer, Envelope, Handed, Phase, SendingRefused

_MESSAGE_ID = re.compile(rb"^Message-ID:[ \t]*<([\x21-\x3b\x3d\x3f-\x7e]{1,250})>", re.MULTILINE | re.IGNORECASE)
_BEGUN = Answer(Phase.DATA, 354)
_GONE = Answer(Phase.CONTENT, 0, None, "the folder was closed before")
_STORED = Answer(Phase.DOT, 250, "2.0.0", "stored")


class Outbox:
    """A session with a Maildir: what it accepted lies in new/, on disk for good, exactly as a server would have got it.

    A file is named after its Message-ID, with .eml behind it, so a message that is handed over again replaces itself.
    Before it is renamed into new/ nothing of it counts (phase CONTENT); from then on it is delivered, whatever comes
    (phase DOT).
    """

    def __init__(self, folder: Path) -> None:
        """Opens the Maildir, and makes it where there is none. Raises `SendingRefused`."""
        self._new, self._tmp = folder / "new", folder / "tmp"
        self._begun = False
        try:
            for part in ("new", "tmp", "cur"):
                (folder / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            answer = Answer(Phase.CONNECT, 0, None, f"it cannot be written to ({error.strerror})")
            raise SendingRefused(str(folder), answer, "look who owns it and whether its disk is there") from error
        self._open = True

    @property
    def usable(self) -> bool:
        """Whether it has not been closed."""
        return self._open

    def begin(self, envelope: Envelope) -> Answer:
        """Always welcome; the envelope is not kept."""
        self._begun = True
        return _BEGUN

    def hand_over(self, message: Fit, ahead: Envelope | None) -> Handed:
        """Writes the message, has it on disk, and shows it under its name."""
        answer = self._store(message.message) if self._open and self._begun else _GONE
        self._begun = False
        return Handed(answer, self.begin(ahead) if ahead and self._open else None)

    def abandon(self) -> None:
        """Closes it; nothing was written of what was begun."""
        self._open = False

    def quit(self) -> None:
        """Closes it."""
        self._open = False

    def _store(self, message: bytes) -> Answer:
        name = _name(message)
        if name is None:
            return Answer(Phase.CONTENT, 554, "5.6.0", "the message has no Message-ID to name its file after")
        written, shown = self._tmp / name, self._new / name
        try:
            _write(written, message)
            written.replace(shown)
        except OSError as error:
            with suppress(OSError):
                written.unlink()
            return Answer(Phase.CONTENT, 0, None, f"{written} cannot be written ({error.strerror})")
        try:
            _sync_folder(self._new)
        except OSError as error:
            return Answer(Phase.DOT, 0, None, f"{shown} may not outlive a power cut ({error.strerror})")
        return _STORED


def _name(message: bytes) -> str | None:
    """The Message-ID as the name of a file: what a path or Maildir's flags would take for their own is escaped.

    ".eml" behind it lets any mail program open the file.
    """
    head = message.partition(b"\r\n\r\n")[0]
    match = _MESSAGE_ID.search(head)
    if not match:
        return None
    name = quote(match[1].decode("ascii"), safe="@+=")
    return f"%2E{name[1:]}.eml" if name.startswith(".") else f"{name}.eml"


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
