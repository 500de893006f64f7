"""Send: an issue when it is due. Planned ahead, it leaves on the second; where it was cut off, it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.actions.app import App
from newsletter.actions.due_runs import A_MINUTE, ahead
from newsletter.actions.jobs import JobContext
from newsletter.actions.jobs.send_steps import AGAIN, Standing, Step, failed, missed, next_step, over, waiting
from newsletter.actions.resume_mailing import resume_mailing
from newsletter.actions.send_issue import Missed, Sent, send_issue
from newsletter.actions.way_out import read_schedule
from newsletter.deliver.progress import Progress
from newsletter.model.errors import NewsletterError
from newsletter.model.issue import IssueId
from newsletter.model.job import Job, Occasion, Outcome
from newsletter.model.mailing import MailingState
from newsletter.store import mailings
from newsletter.store.engine import open_store
from newsletter.store.errors import AlreadyHeld

_LONG = timedelta(minutes=2)  # nobody keeps a process and the right to send for longer, only to wait for another try
_LOOK = 5.0  # seconds between two looks at the clock while it waits: somebody may set it
_LATER = timedelta(minutes=10)  # behind the time it began for: the issue has got another time meanwhile


def do(app: App, occasion: Occasion, context: JobContext) -> Outcome:
    """Sends the issue at its time, and comes back to it until its mailing is over.

    Before the first mail: what keeps it from leaving is looked at again every minute until `occasion.until`; then it is
    MISSED, and stays so until a person sends it. After it: it goes on until `sending.resume_hours` are over. A mailing
    that a person paused, or that the server refused, waits for a person; one whose server could not be reached is tried
    every five minutes.
    """
    issue = _issue(occasion)
    standing = _standing(app, issue, occasion)
    step = next_step(standing, app.clock())
    match step:
        case Step.LEAVE:
            return over(standing)
        case Step.WAIT:
            return waiting(standing, app.clock())
        case Step.SEND | Step.RESUME:
            return _attempt(app, issue, occasion, standing, step, context)


def _attempt(
    app: App, issue: IssueId, occasion: Occasion, standing: Standing, step: Step, context: JobContext
) -> Outcome:
    """What one try to send comes to."""
    try:
        return _sent(app, issue, occasion, standing, step, context)
    except AlreadyHeld as error:
        return waiting(standing, app.clock(), str(error))
    except Missed as error:
        return missed(str(error))
    except (NewsletterError, OSError) as error:
        now = app.clock()
        if context.stop.is_set():
            return waiting(standing, now, str(error))
        now_standing = _standing(app, issue, occasion)
        if now_standing.begun:
            late = now + AGAIN >= now_standing.limit
            return failed(str(error)) if late else waiting(now_standing, now, str(error), AGAIN)
        if now >= now_standing.until:
            return missed(f"{error}. Nothing of it has left; `newsletter send {issue} --now` sends it still")
        return waiting(now_standing, now, str(error), _until_next_look(occasion, now))


def _sent(app: App, issue: IssueId, occasion: Occasion, standing: Standing, step: Step, context: JobContext) -> Outcome:
    if step is Step.RESUME:
        if not standing.begun:  # its time is now: a process that is killed from here on still finds it in time
            _put_off(app, standing)
        sent, leaving = _carried(app, issue, step, at_once=False, context=context)
        return _told(app, _standing(app, issue, occasion), sent, leaving, context)
    late = standing.put_off and occasion.due <= app.clock()
    sent, leaving = _carried(app, issue, step, at_once=late, context=context)
    if sent.early:
        due = sent.receipt.mailing.due
        if due - app.clock() > ahead(Job.SEND) + _LATER:
            return waiting(standing, app.clock(), f"it is due {due:%Y-%m-%d %H:%M} UTC", due - app.clock() - _LATER)
        context.tell(f"{issue} is planned for {sent.receipt.total:,} readers and leaves at {due:%H:%M} UTC.")
        _wait_for(app, due, context)
        if context.stop.is_set():
            return waiting(standing, app.clock(), "it is planned and not due yet", timedelta(0))
        sent, leaving = _carried(app, issue, step, at_once=False, context=context)
    return _told(app, _standing(app, issue, occasion), sent, leaving, context)


def _carried(app: App, issue: IssueId, step: Step, *, at_once: bool, context: JobContext) -> tuple[Sent, Leaving]:
    leaving, who, login, tell, wait = Leaving(app, context), context.who, context.login, context.tell, context.wait
    if step is Step.RESUME:
        watch = leaving.see
        return resume_mailing(app, issue, who, login=login, watch=watch, stop=leaving, tell=tell, wait=wait), leaving
    sent = send_issue(
        app, issue, who, login=login, at_once=at_once, watch=leaving.see, stop=leaving, tell=tell, wait=wait
    )
    return sent, leaving


@dataclass(slots=True)
class Leaving:
    """Ends a run that could send nothing for a while: then the right to send is free, and this process not needed."""

    app: App
    context: JobContext
    until: datetime | None = None  # UTC: there is something to send again

    def is_set(self) -> bool:
        """Whether the run shall end."""
        return self.until is not None or self.context.stop.is_set()

    def see(self, progress: Progress) -> None:
        """Looks whether there is something to wait for. Home and feeds are brought up to date before we leave."""
        waits = progress.waits_until if progress.state is MailingState.SENDING and not progress.under_way else None
        publishing = (self.app.root / "var" / "publish.pending").exists()
        if waits is not None and waits - self.app.clock() > _LONG and not publishing:
            self.until = waits


def _told(app: App, standing: Standing, sent: Sent, leaving: Leaving, context: JobContext) -> Outcome:
    """What a run of the mailing came to."""
    now, receipt = app.clock(), sent.receipt
    if receipt.mailing.state is MailingState.SENDING:
        words = str(receipt)
        if leaving.until is not None and not context.stop.is_set():
            return waiting(standing, now, f"{words}; the next is tried {leaving.until:%H:%M} UTC", leaving.until - now)
        return waiting(standing, now, f"{words}; it goes on where it was stopped", timedelta(0))
    step = next_step(standing, now)
    if step is Step.LEAVE:
        return over(standing, str(receipt), sent.trouble)
    return waiting(standing, now, "it was stopped before its first mail" if step is Step.SEND else None)


def _put_off(app: App, standing: Standing) -> None:
    mailing = standing.mailing
    assert mailing is not None, "what is resumed is there"
    with open_store(app.database) as store:
        mailings.set_due(store, mailing.id, app.clock(), standing.limit)


def _wait_for(app: App, due: datetime, context: JobContext) -> None:
    """Lets the time pass until it is due."""
    while (left := (due - app.clock()).total_seconds()) > 0 and not context.stop.is_set():
        context.wait(min(left, _LOOK))


def _until_next_look(occasion: Occasion, now: datetime) -> timedelta:
    """A minute; less where it is due within it."""
    return min(A_MINUTE, occasion.due - now) if now < occasion.due else A_MINUTE


def _standing(app: App, issue: IssueId, occasion: Occasion) -> Standing:
    schedule = read_schedule(app)
    with open_store(app.database) as store:
        return Standing(
            occasion=occasion,
            mailing=mailings.find(store, issue),
            grace=timedelta(minutes=schedule.sending.grace_minutes),
            resume=timedelta(hours=schedule.sending.resume_hours),
        )


def _issue(occasion: Occasion) -> IssueId:
    if occasion.issue is None:
        raise ValueError(f"'{occasion.key}' names no issue that could be sent")
    return occasion.issue
