"""The findings beside a text, and their ways out: waived, mended, marked, cited, compared, asked."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from newsletter.actions.app import App, read_issue
from newsletter.actions.cite_item import cite_item
from newsletter.actions.demo import sample_now
from newsletter.actions.kept_items import kept_items
from newsletter.actions.mark_quotation import mark_quotation, quotation
from newsletter.actions.triage_items import decide
from newsletter.desk.found import excerpt, key_of
from newsletter.desk.looks import Looks
from newsletter.model.errors import ConfigError
from newsletter.model.finding import Spot
from newsletter.model.item import ItemId, Triage
from tests import beside
from tests.beside import COMING, COPIED, FOLDER, PART, SECTION, findings, found, key
from tests.desking import Desking
from tests.living import Clock

written, root, desk, quiet = beside.written, beside.root, beside.desk, beside.quiet


# Findings and their ways out


def test_findings_stand_with_their_words_and_their_ways_out(quiet: Desking) -> None:
    """Severity as a word, what, where, the words in their line, and a button for each way out that there is."""
    text = unescape(findings(quiet.signed_in("mei")).text)
    copied = re.search(r'<li class="finding"(.*?)</li>', text, re.DOTALL)
    assert copied
    assert "Blocks." in copied[1]
    assert f"<mark><bdi>{COPIED}</bdi></mark>" in copied[1]
    assert re.search(r"issue\.md, line \d+ · copied-run", copied[1])
    for way in ("Show side by side", "Mark as quotation", "Waive, with a reason"):
        assert way in copied[1]
    assert re.search(r"<del><bdi>␣␣</bdi></del><ins><bdi>␣</bdi></ins>", text)
    assert ">Fix</button>" in text
    assert "Cite another item" in text
    assert "1 blocks" in text


def test_who_may_not_write_sees_findings_and_no_way_to_change_a_file(desk: Desking, root: Path) -> None:
    """An operator reads; what changes files is refused to them."""
    schedule = root / "schedule.yaml"
    schedule.write_text(schedule.read_text("utf-8").replace("roles: [writer]", "roles: [operator]"), "utf-8")
    desk.seconds[0] += 10
    mei, priya = desk.signed_in("mei"), desk.signed_in("priya")
    shown = findings(priya)
    assert "copied-run" in shown.text
    assert not re.search(r"<form[^>]*/(fix|quote|cite|waive|links)\"", shown.text)
    name = key(findings(mei), "copied-run")
    for way in ("fix", "quote", "cite", "waive", "links"):
        assert priya.send(shown, f"{SECTION}/{way}", {"finding": name, "why": "so"}).status == 403


def test_a_finding_is_waived_with_a_reason(desk: Desking) -> None:
    """It is gone from the list, told among the waived with who and why; without a reason it is asked for again."""
    mei = desk.signed_in("mei")
    page = findings(mei)
    name = key(page, "copied-run")
    again = mei.send(page, f"{SECTION}/waive", {"finding": name, "why": "  "})
    assert again.status == 422
    assert "Say why it may pass" in again.text
    assert mei.send(page, f"{SECTION}/waive", {"finding": name, "why": " "}, PART).status == 422
    done = mei.send(page, f"{SECTION}/waive", {"finding": name, "why": "their standing phrase"})
    assert done.to == f"{SECTION}#findings"
    text = unescape(findings(mei).text)
    assert "copied-run" not in text
    assert "Waived by <bdi>mei</bdi>: <bdi>their standing phrase</bdi>" in text
    assert "their standing phrase" in (desk.root / FOLDER / "waivers.yaml").read_text("utf-8")
    gone = mei.send(page, f"{SECTION}/waive", {"finding": "no such", "why": "so"}, PART)
    assert "stands no longer" in gone.text


def test_a_fix_is_made_where_the_text_is_still_the_same(desk: Desking) -> None:
    """It changes one place; once somebody has saved another text, the button of the old page changes nothing."""
    mei = desk.signed_in("mei")
    page, path = findings(mei), desk.root / FOLDER / "issue.md"
    name, before = key(page, "double-space"), path.read_text("utf-8")
    assert mei.send(page, f"{SECTION}/fix", {"finding": name}).to == f"{SECTION}#findings"
    assert path.read_text("utf-8") == before.replace("Two  words", "Two words")
    assert "stands no longer" in mei.send(page, f"{SECTION}/fix", {"finding": name}, PART).text


def test_words_are_marked_as_a_quotation_where_that_is_safe(root: Path) -> None:
    """The marks go around the very words, the finding is gone; words with marks in them are left to a person."""
    assert COMING is not None
    app = App(root, Clock(sample_now(root)))
    finding, looks = found(app, "copied-run")
    path = root / FOLDER / "issue.md"
    before = path.read_text("utf-8")
    mended = mark_quotation(app, COMING, finding, looks.checked(COMING).files, by="mei")
    assert not mended.left
    assert path.read_text("utf-8") == before.replace(COPIED, f"“{COPIED}”")
    assert all(one.rule != "copied-run" for one in Looks(app).checked(COMING).report.findings)
    path.write_text(before.replace("twelve weeks", "“twelve” weeks"), "utf-8")
    other, _ = found(app, "copied-run")
    assert quotation(other, path.read_text("utf-8")) is None
    with pytest.raises(ConfigError, match="by hand"):
        mark_quotation(app, COMING, other, (), by="mei")


def test_another_item_is_cited_behind_the_words(root: Path) -> None:
    """In the narrative its mark is set behind the words, elsewhere the front matter names it."""
    assert COMING is not None
    app = App(root, Clock(sample_now(root)))
    finding, looks = found(app, "figure-not-found")
    cited = cite_item(app, COMING, "opening", "harbour-bookings", "mei", finding, looks.checked(COMING).files)
    path = root / FOLDER / "issue.md"
    assert cited.mark == "[^harbour-bookings]"
    assert "77[^harbour-bookings] ships wait." in path.read_text("utf-8")
    decide(app, (ItemId("harbour-wire-6"),), Triage.KEPT, "mei")
    assert [one.id for one in kept_items(app, "insurers waiting")] == ["harbour-wire-6"]
    assert kept_items(app, "nothing of this name") == ()
    other = cite_item(app, COMING, "insight", "harbour-wire-6", "mei", finding, ())
    draft = read_issue(app, COMING).draft
    assert other.item in {one.id for one in draft.items}
    assert other.item in next(one for one in draft.blurbs if one.name == "insight").items


def test_a_mark_is_left_to_its_writer_where_the_text_has_changed(root: Path) -> None:
    """The item is known then, and the words say what to do."""
    assert COMING is not None
    app = App(root, Clock(sample_now(root)))
    finding, looks = found(app, "figure-not-found")
    files, path = looks.checked(COMING).files, root / FOLDER / "issue.md"
    path.write_text(path.read_text("utf-8") + "\nMore.[^pacific-pause]\n", "utf-8")
    before = path.read_bytes()
    cited = cite_item(app, COMING, "opening", "harbour-bookings", "mei", finding, files)
    assert "set the mark [^harbour-bookings]" in cited.left
    assert path.read_bytes() == before


def test_items_are_chosen_and_looked_for_on_a_page(desk: Desking) -> None:
    """The issue's own and the kept ones; choosing none is told beside them."""
    mei = desk.signed_in("mei")
    decide(desk.app, (ItemId("harbour-wire-6"),), Triage.KEPT, "mei")
    name = key(findings(mei), "figure-not-found")
    page = mei.get(f"{SECTION}/cite?finding={name}&q=insurers")
    assert 'value="harbour-wire-6"' in page.text
    assert 'value="harbour-bookings"' in page.text
    assert "Choose an item." in mei.send(page, f"{SECTION}/cite", {"finding": name}).text
    unknown = mei.send(page, f"{SECTION}/cite", {"finding": name, "item": "nowhere-1"})
    assert (unknown.status, "nowhere-1" in unknown.text) == (422, True)
    done = mei.follow(mei.send(page, f"{SECTION}/cite", {"finding": name, "item": "harbour-bookings"}))
    assert "[^harbour-bookings] was set behind the words." in done.text


def test_the_source_stands_beside_the_words(quiet: Desking) -> None:
    """Both passages, the words that match marked, with a link to the source; as a page, and as a part of one."""
    mei = quiet.signed_in("mei")
    address = f"{SECTION}/sources?finding={key(findings(mei), 'copied-run')}"
    for reply in (mei.get(address), mei.get(address, PART)):
        marked = re.findall(r"<mark><bdi>(.*?)</bdi></mark>", reply.text)
        assert COPIED in marked
        assert COPIED.replace("the", "The", 1) in marked
        assert "Pacific Ledger" in reply.text
    assert mei.get(f"{SECTION}/sources?finding=none").status == 303


def test_links_are_asked_for_at_once_or_further_on(desk: Desking) -> None:
    """Who does not wait is told that it goes on; what was found then stands with the findings of these very files."""
    assert COMING is not None
    mei = desk.signed_in("mei")
    assert "Check the links now" in findings(mei).text
    assert mei.send(findings(mei), f"{SECTION}/links").to == f"{SECTION}#findings"
    while not desk.office.looks.check_links(COMING, 30):
        assert desk.office.looks.is_asking(COMING)
    assert not desk.office.looks.is_asking(COMING)
    assert "links asked for, of these very files" in findings(mei).text
    path = desk.root / FOLDER / "issue.md"
    path.write_text(path.read_text("utf-8") + "\nMore.[^pacific-pause]\n", "utf-8")
    assert "Check the links now" in findings(mei).text


# Pure


def test_words_are_shown_in_their_line() -> None:
    """Cut where the line is long; over several lines in one piece; none where no place is known."""
    text = f"{'a' * 100} some words {'b' * 100}\nsecond line\n"
    shown = excerpt(Spot("x", 1, 102, 1, 112), text)
    assert shown == {"before": f"…{'a' * 69} ", "marked": "some words", "after": f" {'b' * 69}…"}
    several = excerpt(Spot("x", 1, 108, 2, 7), text)
    assert several is not None
    assert several["marked"].endswith(f"{'b' * 100} second")
    assert excerpt(Spot("x", 1), text) is None
    assert excerpt(Spot("x", 9, 1, 9, 4), text) is None


def test_a_finding_is_named_by_what_it_is_about(root: Path) -> None:
    """The same for the same words in the same place, another for others."""
    finding, _ = found(App(root, Clock(sample_now(root))), "copied-run")
    again, _ = found(App(root, Clock(sample_now(root))), "copied-run")
    assert key_of(finding) == key_of(again)
    other, _ = found(App(root, Clock(sample_now(root))), "double-space")
    assert key_of(other) != key_of(finding)
