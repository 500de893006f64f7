"""What is new in an issue: word by word, section by section, since one's last look, the approval, or another issue."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from newsletter.actions.app import App
from newsletter.actions.diff_issue import Difference, Since, diff_issue
from newsletter.actions.home import NotAtHome
from newsletter.cli.differences import as_json, shown
from newsletter.model.changes import Change, How, changes, differing, output_words
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId
from newsletter.publication.schedule import City
from newsletter.store import looks
from newsletter.store.engine import open_store
from newsletter.text.changes import Kind, Run, is_renumbered, word_changes
from tests.approving import COMING, at_home, edit, in_issue, sign

SENT = IssueId.parse("2026-11-20")
CITIES = (City(name="Hong Kong", zone="Asia/Hong_Kong"), City(name="New York", zone="America/New_York"))


@pytest.fixture
def home(publication: Path) -> Iterator[App]:
    with at_home(publication) as app:
        yield app


def changed(app: App, who: str = "mei", since: Since | IssueId | None = None) -> Difference:
    found = diff_issue(app, COMING, who, since).difference
    assert found is not None
    return found


def printed(difference: Difference) -> str:
    """As a terminal shows it, without colours."""
    console = Console(file=StringIO(), width=100, markup=False, highlight=False, no_color=True)
    console.print(shown(difference, CITIES))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


# Words


def test_only_the_words_that_changed_are_marked() -> None:
    """Wherever the lines break; paragraphs that stay are left out."""
    before = "One two three.\n\nFour five\nsix seven.\n"
    after = "One two three.\n\nFour five six,\nthen seven.\n"
    assert word_changes(before, after) == (
        (
            Run(Kind.SAME, "Four five "),
            Run(Kind.GONE, "six "),
            Run(Kind.NEW, "six, then "),
            Run(Kind.SAME, "seven."),
        ),
    )


def test_line_breaks_alone_are_no_change_of_words() -> None:
    """Nor is a paragraph that only moved its lines."""
    assert word_changes("One two\nthree\n\nfour", "One\ntwo three\n \n\nfour\n") == ()


def test_a_chinese_character_is_a_word() -> None:
    """There are no spaces to go by."""
    assert word_changes("港口很忙", "港口不忙") == (
        (Run(Kind.SAME, "港口"), Run(Kind.GONE, "很"), Run(Kind.NEW, "不"), Run(Kind.SAME, "忙")),
    )


def test_a_mark_is_known_by_the_address_it_stands_for() -> None:
    """A source that comes in renumbers the others, and shows alone; the new numbers are those shown around it."""
    before = "Ships lie idle [1]. It rained [2].\n\n[1] https://a.test/\n[2] https://b.test/"
    after = (
        "Ships lie idle [1]. Some left [2]. It rained [3].\n\n"
        "[1] https://a.test/\n[2] https://c.test/\n[3] https://b.test/"
    )
    assert word_changes(before, after) == (
        (
            Run(Kind.SAME, "Ships lie idle [1]. "),
            Run(Kind.NEW, "Some left [2]. "),
            Run(Kind.SAME, "It rained [3]."),
        ),
        (
            Run(Kind.SAME, "[1] https://a.test/ "),
            Run(Kind.NEW, "[2] https://c.test/ "),
            Run(Kind.SAME, "[3] https://b.test/"),
        ),
    )
    assert is_renumbered(before, after)
    assert not is_renumbered(before, before.replace("https://a.test/", "https://c.test/"))


def test_a_mark_that_leads_elsewhere_is_a_change_although_its_number_is_the_same() -> None:
    """And so is one that no list of addresses knows."""
    before, after = "It rained [1].\n\n[1] https://a.test/", "It rained [1].\n\n[1] https://b.test/"
    assert word_changes(before, after)[0] == (
        Run(Kind.SAME, "It rained "),
        Run(Kind.GONE, "[1]."),
        Run(Kind.NEW, "[1]."),
    )
    assert word_changes("As in [1999] [4]", "As in [1999] [5]")[0][1:] == (Run(Kind.GONE, "[4]"), Run(Kind.NEW, "[5]"))


words = st.lists(st.sampled_from(["a", "b", "c", "港", "d,"]), max_size=12).map(" ".join)


@given(before=words, after=words)
def test_both_texts_stand_in_what_is_shown(before: str, after: str) -> None:
    """Without the new words it is the old text, without those that went the new one; equal texts give nothing."""
    found = word_changes(before, after)
    if before == after:
        assert found == ()
        return
    runs = [run for paragraph in found for run in paragraph]
    for text, other in ((before, Kind.NEW), (after, Kind.GONE)):
        assert "".join(run.words for run in runs if run.kind is not other).rstrip(" ") == text


@given(before=st.lists(words, max_size=4), after=st.lists(words, max_size=4))
def test_paragraphs_that_are_not_shown_are_the_same(before: list[str], after: list[str]) -> None:
    """What is left out stands in both texts."""
    found = word_changes("\n\n".join(before), "\n\n".join(after))
    assert (found == ()) == (list(filter(None, before)) == list(filter(None, after)))


# Files and outputs


def test_files_are_changed_added_or_removed() -> None:
    """By path."""
    before, after = [InputFile("a", "1"), InputFile("b", "1")], [InputFile("b", "2"), InputFile("c", "1")]
    assert changes(before, after) == (Change("a", How.REMOVED), Change("b", How.CHANGED), Change("c", How.ADDED))
    assert changes(after, after) == ()


def test_outputs_are_named_as_a_person_would() -> None:
    """The letter is left out where its parts say it; pictures are counted."""
    names = ("email.eml", "email.txt", "images/a.png", "images/b.png", "subject")
    before = [InputFile(name, "1") for name in names]
    after = [InputFile(name, "2") for name in names]
    assert output_words(differing(before, after)) == "the subject, the mail's text and 2 pictures"
    assert differing(before[:1], after[:1]) == ("email.eml",)


# Issues


def test_a_first_look_has_nothing_to_compare_with(home: App) -> None:
    """It is remembered, so that the second shows what is new."""
    assert diff_issue(home, COMING, "mei").difference is None
    again = changed(home)
    assert again.same
    assert "nothing has changed" in printed(again)
    assert diff_issue(home, COMING, "daniel").difference is None


def test_what_is_new_since_ones_last_look(home: App) -> None:
    """Words, sections, outputs and files; the next look starts from here."""
    diff_issue(home, COMING, "mei")
    edit(in_issue(home.root, "issue.md"), "subject: Two capitals", "subject: Two cities")
    edit(in_issue(home.root, "question.md"), "?", ", if at all?")
    found = changed(home)
    assert (found.before, found.seen) == ("what mei looked at", home.clock())
    assert [run.words for run in found.subject if run.kind is not Kind.SAME] == ["capitals, ", "cities, "]
    assert found.preheader == ()
    assert found.sections == ("heading", "question")
    assert found.outputs == ("subject", "email.txt", "email.html", "page.html", "terms")
    assert [change.path.rpartition("/")[2] for change in found.files] == ["issue.md", "question.md"]
    text = printed(found)
    assert text.startswith("From what mei looked at on Wed 25 Nov 21:00 Hong Kong to the files as they are now:")
    assert "Two [-capitals,-] {+cities,+} one table" in text
    assert "content/issues/2026-11-27/question.md was changed" in text
    assert "Sections of the page: heading, question" in text
    assert changed(home).same


def test_a_source_more_is_new_and_those_behind_it_are_not(home: App) -> None:
    """They bear other numbers in every text, which one quiet line tells."""
    diff_issue(home, COMING, "mei")
    edit(in_issue(home.root, "issue.md"), "points have not moved.", "points have not moved.[^pacific-pause]")
    found = changed(home)
    assert found.renumbered
    for paragraph in found.text:
        assert not [run.words for run in paragraph if run.kind is Kind.GONE], paragraph
    print(printed(found))
    assert found.sections == ("opening", "sources")
    assert "Sources are numbered anew" in printed(found)


def test_a_comment_is_a_file_that_readers_do_not_see(home: App) -> None:
    """It is named all the same."""
    diff_issue(home, COMING, "mei")
    edit(in_issue(home.root, "number.md"), "caption:", "# checked\ncaption:")
    found = changed(home)
    assert found.same
    assert "number.md was changed" in printed(found)
    assert "the same bytes as before" in printed(found)


def test_a_new_picture_and_a_section_that_went_are_named(home: App) -> None:
    """A picture by its name in the archive."""
    diff_issue(home, COMING, "mei")
    folder = in_issue(home.root, "images")
    (folder / "violin.png").write_bytes((folder / "quay.png").read_bytes())
    in_issue(home.root, "quote.md").unlink()
    found = changed(home)
    assert "quote" in found.sections
    assert {change.how for change in found.pictures} >= {How.REMOVED}
    assert Change("content/issues/2026-11-27/quote.md", How.REMOVED) in found.files


def test_what_is_new_since_the_approval(home: App) -> None:
    """Against the bytes that were signed, also when one has looked since."""
    with pytest.raises(ConfigError, match="nobody has signed"):
        diff_issue(home, COMING, "mei", Since.APPROVAL)
    sign(home, "mei")
    edit(in_issue(home.root, "question.md"), "?", ", if at all?")
    diff_issue(home, COMING, "daniel")
    found = changed(home, "daniel", Since.APPROVAL)
    assert (found.before, found.seen) == ("what mei signed", home.clock())
    assert found.sections == ("question",)
    assert diff_issue(home, COMING, "priya").difference == found


def test_who_has_not_looked_is_told(home: App) -> None:
    """Where the last look was asked for by name."""
    with pytest.raises(ConfigError, match="eve has not looked at 2026-11-27 before"):
        diff_issue(home, COMING, "eve", Since.LOOK)


def test_two_issues_beside_each_other(app: App) -> None:
    """Also in a clone, which has no database: one that was sent is read from its sent/."""
    assert SENT is not None
    found = changed(app, since=SENT)
    assert found.before == "the issue 2026-11-20 as it was sent"
    assert found.files == ()
    assert "subject" in found.outputs
    assert found.text
    assert not (app.root / "var").exists()
    with pytest.raises(NotAtHome):
        diff_issue(app, COMING, "mei")


def test_files_with_mistakes_are_told_and_not_remembered(home: App) -> None:
    """As everywhere else; there is no look at what cannot be seen."""
    in_issue(home.root, "number.md").write_text("nothing", "utf-8")
    with pytest.raises(ContentError, match=r"number\.md:1"):
        diff_issue(home, COMING, "mei")
    with open_store(home.database) as store:
        assert looks.last(store, COMING, "mei") is None


def test_long_paragraphs_are_shown_around_their_changes(home: App) -> None:
    """Unchanged words far from any change are left out."""
    diff_issue(home, COMING, "mei")
    edit(in_issue(home.root, "issue.md"), "However, the same", "However the same")
    text = " ".join(printed(changed(home)).split())
    assert "… visas rather than money as the reason. [-However,-] {+However+} the same survey holds a quieter" in text
    assert "Universities also had" not in text


def test_the_difference_as_json_is_whole(home: App) -> None:
    """For programs of one's own."""
    diff_issue(home, COMING, "mei")
    edit(in_issue(home.root, "question.md"), "?", ", if at all?")
    document = json.loads(json.dumps(as_json(changed(home))))
    assert document["same"] is False
    assert document["seen"] == "2026-11-25T13:00:00+00:00"
    assert document["sections"] == ["question"]
    assert {"kind": "new", "words": "all?"} in [
        {**run, "words": run["words"].split()[-1]} for one in document["text"] for run in one if run["words"].strip()
    ]
