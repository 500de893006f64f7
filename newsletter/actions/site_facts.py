"""What the site says of the publication, beside its issues: read from the files once, and kept until they change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from newsletter.actions.app import App, read_frame
from newsletter.archive.frame import Assets
from newsletter.model.archive import Page, Redirect, Site
from newsletter.model.errors import ContentError, Mistake
from newsletter.model.frame import Frame
from newsletter.publication.folder import Folder

# What is imported inside a function here is heavy, and a build that finds nothing changed runs without it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Schedule, texts, pages, redirects and look, as far as pages show them."""

    site: Site
    frame: Frame
    pages: tuple[Page, ...]
    redirects: tuple[Redirect, ...]
    assets: Assets
    style: str  # the text of the style
    files: tuple[tuple[str, str], ...]  # path below public/, and the template it is; the style is ""


def read_facts(app: App) -> Facts:
    """The facts as the files say them now. Raises `ContentError` with every mistake in them."""
    from newsletter.archive.assets import asset_files, asset_name, site_assets
    from newsletter.archive.identity import pages_of, site_of
    from newsletter.publication import pages, redirects, schedule

    folder = Folder(app.root)
    found, _, mistakes = schedule.read(folder)
    if found is None:
        raise ContentError(mistakes or folder.mistakes)
    frame = read_frame(folder, found.language)
    written, misfits = pages.read(folder)
    made, more = pages_of(written, found.language)
    led, others = redirects.read(folder)
    if mistakes := [*misfits, *more, *others]:
        raise ContentError(mistakes)
    templates, site = app.templates, site_of(found)
    files = asset_files(templates)
    assets, placed = site_assets(templates, found.theme, site.base, files)
    names = {f"assets/{asset_name(name, data)}": name for name, data in files.items()}
    style = placed[assets.css.removeprefix(f"{site.base}/")].decode()
    return Facts(
        site=site,
        frame=Frame(frame.language, frame.direction, frame.texts, ()),
        pages=made,
        redirects=led,
        assets=assets,
        style=style,
        files=tuple((path, names.get(path, "")) for path in sorted(placed)),
    )


def mistakes_in(app: App) -> tuple[Mistake, ...]:
    """Every mistake in the files of the site's own pages and redirects, and in the corrections of its issues."""
    from newsletter.archive.identity import pages_of
    from newsletter.publication import corrections, pages, redirects
    from newsletter.publication.folder import is_sent, issue_ids

    folder = Folder(app.root)
    written, mistakes = pages.read(folder)
    mistakes += pages_of(written, "en")[1] + redirects.read(folder)[1]
    for issue in issue_ids(app.root):
        mistakes += corrections.read(folder, issue)[1]
        if folder.exists(corrections.corrections_path(issue)) and not is_sent(app.root, issue):
            what, todo = "an issue that has not gone out is corrected here", "mend the issue itself"
            mistakes.append(Mistake(corrections.corrections_path(issue), 0, what, todo))
    return tuple(sorted(set(mistakes)))


def kept(facts: Facts) -> dict[str, Any]:
    """The facts as JSON."""
    return {
        "site": asdict(facts.site),
        "frame": [facts.frame.language, facts.frame.direction, dict(facts.frame.texts)],
        "pages": [asdict(page) for page in facts.pages],
        "redirects": [[one.old, one.new] for one in facts.redirects],
        "assets": asdict(facts.assets),
        "style": facts.style,
        "files": [list(one) for one in facts.files],
    }


def from_kept(said: Mapping[str, Any]) -> Facts:
    """The facts that were kept as JSON. Raises `KeyError`, `TypeError`, `ValueError` for what is none."""
    assets = dict(said["assets"])
    language, direction, texts = said["frame"]
    return Facts(
        site=Site(**said["site"]),
        frame=Frame(language, direction, texts, ()),
        pages=tuple(Page(**page) for page in said["pages"]),
        redirects=tuple(Redirect(old=old, new=new) for old, new in said["redirects"]),
        assets=Assets(**{**assets, "preload": tuple(assets["preload"])}),
        style=said["style"],
        files=tuple((path, name) for path, name in said["files"]),
    )
