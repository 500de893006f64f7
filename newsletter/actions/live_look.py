"""The look of the live pages: the frame of the archive, as the publication's files say it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from newsletter import packaged
from newsletter.actions.app import App
from newsletter.actions.languages import frame_in
from newsletter.actions.way_out import read_schedule
from newsletter.archive.assets import asset_files, site_assets
from newsletter.archive.frame import Assets, Nav, frame_values
from newsletter.archive.identity import pages_of, site_of
from newsletter.model.archive import Site
from newsletter.model.frame import Frame
from newsletter.publication import pages
from newsletter.publication.folder import Folder, signature
from newsletter.publication.schedule import Schedule
from newsletter.templating import Templates

_LONGEST = 35  # characters of a language tag (RFC 5646 4.4.1)


@dataclass(frozen=True, slots=True)
class LiveLook:
    """What every live page is shown with, read once."""

    app: App
    schedule: Schedule
    site: Site
    assets: Assets
    files: Mapping[str, bytes]  # the assets themselves, by their path below public/, where older ones may lie
    nav: Nav
    templates: Templates
    _frames: dict[str, Frame] = field(default_factory=dict)  # by language, those that were asked for

    @property
    def base(self) -> str:
        """The path that every live address begins with: "" or "/newsletter"."""
        return urlsplit(self.schedule.live).path

    def frame(self, language: str | None = None) -> Frame:
        """The standing texts in this language or the nearest there is, each file read once. Raises `ContentError`."""
        wanted = (language or self.schedule.language)[:_LONGEST]
        if wanted in self._frames:
            return self._frames[wanted]
        found = frame_in(self.app, wanted, self.schedule.language)
        return self._frames.setdefault(found.language, found)

    def values(self, language: str | None = None) -> dict[str, object]:
        """What each page is given, in this language or the nearest that there are standing texts in.

        No search engine is to list a live page, and none has a card. Raises `ContentError`.
        """
        own = {"description": None, "address": None, "card": None, "indexed": False}
        return {**frame_values(self.site, self.frame(language), self.assets, self.nav), **own}


def live_look(app: App) -> LiveLook:
    """The look of the files as they stand now, with links to what the archive in public/ has. Raises `ContentError`."""
    schedule, templates = read_schedule(app), app.templates
    site = site_of(schedule)
    assets, files = site_assets(templates, schedule.theme, site.base, asset_files(templates))
    return LiveLook(app, schedule, site, assets, files, _nav(app, schedule), templates)


def live_signature(app: App) -> str:
    """Another one whenever a file has changed that `live_look` reads. It reads none."""
    public = app.root / "public"
    watched = [app.root / "schedule.yaml", public / "issues", public / "index.html"]
    for folder in (app.root / "content" / "pages", app.root / "templates", packaged.root() / "templates"):
        watched += [folder, *folder.rglob("*")]
    return signature(watched)


def _nav(app: App, schedule: Schedule) -> Nav:
    """Links to what the archive has already."""
    public = app.root / "public"

    def there(name: str) -> bool:
        return (public / name / "index.html").is_file()

    files, _ = pages.read(Folder(app.root))
    shown, _ = pages_of([one for one in files if there(one.name)], schedule.language)
    return Nav(
        topics=there("topics"),
        people=there("people"),
        numbers=there("numbers"),
        pages=shown,
    )
