"""The readers as a table: safe in a spreadsheet, whole, and read back by the import as it was written."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.actions.app import App
from newsletter.actions.export_subscribers import export_subscribers
from newsletter.actions.read_audit import read_audit
from newsletter.actions.readers import readers_store
from newsletter.model.incoming import BadRow, Incoming
from newsletter.model.subscriber import Consent, Mark, Reason, Subscriber, SubscriberState
from newsletter.readers import csv_in, csv_out
from newsletter.store import subscribers, suppressions
from newsletter.store.columns import instant_text
from newsletter.store.engine import open_store

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)

words = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="\ufffd") | st.just(" "), max_size=20)
lines = words.map(lambda text: " ".join(text.split(" ")) if text.isprintable() else "").map(
    lambda text: " ".join(text.split()) or None
)
moments = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))
readers = st.builds(
    Subscriber,
    mark=st.just(Mark(bytes(16))),
    address=st.sampled_from(["ana@example.org", "+me@example.org", "=me@example.org", "-x@example.org"]),
    name=lines,
    language=st.sampled_from([None, "en", "zh-Hans"]),
    zone=st.sampled_from([None, "Europe/Prague"]),
    tags=st.lists(lines.filter(bool), max_size=3).map(lambda tags: tuple(sorted({str(tag) for tag in tags}))),
    state=st.just(SubscriberState.CONFIRMED),
    consent=st.builds(Consent, asked=moments, confirmed=moments, page=lines.filter(bool)),
    added=st.just(NOW),
)


def read(text: str) -> list[Incoming | BadRow]:
    file: io.BufferedReader = io.BufferedReader(io.BytesIO(text.encode()))
    return list(csv_in.rows(file, csv_in.manner(file, "out.csv"), "out.csv"))


@given(readers)
def test_a_reader_is_read_back_as_they_were_written(reader: Subscriber) -> None:
    """Formulas, quotation marks, commas in any field: the import finds what the export had."""
    (found,) = read(csv_out.header() + csv_out.row(reader, ()))
    asked, confirmed = reader.consent.asked, reader.consent.confirmed
    assert found == Incoming(
        line=2,
        address=reader.address,
        name=reader.name,
        language=reader.language,
        zone=reader.zone,
        tags=reader.tags,
        asked=instant_text(asked) if asked else None,  # type: ignore[arg-type]
        confirmed=instant_text(confirmed) if confirmed else None,  # type: ignore[arg-type]
        page=reader.consent.page or "",
    )


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.text(st.characters(codec="utf-8"), max_size=30))
def test_no_cell_is_a_formula_to_a_spreadsheet(name: str, page: str) -> None:
    """CWE-1236, in an export and in a table of bad rows alike."""
    reader = Subscriber(
        mark=Mark(bytes(16)),
        address="=me@example.org",
        name=name,
        state=SubscriberState.CONFIRMED,
        consent=Consent(page=page),
        tags=(name, page),
        added=NOW,
    )
    bad = BadRow(2, "what and why", (name, page))
    for written in (csv_out.row(reader, ()), csv_out.rejected(bad), csv_out.rejected_header((name, page))):
        (cells,) = csv.reader(io.StringIO(written, newline=""))
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.fixture
def home(app: App) -> App:
    """A publication with three readers, one of whom must not be written to."""
    open_store(app.database).close()
    with readers_store(app) as readers, readers.store.writing_alone() as connection:
        for address in ("ana@example.org", "mei@example.org", "li@example.org"):
            (mark,) = readers.marks(address)
            one = Subscriber(mark=mark, address=address, state=SubscriberState.CONFIRMED, added=NOW)
            if address == "mei@example.org":
                one = replace(one, state=SubscriberState.PAUSED, until=NOW + timedelta(days=9), tags=("press",))
            if address == "li@example.org":
                suppressions.suppress(connection, mark, Reason.HARD_BOUNCE, NOW)
                suppressions.suppress(connection, mark, Reason.COMPLAINT, NOW)
            subscribers.write(connection, one)
    return app


def exported(app: App, **narrowed: object) -> dict[str, dict[str, str]]:
    parts: list[str] = []
    count = export_subscribers(app, parts.append, by="mei", **narrowed)  # type: ignore[arg-type]
    rows = {row["Email"]: row for row in csv.DictReader(io.StringIO("".join(parts), newline=""))}
    assert len(rows) == count == len(parts) - 1
    return rows


def test_all_readers_are_exported_with_whether_they_are_written_to(home: App) -> None:
    """A table that left the forbidden ones out, or did not say so, would bring them back elsewhere."""
    rows = exported(home)
    told = {address: (row["State"], row["Not written to"]) for address, row in rows.items()}
    assert told == {
        "ana@example.org": ("confirmed", ""),
        "mei@example.org": ("paused", ""),
        "li@example.org": ("confirmed", "hard bounce, complaint"),
    }


def test_an_export_may_be_narrowed(home: App) -> None:
    """To a state, to a tag."""
    assert list(exported(home, state=SubscriberState.PAUSED)) == ["mei@example.org"]
    assert list(exported(home, tag="press")) == ["mei@example.org"]
    assert exported(home, tag="pre") == {}


def test_an_export_brought_in_elsewhere_revives_nobody(home: App) -> None:
    """Of its rows only those are readers there who are readers here."""
    parts: list[str] = []
    export_subscribers(home, parts.append, by="mei")
    found = read("".join(parts))
    assert [row.address for row in found if isinstance(row, Incoming)] == ["ana@example.org"]
    assert {row.reason.split(";")[0] for row in found if isinstance(row, BadRow)} == {
        "the file says 'paused' of this reader",
        "the file says 'hard bounce, complaint' of this reader",
    }


def test_a_table_of_bad_rows_can_be_mended_and_brought_in(tmp_path: Path) -> None:
    """Line and reason stand before the file's own columns, which the import still knows."""
    header, bad = ["E-mail", "Name"], BadRow(7, "why, and what to do", ("ana(at)example.org", "=1+1"))
    table = csv_out.rejected_header(header) + csv_out.rejected(bad)
    assert table.splitlines()[1] == '7,"why, and what to do",ana(at)example.org,\'=1+1'
    (mended,) = read(table.replace("(at)", "@"))
    assert isinstance(mended, Incoming)
    assert (mended.address, mended.name) == ("ana@example.org", "=1+1")


def noted(app: App) -> list[tuple[str, str, str | None, datetime]]:
    deeds = [entry.deed for entry in read_audit(app).entries]
    return [(one.act, one.who, one.note, one.happened) for one in deeds]


def test_the_audit_log_keeps_who_has_taken_how_many(home: App) -> None:
    """And which they were, without naming anybody of them."""
    home = replace(home, clock=lambda: NOW)
    exported(home)
    exported(home, state=SubscriberState.PAUSED, tag="press")
    assert noted(home) == [
        ("export", "mei", "3 readers", NOW),
        ("export", "mei", "1 reader, of those who are paused, with the tag press", NOW),
    ]


def test_an_export_that_breaks_off_is_kept_too(home: App) -> None:
    """A disk that is full at the second reader: one was handed out by then, and perhaps half of another."""
    parts: list[str] = []

    def write(line: str) -> None:
        if len(parts) == 2:
            raise OSError("the disk is full")
        parts.append(line)

    with pytest.raises(OSError, match="the disk is full"):
        export_subscribers(home, write, by="mei")
    assert [note for _, _, note, _ in noted(home)] == ["2 readers"]
