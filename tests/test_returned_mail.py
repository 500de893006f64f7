"""Mails that come back: the corpus in tests/returned, every mail of it read, and what follows from it."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.deliver.personal import message_id
from newsletter.deliver.returned import consequence, recognise
from newsletter.deliver.returned.proofs import read_message_id
from newsletter.deliver.returned.reasons import code_of, reason, status_of
from newsletter.deliver.returned.table import FIELDS, rows
from newsletter.deliver.returned.words import address_in
from newsletter.deliver.verp import ForgedBounce, read_tag, tag
from newsletter.mail.dot import fit
from newsletter.mail.smtp import Limits, Server, connect
from newsletter.model.answer import Envelope
from newsletter.model.issue import IssueId
from newsletter.model.mailing import MailingId
from newsletter.model.returned import Named, Nature, Proof, Reading, Report
from newsletter.model.subscriber import Reason
from newsletter.model.tls import Tls
from newsletter.tokens import KeyRing, Purpose
from tests.delivering import BOUNCES
from tests.mta import postfix
from tests.returning import (
    COPIES,
    DOMAIN,
    ISSUE,
    MAILING,
    READER,
    RETURNED,
    RINGS,
    STRANGER,
    Expected,
    filled,
    read,
    returned,
    verdicts,
)
from tests.smtpserver import SmtpServer, say

NAMES = sorted(verdicts())
H, S, P = Nature.HARD, Nature.SOFT, Nature.POLICY


def told(reading: Reading) -> tuple[Expected, ...]:
    """A reading in the words of the corpus."""
    by = reading.named.proof.value if reading.named else None
    return tuple(Expected(one.nature.value, one.address, one.status, one.how, by) for one in reading.reports)


def report(nature: Nature) -> Report:
    return Report(nature=nature, how="DSN")


# The corpus


@pytest.mark.parametrize("name", NAMES)
def test_a_mail_of_the_corpus_is_recognised(name: str) -> None:
    """Nature, address, status, what it was read from, and the very copy by the proof that it holds."""
    reading = read(returned(name))
    assert told(reading) == verdicts()[name]
    assert reading.named == COPIES[verdicts()[name][0].by]


def test_the_corpus_is_whole() -> None:
    """Every mail has a verdict and every verdict a mail; of each nature there are some, of complaints fourteen."""
    assert sorted(path.stem for path in RETURNED.glob("*.eml")) == NAMES
    counts = Counter(said[0].nature for said in verdicts().values())
    assert set(counts) == {nature.value for nature in Nature}
    assert len(NAMES) >= 150
    assert counts["complaint"] >= 12
    assert sum(name.startswith("arf-") for name in NAMES) >= 14
    assert counts["auto-reply"] >= 12


@pytest.mark.parametrize("ends", [b"\r\n", b"\r"], ids=["CRLF", "CR"])
def test_line_ends_make_no_difference(ends: bytes) -> None:
    """A mailbox gives CRLF, a file LF, a very old gateway CR."""
    # The one in ISO-2022-JP and those that are no mails at all hold octets that look like line ends.
    assert [
        name
        for name in NAMES
        if name != "broken-no-mail" and told(read(returned(name).replace(b"\n", ends))) != verdicts()[name]
    ] == []


def test_a_line_of_an_mbox_file_in_front_makes_no_difference() -> None:
    """As programs write it that put a mail into a pipe."""
    mail = b"From MAILER-DAEMON Fri Nov 27 08:00:09 2026\n" + returned("postfix-user-unknown")
    assert told(read(mail)) == verdicts()["postfix-user-unknown"]


def test_our_own_words_are_no_reason() -> None:
    """A notice is judged by what stands above the issue that it gives back, which speaks of spam and full mailboxes."""
    for name in NAMES:
        without = (RETURNED / f"{name}.eml").read_bytes().replace(b"{{copy}}", b"{{copy_headers}}")
        natures = [one.nature.value for one in read(filled(without)).reports]
        assert natures == [one.nature for one in verdicts()[name]], name


def test_the_corpus_as_a_table() -> None:
    """A row for each address of each mail, with the copy in words; a mac that is not ours is called so."""
    mails = [(name, returned(name)) for name in NAMES]
    table = list(rows(mails, bounces=BOUNCES, domain=DOMAIN, rings=RINGS))
    assert len(table) == sum(map(len, verdicts().values()))
    assert {len(row) for row in table} == {len(FIELDS)}
    assert all(cell.isprintable() for row in table for cell in row)
    by_name = {row[0]: row for row in table}
    assert by_name["postfix-user-unknown"][1:6] == ("hard", READER, "5.1.1", "DSN", "mailing 3, row 17, by VERP")
    assert by_name["arf-yahoo"][5] == "2026-11-27 issue, row 17, by Message-ID"
    # Test mails, other people's mails and broken ones forge nothing.
    assert [row[0] for row in table if row[5] == "FORGED"] == ["forged-message-id", "forged-verp"]


# Which copy it is about


def test_a_wrong_mac_is_called_forged_and_names_nobody() -> None:
    """Whatever else the mail says; and a good one beside it counts, for who has it has got that copy."""
    for name in ("forged-verp", "forged-message-id"):
        reading = read(returned(name))
        assert (reading.named, reading.forged) == (None, True)
    both = filled((RETURNED / "forged-verp.eml").read_bytes() + b"\nMessage-ID: {{message_id}}\n")
    assert read(both).named == COPIES["Message-ID"]
    assert not read(both).forged


@pytest.mark.parametrize("field", ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Received"])
def test_the_address_it_came_to_is_read_wherever_servers_note_it(field: str) -> None:
    """Alone, in brackets, behind a name, behind a tag of the sending server, in capitals."""
    for written in (
        "{{verp}}",
        "<{{verp}}>",
        "Bounces <{{verp}}>",
        "x by y for <{{verp}}>; now",
        "prvs=0123456789={{verp}}",
    ):
        mail = f"From: a@example.org\n{field}: {written}\n\nHello".encode()
        assert read(filled(mail)).named == COPIES["VERP"]
        assert read(filled(mail).upper()).named == COPIES["VERP"]


def test_a_copy_of_an_older_key_is_known() -> None:
    """By each of the three names; a stranger's key makes none of them."""
    text = (RETURNED / "postfix-user-unknown.eml").read_bytes()
    for name in ("verp", "envelope_id", "message_id"):
        mail = (
            f"Delivered-To: {{{{{name}}}}}\n".encode() if name == "verp" else text.replace(b"{{verp}}", b"{{bounces}}")
        )
        if name == "message_id":
            mail = b"In-Reply-To: {{message_id}}\n\nHello"
        assert read(filled(mail, ring=RINGS[1])).named
        assert read(filled(mail, ring=STRANGER)).named is None
        assert read(filled(mail, ring=STRANGER)).forged


def test_without_an_address_for_bounces_a_message_id_still_names_the_copy() -> None:
    """`bounces` is None where envelope senders are not of each copy."""
    mail = returned("postfix-user-unknown")
    named = recognise(mail, bounces=None, domain=DOMAIN, rings=RINGS).named
    assert named == COPIES["envelope id"]


@settings(max_examples=30)
@given(st.integers(1, 10**9), st.integers(1, 10**8))
def test_an_envelope_id_is_read_back(mailing: int, seq: int) -> None:
    """In capitals too; and one digit more is a forgery."""
    made = tag(MailingId(mailing), seq, RINGS[0])
    assert read_tag(made, RINGS) == read_tag(made.upper(), RINGS) == (mailing, seq)
    with pytest.raises(ForgedBounce):
        read_tag(f"1{made}", RINGS)


@settings(max_examples=30)
@given(
    st.dates().map(lambda day: IssueId(day)),
    st.sampled_from(["issue", "correction"]),
    st.integers(1, 10**8),
    st.sampled_from(RINGS),
)
def test_a_message_id_is_read_back(issue: IssueId, kind: str, seq: int, ring: KeyRing) -> None:
    """With its brackets and without, in any capitals."""
    made = message_id(issue, kind, seq, DOMAIN, ring, Purpose.MESSAGE_ID)
    for written in (made, made.strip("<>"), made.upper(), f" {made}\n"):
        assert read_message_id(written, DOMAIN, RINGS) == (issue, kind, seq)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "<>",
        "<1@forger.test>",
        "<2026-11-27.issue.17.abc@news.example.org>",
        "<2026-13-27.issue.17.aaaaaaaaaaaaaaaaaaaaaaaaaa@news.example.org>",
        "<2026-11-27.test-20261127T0755.1.aaaaaaaaaaaaaaaaaaaaaaaaaa@news.example.org>",
        "<notice.20261127T0755.1.aaaaaaaaaaaaaaaaaaaaaaaaaa@news.example.org>",
        "<2026-11-27.issue.017.aaaaaaaaaaaaaaaaaaaaaaaaaa@news.example.org>",
        "<2026-11-27.issue.17.aaaaaaaaaaaaaaaaaaaaaaaaaa@elsewhere.example.org>",
    ],
)
def test_other_message_ids_name_no_copy(written: str) -> None:
    """Test mails, notices and strangers' mails; they forge nothing either."""
    assert read_message_id(written, DOMAIN, RINGS) is None


def test_a_message_id_by_no_key_of_ours_is_forged() -> None:
    """And so is one that was signed for a test."""
    assert ISSUE
    for ring, purpose in ((STRANGER, Purpose.MESSAGE_ID), (RINGS[0], Purpose.TEST)):
        with pytest.raises(ForgedBounce, match="a mac that is not ours"):
            read_message_id(message_id(ISSUE, "issue", 17, DOMAIN, ring, purpose), DOMAIN, RINGS)


# Why it was given up


@pytest.mark.parametrize(
    ("nature", "status", "words"),
    [
        (H, "5.1.1", ""),
        (H, "5.1.2", ""),
        (H, "5.1.3", ""),
        (H, "5.1.6", ""),
        (H, "5.1.10", ""),
        (H, "5.2.1", ""),
        (H, None, "550 5.1.1 <ada@example.org>: User unknown"),
        (H, "5.0.0", "550 No such user"),
        (H, "5.0.0", "550-Mailbox unknown. Nobody has this\n550 name, or you have no authorization to see it."),
        (H, "5.0.0", "550 Address invalid"),
        (S, "5.0.0", "550 mailbox temporarily disabled"),
        (S, None, "452 try later, the load is too high"),
        (H, None, "550 RecipNotFound"),
        (H, "5.0.0", "550 <spam-blocked@policy.test>: Recipient unknown, see https://policy.test/spam"),
        (S, "5.2.2", ""),
        (S, "5.2.3", ""),
        (S, "5.3.4", ""),
        (S, "5.4.6", ""),
        (S, "5.4.7", ""),
        (S, "4.4.1", ""),
        (S, "4.2.2", "452 4.2.2 mailbox full"),
        (S, "5.1.1", "550 5.1.1 mailbox is full"),
        (S, "5.1.1", "450 4.1.1 user unknown, for now"),
        (S, "5.4.4", "Host or domain name not found. Name service error for name=example.org"),
        (S, "5.2.0", ""),
        (S, None, ""),
        (S, "5.4.1", "550 5.4.1 Recipient address rejected: Access denied."),
        (S, "5.5.0", "550 5.5.0 Requested action not taken: mailbox unavailable"),
        (P, "5.7.1", ""),
        (P, "4.7.0", ""),
        (P, "5.6.0", ""),
        (P, "5.1.8", ""),
        (P, "5.1.1", "550 5.7.1 relaying denied"),
        (P, "5.7.1", "550 5.1.1 user unknown"),
        (P, "5.1.1", "550 Denied by policy"),
        (P, "5.1.1", "550 5.1.1 This message looks like SPAM"),
        (P, "5.2.1", "550 5.2.1 The user is receiving mail at a rate that is too high"),
        (P, "5.2.2", "552 5.2.2 Your server has a bad reputation; quota of trust exceeded"),
        (P, "5.0.0", "554 Transaction failed"),
        (P, None, "550 rejected"),
        (P, None, "554 5.7.9 Message not accepted for policy reasons"),
        (P, "5.0.0", "550 SPF check failed"),
        (P, "4.4.7", "last answer: 421 4.7.28 too many messages from you"),
    ],
)
def test_a_reason_is_the_reader_s_or_ours_or_passes(nature: Nature, status: str | None, words: str) -> None:
    """Policy goes before every number; hard is only what says that there is no such mailbox."""
    assert reason(status, words) is nature


@settings(max_examples=50)
@given(st.sampled_from(["5.1.1", "5.2.1", "5.1.10", None, "5.0.0"]), st.integers(1, 999), st.text(max_size=80))
def test_policy_never_says_anything_about_a_reader(status: str | None, detail: int, words: str) -> None:
    """5.7.x anywhere in an answer, whatever stands around it."""
    assert reason(status, f"550 5.7.{detail} {words}") is P
    assert reason(f"5.7.{detail}", words) in (P, S)
    assert reason(status, f"550 5.1.1 blocked for spam; {words}") is not H


def test_codes_and_statuses_are_not_made_of_versions_and_addresses() -> None:
    """198.51.100.7, 5.1.1.4 and 5.5.2653.19 are neither."""
    words = "Exchange 5.5.2653.19 at 5.1.1.4 [198.51.100.7] mx550.example.org"
    assert (status_of(words), code_of(words)) == (None, None)
    assert (status_of("(#5.1.1)"), status_of("550 5.0.0 a; 550 5.2.2 b"), status_of("5.0.0")) == (
        "5.1.1",
        "5.2.2",
        "5.0.0",
    )
    assert (code_of("host said: 554-5.7.1"), code_of("421 bye"), code_of("250 ok")) == (554, 421, None)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("Ada Byrne <ada@example.org>", "ada@example.org"),
        ('"ada@work.test" <ada@example.org>', "ada@example.org"),
        ("ada@example.org (Ada)", "ada@example.org"),
        ("收件人：ada@example.org；", "ada@example.org"),
        ("to ada@example.org.", "ada@example.org"),
        ("[SMTP:ada@example.org]", "ada@example.org"),
        ("ada@", None),
        ("<>", None),
        (f"{'a' * 300}@", None),
    ],
)
def test_an_address_is_found_in_a_text(text: str, address: str | None) -> None:
    """In brackets first; without what stands around it."""
    assert address_in(text) == address


# What follows


@pytest.mark.parametrize(
    ("nature", "row", "follows"),
    [
        (Nature.HARD, 0, Reason.HARD_BOUNCE),
        (Nature.COMPLAINT, 0, Reason.COMPLAINT),
        (Nature.SOFT, 1, None),
        (Nature.SOFT, 2, None),
        (Nature.SOFT, 3, Reason.HARD_BOUNCE),
        (Nature.SOFT, 4, Reason.HARD_BOUNCE),
        *((nature, 9, None) for nature in (Nature.POLICY, Nature.DELAYED, Nature.REPLY, Nature.OTHER)),
    ],
)
def test_what_follows_from_a_report(nature: Nature, row: int, follows: Reason | None) -> None:
    """Hard bounces and complaints at once, soft ones in the third issue in a row, and nothing at all without proof."""
    assert consequence(report(nature), True, row, 3) is follows
    assert consequence(report(nature), False, row, 3) is None


# Bounces that nobody here has written


def test_what_postfix_sends_back_is_read() -> None:
    """A real Postfix relays copies, the next server refuses them, and it tells the address of each copy so."""
    answers = {
        "ada@example.com": ("RCPT", "550 5.1.1 User unknown", H, "5.1.1"),
        "ben@example.com": ("DOT", "554 5.7.1 Message looks like spam", P, "5.7.1"),
        "eve@example.com": ("RCPT", "552 5.2.2 Mailbox full", S, "5.2.2"),
    }
    ours = "example.org"  # what this Postfix delivers
    limits = Limits(connect=10, greeting=10, command=10, data=10, block=10, dot=10, quit=5)
    with SmtpServer() as last, postfix(next_port=last.port) as hop:
        session = connect(Server(host="localhost", port=hop.port, privacy=Tls.NONE, name="x.test"), limits=limits)
        for seq, (to, (point, answer, _, _)) in enumerate(answers.items(), 1):
            last.at(point, say(answer), to=to)
            letter = fit(filled(b"{{copy}}", seq=seq).replace(b"\n", b"\r\n"))
            sender = filled(b"{{verp}}", seq=seq).decode().replace(DOMAIN, ours)
            assert session.begin(Envelope(sender, to, letter.size)).code == 354
            assert session.hand_over(letter, None).answer.code == 250
        session.quit()
        came = [read(mail.replace(f"@{ours}".encode(), f"@{DOMAIN}".encode())) for mail in hop.files(len(answers))]
    for seq, reading in sorted((one.named.seq, one) for one in came if one.named):
        (said,) = reading.reports
        _, answer, nature, status = answers[said.address or ""]
        assert (said.nature, said.status, said.how) == (nature, status, "DSN")
        assert answer in said.said
        assert reading.named == Named(Proof.VERP, seq, mailing=MAILING)
    assert {said.address for one in came for said in one.reports} == set(answers)
