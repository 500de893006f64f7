"""What was meant to be filled in, finished or taken out is found before readers find it."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.actions.open_issue import open_issue
from newsletter.check.leftovers import CHECK
from newsletter.model.finding import Severity
from newsletter.publication.folder import issue_ids
from tests.checking import inspected
from tests.conftest import ISSUE, opened
from tests.slips import by_paragraph, found, looked_at

BEYOND = "---\ntitle: {title}\nurl: {url}\noutlet: The Wire\n---\n{body}\n"
BODY = "Somebody went there, looked at all of it, and came back with less than was hoped for."


def test_no_finished_issue_of_the_sample_has_a_leftover(pristine: Path) -> None:
    """Nor has the one in preparation."""
    app = opened(pristine)
    for issue in issue_ids(pristine):
        assert found(CHECK, inspected(app, issue=str(issue))) == []


def test_words_that_keep_a_place_are_told(publication: Path) -> None:
    """The usual signs of it, whatever stands around them; and the finding names enough for a waiver."""
    told = {
        "The port took TODO: ask Ines days in October.": ["TODO: ask Ines days in October"],
        "The port took TK days in October.": ["TK"],
        "It took TKTK days.": ["TKTK"],
        "A sum of TBD was paid.": ["TBD"],
        "A sum of XXX dollars was paid.": ["XXX"],
        "It fell by xx per cent.": ["xx"],
        "Somebody, FIXME who, said so.": ["FIXME who, said so"],
        "Lorem ipsum dolor sit amet.": ["Lorem ipsum dolor sit amet"],
        "The minister is called ??? by now.": ["???"],
        "The minister, [insert name], went.": ["[insert name]"],
        "The minister, [NAME], went.": ["[NAME]"],
        "It is by [TK] of the Wire.": ["[TK]"],
        "Dear {name}, this is for you.": ["{name}"],
        "Dear {{ subscriber.name }}, this is for you.": ["{{ subscriber.name }}"],
        "Dear *|FNAME|*, this is for you.": ["|FNAME|"],
        "It has \\<...> ships.": ["<...>"],
    }
    assert by_paragraph(CHECK, publication, told, "placeholder") == told


def test_ordinary_words_keep_no_place(publication: Path) -> None:
    """Roman numbers, initials, brackets in a quotation, code and everyday words are no placeholders."""
    passing = [
        "There is much to do, and the to-do list is long.",
        "Super Bowl XXX was played in 1996, and Olympiad XXX in London.",
        "TK Maxx opened a shop. A shirt of TK Maxx is cheap.",
        "Written by T. K. Lane on a TK-80.",
        '"[The name] was never told," she said; "[text] came later, ???"',
        "Readers put `{name}` into their own letters.",
        "He paused [...] and went on. Is that so??",
        "[Sic] it says, and it is to be [that way].",
    ]
    assert by_paragraph(CHECK, publication, passing, "placeholder") == {one: [] for one in passing}


def test_subject_preheader_alt_and_credit_are_looked_at(publication: Path) -> None:
    """Every line that readers see, and it blocks."""
    folder = publication / "content" / "issues" / ISSUE
    issue = (folder / "issue.md").read_text("utf-8").replace("A calendar", "TBD calendar")
    more = (folder / "read-more.md").read_text("utf-8")
    changed = {
        "issue.md": issue.replace("Two capitals, one table", '"TODO: the subject"').replace(
            "A calendar", "TBD calendar"
        ),
        "read-more.md": more.replace("alt: Stacked", "alt: XXX stacked").replace("Drawing: Focus", "Photo: TK, focus"),
    }
    told = found(CHECK, looked_at(publication, changed))
    assert [(one.section, one.words, one.spot.line) for one in told] == [
        (None, "TODO: the subject", 4),
        (None, "TBD", 5),
        ("read-more", "XXX", 7),
        ("read-more", "TK", 8),
    ]
    assert {one.severity for one in told} == {Severity.BLOCK}


def test_what_open_writes_is_a_placeholder(publication: Path) -> None:
    """A new issue cannot be approved before its subject, its preheader and its narrative are written."""
    made = open_issue(opened(publication))
    told = found(CHECK, inspected(opened(publication), issue=str(made.issue)), None, "placeholder")
    assert sorted(one.words.split(",")[0].split(".")[0] for one in told) == [
        "TODO: the hidden first line that inboxes preview",
        "TODO: the narrative of the week",
        "TODO: the subject line",
    ]


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("http://localhost:8000/preview", "empty-link"),
        ("http://127.0.0.1/x", "empty-link"),
        ("http://192.168.1.4/x", "empty-link"),
        ("https://intranet/page", "empty-link"),
        ("https://files.local/page", "empty-link"),
        ("https://example.org/very-lo…", "empty-link"),
        ("https://example.org/TODO", "placeholder"),
        ("https://example.org/todo-lists-of-statesmen", None),
        ("https://example.org/x?v=aXXXb", None),
    ],
)
def test_links_that_lead_readers_nowhere_block(publication: Path, url: str, rule: str | None) -> None:
    """In a field as in a text; reserved names are another check's."""
    written = BEYOND.format(title="A title", url=url, body=f"{BODY} See [the map]({url}2).")
    told = found(CHECK, looked_at(publication, {"beyond-1.md": written}), "beyond-1", "empty-link", "placeholder")
    assert [one.rule for one in told if one.spot.line == 3] == ([rule] if rule else [])
    assert all(one.severity is Severity.BLOCK for one in told)


def test_links_without_words_or_address_block(publication: Path) -> None:
    """What the parser lets through: an arrow for words, a scheme alone."""
    told = {
        "Read [→](https://example.org/a) it.": ["https://example.org/a"],
        "The address is https:// and no more.": ["https://"],
        "Read [all of it](https://example.org/b).": [],
    }
    assert by_paragraph(CHECK, publication, told, "empty-link") == told


def test_sections_that_say_nothing_are_told(publication: Path) -> None:
    """A title alone, dots, an empty list."""
    files = {
        "note.md": "---\ntitle: We are away\n---\n",
        "beyond-1.md": BEYOND.format(title="A title", url="https://example.com/x", body="..."),
        "catchup.md": "---\nlead: —\ntopics: []\n---\n",
        "number.md": "---\nvalue: 31\nunit: '%'\ncaption: n/a\nsource: joint-readout\nas_of: 2026-11-24\n---\n",
    }
    told = found(CHECK, looked_at(publication, files), None, "empty-section")
    assert sorted((one.section, one.what.split(" says")[0].split(" has")[0]) for one in told) == [
        ("beyond-1", "the section 'beyond-1'"),
        ("catchup", "`lead`"),
        ("catchup", "`topics` of the section 'catchup' is an empty list"),
        ("note", "the section 'note'"),
        ("number", "`caption`"),
    ]
    assert {one.severity for one in told} == {Severity.WARN}


def test_texts_that_stop_before_their_end_are_told(publication: Path) -> None:
    """Dots, half a sentence, what a feed puts behind a teaser; not a list's entry, nor a quotation."""
    told = {
        "The two delegations met again in a third capital…": ["in a third capital…"],
        "The two delegations met again in a third [...]": ["again in a third [...]"],
        "They met again in a third capital. Continue reading →": ["in a third capital. Continue reading →"],
        "The two delegations met again in a third capi": ["in a third capi"],
        "The two delegations met again in a third capital, and": ["a third capital, and"],
        "The two delegations met again in a third capital.": [],
        "The two delegations met again in a third capital:": [],
        "- the two delegations that met again in a third capital": [],
        "> The two delegations met again, she said, in a third capital...": [],
        "Until Friday, Mei": [],
        "All of it, with figures and maps for the week, is in [the long report of the port](https://example.org/x)": [],
    }
    assert by_paragraph(CHECK, publication, told, "cut-off") == told


@pytest.mark.parametrize(
    ("ours", "cut"),
    [
        ("Joint laboratories sign fewer", True),
        ("Joint laboratories sign fewer agreem", True),
        ("Joint laboratories sign...", True),
        ("joint laboratories sign fewer agreements", False),
        ("Fewer agreements", False),
    ],
)
def test_a_title_is_held_against_the_cited_item(publication: Path, ours: str, cut: bool) -> None:
    """The beginning of it is a cut title; another title is the editors' choice."""
    url = "https://campusledger.example.org/surveys/joint-labs-2026?utm_source=rss"
    written = BEYOND.format(title=ours, url=url, body=BODY)
    told = found(CHECK, looked_at(publication, {"beyond-1.md": written}), "beyond-1", "cut-off")
    assert bool(told) is cut
    if cut and not ours.endswith("..."):
        assert told[0].beside[0].text == "Joint laboratories sign fewer agreements"


def test_a_title_without_its_second_half_is_not_cut(publication: Path) -> None:
    """What stands behind a colon or an outlet's bar may be left out."""
    written = BEYOND.format(title="Harbour diary", url="https://harbourwire.example.net/diary-pilots-post", body=BODY)
    assert found(CHECK, looked_at(publication, {"beyond-1.md": written}), "beyond-1", "cut-off") == []


def test_the_same_link_title_or_text_in_two_sections_is_told(publication: Path) -> None:
    """At the second place, naming the first; tracking parameters make no other link."""
    again = BODY.replace("and came back", "and then came back")
    files = {
        "beyond-1.md": BEYOND.format(title="The Quay", url="https://example.com/quay", body=f"{BODY} {BODY}"),
        "beyond-2.md": BEYOND.format(
            title="A quay", url="https://www.example.com/quay/?utm_source=x", body="So it is."
        ),
        "beyond-3.md": BEYOND.format(title="The quay", url="https://example.com/other", body=f"{again} {again}"),
    }
    told = found(CHECK, looked_at(publication, files), None, "duplicate")
    assert [(one.section, one.what.split(" stands")[0].split(" says")[0].split(" “")[0]) for one in told] == [
        ("beyond-2", "the link to https://www.example.com/quay/?utm_source=x"),
        ("beyond-3", "the title"),
        ("beyond-3", "this text"),
    ]
    assert all("beyond-1" in one.what for one in told)


def test_the_same_link_twice_in_one_section_is_told_once(publication: Path) -> None:
    """A home page may be linked as often as one likes."""
    body = (
        "See [one](https://example.org/a/), [two](http://example.org/a#top) and [three](https://example.org/a); "
        "[home](https://focus.example.org) and [home](https://focus.example.org/)."
    )
    told = found(CHECK, looked_at(publication, {"note.md": f"---\ntitle: Links\n---\n{body}\n"}), "note")
    assert [(one.rule, one.words) for one in told] == [("same-link-twice", "http://example.org/a#top")]
