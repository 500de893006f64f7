"""One installation sends. A copy of it, a restored backup and a moved folder send nothing until somebody claims."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from newsletter.actions.app import App
from newsletter.actions.ask_confirmation import ask_confirmation
from newsletter.actions.claim import claim, look_at_claim
from newsletter.actions.home import home_store
from newsletter.actions.installation import (
    NotThisInstallation,
    here,
    machine_id,
    may_send,
    without_password,
)
from newsletter.actions.read_audit import read_audit
from newsletter.actions.send_notices import send_notices
from newsletter.actions.sign_up import sign_up
from newsletter.actions.test_issue import test_issue as send_test
from newsletter.cli.claim import command
from newsletter.store import installation
from tests.approving import COMING, at_home
from tests.conftest import ROOT, opened

OURS, THEIRS = "4f0f1d6e", "99aa01c2"  # machines


@pytest.fixture
def home(publication: Path) -> Iterator[App]:
    with at_home(publication) as app:
        yield app


@pytest.fixture
def copy(home: App, tmp_path: Path) -> App:
    """Folder and database, copied while somebody waits for a mail; the original sends it."""
    ask(home, "ana@example.org")
    send_notices(home)
    ask(home, "ben@example.org")
    return opened(Path(shutil.copytree(home.root, tmp_path / "copy")))


def ask(app: App, address: str) -> None:
    assert ask_confirmation(app, sign_up(app, address, page="https://focus.example.org/subscribe", words="Send it."))


def outbox(app: App) -> int:
    return len(list((app.root / "var" / "outbox" / "new").glob("*")))


def holder(app: App) -> str | None:
    with home_store(app, "") as store:
        found = installation.holder(store)
    return found.identity if found else None


def test_the_first_that_sends_claims_by_itself(home: App) -> None:
    """With a line in the audit log; nobody has to know of it before there is a copy."""
    assert holder(home) is None
    ask(home, "ana@example.org")
    assert holder(home) is None
    send_notices(home)
    assert holder(home) == here(home).identity
    [entry] = read_audit(home).entries
    assert (entry.deed.act, entry.deed.who) == ("claim", "newsletter")
    assert str(home.root) in (entry.deed.note or "")
    send_notices(home)
    assert len(read_audit(home).entries) == 1


def test_a_copied_folder_and_database_sends_nothing_until_it_claims(home: App, copy: App) -> None:
    """Neither notices nor test mails. Once it has claimed, it sends what waits."""
    before = outbox(copy)
    with pytest.raises(NotThisInstallation):
        send_notices(copy)
    with pytest.raises(NotThisInstallation):
        send_test(copy, COMING, ["mei@example.org"], "mei", login="ada")
    assert outbox(copy) == before
    assert len(read_audit(copy).entries) == 1
    claim(copy, "daniel", login="ada")
    assert [one.address for one in send_notices(copy).tried] == ["ben@example.org"]
    assert outbox(copy) == before + 1
    assert send_notices(home).tried


def test_who_may_not_send_is_told_who_may_and_what_to_do(home: App, copy: App) -> None:
    """Machine, folder, since when, and what a claim means."""
    with pytest.raises(NotThisInstallation) as refused:
        send_notices(copy)
    words = str(refused.value)
    assert f"{socket.gethostname()}, folder {home.root}" in words
    assert f"this is {socket.gethostname()}, folder {copy.root}" in words
    assert "2026-11-25 13:00 UTC" in words
    assert "`newsletter claim`" in words
    assert "both would write to the same readers" in words


def test_of_two_that_share_a_database_the_one_that_claimed_last_sends(home: App) -> None:
    """The same folder on another machine, as with a network drive: a claim here takes it away there."""
    with home_store(home, "") as store:
        may_send(home, store, machine=OURS)
        may_send(home, store, machine=OURS)
        with pytest.raises(NotThisInstallation):
            may_send(home, store, machine=THEIRS)
        claim(home, "daniel", login="ada", machine=THEIRS)
        may_send(home, store, machine=THEIRS)
        with pytest.raises(NotThisInstallation, match=r"as daniel \(login ada\) said"):
            may_send(home, store, machine=OURS)


def test_a_claim_is_kept_for_ever_and_a_second_one_changes_nothing(home: App) -> None:
    """Who, from where, instead of whom."""
    claim(home, "mei", login="ada", machine=OURS)
    before = claim(home, "daniel", login="ben", machine=THEIRS)
    assert before.holder
    assert before.holder.who == "mei (login ada)"
    assert claim(home, "priya", login="cleo", machine=THEIRS).ours
    deeds = [entry.deed for entry in read_audit(home).entries]
    assert [(deed.act, deed.who) for deed in deeds] == [("claim", "mei (login ada)"), ("claim", "daniel (login ben)")]


def test_looking_claims_nothing(home: App) -> None:
    """It tells who sends, if any."""
    assert look_at_claim(home).holder is None
    assert holder(home) is None
    assert not look_at_claim(home).ours


def test_another_machine_folder_or_database_is_another_installation(
    home: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed password is the same one."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://weekly:old@db.example.org/weekly")
    own = here(home, OURS).identity
    assert here(home, THEIRS).identity != own
    moved = opened(Path(shutil.copytree(home.root, tmp_path / "moved")))
    assert here(moved, OURS).identity != own
    monkeypatch.setenv("DATABASE_URL", "postgresql://weekly:n%40w@db.example.org/weekly")
    assert here(home, OURS).identity == own
    monkeypatch.setenv("DATABASE_URL", "postgresql://weekly:old@db.example.org/restored")
    assert here(home, OURS).identity != own


def test_a_folder_reached_by_another_path_is_the_same_installation(home: App, tmp_path: Path) -> None:
    """Symbolic links are followed."""
    link = tmp_path / "link"
    link.symlink_to(home.root)
    assert here(opened(link), OURS) == here(home, OURS)


@pytest.mark.parametrize(
    ("address", "without"),
    [
        ("postgresql://weekly:se:c@ret@db.example.org:5432/w", "postgresql://weekly@db.example.org:5432/w"),
        ("postgresql://weekly@db.example.org/w", "postgresql://weekly@db.example.org/w"),
        ("postgresql://db.example.org/w?user=a&password=b", "postgresql://db.example.org/w?user=a"),
        ("postgresql:///w?host=%2Frun%2Fpg", "postgresql:///w?host=%2Frun%2Fpg"),
        ("sqlite:////srv/weekly/var/newsletter.db", "sqlite:////srv/weekly/var/newsletter.db"),
    ],
)
def test_no_password_is_part_of_an_identity(address: str, without: str) -> None:
    """Wherever it stands in the address of the database."""
    assert without_password(address) == without


def test_the_machine_is_told_by_something_that_does_not_change() -> None:
    """The same in every process of it, and nothing that lies in a publication's folder."""
    script = "from newsletter.actions.installation import machine_id; print(machine_id())"
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert told.strip() == machine_id()
    assert machine_id()


def run(app: App, *words: str, answer: str = "") -> Result:
    return CliRunner().invoke(command, words, input=answer, obj=str(app.root), standalone_mode=False)


def test_claim_tells_what_the_other_one_is_and_asks(home: App, copy: App) -> None:
    """No answer, no claim; with yes it is ours, and a second time there is nothing to do."""
    refused = run(copy, "--as", "daniel", answer="n\n")
    assert refused.return_value == 1
    assert f"folder {home.root}, since 2026-11-25 13:00 UTC, as newsletter said" in refused.stderr
    assert holder(copy) == here(home).identity
    done = run(copy, "--as", "daniel", answer="y\n")
    assert (done.return_value, holder(copy)) == (0, here(copy).identity)
    assert done.stdout == f"This publication is sent from here now: {here(copy).words}.\n"
    again = run(copy, "--yes")
    assert (again.return_value, again.stderr) == (0, "")
    assert "already" in again.stdout
