"""Bounces: what came back since the last time."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.backups import copy_leavers
from newsletter.actions.jobs import JobContext
from newsletter.actions.take_returns import Taken, take_returns
from newsletter.actions.way_out import read_schedule
from newsletter.model.job import Occasion, Outcome, RunState


def do(app: App, _occasion: Occasion, _context: JobContext) -> Outcome:
    """Reads the mailbox or Maildir that schedule.yaml names, and acts on what is new in it. Whoever has left by that is
    copied beside the backups."""
    returns = read_schedule(app).sending.returns
    if returns.mailbox is None and returns.maildir is None:
        return Outcome(state=RunState.DONE, words="schedule.yaml names no mailbox that mail comes back to")
    taken = take_returns(app)
    if taken.suppressed:
        copy_leavers(app)
    return Outcome(state=RunState.DONE, words=_words(taken))


def _words(taken: Taken) -> str:
    new = taken.mails - taken.before
    if not new:
        return "; ".join(("nothing new", *taken.notes))
    natures = ", ".join(f"{count:,} {nature.value}" for nature, count in taken.natures if count)
    parts = [f"{new:,} new mail{'s' * (new != 1)}" + (f": {natures}" if natures else "")]
    suppressed = sum(count for _, count in taken.suppressed)
    if suppressed:
        parts.append(f"{suppressed:,} reader{'s are' if suppressed != 1 else ' is'} not written to any more")
    return "; ".join((*parts, *taken.notes))
