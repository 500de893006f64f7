"""Archive: public/ as what went out says it should be, in today's frame. Only what has changed is made."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from newsletter.actions.app import App
from newsletter.actions.site_archive import look, read
from newsletter.actions.site_standing import Standing
from newsletter.archive import manifest
from newsletter.archive.plan import plan
from newsletter.archive.writing import Last, Outcome, Public, Report
from newsletter.publication.write import alone, write


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a build of the archive came to."""

    written: tuple[str, ...]  # files below public/, in the order of writing; with `check`, those that would be
    removed: tuple[str, ...]
    unchanged: int
    took: float  # seconds

    @property
    def changed(self) -> bool:
        return bool(self.written or self.removed)


def _quiet(_made: int, _whole: int) -> None:
    """Tells nobody."""


def publish_archive(
    app: App, *, check: bool = False, standing: Standing | None = None, report: Report = _quiet
) -> Published:
    """Brings public/ up to date with sent/, the site's own files and the standing of the mailings.

    `standing` spares the look into the database where the caller has just had one. With `check` nothing is written, and
    what would be is told. Another build that runs is waited for. Raises `ContentError` with every mistake in files, and
    for a page that holds what is meant for one reader; `OSError` where the disk refuses; `StoreError`.
    """
    began = time.perf_counter()
    if check:
        return _published(app, False, standing, report, began)
    (app.root / "public").mkdir(exist_ok=True)
    (app.root / "var").mkdir(exist_ok=True)
    with alone(app.root / "public"):
        return _published(app, True, standing, report, began)


def _published(app: App, writes: bool, standing: Standing | None, report: Report, began: float) -> Published:
    kept_at = app.root / "var" / "archive.json"
    last = manifest.read(kept_at.read_bytes() if kept_at.exists() else b"")
    public = Public(
        app.root / "public",
        app.root / "var" / "archive.writing",
        Last(outputs=last.outputs, groups=last.groups),
        writes=writes,
    )
    seen = look(app, last, standing)
    if seen.is_as_in(last) and public.is_whole():
        now = replace(last, digests=dict(seen.digests), standing=dict(seen.keeping))
        outcome = Outcome(unchanged=public.count)
    else:
        now, archive, shown = read(app, last, seen)
        outcome = public.bring_up_to_date(plan(archive, shown.files), report)
        now = replace(now, outputs=outcome.outputs, groups=outcome.groups)
        if writes:
            shown.keep()
    if writes:
        if now != last:
            write(kept_at, manifest.written(now))
        public.forget()
    return Published(
        written=tuple(outcome.written),
        removed=tuple(outcome.removed),
        unchanged=outcome.unchanged,
        took=time.perf_counter() - began,
    )
