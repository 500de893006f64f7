"""Adds a picture to a section: the file, the part of it that is shown, and what has to be said of it."""

from __future__ import annotations

from dataclasses import replace

from starlette.responses import Response

from newsletter.actions.add_picture import PictureRefused, Sent, add_picture, plan_picture, voided_by
from newsletter.actions.keep_draft import keep_draft
from newsletter.actions.save_text import look_at_text
from newsletter.desk.ask import Ask
from newsletter.desk.office import Office
from newsletter.desk.sectionform import Input, SectionForm
from newsletter.desk.sectionpage import At, Shown, answered, section_at, was_sent
from newsletter.desk.sectiontext import form_in, with_file, with_form
from newsletter.model.changes import listed
from newsletter.model.errors import ConfigError
from newsletter.model.saving import ChangedMeanwhile

_EDGES = ("left", "top", "right", "bottom")
_TWICE = "Somebody has put another picture here meanwhile; open the section again to see it."


def take(office: Office, ask: Ask) -> Response:
    """Adds it; what else was typed is kept as a draft, and stands in the form again."""
    at = section_at(office, ask)
    form = form_in(ask, at.kind) if at.kind else None
    place = next((one for one in form.inputs if one.field.shape == "picture"), None) if form else None
    if form is None or place is None:
        raise ConfigError("section", f"the section '{at.name}' shows no picture")
    was = was_sent(at, ask)
    now = Shown(text=with_form(was, form) or was, form=form, base=ask.text("base"), was=was)
    try:
        planned = plan_picture(office.app, at.issue, at.name, _sent(ask, place))
        voids = listed(voided_by(office.app, planned))
        if voids and ask.text("seen") != voids:
            wrong = {"data": f"This voids the approval of {voids}. To add it all the same, choose the file again."}
            return answered(office, ask, at, replace(now, picture=wrong, voids=(voids,)))
        added = add_picture(office.app, planned, ask.me.id)
    except PictureRefused as error:
        return answered(office, ask, at, replace(now, picture=error.fields), 422)
    except ChangedMeanwhile:
        return answered(office, ask, at, replace(now, picture={"data": _TWICE}), 409)
    office.look_again()
    return _back(office, ask, at, with_file(form, place.field.key, added.picture.file), was)


def _back(office: Office, ask: Ask, at: At, form: SectionForm, was: str) -> Response:
    """To the section; with what was typed beside the picture and is not saved yet."""
    file = look_at_text(office.app, at.issue, at.name)
    text = with_form(file.text, form)
    if ask.text("base") == at.file.digest and text is not None and text != file.text:
        keep_draft(office.app, at.issue, at.name, text, file.digest, ask.me.id)
        return office.go(ask, f"{at.address}?draft=take#picture", "The picture is added. The rest is not saved yet.")
    if ask.text("base") != at.file.digest and (mine := with_form(was, form)) is not None:
        keep_draft(office.app, at.issue, at.name, mine, ask.text("base"), ask.me.id)
    return office.go(ask, f"{at.address}#picture", "The picture is added.")


def _sent(ask: Ask, place: Input) -> Sent:
    upload = ask.files.get("picture")
    said = {one.field.key: one.value for one in place.parts}
    edges = [ask.text(f"crop-{edge}") for edge in _EDGES]
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
