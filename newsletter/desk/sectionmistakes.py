"""What is wrong with a section, each mistake beside the field of the form that it is about. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from newsletter.desk.sectionform import Input, SectionForm
from newsletter.model.errors import Mistake
from newsletter.publication import frontmatter


def told(form: SectionForm, mistakes: Iterable[Mistake], text: str, path: str) -> SectionForm:
    """The form with each mistake beside the field it is about, and what is in no field above.

    `text` is what the mistakes' lines count in, of the file at `path`.
    """
    page, _ = frontmatter.split(text, path)
    beside: dict[str, list[str]] = {}
    body: list[str] = []
    others: list[str] = []
    names = set(_names(form.inputs))
    for one in mistakes:
        said = f"{sentence(one.what)}; {one.todo}."
        if one.path != path:
            others.append(f"{one.path}{f':{one.line}' if one.line else ''}: {said}")
        elif one.line >= page.body_line:
            body.append(f"Line {one.line - page.body_line + 1}: {said}")
        elif name := _place(one, page.matter.lines, names):
            beside.setdefault(name, []).append(_without_key(said))
        else:
            others.append(said)
    inputs = tuple(_with_errors(one, beside) for one in form.inputs)
    return replace(form, inputs=inputs, body_errors=tuple(body), errors=tuple(others))


def _names(inputs: Iterable[Input]) -> Iterable[str]:
    for one in inputs:
        yield one.name
        for row in (*one.rows, one.parts):
            yield from _names(row)


def _place(mistake: Mistake, lines: Mapping[tuple[str | int, ...], int], names: set[str]) -> str | None:
    """The name of the input that a mistake of the front matter is about; None where it is about none."""
    named = re.match(r"`([a-z_]+)`", mistake.what)
    there = sorted((way for way, line in lines.items() if line == mistake.line), key=len)
    ways = [*((*way[:-1], named[1]) for way in there), *((*way, named[1]) for way in there)] if named else []
    ways += [way[:length] for way in there for length in range(len(way), 0, -1)]
    ways += [(named[1],)] if named else []
    found = ("-".join(("f", *map(str, way))) for way in ways)
    return next((name for name in found if name in names), None)


def _without_key(said: str) -> str:
    """A sentence of a mistake for its field: without the key, which the label says, nor lines to add to a file."""
    if re.match(r"`[a-z_]+` (?:is missing|has no value); ", said):
        return "This cannot stay empty."
    return sentence(re.sub(r"^`[a-z_]+` (?=\S)", "", said))


def _with_errors(one: Input, beside: Mapping[str, list[str]]) -> Input:
    return replace(
        one,
        errors=tuple(beside.get(one.name, ())),
        rows=tuple(tuple(_with_errors(inner, beside) for inner in row) for row in one.rows),
        parts=tuple(_with_errors(inner, beside) for inner in one.parts),
    )


def sentence(clause: str) -> str:
    """A clause with a capital."""
    return f"{clause[:1].upper()}{clause[1:]}"
