"""One more entry in the text of a waivers.yaml: every other byte stays as it was, comments included."""

from __future__ import annotations

import json
from typing import Any

from ruamel.yaml.error import YAMLError

from newsletter.model.finding import Waiver
from newsletter.publication import yamlfile
from newsletter.publication.yamlfile import Value, nodes
from newsletter.publication.yamlwrite import scalar


def with_waiver(text: str, waiver: Waiver) -> str | None:
    """waivers.yaml with one more entry, behind the others; "" is a file that is not there yet.

    None where the file holds a mistake, or is written in a way that this cannot change: it is never made to say
    anything else.
    """
    said = {"check": waiver.check, "words": waiver.words, "who": waiver.who, "why": waiver.why}
    try:
        after = _added(text, said)
    except (YAMLError, ValueError):
        return None
    return after if _says_it(text, after, said) else None


def _added(text: str, said: dict[str, str]) -> str:
    """The text with the entry in it. Raises `ValueError` where something else than a list stands there."""
    root: Any = nodes(text)
    if root is None or (isinstance(root.value, str) and not root.value):  # nothing, or comments alone
        return _below(text, said, "")
    if not isinstance(root.value, list) or root.tag != "tag:yaml.org,2002:seq":
        raise ValueError("something else than a list stands here")
    if not root.flow_style:
        return _below(text, said, " " * root.start_mark.column)
    entry = "{" + ", ".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in said.items()) + "}"
    at = root.value[-1].end_mark.index if root.value else root.start_mark.index + 1
    return f"{text[:at]}{', ' if root.value else ''}{entry}{text[at:]}"


def _below(text: str, said: dict[str, str], indent: str) -> str:
    """The text with the entry as its last lines, an empty one before them where the entries are set apart so."""
    ending = "\r\n" if "\r\n" in text else "\n"
    written = [f"{key}: {scalar(value)}" for key, value in said.items()]
    lines = [f"{indent}- {written[0]}", *(f"{indent}  {line}" for line in written[1:])]
    gap = ending if not text or text.endswith("\n") else ending * 2
    apart = ending if f"{ending}{ending}{indent}- " in text else ""
    return text + (gap.removeprefix(ending)) + apart + "".join(line + ending for line in lines)


def _says_it(before: str, after: str, said: dict[str, str]) -> bool:
    """Whether the changed text says what it said before and this entry behind it, and nothing in it is a mistake."""
    old, new = yamlfile.read(_normal(before)), yamlfile.read(_normal(after))
    entry: Value = {**said}
    expected = [*(old.value if isinstance(old.value, list) else ()), entry]
    mistakes = (*old.mistakes, *new.mistakes, *yamlfile.read_list(_normal(after), Waiver, "")[2])
    return not mistakes and new.value == expected


def _normal(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n")
