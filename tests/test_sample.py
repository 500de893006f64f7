"""The sample publication: complete, readable, and its finished issues as they would have been sent."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from newsletter.actions.app import read_issue
from newsletter.actions.check_files import check_files
from newsletter.actions.gather_sources import gather_sources
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.model.kinds import KINDS
from newsletter.model.prose import Paragraph
from newsletter.model.source import RightsPolicy
from newsletter.publication.folder import is_sent, issue_folder, issue_ids
from newsletter.publication.sent import write_sent
from newsletter.store import items
from newsletter.store.engine import open_store
from newsletter.text import plain
from tests.conftest import ISSUE, ROOT, opened
from tests.tools.remake_sent import finished, made_anew

ISSUES = issue_ids(ROOT)


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_sample_has_no_mistakes(publication: Path) -> None:
    """Four finished issues and one in preparation."""
    checked = check_files(opened(publication))
    assert (checked.mistakes, checked.issues) == ((), 5)
    assert [is_sent(publication, issue) for issue in ISSUES] == [True, True, True, True, False]
    assert str(ISSUES[-1]) == ISSUE


@pytest.mark.parametrize("issue", finished(ROOT), ids=str)
def test_sent_holds_what_the_files_say(publication: Path, issue: IssueId) -> None:
    """A template that changes what a mail looks like remakes these in the same commit: make sample."""
    kept = files_in(issue_folder(publication, issue) / "sent")
    shutil.rmtree(issue_folder(publication, issue) / "sent")
    made = files_in(write_sent(publication, made_anew(opened(publication), issue)))
    assert sorted(made) == sorted(kept)
    assert [name for name in made if made[name] != kept[name]] == []


def test_sent_is_written_once_and_a_mended_edition_beside_it(publication: Path) -> None:
    """Nothing of the first is changed; the same edition again is refused."""
    issue = ISSUES[-1]
    app = opened(publication)
    first = write_sent(publication, made_anew(app, issue))
    before = files_in(first)
    with pytest.raises(ConfigError, match="already"):
        write_sent(publication, made_anew(app, issue))
    matter = issue_folder(publication, issue) / "issue.md"
    matter.write_text(matter.read_text("utf-8").replace("This week", "In this week", 1), "utf-8")
    second = write_sent(publication, made_anew(app, issue))
    assert second == first / "2"
    assert {name: data for name, data in files_in(first).items() if not name.startswith("2/")} == before
    assert files_in(second)["page.html"] != before["page.html"]
    assert not list(first.parent.glob(".sent.*"))


def test_meta_says_what_the_archive_lists(publication: Path) -> None:
    """Number, times, digest, manifest, topics, people, the number of the week; never a token."""
    sent = made_anew(opened(publication), ISSUES[3])
    meta = json.loads((issue_folder(publication, ISSUES[3]) / "sent" / "meta.json").read_text("utf-8"))
    assert (meta["issue"], meta["number"], meta["due"]) == ("2026-11-20", 127, "2026-11-20T13:00:00+00:00")
    assert meta["digest"] == sent.edition.digest
    assert meta["numbers"] == [{"figure": "14", "caption": sent.edition.terms.numbers[0][1]}]
    assert meta["people"] == [{"id": "tobias-rask", "name": "Tobias Rask"}]
    assert "ports" in meta["topics"]
    assert replace(sent, due=sent.due).due.tzinfo is UTC


def test_the_issues_use_every_kind_between_them(publication: Path) -> None:
    """And the one in preparation nearly all."""
    app = opened(publication)
    kinds = [{blurb.kind for blurb in read_issue(app, issue).draft.blurbs} for issue in ISSUES]
    assert set().union(*kinds) == set(KINDS)
    assert len(kinds[-1]) >= 11


@pytest.mark.parametrize("issue", ISSUES, ids=str)
def test_a_narrative_is_of_the_length_asked_for_and_names_its_sources(publication: Path, issue: IssueId) -> None:
    """3 to 5 paragraphs, 250 to 320 words, each leaning on an item; it begins in the week."""
    opening = read_issue(opened(publication), issue).draft.blurbs[0]
    paragraphs = [block for block in opening.body.blocks if isinstance(block, Paragraph)]
    words = len(plain.render(opening.body, plain.Links()).split())
    assert 3 <= len(paragraphs) <= 5
    assert 250 <= words <= 320
    starts = [block.line for block in paragraphs]
    marks = [mark.line for mark in opening.body.marks]
    for start, end in zip(starts, [*starts[1:], 10_000], strict=True):
        assert any(start <= line < end for line in marks), f"paragraph at line {start}"
    assert plain.render(opening.body, plain.Links()).startswith("This week")


def test_the_seeds_hold_every_kind_of_feed_and_document(publication: Path) -> None:
    """RSS, Atom, RDF, JSON, an ill-formed one, one in Chinese; 60 entries and more; a PDF that is one."""
    feeds = {path.suffix for path in (publication / "seeds" / "feeds").iterdir()}
    assert {".xml", ".atom", ".rdf", ".json"} <= feeds
    app = opened(publication)
    gather_sources(app)
    with open_store(app.database) as store:
        entries = [item.entry for item in items.items(store)]
    assert len(entries) >= 60
    assert {"en", "zh-CN"} <= {entry.language for entry in entries}
    assert {entry.rights.policy for entry in entries} == set(RightsPolicy)
    documents = {path.suffix for path in (publication / "seeds" / "documents").iterdir()}
    assert {".txt", ".md", ".html", ".pdf"} <= documents
    assert (publication / "seeds" / "documents" / "spare-parts-briefing.pdf").read_bytes().startswith(b"%PDF-1.")
