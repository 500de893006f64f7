"""The narrative says where it has everything from; what the issue leans on is dated, fresh and of the first hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from newsletter.check import freshness, sourcing
from newsletter.check.inspected import Check, Inspected
from newsletter.model.evidence import Evidence
from newsletter.model.finding import Finding, Severity
from newsletter.model.item import Stamp
from tests.checking import evidence, inspected, issue_with
from tests.conftest import opened

MATTER = "---\nnumber: 128\ndate: 2026-11-27\nsubject: A\npreheader: B\n---\n"
ITEM = "- id: {}\n  outlet: {}\n  title: T of {}\n  url: https://example.org/{}\n{}  rights: free to quote\n\n"


def items(*lines: tuple[str, str, str]) -> str:
    """items.yaml: id, outlet, and what is known of its dates."""
    return "".join(ITEM.format(name, outlet, name, name, dates) for name, outlet, dates in lines)


def dated(day: str) -> str:
    return f"  published: {day}\n"


def told(
    publication: Path, check: Check, files: dict[str, str], *against: Evidence, rule: str | None = None
) -> list[Finding]:
    """What a check has to say of an issue with these files and no other section but a question."""
    folder = publication / "content" / "issues" / "2026-11-27"
    for path in folder.glob("*.md"):
        if path.stem not in ("issue", "question"):
            path.unlink()
    issue_with(publication, files)
    return [one for one in check.find(desk(publication, *against)) if rule in (None, one.rule)]


def desk(publication: Path, *against: Evidence) -> Inspected:
    """The issue with its items as items.yaml has them, and these texts."""
    read = inspected(opened(publication), evidence=against)
    return replace(
        read,
        evidence=tuple(replace(one, cited=cited) for one, cited in zip(read.evidence, read.draft.items, strict=True)),
    )


def test_sentences_behind_the_last_mark_are_listed(publication: Path) -> None:
    """One note for the whole narrative, at the first of them; a paragraph that ends in its mark has none."""
    body = "They met.[^a] Nobody smiled. *All* left.\n\nShips wait.[^a]\n\nIt rained[^a], as ever.\n"
    files = {"issue.md": MATTER + body, "items.yaml": items(("a", "Gazette", dated("2026-11-24")))}
    (finding,) = told(publication, sourcing.CHECK, files, rule="sentences-without-source")
    assert (finding.severity, finding.words, finding.spot.line) == (Severity.NOTE, "Nobody smiled.", 7)
    assert finding.what.startswith("2 sentences of the narrative stand behind the last mark")
    assert [one.text for one in finding.beside] == ["Nobody smiled.", "All left."]


def test_a_paragraph_of_the_narrative_without_a_mark_blocks(publication: Path) -> None:
    """Headings need none; a list or a quotation needs one somewhere."""
    body = "They met.[^a]\n\n## Ports\n\nShips *wait*.\n\n- One\n- Two[^a]\n\n> Nobody\n\nEnd.[^a]\n"
    files = {"issue.md": MATTER + body, "items.yaml": items(("a", "Gazette", dated("2026-11-24")))}
    findings = told(publication, sourcing.CHECK, files, rule="paragraph-without-source")
    assert [(one.words, one.spot.line) for one in findings] == [("Ships wait.", 11), ("Nobody", 16)]
    assert {one.severity for one in findings} == {Severity.BLOCK}
    assert (findings[0].spot.column, findings[0].spot.end_column) == (1, 14)


def test_an_undated_item_in_the_narrative_blocks(publication: Path) -> None:
    """Elsewhere it is a note, of the check that looks at freshness."""
    number = "---\nvalue: 9\ncaption: ships\nsource: b\nas_of: 2026-11-24\n---\n"
    files = {
        "issue.md": f"{MATTER}They met\nand left.[^a]\n",
        "number.md": number,
        "items.yaml": items(("a", "Gazette", ""), ("b", "Gazette", "")),
    }
    (finding,) = told(publication, sourcing.CHECK, files)
    assert (finding.rule, finding.severity, finding.words) == ("undated-item", Severity.BLOCK, "[^a]")
    assert (finding.spot.line, finding.spot.column, finding.spot.end_column) == (8, 10, 14)
    (note,) = told(publication, freshness.CHECK, files)
    assert (note.rule, note.severity, note.words) == ("undated", Severity.NOTE, "b")
    assert (note.spot.path.rpartition("/")[2], note.spot.line, note.spot.column) == ("number.md", 4, 9)


@pytest.mark.parametrize(
    ("theirs", "original"),
    [
        ("According to a report in The Pelican Post, the text was ready.", "The Pelican Post"),
        ("The text was ready, as first reported by the Harbour Wire.", "the Harbour Wire"),
        ("The Delta Herald reported that the text was ready.", "The Delta Herald"),
        ("He told the Pelican Post that it was ready.", "the Pelican Post"),
        ("据《海港日报》报道，文本已准备好。", "海港日报"),
    ],
)
def test_an_item_that_repeats_another_outlet_is_told(publication: Path, theirs: str, original: str) -> None:
    """With its sentence; not where the text says whose report it is."""
    files = {"issue.md": f"{MATTER}It was ready.[^a]\n", "items.yaml": items(("a", "Gazette", dated("2026-11-24")))}
    item = evidence("a", ["They met.", theirs])
    (finding,) = told(publication, sourcing.CHECK, files, item)
    assert (finding.rule, finding.severity, finding.words) == ("second-hand", Severity.WARN, "[^a]")
    assert finding.what.endswith(f"repeats a report of {original}")
    (beside,) = finding.beside
    assert beside.text[beside.start : beside.end] == original
    files["issue.md"] = f"{MATTER}It was ready, {original} writes.[^a]\n"
    assert told(publication, sourcing.CHECK, files, item) == []


@pytest.mark.parametrize(
    "theirs",
    [
        "Officials told the Gazette that it was ready.",  # its own report
        "According to the ministry, it was ready.",
        "The report said that times are hard, according to three agents.",
        "It was posted in the mail.",
    ],
)
def test_a_report_of_one_s_own_is_no_second_hand(publication: Path, theirs: str) -> None:
    """Only another outlet's name makes one."""
    files = {"issue.md": f"{MATTER}It was ready.[^a]\n", "items.yaml": items(("a", "Gazette", dated("2026-11-24")))}
    assert told(publication, sourcing.CHECK, files, evidence("a", theirs)) == []


def test_the_original_beside_it_is_enough(publication: Path) -> None:
    """Where the section cites it as well."""
    files = {
        "issue.md": f"{MATTER}It was ready.[^a][^b]\n",
        "items.yaml": items(("a", "Gazette", dated("2026-11-24")), ("b", "Harbour Wire", dated("2026-11-23"))),
    }
    assert told(publication, sourcing.CHECK, files, evidence("a", "The Harbour Wire reported it.")) == []


def test_an_item_that_nothing_names_is_noted(publication: Path) -> None:
    """It is often the trace of a lost mark."""
    files = {
        "issue.md": f"{MATTER}They met.[^a]\n",
        "items.yaml": items(("a", "Gazette", dated("2026-11-24")), ("b", "Gazette", dated("2026-11-24"))),
    }
    (finding,) = told(publication, sourcing.CHECK, files)
    assert (finding.rule, finding.severity, finding.words) == ("item-not-used", Severity.NOTE, "b")
    assert finding.spot.path == "content/issues/2026-11-27/items.yaml"


def test_what_an_item_lacks_is_handed_on(publication: Path) -> None:
    """That it names sources without links was noticed when it was gathered."""
    files = {"issue.md": f"{MATTER}They met.[^a]\n", "items.yaml": items(("a", "Gazette", dated("2026-11-24")))}
    item = evidence("a", "They met.")
    assert item.entry is not None
    warning = "it names sources but gives no links; ask for the original"
    item = replace(item, entry=replace(item.entry, warnings=(warning,)))
    (finding,) = told(publication, sourcing.CHECK, files, item)
    assert (finding.rule, finding.severity) == ("claims-no-links", Severity.NOTE)


def test_an_old_item_is_told_with_its_age(publication: Path) -> None:
    """More than `fresh_days` before the issue; on the last day it is fresh."""
    files = {"issue.md": f"{MATTER}They met.[^a][^b]\n"}
    files["items.yaml"] = items(("a", "Gazette", dated("2026-11-06")), ("b", "Wire", dated("2026-11-05")))
    (finding,) = told(publication, freshness.CHECK, files)
    assert (finding.rule, finding.severity, finding.words) == ("old-item", Severity.WARN, "[^b]")
    assert "is 22 days old: it appeared on Thursday 5 November 2026" in finding.what


def test_an_item_changed_long_after_it_appeared_shows_both_dates(publication: Path) -> None:
    """A slip mended within a week is nothing."""
    files = {"issue.md": f"{MATTER}They met.[^a]\n", "items.yaml": items(("a", "Gazette", dated("2026-11-10")))}
    item = evidence("a", "They met.")
    assert item.entry is not None

    def changed(day: int) -> list[Finding]:
        assert item.entry is not None
        when = datetime(2026, 11, day, 9, tzinfo=UTC)
        stamp = Stamp(written=str(when), wall=when.replace(tzinfo=None), zone="+00:00", instant=when)
        return told(publication, freshness.CHECK, files, replace(item, entry=replace(item.entry, updated=stamp)))

    assert changed(17) == []
    (finding,) = changed(18)
    assert finding.what.endswith("appeared on Tuesday 10 November 2026, and was changed on Wednesday 18 November 2026")


@pytest.mark.parametrize(
    ("caption", "as_of", "old"),
    [
        ("ships at anchor", "2026-11-06", False),
        ("ships at anchor", "2026-11-05", True),
        ("ships at anchor in September", "2026-09-30", False),
        ("ships at anchor in the third quarter", "2026-09-30", False),
        ("ships at anchor in 2025", "2026-09-30", True),
    ],
)
def test_an_old_number_says_so(publication: Path, caption: str, as_of: str, old: bool) -> None:
    """Or is told."""
    number = f"---\nvalue: 9\ncaption: {caption}\nsource: a\nas_of: {as_of}\n---\n"
    files = {"number.md": number, "issue.md": f"{MATTER}They met.[^a]\n"}
    files["items.yaml"] = items(("a", "Gazette", dated("2026-11-24")))
    findings = told(publication, freshness.CHECK, files)
    assert [(one.rule, one.words) for one in findings] == ([("number-is-old", "9")] if old else [])


def test_old_and_undated_items_are_told_once(publication: Path) -> None:
    """However many sections name them."""
    number = "---\nvalue: 9\ncaption: ships\nsource: a\nas_of: 2026-11-24\nitems: [b]\n---\n"
    files = {"number.md": number, "number-2.md": number, "issue.md": f"{MATTER}They met.[^a]\n"}
    files["items.yaml"] = items(("a", "Gazette", dated("2026-10-03")), ("b", "Gazette", ""))
    rules = [one.rule for one in told(publication, freshness.CHECK, files)]
    assert sorted(rules) == ["old-item", "undated"]


def test_days_are_named_in_full() -> None:
    """As messages show them."""
    from newsletter.check.days import told_span

    assert told_span((date(2026, 11, 24), date(2026, 11, 24))) == "Tuesday 24 November 2026"
    assert told_span((date(2026, 11, 1), date(2026, 11, 30))) == "November 2026"
    assert told_span((date(2026, 1, 1), date(2026, 12, 31))) == "2026"
    assert told_span((date(2026, 11, 21), date(2026, 12, 4))) == "21 November to 4 December 2026"
