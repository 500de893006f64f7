"""The picture of a section: one is added, or a part is cut out of the one that is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from starlette.responses import Response

from newsletter.actions.add_picture import (
    PictureRefused,
    Planned,
    Sent,
    add_picture,
    plan_cut,
    plan_picture,
    voided_by,
)
from newsletter.actions.app import App
from newsletter.actions.keep_draft import keep_draft
from newsletter.actions.save_text import look_at_text
from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.desk.sectionform import Input, SectionForm
from newsletter.desk.sectionpage import At, Shown, answered, section_at, was_sent
from newsletter.desk.sectiontext import form_in, with_file, with_form
from newsletter.model.audit import claimed
from newsletter.model.changes import listed
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.model.saving import ChangedMeanwhile

CUT = "cut"  # what the button says that cuts the picture which is shown
_EDGES = ("left", "top", "right", "bottom")
_TWICE = "Somebody has put another picture here meanwhile; open the section again to see it."


@dataclass(frozen=True, slots=True)
class _Way:
    """What the form can do to its picture."""

    plan: Callable[[App, IssueId, str, Sent], Planned]
    edges: str  # how the names of its four numbers begin
    again: str  # how it is done although it voids approvals
    done: str

    def beside(self, wrong: Mapping[str, str]) -> dict[str, str]:
        """What is wrong, by its place in the form: of a cut, all but the words stands beside its numbers."""
        if self is _ADD:
            return dict(wrong)
        return {CUT if name in ("data", "crop") else name: what for name, what in wrong.items()}


_ADD = _Way(plan_picture, "crop", "To add it all the same, choose the file again.", "The picture is added.")
_CUT = _Way(plan_cut, CUT, "To cut it all the same, press the button again.", "The picture is cut.")


def take(office: Office, ask: Ask) -> Response:
    """Adds or cuts it; what else was typed is kept as a draft, and stands in the form again."""
    at = section_at(office, ask)
    form = form_in(ask, at.kind) if at.kind else None
    place = next((one for one in form.inputs if one.field.shape == "picture"), None) if form else None
    if form is None or place is None:
        raise ConfigError("section", f"the section '{at.name}' shows no picture")
    was = was_sent(at, ask)
    way = _CUT if ask.text("act") == CUT else _ADD
    now = Shown(text=with_form(was, form) or was, form=form, base=ask.text("base"), was=was)
    now = replace(now, cut=_edges(ask, way) if way is _CUT else {})
    try:
        planned = way.plan(office.app, at.issue, at.name, _sent(ask, place, way))
        voids = listed(voided_by(office.app, planned))
        if voids and ask.text("seen") != voids:
            wrong = way.beside({"data": f"This voids the approval of {voids}. {way.again}"})
            return answered(office, ask, at, replace(now, picture=wrong, voids=(voids,)))
        added = add_picture(office.app, planned, claimed(ask.me.id, None))
    except PictureRefused as error:
        return answered(office, ask, at, replace(now, picture=way.beside(error.fields)), 422)
    except ChangedMeanwhile:
        return answered(office, ask, at, replace(now, picture=way.beside({"data": _TWICE})), 409)
    office.look_again()
    return _back(office, ask, at, with_file(form, place.field.key, added.picture.file), was, way.done)


def _back(office: Office, ask: Ask, at: At, form: SectionForm, was: str, done: str) -> Response:
    """To the section; with what was typed beside the picture and is not saved yet."""
    file = look_at_text(office.app, at.issue, at.name)
    text = with_form(file.text, form)
    if ask.text("base") == at.file.digest and text is not None and text != file.text:
        keep_draft(office.app, at.issue, at.name, text, file.digest, ask.me.id)
        return office.go(ask, f"{at.address}?draft=take#picture", f"{done} The rest is not saved yet.")
    if ask.text("base") != at.file.digest and (mine := with_form(was, form)) is not None:
        keep_draft(office.app, at.issue, at.name, mine, ask.text("base"), ask.me.id)
    return office.go(ask, f"{at.address}#picture", done)


def _edges(ask: Ask, way: _Way) -> dict[str, str]:
    """The four numbers as they were typed."""
    return {edge: ask.text(f"{way.edges}-{edge}") for edge in _EDGES}


def _sent(ask: Ask, place: Input, way: _Way) -> Sent:
    upload = ask.files.get("picture") if way is _ADD else None
    said = {one.field.key: one.value for one in place.parts}
    edges = _edges(ask, way).values()
    return Sent(
        data=upload.data if upload else b"",
        name=upload.name if upload else "",
        crop=", ".join(_part(one) for one in edges) if any(edges) else "",
        instead_of=place.file or None,
        **said,
    )


def _part(percent: str) -> str:
    """A share in per cent, as a part of 1; anything else as it was typed, to be refused with its words."""
    try:
        return f"{float(percent) / 100:.4f}"
    except ValueError:
        return percent or "?"
