"""Answers: what readers wrote to the question of an issue, and which of them the next one prints."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.choose_answers import SECTION, choose_answers
from newsletter.actions.list_answers import list_answers
from newsletter.actions.save_text import look_at_text
from newsletter.desk.ask import Ask
from newsletter.desk.moments import cities_for, dated
from newsletter.desk.office import Office
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.publication.folder import is_sent, issue_ids


def show(office: Office, ask: Ask, wrong: str = "") -> Response:
    """The answers to one issue's question: the newest that asks something, or the one that is asked for."""
    asked = (ask.form.get("asked") or ask.query.get("issue", "")).strip()
    values: dict[str, object] = {"asked": asked, "wrong": wrong, "found": None, "into": ""}
    into = _coming(office)
    try:
        found = list_answers(office.app, office.schedule, _named(asked) if asked else None)
    except ConfigError as error:
        values["nothing"] = str(error)
        return office.page(ask, "answers.html", "Answers", values, 422 if asked else 200)
    city = cities_for(office.schedule, ask.me.id)[0]
    there = _printed(office, into) if into else ""
    question = found.asking.question
    values["found"] = {
        "issue": str(found.asking.issue),
        "city": city.name,
        "question": question.text,
        "until": f"{question.until:%A} {question.until.day} {question.until:%B %Y}",
        "is_open": found.asking.is_open,
        "answers": [
            {
                "number": one.number,
                "name": one.name,
                "place": one.place or "",
                "at": dated(one.at, city),
                "paragraphs": [part for part in one.text.split("\n") if part.strip()],
                "is_chosen": bool(there) and " ".join(one.text.split()) in there,
            }
            for one in found.answers
        ],
    }
    values["into"] = str(into or "")
    return office.page(ask, "answers.html", "Answers", values, 422 if wrong else 200)


def take(office: Office, ask: Ask) -> Response:
    """Puts the answers that were ticked into the issue in preparation."""
    into = _coming(office)
    if into is None:
        return show(office, ask, "No issue is in preparation; open the next one first.")
    numbers = [int(one) for one in ask.lists("answer") if one.isdecimal() and len(one) < 9]
    try:
        choose_answers(office.app, office.schedule, _named(ask.text("asked")), numbers, into, ask.me.id)
    except ConfigError as error:
        return show(office, ask, str(error))
    return office.go(ask, f"/issues/{into}/sections/{SECTION}", "The answers stand in the issue; shorten them here.")


def _named(text: str) -> IssueId:
    issue = IssueId.parse(text)
    if issue is None:
        raise ConfigError("issue", "this names no issue; write it as the name of its folder, as 2026-11-27")
    return issue


def _printed(office: Office, into: IssueId) -> str:
    """The words of the replies in an issue; "" where it has no place for them."""
    try:
        return " ".join(look_at_text(office.app, into, SECTION).text.split())
    except ConfigError:
        return ""


def _coming(office: Office) -> IssueId | None:
    return next((one for one in issue_ids(office.app.root) if not is_sent(office.app.root, one)), None)
