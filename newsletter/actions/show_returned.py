"""Show returned: what has come back lately, and one of these mails in full."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.actions.app import App, known_issue
from newsletter.actions.mailing_of import mailing_of
from newsletter.actions.readers import readers_store
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.model.returned import Returned
from newsletter.store import mailings, receipts, returned


@dataclass(frozen=True, slots=True)
class Back:
    """Something that came back, with whose copy it is about."""

    fact: Returned
    reader: str | None  # the address of the copy; None where it is about none of ours, or the reader was erased


@dataclass(frozen=True, slots=True)
class Whole:
    """The same with all that is known of it."""

    back: Back
    issue: IssueId | None  # of the copy
    mail: bytes | None  # None: it is not kept any more


def list_returned(app: App, limit: int, issue: IssueId | None = None) -> tuple[Back, ...]:
    """What came back last, of one issue or of all, the newest first. Raises `ConfigError` for an issue that was never
    sent."""
    with readers_store(app) as (store, _):
        mailing = None if issue is None else mailing_of(store, known_issue(app, issue)).id
        return tuple(Back(fact, reader) for fact, reader in returned.newest(store, limit, mailing))


def show_returned(app: App, number: int) -> Whole:
    """One of them, by its number. Raises `ConfigError` where there is none of it."""
    with readers_store(app) as (store, _):
        fact = returned.get(store, number)
        if fact is None:
            todo = "`newsletter bounces list` shows those there are"
            raise ConfigError("number", f"nothing that came back has the number {number}; {todo}")
        copy = issue = None
        if fact.mailing is not None and fact.seq is not None:
            copy, issue = receipts.copy_of(store, fact.mailing, fact.seq), mailings.get(store, fact.mailing).issue
        return Whole(Back(fact, copy.address if copy else None), issue, returned.raw(store, number))
