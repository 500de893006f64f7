"""The form of a section: what its file says as fields that can be filled in, and what was filled in as its file. Pure.

The fields are those of the section's kind (`model.kinds`) with the few that every front matter may hold. Each input has
the name "f-" and the way to its value: "f-title", "f-topics-0-url", "f-image-alt".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, TypeAlias, get_args, get_origin, get_type_hints

from newsletter.model.kinds import HEADLESS, KINDS, Picture, Refers, Voice
from newsletter.model.shape import Day, EmailAddress, Url
from newsletter.publication import frontmatter
from newsletter.publication.issuefiles import IssueMatter
from newsletter.publication.yamlfile import Value

# What a value of a form is: a line, the lines of a list, the rows of a list of groups, a picture's words.
Row: TypeAlias = "dict[str, str]"
Filled: TypeAlias = "str | list[str] | list[Row] | Row"

_LABELS = {
    "alt": "What it shows",
    "as_of": "True on",
    "deadline": "Answers until",
    "items": "Leans on",
    "licence": "Licence",
    "preheader": "Preheader",
    "reply_to": "Answers go to",
    "replies": "Answers",
    "right": "What is right",
    "sign_off": "Sign-off",
    "thumbnail": "Still",
    "url": "Address",
    "wrong": "What was wrong",
}
_LONG = {"context", "summary", "question", "promise", "wrong", "right", "preheader"}  # lines that are sentences
_SHARED = {  # of a front matter whatever the kind: what to write, and an example
    "subject": ("the subject line, 30 to 60 characters", "Two capitals, one table"),
    "preheader": ("the hidden first line that inboxes preview, 60 to 110 characters", "A calendar instead of a text"),
    "heading": ("instead of the usual heading", "The number that would not move"),
    "items": ("items of this issue that it leans on without a mark in the text", "joint-readout"),
    "topics": ("what the archive lists the issue under, one a line", "trade"),
}
# The keys of a front matter that stand before the kind's own fields in the form, and behind.
_MATTER: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {"opening": (("subject", "preheader"), ("topics",))}
_USUAL: tuple[tuple[str, ...], tuple[str, ...]] = ((), ("items",))
_MOST_ROWS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a kind, as a form shows it."""

    key: str
    label: str
    hint: str  # what to write there, a clause with a capital
    example: str  # that would be accepted; "" for a group
    shape: str  # line, long, url, email, date, person, item, lines, items, rows, picture
    must: bool
    inner: tuple[Field, ...] = ()  # of a group


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """A field with what stands in it."""

    field: Field
    name: str
    value: str = ""
    values: tuple[str, ...] = ()  # of items: those chosen
    rows: tuple[tuple[Input, ...], ...] = ()  # of rows, each with its inputs
    parts: tuple[Input, ...] = ()  # of a picture: its words
    file: str = ""  # of a picture: the one in images/ that is shown; "" for none
    errors: tuple[str, ...] = ()  # what is wrong with it, sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionForm:
    """The whole form of one section."""

    kind: str
    inputs: tuple[Input, ...]
    body: str
    body_errors: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()  # what is wrong and stands in no field of the form

    @property
    def is_wrong(self) -> bool:
        """Whether anything is told to be wrong."""
        return bool(self.errors or self.body_errors or any(_wrong(one) for one in self.inputs))


def _wrong(one: Input) -> bool:
    return bool(one.errors) or any(_wrong(inner) for row in (*one.rows, one.parts) for inner in row)


@lru_cache(maxsize=64)
def fields_of(kind: str) -> tuple[Field, ...]:
    """The fields of a kind in the order of the form: what every section may have around them."""
    own = _of(KINDS[kind])
    before, behind = _MATTER.get(kind, _USUAL)
    if kind not in HEADLESS:
        behind = ("heading", *behind)
    must = {one.name for one in fields(IssueMatter) if one.name in ("subject", "preheader")}
    return (
        *(_shared(key, must=key in must) for key in before),
        *own,
        *(_shared(key, must=False) for key in behind),
    )


def _shared(key: str, must: bool) -> Field:
    hint, example = _SHARED[key]
    shape = {"items": "items", "topics": "lines"}.get(key, "long" if key in _LONG else "line")
    return Field(key=key, label=label(key), hint=_sentence(hint), example=example, shape=shape, must=must)


def _of(shape: Any) -> tuple[Field, ...]:
    hints = get_type_hints(shape, include_extras=True)
    return tuple(_field(one, hints[one.name]) for one in fields(shape))


def _field(one: Any, hint: Any) -> Field:
    must = type(None) not in get_args(hint)
    bare = hint if must else next(inner for inner in get_args(hint) if inner is not type(None))
    group = next((inner for inner in (bare, *get_args(bare)) if isinstance(inner, type) and is_dataclass(inner)), None)
    return Field(
        key=one.name,
        label=label(one.name),
        hint=_sentence(one.metadata["about"]),
        example="" if group else one.metadata["example"],
        shape=_shape(one.name, bare, group),
        must=must,
        inner=_of(group) if group else (),
    )


def _shape(key: str, hint: Any, group: Any) -> str:
    if group is Picture:
        return "picture"
    if group is not None:
        return "rows"
    marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    if refers := next((mark for mark in marks if isinstance(mark, Refers)), None):
        return refers.to
    named = {get_args(known)[1]: name for known, name in ((Url, "url"), (EmailAddress, "email"), (Day, "date"))}
    if found := next((named[mark] for mark in marks if mark in named), None):
        return found
    return "long" if key in _LONG or Voice.QUOTED in marks else "line"


def label(key: str) -> str:
    """What a field of a section is called on its form."""
    return _LABELS.get(key) or key.replace("_", " ").capitalize()


def _sentence(clause: str) -> str:
    return f"{clause[:1].upper()}{clause[1:]}"


def read_form(text: str, kind: str) -> SectionForm | None:
    """The form of a section as its file says it.

    None where the file says what the form has no place for: its front matter cannot be read, or a group stands where a
    line is expected. Such a file is shown whole.
    """
    page, mistakes = frontmatter.split(text, "")
    value = page.matter.value
    if mistakes or not isinstance(value, dict):
        return None
    try:
        inputs = tuple(_filled(one, f"f-{one.key}", value.get(one.key)) for one in fields_of(kind))
    except _NoPlace:
        return None
    return SectionForm(kind=kind, inputs=inputs, body=page.body)


class _NoPlace(Exception):
    """A value of another shape than the form's."""


def _filled(field: Field, name: str, value: Value) -> Input:
    match field.shape:
        case "rows":
            rows = tuple(
                tuple(
                    _filled(inner, f"{name}-{at}-{inner.key}", _group(row, field).get(inner.key))
                    for inner in field.inner
                )
                for at, row in enumerate(_entries(value))
            )
            return Input(field=field, name=name, rows=rows)
        case "picture":
            group = _group(value, field)
            words = [inner for inner in field.inner if inner.key != "file"]
            parts = tuple(_filled(inner, f"{name}-{inner.key}", group.get(inner.key)) for inner in words)
            return Input(field=field, name=name, parts=parts, file=_line(group.get("file")))
        case "items":
            return Input(field=field, name=name, values=tuple(_line(one) for one in _entries(value)))
        case "lines":
            lines = (_line(one) for one in _entries(value))
            return Input(field=field, name=name, value="\n".join(one for one in lines if one))
        case _:
            return Input(field=field, name=name, value=_line(value))


def _entries(value: Value) -> list[Value]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _NoPlace
    return value


def _group(value: Value, field: Field) -> dict[str, Value]:
    if value is None:
        return {}
    if not isinstance(value, dict) or set(value) - {inner.key for inner in field.inner}:
        raise _NoPlace
    return value


def _line(value: Value) -> str:
    """A value as one line, as its type reads it: line feeds of a folded text are spaces."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _NoPlace
    return " ".join(value.split("\n")).strip(" \t")


def sent_form(kind: str, sent: Mapping[str, str], chosen: Iterable[str], body: str) -> SectionForm:
    """The form as somebody sent it. `chosen`: the items that are ticked; rows keep their order, their numbers may have
    gaps."""
    inputs = tuple(_sent(one, f"f-{one.key}", sent, tuple(chosen)) for one in fields_of(kind))
    return SectionForm(kind=kind, inputs=inputs, body=body)


def _sent(field: Field, name: str, sent: Mapping[str, str], chosen: tuple[str, ...]) -> Input:
    match field.shape:
        case "rows":
            numbers = _numbers(name, sent)
            rows = [
                tuple(_sent(inner, f"{name}-{at}-{inner.key}", sent, ()) for inner in field.inner) for at in numbers
            ]
            return Input(field=field, name=name, rows=tuple(rows))
        case "picture":
            words = [inner for inner in field.inner if inner.key != "file"]
            parts = tuple(_sent(inner, f"{name}-{inner.key}", sent, ()) for inner in words)
            return Input(field=field, name=name, parts=parts, file=_typed(sent, f"{name}-file"))
        case "items":
            return Input(field=field, name=name, values=tuple(dict.fromkeys(one for one in chosen if one)))
        case "lines":
            lines = (one.strip(" \t") for one in re.split("\r\n|\r|\n", sent.get(name, "")))
            return Input(field=field, name=name, value="\n".join(one for one in lines if one))
        case _:
            return Input(field=field, name=name, value=_typed(sent, name))


def _typed(sent: Mapping[str, str], name: str) -> str:
    return " ".join(sent.get(name, "").split("\r\n")).replace("\n", " ").strip(" \t\r")


def _numbers(name: str, sent: Mapping[str, str]) -> list[int]:
    row = re.compile(rf"{re.escape(name)}-(\d{{1,4}})-[a-z_]+")
    return sorted({int(found[1]) for one in sent if (found := row.fullmatch(one))})[:_MOST_ROWS]


def filled_values(form: SectionForm) -> dict[str, Filled]:
    """What a form says, by the keys of the front matter; empty rows and empty lines left out."""
    return {one.field.key: _value(one) for one in form.inputs}


def _value(one: Input) -> Filled:
    match one.field.shape:
        case "rows":
            rows = [{inner.field.key: inner.value for inner in row if inner.value} for row in one.rows]
            return [row for row in rows if row]
        case "picture":
            words = {inner.field.key: inner.value for inner in one.parts}
            return {"file": one.file, **words} if one.file or any(words.values()) else {}
        case "items":
            return list(one.values)
        case "lines":
            return one.value.split("\n") if one.value else []
        case _:
            return one.value


def with_row(form: SectionForm, key: str) -> SectionForm:
    """The form with one more empty row in a list."""
    return replace(form, inputs=tuple(_longer(one) if one.field.key == key else one for one in form.inputs))


def _longer(one: Input) -> Input:
    if one.field.shape != "rows" or len(one.rows) >= _MOST_ROWS:
        return one
    at = len(one.rows)
    new = tuple(Input(field=inner, name=f"{one.name}-{at}-{inner.key}") for inner in one.field.inner)
    return replace(_numbered(one), rows=(*_numbered(one).rows, new))


def without_row(form: SectionForm, key: str, at: int) -> SectionForm:
    """The form without one row of a list; the same where there is no such row."""
    return replace(form, inputs=tuple(_shorter(one, at) if one.field.key == key else one for one in form.inputs))


def _shorter(one: Input, at: int) -> Input:
    return _numbered(
        replace(one, rows=tuple(row for row in one.rows if not row[0].name.startswith(f"{one.name}-{at}-")))
    )


def _numbered(one: Input) -> Input:
    """The rows with the names of their places."""
    rows = tuple(
        tuple(replace(inner, name=f"{one.name}-{at}-{inner.field.key}") for inner in row)
        for at, row in enumerate(one.rows)
    )
    return replace(one, rows=rows)
