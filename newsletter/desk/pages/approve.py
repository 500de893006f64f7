"""Approving an issue: what would be signed, what stands in the way, and one's name under it."""

from __future__ import annotations

from dataclasses import dataclass, field

from starlette.responses import Response

from newsletter.actions.approve_issue import (
    AnotherEdition,
    Approved,
    Blocked,
    approve_issue,
    release_issue,
    withdraw_approval,
)
from newsletter.actions.approved_edition import proposal
from newsletter.actions.check_issue import blocking
from newsletter.actions.delivery_progress import mailing_so_far
from newsletter.actions.diff_issue import Face, difference, face_of, last_look
from newsletter.desk import approving
from newsletter.desk.ask import Ask
from newsletter.desk.issuepath import issue_of
from newsletter.desk.moments import cities_for
from newsletter.desk.office import Office
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.mailing import MailingState
from newsletter.publication import calendar
from newsletter.publication.folder import is_sent
from newsletter.store.approvals import AlreadySigned, NothingToWithdraw

_NOW = "what you would sign now"
_FIELDS = ("note", "reason", "why")


@dataclass(frozen=True, slots=True)
class _Again:
    """Why the page is shown once more, and what was typed."""

    words: str = ""
    errors: dict[str, str] = field(default_factory=dict)  # by field
    typed: dict[str, str] = field(default_factory=dict)
    shown: Face | None = None  # the edition that was shown before, where another one is there now


def show(office: Office, ask: Ask) -> Response:
    """What is up for approval."""
    return _page(office, ask, _Again())


def take_sign(office: Office, ask: Ask) -> Response:
    """Signs the edition that the page showed."""
    issue, note, digest = issue_of(office.app, ask), ask.text("note"), ask.text("digest")
    try:
        done = approve_issue(
            office.app, issue, ask.me.id, login=None, expected=digest, refuse=blocking, note=note or None
        )
    except AnotherEdition as error:
        return _page(office, ask, _changed(office, error, {"note": note}), 409)
    except Blocked:
        words = "Nothing was signed: what is listed below blocks it. Mend it, or let it pass with a reason."
        return _page(office, ask, _Again(words, typed={"note": note}), 409)
    except (AlreadySigned, ConfigError) as error:
        return _page(office, ask, _Again(f"Nothing was signed: {_words(error)}.", typed={"note": note}), 422)
    return office.go(ask, f"/issues/{issue}/approve", _signed(done, "You have signed"))


def take_release(office: Office, ask: Ask) -> Response:
    """Lets the one in charge approve the edition alone."""
    issue, reason, digest = issue_of(office.app, ask), ask.text("reason"), ask.text("digest")
    typed = {"reason": reason}
    if not reason:
        error = {"reason": "Write why you release it alone: the reason is kept."}
        return _page(office, ask, _Again(errors=error), 422)
    try:
        done = release_issue(office.app, issue, ask.me.id, login=None, expected=digest, refuse=blocking, reason=reason)
    except AnotherEdition as error:
        return _page(office, ask, _changed(office, error, typed), 409)
    except Blocked:
        words = "Nothing was released: what is listed below blocks it. Mend it, or let it pass with a reason."
        return _page(office, ask, _Again(words, typed=typed), 409)
    except (AlreadySigned, ConfigError) as error:
        return _page(office, ask, _Again(f"Nothing was released: {_words(error)}.", typed=typed), 422)
    return office.go(ask, f"/issues/{issue}/approve", _signed(done, "You have released"))


def take_withdraw(office: Office, ask: Ask) -> Response:
    """Takes back what this person has signed."""
    issue, note = issue_of(office.app, ask), ask.text("why")
    try:
        withdraw_approval(office.app, issue, ask.me.id, login=None, note=note or None)
    except (NothingToWithdraw, ConfigError) as error:
        return _page(office, ask, _Again(f"Nothing was taken back: {_words(error)}.", typed={"why": note}), 422)
    return office.go(ask, f"/issues/{issue}/approve", "Your signature is taken back.")


def _page(office: Office, ask: Ask, again: _Again, status: int = 200) -> Response:
    app, issue, me = office.app, issue_of(office.app, ask), ask.me.id
    now, cities = office.now(), cities_for(office.schedule, me)
    none = dict.fromkeys(_FIELDS, "")
    told = {"words": again.words, "errors": none | again.errors, "typed": none | again.typed}
    common = {"issue": str(issue), "again": told}
    try:
        proposed, checked = proposal(app, issue, office.looks.today(issue)), office.looks.checked(issue)
        if checked.mistakes:
            raise ContentError(checked.mistakes)
    except ContentError as error:
        mistakes = [
            {"where": f"{one.path}, line {one.line}" if one.line else one.path, "what": one.what, "todo": one.todo}
            for one in error.mistakes
        ]
        return office.page(ask, "approve.html", f"Approve {issue}", {**common, "mistakes": mistakes}, status)
    face = face_of(proposed.edition, _NOW)
    office.shown.put(proposed.edition.digest, face)
    before = again.shown or last_look(app, issue, me)
    mailing = mailing_so_far(app, issue)
    is_paused = mailing is not None and mailing.state is MailingState.PAUSED
    values = {
        **common,
        "mistakes": [],
        "edition": approving.edition(proposed.edition),
        "when": approving.sent_when(calendar.week(office.schedule.calendar, issue), now, cities),
        "signing": approving.standing(proposed, me, now, cities),
        "obstacles": approving.obstacles(checked.report.findings, issue),
        "changes": approving.changes(difference(before, face), me, cities) if before else None,
        "readers": f"{office.audience().writable:,}",
        "over": is_sent(app.root, issue) and not is_paused,
        "paused": is_paused,
    }
    return office.page(ask, "approve.html", f"Approve {issue}", values, status)


def _changed(office: Office, error: AnotherEdition, typed: dict[str, str]) -> _Again:
    shown = office.shown.peek(error.expected)
    words = (
        f"Nothing was signed: files were changed while you read. You were shown the edition "
        f"{error.expected[: approving.SHORT]}, and it is {error.found[: approving.SHORT]} now. "
    )
    words += (
        "What has changed since then stands below."
        if shown is not None
        else "What is new since your last look stands below."
    )
    return _Again(words, typed=typed, shown=shown)


def _signed(done: Approved, words: str) -> str:
    short = done.edition.digest[: approving.SHORT]
    standing = "It is approved." if done.standing.complete else f"It needs {done.standing.missing}."
    return f"{words} the edition {short}. {standing}"


def _words(error: Exception) -> str:
    return str(error).rstrip(".")
