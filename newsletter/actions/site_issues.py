"""The issues that went out, as the archive keeps them in mind: each is read again only when its files have changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from newsletter.actions.app import App
from newsletter.archive.manifest import Manifest
from newsletter.archive.records import Record, edition_of, kept_of, line_of, summary_of
from newsletter.archive.twofold import in_two
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.issue import IssueId
from newsletter.publication import sent
from newsletter.publication.folder import Folder

_PIECE = 20  # issues that a process takes at a time


def signatures(app: App, known: Mapping[str, Any]) -> dict[str, str]:
    """Of each issue with sent/, a text that is another one once its files have changed; no file is read.

    `known` is what was kept of the issues last time: of each its signature, the parts of sent/ that counted, and the
    summary of its record. What it does not know has the signature "".
    """
    return sent.signatures(app.root, {name: entry[1] for name, entry in known.items()})


def read_issues(app: App, last: Manifest, now: Mapping[str, str]) -> tuple[list[Record], dict[str, list[Any]]]:
    """The record of every issue with sent/, the oldest first, and what is to be kept of them, by issue.

    `now` are the signatures. Raises `ContentError` with every mistake in what went out or in corrections.
    """
    changed = [name for name, signature in now.items() if last.issues.get(name, ("",))[0] != signature or not signature]
    read = _read_all(app, changed)
    found, keeping = [], {}
    for name in now:
        entry, line = read[name] if name in read else (last.issues[name], last.records[name])
        found.append(Record(name, line, *entry[2:]))
        keeping[name] = entry
    return found, keeping


def _read_all(app: App, names: Sequence[str]) -> dict[str, tuple[list[Any], bytes]]:
    """Reads some issues; where they are many, two processes do."""
    pieces = [names[at : at + _PIECE] for at in range(0, len(names), _PIECE)]
    found: dict[str, tuple[list[Any], bytes]] = {}
    mistakes: list[Mistake] = []

    def work(number: int) -> None:
        for name in pieces[number]:
            try:
                found[name] = _read(app, name)
            except ContentError as error:
                mistakes.extend(error.mistakes)

    def told() -> dict[str, tuple[list[Any], str]]:
        if mistakes:
            raise ContentError(mistakes)  # is read here again, and told from here
        return {name: (entry, line.decode()) for name, (entry, line) in found.items()}

    theirs = in_two(len(pieces), work, found.clear, told)
    found |= {name: (entry, line.encode()) for name, (entry, line) in (theirs or {}).items()}
    if mistakes:
        raise ContentError(sorted(mistakes))
    return found


def _read(app: App, name: str) -> tuple[list[Any], bytes]:
    """The signature that an issue's files had before they were read, and what is kept of them."""
    issue = _issue(name)
    parts = sent.parts_of(app.root, issue)
    signature = sent.signature(app.root, issue, parts)
    editions = [
        edition_of(files.path, files.meta, files.page, files.images, files.card)
        for files in sent.read_sent(app.root, issue)
    ]
    corrections = _corrections(app, issue, editions[-1]["language"])
    kept = kept_of(editions, corrections)
    if parts != sent.parts_of(app.root, issue):  # something came meanwhile: it is read again next time
        signature = ""
    return [signature, parts, *summary_of(name, kept)], line_of(kept)


def _issue(name: str) -> IssueId:
    found = IssueId.parse(name)
    if found is None:
        raise ValueError(f"{name} is no issue")
    return found


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
