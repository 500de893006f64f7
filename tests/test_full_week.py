"""One week of the newsletter from end to end, by the clock of the calendar: real servers, real jobs, a real browser.

What opens, reminds, sends, reads bounces, reports and opens again is started by nobody: the jobs wake when the calendar
says so, on a clock that a test moves on. People do what people do: they sign up, write, approve and answer.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect

from newsletter.actions.approve_issue import approve_issue
from newsletter.actions.approved_edition import proposal
from newsletter.actions.check_issue import blocking
from newsletter.actions.read_inbox import read_inbox
from newsletter.actions.readers import readers_store
from newsletter.actions.run_job import next_wakes, run_job
from newsletter.actions.send_notices import send_notices
from newsletter.actions.take_requests import take_requests
from newsletter.deliver.verp import verp
from newsletter.model.issue import IssueId
from newsletter.model.job import Job, Run, RunState
from newsletter.model.mailing import DeliveryState
from newsletter.model.subscriber import Reason
from newsletter.publication.folder import is_sent, issue_ids
from newsletter.store import mailings, receipts, suppressions
from tests.comingback import arrive, hard, maildir
from tests.gathering import rss, rss_item
from tests.living import Clock, Living, running, text_of
from tests.sending import COUNT, bring_in
from tests.smtpserver import Received
from tests.webserver import WebServer, page, webserver

LIMIT = 30_000  # ms on a busy machine
COMING = IssueId(date(2026, 11, 27))
BOUNCES = "bounces@focus.example.org"
NEW_YORK = ZoneInfo("America/New_York")
HONG_KONG = ZoneInfo("Asia/Hong_Kong")
GONE = "kwok@example.org"
RUNNING = """
jobs: { gather_minutes: 1440, bounces_minutes: 1440, archive_minutes: 1440 }
gather: { allow_hosts: [127.0.0.1] }
"""


def new_york(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


def hong_kong(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=HONG_KONG).astimezone(UTC)


@dataclass
class Week:
    """The installation, whose clock is moved on from job to job."""

    site: Living
    runs: list[Run] = field(default_factory=list)
    jobs: tuple[Job, ...] = tuple(one for one in Job if one is not Job.BACKUP)

    @property
    def clock(self) -> Clock:
        return self.site.clock

    def until(self, moment: datetime) -> None:
        """Lets the time pass, and everything happen that the calendar wants done meanwhile."""
        while True:
            wakes = next_wakes(self.site.app, self.jobs)
            job, wake = min(((job, at) for job, at in wakes.items() if at is not None), key=lambda one: one[1])
            if wake > moment:
                break
            self.clock.now = max(self.clock.now, wake)
            self.runs += run_job(
                self.site.app, job, login="tests", wait=lambda seconds: self.clock.forward(seconds=seconds)
            )
            self.post()
        self.clock.now = max(self.clock.now, moment)
        self.post()

    def post(self) -> None:
        """Sees to what visitors asked for, and sends the mails to single people that wait."""
        take_requests(self.site.app)
        send_notices(self.site.app)

    def of(self, job: Job) -> list[Run]:
        return [run for run in self.runs if run.job is job]

    def mails_to(self, name: str) -> list[Received]:
        return self.site.mails.by_recipient().get(name, [])


@contextmanager
def a_week(root: Path) -> Iterator[tuple[Week, WebServer]]:
    """A home whose coming issue has not been opened yet, five minutes before it is; with its site, a mail server, a
    source on the web and a folder that bounces come back to."""
    clock = Clock(new_york(20, 9, 55))
    with webserver() as web, running(root, archive=True, pumping=False, clock=clock) as site:
        schedule = root / "schedule.yaml"
        sending = schedule.read_text("utf-8").replace(
            "tls: none }", f"tls: none, bounces: {BOUNCES}, returns: {{ maildir: returned }} }}"
        )
        schedule.write_text(sending + RUNNING, "utf-8")
        maildir(root / "returned")
        sources = root / "seeds" / "sources.yaml"
        address = f"http://127.0.0.1:{web.port}/feed"
        source = f"\n- {{ id: wire, name: The Wire, kind: feed, url: {address}, rights: free to quote }}\n"
        sources.write_text(sources.read_text("utf-8") + source, "utf-8")
        yield Week(site), web


def test_a_week_keeps_itself(pristine: Path, tmp_path: Path, browser: Browser) -> None:
    """Gathered, opened, written, reminded of, checked, approved, sent, archived, bounced, reported; and the next issue
    is open."""
    root = Path(shutil.copytree(pristine, tmp_path / "publication"))
    written = tmp_path / "written"
    folder = root / "content" / "issues" / str(COMING)
    folder.rename(written)
    with a_week(root) as (week, web):
        site, app = week.site, week.site.app
        web.answer("/feed", page(rss(rss_item("A wire of this week", "https://wire.example.org/1", "1"))))
        bring_in(app)

        week.until(new_york(20, 10, 1))
        assert folder.is_dir()
        assert [(run.key, run.state) for run in week.of(Job.OPEN)] == [(str(COMING), RunState.DONE)]
        assert not is_sent(root, COMING)

        window = browser.new_context(java_script_enabled=False).new_page()
        window.set_default_timeout(LIMIT)
        signs_up(week, window, "lena@example.org")

        week.until(hong_kong(24, 18, 30))
        assert "A wire of this week" in {item.entry.title for card in read_inbox(app).cards for item in card.items}
        assert "- opening: 2 findings block the approval" in text_of(week.mails_to("mei@focus.example.org")[-1])

        shutil.copytree(written, folder, dirs_exist_ok=True)
        week.until(hong_kong(25, 19))
        asked = text_of(week.mails_to("mei@focus.example.org")[-1])
        assert f"newsletter approve {COMING} --as mei" in asked
        approve_issue(app, COMING, "mei", login="tests", expected=proposal(app, COMING).edition.digest, refuse=blocking)
        signed = len(site.mails.messages)
        week.until(new_york(27, 7, 50))
        assert site.mails.messages[signed:] == []  # nobody is asked for what is done

        week.until(new_york(27, 8, 5))
        (sent,) = week.of(Job.SEND)
        assert (sent.key, sent.state) == (str(COMING), RunState.DONE)
        with readers_store(app) as (store, ring):
            mailing = mailings.find(store, COMING)
            assert mailing is not None
            assert mailing.began == mailing.due == new_york(27, 8)
            assert receipts.receipt(store, mailing.id).of(DeliveryState.ACCEPTED) == COUNT + 1
            returned_to = verp(mailing.id, seq_of(week, GONE), BOUNCES, ring)
        assert len(week.mails_to("lena@example.org")) == 2  # the confirmation, and the issue
        assert issue_ids(root)[-1] == IssueId(date(2026, 12, 4))

        window.goto(f"{site.address}/")
        window.get_by_role("link", name="Two capitals, one table").first.click()
        expect(window).to_have_url(f"{site.address}/issues/{COMING}/")
        answers(week, window)

        arrive(root / "returned", hard(returned_to, GONE))
        week.until(new_york(28, 23))
        with readers_store(app) as readers, readers.store.reading() as connection:
            barred = suppressions.of(connection, readers.marks(GONE))
        assert [one.reason for one in barred] == [Reason.HARD_BOUNCE]

        week.until(new_york(30, 9, 1))
        report = " ".join(text_of(week.mails_to("daniel@focus.example.org")[-1]).split())
        for words in ("13 copies: 13 accepted", "1 mailbox that is gone", "12 get the next issue", "1 reader answered"):
            assert words in report
        assert not [run for run in week.runs if run.state in (RunState.FAILED, RunState.MISSED)]


def signs_up(week: Week, window: Page, address: str) -> None:
    """A reader subscribes on the home page, and presses the button of the mail."""
    window.goto(f"{week.site.address}/subscribe")
    week.clock.forward(seconds=10)
    window.get_by_label("Email address").fill(address)
    window.get_by_role("button", name="Subscribe").click()
    expect(window.get_by_role("heading", level=1)).to_have_text("Look into your mailbox")
    week.post()
    window.goto(week.site.link_in(week.mails_to(address)[0]))
    window.get_by_role("button", name="Yes, send it to me").click()
    expect(window.get_by_role("heading", level=1)).to_have_text("You are subscribed")


def answers(week: Week, window: Page) -> None:
    """A reader answers the question of the issue."""
    window.goto(f"{week.site.address}/answer/{COMING}")
    week.clock.forward(seconds=30)
    window.get_by_label("Your answer").fill("It became the relationship years ago.")
    window.get_by_label("Your name").fill("Lena B.")
    window.get_by_role("checkbox").check()
    window.get_by_role("button").last.click()
    expect(window.get_by_role("heading", level=1)).to_be_visible()


def seq_of(week: Week, address: str) -> int:
    """The number of a reader's copy."""
    (mail,) = week.mails_to(address)
    return int(mail.sender.partition("+")[2].split("-")[1])
