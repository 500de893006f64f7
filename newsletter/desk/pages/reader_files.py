"""Readers as files: a list is brought in after it was shown what that would do; all of them are written out."""

from __future__ import annotations

from starlette.responses import Response

from newsletter.actions.export_subscribers import export_subscribers
from newsletter.actions.uploaded_readers import Foreseen, foresee_upload, foreseen_upload, import_upload
from newsletter.desk.ask import Ask
from newsletter.desk.moments import cities_for, counted, telling
from newsletter.desk.office import Office
from newsletter.model.audit import claimed
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.telling import Telling


def show(office: Office, ask: Ask) -> Response:
    """The form for a file."""
    return _page(office, ask, None)


def take(office: Office, ask: Ask) -> Response:
    """Keeps the file, and shows what bringing it in would do. No reader is changed."""
    file = ask.files.get("file")
    if file is None or not file.data:
        return _page(office, ask, None, file="Choose a file: a list of readers as CSV.")
    try:
        found = foresee_upload(office.app, file.name, file.data, _telling(office, ask))
    except ContentError as error:
        return _page(office, ask, None, file="; ".join(f"{one.what}: {one.todo}" for one in error.mistakes))
    return _page(office, ask, found)


def take_agreed(office: Office, ask: Ask) -> Response:
    """Brings the readers in, on the ground that was told."""
    key, basis = ask.text("key"), ask.text("basis")
    if not basis:
        found = foreseen_upload(office.app, key, _telling(office, ask))
        return _page(office, ask, found, basis="Say on which ground these people may be written to; it is kept.")
    try:
        done, effect = import_upload(office.app, key, basis, claimed(ask.me.id, None))
    except ConfigError as error:
        return _page(office, ask, None, file=str(error))
    new = counted(effect.new, "reader is", "readers are")
    said = f"Import {done.number}: {new} new, {effect.filled:,} got facts that were missing."
    return office.go(ask, "/readers", said)


def take_rejected(office: Office, ask: Ask) -> Response:
    """The rows of a kept file that cannot be taken, with line and reason."""
    return _download(foreseen_upload(office.app, ask.text("key")).rejected or "", "readers.rejected.csv")


def take_export(office: Office, ask: Ask) -> Response:
    """Every reader, as a file that a spreadsheet opens and our own import reads back; the log says who has it."""
    lines: list[str] = []
    export_subscribers(office.app, lines.append, by=claimed(ask.me.id, None))
    return _download("".join(lines), "readers.csv")


def _telling(office: Office, ask: Ask) -> Telling:
    """Days on the clock of whoever looks."""
    return telling(cities_for(office.schedule, ask.me.id)[0])


def _page(office: Office, ask: Ask, found: Foreseen | None, **wrong: str) -> Response:
    lines = [(f"{number:,}", words) for number, words in found.lines] if found else []
    values = {"found": found, "lines": lines, "wrong": wrong, "basis": ask.form.get("basis", "")}
    return office.page(ask, "readers_import.html", "Bring readers in", values, 422 if wrong else 200)


def _download(text: str, name: str) -> Response:
    named = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text.encode("utf-8-sig"), media_type="text/csv; charset=utf-8", headers=named)
