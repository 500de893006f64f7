"""DMARC: what a domain asks receivers to do with mail that nobody vouches for, and whether ours is vouched for.

Source: RFC 7489, and its revision (DMARCbis), which finds the organisational domain by walking up the DNS. We do the
same: no list of public suffixes is needed, and none can be out of date.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from newsletter.mail.dns import Lookups
from newsletter.mail.records import tags_in
from newsletter.model.shape import shown
from newsletter.model.symptom import Check, Level, Symptom

_POLICIES = ("none", "quarantine", "reject")
_STEPS = 8  # names that are asked at most (DMARCbis 4.10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouching:
    """The domains that vouch for our mail, and the one that readers see."""

    sender: str  # of From
    envelope: str  # of the envelope sender: SPF vouches for it
    signing: str | None  # d= of our signature: DKIM vouches for it; None: we do not sign


@dataclass(frozen=True, slots=True)
class _Record:
    domain: str
    tags: dict[str, str]


def judge_dmarc(names: Vouching, lookups: Lookups) -> Iterator[Symptom]:
    """What receivers will make of mail from this sender, by its DMARC record. Raises `DnsUnanswered`."""
    walked = _walk(names.sender, lookups)
    doubled = [name for name, count in walked.doubled if count > 1]
    for name in doubled:
        what = f"_dmarc.{name} has several DMARC records, and receivers then heed none of them"
        yield _told(Level.FAIL, what, "keep one")
    record = _policy_record(names.sender, walked)
    if record is None:
        if not doubled:
            what = f"{names.sender} has no DMARC record; the large mailbox providers ask for one"
            todo = f'publish a TXT record at _dmarc.{names.sender}: "v=DMARC1; p=none; rua=mailto:YOU@{names.sender}"'
            yield _told(Level.WARN, what, todo)
        return
    policy = _policy(record, names.sender)
    if policy not in _POLICIES:
        what = f"the DMARC record at _dmarc.{record.domain} asks for nothing that is known, p={shown(policy)}"
        yield _told(Level.FAIL, what, "write p=none, p=quarantine or p=reject")
        return
    yield from _alignment(names, record, policy, lookups)
    yield from _reports(record, names.sender, lookups)


@dataclass(frozen=True, slots=True)
class _Walked:
    records: tuple[_Record, ...]  # from the name itself upwards
    doubled: tuple[tuple[str, int], ...]  # how many records each name has


def _walk(domain: str, lookups: Lookups) -> _Walked:
    """The DMARC records of a domain and of those above it, to the top."""
    labels = domain.lower().rstrip(".").split(".")
    names = [".".join(labels[at:]) for at in range(len(labels))]
    if len(names) > _STEPS:  # the name itself, then those of at most seven labels
        names = [names[0], *names[1 - _STEPS :]]
    found, counts = [], []
    for name in names:
        records = [one for one in lookups.txt(f"_dmarc.{name}") if re.match(r"v\s*=\s*DMARC1\s*(;|$)", one)]
        counts.append((name, len(records)))
        if len(records) == 1:
            found.append(_Record(name, tags_in(records[0])))
    return _Walked(tuple(found), tuple(counts))


def _organisation(domain: str, walked: _Walked) -> str:
    """The organisational domain (DMARCbis 4.10.2): the highest with a record, where none says it better by psd=."""
    for one in walked.records:
        if one.tags.get("psd", "u").lower() == "n":
            return one.domain
        if one.tags.get("psd", "u").lower() == "y" and one.domain != domain:
            below = domain.removesuffix(f".{one.domain}").rpartition(".")[2]
            return f"{below}.{one.domain}"
    return walked.records[-1].domain if walked.records else domain


def _policy_record(domain: str, walked: _Walked) -> _Record | None:
    own = [one for one in walked.records if one.domain == domain]
    organisation = _organisation(domain, walked)
    return next(iter(own), None) or next((one for one in walked.records if one.domain == organisation), None)


def _policy(record: _Record, domain: str) -> str:
    own = record.tags.get("p", "").lower()
    return own if record.domain == domain else record.tags.get("sp", own).lower()


def _alignment(names: Vouching, record: _Record, policy: str, lookups: Lookups) -> Iterator[Symptom]:
    by_spf = _aligned(names.sender, names.envelope, record.tags.get("aspf", "r"), lookups)
    by_dkim = names.signing is not None and _aligned(
        names.sender, names.signing, record.tags.get("adkim", "r"), lookups
    )
    if not by_spf and not by_dkim:
        signed = f"our signature is of {names.signing}" if names.signing else "we do not sign"
        what = f"nothing vouches for mail from {names.sender}: bounces go to {names.envelope}, and {signed}"
        todo = f"sign with a key of {names.sender}, or take bounces at an address below it"
        does = {"none": "it is delivered all the same", "quarantine": "it goes to spam", "reject": "it is refused"}
        if any(_is_above(one, names.sender) for one in (names.envelope, names.signing or "")):
            what = f"{what}; receivers differ on whether a domain above it vouches, for it has no record"
            yield _told(Level.WARN, what, f"publish the DMARC record at that domain as well, or {todo}")
            return
        level = Level.WARN if policy == "none" else Level.FAIL
        yield _told(level, f"{what}; by p={policy} {does[policy]}", todo)
        return
    by = " and ".join(name for name, aligned in (("SPF", by_spf), ("DKIM", by_dkim)) if aligned)
    yield _told(Level.OK, f"_dmarc.{record.domain} says p={policy}, and {by} vouch for {names.sender} by their domain")
    if not by_dkim:
        what = "DKIM does not vouch for our mail, and SPF does not outlive forwarding"
        yield _told(Level.WARN, what, f"sign with a key of {names.sender}: `newsletter dkim new`")
    elif not by_spf:
        what = f"SPF does not vouch for our mail: bounces go to {names.envelope}, not to {names.sender}"
        yield _told(Level.NOTE, what, f"take them at an address below {record.domain}, if your provider can")
    if policy == "none":
        what = f"p=none of _dmarc.{record.domain} only watches: forgers are let through"
        yield _told(Level.NOTE, what, "once the reports show that all of your mail passes, write p=quarantine")


def _aligned(sender: str, other: str, mode: str, lookups: Lookups) -> bool:
    """Whether two domains belong together (RFC 7489 3.1): the same; by the relaxed mode, of one organisation."""
    if sender == other:
        return True
    if mode.lower() == "s":
        return False
    return _organisation(sender, _walk(sender, lookups)) == _organisation(other, _walk(other, lookups))


def _is_above(domain: str, other: str) -> bool:
    """Whether one domain holds the other. By RFC 7489 and a list of public suffixes both are then of one organisation,
    by DMARCbis only where the upper one has a record."""
    return bool(domain) and other.endswith(f".{domain}")


def _reports(record: _Record, sender: str, lookups: Lookups) -> Iterator[Symptom]:
    """Who is told how receivers judge our mail."""
    asked = [uri.strip() for uri in record.tags.get("rua", "").split(",") if uri.strip()]
    if not asked:
        what = f"_dmarc.{record.domain} asks for no reports, so nobody learns who sends as you"
        yield _told(Level.NOTE, what, "add rua=mailto: with an address that somebody reads")
    organisation = _organisation(sender, _walk(sender, lookups))
    for uri in asked:
        address = re.fullmatch(r"mailto:[^@\s!]+@([A-Za-z0-9.-]+)(?:![0-9]+[kmgtKMGT]?)?", uri)
        if address is None:
            yield _told(Level.WARN, f"no report can go to rua={shown(uri)}", "write it as rua=mailto:name@example.org")
            continue
        there = address[1].lower()
        if there == organisation or there.endswith(f".{organisation}"):
            continue
        # RFC 7489 7.1: whoever is to be sent reports about others has to agree.
        agreed = lookups.txt(f"{record.domain}._report._dmarc.{there}")
        if not any(one.startswith("v=DMARC1") for one in agreed):
            what = f"{there} has not agreed to be sent reports about {record.domain}, so it gets none"
            todo = f'have "v=DMARC1" published at {record.domain}._report._dmarc.{there}'
            yield _told(Level.NOTE, what, todo)


def _told(level: Level, what: str, todo: str = "") -> Symptom:
    return Symptom(check=Check.DMARC, level=level, what=what, todo=todo)
