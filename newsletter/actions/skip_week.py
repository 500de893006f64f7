"""Skip: a week without an issue, written into schedule.yaml; or a week that has one again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from newsletter.actions.app import App, read_publication
from newsletter.actions.approved_edition import voids
from newsletter.actions.noting import deed, noted, voiding
from newsletter.actions.show_calendar import free_after
from newsletter.model.approval import Signature
from newsletter.model.audit import claimed
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.model.shape import WEEKDAYS
from newsletter.publication import calendar
from newsletter.publication.folder import SCHEDULE, Folder, is_sent, issue_ids
from newsletter.publication.lookahead import in_full
from newsletter.publication.schedule import Schedule
from newsletter.publication.skipping import with_skip, without_skip
from newsletter.publication.write import alone, change


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip:
    """What would stand in schedule.yaml, and what follows from it."""

    day: date
    undo: bool  # whether the week has its issue again
    before: bytes  # schedule.yaml as it is
    after: bytes
    next: IssueId  # the first weekly issue after that day
    free: IssueId  # the first one that has no folder yet
    folder: bool  # whether the issue's folder is there
    voids: tuple[tuple[IssueId, Signature], ...]  # signatures on issues that would promise readers another date


def plan_skip(app: App, day: date, undo: bool = False) -> Skip:
    """What skipping a week would change; changes nothing.

    Raises `ConfigError` for a day without a weekly issue, for one that is past or sent, and where nothing would change.
    """
    schedule = read_publication(app, Folder(app.root)).schedule
    _may_change(app, schedule, day, undo)
    before = (app.root / SCHEDULE).read_bytes()
    text = before.decode("utf-8")
    changed = without_skip(text, day) if undo else with_skip(text, day)
    if changed is None:
        what = f"the list of skipped weeks in {SCHEDULE} cannot be changed by this command"
        raise ConfigError("skip", f"{what}; write {day} under calendar: skip: by hand, or remove it there")
    after = changed.encode()
    return Skip(
        day=day,
        undo=undo,
        before=before,
        after=after,
        next=calendar.next_weekly(schedule.calendar, day),
        free=free_after(app, schedule, day),
        folder=IssueId(day) in issue_ids(app.root),
        voids=tuple((one, sign) for one in _preparing(app) for sign in voids(app, one, {SCHEDULE: after})),
    )


def skip_week(app: App, skip: Skip, who: str, *, login: str | None) -> None:
    """Writes it, with a line in the audit log, and one for each issue whose signatures hold no longer; away from home
    there is no log. `login`: None, where they have signed in at the desk.

    Raises `ChangedMeanwhile` where somebody has saved schedule.yaml since, and `StoreError`: nothing is written then.
    """
    by, said = claimed(who, login), "has its issue again" if skip.undo else "is left out"
    act, note = "unskip" if skip.undo else "skip", f"{in_full(skip.day)} {said}"
    with alone(app.root):
        first = deed(app, by, act, note, IssueId(skip.day))
        with noted(app, (first, *voiding(app, by, skip.voids, f"{SCHEDULE} was changed"))):
            change(app.root / SCHEDULE, skip.before, skip.after)


def _may_change(app: App, schedule: Schedule, day: date, undo: bool) -> None:
    sends = schedule.calendar.send
    if day.weekday() != sends.day:
        name = WEEKDAYS[sends.day].capitalize()
        near = calendar.next_weekly(schedule.calendar, day)
        raise ConfigError("skip", f"{in_full(day)} has no weekly issue: they go out on {name}s; the next is {near}")
    if undo and day not in schedule.calendar.skip:
        raise ConfigError("skip", f"{in_full(day)} is not skipped; `newsletter calendar` shows which weeks are")
    if not undo and day in schedule.calendar.skip:
        raise ConfigError("skip", f"{in_full(day)} is skipped already; --undo takes it in again")
    if is_sent(app.root, IssueId(day)):
        raise ConfigError("skip", f"the issue {day} has been sent; its date stands for ever")
    if day < app.clock().astimezone(ZoneInfo(sends.zone)).date():
        raise ConfigError("skip", f"{in_full(day)} is past; only weeks to come can be skipped")


def _preparing(app: App) -> list[IssueId]:
    return [issue for issue in issue_ids(app.root) if not is_sent(app.root, issue)]
