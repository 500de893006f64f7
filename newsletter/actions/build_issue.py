"""Build: an issue's files to the finished mail and page, for looking at."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path

from newsletter import __version__
from newsletter.actions.app import App, Desk, read_frame, read_issue
from newsletter.archive.identity import site_of
from newsletter.archive.page import archived, framed
from newsletter.assemble.edition import assemble
from newsletter.deliver.personal import Signing, slot_values
from newsletter.edit.length import lengths
from newsletter.mail.mime import splice
from newsletter.model.edition import Edition, SentIssue
from newsletter.model.issue import IssueId
from newsletter.model.letter import Slot
from newsletter.model.mailing import Recipient
from newsletter.publication.folder import Folder
from newsletter.publication.write import write
from newsletter.tokens import SAMPLE_RING, Purpose

SAMPLE_READER = Recipient(seq=1, subscriber="sample-1", address="ana@example.org", name="Ana")
SAMPLE_SIGNING = Signing(
    ring=SAMPLE_RING, unsubscribe=Purpose.SAMPLE, preferences=Purpose.SAMPLE, message_id=Purpose.SAMPLE
)


@dataclass(frozen=True, slots=True)
class Built:
    """An edition and what was written of it."""

    desk: Desk
    edition: Edition
    written: tuple[Path, ...]

    @property
    def troubles(self) -> tuple[str, ...]:
        """What the issue has not got yet, or has too much of, in words."""
        return tuple(trouble for one in lengths(self.desk.draft) if (trouble := one.trouble))


def build_issue(app: App, issue: IssueId, out: Path) -> Built:
    """Writes email.html, email.txt, email.eml, page.html, images/ and manifest.json of an issue into `out`.

    The mail is the one a fixed sample reader would get: same files, same bytes. Raises `ContentError` with every
    mistake in the files, `OSError` when `out` cannot be written.
    """
    desk = read_issue(app, issue)
    edition = assemble(desk.draft, desk.publication, desk.frame, app.templates)
    values = sample_values(desk, edition, SAMPLE_READER)
    files: dict[str, bytes | str] = {
        "email.html": html_for(edition, values),
        "email.txt": edition.text.fill(values),
        "email.eml": splice(edition.letter, values),
        "page.html": framed_page(app, desk, edition, images="images/"),
        "manifest.json": manifest_json(edition),
        **{f"images/{asset.name}": asset.data for asset in edition.assets},
    }
    for name, data in files.items():
        write(out / name, data)
    return Built(desk, edition, tuple(out / name for name in files))


def sent_issue(desk: Desk, edition: Edition) -> SentIssue:
    """The issue as its sent/ is to hold it, with the values of the sample reader."""
    values = sample_values(desk, edition, SAMPLE_READER)
    return SentIssue(
        edition=edition, html=html_for(edition, values), text=edition.text.fill(values), due=desk.draft.week.due
    )


def html_for(edition: Edition, values: dict[Slot, str]) -> str:
    """The mail's HTML for one reader."""
    return edition.html.fill({slot: escape(value) for slot, value in values.items()})


def framed_page(app: App, desk: Desk, edition: Edition, images: str) -> str:
    """The issue's page as the site will show it, in one file. `images` is where its pictures stand from there."""
    schedule = desk.publication.schedule
    own = desk.frame.language == schedule.language
    return framed(
        edition.page,
        issue=archived(edition, desk.draft.week.due),
        permalink=desk.publication.permalink(edition.issue),
        images=images,
        site=site_of(schedule),
        theme=schedule.theme,
        frame=desk.frame if own else read_frame(Folder(app.root), schedule.language),
        templates=app.templates,
    )


def sample_values(desk: Desk, edition: Edition, reader: Recipient) -> dict[Slot, str]:
    """The slots of a sample reader: due as the calendar says, signed with the published key."""
    return slot_values(
        reader,
        issue=edition.issue,
        kind="issue",
        greeting=edition.greeting,
        live=desk.publication.schedule.live,
        domain=desk.publication.schedule.sender.address.rpartition("@")[2],
        due=desk.draft.week.due,
        signing=SAMPLE_SIGNING,
    )


def manifest_json(edition: Edition) -> str:
    """The manifest in the open: digest, inputs, outputs; tool versions beside them."""
    manifest = edition.manifest
    shown = {
        "issue": str(edition.issue),
        "digest": edition.digest,
        "inputs": {file.path: file.digest for file in manifest.inputs},
        "outputs": {file.path: file.digest for file in manifest.outputs},
        "tools": {"newsletter": __version__, **dict(manifest.tools)},
    }
    return json.dumps(shown, indent=2, ensure_ascii=False) + "\n"
