"""From one issue to the next: what a new one has from its first day, moving it, and rolling over."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from newsletter.actions.app import App, open_app, read_issue
from newsletter.actions.build_issue import sent_issue
from newsletter.actions.check_files import check_files
from newsletter.actions.move_issue import move_issue
from newsletter.actions.open_issue import open_issue
from newsletter.actions.read_inbox import read_inbox
from newsletter.actions.roll_over import roll_over
from newsletter.actions.triage_items import decide
from newsletter.assemble.edition import assemble
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.issue import IssueId
from newsletter.model.item import Triage
from newsletter.publication import issuefiles
from newsletter.publication.folder import Folder, issue_folder
from newsletter.publication.sent import write_sent
from newsletter.store import items
from newsletter.store.engine import open_store

COMING = IssueId(date(2026, 11, 27))
NEXT = IssueId(date(2026, 12, 4))


def written(app: App, issue: IssueId, name: str) -> str:
    return (issue_folder(app.root, issue) / name).read_text("utf-8")


def test_a_new_issue_has_what_was_kept_and_held_for_it(home: App) -> None:
    """In items.yaml, ready to be cited; what was held is kept from now on, and nothing comes a second time."""
    found = [item for card in read_inbox(home).cards for item in card.items if item.entry.source == "gazette"]
    kept, held, loose = found[:3]
    assert decide(home, (kept.id,), Triage.KEPT, "mei", None)
    assert decide(home, (held.id,), Triage.HELD, "mei", None)
    made = open_issue(home, who="mei")
    assert {item.id for item in made.filled.cited} == {kept.id, held.id}
    cited = issuefiles.read(Folder(home.root), NEXT)[0].items
    assert {one.id for one in cited} == {kept.id, held.id}
    assert {one.title for one in cited} == {kept.entry.title, held.entry.title}
    with open_store(home.database) as store:
        assert [item.state for item in items.find_many(store, (held.id, loose.id))] == [Triage.KEPT, Triage.NEW]
    assert check_files(home).mistakes == ()
    assert open_issue(home).filled.cited == ()


def test_what_cannot_be_cited_is_left_out_and_said(home: App) -> None:
    """An item of a source marked "do not use" waits for a decision, and stays held."""
    with open_store(home.database) as store:
        barred = next(item for item in items.items(store) if item.entry.rights.policy.value == "do not use")
    decide(home, (barred.id,), Triage.HELD, "mei", None)
    made = open_issue(home)
    assert made.filled.cited == ()
    assert any(barred.id in reason and "do not use" in reason for reason in made.filled.left_out)
    with open_store(home.database) as store:
        held = items.find(store, barred.id)
    assert held is not None
    assert held.state is Triage.HELD


def test_our_own_new_pieces_are_in_their_sections(home: App) -> None:
    """Those since the last issue sent that no issue has linked to; a film goes where films go."""
    open_issue(home)
    move_issue(home, COMING, IssueId(date(2026, 12, 11)), by="mei")  # so that nothing of the sample links to them
    for name in ("insight.md", "video.md", "read-more.md", "catchup.md"):
        (issue_folder(home.root, IssueId(date(2026, 12, 11))) / name).unlink()
    made = open_issue(home, COMING)
    placed = [(section, item.entry.title) for section, item in made.filled.placed]
    assert placed == [
        ("video", "A Violin Between Two Cities"),
        ("insight", "The Bench Outlives the Treaty"),
        ("read-more", "The Pause as a Policy"),
        ("catchup", "What a Footnote Can Hold"),
    ]
    assert "#  - text: What a Footnote Can Hold" in written(home, COMING, "catchup.md")
    assert "title: The Bench Outlives the Treaty" in written(home, COMING, "insight.md")
    assert "author: lin-yue" in written(home, COMING, "read-more.md")
    assert "# proposed: title: A Violin Between Two Cities" in written(home, COMING, "video.md")
    draft = read_issue(home, COMING).draft
    assert [blurb.name for blurb in draft.blurbs] == ["opening", "read-more", "insight"]


def test_a_new_issue_knows_the_question_and_the_owners_of_the_last(app: App) -> None:
    """The replies answer the question that was asked; who owned a section owns it again."""
    open_issue(app)
    asked = next(blurb for blurb in read_issue(app, COMING).draft.blurbs if blurb.kind == "question")
    assert f"# proposed: question: {asked.fields.question[:20]}" in written(app, NEXT, "replies.md").replace('"', "")  # type: ignore[attr-defined]
    matter = issuefiles.read(Folder(app.root), NEXT)[0].matter
    assert matter is not None
    assert matter.owners is not None
    assert (matter.owners["opening"], matter.owners["question"], "correction" in matter.owners) == ("mei", "mei", False)


def test_in_a_clone_nothing_is_filled_in_and_no_database_is_made(app: App) -> None:
    """What was gathered lives at home."""
    made = open_issue(app)
    assert (made.from_home, made.filled.cited, made.filled.placed) == (False, (), ())
    assert not (app.root / "var").exists()


def test_ten_weeks_roll_over_by_themselves(publication: Path) -> None:
    """Each time an issue is sent, the next is there with number, date and owners; skipped weeks use no number."""
    now = [read_issue(open_app(publication), COMING).draft.week.due]
    app = open_app(publication, clock=lambda: now[0])
    seen = []
    issue = COMING
    for _ in range(10):
        assert roll_over(app) is None
        desk = read_issue(app, issue)
        now[0] = desk.draft.week.due
        write_sent(publication, sent_issue(desk, assemble(desk.draft, desk.publication, desk.frame, app.templates)))
        made = roll_over(app)
        assert made is not None
        issue = made.issue
        matter = issuefiles.read(Folder(publication), issue)[0].matter
        assert matter is not None
        seen.append((str(issue), matter.number, dict(matter.owners or {})["opening"]))
    assert [one[0] for one in seen] == [
        "2026-12-04",
        "2026-12-11",
        "2026-12-18",
        "2027-01-08",
        "2027-01-15",
        "2027-01-22",
        "2027-01-29",
        "2027-02-05",
        "2027-02-12",
        "2027-02-19",
    ]
    assert [one[1:] for one in seen] == [(number, "mei") for number in range(129, 139)]


def test_an_issue_is_moved_with_every_byte(app: App) -> None:
    """Only its folder's name and its date change; comments, line ends and a byte order mark stay."""
    before = issue_folder(app.root, COMING)
    text = (
        (before / "issue.md")
        .read_bytes()
        .replace(b"\n", b"\r\n")
        .replace(b"date: 2026-11-27", b"date: 2026-11-27  # so")
    )
    (before / "issue.md").write_bytes(b"\xef\xbb\xbf" + text)
    others = {path.name: path.read_bytes() for path in before.rglob("*") if path.is_file() and path.name != "issue.md"}
    target = move_issue(app, COMING, NEXT, by="mei")
    assert not before.exists()
    assert {p.name: p.read_bytes() for p in target.rglob("*") if p.is_file() and p.name != "issue.md"} == others
    assert (target / "issue.md").read_bytes() == b"\xef\xbb\xbf" + text.replace(
        b"date: 2026-11-27", b"date: 2026-12-04"
    )
    assert read_issue(app, NEXT).draft.number == 128
    assert check_files(app).mistakes == ()


@pytest.mark.parametrize(
    ("issue", "to", "told"),
    [
        (COMING, IssueId(date(2026, 11, 20)), "there already"),
        (COMING, IssueId(date(2026, 12, 5)), "calendar knows no issue"),
        (COMING, IssueId(date(2026, 12, 25)), "calendar knows no issue"),
        (IssueId(date(2026, 11, 20)), NEXT, "has been sent"),
        (IssueId(date(2026, 12, 18)), NEXT, "there is no issue"),
    ],
)
def test_what_cannot_be_moved_is_told(app: App, issue: IssueId, to: IssueId, told: str) -> None:
    """And nothing changes."""
    with pytest.raises(ConfigError, match=told):
        move_issue(app, issue, to, by="mei")
    assert issue_folder(app.root, COMING).exists()


def test_an_issue_without_a_date_is_not_moved(app: App) -> None:
    """The way out is told, and the folder keeps its name."""
    path = issue_folder(app.root, COMING) / "issue.md"
    path.write_text(path.read_text("utf-8").replace("date: 2026-11-27", '"date": 2026-11-27'), "utf-8")
    with pytest.raises(ContentError, match="add date: 2026-12-04"):
        move_issue(app, COMING, NEXT, by="mei")
    assert path.exists()
