"""Status: how far an issue has come, and whom it waits for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from newsletter.actions.app import App
from newsletter.actions.approve_issue import approve_issue
from newsletter.actions.check_issue import blocking
from newsletter.actions.issue_status import issue_status
from newsletter.model.issue import IssueId
from newsletter.publication.folder import issue_folder
from tests.checking import issue_with
from tests.commands import run
from tests.conftest import ISSUE

COMING = IssueId(date.fromisoformat(ISSUE))


def test_each_section_has_its_owner_words_and_findings(app: App) -> None:
    """In the order of the mail; what nobody has written yet stands there too."""
    status = issue_status(app, COMING)
    lines = [(one.length.planned.name, one.owner, one.length.words > 0) for one in status.sections]
    assert lines[:3] == [
        ("opening", "Mei Okafor", True),
        ("catchup", "Daniel Achterberg", True),
        ("quote", "Priya Lindqvist", True),
    ]
    assert lines[-1] == ("note", None, False)
    assert status.waits_for == ()  # no approval is known in a clone, and nothing blocks


def test_who_blocks_is_named(app: App) -> None:
    """A placeholder in somebody's section, and a required one that is missing."""
    folder = issue_folder(app.root, COMING)
    (folder / "question.md").unlink()
    text = (folder / "video.md").read_text("utf-8")
    issue_with(app.root, {"video.md": f"{text}\nTODO a sentence on the river.\n"})
    waits = dict(issue_status(app, COMING).waits_for)
    assert waits["Mei Okafor"] in ("video: 1 finding that blocks", "question is not written")
    assert {what for _, what in issue_status(app, COMING).waits_for} == {
        "video: 1 finding that blocks",
        "question is not written",
    }


def test_an_issue_waits_for_its_approval_and_then_for_its_time(home: App) -> None:
    """At home; the words say who can give it."""
    waits = issue_status(home, COMING).waits_for
    assert waits == (("approval", "one signature, of Mei Okafor or Daniel Achterberg"),)
    digest = issue_status(home, COMING).checked.edition.digest
    approve_issue(home, COMING, "mei", login="mei", expected=digest, refuse=blocking)
    assert issue_status(home, COMING).waits_for == ()


def test_the_command_shows_both_cities_and_the_time_left(publication: Path) -> None:
    """And of an issue that went out, that it did."""
    done = run("-C", str(publication), "status", ISSUE)
    assert done.returncode == 0
    assert "Fri 27 Nov 21:00 Hong Kong = Fri 27 Nov 08:00 New York" in done.stdout
    assert "Daniel Achterberg" in done.stdout
    assert "It has been sent." in run("-C", str(publication), "status", "2026-11-20").stdout


def test_who_changes_an_approved_issue_is_told_first(home: App) -> None:
    """`check --fix`, `attach` and `move` name those who signed; a script goes on."""
    digest = issue_status(home, COMING).checked.edition.digest
    approve_issue(home, COMING, "mei", login="mei", expected=digest, refuse=blocking)
    done = run("-C", str(home.root), "move", ISSUE, "2026-12-04")
    assert done.returncode == 0
    assert "mei approved 2026-11-27; a change that readers would see voids that." in done.stderr
