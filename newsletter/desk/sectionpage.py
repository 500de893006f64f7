"""The page of a section: the list of all, the form of this one, and what stands around it. Reads; writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.responses import Response

from newsletter.actions.issue_heading import issue_heading
from newsletter.actions.keep_draft import draft_of, others_writing
from newsletter.actions.kept_texts import kept_texts
from newsletter.actions.save_text import look_at_text
from newsletter.actions.section_files import section_at as name_at
from newsletter.desk.ask import Ask
from newsletter.desk.beside import beside_values
from newsletter.desk.findings import findings_values
from newsletter.desk.issuepath import issue_of
from newsletter.desk.moments import cities_for, dated, wall
from newsletter.desk.office import Office
from newsletter.desk.places import section_address
from newsletter.desk.sectionform import SectionForm, read_form
from newsletter.desk.sectionlist import kinds_to_add, places, title
from newsletter.desk.sectionsnow import sections_now
from newsletter.desk.sectiontext import WAS, WHOLE, kind_in, text_in
from newsletter.edit.open import blurb_of
from newsletter.model.changes import listed
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.model.saving import DraftText, FileText, KeptText
from newsletter.publication import issuefiles
from newsletter.publication.folder import Folder, is_sent
from newsletter.publication.issuefiles import ISSUES
from newsletter.publication.schedule import Role

_OPENING = "---\n---\n"


@dataclass(frozen=True, slots=True)
class At:
    """The section that an address names, as its file is now."""

    issue: IssueId
    name: str
    file: FileText
    kind: str | None  # None: neither its file nor its name says one
    start: str  # what a form is laid over: the file, or an empty one of its kind

    @property
    def address(self) -> str:
        return section_address(self.issue, self.name)


def section_at(office: Office, ask: Ask) -> At:
    """The section of the address. Raises `HTTPException` 404 where there is none and none could be."""
    issue, name = issue_of(office.app, ask), ask.parts["name"]
    try:
        file = look_at_text(office.app, issue, name)
    except ConfigError as error:
        raise HTTPException(404, str(error)) from error
    kind = kind_in(file.text, name)
    if kind is None and not file.digest:  # taken out, perhaps: then the text that was kept says what it was
        texts = (one.text for one in kept_texts(office.app, issue) if one.path == file.path)
        kind = next(filter(None, (kind_in(text, name) for text in texts)), None)
    if kind is None and not file.digest:
        raise HTTPException(404, f"There is no section '{name[:60]}' in this issue.")
    start = file.text or (blank(office, kind) if kind else "")
    return At(issue, name, file, kind, start)


def blank(office: Office, kind: str) -> str:
    """The file of a new section of this kind, its fields empty."""
    return _OPENING if kind == "opening" else blurb_of(office.schedule, kind)


def text_sent(at: At, ask: Ask) -> str | None:
    """The whole file as the form that was sent makes it; None where a form cannot change such a file."""
    return text_in(ask, at.start, at.kind)


def was_sent(at: At, ask: Ask) -> str:
    """The text that the form was laid over when it was shown."""
    return ask.body(WAS) or at.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What stands in the form."""

    text: str  # the whole file as it would be saved
    form: SectionForm | None  # None: the file is shown whole
    base: str  # digest of the file that it was begun from
    was: str  # the text it is laid over
    voids: tuple[str, ...] = ()  # names of those whose approvals a save would void; asked about when there are any
    refused: tuple[str, ...] = ()  # why it was not saved, sentences
    picture: dict[str, str] | None = None  # what is wrong with a picture, by field
    cut: Mapping[str, str] = field(default_factory=dict)  # the part of its picture that was asked for, in per cent
    typed: str = ""  # what somebody typed and no form can hold


def as_saved(at: At, text: str | None = None, base: str | None = None, *, whole: bool = False) -> Shown:
    """The form as the file says it, or another text in its place."""
    here = at.start if text is None else text
    form = None if whole or at.kind is None else read_form(here, at.kind)
    return Shown(text=here, form=form, base=at.file.digest if base is None else base, was=here)


def answered(office: Office, ask: Ask, at: At, shown: Shown, status: int = 200) -> Response:
    """The page with this in its form."""
    app, issue, name = office.app, at.issue, at.name
    sent, writes = is_sent(app.root, issue), ask.me.may(Role.WRITER)
    schedule = office.schedule
    seen = sections_now(office, issue)
    names = {member.id: member.name for member in schedule.team}
    writing: dict[str, tuple[str, ...]] = {}
    since = {}
    zone = cities_for(schedule, ask.me.id)[0]
    for one in others_writing(app, issue, office.now()):
        if one.member != ask.me.id:
            writing[one.section] = (*writing.get(one.section, ()), names.get(one.member, one.member))
            since[one.section] = f"{one.saved.astimezone(ZoneInfo(zone.zone)):%H:%M}"
    listed_places = places(
        seen, schedule.team, name, lambda one: f"{ISSUES}/{issue}/{'issue' if one == 'opening' else one}.md", writing
    )
    here = next((one for one in listed_places if one.name == name), None)
    files, _ = issuefiles.read(Folder(app.root), issue)
    heading = issue_heading(app.root, issue)
    draft = None if sent or not writes else draft_of(app, issue, name, ask.me.id)
    unsaved = shown.text if shown.text != at.file.text and at.file.digest else None
    values = {
        "issue": str(issue),
        "number": heading.number,
        "subject": heading.subject,
        "section": {"name": name, "title": title(name), "address": at.address, "kind": at.kind},
        "places": listed_places,
        "spot": here,
        "order": look_at_text(app, issue, "opening").digest,
        "form": shown.form,
        "shown": shown,
        "shown_picture": shown.picture,
        "cut": shown.cut,
        "moved": ask.query.get("moved", ""),
        "whole": WHOLE,
        "reads_only": sent or not writes,
        "is_sent": sent,
        "is_foreign": not at.file.is_utf8,
        "writes": writes and not sent,
        "approves": ask.me.may(Role.APPROVER) and not sent,
        "people": [(one.id, f"{one.name}, {one.role}" if one.role else one.name) for one in office.publication.people],
        "items": [(one.id, f"{one.title} ({one.outlet})") for one in files.items],
        "team": [(one.id, one.name) for one in schedule.team],
        "kinds": kinds_to_add((one.kind for one in schedule.sections), {one.kind for one in listed_places}),
        "draft": _draft(draft, at, shown, office, ask),
        "others": listed(writing.get(name, ())),
        "others_since": since.get(name, ""),
        "kept_count": len(kept_texts(app, issue)),
        "voids": listed(shown.voids),
        "folder": f"{ISSUES}/{issue}/",
        **beside_values(office, ask, issue, name, unsaved),
        **findings_values(office, ask, issue, name, unsaved),
    }
    return office.page(ask, "section.html", f"{title(name)} · {_numbered(heading.number, issue)}", values, status)


def _numbered(number: int | None, issue: IssueId) -> str:
    return f"No. {number}" if number else str(issue)


def _draft(draft: DraftText | None, at: At, shown: Shown, office: Office, ask: Ask) -> dict[str, object] | None:
    """What was typed and not saved, where it is not what the form shows anyhow."""
    if draft is None or draft.text in (at.file.text, shown.text):
        return None
    city = cities_for(office.schedule, ask.me.id)[0]
    return {"at": wall(draft.saved, city, office.now()), "is_old": draft.base != at.file.digest}


def kept_values(office: Office, ask: Ask, kept: tuple[KeptText, ...]) -> list[dict[str, object]]:
    """Texts that stand in no file, for the page that lists them."""
    names = {member.id: member.name for member in office.schedule.team}
    city = cities_for(office.schedule, ask.me.id)[0]
    found = []
    for one in kept:
        name = name_at(one.path)
        found.append(
            {
                "number": one.number,
                "name": name,
                "title": title(name),
                "who": names.get(one.member, one.member),
                "at": f"{dated(one.kept, city)} {city.name}",
                "text": one.text,
                "mine": one.member == ask.me.id,
                "has_place": kind_in(one.text, name) is not None or look_at_text(office.app, one.issue, name).digest,
                "address": f"{section_address(one.issue, name)}?kept={one.number}#body",
            }
        )
    return found
