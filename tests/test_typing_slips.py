"""Spaces, dashes and quotation marks: trifles, told as notes, and mended without touching anything else."""

from __future__ import annotations

from pathlib import Path

from newsletter.actions.app import read_issue
from newsletter.check.inspected import Inspected
from newsletter.check.typing import CHECK
from newsletter.edit.fixes import fixed
from newsletter.model.finding import Finding, Severity
from newsletter.publication.folder import issue_ids
from tests.checking import inspected
from tests.conftest import ISSUE, opened
from tests.slips import by_paragraph, found, looked_at

BODY = """\
Two  ports , one canal -- and ships - many of them- wait.[^joint-readout]  So it is.
It was “said" so, and\u00a0it is\u200b said again. A line that breaks,
and one  \nthat was asked to. `code  here , too` and [a map](https://example.org/a%20b "two  spaces , here").

- a list,  with a gap
1.  a number's own gap
"""
NOTE = f"---\n# a comment ,  as one likes\ntitle: Two  words , more # a comment ,  here\n---\n{BODY}"


def mended(publication: Path, note: str) -> tuple[str, list[Finding], Inspected]:
    issue = looked_at(publication, {"note.md": note})
    told = found(CHECK, issue, "note")
    return fixed(note, [one.fix for one in told if one.fix]), told, issue


def test_no_issue_of_the_sample_is_told_anything(pristine: Path) -> None:
    """It is typed as it should be."""
    app = opened(pristine)
    for issue in issue_ids(pristine):
        assert found(CHECK, inspected(app, issue=str(issue))) == []


def test_slips_are_mended_and_nothing_else(publication: Path) -> None:
    """Keys, comments, code, addresses, titles of links, list signs and asked-for breaks stay."""
    new, told, _ = mended(publication, NOTE)
    assert new == (
        "---\n# a comment ,  as one likes\ntitle: Two words, more # a comment ,  here\n---\n"
        "Two ports, one canal—and ships—many of them- wait.[^joint-readout] So it is.\n"
        'It was "said" so, and it is said again. A line that breaks,\n'
        "and one  \nthat was asked to. "
        '`code  here , too` and [a map](https://example.org/a%20b "two  spaces , here").\n'
        "\n- a list, with a gap\n1.  a number's own gap\n"
    )
    assert {one.severity for one in told} == {Severity.NOTE}
    again, _, _ = mended(publication, new)
    assert again == new


def test_mending_changes_no_word(publication: Path) -> None:
    """Links, marks and all words are read as before."""
    new, _, before = mended(publication, NOTE)
    after = looked_at(publication, {"note.md": new})

    def read(issue: Inspected) -> list[tuple[str, list[str], tuple[str, ...]]]:
        return [
            ("".join(c for c in one.text if c.isalnum()), [link.url for link in one.links], one.leans)
            for one in issue.wordings
        ]

    assert read(after) == read(before)


def test_trailing_spaces_that_break_no_line_are_deleted(publication: Path) -> None:
    """One space, or any at the end of a paragraph; two within one are a break."""
    new, _, _ = mended(publication, "---\ntitle: Ends\n---\nOne \ntwo  \nthree   \n\nfour  \n")
    assert new == "---\ntitle: Ends\n---\nOne\ntwo  \nthree\n\nfour\n"


def test_a_missing_last_line_end_is_added(publication: Path) -> None:
    """It is told of the file, and cannot be waived."""
    new, told, _ = mended(publication, "---\ntitle: Ends\n---\nThe end.")
    assert new.endswith("The end.\n")
    assert [(one.rule, one.words) for one in told] == [("no-final-newline", "")]


def test_what_is_meant_is_left_alone(publication: Path) -> None:
    """Sums, ranges, figures with their unit, pictures joined of several, signs of Markdown."""
    passing = [
        "8 - 14 and 3 -- 4, well-known; a -5 day.",
        "It took 12\u00a0tonnes and 5\u202f%.",
        "A family \U0001f468\u200d\U0001f469\u200d\U0001f467 and \u0915\u094d\u200d\u0937.",
        "Wait ... or .NET, and so on :-)",
        ">  a quotation",
        "\"Straight\" and 'so', don't.",
        "“Curly” and ‘so’, don’t.",
    ]
    assert by_paragraph(CHECK, publication, passing) == {one: [] for one in passing}


def test_a_fix_is_offered_only_where_readers_see_the_same(publication: Path) -> None:
    """A curly mark that faces the wrong way is told, and left to a person; so is one in a front matter."""
    note = '---\ntitle: It’s what\'s said\n---\nIt is ”so" and "so".\n'
    _, told, _ = mended(publication, note)
    assert [(one.rule, one.words, one.fix) for one in told] == [
        ("mixed-quotes", "It’s", None),
        ("mixed-quotes", '”so"', None),
    ]


def test_one_house_writes_us_in_one_way(publication: Path) -> None:
    """What stands there less often is told; quotations, sums of money and titles are not ours."""
    paragraphs = [
        "The U.S. side and the U.S. ports.",
        "The US side.",
        'US$5 and "the US side", she said.',
    ]
    told = by_paragraph(CHECK, publication, paragraphs, "mixed-stops")
    assert list(told.values()) == [[], ["US"], []]


def test_other_languages_keep_their_own_spaces(publication: Path) -> None:
    """French puts a space before some marks; Chinese has no spaced dash."""
    folder = publication / "content" / "issues" / ISSUE
    issue = (folder / "issue.md").read_text("utf-8").replace("number: 128", "number: 128\nlanguage: fr", 1)
    note = "---\ntitle: Voila\n---\nQui sait\u00a0? Moi , un peu ; toi - non.\n"
    frame = publication / "templates" / "frame"
    if not (frame / "fr.yaml").exists():
        frame.mkdir(parents=True, exist_ok=True)
        english = next((Path(__file__).parents[1] / "templates" / "frame").glob("en*"))
        (frame / english.name.replace("en", "fr", 1)).write_text(english.read_text("utf-8"), "utf-8")
    told = found(CHECK, looked_at(publication, {"issue.md": issue, "note.md": note}), "note")
    assert [(one.rule, one.fix.new if one.fix else None) for one in told] == [("hyphen-as-dash", " – ")]
    assert read_issue(opened(publication), inspected(opened(publication)).draft.issue).draft.language == "fr"
