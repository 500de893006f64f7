"""The database: made, upgraded, refused in words; how asking the sources went; times that stay what they are."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from newsletter.model.errors import ConfigError
from newsletter.model.source import SourceId, SourceState
from newsletter.store import schema, sources
from newsletter.store.columns import METADATA, instant_text
from newsletter.store.engine import Store, file_url, open_store
from newsletter.store.errors import StoreError, StoreUnreachable
from newsletter.store.upgrade import MIGRATIONS, recorded
from tests.postgres import KINDS, empty_database, fresh_database, server

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
WIRE, GAZETTE = SourceId("wire"), SourceId("gazette")


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fresh_database(request.param, tmp_path) as address, open_store(address) as opened:
        yield opened


@pytest.fixture(params=KINDS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with empty_database(request.param, tmp_path) as address:
        yield address


def state(source: SourceId, **changes: object) -> SourceState:
    return SourceState(source=source, **changes)  # type: ignore[arg-type]


def test_a_new_database_is_made_and_found_again(empty: str) -> None:
    """What was kept before is there when the database is opened again."""
    with open_store(empty) as store:
        sources.save(store, [state(WIRE, etag='"a"')])
    with open_store(empty) as store:
        assert sources.states(store) == {WIRE: state(WIRE, etag='"a"')}


def test_the_tables_are_those_of_the_schema(store: Store) -> None:
    """The migrations end where the schema stands: Alembic finds no difference, and orders texts by their bytes."""
    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
        if not store.on_sqlite:
            columns = "information_schema.columns WHERE column_name IN ('source', 'first_seen')"
            query = f"SELECT collation_name FROM {columns} AND table_schema = 'public'"
            assert set(connection.scalars(text(query))) == {"C"}


def test_the_newest_step_is_the_one_the_program_asks_for() -> None:
    """Opening compares a constant, without importing Alembic; the constant must be right."""
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [schema.HEAD]


def test_a_database_of_a_newer_program_is_refused(empty: str) -> None:
    """It might hold what this one would destroy; the words say what to do."""
    with open_store(empty) as store, store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    with pytest.raises(ConfigError, match=r"newer version of the program \(step 0999, .* install that version"):
        open_store(empty)


def test_sqlite_survives_a_power_cut_and_lets_readers_go_on(tmp_path: Path) -> None:
    """Every commit is on the disk, readers and writer do not wait for each other, references hold."""
    with open_store(file_url(tmp_path / "newsletter.db")) as store, store.reading() as connection:
        pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        assert [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in pragmas] == ["wal", 2, 1, 60_000]


def test_databases_are_made_by_many_threads_of_a_process_at_once(tmp_path: Path) -> None:
    """As where a server begins with the first page that is asked for, and a job beside it."""
    start = threading.Barrier(8)

    def made(number: int) -> str | None:
        start.wait()
        with open_store(file_url(tmp_path / f"{number}.db")) as store, store.reading() as connection:
            return recorded(connection)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(made, range(8))) == {schema.HEAD}


def test_a_path_may_hold_any_character(tmp_path: Path) -> None:
    """Spaces, question marks and percent signs are part of the file's name."""
    path = tmp_path / "a b%20?ü#%s.db"
    open_store(file_url(path)).close()
    assert path.stat().st_size > 0


def test_states_come_back_as_they_were_saved(store: Store) -> None:
    """Every field, set and unset; saving again replaces; other sources stay."""
    moments = {field.name: NOW + timedelta(microseconds=at) for at, field in enumerate(fields(SourceState))}
    filled = {
        field.name: moments[field.name] if "datetime" in str(field.type) else 7 if field.type == "int" else "x\0\ud800"
        for field in fields(SourceState)
        if field.name != "source"
    }
    sources.save(store, [state(WIRE, **filled), state(GAZETTE)])
    assert sources.states(store) == {GAZETTE: state(GAZETTE), WIRE: state(WIRE, **filled)}
    sources.save(store, [state(WIRE)])
    assert sources.states(store) == {GAZETTE: state(GAZETTE), WIRE: state(WIRE)}
    sources.save(store, [])


def test_states_are_saved_together_or_not_at_all(store: Store) -> None:
    """A state that cannot be kept leaves the others as they were."""
    with pytest.raises(ValueError, match="not a time in UTC"):
        sources.save(store, [state(GAZETTE), state(WIRE, tried=datetime(2026, 11, 25, 13))])
    assert sources.states(store) == {}


@pytest.mark.parametrize("zone", [None, timezone(timedelta(hours=8)), timezone(timedelta(minutes=1))])
def test_a_time_that_is_not_utc_is_refused(zone: timezone | None) -> None:
    """A naive time or another zone's means that somebody has not decided what the time is."""
    with pytest.raises(ValueError, match="is not a time in UTC"):
        instant_text(datetime(2026, 11, 25, 13, tzinfo=zone))


@given(times=st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2))
def test_times_sort_as_their_texts_do(times: list[datetime]) -> None:
    """So that both databases order and compare them without knowing what they are; and they are read back aware."""
    texts = sorted(map(instant_text, times))
    assert [datetime.fromisoformat(one) for one in texts] == sorted(times)
    assert {datetime.fromisoformat(one).tzinfo for one in texts} == {UTC}


@pytest.mark.parametrize(
    "address",
    [
        "nonsense",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://ana:wolpertinger@host/db",
        "postgresql://a:wolpertinger@h:x/",
    ],
)
def test_an_address_that_is_none_is_refused_in_words(address: str) -> None:
    """The words say how to write it, and never quote a password."""
    with pytest.raises(ConfigError, match=r"write it as postgresql://.*var/newsletter\.db") as caught:
        open_store(address)
    assert caught.value.key == "DATABASE_URL"
    assert "wolpertinger" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("where", ["/nobody", "127.0.0.1:1"])
def test_a_server_that_does_not_answer_is_told_in_words(where: str, tmp_path: Path) -> None:
    """Which database, what was said, what to look at; never the password."""
    host, query = ("", f"?host={tmp_path}") if where.startswith("/") else (where, "")
    with pytest.raises(StoreUnreachable, match=r"the database issues at .*does not answer.*DATABASE_URL") as caught:
        open_store(f"postgresql://ana:wolpertinger@{host}/issues{query}")
    assert "wolpertinger" not in str(caught.value) + repr(caught.value.__cause__)


def test_a_database_that_is_not_there_is_told_in_words() -> None:
    """The server's own words say that there is none."""
    with pytest.raises(StoreUnreachable, match=r'does not let us in: .*"no_such" does not exist'):
        open_store(server().address("no_such"))


@pytest.mark.parametrize("damage", ["all of it", "one page"])
def test_a_damaged_file_is_told_in_words(damage: str, tmp_path: Path) -> None:
    """Which file, and what to put in its place."""
    path = tmp_path / "newsletter.db"
    with open_store(file_url(path)) as store:
        sources.save(store, [state(SourceId(f"wire-{at}"), note="x" * 400) for at in range(100)])
    octets = bytearray(path.read_bytes())
    octets[0 if damage == "all of it" else 4096 :] = b"\xa5" * (len(octets) - (0 if damage == "all of it" else 4096))
    path.write_bytes(octets)
    with pytest.raises(StoreError, match=r"newsletter\.db is damaged.*backup"), open_store(file_url(path)) as store:
        sources.states(store)


def test_a_folder_that_takes_no_file_is_told_in_words(tmp_path: Path) -> None:
    """Which database, and what to look at."""
    (tmp_path / "var").write_text("a file where a folder should be")
    with pytest.raises(StoreError, match=r"newsletter\.db cannot be made or opened: .*folder"):
        open_store(file_url(tmp_path / "var" / "newsletter.db"))


def test_a_file_that_is_a_folder_is_told_in_words(tmp_path: Path) -> None:
    """SQLite's own answer, in words."""
    (tmp_path / "newsletter.db").mkdir()
    with pytest.raises(StoreError, match="cannot be opened for writing"):
        open_store(file_url(tmp_path / "newsletter.db"))


def test_values_never_stand_in_an_error(store: Store) -> None:
    """A reader's address or an item's text must not reach a log by way of a database's complaint."""
    with pytest.raises(StoreError) as caught, store.writing() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:secret)"), {"secret": "wolpertinger"})
    assert "wolpertinger" not in str(caught.value) + str(caught.value.__cause__)


def test_a_database_of_another_program_keeps_its_tables(tmp_path: Path) -> None:
    """Ours are added beside them."""
    path = tmp_path / "newsletter.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with open_store(file_url(path)) as store, store.reading() as opened:
        assert opened.exec_driver_sql("SELECT count(*) FROM theirs").scalar() == 0
