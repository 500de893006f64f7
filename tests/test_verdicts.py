"""What an answer makes of a row, when it is tried again, and whom a bounce names: all of it pure."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.deliver.blame import is_about_the_connection, is_ours
from newsletter.deliver.retries import GIVE_UP, back_off, is_over, next_try
from newsletter.deliver.verdicts import expired, verdict
from newsletter.deliver.verp import MAX_LOCAL, ForgedBounce, read_verp, verp
from newsletter.model.answer import Answer, Phase
from newsletter.model.errors import ConfigError
from newsletter.model.mailing import DeliveryState, MailingId, Recipient, Verdict, Waiting
from newsletter.tokens import Key, KeyRing
from tests.delivering import BOUNCES, KEYS
from tests.mailing import DUE

ROW = Waiting(
    Recipient(seq=7, subscriber="m", address="ana@example.org", name="Ana"),
    attempt=1,
    tries=0,
    first_try=None,
    digest=None,
)
ENVELOPE = (Phase.MAIL, Phase.RCPT, Phase.DATA)
RING = KeyRing(KEYS)
S = DeliveryState


def judged(phase: Phase, code: int, status: str | None = None, row: Waiting = ROW) -> Verdict:
    return verdict(row, Answer(phase, code, status), ahead=phase in ENVELOPE, now=DUE, jitter=0.0)


@pytest.mark.parametrize(
    ("phase", "code", "state", "counted"),
    [
        (Phase.DOT, 250, S.ACCEPTED, False),
        (Phase.DOT, 0, S.UNKNOWN, False),
        (Phase.DOT, 354, S.UNKNOWN, False),
        (Phase.CONTENT, 0, S.DEFERRED, False),
        *((phase, 451, S.DEFERRED, True) for phase in (Phase.RCPT, Phase.DATA, Phase.CONTENT, Phase.DOT)),
        *((phase, 421, S.DEFERRED, False) for phase in (Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.CONTENT, Phase.DOT)),
        *((phase, 554, S.REFUSED, False) for phase in (Phase.RCPT, Phase.DATA, Phase.CONTENT, Phase.DOT)),
        *((phase, 0, S.DEFERRED, False) for phase in ENVELOPE),
        (Phase.MAIL, 451, S.DEFERRED, False),
        (Phase.MAIL, 552, S.DEFERRED, False),
    ],
)
def test_an_answer_makes_this_of_a_row(phase: Phase, code: int, state: DeliveryState, counted: bool) -> None:
    """Before a byte of the last dot nothing can be unknown; after it only silence is; MAIL never costs a reader."""
    one = judged(phase, code)
    assert (one.state, one.counted) == (state, counted)
    assert (one.next_try is not None) == (state is S.DEFERRED)


@given(st.sampled_from(list(Phase)), st.integers(0, 599), st.sampled_from([None, "5.1.1", "5.7.1", "4.2.2", "2.0.0"]))
def test_every_answer_has_a_verdict(phase: Phase, code: int, status: str | None) -> None:
    """Accepted is only what a positive answer to the last dot says, and a suppression only follows a refused RCPT."""
    one = judged(phase, code, status)
    assert (one.state is S.ACCEPTED) == (phase is Phase.DOT and 200 <= code < 300)
    assert (one.state is S.UNKNOWN) <= (phase is Phase.DOT and code < 400)
    assert one.suppress <= (phase is Phase.RCPT and code >= 500 and status == "5.1.1")
    assert one.state in (S.ACCEPTED, S.REFUSED, S.DEFERRED, S.UNKNOWN)


@pytest.mark.parametrize(
    ("phase", "status", "suppressed"),
    [
        (Phase.RCPT, "5.1.1", True),
        (Phase.RCPT, "5.1.10", True),
        (Phase.RCPT, "5.2.1", True),
        (Phase.RCPT, "5.2.2", False),
        (Phase.RCPT, "5.7.1", False),
        (Phase.RCPT, "5.7.515", False),
        (Phase.RCPT, None, False),
        (Phase.DATA, "5.1.1", False),
        (Phase.DOT, "5.1.1", False),
    ],
)
def test_only_an_address_that_does_not_exist_is_never_written_to_again(
    phase: Phase, status: str | None, suppressed: bool
) -> None:
    """By the enhanced status of RCPT alone: policy (5.7.x), full mailboxes and bare codes suppress nobody."""
    one = judged(phase, 550, status)
    assert (one.state, one.suppress) == (S.REFUSED, suppressed)


def test_a_verdict_names_the_attempt_it_is_about() -> None:
    """Content was handed over by the attempt after the row's last; an envelope ahead is of none."""
    assert judged(Phase.DOT, 250).attempt == 2
    assert (judged(Phase.RCPT, 550).attempt, judged(Phase.RCPT, 550).ahead) == (1, True)


def test_tries_are_five_minutes_apart_then_ten_and_at_last_four_hours() -> None:
    """Doubling, with jitter of up to a quarter on top."""
    waits = [next_try(tries, DUE, 0.0) - DUE for tries in range(8)]
    assert [wait.total_seconds() / 60 for wait in waits] == [5, 10, 20, 40, 80, 160, 240, 240]
    assert next_try(0, DUE, 1.0) - DUE == timedelta(minutes=6, seconds=15)
    assert next_try(10**6, DUE, 0.0) - DUE == timedelta(hours=4)


def test_a_deferral_that_does_not_count_is_tried_again_after_five_minutes() -> None:
    """However often the reader's own server has asked for patience before."""
    row = Waiting(ROW.recipient, 5, 4, DUE - timedelta(hours=23), None)
    assert judged(Phase.CONTENT, 0, row=row).next_try == DUE + timedelta(minutes=5)
    assert judged(Phase.RCPT, 451, row=row).next_try == DUE + timedelta(hours=1)  # 24 hours after the first, not later


def test_a_row_expires_24_hours_after_its_first_deferral() -> None:
    """Not before, and never where nothing counted."""
    row = Waiting(ROW.recipient, 5, 4, DUE, None)
    assert expired(row, DUE + GIVE_UP - timedelta(seconds=1)) is None
    end = expired(row, DUE + GIVE_UP)
    assert end
    assert (end.state, end.attempt, end.ahead, end.next_try) == (S.EXPIRED, 5, True, None)
    assert expired(ROW, DUE + timedelta(days=9)) is None


def test_whose_fault_an_answer_is() -> None:
    """5yz before RCPT is ours to mend; 421 at MAIL and silence are about the connection, 421 at RCPT is not."""
    assert [phase for phase in Phase if is_ours(Answer(phase, 550))] == [
        Phase.CONNECT,
        Phase.GREETING,
        Phase.EHLO,
        Phase.STARTTLS,
        Phase.AUTH,
        Phase.MAIL,
    ]
    assert not is_ours(Answer(Phase.MAIL, 451))
    assert is_about_the_connection(Answer(Phase.MAIL, 421))
    assert is_about_the_connection(Answer(Phase.RCPT, 0))
    assert not is_about_the_connection(Answer(Phase.RCPT, 421))


def test_lanes_back_off_from_five_seconds_to_five_minutes() -> None:
    """Doubling; none without trouble. A clock that was set back ends the wait."""
    assert [back_off(troubles).total_seconds() for troubles in range(9)] == [0, 5, 10, 20, 40, 80, 160, 300, 300]
    wait = timedelta(seconds=10)
    assert [is_over(DUE, wait, DUE + timedelta(seconds=seconds)) for seconds in (0, 9, 10, -1)] == [
        False,
        False,
        True,
        True,
    ]


# Envelope senders


@given(st.integers(1, 10**9), st.integers(1, 10**8), st.sampled_from(["Bounces+{}", "BOUNCES+{}", "bounces+{}"]))
def test_an_envelope_sender_is_read_back(mailing: int, seq: int, capitals: str) -> None:
    """It names mailing and row, has at most 64 octets before the @, and survives a change of capitals."""
    address = verp(MailingId(mailing), seq, BOUNCES, RING)
    local, _, domain = address.partition("@")
    assert len(local) <= MAX_LOCAL
    assert domain == "news.example.org"
    told = f"{capitals.format(local.partition('+')[2]).swapcase()}@{domain.upper()}"
    assert read_verp(told, BOUNCES, [RING]) == (mailing, seq)


def test_an_envelope_sender_of_an_older_key_is_read_and_a_stranger_s_is_not() -> None:
    """Each key is tried; a wrong mac is a forgery, whatever row it names."""
    old = verp(MailingId(3), 5, BOUNCES, KeyRing(KEYS[1:]))
    rings = [KeyRing((key,)) for key in KEYS]
    assert read_verp(old, BOUNCES, rings) == (3, 5)
    with pytest.raises(ForgedBounce, match="a mac that is not ours"):
        read_verp(old.replace("3-5-", "3-6-"), BOUNCES, rings)
    with pytest.raises(ForgedBounce):
        read_verp(verp(MailingId(3), 5, BOUNCES, KeyRing((Key("x", b"somebody else's key"),))), BOUNCES, rings)


@pytest.mark.parametrize(
    "address",
    [
        BOUNCES,
        "bounces+3-5@news.example.org",
        "bounces+3-5-abcdefghij@elsewhere.example.org",
        "other+3-5-abcdefghij@news.example.org",
        "3-5-abcdefghij@news.example.org",
        "bounces+03-5-abcdefghij@news.example.org",
        "",
    ],
)
def test_other_addresses_are_no_envelope_senders_of_ours(address: str) -> None:
    """They name nothing, and forge nothing."""
    assert read_verp(address, BOUNCES, [RING]) is None


def test_an_address_for_bounces_that_is_too_long_is_told_before_anything_is_sent() -> None:
    """RFC 5321 4.5.3.1.1."""
    with pytest.raises(ConfigError, match="too long for an address of each delivery"):
        verp(MailingId(1), 1, f"{'b' * 60}@news.example.org", RING)


def test_a_status_of_no_reader_is_not_believed_against_the_words_beside_it() -> None:
    """Gmail says 5.2.1 to who sends too fast: the copy is refused, the reader stays."""
    words = "The user you are trying to contact is receiving mail at a rate that prevents additional messages"
    fast, gone = (Answer(Phase.RCPT, 550, "5.2.1", f"5.2.1 {said}") for said in (words, "mailbox disabled"))
    told = [verdict(ROW, answer, ahead=True, now=DUE, jitter=0.0) for answer in (fast, gone)]
    assert [(one.state, one.suppress) for one in told] == [(S.REFUSED, False), (S.REFUSED, True)]
