"""Deputies at the desk: they have a signature from the deadline on, and send only where they are approvers too."""

from __future__ import annotations

from datetime import timedelta

from newsletter.actions.app import App
from newsletter.actions.approved_edition import proposal
from newsletter.publication.schedule import Role
from tests.approving import COMING, rules
from tests.desking import Desking, desk_of
from tests.living import Clock
from tests.sending import due_of

ISSUE = f"/issues/{COMING}"
DELIVERY = f"{ISSUE}/delivery"


def signs(desk: Desking, who: str) -> int:
    client = desk.signed_in(who)
    page = client.get(f"{ISSUE}/approve")
    digest = proposal(desk.app, COMING).edition.digest
    return client.send(page, f"{ISSUE}/approve", {"digest": digest}).status


def test_a_deputy_signs_and_sends_nothing(home: App) -> None:
    """Their signature completes the approval after the deadline; the page of the delivery says who sends, and offers
    them nothing; a form made by hand is refused."""
    rules(home.root, "{deputies: [priya]}")
    with desk_of(home.root, clock=Clock(due_of(home) - timedelta(hours=1))) as desk:
        assert signs(desk, "priya") == 303
        priya = desk.signed_in("priya")
        page = priya.get(DELIVERY)
        assert "Approved by Priya Lindqvist" in page.text
        assert "Whoever is approver may send, pause, go on and cancel." in page.text
        assert 'value="now"' not in page.text
        assert 'value="now"' in desk.signed_in("mei").get(DELIVERY).text
        for path in (f"{DELIVERY}/start", f"{DELIVERY}/pause", f"{DELIVERY}/cancel"):
            assert priya.send(page, path, {"start": "now", "sure": "yes"}).status == 403


def test_a_deputy_who_is_approver_sends_and_signs_from_the_deadline_on(home: App) -> None:
    """The role lets them send what others have signed at any time, and makes their signature count no earlier."""
    rules(home.root, "{deputies: [daniel]}")
    with desk_of(home.root, clock=Clock(due_of(home) - timedelta(days=2))) as desk:
        assert Role.APPROVER in desk.office.schedule.team[1].roles
        assert signs(desk, "daniel") == 303
        assert not proposal(desk.app, COMING).standing.complete
        assert signs(desk, "mei") == 303
        assert 'value="now"' in desk.signed_in("daniel").get(DELIVERY).text
