"""Look at a link of a mail: what it would do, and for whom. Nothing is changed by looking."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from dataclasses import dataclass
from enum import Enum

from newsletter.actions.app import App
from newsletter.actions.readers import Readers, readers_store
from newsletter.model.errors import ForgedToken
from newsletter.model.marks import mark_of
from newsletter.model.subscriber import Mark, Subscriber
from newsletter.store import subscribers
from newsletter.tokens import SAMPLE_RING, KeyRing, Purpose


class Bearer(Enum):
    """Whose mail a link stands in."""

    READER = "reader"
    TEST = "test"  # a test mail: the link shows what it would do, and does nothing
    SAMPLE = "sample"  # a built page or mail that goes to nobody; the same


@dataclass(frozen=True, slots=True)
class Looked:
    """A link that one of our keys has signed."""

    bearer: Bearer
    mark: Mark | None  # of READER
    reader: Subscriber | None  # as they are now; None for one who was erased or is not known any more

    @property
    def language(self) -> str | None:
        """What the reader wants to be spoken to in; None where nobody knows."""
        return None if self.reader is None else self.reader.language


class Links:
    """Looks at links, with a database that stays open: mail gateways open every link of a whole mailing at once."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._opening = threading.Lock()
        self._opened: tuple[object, Readers] | None = None
        self._closing = ExitStack()

    def look(self, purpose: Purpose, token: str) -> Looked:
        """Whom a link of this purpose was signed for. From any thread. Raises `ForgedToken`."""
        readers = self._readers()
        if _is_signed(readers.ring, Purpose.TEST, token):
            return Looked(Bearer.TEST, None, None)
        if _is_signed(SAMPLE_RING, Purpose.SAMPLE, token):
            return Looked(Bearer.SAMPLE, None, None)
        mark = mark_of(readers.ring.verify(purpose, token))
        if mark is None:
            raise ForgedToken("this link is not one of ours, or it was cut short; use the link in the newest mail")
        return Looked(Bearer.READER, mark, subscribers.find(readers.store, (mark,)))

    def close(self) -> None:
        """Closes the database. The next look opens it again."""
        with self._opening:
            self._opened = None
            self._closing.close()

    def _readers(self) -> Readers:
        """The readers, opened when they are first asked for, and anew where a backup was put in their place."""
        with self._opening:
            file = self._file()
            if self._opened is None or self._opened[0] != file:
                self._opened = None
                self._closing.close()
                self._opened = (file, self._closing.enter_context(readers_store(self._app)))
            return self._opened[1]

    def _file(self) -> object:
        """Tells one database file from another in its place; None where the database is a server's."""
        try:
            found = (self._app.root / "var" / "newsletter.db").stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino


def _is_signed(ring: KeyRing, purpose: Purpose, token: str) -> bool:
    try:
        ring.verify(purpose, token)
    except ForgedToken:
        return False
    return True
