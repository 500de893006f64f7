"""What is done to files and noted in the audit log: both or neither, with the signatures that it voids."""

from __future__ import annotations

import getpass
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from newsletter.actions import edit_names, edit_people
from newsletter.actions.add_source import add_source
from newsletter.actions.app import App
from newsletter.actions.check_issue import check_issue
from newsletter.actions.edit_list import carry_out
from newsletter.actions.exchange_sources import import_sources
from newsletter.actions.fix_issue import fix_issue
from newsletter.actions.move_issue import move_issue
from newsletter.actions.open_issue import open_issue
from newsletter.actions.read_audit import read_audit
from newsletter.model.audit import Deed
from newsletter.model.issue import IssueId
from newsletter.model.source import RightsPolicy, Source, SourceKind
from newsletter.store.errors import StoreError
from tests.approving import COMING, edit, in_issue, sign
from tests.commands import run

LATER = IssueId(date(2026, 12, 11))
NEXT = IssueId(date(2026, 12, 4))
MEI = "mei (signed in)"
OPML = '<opml version="2.0"><head/><body><outline type="rss" text="Wire" xmlUrl="https://wire.example.com/f"/></body></opml>'


def moved(app: App) -> None:
    move_issue(app, COMING, LATER, by=MEI)


def opened(app: App) -> None:
    open_issue(app, NEXT, by=MEI)


def fixed(app: App) -> None:
    checked = check_issue(app, COMING, ("typing",))
    fix_issue(app, COMING, checked.report.findings, checked.desk.draft.files, by=MEI)


def added(app: App) -> None:
    new = Source(
        id="new", name="New", kind=SourceKind.FEED, url="https://new.example.com/f", rights=RightsPolicy.OURS,
        language="en",
    )  # fmt: skip
    add_source(app, new, by=MEI)


def imported(app: App) -> None:
    import_sources(app, OPML.encode(), "wire.opml", by=MEI)


def credited(app: App) -> None:
    card = edit_people.look_at_person(app, "lin-yue")
    changed = {**card.values, "role": "dean", "city": ""}
    carry_out(app, edit_people.plan_person_changed(app, "lin-yue", card.base, changed), "mei")


def named(app: App) -> None:
    carry_out(app, edit_names.plan_name(app, {"name": "Baku", "variants": "Bakou"}), "mei")


DEEDS: dict[str, tuple[Callable[[App], None], IssueId | None, str]] = {  # what is done, about which issue, the note
    "move": (moved, LATER, "it was the issue of 2026-11-27"),
    "open": (opened, NEXT, "No. 129"),
    "fix": (fixed, COMING, "issue.md: put right the space"),
    "add source": (added, None, "new"),
    "import sources": (imported, None, "wire"),
    "change person": (credited, None, "lin-yue: role, city"),
    "add name": (named, None, "Baku"),
}


@pytest.fixture
def written(home: App) -> App:
    """The sample's home, with two spaces where one is enough."""
    edit(in_issue(home.root, "issue.md"), "two trade teams", "two  trade teams")
    return home


@pytest.mark.parametrize("act", DEEDS)
def test_a_deed_and_its_line_are_there_together_or_not_at_all(written: App, act: str) -> None:
    """While the log takes nothing, every file stays as it is; then both are there, once."""
    does, issue, note = DEEDS[act]
    before = files(written.root)
    with closing(sqlite3.connect(written.root / "var" / "newsletter.db")) as other:
        other.executescript("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
        with pytest.raises(StoreError):
            does(written)
        assert files(written.root) == before
        other.executescript("DROP TRIGGER full")
    does(written)
    assert files(written.root) != before
    (told,) = deeds(written)
    assert (told.who, told.act, told.issue, told.note) == (MEI, act, issue, note)


@pytest.mark.parametrize(
    ("act", "why"),
    [
        ("move", "moved to 2026-12-11"),
        ("fix", "issue.md was changed"),
        ("change person", "people.yaml was changed"),
        ("add name", None),
    ],
)
def test_signatures_that_hold_no_longer_are_told(written: App, act: str, why: str | None) -> None:
    """By their names, under the issue that they stood on; and nothing where they hold still."""
    sign(written, "mei")
    DEEDS[act][0](written)
    told = [(one.who, one.issue, one.note) for one in deeds(written) if one.act == "voids"]
    assert told == ([(MEI, COMING, f"Mei Okafor: {why}")] if why else [])


def test_commands_name_who_was_said_and_from_which_login(home: App, tmp_path: Path) -> None:
    """As all lines of the command line do."""
    opml = tmp_path / "wire.opml"
    opml.write_text(OPML, "utf-8")
    for words in (
        ("sources", "import", str(opml), "--as", "daniel"),
        ("open", "2026-12-04", "--as", "priya"),
        ("move", str(COMING), str(LATER), "--as", "mei"),
    ):
        run("-C", str(home.root), *words)
    login = getpass.getuser()
    assert [(one.who, one.act) for one in deeds(home)] == [
        (f"daniel (login {login})", "import sources"),
        (f"priya (login {login})", "open"),
        (f"mei (login {login})", "move"),
    ]
    assert "gave it another date" in run("-C", str(home.root), "audit").stdout


def test_away_from_home_there_is_no_log(app: App) -> None:
    """The files are changed all the same, and no database is made."""
    moved(app)
    added(app)
    assert not app.is_home


def deeds(app: App) -> list[Deed]:
    return [entry.deed for entry in read_audit(app).entries]


def files(root: Path) -> dict[Path, bytes]:
    """Everything that people write."""
    folders = (root / "content", root / "seeds")
    return {path: path.read_bytes() for one in folders for path in one.rglob("*") if path.is_file()}
