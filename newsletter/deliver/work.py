"""The work of a mailing: all that a lane needs to make and carry the messages, and nothing of the database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from newsletter.mail.dkim import DkimKey
from newsletter.mail.smtp_opening import Limits, Server
from newsletter.model.issue import IssueId
from newsletter.model.letter import Greeting, Letter, Part, Place, Slot
from newsletter.model.mailing import MailingId
from newsletter.model.rates import Rates
from newsletter.model.tls import Tls
from newsletter.tokens import Key, Purpose

_UNLIMITED = Rates()
FEW = 2_000  # rows below which processes of their own cost more than they bring


@dataclass(frozen=True, slots=True)
class Copy:
    """What lanes need of an edition."""

    letter: Letter
    greeting: Greeting


@dataclass(frozen=True, slots=True)
class Files:
    """Into a Maildir: nobody mails anybody."""

    folder: str


@dataclass(frozen=True, slots=True)
class Smtp:
    """To a mail server."""

    server: Server
    limits: Limits
    authority: str | None = None  # a file of certificates to trust, instead of the machine's


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One mailing to be sent. It goes to worker processes over a socket, for it holds keys and a password."""

    mailing: MailingId
    issue: IssueId
    kind: str  # as Message-IDs name it
    live: str  # the address that the links of readers begin with
    domain: str  # of Message-IDs
    due: datetime  # UTC; Date
    editions: Mapping[str, Copy]  # by digest: the mailing's own, and those that rows must be sent with again
    keys: tuple[Key, ...]  # the newest first
    unsubscribe: Purpose = Purpose.UNSUBSCRIBE
    preferences: Purpose = Purpose.PREFERENCES
    message_id: Purpose = Purpose.MESSAGE_ID
    bounces: str  # the envelope sender
    verp: bool  # it names the delivery
    dkim: DkimKey | None = None  # None: messages are not signed
    transport: Files | Smtp
    lanes: int  # connections at a time
    rates: Rates = _UNLIMITED  # of the ledger alone: workers do as they are told
    processes: int = 0  # that hold the lanes; 0: threads of the ledger's own

    def to_bytes(self) -> bytes:
        """All of it as JSON, secrets included: never to be written to a file."""
        written: dict[str, Any] = {
            "mailing": self.mailing,
            "issue": str(self.issue),
            "kind": self.kind,
            "live": self.live,
            "domain": self.domain,
            "due": self.due.isoformat(),
            "editions": {digest: _copy(copy) for digest, copy in self.editions.items()},
            "keys": [[key.id, key.secret.hex()] for key in self.keys],
            "purposes": [self.unsubscribe.value, self.preferences.value, self.message_id.value],
            "bounces": self.bounces,
            "verp": self.verp,
            "dkim": None if self.dkim is None else _dkim(self.dkim),
            "transport": _transport(self.transport),
            "lanes": self.lanes,
            "processes": self.processes,
        }
        return json.dumps(written).encode("ascii")

    @classmethod
    def from_bytes(cls, data: bytes) -> Work:
        """What `to_bytes` wrote."""
        written = json.loads(data)
        issue = IssueId.parse(written["issue"])
        if issue is None:
            raise ValueError(written["issue"])
        unsubscribe, preferences, message_id = map(Purpose, written["purposes"])
        return cls(
            mailing=MailingId(written["mailing"]),
            issue=issue,
            kind=written["kind"],
            live=written["live"],
            domain=written["domain"],
            due=datetime.fromisoformat(written["due"]),
            editions={digest: _as_copy(copy) for digest, copy in written["editions"].items()},
            keys=tuple(Key(name, bytes.fromhex(secret)) for name, secret in written["keys"]),
            unsubscribe=unsubscribe,
            preferences=preferences,
            message_id=message_id,
            bounces=written["bounces"],
            verp=written["verp"],
            dkim=None if written["dkim"] is None else _as_dkim(written["dkim"]),
            transport=_as_transport(written["transport"]),
            lanes=written["lanes"],
            processes=written["processes"],
        )


def processes_for(rows: int) -> int:
    """How many worker processes are worth their start for so many rows: none for few, then two."""
    return 0 if rows < FEW else 2


def _copy(copy: Copy) -> dict[str, Any]:
    return {
        "letter": [_piece(piece) for piece in copy.letter.pieces],
        "plain": copy.greeting.plain,
        "named": copy.greeting.named,
    }


def _as_copy(written: dict[str, Any]) -> Copy:
    letter = Letter(tuple(_as_piece(piece) for piece in written["letter"]))
    return Copy(letter, Greeting(plain=written["plain"], named=written["named"]))


def _piece(piece: bytes | Place) -> str | list[str]:
    return [piece.slot.value, piece.part.value] if isinstance(piece, Place) else piece.decode("latin-1")


def _as_piece(written: str | list[str]) -> bytes | Place:
    return written.encode("latin-1") if isinstance(written, str) else Place(Slot(written[0]), Part(written[1]))


def _dkim(key: DkimKey) -> list[Any]:
    return [key.domain, key.selector, key.pem.decode("ascii"), key.left_out]


def _as_dkim(written: list[Any]) -> DkimKey:
    domain, selector, pem, left_out = written
    return DkimKey(domain=domain, selector=selector, pem=pem.encode("ascii"), left_out=tuple(left_out))


def _transport(transport: Files | Smtp) -> dict[str, Any]:
    if isinstance(transport, Files):
        return {"folder": transport.folder}
    server = {**asdict(transport.server), "privacy": transport.server.privacy.value}
    return {"server": server, "limits": asdict(transport.limits), "authority": transport.authority}


def _as_transport(written: dict[str, Any]) -> Files | Smtp:
    if "folder" in written:
        return Files(written["folder"])
    server = Server(**{**written["server"], "privacy": Tls(written["server"]["privacy"])})
    return Smtp(server, Limits(**written["limits"]), written["authority"])
