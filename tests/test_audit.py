"""The audit log: nothing is lost, nothing is changed unseen, and several may write at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from newsletter.actions.app import App
from newsletter.actions.home import NotAtHome
from newsletter.actions.read_audit import read_audit
from newsletter.model.audit import Deed, chained
from newsletter.model.issue import IssueId
from newsletter.store import audit, schema
from newsletter.store.engine import Store, open_store
from newsletter.store.errors import StoreError
from tests.approving import COMING, at_home, sign
from tests.postgres import KINDS, fresh_database

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with fresh_database(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    with open_store(address) as opened:
        yield opened


def deed(note: str | None = None, issue: IssueId | None = COMING, who: str = "mei (login ada)") -> Deed:
    return Deed(happened=NOW, who=who, act="approve", issue=issue, digest="d1", note=note)


def filled(store: Store, entries: int = 5) -> None:
    for number in range(entries):
        audit.append(store, deed(f"note {number}"))


def test_deeds_are_read_back_in_order(store: Store) -> None:
    """Numbered from 1 without gaps, with whatever their notes hold."""
    written = [
        deed(),
        deed("é \x00 \ud800"),
        deed(issue=None),
        Deed(happened=NOW + timedelta(microseconds=1), who="", act="waive", issue=None, digest=None, note=""),
    ]
    for one in written:
        audit.append(store, one)
    found = audit.entries(store)
    assert [entry.deed for entry in found] == written
    assert [entry.number for entry in found] == [1, 2, 3, 4]
    assert audit.verify(store) is None
    assert [entry.number for entry in audit.entries(store, COMING)] == [1, 2]


def test_an_empty_log_is_whole(store: Store) -> None:
    """Nothing was changed in it."""
    assert audit.verify(store) is None
    assert audit.entries(store) == ()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("who", "daniel (login ada)"),
        ("note", None),
        ("note", ""),
        ("act", "withdraw"),
        ("issue", "2026-11-20"),
        ("digest", "d2"),
        ("happened", NOW + timedelta(microseconds=1)),
        ("chain", "0" * 64),
        ("number", 30),
    ],
)
def test_a_change_shows(store: Store, column: str, value: object) -> None:
    """In any field, at the entry that was changed."""
    filled(store)
    with store.writing_alone() as connection:
        connection.execute(update(schema.audit).where(schema.audit.c.number == 3).values({column: value}))
    assert audit.verify(store) == 3


def test_an_entry_that_was_taken_out_or_slipped_in_shows(store: Store) -> None:
    """Also where the numbers were made to fit."""
    filled(store)
    table = schema.audit
    with store.writing_alone() as connection:
        connection.execute(delete(table).where(table.c.number == 2))
    assert audit.verify(store) == 2
    with store.writing_alone() as connection:
        for number in (3, 4, 5):
            connection.execute(update(table).where(table.c.number == number).values(number=number - 1))
    assert audit.verify(store) == 2
    with store.writing_alone() as connection:
        connection.execute(delete(table).where(table.c.number > 1))
        last = connection.scalar(select(table.c.chain)) or ""
        forged = {"number": 2, "happened": NOW, "who": "x", "act": "approve", "chain": chained(last, 2, deed("other"))}
        connection.execute(insert(table), forged)
    assert audit.verify(store) == 2


def test_a_time_that_is_none_is_told(store: Store) -> None:
    """The log is broken there; reading it says so in words."""
    filled(store, 2)
    with store.writing_alone() as connection:
        connection.exec_driver_sql("UPDATE audit SET happened = 'yesterday' WHERE number = 2")
    assert audit.verify(store) == 2
    with pytest.raises(StoreError, match="entry 2 of the audit log cannot be read"):
        audit.entries(store)


def test_several_write_at_once(address: str, store: Store) -> None:
    """Each over connections of its own: every deed is there once, and the chain holds."""

    def write(who: int) -> None:
        with open_store(address) as own:
            for number in range(5):
                audit.append(own, deed(f"{who} {number}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    found = audit.entries(store)
    assert sorted(str(entry.deed.note) for entry in found) == sorted(f"{a} {b}" for a in range(4) for b in range(5))
    assert audit.verify(store) is None


fields = st.none() | st.text(max_size=8)


@given(one=st.tuples(st.text(max_size=5), fields, fields), other=st.tuples(st.text(max_size=5), fields, fields))
def test_no_two_deeds_have_one_chain(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """However their fields are divided, nothing and an empty text included."""
    first, second = (
        chained("", 1, Deed(happened=NOW, who=who, act="x", issue=None, digest=digest, note=note))
        for who, digest, note in (one, other)
    )
    assert (first == second) == (one == other)


def test_the_log_of_a_publication_is_shown(publication: Path) -> None:
    """Of one issue or of all, and where it is broken."""
    with at_home(publication) as app:
        sign(app, "mei", note="Read twice")
        sign(app, "daniel")
        with open_store(app.database) as store:
            audit.append(store, deed(issue=None))
        log = read_audit(app, COMING)
        assert [entry.number for entry in log.entries] == [1, 2]
        assert log.broken is None
        assert log.last == read_audit(app).entries[-1]
        database = sqlite3.connect(app.root / "var" / "newsletter.db")
        database.execute("UPDATE audit SET who = 'nobody' WHERE number = 2")
        database.commit()
        database.close()
        assert read_audit(app).broken == 2


def test_a_clone_has_no_log(app: App) -> None:
    """It is told where the log is; none is begun."""
    with pytest.raises(NotAtHome, match="the audit log is kept where the database is"):
        read_audit(app)
    assert not (app.root / "var").exists()
