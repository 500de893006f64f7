"""Messages through real mail servers: Postfix's smtp-sink, and a whole Postfix as next hop. Read as they arrived."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest

from newsletter.mail.dot import fit
from newsletter.mail.smtp import Limits, Server, SmtpSession, connect
from newsletter.model.answer import Answer, Envelope, Phase
from newsletter.model.tls import Tls
from tests.certificates import certificates
from tests.mta import BUSY, NOBODY_HERE, Mta, postfix, smtp_sink
from tests.smtpserver import SmtpServer, say

LIMITS = Limits(connect=10, greeting=10, command=10, data=10, block=10, dot=10, quit=10)
BODY = b".\r\n..\r\n.a line\r\n\r\nGood morning.\r\n" + b"x" * 998 + b"\r\n"


def message(name: str) -> bytes:
    head = (
        f"Message-ID: <{name}@news.example.org>\r\nFrom: editors@news.example.org\r\nSubject: Morning, {name}\r\n\r\n"
    )
    return head.encode() + BODY


def envelope(name: str, domain: str = "example.org") -> Envelope:
    return Envelope(f"bounces+{name}@news.example.org", f"{name}@{domain}", len(message(name)))


def opened(mta: Mta, privacy: Tls = Tls.NONE) -> SmtpSession:
    server = Server(host="localhost", port=mta.port, privacy=privacy, name="news.example.org")
    return connect(server, context=certificates().trusting(), limits=LIMITS)


def send(session: SmtpSession, names: list[str]) -> None:
    """One message for each, the next envelope ahead."""
    assert session.begin(envelope(names[0])).code == 354
    for name, after in zip(names, [*names[1:], None], strict=True):
        handed = session.hand_over(fit(message(name)), envelope(after) if after else None)
        assert (handed.answer.phase, handed.answer.code) == (Phase.DOT, 250)
    session.quit()


@pytest.fixture(scope="module")
def mta() -> Iterator[Mta]:
    """One Postfix for this file."""
    with postfix() as running:
        yield running


@pytest.mark.parametrize("options", [[], ["-p"], ["-e"]], ids=["pipelining", "no pipelining", "HELO only"])
def test_smtp_sink_takes_many_messages_on_one_connection(options: list[str]) -> None:
    """Each arrives once, with its own envelope, and its body is as it was handed over."""
    names = [f"reader{number}" for number in range(20)]
    with smtp_sink(*options) as sink:
        send(opened(sink), names)
        came = sink.files(len(names))
        parsed = [message_from_bytes(each, policy=policy.default) for each in came]
        assert sorted(str(each["X-Rcpt-Args"]).split()[0] for each in parsed) == sorted(
            f"<{name}@example.org>" for name in names
        )
        assert {str(each["Message-ID"]).partition("@")[0][1:] for each in parsed} == set(names)
        body = BODY.replace(b"\r\n", b"\n") + b"\n"  # smtp-sink ends each file in an empty line
        assert all(each.endswith(b"\n\n" + body) for each in came)


@pytest.mark.parametrize(
    ("options", "phase", "code"),
    [
        (["-f", "mail"], Phase.MAIL, 500),
        (["-r", "rcpt"], Phase.RCPT, 450),
        (["-f", "rcpt"], Phase.RCPT, 500),
        (["-r", "data"], Phase.DATA, 450),
        (["-q", "rcpt"], Phase.RCPT, 0),
        (["-q", "data"], Phase.DATA, 0),
        (["-f", "."], Phase.DOT, 500),
        (["-r", "."], Phase.DOT, 450),
        (["-q", "."], Phase.DOT, 0),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_smtp_sink_refuses_and_hangs_up_at_every_phase(options: list[str], phase: Phase, code: int) -> None:
    """What the programmed server says in the other tests, said by one that is not ours."""
    with smtp_sink(*options) as sink:
        session = opened(sink)
        answer = session.begin(envelope("reader"))
        answer = session.hand_over(fit(message("reader")), None).answer if answer.positive else answer
        session.abandon()
        assert (answer.phase, answer.code) == (phase, code)


def test_postfix_delivers_what_was_handed_over(mta: Mta) -> None:
    """Over STARTTLS into a Maildir: Return-Path is the envelope sender, the body is unchanged to the last dot."""
    names = ["ana", "ben", "cleo"]
    before = len(mta.files(0))
    send(opened(mta, Tls.STARTTLS), names)
    came = [
        each for each in mta.messages(before + 3) if each["Delivered-To"] in [f"{name}@example.org" for name in names]
    ]
    found = {str(each["Delivered-To"]): each for each in came}
    for name in names:
        each = found[f"{name}@example.org"]
        assert each["Return-Path"] == f"<bounces+{name}@news.example.org>"
        assert each["Message-ID"] == f"<{name}@news.example.org>"
        assert "with ESMTPS" in str(each["Received"])
        assert each.get_payload() == BODY.decode().replace("\r\n", "\n")


def test_postfix_refuses_some_and_takes_the_others_on_the_same_connection(mta: Mta) -> None:
    """550 and 450 to recipients, ahead of an intent and at the start; nothing of them is delivered."""
    before = len(mta.files(0))
    gone, busy = (Envelope("bounces@news.example.org", to, 80) for to in (NOBODY_HERE, BUSY))
    session = opened(mta)
    assert brief(session.begin(gone)) == (Phase.RCPT, 550, "5.1.1")
    assert brief(session.begin(busy)) == (Phase.RCPT, 450, "4.2.1")
    assert session.begin(envelope("dora")).code == 354
    handed = session.hand_over(fit(message("dora")), gone)
    assert (handed.answer.code, brief(handed.ahead)) == (250, (Phase.RCPT, 550, "5.1.1"))
    assert session.begin(envelope("emil")).code == 354
    assert session.hand_over(fit(message("emil")), envelope("never")).ahead == Answer(
        Phase.DATA, 354, None, "End data with <CR><LF>.<CR><LF>"
    )
    session.abandon()
    send(opened(mta), ["last"])
    came = {str(each["Delivered-To"]) for each in mta.messages(before + 3)}
    assert {"dora@example.org", "emil@example.org", "last@example.org"} <= came
    assert not came & {NOBODY_HERE, BUSY, "never@example.org"}


def brief(answer: Answer | None) -> tuple[Phase, int, str | None] | None:
    return (answer.phase, answer.code, answer.status) if answer else None


def test_postfix_hands_on_to_the_readers_server_what_it_took() -> None:
    """The message ID and the body reach the last server as they were; one refusal there does not stop the other."""
    with SmtpServer() as last, postfix(next_port=last.port) as hop:
        last.at("RCPT", say("550 5.1.1 nobody here"), to="fay@example.com")
        session = opened(hop, Tls.STARTTLS)
        assert session.begin(envelope("fay", "example.com")).code == 354
        assert session.hand_over(fit(message("fay")), envelope("gus", "example.com")).answer.code == 250
        assert session.hand_over(fit(message("gus")), None).answer.code == 250
        session.quit()
        (came,) = last.wait_for(1)
        assert (came.recipients, came.message_id) == (("gus@example.com",), "<gus@news.example.org>")
        assert came.content.endswith(b"\r\n\r\n" + BODY)
        assert last.offences == []
