"""Jobs at the desk: an operator has one done now, by a process of its own, and sees how it ends."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from newsletter.actions.app import App
from newsletter.actions.list_jobs import list_runs
from newsletter.actions.read_audit import read_audit
from newsletter.actions.run_job import lock_of
from newsletter.actions.start_job import is_at_it
from newsletter.model.job import Job, Run, RunState
from newsletter.store import runs
from newsletter.store.engine import open_store
from newsletter.store.locks import hold
from tests.desking import Client, Desking, Reply, desk_of
from tests.running import LIMIT, until

TIDY = "/jobs/tidy/start"


@pytest.fixture
def desk(home: App) -> Iterator[Desking]:
    """The desk of a publication with its database. What it begins has ended when the test is over."""
    with desk_of(home.root) as running:
        yield running
    until(lambda: not any(is_at_it(home, job) for job in Job))


def words(reply: Reply) -> str:
    """What a page says, without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", reply.text))


def begin(client: Client, path: str = TIDY) -> Reply:
    return client.send(client.get("/jobs"), path)


def ran(desk: Desking, job: Job) -> list[tuple[RunState, str]]:
    return [(run.state, run.who) for run in list_runs(desk.app, job, 20).runs]


def running(desk: Desking, job: Job) -> None:
    """A run of the clock's that began, and has not ended."""
    now = desk.clock()
    run = Run(job=job, key="today", due=now, state=RunState.RUNNING, attempt=1, began=now, words="", who="clock")
    with open_store(desk.app.database) as store:
        assert runs.claim(store, run)


def test_a_job_is_done_by_a_process_of_its_own_and_the_page_tells_how_it_ended(desk: Desking) -> None:
    """The form leads to the page, which says that it was begun, and then what came of it; the log says who pressed,
    proved by the desk, before anything is done."""
    daniel = desk.signed_in("daniel")
    answer = begin(daniel)
    assert (answer.status, answer.to) == (303, "/jobs?begun=tidy")
    assert "“tidy” was begun" in words(daniel.follow(answer))
    until(lambda: not is_at_it(desk.app, Job.TIDY))
    page = words(daniel.get(answer.to))
    assert "tidy has ended" in page
    assert "tidy by hand" in page
    assert "there was nothing to forget" in page
    assert ran(desk, Job.TIDY) == [(RunState.DONE, "daniel")]
    deeds = [entry.deed for entry in read_audit(desk.app).entries if entry.deed.act == "run-job"]
    assert [(one.who, one.note, one.happened) for one in deeds] == [
        ("daniel (signed in)", "newsletter run-job tidy", desk.clock())
    ]


def test_what_is_running_already_is_not_begun_twice(desk: Desking) -> None:
    """Whoever holds the job, the clock or a person: the page says that it runs, offers no button, and a form that was
    shown before begins nothing and leaves no line in the log."""
    daniel = desk.signed_in("daniel")
    running(desk, Job.TIDY)
    before = daniel.get("/jobs")
    assert TIDY in before.text  # its process was killed: nobody has it
    with open_store(desk.app.database) as store, hold(store, lock_of(Job.TIDY), desk.root, desk.clock()):
        page = daniel.get("/jobs")
        assert TIDY not in page.text
        assert "/jobs/backup/start" in page.text
        answer = daniel.send(before, TIDY)
        assert answer.to == "/jobs"
        assert "“tidy” is running already; nothing was begun twice." in words(daniel.follow(answer))
    assert [entry for entry in read_audit(desk.app).entries if entry.deed.act == "run-job"] == []
    assert not is_at_it(desk.app, Job.TIDY)


def test_a_clock_that_comes_first_is_named(desk: Desking) -> None:
    """Between the look and the process the clock may have begun the job: the process does nothing, and says who has
    it."""
    daniel = desk.signed_in("daniel")
    with open_store(desk.app.database) as store, hold(store, lock_of(Job.TIDY), desk.root, desk.clock()):
        answer = begin(daniel)
        until(lambda: not is_at_it(desk.app, Job.TIDY))
    assert f"running already, by process {os.getpid()}" in words(daniel.get(answer.to))
    assert ran(desk, Job.TIDY) == []


def test_a_run_that_was_cut_off_is_taken_up_again(desk: Desking) -> None:
    """What a killed process has left is no reason to wait."""
    running(desk, Job.TIDY)
    assert begin(desk.signed_in("daniel")).to == "/jobs?begun=tidy"
    until(lambda: not is_at_it(desk.app, Job.TIDY))
    assert RunState.RUNNING not in [state for state, _ in ran(desk, Job.TIDY)]
    assert (RunState.DONE, "daniel") in ran(desk, Job.TIDY)


def test_a_job_of_which_nothing_is_due_says_so(desk: Desking) -> None:
    """It leaves no run behind, so what its process said is all there is to show."""
    daniel = desk.signed_in("daniel")
    answer = begin(daniel, "/jobs/links/start")
    until(lambda: not is_at_it(desk.app, Job.LINKS))
    assert "Nothing of links is due." in words(daniel.get(answer.to))


def test_an_issue_is_not_sent_from_here(desk: Desking) -> None:
    """There is no button for it, and a form made by hand is told where an issue is sent."""
    daniel = desk.signed_in("daniel")
    assert "/jobs/send/start" not in daniel.get("/jobs").text
    answer = begin(daniel, "/jobs/send/start")
    assert answer.status == 422
    assert "an issue is sent from the page of its delivery" in words(answer)
    assert begin(daniel, "/jobs/none/start").status == 404
    assert not is_at_it(desk.app, Job.SEND)


def test_only_operators_are_offered_it(desk: Desking) -> None:
    """Everybody else sees the same page without the buttons."""
    assert "/start" not in desk.signed_in("mei").get("/jobs").text


def test_a_browser_begins_a_job_and_sees_it_end_by_itself(desk: Desking, new_page: Callable[..., Page]) -> None:
    """Without being loaded anew, the page says that it has ended, and its row what came of it."""
    tab = new_page()
    tab.unroute("**/*")
    desk.sign_in(tab.context, "daniel")
    tab.goto(f"{desk.address}/jobs")
    tab.get_by_role("button", name="Run now: tidy").click()
    expect(tab.locator("#begun")).to_contain_text("tidy has ended", timeout=LIMIT * 1000)
    expect(tab.locator("#job-tidy")).to_contain_text("there was nothing to forget")
