"""Save: what somebody wrote in a form becomes the file of a section, unless another saved it meanwhile."""

from __future__ import annotations

from newsletter.actions.app import App
from newsletter.actions.section_files import (
    any_bytes_at,
    changing,
    known_section,
    must_be,
    must_be_readable,
    note_voids,
    voided_names,
)
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.issue import IssueId
from newsletter.model.saving import ChangedMeanwhile, DraftText, FileText, Saved, decoded, with_line_feeds
from newsletter.model.shape import unfit_character
from newsletter.publication.lineends import fitted
from newsletter.publication.unsaved import Instead
from newsletter.publication.write import change
from newsletter.store import drafts, kept_texts


def look_at_text(app: App, issue: IssueId, name: str) -> FileText:
    """The text of a section as its file holds it, for a form; an empty one where there is no file yet.

    Raises `ConfigError` for an unknown issue or section, `ContentError` for a file that cannot be read.
    """
    path = known_section(app, issue, name)
    return FileText.of(path, any_bytes_at(app, path))


def unsaved_files(app: App, issue: IssueId, name: str, text: str) -> Instead:
    """What a save of this text would write, by path: for `read_issue`, `preview_issue` and `check_issue`. Raises as
    `look_at_text`."""
    path = known_section(app, issue, name)
    return {path: _written(path, any_bytes_at(app, path), text)}


def voided_by(app: App, issue: IssueId, name: str, text: str) -> tuple[str, ...]:
    """The names of those whose approvals saving this text would void: "this voids Ada's approval". Raises as
    `look_at_text`."""
    return voided_names(app, issue, unsaved_files(app, issue, name, text))


def save_text(app: App, issue: IssueId, name: str, text: str, base: str, who: str) -> Saved:
    """Writes the section's file, whose digest `base` a form carried, and forgets the draft that `who` had of it.

    Line ends and the byte order mark stay as the file has them; a text that is the same leaves the very same file, but
    for one that was no UTF-8, which becomes it. The audit log has an entry where approvals hold no longer. Raises
    `ChangedMeanwhile` where another saved it before: theirs stays, and this text is kept; `ContentError` for a text
    that cannot be read, which is kept as the draft; `ConfigError` for an unknown section, and for an issue that is
    being sent or has been; `NotAtHome`; `StoreError` and `OSError`, where nothing is saved. Killed in the very
    moment between the file and the database, it leaves the text without its entry.
    """
    path = known_section(app, issue, name)
    with changing(app, issue) as store:
        before = any_bytes_at(app, path)
        now = FileText.of(path, before)
        try:
            after = _written(path, before, text)
            if after == before:
                drafts.drop(store, issue, path, who)
                return Saved(path, now.digest, ())
            must_be(base, path, before)
            must_be_readable(app, issue, {path: after})
            voids = voided_names(app, issue, {path: after})
            with store.writing_alone() as connection:
                note_voids(app, connection, issue, who, voids, path)
                drafts.end(connection, issue, path, who)
                change(app.root / path, before, after)
        except ChangedMeanwhile:
            theirs = FileText.of(path, any_bytes_at(app, path))
            kept = kept_texts.keep(store, issue, path, who, with_line_feeds(text), base, app.clock())
            drafts.drop(store, issue, path, who)
            raise ChangedMeanwhile(theirs, kept) from None
        except ContentError:
            drafts.keep(store, _draft(app, issue, path, text, base, who))
            raise
    return Saved(path, FileText.of(path, after).digest, voids)


def _draft(app: App, issue: IssueId, path: str, text: str, base: str, who: str) -> DraftText:
    shown = with_line_feeds(text)
    return DraftText(issue=issue, path=path, member=who, text=shown, base=base, saved=app.clock())


def _written(path: str, before: bytes | None, text: str) -> bytes:
    """The bytes of the file with this text. Raises `ContentError` for a character that no file can hold."""
    try:
        return fitted(decoded(before or b"")[0], text).encode("utf-8")
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        what = f"the control character {unfit_character(text[error.start])} stands here"
        raise ContentError([Mistake(path, line, what, "delete it")]) from error
