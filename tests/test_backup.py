"""Backups: one file of one moment, whole or not at all, that anybody can open and nobody else can read."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import resource
import signal
import stat
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from newsletter.actions.app import App, open_app
from newsletter.actions.back_up import back_up, back_up_before
from newsletter.actions.backups import backup_folder, copy_leavers, kept_backups, leavers_copy, newest_backup
from newsletter.actions.home import NotAtHome
from newsletter.actions.jobs import JobContext, body
from newsletter.actions.readers import leavers_path
from newsletter.actions.unsubscribe_reader import suppress_reader
from newsletter.model.backup import BadBackup
from newsletter.model.job import Job, Occasion, RunState
from newsletter.model.subscriber import Reason
from newsletter.publication import bundle
from newsletter.store import schema
from newsletter.store.columns import METADATA
from newsletter.store.dumping import LEFT_OUT, PART, snapshot
from newsletter.store.engine import Store, open_as_it_is, open_store
from newsletter.store.errors import AlreadyHeld, StoreError
from newsletter.store.locks import hold
from tests.approving import COMING
from tests.commands import run
from tests.conftest import ROOT, SOAK
from tests.postgres import KINDS, empty_database, fresh_database

NOW = datetime(2026, 11, 23, 4, 40, tzinfo=UTC)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fresh_database(request.param, tmp_path) as address, open_store(address) as opened:
        yield opened


_MANY = """
    WITH RECURSIVE counted(at) AS (SELECT 1 UNION ALL SELECT at + 1 FROM counted WHERE at < ?)
    INSERT INTO happenings (mark, number, at, act, who, note)
    SELECT randomblob(16), at, '2026-11-23T04:40:00.000000+00:00', 'asked', 'a test', hex(randomblob(100)) FROM counted
"""


def members(path: Path) -> dict[str, bytes]:
    """What the file holds, read as anybody would."""
    with tarfile.open(path, "r:gz") as tar:
        return {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def later(app: App, **by: float) -> App:
    return open_app(app.root, clock=lambda: NOW + timedelta(**by))


# What is in it


def test_a_backup_is_a_tar_file_that_lists_what_is_in_it(sender: App) -> None:
    """Its name says when it was made; each digest is that of the file; each line of a table is JSON."""
    done = back_up(later(sender))
    assert done.path == sender.root / "var" / "backups" / "publication-2026-11-23T0440Z.newsletter.tar.gz"
    held = members(done.path)
    told = json.loads(held.pop("manifest.json"))
    assert {one["name"]: one["digest"] for one in told["members"]} == {
        name: hashlib.sha256(data).hexdigest() for name, data in held.items()
    }
    header, *rows = held["tables/subscribers.0001.jsonl"].splitlines()
    addresses = {dict(zip(json.loads(header), json.loads(row), strict=True))["address"] for row in rows}
    assert "ana@example.org" in addresses
    assert len(addresses) == told["members"][_at(told, "subscribers")]["rows"] == 12
    assert done.manifest.counts["approvals"] == 1
    assert done.octets == done.path.stat().st_size


def _at(told: dict[str, list[dict[str, str]]], table: str) -> int:
    return next(at for at, one in enumerate(told["members"]) if one["name"].startswith(f"tables/{table}."))


def test_all_that_cannot_be_made_again_is_in_it_and_no_secret_of_env(sender: App) -> None:
    """Files, keys, the log of leavers, a team's own script with its mode; neither public/, .env, git nor a backup."""
    root = sender.root
    (root / ".env").write_text("SMTP_PASSWORD=wolpertinger\nCOLOUR=blue\n", "utf-8")
    (root / "deploy.sh").write_text("#!/bin/sh\n", "utf-8")
    (root / "deploy.sh").chmod(0o755)
    for name in (".git/HEAD", "public/index.html", "var/dkim/w2026.pem", "var/outbox/new/1", "venv/pyvenv.cfg"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("-", "utf-8")
    (root / "content" / "elsewhere").symlink_to(root / "seeds")
    leavers_path(sender).write_text("", "utf-8")
    back_up(later(sender, minutes=-1), root / "mine.newsletter.tar.gz")
    done = back_up(later(sender))
    assert done.path
    files = set(done.manifest.files)
    assert {"schedule.yaml", "seeds/sources.yaml", ".gitignore", "deploy.sh"} < files
    assert {"var/keys", "var/leavers.log", "var/dkim/w2026.pem"} < files
    assert f"content/issues/{COMING}/issue.md" in files
    assert not [name for name in files if name.startswith((".env", ".git/", "public", "venv", "var/outbox"))]
    assert not [name for name in files if "newsletter.db" in name or name.endswith(".tar.gz")]
    assert (done.manifest.secrets, done.manifest.left_out) == (("SMTP_PASSWORD",), ("content/elsewhere",))
    assert b"wolpertinger" not in b"".join(members(done.path).values())
    with tarfile.open(done.path) as tar:
        assert tar.getmember("files/deploy.sh").mode == 0o755


def test_only_its_owner_can_read_it(sender: App) -> None:
    """It holds every reader and the keys."""
    done = back_up(later(sender))
    assert done.path
    copy_leavers(sender)
    assert {stat.S_IMODE(path.stat().st_mode) for path in backup_folder(sender).iterdir()} == {0o600}


def test_a_table_of_any_size_goes_through_in_parts(store: Store) -> None:
    """No part is larger than a limit and one row, so that memory does not grow with the readers."""
    blob = bytes(range(256)) * 4_000
    rows = [{"digest": f"{at:064}", "issue": str(COMING), "stored": NOW, "data": blob} for at in range(12)]
    with store.writing() as connection:
        connection.execute(insert(schema.editions), rows)
    with snapshot(store) as moment:
        parts = [part for part in moment.parts() if part.table == "editions"]
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert len(parts) > 3
    assert sum(part.rows for part in parts) == 12
    assert max(len(part.data) for part in parts) < PART + 2 * len(blob)


def test_all_tables_are_of_one_moment_whatever_is_written_meanwhile(store: Store) -> None:
    """A transaction that is committed after the first table was read shows in none of them, and nobody waits."""
    answer = {"issue": str(COMING), "asked": "?", "at": NOW, "name": "Ana", "text": "-", "words": "-", "state": "new"}
    with snapshot(store) as moment:
        parts = moment.parts()
        first = next(parts)
        with store.writing() as connection:
            connection.execute(insert(schema.answers), answer | {"number": 1})
            connection.execute(insert(schema.days), {"day": "2026-11-23", "handed": 1})
        rest = list(parts)
    assert first.table not in ("answers", "days")
    assert {part.table: part.rows for part in rest if part.table in ("answers", "days")} == {"answers": 0, "days": 0}
    with snapshot(store) as moment:
        assert {part.table: part.rows for part in moment.parts()}["answers"] == 1


def test_tables_of_other_programs_in_the_same_database_are_left_alone(store: Store) -> None:
    """They are not ours to copy."""
    with store.writing() as connection:
        connection.execute(text("CREATE TABLE someone_elses (id integer)"))
    try:
        with snapshot(store) as moment:
            assert {part.table for part in moment.parts()} == set(METADATA.tables) - LEFT_OUT
    finally:
        with store.writing() as connection:
            connection.execute(text("DROP TABLE someone_elses"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_without_tables_is_told_in_words(kind: str, tmp_path: Path) -> None:
    """Nothing is made of it, and no tables in it."""
    with empty_database(kind, tmp_path) as address:
        (tmp_path / "var").mkdir()
        with open_as_it_is(address) as store, pytest.raises(StoreError, match="no tables yet"), snapshot(store):
            pass


def test_a_clone_without_its_database_has_nothing_to_back_up(app: App) -> None:
    """An empty backup would be taken for a good one."""
    with pytest.raises(NotAtHome, match="backups are made where the database is"):
        back_up(app)
    assert not backup_folder(app).exists()


def test_a_backup_goes_to_a_pipe_as_well(sender: App) -> None:
    """Only the file on standard output, the words beside it."""
    command = [sys.executable, "-m", "newsletter", "-C", str(sender.root), "backup", "--out", "-"]
    done = subprocess.run(command, capture_output=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)})
    with tarfile.open(fileobj=io.BytesIO(done.stdout), mode="r:gz") as tar:
        assert "manifest.json" in tar.getnames()
    assert b"12 readers among them" in done.stderr
    assert not backup_folder(sender).exists()


# Whole or not at all


def test_a_full_disk_leaves_no_half_file(sender: App) -> None:
    """It is told in words, and the backups there are stay."""
    kept = back_up(later(sender)).path
    room = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "newsletter", "-C", str(sender.root), "backup"]

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    done = subprocess.run(command, capture_output=True, text=True, env=room, preexec_fn=little, check=False)
    assert done.returncode == 1, done.stderr
    assert "File too large; free space" in done.stderr
    assert "Traceback" not in done.stderr
    assert kept
    assert names_in(backup_folder(sender)) == [kept.name]


def test_a_killed_backup_leaves_nothing_that_looks_like_one(sender: App) -> None:
    """What it has left is hidden, and taken away by the next."""
    folder = backup_folder(sender)
    folder.mkdir(parents=True)
    half = folder / ".publication-2026-11-22T0440Z.newsletter.tar.gz.x1y2.part"
    half.write_bytes(b"half")
    other = folder / ".another-2026-11-22T0440Z.newsletter.tar.gz.x1y2.part"
    other.write_bytes(b"half")
    assert kept_backups(sender) == ()
    done = back_up(later(sender))
    assert done.path
    assert names_in(folder) == [other.name, done.path.name]


def test_one_backup_is_made_at_a_time(sender: App) -> None:
    """Two would fight for the disk; who comes second is told by whom."""
    with (
        open_store(sender.database) as store,
        hold(store, "backup", sender.root, NOW),
        pytest.raises(AlreadyHeld, match="backup is running already, by process"),
    ):
        back_up(sender)


@pytest.mark.parametrize("keep", [0.02, 0.5, 0.99])
def test_a_backup_that_was_cut_off_is_refused(sender: App, tmp_path: Path, keep: float) -> None:
    """At any place, in words."""
    path = _made(sender, tmp_path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    with pytest.raises(BadBackup, match=r"cut off or damaged.* nothing was changed"):
        bundle.verified(path)


@pytest.mark.parametrize("change", ["a row", "a file gone", "a file more", "no list", "a path that climbs out"])
def test_a_backup_that_was_changed_is_refused(sender: App, tmp_path: Path, change: str) -> None:
    """Each digest is held against the list, and the list against what is there."""
    path = _made(sender, tmp_path)
    held = members(path)
    match change:
        case "a row":
            held["tables/subscribers.0001.jsonl"] = held["tables/subscribers.0001.jsonl"].replace(b"ana@", b"eve@")
        case "a file gone":
            held.pop("files/schedule.yaml")
        case "a file more":
            held["files/content/more.md"] = b"-"
        case "no list":
            held.pop("manifest.json")
        case _:
            held["files/../../evil"] = b"-"
            told = json.loads(held["manifest.json"])
            evil = {"name": "files/../../evil", "octets": 1, "digest": hashlib.sha256(b"-").hexdigest(), "rows": None}
            held["manifest.json"] = json.dumps(told | {"members": [*told["members"], evil]}).encode()
    with tarfile.open(path, "w:gz") as tar:
        for name, data in held.items():
            about = tarfile.TarInfo(name)
            about.size = len(data)
            tar.addfile(about, io.BytesIO(data))
    with pytest.raises(BadBackup):
        bundle.verified(path)


def test_something_else_is_no_backup(tmp_path: Path) -> None:
    """A text, an empty file, any other archive: each is told in words."""
    path = tmp_path / "any"
    for data in (b"", b"hello", gzip.compress(b"hello")):
        path.write_bytes(data)
        with pytest.raises(BadBackup, match="is cut off"):
            bundle.verified(path)


def _made(app: App, tmp_path: Path) -> Path:
    path = tmp_path / "one.newsletter.tar.gz"
    back_up(later(app), path)
    bundle.verified(path)
    return path


# Which are kept


def test_the_newest_are_kept_and_those_of_an_upgrade_stay(sender: App) -> None:
    """As many as schedule.yaml says; a file of another name is nobody's to take away."""
    schedule = sender.root / "schedule.yaml"
    schedule.write_text(schedule.read_text("utf-8") + "\nbackup: { folder: safe, keep: 2 }\n", "utf-8")
    before = back_up_before(later(sender), "0008").path
    (sender.root / "safe" / "mine.newsletter.tar.gz").write_bytes(b"-")
    for day in range(1, 5):
        done = back_up(later(sender, days=day))
    assert [path.name for path in done.removed] == ["publication-2026-11-25T0440Z.newsletter.tar.gz"]
    assert [one.made for one in kept_backups(sender)] == [NOW + timedelta(days=3), NOW + timedelta(days=4)]
    assert newest_backup(sender) == kept_backups(sender)[-1]
    assert before
    assert before.name == "publication-2026-11-23T0440Z-before-0008.newsletter.tar.gz"
    assert before.exists()
    assert (sender.root / "safe" / "mine.newsletter.tar.gz").exists()
    assert not [name for name in done.manifest.files if name.startswith("safe")]


def test_schedule_yaml_with_a_mistake_in_it_stops_no_backup(sender: App) -> None:
    """It goes where backups usually go."""
    (sender.root / "schedule.yaml").write_text("name: [", "utf-8")
    done = back_up(later(sender))
    assert done.path
    assert done.path.parent == sender.root / "var" / "backups"


def test_who_leaves_is_copied_beside_the_backups(sender: App) -> None:
    """Once for each change, and only where there is a folder of backups: another disk may be away."""
    app = later(sender)
    assert not copy_leavers(app)
    assert not backup_folder(app).exists()
    back_up(app)
    suppress_reader(app, "ana@example.org", Reason.OPT_OUT, who="mei")
    assert copy_leavers(app)
    assert not copy_leavers(app)
    assert leavers_copy(app).read_bytes() == leavers_path(app).read_bytes() != b""
    suppress_reader(app, "wei@example.com", Reason.COMPLAINT, who="mei")
    assert copy_leavers(app)
    assert leavers_copy(app).read_bytes() == leavers_path(app).read_bytes()


def test_the_job_makes_one_and_says_so(sender: App) -> None:
    """Where it lies and how large it is."""
    app = later(sender)
    context = JobContext(who="clock", login="tests", stop=_Never(), wait=lambda _: None, tell=lambda _: None)
    done = body(Job.BACKUP)(app, Occasion(job=Job.BACKUP, key="2026-11-23 04:40 UTC", due=NOW), context)
    newest = newest_backup(app)
    assert newest
    assert done.state is RunState.DONE
    assert done.words.startswith(str(newest.path))


class _Never:
    def is_set(self) -> bool:
        return False


def test_the_command_says_what_is_in_it_and_what_is_not(sender: App) -> None:
    """How many readers and files, and which secrets are to be kept elsewhere."""
    (sender.root / ".env").write_text("SMTP_PASSWORD=wolpertinger\n", "utf-8")
    done = run("-C", str(sender.root), "backup")
    assert done.returncode == 0, done.stderr
    assert "12 readers among them, and" in done.stdout
    assert "Not in it, keep them elsewhere: SMTP_PASSWORD." in done.stdout


@pytest.mark.soak
def test_memory_stays_flat_whatever_is_backed_up(sender: App) -> None:
    """Rows of a hundred megabytes and more take no more of it than the program and a part."""
    with open_store(sender.database) as store, store.writing() as connection:
        connection.exec_driver_sql(_MANY, (500_000 if SOAK else 20_000,))
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from newsletter.actions.app import open_app\n"
        "from newsletter.actions.back_up import back_up\n"
        "back_up(open_app(Path(sys.argv[1])))\n"
        "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])\n"
    )
    command = [sys.executable, "-c", script, str(sender.root)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert int(done.stdout) < 120_000  # kilobytes, with the libraries
