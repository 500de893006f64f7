"""One process at a time. A lock belongs to the kernel or to the server, never to a clock: who is killed has let go."""

from __future__ import annotations

import fcntl
import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from io import FileIO
from pathlib import Path

from sqlalchemy import BigInteger, Connection, bindparam, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from newsletter.store.engine import Store
from newsletter.store.errors import AlreadyHeld, StoreError

_SOMEBODY = "another process"
_NAME_OCTETS = 63  # of an application's name; PostgreSQL cuts a longer one

# A key of 64 bits is shown by pg_locks as two halves, with objsubid 1 (PostgreSQL's manual, 54.12).
_TRY = select(func.pg_try_advisory_lock(bindparam("key", type_=BigInteger)))
_FREE = select(func.pg_advisory_unlock_all())
_CALL = select(func.set_config("application_name", bindparam("who"), False))
_HOLDER = text(
    "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND granted"
    " AND objsubid = 1 AND ((classid::bigint << 32) | objid::bigint) = :key"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def hold(store: Store, name: str, root: Path, now: datetime) -> AbstractContextManager[None]:
    """Holds a lock while the block runs; what else asks for this name meanwhile gets `AlreadyHeld`, at once.

    With SQLite it is a lock on var/<name>.lock below `root`, good for one machine, and shared by processes forked
    inside the block; with PostgreSQL one of the server's, good for every machine that uses the database. It is free
    again when the block is left or its process dies, however it dies.
    """
    who = ourselves(now)
    return _file_lock(root / "var" / f"{name}.lock", name, who) if store.on_sqlite else _server_lock(store, name, who)


def ourselves(now: datetime) -> str:
    """This process as others are told of it."""
    return f"process {os.getpid()} since {now:%Y-%m-%d %H:%M} UTC"


@contextmanager
def _file_lock(path: Path, name: str, who: str) -> Iterator[None]:
    with take_file(path, name, who) as file:
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)  # said aloud: a forked process may have the file open still


def take_file(path: Path, name: str, who: str) -> FileIO:
    """The file, locked until it and every copy of its descriptor, in whatever process, are closed.

    `name` and `who` are what others are told. Raises `AlreadyHeld`, and `StoreError` for a folder that is not ours.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = FileIO(path, "a+b")
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror}; look who owns its folder") from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        with file:
            file.seek(0)
            raise AlreadyHeld(name, file.read(200).decode(errors="replace").strip() or _SOMEBODY) from error
    with suppress(OSError):  # a courtesy; a full disk must not stop who holds the lock
        file.truncate(0)
        file.write(who.encode())
    return file


@contextmanager
def _server_lock(store: Store, name: str, who: str) -> Iterator[None]:
    with store.session() as connection:
        take_on_server(connection, name, who)
        try:
            yield
        finally:
            let_go_on_server(connection)


def take_on_server(connection: Connection, name: str, who: str) -> None:
    """Locks for as long as this session of PostgreSQL lasts, whatever becomes of its transaction. Raises
    `AlreadyHeld`."""
    key = int.from_bytes(hashlib.sha256(f"newsletter {name}".encode()).digest()[:8], signed=True)
    if not connection.scalar(_TRY, {"key": key}):
        raise AlreadyHeld(name, _holder(connection, key))
    connection.execute(_CALL, {"who": f"{who} on {socket.gethostname()}"[:_NAME_OCTETS]})


def let_go_on_server(session: Connection) -> None:
    """Frees what this session of PostgreSQL holds at once; one that is only closed holds it until the server has seen
    its end. A session that is lost has let go already."""
    if session.closed or session.invalidated:  # a connection would be made anew, silently
        return
    with suppress(SQLAlchemyError):
        if session.in_transaction():
            session.rollback()
        session.execute(_FREE)


def _holder(connection: Connection, key: int) -> str:
    return connection.scalar(_HOLDER, {"key": key}) or _SOMEBODY
