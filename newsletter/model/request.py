"""A request: what a visitor of a live page has asked for, on its way to the thread that sees to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class RequestKind(Enum):
    """What is asked for. Each ends in at most one mail to the address, and in none that a stranger can tell from it."""

    SUBSCRIBE = "subscribe"
    ACCESS = "access"  # a fresh link to the reader's own page


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request. Whoever typed the address need not be who owns it."""

    number: int  # from 1; 0 before it is kept
    kind: RequestKind
    address: str  # addr-spec, ASCII, as it was typed
    language: str | None  # BCP 47, of the page it was typed into; None: the publication's
    page: str  # the address of that page
    words: str  # what it promised beside the button: the proof of what was agreed to
    asked: datetime  # UTC
