"""Readers from a file: whatever it is written in, bad rows told one by one, and nobody revived who has left."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.errors import ContentError
from newsletter.model.incoming import BadRow, Incoming
from newsletter.model.subscriber import Consent, Mark, Reason, Subscriber, SubscriberState
from newsletter.readers import cells, csv_in
from newsletter.readers.columns import Field, columns
from newsletter.store import importing, marks, subscribers, suppressions
from newsletter.store.columns import instant_text
from newsletter.store.engine import Store, open_store
from newsletter.store.importing import Effect, Import
from newsletter.store.staging import Double, Staging
from newsletter.tokens import Key, KeyRing
from tests.postgres import KINDS, fresh_database

NOW = datetime(2026, 11, 25, 13, tzinfo=UTC)
NEW, OLD = Key("k2", b"n" * 32), Key("k1", b"o" * 32)
RING = KeyRing((NEW, OLD))


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with fresh_database(request.param, tmp_path) as address, open_store(address) as opened:
        yield opened


def read(data: bytes | str) -> list[Incoming | BadRow]:
    file: io.BufferedReader = io.BufferedReader(io.BytesIO(data if isinstance(data, bytes) else data.encode()))
    return list(csv_in.rows(file, csv_in.manner(file, "list.csv"), "list.csv"))


def addresses(data: bytes | str) -> list[str]:
    return [row.address if isinstance(row, Incoming) else f"{row.line}: {row.reason}" for row in read(data)]


def marked(address: str, ring: KeyRing = RING) -> list[Mark]:
    return [Mark(mark) for _, mark in ring.marks(address)]


def row(address: str, line: int = 2, **facts: Any) -> Incoming:
    usual = {"name": None, "language": None, "zone": None, "tags": (), "asked": None, "confirmed": None, "page": "fair"}
    return Incoming(line=line, address=address, **usual | facts)


class Bringing:
    """A database and a way to bring rows in, each time with a dry run before."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.folder = store, folder
        self.doubles: list[Double] = []
        self.last: Import | None = None

    def __call__(self, *rows: Incoming, ring: KeyRing = RING) -> Effect:
        """The effect, which the dry run has foreseen."""
        self.doubles.clear()
        with Staging(self.folder) as staging:
            for one in rows:
                staging.add(marked(one.address, ring), one)
            foreseen = importing.foreseen(self.store, staging, self.doubles.append, lambda _: None)
            begun = importing.begin(
                self.store, file="list.csv", digest="d", basis="fair", who="mei", now=NOW, key=ring.ids[0]
            )
            self.last, effect = importing.bring_in(self.store, staging, begun, lambda _: None)
        assert effect == foreseen
        return effect

    def find(self, address: str) -> Subscriber | None:
        return subscribers.find(self.store, marked(address))

    def suppress(self, address: str, reason: Reason, ring: KeyRing = RING) -> None:
        with self.store.writing_alone() as connection:
            suppressions.suppress(connection, marked(address, ring)[0], reason, NOW)


@pytest.fixture
def bring(store: Store, tmp_path: Path) -> Bringing:
    return Bringing(store, tmp_path)


# Reading.

TABLE = "Email,Name,Tags\nana@example.org,Ana Nováková,press\nmei@example.org,张伟,\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_table_says_the_same_however_it_is_written(encoding: str, end: str, separator: str) -> None:
    """Encoding, ends of lines, separator: each is found out."""
    data = TABLE.replace("\n", end).replace(",", separator).encode(encoding)
    assert read(data) == [
        row("ana@example.org", 2, name="Ana Nováková", tags=("press",), page="list.csv, line 2"),
        row("mei@example.org", 3, name="张伟", page="list.csv, line 3"),
    ]


def test_what_is_not_utf_8_is_read_as_windows_1252_and_told() -> None:
    """Names keep their accents; a person is told to look at them."""
    file: io.BufferedReader = io.BufferedReader(io.BytesIO("Email,Name\nana@example.org,Zoë Š.\n".encode("cp1252")))
    how = csv_in.manner(file, "list.csv")
    assert how.told is not None
    assert "Windows-1252" in how.told
    assert list(csv_in.rows(file, how, "f")) == [row("ana@example.org", name="Zoë Š.", page="f, line 2")]


def test_a_damaged_row_of_a_utf_8_file_is_told_and_the_others_stay_utf_8() -> None:
    """One octet gone wrong does not turn every name into another encoding."""
    data = "Email,Name\nana@example.org,Zoë\nmei@example.org,张伟\n".encode() + b"li@example.org,L\xe9\n"
    first, second, third = read(data)
    assert isinstance(first, Incoming)
    assert isinstance(second, Incoming)
    assert (first.name, second.name) == ("Zoë", "张伟")
    assert third == BadRow(
        4,
        "the name holds U+FFFD, which is no character of a text; take it out, or save the file as UTF-8",
        ("li@example.org", "L\ufffd", ""),
    )


@pytest.mark.parametrize(
    ("header", "fields"),
    [
        ("Email Address,First Name,Last Name,OPTIN_TIME,CONFIRM_TIME,TAGS", "EMAIL FIRST LAST ASKED CONFIRMED TAGS"),
        ("uuid,email,name,attributes,status,created_at", "EMAIL NAME STATE ASKED"),
        ("id,email,name,note,subscribed_to_emails,created_at,labels", "EMAIL NAME STATE ASKED TAGS"),
        ("邮箱,姓名,语言,时区,标签", "EMAIL NAME LANGUAGE ZONE TAGS"),
        ("E-Mail-Adresse,Vorname,Nachname,Sprache", "EMAIL FIRST LAST LANGUAGE"),
        ("Email,Name,Language,Zone,Tags,State,Not written to,Subscribed,Confirmed,Source", " ".join(Field.__members__)),
    ],
    ids=["mailchimp", "listmonk", "ghost", "chinese", "german", "ours"],
)
def test_columns_are_known_by_the_names_of_other_systems(header: str, fields: str) -> None:
    """And by those that people give them in their own language."""
    found = columns(header.split(","))
    assert found is not None
    wanted = {Field[name] for name in fields.split()}
    assert set(found.at) == wanted - ({Field.FIRST, Field.LAST} if "Not written to" in header else set())


@pytest.mark.parametrize("text", ["", "ana@example.org\nmei@example.org\n", "Name,Town\nAna,Brno\n", "\0\0\0"])
def test_a_file_without_a_column_of_addresses_is_refused(text: str) -> None:
    """With what to write into its first line."""
    with pytest.raises(ContentError, match=r"list.csv:1: its first line names no column of addresses; write the col"):
        read(text)


def test_the_line_that_excel_puts_before_the_header_is_no_header() -> None:
    """ "sep=;" and empty lines; the numbers of lines are those of an editor all the same."""
    assert addresses("sep=;\n\nEmail;Name\nana@example.org;x\nbad;y\n")[1].startswith("5: 'bad' is not an address")


def test_rows_are_told_by_the_line_that_they_begin_on() -> None:
    """Cells may hold line breaks, and empty lines are no rows."""
    data = 'Email,Name\n\nana@example.org,"A\nna"\n,,\nbad,x\n"li@example.org","L\n\ni"\nworse,y\n'
    assert [one.line for one in read(data)] == [3, 6, 7, 10]
    first = read(data)[0]
    assert isinstance(first, Incoming)
    assert first.name == "A na"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (",Ana", "there is no address; write one, or take the row out"),
        ("a\0na@example.org,Ana", "'a na@example.org' is not an address that mail can be sent to: "),
        ("ana@example.org,A\0na", "the name holds U+0000, which is no character of a text"),
        ("ana@example.org,Ana,en,,,,,too,many", "the row has 9 cells, and the first line names 7; put quotation"),
        (f"ana@example.org,{'x' * 201}", "the name is 201 characters long"),
        ("ana@example.org,Ana,Klingon!", "'Klingon!' is not a language tag; write it as en"),
        ("ana@example.org,Ana,en,Mars/Base", "'Mars/Base' is not a time zone; use a name such as"),
        ("ana@example.org,Ana,en,../../etc/passwd", "'../../etc/passwd' is not a time zone"),
        ("ana@example.org,Ana,en,,05/03/2024", "'05/03/2024' in the column Subscribed is not a time that can be read"),
        ("ana@example.org,Ana,en,,2024-13-01 10:00:00", "'2024-13-01 10:00:00' in the column Subscribed is not a time"),
        ("ana@example.org,Ana,en,,0001-01-01T00:00:00+14:00", "is not a time that can be read in one way only"),
        ("ana@example.org,Ana,en,,,unsubscribed", "the file says 'unsubscribed' of this reader; who does not get"),
        ("ana@example.org,Ana,en,,,false", "the file says 'false' of this reader"),
        ("ana@example.org,Ana,en,,,confirmed,hard bounce", "the file says 'hard bounce' of this reader"),
    ],
)
def test_a_bad_row_is_told_and_the_next_one_is_read(line: str, why: str) -> None:
    """What is wrong, and what to do."""
    header = "Email,Name,Language,Zone,Subscribed,State,Not written to"
    bad, good = addresses(f"{header}\n{line}\nmei@example.org,Mei,,,0000-00-00 00:00:00,ACTIVE\n")
    assert bad.startswith("2: ")
    assert why in bad
    assert good == "mei@example.org"


def test_a_quotation_mark_that_is_never_closed_is_one_bad_row() -> None:
    """It does not swallow the memory, and reading goes on somewhere behind it."""
    lines = "".join(f"r{number}@example.org,x\n" for number in range(20_000))
    found = addresses(f'Email,Name\nana@example.org,"A\n{lines}')
    assert found[0].startswith("2: a quotation mark is opened here and not closed; close it")
    assert found[-1] == "r19999@example.org"


@given(st.text(max_size=40))
def test_a_formula_is_disarmed_and_armed_again(text: str) -> None:
    """CWE-1236: what a spreadsheet takes for a formula gets an apostrophe; the import undoes exactly that."""
    assert cells.escaped(text)[:1] not in {"=", "+", "-", "@", "\t", "\r"}
    assert cells.unescaped(cells.escaped(text)) == text
    if text[:1] not in {"=", "+", "-", "@", "\t", "\r", "'"}:
        assert cells.escaped(text) == text


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=9), max_size=4)
)
def test_tags_are_read_back_as_they_were_written(tags: list[str]) -> None:
    """Commas, quotation marks, formulas: a tag may hold them."""
    wanted = tuple(sorted(set(tags)))
    assert cells.tags(cells.unescaped(cells.escaped(cells.written_tags(wanted)))) == wanted


@pytest.mark.parametrize(
    "cell", ["press,weekly", "weekly; press", "press|weekly", '"weekly","press"', " weekly,press,, "]
)
def test_tags_are_split_as_other_systems_join_them(cell: str) -> None:
    """Sorted, each once."""
    assert cells.tags(cell) == ("press", "weekly")


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))
def test_a_time_is_read_as_the_database_keeps_it(moment: datetime) -> None:
    """However it is written, with or without a zone; without one it is UTC."""
    for text in (moment.isoformat(), moment.isoformat(" ")[:-6], f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC"):
        assert cells.moment(text, "x") == instant_text(moment)
    whole = moment.replace(microsecond=0)
    assert cells.moment(f"{whole:%Y-%m-%d %H:%M:%S}", "x") == instant_text(whole)
    assert cells.moment(f"{whole:%Y-%m-%dT%H:%M:%SZ}", "x") == instant_text(whole)


# Bringing in.


def test_a_new_reader_is_confirmed_with_the_consent_that_the_file_tells_of(bring: Bringing) -> None:
    """And carries the number of the import, which is kept with its file, ground and figures."""
    asked = datetime(2024, 3, 5, 12, tzinfo=UTC)
    told: dict[str, Any] = {
        "asked": instant_text(asked),
        "tags": ("a", "ž"),
        "language": "de",
        "zone": "Europe/Prague",
        "name": "Ana",
    }
    assert bring(row("Ana@example.org", **told)) == Effect(new=1)
    assert bring.find("ana@EXAMPLE.org") == Subscriber(
        mark=marked("ana@example.org")[0],
        address="Ana@example.org",
        name="Ana",
        language="de",
        zone="Europe/Prague",
        tags=("a", "ž"),
        state=SubscriberState.CONFIRMED,
        consent=Consent(asked=asked, page="fair"),
        imported=1,
        added=NOW,
    )
    kept = Import(number=1, file="list.csv", digest="d", at=NOW, who="mei", basis="fair", added=1, changed=0)
    assert bring.last == importing.get(bring.store, 1) == importing.last_of(bring.store, "d") == kept
    assert importing.get(bring.store, 2) is importing.last_of(bring.store, "e") is None
    assert marks.missing(bring.store, ()) == (RING.ids[0],)


def test_a_reader_who_is_there_gets_only_what_is_empty(bring: Bringing) -> None:
    """Tags are added; a name that is known stays, and so does a consent: its times are one fact."""
    bring(row("ana@example.org", name="Ana", tags=("b",), asked="2024-03-05T12:00:00.000000+00:00"))
    more = row(
        "ana@example.org",
        name="Anna",
        language="de",
        tags=("a", "b"),
        asked="2020-01-01T00:00:00.000000+00:00",
        confirmed="2020-01-02T00:00:00.000000+00:00",
        page="elsewhere",
    )
    assert bring(more) == Effect(filled=1)
    found = bring.find("ana@example.org")
    assert found is not None
    assert (found.name, found.language, found.tags, found.imported) == ("Ana", "de", ("a", "b"), 1)
    assert found.consent == Consent(asked=datetime(2024, 3, 5, 12, tzinfo=UTC), page="fair")
    assert bring(more) == Effect(unchanged=1)


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("ring", [RING, KeyRing((OLD,))], ids=["newest key", "older key"])
def test_who_must_not_be_written_to_stays_out(bring: Bringing, reason: Reason, ring: KeyRing) -> None:
    """For whatever reason, under whichever key; the dry run says how many, and why."""
    bring.suppress("ana@example.org", reason, ring)
    assert bring(row("ANA@example.org"), row("mei@example.org")) == Effect(new=1, kept_out={reason.value: 1})
    assert bring.find("ana@example.org") is None


def test_a_lifted_suppression_keeps_nobody_out(bring: Bringing) -> None:
    """They have said yes again since."""
    bring.suppress("ana@example.org", Reason.OPT_OUT)
    with bring.store.writing_alone() as connection:
        suppressions.lift(connection, marked("ana@example.org")[0], NOW, "confirmed anew")
    assert bring(row("ana@example.org")) == Effect(new=1)


@pytest.mark.parametrize("state", SubscriberState)
def test_no_state_is_ever_changed(bring: Bringing, state: SubscriberState) -> None:
    """Who has not confirmed has not, who is away stays away; who has left gets not even a name."""
    until = NOW + timedelta(days=9) if state is SubscriberState.PAUSED else None
    here = Subscriber(mark=marked("ana@example.org")[0], address="ana@example.org", state=state, until=until, added=NOW)
    with bring.store.writing_alone() as connection:
        subscribers.write(connection, here)
    gone = state is SubscriberState.UNSUBSCRIBED
    effect = bring(row("ana@example.org", name="Ana"))
    assert effect == (Effect(kept_out={"unsubscribed": 1}) if gone else Effect(filled=1))
    found = bring.find("ana@example.org")
    assert found is not None
    assert (found.state, found.until, found.name) == (state, until, None if gone else "Ana")


def test_a_reader_of_an_older_key_is_found_and_not_doubled(bring: Bringing) -> None:
    """A new key comes first in the ring; the rows of the old one are those of the same people."""
    bring(row("ana@example.org"), row("mei@example.org"), ring=KeyRing((OLD,)))
    assert bring(row("ana@example.org", name="Ana"), row("li@example.org")) == Effect(new=1, filled=1)
    assert subscribers.count(bring.store)[SubscriberState.CONFIRMED] == 3
    assert marks.missing(bring.store, ()) == ("k1", "k2")


def test_of_rows_with_the_same_address_the_first_counts(bring: Bringing) -> None:
    """The others are told with both lines, in the order of the file, whatever their capitals."""
    rows = [row("ana@example.org", 2, name="A"), row("mei@example.org", 3), row("ANA@example.org", 9, name="B")]
    assert bring(*rows, row("ana@example.ORG", 10)) == Effect(new=2)
    assert bring.doubles == [Double(9, 2, "ANA@example.org"), Double(10, 2, "ana@example.ORG")]
    found = bring.find("ana@example.org")
    assert found is not None
    assert found.name == "A"


def test_what_was_done_between_dry_run_and_import_holds(store: Store, tmp_path: Path) -> None:
    """Somebody unsubscribes while a person looks at the table of what would change: they are not brought in."""
    with Staging(tmp_path) as staging:
        staging.add(marked("ana@example.org"), row("ana@example.org"))
        assert importing.foreseen(store, staging, lambda _: None, lambda _: None) == Effect(new=1)
        with store.writing_alone() as connection:
            suppressions.suppress(connection, marked("ana@example.org")[0], Reason.OPT_OUT, NOW)
        begun = importing.begin(store, file="f", digest="d", basis="b", who="mei", now=NOW, key="k2")
        done, effect = importing.bring_in(store, staging, begun, lambda _: None)
    assert effect == Effect(kept_out={"opt-out": 1})
    assert done.added == 0
    assert subscribers.find(store, marked("ana@example.org")) is None


def test_many_rows_are_written_in_several_transactions(bring: Bringing) -> None:
    """More than one chunk, more than one flush of the file, some there already; the figures are those of the rows."""
    many = [row(f"reader-{number}@example.org", number + 2, name=f"N {number}") for number in range(10_500)]
    assert bring(*many[::7]) == Effect(new=1_500)
    with bring.store.writing_alone() as connection:
        for one in many[:10]:
            suppressions.suppress(connection, marked(one.address)[0], Reason.HARD_BOUNCE, NOW)
    assert bring(*many) == Effect(new=8_992, unchanged=1_498, kept_out={"hard bounce": 10})
    assert bring.last is not None
    assert importing.get(bring.store, 2) == bring.last
    assert bring.last.added == 8_992
    assert subscribers.count(bring.store)[SubscriberState.CONFIRMED] == 10_492


def test_a_few_rows_do_not_read_a_large_list(bring: Bringing) -> None:
    """Two marks may span the whole table; each is looked for by itself then, and found all the same."""
    bring(*(row(f"reader-{number}@example.org", number) for number in range(400)))
    few = [row(f"reader-{number}@example.org", number, name="N") for number in (3, 77, 200)]
    bring.suppress("reader-77@example.org", Reason.COMPLAINT)
    assert bring(*few, row("new@example.org")) == Effect(new=1, filled=2, kept_out={"complaint": 1})
