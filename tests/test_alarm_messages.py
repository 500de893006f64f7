"""What an alarm says, to whom it is news, and how each kind of webhook gets it; and the call that carries it."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.deliver.alarms import SETTLES, Item, Message, News, compared, items_for, message, settled, told
from newsletter.deliver.webhooks import for_ntfy, for_programs, for_slack, for_teams
from newsletter.fetch.answer import Limits
from newsletter.fetch.post import Call, NotTaken, hand_over
from newsletter.model.alarm import Alarm, Concern, Way
from tests.alarming import Hook, hooking

NOW = datetime(2026, 11, 27, 13, tzinfo=UTC)
REPEAT = timedelta(hours=4)
PAUSED = Concern(key="paused-provider 2026-11-27", subject="The mailing is paused", text="It is.\n")
STUCK = Concern(key="stuck 2026-11-27", subject="The mailing stands still", text="It does.\n")
DISK = Concern(key="disk", subject="The disk is full", text="It is.\n")
LIMITS = Limits(seconds=5, connect=5)


@pytest.fixture
def hook() -> Iterator[Hook]:
    with hooking() as running:
        yield running


def news(alarms: tuple[Alarm, ...], at: datetime, once: bool = False) -> list[News]:
    return [item.news for item in items_for(Way.MAIL, alarms, at, REPEAT, lambda _: once)]


def times(moment: datetime) -> str:
    return f"{moment:%H:%M} UTC"


def written(subject: str, text: str = "It is.\n", new: News = News.NEW) -> Message:
    alarm = Alarm(number=1, concern=Concern(key="disk", subject=subject, text=text), since=NOW)
    return message("The Week", (Item(new, alarm),), times, "here")


# What is news


def test_a_new_concern_is_told_once_then_after_hours_then_its_end() -> None:
    """By each way for itself."""
    (alarm,) = compared((), (PAUSED,), NOW)
    assert (alarm.since, alarm.number, news((alarm,), NOW)) == (NOW, 0, [News.NEW])
    alarm = told(alarm, Way.MAIL, NOW)
    assert news((alarm,), NOW + timedelta(hours=3, minutes=59)) == []
    assert news((alarm,), NOW + REPEAT) == [News.LASTS]
    assert news((alarm,), NOW + REPEAT, once=True) == []
    assert [one.news for one in items_for(Way.WEBHOOK, (alarm,), NOW + REPEAT, REPEAT, bool)] == [News.NEW]
    (over,) = compared((alarm,), (), NOW + timedelta(minutes=9))
    assert news((over,), NOW + timedelta(minutes=11)) == []
    assert news((over,), NOW + timedelta(minutes=12)) == [News.OVER]
    assert news((over,), NOW + timedelta(minutes=12), once=True) == []
    assert news((told(over, Way.MAIL, NOW + timedelta(minutes=12)),), NOW + timedelta(hours=9)) == []


def test_what_was_over_for_a_moment_has_lasted() -> None:
    """The same alarm, with the words of now."""
    (alarm,) = compared((), (PAUSED,), NOW)
    (over,) = compared((told(alarm, Way.MAIL, NOW),), (), NOW + timedelta(minutes=1))
    again = replace(PAUSED, text="It is again.\n")
    (back,) = compared((over,), (again,), NOW + timedelta(minutes=2))
    assert (back.ended, back.since, back.concern) == (None, NOW, again)


def test_an_end_is_no_news_where_something_else_is_wrong_with_the_same_thing() -> None:
    """The mailing goes on, and stands still: the second is the news."""
    (alarm,) = compared((), (PAUSED,), NOW)
    both = compared((told(alarm, Way.MAIL, NOW),), (STUCK, DISK), NOW + timedelta(minutes=1))
    later = NOW + timedelta(minutes=1) + SETTLES
    assert [(one.news, one.alarm.concern) for one in items_for(Way.MAIL, both, later, REPEAT, lambda _: False)] == [
        (News.NEW, STUCK),
        (News.NEW, DISK),
    ]
    assert [settled(one, both, later, lambda _: False).end_told for one in both] == [True, False, False]


def test_an_end_that_nobody_can_be_told_is_given_up_after_a_day() -> None:
    """A way that was taken away does not keep an alarm for ever."""
    (alarm,) = compared((), (DISK,), NOW)
    (over,) = compared((told(alarm, Way.WEBHOOK, NOW),), (), NOW + timedelta(minutes=1))
    day = NOW + timedelta(days=1)
    assert not settled(over, (over,), day, lambda _: False).end_told
    assert settled(over, (over,), day + timedelta(minutes=2), lambda _: False).end_told
    (untold,) = compared(compared((), (DISK,), NOW), (), NOW + timedelta(minutes=1))
    assert settled(untold, (untold,), NOW + timedelta(minutes=4), lambda _: False).end_told


# What is said


def test_one_message_tells_everything_what_is_new_first() -> None:
    """With since when; of an end, from when to when; and where it comes from."""
    new = Alarm(number=2, concern=PAUSED, since=NOW)
    over = Alarm(number=1, concern=DISK, since=NOW - timedelta(hours=1), ended=NOW)
    words = message("The Week", (Item(News.OVER, over), Item(News.NEW, new)), times, "mail.example.org")
    assert words.subject == "[The Week] The mailing is paused (and 1 more)"
    assert words.text == (
        "The mailing is paused.\nSeen since 13:00 UTC.\n\nIt is.\n\n"
        "Over: The disk is full.\nSeen from 12:00 UTC to 13:00 UTC.\n\n"
        "Told by the newsletter program on mail.example.org. `newsletter alarms` shows what lasts.\n"
    )
    assert words.urgent
    assert not message("The Week", (Item(News.OVER, over),), times, "here").urgent


# Webhooks


def test_slack_shows_what_a_server_said_as_it_said_it() -> None:
    """No link, mention or markup is made of it."""
    body = json.loads(for_slack(written("<!channel> & <http://bad.test|here>")).body)
    assert list(body) == ["text"]
    assert "&lt;!channel&gt; &amp; &lt;http://bad.test|here&gt;" in body["text"]


def test_teams_gets_a_card_whose_text_is_no_markdown() -> None:
    """An adaptive card in the envelope that workflows and connectors take, well under 28 KB."""
    parcel = for_teams(written("[here](http://bad.test)", "é" * 40_000))
    assert len(parcel.body) < 28_000
    (attachment,) = json.loads(parcel.body)["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert {block["type"] for block in card["body"]} == {"RichTextBlock"}
    assert card["body"][0]["inlines"][0]["text"] == "[The Week] [here](http://bad.test)"
    assert card["body"][-1]["inlines"][0]["text"].endswith("`newsletter alarms` shows the whole]")


def test_ntfy_gets_title_priority_and_tags_as_header_fields() -> None:
    """A title that is not ASCII as an encoded word (RFC 2047), a text that is too long cut before 4,096 octets."""
    parcel = for_ntfy(written("Très plein", "é" * 4_000))
    fields = dict(parcel.headers)
    title = fields["Title"]
    assert title.startswith("=?UTF-8?B?")
    assert base64.b64decode(title[10:-2]).decode() == "[The Week] Très plein"
    assert (fields["Priority"], fields["Tags"]) == ("5", "rotating_light")
    assert len(parcel.body) <= 3_900
    assert parcel.body.decode().endswith("shows the whole]")
    assert dict(for_ntfy(written("Full", new=News.LASTS)).headers)["Priority"] == "4"
    assert dict(for_ntfy(written("Full")).headers)["Title"] == "[The Week] Full"


def test_a_program_gets_everything_by_name() -> None:
    """So that it can keep its own list."""
    assert json.loads(for_programs(written("Full")).body)["alarms"] == [
        {"key": "disk", "news": "new", "subject": "Full", "text": "It is.\n", "since": NOW.isoformat(), "ended": None}
    ]


@given(st.text(), st.text())
def test_whatever_is_said_can_be_posted(subject: str, text: str) -> None:
    """Each parcel is whole: JSON, or header fields of one line of ASCII."""
    words = written(subject, text)
    for parcel in (for_slack(words), for_teams(words), for_programs(words)):
        json.loads(parcel.body)
    fields = for_ntfy(words).headers
    assert all(value.isascii() and value.isprintable() for _, value in fields)


# The call


def test_a_call_is_carried_with_its_fields(hook: Hook) -> None:
    """POST with a body, GET without."""
    hand_over(Call(url=hook.url, body=b"{}", headers=(("Content-Type", "application/json"),)), LIMITS, "us/1")
    hand_over(Call(url=hook.url), LIMITS, "us/1")
    post, got = hook.posts
    assert (post.method, post.body, post.headers["content-type"]) == ("POST", b"{}", "application/json")
    assert (got.method, got.headers["user-agent"]) == ("GET", "us/1")


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "127.0.0.1 answered 404 Not Found"),
        (307, "127.0.0.1 answered 307 Temporary Redirect; redirects are not followed, write the address it leads to"),
        (599, "127.0.0.1 answered 599"),
    ],
)
def test_anything_but_yes_is_told_with_the_host_alone(hook: Hook, status: int, words: str) -> None:
    """The rest of the address is a secret."""
    hook.status, hook.location = status, hook.url
    with pytest.raises(NotTaken) as refused:
        hand_over(Call(url=hook.url, body=b""), LIMITS, "us/1")
    assert str(refused.value) == words
    assert len(hook.posts) == 1
    assert "secret-part" not in repr(Call(url=hook.url))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1/secret", "127.0.0.1 took no connection (connection refused)"),
        ("file:///etc/passwd", "the address is not one of the web: it does not begin with https://"),
        ("https://127.0.0.1:{port}/secret", "127.0.0.1 could not agree with us on a TLS connection"),
    ],
)
def test_a_host_that_cannot_be_asked_is_told(hook: Hook, url: str, words: str) -> None:
    """Nobody there, no web address, no TLS."""
    with pytest.raises(NotTaken) as refused:
        hand_over(Call(url=url.format(port=hook.port), body=b""), LIMITS, "us/1")
    assert str(refused.value) == words


def test_a_host_that_hangs_is_left(hook: Hook) -> None:
    """Within the limit."""
    hook.hangs = threading.Event()
    with pytest.raises(NotTaken, match=r"^127\.0\.0\.1 was not done within 0\.2 seconds$"):
        hand_over(Call(url=hook.url), replace(LIMITS, seconds=0.2), "us/1")
