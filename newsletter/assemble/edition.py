"""Draft, publication and templates in; the finished edition out."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from typing import Any

from markupsafe import Markup

from newsletter.assemble import assets, letter, lint
from newsletter.assemble.styles import body_styles
from newsletter.mail import mime
from newsletter.mail.mime import Heading
from newsletter.model.draft import Blurb, Draft
from newsletter.model.edition import Edition, IndexTerms, Manifest, digest_of, outputs_of
from newsletter.model.errors import ContentError
from newsletter.model.frame import Frame
from newsletter.model.item import CitedItem
from newsletter.model.kinds import HEADLESS, Number, Question, picture_fields, pictures_in
from newsletter.model.letter import Slotted
from newsletter.model.prose import Mark, Prose
from newsletter.model.question import AskedQuestion
from newsletter.publication.publication import Publication
from newsletter.templating import SafeHtml, Templates, Verbatim, theme_tokens
from newsletter.text import html, plain
from newsletter.text.setting import set_in_type

_TOOLS = ("babel", "jinja2", "markdown", "mjml-python", "nh3", "pillow")


def assemble(draft: Draft, publication: Publication, frame: Frame, templates: Templates) -> Edition:
    """The edition of a draft: the same bytes for the same inputs. Raises `ContentError` for what cannot be shown."""
    names = template_names(draft)
    if mistakes := lint.lint_templates(templates, names):
        raise ContentError(mistakes)
    room = _Room(set_in_type(draft, draft.language), set_in_type(publication, draft.language), frame, templates)
    html_body = room.mail()
    text = room.text()
    page = room.page()
    subject = room.draft.subject
    compiled = mime.compile_letter(_heading(publication, draft, subject), text, html_body)
    sizes = [asset for both in room.assets.values() for asset in (both.plain, both.fine)]
    pictures = tuple(sorted({asset.name: asset for asset in sizes}.values(), key=lambda one: one.name))
    terms = _terms(room.draft)
    outputs = outputs_of(
        {
            "number": str(draft.number).encode(),
            "terms": repr(terms).encode(),
            "subject": subject.encode(),
            "preheader": room.draft.preheader.encode(),
            "language": draft.language.encode(),
            "greeting": f"{room.draft.greeting.plain}\0{room.draft.greeting.named or ''}".encode(),
            "email.html": html_body.canonical(),
            "email.txt": text.canonical(),
            "email.eml": compiled.canonical(),
            "page.html": page.encode(),
            **{f"images/{asset.name}": asset.data for asset in pictures},
        }
    )
    inputs = {*draft.files, *frame.files, *templates.closure(names)}
    return Edition(
        issue=draft.issue,
        number=draft.number,
        language=draft.language,
        subject=subject,
        preheader=room.draft.preheader,
        greeting=room.draft.greeting,
        html=html_body,
        text=text,
        letter=compiled,
        page=page,
        terms=terms,
        assets=pictures,
        manifest=Manifest(inputs=tuple(sorted(inputs, key=lambda file: file.path)), outputs=outputs, tools=_tools()),
        digest=digest_of(outputs),
    )


def template_names(draft: Draft) -> tuple[str, ...]:
    """The templates that the edition of a draft is made by, but for those that they take in."""
    kinds = sorted({blurb.kind for blurb in draft.blurbs})
    return tuple(
        f"{folder}/{name}{suffix}"
        for folder, suffix in (("email", ".mjml"), ("text", ".txt"), ("web", ".html"))
        for name in ("issue", *kinds)
    )


def _terms(draft: Draft) -> IndexTerms:
    numbers = [blurb.fields for blurb in draft.blurbs if isinstance(blurb.fields, Number)]
    asked = next((blurb.fields for blurb in draft.blurbs if isinstance(blurb.fields, Question)), None)
    until = (asked.deadline if asked else None) or draft.week.answers_by
    return IndexTerms(
        topics=draft.topics,
        people=tuple((person.id, person.name) for person in draft.people),
        numbers=tuple((f"{one.value}{one.unit or ''}", one.caption) for one in numbers),
        question=AskedQuestion(text=asked.question, until=until) if asked else None,
    )


@cache
def _tools() -> tuple[tuple[str, str], ...]:
    python = ".".join(str(part) for part in sys.version_info[:3])
    return tuple(sorted([("python", python), *((name, version(name)) for name in _TOOLS)]))


def _heading(publication: Publication, draft: Draft, subject: str) -> Heading:
    schedule = publication.schedule
    domain = schedule.sender.address.rpartition("@")[2]
    return Heading(
        sender_name=schedule.sender.name,
        sender_address=schedule.sender.address,
        reply_to=schedule.sender.reply_to,
        subject=subject,
        list_name=schedule.name,
        list_id=schedule.list_id,
        feedback_id=f"{draft.issue}:issue:{schedule.list_id.split('.')[0]}:{domain}",
    )


def _heading_of(blurb: Blurb) -> str:
    """The tag of a heading within a body: one below that of its section, where the section has one."""
    return "h2" if blurb.kind in HEADLESS else "h3"


@dataclass(frozen=True)
class _Outlet:
    """How one kind of output is written."""

    folder: str
    suffix: str


_MAIL, _TEXT, _WEB = _Outlet("email", ".mjml"), _Outlet("text", ".txt"), _Outlet("web", ".html")


class _Room:
    """One draft on the table, with all that its templates are given."""

    def __init__(self, draft: Draft, publication: Publication, frame: Frame, templates: Templates) -> None:
        self.draft = draft
        self.publication = publication
        self.templates = templates
        self.assets = assets.prepare(draft, publication.schedule.theme)
        self._items = {item.id: item for item in draft.items}
        self._people = {person.id: person for person in draft.people}
        self._styles = body_styles(publication.schedule.theme)
        schedule = publication.schedule
        self._common: dict[str, Any] = {
            "t": frame,
            "theme": theme_tokens(schedule.theme),
            "lang": Verbatim(draft.language),
            "dir": Verbatim(frame.direction),
            "name": schedule.name,
            "tagline": schedule.tagline,
            "about": schedule.about,
            "postal_address": schedule.postal_address,
            "site": schedule.site,
            "permalink": publication.permalink(draft.issue),
            "reply_to": schedule.sender.reply_to,
            "subject": draft.subject,
            "preheader": draft.preheader,
            "number": int(draft.number),
            "date": draft.issue.date,
            "next_issue": draft.week.next_issue,
            "answers_by": draft.week.answers_by,
            "answer": publication.answer_form(draft.issue),
        }

    def mail(self) -> Slotted:
        """The mail's HTML."""
        sections = []
        for blurb in self.draft.blurbs:
            first, rest = Prose(blurb.body.blocks[:1]), Prose(blurb.body.blocks[1:])
            values = {
                "body": self._mail_html(blurb.body, blurb),
                "lead": self._mail_html(first, blurb),
                "rest": self._mail_html(rest, blurb),
            }
            section = self._section(blurb, _MAIL, values)
            lint.check_skeleton(section, self._label(blurb.kind, _MAIL))
            sections.append(section)
        logo = {
            "logo": self._placed(assets.LOGO, "light", _MAIL),
            "logo_dark": self._placed(assets.LOGO, "dark", _MAIL),
        }
        # The frame is checked with a stand-in for each section; then the sections, checked already, are put in.
        stand_ins = [Markup('<mj-section css-class="here-{}"></mj-section>').format(at) for at in range(len(sections))]
        skeleton = self.templates.render(letter.BASE, {**self._common, **logo, "sections": stand_ins})
        lint.check_skeleton(skeleton, self._label("issue", _MAIL))
        for stand_in, section in zip(stand_ins, sections, strict=True):
            skeleton = skeleton.replace(stand_in, section)
        return letter.html_of(skeleton, self._label("issue", _MAIL))

    def text(self) -> Slotted:
        """The mail's text; links are numbered through the whole letter."""
        links = plain.Links()
        sections = [
            self._section(blurb, _TEXT, {"body": plain.render(blurb.body, links), "links": links})
            for blurb in self.draft.blurbs
        ]
        rendered = self.templates.render("text/issue.txt", {**self._common, "sections": sections})
        return letter.text_of(rendered, self._label("issue", _TEXT))

    def page(self) -> str:
        """The archive's article, with its marks numbered into a list of sources."""
        sources: dict[str, CitedItem] = {}
        for blurb in self.draft.blurbs:
            sources.update({item.id: item for item in self._cited(blurb)})
        numbers = {name: at for at, name in enumerate(sources, 1)}

        def mark(one: Mark) -> Markup:
            number = numbers[one.item]
            return Markup('<sup><a href="#source-{}">{}</a></sup>').format(one.item, number)

        sections = []
        for blurb in self.draft.blurbs:
            body = SafeHtml(str(html.render(blurb.body, {}, mark, _heading_of(blurb)))) if blurb.body else None
            sections.append(SafeHtml(self._section(blurb, _WEB, {"body": body})))
        values = {**self._common, "sections": sections, "sources": tuple(sources.values())}
        return self.templates.render("web/issue.html", values)

    def _mail_html(self, prose: Prose, blurb: Blurb) -> SafeHtml | None:
        return SafeHtml(str(html.render(prose, self._styles, heading=_heading_of(blurb)))) if prose else None

    def _section(self, blurb: Blurb, outlet: _Outlet, values: dict[str, Any]) -> str:
        author = getattr(blurb.fields, "author", None)
        source = getattr(blurb.fields, "source", None)
        name = f"{outlet.folder}/{blurb.kind}{outlet.suffix}"
        return self.templates.render(
            name,
            {
                **self._common,
                "fields": blurb.fields,
                "heading": blurb.heading,
                "anchor": blurb.name,
                "continued": self._continued(blurb),
                "assets": self._shown(blurb, outlet),
                "cited": self._cited(blurb),
                "author": self._people.get(author) if author else None,
                "source": self._items.get(source) if source else None,
                **values,
            },
        )

    def _continued(self, blurb: Blurb) -> bool:
        """Whether a blurb follows one of its kind and says no heading of its own, so that one heading serves both."""
        at = self.draft.blurbs.index(blurb)
        return at > 0 and self.draft.blurbs[at - 1].kind == blurb.kind and blurb.heading is None

    def _shown(self, blurb: Blurb, outlet: _Outlet) -> dict[str, assets.Shown | None]:
        """The pictures of a blurb by field: on the site for a mail, beside the page for a page."""
        found: dict[str, assets.Shown | None] = dict.fromkeys(picture_fields(blurb.fields))
        found.update({field: self._placed(blurb.name, field, outlet) for field, _, _ in pictures_in(blurb.fields)})
        return found

    def _placed(self, section: str, field: str, outlet: _Outlet) -> assets.Shown | None:
        """One picture where it is shown; None when there is none. A mail takes the fine size, a page offers both."""
        both = self.assets.get((section, field))
        if both is None:
            return None
        if outlet is _WEB:
            return assets.shown(both, f"images/{both.plain.name}", f"images/{both.fine.name}")
        fine = self.publication.image_url(both.fine.name)
        return assets.shown(both, fine, fine)

    def _cited(self, blurb: Blurb) -> tuple[CitedItem, ...]:
        """The items a blurb leans on: by its marks in reading order, then by its front matter."""
        names = [mark.item for mark in blurb.body.marks] + list(blurb.items)
        return tuple(self._items[name] for name in dict.fromkeys(names))

    def _label(self, name: str, outlet: _Outlet) -> str:
        source = self.templates.find(f"{outlet.folder}/{name}{outlet.suffix}")
        return source.label if source else name
