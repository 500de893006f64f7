"""Readers: how one becomes a reader, is found, is told about, and is forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from newsletter.actions.app import App
from newsletter.actions.confirm_subscription import NothingToConfirm, confirm_subscription
from newsletter.actions.erase_reader import erase_reader
from newsletter.actions.home import NotAtHome
from newsletter.actions.read_audit import read_audit
from newsletter.actions.readers import readers_store
from newsletter.actions.sign_up import Asked, forget_unconfirmed, sign_up
from newsletter.actions.tell_story import tell_story
from newsletter.actions.unsubscribe_reader import suppress_reader, unsubscribe_reader
from newsletter.model.answer import Answer, Phase
from newsletter.model.errors import ConfigError, ForgedToken
from newsletter.model.issue import IssueId
from newsletter.model.mailing import Delivery, DeliveryState, Mailing, MailingId, MailingKind, MailingState
from newsletter.model.marks import mark_text
from newsletter.model.subscriber import Act, Consent, Mark, Reason, Subscriber, SubscriberState
from newsletter.readers.story import story
from newsletter.store import happenings, schema, subscribers, suppressions
from newsletter.store.columns import METADATA
from newsletter.store.engine import Store, open_store
from newsletter.tokens import Purpose
from tests.postgres import KINDS, fresh_database

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
DAY = timedelta(days=1)
ANA = "Ana.Reis@example.org"
PAGE, WORDS = "https://example.org/sign-up", "I want the newsletter every Friday."
KEYS = ("k1:the-first-secret-of-these-tests", "k2:the-second-secret-of-these-tests")


ON_BOTH = pytest.mark.parametrize("app", KINDS, indirect=True)


@pytest.fixture
def app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[App]:
    with fresh_database(getattr(request, "param", "sqlite"), tmp_path) as address:
        keys(tmp_path, KEYS[0], address)
        yield App(tmp_path, lambda: NOW)


@pytest.fixture
def store(app: App) -> Iterator[Store]:
    with open_store(app.database) as opened:
        yield opened


def keys(root: Path, written: str, address: str) -> None:
    (root / ".env").write_text(f"DATABASE_URL={address}\nNEWSLETTER_KEYS={written}\n")


def at(app: App, days: float) -> App:
    """The same installation, so many days later."""
    return App(app.root, lambda: NOW + days * DAY)


def ask(app: App, address: str = ANA, name: str | None = None) -> Asked:
    return sign_up(app, address, page=PAGE, words=WORDS, name=name)


def subscribed(app: App, address: str = ANA) -> Subscriber:
    return confirm_subscription(app, ask(app, address).token).subscriber


def found(app: App, address: str = ANA) -> Subscriber | None:
    with readers_store(app) as readers:
        return subscribers.find(readers.store, readers.marks(address))


@ON_BOTH
def test_who_signs_up_is_no_reader_until_they_confirm(app: App) -> None:
    """And then the proof is kept: when they asked and where, the words they were shown, when they confirmed."""
    asked = ask(app)
    there = found(app)
    assert there is not None
    assert (there.state, there.consent) == (SubscriberState.UNCONFIRMED, Consent(asked=NOW, page=PAGE, words=WORDS))
    confirmed = confirm_subscription(at(app, 2), asked.token).subscriber
    assert confirmed.state is SubscriberState.CONFIRMED
    assert confirmed.consent == Consent(asked=NOW, confirmed=NOW + 2 * DAY, page=PAGE, words=WORDS)
    assert found(app) == confirmed


def test_capitals_make_no_other_reader(app: App) -> None:
    """The address stands as they wrote it, and is found however it is written."""
    subscribed(app)
    there = found(app, "ANA.REIS@EXAMPLE.ORG")
    assert there is not None
    assert there.address == ANA


def test_what_is_no_address_is_refused_with_the_reason(app: App) -> None:
    """Nothing is kept of it."""
    with pytest.raises(ConfigError, match="'ana at example' is not a mail address: it has no @"):
        ask(app, "ana at example")


def test_a_member_who_signs_up_stays_as_they_are(app: App) -> None:
    """Whoever typed the address, and whatever else: only the mail, never the page, may say that it is a member's."""
    before = subscribed(app)
    asked = ask(at(app, 1), name="Somebody else")
    assert found(app) == before
    assert asked.member
    assert confirm_subscription(at(app, 2), asked.token).subscriber == before


def test_asking_all_day_is_asking_once(app: App, store: Store) -> None:
    """A stranger who fills in the form again and again writes nothing, and the link in the first mail stays good."""
    first = ask(app)
    assert ask(at(app, 0.5), name="Rude Word") == first
    assert ask(at(app, 1.5)).token != first.token
    for hour in range(5):
        subscribed(at(app, 3 + hour / 24))
    acts = [one.act for one in happenings.of(store, (first.mark,))]
    assert acts == [Act.ASKED, Act.ASKED, Act.ASKED, Act.CONFIRMED]


def test_confirming_twice_is_confirming_once(app: App, store: Store) -> None:
    """People press a button again."""
    asked = ask(app)
    once = confirm_subscription(app, asked.token)
    assert confirm_subscription(at(app, 1), asked.token) == once
    assert [one.act for one in happenings.of(store, (asked.mark,))] == [Act.ASKED, Act.CONFIRMED]


def test_a_link_confirms_for_thirty_days(app: App) -> None:
    """Then who asked is forgotten, and signs up again."""
    asked = ask(app)
    with pytest.raises(NothingToConfirm, match="sign up again, and use the link in the new mail"):
        confirm_subscription(at(app, 31), asked.token)
    assert forget_unconfirmed(at(app, 29)) == 0
    assert forget_unconfirmed(at(app, 31)) == 1
    assert found(app) is None


@ON_BOTH
def test_only_who_never_confirmed_is_forgotten(app: App) -> None:
    """Readers stay, and so do those who have left."""
    subscribed(app, "ana@example.org")
    unsubscribe_reader(app, subscribed(app, "ben@example.org").mark)
    assert forget_unconfirmed(at(app, 400)) == 0


@pytest.mark.parametrize("purpose", [Purpose.UNSUBSCRIBE, Purpose.PREFERENCES, Purpose.TEST, Purpose.SAMPLE])
def test_a_token_for_something_else_confirms_nothing(app: App, purpose: Purpose) -> None:
    """A link that was forwarded with an issue makes nobody a reader."""
    asked = ask(app)
    with readers_store(app) as readers:
        token = readers.ring.sign(purpose, asked.token.rsplit(".", 2)[0])
    with pytest.raises(ForgedToken):
        confirm_subscription(app, token)


@pytest.mark.parametrize("purpose", [Purpose.CONFIRM, Purpose.PREFERENCES, Purpose.TEST, Purpose.SAMPLE])
def test_a_token_for_something_else_unsubscribes_nobody(app: App, purpose: Purpose) -> None:
    """The links in a test mail least of all."""
    there = subscribed(app)
    with readers_store(app) as readers:
        token = readers.ring.sign(purpose, mark_text(there.mark))
    with pytest.raises(ForgedToken):
        unsubscribe_reader(app, token)
    assert found(app) == there


@ON_BOTH
def test_unsubscribing_is_kept_beside_the_reader_and_once(app: App, store: Store) -> None:
    """The link is good for ever, and the second time changes nothing."""
    mark = subscribed(app).mark
    with readers_store(app) as readers:
        token = readers.ring.sign(Purpose.UNSUBSCRIBE, mark_text(mark))
    first = unsubscribe_reader(at(app, 900), token, note="by the link in 2029-05-11")
    assert first.subscriber is not None
    assert (first.already, first.subscriber.state) == (False, SubscriberState.UNSUBSCRIBED)
    assert unsubscribe_reader(at(app, 901), token).already
    (only,) = suppressions.of(store, (mark,))
    assert (only.reason, only.since, only.note) == (Reason.OPT_OUT, NOW + 900 * DAY, "by the link in 2029-05-11")


def test_a_link_of_somebody_unknown_suppresses_all_the_same(app: App, store: Store) -> None:
    """Whoever holds a link that we signed was written to once, and shall not be again, by an import either."""
    mark = Mark(b"\x07" * 16)
    assert unsubscribe_reader(app, mark).subscriber is None
    assert [one.reason for one in suppressions.living(store, (mark,))] == [Reason.OPT_OUT]


@ON_BOTH
def test_confirming_anew_lifts_whatever_stood_in_the_way(app: App, store: Store) -> None:
    """It is the reader's own fresh word; the rows stay, and say that it was lifted and how."""
    mark = subscribed(app).mark
    suppress_reader(app, ANA, Reason.HARD_BOUNCE, who="the sender", note="550 5.1.1 no such user")
    unsubscribe_reader(app, mark)
    asked = ask(at(app, 3))
    assert found(app).state is SubscriberState.UNCONFIRMED  # type: ignore[union-attr]  # the assertion says it
    lifted = confirm_subscription(at(app, 4), asked.token).lifted
    assert {one.reason for one in lifted} == {Reason.HARD_BOUNCE, Reason.OPT_OUT}
    assert suppressions.living(store, (mark,)) == ()
    assert {one.lifted_by for one in suppressions.of(store, (mark,))} == {"confirmed anew"}


def test_an_old_link_is_no_new_word(app: App) -> None:
    """Who has left does not come back by the button in a mail from before."""
    old = ask(app)
    confirm_subscription(app, old.token)
    unsubscribe_reader(at(app, 1), old.mark)
    with pytest.raises(NothingToConfirm):
        confirm_subscription(at(app, 2), old.token)
    ask(at(app, 3))  # by somebody else, perhaps
    with pytest.raises(NothingToConfirm):
        confirm_subscription(at(app, 4), old.token)


@ON_BOTH
def test_erasing_leaves_no_word_of_theirs(app: App, store: Store) -> None:
    """No table holds address, name or a server's words about them; the copies they got are counted still."""
    mark = sign_up(app, ANA, page=PAGE, words=WORDS, name="Ana Reis").mark
    suppress_reader(app, ANA, Reason.HARD_BOUNCE, who="the sender", note=f"550 <{ANA}> unknown")
    a_delivery(store, mark)
    assert erase_reader(app, ANA.upper(), by="ada (login ada)", note="asked by letter")
    everything = ""
    with store.reading() as connection:
        for table in METADATA.sorted_tables:
            everything += "".join(str(tuple(row)) for row in connection.execute(select(table)))
        assert len(connection.execute(select(schema.deliveries)).all()) == 1
    assert not [word for word in ("reis", "example.org", "Friday") if word in everything.lower()]
    assert [one.reason for one in suppressions.living(store, (mark,))] == [Reason.HARD_BOUNCE, Reason.ERASED]
    (entry,) = read_audit(app).entries
    assert (entry.deed.act, entry.deed.who) == ("erase", "ada (login ada)")
    assert entry.deed.note == f"the reader {mark_text(mark)}, asked by letter"


def test_erasing_twice_is_erasing_once(app: App) -> None:
    """The log gets one line."""
    subscribed(app)
    assert [erase_reader(app, ANA, by="ada") for _ in range(2)] == [True, False]
    assert len(read_audit(app).entries) == 1


@ON_BOTH
def test_a_missing_key_stops_everything_about_readers(app: App) -> None:
    """Without the key that marks were made with, who has left would be a stranger and be written to."""
    subscribed(app)
    keys(app.root, KEYS[1], app.database)
    with pytest.raises(ConfigError, match="the key 'k1' .* is missing in NEWSLETTER_KEYS: .* Put it back into"):
        ask(app)
    keys(app.root, f"{KEYS[1]},{KEYS[0]}", app.database)
    assert ask(at(app, 2)).member


def test_a_key_of_the_same_name_with_another_secret_is_missing_too(app: App) -> None:
    """As when var/keys was lost and made anew: its first key is always called the same."""
    subscribed(app)
    keys(app.root, "k1:another-secret-of-the-same-name", app.database)
    with pytest.raises(ConfigError, match="the key 'k1' that readers are found by has another secret"):
        found(app)


def test_an_address_keeps_its_mark_when_a_new_key_comes(app: App) -> None:
    """The links in old mails stay links of this reader, also after they were erased and came back."""
    mark = subscribed(app).mark
    erase_reader(app, ANA, by="ada")
    keys(app.root, f"{KEYS[1]},{KEYS[0]}", app.database)
    assert subscribed(at(app, 2)).mark == mark
    assert subscribed(at(app, 2), "ben@example.org").mark != mark


def test_a_clone_has_no_readers(tmp_path: Path) -> None:
    """Where the database is not, none is made, and no key either."""
    with pytest.raises(NotAtHome):
        ask(App(tmp_path, lambda: NOW))
    assert list(tmp_path.iterdir()) == []


@ON_BOTH
def test_readers_are_walked_through_page_by_page(app: App, store: Store) -> None:
    """Each once, in the order of the marks; a state or a tag narrows it, capitals of a tag included."""
    with store.writing_alone() as connection:
        for number in range(25):
            tags = ("press",) if number % 5 == 0 else ("Press", 'a "quoted" one', "ü")
            state = SubscriberState.PAUSED if number % 2 else SubscriberState.CONFIRMED
            mark = Mark(bytes([number * 37 % 256]) * 16)
            one = Subscriber(mark=mark, address=f"r{number}@example.org", tags=tags, state=state, added=NOW)
            subscribers.write(connection, one)
    walked: list[Subscriber] = []
    while part := subscribers.page(store, walked[-1].mark if walked else None, 10):
        walked += part
    assert [one.mark for one in walked] == sorted({one.mark for one in walked})
    assert len(walked) == 25
    assert len(subscribers.page(store, None, 99, tag="press")) == 5
    assert len(subscribers.page(store, None, 99, tag='a "quoted" one')) == 20
    assert len(subscribers.page(store, None, 99, tag="ü", state=SubscriberState.PAUSED)) == 10
    assert subscribers.count(store)[SubscriberState.PAUSED] == 12


@ON_BOTH
def test_what_is_written_of_a_reader_is_read_back(app: App, store: Store) -> None:
    """Every field, and again after each change, with its line in their story."""
    proof = Consent(asked=NOW, confirmed=NOW + DAY, page="p", words="w", mail="m")
    there = Subscriber(
        mark=Mark(b"a" * 16),
        address=ANA,
        name="Ana Reis",
        language="pt-BR",
        zone="America/Recife",
        tags=("alumni", "press"),
        state=SubscriberState.CONFIRMED,
        consent=proof,
        imported=3,
        added=NOW,
    )
    with store.writing_alone() as connection:
        subscribers.write(connection, there)
        paused = subscribers.pause(connection, there, NOW + 7 * DAY, "reader", NOW)
        assert subscribers.find(connection, (there.mark,)) == paused
        resumed = subscribers.resume(connection, paused, "reader", NOW)
        assert resumed == there
        changed = subscribers.change(connection, replace(there, name=None, tags=()), "ada", NOW, "name, tags")
    assert subscribers.find(store, (Mark(b"b" * 16), there.mark)) == changed
    told = [(one.number, one.act, one.who) for one in happenings.of(store, (there.mark,))]
    assert told == [(1, Act.PAUSED, "reader"), (2, Act.RESUMED, "reader"), (3, Act.CHANGED, "ada")]


def test_the_story_begins_with_whether_they_get_the_next_issue(app: App) -> None:
    """In words for somebody who does not program; the lines behind it say how that came, the oldest first."""
    unknown = tell_story(app, ANA)
    assert unknown.first.startswith(f"{ANA} does not get the next issue: it is not the address of a reader. Look ")
    asked = ask(app)
    assert "they asked for it on 2026-11-25 and have not used the link" in tell_story(app, ANA).first
    confirm_subscription(at(app, 1), asked.token)
    assert tell_story(at(app, 1), ANA).first == f"{ANA} gets the next issue."
    unsubscribe_reader(at(app, 2), asked.mark, note="by the link in 2026-11-27")
    gone = tell_story(at(app, 3), ANA)
    assert gone.first.startswith(f"{ANA} does not get the next issue: they unsubscribed on 2026-11-27. Only they can")
    assert [line.words for line in gone.lines] == [
        f"Asked for the newsletter: on {PAGE}, shown: {WORDS}.",
        "Confirmed it by the link in the mail we sent.",
        "Nothing is sent from here on: they unsubscribed (by the link in 2026-11-27).",
    ]
    erase_reader(at(app, 4), ANA, by="ada")
    assert "; everything about them was erased on 2026-11-29. Only they" in tell_story(app, ANA).first


@ON_BOTH
def test_the_story_tells_what_the_mail_server_said(app: App, store: Store) -> None:
    """Each copy with what became of it, and the server's own words."""
    there = subscribed(app)
    a_delivery(store, there.mark)
    (line,) = (one for one in tell_story(app, ANA).lines if "issue 2026-11-27" in one.words)
    assert line.words == (
        "The issue 2026-11-27 was refused by the mail server, for good. "
        f"The mail server's last words: 550 <{ANA}> unknown (at RCPT)."
    )


def test_the_story_tells_of_the_import() -> None:
    """Where somebody came from who never filled in a form, and what their file says of a consent."""
    proof = Consent(asked=NOW - 9 * DAY, confirmed=NOW - 8 * DAY, page="old.csv, line 2")
    confirmed = SubscriberState.CONFIRMED
    there = Subscriber(mark=Mark(b"i" * 16), address=ANA, state=confirmed, consent=proof, imported=3, added=NOW)
    (line,) = story(ANA, there, (), (), (), NOW, "the file old.csv, by ada, on this ground: customers").lines
    assert line.words == (
        "Came with import 3: the file old.csv, by ada, on this ground: customers. "
        "Their consent, as the file has it: asked on 2026-11-16, confirmed on 2026-11-17."
    )


def test_the_story_of_a_pause() -> None:
    """A pause that is over keeps nobody from the next issue."""
    mark = Mark(b"p" * 16)
    there = Subscriber(mark=mark, address=ANA, state=SubscriberState.PAUSED, until=NOW + 7 * DAY, added=NOW)
    told = story(ANA, there, (), (), (), NOW)
    assert told.first == f"{ANA} does not get the next issue: they have paused it until 2026-12-02 13:00 UTC. " + (
        "It goes on by itself then."
    )
    assert story(ANA, there, (), (), (), NOW + 7 * DAY).writable


@pytest.mark.parametrize("state", DeliveryState)
def test_every_state_of_a_copy_has_its_words(state: DeliveryState) -> None:
    """None is left out of a story."""
    (line,) = story(ANA, None, (), (), ((MAILING, replace(COPY, state=state)),), NOW).lines
    assert line.words.startswith("The issue 2026-11-27 ")
    assert line.words.endswith("unknown (at RCPT).")


ISSUE = IssueId(date(2026, 11, 27))
MAILING = Mailing(
    id=MailingId(1),
    issue=ISSUE,
    kind=MailingKind.ISSUE,
    key="k1",
    digest="d" * 64,
    state=MailingState.SENDING,
    due=NOW + 2 * DAY,
    expires=NOW + 4 * DAY,
    total=1,
)
COPY = Delivery(
    mailing=MAILING.id,
    seq=1,
    mark=Mark(b"c" * 16),
    address=ANA,
    name="Ana Reis",
    state=DeliveryState.REFUSED,
    attempt=1,
    tries=0,
    next_try=None,
    digest=None,
    answer=Answer(Phase.RCPT, 550, "5.1.1", f"<{ANA}> unknown"),
    changed=NOW + 2 * DAY,
)


def a_delivery(store: Store, mark: Mark) -> None:
    """A copy that the mail server refused."""
    edition = {"digest": MAILING.digest, "issue": str(ISSUE), "stored": NOW, "data": b""}
    mailing = {"id": 1, "issue": str(ISSUE), "kind": "issue", "number": 1, "digest": MAILING.digest, "key": "k1"}
    mailing |= {"state": "sending", "due": MAILING.due, "expires": MAILING.expires, "total": 1, "team": 0}
    copy = {"mailing": 1, "seq": 1, "mark": mark, "address": ANA, "name": "Ana Reis", "state": "refused"}
    copy |= {"attempt": 1, "tries": 0, "phase": "RCPT", "code": 550, "status": "5.1.1", "said": f"<{ANA}> unknown"}
    with store.writing() as connection:
        connection.execute(insert(schema.editions), edition)
        connection.execute(insert(schema.mailings), mailing)
        connection.execute(insert(schema.deliveries), copy | {"changed": COPY.changed})
