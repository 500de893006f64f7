"""One section of an issue: shown with its form, and saved."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from newsletter.actions.add_blurb import add_blurb
from newsletter.actions.keep_draft import draft_of
from newsletter.actions.kept_texts import kept_texts
from newsletter.actions.save_text import save_text, voided_by
from newsletter.desk.ask import Ask
from newsletter.desk.faults import fault_words
from newsletter.desk.merging import has_clash
from newsletter.desk.office import Office
from newsletter.desk.pages import picture, stale
from newsletter.desk.sectionform import read_form
from newsletter.desk.sectionmistakes import told
from newsletter.desk.sectionpage import At, Shown, answered, as_saved, blank, section_at, text_sent, was_sent
from newsletter.desk.sectiontext import WHOLE, after_row, form_in, with_form
from newsletter.model.changes import listed
from newsletter.model.errors import ContentError
from newsletter.model.issue import IssueId
from newsletter.model.saving import ChangedMeanwhile
from newsletter.store.errors import StoreError

_CLASH = "Marks of the two texts stand here still: keep one of each pair, and delete the lines with <<<, === and >>>."
_NO_FORM = "This file is written in a way that a form cannot change. What you typed is below: take it into the file."


def show(office: Office, ask: Ask) -> Response:
    """The section as its file says it; or somebody's draft, or a text that was kept, in its form and not saved yet."""
    at = section_at(office, ask)
    whole = "whole" in ask.query
    if ask.query.get("draft") == "take":
        draft = draft_of(office.app, at.issue, at.name, ask.me.id)
        if draft is not None:
            return answered(office, ask, at, as_saved(at, draft.text, draft.base, whole=whole))
    if number := ask.query.get("kept", ""):
        found = (
            one for one in kept_texts(office.app, at.issue) if str(one.number) == number and one.path == at.file.path
        )
        if kept := next(found, None):
            return answered(office, ask, at, as_saved(at, kept.text, whole=whole))
    return answered(office, ask, at, as_saved(at, whole=whole))


def shown(office: Office, ask: Ask, issue: IssueId, name: str) -> Response:
    """The section of this name, whatever the address says."""
    return show(office, replace(ask, parts={"issue": str(issue), "name": name}))


def take(office: Office, ask: Ask) -> Response:
    """Saves what was sent; or shows it again, with one row more or less, or with what is wrong beside its field."""
    at = section_at(office, ask)
    if "picture" in ask.files or ask.text("act") in ("picture", picture.CUT):
        return picture.take(office, ask)
    if (again := _rows(at, ask)) is not None:
        return answered(office, ask, at, again)
    text = text_sent(at, ask)
    if text is None:
        return answered(office, ask, at, _no_form(office, at, ask), 422)
    now = _sent(at, ask, text)
    if has_clash(text):
        return answered(office, ask, at, _refused(now, _CLASH), 422)
    try:
        voids = voided_by(office.app, at.issue, at.name, text)
        if voids and ask.text("seen") != listed(voids):
            return answered(office, ask, at, _asking(at, now, voids))
        base = _begun(office, ask, at)
        now = replace(now, base=base)
        saved = save_text(office.app, at.issue, at.name, text, base, ask.me.id)
    except ChangedMeanwhile as error:
        return stale.answered(office, ask, at, text, error)
    except ContentError as error:
        return answered(office, ask, at, _wrong(at, now, error), 422)
    except (StoreError, OSError) as error:  # the text stands in the form again, to be sent once more
        return answered(office, ask, at, _refused(now, fault_words(office.app.root, error)), 503)
    office.look_again()
    said = f" The approval of {listed(saved.voids)} holds no longer." if saved.voids else ""
    return office.go(ask, f"{at.address}#body", f"Saved.{said}")


def _begun(office: Office, ask: Ask, at: At) -> str:
    """What the save goes out from: of a section without a file, the empty one that gives it its place in the order."""
    if ask.text("base") or at.file.digest or at.kind in (None, "opening"):
        return ask.text("base")
    return add_blurb(office.app, at.issue, at.name, str(at.kind), ask.me.id).digest


def _rows(at: At, ask: Ask) -> Shown | None:
    """The form after one of the buttons of its rows; None where another was pressed."""
    if at.kind is None or WHOLE in ask.form:
        return None
    form = after_row(form_in(ask, at.kind), ask.text("act"))
    if form is None:
        return None
    was = was_sent(at, ask)
    return Shown(text=with_form(was, form) or was, form=form, base=ask.text("base"), was=was)


def _sent(at: At, ask: Ask, text: str) -> Shown:
    form = form_in(ask, at.kind) if at.kind and WHOLE not in ask.form else None
    return Shown(text=text, form=form, base=ask.text("base"), was=was_sent(at, ask))


def _asking(at: At, now: Shown, voids: tuple[str, ...]) -> Shown:
    """The same form, asking whether approvals may go."""
    form = read_form(now.text, at.kind) if now.form is not None and at.kind else None
    return replace(now, form=form or now.form, voids=voids)


def _refused(now: Shown, why: str) -> Shown:
    return replace(now, refused=(why,))


def _wrong(at: At, now: Shown, error: ContentError) -> Shown:
    """Each mistake beside its field; for a file that is shown whole, all of them above it."""
    if now.form is not None:
        return replace(now, form=told(now.form, error.mistakes, now.text, at.file.path))
    words = [
        f"Line {one.line}: {one.what}; {one.todo}." if one.path == at.file.path else f"{one}." for one in error.mistakes
    ]
    return replace(now, refused=tuple(words))


def _no_form(office: Office, at: At, ask: Ask) -> Shown:
    """The file whole, and what was typed beside it as it would stand in a new file."""
    assert at.kind is not None, "a file of no kind is always shown whole"
    was = was_sent(at, ask)
    fresh = with_form(blank(office, at.kind), form_in(ask, at.kind)) or ask.body("body")
    return Shown(text=was, form=None, base=ask.text("base"), was=was, refused=(_NO_FORM,), typed=fresh)
