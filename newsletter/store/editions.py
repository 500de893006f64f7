"""Editions, kept as the bytes they were: what is read back is what was approved, or it is told to be damaged."""

from __future__ import annotations

import base64
import json
import zlib
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from newsletter.model.approval import is_whole
from newsletter.model.edition import Asset, Edition, IndexTerms, Manifest
from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId, IssueNumber
from newsletter.model.letter import Greeting, Letter, Part, Place, Slot, Slotted
from newsletter.model.question import AskedQuestion
from newsletter.store import schema
from newsletter.store.engine import Store
from newsletter.store.errors import StoreError


class DamagedEdition(StoreError):
    """A stored edition that cannot be read back as it was."""

    def __init__(self, digest: str, why: str) -> None:
        self.digest = digest
        what = f"the stored edition {digest[:16]} is damaged ({why}) and cannot be sent"
        super().__init__(f"{what}; put back a backup of the database, or take the signatures back and approve anew")


def find(store: Store, digest: str) -> Edition | None:
    """The edition of this digest, byte for byte; None where it is not kept. Raises `DamagedEdition`."""
    table = schema.editions
    with store.reading() as connection:
        data = connection.scalar(select(table.c.data).where(table.c.digest == digest))
    return None if data is None else _read(digest, data)


def keep(store: Store, connection: Connection, edition: Edition, now: datetime) -> None:
    """Sees to it that the edition is kept, within a transaction of `Store.writing_alone`.

    What somebody has signed is never changed, unless it is damaged. What was only looked at takes the inputs of this
    reading: the same bytes may come of other files, a comment in one of them for instance.
    """
    table = schema.editions
    row = {"digest": edition.digest, "issue": str(edition.issue), "stored": now, "data": to_bytes(edition)}
    there = connection.scalar(select(table.c.data).where(table.c.digest == edition.digest))
    if there is None:
        connection.execute(store.upsert(table), row)
    elif there != row["data"] and (_is_damaged(edition.digest, there) or not _signed(connection, edition.digest)):
        connection.execute(update(table).where(table.c.digest == edition.digest).values(data=row["data"]))


def _signed(connection: Connection, digest: str) -> bool:
    table = schema.approvals
    return bool(connection.scalar(select(func.count()).select_from(table).where(table.c.digest == digest)))


def _is_damaged(digest: str, data: bytes) -> bool:
    try:
        _read(digest, data)
    except DamagedEdition:
        return True
    return False


def _read(digest: str, data: bytes) -> Edition:
    try:
        edition = from_bytes(data)
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error, RecursionError) as error:
        raise DamagedEdition(digest, "it cannot be unpacked") from error
    if edition.digest != digest or not is_whole(edition):
        raise DamagedEdition(digest, "its bytes are not those of its digest")
    return edition


def to_bytes(edition: Edition) -> bytes:
    """The whole edition, packed; the same edition gives the same bytes."""
    asked = edition.terms.question
    written: dict[str, Any] = {
        "issue": str(edition.issue),
        "number": edition.number,
        "language": edition.language,
        "subject": edition.subject,
        "preheader": edition.preheader,
        "greeting": [edition.greeting.plain, edition.greeting.named],
        "html": [_piece(piece) for piece in edition.html.pieces],
        "text": [_piece(piece) for piece in edition.text.pieces],
        "letter": [_piece(piece) for piece in edition.letter.pieces],
        "page": edition.page,
        "terms": {
            "topics": edition.terms.topics,
            "people": edition.terms.people,
            "numbers": edition.terms.numbers,
            "question": [asked.text, asked.until.isoformat()] if asked else None,
        },
        "assets": [_asset(asset) for asset in edition.assets],
        "inputs": [[file.path, file.digest] for file in edition.manifest.inputs],
        "outputs": [[file.path, file.digest] for file in edition.manifest.outputs],
        "tools": edition.manifest.tools,
        "digest": edition.digest,
    }
    return zlib.compress(json.dumps(written, separators=(",", ":")).encode("ascii"))


def from_bytes(data: bytes) -> Edition:
    """The edition that `to_bytes` packed. Raises `ValueError`, `KeyError` or `zlib.error` for anything else."""
    written = json.loads(zlib.decompress(data))
    issue = IssueId.parse(written["issue"])
    if issue is None:
        raise ValueError(written["issue"])
    terms = written["terms"]
    asked = terms.get("question")
    return Edition(
        issue=issue,
        number=IssueNumber(written["number"]),
        language=written["language"],
        subject=written["subject"],
        preheader=written["preheader"],
        greeting=Greeting(plain=written["greeting"][0], named=written["greeting"][1]),
        html=Slotted(tuple(_of_body(piece) for piece in written["html"])),
        text=Slotted(tuple(_of_body(piece) for piece in written["text"])),
        letter=Letter(tuple(_of_letter(piece) for piece in written["letter"])),
        page=written["page"],
        terms=IndexTerms(
            topics=tuple(terms["topics"]),
            people=tuple((one, name) for one, name in terms["people"]),
            numbers=tuple((figure, caption) for figure, caption in terms["numbers"]),
            question=AskedQuestion(text=asked[0], until=date.fromisoformat(asked[1])) if asked else None,
        ),
        assets=tuple(_as_asset(asset) for asset in written["assets"]),
        manifest=Manifest(
            inputs=tuple(InputFile(path, digest) for path, digest in written["inputs"]),
            outputs=tuple(InputFile(path, digest) for path, digest in written["outputs"]),
            tools=tuple((name, version) for name, version in written["tools"]),
        ),
        digest=written["digest"],
    )


def _piece(piece: str | bytes | Slot | Place) -> str | list[str]:
    """Text as it is, bytes as Latin-1, a slot or a place as a list, which no text can be taken for."""
    match piece:
        case bytes():
            return piece.decode("latin-1")
        case Slot():
            return [piece.value]
        case Place():
            return [piece.slot.value, piece.part.value]
    return piece


def _of_body(piece: str | list[str]) -> str | Slot:
    return piece if isinstance(piece, str) else Slot(piece[0])


def _of_letter(piece: str | list[str]) -> bytes | Place:
    return piece.encode("latin-1") if isinstance(piece, str) else Place(Slot(piece[0]), Part(piece[1]))


def _asset(asset: Asset) -> dict[str, Any]:
    return {
        "name": asset.name,
        "data": base64.b64encode(asset.data).decode("ascii"),
        "width": asset.width,
        "height": asset.height,
        "alt": asset.alt,
        "credit": asset.credit,
        "licence": asset.licence,
    }


def _as_asset(written: dict[str, Any]) -> Asset:
    return Asset(**{**written, "data": base64.b64decode(written["data"], validate=True)})
