"""What a database says went wrong, in words that tell what to do. The database's own error is chained, never shown.

SQLite is told by its extended result codes, PostgreSQL by SQLSTATE (its manual, appendix A).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from sqlite3 import Error as SqliteError

from sqlalchemy.exc import DBAPIError, StatementError

from newsletter.store.errors import StoreBusy, StoreError, StoreFull, StoreUnreachable

_BUSY = "{name} is held by another process; wait until that is done and try again, or look for a process that hangs"
_FULL = (
    "{name} cannot grow: the disk is full or a quota is used up; free some space and try again, "
    "what was recorded before is safe"
)
_DAMAGED = "{name} is damaged, or is no database; move it away and put a backup in its place, or begin a new one"
_CLOSED = "{name} cannot be opened for writing; look who owns it and its folder, and whether the folder is there"

_SQLITE: tuple[tuple[str, type[StoreError], str], ...] = (
    ("SQLITE_BUSY", StoreBusy, _BUSY),
    ("SQLITE_LOCKED", StoreBusy, _BUSY),
    ("SQLITE_FULL", StoreFull, _FULL),
    ("SQLITE_IOERR_WRITE", StoreFull, _FULL),  # a used-up quota arrives as this one
    ("SQLITE_IOERR_SHMSIZE", StoreFull, _FULL),
    ("SQLITE_IOERR_TRUNCATE", StoreFull, _FULL),
    ("SQLITE_CORRUPT", StoreError, _DAMAGED),
    ("SQLITE_NOTADB", StoreError, _DAMAGED),
    ("SQLITE_CANTOPEN", StoreError, _CLOSED),
    ("SQLITE_READONLY", StoreError, _CLOSED),
    ("SQLITE_PERM", StoreError, _CLOSED),
)
_POSTGRESQL: tuple[tuple[str, type[StoreError], str], ...] = (
    ("53100", StoreFull, _FULL),
    ("55P03", StoreBusy, _BUSY),  # lock_timeout
    ("40", StoreBusy, _BUSY),  # a deadlock was broken
    ("53", StoreUnreachable, "{name} has no connection or memory left for us: {said}; try again later"),
    ("57P", StoreUnreachable, "{name} is shutting down or starting: {said}; try again later"),
    ("08", StoreUnreachable, "{name} has hung up: {said}; try again later"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """Which database is spoken of."""

    name: str  # as messages name it: a path, "the database NAME at HOST"
    secret: str | None = field(default=None, repr=False)  # never to be shown


@contextmanager
def in_words(place: Place) -> Iterator[None]:
    """Whatever the database refuses inside becomes a `StoreError`."""
    try:
        yield
    except DBAPIError as error:
        raise _told(error, place) from error
    except StatementError as error:  # a value that a column refuses is a mistake of ours: it shows as what it is
        raise (error.orig or error) from error


def _told(error: DBAPIError, place: Place) -> StoreError:
    cause = error.orig
    said = " ".join(str(cause).split())
    if place.secret:
        said = said.replace(place.secret, "***")
    if isinstance(cause, SqliteError):
        code, table = getattr(cause, "sqlite_errorname", None) or "", _SQLITE
    else:
        code, table = getattr(cause, "sqlstate", None) or "", _POSTGRESQL
        if not code:  # the connection itself failed
            what = f"{place.name} does not answer, or does not let us in: {said}"
            return StoreUnreachable(f"{what}; look at DATABASE_URL and whether the server runs")
    for prefix, kind, words in table:
        if code.startswith(prefix):
            return kind(words.format(name=place.name, said=said))
    what = f"{place.name} could not do what was asked: {said}"
    return StoreError(f"{what} ({code or 'no code'}); report this as a fault of the program")
