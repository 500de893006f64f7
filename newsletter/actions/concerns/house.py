"""What keeps the watch from looking: the database, schedule.yaml, a part of the watch itself."""

from __future__ import annotations

from datetime import timedelta

from newsletter.actions.concerns.kinds import Kind, concern
from newsletter.model.alarm import Concern
from newsletter.model.errors import ContentError, NewsletterError
from newsletter.store.errors import StoreBusy, StoreFull, StoreUnreachable

_MISTAKES = 5  # that are told one by one


def of_database(error: NewsletterError) -> Concern:
    """The database cannot be used."""
    is_full = isinstance(error, StoreFull)
    subject = "The database cannot grow" if is_full else "The database cannot be used"
    what = (
        f"{str(error).rstrip('.')}.",
        "Nothing is sent, and nothing that readers do is taken, until it can. What was recorded is safe.",
    )
    todo = (
        "free space on its disk" if is_full else "look whether its server runs, its disk is there and has room",
        "`newsletter doctor` says how it stands; what was due is made up for by itself",
    )
    return concern(Kind.DATABASE, "", subject, what, todo)


def patience(error: NewsletterError) -> timedelta:
    """How long it is waited before anybody is told: a server that is started anew needs nobody."""
    if isinstance(error, StoreBusy):
        return timedelta(minutes=3)
    return timedelta(minutes=1) if isinstance(error, StoreUnreachable) else timedelta(0)


def of_schedule(error: ContentError) -> Concern:
    """schedule.yaml cannot be read."""
    listed = [str(mistake) for mistake in error.mistakes[:_MISTAKES]]
    what = (
        "schedule.yaml holds mistakes. What runs goes on by the calendar it had; nothing that is begun now can be.",
        *listed,
    )
    todo = ("mend the file: nothing needs to be started anew", "`newsletter check-files` shows every mistake")
    return concern(Kind.SCHEDULE, "", "schedule.yaml cannot be read", what, todo)


def of_watch(look: str, words: str) -> Concern:
    """A part of the watch is broken: what it would find is not found."""
    what = (f"The watch cannot look at {look}: {words.rstrip('.')}.", "Whatever goes wrong there is not told.")
    todo = ("look at the log of `newsletter run`", "`newsletter alarms` looks again, and shows what is wrong")
    return concern(Kind.WATCH, look, f"The watch cannot look at {look}", what, todo)
