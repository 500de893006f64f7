"""Test mails: the issue as it stands, to oneself and a few others."""

from __future__ import annotations

import re

from starlette.responses import Response

from newsletter.actions.approved_edition import proposal
from newsletter.actions.test_issue import MARKED, MOST, Tested, test_issue
from newsletter.desk import approving
from newsletter.desk.ask import Ask
from newsletter.desk.issuepath import issue_of
from newsletter.desk.office import Office
from newsletter.desk.wording import cut
from newsletter.model.errors import ConfigError, ContentError, NewsletterError

_PARTS = re.compile(r"[\s,;]+")


def show(office: Office, ask: Ask) -> Response:
    """The form, with one's own address in it."""
    return _page(office, ask, ask.me.member.address)


def take(office: Office, ask: Ask) -> Response:
    """Sends the test mails, and shows what became of each."""
    issue, typed = issue_of(office.app, ask), ask.body("to")
    addresses = [one for one in _PARTS.split(typed) if one]
    try:
        tested = test_issue(office.app, issue, addresses, ask.me.id, login=None)
    except ContentError:
        raise
    except ConfigError as error:
        return _page(office, ask, typed, error=str(error), status=422)
    except NewsletterError as error:  # the mail server takes none, or this installation may not send
        return _page(office, ask, typed, trouble=cut(str(error), 600), status=409)
    return _page(office, ask, typed, tested=tested)


def _page(
    office: Office,
    ask: Ask,
    typed: str,
    *,
    error: str = "",
    trouble: str = "",
    tested: Tested | None = None,
    status: int = 200,
) -> Response:
    issue = issue_of(office.app, ask)
    edition = tested.edition if tested else proposal(office.app, issue, office.looks.today(issue)).edition
    outcomes = [
        {"address": one.address, "accepted": one.accepted, "said": cut(str(one.answer))}
        for one in (tested.outcomes if tested else ())
    ]
    values = {
        "issue": str(issue),
        "edition": approving.edition(edition),
        "subject": f"{MARKED}{edition.subject}",
        "typed": typed,
        "error": error,
        "trouble": trouble,
        "outcomes": outcomes,
        "failed": sum(not one.accepted for one in tested.outcomes) if tested else 0,
        "most": MOST,
    }
    return office.page(ask, "test_mail.html", f"Test mail of {issue}", values, status)
