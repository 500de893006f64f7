"""Links that stood in an earlier issue: read from the issues' own files, whatever state they are in."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from newsletter.actions.app import App, read_publication
from newsletter.actions.past_links import past_links
from newsletter.check.used_before import CHECK
from newsletter.model.evidence import PastLink
from newsletter.model.issue import IssueId, IssueNumber
from newsletter.publication.folder import Folder, issue_ids
from tests.checking import inspected, issue_with
from tests.conftest import ISSUE, opened
from tests.slips import TOP, found, looked_at

COMING = IssueId(date.fromisoformat(ISSUE))


def links_before(app: App, issue: IssueId = COMING) -> tuple[PastLink, ...]:
    return past_links(app, read_publication(app, Folder(app.root)), issue)


def past(url: str, title: str = "") -> PastLink:
    return PastLink(url=url, issue="2026-11-20", number=IssueNumber(127), date=date(2026, 11, 20), title=title)


def test_no_issue_of_the_sample_links_to_what_was_linked_before(pristine: Path) -> None:
    """Each held against all before it."""
    app = opened(pristine)
    for issue in issue_ids(pristine):
        assert found(CHECK, inspected(app, issue=str(issue), past=links_before(app, issue))) == []


def test_a_link_used_before_is_told_with_number_and_date(publication: Path) -> None:
    """In a field as in a text, once for each section, and however the address is written."""
    earlier = (past("https://example.com/quay", "The Quay"), past("https://example.com/map"))
    files = {
        "beyond-1.md": "---\ntitle: Quay\nurl: http://www.example.com/quay/?utm_source=x\noutlet: The Wire\n---\nSo.\n",
        "note.md": f"{TOP}[A](https://example.com/map), [b](https://example.com/map#b), [c](https://example.com/c).\n",
    }
    told = found(CHECK, looked_at(publication, files, past=earlier))
    assert [(one.section, one.spot.line, one.words, one.what) for one in told] == [
        (
            "beyond-1",
            3,
            "http://www.example.com/quay/?utm_source=x",
            "http://www.example.com/quay/?utm_source=x stood in issue 127 of 2026-11-20, as “The Quay”",
        ),
        ("note", 4, "https://example.com/map", "https://example.com/map stood in issue 127 of 2026-11-20"),
    ]


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://focus.example.org", False),
        ("https://focus.example.org/subscribe", False),
        ("https://focus.example.org/essays/drought-2", True),
        ("https://example.com/subscribe", True),
    ],
)
def test_standing_pages_of_our_own_may_come_again(publication: Path, url: str, told: bool) -> None:
    """The home page and what lies right below it; our pieces are pieces."""
    files = {"note.md": f"{TOP}See [this]({url}).\n"}
    assert bool(found(CHECK, looked_at(publication, files, past=[past(url)]), "note")) is told


def test_a_correction_may_link_to_what_it_corrects(publication: Path) -> None:
    """It has to."""
    correction = '---\nissue: "2026-11-20"\nwrong: A.\nright: B.\n---\nSee [the film](https://example.com/film).\n'
    issue = looked_at(publication, {"correction.md": correction}, past=[past("https://example.com/film")])
    assert found(CHECK, issue) == []


def test_links_of_earlier_issues_are_read_from_their_files(app: App) -> None:
    """Those of fields and of texts, canonical, with their words; the newest issue first."""
    issue_with(app.root, {"note.md": f"{TOP}> - See *[the **map**](http://www.example.com/map/)*.\n"}, "2026-11-20")
    found_links = links_before(app)
    assert [one.issue for one in found_links] == sorted((one.issue for one in found_links), reverse=True)
    assert {(one.number, one.date.isoformat()) for one in found_links} == {
        (127, "2026-11-20"),
        (126, "2026-11-13"),
        (125, "2026-11-06"),
        (124, "2026-10-30"),
    }
    words = {one.url: one.title for one in found_links}
    assert words["https://example.com/map"] == "the map"
    assert words["https://focus.example.org/essays/footnote"] == "what a footnote can hold"
    assert words["https://meridian.example.com/essays/hotel-quarrels"] == "The Hotel That Hosts Quarrels"
    assert not [one for one in words if one.startswith("mailto:")]


def test_only_as_many_issues_as_the_schedule_says_and_only_earlier_ones(app: App) -> None:
    """`past_issues` in schedule.yaml; 0 looks into none."""
    assert {one.issue for one in links_before(app, IssueId(date(2026, 11, 13)))} == {"2026-11-06", "2026-10-30"}
    schedule = app.root / "schedule.yaml"
    text = schedule.read_text("utf-8")
    schedule.write_text(f"{text}\nchecks:\n  past_issues: 1\n", "utf-8")
    assert {one.issue for one in links_before(app)} == {"2026-11-20"}
    schedule.write_text(f"{text}\nchecks:\n  past_issues: 0\n", "utf-8")
    assert links_before(app) == ()


def test_an_old_issue_with_mistakes_gives_what_it_can(app: App) -> None:
    """A broken file hides its own links and no others."""
    before = {one.url for one in links_before(app)}
    folder = app.root / "content" / "issues" / "2026-11-20"
    (folder / "beyond.md").write_text("---\ntitle: [broken\n---\n", "utf-8")
    (folder / "video.md").write_bytes(b"---\ntitle: \xff\n---\n")
    (folder / "issue.md").write_text("no front matter", "utf-8")
    shutil.rmtree(app.root / "content" / "issues" / "2026-11-13")
    (app.root / "content" / "issues" / "2026-11-13").mkdir()
    after = links_before(app)
    assert {one.url for one in after} < before
    assert "https://focus.example.org/essays/what-the-anchor-costs" in {one.url for one in after}
    assert {one.number for one in after if one.issue == "2026-11-20"} == {0}
