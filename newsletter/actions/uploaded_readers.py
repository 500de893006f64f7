"""Readers that come with a file somebody has sent: kept for as long as it takes to look at it and to agree."""

from __future__ import annotations

import hashlib
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath

from newsletter.actions.app import App
from newsletter.actions.import_subscribers import dry_run, import_subscribers
from newsletter.actions.reader_words import about, effect_lines
from newsletter.model.errors import ConfigError
from newsletter.model.telling import IN_UTC, Telling
from newsletter.store.importing import Effect, Import

_KEPT = timedelta(days=1)
_KEY = re.compile("[0-9a-f]{32}")
_NAME = 60  # characters


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What bringing a file in would do."""

    key: str  # names the file, to say it again with
    about: tuple[str, ...]  # to be known before the figures are believed
    lines: tuple[tuple[int, str], ...]
    rejected: str | None  # the rows that cannot be taken, as CSV with line and reason
    anything: bool  # is there to bring in


def foresee_upload(app: App, name: str, data: bytes, telling: Telling = IN_UTC) -> Foreseen:
    """Keeps a file for a day, for nobody else's eyes, and tells what bringing it in would do. Changes no reader.

    `name` is what its sender calls it; days are told in the words of `telling`. Files that nobody has agreed to for a
    day are deleted. Raises `ContentError` for what is no table of readers; then nothing is kept.
    """
    _forget_old(app)
    key = hashlib.sha256(data).hexdigest()[:32]
    folder = _folder(app) / key
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / _safe(name)
    path.write_bytes(data)
    try:
        return _foreseen(app, key, path, telling)
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def import_upload(app: App, key: str, basis: str, who: str) -> tuple[Import, Effect]:
    """Brings in the readers of a file that was kept, and deletes the file. Raises as `import_subscribers`, and
    `ConfigError` for a file that is not kept any more."""
    path = _kept(app, key)
    with dry_run(app, path, _quiet) as run:
        done = import_subscribers(app, run, basis=basis, who=who, report=_quiet)
    shutil.rmtree(path.parent, ignore_errors=True)
    return done


def foreseen_upload(app: App, key: str, telling: Telling = IN_UTC) -> Foreseen:
    """The same as `foresee_upload` of a file that is kept. Raises `ConfigError` for one that is not any more."""
    return _foreseen(app, key, _kept(app, key), telling)


def _foreseen(app: App, key: str, path: Path, telling: Telling) -> Foreseen:
    with dry_run(app, path, _quiet) as run:
        bad = ((run.bad, "bad rows"), (run.doubles, "rows that repeat the address of another"))
        return Foreseen(
            key=key,
            about=tuple(about(run, telling)),
            lines=(*effect_lines(run.effect), *bad),
            rejected=run.rejected.read_text("utf-8-sig") if run.rejected else None,
            anything=bool(run.effect.new or run.effect.filled),
        )


def _kept(app: App, key: str) -> Path:
    folder = _folder(app) / key
    found = [] if not _KEY.fullmatch(key) else [one for one in folder.glob("*") if ".rejected." not in one.name]
    if not found:
        raise ConfigError("file", "this file is not kept any more: send it again")
    return found[0]


def _forget_old(app: App) -> None:
    before = app.clock() - _KEPT
    for folder in _folder(app).glob("*"):
        if datetime.fromtimestamp(folder.stat().st_mtime, UTC) < before:
            shutil.rmtree(folder, ignore_errors=True)


def _folder(app: App) -> Path:
    return app.root / "var" / "imports"


def _safe(name: str) -> str:
    """The file's own name as far as a file of ours may be called so."""
    plain = re.sub(r"[^\w.-]+", "-", PurePosixPath(name.replace("\\", "/")).name).strip(".-")
    stem = plain[:_NAME].removesuffix(".csv") or "readers"
    return f"{stem}.csv"


def _quiet(_what: str, _done: int, _whole: int) -> None: ...
