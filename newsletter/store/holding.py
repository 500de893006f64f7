"""A lock that is held for long, and looked at meanwhile: with PostgreSQL it ends with its session, unnoticed."""

from __future__ import annotations

from datetime import datetime
from io import FileIO
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, func, select

from newsletter.store.engine import Store
from newsletter.store.errors import StoreError
from newsletter.store.locks import let_go_on_server, ourselves, take_file, take_on_server

CLOCK = "clock"  # the lock of whoever keeps the timetable: one for each installation


class Holding:
    """The same lock as `locks.hold`, from `again` until the block is left. Nothing else is done in its session."""

    def __init__(self, store: Store, name: str, root: Path) -> None:
        self._store, self._name, self._root = store, name, root
        self._file: FileIO | None = None
        self._session: Connection | None = None
        self._number = 0  # what the server calls the session

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def lives(self) -> bool:
        """Whether we have it still. Asks the server where it is the server's."""
        if self._store.on_sqlite:
            return self._file is not None
        session = self._session
        if session is None or session.closed or session.invalidated:
            return False
        try:
            with self._store.telling(), session.begin():
                return session.scalar(select(func.pg_backend_pid())) == self._number
        except StoreError:
            return False

    def again(self, now: datetime) -> None:
        """Takes it where we do not have it. Raises `AlreadyHeld` while somebody else does, `StoreError`."""
        if self.lives():
            return
        self.close()
        if self._store.on_sqlite:
            self._file = take_file(self._root / "var" / f"{self._name}.lock", self._name, ourselves(now))
            return
        session = self._store.session_to_keep()
        try:
            with self._store.telling(), session.begin():
                take_on_server(session, self._name, ourselves(now))
                self._number = session.execute(select(func.pg_backend_pid())).scalar_one()
        except BaseException:
            session.close()
            raise
        self._session = session

    def close(self) -> None:
        """Lets it go. A second time is harmless."""
        if self._session is not None:
            let_go_on_server(self._session)
            self._session.close()
        if self._file is not None:
            self._file.close()
        self._session = self._file = None
