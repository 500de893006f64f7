"""A blurb's file changed by a form: the body, and values of the front matter, every other byte as it was."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.saving import with_line_feeds
from newsletter.publication import frontmatter
from newsletter.publication.blurbtext import body_of, with_body, with_values
from newsletter.publication.lineends import fitted
from tests.conftest import ROOT

PAGES = sorted((ROOT / "content" / "issues" / "2026-11-27").glob("*.md"))


def said(text: str) -> Any:
    page, mistakes = frontmatter.split(with_line_feeds(text), "")
    assert mistakes == []
    return page.matter.value


def page_of(matter: str, ending: str = "\n", mark: str = "") -> str:
    return f"{mark}---\n{matter}---\nBody\n---\n".replace("\n", ending)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("---\na: b\n---\nOne\nTwo", "One\nTwo"),
        ("\ufeff---\r\na: b\r\n--- \r\nOne\r\n\r\n---\r\n", "One\n\n---\n"),
        ("---\na: b\n---", ""),
        ("---\na: b\nno end", "---\na: b\nno end"),
        ("plain\r", "plain\n"),
        ("", ""),
    ],
)
def test_the_body_is_what_stands_below_the_front_matter(text: str, body: str) -> None:
    """All of a text without front matter, so that a form loses nothing; written back, it is the same file."""
    assert body_of(text) == body
    assert with_body(text, body) == text
    assert with_body(text, body.replace("\n", "\r\n")) == text


def test_another_body_leaves_the_front_matter_and_the_line_ends() -> None:
    """A body below a fence that nothing followed gets a line of its own."""
    assert (
        with_body("\ufeff---\r\na: b # c\r\n---\r\nOld", "New\nlines\n")
        == "\ufeff---\r\na: b # c\r\n---\r\nNew\r\nlines\r\n"
    )
    assert with_body("---\na: b\n---", "New") == "---\na: b\n---\nNew"


def test_lines_that_stayed_keep_their_own_ends() -> None:
    """A file of three kinds of line end: a word changed in one line changes no end elsewhere."""
    before = "a\r\nb\nc\rd\ne"
    assert fitted(before, "a\nb\nc\nd\ne") == before
    assert fitted(before, "a\nB\nc\nd\ne") == "a\r\nB\nc\rd\ne"
    assert fitted(before, "a\nnew\nb\nc\ne\n") == "a\r\nnew\r\nb\nc\re\r\n"
    assert fitted("", "a\nb") == "a\nb"


@given(st.lists(st.sampled_from(["a", "b", "", "\ufeff", " "]), max_size=8), st.data())
def test_a_text_that_comes_back_unchanged_is_the_very_same_file(lines: list[str], data: st.DataObject) -> None:
    """As a browser sends it, with CR LF; and what comes back changed holds just the new text."""
    text = "".join(line + data.draw(st.sampled_from(["\n", "\r\n", "\r"])) for line in lines)
    shown = with_line_feeds(text)
    assert fitted(text, shown) == text
    assert fitted(text, shown.replace("\n", "\r\n")) == text
    assert with_line_feeds(fitted(text, shown + "more\n")) == shown.removeprefix("\ufeff") + "more\n"


REPLIES = """\
question: Why?
replies: # in order
  # the first
  - name: Dewi A.
    place: Rotterdam # a port
    text: >-
      My laboratory has had
      # three papers.
  # the second
  - name: 'Song Min'
    text: "Mine."
# end
"""
SONG = {"name": "Song Min", "text": "Mine."}
DEWI = {"name": "Dewi A.", "place": "Rotterdam", "text": "My laboratory has had # three papers."}

CASES: list[tuple[str, dict[str, Any], str]] = [
    ("title: A # c\n", {"title": "B"}, "title: B # c\n"),
    ("title: A # c\n", {"title": "A"}, "title: A # c\n"),
    ("title: 'A' # c\n", {"title": "It's"}, "title: 'It''s' # c\n"),
    ('title: "A"\n', {"title": 'say "B"'}, 'title: "say \\"B\\""\n'),
    ("title: A\n", {"title": "B: c"}, 'title: "B: c"\n'),
    ("title:\n", {"title": "yes"}, 'title: "yes"\n'),
    ("title:\n", {"title": "12:30"}, 'title: "12:30"\n'),
    ("title:\n", {"title": "2026-01-02"}, 'title: "2026-01-02"\n'),
    ("title:\n", {"title": "null"}, 'title: "null"\n'),
    ("title:\n", {"title": "*a"}, 'title: "*a"\n'),
    ("title:\n", {"title": "# a"}, 'title: "# a"\n'),
    ("title:\n", {"title": "- a"}, 'title: "- a"\n'),
    ("title:\n", {"title": "90"}, 'title: "90"\n'),
    ("value: 90 # c\n", {"value": "120"}, "value: 120 # c\n"),
    ("value: 90\n", {"value": "null"}, 'value: "null"\n'),
    ("as_of: 2026-11-24\n", {"as_of": "2026-11-25"}, "as_of: 2026-11-25\n"),
    ("as_of: '2026-11-24'\n", {"as_of": "2026-11-25"}, "as_of: '2026-11-25'\n"),
    ("number:\n", {"number": 7}, "number: 7\n"),
    ("url: https://a.example/\n", {"url": "https://b.example/#c"}, "url: https://b.example/#c\n"),
    ("a: b\n", {"title": "Who keeps the time?"}, "a: b\ntitle: Who keeps the time?\n"),
    ("", {"a": "b", "c": None}, "a: b\n"),
    ("# nothing yet\n", {"a": "b"}, "# nothing yet\na: b\n"),
    ("title: A\nurl: b\n", {"title": None}, "url: b\n"),
    ("title: A # c\nurl: b\n", {"title": None}, "title: # c\nurl: b\n"),
    ("# what\ntitle: A\nurl: b\n", {"title": None}, "# what\ntitle:\nurl: b\n"),
    ("title:   # c\n#  x\nurl: b\n", {"title": "A"}, "title: A   # c\n#  x\nurl: b\n"),
    ("title: >-\n  one\n  two\n\nurl: b\n", {"title": None}, "\nurl: b\n"),
    ("title: >- # c\n  one\n  two\n # d\nurl: b\n", {"title": "three"}, "title: >- # c\n  three\n # d\nurl: b\n"),
    ("title: |\n  one\n  two\nurl: b\n", {"title": "a\n\nb"}, "title: |-\n  a\n\n  b\nurl: b\n"),
    ("title: |2-\n    one\n  two\nurl: b\n", {"title": "a"}, "title: |-\n  a\nurl: b\n"),
    ("title: one\n  two # c\nurl: b\n", {"title": "a"}, "title: a # c\nurl: b\n"),
    ("title: A\n", {"title": "two\nlines"}, "title: |-\n  two\n  lines\n"),
    ("title: A\n", {"title": " two\nlines"}, 'title: " two\\nlines"\n'),
    ("title:\n  A\nurl: b\n", {"title": "B"}, "title: B\nurl: b\n"),
    ("topics: [a, 'b'] # c\n", {"topics": ["a", "d e", "x, y"]}, 'topics: [a, d e, "x, y"] # c\n'),
    ("topics:\n# such as\n", {"topics": ["a", "b"]}, "topics: [a, b]\n# such as\n"),
    ('topics: ["a # b",\n  b] # c\n', {"topics": ["a"]}, "topics: [a] # c\n"),
    ("topics: [a]\n", {"topics": []}, "topics: []\n"),
    ("topics: [a]\nb: c\n", {"topics": None}, "b: c\n"),
    ("topics:\n- a # x\n# y\n- 'b'\nb: c\n", {"topics": ["a", "m", "b"]}, "topics:\n- a # x\n- m\n# y\n- 'b'\nb: c\n"),
    ("topics:\n- a # x\n# y\n- 'b'\nb: c\n", {"topics": ["b", "a"]}, "topics:\n- 'b'\n- a # x\n# y\nb: c\n"),
    ("topics:\n- a\n# y\n- 'b'\nb: c\n", {"topics": ["a"]}, "topics:\n- a\n# y\nb: c\n"),
    ("topics: # c\n- a\n# y\n- 'b'\nb: c\n", {"topics": None}, "topics: # c\n# y\nb: c\n"),
    ("owners:\n  number: mei # c\n  quote: ada\nb: c\n",
     {"owners": {"number": "mei", "quote": "ada", "beyond-2": "no"}},
     "owners:\n  number: mei # c\n  quote: ada\n  beyond-2: \"no\"\nb: c\n"),
    ("owners:\n  number: mei # c\n  quote: ada\nb: c\n", {"owners": {"number": "ada"}},
     "owners:\n  number: ada # c\nb: c\n"),
    ("owners:\n  number: mei\nb: c\n", {"owners": None}, "b: c\n"),
    ("owners:\n", {"owners": {"number": "mei"}}, "owners:\n  number: mei\n"),
    ("lead: x\n", {"topics": [{"text": "ports", "url": "https://a.example/"}, {"text": "a: b", "url": None}]},
     'lead: x\ntopics:\n  - text: ports\n    url: https://a.example/\n  - text: "a: b"\n'),
    (REPLIES, {"replies": [{**DEWI, "place": "Delft"}, SONG]}, REPLIES.replace("Rotterdam", "Delft")),
    (REPLIES, {"replies": [DEWI, {**SONG, "place": "Hull"}]},
     REPLIES.replace('"Mine."\n', '"Mine."\n    place: Hull\n')),
    (REPLIES, {"replies": [DEWI]}, REPLIES.replace("  - name: 'Song Min'\n    text: \"Mine.\"\n", "")),
    (REPLIES, {"replies": [DEWI, SONG, {"name": "Al", "text": "No."}]},
     REPLIES.replace("# end", "  - name: Al\n    text: No.\n# end")),
    (REPLIES, {"replies": [{**DEWI, "text": "Short."}, SONG]},
     REPLIES.replace("      My laboratory has had\n      # three papers.\n", "      Short.\n")),
    (REPLIES, {"replies": None, "question": "When?"},
     "question: When?\nreplies: # in order\n  # the first\n  # the second\n# end\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "values", "after"), CASES)
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_values_are_written_as_the_file_is(
    before: str, values: dict[str, Any], after: str, ending: str, mark: str
) -> None:
    """Comments, order, quoting, line ends and the mark at the beginning stay; written again, it is the same."""
    text, changed = page_of(before, ending, mark), page_of(after, ending, mark)
    assert with_values(text, values) == changed
    assert with_values(changed, values) == changed


@pytest.mark.parametrize(
    ("matter", "values"),
    [
        ("{title: a}\n", {"title": "b"}),
        ("- a\n", {"title": "b"}),
        ("'\n", {"title": "b"}),
        ("title: a\ntitle: b\n", {"title": "c"}),
        ("title: &a b\n", {"title": "c"}),
        ("topics: [a, # c\n  b]\n", {"topics": ["a"]}),
        ('topics: ["a # b", # c\n  b]\n', {"topics": ["a"]}),
        ("image:\n  file: a # c\n", {"image": "b"}),
    ],
)
def test_what_cannot_be_changed_without_loss_is_left(matter: str, values: dict[str, Any]) -> None:
    """Nothing is guessed, and no comment dropped: somebody writes it by hand."""
    assert with_values(page_of(matter), values) is None
    assert with_values(matter, values) is None


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_form_that_is_sent_back_as_it_was_changes_no_byte(path: Any) -> None:
    """Every file of the sample issue, all its values given again."""
    text = path.read_text("utf-8")
    assert with_values(text, said(text)) == text
    assert with_body(text, body_of(text).replace("\n", "\r\n")) == text


def test_a_long_line_is_folded_as_the_sample_does() -> None:
    """Beyond 120 columns, or where it was folded before; it reads as the one line that it is."""
    long = "word " * 60 + "end"
    after = with_values(page_of("summary: >-\n  old words\nurl: b\n"), {"summary": long, "caption": long})
    assert after is not None
    assert after.count(">-\n") == 2
    assert max(map(len, after.split("\n"))) <= 120
    assert said(after) == {"summary": long, "url": "b", "caption": long}


ODD = st.one_of(
    st.sampled_from(
        ["yes", "~", "null", "12:30", "2026-01-02", "- a", "a: b", "a #b", "'", '"', "---", "...", "? a", "%"]
    ),
    st.text(st.sampled_from("ab \n\t:#-'\"[]{}>|&*!%@`,?\\\ufeff\u00a0\u2028\u0085\r\0é漢😀"), max_size=12),
    st.text(max_size=12),
    st.text("ab ", min_size=100, max_size=160),
)
TEXTS = ODD.filter(lambda text: text.isprintable() or not re.search("[\ud800-\udfff]", text))
KEYS = st.sampled_from(["title", "topics", "replies", "url", "new", "no"])
GIVEN = st.one_of(
    st.none(),
    TEXTS,
    st.integers(),
    st.lists(TEXTS, max_size=4),
    st.lists(st.dictionaries(KEYS, TEXTS, min_size=1, max_size=3), max_size=4),
    st.dictionaries(KEYS, TEXTS, max_size=3),
)
MATTERS = [
    "title: A # c\ntopics: [a, b] # c\nreplies:\n"
    "  - title: x # c\n    url: >-\n      y\n  # c\n  - title: 'z'\nurl: b # c\n",
    "# c\ntitle: |\n  A\n\n  B\n\ntopics:\n- a\n- 'b'\n# c\nreplies: # c\nurl: >\n  b\n # c\n",
    "url: {title: a, no: b} # c\ntitle: 'A\n\n  b'\ntopics:\n  -\n  - b\n  -   a\n\nreplies:\n# c\n  -\n    title: a\n",
]


def expected(value: Any) -> Any:
    match value:
        case None | str():
            return value
        case dict():
            return {key: expected(inner) for key, inner in value.items() if inner is not None}
        case list():
            return [expected(inner) for inner in value]
        case _:
            return str(value)


@given(st.sampled_from(MATTERS), st.dictionaries(KEYS, GIVEN, max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_whatever_is_written_is_read_back(matter: str, values: dict[str, Any], ending: str) -> None:
    """Odd texts, lists and groups: it is there, all else is as before, comments too, and twice is the same as once."""
    text = page_of(matter, ending)
    before, after = said(text), with_values(text, values)
    if after is None:
        assert any(isinstance(value, dict | list) for key in values for value in (values[key], before.get(key)))
        return
    now = said(after)
    for key in {*before, *values}:
        wanted = values[key] if key in values else before.get(key)
        assert expected(now.get(key)) == expected(wanted)
    assert body_of(after) == body_of(text)
    kept = [line for line in with_line_feeds(matter).split("\n") if line.lstrip().startswith("#")]
    assert [line for line in with_line_feeds(after).split("\n") if line in kept] == kept
    assert with_values(after, values) == after


@given(st.dictionaries(KEYS, GIVEN, max_size=4))
def test_a_new_file_takes_any_values(values: dict[str, Any]) -> None:
    """Nothing that can be typed stands in the way where nothing was written before."""
    after = with_values("---\n---\n", values)
    assert after is not None
    assert expected(said(after) or {}) == expected(values)
