"""`newsletter subscribers`: what people type and see."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from newsletter.actions.app import App
from newsletter.actions.list_subscribers import list_subscribers
from newsletter.cli.subscribers import command
from newsletter.store.engine import open_store

LIST = """Email;Name;Tags;Subscribed;Town
ana@example.org;Ana Rivera;press;2024-03-05 12:00:00;Lima
mei@example.org;Mei;;;Hong Kong
bad@@example.org;Nobody;;;
ANA@example.org;Ana again;;;
"""


@pytest.fixture
def home(app: App) -> App:
    """A publication with a database, and nobody in it."""
    open_store(app.database).close()
    return app


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "readers.csv"
    path.write_text(LIST, "utf-8")
    return path


def run(app: App, *words: object, typed: str = "") -> Result:
    done = CliRunner().invoke(
        command, [str(word) for word in words], obj=str(app.root), input=typed, standalone_mode=False
    )
    if done.exception is not None:
        raise done.exception
    return done


def status(done: Result) -> object:
    return done.return_value


def test_an_import_shows_what_it_would_change_and_asks(home: App, table: Path) -> None:
    """Said no, nothing is changed; the bad rows stand beside the file all the same."""
    done = run(home, "import", table, typed="our fair\nn\n")
    assert status(done) == 1
    shown = re.sub(r" +", " ", done.stdout)
    assert "Email from 'Email', Name from 'Name', Tags from 'Tags', Subscribed from 'Subscribed'" in shown
    assert "left aside: Town" in shown
    assert "2 new readers" in shown
    assert "1 bad rows" in shown
    assert "1 rows that repeat the address of another" in shown
    assert "On which ground may these people be written to?: our fair\nBring them in? [y/N]: n" in done.stderr
    assert list_subscribers(home, 9).listed == ()
    rejected = (table.parent / "readers.rejected.csv").read_text("utf-8-sig").splitlines()
    assert rejected[0] == "Line,Reason,Email,Name,Tags,Subscribed,Town"
    assert [line.split(",")[0] for line in rejected[1:]] == ["4", "5"]
    assert "line 2 has the same address" in rejected[2]


def test_an_agreed_import_is_brought_in_with_its_ground(home: App, table: Path) -> None:
    """And the same file again changes nothing, and says that it was here before."""
    done = run(home, "import", table, "--as", "mei", typed="signed up at our fair\ny\n")
    assert status(done) == 0
    assert "Import 1: 2 readers new, 0 readers got facts." in done.stdout
    shown = run(home, "show", "Ana@Example.org").stdout
    assert re.search(r"came with +import 1 of readers.csv on \S+, by mei: signed up at our fair", shown)
    assert re.search(r"asked +2024-03-05 12:00 UTC", shown)
    again = run(home, "import", table, "--yes", "--basis", "the same")
    assert "exactly this file came in before, as import 1" in again.stdout
    assert "There is nothing to bring in." in again.stdout


def test_the_table_of_bad_rows_goes_when_there_are_none(home: App, table: Path) -> None:
    """It would speak of another run."""
    run(home, "import", table, "--yes", "--basis", "fair")
    table.write_text("Email\nana@example.org\n", "utf-8")
    run(home, "import", table, "--yes", "--basis", "fair")
    assert sorted(path.name for path in table.parent.glob("*.csv")) == ["readers.csv"]


def test_an_import_without_a_question_wants_its_ground(home: App, table: Path) -> None:
    """Nobody is there to say it."""
    done = CliRunner().invoke(command, ["import", str(table), "--yes"], obj=str(home.root))
    assert done.exit_code == 2
    assert "--yes wants --basis" in done.stderr


def test_who_was_unsubscribed_by_hand_stays_out(home: App, table: Path) -> None:
    """Somebody asked by mail; the old table still has them."""
    assert "Nothing is kept about" not in run(home, "leave", "mei@example.org", "--note", "her mail").stdout
    done = run(home, "import", table, "--yes", "--basis", "fair")
    assert re.search(r"1 +kept out: opt-out", done.stdout)
    assert "1 reader new" in done.stdout
    assert run(home, "leave", "mei@example.org").stdout.startswith("mei@example.org had left before")
    told = run(home, "why", "mei@example.org").stdout
    assert told.startswith("mei@example.org does not get the next issue: they unsubscribed on ")


def test_who_was_erased_leaves_no_word_and_stays_out(home: App, table: Path) -> None:
    """`erase` asks before; afterwards nothing is kept but that the address is not written to."""
    run(home, "import", table, "--yes", "--basis", "fair")
    assert status(run(home, "erase", "ana@example.org", typed="n\n")) == 1
    assert "Everything about it is gone" in run(home, "erase", "ana@example.org", "--yes").stdout
    shown = run(home, "show", "ana@example.org").stdout
    assert "Ana Rivera" not in shown
    assert re.search(r"not written to +erased", shown)
    assert re.search(r"1 +kept out: erased", run(home, "import", table, "--yes", "--basis", "fair").stdout)


def test_readers_are_listed_and_counted(home: App, table: Path) -> None:
    """All, or those with a tag or in a state, and never more than asked for."""
    run(home, "import", table, "--yes", "--basis", "fair")
    listed = run(home, "list").stdout
    assert "ana@example.org" in listed
    assert "mei@example.org" in listed
    assert "0 unconfirmed, 2 confirmed, 0 paused, 0 unsubscribed." in listed
    assert "mei@example.org" not in run(home, "list", "--tag", "press").stdout
    assert "@example.org" not in run(home, "list", "--state", "paused").stdout
    assert "There are more" in run(home, "list", "--limit", "1").stdout


def test_an_export_is_printed_or_written_and_comes_back(home: App, table: Path) -> None:
    """The file begins with the mark that tells a spreadsheet that it is UTF-8."""
    run(home, "import", table, "--yes", "--basis", "fair")
    printed = run(home, "export").stdout
    out = table.parent / "out.csv"
    assert "2 readers in" in run(home, "export", "--out", out).stdout
    assert out.read_bytes().decode("utf-8-sig").replace("\r\n", "\n") == printed.replace("\r\n", "\n")
    assert "2  are there and stay as they are" in run(home, "import", out, "--yes", "--basis", "back").stdout


def test_nothing_is_known_of_a_stranger(home: App) -> None:
    """Told, and not as done."""
    done = run(home, "show", "ana@example.org")
    assert status(done) == 1
    assert "Nothing is kept about ana@example.org." in done.stderr
    assert "it is not the address of a reader" in run(home, "why", "ana@example.org").stdout
