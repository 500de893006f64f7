"""What is told of a message at MAIL and RCPT: its size, its addresses, and what a bounce of it is to name."""

from __future__ import annotations

import pytest

from newsletter.mail.dot import fit
from newsletter.model.answer import Answer, Envelope, Phase
from tests.smtpserver import EXTENSIONS, SmtpServer, say
from tests.talking import BOTH, all_is_well_after, brief, envelope, message, opened


def test_a_message_is_refused_by_its_size_before_it_is_sent() -> None:
    """RFC 1870: the size is told at MAIL; where the server's limit is known, nothing is asked."""
    with SmtpServer(size=1_000) as server, opened(server) as session:
        answer = session.begin(envelope(size=1_001))
        assert (brief(answer), answer.status) == ((Phase.MAIL, 552), "5.3.4")
        assert "1001 octets, the server takes at most 1000" in answer.said
        assert brief(session.begin(envelope(size=80))) == (Phase.DATA, 354)
        assert brief(session.hand_over(fit(message()), envelope(size=1_001)).ahead) == (Phase.MAIL, 552)
        assert server.messages[0].mail == "MAIL FROM:<bounces@news.example.org> SIZE=80"
        all_is_well_after(session, server)


@BOTH
@pytest.mark.parametrize(("point", "phase"), [("MAIL", Phase.MAIL), ("DOT", Phase.DOT)])
def test_a_message_that_is_too_big_for_the_server_after_all(
    point: str, phase: Phase, extensions: tuple[str, ...]
) -> None:
    """552 at MAIL, or after the data was looked at."""
    with SmtpServer(extensions=extensions) as server, opened(server) as session:
        server.at(point, say("552 5.3.4 too big"), times=1)
        answer = session.begin(envelope())
        answer = session.hand_over(fit(message()), None).answer if answer.positive else answer
        assert answer == Answer(phase, 552, "5.3.4", "5.3.4 too big")
        assert server.messages == []
        all_is_well_after(session, server)


NAUGHTY = [
    "a@example.org>\r\nDATA\r\n",
    "a b@example.org",
    "a>@example.org",
    "<a@example.org",
    "a\0@example.org",
    "a\n",
]


@pytest.mark.parametrize("address", [*NAUGHTY, "a" * 255])
def test_an_address_that_would_say_more_than_an_address_is_never_sent(address: str) -> None:
    """As recipient it is refused at RCPT, as sender at MAIL, by us; the next envelope may follow."""
    with SmtpServer() as server, opened(server) as session:
        assert brief(session.begin(Envelope("", address, 80))) == (Phase.RCPT, 553)
        assert brief(session.begin(Envelope(address, "ana@example.org", 80))) == (Phase.MAIL, 553)
        session.begin(envelope())
        assert brief(session.hand_over(fit(message()), envelope(address)).ahead) == (Phase.RCPT, 553)
        assert server.verbs() == ["EHLO", "MAIL", "RCPT", "DATA"]
        all_is_well_after(session, server)


def test_an_address_beyond_ascii_is_refused_where_the_server_cannot_take_it() -> None:
    """5.6.7 (RFC 6531): the reader's row says why; nothing is asked."""
    with SmtpServer() as server, opened(server) as session:
        answer = session.begin(envelope("zoë@example.org"))
        assert (brief(answer), answer.status) == ((Phase.RCPT, 553), "5.6.7")
        all_is_well_after(session, server)


def test_an_address_beyond_ascii_is_named_where_the_server_can_take_it() -> None:
    """SMTPUTF8 is said at MAIL, for this message only (RFC 6531 3.4)."""
    with SmtpServer(extensions=(*EXTENSIONS, "SMTPUTF8")) as server, opened(server) as session:
        session.begin(envelope("zoë@example.org"))
        assert brief(session.hand_over(fit(message()), envelope()).ahead) == (Phase.DATA, 354)
        assert brief(session.hand_over(fit(message()), None).answer) == (Phase.DOT, 250)
        first, second = server.messages
        assert (first.recipients, second.recipients) == (("zoë@example.org",), ("ana@example.org",))
        assert first.mail == "MAIL FROM:<bounces@news.example.org> SMTPUTF8"
        assert second.mail == "MAIL FROM:<bounces@news.example.org>"


def test_bounces_are_asked_to_name_the_copy() -> None:
    """ENVID and ORCPT, in xtext, where the server knows them: only a failure is told, with the headers (RFC 3461)."""
    with SmtpServer(extensions=(*EXTENSIONS, "DSN")) as server, opened(server) as session:
        session.begin(Envelope("bounces@news.example.org", "ana+news=1@example.org", 80, "7-42-k7=+a"))
        session.hand_over(fit(message()), None)
    told = [line for _, line in server.commands]
    assert "MAIL FROM:<bounces@news.example.org> RET=HDRS ENVID=7-42-k7+3D+2Ba" in told
    assert "RCPT TO:<ana+news=1@example.org> NOTIFY=FAILURE ORCPT=rfc822;ana+2Bnews+3D1@example.org" in told


def test_a_notice_asks_for_no_bounce() -> None:
    """It has nobody to come back to."""
    with SmtpServer(extensions=(*EXTENSIONS, "DSN")) as server, opened(server) as session:
        session.begin(Envelope("", "ana@example.org", 80))
        session.hand_over(fit(message()), None)
    told = [line for _, line in server.commands]
    assert "MAIL FROM:<>" in told
    assert "RCPT TO:<ana@example.org>" in told


def test_a_notice_has_the_null_path_for_sender() -> None:
    """MAIL FROM:<>, so that nothing ever bounces back to it (RFC 5321 4.5.5)."""
    with SmtpServer() as server, opened(server) as session:
        session.begin(Envelope("", "ana@example.org", 80))
        session.hand_over(fit(message()), None)
        assert (server.messages[0].sender, server.messages[0].mail) == ("", "MAIL FROM:<>")
