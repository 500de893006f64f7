"""`skip` of the calendar, changed in the text of schedule.yaml: every other byte stays as it was, comments included."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

from newsletter.publication import yamlfile
from newsletter.publication.yamlfile import Value, nodes


def with_skip(text: str, day: date) -> str | None:
    """schedule.yaml with one more date that is skipped, in its place among the others.

    None where the file is written in a way that this cannot change: it is never made to say anything else.
    """
    keys = _calendar(text)
    if "skip" not in keys:
        changed = _with_key(text, keys, f"skip: [{day}]")
    else:
        key, value = keys["skip"]
        if isinstance(value.value, list) and value.value:
            changed = _with_entry(text, value, day)
        elif value.start_mark.index < value.end_mark.index:
            changed = _spliced(text, value.start_mark.index, value.end_mark.index, f"[{day}]")
        else:  # nothing stands behind the colon
            at = text.index(":", key.end_mark.index) + 1
            changed = _spliced(text, at, at, f" [{day}]")
    return _checked(text, changed, {*_skipped(text), str(day)})


def without_skip(text: str, day: date) -> str | None:
    """The text without that date, and None as above. A line that held nothing but it goes as a whole."""
    _, value = _calendar(text).get("skip", (None, None))
    entries = list(value.value) if value is not None and isinstance(value.value, list) else []
    at = next((at for at, entry in enumerate(entries) if entry.value == str(day)), None)
    if value is None or at is None:
        return None
    start, end = entries[at].start_mark.index, entries[at].end_mark.index
    if not value.flow_style:
        start, end = text.rfind("\n", 0, start) + 1, text.find("\n", end) + 1 or len(text)
    elif at:
        start = entries[at - 1].end_mark.index
    elif len(entries) > 1:
        end = entries[1].start_mark.index
    return _checked(text, _spliced(text, start, end, ""), {*_skipped(text)} - {str(day)})


def _calendar(text: str) -> dict[str, tuple[Any, Any]]:
    """The keys of `calendar`, each with its own node and that of its value."""
    root = nodes(text)
    found = next(value for key, value in root.value if key.value == "calendar")
    return {key.value: (key, value) for key, value in found.value}


def _with_key(text: str, keys: dict[str, tuple[Any, Any]], line: str) -> str:
    """The text with one more key in the calendar, below the others or behind them."""
    first, _ = next(iter(keys.values()))
    start = text.rfind("\n", 0, first.start_mark.index) + 1
    before = text[start : first.start_mark.index]
    end = _end([value for _, value in keys.values()][-1])
    if before.strip():  # the keys stand behind each other, between braces
        return _spliced(text, end, end, f", {line}")
    return _line_after(text, end, before + line)


def _with_entry(text: str, entries: Any, day: date) -> str:
    """The text with one more entry in the list, behind those that come before it."""
    earlier = [one for one in entries.value if one.value < str(day)]
    beside = earlier[-1] if earlier else entries.value[0]
    start, end = beside.start_mark.index, beside.end_mark.index
    if entries.flow_style:
        return _spliced(text, end, end, f", {day}") if earlier else _spliced(text, start, start, f"{day}, ")
    line = text.rfind("\n", 0, start) + 1
    if earlier:
        return _line_after(text, end, f"{text[line:start]}{day}")
    return _spliced(text, line, line, f"{text[line:start]}{day}{_ending(text)}")


def _end(node: Any) -> int:
    """Where what a node says ends: a block's own end lies behind the comments that follow it."""
    while isinstance(node.value, list) and node.value and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return int(node.end_mark.index)


def _line_after(text: str, at: int, line: str) -> str:
    """The text with one more line below the one that this place is on."""
    end = text.find("\n", at) + 1
    return _spliced(text, end, end, line + _ending(text)) if end else f"{text}{_ending(text)}{line}{_ending(text)}"


def _ending(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _spliced(text: str, start: int, end: int, between: str) -> str:
    return text[:start] + between + text[end:]


def _checked(before: str, after: str, meant: Collection[str]) -> str | None:
    """The changed text, where it says the same as before but for the dates that are skipped."""
    same = _without_skip(before) == _without_skip(after) and not yamlfile.read(_normal(after)).mistakes
    return after if same and sorted(_skipped(after)) == sorted(meant) else None


def _says(text: str) -> dict[str, Value]:
    value = yamlfile.read(_normal(text)).value
    return value if isinstance(value, dict) else {}


def _normal(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def _skipped(text: str) -> list[str]:
    calendar = _says(text).get("calendar")
    days = calendar.get("skip") if isinstance(calendar, dict) else None
    return [str(day) for day in days] if isinstance(days, list) else []


def _without_skip(text: str) -> dict[str, Value]:
    said = _says(text)
    calendar = said.get("calendar")
    kept = {key: value for key, value in calendar.items() if key != "skip"} if isinstance(calendar, dict) else calendar
    return {**said, "calendar": kept}
