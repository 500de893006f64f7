"""Readers at the desk: found, told of, brought in, written out, and let go; and what they answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from newsletter.actions.import_subscribers import dry_run, import_subscribers
from newsletter.actions.list_subscribers import list_subscribers, show_subscriber
from newsletter.actions.take_answer import take_answer
from newsletter.actions.unsubscribe_reader import suppress_reader
from newsletter.model.issue import IssueId
from newsletter.model.reader_answer import Typed
from newsletter.model.subscriber import Reason, SubscriberState
from newsletter.store import schema
from newsletter.store.engine import open_store
from tests.desking import Client, Desking, Reply, desk_of

HOSTILE = '"><img src=x onerror=alert(1)>'
LIST = "Email,Name,Tags\nana@example.org,Ana Nováková,press\nbo@example.org,Bo,\nnot an address,Cy,\n"


@pytest.fixture
def desk(publication: Path) -> Iterator[Desking]:
    with desk_of(publication) as running:
        yield running


@pytest.fixture
def daniel(desk: Desking) -> Client:
    """Holds every role."""
    return desk.signed_in("daniel")


def brought_in(desk: Desking, text: str = LIST) -> None:
    path = desk.root.parent / "readers.csv"
    path.write_text(text, "utf-8")
    with dry_run(desk.app, path, lambda *_: None) as run:
        import_subscribers(desk.app, run, basis="a test", who="daniel", report=lambda *_: None)


def test_readers_are_found_by_what_stands_in_address_or_name(desk: Desking, daniel: Client) -> None:
    """Whatever the capitals, by state and tag as well; the sums and the plot are those of all."""
    brought_in(desk)
    for query, found in (
        ("", 2),
        ("q=ANA%40", 1),
        ("q=nov%C3%A1kov%C3%A1", 1),
        ("q=bo", 1),
        ("tag=press", 1),
        ("q=zz", 0),
    ):
        page = daniel.get(f"/readers?{query}")
        assert page.text.count("/readers/story?address=") == found, query
        assert "<b>2</b> confirmed" in page.text
        assert "<svg" in page.text
    assert "No reader is like that." in daniel.get("/readers?state=paused").text


def test_readers_come_by_pages(desk: Desking, daniel: Client) -> None:
    """Each of them once, however many there are."""
    brought_in(desk, "Email\n" + "".join(f"reader-{number}@example.org\n" for number in range(120)))
    seen, path = [], "/readers"
    while path:
        page = daniel.get(path)
        seen += [line.partition("&lt;")[0] for line in page.text.split("/readers/story?address=")[1:]]
        _, _, more = page.text.partition('<a class="btn" href="/readers?q=')
        path = "/readers?q=" + more.partition('"')[0].replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) == 120


def test_a_reader_has_a_story_and_can_be_let_go(desk: Desking, daniel: Client) -> None:
    """What is kept and what happened; unsubscribed in their name, which the story says; signed as who has signed in."""
    brought_in(desk)
    page = daniel.get("/readers/story?address=ana@example.org")
    assert "Ana Nováková" in page.text
    assert "on this ground: a test" in page.text
    answer = daniel.send(page, "/readers/story/leave", {"address": "ana@example.org", "note": "her letter"})
    after = daniel.follow(answer)
    assert "is not written to any more" in after.text
    assert "Unsubscribe them" not in after.text
    known = show_subscriber(desk.app, "ana@example.org")
    assert known.subscriber
    assert known.subscriber.state is SubscriberState.UNSUBSCRIBED


def test_times_of_a_reader_are_those_of_who_looks(desk: Desking) -> None:
    """In the list, in what is kept and within the sentences of the story; nobody is told in UTC, and late in the day
    the dates differ."""
    brought_in(desk)
    asked = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)
    paused = {"state": "paused", "until": asked + timedelta(days=14), "confirmed": asked + timedelta(days=1)}
    with open_store(desk.app.database) as store, store.writing() as connection:
        table = schema.subscribers
        ana = table.c.address == "ana@example.org"
        connection.execute(update(table).where(ana).values(added=asked, asked=asked, **paused))
    suppress_reader(replace(desk.app, clock=lambda: asked), "bo@example.org", Reason.HARD_BOUNCE, who="a test")
    told = {
        "mei": ("Hong Kong", "Sat 21 Nov 2026, 06:30", "Sun 22 Nov 2026, 06:30", "Sat 5 Dec 2026, 06:30", "21"),
        "daniel": ("New York", "Fri 20 Nov 2026, 17:30", "Sat 21 Nov 2026, 17:30", "Fri 4 Dec 2026, 17:30", "20"),
    }
    for who, (city, known, confirmed, until, since) in told.items():
        client = desk.signed_in(who)
        page = client.get("/readers/story?address=ana@example.org").text
        story, _, kept = page.partition('id="kept"')
        assert f"they have paused it until {until}." in story
        for words in (f"paused until {until}", f"<bdi>{known}</bdi>", f"<bdi>{confirmed}</bdi>"):
            assert words in kept, (who, words)
        assert f"Times are those of {city}." in kept
        assert f"paused until {until[4:].partition(',')[0]}" in client.get("/readers?q=ana").text
        bounced = client.get("/readers/story?address=bo@example.org").text
        assert f"the address takes no mail on {since} Nov 2026" in bounced
        assert f"hard bounce, from {since} Nov 2026" in bounced
        assert "UTC" not in page + bounced


def test_an_address_that_works_again_is_written_to_again(desk: Desking, daniel: Client) -> None:
    """A bounce is lifted by whoever knows better; that is what the page offers, and nothing for who has left."""
    brought_in(desk)
    suppress_reader(desk.app, "bo@example.org", Reason.HARD_BOUNCE, who="a test")
    page = daniel.get("/readers/story?address=bo@example.org")
    assert "Let mail go there again" in page.text
    daniel.send(page, "/readers/story/mend", {"address": "bo@example.org", "note": "he has called"})
    assert not [one for one in show_subscriber(desk.app, "bo@example.org").suppressions if one.lifted is None]


def test_erasing_asks_for_the_address_again(desk: Desking, daniel: Client) -> None:
    """Another one typed there erases nothing."""
    brought_in(desk)
    page = daniel.get("/readers/story?address=bo@example.org")
    refused = daniel.send(page, "/readers/story/erase", {"address": "bo@example.org", "again": "ana@example.org"})
    assert refused.status == 422
    assert "Nothing was erased" in refused.text
    assert show_subscriber(desk.app, "bo@example.org").subscriber
    daniel.send(page, "/readers/story/erase", {"address": "bo@example.org", "again": "Bo@example.org"})
    assert show_subscriber(desk.app, "bo@example.org").subscriber is None


def uploaded(client: Client, text: str, name: str = "readers.csv") -> Reply:
    return client.upload(client.get("/readers/import"), "/readers/import", {}, "file", (name, text.encode()))


def test_a_list_is_brought_in_once_it_was_agreed_to(desk: Desking, daniel: Client) -> None:
    """First it is shown what that would do, with the rows that cannot be taken as a file; the ground is asked for and
    kept; the file is gone afterwards."""
    shown = uploaded(daniel, LIST, "../../fair 2026.csv")
    assert shown.status == 200
    assert "new readers" in shown.text
    assert list_subscribers(desk.app, 9).listed == ()
    key = shown.hidden("key")
    rejected = daniel.send(shown, "/readers/import/rejected", {"key": key})
    assert "not an address" in rejected.text
    assert "attachment" in rejected.headers["content-disposition"]
    refused = daniel.send(shown, "/readers/import/agreed", {"key": key, "basis": " "})
    assert refused.status == 422
    assert "Say on which ground" in refused.text
    done = daniel.send(shown, "/readers/import/agreed", {"key": key, "basis": "our fair"})
    assert "Import 1: 2 readers are new" in daniel.follow(done).text
    assert [path.name for path in (desk.root / "var" / "imports").iterdir()] == []
    again = daniel.send(shown, "/readers/import/agreed", {"key": key, "basis": "our fair"})
    assert "this file is not kept any more" in again.text
    assert sorted(path.name for path in desk.root.parent.iterdir()) == ["publication"]


def test_a_file_that_came_before_is_told_on_the_clock_of_whoever_looks(desk: Desking) -> None:
    """In the evening of New York it is the next day already by UTC."""
    desk.clock.now = datetime(2026, 11, 26, 2, tzinfo=UTC)
    daniel = desk.signed_in("daniel")
    shown = uploaded(daniel, LIST)
    key = shown.hidden("key")
    daniel.send(shown, "/readers/import/agreed", {"key": key, "basis": "our fair"})
    assert "came in before, as import 1 on 25 Nov 2026, by" in uploaded(daniel, LIST).text


def test_what_is_no_list_is_told_beside_the_field(daniel: Client) -> None:
    """No file, a picture, a table without addresses: each in words, and nothing is kept."""
    page = daniel.get("/readers/import")
    assert "Choose a file" in daniel.send(page, "/readers/import", {}).text
    for text in ("Name,City\nAna,Prague\n", "\x89PNG\r\n\x1a\n\x00\x00", "<html></html>"):
        answer = uploaded(daniel, text)
        assert answer.status == 422
        assert 'id="e-file"' in answer.text


@pytest.mark.parametrize("key", ["../../schedule", "0" * 32, "", "x"])
def test_only_files_that_were_sent_are_brought_in(daniel: Client, key: str) -> None:
    """No name leads to another file."""
    page = daniel.get("/readers/import")
    answer = daniel.send(page, "/readers/import/agreed", {"key": key, "basis": "our fair"})
    assert "this file is not kept any more" in answer.text


def test_a_file_that_nobody_agreed_to_is_deleted(desk: Desking, daniel: Client) -> None:
    """A day later, when the next one comes: addresses do not lie around."""
    uploaded(daniel, LIST)
    desk.clock.now = desk.clock.now.replace(year=desk.clock.now.year + 5)
    daniel = desk.signed_in("daniel")
    uploaded(daniel, LIST.replace("bo@", "bob@"))
    assert len(list((desk.root / "var" / "imports").iterdir())) == 1


def test_all_readers_as_a_file(desk: Desking, daniel: Client) -> None:
    """It is sent as an attachment, and no cell of it is a formula to a spreadsheet."""
    brought_in(desk, "Email,Name\neva@example.org,=1+1\n")
    answer = daniel.send(daniel.get("/readers"), "/readers/export")
    assert "attachment" in answer.headers["content-disposition"]
    assert "eva@example.org,'=1+1" in answer.text


def test_what_readers_are_called_is_never_markup(desk: Desking, daniel: Client) -> None:
    """Names, tags, and notes of a story are text, whatever they hold."""
    rows = HOSTILE.replace('"', '""')
    brought_in(desk, f'Email,Name,Tags\neve@example.org,"{rows}","{rows}"\n')
    suppress_reader(desk.app, "eve@example.org", Reason.OPT_OUT, who=HOSTILE, note=HOSTILE)
    for path in ("/readers", "/readers/story?address=eve@example.org", f"/readers/story?address={HOSTILE}%40x"):
        page = daniel.get(path.replace('"', "%22").replace(" ", "%20").replace("<", "%3C").replace(">", "%3E"))
        assert "<img" not in page.text


def test_answers_are_shown_and_chosen(desk: Desking) -> None:
    """What readers wrote to the last question; those that are ticked go into the coming issue, and are marked there."""
    asked = IssueId.parse("2026-11-20")
    assert asked
    for name, text in (("Ana", "The second\nwith two lines"), (HOSTILE, HOSTILE)):
        typed = Typed(name=name, place="Brno", text=text, consents=True)
        take_answer(desk.app, desk.office.schedule, asked, typed, "may be printed")
    priya = desk.signed_in("priya")
    page = priya.get("/answers?issue=2026-11-20")
    assert "with two lines" in page.text
    assert "<img" not in page.text
    refused = priya.send(page, "/answers", {"asked": "2026-11-20"})
    assert "no answer is chosen" in refused.text
    done = priya.send(page, "/answers", [("asked", "2026-11-20"), ("answer", "1"), ("answer", "2")])
    assert done.to == "/issues/2026-11-27/sections/replies"
    text = (desk.root / "content" / "issues" / "2026-11-27" / "replies.md").read_text("utf-8")
    assert "The second with two lines" in text
    assert "Dewi A." in text
    assert "stands in the issue" in priya.get("/answers?issue=2026-11-20").text


def test_a_question_that_nobody_asked_is_told(desk: Desking) -> None:
    """An address that names no issue, or one without a question."""
    priya = desk.signed_in("priya")
    for issue in ("nonsense", "1999-01-01"):
        answer = priya.get(f"/answers?issue={issue}")
        assert answer.status == 422
        assert "issue" in answer.text
