"""Leaving on the site: by the button behind a mail's link, by one click, and without being asked anything."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.actions.erase_reader import erase_reader
from newsletter.actions.readers import leavers_path, readers_store
from newsletter.actions.tell_story import tell_story
from newsletter.model.marks import mark_text
from newsletter.model.subscriber import Reason, SubscriberState
from newsletter.store import suppressions
from newsletter.tokens import SAMPLE_RING, Purpose
from tests.living import Living, running
from tests.readers import ANA, ONE_CLICK, a_reader, found, leaving, mailed, rows, signed, state_of


@pytest.fixture
def site(publication: Path) -> Iterator[Living]:
    """A running site; what is asked for there is seen to by `mailed`."""
    with running(publication, pumping=False) as started:
        yield started


@pytest.fixture(scope="module")
def still(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    """One for all tests that leave it as it was: its clock is not moved, and each has a reader of its own."""
    with running(
        Path(shutil.copytree(pristine, tmp_path_factory.mktemp("still") / "publication")), pumping=False
    ) as one:
        yield one


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_opening_the_link_of_a_mail_shows_a_button_and_changes_nothing(still: Living, method: str) -> None:
    """Gateways open every link (RFC 9110 9.2.1: GET and HEAD are safe); the database is the same to the last row."""
    ana = a_reader(still)
    before = rows(still)
    for kind, purpose in (("u", Purpose.UNSUBSCRIBE), ("p", Purpose.PREFERENCES)):
        answer = still.ask(method, f"/{kind}/{signed(still, ana, purpose)}")
        assert answer.status == 200
        assert ('<form class="live" method="post">' in answer.text) is (method == "GET")
    assert rows(still) == before


def test_the_button_takes_the_reader_off_the_list_at_once(site: Living) -> None:
    """And says so, without naming the address: the mail may have been passed on. It is in the log that is fsynced."""
    ana = a_reader(site)
    answer = site.post(leaving(site, ana))
    assert answer.status == 200
    assert "You have unsubscribed" in answer.text
    assert ANA not in answer.text
    assert state_of(site) is SubscriberState.UNSUBSCRIBED
    assert mark_text(ana.mark) in leavers_path(site.app).read_text()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (
            b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
            "multipart/form-data; boundary=b",
        ),
        (b"", "text/plain"),
    ],
    ids=["urlencoded", "multipart", "empty"],
)
def test_one_click_needs_no_cookie_no_page_before_and_no_redirect(still: Living, body: bytes, kind: str) -> None:
    """RFC 8058 3.1 and 3.2: a POST from a provider's machine, with nothing but the link, is enough; 200 at once."""
    reader = a_reader(still, f"{len(body)}@example.org")
    answer = still.ask(
        "POST", leaving(still, reader), body, {"Content-Type": kind, "Origin": "https://mail.example.com"}
    )
    assert answer.status == 200
    assert "set-cookie" not in answer.headers
    assert state_of(still, reader.address) is SubscriberState.UNSUBSCRIBED


def test_a_provider_may_send_one_click_for_thousands_from_one_machine(site: Living) -> None:
    """No limit counts leaving, and it is as good the second time."""
    ana = a_reader(site)
    assert {site.post(leaving(site, ana), ONE_CLICK).status for _ in range(30)} == {200}
    with readers_store(site.app) as readers:
        assert len(suppressions.of(readers.store, (ana.mark,))) == 1


def test_who_has_left_finds_the_page_that_says_so(site: Living) -> None:
    """The link of any old mail shows it, with the way back."""
    ana = a_reader(site)
    site.post(leaving(site, ana))
    answer = site.get(leaving(site, ana))
    assert "You have unsubscribed" in answer.text
    assert f'href="{site.address}/subscribe"' in answer.text
    assert "<form" not in answer.text


def test_who_has_left_comes_back_by_signing_up_and_confirming_anew(site: Living) -> None:
    """The link that undoes it goes to their mailbox; nobody comes back by the link that they left by."""
    site.post(leaving(site, a_reader(site)))
    site.clock.forward(days=2)
    site.sign_up(ANA)
    assert site.post(site.link_in(mailed(site)[0])).status == 200
    assert state_of(site) is SubscriberState.CONFIRMED
    assert tell_story(site.app, ANA).writable


def test_an_old_link_works_for_who_was_erased(site: Living) -> None:
    """Whoever holds a link that we signed has been written to; it keeps suppressing, and brings no row back."""
    ana = a_reader(site)
    erase_reader(site.app, ANA, by="daniel")
    assert 'method="post"' in site.get(leaving(site, ana)).text
    assert site.post(leaving(site, ana), ONE_CLICK).status == 200
    assert found(site) is None
    with readers_store(site.app) as readers:
        reasons = {one.reason for one in suppressions.living(readers.store, (ana.mark,))}
    assert reasons == {Reason.ERASED, Reason.OPT_OUT}


@pytest.mark.parametrize("kind", ["u", "p"])
@pytest.mark.parametrize("purpose", [Purpose.TEST, Purpose.SAMPLE], ids=lambda one: one.value)
def test_links_of_test_mails_show_what_they_would_do_and_do_nothing(still: Living, kind: str, purpose: Purpose) -> None:
    """Both the page and what follows its button say that they pretend."""
    ana = a_reader(still)
    ring = SAMPLE_RING if purpose is Purpose.SAMPLE else still.live.ring
    path = f"/{kind}/{ring.sign(purpose, mark_text(ana.mark))}"
    before = rows(still)
    for answer in (still.get(path), still.post(path, ONE_CLICK)):
        assert answer.status == 200
        assert "It shows what it would do, and does nothing." in answer.text
    assert rows(still) == before
