"""YAML as we write it: each text in the plainest way that says nothing else, and the way it was written before."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from newsletter.model.shape import unfit_character

Given: TypeAlias = "str | int | Sequence[Given] | Mapping[str, Given] | None"
Lines: TypeAlias = tuple[str, list[str]]  # what stands behind the colon, and the lines below

WIDTH = 120  # columns

_NUMBER = re.compile(r"[-+.]?\.?\d[\d_.,:]*([eE][-+]?\d+)?|0[xob][\da-fA-F_]+|[-+]?\.(inf|nan)", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?([Tt\s].*)?")
_WORD = re.compile(r"null|~|true|false|yes|no|on|off|y|n|=|<<", re.IGNORECASE)
_INDICATORS = "-?:,[]{}#&*!|>'\"%@`"
_PLAIN = re.compile(r"[^\W\d_][\w .,/()’–—-]*[\w.)]|[^\W\d_]")
_SIMPLE = re.compile(r"[^\W\d_]([\w .-]*\w)?")  # what a list between brackets holds without quotes


def look_of(text: str) -> str:
    """What a reader of YAML takes a text for that stands there without quotes: "text", "number", "date", "word"."""
    looks = {"number": _NUMBER, "date": _DATE, "word": _WORD}
    return next((name for name, pattern in looks.items() if pattern.fullmatch(text)), "text")


def one_line(value: str | int, style: str | None = None, before: str | None = None) -> str:
    """A value on one line. `style` is how the value `before` was quoted: by ' or ", or not at all, which then holds for
    another value that looks like it: a date for a date."""
    text = str(value)
    if style == '"':
        return quoted(text)
    if style == "'" and not unfit_character(text) and "\n" not in text:
        return "'" + text.replace("'", "''") + "'"
    look = look_of(text)
    usual = look == "text" or isinstance(value, int) or (before is not None and look == look_of(before) != "word")
    return text if usual and _stands_bare(text) else quoted(text)


def _stands_bare(text: str) -> bool:
    """Whether YAML 1.2.2, 7.3.3, lets a text stand on one line without quotes, and reads it as it is."""
    return bool(
        text
        and text == text.strip()
        and text[0] not in _INDICATORS
        and not re.search(r":(\s|\Z)|\s#|[\n\t]", text)
        and text.isprintable()
    )


def quoted(text: str) -> str:
    """A text in double quotes: a JSON string is a YAML one. What no file of ours may hold is escaped."""
    return re.sub(r"[^ -~]", _escaped, json.dumps(text, ensure_ascii=False))


def _escaped(found: re.Match[str]) -> str:
    one = found[0]
    if not unfit_character(one) and one != "\ufeff":
        return one
    return f"\\u{ord(one):04x}" if ord(one) < 0x10000 else f"\\U{ord(one):08x}"


def flow(value: Given) -> str:
    """A value between brackets or braces, or a text as it stands there."""
    if isinstance(value, str | int) or value is None:
        text = "" if value is None else str(value)
        return text if _SIMPLE.fullmatch(text) and look_of(text) == "text" else quoted(text)
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{key_of(key)}: {flow(inner)}" for key, inner in value.items() if inner is not None) + "}"
        )
    return "[" + ", ".join(map(flow, value)) + "]"


def key_of(key: str) -> str:
    return key if re.fullmatch(r"[^\W\d_][\w-]*", key) and look_of(key) == "text" else quoted(key)


def written(value: Given, indent: int, room: int, style: str | None = None, before: str | None = None) -> Lines:
    """A value as it stands behind a key or a dash in column `indent`, whose line has `room` columns left."""
    match value:
        case None:
            return "", []
        case str() | int():
            return _scalar(value, indent, room, style, before)
        case Mapping():
            lines = mapping_lines(value, indent + 2)
            return ("", lines) if lines else ("{}", [])
        case _ if all(isinstance(one, str | int) for one in value) and len(short := flow(value)) < min(room, 80):
            return short, []
        case _:
            return "", [line for one in value for line in entry_lines(one, indent + 2)]


def mapping_lines(value: Mapping[str, Given], indent: int) -> list[str]:
    """The keys of a group, each on a line of its own."""
    lines = []
    for key, inner in value.items():
        if inner is not None:
            lead = f"{' ' * indent}{key_of(key)}:"
            head, below = written(inner, indent, WIDTH - len(lead) - 1)
            lines += [f"{lead} {head}".rstrip(), *below]
    return lines


def entry_lines(value: Given, indent: int) -> list[str]:
    """One entry of a list, its dash in column `indent`."""
    pad = " " * indent
    if isinstance(value, Mapping):
        first, *rest = mapping_lines(value, indent + 2) or [f"{pad}  {{}}"]
        return [f"{pad}- {first[indent + 2 :]}", *rest]
    if not isinstance(value, str | int):
        return [f"{pad}- {flow(value)}"]
    head, below = written(value, indent, WIDTH - indent - 2)
    return [f"{pad}- {head}", *below]


def _scalar(value: str | int, indent: int, room: int, style: str | None, before: str | None) -> Lines:
    text = str(value)
    if style not in ('"', "'") and not unfit_character(text):
        if ("\n" in text or style == "|") and _fits_block(text):
            pad = " " * (indent + 2)
            chomp = "" if text.endswith("\n") else "-"
            return f"|{chomp}", [f"{pad}{line}".rstrip() for line in text.removesuffix("\n").split("\n")]
        head = one_line(value, style if style in ('"', "'") else None, before)
        if (style == ">" or len(head) > room) and (below := _folded(text, indent + 2)):
            return ">-", below
    return one_line(value, style if style in ('"', "'") else None, before), []


def _fits_block(text: str) -> bool:
    """Whether a text of several lines can stand as it is below its key (YAML 1.2.2, 8.1): it begins with a word, and no
    space stands where nobody sees it."""
    lines = text.removesuffix("\n").split("\n")
    return not text[:1].isspace() and not any(line != line.rstrip() for line in lines) and lines[-1] != ""


def _folded(text: str, indent: int) -> list[str]:
    """A long line broken between its words (YAML 1.2.2, 8.1.3); empty where that would not be read back as it was."""
    words = text.split(" ")
    if not all(words) or re.search(r"[\n\t]", text):
        return []
    lines = [" " * indent + words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append(" " * indent + word)
        else:
            lines[-1] += f" {word}"
    return lines


def scalar(value: str) -> str:
    """A text as YAML: as it stands where nobody could take it for something else, in quotes otherwise."""
    if _PLAIN.fullmatch(value) and value.lower() not in ("null", "true", "false", "yes", "no", "on", "off"):
        return value
    return json.dumps(value, ensure_ascii=False)  # a JSON string is a YAML one
