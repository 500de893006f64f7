"""The kitchen sink: one issue with every kind of section, some of them twice, in a copy of the sample."""

from __future__ import annotations

import shutil
from pathlib import Path

from newsletter.actions.app import read_issue
from newsletter.actions.build_issue import build_issue
from newsletter.assemble.edition import assemble
from newsletter.model.edition import Edition
from newsletter.model.issue import IssueId
from newsletter.model.kinds import KINDS
from newsletter.publication.folder import issue_folder
from tests.conftest import ISSUE, ROOT, opened

SINK = ROOT / "tests" / "kitchen_sink" / "issue"
GOLDEN = ROOT / "tests" / "golden"
GOLDEN_FILES = ("email.html", "email.txt", "page.html", "email.eml")


def coming() -> IssueId:
    issue = IssueId.parse(ISSUE)
    assert issue is not None
    return issue


def fill_sink(publication: Path) -> Path:
    """Puts the kitchen sink in the place of the sample's coming issue; the issue's folder."""
    folder = issue_folder(publication, coming())
    shutil.rmtree(folder)
    shutil.copytree(SINK, folder)
    schedule = publication / "schedule.yaml"
    text = schedule.read_text("utf-8")
    start, end = text.index("\nsections:") + 1, text.index("# The week.")
    sections = "".join(f"  - kind: {kind}\n" for kind in KINDS)
    schedule.write_text(f"{text[:start]}sections:\n{sections}\n{text[end:]}", "utf-8")
    return folder


def keep_sections(folder: Path, names: list[str]) -> None:
    """Leaves only these blurbs in the issue, in schedule.yaml's order."""
    for path in folder.glob("*.md"):
        if path.stem not in (*names, "issue"):
            path.unlink()
    matter = (folder / "issue.md").read_text("utf-8")
    start, end = matter.index("sections:"), matter.index("\n---\n")
    (folder / "issue.md").write_text(matter[:start] + matter[end + 1 :], "utf-8")


def edition_of(publication: Path) -> Edition:
    app = opened(publication)
    desk = read_issue(app, coming())
    return assemble(desk.draft, desk.publication, desk.frame, app.templates)


def build_sink(publication: Path, out: Path) -> None:
    """Writes what the golden files hold."""
    fill_sink(publication)
    build_issue(opened(publication), coming(), out)
