"""What an action works with: made once, when a shell starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter import packaged
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.frame import Frame
from newsletter.model.issue import IssueId
from newsletter.publication.folder import Folder, has_issue, is_sent, issue_ids, sent_issues, stamp
from newsletter.publication.unsaved import Instead, folder_with

if TYPE_CHECKING:
    from newsletter.model.draft import Draft
    from newsletter.publication.publication import Publication
    from newsletter.templating import Templates

# What is imported inside a function here is heavy, and much of the program runs without it: `gather`, for one.

OURS = "packaged:"  # how mistakes and manifests name a file of the package


@dataclass(frozen=True, slots=True)
class App:
    """One publication, opened."""

    root: Path
    clock: Callable[[], datetime]  # aware, UTC

    @property
    def secrets(self) -> Mapping[str, str]:
        """What the environment says, and .env where the environment does not. Never shown, never logged."""
        path = self.root / ".env"
        seen = stamp(path)
        return {**(_written(path, seen) if seen else {}), **os.environ}

    @property
    def database(self) -> str:
        """The address of the database: DATABASE_URL, else a file of the publication."""
        return self.secrets.get("DATABASE_URL") or f"sqlite:///{(self.root / 'var' / 'newsletter.db').resolve()}"

    @property
    def is_home(self) -> bool:
        """Whether the database is here: in a clone it is not, and nothing there makes one by looking."""
        return bool(self.secrets.get("DATABASE_URL")) or (self.root / "var" / "newsletter.db").exists()

    @property
    def templates(self) -> Templates:
        """The templates as they stand now, the publication's own before ours."""
        from newsletter.templating import Templates

        return Templates(tuple((f"{label}templates/", base / "templates") for label, base in _bases(self.root)))


@dataclass(frozen=True, slots=True)
class Desk:
    """A draft with everything it is assembled from, as the files say it now."""

    publication: Publication
    frame: Frame
    draft: Draft


@lru_cache(maxsize=4)
def _written(path: Path, _stamp: tuple[int, int, int]) -> Mapping[str, str]:
    """What a file of secrets says; taken apart once until it is written again, for it is asked for at every page."""
    from dotenv import dotenv_values  # only what needs a secret pays for it

    return {name: value for name, value in dotenv_values(path).items() if value is not None}


def open_app(root: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> App:
    """The publication in a folder. Its files are read when an action asks for them."""
    return App(root, clock)


def _bases(root: Path) -> tuple[tuple[str, Path], ...]:
    """Where templates are looked for, with the label of each. In a checkout the sample's templates are ours."""
    ours = (OURS, packaged.root())
    return (ours,) if root.resolve() == packaged.root().resolve() else (("", root), ours)


def read_publication(app: App, folder: Folder) -> Publication:
    """The publication but for its issues. Raises `ContentError` with every mistake."""
    from newsletter.publication import publication as publications

    publication, mistakes = publications.read(folder, app.clock().date())
    if publication is None or mistakes:
        raise ContentError(mistakes)
    return publication


def read_frame(folder: Folder, language: str) -> Frame:
    """The standing texts of a language. Raises `ContentError`."""
    from newsletter.publication import frame as frames

    folders = tuple((label, Folder(base) if label else folder) for label, base in _bases(folder.root))
    frame, mistakes = frames.read(folders, language)
    if frame is None or mistakes:
        raise ContentError(mistakes)
    return frame


def frame_languages(root: Path) -> tuple[str, ...]:
    """The languages that there are standing texts in, the publication's own and ours, in order."""
    names = {name for _, base in _bases(root) for name in Folder(base).names("templates/frame", ".yaml")}
    return tuple(sorted(name.removesuffix(".yaml") for name in names))


def read_issue(app: App, issue: IssueId, instead: Instead | None = None) -> Desk:
    """An issue as its files say it now, or would with others `instead`, by path. Raises `ContentError` with every
    mistake in them."""
    from newsletter.edit.load import load

    known_issue(app, issue)
    folder = folder_with(app.root, instead)
    publication = read_publication(app, folder)
    draft = load(publication, folder, issue)
    return Desk(publication, read_frame(folder, draft.language), draft)


def known_issue(app: App, issue: IssueId) -> IssueId:
    """The issue, which is there. Raises `ConfigError` with those that are when it is not."""
    if not has_issue(app.root, issue):
        known = ", ".join(str(one) for one in issue_ids(app.root)[-5:]) or "none"
        raise ConfigError("issue", f"there is no issue {issue} in {app.root}/content/issues; there are: {known}")
    return issue


def coming_issue(root: Path) -> IssueId:
    """The first issue that has not been sent. Raises `ConfigError` when there is none."""
    for issue in issue_ids(root):
        if not is_sent(root, issue):
            return issue
    raise ConfigError("issue", f"no issue in {root}/content/issues is in preparation; make a folder named by its date")


def last_sent_issue(root: Path) -> IssueId:
    """The issue that was sent last. Raises `ConfigError` when none was."""
    for issue in sent_issues(root):
        return issue
    raise ConfigError("issue", f"no issue of {root}/content/issues has been sent yet")
