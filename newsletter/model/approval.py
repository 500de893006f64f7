"""Approval: signatures on the exact bytes of an edition, which of them count, and what is still missing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from newsletter.model.changes import Change
from newsletter.model.edition import Edition, digest_of, outputs_of
from newsletter.model.errors import NewsletterError
from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId


class Act(Enum):
    """What a row among the signatures of an issue does."""

    SIGN = "sign"
    RELEASE = "release"  # by the one in charge alone, with a reason
    WITHDRAW = "withdraw"  # takes back all that this person signed before


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One person's word on one edition. It is never changed; who regrets it adds another that takes it back."""

    issue: IssueId
    number: int  # from 1 in each issue, in the order in which they were given
    digest: str  # of the edition
    act: Act
    who: str  # id of the team
    when: datetime  # our clock, aware, UTC
    note: str | None
    mac: str  # key id and MAC over `signed`; "" before it is sealed

    @property
    def signed(self) -> bytes:
        """What the MAC is taken over: every field but itself, each with its length."""
        at = self.when.isoformat(timespec="microseconds")
        fields = (str(self.issue), str(self.number), self.digest, self.act.value, self.who, at)
        framed = [b"%d:%s" % (len(data), data) for data in (field.encode(errors="surrogatepass") for field in fields)]
        note = b"-" if self.note is None else b"+" + self.note.encode(errors="surrogatepass")
        return b"".join([*framed, note])


@dataclass(frozen=True, slots=True, kw_only=True)
class Signers:
    """Who may sign an issue, as schedule.yaml and issue.md say it now."""

    names: Mapping[str, str]  # of the whole team, by id
    approvers: frozenset[str]
    deputies: frozenset[str]  # their signatures count from `approve_by` on, and not before, whatever their roles
    in_charge: str | None  # may release an issue alone
    needed: int  # signatures; less than one is one
    owners: Mapping[str, tuple[str, ...]]  # the sections of the issue that each of the team owns
    approve_by: datetime

    def name(self, who: str) -> str:
        """The person as others call them; the id of somebody who has left the team."""
        return self.names.get(who, who)

    def sections(self, who: str) -> tuple[str, ...]:
        """The sections of the issue that somebody owns."""
        return self.owners.get(who, ())

    def hindrance(self, who: str, now: datetime) -> str | None:
        """Why a signature of this person does not count now, in words; None when it does."""
        if who not in self.names:
            return f"nobody of the team has the id '{who}' any more"
        if who in self.deputies:
            early = f"{self.name(who)} is a deputy, whose signature counts from {said(self.approve_by)} on"
            return early if now < self.approve_by else None
        return None if who in self.approvers else f"{self.name(who)} is no approver"


@dataclass(frozen=True, slots=True)
class Uncounted:
    """A signature that does not count, and why, in words."""

    signature: Signature
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far the approval of one edition has come."""

    digest: str
    needed: int
    counted: tuple[Signature, ...]  # one a person, the oldest first
    release: Signature | None  # of the one in charge
    uncounted: tuple[Uncounted, ...]
    outsider: bool  # somebody among those who count owns no section of the issue, or need not
    missing: str  # what is still needed and who can give it, in words; "" when it is complete

    @property
    def complete(self) -> bool:
        """Whether the edition may go out."""
        return self.release is not None or (len(self.counted) >= max(1, self.needed) and self.outsider)

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """All that count, the release among them, the oldest first."""
        released = () if self.release is None else (self.release,)
        return tuple(sorted({*self.counted, *released}, key=lambda one: one.number))


class NotApproved(NewsletterError):
    """The issue may not be sent as it stands, and why."""

    def __init__(
        self,
        issue: IssueId,
        what: str,
        todo: str,
        changed: tuple[Change, ...] = (),
        differing: tuple[str, ...] = (),
    ) -> None:
        self.issue = issue
        self.what = what
        self.todo = todo
        self.changed = changed  # files, where that is why
        self.differing = differing  # outputs whose bytes are others now
        super().__init__(f"{issue} is not approved: {what}; {todo}")


class WrongDigest(NewsletterError):
    """An edition whose bytes are not those that its digest names."""

    def __init__(self, digest: str) -> None:
        self.digest = digest
        super().__init__(
            f"the edition {digest[:16]} does not hold the bytes it was approved with; nothing is sent of it"
        )


@dataclass(frozen=True, slots=True)
class ApprovedEdition:
    """An edition that may be sent. There is none without the bytes that were signed, and enough signatures on them."""

    edition: Edition
    standing: Standing

    def __post_init__(self) -> None:
        if not is_whole(self.edition) or self.standing.digest != self.edition.digest:
            raise WrongDigest(self.edition.digest)
        signatures = self.standing.signatures
        if any((one.digest, one.issue) != (self.edition.digest, self.edition.issue) for one in signatures):
            raise WrongDigest(self.edition.digest)
        people = {one.who for one in self.standing.counted}
        if not self.standing.complete or len(people) != len(self.standing.counted):
            raise NotApproved(self.edition.issue, "too few have signed", self.standing.missing or "let others sign")

    @property
    def signatures(self) -> tuple[Signature, ...]:
        """Whose word it goes out on."""
        return self.standing.signatures


def outputs(edition: Edition) -> tuple[InputFile, ...]:
    """The digest of each output, taken anew from the bytes that the edition holds."""
    return outputs_of(
        {
            "number": str(edition.number).encode(),
            "terms": repr(edition.terms).encode(),
            "subject": edition.subject.encode(),
            "preheader": edition.preheader.encode(),
            "language": edition.language.encode(),
            "greeting": f"{edition.greeting.plain}\0{edition.greeting.named or ''}".encode(),
            "email.html": edition.html.canonical(),
            "email.txt": edition.text.canonical(),
            "email.eml": edition.letter.canonical(),
            "page.html": edition.page.encode(),
            **{f"images/{asset.name}": asset.data for asset in edition.assets},
        }
    )


def is_whole(edition: Edition) -> bool:
    """Whether the edition holds the very bytes that its digest was taken over."""
    found = outputs(edition)
    return found == edition.manifest.outputs and digest_of(found) == edition.digest


def living(signatures: Iterable[Signature]) -> tuple[Signature, ...]:
    """The signatures that their givers have not taken back, in order. A withdrawal is heeded even if it is forged."""
    left: list[Signature] = []
    for one in sorted(signatures, key=lambda one: one.number):
        if one.act is Act.WITHDRAW:
            left = [other for other in left if other.who != one.who]
        else:
            left.append(one)
    return tuple(left)


def standing(
    signatures: Iterable[Signature],
    digest: str,
    signers: Signers,
    now: datetime,
    genuine: Callable[[Signature], bool],
) -> Standing:
    """How far the approval of this digest has come. `genuine` says whether a signature's MAC is one of ours."""
    counted: dict[str, Signature] = {}
    uncounted = []
    release = None
    for one in living(signatures):
        if one.digest != digest:
            continue
        why = _hindrance(one, signers, now, genuine)
        if why is None and one.act is Act.RELEASE:
            release = release or one
        elif why is None and one.who not in counted:
            counted[one.who] = one
        else:
            uncounted.append(Uncounted(one, why or f"{signers.name(one.who)} has signed before"))
    needed = max(1, signers.needed)
    outsider = _has_outsider(counted, needed, signers)
    complete = release is not None or (len(counted) >= needed and outsider)
    return Standing(
        digest=digest,
        needed=needed,
        counted=tuple(counted.values()),
        release=release,
        uncounted=tuple(uncounted),
        outsider=outsider,
        missing=""
        if complete
        else _missing(counted.keys(), {one.signature.who for one in uncounted}, needed, signers, now),
    )


def _hindrance(one: Signature, signers: Signers, now: datetime, genuine: Callable[[Signature], bool]) -> str | None:
    name = signers.name(one.who)
    if not genuine(one):
        return f"the signature of {name} was not made with a key of this installation, or it was changed"
    if one.act is Act.RELEASE:
        return None if one.who == signers.in_charge else f"{name} is not in charge"
    return signers.hindrance(one.who, now)


def _has_outsider(counted: Iterable[str], needed: int, signers: Signers) -> bool:
    return needed < 2 or any(not signers.sections(who) for who in counted)


def _missing(signed: Set[str], waiting: Set[str], needed: int, signers: Signers, now: datetime) -> str:
    """What is still needed, in words: "one more signature, of Daniel Achterberg"."""
    outsider = _has_outsider(signed, needed, signers)
    left = max(1, needed - len(signed))
    count = {1: "one", 2: "two", 3: "three"}.get(left, str(left))
    what = f"{count}{' more' if signed else ''} signature{'' if left == 1 else 's'}"
    may = [who for who in signers.names if who not in signed and who in signers.approvers | signers.deputies]
    if not outsider and left == 1:
        what += " by somebody who owns no section of the issue"
        may = [who for who in may if not signers.sections(who)]
    elif not outsider:
        what += ", one of them by somebody who owns no section of the issue"
    ready = [signers.name(who) for who in may if signers.hindrance(who, now) is None]
    later = [who for who in may if signers.hindrance(who, now) is not None]
    coming = [signers.name(who) for who in later if who not in waiting]
    given = [signers.name(who) for who in later if who in waiting]
    parts = [f"of {one_of(ready)}"] if ready else []
    parts += [f"of {one_of(coming)} from {said(signers.approve_by)} on"] if coming else []
    parts += [f"that of {one_of(given)}, which counts from {said(signers.approve_by)} on"] if given else []
    words = f"{what}, {' or '.join(parts)}" if parts else f"{what}, and nobody is left who could give it"
    if signers.in_charge in signers.names:
        words += f"; or {signers.name(str(signers.in_charge))} releases it alone, with a reason"
    return words


def one_of(names: Iterable[str]) -> str:
    """Names as a sentence gives a choice of them: "Ada, Ben or Cem"."""
    *most, last = names
    return f"{', '.join(most)} or {last}" if most else last


def said(moment: datetime) -> str:
    """A moment as these messages say it: Thu 26 Nov 22:00 UTC."""
    return f"{moment:%a} {moment.day} {moment:%b %H:%M} UTC"
