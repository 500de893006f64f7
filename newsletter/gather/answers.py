"""What a web server's answer means for a source: a pure rule."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from newsletter.fetch.answer import Answer, Failure
from newsletter.gather.parsing import Job, Shape
from newsletter.gather.politeness import Answered, Refused
from newsletter.model.source import Source, SourceKind, SourceState

_PAGE = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"
ACCEPT = {
    SourceKind.FEED: "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1",
    SourceKind.PAGE: _PAGE,
    SourceKind.LIST: _PAGE,
}
SHAPES = {SourceKind.FEED: Shape.FEED, SourceKind.PAGE: Shape.PAGE, SourceKind.LIST: Shape.LIST}
MEMORY = timedelta(days=90)  # how long a rejected item is remembered, so that its copies arrive folded

_WORDS = {
    401: "it wants a password (401); ask its publisher for an open address",
    402: "it wants to be paid (402); ask its publisher for access",
    403: "it refuses us (403); ask its publisher for access, or add its pieces by hand",
    404: "it is not found (404); check its address",
    406: "it has nothing that we can read (406); check its address",
    410: "it says it is gone for good (410)",
    429: "it asks us to come less often (429); it is left alone for as long as it says",
    451: "it is withheld for legal reasons (451)",
}


def outcome_of(answer: Answer | Failure, source: Source, state: SourceState) -> tuple[Answered | Refused, Job | None]:
    """How a source answered, and the job of parsing its body where that has changed."""
    if isinstance(answer, Failure):
        return Refused(what=answer.what), None
    if answer.status == 304:
        # RFC 9110 15.4.5: a 304 repeats the validators it has; those it leaves out still hold.
        etag, modified = answer.etag or state.etag, answer.last_modified or state.last_modified
        return _unchanged(answer, state, etag, modified), None
    if not 200 <= answer.status < 300:
        return Refused(what=in_words(answer), status=answer.status, retry_after=answer.retry_after), None
    body = digest_of(answer.body)
    if body == state.body:
        return _unchanged(answer, state, answer.etag, answer.last_modified), None
    answered = Answered(
        etag=answer.etag,
        last_modified=answer.last_modified,
        body=body,
        moved_to=answer.moved_to,
        max_age=answer.max_age,
    )
    return answered, job_of(answer, source, SHAPES[source.kind], answer.key)


def _unchanged(answer: Answer, state: SourceState, etag: str | None, modified: str | None) -> Answered:
    return Answered(
        etag=etag,
        last_modified=modified,
        body=state.body,
        moved_to=answer.moved_to,
        max_age=answer.max_age,
        note=state.note,
    )


def job_of(answer: Answer, source: Source, shape: Shape, key: str) -> Job:
    """The parsing of an answer's body."""
    return Job(key=key, shape=shape, source=source, data=answer.body, address=answer.url, charset=answer.charset)


def digest_of(body: bytes) -> str:
    """The SHA-256 by which a body is known again, hex."""
    return hashlib.sha256(body).hexdigest()


def in_words(answer: Answer | Failure) -> str:
    """Why an answer is of no use, for an operator."""
    if isinstance(answer, Failure):
        return answer.what
    if answer.status in _WORDS:
        return _WORDS[answer.status]
    if answer.status >= 500:
        return f"its server has a fault ({answer.status}); it is tried again"
    return f"it answers {answer.status}, which we cannot use; check its address"
