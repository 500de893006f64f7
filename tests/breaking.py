"""Ways to break a copy of the sample publication, and what must be told of each. The cases stand in tests/broken."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from newsletter import packaged
from newsletter.model.errors import Mistake
from newsletter.model.shape import unfit_character
from tests.conftest import ISSUE

SCHEDULE = "schedule.yaml"
PEOPLE = "content/people.yaml"
NAMES = "content/names.yaml"
SOURCES = "seeds/sources.yaml"
FOLDER = f"content/issues/{ISSUE}"
ITEMS = f"{FOLDER}/items.yaml"
OPENING = f"{FOLDER}/issue.md"
NUMBER = f"{FOLDER}/number.md"
READ_MORE = f"{FOLDER}/read-more.md"
PICTURE = f"{FOLDER}/images/quay.png"
FRAME = "templates/frame/en.yaml"
TEMPLATE = "templates/email/question.mjml"

SECTION = """\
{% import "email/parts.mjml" as parts with context %}
<mj-section css-class="card pad">
<mj-column>
<mj-text align="left">{{ fields.question }}</mj-text>
{% if body %}
<mj-text>{{ body }}</mj-text>
{% endif %}
{% call parts.meta() %}{{ t.unsubscribe }}{% endcall %}
</mj-column>
</mj-section>
"""

Change = Callable[[Path], None]


@dataclass(frozen=True)
class Told:
    """One mistake as it must be told: file, line, and what its words must hold."""

    path: str
    at: str | int  # what stands on the line and on no other; or its number, 0 for the file as a whole
    what: str
    todo: str

    def fits(self, mistake: Mistake, root: Path) -> bool:
        place = (mistake.path, mistake.line) == (self.path, self.line(root))
        return place and self.what in mistake.what and self.todo in mistake.todo

    def line(self, root: Path) -> int:
        if isinstance(self.at, int):
            return self.at
        lines = (root / self.path).read_text("utf-8").split("\n")
        (number,) = (number for number, line in enumerate(lines, 1) if self.at in line)
        return number


@dataclass(frozen=True)
class Case:
    """A kind of broken input: its name, what is changed, all that is told."""

    name: str
    changes: tuple[Change, ...]
    told: tuple[Told, ...]


def case(name: str, *parts: Change | Told) -> Case:
    changes = tuple(part for part in parts if not isinstance(part, Told))
    return Case(name, changes, tuple(part for part in parts if isinstance(part, Told)))


def line(path: str, begins: str, new: str) -> Change:
    """Replaces the first line that begins so, indent apart."""

    def change(root: Path) -> None:
        lines = (root / path).read_text("utf-8").split("\n")
        at = next(at for at, one in enumerate(lines) if one.lstrip(" -").startswith(begins))
        (root / path).write_text("\n".join([*lines[:at], new, *lines[at + 1 :]]), "utf-8")

    return change


def swapped(path: str, old: str, new: str) -> Change:
    """Replaces a text where it first stands. One of our templates becomes the publication's own first."""

    def change(root: Path) -> None:
        if path.startswith("templates/") and not (root / path).exists():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(packaged.root() / path, root / path)
        text = (root / path).read_text("utf-8")
        assert old in text, f"the case is out of date: {path} does not hold {old!r}"
        (root / path).write_text(text.replace(old, new, 1), "utf-8")

    return change


def added(path: str, text: str) -> Change:
    return lambda root: written(path, (root / path).read_text("utf-8") + text)(root)


def written(path: str, data: str | bytes) -> Change:
    def change(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data if isinstance(data, bytes) else data.encode())

    return change


def removed(path: str) -> Change:
    return lambda root: shutil.rmtree(root / path) if (root / path).is_dir() else (root / path).unlink()


def folder(path: str) -> Change:
    """A folder where a file was."""

    def change(root: Path) -> None:
        (root / path).unlink(missing_ok=True)
        (root / path).mkdir(parents=True)

    return change


def moved(path: str, to: str) -> Change:
    def change(root: Path) -> None:
        (root / path).rename(root / to)

    return change


def copied(path: str, to: str) -> Change:
    def change(root: Path) -> None:
        shutil.copytree(root / path, root / to)

    return change


def linked(path: str, to: str) -> Change:
    def change(root: Path) -> None:
        (root / path).unlink()
        (root / path).symlink_to(to)

    return change


def template(old: str, new: str) -> Change:
    """A section template of the publication's own, with this mistake in it."""
    assert old in SECTION
    return written(TEMPLATE, SECTION.replace(old, new, 1))


def body(text: str) -> Change:
    """A paragraph at the end of the narrative."""
    return added(OPENING, f"\n{text}\n")


def theme(text: str) -> Change:
    return added(SCHEDULE, f"theme:\n{text}\n")


def special(sign: str) -> Case:
    """A text that begins with a sign of YAML's own."""
    name = f"a text that begins with {sign}"
    told = Told(OPENING, "subject:", f"begins with {sign}", "put the whole text in quotes")
    return case(name, line(OPENING, "subject:", f"subject: {sign} Two capitals"), told)


def one_issue(pristine: Path, to: Path) -> Path:
    """A copy with the coming issue alone, for one is enough to be wrong, and with the parts that its files speak of."""
    issue = Path("content", "issues", ISSUE)
    shutil.copytree(pristine / issue, to / issue)
    for path in (SCHEDULE, PEOPLE, NAMES, SOURCES):
        (to / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(pristine / path, to / path)
    return to


# What the libraries beneath say, and no editor should have to read.
JARGON = re.compile(r"pydantic|ruamel|jinja2|newsletter\.|object at|has no attribute '|NoneType|Error\b|<template>")


def plain(mistake: Mistake) -> bool:
    """Whether a mistake is told on one line of ordinary length, without the words of the libraries beneath."""
    told = str(mistake)
    one_line = len(told) < 500 and "\n" not in told and unfit_character(told) is None
    return one_line and bool(mistake.what and mistake.todo) and not JARGON.search(told)
