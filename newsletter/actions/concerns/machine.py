"""The machine and the house: room on the disk, backups, notices that wait or fail, and who may send."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from newsletter.actions.app import App
from newsletter.actions.backups import newest_backup
from newsletter.actions.concerns.kinds import Kind, concern
from newsletter.actions.concerns.view import View
from newsletter.actions.installation import NotThisInstallation, here
from newsletter.gather.health import span
from newsletter.model.alarm import Concern
from newsletter.model.job import Job
from newsletter.model.notice import Notice, NoticeKind
from newsletter.store import installation, notices

LEAST_OCTETS, LEAST_SHARE = 500_000_000, 0.05  # free on the disk of var/
_PLENTY = 20_000_000_000  # octets: of a large disk, less than the share is plenty
OLD_BACKUP = timedelta(days=2)
LATE_NOTICE = timedelta(minutes=15)
_A_DAY = timedelta(days=1)
_MANY = 5  # readers' notices that failed within a day; one is a slip of the pen in an address
_LOOKED_AT = 200  # notices

_TO_READERS = frozenset({NoticeKind.CONFIRMATION, NoticeKind.PREFERENCES})


def of_machine(view: View) -> Iterator[Concern]:
    """What is wrong with the place that the program runs in."""
    yield from _copy(view)
    usage = shutil.disk_usage(_existing(view.app.root / "var"))
    yield from of_disk(usage.free, usage.total)
    yield from _notices(view)
    yield from _backup(view)


def of_disk(free: int, total: int) -> Iterator[Concern]:
    """Whether there is little room: under 500 MB, or under 5 % unless that is plenty."""
    if free >= LEAST_OCTETS and (free >= total * LEAST_SHARE or free >= _PLENTY):
        return
    size = f"{free / 1_000_000:,.0f} MB" if free < 10_000_000_000 else f"{free / 1_000_000_000:,.0f} GB"
    # Rounded, so that the alarm is not another one each minute.
    what = (
        f"Less than {size} of {total / 1_000_000_000:,.0f} GB are free on the disk of var/. When it is full, sending "
        "pauses and nothing that readers do is taken; what was recorded is safe.",
    )
    todo = (
        "`du -xh --max-depth=2 .` in the publication's folder shows what takes the room",
        "fewer backups (`backup: keep:` in schedule.yaml), or their folder on another disk",
        "old mails in var/outbox, where the transport is `files`",
    )
    yield concern(Kind.DISK, "", f"Less than {size} are free on the disk", what, todo)


def _copy(view: View) -> Iterator[Concern]:
    """Whether another installation is the one that sends."""
    holder = installation.holder(view.store)
    ours = here(view.app)
    if holder is None or holder.identity == ours.identity:
        return
    what = (f"{NotThisInstallation(holder, ours)}.",)
    todo = (
        "`newsletter claim` where this is the one that is to send",
        "end `newsletter run` here where it is not",
    )
    yield concern(Kind.COPY, "", "This copy of the publication sends nothing", what, todo)


def _notices(view: View) -> Iterator[Concern]:
    waiting = [
        one
        for one in notices.waiting(view.store, view.now - LATE_NOTICE, _LOOKED_AT)
        if one.kind is not NoticeKind.ALARM
    ]
    failed = [one for one in notices.failed(view.store, view.now - _A_DAY) if one.kind is not NoticeKind.ALARM]
    ours = [one for one in failed if one.kind not in _TO_READERS]
    if not (_is_our_trouble(waiting, view.now) or ours or len(failed) - len(ours) >= _MANY):
        return
    what = ["Mails of the program's own: confirmations, links to preferences, reminders, reports."]
    if waiting:
        since = span(view.now - waiting[0].asked)
        what += [f"{len(waiting)} wait, the oldest for {since}. {_said(waiting[0])}"]
    if failed:
        what += [f"{len(failed)} of the last day have failed for good. {_said(failed[-1])}"]
    todo = (
        "`newsletter doctor` looks at the mail server",
        "see that `newsletter run` or `newsletter serve` runs: they send them",
        "whoever waits for a confirmation may fill in the form again tomorrow",
    )
    yield concern(Kind.NOTICES, "", "Mails to single readers or to the team do not leave", what, todo)


def _is_our_trouble(waiting: list[Notice], now: datetime) -> bool:
    """Whether what waits says that nothing leaves: nobody tries, some are for the team, or several servers at once do
    not take theirs. A single server that asks for patience is none of ours."""
    untried = any(one.tries == 0 and now - one.next_try > LATE_NOTICE for one in waiting)
    team = any(one.kind not in _TO_READERS for one in waiting)
    return untried or team or len({one.address.rpartition("@")[2].lower() for one in waiting}) > 1


def _said(notice: Notice) -> str:
    return f"What was said last: {notice.said.rstrip('.')}." if notice.said else "Nobody has tried yet."


def _backup(view: View) -> Iterator[Concern]:
    """Whether the newest backup is old, once one was made or is to be made by itself."""
    newest = _newest_backup(view.app)
    holder = installation.holder(view.store)
    if newest is None:
        is_on = Job.BACKUP.value not in view.schedule.jobs.off
        if not is_on or holder is None or view.now - holder.claimed <= OLD_BACKUP:
            return
    elif view.now - newest <= OLD_BACKUP:
        return
    what = (
        f"There is no backup in {view.schedule.backup.folder} yet."
        if newest is None
        else f"The newest backup in {view.schedule.backup.folder} is of {view.times(newest)}.",
        "Were the disk lost now, everything since would be: readers who came or left, approvals, receipts.",
    )
    todo = (
        "`newsletter backup` makes one now, and says what stands in the way",
        "`newsletter jobs` shows what the job `backup` says",
    )
    yield concern(Kind.BACKUP, "", "There is no backup of the last two days", what, todo)


def _newest_backup(app: App) -> datetime | None:
    """When the newest backup of this publication was made, UTC; None as well where their folder cannot be looked at."""
    try:
        newest = newest_backup(app)
    except OSError:
        return None
    return newest.made if newest else None


def _existing(path: Path) -> Path:
    return path if path.exists() else _existing(path.parent)
