"""DKIM as the readers' servers find it: every message of a mailing, after a real Postfix relayed it."""

from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy

import pytest

from newsletter.deliver.personal import Signing, slot_values
from newsletter.mail.dot import Fit
from newsletter.mail.press import Press
from newsletter.mail.smtp import Limits, Server, connect
from newsletter.model.answer import Envelope
from newsletter.model.letter import Greeting
from newsletter.model.mailing import Recipient
from newsletter.model.tls import Tls
from newsletter.tokens import KeyRing, Purpose
from tests.conftest import SOAK
from tests.delivering import KEYS
from tests.dkim_verifiers import a_signer, passed
from tests.mailing import COMING, DUE
from tests.mta import postfix
from tests.smtpserver import Received, SmtpServer
from tests.test_mime import LETTER

COUNT = 10_000 if SOAK else 300
AT_ONCE = 300  # messages that the verifiers are given together
SIGNING = Signing(
    ring=KeyRing(KEYS),
    unsubscribe=Purpose.UNSUBSCRIBE,
    preferences=Purpose.PREFERENCES,
    message_id=Purpose.MESSAGE_ID,
)
NAMES = (
    "Ana",
    None,
    "李薇",
    "O'Brien & <Sons>",
    ".",
    " a \t  b ",
    "=?utf-8?q?x?=",
    "👩‍💻 Ž" * 20,
    "From me",
    "." * 100,
)


def messages() -> Iterator[tuple[str, Fit]]:
    """The address of each reader and the message for it."""
    press = Press(LETTER, a_signer())
    for seq in range(1, COUNT + 1):
        name = NAMES[seq % len(NAMES)]
        reader = Recipient(seq=seq, subscriber=f"{seq:032x}", address=f"reader{seq}@example.com", name=name)
        values = slot_values(
            reader,
            issue=COMING,
            kind="issue",
            greeting=Greeting(plain="Dear reader,", named="{name}, good morning,"),
            live="https://focus.example.org",
            domain="focus.example.org",
            due=DUE,
            signing=SIGNING,
        )
        yield reader.address, press.message(values)


def relayed() -> dict[str, bytes]:
    """What became of the messages on their way through Postfix, by recipient."""
    with SmtpServer() as last, postfix(next_port=last.port) as hop:
        server = Server(host="localhost", port=hop.port, privacy=Tls.NONE, name="focus.example.org")
        session = connect(server, limits=Limits(connect=30, greeting=30, command=30, data=30, block=30, dot=30, quit=5))
        for address, message in messages():
            envelope = Envelope("bounces@focus.example.org", address, message.size)
            assert session.begin(envelope).code == 354
            assert session.hand_over(message, None).answer.code == 250
        session.quit()
        came: list[Received] = last.wait_for(COUNT)
        assert last.offences == []
    return {to: message.content for message in came for to in message.recipients}


@pytest.mark.soak
def test_every_message_passes_after_a_relay() -> None:
    """Two verifiers find each signature good, and each message offers one-click unsubscribing: both fields once,
    an https address of the reader's own, both signed (RFC 8058 3.1 and 4)."""
    came = relayed()
    assert len(came) == COUNT
    every = list(came.values())
    for at in range(0, COUNT, AT_ONCE):
        some = every[at : at + AT_ONCE]
        assert passed(some) == [True] * len(some)
    links = set()
    for content in every:
        head = message_from_bytes(content.partition(b"\r\n\r\n")[0], policy=policy.compat32)
        assert head["Received"], "no relay has seen it"
        (link,) = head.get_all("List-Unsubscribe", [])
        assert link.startswith("<https://focus.example.org/u/")
        links.add(link)
        assert head.get_all("List-Unsubscribe-Post") == ["List-Unsubscribe=One-Click"]
        (signature,) = head.get_all("DKIM-Signature", [])
        listed = "".join(signature.split()).partition(";h=")[2].partition(";")[0].split(":")
        assert {"from", "list-unsubscribe", "list-unsubscribe-post"} <= set(listed)
    assert len(links) == COUNT
