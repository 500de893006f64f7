"""Take an answer: what a reader writes to the question of an issue, for its editors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.model.errors import NewsletterError
from newsletter.model.issue import IssueId
from newsletter.model.question import AskedQuestion
from newsletter.model.reader_answer import ReaderAnswer, Slip, Typed, slips, tidied
from newsletter.publication.folder import is_sent
from newsletter.publication.schedule import Schedule
from newsletter.publication.sent import read_sent
from newsletter.store import reader_answers


class AnswersOver(NewsletterError):
    """The last day for answers to this question has passed, or there never was one."""

    def __init__(self, issue: IssueId) -> None:
        super().__init__(f"answers to the question of {issue} are not taken any more")


class AnswerSlips(NewsletterError):
    """An answer that cannot be taken as it was typed."""

    def __init__(self, found: tuple[Slip, ...]) -> None:
        self.slips = found
        super().__init__(f"the answer was not kept: {', '.join(one.value for one in found)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """The question of an issue that went out."""

    issue: IssueId
    language: str  # BCP 47, of the issue
    question: AskedQuestion
    is_open: bool  # answers are taken still, to the end of the last day in the sending zone


def find_question(app: App, schedule: Schedule, issue: IssueId) -> Asking | None:
    """What an issue asks, by the newest edition that went out; None for one that asks nothing or has not gone out.

    Raises `ContentError` where its files are not whole.
    """
    if not is_sent(app.root, issue):
        return None
    meta = read_sent(app.root, issue)[-1].meta
    question = _question(meta.get("question"))
    if question is None:
        return None
    zone = ZoneInfo(schedule.calendar.send.zone)
    return Asking(
        issue=issue,
        language=str(meta.get("language")),
        question=question,
        is_open=app.clock().astimezone(zone).date() <= question.until,
    )


def take_answer(app: App, schedule: Schedule, issue: IssueId, typed: Typed, words: str) -> ReaderAnswer:
    """Keeps an answer, with the words the reader has agreed to. The same sent again is kept once.

    Nothing of who sent it is kept but what they typed. Raises `AnswerSlips` with all that has to be mended,
    `AnswersOver`.
    """
    asking = find_question(app, schedule, issue)
    if asking is None or not asking.is_open:
        raise AnswersOver(issue)
    tidy = tidied(typed)
    if found := slips(tidy):
        raise AnswerSlips(found)
    answer = ReaderAnswer(
        number=0,
        issue=issue,
        question=asking.question.text,
        at=app.clock(),
        name=tidy.name,
        place=tidy.place or None,
        text=tidy.text,
        words=words,
    )
    with home_store(app, "answers are kept") as store:
        return reader_answers.keep(store, answer)


def _question(written: object) -> AskedQuestion | None:
    """The question as meta.json has it; None where there is none, as in those written before it was kept."""
    match written:
        case {"text": str(text), "until": str(until)}:
            return AskedQuestion(text=text, until=date.fromisoformat(until))
    return None
