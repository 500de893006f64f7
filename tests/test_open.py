"""Open: the next issue's folder can be looked at from the first day, and its comments are true."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from newsletter.actions.app import coming_issue
from newsletter.actions.build_issue import build_issue
from newsletter.actions.check_files import check_files
from newsletter.actions.open_issue import open_issue
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.publication.folder import issue_ids
from tests.commands import run
from tests.conftest import ISSUE, opened


def test_the_next_issue_follows_the_calendar(publication: Path) -> None:
    """The next date that is not skipped, the next number, the same week for all."""
    app = opened(publication)
    made = open_issue(app)
    issue, week, folder = made.issue, made.week, made.folder
    assert (issue, folder.name) == (IssueId(date(2026, 12, 4)), "2026-12-04")
    assert week.next_issue == date(2026, 12, 11)
    text = (folder / "issue.md").read_text("utf-8")
    assert re.search(r"^number: 129 ", text, re.MULTILINE)
    assert re.search(r"^date: 2026-12-04 ", text, re.MULTILINE)
    assert open_issue(app).issue == IssueId(date(2026, 12, 11))
    assert open_issue(app).issue == IssueId(date(2026, 12, 18))
    assert open_issue(app).issue == IssueId(date(2027, 1, 8))


def test_a_new_issue_has_no_mistakes_and_can_be_built(publication: Path, tmp_path: Path) -> None:
    """What is not begun is left out, and named when it is required."""
    app = opened(publication)
    issue = open_issue(app).issue
    assert check_files(app).mistakes == ()
    built = build_issue(app, issue, tmp_path / "out")
    assert [blurb.kind for blurb in built.desk.draft.blurbs] == ["opening"]
    waiting = [trouble for trouble in built.troubles if "not there yet" in trouble]
    assert [name for name in ("number", "read-more", "question") if f"'{name}'" in " ".join(waiting)] == [
        "number",
        "read-more",
        "question",
    ]
    assert len(waiting) == 3


def test_every_comment_shows_a_value_that_would_be_taken(publication: Path, tmp_path: Path) -> None:
    """Write each example behind its key, take groups out of their comments: only references to nothing are told."""
    app = opened(publication)
    made = open_issue(app)
    issue, folder = made.issue, made.folder
    for path in sorted(folder.glob("*.md")):
        lines = path.read_text("utf-8").split("\n")
        for at, line in enumerate(lines):
            example = re.match(r"# .*, such as: (.*)$", line)
            if example and lines[at + 1].endswith(":"):
                quoted = example[1] if example[1].startswith(("[", "{")) else "'" + example[1].replace("'", "''") + "'"
                lines[at + 1] += f" {quoted}"
            elif line.startswith("#  "):
                lines[at] = line[1:]
        path.write_text("\n".join(lines), "utf-8")
    shutil.copytree(folder.parent / ISSUE / "images", folder / "images", dirs_exist_ok=True)
    for name in {one for path in folder.glob("*.md") for one in re.findall(r'file: "(.*?)"', path.read_text("utf-8"))}:
        shutil.copyfile(next((folder.parent / ISSUE / "images").iterdir()), folder / "images" / name)
    kinds = {"items.yaml", "people.yaml"}
    mistakes = [one for one in check_files(app).mistakes if not any(name in one.what + one.todo for name in kinds)]
    assert mistakes == []
    assert issue in issue_ids(publication)


def test_an_issue_is_opened_once(publication: Path) -> None:
    """Nothing of the one that is there is changed."""
    app = opened(publication)
    before = (publication / "content" / "issues" / ISSUE / "issue.md").read_bytes()
    with pytest.raises(ConfigError, match="is there already"):
        open_issue(app, coming_issue(publication))
    assert (publication / "content" / "issues" / ISSUE / "issue.md").read_bytes() == before


@pytest.mark.parametrize("name", ["2026-12-25", "2026-12-03", "2026-12-04-summit"])
def test_an_issue_the_calendar_does_not_know_is_refused(publication: Path, name: str) -> None:
    """A skipped week, another weekday, an extra issue that is not declared; the way out is told."""
    issue = IssueId.parse(name)
    assert issue is not None
    with pytest.raises(ConfigError, match="extra:"):
        open_issue(opened(publication), issue)
    assert not (publication / "content" / "issues" / name).exists()


def test_the_command_says_when_what_is_due(publication: Path) -> None:
    """In both cities."""
    done = run("-C", str(publication), "open")
    assert done.returncode == 0
    assert "send        Fri 4 Dec 21:00 Hong Kong = Fri 4 Dec 08:00 New York" in done.stdout
