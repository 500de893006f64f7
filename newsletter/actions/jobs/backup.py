"""The job that makes a backup."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.back_up import back_up
from newsletter.actions.jobs import JobContext
from newsletter.model.job import Occasion, Outcome, RunState


def do(app: App, _occasion: Occasion, _context: JobContext) -> Outcome:
    """Makes a backup into the folder of backups. Done once more, there is one more."""
    done = back_up(app)
    words = f"{done.path}, {done.octets / 1_000_000:,.1f} MB"
    if done.removed:
        words += f"; {len(done.removed)} older taken away"
    return Outcome(state=RunState.DONE, words=words)
