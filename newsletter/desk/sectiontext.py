"""The text of a section's file as somebody has filled in its form. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from newsletter.desk.ask import Ask
from newsletter.desk.sectionform import Filled, SectionForm, filled_values, read_form, sent_form, with_row, without_row
from newsletter.model.kinds import KINDS, Picture
from newsletter.publication import frontmatter
from newsletter.publication.blurbtext import with_body, with_values
from newsletter.publication.issuefiles import kind_of
from newsletter.publication.picturing import with_picture
from newsletter.publication.yamlwrite import Given

WHOLE = "whole"  # the name of the field that holds a whole file, and of the mode that shows it
WAS = "was"  # the name of the field that holds the file as the form was shown with it


def kind_in(text: str, name: str) -> str | None:
    """The kind of a section by what its file says, else by the file's name; None where neither says one."""
    if name == "opening":
        return "opening"
    value = frontmatter.split(text, "")[0].matter.value
    told = value.get("kind") if isinstance(value, dict) else None
    kind = told if isinstance(told, str) else kind_of(name)
    return kind if kind in KINDS and kind != "opening" else None


def form_in(ask: Ask, kind: str) -> SectionForm:
    """What was sent, as the form of a section of this kind."""
    return sent_form(kind, ask.form, ask.lists("f-items"), ask.body("body"))


def text_in(ask: Ask, before: str, kind: str | None) -> str | None:
    """The file that a section's form makes of the text it was shown with, else of `before`: of the whole file where
    that was sent, else of its fields.

    None where that text is written in a way that a form cannot change.
    """
    was = ask.body(WAS) or before
    if WHOLE in ask.form:
        whole = ask.body(WHOLE)
        return was if _body(whole) == _body(was) else _ended(whole)
    return with_form(was, form_in(ask, kind)) if kind else None


def with_form(before: str, form: SectionForm) -> str | None:
    """The file with what the form says; what the form leaves as it is stays to the byte.

    None where the file is written in a way that this cannot change.
    """
    now = read_form(before, form.kind)
    if now is None:
        return None
    old, new = filled_values(now), filled_values(form)
    text: str | None = before
    simple: dict[str, Given] = {}
    for key, value in new.items():
        if key == "items":
            value = _in_order(old[key], value)
        if value == old[key]:
            continue
        if isinstance(value, dict) and value:
            words = {one: value.get(one, "") for one in ("file", "alt", "credit", "licence")}
            text = text and with_picture(text, key, Picture(**words))
        else:
            simple[key] = _plain(value)
    if text is not None and simple:
        text = with_values(text, simple)
    if text is not None and _body(form.body) != _body(now.body):
        text = with_body(text, _ended(form.body))
    return text


def _in_order(old: Filled, new: Filled) -> list[str]:
    """The items that are ticked as the file had them, those that are new behind: boxes stand in another order."""
    before, after = [str(one) for one in old], [str(one) for one in new]
    return [*(one for one in before if one in after), *(one for one in after if one not in before)]


def _plain(value: Filled) -> Given:
    if isinstance(value, list):
        return [*value] or None
    return value if isinstance(value, str) and value else None


def _body(text: str) -> str:
    return text.rstrip("\n")


def _ended(text: str) -> str:
    """The text with one line feed at its end; nothing stays nothing."""
    return f"{bare}\n" if (bare := text.rstrip("\n")) else ""


def after_row(form: SectionForm, act: str) -> SectionForm | None:
    """The form after a button for its rows, "more-topics" or "less-topics-1", or for its picture, "none-image".

    None for another button.
    """
    if found := re.fullmatch(r"more-([a-z_]+)", act):
        return with_row(form, found[1])
    if found := re.fullmatch(r"less-([a-z_]+)-(\d{1,4})", act):
        return without_row(form, found[1], int(found[2]))
    if found := re.fullmatch(r"none-([a-z_]+)", act):
        return with_file(form, found[1], "")
    return None


def with_file(form: SectionForm, key: str, file: str) -> SectionForm:
    """The form with another picture in one of its places; "" takes the picture away, its words with it."""
    inputs = tuple(
        replace(one, file=file, parts=tuple(replace(part, value=part.value if file else "") for part in one.parts))
        if one.field.key == key
        else one
        for one in form.inputs
    )
    return replace(form, inputs=inputs)
