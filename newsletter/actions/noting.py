"""Noting: what somebody does to files stands in the audit log, together with the files or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from newsletter.actions.app import App
from newsletter.actions.approved_edition import voids
from newsletter.actions.way_out import read_schedule
from newsletter.model.approval import Signature
from newsletter.model.audit import Deed
from newsletter.model.errors import ContentError
from newsletter.model.issue import IssueId
from newsletter.publication.unsaved import Instead
from newsletter.store import audit
from newsletter.store.engine import open_store


@contextmanager
def noted(app: App, deeds: Iterable[Deed]) -> Iterator[None]:
    """The block writes the files, behind these entries of the audit log and last of all: while the database is held or
    full, no file is written that the log does not know of; where the block fails, the entries are not there either.

    Away from home there is no log. The block must not open a transaction of its own. Raises `StoreError`.
    """
    told = tuple(deeds)
    if not told or not app.is_home:
        yield
        return
    with open_store(app.database) as store, store.writing_alone() as connection:
        for one in told:
            audit.write(connection, one)
        yield


def deed(app: App, by: str, act: str, note: str, issue: IssueId | None = None) -> Deed:
    """An entry of this moment. `by` is who does it, as the audit log names them: see `claimed`."""
    return Deed(happened=app.clock(), who=by, act=act, issue=issue, digest=None, note=note)


def void_by(app: App, issues: Iterable[IssueId], files: Instead) -> tuple[tuple[IssueId, Signature], ...]:
    """The signatures on these issues that would hold no longer with these files saved."""
    return tuple((issue, one) for issue in issues for one in _void(app, issue, files))


def voiding(app: App, by: str, found: Iterable[tuple[IssueId, Signature]], why: str) -> tuple[Deed, ...]:
    """An entry for each issue whose signatures hold no longer: "Ada, Ben: names.yaml was changed"."""
    signed: dict[IssueId, list[str]] = {}
    for issue, one in found:
        signed.setdefault(issue, []).append(one.who)
    if not signed:
        return ()
    names = {member.id: member.name for member in read_schedule(app).team}

    def told(who: list[str]) -> str:
        return ", ".join(dict.fromkeys(names.get(one, one) for one in who))

    return tuple(deed(app, by, "voids", f"{told(who)}: {why}", issue) for issue, who in signed.items())


def _void(app: App, issue: IssueId, files: Instead) -> tuple[Signature, ...]:
    try:
        return voids(app, issue, files)
    except ContentError:  # an issue with mistakes in its files holds no approval that this could void
        return ()
