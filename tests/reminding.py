"""Jobs that write to the team, for the tests: done for one occasion, and the mails that came of it as received."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

from newsletter.actions.app import App
from newsletter.actions.jobs import JobContext, body
from newsletter.actions.send_notices import send_notices
from newsletter.actions.way_out import read_schedule
from newsletter.model.issue import IssueId, Week
from newsletter.model.job import Job, Occasion, Outcome
from newsletter.publication import calendar, timetable
from tests.approving import COMING

MEI, DANIEL, PRIYA = (f"{name}@focus.example.org" for name in ("mei", "daniel", "priya"))


def week_of(app: App, issue: IssueId = COMING) -> Week:
    """The deadlines of an issue."""
    return calendar.week(read_schedule(app).calendar, issue)


def occasion_of(app: App, job: Job, key: str) -> Occasion:
    """The occasion with this key, as the calendar makes it."""
    week = week_of(app)
    around = timetable.occasions(read_schedule(app), job, week.open - timedelta(days=9), week.due + timedelta(days=21))
    return next(one for one in around if one.key == key)


def done(app: App, job: Job, key: str, *, at: datetime | None = None) -> Outcome:
    """What a job's body says of an occasion, done when it is due or at another time."""
    occasion = occasion_of(app, job, key)
    return body_of(job, at_time(app, at or occasion.due), occasion)


def body_of(job: Job, app: App, occasion: Occasion | None = None) -> Outcome:
    """What a job's body says, at the time of the clock; without an occasion, of one that is due just now."""
    now = app.clock()
    context = JobContext(who="clock", login="tests", stop=threading.Event(), wait=lambda _: None, tell=lambda _: None)
    return body(job)(app, occasion or Occasion(job=job, key=f"{now:%Y-%m-%d %H:%M} UTC", due=now), context)


def at_time(app: App, moment: datetime) -> App:
    """The same publication with its clock standing at another time."""
    return replace(app, clock=lambda: moment)


def received(app: App, at: datetime) -> dict[str, EmailMessage]:
    """Sends what waits by the files transport, and returns every mail there is by its receiver; one each at most."""
    send_notices(at_time(app, at))
    found = [parsed(path.read_bytes()) for path in sorted((app.root / "var" / "outbox" / "new").glob("*"))]
    by_receiver = {str(one["To"]): one for one in found}
    assert len(by_receiver) == len(found), "somebody got two mails"
    return by_receiver


def text_of(mail: EmailMessage) -> str:
    """The words of a mail, on one line."""
    return " ".join(str(mail.get_content()).split())


def parsed(message: bytes) -> EmailMessage:
    found = message_from_bytes(message, policy=policy.SMTP)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    return found
