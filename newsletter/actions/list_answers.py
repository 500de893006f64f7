"""List answers: what readers wrote to the question of an issue."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.actions.app import App, known_issue
from newsletter.actions.home import home_store
from newsletter.actions.take_answer import Asking, find_question
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.model.reader_answer import ReaderAnswer
from newsletter.publication.folder import is_sent, issue_ids
from newsletter.publication.schedule import Schedule
from newsletter.store import reader_answers


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, and what came."""

    asking: Asking
    answers: tuple[ReaderAnswer, ...]  # in the order they came


def list_answers(app: App, schedule: Schedule, issue: IssueId | None = None) -> Answered:
    """The answers to the question of an issue; without one, of the newest that went out and asks something.

    Raises `NotAtHome`; `ConfigError` for an issue that is not there, has not gone out, or asks nothing.
    """
    asking = _newest(app, schedule) if issue is None else _asked_by(app, schedule, known_issue(app, issue))
    with home_store(app, "answers are kept") as store:
        return Answered(asking, reader_answers.of(store, asking.issue))


def _newest(app: App, schedule: Schedule) -> Asking:
    for issue in reversed(issue_ids(app.root)):
        if (asking := find_question(app, schedule, issue)) is not None:
            return asking
    raise ConfigError("issue", f"no issue of {app.root}/content/issues that went out asks its readers a question")


def _asked_by(app: App, schedule: Schedule, issue: IssueId) -> Asking:
    if (asking := find_question(app, schedule, issue)) is not None:
        return asking
    if not is_sent(app.root, issue):
        raise ConfigError("issue", f"{issue} has not gone out, so nobody can have answered it; name an earlier issue")
    raise ConfigError("issue", f"{issue} asks its readers no question on the web; name another issue")
