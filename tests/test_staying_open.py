"""Databases that stay open in a server: one for all who ask, looked at anew twice a minute."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from newsletter.model.errors import ConfigError
from newsletter.store.engine import Store, file_url, open_store, staying_open
from newsletter.store.schema import HEAD
from tests.postgres import KINDS, fresh_database


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with fresh_database(request.param, tmp_path) as found:
        yield found


def count(store: Store) -> int:
    with store.reading() as connection:
        return int(connection.execute(text("SELECT count(*) FROM sources")).scalar_one())


def test_whoever_asks_gets_the_same_one_and_leaves_it_open(address: str) -> None:
    """From every thread, and what one is done with another goes on with; after the block each gets their own."""
    with staying_open(lambda: 0.0):
        with open_store(address) as first:
            assert count(first) == 0
        with ThreadPoolExecutor(8) as threads:
            assert {id(open_store(address)) for _ in threads.map(lambda _: None, range(8))} == {id(first)}
            assert sum(threads.map(lambda _: count(first), range(40))) == 0
    with open_store(address) as later, open_store(address) as other:
        assert later is not other


def test_a_minute_later_its_tables_are_looked_at_again(address: str) -> None:
    """A program that has gone on to another step is told, as if the server had just been started."""
    now = [0.0]
    with staying_open(lambda: now[0]):
        with open_store(address) as store, store.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with open_store(address) as store:
            assert count(store) == 0
        now[0] = 31.0
        with pytest.raises(ConfigError, match="version"):
            open_store(address)
        with store.writing() as connection:  # the next test has the same server
            connection.execute(text(f"UPDATE alembic_version SET version_num = '{HEAD}'"))


def test_who_is_in_the_middle_goes_on_when_it_is_opened_anew(address: str) -> None:
    """A transaction that has begun is not cut off by somebody who asks half a minute later."""
    now = [0.0]
    with staying_open(lambda: now[0]), open_store(address) as early, early.reading() as connection:
        now[0] = 31.0
        assert count(open_store(address)) == 0
        assert connection.execute(text("SELECT count(*) FROM sources")).scalar_one() == 0


def test_another_file_at_the_same_place_is_another_database(tmp_path: Path) -> None:
    """Where somebody has put a backup back, nobody goes on with the file that was there before."""
    path = tmp_path / "one.db"
    url = file_url(path)
    with staying_open(lambda: 0.0):
        with open_store(url) as store, store.writing() as connection:
            connection.execute(text("INSERT INTO sources (source, failures) VALUES ('a', 0)"))
        with open_store(file_url(tmp_path / "two.db")):
            pass
        for one in tmp_path.glob("one.db*"):  # what SQLite keeps beside it as well
            one.unlink()
        shutil.copy(tmp_path / "two.db", path)
        assert count(open_store(url)) == 0
