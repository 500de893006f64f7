"""The gate: an issue goes out as the bytes that were signed, or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from newsletter.actions.app import App
from newsletter.actions.home import home_store
from newsletter.actions.keys import genuine, key_ring
from newsletter.actions.todays_edition import Today, own_files, read_today
from newsletter.actions.untouched import untouched
from newsletter.model.approval import (
    ApprovedEdition,
    NotApproved,
    Signature,
    Signers,
    Standing,
    living,
    standing,
)
from newsletter.model.changes import Change, changes, differing, listed, output_words
from newsletter.model.edition import Edition
from newsletter.model.errors import ContentError, NewsletterError
from newsletter.model.issue import IssueId
from newsletter.publication.unsaved import Instead
from newsletter.store import approvals, editions
from newsletter.store.editions import DamagedEdition
from newsletter.store.engine import Store

_LOOK = "look at it with `newsletter diff --since approval`, then approve it again or take the change back"


@dataclass(frozen=True, slots=True)
class Void:
    """Why the signatures on an edition hold no longer: files were changed, and readers would get other bytes."""

    digest: str
    signatures: tuple[Signature, ...]
    changed: tuple[Change, ...]
    differing: tuple[str, ...]  # outputs, by name; empty where the files cannot be read any more
    trouble: NewsletterError | None  # what the files are told to hold now

    @property
    def words(self) -> str:
        """In one clause: which files, and what differs."""
        files = listed(str(change) for change in self.changed)
        if self.trouble is None:
            return f"{files}, and so {output_words(self.differing)} would be another"
        several = isinstance(self.trouble, ContentError) and len(self.trouble.mistakes) > 1
        first = self.trouble.mistakes[0] if isinstance(self.trouble, ContentError) else self.trouble
        return f"{files}, and the issue cannot be read any more: {first}{' ...' if several else ''}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a signature would be for now, and what became of those that were given."""

    edition: Edition
    standing: Standing
    voided: tuple[Void, ...]  # the newest first
    today: Today
    signers: Signers


def approved_edition(app: App, issue: IssueId) -> ApprovedEdition:
    """The edition that enough people have signed: the very bytes, as they were stored.

    Raises `NotApproved` where nobody has signed, where files were changed and today's rendering differs in any byte,
    where signatures are missing, or where this is not home. Nothing but changed files voids a signature: not a comment
    in one of them, and no new version of the program. Raises `DamagedEdition` for stored bytes that are others now.
    """
    if not app.is_home:
        raise NotApproved(
            issue, "this copy of the publication has no database", "send it from home, where it is signed"
        )
    with home_store(app, "sending happens") as store:
        signed = approvals.signatures(store, issue)
        if not living(signed):
            raise NotApproved(issue, _nobody(signed), "approve it with `newsletter approve`")
        if at_once := _as_signed(app, store, issue, signed):
            return at_once
        today = read_today(app, issue)
        held, voided = _held(store, today, signed)
        if today.signers is None:
            trouble = today.trouble or "the files cannot be read"
            raise NotApproved(issue, f"nobody can tell who may sign it: {trouble}", "mend the files", _files(voided))
        ring, now = key_ring(app), app.clock()
        standings = [(one, standing(signed, one.digest, today.signers, now, genuine(ring))) for one in held]
    for edition, how in standings:
        if how.complete:
            return ApprovedEdition(edition, how)
    if standings:
        _refuse_missing(issue, standings[0][1])
    newest = voided[0]
    names = listed(dict.fromkeys(today.signers.name(one.who) for one in newest.signatures))
    what = f"the approval of {names} is void: {newest.words}"
    raise NotApproved(issue, what, _LOOK, newest.changed, newest.differing)


def proposal(app: App, issue: IssueId, today: Today | None = None) -> Proposal:
    """What is up for approval: the newest signed edition that holds, else today's rendering. `today`: what its files
    say now, for whoever has read them already, to show it and not to sign it.

    Raises `NotAtHome`, and `ContentError` where there is nothing to sign because of the files' mistakes.
    """
    with home_store(app, "approving happens") as store:
        signed = approvals.signatures(store, issue)
        today = today or read_today(app, issue)
        held, voided = _held(store, today, signed, damaged=False)
    edition = held[0] if held else today.edition
    if edition is None or today.signers is None:
        raise today.trouble or NotApproved(issue, "its files cannot be read", "mend them")
    how = standing(signed, edition.digest, today.signers, app.clock(), genuine(key_ring(app)))
    return Proposal(edition, how, voided, today, today.signers)


def voids(app: App, issue: IssueId, unsaved: Instead | None = None) -> tuple[Signature, ...]:
    """The signatures that would hold no longer if these files were saved, by path: "this voids Ada's approval".

    Without files: those that hold now, and that any change which readers would see voids. Empty away from home.
    """
    if not app.is_home:
        return ()
    with home_store(app, "approving happens") as store:
        signed = approvals.signatures(store, issue)
        if not living(signed):
            return ()
        held, _ = _held(store, read_today(app, issue), signed, damaged=False)
        if unsaved is not None:
            then = read_today(app, issue, unsaved)
            held = tuple(one for one in held if _void(one, (), then) is not None)
    digests = {one.digest for one in held}
    return tuple(one for one in living(signed) if one.digest in digests)


def _as_signed(app: App, store: Store, issue: IssueId, signed: tuple[Signature, ...]) -> ApprovedEdition | None:
    """The one edition that is signed, where enough have signed it and its files are what they were: it holds, whatever
    a rendering would give. None where there is more to look at."""
    digests = {one.digest for one in living(signed)}
    if len(digests) > 1:
        return None
    try:
        edition = editions.find(store, digests.pop())
    except DamagedEdition:
        return None
    signers = None if edition is None else untouched(app, issue, edition)
    if edition is None or signers is None:
        return None
    how = standing(signed, edition.digest, signers, app.clock(), genuine(key_ring(app)))
    return ApprovedEdition(edition, how) if how.complete else None


def _held(
    store: Store, today: Today, signed: tuple[Signature, ...], damaged: bool = True
) -> tuple[tuple[Edition, ...], tuple[Void, ...]]:
    """The signed editions that hold, and those that do not; both with the newest first.

    An edition whose stored bytes are damaged is today's where it has the same digest. Else it raises when `damaged`,
    or is passed over.
    """
    held, voided = [], []
    live = living(signed)
    for digest in dict.fromkeys(one.digest for one in reversed(live)):
        try:
            edition = editions.find(store, digest)
        except DamagedEdition:
            edition = None
            if damaged and (today.edition is None or today.edition.digest != digest):
                raise
        if edition is None and today.edition is not None and today.edition.digest == digest:
            edition = today.edition
        if edition is None:
            continue
        void = _void(edition, tuple(one for one in live if one.digest == digest), today)
        if void is None:
            held.append(edition)
        else:
            voided.append(void)
    return tuple(held), tuple(voided)


def _void(edition: Edition, signatures: tuple[Signature, ...], today: Today) -> Void | None:
    """Why what was signed holds no longer; None when it does."""
    if today.edition is not None and today.edition.digest == edition.digest:
        return None
    inputs = edition.manifest.inputs
    changed = changes(own_files(inputs), today.files_beside(inputs))
    if not changed:
        return None
    now = today.edition.manifest.outputs if today.edition is not None else edition.manifest.outputs
    return Void(edition.digest, signatures, changed, differing(edition.manifest.outputs, now), today.trouble)


def _files(voided: Iterable[Void]) -> tuple[Change, ...]:
    return next((one.changed for one in voided), ())


def _nobody(signed: tuple[Signature, ...]) -> str:
    return "every signature was taken back" if signed else "nobody has signed it"


def _refuse_missing(issue: IssueId, how: Standing) -> NoReturn:
    """Tells what is missing, and why signatures that are there do not count."""
    whys = listed(one.why for one in how.uncounted)
    what = f"{len(how.counted)} of {how.needed} signatures are there" + (f" ({whys})" if whys else "")
    raise NotApproved(issue, what, f"it needs {how.missing}")
