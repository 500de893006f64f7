"""The work of each job, a module a job: `do(app, occasion, context)` does it and says what came of it.

A body may be called any number of times for one occasion, and is killed anywhere: what it has done before, it does not
do again. What it cannot do now it raises as a `NewsletterError` or an `OSError`, and is called again later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, cast

from newsletter.model.job import Job, Occasion, Outcome

if TYPE_CHECKING:  # the clock names jobs without doing any
    from newsletter.actions.app import App

# These are called when it is too late as well: a person may have done their work, or they may have begun it in time.
# They return MISSED where nobody did.
KEEPS_TIME = frozenset({Job.OPEN, Job.SEND})


class StopSign(Protocol):
    """Says that the work shall end soon, as `threading.Event` does."""

    def is_set(self) -> bool:
        """Whether it has been said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """For whom a job is done, and how it waits."""

    who: str  # "clock", or who runs it by hand
    login: str  # of the account that it runs under, for the audit log
    stop: StopSign  # once it is set: brings to an end what is under way, begins nothing more, returns WAITING
    wait: Callable[[float], object]  # lets about so many seconds pass, or fewer
    tell: Callable[[str], object]  # takes a line for whoever looks on


Do = Callable[["App", Occasion, JobContext], Outcome]


def body(job: Job) -> Do:
    """The work of a job."""
    return cast(Do, import_module(f"newsletter.actions.jobs.{job.value.replace('-', '_')}").do)
