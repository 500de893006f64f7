"""Broken input of every kind an editor can make: what is told of it, to the file and the line, in words that help.

A case changes a copy of the sample publication and says everything that must be told of it, no more and no less.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter import packaged
from newsletter.actions.app import App
from newsletter.actions.check_files import check_files
from newsletter.model.errors import Mistake
from newsletter.model.shape import unfit_character
from tests.conftest import ISSUE, ROOT, SOAK, opened

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


YAML = (
    case(
        "a tab as indent",
        line(SCHEDULE, "plain:", "\tplain: Dear reader,"),
        Told(SCHEDULE, "\tplain:", "a tab indents this line", "use spaces"),
    ),
    case(
        "a tab in a list",
        line(SCHEDULE, "name: Daniel", "\tname: Daniel Achterberg"),
        Told(SCHEDULE, "\tname:", "a tab indents this line", "use spaces"),
    ),
    case(
        "an indent that only looks like spaces",
        line(SCHEDULE, "plain:", "\u00a0\u00a0plain: Dear reader,"),
        Told(SCHEDULE, "plain:", "only looks like a space", "use plain spaces"),
    ),
    case(
        "a line indented too far",
        line(SCHEDULE, "name: Mei", "     name: Mei Okafor"),
        Told(SCHEDULE, "name: Mei", "the indent does not fit", "in the same column"),
    ),
    case(
        "a line indented too little",
        line(SCHEDULE, "address: mei@", "   address: mei@focus.example.org"),
        Told(SCHEDULE, "address: mei@", "the indent does not fit", "in the same column"),
    ),
    case(
        "a key of the first level indented",
        line(SCHEDULE, "language:", " language: en"),
        Told(SCHEDULE, "language:", "the indent does not fit", "in the same column"),
    ),
    case(
        "a key twice",
        line(SCHEDULE, "tagline:", "tagline: One\ntagline: Two"),
        Told(SCHEDULE, "tagline: Two", "`tagline` stands here a second time", "keep one; the first is on line 4"),
    ),
    case(
        "a key twice in a group",
        line(SCHEDULE, "reply_to:", "  reply_to: a@example.org\n  reply_to: b@example.org"),
        Told(SCHEDULE, "b@example.org", "`reply_to` stands here a second time", "keep one"),
    ),
    case(
        "an alias",
        line(SCHEDULE, "name: Focus", "name: *brand"),
        Told(SCHEDULE, "name: *brand", "an alias, *brand", "write the value out"),
    ),
    case(
        "an anchor",
        line(SCHEDULE, "name: Focus", "name: &brand Focus"),
        Told(SCHEDULE, "&brand", "an anchor, &brand", "remove it"),
    ),
    case(
        "a tag",
        line(SCHEDULE, "name: Focus", "name: !!str Focus"),
        Told(SCHEDULE, "!!str", "a tag, which begins with !", "remove it, or put the text in quotes"),
    ),
    case(
        "an exclamation mark alone before a text",
        line(OPENING, "subject:", "subject: ! Two capitals"),
        Told(OPENING, "subject:", "a tag, which begins with !", "put the text in quotes"),
    ),
    case(
        "a second document",
        line(SCHEDULE, "sections:", "---\nsections:"),
        Told(SCHEDULE, "---", "a second document begins here", "remove the line ---"),
    ),
    case(
        "a document that is ended",
        line(SCHEDULE, "sections:", "...\nsections:"),
        Told(SCHEDULE, "sections:", "a second document begins here", "remove the line --- or ..."),
    ),
    case(
        "a quote that the next one closes",
        line(SCHEDULE, "named:", '  named: "Dear {name},'),
        Told(SCHEDULE, "named:", "the quote that is opened here closes only on line", "close it at the end"),
    ),
    case(
        "a quote that nothing closes",
        added(ITEMS, '\n- id: "last\n'),
        Told(ITEMS, '"last', "a quote is opened here and not closed", "close it at the end of the text"),
    ),
    case(
        "an apostrophe in single quotes",
        line(OPENING, "subject:", "subject: 'The capital's table'"),
        Told(OPENING, "subject:", "text stands behind a quote that is closed", "write '' for a quote inside it"),
    ),
    case(
        "a text that goes on behind its quote",
        line(OPENING, "subject:", 'subject: "Two" capitals'),
        Told(OPENING, "subject:", "text stands behind a quote that is closed", r"write \" for a quote inside it"),
    ),
    case(
        "a backslash in double quotes",
        line(OPENING, "subject:", r'subject: "Two \q capitals"'),
        Told(OPENING, "subject:", "a backslash in double quotes", r"write \\ for a backslash"),
    ),
    case(
        "a colon in a text",
        line(OPENING, "subject:", "subject: Two capitals: one table"),
        Told(OPENING, "subject:", "a colon stands where none may", "put the whole text in quotes"),
    ),
    case(
        "a colon in a text of a list",
        line(PEOPLE, "role:", "  role: fellow: senior"),
        Told(PEOPLE, "role: fellow", "a colon stands where none may", "put the whole text in quotes"),
    ),
    case(
        "a key without a colon",
        line(SCHEDULE, "language:", "language en"),
        Told(SCHEDULE, "language en", "a key has no colon", "write key: value"),
    ),
    case(
        "no space behind a colon",
        line(SCHEDULE, "language:", "language:en"),
        Told(SCHEDULE, "language:en", "a key has no colon", "with a space behind the colon"),
    ),
    case(
        "a bracket that is not closed",
        line(SCHEDULE, "skip:", "  skip: [2026-12-25, 2027-01-01"),
        Told(SCHEDULE, "skip:", "in brackets opens here and is not closed", "close it with ] or }"),
    ),
    case(
        "a brace that is not closed",
        line(SCHEDULE, "open:", '  open: { day: friday, at: "10:00", zone: America/New_York'),
        Told(SCHEDULE, "open:", "in brackets opens here and is not closed", "close it with ] or }"),
    ),
    case(
        "a comma missing in braces",
        line(SCHEDULE, "words:", "    words: { min: 250 max: 320 }"),
        Told(SCHEDULE, "min: 250", "a comma is missing inside brackets", "{key: value, key: value}"),
    ),
    case(
        "a bracket that was never opened",
        line(SCHEDULE, "skip:", "  skip: ]"),
        Told(SCHEDULE, "skip:", "a bracket or a comma stands where a value is expected", "remove it, or put"),
    ),
    case(
        "a text that begins with a bracket",
        line(OPENING, "subject:", "subject: [Breaking] Two capitals"),
        Told(OPENING, "subject:", "text stands behind a bracket", "put the whole text in quotes"),
    ),
    *(special(sign) for sign in "@`%*&|>-?"),
    case(
        "a text that begins with a hash",
        line(OPENING, "subject:", "subject: #capitals"),
        Told(OPENING, "subject:", "`subject` has no value", "a # that begins it needs quotes"),
    ),
    case(
        "a control character in a value",
        line(OPENING, "subject:", "subject: Two\x08capitals"),
        Told(OPENING, "subject:", "the control character U+0008", "delete it"),
    ),
    case(
        "a line separator, which YAML counts and no editor shows",
        line(OPENING, "subject:", "subject: Two\u2028capitals"),
        Told(OPENING, "subject:", "the control character U+2028", "delete it"),
    ),
    case(
        "an empty key",
        line(SCHEDULE, "tagline:", ": A community space"),
        Told(SCHEDULE, ": A comm", "a key is empty or not a word", "write key: value"),
    ),
    case(
        "a list for a key",
        line(SCHEDULE, "tagline:", "[a, b]: A community space"),
        Told(SCHEDULE, "[a, b]", "a key is empty or not a word", "write key: value"),
    ),
    case(
        "a merge key",
        line(SCHEDULE, "tagline:", "<<: { tagline: A community space }"),
        Told(SCHEDULE, "<<:", "`<<` is not a key", "remove it; known here: about, approval, calendar"),
    ),
    case(
        "lists in lists without end",
        line(SCHEDULE, "tagline:", f"tagline: {'[' * 40}{']' * 40}"),
        Told(SCHEDULE, "tagline:", "nested more than 20 deep", "compare it with the lines around it"),
    ),
    case(
        "an empty schedule.yaml",
        written(SCHEDULE, ""),
        Told(SCHEDULE, 1, "nothing stands here where keys are expected", "write key: value lines"),
    ),
    case(
        "a schedule.yaml that is a list",
        written(SCHEDULE, "- name\n- site\n"),
        Told(SCHEDULE, 1, "a list stands here where keys are expected", "write key: value lines"),
    ),
    case(
        "an items.yaml that is no list",
        written(ITEMS, "id: joint-readout\n"),
        Told(ITEMS, 1, "the file is not a list", "begin each entry with '- '"),
    ),
    case(
        "an items.yaml that cannot be read, which takes no item from the blurbs",
        line(ITEMS, "outlet:", "  outlet: [Ministry"),
        Told(ITEMS, "[Ministry", "in brackets opens here", "close it"),
    ),
    case(
        "a list of words where groups are expected",
        written(NAMES, "- Ningbo\n"),
        Told(NAMES, 1, "one value stands here where keys are expected", "write key: value lines"),
    ),
)

KEYS = (
    case(
        "an unknown key with a near name",
        line(SCHEDULE, "tagline:", "taglin: A community space"),
        Told(SCHEDULE, "taglin:", "`taglin` is not a key that is known here", "did you mean `tagline`?"),
    ),
    case(
        "an unknown key without a near name",
        line(SCHEDULE, "tagline:", "zzz: A community space"),
        Told(SCHEDULE, "zzz:", "`zzz` is not a key that is known here", "remove it; known here: about, approval"),
    ),
    case(
        "a required key misspelt, told once",
        line(SCHEDULE, "cut_off:", '  cutoff: { day: wednesday, at: "18:00", zone: Asia/Hong_Kong }'),
        Told(SCHEDULE, "cutoff:", "`cutoff` is not a key", "did you mean `cut_off`?"),
    ),
    case(
        "a misspelt key of a blurb",
        line(NUMBER, "caption:", "captoin: days"),
        Told(NUMBER, "captoin:", "`captoin` is not a key", "did you mean `caption`?"),
    ),
    case(
        "a misspelt key of issue.md",
        line(OPENING, "preheader:", "preheder: A calendar"),
        Told(OPENING, "preheder:", "`preheder` is not a key", "did you mean `preheader`?"),
    ),
    case(
        "a misspelt key of a picture",
        line(READ_MORE, "licence:", "  license: CC BY 4.0"),
        Told(READ_MORE, "license:", "`license` is not a key", "did you mean `licence`?"),
    ),
    case(
        "a key that belongs elsewhere",
        line(SCHEDULE, "skip:", "  extra:\n    - date: 2027-03-16\n      slug: spring\n      on: friday\n  skip: []"),
        Told(SCHEDULE, "on: friday", "`on` is not a key", "known here: at, date, slug"),
    ),
    case(
        "a missing key",
        line(SCHEDULE, "list_id:", ""),
        Told(SCHEDULE, 1, "`list_id` is missing", "add a line `list_id: ...`"),
    ),
    case(
        "a missing group",
        swapped(SCHEDULE, "greeting:\n", "tagline_old:\n"),
        Told(SCHEDULE, "tagline_old:", "`tagline_old` is not a key", "did you mean `tagline`?"),
        Told(SCHEDULE, 1, "`greeting` is missing", "add a line `greeting:` and below it, indented, plain, named"),
    ),
    case(
        "a missing key of a blurb",
        line(NUMBER, "caption:", "unit: days"),
        Told(NUMBER, 1, "`caption` is missing", "add a line such as `caption: days the pause runs`"),
    ),
    case(
        "a missing key of an entry",
        line(SCHEDULE, "zone: Asia/Hong_Kong", ""),
        Told(SCHEDULE, "- name: Hong Kong", "`zone` is missing", "add a line `zone: ...`"),
    ),
    case(
        "a picture without alt",
        line(READ_MORE, "alt:", ""),
        Told(READ_MORE, "image:", "`alt` is missing", "what the picture shows, for who cannot see it"),
    ),
    case(
        "a picture without credit and licence",
        line(READ_MORE, "credit:", ""),
        line(READ_MORE, "licence:", ""),
        Told(READ_MORE, "image:", "`credit` is missing", 'add a line such as `credit: "Photo: Ines Varga"`'),
        Told(READ_MORE, "image:", "`licence` is missing", "by which right we show it"),
    ),
    case(
        "a key without a value",
        line(OPENING, "subject:", "subject:"),
        Told(OPENING, "subject:", "`subject` has no value", "write it behind the colon"),
    ),
    case(
        "a value of nothing but quotes",
        line(OPENING, "subject:", 'subject: ""'),
        Told(OPENING, "subject:", "`subject` is empty", "write a text between the quotes"),
    ),
    case(
        "a list where a text is expected",
        line(OPENING, "subject:", "subject: [Two, capitals]"),
        Told(OPENING, "subject:", "`subject` is a list where one value is expected", "write one value"),
    ),
    case(
        "a group where a text is expected",
        line(OPENING, "subject:", "subject: { two: capitals }"),
        Told(OPENING, "subject:", "`subject` is a group of keys where one value", "write one value"),
    ),
    case(
        "a text where a list is expected",
        line(SCHEDULE, "roles: [writer]", "    roles: writer"),
        Told(SCHEDULE, "roles: writer", "`roles` is one value, not a list", "roles: [first, second]"),
    ),
    case(
        "a text where keys are expected",
        written(READ_MORE, "---\ntitle: A\nurl: https://example.org\nimage: quay.png\n---\n"),
        Told(READ_MORE, 4, "`image` is one value where keys are expected", "write key: value lines, indented"),
    ),
    case(
        "a list where keys are expected",
        line(SCHEDULE, "plain:", "  - plain: Dear reader,"),
        line(SCHEDULE, "named:", ""),
        Told(SCHEDULE, "greeting:", "`greeting` is a list where keys are expected", "write key: value lines"),
    ),
)

VALUES = (
    case(
        "a day that no calendar has",
        line(ITEMS, "published:", "  published: 2026-02-30"),
        Told(ITEMS, "2026-02-30", "'2026-02-30' is not a date", "write year-month-day"),
    ),
    case(
        "a date in words",
        line(NUMBER, "as_of:", "as_of: 24 November"),
        Told(NUMBER, "as_of:", "'24 November' is not a date", "as 2026-11-27"),
    ),
    case(
        "a date beyond reckoning",
        line(SCHEDULE, "skip:", "  skip: [9999-12-31]"),
        Told(SCHEDULE, "9999", "'9999-12-31' is not a date", "write year-month-day"),
    ),
    case(
        "a number in words",
        line(OPENING, "number:", "number: No. 128"),
        Told(OPENING, "number: No.", "`number` is 'No. 128', not a whole number", "write digits only"),
    ),
    case(
        "a number in other digits",
        line(OPENING, "number:", "number: １２８"),
        Told(OPENING, "number: １", "not a whole number", "write digits only"),
    ),
    case(
        "a number of 5,000 digits",
        line(OPENING, "number:", f"number: {'9' * 5000}"),
        Told(OPENING, "number: 9", "…', too large a number", "write a smaller one"),
    ),
    case(
        "a list for a number",
        line(SCHEDULE, "words:", "    words: { min: [250], max: 320 }"),
        Told(SCHEDULE, "[250]", "`min` is a list where one value is expected", "write one value"),
    ),
    case(
        "an issue number of nought",
        line(OPENING, "number:", "number: 0"),
        Told(OPENING, "number: 0", "the number 0 is below 1", "write the issue's number"),
    ),
    case(
        "perhaps, where yes or no is asked",
        line(SCHEDULE, "required:", "    required: perhaps"),
        Told(SCHEDULE, "perhaps", "`required` is 'perhaps', neither yes nor no", "write true or false"),
    ),
    case(
        "more words at least than at most",
        line(SCHEDULE, "words:", "    words: { min: 350, max: 320 }"),
        Told(SCHEDULE, "min: 350", "the least number of words is more than the most", "swap min and max"),
    ),
    case(
        "rights with a typing error, which takes no item from the blurbs",
        line(ITEMS, "rights:", "  rights: free to qoute"),
        Told(ITEMS, "qoute", "`rights` is 'free to qoute', which is not known", "did you mean 'free to quote'?"),
    ),
    case(
        "rights that nobody knows",
        line(ITEMS, "rights:", "  rights: xyz"),
        Told(ITEMS, "xyz", "`rights` is 'xyz', which is not known", "write one of: ours, free to quote"),
    ),
    case(
        "a role that nobody knows",
        line(SCHEDULE, "roles: [writer]", "    roles: [writer, approve]"),
        Told(SCHEDULE, "approve]", "'approve', which is not known", "did you mean 'approver'?"),
    ),
    case(
        "a kind of source that nobody knows",
        line(SOURCES, "kind:", "  kind: directory"),
        Told(
            SOURCES,
            "directory",
            "`kind` is 'directory', which is not known",
            "write one of: feed, page, list, folder, maildir, imap",
        ),
    ),
    case(
        "an unknown zone",
        line(SCHEDULE, "zone: Asia/Hong_Kong", "    zone: Hong Kong"),
        Told(SCHEDULE, "zone: Hong Kong", "'Hong Kong' is not a time zone", "America/New_York or Asia/Hong_Kong"),
    ),
    case(
        "a zone that is a path",
        line(SCHEDULE, "zone: Asia/Hong_Kong", "    zone: /etc/passwd"),
        Told(SCHEDULE, "/etc/passwd", "'/etc/passwd' is not a time zone", "use a name such as"),
    ),
    case(
        "an unknown weekday",
        line(SCHEDULE, "send:", '  send: { day: fryday, at: "08:00", zone: America/New_York }'),
        Told(SCHEDULE, "fryday", "'fryday' is not a weekday", "write its English name, as friday"),
    ),
    case(
        "a time of one digit",
        line(SCHEDULE, "send:", '  send: { day: friday, at: "8:00", zone: America/New_York }'),
        Told(SCHEDULE, '"8:00"', "'8:00' is not a time of day", 'as "08:00"'),
    ),
    case(
        "a time in words",
        line(SCHEDULE, "send:", "  send: { day: friday, at: 8 am, zone: America/New_York }"),
        Told(SCHEDULE, "8 am", "'8 am' is not a time of day", "write hours and minutes"),
    ),
    case(
        "a list for a time",
        line(SCHEDULE, "send:", "  send: { day: friday, at: [8], zone: America/New_York }"),
        Told(SCHEDULE, "[8]", "`at` is a list where one value is expected", "write one value"),
    ),
    case(
        "a site with a slash at its end",
        line(SCHEDULE, "site:", "site: https://focus.example.org/"),
        Told(SCHEDULE, "site:", "the site's address ends in more than its path", "end it without a slash"),
    ),
    case(
        "a site without https",
        line(SCHEDULE, "site:", "site: focus.example.org"),
        Told(SCHEDULE, "site:", "`site` is not a web address", "write it in full, as https://"),
    ),
    case(
        "a site too long for a header line",
        line(SCHEDULE, "site:", f"site: https://focus.example.org/{'a' * 900}"),
        Told(SCHEDULE, "site:", "the site's address has 926 characters", "keep it under 200"),
    ),
    case(
        "a bad mail address",
        line(SCHEDULE, "address: weekly", "  address: weekly at focus.example.org"),
        Told(SCHEDULE, "weekly at", "`address` is not a mail address", "name@example.org"),
    ),
    case(
        "a list_id that is no name of a list",
        line(SCHEDULE, "list_id:", "list_id: Focus Weekly"),
        Told(SCHEDULE, "list_id:", "'Focus Weekly' is not the name of a list", "write a label and your domain"),
    ),
    case(
        "an allowed host with a wildcard",
        line(SCHEDULE, "calendar:", 'gather: {allow_hosts: ["*.example.org"]}\ncalendar:'),
        Told(SCHEDULE, "gather:", "'*.example.org' is not the exact name of a host", "write it as feeds.example.org"),
    ),
    case(
        "items that are kept for no time",
        line(SCHEDULE, "calendar:", "gather: {keep_days: 0}\ncalendar:"),
        Told(SCHEDULE, "gather:", "`keep_days` is 0", "write how many days"),
    ),
    case(
        "a language that is none",
        line(SCHEDULE, "language:", "language: English"),
        Told(SCHEDULE, "language:", "'English' is not a language tag", "write it as en, zh-Hans"),
    ),
    case(
        "a language without standing texts",
        line(SCHEDULE, "language:", "language: xx"),
        Told(SCHEDULE, "language:", "no standing texts for the language 'xx'", "write one of: en, zh-Hans, zh-Hant"),
    ),
    case(
        "an issue's own language without standing texts",
        line(OPENING, "date:", f"date: {ISSUE}\nlanguage: fr"),
        Told(OPENING, "language: fr", "no standing texts for the language 'fr'", "or add templates/frame/fr.yaml"),
    ),
    case(
        "a greeting by name without a name",
        line(SCHEDULE, "named:", '  named: "Dear {nam},"'),
        Told(SCHEDULE, "named:", "the greeting by name does not hold {name}", 'write it as "Dear {name},"'),
    ),
    case(
        "a colour by its name",
        theme(
            "  light: { paper: red, card: '#ffffff', ink: '#1c1a17', muted: '#6b655c', hairline: '#ded8cc',\n"
            "           accent: '#a3231f', on_accent: '#ffffff', button: '#a3231f', tint: '#fbf0eb' }"
        ),
        Told(SCHEDULE, "paper: red", "'red' is not a colour", "write six hexadecimal digits in quotes"),
    ),
    case(
        "a colour that YAML takes for a comment",
        theme(
            "  light:\n    paper: #f4f1ea\n    card: '#ffffff'\n    ink: '#1c1a17'\n    muted: '#6b655c'\n"
            "    hairline: '#ded8cc'\n    accent: '#a3231f'\n    on_accent: '#ffffff'\n    button: '#a3231f'\n"
            "    tint: '#fbf0eb'"
        ),
        Told(SCHEDULE, "paper: #", "`paper` has no value", "a # that begins it needs quotes"),
    ),
    case(
        "a font with a style behind it",
        theme("  serif: Georgia; color:red"),
        Told(SCHEDULE, "serif:", "is not a list of fonts", "write names and commas"),
    ),
    case(
        "a logo that is not there",
        theme("  logo:\n    light: content/logo.png\n    alt: Focus"),
        Told(SCHEDULE, "light:", "there is no picture 'content/logo.png'", "below the publication's folder"),
    ),
    case(
        "a logo of no width",
        theme(f"  logo:\n    light: {PICTURE}\n    alt: Focus\n    width: 0"),
        Told(SCHEDULE, "width: 0", "a logo cannot be 0 pixels wide", "write 16 to 640"),
    ),
    case(
        "a letter of no width",
        theme("  width: 10"),
        Told(SCHEDULE, "width:", "`width` is 10, which is too small", "or more"),
    ),
)

CALENDAR = (
    case(
        "a sending time that the clocks skip",
        line(SCHEDULE, "send:", '  send: { day: sunday, at: "02:30", zone: America/New_York }'),
        line(SCHEDULE, "open:", '  open: { day: sunday, at: "10:00", zone: America/New_York }'),
        line(SCHEDULE, "skip:", ""),
        Told(SCHEDULE, "send:", "02:30 on 2027-03-14 does not exist in America/New_York", "before 01:00 or after"),
        Told(SCHEDULE, "send:", "02:30 on 2028-03-12 does not exist in America/New_York", "before 01:00 or after"),
    ),
    case(
        "a sending time that comes twice",
        line(SCHEDULE, "send:", '  send: { day: sunday, at: "01:30", zone: America/New_York }'),
        line(SCHEDULE, "open:", '  open: { day: sunday, at: "10:00", zone: America/New_York }'),
        line(SCHEDULE, "skip:", ""),
        Told(SCHEDULE, "send:", "01:30 on 2027-11-07 exists twice in America/New_York", "before 01:00 or after"),
        Told(SCHEDULE, "send:", "01:30 on 2028-11-05 exists twice in America/New_York", "before 01:00 or after"),
    ),
    case(
        "deadlines that do not fit in a week",
        line(SCHEDULE, "open:", '  open: { day: thursday, at: "10:00", zone: America/New_York }'),
        Told(SCHEDULE, "open:", "the deadlines do not fit between two issues", "put them in the order open, cut_off"),
    ),
    case(
        "a skipped date on another weekday",
        line(SCHEDULE, "skip:", "  skip:\n    - 2026-12-25\n    - 2026-12-31"),
        Told(SCHEDULE, "2026-12-31", "2026-12-31 is a Thursday, and issues go out on Fridays", "write the Friday's"),
    ),
    case(
        "an extra issue at a time that the clocks skip",
        added(SCHEDULE, '  extra:\n    - { date: 2027-03-14, slug: spring, at: "02:30" }\n'),
        Told(SCHEDULE, "slug: spring", "02:30 on 2027-03-14 does not exist", "give the extra issue another time"),
    ),
    case(
        "an extra issue twice",
        added(SCHEDULE, "  extra:\n    - { date: 2027-03-16, slug: a }\n    - { date: 2027-03-16, slug: a } #\n"),
        Told(SCHEDULE, "slug: a } #", "2027-03-16-a stands here a second time", "give it another slug"),
    ),
    case(
        "an extra issue with a title for a slug",
        added(SCHEDULE, "  extra:\n    - { date: 2027-03-16, slug: Spring Issue }\n"),
        Told(SCHEDULE, "Spring Issue", "'Spring Issue' is not a name of this kind", "use small letters"),
    ),
)

REFERENCES = (
    case(
        "an unknown kind of section",
        line(SCHEDULE, "kind: question", "  - kind: qestion"),
        Told(SCHEDULE, "qestion", "'qestion' is no kind of section", "did you mean 'question'?"),
    ),
    case(
        "a kind of section that is like none",
        line(SCHEDULE, "kind: question", "  - kind: zzzz"),
        Told(SCHEDULE, "zzzz", "'zzzz' is no kind of section", "the kinds are"),
    ),
    case(
        "a section twice in the order",
        line(SCHEDULE, "kind: question", "  - kind: number #"),
        Told(SCHEDULE, "number #", "'number' stands in the order twice", "keep one"),
    ),
    case(
        "sections without the opening",
        line(SCHEDULE, "kind: opening", "  - kind: note"),
        line(SCHEDULE, "kind: note", "  - kind: note"),
        swapped(SCHEDULE, "  - kind: note\n    words: { max: 80 }\n", ""),
        Told(SCHEDULE, "sections:", "the sections leave out the opening", "- kind: opening"),
    ),
    case(
        "a member of the team in no city of ours",
        line(SCHEDULE, "city: New York", "    city: New Yrok"),
        Told(SCHEDULE, "Yrok", "'New Yrok' is none of the cities above", "did you mean 'New York'?"),
    ),
    case(
        "two of the team with one id",
        line(SCHEDULE, "id: daniel", "  - id: mei #"),
        Told(SCHEDULE, "mei #", "'mei' is the id of two people", "give each their own"),
    ),
    case(
        "two people with one id",
        added(PEOPLE, "\n- id: lin-yue #\n  name: Lin Yue\n"),
        Told(PEOPLE, "lin-yue #", "'lin-yue' is the id of two entries", "the other is on line 3"),
    ),
    case(
        "two items with one id",
        added(ITEMS, "\n- {id: joint-readout, outlet: A, title: B, url: https://example.org, rights: ours}\n"),
        Told(ITEMS, "{id:", "'joint-readout' is the id of two entries", "the other is on line"),
    ),
    case(
        "a preferred name twice",
        added(NAMES, "\n- name: Ningbo #\n"),
        Told(NAMES, "Ningbo #", "'Ningbo' is the name of two entries", "rename this one or remove it"),
    ),
    case(
        "an author nearly named",
        line(READ_MORE, "author:", "author: lin-yu"),
        Told(READ_MORE, "author:", "no card in content/people.yaml has the id 'lin-yu'", "did you mean 'lin-yue'?"),
    ),
    case(
        "an author nobody knows",
        line(READ_MORE, "author:", "author: qqqqq"),
        Told(READ_MORE, "author:", "no card in content/people.yaml has the id 'qqqqq'", "add a card with this id"),
    ),
    case(
        "an author by name",
        line(READ_MORE, "author:", "author: Lin Yue"),
        Told(READ_MORE, "author:", "'Lin Yue' is not a name of this kind", "use small letters, digits"),
    ),
    case(
        "a mark nearly named",
        body("They left with a calendar.[^joint-raedout]"),
        Told(OPENING, "raedout", "no item of this issue has the id 'joint-raedout'", "did you mean 'joint-readout'?"),
    ),
    case(
        "a mark nobody knows",
        body("They left with a calendar.[^zzz]"),
        Told(OPENING, "zzz", "no item of this issue has the id 'zzz'", f"add an entry with this id to {ITEMS}"),
    ),
    case(
        "a mark in capitals",
        body("They left with a calendar.[^Joint_Readout]"),
        Told(OPENING, "Joint_R", "the mark [^Joint_Readout] does not name an id", "did you mean [^joint-readout]?"),
    ),
    case(
        "the source of a number nearly named",
        line(NUMBER, "source:", "source: joint-readuot"),
        Told(NUMBER, "source:", "no item of this issue has the id 'joint-readuot'", "did you mean 'joint-readout'?"),
    ),
    case(
        "an item of a blurb nearly named",
        line(READ_MORE, "author:", "author: lin-yue\nitems: [campus-survey, campus-servey]"),
        Told(READ_MORE, "items:", "no item of this issue has the id 'campus-servey'", "did you mean 'campus-survey'?"),
    ),
    case(
        "an owner nearly named",
        line(OPENING, "opening:", "  opening: meo"),
        Told(OPENING, "opening: meo", "no one of the team has the id 'meo'", "did you mean 'mei'?"),
    ),
    case(
        "an owner of a section that cannot be",
        line(OPENING, "opening:", "  opening: mei\n  numbr: mei"),
        Told(OPENING, "numbr:", "there is no section 'numbr'", "did you mean 'number'?"),
    ),
    case(
        "an order with an unknown section",
        written(
            OPENING, "---\nnumber: 1\ndate: 2026-11-27\nsubject: A\npreheader: B\nsections: [opening, numbr]\n---\n"
        ),
        *(removed(f"{FOLDER}/{name}.md") for name in ("beyond-1", "beyond-2", "catchup", "correction", "insight")),
        *(removed(f"{FOLDER}/{name}.md") for name in ("question", "quote", "read-more", "replies", "video")),
        Told(OPENING, "sections:", "there is no section 'numbr' in this issue", "did you mean 'number'?"),
    ),
    case(
        "an order that leaves a section out, and one that names it twice",
        written(
            OPENING,
            "---\nnumber: 1\ndate: 2026-11-27\nsubject: A\npreheader: B\nsections:\n"
            "  - opening\n  - number\n  - number #\n---\n",
        ),
        *(removed(f"{FOLDER}/{name}.md") for name in ("beyond-1", "beyond-2", "catchup", "correction", "insight")),
        *(removed(f"{FOLDER}/{name}.md") for name in ("quote", "read-more", "replies", "video")),
        Told(OPENING, "sections:", "the order leaves out 'question', whose file is there", "add it to sections"),
        Told(OPENING, "number #", "'number' stands in the order twice", "keep one"),
    ),
    case(
        "a blurb whose file has an unknown name",
        written(f"{FOLDER}/nubmer.md", "---\nvalue: 9\n---\n"),
        Told(f"{FOLDER}/nubmer.md", 0, "'nubmer' is no kind of blurb", "did you mean 'number'?"),
    ),
    case(
        "a blurb whose file's name is like none",
        written(f"{FOLDER}/zzzz.md", "---\nvalue: 9\n---\n"),
        Told(f"{FOLDER}/zzzz.md", 0, "'zzzz' is no kind of blurb", "name the file after its kind"),
    ),
    case(
        "a blurb of an unknown kind",
        line(NUMBER, "value:", "kind: numer\nvalue: 90"),
        Told(NUMBER, "kind:", "'numer' is no kind of blurb", "did you mean 'number'?"),
    ),
    case(
        "an opening in a file of its own",
        written(f"{FOLDER}/opening.md", "---\n---\n"),
        Told(f"{FOLDER}/opening.md", 0, "the opening stands in issue.md", "move its text there"),
    ),
    case(
        "a blurb of a kind that the publication has not",
        swapped(SCHEDULE, "  - kind: note\n    words: { max: 80 }\n", ""),
        written(f"{FOLDER}/note.md", "---\ntitle: A\n---\nB\n"),
        Told(f"{FOLDER}/note.md", 0, "the publication has no section 'note'", "add it to sections in schedule.yaml"),
    ),
    case(
        "a picture nearly named",
        line(READ_MORE, "file:", "  file: qay.png"),
        Told(READ_MORE, "file:", "there is no picture 'qay.png'", "did you mean 'quay.png'?"),
    ),
    case(
        "a picture that is not there",
        line(READ_MORE, "file:", "  file: zzzzzzzzzz.jpg"),
        Told(READ_MORE, "file:", "there is no picture 'zzzzzzzzzz.jpg'", "put the file there, or remove the picture"),
    ),
    case(
        "a picture outside the issue's folder",
        line(READ_MORE, "file:", "  file: ../../../../schedule.yaml"),
        Told(READ_MORE, "file:", "there is no picture '../../../../schedule.yaml'", "put the file there"),
    ),
)

FILES = (
    case(
        "a file in Latin-1",
        written(PEOPLE, b"- id: lin-yue\n  name: Lin Yu\xe9\n"),
        Told(PEOPLE, 2, "the file is not UTF-8 text (byte 0xE9)", "save it as UTF-8"),
    ),
    case(
        "a body in Latin-1",
        written(NUMBER, b"---\nvalue: 9\n---\nA caf\xe9\n"),
        Told(NUMBER, 4, "the file is not UTF-8 text", "save it as UTF-8"),
    ),
    case(
        "a file in UTF-16",
        written(SCHEDULE, "name: Focus\n".encode("utf-16")),
        Told(SCHEDULE, 1, "the file is not UTF-8 text", "save it as UTF-8"),
    ),
    case(
        "no schedule.yaml",
        removed(SCHEDULE),
        Told(SCHEDULE, 0, "the file is missing", "create it"),
    ),
    case(
        "no issue.md",
        removed(OPENING),
        Told(OPENING, 0, "the file is missing", "copy it from the sample publication"),
    ),
    *(
        case(f"a folder for {path}", folder(path), Told(path, 0, "a folder stands where a file is expected", "rename"))
        for path in (SCHEDULE, PEOPLE, ITEMS, OPENING, NUMBER, FRAME)
    ),
    case(
        "a link to itself",
        linked(NUMBER, "number.md"),
        Told(NUMBER, 0, "the file cannot be read", "put a plain file there"),
    ),
    case(
        "a link that leads nowhere",
        linked(SOURCES, "nowhere.yaml"),
        Told(SOURCES, 0, "the file is missing", "create it"),
    ),
    case(
        "a link out of the publication",
        linked(NUMBER, "/etc/hosts"),
        Told(NUMBER, 0, "the file lies outside the publication's folder", "move it inside"),
    ),
    case(
        "a name with a line break in it",
        written(f"{FOLDER}/number-2\n.md", "---\n---\n"),
        Told(f"{FOLDER}/number-2\\n.md", 0, "the file's name holds an odd character", "rename the file"),
    ),
    case(
        "a folder whose date is not issue.md's",
        moved(FOLDER, "content/issues/2026-12-04"),
        Told(
            "content/issues/2026-12-04/issue.md", "date:", f"the date {ISSUE} is not the folder's", "write 2026-12-04"
        ),
    ),
    case(
        "the same mistake in two issues",
        body("One<br>two"),
        copied(FOLDER, "content/issues/2026-12-04"),
        line("content/issues/2026-12-04/issue.md", "date:", "date: 2026-12-04"),
        Told(OPENING, "One<br>", "raw HTML, <br>", "write it in Markdown"),
        Told("content/issues/2026-12-04/issue.md", "One<br>", "raw HTML, <br>", "write it in Markdown"),
    ),
    case(
        "a folder of a day without an issue",
        moved(FOLDER, "content/issues/2026-11-26"),
        line("content/issues/2026-11-26/issue.md", "date:", "date: 2026-11-26"),
        Told("content/issues/2026-11-26", 0, "the calendar knows no issue of 2026-11-26", "rename the folder"),
    ),
    case(
        "a folder of a skipped day",
        moved(FOLDER, "content/issues/2026-12-25"),
        line("content/issues/2026-12-25/issue.md", "date:", "date: 2026-12-25"),
        Told("content/issues/2026-12-25", 0, "the calendar knows no issue of 2026-12-25", "rename the folder"),
    ),
    case(
        "a folder whose date is written another way",
        moved(FOLDER, "content/issues/27-11-2026"),
        Told("content/issues/27-11-2026", 0, "the folder's name is no date", "name it by its date, as 2026-11-27"),
    ),
    case(
        "a folder of a day that no calendar has",
        moved(FOLDER, "content/issues/2026-11-31"),
        Told("content/issues/2026-11-31", 0, "the folder's name is no date", "name it by its date"),
    ),
    case(
        "a folder at the end of all calendars",
        moved(FOLDER, "content/issues/9999-12-31"),
        Told("content/issues/9999-12-31", 0, "the folder's date lies beyond the calendar", "rename the folder"),
        Told("content/issues/9999-12-31/issue.md", "date:", "is not the folder's", "write 9999-12-31"),
    ),
    case(
        "front matter that is not opened",
        swapped(NUMBER, "---\n", ""),
        Told(NUMBER, 1, "the first line is not ---", "begin the file with ---"),
    ),
    case(
        "front matter below an empty line",
        swapped(NUMBER, "---\n", "\n---\n"),
        Told(NUMBER, 1, "the first line is not ---", "begin the file with ---"),
    ),
    case(
        "front matter that is not closed",
        written(NUMBER, "---\nvalue: 90\n"),
        Told(NUMBER, 1, "the front matter opens here and is not closed", "put a line --- between"),
    ),
    case(
        "front matter without keys",
        written(NUMBER, "---\n---\n"),
        Told(NUMBER, 1, "the front matter holds no keys", "write key: value lines in it"),
    ),
    case(
        "an empty blurb",
        written(NUMBER, ""),
        Told(NUMBER, 1, "the first line is not ---", "begin the file with ---"),
    ),
    case(
        "an image that is no picture",
        written(PICTURE, "a harbour"),
        Told(PICTURE, 0, "it is not a JPEG, PNG, GIF or WebP file", "save it as JPEG or PNG"),
    ),
    case(
        "an image cut short",
        lambda root: written(PICTURE, (root / PICTURE).read_bytes()[:500])(root),
        Told(PICTURE, 0, "the file is broken", "save it as JPEG or PNG"),
    ),
    case(
        "an image of 30 MB",
        written(PICTURE, b"\0" * 30_000_001),
        Told(PICTURE, 0, "larger than 30 MB", "save it smaller"),
    ),
)

BODIES = (
    case("raw HTML", body("One<br>two"), Told(OPENING, "One<br>", "raw HTML, <br>", "write it in Markdown")),
    case("an HTML comment", body("One\n\n<!-- two -->"), Told(OPENING, "<!--", "raw HTML", "write it in Markdown")),
    case(
        "raw HTML below a front matter with a mistake",
        line(OPENING, "subject:", "subject:"),
        body("One<br>two"),
        Told(OPENING, "subject:", "`subject` has no value", "write it behind the colon"),
        Told(OPENING, "One<br>", "raw HTML, <br>", "write it in Markdown"),
    ),
    case(
        "a javascript: link",
        body("See [this](javascript:alert)"),
        Told(OPENING, "alert", "links to 'javascript:alert', which is no address", "https://example.org/page"),
    ),
    case("an empty link", body("See [this]()"), Told(OPENING, "[this]", "without an address", "write it in full")),
    case(
        "a link without words",
        body("See [](https://example.org)"),
        Told(OPENING, "See []", "without any words", "write the words"),
    ),
    case("a link within the site", body("See [this](/about)"), Told(OPENING, "/about", "no address", "in full")),
    case(
        "a picture", body("![A quay](quay.png)"), Told(OPENING, "![A", "holds a picture", "front matter under image:")
    ),
    case(
        "a note written out", body("[^gazette-floor]: A note"), Told(OPENING, "A note", "a note out", "only the mark")
    ),
    case(
        "a code block", body("One\n\n    two"), Told(OPENING, "    two", "as code by its indent", "remove the spaces")
    ),
    case("a rule", body("One\n\n***"), Told(OPENING, "***", "draws a rule", "remove it")),
    case("too deep quotes", body(f"{'> ' * 9}One"), Told(OPENING, "> One", "more than 6 deep", "use fewer levels")),
    case(
        "too deep lists",
        body("\n".join(f"{'    ' * depth}- {depth}" for depth in range(8))),
        Told(OPENING, f"{'    ' * 6}- 6", "nested more than 6 deep", "use fewer levels"),
    ),
    case("open brackets", body("[" * 12), Told(OPENING, "[[[", "brackets open at once", "close or remove some")),
    case("a run of stars", body("*" * 500), Told(OPENING, "***", "marks of emphasis", "remove some")),
    case("a control character", body("One\x07two"), Told(OPENING, "One\x07", "the control character U+0007", "delete")),
    case("a noncharacter", body("One\ufdd0two"), Told(OPENING, "One\ufdd0", "the control character U+FDD0", "delete")),
    case(
        "a body without measure",
        written(READ_MORE, f"---\ntitle: A\nurl: https://example.org\n---\n{'word ' * 5000}\n"),
        Told(READ_MORE, 5, "the body has 25,001 characters", "keep it under 20,000"),
    ),
    case(
        "the second of two links that is wrong, on its own line",
        body("One [two](https://example.org)\nthree [four](ftp://example.org)"),
        Told(OPENING, "four", "links to 'ftp://example.org'", "https://example.org/page"),
    ),
)

TEMPLATES = (
    case(
        "an unknown component",
        template('<mj-text align="left">{{ fields.question }}</mj-text>', "<mj-txt>{{ fields.question }}</mj-txt>"),
        Told(TEMPLATE, 4, "<mj-txt> is not a component that is known here", "did you mean <mj-text>?"),
    ),
    case(
        "an unknown component, closed by the right name",
        template('<mj-text align="left">', '<mj-txt align="left">'),
        Told(TEMPLATE, 4, "<mj-txt> is not a component that is known here", "did you mean <mj-text>?"),
    ),
    case(
        "an unknown component that is never closed",
        template("</mj-section>\n", "</mj-section>\n<mj-zzzz>\n"),
        Told(TEMPLATE, 11, "<mj-zzzz> is not a component that is known here", "the components are mj-attributes"),
    ),
    case(
        "a component in a wrong one",
        template("</mj-column>\n", "</mj-column>\n<mj-text>One</mj-text>\n"),
        Told(TEMPLATE, 10, "<mj-text> stands in <mj-section>", "it belongs in <mj-column>"),
    ),
    case(
        "a component outside every section",
        template("</mj-section>\n", "</mj-section>\n<mj-text>One</mj-text>\n"),
        Told(TEMPLATE, 11, "<mj-text> stands in <mj-body>", "it belongs in <mj-column>"),
    ),
    case(
        "a component in HTML",
        template("{{ body }}", "<mj-divider />"),
        Told(TEMPLATE, 6, "<mj-divider> stands in <mj-text>, which holds HTML only", "move it out of <mj-text>"),
    ),
    case(
        "a component that is not closed",
        template("</mj-column>\n", ""),
        Told(TEMPLATE, 9, "</mj-section> stands where </mj-column> of line 3 is expected", "close <mj-column> first"),
    ),
    case(
        "HTML that is not closed",
        template("{{ body }}", "<p>{{ body }}"),
        Told(TEMPLATE, 6, "</mj-text> stands where </p> of line 6 is expected", "close <p> first"),
    ),
    case(
        "a wrong closing tag",
        template("{{ body }}</mj-text>", "{{ body }}</mj-button>"),
        Told(TEMPLATE, 6, "</mj-button> stands where </mj-text> of line 6 is expected", "close <mj-text> first"),
    ),
    case(
        "a closing tag too many",
        template("</mj-section>\n", "</mj-section>\n</mj-section>\n"),
        Told(TEMPLATE, 11, "</mj-section> closes nothing", "remove it, or open it in this template"),
    ),
    case(
        "a template that ends inside a tag",
        template("</mj-section>\n", "</mj-section\n"),
        Told(TEMPLATE, 10, "a tag opens here and is not closed", "close it with >"),
    ),
    case(
        "an unknown attribute",
        template('align="left"', 'aling="left"'),
        Told(TEMPLATE, 4, "<mj-text> has no attribute aling", "did you mean align?"),
    ),
    case(
        "an attribute that is like none",
        template('align="left"', 'zzzz="left"'),
        Told(TEMPLATE, 4, "<mj-text> has no attribute zzzz", "it knows align, color"),
    ),
    case(
        "an attribute twice",
        template('align="left"', 'align="left" align="left"'),
        Told(TEMPLATE, 4, "<mj-text> says align twice", "keep one"),
    ),
    case(
        "an attribute without quotes",
        template('align="left"', "align=left"),
        Told(TEMPLATE, 4, "the value of align in <mj-text> has no quotes", 'write align="..."'),
    ),
    case(
        "an attribute without a value",
        template('align="left"', "align"),
        Told(TEMPLATE, 4, "the attribute align of <mj-text> has no value", 'write align="..."'),
    ),
    case(
        "a quote of an attribute that is not closed",
        template('align="left"', 'align="left color="#ffffff"'),
        Told(TEMPLATE, 4, "a quote or a bracket is missing in <mj-text>", "write each value between two quotes"),
    ),
    case(
        "a tag that swallows the next",
        template('<mj-text align="left">{{', "<mj-text {{"),
        Told(TEMPLATE, 4, "a quote or a bracket is missing in <mj-text>", "and > last"),
    ),
    case(
        "an attribute that is not ASCII",
        template('align="left"', 'align="ľeft"'),
        Told(TEMPLATE, 4, "the attribute align of <mj-text> holds 'ľeft', not ASCII", "print it with {{ ... }}"),
    ),
    case(
        "an event",
        template("{{ body }}", '<a href="{{ site }}" onclick="go()">{{ body }}</a>'),
        Told(TEMPLATE, 6, "<a> has the event onclick", "remove it"),
    ),
    case(
        "a script",
        template("{{ body }}", "<script>go()</script>"),
        Told(TEMPLATE, 6, "<script> has no place", "remove it"),
    ),
    case(
        "capitals",
        template("<mj-column>", "<MJ-Column>"),
        Told(TEMPLATE, 3, "not written in small letters", "write it in"),
    ),
    case(
        "text directly in a column",
        template("</mj-column>\n", "Hello there\n</mj-column>\n"),
        Told(TEMPLATE, 9, "the text 'Hello there' stands directly in <mj-column>", "put it in an <mj-text>"),
    ),
    case(
        "text outside every section",
        template("</mj-section>\n", "</mj-section>\n\nHello there\n"),
        Told(TEMPLATE, 12, "the text 'Hello there' stands directly in <mj-body>", "put it in an <mj-text>"),
    ),
    case(
        "HTML directly in a column",
        template("</mj-column>\n", "<p>One</p>\n</mj-column>\n"),
        Told(TEMPLATE, 9, "<p> stands directly in <mj-column>", "put it in an <mj-text>"),
    ),
    case("a bare <", template("{{ body }}", "1 < 2"), Told(TEMPLATE, 6, "a bare < stands in the text", "&lt;")),
    case(
        "a tag that closes itself", template("{{ body }}", "<p/>"), Told(TEMPLATE, 6, "<p/> closes itself", "<p></p>")
    ),
    case(
        "mj-include",
        template("</mj-column>\n", '<mj-include path="foot.mjml" />\n</mj-column>\n'),
        Told(TEMPLATE, 9, "<mj-include> is not used here", "use Jinja's {% include %}"),
    ),
    case(
        "mj-image",
        template("</mj-column>\n", '<mj-image src="quay.png" />\n</mj-column>\n'),
        Told(TEMPLATE, 9, "<mj-image> is not used here", "use the macro parts.picture"),
    ),
    case(
        "mj-font",
        swapped("templates/email/issue.mjml", "<mj-attributes>", '<mj-font name="A" href="B" />\n<mj-attributes>'),
        Told("templates/email/issue.mjml", "<mj-font", "<mj-font> is not used here", "set a font stack in the theme"),
    ),
    case(
        "a web font in a style",
        swapped("templates/email/issue.mjml", "</mj-style>", "@import url(a.css);\n</mj-style>"),
        Told("templates/email/issue.mjml", "@import", "asks for a web font", "set a font stack in the theme"),
    ),
    case(
        "an image without alt",
        template("{{ body }}", '<img src="{{ site }}" width="1" height="1">'),
        Told(TEMPLATE, 6, "<img> lacks alt, width or height", "the macro parts.picture does"),
    ),
    case(
        "an image without alt in a macro of ours",
        swapped("templates/email/parts.mjml", ' alt="{{ asset.alt }}"', ""),
        Told("templates/email/parts.mjml", "<img ", "<img> lacks alt, width or height", "write all three"),
    ),
    case("@@", template("{{ body }}", "a@@b"), Told(TEMPLATE, 6, "it holds @@", "write &#64;&#64;")),
    case(r"\u{", template("{{ body }}", r"\u{41}"), Told(TEMPLATE, 6, r"it holds \u{", "write &#92;u{")),
    case(
        "a doctype",
        template("<mj-section", "<!doctype html>\n<mj-section"),
        Told(TEMPLATE, 2, "<!doctype html>", "remove it"),
    ),
    case(
        "CDATA", template("{{ body }}", "<![CDATA[a]]>"), Told(TEMPLATE, 6, "has no place in a template", "remove it")
    ),
    case(
        "a comment that is not closed",
        template("<mj-column>\n", "<!-- a column\n<mj-column>\n"),
        Told(TEMPLATE, 3, "a comment opens here and is not closed", "close it with -->"),
    ),
    case(
        "a component in a comment",
        template("<mj-column>\n", "<!-- <mj-column> -->\n<mj-column>\n"),
        Told(TEMPLATE, 3, "a comment holds a component", "use {# ... #}"),
    ),
    case(
        "a component half inside a condition",
        template("{% endif %}\n", "<mj-text>\n{% endif %}\n</mj-text>\n"),
        Told(TEMPLATE, 5, "a component stands half inside this condition", "open and close it on the same side"),
    ),
    case(
        "a template that is taken in and is not there",
        template("<mj-section", '{% include "email/zzzz.mjml" %}\n<mj-section'),
        Told(TEMPLATE, 2, "there is no template 'email/zzzz.mjml'", "name one that is there: email/"),
    ),
    case(
        "a template nearly named",
        template("email/parts.mjml", "email/prats.mjml"),
        Told(TEMPLATE, 1, "there is no template 'email/prats.mjml'", "did you mean 'email/parts.mjml'?"),
    ),
    case(
        "a template whose name is computed",
        template("<mj-section", "{% include name %}\n<mj-section"),
        Told(TEMPLATE, 2, "a template whose name is computed", "write the name in quotes"),
    ),
    case(
        "a template that takes itself in",
        template("<mj-section", '{% include "email/question.mjml" %}\n<mj-section'),
        Told(TEMPLATE, 2, "takes itself in without end", "remove the include, import or call"),
    ),
    case(
        "a value that is not there",
        template("{{ body }}", "{{ subjekt }}"),
        written(f"{FOLDER}/question.md", "---\nquestion: Why?\n---\nA body.\n"),
        Told(TEMPLATE, 6, "there is no value `subjekt` here", "did you mean `subject`?"),
    ),
    case(
        "a field that is not there",
        template("fields.question", "fields.queston"),
        Told(TEMPLATE, 4, "a Question has no `queston`", "did you mean `question`?"),
    ),
    case(
        "a frame text that is not there",
        template("t.unsubscribe", "t.unsubscrib"),
        Told(TEMPLATE, 8, "there is no `unsubscrib` among the frame texts", "did you mean `unsubscribe`?"),
    ),
    case(
        "a field of a value that is left out in this issue",
        template("fields.question", "author.credit"),
        Told(TEMPLATE, 4, "`credit` is asked of a value that is left out", "ask {% if ... %} first"),
    ),
    case(
        "a macro without what it needs",
        template("{{ t.unsubscribe }}", "{{ parts.link(site) }}"),
        Told(TEMPLATE, 8, "a macro is called here without `text`", "give it a value in the brackets"),
    ),
    case(
        "a macro that is not there",
        template("parts.meta()", "parts.mta()"),
        Told(TEMPLATE, 8, "there is no macro `mta` there", "did you mean `meta`?"),
    ),
    case(
        "a filter that is not there",
        template("fields.question", "fields.question|loud"),
        Told(TEMPLATE, 4, "there is no filter `loud`", "mend its name"),
    ),
    case(
        "a Jinja tag that is not closed",
        template("{% if body %}", "{% if body"),
        Told(TEMPLATE, 5, "a Jinja tag opens here and is not closed", "close it with %}"),
    ),
    case(
        "a printing tag that is half closed",
        template("{{ fields.question }}", "{{ fields.question }"),
        Told(TEMPLATE, 4, "a Jinja tag opens here and is not closed", "close it with %}, }}"),
    ),
    case(
        "a Jinja comment that is not closed",
        template("<mj-column>\n", "<mj-column>\n{# a column\n"),
        Told(TEMPLATE, 4, "a Jinja tag opens here and is not closed", "or #}"),
    ),
    case(
        "a condition that is not closed",
        template("{% endif %}\n", ""),
        Told(TEMPLATE, 5, "the block {% if %} opens here and is not closed", "close it with {% endif %}"),
    ),
    case(
        "an end of nothing",
        template("{% if body %}\n", ""),
        Told(TEMPLATE, 6, "{% endif %} closes nothing that is open", "remove it, or open its block above"),
    ),
    case(
        "an unknown Jinja tag",
        template("{% if body %}", "{% iff body %}"),
        Told(TEMPLATE, 5, "{% iff %} is not a tag that is known here", "did you mean if?"),
    ),
    case(
        "an expression that is none",
        template("fields.question", "fields."),
        Told(TEMPLATE, 4, "Jinja cannot read this", "mend the tag"),
    ),
    case(
        "a raw block",
        template("{{ body }}", "{% raw %}{{ body }}{% endraw %}"),
        Told(TEMPLATE, 6, "it holds a {% raw %} block", "remove it"),
    ),
    case(
        "a value that is left out in this issue",
        template("fields.question", "fields.promise"),
        Told(TEMPLATE, 4, "it prints a value that is left out in this issue", "ask {% if ... %} first"),
    ),
    case(
        "a value that is not text",
        template("fields.question", "fields"),
        Told(TEMPLATE, 4, "it prints a Question, which is not text", "print a field of it"),
    ),
    case(
        "a value that the sandbox guards",
        template("fields.question", "fields.__class__"),
        Told(TEMPLATE, 4, "this is not allowed in a template", "use plain values, filters and macros"),
    ),
    case(
        "a division by nought",
        template("fields.question", "1 // 0"),
        Told(TEMPLATE, 4, "this cannot be done here: integer division", "mend the expression"),
    ),
    case(
        "a name filled in nowhere",
        template("t.unsubscribe", "t.question_promise|fill(day=number)"),
        Told(TEMPLATE, 8, "the text holds {date}, and nothing is given for it", "add date=... to fill"),
    ),
    case(
        "a date of no date",
        template("fields.question", "name|date(t)"),
        Told(TEMPLATE, 4, "what is to be printed as a date is none", "on a date only"),
    ),
    case(
        "a date pattern that is not there",
        template("fields.question", 'date|date(t, "date_odd")'),
        Told(TEMPLATE, 4, "there is no date pattern `date_odd`", "use date_long, or add it there"),
    ),
    case(
        "a measure that is none",
        template("fields.question", 'name|verbatim|upper ~ "<"|verbatim'),
        Told(TEMPLATE, 4, "'<' cannot stand verbatim", "write a measure or a name"),
    ),
    case(
        "a header's slot in the body",
        template("fields.question", "slot.message_id"),
        Told(TEMPLATE, 4, "the slot message_id stands in a body", "it belongs in the headers"),
    ),
    case(
        "a template in Latin-1",
        written(TEMPLATE, SECTION.replace("{{ body }}", "caf\xe9").encode("latin-1")),
        Told(TEMPLATE, 6, "the template is not UTF-8 text", "save it as UTF-8"),
    ),
    case(
        "a control character in a template",
        template("{{ body }}", "caf\x07"),
        Told(TEMPLATE, 6, "the control character U+0007 stands here", "delete it"),
    ),
    case(
        "a template that no section uses",
        written("templates/email/zzzz.mjml", "{% if %}"),
        Told("templates/email/zzzz.mjml", 1, "Jinja cannot read this", "mend the tag"),
    ),
    case(
        "a field that is not there, in a text template",
        swapped("templates/text/question.txt", "{{ fields.question }}", "{{ fields.queston }}"),
        Told("templates/text/question.txt", "queston }}", "a Question has no `queston`", "did you mean `question`?"),
    ),
    case(
        "a condition that is not closed, in a page template",
        written("templates/web/question.html", "<p>\n{% if body %}\n{{ body }}\n</p>\n"),
        Told("templates/web/question.html", 2, "the block {% if %} opens here and is not closed", "{% endif %}"),
    ),
    case(
        "a reader's slot on the page for all",
        swapped("templates/web/question.html", "{{ fields.question }}", "{{ slot.greeting }}"),
        Told("templates/web/question.html", "slot.greeting", "on a page that all readers share", "remove it there"),
    ),
    case(
        "a text template in Latin-1",
        written("templates/text/question.txt", b"A\n\xe9\n"),
        Told("templates/text/question.txt", 2, "the template is not UTF-8 text", "save it as UTF-8"),
    ),
)

FRAMES = (
    case(
        "a colon in a frame text",
        written(FRAME, "unsubscribe: Leave: now\n"),
        Told(FRAME, 1, "a colon stands where none may", "put the whole text in quotes"),
    ),
    case(
        "a frame text that is a list",
        written(FRAME, "unsubscribe: [Leave]\n"),
        Told(FRAME, 1, "is not one text", "key: text"),
    ),
    case(
        "a frame text misspelt",
        written(FRAME, "direction: ltr\nunsubscibe: Leave\n"),
        Told(FRAME, 2, "`unsubscibe` is not a text that is known here", "did you mean `unsubscribe`?"),
    ),
    case(
        "a frame text with a name that nothing fills",
        written(FRAME, 'question_promise: "Answers come on {dat}."\n'),
        Told(FRAME, 1, "`question_promise` holds {dat}, which nothing fills", "write {date}"),
    ),
    case(
        "a frame text with a brace alone",
        written(FRAME, 'issue_number: "No. {number"\n'),
        Told(FRAME, 1, "`issue_number` holds a brace that stands alone", "as {date}"),
    ),
    case(
        "a date pattern with a letter for hours",
        written(FRAME, 'date_long: "d MMMM y h"\n'),
        Told(FRAME, 1, "`date_long` holds h, which is no pattern letter of a date", "use y, M, d and E"),
    ),
    case("a direction that is none", written(FRAME, "direction: left\n"), Told(FRAME, 1, "is 'left'", "ltr or rtl")),
    case("frame texts without names", written(FRAME, "Leave\n"), Told(FRAME, 1, "holds no texts by name", "key: text")),
    case("frame texts in Latin-1", written(FRAME, b"unsubscribe: \xe9\n"), Told(FRAME, 1, "not UTF-8 text", "save it")),
    case(
        "a new language that lacks texts",
        line(SCHEDULE, "language:", "language: fr"),
        written("templates/frame/fr.yaml", "direction: ltr\n"),
        Told("templates/frame/fr.yaml", 0, "these texts are missing: date_full, date_long", "add them"),
    ),
)

CASES = (*YAML, *KEYS, *VALUES, *CALENDAR, *REFERENCES, *FILES, *BODIES, *TEMPLATES, *FRAMES)


def sample(pristine: Path, to: Path) -> None:
    """A copy with the coming issue alone: one is enough to be wrong."""
    issues = pristine / "content" / "issues"
    shutil.copytree(
        pristine, to, ignore=lambda at, names: {name for name in names if Path(at) == issues and name != ISSUE}
    )


@pytest.fixture
def app(pristine: Path, tmp_path: Path) -> App:
    """The sample with its coming issue alone, for a test to change."""
    sample(pristine, tmp_path / "publication")
    return opened(tmp_path / "publication")


def listed(mistakes: tuple[Mistake, ...]) -> str:
    return "\n".join(str(mistake) for mistake in mistakes) or "nothing is told"


def test_there_is_nothing_to_tell_of_the_sample(app: App) -> None:
    """What the cases begin from has no mistake, neither the sample nor the template that they break."""
    written(TEMPLATE, SECTION)(app.root)
    assert check_files(app).mistakes == ()


def test_the_cases_are_many_and_each_has_a_name_of_its_own() -> None:
    """Fifty kinds of broken input at the least."""
    assert len({one.name for one in CASES}) == len(CASES) >= 50


@pytest.mark.parametrize("broken", CASES, ids=lambda one: one.name)
def test_broken_input_is_told_with_its_file_its_line_and_what_to_do(app: App, broken: Case) -> None:
    """All that a case expects is told, where it expects it, and nothing beside it."""
    for change in broken.changes:
        change(app.root)
    found = check_files(app).mistakes
    untold = [told for told in broken.told if not any(told.fits(mistake, app.root) for mistake in found)]
    noise = [mistake for mistake in found if not any(told.fits(mistake, app.root) for told in broken.told)]
    assert (untold, noise, len(found)) == ([], [], len(broken.told)), listed(found)
    assert [mistake for mistake in found if not plain(mistake)] == []


# What the libraries beneath say, and no editor should have to read.
JARGON = re.compile(r"pydantic|ruamel|jinja2|newsletter\.|object at|has no attribute '|NoneType|Error\b|<template>")


def plain(mistake: Mistake) -> bool:
    """Whether a mistake is told on one line of ordinary length, without the words of the libraries beneath."""
    told = str(mistake)
    one_line = len(told) < 500 and "\n" not in told and unfit_character(told) is None
    return one_line and bool(mistake.what and mistake.todo) and not JARGON.search(told)


def test_mistakes_in_several_files_are_told_at_once_by_file_and_line(app: App) -> None:
    """Nobody mends one mistake to be told the next: four files with two mistakes each give eight, in order."""
    for change in (
        line(ITEMS, "published:", "  published: 2026-02-30"),
        added(ITEMS, "\n- id: Capital\n  outlet: A\n  title: B\n  url: https://example.org\n  rights: ours\n"),
        line(OPENING, "preheader:", "preheder: A calendar"),
        body("One<br>two"),
        line(NUMBER, "as_of:", "as_of: yesterday"),
        line(NUMBER, "caption:", "captoin: days"),
        template('<mj-text align="left">', '<mj-text aling="left" colour="#ffffff">'),
    ):
        change(app.root)
    found = check_files(app).mistakes
    assert [mistake.path for mistake in found] == [OPENING] * 2 + [ITEMS] * 2 + [NUMBER] * 2 + [TEMPLATE] * 2
    assert list(found) == sorted(found)
    assert len({(mistake.path, mistake.line) for mistake in found}) == 7  # the attributes stand on one line


def run(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "newsletter", "-C", str(root), *words]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


BY_COMMAND = {
    "a tab as indent": f"{SCHEDULE}:14: a tab indents this line; use spaces; YAML takes no tabs",
    "a file in Latin-1": f"{PEOPLE}:2: the file is not UTF-8 text (byte 0xE9); save it as UTF-8 in your editor",
    "a field that is not there": f"{TEMPLATE}:4: a Question has no `queston`; did you mean `question`?",
    "a picture that is not there": f"{READ_MORE}:6: there is no picture 'zzzzzzzzzz.jpg' in {FOLDER}/images; "
    "put the file there, or remove the picture",
}


@pytest.mark.parametrize("name", BY_COMMAND)
@pytest.mark.parametrize("command", ["check-files", "build"])
def test_a_command_tells_broken_input_on_a_line_and_ends_with_1(app: App, command: str, name: str) -> None:
    """As file:line: what; what to do. `check-files` tells it as its result, `build` as the reason why there is none."""
    for change in next(one for one in CASES if one.name == name).changes:
        change(app.root)
    done = run(app.root, command, *(("--out", "var/build") if command == "build" else ()))
    assert done.returncode == 1
    assert BY_COMMAND[name] in (done.stdout if command == "check-files" else done.stderr).splitlines()
    assert "Traceback" not in done.stderr
    assert not (app.root / "var" / "build").exists()


@pytest.fixture(scope="module")
def with_templates(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> App:
    """The sample with its coming issue and all of our templates as its own."""
    root = tmp_path_factory.mktemp("mutated") / "publication"
    sample(pristine, root)
    for kind in ("email", "text", "web", "frame"):
        shutil.copytree(packaged.root() / "templates" / kind, root / "templates" / kind)
    return opened(root)


# What breaks things: signs of YAML, Markdown, Jinja and MJML, and bytes that are no text of ours.
SIGNS = (
    *b"--- ... &a !a [ ] { } ~ % ? | ' \" ` \\ <b> ![a](b) []() [^a] *** javascript: &#0; 0 -1 9999 2026-02-30".split(),
    *b"{{ }} {% %} {# #} |safe .__class__ () < > </ /> <mj-text> </mj-text> <!-- --> <!a <?a <![CDATA[ @@".split(),
    *(b"\t", b"- ", b": ", b" #", b"*a ", b"> ", b"    ", b"{% if a %}", b"{% endif %}", b"{% raw %}", b"\r", b"\n\n"),
    *(b"\0", b"\xff", b"\xc2\xa0", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\xef\xb7\x90", b"\xf0\x9f\x98\x80"),
)
EDITS = ("insert", "overwrite", "cut out", "cut off", "drop line", "repeat line", "swap lines", "indent line")


def edited(data: bytes, edit: str, at: int, sign: bytes) -> bytes:
    """The file after one slip: `at` says where, `sign` what."""
    place = at % (len(data) + 1)
    lines = data.split(b"\n")
    row, other = at % len(lines), at // 7 % len(lines)
    match edit:
        case "insert":
            return data[:place] + sign + data[place:]
        case "overwrite":
            return data[:place] + sign + data[place + len(sign) :]
        case "cut out":
            return data[:place] + data[place + 1 + at % 30 :]
        case "cut off":
            return data[:place]
        case "drop line":
            lines[row : row + 1] = []
        case "repeat line":
            lines[row:row] = [lines[other]]
        case "swap lines":
            lines[row], lines[other] = lines[other], lines[row]
        case _:
            lines[row] = sign + lines[row]
    return b"\n".join(lines)


@settings(max_examples=20_000 if SOAK else 80)
@given(
    which=st.integers(0, 10**6),
    edits=st.lists(
        st.tuples(st.sampled_from(EDITS), st.integers(0, 10**6), st.sampled_from(SIGNS) | st.binary(max_size=4)),
        min_size=1,
        max_size=4,
    ),
)
def test_no_slip_in_any_file_ends_in_a_traceback(
    with_templates: App, which: int, edits: list[tuple[str, int, bytes]]
) -> None:
    """Whatever becomes of the bytes of a file: there are mistakes to tell in plain words, or nothing to tell."""
    root = with_templates.root
    files = sorted(path for path in root.rglob("*") if path.is_file())
    path = files[which % len(files)]
    was = data = path.read_bytes()
    for edit, at, sign in edits:
        data = edited(data, edit, at, sign)
    path.write_bytes(data)
    try:
        found = check_files(with_templates).mistakes
    finally:
        path.write_bytes(was)
    assert [str(mistake) for mistake in found if not plain(mistake)] == []
