"""Preview: an issue as its files say it now, or every mistake that stands in the way of seeing it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from enum import Enum

from newsletter import packaged
from newsletter.actions.app import App, Desk, read_issue
from newsletter.actions.build_issue import SAMPLE_READER, framed_page, html_for, sample_values
from newsletter.actions.check_files import check_files
from newsletter.assemble.edition import assemble
from newsletter.check.limits import LIMIT_OCTETS as LIMIT_OCTETS
from newsletter.check.limits import WARN_OCTETS as WARN_OCTETS
from newsletter.edit.length import Length, lengths
from newsletter.mail.mime import splice
from newsletter.model.draft import Blurb
from newsletter.model.edition import Edition
from newsletter.model.errors import ContentError, Mistake, NewsletterError
from newsletter.model.issue import IssueId
from newsletter.publication.folder import issue_folder
from newsletter.publication.unsaved import Instead
from newsletter.templating import Templates

_MADE = frozenset({"var", "public", "node_modules", "sent"})  # folders that hold nothing an editor changes


class Fit(Enum):
    """Whether a mail is small enough to be shown whole."""

    FITS = "fits"
    NEAR = "near"
    TOO_LARGE = "too large"


@dataclass(frozen=True, slots=True)
class Weight:
    """What one section adds to the mail's HTML."""

    section: str  # its name, as that of its file
    octets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The finished issue as the sample reader gets it."""

    desk: Desk
    edition: Edition
    html: str
    text: str
    page: str  # in the frame of the site
    eml: bytes  # the whole message
    headers: tuple[tuple[str, str], ...]  # name and value, decoded, in the order of the message
    lengths: tuple[Length, ...]  # of each place in the plan, what is not written yet included
    weights: tuple[Weight, ...]  # of each section, in the order of the mail; none where they were not weighed

    @property
    def html_octets(self) -> int:
        """The size of the HTML, decoded: what mail programs measure."""
        return len(self.html.encode())

    @property
    def fit(self) -> Fit:
        if self.html_octets > LIMIT_OCTETS:
            return Fit.TOO_LARGE
        return Fit.NEAR if self.html_octets > WARN_OCTETS else Fit.FITS


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One look at an issue: either it is shown, or there are mistakes."""

    issue: IssueId
    shown: Shown | None
    mistakes: tuple[Mistake, ...]  # by file and line


def preview_issue(
    app: App,
    issue: IssueId,
    images: str,
    before: Preview | None = None,
    instead: Instead | None = None,
    *,
    weigh: bool = True,
) -> Preview:
    """The issue as its files say it now, or would with others `instead`, by path. Writes nothing, and raises nothing
    that an editor can mend.

    `images` is where the page's pictures stand, with a slash at the end. What `before` has weighed already is not
    weighed again; with `weigh` off nothing is, which is quicker.
    """
    try:
        shown = _shown(app, issue, images, before.shown if before else None, instead, weigh)
    except ContentError as error:
        known = {*error.mistakes, *check_files(app, (issue,), instead).mistakes}
        return Preview(issue=issue, shown=None, mistakes=tuple(sorted(known)))
    except (NewsletterError, OSError) as error:
        mistake = Mistake(f"content/issues/{issue}", 0, str(error), "mend it; the preview looks again by itself")
        return Preview(issue=issue, shown=None, mistakes=(mistake,))
    return Preview(issue=issue, shown=shown, mistakes=())


def files_token(app: App, issue: IssueId) -> str:
    """A token that is another one after a file was changed that the preview may be made of. Reads no file."""
    folder = issue_folder(app.root, issue)
    lines = [
        f"{path}\0{found.st_mtime_ns}\0{found.st_size}\0{found.st_ino}\n"
        for top in (app.root, packaged.root() / "templates")
        for path, found in sorted(_files(str(top), str(folder.parent), folder.name))
    ]
    return hashlib.sha256("".join(lines).encode(errors="replace")).hexdigest()[:20]


def _files(folder: str, issues: str, issue: str) -> Iterator[tuple[str, os.stat_result]]:
    """The files below a folder, but for hidden ones, other issues', and what the program makes. Of names and not of
    paths: it is asked for at every page, and there may be hundreds of issues."""
    try:
        with os.scandir(folder) as there:
            entries = list(there)
    except OSError:  # not there, or taken away meanwhile
        return
    is_issues = folder == issues
    for entry in entries:
        name = entry.name
        if name.startswith("."):
            continue
        try:
            if not entry.is_dir(follow_symlinks=False):
                yield entry.path, entry.stat()
            elif name not in _MADE and (not is_issues or name == issue):
                yield from _files(entry.path, issues, issue)
        except OSError:
            continue


def _shown(app: App, issue: IssueId, images: str, before: Shown | None, instead: Instead | None, weigh: bool) -> Shown:
    desk, templates = read_issue(app, issue, instead), app.templates
    edition = assemble(desk.draft, desk.publication, desk.frame, templates)
    values = sample_values(desk, edition, SAMPLE_READER)
    eml = splice(edition.letter, values)
    return Shown(
        desk=desk,
        edition=edition,
        html=html_for(edition, values),
        text=edition.text.fill(values),
        page=framed_page(app, desk, edition, images=images),
        eml=eml,
        headers=tuple((name, str(value)) for name, value in message_from_bytes(eml, policy=policy.default).items()),
        lengths=lengths(desk.draft),
        weights=_weights(desk, templates, edition, before) if weigh else (),
    )


def _weights(desk: Desk, templates: Templates, edition: Edition, before: Shown | None) -> tuple[Weight, ...]:
    """What each section weighs: the mail with it, less the mail without it, with as little beside it as can be."""
    known: dict[str, tuple[tuple[Blurb, ...], Weight]] = {}
    if before is not None and _around(before.desk, before.edition) == _around(desk, edition):
        pairs = zip(_with_neighbour(before.desk), before.weights, strict=False)
        known = {pair[-1].name: (pair, weight) for pair, weight in pairs}

    def octets(blurbs: tuple[Blurb, ...]) -> int:
        part = assemble(replace(desk.draft, blurbs=blurbs), desk.publication, desk.frame, templates)
        return len(html_for(part, sample_values(desk, part, SAMPLE_READER)).encode())

    empty: int | None = None
    found = []
    try:
        for pair in _with_neighbour(desk):
            name = pair[-1].name
            if name in known and known[name][0] == pair:
                found.append(known[name][1])
            elif pair[:-1]:
                found.append(Weight(name, octets(pair) - octets(pair[:-1])))
            else:
                empty = octets(()) if empty is None else empty
                found.append(Weight(name, octets(pair) - empty))
    except ContentError:  # a publication's template may ask for more sections than these
        return ()
    return tuple(found)


def _with_neighbour(desk: Desk) -> Iterator[tuple[Blurb, ...]]:
    """Each section in order, behind the one before it when both are of a kind and so share a heading."""
    blurbs = desk.draft.blurbs
    for at, blurb in enumerate(blurbs):
        yield blurbs[at - 1 : at + 1] if at and blurbs[at - 1].kind == blurb.kind else (blurb,)


def _around(desk: Desk, edition: Edition) -> tuple[object, ...]:
    """Everything but the sections themselves that their weight depends on."""
    templates = [file for file in edition.manifest.inputs if "templates/" in file.path]
    return replace(desk.draft, blurbs=(), files=(), texts=(), waivers=()), desk.publication, desk.frame, templates
