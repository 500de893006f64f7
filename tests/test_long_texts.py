"""Texts of any kind and of any length are read in a time that grows with their length, not with its square."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from itertools import product
from pathlib import Path

import pytest

from newsletter.check import cut_off, dates_claimed, figures_claimed, markup_slips, names_claimed, past_dates, repeated
from newsletter.check.counted import listed
from newsletter.check.derived import Passage, Reach, steps
from newsletter.check.figures_said import figures_in
from newsletter.check.inspected import Inspected
from newsletter.check.linkplaces import links_of
from newsletter.check.reckoning import reckoning
from newsletter.check.twice import twice
from newsletter.check.wording import Linked, Wording
from newsletter.check.written import WrittenLine
from newsletter.deliver.returned.reading import recognise
from newsletter.deliver.returned.reasons import reason
from newsletter.edit.attach import blurb_with
from newsletter.gather.blocks import Claims
from newsletter.gather.feedclaims import feed_language, feed_title
from newsletter.gather.hyphens import mend_dashes
from newsletter.gather.marked import blocks
from newsletter.gather.rights import notice_in
from newsletter.gather.xml import entry_slices, without_doctype
from newsletter.model.kinds import Voice
from newsletter.publication.listing import joined, without
from newsletter.text.figures import Figure, FigureKind, find_figures
from newsletter.text.notfigures import spans_without_figures
from newsletter.text.quotations import quoted_spans
from newsletter.text.sentences import LONGEST, sentences
from newsletter.text.shares import find_shares
from tests.checking import evidence, inspected
from tests.conftest import opened

BODY = 20_000  # characters; no section takes more
FURTHER = 4 * BODY  # where less than the square of it is already long
SECONDS = 5  # of the processor: most need a tenth of one, and with the square each of them needs more than ten


@pytest.fixture(scope="module")
def sample(pristine: Path) -> Inspected:
    """The sample's coming issue."""
    return inspected(opened(pristine))


def is_quick(read: Callable[[], object]) -> bool:
    begun = time.process_time()
    read()
    return time.process_time() - begun < SECONDS


def with_texts(sample: Inspected, *texts: str) -> Inspected:
    """The issue with a note that says these and nothing else."""
    wordings = tuple(
        Wording(
            section=f"note-{at}",
            kind="note",
            field="body",
            voice=Voice.OURS,
            text=text,
            path=f"note-{at}.md",
            line=1,
            source=text,
        )
        for at, text in enumerate(texts)
    )
    return replace(sample, wordings=wordings)


def citing(sample: Inspected, said: str, *texts: str) -> Inspected:
    """The issue with notes that lean on a source that says this."""
    issue = with_texts(sample, *texts)
    wordings = tuple(replace(one, leans=("source",)) for one in issue.wordings)
    return replace(issue, wordings=wordings, evidence=(evidence("source", said),))


ONE_BODY = {
    "a word again and again": (repeated.CHECK.find, "the ", BODY),
    "a letter": (markup_slips.CHECK.find, "a", FURTHER),
    "marks that nothing closes": (markup_slips.CHECK.find, "“", BODY),
    "spaces that stay": (cut_off.cut_off, "\u00a0", FURTHER),
    "dots": (cut_off.cut_off, ".", FURTHER),
    "dates": (past_dates.CHECK.find, "1 May 2026 and ", BODY),
}


@pytest.mark.parametrize("kind", ONE_BODY)
def test_the_longest_body_is_checked_at_once(kind: str, sample: Inspected) -> None:
    """One paragraph as long as a section takes, whatever is in it."""
    find, piece, length = ONE_BODY[kind]
    text = f"So it is: {piece * (length // len(piece))}x"
    assert is_quick(lambda: sum(1 for _ in find(with_texts(sample, text))))


ONE_SOURCE = {
    "names": (names_claimed.CHECK.find, "Aa ", "Ada Lind met Lena Brandt there."),
    "ranges": (figures_claimed.CHECK.find, "−5–", "There were 45 of 120 ships, and 37 per cent of the grain."),
    "digits": (figures_claimed.CHECK.find, "7 ", "There were 45 of 120 ships, and 37 per cent of the grain."),
    "years": (dates_claimed.CHECK.find, "In 2019, and 12 years later. ", "It was so in 1911, and in May 1920."),
}


@pytest.mark.parametrize("kind", ONE_SOURCE)
def test_a_source_of_one_phrase_is_held_against_a_note_at_once(kind: str, sample: Inspected) -> None:
    """Whatever it repeats."""
    find, piece, said = ONE_SOURCE[kind]
    issue = citing(sample, piece * (2 * BODY // len(piece)), said)
    assert is_quick(lambda: sum(1 for _ in find(issue)))


def test_a_long_source_is_read_once_for_all_claims(sample: Inspected) -> None:
    """Of hundreds of times that it does not name, none takes another reading."""
    source = " ".join(
        f"The harbour was closed for {at} days in May 2019, and for a month in 2021." for at in range(300)
    )
    issue = citing(sample, source, *(f"It was so in {1500 + at}." for at in range(150)))
    assert is_quick(lambda: sum(1 for _ in dates_claimed.CHECK.find(issue)))


def test_hundreds_of_like_sections_are_told_once_each(sample: Inspected) -> None:
    """Each beside the first of them; a number makes no other text of one."""
    said = "Somebody went there, looked at all of it, and came back with less than was hoped for in the year {at}. "
    issue = with_texts(sample, *(said.format(at=at) * 3 for at in range(800)))
    assert is_quick(lambda: sum(1 for _ in twice(issue)))
    told = [one for one in twice(issue) if "nearly the same" in one.what]
    assert [one.section for one in told] == [f"note-{at}" for at in range(1, 800)]
    assert all(one.what.endswith("of the section 'note-0'") for one in told)


def test_a_text_is_told_beside_the_first_that_it_is_like(sample: Inspected) -> None:
    """A text that is like the second, and not like the first, is told beside the second."""
    first, second, third = (" ".join(f"{letter}{at}" for at in range(20)) for letter in ("north", "south", "west"))
    issue = with_texts(sample, first, f"{first} {second}", f"{second} {third}", third)
    told = [(one.section, one.what.split("section ")[1]) for one in twice(issue) if "nearly the same" in one.what]
    assert told == [("note-1", "'note-0'"), ("note-2", "'note-1'"), ("note-3", "'note-2'")]


def test_a_thousand_links_are_found_in_their_file_at_once(sample: Inspected) -> None:
    """Each at a place of its own."""
    line = "See [it](https://example.org/a) there. "
    text = line * 1_000
    blurb = sample.draft.blurbs[0]
    links = tuple(Linked(4, 6, f"https://example.org/{'a' if at % 2 else 'b'}", 1) for at in range(1_000))
    wording = replace(with_texts(sample, text).wordings[0], section=blurb.name, path="note.md", links=links)
    draft = replace(sample.draft, blurbs=(blurb,), texts=(("note.md", text),))
    assert is_quick(lambda: links_of((wording,), draft))
    there = {place.spot for place in links_of((wording,), draft) if place.url.endswith("/a") and place.written}
    assert len(there) == 500


def test_the_words_beside_a_place_are_found_in_a_long_line() -> None:
    """However long the word beside it is."""
    line = WrittenLine(None, Voice.OURS, "note.md", 1, ")" * BODY + "\0 so", in_body=True)
    assert is_quick(lambda: [line.around(BODY + 2, BODY + 4) for _ in range(100)])


def steps_between(text: str) -> int:
    """How many values come of one step between the figures of a text."""
    seven = Figure(Decimal(7), "7", None, 0, 1, FigureKind.BARE)
    passage = Passage(tuple((one, text) for one in find_figures(text, "en")), Reach.PARAGRAPH)
    told = reckoning("7 each", (0, 6), seven)
    return sum(1 for _, _, values in steps(seven, told, passage, True) for _ in values)


def test_a_like_name_is_found_in_a_line_of_capitals(sample: Inspected) -> None:
    """At its beginning and at its end, and in a line of names only where it stands by itself."""
    run = " ".join(["Tern Harbour", *["Aa"] * 400, "Lena Brandt"])
    issue = citing(
        sample, f"They say {run} so, and Ober Coast too.", "Lenna Brandt and Turn Harbour met at Obber Coast."
    )
    told = {one.words: one.what.partition("; ")[2] for one in names_claimed.CHECK.find(issue)}
    assert told == {
        "Lenna Brandt": "the source writes Lena Brandt",
        "Turn Harbour": "the source writes Tern Harbour",
        "Obber Coast": "the source writes Ober Coast",
    }


NOTHING = Claims()
BLANK = "\n" * 40_000
BOUNCE = b"From: mailer-daemon@example.org\nSubject: failure notice\nContent-Type: text/html\n\n"
NAMES = tuple(product(b"abcdefghijklmnopqrstuvwxyz", repeat=3))
OUTSIDE: dict[str, Callable[[], object]] = {
    "a list without an end": lambda: list(listed("the pear, " * 20_000)),
    "a word without an end": lambda: list(listed("a" * 200_000)),
    "points": lambda: sentences("." * 200_000 + "x"),
    "abbreviations": lambda: sentences("e.g. a. " * 30_000),
    "numbers": lambda: figures_in("12 ships " * 10_000, "en"),
    "steps between numbers": lambda: steps_between("2 each " * 3_000),
    "opening marks": lambda: quoted_spans("“" * 100_000),
    "a notice": lambda: notice_in(("Copying" + " in any manner," * 25 + " only x.",)),
    "authors of a feed": lambda: feed_title(b"<feed>" + b"<author " * 25_000),
    "titles of a feed": lambda: feed_title(b"<feed>" + b"<title>" * 30_000),
    "titles that stay open": lambda: feed_title(b"<feed>" + b"<title " * 30_000),
    "unread parts of a feed": lambda: feed_title(b"<feed>" + b"<![CDATA[" * 25_000),
    "spaces of a feed": lambda: feed_title(b"<feed><title>" + b" " * 190_000 + b"x]]>"),
    "languages of a feed": lambda: feed_language(b"<feed>" + b"<language " * 20_000),
    "entries of a feed": lambda: entry_slices(b"<item></item>" + b"<entry " * 300_000, 1),
    "entries of many names": lambda: entry_slices(b"".join(b"<%c%c%c:entry " % each for each in NAMES) * 10, 1),
    "comments of a declaration": lambda: without_doctype(b"<!DOCTYPE rss " + b"<!--" * 300_000),
    "an address among letters": lambda: spans_without_figures("a" * 100_000 + " www.example.org"),
    "days": lambda: spans_without_figures("12, 13, " * 20_000),
    "Chinese numbers": lambda: find_shares("三" * 100_000),
    "dashes": lambda: mend_dashes(["a" * 100_000 + " – 1"]),
    "the items of a section": lambda: blurb_with(f"---\nitems:{' ' * 40_000}x\n---\n", {}, "a-1"),
    "blank lines before the last entry": lambda: without(f"- id: a\n{BLANK}  x: 1\n- id: b\n", "b"),
    "blank lines in an entry": lambda: joined(f"- id: a\n{BLANK}  x: 1\n", [("- id: b",)], ""),
    "a bounce of HTML": lambda: recognise(BOUNCE + b"&" * 900_000, bounces=None, domain="example.org", rings=()),
    "no room": lambda: [reason(None, "exceed" * 700) for _ in range(20)],
    "a heading": lambda: blocks("# " + "#" * 100_000 + "x", NOTHING),
}


@pytest.mark.parametrize("kind", OUTSIDE)
def test_what_comes_from_outside_is_read_at_once(kind: str) -> None:
    """Of a document, a page or a feed, whatever is repeated in it."""
    assert is_quick(OUTSIDE[kind])


def test_a_sentence_without_an_end_is_cut() -> None:
    """At a space where there is one; nothing is lost, and an ordinary one stays whole."""
    words = "so it goes on " * 1_000
    parts = sentences(words)
    assert " ".join(parts) == words.strip()
    assert max(len(part) for part in parts) <= LONGEST
    assert "".join(sentences("长" * 10_000)) == "长" * 10_000
    assert sentences("It is e.g. so. It was, in Jan. 2026, not. Was it?") == (
        "It is e.g. so.",
        "It was, in Jan. 2026, not.",
        "Was it?",
    )


@pytest.mark.parametrize(
    ("sentence", "members"),
    [
        ("They sold pears, plums, figs and quinces.", [4]),
        ("They sold pears, plums, figs, and quinces.", [4]),
        ("It has bread and butter, salt, oil, and wine; also cups, spoons, forks and the knives.", [5, 4]),
        ("One of many things that they had there, plums, figs and quinces", [4]),
        ("pears, plums, figs", []),
        ("the a, the b, the c, the d, the e", []),
    ],
)
def test_the_members_of_a_list_are_counted(sentence: str, members: list[int]) -> None:
    """From four; a list without "and" is none."""
    assert list(listed(sentence)) == members
