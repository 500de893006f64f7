"""The files of an issue's sections, and what stands in the way of changing them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from newsletter.actions.app import App, known_issue
from newsletter.actions.approved_edition import voids
from newsletter.actions.home import home_store
from newsletter.actions.way_out import read_schedule
from newsletter.edit.load import load
from newsletter.model.audit import Deed, claimed
from newsletter.model.errors import ConfigError, ContentError, Mistake
from newsletter.model.issue import IssueId
from newsletter.model.saving import ChangedMeanwhile, FileText
from newsletter.model.shape import nearest, shown
from newsletter.publication import issuefiles
from newsletter.publication import publication as publications
from newsletter.publication.folder import Folder, is_sent, issue_folder
from newsletter.publication.unsaved import Instead, folder_with
from newsletter.publication.write import alone
from newsletter.store import audit, kept_texts
from newsletter.store.engine import Store, Transaction

OPENING = "opening"  # the section that stands in issue.md


@contextmanager
def changing(app: App, issue: IssueId) -> Iterator[Store]:
    """Nobody else changes the issue's files by this program while the block runs. Gives the database.

    Raises `ConfigError` for an unknown issue, and for one that is being sent or has been; `NotAtHome`.
    """
    known_issue(app, issue)
    with alone(issue_folder(app.root, issue)), home_store(app, "texts are saved") as store:
        if is_sent(app.root, issue):
            raise ConfigError("issue", f"the issue {issue} has been sent; its files stay as they are")
        yield store


def path_of(issue: IssueId, name: str) -> str:
    """Where a section's file lies, below the publication's folder."""
    return f"{issuefiles.ISSUES}/{issue}/{'issue' if name == OPENING else name}.md"


def section_at(path: str) -> str:
    """The section whose file lies there."""
    stem = path.rpartition("/")[2].removesuffix(".md")
    return OPENING if stem == "issue" else stem


def sections_there(app: App, issue: IssueId) -> tuple[str, ...]:
    """The sections that have a file, the opening first, the others by file name."""
    names = Folder(app.root).names(f"{issuefiles.ISSUES}/{issue}", ".md")
    return (
        *(OPENING for name in names if name == "issue.md"),
        *(section_at(one) for one in names if one != "issue.md"),
    )


def known_section(app: App, issue: IssueId, name: str) -> str:
    """The path of a section's file, which is there or may be made, or was there and is kept. Raises `ConfigError` for a
    name that says no section, and for an unknown issue."""
    known_issue(app, issue)
    there = sections_there(app, issue)
    if name in there or (name != "issue" and is_fit(name) and issuefiles.kind_of(name) is not None):
        return path_of(issue, name)
    if is_kept(app, issue, name):
        return path_of(issue, name)
    near = nearest(name, there)
    meant = f"; did you mean '{near}'?" if near else ""
    raise ConfigError("section", f"the issue {issue} has no section '{shown(name)}'{meant}")


def is_fit(name: str) -> bool:
    """Whether a section may be called so: small letters, digits and single hyphens."""
    return len(name) <= 80 and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) is not None


def is_kept(app: App, issue: IssueId, name: str) -> bool:
    """Whether a text of this section is among the kept ones; False away from home, where none are."""
    if not app.is_home:
        return False
    with home_store(app, "texts are kept") as store:
        return path_of(issue, name) in {one.path for one in kept_texts.of_issue(store, issue)}


def bytes_at(app: App, path: str) -> bytes | None:
    """The file as it is; None where there is none. Raises `ContentError` for one that cannot be read as text."""
    folder = Folder(app.root)
    if not folder.exists(path):
        return None
    if folder.read_text(path) is None:
        raise ContentError(folder.mistakes)
    return folder.read_bytes(path)


def any_bytes_at(app: App, path: str) -> bytes | None:
    """The same, whatever text it is. Raises `ContentError` for one that cannot be read at all."""
    folder = Folder(app.root)
    data = folder.read_bytes(path) if folder.exists(path) else None
    if folder.mistakes:
        raise ContentError(folder.mistakes)
    return data


def must_be(base: str, path: str, data: bytes | None) -> None:
    """Raises `ChangedMeanwhile` where the file is another than the one whose digest a form carried."""
    now = FileText.of(path, data)
    if now.digest != base:
        raise ChangedMeanwhile(now)


def must_be_readable(app: App, issue: IssueId, instead: Instead) -> None:
    """Raises `ContentError` with every mistake in these files, and those they would bring about in others of the issue.
    What is wrong elsewhere already stands in nobody's way."""
    found = _mistakes(app, issue, instead)
    ours = {one for one in found if one.path in instead}
    others = found - ours
    if others and (brought := others - _mistakes(app, issue, None)):
        ours |= brought
    if ours:
        raise ContentError(ours)


def _mistakes(app: App, issue: IssueId, instead: Instead | None) -> set[Mistake]:
    folder = folder_with(app.root, instead)
    publication, mistakes = publications.read(folder, app.clock().date())
    if publication is None:
        return {*mistakes, *issuefiles.read(folder, issue)[1]}
    try:
        load(publication, folder, issue)
    except ContentError as error:
        return {*mistakes, *error.mistakes}
    return set(mistakes)


def voided_names(app: App, issue: IssueId, instead: Instead) -> tuple[str, ...]:
    """The names of those whose approvals would hold no longer with these files saved: "this voids Ada's approval"."""
    signatures = voids(app, issue, instead)
    if not signatures:
        return ()
    names = {member.id: member.name for member in read_schedule(app).team}
    return tuple(dict.fromkeys(names.get(one.who, one.who) for one in signatures))


def note(app: App, connection: Transaction, issue: IssueId, who: str, act: str, words: str) -> None:
    """An entry in the audit log for what somebody did who is signed in at the desk, in a transaction of
    `Store.writing_alone`.

    Files are written within it as well, behind the entry and last of all: while the database is held or full, no file
    is written that the log does not know of.
    """
    deed = Deed(happened=app.clock(), who=claimed(who, None), act=act, issue=issue, digest=None, note=words)
    audit.write(connection, deed)


def note_voids(app: App, connection: Transaction, issue: IssueId, who: str, names: tuple[str, ...], path: str) -> None:
    """The same for approvals that hold no longer, where there are any."""
    if names:
        note(app, connection, issue, who, "voids", f"{', '.join(names)}: {path.rpartition('/')[2]} was changed")
