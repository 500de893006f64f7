"""Gather: the sources whose time has come."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.gather_sources import Gathered, gather_sources
from newsletter.actions.jobs import JobContext
from newsletter.model.job import Occasion, Outcome, RunState

_SEVERAL = 3  # sources of which none answers: it is rather our network than theirs


def do(app: App, _occasion: Occasion, _context: JobContext) -> Outcome:
    """Asks the sources that are due. One that fails is the source's matter; FAILED where none of several answers."""
    gathered = gather_sources(app)
    asked, failed = len(gathered.outcomes), sum(one.failure is not None for one in gathered.outcomes)
    if failed == asked >= _SEVERAL:
        words = f"none of {asked:,} sources could be read, the first: {gathered.outcomes[0].failure}"
        return Outcome(state=RunState.FAILED, words=f"{words}; see whether this machine reaches the web")
    return Outcome(state=RunState.DONE, words=_words(gathered, asked, failed))


def _words(gathered: Gathered, asked: int, failed: int) -> str:
    if not asked:
        return "no source was due"
    new = sum(one.new for one in gathered.outcomes)
    words = f"{new:,} new item{'s' * (new != 1)} from {asked:,} source{'s' * (asked != 1)}"
    return f"{words}; {failed:,} failed, see `newsletter sources`" if failed else words
