"""What came back is undone, told in the story, forgotten; and how it is set up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.actions.erase_reader import erase_reader
from newsletter.actions.read_audit import read_audit
from newsletter.actions.replay_leavers import replay_leavers
from newsletter.actions.take_returns import take_returns
from newsletter.actions.tell_story import tell_story
from newsletter.actions.undo_returned import undo_returned
from newsletter.actions.unsubscribe_reader import suppress_reader
from newsletter.model.errors import ConfigError
from newsletter.model.marks import mark_text
from newsletter.model.returned import Nature
from newsletter.model.subscriber import Act, Reason
from newsletter.store import happenings, receipts, returned, suppressions
from newsletter.store.columns import METADATA
from newsletter.store.leavers import Leaving
from tests import comingback
from tests.comingback import (
    ANA,
    BEN,
    BOUNCES,
    NOW,
    ON_BOTH,
    Installation,
    arrive,
    complaint,
    hard,
    maildir,
    natures,
    soft,
    write_returns,
)

home = comingback.home


# Undone


@ON_BOTH
def test_undoing_lifts_what_came_back_and_nothing_else(home: Installation) -> None:
    """The reader gets the next issue; database, story, log and audit log say who lifted it and why."""
    mailing = home.issue()
    home.arrives(hard(home.sender(mailing, ANA), ANA), complaint(home.sender(mailing, ANA), ANA))
    take_returns(home.app)
    later = home.at(1)
    done = undo_returned(later.app, ANA.upper(), "mei", login="tests", note="their server was down")
    assert [one.reason for one in done.lifted] == [Reason.HARD_BOUNCE, Reason.COMPLAINT]
    assert (done.left, home.living(ANA)) == ((), [])
    assert {one.undone_by for one in home.facts(ANA)} == {"mei (login tests)"}
    assert home.log()[-1] == Leaving(later.app.clock(), None, home.mark(ANA))
    (entry,) = read_audit(home.app).entries
    assert (entry.deed.act, entry.deed.who) == ("undo", "mei (login tests)")
    told = "hard bounce, complaint, their server was down"
    assert entry.deed.note == f"the reader {mark_text(home.mark(ANA))}, {told}"
    assert [one.act for one in happenings.of(home.store, (home.mark(ANA),))][-1] is Act.LIFTED
    story = tell_story(later.app, ANA)
    assert story.writable
    assert any("Set aside on 2026-12-02 by mei" in line.words for line in story.lines)
    assert undo_returned(later.app, ANA, "mei", login="tests").lifted == ()


@pytest.mark.parametrize("reason", [Reason.OPT_OUT, Reason.ERASED])
def test_undoing_brings_nobody_back_who_has_left(home: Installation, reason: Reason) -> None:
    """Neither in the database nor by the log when a backup is put back: "lifted" there would speak for everything."""
    mailing = home.issue()
    home.arrives(hard(home.sender(mailing, ANA), ANA))
    take_returns(home.app)
    if reason is Reason.OPT_OUT:
        suppress_reader(home.at(1).app, ANA, reason, who="reader")
    else:
        erase_reader(home.at(1).app, ANA, by="mei")
    done = undo_returned(home.at(2).app, ANA, "mei", login="tests")
    assert ([one.reason for one in done.lifted], [one.reason for one in done.left]) == ([Reason.HARD_BOUNCE], [reason])
    assert home.living(ANA) == [reason]
    assert [one.reason for one in home.log()] == [Reason.HARD_BOUNCE, reason]
    assert replay_leavers(home.at(3).app).lifted == 0
    assert home.living(ANA) == [reason]


def test_what_the_log_and_the_database_say_agrees_after_undoing(home: Installation) -> None:
    """Replaying it changes nothing, even where the mail server itself had said that the address does not exist."""
    suppress_reader(home.app, BEN, Reason.HARD_BOUNCE, who="the sender")
    with home.store.writing_alone() as connection:  # as the ledger does, which writes no line of the log
        suppressions.suppress(connection, home.mark(ANA), Reason.HARD_BOUNCE, NOW)
    for address in (ANA, BEN):
        undo_returned(home.at(1).app, address, "mei", login="tests")
    done = replay_leavers(home.at(2).app)
    assert (done.lines, done.added, done.lifted) == (4, 0, 0)
    assert (home.living(ANA), home.living(BEN)) == ([], [])


def test_what_was_sent_before_somebody_lifted_it_counts_no_more(home: Installation) -> None:
    """A second bounce of the same copy comes late; one of the next issue counts, a complaint whenever it comes."""
    mailing = home.issue()
    to = home.sender(mailing, ANA)
    home.arrives(hard(to, ANA, 1))
    take_returns(home.app)
    undo_returned(home.at(1).app, ANA, "mei", login="tests")
    home.arrives(hard(to, ANA, 2))
    assert take_returns(home.at(2).app).suppressed == ()
    home.arrives(complaint(to, ANA))
    assert dict(take_returns(home.at(3).app).suppressed) == {Reason.COMPLAINT: 1}
    undo_returned(home.at(4).app, ANA, "mei", login="tests")
    later = home.at(7)
    home.arrives(hard(later.sender(later.issue(1), ANA), ANA))
    assert dict(take_returns(later.app).suppressed) == {Reason.HARD_BOUNCE: 1}


def test_after_undoing_the_next_soft_bounce_is_the_first(home: Installation) -> None:
    """Not the fourth in a row."""
    write_returns(home.app.root, "maildir: returned", "soft_issues: 2")
    suppressed = []
    for week in range(4):
        later = home.at(7 * week)
        mailing = later.issue(week)
        later.arrives(soft(later.sender(mailing, ANA), ANA))
        suppressed.append(len(take_returns(later.app).suppressed))
        if week == 1:
            undo_returned(later.at(1).app, ANA, "mei", login="tests")
    assert suppressed == [0, 1, 0, 1]


# Told, forgotten


def test_the_story_tells_what_came_back(home: Installation) -> None:
    """With the issue, what it means, and the server's words; and why they get nothing now, with the way out."""
    mailing = home.issue()
    home.arrives(hard(home.sender(mailing, ANA), ANA))
    take_returns(home.app)
    story = tell_story(home.app, ANA)
    assert "a mail server said that the address takes no mail on 2026-12-01. If the address works again" in story.first
    assert "`newsletter bounces undo`" in story.first
    (line,) = (one for one in story.lines if "came back" in one.words)
    assert line.words.startswith("The issue 2026-11-27 came back: there is no such mailbox, or it takes no mail")
    assert story.lines[-1].words.startswith("Nothing is sent from here on: a mail server said that the address takes")
    assert "5.1.1" in line.words


@ON_BOTH
def test_erasing_leaves_no_word_in_what_came_back(home: Installation) -> None:
    """Neither of mails about their copies nor of those that name the address without proof, nor of any that come
    later; the facts stay, for the sums."""
    mailing = home.issue()
    to = home.sender(mailing, ANA)
    home.arrives(hard(to, ANA, 1), hard(BOUNCES, "Ana@Example.org", 2), hard(home.sender(mailing, BEN), BEN))
    take_returns(home.app)
    erase_reader(home.app, ANA, by="mei")
    home.arrives(complaint(to, ANA), hard(BOUNCES, ANA, 3))
    take_returns(home.at(1).app)
    everything = ""
    with home.store.reading() as connection:
        for table in METADATA.sorted_tables:
            everything += "".join(str(tuple(row)) for row in connection.execute(select(table)))
    assert "ana@" not in everything.lower()
    kept = [returned.raw(home.store, fact.number) for fact, _ in returned.newest(home.store, 10)]
    assert [mail for mail in kept if mail is not None] == [hard(home.sender(mailing, BEN), BEN)]
    assert natures(home.facts(ANA)) == ["hard", "complaint"]
    assert receipts.receipt(home.store, mailing.id).returned == (("hard", 2), ("complaint", 1))


@ON_BOTH
def test_the_mails_themselves_are_kept_for_a_time(home: Installation) -> None:
    """Then only what they said is left."""
    mailing = home.issue()
    mail = hard(home.sender(mailing, ANA), ANA)
    home.arrives(mail)
    take_returns(home.app)
    take_returns(home.at(180).app)
    assert returned.raw(home.store, 1) == mail
    take_returns(home.at(181).app)
    assert returned.raw(home.store, 1) is None
    (fact,) = home.facts(ANA)
    assert fact.report.status == "5.1.1"


# How it is set up


def _lines(*lines: str) -> Callable[[Path], None]:
    return lambda root: write_returns(root, *lines)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_lines("keep_days: 90"), "names no place to read; write below it `mailbox:` .* or `maildir:`"),
        (
            _lines("maildir: returned", "mailbox:", "  host: localhost", "  user: ana"),
            "names a mailbox and a Maildir; keep one",
        ),
        (_lines("maildir: returned", "soft_issues: 0"), "`sending.returns.soft_issues` .* is 0; write how many issues"),
        (_lines("maildir: returned", "keep_days: 0"), "`sending.returns.keep_days` .* is 0; write how many days"),
        (_lines("mailbox:", "  host: localhost", "  user: ana"), "wants a password; set RETURNS_PASSWORD in the"),
    ],
    ids=["neither", "both", "no issue", "no day", "no password"],
)
def test_a_slip_in_the_settings_is_told_in_words(home: Installation, change: Callable[[Path], None], told: str) -> None:
    """When it is used."""
    change(home.app.root)
    with pytest.raises(ConfigError, match=told):
        take_returns(home.app)


def test_a_maildir_may_lie_anywhere(home: Installation, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Its whole path is written then; another Maildir is read from its beginning."""
    elsewhere = maildir(tmp_path_factory.mktemp("elsewhere"))
    mailing = home.issue()
    home.arrives(hard(home.sender(mailing, ANA), ANA))
    arrive(elsewhere, hard(home.sender(mailing, BEN), BEN))
    take_returns(home.app)
    write_returns(home.app.root, f"maildir: {elsewhere}")
    assert take_returns(home.app).natures == ((Nature.HARD, 1),)
    assert home.living(BEN) == [Reason.HARD_BOUNCE]
