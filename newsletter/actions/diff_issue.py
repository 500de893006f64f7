"""Diff: what is new in an issue since one's last look, since its approval, or beside another issue."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from newsletter.actions.app import App, known_issue
from newsletter.actions.build_issue import SAMPLE_READER, SAMPLE_SIGNING
from newsletter.actions.home import home_store
from newsletter.actions.todays_edition import Today, own_files, read_today
from newsletter.deliver.personal import slot_values
from newsletter.model.approval import living
from newsletter.model.changes import Change, changes, differing
from newsletter.model.edition import Edition
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.inputfile import InputFile
from newsletter.model.issue import IssueId
from newsletter.publication.folder import Folder, is_sent
from newsletter.store import approvals, editions, looks
from newsletter.store.engine import Store
from newsletter.text.changes import Run, is_renumbered, word_changes


class Since(Enum):
    """What an issue is held against."""

    LOOK = "look"  # what this person saw last
    APPROVAL = "approval"  # what was signed last


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """An issue as its readers get it."""

    what: str  # which it is, in words
    seen: datetime | None = None  # when it was looked at or signed
    issue: IssueId
    subject: str
    preheader: str
    text: str  # as the sample reader gets it
    page: str
    inputs: tuple[InputFile, ...]  # of the publication
    outputs: tuple[InputFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What has changed between two faces."""

    before: str  # which they are, in words: "what mei looked at"
    seen: datetime | None  # when that was; None where it was neither looked at nor signed
    after: str
    subject: tuple[Run, ...]  # empty where it is the same
    preheader: tuple[Run, ...]
    text: tuple[tuple[Run, ...], ...]  # the paragraphs that differ, in more than the numbers of their sources
    renumbered: bool  # whether sources of both have other numbers
    sections: tuple[str, ...]  # of the page, by name, that differ, came or went
    outputs: tuple[str, ...]  # by name
    pictures: tuple[Change, ...]  # by name
    files: tuple[Change, ...]  # of the publication; empty between two issues

    @property
    def same(self) -> bool:
        """Whether readers would get the same bytes."""
        return not self.outputs


@dataclass(frozen=True, slots=True)
class Looked:
    """An issue as it is now, and what is new in it; None where there is nothing to hold it against yet."""

    edition: Edition
    difference: Difference | None


# A reader's own links are no part of an edition: in every face they are those of one sample.
_LIVE = "https://example.org"
_PERSONAL = re.compile(r"https?://\S+(/[up]/sample-1\.sample\.[a-z2-7]{26})")


def diff_issue(app: App, issue: IssueId, who: str, since: Since | IssueId | None = None) -> Looked:
    """What has changed in an issue; at home it is noted that `who` has looked at it now.

    Without `since`: since their last look, else since the approval, else nothing. Raises `ContentError` with the
    files' mistakes, `NotAtHome` in a copy without database for all but another issue, `ConfigError` where what is asked
    for is not there.
    """
    looked = compare_issue(app, issue, who, since)
    if app.is_home and not is_sent(app.root, issue):
        note_look(app, looked.edition, who)
    return looked


def compare_issue(
    app: App, issue: IssueId, who: str, since: Since | IssueId | None = None, today: Today | None = None
) -> Looked:
    """The same, and changes nothing: nobody has looked at it by that. `today`: what its files say now, for whoever has
    read them already."""
    known_issue(app, issue)
    after = _edition(today or read_today(app, issue))
    if isinstance(since, IssueId):
        before: Face | None = _other(app, since)
    else:
        with home_store(app, "looks and approvals are kept") as store:
            before = _since(store, issue, who, since)
    now = face_of(after, "the files as they are now")
    return Looked(after, None if before is None else difference(before, now))


def note_look(app: App, edition: Edition, who: str) -> None:
    """Remembers that somebody has seen this edition now. Raises `NotAtHome`."""
    with home_store(app, "looks are kept") as store:
        looks.note(store, edition, who, app.clock())


def have_read(app: App, issue: IssueId, who: str, digest: str) -> bool:
    """Remembers that somebody has read the issue as this edition; False, and nothing is noted, where its files say
    something else by now. Raises as `compare_issue`."""
    known_issue(app, issue)
    edition = today_of(app, issue)
    if edition.digest != digest:
        return False
    if not is_sent(app.root, issue):
        note_look(app, edition, who)
    return True


def today_of(app: App, issue: IssueId) -> Edition:
    """The issue as its files say it now. Raises `ContentError`."""
    return _edition(read_today(app, issue))


def _edition(today: Today) -> Edition:
    if today.edition is None:
        raise today.trouble or ContentError(today.folder.mistakes)
    return today.edition


def last_look(app: App, issue: IssueId, who: str) -> Face | None:
    """What somebody saw last of an issue; None for the first time. Raises `NotAtHome`."""
    with home_store(app, "looks are kept") as store:
        return _since(store, issue, who, None)


def face_of(edition: Edition, what: str, seen: datetime | None = None) -> Face:
    """An edition as the sample reader would get it; `what` it is, and when it was `seen`."""
    values = slot_values(
        SAMPLE_READER,
        issue=edition.issue,
        kind="issue",
        greeting=edition.greeting,
        live=_LIVE,
        domain="example.org",
        due=datetime(2000, 1, 1, tzinfo=UTC),  # stands in the headers only
        signing=SAMPLE_SIGNING,
    )
    return Face(
        what=what,
        seen=seen,
        issue=edition.issue,
        subject=edition.subject,
        preheader=edition.preheader,
        text=edition.text.fill(values),
        page=edition.page,
        inputs=own_files(edition.manifest.inputs),
        outputs=edition.manifest.outputs,
    )


def difference(before: Face, after: Face) -> Difference:
    """What has changed from one face to the other."""
    pictures = [[file for file in face.outputs if file.path.startswith("images/")] for face in (before, after)]
    return Difference(
        before=before.what,
        seen=before.seen,
        after=after.what,
        subject=_line(before.subject, after.subject),
        preheader=_line(before.preheader, after.preheader),
        text=word_changes(before.text, after.text),
        renumbered=is_renumbered(before.text, after.text),
        sections=_sections(before.page, after.page),
        outputs=differing(before.outputs, after.outputs),
        pictures=changes(*pictures),
        files=changes(before.inputs, after.inputs) if before.issue == after.issue else (),
    )


def _since(store: Store, issue: IssueId, who: str, since: Since | None) -> Face | None:
    if since is not Since.APPROVAL and (look := looks.last(store, issue, who)):
        seen = editions.find(store, look.digest)
        return face_of(seen, f"what {who} looked at", look.looked) if seen else None
    if since is Since.LOOK:
        raise ConfigError("since", f"{who} has not looked at {issue} before; say --as NAME, or leave --since out")
    signed = living(approvals.signatures(store, issue))
    edition = editions.find(store, signed[-1].digest) if signed else None
    if edition is not None:
        return face_of(edition, f"what {signed[-1].who} signed", signed[-1].when)
    if since is Since.APPROVAL:
        raise ConfigError("since", f"nobody has signed {issue} yet; leave --since out, or name another issue")
    return None


def _other(app: App, issue: IssueId) -> Face:
    """Another issue: as it was sent, else as its files say it now."""
    known_issue(app, issue)
    if not is_sent(app.root, issue):
        return face_of(today_of(app, issue), f"the issue {issue} as its files are now")
    return sent_face(app, issue)


def sent_face(app: App, issue: IssueId) -> Face:
    """An issue as the newest edition in its sent/ has it. Raises `ContentError`, `ConfigError`."""
    folder = Folder(app.root)
    base = f"content/issues/{issue}/sent"
    copies = [int(name) for name in _folders(folder, base) if name.isdigit()]
    base = f"{base}/{max(copies)}" if copies else base
    text, page, meta = (folder.read_text(f"{base}/{name}") for name in ("email.txt", "page.html", "meta.json"))
    if text is None or page is None or meta is None:
        raise ContentError(folder.mistakes)
    try:
        said_there = json.loads(meta)
        inputs, outputs = (
            tuple(InputFile(*pair) for pair in said_there["manifest"][kind].items()) for kind in ("inputs", "outputs")
        )
        subject, preheader = str(said_there["subject"]), str(said_there["preheader"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError("since", f"{base}/meta.json cannot be read; take it back from git") from error
    return Face(
        what=f"the issue {issue} as it was sent",
        issue=issue,
        subject=subject,
        preheader=preheader,
        text=_PERSONAL.sub(rf"{_LIVE}\1", text),
        page=page,
        inputs=own_files(inputs),
        outputs=outputs,
    )


def _folders(folder: Folder, path: str) -> list[str]:
    return [entry.name for entry in (folder.root / path).iterdir() if entry.is_dir()]


def _line(before: str, after: str) -> tuple[Run, ...]:
    return next(iter(word_changes(before, after)), ())


# The number that a mark bears on the page, which is another one as soon as a source comes in before it.
_NUMBER = re.compile(r'(?<=<sup>)(<a href="#source-[^"]*">)\d+(?=</a></sup>)')
_SECTION = re.compile(r'<section\b[^>]*?\bclass="([^"]*)"(?:[^>]*?\bid="([^"]*)")?[^>]*>')


def _sections(before: str, after: str) -> tuple[str, ...]:
    """The names of the sections whose part of the page differs: those of `after` in its order, then those that went."""
    old, new = _divided(before), _divided(after)
    changed = [name for name in new if new[name] != old.get(name)]
    return tuple(changed + [name for name in old if name not in new])


def _divided(page: str) -> dict[str, str]:
    """The page by section: its id, or its class where it has none, without the numbers of its marks.

    What stands before the first is the heading.
    """
    page = _NUMBER.sub(r"\1", page)
    starts = [*_SECTION.finditer(page)]
    ends = [match.start() for match in starts[1:]] + [len(page)]
    parts = {"heading": page[: starts[0].start()] if starts else page}
    for match, end in zip(starts, ends, strict=True):
        parts[match[2] or match[1]] = page[match.start() : end]
    return parts
