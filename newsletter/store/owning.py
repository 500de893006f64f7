"""The right to send. One process of an installation has it, and alone writes what follows from handing a mail over.

No clock has a part in it: with SQLite the lock is one of the kernel on var/sending.lock, with PostgreSQL one of the
server's that belongs to the very session that commits. Whoever lost it cannot commit, and so cannot send.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select

from newsletter.store.engine import Store
from newsletter.store.errors import StoreError, StoreUnreachable
from newsletter.store.locks import let_go_on_server, ourselves, take_file, take_on_server

NAME = "sending"  # of the lock: one for each installation
_WEAK = (
    "off",
    "remote_write",
    "local",
)  # settings of PostgreSQL that may forget, or promise less than the server's own
_FULL = 2  # PRAGMA synchronous


class Owned:
    """The right to send, while it is held. `own` gives it."""

    def __init__(self, store: Store, fileno: int | None = None) -> None:
        self.store = store
        self.fileno = fileno  # SQLite: of the locked file, for workers to inherit, so that it is free when all are gone
        self._session: Connection | None = None
        self._number = 0  # what the server calls the session

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is on disk, whole and with no other writer beside it, when the block is left, or not at
        all. Raises `StoreError`: `StoreUnreachable` where the right is lost, see `again`."""
        if self._session is None:
            with self.store.writing() as connection:
                yield connection
        else:
            with self.store.writing_on(self._session, self._number) as connection:
                yield connection

    def again(self, now: datetime) -> None:
        """Takes a right that was lost with its session; nothing happens where it was not.

        Somebody else may have had it in between: what they wrote stands, and a commit of ours that is repeated after
        this grants only what that very commit wrote. Raises `AlreadyHeld` while somebody has it (for a while that may
        be our own lost session, which the server still believes in), `StoreUnreachable` while there is no server.
        """
        if not self.store.on_sqlite and not self._lives():
            self.close()
            self._take(now)

    def close(self) -> None:
        """Gives the right up. A second time is harmless."""
        if self._session is not None:
            let_go_on_server(self._session)
            self._session.close()

    def _lives(self) -> bool:
        if self._session is None:
            return False
        try:
            with self.store.writing_on(self._session, self._number):
                return True
        except StoreUnreachable:
            return False

    def _take(self, now: datetime) -> None:
        session = self.store.session_to_keep()
        try:
            with self.store.telling(), session.begin():
                take_on_server(session, NAME, ourselves(now))
                number = session.execute(select(func.pg_backend_pid())).scalar_one()
                if session.scalar(select(func.current_setting("synchronous_commit"))) in _WEAK:
                    session.execute(select(func.set_config("synchronous_commit", "on", False)))
        except BaseException:
            session.close()
            raise
        self._session, self._number = session, number


@contextmanager
def own(store: Store, root: Path, now: datetime) -> Iterator[Owned]:
    """The right to send, for as long as the block runs. Whoever asks meanwhile gets `AlreadyHeld`, at once.

    What the last owner left as handing over is for `ledger.recover` to mark, mailing by mailing, before anything else.
    With SQLite the lock is good for one machine, and processes that inherit its descriptor hold it too.
    """
    if store.on_sqlite:
        with store.reading() as connection:
            if connection.exec_driver_sql("PRAGMA synchronous").scalar() != _FULL:
                raise StoreError("the database would forget commits in a power cut; report this as a fault of ours")
        with take_file(root / "var" / f"{NAME}.lock", NAME, ourselves(now)) as file:
            yield Owned(store, file.fileno())
        return
    owned = Owned(store)
    try:
        owned.again(now)
        yield owned
    finally:
        owned.close()
