"""The mail that asks for a confirmation: its link, its language, and nothing that was typed into the form."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.actions.app import App, open_app
from newsletter.actions.ask_confirmation import ask_confirmation
from newsletter.actions.confirm_subscription import confirm_subscription
from newsletter.actions.readers import readers_store
from newsletter.actions.sign_up import read_confirm_token
from newsletter.model.errors import ForgedToken
from newsletter.store import notices, subscribers
from newsletter.tokens import Purpose
from tests.living import NOW, Clock
from tests.noticing import ANA, asked_by, kept_by, link_in
from tests.postgres import fresh_database


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def home(publication: Path, clock: Clock) -> Iterator[App]:
    """The sample publication with its database and a clock that can be moved."""
    with fresh_database("sqlite", publication):
        yield open_app(publication, clock)


def test_the_confirmation_holds_its_link_and_nothing_that_was_typed(home: App) -> None:
    """Neither the name nor the tags nor the address; no advertising; the link confirms and does nothing else."""
    kept = ask_confirmation(home, asked_by(home, "Ana.Typed@example.org"))
    assert kept
    whole = f"{kept.subject}\n{kept.text}"
    assert "zq0" not in whole
    assert "Ana.Typed" not in whole
    assert "A community space" not in whole  # the tagline
    assert re.findall(r"https?://\S+", whole) == [link_in(kept)]
    with readers_store(home) as readers:
        assert read_confirm_token(readers.ring, link_in(kept).rpartition("/")[2])[1] == NOW
        for purpose in set(Purpose) - {Purpose.CONFIRM}:
            with pytest.raises(ForgedToken):
                readers.ring.verify(purpose, link_in(kept).rpartition("/")[2])
    assert kept.subject == "Please confirm your subscription to Focus This Week"
    assert max(len(one) for one in kept.text.splitlines() if "https://" not in one) <= 76
    assert kept.text.endswith("Focus This Week\nFocus Editorial, 12 Example Street, Hong Kong\n")


def test_the_link_of_the_mail_confirms_and_its_text_is_kept_as_proof(home: App) -> None:
    """GDPR Art. 7 (1): when and where it was asked for, the words, the mail, and when it was confirmed."""
    kept = ask_confirmation(home, asked_by(home))
    assert kept
    confirmed = confirm_subscription(home, link_in(kept).rpartition("/")[2]).subscriber
    assert confirmed.consent.mail == f"{kept.subject}\n\n{kept.text}"
    assert (confirmed.consent.asked, confirmed.consent.confirmed) == (NOW, NOW)
    assert confirmed.consent.words == "Send me the weekly letter."


def test_asking_again_keeps_no_second_mail_for_a_day(home: App, clock: Clock) -> None:
    """The link of the first mail is the one that stays good; a day later there is a second one, kept as the proof."""
    first = ask_confirmation(home, asked_by(home))
    clock.forward(hours=23, minutes=59)
    assert ask_confirmation(home, asked_by(home, "ANA@example.org")) is None
    clock.forward(minutes=1)
    second = ask_confirmation(home, asked_by(home))
    assert first
    assert second
    assert first.text != second.text
    with readers_store(home) as readers:
        there = subscribers.find(readers.store, readers.marks(ANA))
        assert len(notices.of(readers.store, readers.marks(ANA))) == 2
    assert there
    assert there.consent.mail == f"{second.subject}\n\n{second.text}"


def test_a_member_is_told_so_by_mail_and_only_there(home: App, clock: Clock) -> None:
    """What the form shows is the same; their consent stays as it is."""
    first = ask_confirmation(home, asked_by(home))
    assert first
    before = confirm_subscription(home, link_in(first).rpartition("/")[2]).subscriber
    clock.forward(days=2)
    second = ask_confirmation(home, asked_by(home))
    assert second
    assert "This address gets Focus This Week already." in second.text
    assert "already" not in first.text
    with readers_store(home) as readers:
        assert subscribers.find(readers.store, readers.marks(ANA)) == before


@pytest.mark.parametrize(
    ("language", "subject"),
    [
        ("zh-Hant", "請確認訂閱Focus This Week"),
        ("ZH-hant-hk", "請確認訂閱Focus This Week"),
        ("zh-Hans", "请确认订阅Focus This Week"),
        ("eo", "Please confirm your subscription to Focus This Week"),
        ("../../schedule", "Please confirm your subscription to Focus This Week"),
        (None, "Please confirm your subscription to Focus This Week"),
    ],
)
def test_a_confirmation_is_in_the_readers_language_where_we_have_it(
    home: App, language: str | None, subject: str
) -> None:
    """Else in the publication's; nobody goes without a mail because of a language."""
    kept = ask_confirmation(home, asked_by(home, language=language))
    assert kept
    assert kept.subject == subject


def test_a_publication_may_word_it_in_its_own_way(home: App) -> None:
    """Its own template and its own standing texts win over ours."""
    own = home.root / "templates"
    (own / "notice").mkdir(parents=True)
    (own / "notice" / "confirmation.txt").write_text("{{ t.confirm_subject|fill(name=name) }}\n\nHere: {{ link }}\n")
    (own / "frame").mkdir()
    (own / "frame" / "en.yaml").write_text('confirm_subject: "Is it you, {name} wants to know"\n')
    [kept] = kept_by(home, ANA)
    assert kept.subject == "Is it you, Focus This Week wants to know"
    assert kept.text == f"Here:\n{link_in(kept)}\n"
