"""The form of a section: it shows what the file says; what is filled in stands in the file; nothing else changes."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.desk.sectionform import (
    Field,
    SectionForm,
    fields_of,
    filled_values,
    read_form,
    sent_form,
    with_row,
    without_row,
)
from newsletter.desk.sectionmistakes import told
from newsletter.desk.sectiontext import kind_in, with_form
from newsletter.edit.open import blurb_of, files_of
from newsletter.model.errors import Mistake
from newsletter.model.issue import IssueId, IssueNumber
from newsletter.model.kinds import KINDS
from newsletter.publication import schedule as schedules
from newsletter.publication.folder import Folder
from newsletter.publication.schedule import Schedule
from tests.conftest import ROOT

ISSUE = "content/issues/2026-11-27"
SAMPLES = sorted(path for path in (ROOT / "content/issues").glob("*/*.md"))


def schedule() -> Schedule:
    found = schedules.read(Folder(ROOT))[0]
    assert found is not None
    return found


def kind_of_sample(path: Path) -> str:
    kind = kind_in(path.read_text("utf-8"), "opening" if path.name == "issue.md" else path.stem)
    assert kind is not None
    return kind


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_of_a_kind_stands_in_its_form(kind: str) -> None:
    """With a label and with words that say what to write; what every section may have stands around it."""
    shown = fields_of(kind)
    keys = [one.key for one in shown]
    shape: type = KINDS[kind]
    assert {one.name for one in fields(shape)} <= set(keys)
    assert len(set(keys)) == len(keys)
    assert all(one.label and one.hint for one in shown)
    assert ("heading" in keys) == (kind not in {"opening", "catchup"})
    assert {"subject", "preheader", "topics"} <= set(keys) if kind == "opening" else "items" in keys


def test_the_shape_of_each_field_is_that_of_its_type() -> None:
    """A date is asked for as a date, a person as one of those there are, a list of groups as rows."""
    number = {one.key: one.shape for one in fields_of("number")}
    assert number | {"value": "line", "context": "long", "source": "item", "as_of": "date", "items": "items"} == number
    assert {one.key: one.shape for one in fields_of("insight")} | {"url": "url", "author": "person"} == {
        one.key: one.shape for one in fields_of("insight")
    }
    assert next(one for one in fields_of("video") if one.key == "thumbnail").shape == "picture"
    rows = next(one for one in fields_of("replies") if one.key == "replies")
    assert (rows.shape, [(one.key, one.shape, one.must) for one in rows.inner]) == (
        "rows",
        [("name", "line", True), ("place", "line", False), ("text", "long", True)],
    )


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_form_sent_as_it_was_shown_changes_no_byte(path: Path) -> None:
    """Whatever a browser sends back of what it was shown is the same file."""
    before = path.read_text("utf-8")
    form = read_form(before, kind_of_sample(path))
    assert form is not None
    sent = sent_form(form.kind, dict(browser_fields(form)), chosen(form), form.body)
    assert with_form(before, sent) == before


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_new_section_has_an_empty_form(kind: str) -> None:
    """The file that `open` makes is shown as a form in which nothing stands but what `open` wrote."""
    files = files_of(schedule(), IssueId(date(2026, 12, 4)), IssueNumber(129))
    form = read_form(files["issue.md"] if kind == "opening" else blurb_of(schedule(), kind), kind)
    assert form is not None
    values = {key: value for key, value in filled_values(form).items() if value}
    assert set(values) == ({"subject", "preheader"} if kind == "opening" else set())


WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
LINES = st.lists(WORDS, min_size=0, max_size=5).map(" ".join)


def answers(field: Field) -> st.SearchStrategy[object]:
    match field.shape:
        case "rows":
            row = st.fixed_dictionaries({inner.key: LINES for inner in field.inner})
            return st.lists(row, max_size=3)
        case "picture":
            words = st.fixed_dictionaries({inner.key: LINES for inner in field.inner})
            return st.one_of(st.just({}), words)
        case "items":
            return st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), max_size=3, unique=True)
        case "lines":
            return st.lists(LINES.filter(bool), max_size=3)
        case _:
            return LINES


def typed(kind: str, said: dict[str, object], body: str) -> SectionForm:
    """The form in which somebody has typed this."""
    sent: dict[str, str] = {}
    items: list[str] = []
    for field in fields_of(kind):
        value = said[field.key]
        if isinstance(value, str):
            sent[f"f-{field.key}"] = value
        elif isinstance(value, dict):
            sent |= {f"f-{field.key}-{key}": inner for key, inner in value.items()}
        elif field.shape == "items" and isinstance(value, list):
            items = value
        elif field.shape == "lines" and isinstance(value, list):
            sent[f"f-{field.key}"] = "\r\n".join(value)
        elif isinstance(value, list):
            sent |= {f"f-{field.key}-{at}-{key}": inner for at, row in enumerate(value) for key, inner in row.items()}
    return sent_form(kind, sent, items, body)


@given(st.data())
def test_what_is_filled_in_is_what_the_file_says(data: st.DataObject) -> None:
    """Fields to text and back: whatever is typed stands in the form that the written file is shown with."""
    kind = data.draw(st.sampled_from(sorted(KINDS)))
    said = data.draw(st.fixed_dictionaries({field.key: answers(field) for field in fields_of(kind)}))
    body = data.draw(st.lists(LINES, max_size=4).map("\n".join))
    files = files_of(schedule(), IssueId(date(2026, 12, 4)), IssueNumber(129))
    before = files["issue.md"] if kind == "opening" else blurb_of(schedule(), kind)
    form = typed(kind, said, body)
    after = with_form(before, form)
    assert after is not None
    again = read_form(after, kind)
    assert again is not None
    assert filled_values(again) == filled_values(form)
    assert again.body.rstrip("\n") == body.rstrip("\n")
    assert with_form(after, form) == after


def test_comments_and_the_rest_of_a_file_stay() -> None:
    """One value changed is one line changed."""
    before = "---\n# every issue has it\nvalue: 90 # checked\ncaption: d\nsource: joint\nas_of: 2026-11-24\n---\nA.\n"
    form = read_form(before, "number")
    assert form is not None
    sent = dict(browser_fields(form)) | {"f-value": "91"}
    after = with_form(before, sent_form("number", sent, chosen(form), form.body))
    assert after is not None
    assert "# every issue has it" in after
    assert "# checked" in after
    changed = [new for old, new in zip(before.split("\n"), after.split("\n"), strict=True) if old != new]
    assert len(changed) == 1
    assert "91" in changed[0]


@pytest.mark.parametrize(
    "text",
    [
        "no front matter\n",
        "---\ntitle: [a, b]\n---\n",
        "---\ntitle: {a: b}\n---\n",
        "---\ntitle: 'open\n---\n",
        "---\n- a\n---\n",
    ],
)
def test_a_file_that_no_form_can_show_is_none(text: str) -> None:
    """Nothing of it would be lost by a form that has no place for it: such a file is shown whole."""
    assert read_form(text, "note") is None


def test_mistakes_stand_beside_the_fields_they_are_about() -> None:
    """By the line that they name and the key in their words; those of the body say which of its lines."""
    path = f"{ISSUE}/replies.md"
    text = "---\nquestion: Why?\nreplies:\n  - name: A.\n    text: Yes.\n  - name: B.\n    odd: c\n---\nOne.\nTwo.\n"
    form = typed_as_read(text.replace("    odd: c\n", ""), "replies")
    mistakes = [
        Mistake(path, 6, "`text` is missing", "add a line such as ..."),
        Mistake(path, 2, "`question` is empty", "write a text"),
        Mistake(path, 10, "the mark [^x] names nothing", "mend it"),
        Mistake(path, 7, "`odd` is not a key that is known here", "remove it"),
        Mistake(f"{ISSUE}/issue.md", 3, "the date is wrong", "write another"),
    ]
    form = told(form, mistakes, text, path)
    said = {one.name: one.errors for one in form.inputs if one.errors}
    rows = next(one for one in form.inputs if one.field.key == "replies").rows
    assert said["f-question"] == ("Is empty; write a text.",)
    assert next(one for one in rows[1] if one.field.key == "text").errors == ("This cannot stay empty.",)
    assert form.body_errors == ("Line 2: The mark [^x] names nothing; mend it.",)
    assert form.errors == (f"{ISSUE}/issue.md:3: The date is wrong; write another.",)
    assert form.is_wrong


def test_rows_are_added_and_taken_out_by_buttons() -> None:
    """A row is added at the end; the one that is taken out leaves the others as they were."""
    form = typed_as_read("---\nlead: See\ntopics:\n  - text: a\n    url: u\n  - text: b\n    url: v\n---\n", "catchup")
    more = with_row(form, "topics")
    assert [len(one.rows) for one in more.inputs if one.field.key == "topics"] == [3]
    less = without_row(more, "topics", 0)
    rows = next(one for one in less.inputs if one.field.key == "topics").rows
    assert [row[0].value for row in rows] == ["b", ""]
    assert [row[0].name for row in rows] == ["f-topics-0-text", "f-topics-1-text"]
    assert filled_values(less)["topics"] == [{"text": "b", "url": "v"}]


def typed_as_read(text: str, kind: str) -> SectionForm:
    form = read_form(text, kind)
    assert form is not None
    return form


def chosen(form: SectionForm) -> tuple[str, ...]:
    return next((one.values for one in form.inputs if one.field.shape == "items"), ())


def browser_fields(form: SectionForm) -> list[tuple[str, str]]:
    """The fields of the form as a browser sends them."""
    found = []
    for one in form.inputs:
        if one.field.shape in ("rows", "picture"):
            found += [(inner.name, inner.value) for row in (*one.rows, one.parts) for inner in row]
            found += [(f"{one.name}-file", one.file)] if one.field.shape == "picture" else []
        elif one.field.shape != "items":
            found.append((one.name, one.value.replace("\n", "\r\n")))
    return found
