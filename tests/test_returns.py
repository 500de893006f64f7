"""What comes back is kept beside the copy it is about, and only what is about the reader ends the writing to them."""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from newsletter.actions.app import App
from newsletter.actions.readers import leavers_path
from newsletter.actions.take_returns import take_one, take_returns
from newsletter.actions.tell_story import tell_story
from newsletter.actions.way_out import read_schedule
from newsletter.deliver.personal import message_id
from newsletter.model.answer import Answer, Phase
from newsletter.model.mailing import DeliveryState, MailingState
from newsletter.model.returned import Nature, Proof
from newsletter.model.subscriber import Act, Reason
from newsletter.store import happenings, receipts, returned, suppressions
from newsletter.store.errors import AlreadyHeld, StoreError
from newsletter.store.leavers import Leaving
from newsletter.store.locks import hold
from newsletter.tokens import Purpose
from tests import comingback
from tests.comingback import (
    ANA,
    BEN,
    BOUNCES,
    NOW,
    ON_BOTH,
    Installation,
    bounce,
    complaint,
    hard,
    letter,
    natures,
    policy,
    soft,
    write_returns,
)
from tests.delivering import resumed, run, smtp
from tests.mailing import add_readers, mark, opened, owned, sending
from tests.smtpserver import SmtpServer, say

home = comingback.home
FULL = Answer(Phase.RCPT, 552, "5.2.2", "mailbox full")


# What is about the reader


@ON_BOTH
def test_a_hard_bounce_ends_the_writing_to_its_reader(home: Installation) -> None:
    """The fact stands beside the copy, whose state stays; the reader is suppressed, in the database, in their story and
    in the log that outlives it."""
    mailing = home.issue()
    home.arrives(hard(home.sender(mailing, ANA), ANA))
    taken = take_returns(home.app)
    assert (taken.mails, taken.natures, taken.suppressed) == (1, ((Nature.HARD, 1),), ((Reason.HARD_BOUNCE, 1),))
    (fact,) = home.facts(ANA)
    assert (fact.proof, fact.mailing, fact.seq) == (Proof.VERP, mailing.id, home.seq(mailing, ANA))
    assert (fact.report.status, fact.consequence) == ("5.1.1", Reason.HARD_BOUNCE)
    assert (home.living(ANA), home.living(BEN)) == ([Reason.HARD_BOUNCE], [])
    assert home.log() == (Leaving(NOW, Reason.HARD_BOUNCE, home.mark(ANA)),)
    (line,) = happenings.of(home.store, (home.mark(ANA),))
    assert (line.act, line.who) == (Act.SUPPRESSED, "a bounce")
    copy = receipts.copy_of(home.store, mailing.id, home.seq(mailing, ANA))
    assert copy is not None
    assert copy.state is DeliveryState.ACCEPTED


@ON_BOTH
def test_a_complaint_counts_at_once(home: Installation) -> None:
    """Even from somebody who has bounced already: both reasons stand."""
    mailing = home.issue()
    home.arrives(hard(home.sender(mailing, ANA), ANA), complaint(home.sender(mailing, ANA), ANA))
    assert dict(take_returns(home.app).suppressed) == {Reason.HARD_BOUNCE: 1, Reason.COMPLAINT: 1}
    assert home.living(ANA) == [Reason.HARD_BOUNCE, Reason.COMPLAINT]
    assert [one.who for one in happenings.of(home.store, (home.mark(ANA),))] == ["a bounce", "a complaint"]


@ON_BOTH
def test_soft_bounces_count_issue_by_issue(home: Installation) -> None:
    """Three issues in a row end the writing, however many mails come back of one; an issue that the reader's server
    refused at once, because the mailbox was full, is one of them."""
    later = home
    for week in range(2):
        later = home.at(7 * week)
        mailing = later.issue(week, {ANA: FULL} if week == 1 else None)
        if week == 0:
            later.arrives(*(soft(later.sender(mailing, ANA), ANA, number) for number in range(4)))
        assert take_returns(later.app).suppressed == ()
    later = home.at(14)
    mailing = later.issue(2)
    later.arrives(soft(later.sender(mailing, ANA), ANA))
    assert dict(take_returns(later.app).suppressed) == {Reason.HARD_BOUNCE: 1}
    assert natures(home.facts(ANA)) == ["soft"] * 5
    assert home.facts(ANA)[-1].consequence is Reason.HARD_BOUNCE


def test_an_issue_that_arrived_begins_the_row_anew(home: Installation) -> None:
    """Full, full, taken, full, full: nobody is given up."""
    for week, full in enumerate((True, True, False, True, True)):
        later = home.at(7 * week)
        mailing = later.issue(week)
        if full:
            later.arrives(soft(later.sender(mailing, ANA), ANA))
        assert take_returns(later.app).suppressed == ()
    assert home.living(ANA) == []


@ON_BOTH
def test_the_message_that_a_bounce_encloses_proves_it_too(home: Installation) -> None:
    """Where the bounce came to our plain address: by its Message-ID, unless that might be of several mailings."""
    mailing = home.issue()
    seq = home.seq(mailing, ANA)
    domain = read_schedule(home.app).sender.address.rpartition("@")[2]
    of = message_id(mailing.issue, mailing.kind.value, seq, domain, home.ring, Purpose.MESSAGE_ID)
    wrong = of.replace(of[-8 - len(domain) : -2 - len(domain)], "aaaaaa")
    home.arrives(bounce(BOUNCES, (ANA, "5.1.1", "550 5.1.1 user unknown"), of=wrong))
    taken = take_returns(home.app)
    assert (taken.suppressed, taken.unproven, taken.forged) == ((), 1, 1)
    home.arrives(bounce(BOUNCES, (ANA, "5.1.1", "550 5.1.1 user unknown"), of=of))
    assert dict(take_returns(home.app).suppressed) == {Reason.HARD_BOUNCE: 1}
    (fact,) = home.facts(ANA)
    assert (fact.proof, fact.mailing, fact.seq) == (Proof.MESSAGE_ID, mailing.id, seq)


def test_how_many_issues_is_for_schedule_yaml_to_say(home: Installation) -> None:
    """One is enough where it says so."""
    write_returns(home.app.root, "maildir: returned", "soft_issues: 1")
    mailing = home.issue()
    home.arrives(soft(home.sender(mailing, ANA), ANA))
    assert dict(take_returns(home.app).suppressed) == {Reason.HARD_BOUNCE: 1}


# What is not


def test_a_thousand_policy_rejections_suppress_nobody(home: Installation) -> None:
    """They are about us: every one is kept as a fact, and that is all."""
    readers = [f"reader{number}@example.org" for number in range(1000)]
    home.add(*readers)
    mailing = home.issue()
    to = home.senders(mailing)
    home.arrives(*(policy(to[one], one) for one in readers))
    taken = take_returns(home.app)
    assert (taken.mails, taken.natures, taken.suppressed, taken.unproven) == (1000, ((Nature.POLICY, 1000),), (), 0)
    assert suppressions.since(home.store, Reason.HARD_BOUNCE, mailing.due) == ()
    assert home.log() == ()
    assert receipts.receipt(home.store, mailing.id).returned == (("policy", 1000),)


def test_a_thousand_policy_answers_on_the_wire_suppress_nobody(tmp_path: Path) -> None:
    """The same said by the mail server itself, as often as somebody goes on after it."""
    with opened("sqlite", tmp_path) as store, owned(store, tmp_path) as held, SmtpServer() as server:
        add_readers(store, *range(1000))
        mailing = sending(held)
        server.at("RCPT", say("550 5.7.1 rejected as spam by our policy"))
        for _ in range(20):
            if run(held, mailing, smtp(server.port)) is not MailingState.PAUSED:
                break
            mailing = resumed(store, mailing)
        assert receipts.receipt(store, mailing.id).of(DeliveryState.REFUSED) == 1000
        assert suppressions.living(store, [mark(number) for number in range(1000)]) == ()


@ON_BOTH
@pytest.mark.parametrize("to", [BOUNCES, "bounces+1-1-aaaaaaaaaa@news.example.org"], ids=["unnamed", "forged"])
def test_nobody_is_suppressed_without_proof(home: Installation, to: str) -> None:
    """Anybody can write a bounce about anybody: it is kept, told to who asks about the reader, and nothing follows."""
    home.issue()
    home.arrives(hard(to, ANA))
    taken = take_returns(home.app)
    assert (taken.natures, taken.suppressed, taken.unproven) == (((Nature.HARD, 1),), (), 1)
    assert taken.forged == (to != BOUNCES)
    assert (home.living(ANA), home.facts(ANA)) == ([], ())
    (line,) = (one for one in tell_story(home.app, "Ana@example.org").lines if "(hard)" in one.words)
    assert "no copy of ours that it could prove; nothing followed" in line.words


def test_only_what_is_said_of_the_reader_counts(home: Installation) -> None:
    """Behind an address there may be several people, and one of them who is gone is not the reader."""
    mailing = home.issue()
    home.arrives(
        bounce(
            home.sender(mailing, ANA),
            ("gone@example.com", "5.1.1", "550 5.1.1 user unknown"),
            (ANA, "5.2.2", "552 5.2.2 mailbox full"),
        )
    )
    taken = take_returns(home.app)
    assert (taken.natures, taken.suppressed) == (((Nature.HARD, 1), (Nature.SOFT, 1)), ())
    assert home.living(ANA) == []


def test_an_address_that_forwards_to_nobody_is_a_dead_address(home: Installation) -> None:
    """The bounce names where the mail was forwarded to; the copy it came of is the reader's."""
    mailing = home.issue()
    home.arrives(hard(home.sender(mailing, ANA), "ana.private@example.com"))
    assert dict(take_returns(home.app).suppressed) == {Reason.HARD_BOUNCE: 1}
    assert home.living(ANA) == [Reason.HARD_BOUNCE]


def test_a_mail_that_is_none_of_these_stays_where_it_is(home: Installation) -> None:
    """It is counted once, and no word of it is kept."""
    home.arrives(letter(1), letter(2))
    before = {path: path.read_bytes() for path in home.maildir.rglob("*") if path.is_file()}
    taken = take_returns(home.app)
    assert (taken.mails, taken.others, taken.natures) == (2, 2, ())
    assert {path: path.read_bytes() for path in home.maildir.rglob("*") if path.is_file()} == before
    assert returned.newest(home.store, 10) == ()
    assert take_returns(home.app).mails == 0


@ON_BOTH
def test_a_mail_that_was_handed_to_us_is_kept_whatever_it_is(home: Installation) -> None:
    """Nobody else has it."""
    mail = letter()
    assert dict(take_one(home.app, mail).natures) == {Nature.OTHER: 1}
    ((fact, _),) = returned.newest(home.store, 10)
    assert returned.raw(home.store, fact.number) == mail
    assert take_one(home.app, mail).before == 1


# Once, whatever happens


@ON_BOTH
def test_a_mail_is_taken_once(home: Installation) -> None:
    """Lying in the Maildir under another name, handed over by the mail server as well: it is the same mail."""
    mailing = home.issue()
    mail = hard(home.sender(mailing, ANA), ANA)
    home.arrives(mail)
    take_returns(home.app)
    home.arrives(mail)
    again = take_returns(home.app)
    assert (again.mails, again.before, again.suppressed) == (1, 1, ())
    assert take_one(home.app, mail).before == 1
    assert len(home.facts(ANA)) == len(home.log()) == 1


@ON_BOTH
def test_a_mail_server_may_hand_over_several_at_once(home: Installation) -> None:
    """Each is kept once, under a number of its own, and the reader is suppressed once."""
    to = home.sender(home.issue(), ANA)
    mails = [hard(to, ANA, number % 4) for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda mail: take_one(home.app, mail), mails))
    assert (sum(one.before for one in taken), sum(len(one.suppressed) for one in taken)) == (4, 1)
    assert [one.number for one in home.facts(ANA)] == [1, 2, 3, 4]
    assert len(home.log()) == 1


def test_only_one_at_a_time_reads_the_mailbox(home: Installation) -> None:
    """The other is told who it is."""
    with hold(home.store, "returns", home.app.root, NOW), pytest.raises(AlreadyHeld, match="returns is running"):
        take_returns(home.app)


def test_a_log_that_cannot_be_written_keeps_all_of_it_for_the_next_time(home: Installation) -> None:
    """Nobody is suppressed in the database alone, and the mail is read again."""
    mailing = home.issue()
    home.arrives(hard(home.sender(mailing, ANA), ANA))
    path = leavers_path(home.app)
    path.mkdir(parents=True)
    with pytest.raises(StoreError, match=r"leavers\.log cannot be written"):
        take_returns(home.app)
    assert (home.facts(ANA), home.living(ANA)) == ((), [])
    path.rmdir()
    assert dict(take_returns(home.app).suppressed) == {Reason.HARD_BOUNCE: 1}


def _take_and_die(root: Path, patience: tuple[float, ...]) -> None:
    """Takes, and is killed after so many seconds, one time after the other."""
    for seconds in patience:
        child = os.fork()
        if child == 0:
            take_returns(App(root, lambda: NOW))
            os._exit(0)
        Event().wait(seconds)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_killed_at_any_moment_and_begun_again_it_takes_each_mail_once(home: Installation) -> None:
    """Every reader is suppressed once, with one line at least in the log, and every mail has one fact."""
    readers = [f"reader{number}@example.org" for number in range(100)]
    home.add(*readers)
    to = home.senders(home.issue())
    home.arrives(*(hard(to[one], one) for one in readers))
    patience = (0.05, 0.1, 0.15, 0.2, 0.25)
    dying = multiprocessing.get_context("forkserver").Process(target=_take_and_die, args=(home.app.root, patience))
    dying.start()
    dying.join()
    assert dying.exitcode == 0
    take_returns(home.app)
    facts = [fact for fact, _ in returned.newest(home.store, 1000)]
    assert len(facts) == len({fact.digest for fact in facts}) == len({fact.mark for fact in facts}) == 100
    marks = [home.mark(one) for one in readers]
    assert [one.reason for one in suppressions.of(home.store, marks)] == [Reason.HARD_BOUNCE] * 100
    assert {line.mark for line in home.log()} == set(marks)
    assert take_returns(home.app).mails == 0
