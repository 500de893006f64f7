"""Quotations and rights: how much of a source may be quoted, and what may not be used at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.check import quotation_length, rights
from newsletter.check.inspected import Check, Inspected
from newsletter.check.wording import Wording
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Finding, Severity
from newsletter.model.item import Rights
from newsletter.model.kinds import Voice
from newsletter.model.source import RightsPolicy
from tests.checking import evidence, inspected, issue_with
from tests.conftest import opened

THIRTY = (
    "We have agreed on when to disagree next, and I have come home with less than that from better hotels, in worse "
    "weather, and once without my only warm coat"
)
SAID = f"At the end of the night the chief negotiator came down the stairs. “{THIRTY}.” Nobody laughed."
NOTICE = "Copying or reproduction of this article is forbidden."


@pytest.fixture(scope="session")
def sample(pristine: Path) -> Inspected:
    """The coming issue of the sample, of which only the texts and the items are changed."""
    return inspected(opened(pristine))


def found(
    check: Check, sample: Inspected, wordings: Iterable[Wording], against: Iterable[Evidence], told: bool = True
) -> list[Finding]:
    """What a check has to say, but for what it could not look at."""
    changed = replace(sample, wordings=tuple(wordings), evidence=tuple(against))
    return [one for one in check.find(changed) if one.severity is not Severity.UNCHECKED or not told]


def quotations(sample: Inspected, text: str | Wording, *against: Evidence) -> list[Finding]:
    one = wording(text) if isinstance(text, str) else text
    return found(quotation_length.CHECK, sample, [one], against)


def wording(text: str, **changes: object) -> Wording:
    usual: dict[str, object] = {"section": "note", "kind": "note", "field": "body", "voice": Voice.OURS, "line": 1}
    return Wording(**{**usual, "path": "note.md", "text": text, "source": text, **changes})  # type: ignore[arg-type]


def first(count: int) -> str:
    return " ".join(THIRTY.split()[:count])


# How long a quotation may be


def test_a_quotation_over_the_limit_blocks(sample: Inspected) -> None:
    """With its words, how many it has and may have, and the sentence of the source beside it."""
    (finding,) = quotations(sample, f"He said: “{THIRTY}”.", evidence("a-1", SAID))
    assert (finding.rule, finding.severity, finding.section) == ("quotation-too-long", Severity.BLOCK, "note")
    assert finding.words == f"“{THIRTY}”"
    assert finding.what == "a quotation of 30 words, where The Peninsula Gazette allows 25"
    assert finding.todo == "quote 25 words at most, and say the rest in words of your own"
    assert finding.beside[0].text[finding.beside[0].start : finding.beside[0].end] == THIRTY
    assert (finding.spot.column, finding.spot.end_column) == (10, 12 + len(THIRTY))


@pytest.mark.parametrize(
    ("policy", "own", "notice", "limit"),
    [
        (RightsPolicy.SUMMARISE, 0, None, 25),
        (RightsPolicy.SUMMARISE, 12, None, 12),
        (RightsPolicy.SUMMARISE, 28, None, 28),
        (RightsPolicy.SUMMARISE, 28, NOTICE, 25),
        (RightsPolicy.QUOTE, 0, None, None),
        (RightsPolicy.QUOTE, 12, None, 12),
        (RightsPolicy.OURS, 0, None, None),
        (RightsPolicy.DO_NOT_USE, 12, None, None),
    ],
)
def test_each_policy_has_its_limit(
    sample: Inspected, policy: RightsPolicy, own: int, notice: str | None, limit: int | None
) -> None:
    """The source's own; else 25 words where it may only be summarised. What must not be used has a rule of its own."""
    one = evidence("a-1", SAID, rights=policy, quote_limit=own)
    assert one.entry is not None
    entry = replace(one.entry, source="elsewhere", rights=Rights(policy, notice))  # type: ignore[arg-type]
    one = replace(one, entry=entry)
    assert quotations(sample, f"“{first(limit or 30)}”", one) == []
    if limit:
        assert [finding.rule for finding in quotations(sample, f"“{first(limit + 1)}”", one)] == ["quotation-too-long"]


def test_words_are_counted_as_an_editor_counts_them(sample: Inspected) -> None:
    """A word with a hyphen is one; a Chinese character is one."""
    text = "a seventy-year-old wall of 2,300 stones"
    assert quotations(sample, f"“{text}”", evidence("a-1", f"It is {text}.", quote_limit=6)) == []
    (finding,) = quotations(sample, f"“{text}”", evidence("a-1", f"It is {text}.", quote_limit=5))
    assert finding.what.startswith("a quotation of 6 words")
    (finding,) = quotations(sample, "他说“今天没有人回答”。", evidence("a-1", "今天没有人回答。", quote_limit=6))
    assert finding.what.startswith("a quotation of 7 words")


def test_the_quotation_of_the_week_is_one(app: App, publication: Path) -> None:
    """Its words stand in a field, without marks."""
    quote = f"---\nquote: {THIRTY}\nspeaker: Teo Marchand\nitems: [gazette-floor]\n---\n"
    issue_with(publication, {"quote.md": quote})
    given = [evidence("gazette-floor", SAID)]
    told = [one for one in quotation_length.CHECK.find(inspected(app, evidence=given)) if one.rule != "x"]
    (finding,) = [one for one in told if one.severity is Severity.BLOCK]
    assert (finding.section, finding.spot.line, finding.spot.column) == ("quote", 2, 8)


def test_paragraphs_set_apart_are_one_quotation(app: App, publication: Path) -> None:
    """Neither is too long by itself; together they are."""
    rest = THIRTY.removeprefix(first(16)).strip()
    body = f"---\ntitle: A note\nitems: [gazette-floor]\n---\nHe said:\n\n> {first(16)}\n>\n> {rest}\n"
    issue_with(publication, {"note.md": body})
    told = quotation_length.CHECK.find(inspected(app, evidence=[evidence("gazette-floor", SAID)]))
    (finding,) = [one for one in told if one.severity is Severity.BLOCK]
    assert (finding.section, finding.what[:25]) == ("note", "a quotation of 30 words, ")
    assert (finding.spot.line, finding.spot.end_line) == (7, 9)


def test_what_readers_write_has_no_limit(sample: Inspected) -> None:
    """They have sent it to be printed."""
    reply = wording(THIRTY, kind="replies", field="replies.0.text", voice=Voice.QUOTED)
    assert quotations(sample, reply, evidence("a-1", SAID)) == []


def test_the_source_of_a_quotation_is_found_by_its_words(sample: Inspected) -> None:
    """Whatever the text leans on; the item that has most of it in a row counts."""
    here, there = evidence("a-1", "Nothing of it.", quote_limit=3), evidence("b-1", SAID, quote_limit=40)
    assert quotations(sample, wording(f"“{THIRTY}”", leans=("a-1",)), here, there) == []
    (finding,) = quotations(sample, wording(f"“{THIRTY}”", leans=("b-1",)), replace(here, entry=there.entry), there)
    assert finding.what.endswith("allows 3")


def test_else_it_is_what_the_text_leans_on(sample: Inspected) -> None:
    """The mark behind it, else all; where several may be meant, the freest, so that nobody is blocked by a guess."""
    strict, free = evidence("a-1", None, quote_limit=20), evidence("b-1", None, quote_limit=40)
    text = f"“{THIRTY}” And so on."
    assert quotations(sample, wording(text), strict, free) == []
    assert quotations(sample, wording(text, leans=("a-1", "b-1")), strict, free) == []
    (finding,) = quotations(sample, wording(text, leans=("a-1",)), strict, free)
    assert (finding.what[-9:], finding.beside) == ("allows 20", ())
    marked = wording(text, leans=("a-1", "b-1"), marks=((len(THIRTY) + 2, "a-1"), (len(text), "b-1")))
    assert len(quotations(sample, marked, strict, free)) == 1


def test_many_quotations_of_one_item_are_told(sample: Inspected) -> None:
    """More than twice what one may have; once, at the longest."""
    pieces = [" ".join(THIRTY.split()[at : at + 9]) for at in (0, 9, 18)]
    text = " and ".join(f"“{piece}”" for piece in pieces)
    assert quotations(sample, text, evidence("a-1", SAID, quote_limit=14)) == []
    (finding,) = quotations(sample, text, evidence("a-1", SAID, quote_limit=13))
    assert (finding.rule, finding.severity) == ("quotations-of-one-source", Severity.WARN)
    assert finding.what == (
        "the 3 quotations of “What the paper said” (The Peninsula Gazette) have 27 words together, more than twice the "
        "13 that one of them may have"
    )


def test_quotations_that_cannot_be_looked_up_are_told_once(sample: Inspected) -> None:
    """The texts live at home."""
    (finding,) = found(quotation_length.CHECK, sample, [wording("“Well.”")], [evidence("a-1", None)], told=False)
    assert (finding.severity, finding.rule, finding.words) == (Severity.UNCHECKED, "quotation-too-long", "")
    assert finding.what == "not checked which quotations are from the text of 1 item that the issue cites"


# Rights


@pytest.mark.parametrize("by", ["items.yaml", "the text", "sources.yaml"])
def test_what_must_not_be_used_blocks(app: App, publication: Path, by: str) -> None:
    """Whoever says so; at the mark that leans on it. No waiver and no schedule.yaml lets it pass."""
    marked = RightsPolicy.DO_NOT_USE if by == "items.yaml" else RightsPolicy.SUMMARISE
    one = evidence("gazette-floor", SAID, rights=marked)
    assert one.entry is not None
    if by == "the text":
        kept = Rights(RightsPolicy.DO_NOT_USE, "Not for publication.")
        one = replace(one, entry=replace(one.entry, rights=kept))
    if by == "sources.yaml":
        path = publication / "seeds" / "sources.yaml"
        path.write_text(
            path.read_text("utf-8").replace("summarise and link only\n  zone: Asia", "do not use\n  zone: Asia")
        )
    (finding,) = [one for one in rights.CHECK.find(inspected(app, evidence=[one])) if one.severity is Severity.BLOCK][
        :1
    ]
    assert (finding.rule, finding.section, finding.words) == ("do-not-use", "opening", "What the paper said")
    why = {
        "items.yaml": "items.yaml marks it so",
        "the text": "its text says so",
        "sources.yaml": "its source is marked so",
    }
    assert finding.what == (
        "the issue leans on “What the paper said” (The Peninsula Gazette), which must not be used: " + why[by]
    )
    line = (publication / finding.spot.path).read_text("utf-8").split("\n")[finding.spot.line - 1]
    assert line[: finding.spot.end_column - 1].endswith("other.")
    assert line[finding.spot.end_column - 1 :].startswith("[^gazette-floor]")
    assert rights.CHECK.rules[0].fixed
    assert [beside.text for beside in finding.beside] == (["Not for publication."] if by == "the text" else [])


def test_an_item_that_nothing_leans_on_is_told_in_items_yaml(sample: Inspected) -> None:
    """It is named there all the same."""
    (finding,) = found(rights.CHECK, sample, [], [evidence("a-1", SAID, rights=RightsPolicy.DO_NOT_USE)])
    assert (finding.section, finding.spot.path) == (None, "content/issues/2026-11-27/items.yaml")


def test_a_source_is_known_by_its_outlet_where_the_text_is_not_here(sample: Inspected) -> None:
    """In a clone too, what sources.yaml forbids is forbidden."""
    (finding,) = found(rights.CHECK, sample, [], [evidence("a-1", None, outlet="City Desk", rights=RightsPolicy.QUOTE)])
    assert finding.rule == "do-not-use"


def test_items_yaml_that_allows_too_much_is_told(sample: Inspected) -> None:
    """With the notice that was found, and what to write."""
    one = evidence("a-1", SAID, rights=RightsPolicy.QUOTE)
    assert one.entry is not None
    one = replace(one, entry=replace(one.entry, rights=Rights(RightsPolicy.SUMMARISE, NOTICE)))
    (finding,) = found(rights.CHECK, sample, [], [one])
    assert (finding.rule, finding.severity) == ("rights-differ", Severity.WARN)
    assert finding.what == (
        "items.yaml says that “What the paper said” (The Peninsula Gazette) may be quoted, while by its source it may "
        "only be summarised and linked to"
    )
    assert finding.todo == (
        "write `rights: summarise and link only` at a-1 in items.yaml, and look again at what is taken from it"
    )
    assert finding.beside[0].text == NOTICE


def test_items_yaml_may_be_stricter(sample: Inspected) -> None:
    """Nobody minds."""
    one = evidence("a-1", SAID, outlet="Ministry press office", rights=RightsPolicy.SUMMARISE)
    assert one.entry is not None
    free = replace(one.entry, source="ministry", rights=Rights(RightsPolicy.QUOTE))  # type: ignore[arg-type]
    assert found(rights.CHECK, sample, [], [replace(one, entry=free)]) == []


def test_rights_that_cannot_be_compared_are_told_once(sample: Inspected) -> None:
    """The texts live at home."""
    (finding,) = found(rights.CHECK, sample, [], [evidence("a-1", None), evidence("b-1", None)], told=False)
    assert finding.what == "not checked what the texts of 2 items that the issue cites say of rights"
    assert finding.severity is Severity.UNCHECKED
