"""Signs that have lost their partner, Markdown that shows as it was typed, and words typed twice."""

from __future__ import annotations

from pathlib import Path

from newsletter.check import markup_slips, repeated
from newsletter.model.finding import Severity
from newsletter.publication.folder import issue_ids
from tests.checking import inspected
from tests.conftest import opened
from tests.slips import by_paragraph, found, looked_at


def test_no_issue_of_the_sample_has_a_slip(pristine: Path) -> None:
    """Neither in its markup nor in doubled words."""
    app = opened(pristine)
    for issue in issue_ids(pristine):
        looked = inspected(app, issue=str(issue))
        assert found(markup_slips.CHECK, looked) + found(repeated.CHECK, looked) == []


def test_signs_without_a_partner_are_told(publication: Path) -> None:
    """With the words they stand before; so that a waiver is for this place."""
    told = {
        "The port (and the canal is open.": ["(and the canal is open."],
        "The port) and the canal are open.": ["The port) and the canal are open."],
        "The port [and (the canal] is) open.": ["(the canal] is) open."],
        'She said, "We will see, and went home.': ['"We will see, and went home.'],
        "She said, “We will see, and went home.": ["“We will see, and went home."],
        "She said, We will see,” and went home.": ["She said, We will see,”"],
    }
    assert by_paragraph(markup_slips.CHECK, publication, told, "unbalanced") == told


def test_signs_that_need_no_partner_are_left_alone(publication: Path) -> None:
    """Lists in a sentence, apostrophes, inches, smileys, and a long quotation that opens at each paragraph."""
    passing = [
        "It wants a) a port, b) a canal and 3) time.",
        "The readers' answers, the '90s and rock 'n' roll don't matter.",
        'A screen of 24" is enough; (so they say) and "so we do" [here].',
        "All is well :-) and so on ;)",
        "“The first paragraph of a long quotation stays open.",
        "“The second one closes it.”",
        "„So“ is German, «so» French, 《这样》 Chinese.",
        "A bracket \\( that is meant.",
        "The `(` opens.",
    ]
    assert by_paragraph(markup_slips.CHECK, publication, passing) == {one: [] for one in passing}


def test_markdown_that_shows_as_it_was_typed_is_told(publication: Path) -> None:
    """What is almost a link, a mark, an emphasis, a heading or a list; once for each place."""
    told = {
        "See [the map] (https://example.org/map) now.": ["[the map] (https://example.org/map)"],
        "See [the map](https://example.org/map now.": ["[the map](https://example.org/map"],
        "See [the map][map] now.": ["[the map][map]"],
        "See the map](https://example.org/m) now.": ["map](https://example.org/m)"],
        "So it says.[ ^joint-readout]": ["[ ^joint-readout]"],
        "So it says.(^joint-readout)": ["(^joint-readout)"],
        "It is **very ** late.": ["**very **"],
        "It is *very late.": ["It is *very late."],
        "It is _very late.": ["It is _very late."],
        "It is `very late.": ["It is `very late."],
        "It is at https://example.org/map now.": ["https://example.org/map"],
        "#Ports": ["#Ports"],
        "Three ports are open:\n- one\n- two": ["- one"],
        "Three ports are open\n1. one\n2. two": [],
        "Three ports are open,\n1. one\n1. two": ["1. one"],
    }
    assert by_paragraph(markup_slips.CHECK, publication, told, "malformed-markdown") == told


def test_markdown_that_is_right_is_left_alone(publication: Path) -> None:
    """And so are stars and underscores that mean themselves."""
    passing = [
        'It is **very** *late*, see [the map](https://example.org/map_(new) "The map") and <https://example.org>.',
        "# Ports",
        "Five \\*stars\\*, 3 * 4 * 5, from 90 dollars*.",
        "The file snake_case_name.txt and @an_account_.",
        "He left the room\n- and the country - at once.",
        "So it says.[^joint-readout]",
        "- one\n- two\n- three",
        "[the map]",
        "[The map][map] is here.\n\n[map]: https://example.org/map",
        "Write `**bold**` and `[words](address)`.",
    ]
    told = by_paragraph(markup_slips.CHECK, publication, passing, "malformed-markdown")
    assert told == {one: [] for one in passing} | {passing[0]: ["https://example.org"]}


def test_a_front_matter_knows_no_markdown(publication: Path) -> None:
    """Its signs would be shown, and the finding says so."""
    question = '---\nquestion: "Is a *long* pause, [^joint-readout] still a pause?"\n---\n'
    told = found(markup_slips.CHECK, looked_at(publication, {"question.md": question}), "question")
    assert [(one.words, one.spot.line) for one in told] == [("[^joint-readout]", 2), ("*long*", 2)]
    assert "a front matter knows no Markdown" in told[1].what
    assert {one.severity for one in told} == {Severity.WARN}


def test_words_typed_twice_are_told(publication: Path) -> None:
    """Also across a line break, an emphasis, a link and a mark."""
    told = {
        "It is the the port.": ["the the"],
        "It is the\nthe port.": ["the the"],
        "It is the *the* port.": ["the the"],
        "It is [the port](https://example.org/p) port.": ["port port"],
        "The the port.": ["The the"],
        "It says so[^joint-readout] so and it it ends.": ["it it"],
        "At the end of the of the day.": ["of the of the"],
    }
    assert by_paragraph(repeated.CHECK, publication, told) == told


def test_doubled_words_that_are_meant_are_left_alone(publication: Path) -> None:
    """Grammar, names, Chinese, and what punctuation parts."""
    passing = [
        "All that he had had was that that he knew; what it is is known.",
        "Pago Pago and Walla Walla; New York, New York.",
        "He came, came again, and was very very late.",
        "人人都看看天天。",
        "It ended. Ended it was.",
        "A year-on-year year of 20 20 vision.",
    ]
    assert by_paragraph(repeated.CHECK, publication, passing) == {one: [] for one in passing}
