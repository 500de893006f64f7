"""The issues that went out, as the archive keeps them in mind: each is read again only when its files have changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from newsletter.actions.app import App
from newsletter.archive.records import Record, edition_of, kept_of
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.issue import IssueId
from newsletter.publication import sent
from newsletter.publication.folder import Folder


def signatures(app: App, known: Mapping[str, Any]) -> dict[str, str]:
    """Of each issue with sent/, a text that is another one once its files have changed; no file is read.

    `known` is what was kept of the issues last time; what it does not know has the signature "".
    """
    return sent.signatures(app.root, {name: len(entry[1]["editions"]) for name, entry in known.items()})


def read_issues(app: App, known: Mapping[str, Any], now: Mapping[str, str]) -> tuple[list[Record], dict[str, Any]]:
    """The record of every issue with sent/, the oldest first, and what is to be kept of them, by issue.

    `now` are the signatures. Raises `ContentError` with every mistake in what went out or in corrections.
    """
    found, keeping = [], {}
    mistakes: list[Mistake] = []
    for name, signature in now.items():
        try:
            entry = known.get(name)
            if entry is None or signature != entry[0]:
                entry = _read(app, name)
        except ContentError as error:
            mistakes += error.mistakes
            continue
        found.append(Record(name, entry[1]))
        keeping[name] = entry
    if mistakes:
        raise ContentError(mistakes)
    return found, keeping


def _read(app: App, name: str) -> list[Any]:
    """The signature that an issue's files had before they were read, and what is kept of them."""
    issue = Record(name, {}).id
    signature = sent.signature(app.root, issue, sent.count_editions(app.root, issue))
    editions = [
        edition_of(files.path, files.meta, files.page, files.images, files.card)
        for files in sent.read_sent(app.root, issue)
    ]
    corrections = _corrections(app, issue, editions[-1]["language"])
    return [signature, kept_of(editions, corrections)]


def _corrections(app: App, issue: IssueId, language: str) -> list[tuple[date, str, str]]:
    """Date, was and now of each correction, set in type. Most issues have none, and nothing is imported for them."""
    if not (app.root / "content" / "issues" / str(issue) / "corrections.yaml").exists():
        return []
    from newsletter.publication import corrections
    from newsletter.text.setting import set_in_type

    found, mistakes = corrections.read(Folder(app.root), issue)
    if mistakes:
        raise ContentError(mistakes)
    return [(one.date, one.was, one.now) for one in (set_in_type(one, language) for one in found)]
