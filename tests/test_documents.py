"""Documents that editors drop in become entries; each rule of how a text is read is held here."""

from __future__ import annotations

import json
import unicodedata
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.gather import documents, hyphens, rights
from newsletter.model.errors import SourceError
from newsletter.model.item import Author, Entry, Passage, Related, Rights, text_digest
from newsletter.model.source import RightsPolicy, SourceKind
from newsletter.text import sanitise
from tests.conftest import ROOT, SOAK
from tests.gathering import source
from tests.tools import make_pdf

SAMPLES, SHAPES = ROOT / "seeds" / "documents", ROOT / "tests" / "documents"
DESK = source(id="desk", kind=SourceKind.FOLDER, url=None, path="seeds/documents", rights=RightsPolicy.SUMMARISE)
UNDATED = "the text file has no date; an editor sets it"
BODY = "The lake stood low on Monday, after 63 days with almost no rain. It fell again in the night."


def sample(name: str) -> Entry:
    return documents.read(name, (SAMPLES / name).read_bytes(), DESK).entry


def shape(name: str) -> Entry:
    return documents.read(name, (SHAPES / name).read_bytes(), DESK).entry


def text(written: str, name: str = "a.txt", **changes: object) -> Entry:
    return documents.read(name, written.encode(), source(id="desk", **changes)).entry


def begins(entry: Entry) -> list[tuple[str | None, list[str]]]:
    """Labels, and the first three words of each paragraph."""
    return [(part.label, [" ".join(one.split()[:3]) for one in part.paragraphs]) for part in entry.passages]


# The samples, field by field


def test_the_analysis_keeps_its_sources_without_links() -> None:
    """Undated, one date of its text offered; two sources named without an address."""
    entry = sample("tariff-talks-analysis.txt")
    assert (entry.title, entry.guid) == (
        "Tariff Talks: What a Pause Can and Cannot Buy",
        "desk/tariff-talks-analysis.txt",
    )
    assert (entry.source, entry.link, entry.language, entry.method) == ("desk", None, "en", "text file")
    assert (entry.kicker, entry.deck, entry.label, entry.authors) == (None, None, None, ())
    assert (entry.published, entry.updated, entry.dates_in_text) == (None, None, (date(2026, 11, 11),))
    assert [(part.label, len(part.paragraphs)) for part in entry.passages] == [(None, 9)]
    assert entry.paragraphs[0].startswith("The second round of tariff talks, which closed on November 11, 2026, gave")
    assert entry.paragraphs[-1].endswith("it will probably have started there.")
    assert entry.related == (
        Related("Second round of tariff talks ends by the lake", None),
        Related("Growers welcome a breathing space", None),
    )
    assert entry.rights == Rights(RightsPolicy.SUMMARISE)
    assert entry.warnings == (
        f'{UNDATED}; its text names 11 November 2026; from which day it counts "next year" is not known',
        "it names sources but gives no links; ask for the original",
    )
    assert entry.digest == text_digest(entry.title, entry.paragraphs)


def test_the_brief_is_freed_of_what_is_glued_to_it() -> None:
    """Skip link and comment count gone, author empty, label and labelled parts kept, the notice out of the text."""
    entry = sample("student-visas-brief.txt")
    assert entry.title == "Student Visas and Trade Talks: Legislators Ask for a Separate Track"
    assert (entry.label, entry.kicker, entry.deck, entry.authors) == ("Brief", None, None, ())
    assert entry.published is not None
    assert (entry.published.written, entry.published.zone) == ("November 19, 2026", None)
    assert (entry.published.wall, entry.published.instant) == (datetime(2026, 11, 19), None)
    assert (entry.updated, entry.dates_in_text, entry.related) == (None, (), ())
    assert begins(entry) == [
        ("Description", ["Forty-four legislators from"]),
        ("Impact", ["The immediate effect"]),
    ]
    assert entry.paragraphs[0].endswith("before the new security-clearance forms were introduced.")
    assert "matters in the mid-term. It is the first cross-party text" in entry.paragraphs[1]
    assert entry.paragraphs[1].endswith("expected to be announced within days.")
    notice = "© Institute for Passage and Residence. Copying this text, in whole or in part, is forbidden."
    assert entry.rights == Rights(RightsPolicy.SUMMARISE, notice)
    assert entry.warnings == ("a spaced dash was read as a hyphen: security-clearance; compare with the original",)


def test_the_briefing_paper_keeps_its_hyphens() -> None:
    """Hard-wrapped lines are paragraphs again; both hyphens at line ends are kept, and asked about."""
    entry = sample("spare-parts-briefing.pdf")
    assert (entry.title, entry.method, entry.language) == ("Spare Parts and Short Truces", "PDF", "en")
    assert (entry.kicker, entry.deck, entry.label, entry.authors) == (None, None, None, ())
    assert (entry.published, entry.updated, entry.dates_in_text, entry.related) == (None, None, (), ())
    straight = str.maketrans("’“”", '\'""')
    assert entry.passages == (
        Passage(None, tuple(" ".join(one.split()).translate(straight) for one in make_pdf.PARAGRAPHS)),
    )
    assert entry.rights == Rights(RightsPolicy.SUMMARISE)
    assert entry.warnings == (
        "kept with the hyphen that ended their line: twenty-nine, war-risk; compare with the original",
        'the PDF has no date; an editor sets it; from which day it counts "This past week", "today", "three years ago" '
        "is not known",
    )


def test_the_explainer_keeps_its_links() -> None:
    """Kicker, deck, both stamps without a zone, headings, and related pieces with addresses."""
    entry = sample("canal-explainer.html")
    assert entry.link == "https://courier.example.net/explained/canal-without-rain"
    assert entry.title == "Can a canal without rain keep two rivals trading?"
    assert entry.kicker == "Explained: water and trade"
    assert entry.deck is not None
    assert entry.deck.endswith("customers one more thing to share")
    assert (entry.label, entry.authors, entry.language, entry.method) == (None, (), "en", "web page")
    assert entry.published is not None
    assert entry.updated is not None
    assert (entry.published.wall, entry.updated.wall) == (datetime(2026, 11, 3, 6, 5), datetime(2026, 11, 16, 11, 42))
    assert [(stamp.zone, stamp.instant) for stamp in (entry.published, entry.updated)] == [(None, None)] * 2
    assert begins(entry) == [
        (None, ["The lake that", "Two countries send"]),
        ("What's planned for the dry months", []),
        ("Fewer ships", ["The first measure"]),
        ("Lighter ships", ["The second measure", "The railway was", "The third measure", "Shipping lines dislike"]),
        ("The main obstacles in the way", []),
        ("Whose turn is it?", ["The treaty that", "Both of the"]),
        ("Where would the water come from?", ["A second reservoir", "Pumping sea water"]),
        ("Who pays?", ["Each missing passage", "No one on", "Forecasters give a"]),
    ]
    site = "https://courier.example.net"
    assert entry.related == (
        Related("Railway doubles its night trains as boxes pile up", f"{site}/business/railway-doubles-night-trains"),
        Related("Pears pay record toll in auction trial", f"{site}/business/auction-trial-pears"),
        Related("Two letters, one article: what the envoys wrote", f"{site}/world/letters-to-the-canal"),
        Related("Rival attachés find common ground in a toll table", f"{site}/world/attaches-at-the-users-meeting"),
    )
    assert "run into the sea – about as much" in " ".join(entry.paragraphs)
    assert entry.rights == Rights(RightsPolicy.SUMMARISE)
    assert entry.warnings == ("its times name no zone that is known", "updated 13 days after publication")


def test_the_ports_briefing_is_unwrapped() -> None:
    """Lines wrapped at 120 characters are three paragraphs."""
    entry = sample("ports-briefing.txt")
    assert entry.title == "Waiting at anchor: a briefing on ports and pauses"
    assert begins(entry) == [(None, ["Agents for two", "Underwriters have turned", "Three masters interviewed"])]
    assert "more heavily booked than any in January. The reason is the calendar:" in entry.paragraphs[0]
    assert (entry.published, entry.related, entry.rights) == (None, (), Rights(RightsPolicy.SUMMARISE))
    assert entry.warnings == (f'{UNDATED}; from which day it counts "this month" is not known',)


def test_the_editors_note_is_markdown() -> None:
    """The heading is the title, list items are paragraphs without their marks."""
    entry = sample("editors-note.md")
    assert (entry.title, entry.method) == ("Notes from the Monday call", "Markdown file")
    assert begins(entry) == [(None, ["The joint readout", "Ask Lin Yue", "Mrs Fennimore has"])]
    assert entry.warnings == ("the Markdown file has no date; an editor sets it",)


# Other shapes


def test_an_explainer_as_text_has_the_same_parts() -> None:
    """Kicker, deck and stamps come off; lone lines are headings, or headlines of other pieces, which is told."""
    entry, page = shape("canal-as-text.txt"), sample("canal-explainer.html")
    assert (entry.title, entry.kicker, entry.deck) == (page.title, page.kicker, page.deck)
    assert (entry.published, entry.updated) == (page.published, page.updated)
    assert [one.title for one in entry.related] == [one.title for one in page.related]
    assert {one.url for one in entry.related} == {None}
    assert begins(entry) == [
        (None, ["The lake that"]),
        ("What's planned for the dry months", []),
        ("Fewer ships", ["The first measure", "The railway was"]),
        ("Lighter ships", ["The second measure", "Shipping lines dislike", "The average ship"]),
        ("The main obstacles in the way", []),
        ("Whose turn is it?", ["The treaty that", "Both of the"]),
        ("Who pays?", ["The authority has", "Forecasters give a"]),
    ]
    assert entry.warnings[:2] == ("its times name no zone that is known", "updated 13 days after publication")
    assert entry.warnings[2].startswith("lines that stand alone were taken for headlines of other pieces")
    assert len(entry.warnings) == 3


def test_a_zone_is_a_guess_and_stays_one() -> None:
    """The source's own zone is named in a warning; the stamp knows none."""
    entry = text(f"A title\n\nPUBLISHED : Thursday, 19 November, 2026,  9:05am\n\n{BODY}", zone="Asia/Hong_Kong")
    assert entry.published is not None
    assert (entry.published.zone, entry.published.instant) == (None, None)
    assert entry.warnings == (
        "its times name no zone that is known; Asia/Hong_Kong, the source's own, would be a guess",
    )


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ("By Lin Yue", (Author(name="Lin Yue"),)),
        ("By  November 19, 2026No Comments", ()),
        ("By Lin Yue and Ana de la Cruz | November 19, 2026", (Author(name="Lin Yue"), Author(name="Ana de la Cruz"))),
        ("By Tomas Reyes, economics correspondent", (Author(name="Tomas Reyes", role="economics correspondent"),)),
        ("作者：林月", (Author(name="林月"),)),
    ],
)
def test_a_byline_gives_names_only(byline: str, authors: tuple[Author, ...]) -> None:
    """A date or a comment count behind "By" is never an author; an empty one stays empty."""
    entry = text(f"A title\n\n{byline}\n\n{BODY}")
    assert entry.authors == authors
    assert entry.paragraphs == (BODY,)


def test_a_sentence_that_begins_with_by_is_no_byline() -> None:
    """It is the deck it looks like."""
    entry = text(f"A title\n\nBy the end of the winter half of the ships will have gone elsewhere\n\n{BODY}")
    assert entry.authors == ()
    assert entry.deck == "By the end of the winter half of the ships will have gone elsewhere"


def test_labels_of_speakers_are_no_parts() -> None:
    """An interview names its speakers again and again; a part is named once."""
    answer = "I think that the table of the tides is right, and so is the other one, for what it is worth."
    entry = text(f"A talk\n\nReyes: {answer}\n\nLin: {answer}\n\nReyes: {answer}")
    assert [part.label for part in entry.passages] == [None]


def test_chinese_labelled_parts() -> None:
    """概述 and 影响 are parts, in a text that the source had declared to be English."""
    words = "两国代表团在湖边的旅馆结束了第二轮会谈，会谈原定持续两天，后来延长了半天。"
    entry = text(f"港口谈判简报\n\n概述：{words}\n\n影响：{words}\n\n未经许可不得转载")
    assert entry.passages == (Passage("概述", (words,)), Passage("影响", (words,)))
    assert (entry.language, entry.rights.notice) == ("zh", "未经许可不得转载")


def test_front_matter_is_what_a_file_says_of_itself() -> None:
    """Title, author, date and address stand above a Markdown file; links in its text are words."""
    written = (
        "---\ntitle: Two gauges\nauthor: Anaïs Quint\ndate: 2026-11-19\nurl: https://quay.example.org/a?utm_source=x\n"
        f"---\n{BODY}\nSee *the* [minutes](https://quay.example.org/m).\n\n## Costs\n\n> Quoted\n> words.\n\n"
        "[Nine meetings and a dinner](https://quay.example.org/nine)\n"
    )
    entry = text(written, "a.md")
    assert (entry.title, entry.link, entry.authors) == (
        "Two gauges",
        "https://quay.example.org/a",
        (Author(name="Anaïs Quint"),),
    )
    assert entry.published is not None
    assert entry.published.wall == datetime(2026, 11, 19)
    assert entry.passages == (Passage(None, (f"{BODY} See the minutes.",)), Passage("Costs", ("Quoted words.",)))
    assert entry.related == (Related("Nine meetings and a dinner", "https://quay.example.org/nine"),)


def test_markdown_blocks() -> None:
    """Headings of both kinds, lists, quotations, code and rules are told apart; hidden HTML stays hidden."""
    written = (
        "Two gauges\n==========\n\nA *first* line\nand its end.\n\nCosts\n-----\n* one\n  thing\n* two <b>things</b>\n"
        "\n***\n> said\n> twice\n\n```\n# no heading\n```\n<script>alert(1)</script>\n"
    )
    entry = text(written, "a.md")
    assert entry.title == "Two gauges"
    assert entry.passages == (
        Passage(None, ("A first line and its end.",)),
        Passage("Costs", ("one thing", "two things", "said twice", "# no heading")),
    )


def test_sources_with_addresses_in_their_text_are_links() -> None:
    """Nothing is missing then, and nothing is warned of."""
    entry = text(f"A title\n\n{BODY}\n\nSources:\n• The minutes, https://quay.example.org/m?utm_source=x\n")
    assert entry.related == (Related("The minutes", "https://quay.example.org/m"),)
    assert not any("no links" in warning for warning in entry.warnings)


# Rule 1: hyphens at line ends


@pytest.mark.parametrize(
    ("elsewhere", "known", "joined", "asked"),
    [
        ("", (), "inter-national", True),
        ("An international matter.", (), "international", False),
        ("An inter-national matter.", (), "inter-national", False),
        ("International and inter-national.", (), "inter-national", False),
        ("", ("international",), "international", False),
        ("", ("international", "inter-national"), "inter-national", False),
    ],
)
def test_a_hyphen_goes_only_with_proof(elsewhere: str, known: tuple[str, ...], joined: str, asked: bool) -> None:
    """It is kept unless the closed form stands in the document or in the word list, and the other one does not."""
    lines = ["and the inter-", "national side", elsewhere]
    joiner = hyphens.Lines(lines, known)
    assert joiner.join(lines[:2]) == f"and the {joined} side"
    assert bool(joiner.warnings()) is asked


def test_a_hyphen_before_a_figure_or_a_capital_is_one() -> None:
    """Years and names are not hyphenated by a printer."""
    joiner = hyphens.Lines([])
    assert joiner.join(["in 2024-", "25 the Sino-", "Pacific lines"]) == "in 2024-25 the Sino-Pacific lines"


def test_the_same_text_from_a_pdf_and_hard_wrapped() -> None:
    """A text file with a title between padding lines, and blank lines that hold one space, gives the same entry."""
    entry = text("\r\n".join(make_pdf.lines()), rights=RightsPolicy.SUMMARISE)
    as_pdf = sample("spare-parts-briefing.pdf")
    assert (entry.title, entry.passages) == (as_pdf.title, as_pdf.passages)


# Rule 4: rights


NOTICES = (
    "Copying this text, in whole or in part, is forbidden.",
    "All rights reserved.",
    "© 2026 Quay Street Review. All rights reserved.",
    "No part of this publication may be reproduced without the written permission of the publisher.",
    "This article may not be republished.",
    "Unauthorised reproduction is strictly prohibited.",
    "未经许可不得转载",
    "未經本刊授權，不得轉載。",
    "版权所有，禁止转载",
    "版權所有 翻印必究",
    "本文版权归港湾观察所有，未经授权，任何媒体和个人不得转载。",
    "Nachdruck nur mit Genehmigung.",
    "Toute reproduction interdite.",
)


@pytest.mark.parametrize("notice", NOTICES)
def test_a_notice_is_taken_out_and_obeyed(notice: str) -> None:
    """It stands in the rights, in no paragraph, and makes the policy stricter."""
    entry = text(f"A title\n\n{BODY}\n\n{BODY}\n\n{notice}", rights=RightsPolicy.QUOTE)
    assert entry.rights == Rights(RightsPolicy.SUMMARISE, notice)
    assert notice not in " ".join(entry.paragraphs)
    assert len(entry.paragraphs) == 2


def test_a_notice_behind_the_last_sentence_is_cut_off() -> None:
    """What stands before it in its paragraph stays."""
    entry = text(f"A title\n\n{BODY} © Quay Street Review. All rights reserved.")
    assert entry.paragraphs == (BODY,)
    assert entry.rights.notice == "© Quay Street Review. All rights reserved."


@pytest.mark.parametrize(
    ("notice", "own", "policy"),
    [
        ("Not for publication.", RightsPolicy.QUOTE, RightsPolicy.DO_NOT_USE),
        ("All rights reserved.", RightsPolicy.DO_NOT_USE, RightsPolicy.DO_NOT_USE),
        ("© 2026 Quay Street Review", RightsPolicy.QUOTE, RightsPolicy.QUOTE),
        ("转载请注明出处", RightsPolicy.SUMMARISE, RightsPolicy.SUMMARISE),
        ("All rights reserved.", RightsPolicy.OURS, RightsPolicy.OURS),
    ],
)
def test_the_stricter_policy_holds(notice: str, own: RightsPolicy, policy: RightsPolicy) -> None:
    """A notice never frees what its source forbids; our own texts stay ours."""
    assert text(f"A title\n\n{BODY}\n\n{notice}", rights=own).rights == Rights(policy, notice)


@pytest.mark.parametrize(
    "sentence",
    [
        "The court held that copying this text is forbidden.",
        "Copying books is forbidden in the reading room.",
        "Copyright reform in 2026 will decide who may copy what.",
        "The label on the box reads All rights reserved.",
        "The new law says that articles may not be reproduced without permission.",
        "He wrote: “This text may not be copied.”",
        "A factory where copying is prohibited is a factory without apprentices.",
        "This material may be used in batteries.",
        "Confidential talks went on in the lobby.",
        "该条例规定，未经许可不得转载新闻作品。",
    ],
)
def test_an_article_about_copyright_is_no_notice(sentence: str) -> None:
    """It uses the same words, in the same place."""
    assert rights.notice_in((BODY, sentence)) == (None, None, (BODY, sentence))


# Rule 10: characters


def test_white_space_and_quotes_are_folded_in_the_text_only() -> None:
    """No-break spaces and curly quotes are plain in the entry; the original is untouched."""
    data = "Title\u00a0one\u00a0\n\n\u00a0It’s “low”,\u00a0 he said.\u2028\tYes. ".encode()
    reading = documents.read("a.txt", data, DESK)
    assert (reading.entry.title, reading.entry.paragraphs) == ("Title one", ('It\'s "low", he said.', "Yes."))
    assert reading.original is not None
    assert (reading.original.media_type, reading.original.data) == ("text/plain", data)


@pytest.mark.parametrize(
    "sentence",
    [
        "The lake – two metres low – fell again.",
        "It runs into the sea – about as much as before.",
        "Prices were low – exporters complained.",
        "It was well – he said.",
        "the company – owned by two states – fell",
    ],
)
def test_a_real_dash_stays_a_dash(sentence: str) -> None:
    """Also beside words that make compounds elsewhere."""
    assert hyphens.mend_dashes((sentence,)) == ((sentence,), ())


# What cannot be read


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.docx", b"PK", "a.docx cannot be read; save it as .txt, .md"),
        ("README", b"x", "README cannot be read"),
        ("a.txt", b"caf\xe9", "a.txt: it is not UTF-8 text; save it as UTF-8"),
        ("a.txt", b"\xff\xfea", "not UTF-8"),
        ("a.txt", b" \r\n\t", "a.txt is empty"),
        ("a.txt", b"x" * 2_000_001, "too large, over 2 MB"),
        ("a.md", b"\0\0\0", "no text was found"),
        ("a.html", b"<html><body></body></html>", "a.html: no text was found"),
        ("a.pdf", b"%PDF-1.7 not really", "a.pdf: the PDF is broken"),
        ("a.eml", b"\n", "a.eml is empty"),
    ],
)
def test_what_cannot_be_read_is_told(name: str, data: bytes, told: str) -> None:
    """Which file, and what to do."""
    with pytest.raises(SourceError, match=r"^desk: .*;") as raised:
        documents.read(name, data, DESK)
    assert told in str(raised.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_that_says_so_is_read(encoding: str) -> None:
    """A byte order mark is no part of the title."""
    entry = documents.read("a.txt", "Ébauche\n\nTexte.".encode(encoding), DESK).entry
    assert (entry.title, entry.paragraphs) == ("Ébauche", ("Texte.",))


def test_a_text_without_a_title_gets_its_first_words() -> None:
    """And a warning that says so."""
    entry = text(f"{BODY} {BODY} {BODY} {BODY}")
    assert entry.title == "The lake stood low on Monday, after 63 days with almost no rain. It fell again…"
    assert "it has no title; its first words stand for one" in entry.warnings


def test_a_very_long_text_is_cut_and_says_so() -> None:
    """No text outgrows what a person reads."""
    entry = text("A title\n\n" + f"{BODY}\n\n" * 10_000)
    assert sum(map(len, entry.paragraphs)) <= sanitise.MAX_TEXT
    assert "the text is very long; only its beginning was kept" in entry.warnings


def strings(entry: Entry) -> list[str]:
    """Every text that an entry shows."""
    shown = [entry.title, entry.kicker, entry.deck, entry.label, entry.rights.notice, *entry.warnings]
    shown += [part.label for part in entry.passages] + list(entry.paragraphs)
    shown += [one.title for one in entry.related] + [author.name for author in entry.authors]
    return [one for one in shown if one is not None]


PIECES = (
    *("By", "By Lin Yue", "Brief", "Related Sources:", " • A  • B", "PUBLISHED : 19 November, 2026, 9:05am", "", " "),
    *("November 19, 2026No Comments", f"Impact: {BODY}", "All rights reserved.", "war-", "# x", "> y", "---", "- z"),
    *("Ports reopen as the pilots find their tables", "Who pays?", BODY, "[a](https://x.test)", "\u202eabc\x07"),
)
LINES = st.one_of(st.text(max_size=60), st.sampled_from(PIECES))


@settings(max_examples=5_000 if SOAK else 120)
@given(lines=st.lists(LINES, max_size=12), name=st.sampled_from(["a.txt", "a.md", "a.html", "a.eml"]))
def test_any_text_is_an_entry_or_told(lines: list[str], name: str) -> None:
    """Whatever is in a file: an entry of plain text with a title, or a `SourceError`; nothing else."""
    try:
        entry = documents.read(name, "\n".join(lines).encode("utf-8", "replace"), DESK).entry
    except SourceError:
        return
    assert entry.title
    for one in strings(entry):
        assert one == one.strip()
        assert not {unicodedata.category(character) for character in one} & {"Cc", "Cs", "Zl", "Zp"}
        assert "\u202e" not in one
    json.dumps(strings(entry)).encode("ascii")


@given(data=st.binary(max_size=400), name=st.sampled_from(["a.txt", "a.md", "a.html", "a.htm", "a.eml"]))
def test_any_octets_are_an_entry_or_told(data: bytes, name: str) -> None:
    """No octets crash a reader."""
    try:
        entry = documents.read(name, data, DESK).entry
    except SourceError:
        return
    assert entry.title
