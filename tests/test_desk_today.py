"""Today and the pages beside it: jobs, the audit log, the calendar, all issues; as members of the team see them."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from newsletter.actions.list_jobs import list_jobs
from newsletter.model.audit import Deed
from newsletter.model.job import Job, Run, RunState
from newsletter.store import audit, runs
from newsletter.store.engine import open_store
from tests.approving import COMING, edit, sign
from tests.conftest import ISSUE
from tests.desking import Desking, desk_of
from tests.living import Clock

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
LIMIT = 30.0  # seconds that nothing here takes
PAGES = ("/", "/jobs", "/audit", "/calendar", "/issues")


@pytest.fixture
def desk(publication: Path) -> Iterator[Desking]:
    """The sample publication's desk, on the Monday before its coming issue."""
    with desk_of(publication, clock=Clock(MONDAY)) as running:
        yield running


def looked(desk: Desking) -> None:
    """Waits until the desk has the week as it is."""
    end = time.monotonic() + LIMIT
    while desk.office.standing.board(desk.clock())[1]:
        assert time.monotonic() < end, "the week was not looked up in time"
        time.sleep(0.02)


def test_today_says_who_has_to_do_what_and_what_blocks(desk: Desking) -> None:
    """Their own on top, with a link to the section; the findings with what to do; the deadlines in both cities."""
    (desk.root / "content" / "issues" / ISSUE / "number.md").unlink()
    looked(desk)
    priya = desk.signed_in("priya").get("/")
    assert priya.status == 200
    assert "Yours, Priya" in priya.text
    assert f'<a href="/issues/{ISSUE}/sections/number">Number of the week: not written yet</a>' in priya.text
    assert "Wed 18:00" in priya.text
    assert "Wed 05:00" in priya.text
    mei = desk.signed_in("mei").get("/")
    assert "Nothing waits for you alone." in mei.text
    assert mei.text.index("Yours, Mei") < mei.text.index("Priya Lindqvist")


def test_every_page_of_the_desk_carries_the_week(desk: Desking) -> None:
    """The line stands on each page, with nothing in it that the policy forbids; nobody sees one without signing in."""
    looked(desk)
    mei = desk.signed_in("mei")
    for path in PAGES:
        page = mei.get(path)
        assert page.status == 200, path
        assert 'aria-label="The week: No. 128' in page.text, path
        assert " style=" not in page.text
        assert desk.stranger().get(path).status == 303, path
    assert "<html" not in mei.get("/week").text


def test_a_writer_opens_the_next_issue_from_any_page(desk: Desking) -> None:
    """While no issue is open the line says when the next one opens, with a button for those who write."""
    issues = desk.root / "content" / "issues"
    shutil.copytree(issues / "2026-11-20" / "sent", issues / ISSUE / "sent")
    desk.clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    looked(desk)
    mei = desk.signed_in("mei")
    page = mei.get("/jobs")
    assert "No. 129 is not open yet" in page.text
    assert page.hidden("issue") == "2026-12-04"
    assert mei.send(page, "/issues/open", {"issue": page.hidden("issue")}).status == 303
    assert (issues / "2026-12-04" / "issue.md").is_file()
    looked(desk)
    assert "No. 129 · Friday 4 December" in mei.get("/jobs").text


def test_an_alarm_is_told_with_what_to_do(desk: Desking) -> None:
    """What stands now, in words, without the commands' manual."""
    run = Run(
        job=Job.BACKUP,
        key="2026-11-23T04:40",
        due=MONDAY,
        state=RunState.FAILED,
        attempt=5,
        began=MONDAY,
        ended=MONDAY,
        words="the disk is full",
        who="clock",
    )
    with open_store(desk.app.database) as store:
        assert runs.claim(store, run)
    looked(desk)
    page = desk.signed_in("daniel").get("/")
    assert "What can be done:" in page.text
    assert "docs/alarms.md" not in page.text
    assert "the disk is full" in page.text


def test_jobs_tell_what_came_of_each_and_when_it_is_next(desk: Desking) -> None:
    """Every job has its row, with its next time on the clock of each city."""
    page = desk.signed_in("priya").get("/jobs")
    for one in list_jobs(desk.app, desk.office.schedule).jobs:
        assert f'<th scope="row">{one.job.value}<' in page.text
    assert "Mon 04:15 New York · Mon 17:15 Hong Kong" in page.text
    assert "never ran" in page.text


def test_the_audit_log_is_filtered_and_turned(desk: Desking) -> None:
    """By issue and by person, fifty at a time; what somebody wrote into a note is text."""
    with open_store(desk.app.database) as store:
        for at in range(60):
            note = "<script>alert(1)</script>" if at == 59 else f"note {at}"
            deed = Deed(happened=MONDAY, who="daniel (signed in)", act="waive", issue=COMING, digest=None, note=note)
            audit.append(store, deed)
    mei = desk.signed_in("mei")
    first = mei.get(f"/audit?issue={ISSUE}&who=daniel")
    assert "&lt;script&gt;" in first.text
    assert first.text.count("let a finding pass") == 50
    assert "Daniel Achterberg" in first.text
    older = mei.get(f"/audit?before=11&issue={ISSUE}&who=daniel")
    assert older.text.count("let a finding pass") == 10
    assert "The newest" in older.text
    assert mei.get("/audit?who=priya").text.count("let a finding pass") == 0
    assert "write it as the name of its folder" in mei.get("/audit?issue=next").text
    assert "Older" in mei.get("/audit").text


def test_a_log_that_somebody_changed_is_told(desk: Desking) -> None:
    """Looked through at once where somebody asks for it, the first entry that is not as it was written is named."""
    mei = desk.signed_in("mei")
    assert "The log is whole" in mei.get("/audit?verify=now").text
    with closing(sqlite3.connect(desk.root / "var" / "newsletter.db")) as database, database:
        database.execute("UPDATE audit SET note = 'nothing' WHERE number = 1")
    page = mei.get("/audit?verify=now")
    assert "The log is not whole: entry 1 was changed" in page.text
    assert 'role="alert"' in page.text


def test_a_week_is_left_out_and_taken_in_again(desk: Desking) -> None:
    """Written into schedule.yaml with its comments kept, told on the next page; a writer sees no button and may not."""
    daniel = desk.signed_in("daniel")
    page = daniel.get("/calendar")
    before = (desk.root / "schedule.yaml").read_text("utf-8")
    told = daniel.follow(daniel.send(page, "/calendar/skip", {"day": "2026-12-11"}))
    assert "Fri 11 Dec 2026 is left out" in told.text
    assert "skip: [2026-12-11, 2026-12-25" in (desk.root / "schedule.yaml").read_text("utf-8")
    told = daniel.follow(daniel.send(told, "/calendar/skip", {"day": "2026-12-11", "undo": "yes"}))
    assert "has its issue again" in told.text
    log = daniel.get("/audit").text
    assert ("Fri 11 Dec 2026 is left out" in log, "Fri 11 Dec 2026 has its issue again" in log) == (True, True)
    assert (desk.root / "schedule.yaml").read_text("utf-8") == before
    priya = desk.signed_in("priya")
    refused = priya.get("/calendar")
    assert "Leave Fri" not in refused.text
    assert priya.send(refused, "/calendar/skip", {"day": "2026-12-11"}).status == 403
    assert (desk.root / "schedule.yaml").read_text("utf-8") == before


def test_a_week_that_cannot_be_left_out_is_told_why(desk: Desking) -> None:
    """A day without an issue, one that is past, none at all: the calendar is shown again with the words."""
    daniel = desk.signed_in("daniel")
    page = daniel.get("/calendar")
    for day, why in (("2026-12-12", "has no weekly issue"), ("2026-11-20", "has been sent"), ("", "no day was named")):
        refused = daniel.send(page, "/calendar/skip", {"day": day})
        assert (refused.status, why in refused.text) == (422, True), day


def test_what_a_skip_would_void_is_asked_first(desk: Desking) -> None:
    """An approved issue names the next one to readers: leaving that out voids the approval, once somebody is sure."""
    desk.clock.now = datetime(2026, 11, 25, 13, tzinfo=UTC)
    sign(desk.app, "mei")
    before = (desk.root / "schedule.yaml").read_text("utf-8")
    daniel = desk.signed_in("daniel")
    asked = daniel.send(daniel.get("/calendar"), "/calendar/skip", {"day": "2026-12-04"})
    assert asked.status == 200
    assert f"Mei Okafor has approved the issue of {ISSUE}" in asked.text
    assert (desk.root / "schedule.yaml").read_text("utf-8") == before
    assert daniel.send(asked, "/calendar/skip", {"day": "2026-12-04", "sure": "yes"}).status == 303
    assert "2026-12-04" in (desk.root / "schedule.yaml").read_text("utf-8")


def test_issues_are_listed_by_pages_and_searched(desk: Desking) -> None:
    """Fifty at a time, the newest first; a search keeps its words; whatever a subject says is text."""
    issues = desk.root / "content" / "issues"
    for week in range(1, 53):
        day = datetime(2025, 1, 3, tzinfo=UTC).date().fromordinal(datetime(2025, 1, 3).toordinal() + 7 * week)
        shutil.copytree(issues / "2026-11-20" / "sent", issues / str(day) / "sent")
        path = issues / str(day) / "sent" / "meta.json"
        meta = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps({**meta, "number": week, "subject": f"Week <b>{week}</b>"}), "utf-8")
    mei = desk.signed_in("mei")
    first = mei.get("/issues")
    assert first.text.count('<th scope="row">') == 50
    assert "57 issues, page 1 of 2" in first.text
    assert mei.get("/issues?page=2").text.count('<th scope="row">') == 7
    assert mei.get("/issues?page=99").text.count('<th scope="row">') == 7
    found = mei.get("/issues?q=week+41")
    assert "Week &lt;b&gt;41&lt;/b&gt;" in found.text
    assert "1 issue with" in found.text
    assert "No issue has" in mei.get("/issues?q=nowhere+to+be+found").text


def test_a_line_that_has_grown_old_is_brought_up_to_date(browser: Browser, desk: Desking) -> None:
    """Whoever leaves the page open after a save sees what it came to, without doing anything."""
    looked(desk)
    context = browser.new_context()
    desk.sign_in(context, "mei")
    edit(desk.root / "content" / "issues" / ISSUE / "quote.md", "---\n", "---\n: {\n")
    page = context.new_page()
    page.goto(f"{desk.address}/jobs")
    expect(page.locator(".week .wide-line .bad")).to_contain_text("1 mistake in the files", timeout=LIMIT * 1000)
    context.close()
