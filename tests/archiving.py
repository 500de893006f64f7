"""What the tests of the archive share: publications with many issues, and what a build makes of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from newsletter.actions.app import App, open_app
from newsletter.actions.publish_archive import publish_archive

ONE = "2026-10-30"  # of the sample: the issue that others are made after


NOW = datetime(2026, 11, 28, tzinfo=UTC)


def opened(root: Path) -> App:
    """The publication. Nothing of the archive asks for the time."""
    return open_app(root, clock=lambda: NOW)


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def public(root: Path) -> dict[str, bytes]:
    """Everything in public/."""
    return files_in(root / "public")


def built(root: Path) -> App:
    """The publication with its archive built."""
    app = opened(root)
    publish_archive(app)
    return app


def built_anew(root: Path, beside: Path) -> dict[str, bytes]:
    """What a build from nothing makes of the same files."""
    copy = beside / "anew"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("public", "archive.json", "archive.writing"))
    built(copy)
    return public(copy)


def add_issue(
    root: Path,
    name: str,
    *,
    subject: str = "Another week",
    topics: Sequence[str] = ("ports",),
    people: Sequence[tuple[str, str]] = (),
    number: int = 1,
    edition: int = 1,
    said: str = "A paragraph of its own.",
    language: str = "en",
    figure: str = "12",
) -> Path:
    """An issue as if it had gone out: its folder and its sent/, or a mended edition of it. Returns that folder."""
    folder = root / "content" / "issues" / name / "sent"
    folder = folder if edition == 1 else folder / str(edition)
    folder.mkdir(parents=True)
    meta = json.loads((root / "content" / "issues" / ONE / "sent" / "meta.json").read_text("utf-8"))
    meta |= {
        "issue": name,
        "number": number,
        "subject": subject,
        "language": language,
        "due": f"{name[:10]}T12:00:00+00:00",
        "digest": f"{number:032x}{edition:032x}",
        "topics": list(topics),
        "people": [{"id": one, "name": shown} for one, shown in people],
        "numbers": [{"figure": figure, "caption": "ships at anchor"}],
        "question": None,
    }
    (folder / "meta.json").write_text(json.dumps(meta), "utf-8")
    (folder / "page.html").write_text(
        f'<article class="issue" lang="{language}" dir="ltr">\n<header><h1>{subject}</h1></header>\n'
        f'<section class="opening"><p>{said}</p></section>\n</article>',
        "utf-8",
    )
    (folder / "email.html").write_text("<p>mail</p>", "utf-8")
    (folder / "email.txt").write_text("mail", "utf-8")
    return folder


def fridays(first: str, count: int) -> Iterator[str]:
    """The names of so many weekly issues."""
    day = date.fromisoformat(first)
    return (str(day + timedelta(weeks=week)) for week in range(count))
