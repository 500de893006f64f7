"""Add a picture: an uploaded file goes into an issue's images/, and a blurb's front matter says what it shows."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args, get_type_hints

from newsletter.actions.app import App, known_issue
from newsletter.actions.noting import deed, noted, void_by, voiding
from newsletter.actions.section_files import voided_names
from newsletter.model.audit import Deed
from newsletter.model.draft import image_path
from newsletter.model.errors import ConfigError, ContentError, Mistake, NewsletterError
from newsletter.model.issue import IssueId
from newsletter.model.kinds import KINDS, Picture
from newsletter.model.saving import ChangedMeanwhile, FileText
from newsletter.model.shape import nearest, shown, unfit_character
from newsletter.pictures import NotAPicture
from newsletter.pictures.upload import WHOLE, BadCrop, Crop, Upload, received
from newsletter.publication import frontmatter, issuefiles
from newsletter.publication.folder import Folder, is_sent, issue_folder
from newsletter.publication.frontmatter import Page
from newsletter.publication.picturing import with_picture
from newsletter.publication.unsaved import Instead
from newsletter.publication.write import alone, change

_LONGEST = 1000  # characters of what is said of a picture
_ASKS = {
    "alt": "say what the picture shows, for who cannot see it",
    "credit": "say who made it, as Photo: Ines Varga",
    "licence": "say by which right we show it, as CC BY 4.0",
}
# Names that Windows takes for devices, with any suffix: nobody there could check such an issue out.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)")


class PictureRefused(NewsletterError):
    """What is wrong with a form that sends a picture, each beside its field."""

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields  # by the names of `Sent`: data, alt, credit, licence, crop; in words
        super().__init__("; ".join(f"{'file' if name == 'data' else name}: {what}" for name, what in fields.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a form says of a picture, as it was sent."""

    data: bytes  # the file; empty where none was chosen
    name: str  # of the file, as the browser gives it; the stored one is called after it
    alt: str
    credit: str
    licence: str
    crop: str = ""  # left, top, right, bottom, from 0 to 1; empty for the whole picture
    instead_of: str | None  # file of the picture that the form showed in this place; None where there was none


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A picture that is fit to be added, and what adding it would change."""

    issue: IssueId
    section: str  # of the blurb: "opening", "read-more-2"
    sent: Sent
    upload: Upload  # as it is stored
    field: str  # of the front matter: "image", or "thumbnail" of a film
    picture: Picture
    path: str  # of the blurb's file, below the publication's folder
    before: bytes  # the blurb's file as it is
    after: bytes
    is_new: bool  # False where the very bytes lie in images/ already

    @property
    def image(self) -> str:
        """Where the picture lies, below the publication's folder."""
        return image_path(self.path, self.picture.file)


def plan_picture(app: App, issue: IssueId, section: str, sent: Sent) -> Planned:
    """What adding the picture would change; changes nothing.

    Raises `PictureRefused` with everything that is wrong with the form; `ConfigError` for an unknown or sent issue, and
    for a section that is not there or shows no picture; `ContentError` where the blurb's file cannot be changed;
    `ChangedMeanwhile` where it shows another picture now than the form did.
    """
    known_issue(app, issue)
    return _placed(app, issue, section, sent, _checked(sent))


def plan_cut(app: App, issue: IssueId, section: str, sent: Sent) -> Planned:
    """The same for a part of the picture that the section shows: `sent` brings the crop and the words, and no file.

    The part is a picture of its own. The whole one stays in images/, and it alone can be cut otherwise: what an upload
    left out was never stored. Raises as `plan_picture`; `PictureRefused` also where the crop is the whole.
    """
    known_issue(app, issue)
    page, before = _read(app, issue, section)
    file = _shown(page, _field(page, section))
    if file is None:
        raise ChangedMeanwhile(FileText.of(page.path, before))
    data = _stored(issue_folder(app.root, issue) / "images", file)
    try:
        is_whole = Crop.parse(sent.crop) == WHOLE
    except BadCrop:
        is_whole = False  # what is wrong with it is told with the rest
    if is_whole:
        raise PictureRefused({"crop": "this is the whole picture; say where the part that is kept begins and ends"})
    return plan_picture(app, issue, section, replace(sent, data=data, name=file))


def _stored(folder: Path, file: str) -> bytes:
    """A picture of an issue. Raises `PictureRefused` for one that is not there."""
    found = next((one for one in folder.iterdir() if one.name == file), None) if folder.is_dir() else None
    if found is None or not found.is_file() or found.is_symlink():
        raise PictureRefused({"crop": f"images/ holds no file '{shown(file)}'; add the picture anew"})
    return found.read_bytes()


def voided_by(app: App, planned: Planned) -> tuple[str, ...]:
    """The names of those whose approvals adding the picture would void: "this voids Ada's approval"."""
    return voided_names(app, planned.issue, _instead(planned))


def add_picture(app: App, planned: Planned, who: str) -> Planned:
    """Writes the picture, then the blurb that shows it, and gives back what was written: what others have written since
    it was planned stays, and the picture's name may be another for it.

    A picture that is there is never written over; killed between the two files, this leaves one that nothing shows, and
    the next try uses it. `who` is who does it, as the audit log names them; away from home there is no log. Raises what
    `plan_picture` raises.
    """
    issue, folder = planned.issue, issue_folder(app.root, planned.issue)
    with alone(folder):
        now = _placed(app, issue, planned.section, planned.sent, planned.upload)
        with noted(app, _deeds(app, now, who) if now.after != now.before else ()):
            if now.is_new:
                change(app.root / now.image, None, now.upload.data)
            change(app.root / now.path, now.before, now.after)
    return now


def _deeds(app: App, planned: Planned, who: str) -> tuple[Deed, ...]:
    file = planned.path.rpartition("/")[2]
    note = f"{planned.picture.file} into {file}"
    note += f", instead of {shown(planned.sent.instead_of)}" if planned.sent.instead_of else ""
    gone = void_by(app, (planned.issue,), _instead(planned))
    first = deed(app, who, "picture", note, planned.issue)
    return (first, *voiding(app, who, gone, f"{file} was changed"))


def _instead(planned: Planned) -> Instead:
    """The files that it would write."""
    return {planned.path: planned.after, planned.image: planned.upload.data}


def _checked(sent: Sent) -> Upload:
    """The picture in a form. Raises `PictureRefused` with everything that is wrong, the words first."""
    wrong = {}
    for name, ask in _ASKS.items():
        text = _line(getattr(sent, name))
        if not text:
            wrong[name] = ask
        elif len(text) > _LONGEST:
            wrong[name] = f"this is {len(text)} characters long; keep it under {_LONGEST}"
        elif bad := unfit_character(text):
            wrong[name] = f"the control character {bad} stands in it; delete it"
    upload = None
    if not sent.data:
        wrong["data"] = "choose a picture; none was sent"
    else:
        try:
            upload = received(sent.data, Crop.parse(sent.crop))
        except NotAPicture as error:
            wrong["data"] = f"the picture cannot be used: {error}"
        except BadCrop as error:
            wrong["crop"] = f"this part cannot be cut out: {error}"
    if wrong or upload is None:
        raise PictureRefused(wrong)
    return upload


def _line(text: str) -> str:
    return " ".join(text.split())


def _placed(app: App, issue: IssueId, section: str, sent: Sent, upload: Upload) -> Planned:
    """The picture in its blurb, as both stand at this moment."""
    if is_sent(app.root, issue):
        raise ConfigError("issue", f"the issue {issue} has been sent; add the picture to one in preparation")
    page, before = _read(app, issue, section)
    field = _field(page, section)
    if _shown(page, field) != sent.instead_of:
        raise ChangedMeanwhile(FileText.of(page.path, before))
    name, is_new = _name(app.root, issue, _stem(sent.name, section), upload)
    said = {one: _line(getattr(sent, one)) for one in _ASKS}
    picture = Picture(file=name, **said)
    after = with_picture(before.decode("utf-8"), field, picture)
    if after is None:
        what, todo = f"`{field}` is written in a way that cannot be changed here", "write it by hand, as file: and alt:"
        raise ContentError([Mistake(page.path, page.matter.line((field,)), what, f"{todo} below the key")])
    return Planned(
        issue=issue,
        section=section,
        sent=sent,
        upload=upload,
        field=field,
        picture=picture,
        path=page.path,
        before=before,
        after=after.encode(),
        is_new=is_new,
    )


def _read(app: App, issue: IssueId, section: str) -> tuple[Page, bytes]:
    """The blurb's file, divided, and its bytes. Raises `ConfigError` where there is none, `ContentError`."""
    folder, base = Folder(app.root), f"{issuefiles.ISSUES}/{issue}"
    known = {"opening" if name == "issue.md" else name.removesuffix(".md") for name in folder.names(base, ".md")}
    if section not in known:
        near = nearest(section, known)
        meant = f"; did you mean '{near}'?" if near else ""
        raise ConfigError("section", f"the issue {issue} has no section '{shown(section)}'{meant}")
    path = f"{base}/{'issue' if section == 'opening' else section}.md"
    before, text = folder.read_bytes(path), folder.read_text(path)
    if before is None or text is None:
        raise ContentError(folder.mistakes)
    page, mistakes = frontmatter.split(text, path)
    if mistakes:
        raise ContentError(mistakes)
    return page, before


def _field(page: Page, section: str) -> str:
    """The field of a blurb that holds its picture. Raises `ConfigError` for a kind that shows none."""
    matter = page.matter.value
    told = matter.get("kind") if isinstance(matter, dict) else None
    kind = told if isinstance(told, str) else issuefiles.kind_of(section)
    fields = _fields(kind) if kind in KINDS else ()
    if not fields:
        showing = ", ".join(sorted(one for one in KINDS if _fields(one)))
        raise ConfigError("section", f"'{shown(section)}' shows no picture; sections of these kinds do: {showing}")
    return fields[0]


def _shown(page: Page, field: str) -> str | None:
    """The file of the picture that stands there; None where none does, or what stands there names none."""
    matter = page.matter.value
    there = matter.get(field) if isinstance(matter, dict) else None
    file = there.get("file") if isinstance(there, dict) else None
    return file if isinstance(file, str) else None


def _fields(kind: str) -> tuple[str, ...]:
    """The fields of a kind that hold a picture, by their names."""
    hints = get_type_hints(KINDS[kind])
    return tuple(name for name, hint in hints.items() if Picture in (hint, *get_args(hint)))


def _stem(name: str, section: str) -> str:
    """What the stored picture is called, without its suffix: as the uploaded file was, in small letters and hyphens."""
    base = re.split(r"[\\/]", name)[-1].rpartition(".")
    plain = unicodedata.normalize("NFKD", base[0] or base[2]).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain)[:60].strip("-") or section
    return f"{section}-{stem}" if _DEVICES.fullmatch(stem) else stem


def _name(root: Path, issue: IssueId, stem: str, upload: Upload) -> tuple[str, bool]:
    """The picture's name in images/, and whether it is new there: the same bytes keep theirs, others never take it."""
    folder = issue_folder(root, issue) / "images"
    if not folder.resolve().is_relative_to(root.resolve()):
        raise ConfigError("images", f"{folder} leads out of the publication's folder; put a plain folder there")
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    for one in there:
        if (
            one.suffix == upload.suffix
            and one.name.isprintable()
            and not one.name.startswith(".")
            and _holds(one, upload)
        ):
            return one.name, False
    taken = {one.name.casefold() for one in there}  # Windows and macOS know one of Quay.jpg and quay.jpg
    names = (f"{stem}{end}{upload.suffix}" for end in ("", *(f"-{number}" for number in range(2, len(taken) + 3))))
    return next(name for name in names if name not in taken), True


def _holds(path: Path, upload: Upload) -> bool:
    return (
        path.is_file()
        and not path.is_symlink()
        and path.stat().st_size == len(upload.data)
        and path.read_bytes() == upload.data
    )
