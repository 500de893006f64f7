"""Upgrade: an older database is changed when somebody says so, after a backup, whole or not at all."""

from __future__ import annotations

import multiprocessing
import os
import signal
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text

from newsletter.actions.app import App, open_app
from newsletter.actions.home import NotAtHome
from newsletter.actions.restore import restore
from newsletter.actions.upgrade_store import upgrade
from newsletter.model.errors import ConfigError
from newsletter.publication import bundle
from newsletter.store.engine import open_as_it_is, open_store, step_of, upgrade_store
from newsletter.store.errors import AlreadyHeld
from newsletter.store.locks import hold
from newsletter.store.schema import HEAD
from newsletter.store.upgrade import OlderDatabase, migrate
from tests.commands import run
from tests.conftest import SOAK, opened
from tests.postgres import KINDS, empty_database
from tests.smtpserver import LIMIT

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.test_upgrade"])
OLD = "0003"
KILLS = 50 if SOAK else 5
SOURCES = 4_000 if SOAK else 400  # rows that a killed upgrade must not lose


def older(app: App, step: str = OLD, rows: int = 3) -> App:
    """The same publication with a database as an older version of the program has left it."""
    (app.root / "var").mkdir(exist_ok=True)
    with open_as_it_is(app.database) as store, store.writing_alone() as connection:
        migrate(connection, step)
        many = [{"name": f"source-{number}"} for number in range(rows)]
        connection.execute(text("INSERT INTO sources (source, failures) VALUES (:name, 0)"), many)
    return app


def stands(app: App) -> tuple[str | None, int]:
    """The step, and how many sources are known."""
    with open_as_it_is(app.database) as store, store.reading() as connection:
        return step_of(store), connection.scalar(text("SELECT count(*) FROM sources")) or 0


def backups(app: App) -> list[Path]:
    return sorted((app.root / "var" / "backups").glob("*.tar.gz"))


@pytest.mark.parametrize("kind", KINDS)
def test_an_older_database_is_refused_in_words_and_left_as_it_is(kind: str, tmp_path: Path) -> None:
    """Which step it is of, and what to do."""
    (tmp_path / "var").mkdir()
    with empty_database(kind, tmp_path) as address:
        with open_as_it_is(address) as store, store.writing_alone() as connection:
            migrate(connection, OLD)
        with pytest.raises(OlderDatabase, match=r"\(step 0003, this one needs \d+\); run `newsletter upgrade`"):
            open_store(address)
        with closing(open_as_it_is(address)) as store:
            assert step_of(store) == OLD
        upgrade_store(address)
        upgrade_store(address)
        with open_store(address) as store:
            assert step_of(store) == HEAD


def test_every_command_refuses_it_until_it_is_upgraded(app: App) -> None:
    """Then it goes on with what was there."""
    older(app)
    refused = run("-C", str(app.root), "inbox")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "run `newsletter upgrade`, which makes a backup first" in refused.stderr
    assert stands(app) == (OLD, 3)
    done = run("-C", str(app.root), "upgrade")
    assert done.returncode == 0, done.stderr
    [backup] = backups(app)
    assert done.stdout == (
        f"The backup from before is {backup}; it stays until you take it away.\n"
        f"The database was brought from step {OLD} to step {HEAD}.\n"
    )
    assert run("-C", str(app.root), "inbox").returncode == 0
    again = run("-C", str(app.root), "upgrade")
    assert again.stdout.startswith("There is nothing to upgrade")
    assert backups(app) == [backup]


def test_the_backup_is_of_before(app: App, tmp_path: Path) -> None:
    """It has the old step and its rows, and can be put back."""
    done = upgrade(older(app))
    assert (done.before, done.after) == (OLD, HEAD)
    assert done.backup
    assert done.backup.path
    assert bundle.verified(done.backup.path).step == OLD
    restore(done.backup.path, tmp_path / "back", "daniel", login="tests", clock=app.clock, environment=dict[str, str]())
    assert stands(open_app(tmp_path / "back", app.clock)) == (HEAD, 3)


def test_where_the_backup_cannot_be_made_nothing_is_upgraded(app: App) -> None:
    """A file stands where the folder of backups would be made."""
    older(app)
    (app.root / "var" / "backups").write_text("-", "utf-8")
    with pytest.raises(OSError, match="exists"):
        upgrade(app)
    assert stands(app) == (OLD, 3)


@pytest.mark.parametrize("lock", ["clock", "sending", "gather"])
def test_nothing_is_upgraded_under_a_program_that_runs(app: App, lock: str) -> None:
    """It is told which, and is to be stopped first."""
    older(app)
    with (
        open_as_it_is(app.database) as store,
        hold(store, lock, app.root, app.clock()),
        pytest.raises(AlreadyHeld, match=f"{lock} is running already"),
    ):
        upgrade(app)
    assert stands(app) == (OLD, 3)
    assert backups(app) == []


def test_a_new_publication_needs_no_upgrade(app: App) -> None:
    """Its tables are made when they are first needed; a clone without a database is told to go home."""
    with pytest.raises(NotAtHome, match="the database is upgraded where the database is"):
        upgrade(app)
    (app.root / "var").mkdir(exist_ok=True)
    open_store(app.database).close()
    assert upgrade(app).backup is None


def test_a_database_of_a_newer_program_is_not_touched(app: App) -> None:
    """Nothing is known of its tables."""
    older(app, HEAD)
    with open_store(app.database) as store, store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    with pytest.raises(ConfigError, match="newer version of the program"):
        upgrade(app)
    assert stands(app)[0] == "0999"


def upgrade_until_killed(pipe: Connection, root: Path, statements: int) -> None:
    """In a process of its own: ends as by kill -9 behind so many statements, of the backup or of a migration."""
    left = iter(range(statements))

    @event.listens_for(Engine, "after_cursor_execute")
    def executed(*_told: object) -> None:
        if next(left, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    upgrade(opened(root))
    pipe.send(statements - sum(1 for _ in left))


def upgraded_until_killed(app: App, statements: int) -> int | None:
    """How many statements it has taken; None: it was killed."""
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=upgrade_until_killed, args=(theirs, app.root, statements), daemon=True)
    process.start()
    theirs.close()
    process.join(LIMIT)
    took: int | None = ours.recv() if process.exitcode == 0 else None
    assert process.exitcode == (0 if took is not None else -signal.SIGKILL)
    ours.close()
    return took


def test_an_upgrade_killed_anywhere_has_not_happened(app: App) -> None:
    """Each time the database opens at its old step, with every row; at last it is upgraded after all."""
    older(app, rows=SOURCES)
    kept = (app.root / "var" / "newsletter.db").read_bytes()
    took = upgraded_until_killed(app, 1_000_000)
    assert took
    for kill in range(KILLS):
        for path in (app.root / "var").glob("newsletter.db*"):
            path.unlink()
        (app.root / "var" / "newsletter.db").write_bytes(kept)
        assert upgraded_until_killed(app, took * kill // KILLS) is None
        assert stands(app) == (OLD, SOURCES)
    assert upgrade(app).after == HEAD
    assert stands(app) == (HEAD, SOURCES)
    assert all(bundle.verified(path).counts["sources"] == SOURCES for path in backups(app))
    assert backups(app) == sorted((app.root / "var" / "backups").iterdir())  # no half of one is left
