"""What the database knows of a job: its runs, and mailings that nobody looks after."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from newsletter.actions.due_runs import A_MINUTE, LOOK_BACK, Past, follows_issues
from newsletter.model.job import Job, Occasion, Run, RunState
from newsletter.model.mailing import Mailing, MailingKind, MailingState, Pause
from newsletter.store import mailings, runs
from newsletter.store.engine import Store

_UNFINISHED = (RunState.RUNNING, RunState.WAITING)


def past_of(store: Store, job: Job, now: datetime) -> Past:
    """What the database knows of a job."""
    if not follows_issues(job):
        last = runs.newest(store, job, before=now + A_MINUTE)
        unfinished = runs.unfinished(store, job)
        return Past(newest=last.due if last else None, born=None, keys=frozenset(), unfinished=unfinished)
    lately = [run for run in runs.lately(store, job, now - LOOK_BACK) if not ran_ahead(run, now)]
    last = next((run for run in reversed(lately) if run.due < now + A_MINUTE), None)
    last = last or runs.newest(store, job, before=now + A_MINUTE)
    again, adopted = _orphans(store, now) if job is Job.SEND else ((), ())
    return Past(
        newest=last.due if last else None,
        born=None if last else runs.born(store),
        keys=frozenset(run.key for run in lately),
        unfinished=(*(run for run in lately if run.state in _UNFINISHED), *again),
        adopted=adopted,
    )


def ran_ahead(run: Run, now: datetime) -> bool:
    """Whether it was missed by a clock that ran ahead and was set back: it is due all the same."""
    return run.state is RunState.MISSED and run.began > now


def _orphans(store: Store, now: datetime) -> tuple[tuple[Run, ...], tuple[Occasion, ...]]:
    """Mailings under way that no run looks after: a person began them, whose process may be gone. Their runs, where
    they have one that is over, and occasions of those that have none."""
    again, adopted = [], []
    for mailing in mailings.living(store):
        if not _goes_on(mailing, now):
            continue
        key = str(mailing.issue)
        run = runs.find(store, Job.SEND, key)
        if run is None:
            adopted.append(Occasion(job=Job.SEND, key=key, due=mailing.due, issue=mailing.issue))
        elif run.state not in _UNFINISHED:
            again.append(replace(run, next_try=now))
    return tuple(again), tuple(adopted)


def _goes_on(mailing: Mailing, now: datetime) -> bool:
    """Whether it has begun, and goes on without a person."""
    if mailing.kind is not MailingKind.ISSUE or mailing.began is None or mailing.expires <= now:
        return False
    passing = mailing.state is MailingState.PAUSED and mailing.pause is Pause.UNREACHABLE
    return passing or mailing.state in (MailingState.READY, MailingState.SENDING)
