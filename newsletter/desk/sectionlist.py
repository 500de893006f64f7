"""The list of an issue's sections beside the form: who writes each, how far it is, and what it is called. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from newsletter.desk.moments import counted
from newsletter.model.draft import Planned
from newsletter.model.errors import Mistake
from newsletter.model.finding import Severity
from newsletter.model.kinds import KINDS
from newsletter.publication.issuefiles import kind_of
from newsletter.publication.schedule import Member

_TITLES = {"catchup": "Catch-up", "number": "Number of the week", "quote": "Quote of the week", "replies": "You wrote"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One section as the list shows it."""

    name: str
    title: str
    kind: str
    state: str  # class of its dot: ok, none, bad, warn
    word: str  # "ready", "empty", "1 blocks it", "2 warnings"
    owner: Member | None
    called: str  # the owner's first name, or all of it where two have that; "" for nobody
    writers: tuple[str, ...]  # names of others who are at it at the moment
    length: str  # "284 words"; "" for an empty one
    asked: str  # "250 to 320 words"; "" where nothing is asked for
    least: int
    most: int | None
    there: bool  # it has a file: it can be moved, and taken out
    required: bool
    is_first: bool  # of those that can be moved: nothing is above it
    is_last: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What there is to know about an issue's sections."""

    plan: tuple[Planned, ...]
    words: Mapping[str, int]
    found: Mapping[str, Sequence[Severity]]  # by section; "issue" for what is about the whole
    files: frozenset[str]  # sections that have a file, begun or not
    owners: Mapping[str, str]  # section, or kind, -> id
    mistakes: tuple[Mistake, ...] = ()  # with any, nothing was counted or found


def places(
    seen: Seen, team: Iterable[Member], here: str, path: Callable[[str], str], writing: Mapping[str, tuple[str, ...]]
) -> tuple[Place, ...]:
    """The sections in the order of the mail; of those without a file only the ones that every issue has, and `here`.

    `path` gives the path of a section's file, `writing` the names of who is at which section.
    """
    members = {member.id: member for member in team}
    firsts = [member.name.split()[0] for member in members.values()]
    shown = [one for one in seen.plan if one.name in seen.files or one.required or one.name == here]
    listed = {one.name for one in shown}
    strays = sorted(seen.files - listed)  # left out of the order, or of a kind that there is not
    shown += [
        Planned(name=one, kind=kind_of(one) or one, required=False, least=0, most=None, written=True) for one in strays
    ]
    order = [one.name for one in shown if one.name in seen.files]
    owners = {one.name: members.get(seen.owners.get(one.name) or seen.owners.get(one.kind) or "") for one in shown}
    return tuple(
        Place(
            name=one.name,
            title=title(one.name),
            kind=one.kind,
            owner=owners[one.name],
            called=_called(owners[one.name], firsts),
            writers=writing.get(one.name, ()),
            length=counted(seen.words[one.name], "word") if one.name in seen.words else "",
            asked=asked(one),
            least=one.least,
            most=one.most,
            there=one.name in seen.files,
            required=one.required,
            is_first=order[:1] == [one.name],
            is_last=order[-1:] == [one.name],
            **_state(one, seen, path(one.name)),
        )
        for one in shown
    )


def _called(owner: Member | None, firsts: Sequence[str]) -> str:
    first = owner.name.split()[0] if owner else ""
    return owner.name if owner and firsts.count(first) > 1 else first


def _state(one: Planned, seen: Seen, path: str) -> dict[str, str]:
    mistakes = sum(mistake.path == path for mistake in seen.mistakes)
    if mistakes:
        return {"state": "bad", "word": counted(mistakes, "mistake")}
    if not one.written:
        return {"state": "none", "word": "empty"}
    if seen.mistakes:
        return {"state": "none", "word": "not checked"}
    about = (one.name, "issue") if one.kind == "opening" else (one.name,)  # subject and preheader are the opening's
    found = [severity for section in about for severity in seen.found.get(section, ())]
    if blocks := found.count(Severity.BLOCK):
        return {"state": "bad", "word": f"{blocks} block{'s' if blocks == 1 else ''} it"}
    if warns := found.count(Severity.WARN):
        return {"state": "warn", "word": counted(warns, "warning")}
    return {"state": "ok", "word": "ready"}


def title(name: str) -> str:
    """A section's name as people read it: "Number of the week", "Beyond 2"."""
    kind = kind_of(name) or ""
    if kind in _TITLES:
        return f"{_TITLES[kind]}{name.removeprefix(kind).replace('-', ' ')}"
    words = name.replace("-", " ")
    return words[:1].upper() + words[1:]


def asked(one: Planned) -> str:
    """How long a section is wanted."""
    if one.most is None:
        return f"at least {counted(one.least, 'word')}" if one.least else ""
    return f"{one.least} to {one.most} words" if one.least else f"at most {counted(one.most, 'word')}"


def moved(names: Sequence[str], name: str, by: int) -> tuple[str, ...]:
    """The order with one section so many places further down, or up where `by` is below 0; at the ends it stays."""
    if name not in names:
        return tuple(names)
    order = [one for one in names if one != name]
    at = min(max(names.index(name) + by, 0), len(order))
    return (*order[:at], name, *order[at:])


def kinds_to_add(schedule_kinds: Iterable[str], taken: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The kinds a section can be added of, those of the publication first, each with its words."""
    there = set(taken)
    usual = [one for one in dict.fromkeys(schedule_kinds) if one in KINDS and one != "opening"]
    return tuple((kind, f"{title(kind)}{' (one more)' if kind in there else ''}") for kind in usual)
