"""Mails to the team: written once for each person and occasion, sent with the other notices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.installation import may_send
from newsletter.model.issue import IssueId
from newsletter.model.job import Occasion
from newsletter.model.notice import Notice, NoticeKind
from newsletter.model.subscriber import Mark
from newsletter.publication.calendar import in_cities
from newsletter.publication.schedule import City, Member, Schedule
from newsletter.store import notices
from newsletter.text import plain

_MARK = 16  # octets


@dataclass(frozen=True, slots=True)
class TeamLetter:
    """A mail to one of the team, written and not yet kept."""

    member: Member
    subject: str
    text: str


def team_letter(
    app: App, schedule: Schedule, template: str, member: Member, values: Mapping[str, object]
) -> TeamLetter:
    """A template filled for one person; its first line is the subject.

    Beside `values` it is given `name`, `member`, `reply_to`. Raises `ContentError` for a template that is wrong.
    """
    filled = {"name": schedule.name, "member": member.name, "reply_to": schedule.sender.reply_to, **values}
    subject, _, text = app.templates.render(template, filled).strip().partition("\n")
    return TeamLetter(member, subject.strip(), plain.reflow(text))


def write_to_team(app: App, occasion: Occasion, kind: NoticeKind, letters: Iterable[TeamLetter]) -> tuple[Member, ...]:
    """Keeps a mail for each who has none of this occasion yet, and returns those; `send_notices` sends them.

    Called again for the same occasion, as after a crash between two of them, it writes to nobody twice. What could not
    leave while the occasion lasts, as before the deadline it reminds of, is not sent. Raises `NotThisInstallation` in a
    copy of the publication, `NotAtHome`, `StoreError`.
    """
    now, written = app.clock(), []
    with home_store(app, "mails to the team are sent") as store:
        may_send(app, store)
        for letter in letters:
            mark = _mark(occasion, letter.member)
            if notices.of(store, (mark,)):
                continue
            notice = Notice(
                number=0,
                kind=kind,
                address=letter.member.address,
                subject=letter.subject,
                text=letter.text,
                asked=now,
                next_try=now,
                until=occasion.until,
            )
            if notices.keep(store, notice, (mark,), 1):
                written.append(letter.member)
    return tuple(written)


def local_times(moment: datetime, city: str, cities: Iterable[City]) -> str:
    """A moment on the clock of one city, the receiver's own, and in brackets on those of the others.

    "Wed 25 Nov 18:00 in Hong Kong (05:00 in New York)"; a date stands in the brackets where it is another one.
    """
    (own, here), *others = sorted(in_cities(moment, cities), key=lambda one: one[0] != city)
    told = ", ".join(f"{_there(there, here)} in {other}" for other, there in others)
    return f"{day_and_time(here)} in {own}{f' ({told})' if told else ''}"


def day_and_time(moment: datetime) -> str:
    """Wed 25 Nov 18:00."""
    return f"{moment:%a} {moment.day} {moment:%b %H:%M}"


def _there(there: datetime, here: datetime) -> str:
    return f"{there:%H:%M}" if there.date() == here.date() else day_and_time(there)


def issue_day(issue: IssueId) -> str:
    """The issue as people speak of it: Friday 27 November, and the slug of an extra one."""
    day = f"{issue.date:%A} {issue.date.day} {issue.date:%B}"
    return f"{day} ({issue.slug})" if issue.slug else day


def about(time: timedelta) -> str:
    """How long that is, as a person would say it: "24 hours", "3 days", "half an hour" is "30 minutes"."""
    minutes = round(time / timedelta(minutes=1))
    if minutes < 55:
        return f"{max(minutes, 1)} minute{'s' * (minutes > 1)}"
    hours = round(minutes / 60)
    return f"{hours} hour{'s' * (hours > 1)}" if hours <= 48 else f"{round(hours / 24)} days"


def _mark(occasion: Occasion, member: Member) -> Mark:
    """Stands for the occasion and the person where a notice to a reader has the mark of the address."""
    text = "\0".join((occasion.job.value, occasion.key, member.id))
    return Mark(hashlib.sha256(text.encode()).digest()[:_MARK])
