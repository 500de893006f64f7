"""What went out, as the archive keeps it in mind: an issue's record, made of meta.json and corrections, pure.

Lists are made of all issues and show a few. So a record is kept in two parts: its summary, which every build reads, and
the whole, which is read for the issues that a page is made of.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from newsletter.model.archive import Amendment, ArchivedIssue, Card
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.issue import IssueId, IssueNumber
from newsletter.model.question import AskedQuestion

_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class EditionFiles:
    """Where an edition's own files lie."""

    path: str  # of its folder, below the publication's
    page: str  # the SHA-256 of page.html
    images: tuple[str, ...]  # by name; the card is not among them


@dataclass(frozen=True, eq=False)
class Record:
    """An issue that went out, and its editions: as it was kept, and read only as far as somebody asks."""

    name: str  # of its folder
    line: bytes = field(repr=False)  # the whole, as JSON
    key: str  # another one as soon as anything of the issue has changed, but for its note
    editions: int
    updated: str  # the day of the newest correction, or its own, ISO 8601
    has_number: bool  # the newest edition; so are topics and people
    topics: Sequence[str]
    people: Sequence[tuple[str, str]]  # ids and names
    note: str | None = None  # see `ArchivedIssue`

    @cached_property
    def kept(self) -> Mapping[str, Any]:
        """What `kept_of` made."""
        found: dict[str, Any] = json.loads(self.line)
        return found

    @cached_property
    def id(self) -> IssueId:
        found = IssueId.parse(self.name)
        if found is None:
            raise ValueError(f"{self.name} is no issue")
        return found

    @property
    def year(self) -> int:
        return int(self.name[:4])

    @cached_property
    def issue(self) -> ArchivedIssue:
        """As the newest edition has it."""
        return self._read(self.kept["editions"][-1])

    @cached_property
    def earlier(self) -> tuple[ArchivedIssue, ...]:
        """As the editions before the newest have it, the first one first."""
        return tuple(self._read(one) for one in self.kept["editions"][:-1])

    @cached_property
    def files(self) -> tuple[EditionFiles, ...]:
        """Of each edition, the first one first."""
        return tuple(EditionFiles(one["path"], one["page"], tuple(one["images"])) for one in self.kept["editions"])

    def _read(self, edition: Mapping[str, Any]) -> ArchivedIssue:
        written = self.kept.get("amendments", ())
        amendments = tuple(Amendment(date=date.fromisoformat(day), was=was, now=now) for day, was, now in written)
        return _issue(self.id, edition, len(self.kept["editions"]), amendments, self.note)


def summary_of(name: str, kept: Mapping[str, Any]) -> list[Any]:
    """Of an issue, what a `Record` says without being read, from its key on, in the order of its fields; as JSON."""
    newest = kept["editions"][-1]
    updated = max((name[:10], *(day for day, _, _ in kept.get("amendments", ()))))
    return [
        kept["key"],
        len(kept["editions"]),
        updated,
        bool(newest["numbers"]),
        newest["topics"],
        newest["people"],
    ]


def line_of(kept: Mapping[str, Any]) -> bytes:
    """The whole of an issue, in one line."""
    return json.dumps(kept, separators=(",", ":")).encode()


def kept_of(editions: Sequence[Mapping[str, Any]], amendments: Sequence[tuple[date, str, str]]) -> dict[str, Any]:
    """What is kept of an issue, as JSON. `editions` are those of `edition_of`, `amendments` have date, was and now."""
    kept: dict[str, Any] = {"editions": list(editions)}
    if amendments:
        kept["amendments"] = [[day.isoformat(), was, now] for day, was, now in amendments]
    return {**kept, "key": hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:20]}


def edition_of(path: str, meta: Mapping[str, object], page: str, images: Sequence[str], card: bytes | None) -> Any:
    """What is kept of an edition, as JSON. Raises `ContentError` where meta.json does not say what it has to."""
    try:
        kept = _edition(meta)
        kept |= {"path": path, "page": page, "images": list(images)}
        if card is not None:
            kept["card"] = _card(card)
        _issue(IssueId(date.min), kept, 1, (), None)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"this is not what the program wrote here ({error!r})"
        raise ContentError(
            [Mistake(f"{path}/meta.json", 0, what, "take the folder back from git or a backup")]
        ) from error
    return kept


def _edition(meta: Mapping[str, Any]) -> dict[str, Any]:
    asked = meta.get("question")  # what went out before there was an answer form has none
    return {
        "number": int(meta["number"]),
        **{name: str(meta[name]) for name in ("language", "subject", "preheader", "due", "digest")},
        "topics": [str(topic) for topic in meta["topics"]],
        "people": [[str(one["id"]), str(one["name"])] for one in meta["people"]],
        "numbers": [[str(one["figure"]), str(one["caption"])] for one in meta["numbers"]],
        "question": [str(asked["text"]), str(asked["until"])] if asked else None,
    }


def _card(data: bytes) -> list[Any]:
    if not data.startswith(_PNG):
        raise ValueError("card.png is no PNG")
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))  # IHDR comes first: PNG, 11.2.1
    return [f"{hashlib.sha256(data).hexdigest()[:20]}.png", width, height]


def _issue(
    issue: IssueId, kept: Mapping[str, Any], editions: int, amendments: tuple[Amendment, ...], note: str | None
) -> ArchivedIssue:
    asked, card = kept["question"], kept.get("card")
    return ArchivedIssue(
        issue=issue,
        number=IssueNumber(kept["number"]),
        language=kept["language"],
        subject=kept["subject"],
        preheader=kept["preheader"],
        due=datetime.fromisoformat(kept["due"]),
        digest=kept["digest"],
        topics=tuple(kept["topics"]),
        people=tuple([(one, name) for one, name in kept["people"]]),
        numbers=tuple([(figure, caption) for figure, caption in kept["numbers"]]),
        question=AskedQuestion(text=asked[0], until=date.fromisoformat(asked[1])) if asked else None,
        editions=editions,
        amendments=amendments,
        card=Card(name=card[0], width=card[1], height=card[2]) if card else None,
        note=note,
    )
