"""Answers to the question of an issue: the form on the web, what is kept, and how the editors get it."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from newsletter.actions.app import read_issue
from newsletter.actions.list_answers import list_answers
from newsletter.cli.answers import command
from newsletter.edit.replies import replies_md
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.model.kinds import Replies
from newsletter.model.reader_answer import LONGEST_ANSWER, LONGEST_NAME, ReaderAnswer, Slip, Typed, slips, tidied
from newsletter.model.request import Request, RequestKind
from newsletter.model.shape import unfit_character
from newsletter.model.subscriber import Mark, Subscriber, SubscriberState
from newsletter.publication import frontmatter
from newsletter.store import erasing, reader_answers, requests, subscribers
from newsletter.store.engine import Store, open_store
from tests.living import NOW, Answer, Living, running
from tests.postgres import KINDS, fresh_database

ASKING = IssueId(datetime(2026, 11, 20, tzinfo=UTC).date())
COMING = IssueId(datetime(2026, 11, 27, tzinfo=UTC).date())
QUESTION = "Should student visas ever be part of a trade negotiation?"
PATH = f"/answer/{ASKING}"
GOOD = {"text": "No.\r\nNever at all.", "name": "Dewi A.", "place": "Rotterdam", "consent": "yes"}
WORDS = "You may print my answer with this name and place in Focus This Week and its archive, shortened where needed."
LAST_MOMENT = datetime(2026, 11, 26, 5, tzinfo=UTC)  # the 25th ends in New York, where it is sent from


@pytest.fixture
def site(publication: Path) -> Iterator[Living]:
    """A running site on the last day for answers."""
    with running(publication, pumping=False) as started:
        yield started


@pytest.fixture(scope="module")
def still(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Living]:
    """One for all tests in which nothing is kept; its clock is moved on by half a minute at a time."""
    with running(
        Path(shutil.copytree(pristine, tmp_path_factory.mktemp("still") / "publication")), pumping=False
    ) as one:
        yield one


def kept(site: Living) -> tuple[ReaderAnswer, ...]:
    return list_answers(site.app, site.live.schedule, ASKING).answers


def sent(site: Living, form: Mapping[str, str]) -> Answer:
    """The answer to the form as a person fills it in."""
    return site.filled_in(PATH, form)


# The form


def test_the_form_shows_the_question_and_a_labelled_field_for_each_thing(still: Living) -> None:
    """With the day until when answers are taken, and the words that are agreed to beside a box that is not ticked."""
    text = still.get(PATH).text
    assert QUESTION in text
    assert "In our issue of 20 November 2026 we asked:" in text
    assert "We take answers until 25 November 2026." in text
    assert f'<label for="consent">{WORDS}</label>' in text
    assert " checked" not in text
    for name in ("text", "name", "place", "consent"):
        assert f'<label for="{name}">' in text
        assert f'id="{name}"' in text


def test_a_good_answer_is_kept_for_the_editors(site: Living) -> None:
    """POST, redirect, GET; line ends as LF, the question and the words of the consent beside it."""
    answer = sent(site, GOOD)
    assert (answer.status, answer.headers["location"]) == (303, f"{site.address}{PATH}?thanks")
    assert "Thank you for your answer" in site.get(answer.headers["location"]).text
    assert kept(site) == (
        ReaderAnswer(
            number=1,
            issue=ASKING,
            question=QUESTION,
            at=site.clock(),
            name="Dewi A.",
            place="Rotterdam",
            text="No.\nNever at all.",
            words=WORDS,
        ),
    )


def test_nothing_is_kept_that_tells_who_sent_it(site: Living) -> None:
    """Neither address nor network nor program: a row of what was typed, a time, and what stood around it."""
    sent(site, {**GOOD, "email": "zq0zq0@example.org"})
    with closing(sqlite3.connect(site.root / "var" / "newsletter.db")) as database:
        [row] = database.execute("select * from answers").fetchall()
        dump = "\n".join(database.iterdump())
    at = f"{site.clock():%Y-%m-%dT%H:%M:%S.%f}+00:00"
    assert set(row) == {1, str(ASKING), QUESTION, at, "Dewi A.", "Rotterdam", "No.\nNever at all.", WORDS, "new"}
    assert "zq0zq0" not in dump
    assert "127.0.0.1" not in dump


def test_a_place_need_not_be_told(site: Living) -> None:
    """A name has to be, for it is printed."""
    assert sent(site, {**GOOD, "place": "  "}).status == 303
    assert [one.place for one in kept(site)] == [None]


def test_the_same_sent_again_is_kept_once(site: Living) -> None:
    """A second press, or a page that is loaded anew, is thanked for and adds nothing; other words are another."""
    assert [sent(site, form).status for form in (GOOD, GOOD, {**GOOD, "text": "Yes."})] == [303] * 3
    assert [one.text for one in kept(site)] == ["No.\nNever at all.", "Yes."]


@pytest.mark.parametrize(
    ("changed", "said", "described"),
    [
        ({"text": " \r\n "}, "Write an answer.", "text-hint text-wrong"),
        ({"text": "x" * 2001}, "Shorten it to 2000 characters.", "text-hint text-wrong"),
        ({"name": ""}, "Write a name.", "name-hint name-wrong"),
        ({"name": "x" * 81}, "Use 80 characters at most.", "name-hint name-wrong"),
        ({"place": "x" * 81}, "Use 80 characters at most.", "place-hint place-wrong"),
        ({"consent": ""}, "Without this we cannot keep your answer.", "consent-wrong"),
        ({"consent": "on"}, "Without this we cannot keep your answer.", "consent-wrong"),
    ],
    ids=["no text", "long text", "no name", "long name", "long place", "no consent", "other consent"],
)
def test_a_slip_is_told_at_its_field_and_nothing_that_was_typed_is_lost(
    still: Living, changed: dict[str, str], said: str, described: str
) -> None:
    """WCAG 2.2, 3.3.1 and 3.3.3: the field is marked, the words stand with it, and the cursor goes there."""
    form = {**GOOD, **changed}
    answer = sent(still, form)
    assert answer.status == 422
    assert f'">{said}</span>' in answer.text
    assert f'aria-invalid="true" aria-describedby="{described}" autofocus' in answer.text
    assert answer.text.count(" autofocus") == 1
    assert f'value="{form["name"]}"' in answer.text
    assert form["text"].replace("\r\n", "\n").strip() in answer.text
    assert (" checked" in answer.text) is (form["consent"] == "yes")
    assert kept(still) == ()


def test_what_was_typed_is_shown_as_text_and_never_as_markup(still: Living) -> None:
    """An answer that breaks out of its field would run in the page of whoever is lured to send it."""
    evil = '</textarea><script>alert(1)</script>" autofocus onfocus="alert(1)'
    text = sent(still, {"text": evil, "name": evil, "place": evil}).text
    assert "<script" not in text
    assert ' onfocus="' not in text


def test_an_answer_of_just_two_thousand_characters_is_taken_whatever_they_are(site: Living) -> None:
    """Counted as the field counts at most: a line end is one, a character of four octets too."""
    long = ("\U0001f600" * 999 + "\n") * 2
    assert sent(site, {**GOOD, "text": long.replace("\n", "\r\n")}).status == 303
    assert len(kept(site)[0].text) == 1999


# Who may answer, and when


def test_a_robot_is_thanked_and_nothing_is_kept(still: Living) -> None:
    """It fills in the field that nobody sees."""
    assert sent(still, {**GOOD, "website": "http://spam.example"}).status == 303
    assert kept(still) == ()


@pytest.mark.parametrize("shown", ["", "1.k1.x", None], ids=["none", "forged", "too quick"])
def test_a_form_that_nobody_was_shown_is_asked_for_once_more(still: Living, shown: str | None) -> None:
    """As from a page of somebody else's: it comes back filled in, with a button."""
    token = still.get(PATH).hidden("shown") if shown is None else shown
    answer = still.post(PATH, {**GOOD, "shown": token})
    assert answer.status == 200
    assert "send it once more" in answer.text
    assert 'value="Dewi A."' in answer.text
    assert kept(still) == ()


def test_another_site_cannot_send_an_answer_in_a_visitors_name(still: Living) -> None:
    """Fetch Metadata tells where the form was sent from."""
    answer = still.filled_in(PATH, GOOD, {"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 200
    assert kept(still) == ()


def test_a_network_that_answers_too_often_has_to_wait(site: Living) -> None:
    """429 with the seconds to wait; what was typed is not lost, and another network is served."""
    answers = [sent(site, {**GOOD, "text": f"No {n}."}) for n in range(11)]
    assert [one.status for one in answers] == [303] * 10 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "No 10." in answers[-1].text
    assert len(kept(site)) == 10


def test_answers_are_taken_to_the_end_of_the_last_day_in_the_sending_zone(site: Living) -> None:
    """A second before midnight there it is kept; at midnight a page says that it is over, and nothing is."""
    shown = site.get(PATH).hidden("shown")
    site.clock.now = datetime(2026, 11, 26, 4, 59, 59, tzinfo=UTC)
    assert site.post(PATH, {**GOOD, "shown": shown}).status == 303
    site.clock.now = LAST_MOMENT
    over = [site.get(PATH), site.post(PATH, {**GOOD, "text": "Late.", "shown": shown})]
    assert {one.status for one in over} == {200}
    assert all("We took answers until 25 November 2026." in one.text for one in over)
    assert all("<textarea" not in one.text for one in over)
    assert [one.text for one in kept(site)] == ["No.\nNever at all."]


@pytest.mark.parametrize(
    "name", ["2026-11-27", "2026-11-13-extra", "1999-01-01", "2026-02-30", "x", "..", "%2e%2e%2fschedule.yaml", "%00"]
)
def test_an_issue_that_asks_nothing_or_has_not_gone_out_has_no_form(still: Living, name: str) -> None:
    """404, whether the issue is in preparation or was never there."""
    assert still.get(f"/answer/{name}").status == 404
    assert still.post(f"/answer/{name}", GOOD).status in (404, 405)


def test_a_mended_edition_asks_its_own_question(site: Living) -> None:
    """What readers were asked last is what they answer."""
    first = site.root / "content" / "issues" / str(ASKING) / "sent"
    second = first / "2"
    second.mkdir()
    for name in ("meta.json", "page.html"):
        shutil.copy(first / name, second / name)
    meta = json.loads((first / "meta.json").read_text("utf-8"))
    meta["question"] = {"text": "Should they not?", "until": "2026-11-30"}
    (second / "meta.json").write_text(json.dumps(meta), "utf-8")
    assert "Should they not?" in site.get(PATH).text
    assert sent(site, GOOD).status == 303
    assert [one.question for one in kept(site)] == ["Should they not?"]


def test_an_issue_from_before_questions_were_kept_has_no_form(site: Living) -> None:
    """Its meta.json knows of none."""
    path = site.root / "content" / "issues" / str(ASKING) / "sent" / "meta.json"
    meta = json.loads(path.read_text("utf-8"))
    del meta["question"]
    path.write_text(json.dumps(meta), "utf-8")
    assert site.get(PATH).status == 404


def test_the_form_is_in_the_language_of_the_issue(site: Living) -> None:
    """Nobody knows who comes; who can read the issue can read its form."""
    path = site.root / "content" / "issues" / str(ASKING) / "sent" / "meta.json"
    meta = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**meta, "language": "zh-Hant"}), "utf-8")
    text = site.get(PATH).text
    assert '<html lang="zh-Hant"' in text
    assert "最多2000個字元。" in text


# What is typed


@given(name=st.text(max_size=200), place=st.text(max_size=200), text=st.text(max_size=2100), consents=st.booleans())
def test_whatever_is_typed_becomes_text_that_we_may_print(name: str, place: str, text: str, consents: bool) -> None:
    """Names on one line, no control character, no lone surrogate; tidying twice is tidying once; what is called good
    is within its bounds."""
    tidy = tidied(Typed(name=name, place=place, text=text, consents=consents))
    assert tidied(tidy) == tidy
    assert all(unfit_character(one) is None for one in (tidy.name, tidy.place, tidy.text))
    assert "\n" not in tidy.name + tidy.place
    good = tidy.name and tidy.text and consents and len(tidy.text) <= LONGEST_ANSWER
    good = good and max(len(tidy.name), len(tidy.place)) <= LONGEST_NAME
    assert (slips(tidy) == ()) is bool(good)


def test_all_slips_are_told_at_once_in_the_order_of_the_form() -> None:
    """Nobody mends one to be told of the next."""
    assert slips(Typed(name="", place="x" * 81, text="", consents=False)) == (
        Slip.NO_TEXT,
        Slip.NO_NAME,
        Slip.LONG_PLACE,
        Slip.NO_CONSENT,
    )


# What is kept

TOLD = ReaderAnswer(
    number=0, issue=ASKING, question=QUESTION, at=NOW, name="Dewi \x00", place=None, text="No.\n好", words=WORDS
)


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fresh_database(request.param, tmp_path) as address, open_store(address) as opened:
        yield opened


def test_answers_are_read_as_they_were_written_by_issue_and_in_order(store: Store) -> None:
    """On either database; numbered from 1, each once."""
    other = replace(TOLD, issue=COMING)
    kept = [reader_answers.keep(store, one) for one in (TOLD, other, replace(TOLD, text="Yes."), TOLD)]
    assert [one.number for one in kept] == [1, 2, 3, 1]
    assert reader_answers.of(store, ASKING) == (replace(TOLD, number=1), replace(TOLD, number=3, text="Yes."))
    assert reader_answers.of(store, COMING) == (replace(other, number=2),)


def test_erasing_a_reader_leaves_answers_and_takes_what_they_asked_for(store: Store) -> None:
    """Capitals make no difference to whose request it is; other people's stay."""
    ana = Subscriber(mark=Mark(bytes(16)), address="Ana@example.org", state=SubscriberState.CONFIRMED, added=NOW)
    asked = Request(
        number=0, kind=RequestKind.ACCESS, address="ana@Example.org", language=None, page="/", words="", asked=NOW
    )
    reader_answers.keep(store, TOLD)
    for request in (asked, replace(asked, address="ben@example.org"), replace(asked, address="new@example.org")):
        requests.keep(store, request, 10)
    with store.writing_alone() as connection:
        subscribers.write(connection, ana)
        assert erasing.forget(connection, (ana.mark,), ("New@example.org",))
    assert [one.address for one in requests.waiting(store)] == ["ben@example.org"]
    assert len(reader_answers.of(store, ASKING)) == 1


# For the editors


def run(site: Living, *words: str) -> Result:
    return CliRunner().invoke(command, words, obj=str(site.root))


def test_the_command_shows_all_answers_in_the_order_they_came(site: Living) -> None:
    """With name, place and time; without a date it is the newest issue that asks something."""
    sent(site, GOOD)
    sent(site, {**GOOD, "text": "Yes.", "name": "Song Min", "place": ""})
    done = run(site)
    assert done.exit_code == 0
    assert done.output == run(site, str(ASKING)).output
    lines = done.output.splitlines()
    assert lines[0] == f"{ASKING} asks: {QUESTION}"
    assert lines[1].startswith("2 answers")
    assert lines[2:] == [
        "",
        "1. Dewi A., Rotterdam  (2026-11-25 13:00 UTC)",
        "   No.",
        "   Never at all.",
        "",
        "2. Song Min  (2026-11-25 13:01 UTC)",
        "   Yes.",
    ]


def test_an_issue_that_can_have_no_answers_is_told_why(site: Living) -> None:
    """Not gone out yet, or not there at all."""
    with pytest.raises(ConfigError, match="has not gone out"):
        list_answers(site.app, site.live.schedule, COMING)
    with pytest.raises(ConfigError, match="there is no issue 2020-01-03"):
        list_answers(site.app, site.live.schedule, IssueId(datetime(2020, 1, 3, tzinfo=UTC).date()))


def test_what_the_command_writes_is_the_replies_of_the_next_issue(site: Living) -> None:
    """Put where the manual says, it is read as the question and the answers, each as it was typed but for line ends."""
    evil = 'It\'s: "fine" # really\r\n- name: x\r\n---\r\n{{ slot }} *no* <b>'
    sent(site, GOOD)
    sent(site, {**GOOD, "text": evil, "name": "- yes: [", "place": ""})
    done = run(site, str(ASKING), "--yaml")
    (site.root / "content" / "issues" / str(COMING) / "replies.md").write_text(done.output, "utf-8")
    draft = read_issue(site.app, COMING).draft
    [fields] = [blurb.fields for blurb in draft.blurbs if isinstance(blurb.fields, Replies)]
    assert fields.question == QUESTION
    assert [(one.name, one.place, one.text) for one in fields.replies] == [
        ("Dewi A.", "Rotterdam", "No. Never at all."),
        ("- yes: [", None, 'It\'s: "fine" # really - name: x --- {{ slot }} *no* <b>'),
    ]


@given(st.lists(st.tuples(st.text(min_size=1), st.text(), st.text(min_size=1)), max_size=4), st.text(min_size=1))
def test_no_answer_can_be_taken_for_yaml(typed: list[tuple[str, str, str]], question: str) -> None:
    """Whatever readers write, the file reads back as exactly those answers."""
    tidy = [tidied(Typed(name=name, place=place, text=text, consents=True)) for name, place, text in typed]
    asked = tidied(Typed(name=question, place="", text="", consents=True)).name or "?"
    answers = [
        ReaderAnswer(
            number=at,
            issue=ASKING,
            question=asked,
            at=NOW,
            name=one.name,
            place=one.place or None,
            text=one.text,
            words="",
        )
        for at, one in enumerate(tidy, 1)
        if one.name and one.text
    ]
    matter = frontmatter.split(replies_md(asked, answers), "replies.md")[0].matter
    assert not matter.mistakes
    assert isinstance(matter.value, dict)
    assert matter.value["question"] == asked
    replies = matter.value["replies"]
    assert isinstance(replies, list)
    entries = [one for one in replies if isinstance(one, dict)]
    assert len(entries) == len(replies)
    read = [tuple(one.get(key) for key in ("name", "place", "text")) for one in entries]
    assert read == [(one.name, one.place, " ".join(one.text.split())) for one in answers]
