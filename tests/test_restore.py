"""Restore: all of it is back, nothing is sent from it, and nobody gets anything twice or after having left."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from newsletter.actions.app import App, open_app
from newsletter.actions.ask_confirmation import ask_confirmation
from newsletter.actions.back_up import back_up
from newsletter.actions.backups import copy_leavers
from newsletter.actions.claim import claim
from newsletter.actions.installation import NotThisInstallation
from newsletter.actions.mailing_of import NotNow
from newsletter.actions.read_audit import read_audit
from newsletter.actions.readers import leavers_path, readers_store
from newsletter.actions.resolve_unknown import resolve_unknown
from newsletter.actions.restore import Restored, restore
from newsletter.actions.send_issue import Missed
from newsletter.actions.send_notices import send_notices
from newsletter.actions.show_receipt import people_of, show_receipt
from newsletter.actions.sign_up import sign_up
from newsletter.actions.unsubscribe_reader import suppress_reader
from newsletter.actions.way_out import read_schedule
from newsletter.model.backup import BadBackup
from newsletter.model.errors import ConfigError
from newsletter.model.mailing import DeliveryState, MailingState
from newsletter.model.subscriber import Reason
from newsletter.publication.sent import sent_digests
from newsletter.store import planning, schema
from newsletter.store.columns import METADATA
from newsletter.store.dumping import LEFT_OUT, Part, snapshot
from newsletter.store.engine import Store, file_url, open_as_it_is, open_store, step_of
from newsletter.store.errors import StoreError
from newsletter.store.loading import NotEmpty, loading
from newsletter.store.schema import HEAD
from newsletter.store.upgrade import migrate
from tests.approving import COMING
from tests.commands import run
from tests.conftest import SOAK
from tests.older import step_back
from tests.postgres import KINDS, empty_database, fresh_database
from tests.sending import COUNT, at, due_of, meanwhile, over_smtp, resume, send, sums, when_due
from tests.smtpserver import Gate, SmtpServer, usual

ACCEPTED, UNKNOWN, SUPPRESSED = DeliveryState.ACCEPTED, DeliveryState.UNKNOWN, DeliveryState.SUPPRESSED
NOW = datetime(2026, 11, 23, 4, 40, tzinfo=UTC)
SETTLED = {"installation", "audit"}  # tables that a restore writes to, whatever was open
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


@pytest.fixture
def empty_postgresql(tmp_path: Path) -> Iterator[str]:
    with empty_database("postgresql", tmp_path) as address:
        yield address


def backed_up(app: App, tmp_path: Path) -> Path:
    """A backup in a place of its own, as on another machine."""
    path = tmp_path / "safe" / "publication.newsletter.tar.gz"
    back_up(app, path)
    return path


def put_back(app: App, path: Path, target: Path, address: str | None = None, *logs: Path) -> tuple[App, Restored]:
    """The publication, restored an hour later by the clock of the other one."""
    later = app.clock() + timedelta(hours=1)
    environment = {} if address is None else {"DATABASE_URL": address}
    done = restore(
        path,
        target,
        "daniel",
        login="tests",
        clock=lambda: later,
        environment=environment,
        logs=logs,
        into_database=address is not None,
    )
    return at(open_app(target), later), done


def read(part: Part) -> list[dict[str, Any]]:
    header, *lines = map(json.loads, part.data.splitlines())
    return [dict(zip(header, line, strict=True)) for line in lines]


def rows_of(store: Store) -> Rows:
    found: Rows = {}
    with snapshot(store) as moment:
        for part in moment.parts():
            found.setdefault(part.table, []).extend(read(part))
    return found


def rows_at(address: str) -> Rows:
    with open_store(address) as store:
        return rows_of(store)


# All of it is back


def test_everything_is_back_but_the_right_to_send(sender: App, tmp_path: Path) -> None:
    """Files byte for byte with their times, every row, the keys for their owner alone; the log says what was done."""
    (sender.root / "deploy.sh").write_text("#!/bin/sh\n", "utf-8")
    (sender.root / "deploy.sh").chmod(0o775)
    before = rows_at(sender.database)
    app, done = put_back(sender, backed_up(sender, tmp_path), tmp_path / "back")
    after = rows_at(app.database)
    assert {table: rows for table, rows in after.items() if table not in SETTLED} == {
        table: rows for table, rows in before.items() if table not in SETTLED
    }
    for name in done.manifest.files:
        assert (app.root / name).read_bytes() == (sender.root / name).read_bytes(), name
    assert (app.root / "deploy.sh").stat().st_mode & 0o777 == 0o755
    assert (app.root / "var" / "keys").stat().st_mode & 0o777 == 0o600
    times = [int((root / "schedule.yaml").stat().st_mtime) for root in (app.root, sender.root)]
    assert times[0] == times[1]
    audit = read_audit(app)
    assert audit.broken is None
    last = audit.entries[-1].deed
    assert (last.act, last.who) == ("restore", "daniel (login tests)")
    assert str(sender.root) in (last.note or "")


@pytest.mark.parametrize("target", KINDS)
@pytest.mark.parametrize("source", KINDS)
def test_odd_values_come_back_as_they_were(source: str, target: str, tmp_path: Path) -> None:
    """Between databases of either kind: NUL, half of a pair, octets, nothing at all, line ends, the largest numbers."""
    odd = ["", "\0", "\ud800", "\x01{}", "a\r\nb\u2028c\x85d", "漢字 👩‍🚀", "'\"\\", '{"base64": "AA=="}']
    with ExitStack() as stack:
        folders = [tmp_path / "one", tmp_path / "two"]
        for folder in folders:
            folder.mkdir()
        address = stack.enter_context(fresh_database(source, folders[0]))
        empty = stack.enter_context(empty_database(target, folders[1]))
        (folders[1] / "var").mkdir(exist_ok=True)
        with open_store(address) as store:
            _write(store, odd, [b"", b"\0\xff\n", bytes(range(256))])
            before = rows_of(store)
            with open_as_it_is(empty) as other:
                _copy(store, other)
        assert rows_at(empty) == before
        with open_store(empty) as other, other.reading() as connection:
            texts = connection.execute(schema.answers.select().order_by(schema.answers.c.number)).all()
            blobs = connection.execute(schema.returned.select().order_by(schema.returned.c.number)).all()
    assert [row.text for row in texts] == odd
    assert [row.raw for row in blobs] == [b"", b"\0\xff\n", bytes(range(256)), None]


@settings(max_examples=200 if SOAK else 5)
@given(
    st.lists(st.text(st.characters(exclude_categories=())), max_size=20), st.lists(st.binary(max_size=300), max_size=5)
)
def test_any_text_and_any_octets_come_back(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], blobs: list[bytes]
) -> None:
    """What was written is read again, whatever it is."""
    folder = tmp_path_factory.mktemp("any")
    with fresh_database("sqlite", folder) as address, open_store(address) as store:
        _write(store, texts, blobs)
        with open_as_it_is(file_url(folder / "other.db")) as other:
            _copy(store, other)
            assert rows_of(other) == rows_of(store)
    shutil.rmtree(folder)


def _write(store: Store, texts: list[str], blobs: list[bytes]) -> None:
    answer = {"issue": str(COMING), "asked": "?", "at": NOW, "words": "-", "state": "new"}
    answers = [answer | {"number": at, "name": text, "text": text, "place": None} for at, text in enumerate(texts, 1)]
    mail = {"taken": NOW, "part": 0, "nature": "hard", "said": "", "how": "dsn"}
    returned = [
        mail | {"number": at, "digest": f"{at}", "raw": blob, "mailing": 2**31 - 1}
        for at, blob in enumerate([*blobs, None], 1)
    ]
    with store.writing() as connection:
        if answers:
            connection.execute(insert(schema.answers), answers)
        connection.execute(insert(schema.returned), returned)


def _copy(source: Store, target: Store) -> None:
    with snapshot(source) as moment, loading(target, moment.step, lambda _: None) as opened:
        for part in moment.parts():
            assert opened.take(part.table, part.data) == part.rows


def test_a_publication_moves_between_databases_of_either_kind(
    sender: App, tmp_path: Path, empty_postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From a file to PostgreSQL, and from there back into a file: what was never changed is the same."""
    before = rows_at(sender.database)
    _, done = put_back(sender, backed_up(sender, tmp_path), tmp_path / "first", empty_postgresql)
    assert not (tmp_path / "first" / "var" / "newsletter.db").exists()
    monkeypatch.setenv("DATABASE_URL", empty_postgresql)
    first = at(open_app(tmp_path / "first"), sender.clock())
    path = tmp_path / "again.newsletter.tar.gz"
    assert back_up(first, path).manifest.kind == "postgresql"
    monkeypatch.delenv("DATABASE_URL")
    second, _ = put_back(sender, path, tmp_path / "second")
    after = rows_at(second.database)
    for table in METADATA.tables.keys() - SETTLED - LEFT_OUT:
        assert after[table] == before[table], table
    assert done.manifest.kind == "sqlite"


# Nothing is sent, nobody gets it twice


def in_the_middle(app: App, server: SmtpServer, tmp_path: Path) -> Path:
    """A backup that is made while the fourth mail is handed over; the other one sends all of them."""
    over_smtp(app, server.port)
    gate = Gate()
    server.at("DOT", usual(gate=gate), after=3, times=1)
    with meanwhile(app) as came:
        gate.wait()
        path = backed_up(app, tmp_path)
        gate.open()
    assert not isinstance(came[0], BaseException)
    assert sums(came[0].receipt) == {ACCEPTED: COUNT}
    return path


@pytest.mark.parametrize(("kind", "accept"), [("sqlite", False), ("postgresql", True)])
def test_a_backup_from_the_middle_of_a_mailing_sends_nothing_to_anybody_twice(
    sender: App,
    server: SmtpServer,
    tmp_path: Path,
    kind: str,
    accept: bool,
    empty_postgresql: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Restored, it sends nothing until it is claimed; then every copy that had no answer waits for a person's word.
    What that person sends again is the very same mail, which a mailbox that has it shows once."""
    path = in_the_middle(sender, server, tmp_path)
    address = empty_postgresql if kind == "postgresql" else None
    app, done = put_back(sender, path, tmp_path / "back", address)
    if address:
        monkeypatch.setenv("DATABASE_URL", address)
    assert [issue for issue, _ in done.put_back.unknown] == [COMING]
    with pytest.raises(NotThisInstallation, match="was put back from the backup of 2026-11-27 13:00 UTC"):
        send(app)
    claim(app, "daniel", login="tests")
    with pytest.raises(NotNow, match="waits for a decision on copies that may have arrived"):
        send(app)
    counts = sums(show_receipt(app, COMING).receipt)
    assert counts.keys() == {ACCEPTED, UNKNOWN}
    assert counts[ACCEPTED] <= 3
    assert done.put_back.unknown == ((COMING, counts[UNKNOWN]),)
    with people_of(app, read_schedule(app), COMING, (UNKNOWN,)) as people:
        answer = next(people).delivery.answer
    assert answer
    assert "may have left since then" in answer.said
    decided, receipt = resolve_unknown(app, COMING, "daniel", login="tests", accept=accept)
    assert decided == counts[UNKNOWN]
    if accept:
        assert receipt.mailing.state is MailingState.SENT
        assert len(server.messages) == len({one.recipients for one in server.messages}) == COUNT
    else:
        assert resume(app).receipt.mailing.state is MailingState.SENT
        first = {one.recipients: one.content for one in server.messages[:COUNT]}
        again = {one.recipients: one.content for one in server.messages[COUNT:]}
        assert len(again) == decided
        assert again.items() <= first.items()


def test_a_mailing_that_had_not_begun_waits_for_a_word(sender: App, tmp_path: Path) -> None:
    """Planned ahead at the backup, it may have gone out since: it is missed, and sent only when somebody says so."""
    early = at(sender, due_of(sender) - timedelta(hours=3))
    assert send(early).early
    app, done = put_back(early, backed_up(early, tmp_path), tmp_path / "back")
    assert done.put_back.missed == (COMING,)
    claim(app, "daniel", login="tests")
    due = when_due(app)
    with pytest.raises(Missed, match="it had not begun in the backup of 2026-11-27 10:00 UTC"):
        send(due)
    assert sent_digests(app.root, COMING) == ()
    assert sums(send(due, at_once=True).receipt) == {ACCEPTED: COUNT}


def test_an_issue_that_was_due_between_backup_and_claim_waits_for_a_word(sender: App, tmp_path: Path) -> None:
    """Nothing of it was planned at the backup; the other one may have sent it. One that is due later goes out."""
    night = at(sender, due_of(sender) - timedelta(minutes=50))
    path = backed_up(night, tmp_path)
    app, _ = put_back(night, path, tmp_path / "late")
    claim(app, "daniel", login="tests")
    with pytest.raises(Missed, match=r"between the backup of 2026-11-27 12:10 UTC .* may have gone out elsewhere"):
        send(app)
    night = at(sender, due_of(sender) - timedelta(minutes=70))
    in_time, _ = put_back(night, path, tmp_path / "in-time")
    claim(in_time, "daniel", login="tests")
    assert sums(send(when_due(in_time)).receipt) == {ACCEPTED: COUNT}


def test_mails_of_our_own_that_waited_are_given_up(sender: App, tmp_path: Path) -> None:
    """The other one has sent them, most likely; who got none asks again."""
    asked = sign_up(sender, "new@example.org", page="https://focus.example.org/subscribe", words="Send it.")
    assert ask_confirmation(sender, asked)
    app, done = put_back(sender, backed_up(sender, tmp_path), tmp_path / "back")
    assert done.put_back.notices == 1
    claim(app, "daniel", login="tests")
    assert send_notices(app).tried == ()


def test_even_the_very_same_place_has_to_claim(sender: App, tmp_path: Path) -> None:
    """The same machine, folder and database as before the disk was lost. What is sent is sent."""
    send(sender)
    path = backed_up(sender, tmp_path)
    sender.root.rename(tmp_path / "lost")
    app, _ = put_back(sender, path, sender.root)
    with pytest.raises(NotThisInstallation, match="until somebody says"):
        send(app)
    assert not claim(app, "daniel", login="tests").ours
    send(app)  # makes the page again, and writes to nobody
    assert sums(show_receipt(app, COMING).receipt) == {ACCEPTED: COUNT}
    assert not (app.root / "var" / "outbox").exists()


# Whoever has left has left


def wanting(app: App) -> int:
    with readers_store(app) as (store, _):
        return planning.audience(store, app.clock()).writable


@pytest.mark.parametrize("where", ["named", "beside", "in the old folder"])
def test_the_backup_of_last_week_and_the_log_write_to_none_of_this_weeks_leavers(
    sender: App, tmp_path: Path, where: str
) -> None:
    """The log may be named, lie beside the backup as its copy does, or be found where it was on the same machine."""
    week_ago = at(sender, due_of(sender) - timedelta(days=7))
    back_up(week_ago)
    suppress_reader(week_ago, "ana@example.org", Reason.OPT_OUT, who="mei")
    suppress_reader(week_ago, "wei@example.com", Reason.COMPLAINT, who="mei")
    assert copy_leavers(week_ago)
    folder, logs = tmp_path / "safe", list[Path]()
    match where:
        case "beside":
            shutil.copytree(sender.root / "var" / "backups", folder)
            sender.root.rename(tmp_path / "lost")
        case "named":
            folder.mkdir()
            shutil.copy(next((sender.root / "var" / "backups").glob("*.tar.gz")), folder)
            logs = [Path(shutil.copy(leavers_path(sender), tmp_path / "any.log"))]
            sender.root.rename(tmp_path / "lost")
        case _:
            folder.mkdir()
            shutil.copy(next((sender.root / "var" / "backups").glob("*.tar.gz")), folder)
    app, done = put_back(week_ago, next(folder.glob("*.tar.gz")), tmp_path / "back", None, *logs)
    assert len(done.logs) == 1
    assert done.replayed.added == 2
    assert wanting(app) == COUNT - 2
    claim(app, "daniel", login="tests")
    sent = send(when_due(app))
    assert sums(sent.receipt) == {ACCEPTED: COUNT - 2}
    letters = "".join(path.read_text("utf-8") for path in (app.root / "var" / "outbox" / "new").iterdir())
    assert "ana@example.org" not in letters
    assert "wei@example.com" not in letters
    assert len(leavers_path(app).read_text("ascii").splitlines()) == 2


def test_two_logs_that_went_apart_are_read_both(sender: App, tmp_path: Path) -> None:
    """As after a restore that was never claimed: every line of each counts once, in the order of the times."""
    path = backed_up(sender, tmp_path)
    here, there = (tmp_path / name for name in ("here.log", "there.log"))
    for address, log in (("ana@example.org", here), ("wei@example.com", there)):
        suppress_reader(sender, address, Reason.OPT_OUT, who="mei")
        leavers_path(sender).rename(log)
    app, done = put_back(sender, path, tmp_path / "back", None, here, there, here)
    assert (done.replayed.lines, done.replayed.added) == (2, 2)
    assert wanting(app) == COUNT - 2


def test_without_a_newer_log_it_is_said_aloud_where_it_would_lie(sender: App, tmp_path: Path) -> None:
    """On standard error, with what to do, before anybody claims."""
    path = backed_up(sender, tmp_path)
    sender.root.rename(tmp_path / "lost")
    done = run("restore", str(path), str(tmp_path / "back"), "--as", "daniel")
    assert done.returncode == 0, done.stderr
    assert "WARNING: nobody knows who has left since" in done.stderr
    assert str(sender.root / "var" / "leavers.log") in done.stderr
    assert str(sender.root / "var" / "backups" / "publication.leavers.log") in done.stderr
    assert f"newsletter -C {tmp_path / 'back'} claim" in done.stdout
    claimed = run("-C", str(tmp_path / "back"), "claim", "--yes", "--as", "daniel")
    assert claimed.returncode == 0, claimed.stderr
    assert "This publication was put back from the backup of" in claimed.stderr
    assert "Make sure that the other one is stopped" in claimed.stderr


# Refused, with everything as it was


def test_a_folder_in_use_is_refused(sender: App, tmp_path: Path) -> None:
    """Nothing in it is touched."""
    path = backed_up(sender, tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "poem.txt").write_text("-", "utf-8")
    with pytest.raises(ConfigError, match="is there already and not empty"):
        put_back(sender, path, tmp_path / "mine")
    assert [one.name for one in (tmp_path / "mine").iterdir()] == ["poem.txt"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_in_use_is_refused_and_an_unused_one_taken(sender: App, tmp_path: Path, kind: str) -> None:
    """Rows of anybody are never mixed; tables that somebody has only looked at are no rows."""
    path, folder = backed_up(sender, tmp_path), tmp_path / "base"
    folder.mkdir()
    with fresh_database(kind, folder) as address:
        with open_store(address) as store, store.writing() as connection:
            connection.execute(insert(schema.days), {"day": "2026-11-23", "handed": 1})
        with pytest.raises(NotEmpty, match="its table 'days' has rows, and nothing was changed"):
            put_back(sender, path, tmp_path / "back", address)
        assert not (tmp_path / "back").exists()
        with open_store(address) as store, store.writing() as connection:
            connection.execute(schema.days.delete())
        put_back(sender, path, tmp_path / "back", address)
        assert len(rows_at(address)["subscribers"]) == COUNT


@pytest.mark.parametrize(
    ("environment", "into_database", "words"),
    [
        ({"DATABASE_URL": "postgresql://ana:wolpertinger@host/one"}, False, "say --database to restore into it"),
        ({}, True, "set it to an empty database"),
    ],
)
def test_it_is_never_a_guess_which_database_is_meant(
    tmp_path: Path, environment: dict[str, str], into_database: bool, words: str
) -> None:
    """One that is set and not asked for, or asked for and not set, is told before anything is read."""
    with pytest.raises(ConfigError, match=words) as refused:
        restore(
            tmp_path / "no-such",
            tmp_path / "back",
            "daniel",
            login="tests",
            clock=lambda: NOW,
            environment=environment,
            into_database=into_database,
        )
    assert "wolpertinger" not in str(refused.value)


def test_a_damaged_backup_puts_nothing_back(sender: App, tmp_path: Path) -> None:
    """It is read to its end before anything is made."""
    path = backed_up(sender, tmp_path)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(BadBackup):
        put_back(sender, path, tmp_path / "back")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["publication", "safe"]


def test_rows_that_do_not_fit_put_nothing_back(tmp_path: Path) -> None:
    """A table that this step does not have, a line that is none: the database is as empty as before."""
    with open_as_it_is(file_url(tmp_path / "some.db")) as store:
        for table, data in (("no_such", b"[]\n"), ("days", b'["day"]\n{'), ("days", b'["day","handed"]\n["x"]\n')):
            with pytest.raises(StoreError), loading(store, HEAD, lambda _: None) as opened:
                opened.take(table, data)
            assert step_of(store) is None


# From an older version


def test_a_backup_of_an_older_step_is_upgraded_on_the_way(sender: App, tmp_path: Path) -> None:
    """The tables are made as they were, filled, and brought to today's in the same transaction."""
    with open_as_it_is(sender.database) as store, store.writing_alone() as connection:
        step_back(connection, "0006")
    path = backed_up(sender, tmp_path)
    app, done = put_back(sender, path, tmp_path / "back")
    assert done.manifest.step == "0006"
    assert "runs" not in done.manifest.counts
    with open_store(app.database) as store:
        assert step_of(store) == HEAD
    assert wanting(app) == COUNT


def test_every_table_there_ever_was_is_one_we_know(tmp_path: Path) -> None:
    """Tables are copied by their names in today's schema; one that a migration drops has to be named there still."""
    from sqlalchemy import inspect

    steps = [f"{number:04}" for number in range(1, int(HEAD) + 1)]
    with open_as_it_is(file_url(tmp_path / "old.db")) as store:
        for step in steps:
            with store.writing_alone() as connection:
                migrate(connection, step)
                assert set(inspect(connection).get_table_names()) - {"alembic_version"} <= METADATA.tables.keys()
