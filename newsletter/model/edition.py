"""An edition: the finished letter and page, the same for every reader but for the slots."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId, IssueNumber
from newsletter.model.letter import Greeting, Letter, Slotted
from newsletter.model.question import AskedQuestion


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A picture as readers get it."""

    name: str  # the SHA-256 of data, 20 hex digits, and the suffix
    data: bytes
    width: int  # pixels of the file
    height: int
    alt: str
    credit: str
    licence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexTerms:
    """What the archive lists an issue under and asks for it, fixed with it."""

    topics: tuple[str, ...]  # as issue.md names them
    people: tuple[tuple[str, str], ...]  # id and name, by id, of the authors whom the issue names
    numbers: tuple[tuple[str, str], ...]  # figure and caption, in the order of the issue
    question: AskedQuestion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an edition was made from and what came of it."""

    inputs: tuple[InputFile, ...]  # by path, templates included
    outputs: tuple[InputFile, ...]  # by name: subject, html, text, letter, page, images/...
    tools: tuple[tuple[str, str], ...]  # name, version; outside every digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """The finished issue: what is approved, sent and published."""

    issue: IssueId
    number: IssueNumber
    language: str
    subject: str
    preheader: str
    greeting: Greeting  # GREETING's value for each reader comes from here
    html: Slotted
    text: Slotted
    letter: Letter
    page: str  # the <article> of the archive; no slot
    terms: IndexTerms
    assets: tuple[Asset, ...]
    manifest: Manifest
    digest: str  # SHA-256 over all outputs, hex


def outputs_of(parts: Mapping[str, bytes]) -> tuple[InputFile, ...]:
    """The digest of each output, by name."""
    return tuple(InputFile(name, hashlib.sha256(data).hexdigest()) for name, data in sorted(parts.items()))


def digest_of(outputs: tuple[InputFile, ...]) -> str:
    """The digest of an edition: SHA-256 over the names and digests of its outputs."""

    def lines() -> Iterator[bytes]:
        for output in outputs:
            yield f"{output.path}\0{output.digest}\n".encode()

    return hashlib.sha256(b"".join(lines())).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SentIssue:
    """An issue as it went out: what its sent/ holds, for ever the same."""

    edition: Edition
    html: str  # with a sample reader's values, never a token of a real one
    text: str
    due: datetime  # aware, UTC
    card: bytes | None = None  # PNG: stands for the issue where its address is shared
