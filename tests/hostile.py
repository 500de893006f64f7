"""A publication that is hostile throughout: markup stands in every text that anybody can bring along."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import insert, update

from newsletter.actions import sessions
from newsletter.actions.app import App
from newsletter.actions.keep_draft import keep_draft
from newsletter.actions.keys import made_key_ring
from newsletter.actions.save_text import look_at_text
from newsletter.actions.sign_in_links import make_link
from newsletter.desk.pages.all import PAGES
from newsletter.desk.routes import Page
from newsletter.model.alarm import Alarm, Concern
from newsletter.model.answer import Answer, Phase
from newsletter.model.audit import Deed
from newsletter.model.evidence import LinkSeen, LinkState
from newsletter.model.identity import New
from newsletter.model.issue import IssueId
from newsletter.model.item import Author, Decision, Entry, ItemId, Original, Passage, Reading, Related, Rights, Triage
from newsletter.model.job import Job, Run, RunState
from newsletter.model.mailing import DeliveryState, Intent, MailingKind, MailingState
from newsletter.model.reader_answer import ReaderAnswer
from newsletter.model.returned import Nature, Proof
from newsletter.model.session import Visit
from newsletter.model.source import RightsPolicy, SourceId
from newsletter.model.subscriber import Act, Reason
from newsletter.store import (
    alarms,
    audit,
    happenings,
    items,
    kept_texts,
    ledger,
    links,
    mailings,
    planning,
    reader_answers,
    receipts,
    runs,
    schema,
    sources,
    suppressions,
)
from newsletter.store.columns import METADATA, Written
from newsletter.store.engine import Store, open_store
from newsletter.store.owning import own
from tests.approving import COMING, in_issue, sign
from tests.conftest import ISSUE
from tests.desking import Client, Desking, desk_of
from tests.filling import SHOWN_KINDS, Filling, as_yaml, fill_publication
from tests.living import Clock
from tests.mailing import EVERY, verdict
from tests.sending import bring_in, due_of

LAST = IssueId.parse("2026-11-20")  # the sample's last issue, which has been sent
assert LAST is not None
OUTSIDE = "outside.test"
SCHEME = "javascript:window.hit=1//"
# Columns that hold no words of anybody's, or that only another test can fill: what would be hostile there is no text
# that somebody has written, but a database that somebody has changed.
NO_WORDS = {
    "alarms.told": "JSON of ours",
    "approvals.note": "sealed: it is signed with these words instead",
    "audit.note": "chained: it is written with these words instead",
    "audit.who": "the same",
    "cursors.cursor": "no page shows it",
    "installation.who": "whoever claimed the machine, at its own terminal",
    "installation.words": "the same",
    "items.digest": "ours",
    "items.published": "JSON of ours, a claimed time in it",
    "mailings.pace": "JSON of ours",
    "notices.address": "no page shows notices",
    "notices.said": "no page shows notices",
    "notices.subject": "no page shows notices",
    "notices.text": "no page shows notices",
    "requests.address": "gone once it is seen to",
    "requests.page": "gone once it is seen to",
    "requests.words": "gone once it is seen to",
    "sources.cursor": "never shown",
    "sources.declared": "compared with the file",
    "subscribers.address": "an address is read before it is kept; the oddest there is stands beside the others",
    "subscribers.tags": "JSON of ours: filled with these words as a tag",
    "versions.entry": "JSON of ours: filled with these words in each of its texts",
}
# What has to be seen somewhere, so that none of this is for nothing: columns, texts of an entry, fields of files.
_TO_BE_SEEN = """
answers.name answers.place answers.text approvals.note audit.note audit.who author.institution author.name author.role
browser decisions.why deliveries.address deliveries.said drafts.text entry.deck entry.kicker entry.label entry.method
entry.warning files holidays imports.file items.title kept_texts.text mailings.words names passage.label passage.text
person.name related.title returned.said rights.notice runs.words sources.error sources.name sources.note
subscribers.name subscribers.tags title variants waivers.words
"""
SEEN = frozenset(_TO_BE_SEEN.split())


def evil(mark: str) -> str:
    """Markup for every place in a document, with a mark of where it comes from; on one line, 170 characters or so."""
    return (
        f"{mark}'\"></textarea></title><img data-planted src=//{OUTSIDE}/{mark} onerror=window.hit=1>"
        "<script data-planted>window.hit=1;alert(1)</script>{{7*7}}"
    )


def evil_entry(source: SourceId, number: int) -> Entry:
    """An entry of a feed, each text of it hostile, and each link too, as if it had come past the gatherer."""
    return Entry(
        source=source,
        guid=f"urn:evil:{number}",
        link=f"{SCHEME}{number}",
        title=evil(f"entry.title.{number}"),
        kicker=evil("entry.kicker"),
        deck=evil("entry.deck"),
        label=evil("entry.label"),
        authors=(Author(name=evil("author.name"), role=evil("author.role"), institution=evil("author.institution")),),
        passages=(
            Passage(evil("passage.label"), (f"{evil('passage.text')} It is 77 per cent of 12 million tonnes.",)),
        ),
        related=(Related(evil("related.title"), SCHEME),),
        language='"><img data-planted>',
        rights=Rights(RightsPolicy.SUMMARISE, evil("rights.notice")),
        method=evil("entry.method"),
        warnings=(evil("entry.warning"),),
        digest=f"{number:064}",
    )


@dataclass(frozen=True)
class Ground:
    """A publication that is hostile throughout."""

    root: Path
    clock: Clock
    source: SourceId
    item: ItemId
    readers: tuple[str, ...]  # addresses of those whose copies came back
    secret: str  # of a link that signs somebody in


@pytest.fixture(scope="module")
def ground(pristine_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """The sample, gathered, with readers, an approval and a mailing; then every word in it exchanged."""
    root = Path(shutil.copytree(pristine_home, tmp_path_factory.mktemp("hostile") / "publication"))
    clock = Clock()
    app = App(root, clock)
    clock.now = due_of(app) - timedelta(hours=30)
    bring_in(app)
    signed = sign(app, "mei", note=evil("approvals.note"))
    source = SourceId(re.findall(r"(?m)^ *- id: (\S+)", (root / "seeds/sources.yaml").read_text("utf-8"))[0])
    with open_store(app.database) as store:
        item = gathered(store, source, clock)
        readers = mailed(app, store, signed.edition.digest)
        kept(app, store)
    write_files(root)
    with open_store(app.database) as store:
        exchange(store)
    sessions.begin(app, "daniel", Visit(evil("browser")[:190], evil("network")), "password")
    return Ground(root, clock, source, item, readers, make_link(app, "mei", clock()))


def gathered(store: Store, source: SourceId, clock: Clock) -> ItemId:
    """Three entries: a rejected one, a copy of it, and one that is new, whose name comes back."""
    now = clock()
    state = replace(sources.states(store)[source], failures=2, error="x", note="x", tried=now, failing_since=now)
    original = Original(media_type="text/html", data=evil("original").encode())

    def arrives(number: int, copy_of: ItemId | None = None) -> ItemId:
        one = New(Reading(evil_entry(source, number), original), copy_of, evil("likeness") if copy_of else None)
        items.record(store, source, (one,), state, now)
        return next(found.id for found in items.items(store, source=source) if found.entry.guid == f"urn:evil:{number}")

    rejected = arrives(1)
    items.decide(store, rejected, Decision(state=Triage.REJECTED, who="mei", when=now, why="x"))
    arrives(2, rejected)
    return arrives(3)


def mailed(app: App, store: Store, digest: str) -> tuple[str, ...]:
    """A mailing of the last issue: refused and unknown copies, with the words of a mail server; whose came back."""
    assert LAST is not None
    due = app.clock() - timedelta(days=5)
    key = made_key_ring(app).ids[0]
    made = mailings.create(store, LAST, MailingKind.ISSUE, digest, due, due + timedelta(days=1), key=key)
    states = (DeliveryState.REFUSED, DeliveryState.UNKNOWN, DeliveryState.REFUSED)
    with own(store, app.root, due) as held:
        mailing = planning.plan(held, made.id, due)
        mailings.move(store, mailing.id, MailingState.SENDING, expect=(MailingState.READY,), now=due)
        rows = list(receipts.people(store, mailing.id, EVERY, 0, 100))
        ledger.commit(held, mailing.id, (), [Intent(one.seq, one.attempt, digest) for one in rows], due)
        rows = list(receipts.people(store, mailing.id, EVERY, 0, 100))
        odd = Answer(Phase.RCPT, 550, "5.1.1", evil("deliveries.said"))
        fates = [*states, *[DeliveryState.ACCEPTED] * (len(rows) - len(states))]
        came = [verdict(row, state, answer=odd) for row, state in zip(rows, fates, strict=True)]
        ledger.commit(held, mailing.id, came, (), due)
        ledger.settle(held, mailing.id, due)
    with store.writing() as connection:
        for part, row in enumerate(rows[:2]):
            connection.execute(insert(schema.returned), returned_row(app, part, row.seq, made.id, row.mark))
            suppressions.add(connection, row.mark, Reason.HARD_BOUNCE, due, "x", lifted=due, lifted_by="x")
            happenings.write(connection, row.mark, Act.SUPPRESSED, "x", due, "x")
    return tuple(str(row.address) for row in rows[:2])


def returned_row(app: App, part: int, seq: int, mailing: int, mark: bytes) -> dict[str, object]:
    """A bounce."""
    row = {
        "number": part + 1,
        "taken": app.clock(),
        "digest": "d" * 64,
        "part": part,
        "nature": Nature.HARD.value,
        "how": "DSN",
    }
    row |= {
        "address": "x",
        "status": "5.1.1",
        "said": "x",
        "proof": Proof.VERP.value,
        "undone": app.clock(),
        "undone_by": "x",
    }
    return {**row, "mailing": mailing, "seq": seq, "mark": mark}


def kept(app: App, store: Store) -> None:
    """What stands in the database for the desk itself: drafts, kept texts, runs, alarms, the audit log, links."""
    assert LAST is not None
    now = app.clock()
    kept_texts.keep(store, COMING, f"content/issues/{ISSUE}/issue.md", "priya", "x", "", now)
    keep_draft(app, COMING, "opening", f"{look_at_text(app, COMING, 'opening').text}x", "", "daniel")
    answer = ReaderAnswer(number=0, issue=LAST, question="x", at=now, name="x", place="x", text="x", words="x")
    reader_answers.keep(store, answer)
    for key in ("2026-11-23", "2026-11-24"):
        run = Run(job=Job.GATHER, key=key, due=now, state=RunState.FAILED, attempt=1, began=now, words="x", who="x")
        runs.claim(store, run)
    links.keep(
        store, [LinkSeen(url="https://example.org/x", state=LinkState.MOVED, said="x", final="x", title="x", seen=now)]
    )
    with store.writing_alone() as connection:
        concern = Concern(key="mailing 2026-11-27 paused", subject="x", text="x")
        alarms.keep(connection, [Alarm(number=0, concern=concern, since=now, trouble="x")])
        deed = Deed(
            happened=now, who=evil("audit.who"), act="approve", issue=COMING, digest=None, note=evil("audit.note")
        )
        audit.write(connection, deed)


def write_files(root: Path) -> None:
    """Every file that colleagues write, with hostile words in each field: all kinds of sections, people, names."""
    before = (root / "schedule.yaml").read_text("utf-8")
    fill_publication(root, Filling(evil("files")))
    path = root / "schedule.yaml"
    assert "Mei Okafor" in before
    text = path.read_text("utf-8")
    for number, name in enumerate(("Mei Okafor", "Daniel Achterberg", "Priya Lindqvist")):
        text = text.replace(f'"{name}"', as_yaml(evil(f"team.{number}")))
    path.write_text(text, "utf-8")
    names = [{"name": evil("names"), "variants": [evil("variants"), f"{{x}} {evil('again')}"], "title": evil("title")}]
    (root / "content/names.yaml").write_text(in_blocks(names), "utf-8")
    person = {"id": "someone", "name": evil("person.name"), "role": evil("person.role"), "city": evil("person.city")}
    (root / "content/people.yaml").write_text(in_blocks([person]), "utf-8")
    sources = (root / "seeds/sources.yaml").read_text("utf-8")
    (root / "seeds/sources.yaml").write_text(
        re.sub(r"(?m)^(\s+name: ).*$", lambda found: found[1] + as_yaml(evil("sources.name")), sources), "utf-8"
    )
    days = (root / "content/holidays.yaml").read_text("utf-8")
    (root / "content/holidays.yaml").write_text(
        re.sub(r"name: [^,]+,", lambda _: f"name: {as_yaml(evil('holidays'))},", days), "utf-8"
    )
    waiver = {"check": "used-before", "words": evil("waivers.words"), "who": "mei", "why": evil("waivers.why")}
    in_issue(root, "waivers.yaml").write_text(as_yaml([waiver]), "utf-8")


def in_blocks(records: Sequence[Mapping[str, object]]) -> str:
    """A list as people write it, with a line for each field: what the desk's forms can change."""
    lines = [[f"{key}: {as_yaml(value)}" for key, value in record.items()] for record in records]
    return "".join("- " + "\n  ".join(record) + "\n" for record in lines)


def columns() -> Iterator[str]:
    """Every column that holds somebody's words, "items.title"."""
    for table in METADATA.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Written) and f"{table.name}.{column.name}" not in NO_WORDS:
                yield f"{table.name}.{column.name}"


def exchange(store: Store) -> None:
    """Puts hostile words into every such column of every row."""
    with store.writing_alone() as connection:
        for name in columns():
            table, column = name.split(".")
            connection.execute(update(METADATA.tables[table]).values({column: evil(name)}))
        connection.execute(update(schema.subscribers).values(tags=json.dumps([evil("subscribers.tags")])))


FILLED_LATER = ("sessions",)  # each test signs in anew


def addresses(ground: Ground, page: Page, keys: Sequence[str] = ()) -> Iterator[str]:
    """Every address of a page that there is something at."""
    given: dict[str, list[str]] = {
        "item": [ground.item],
        "source": [ground.source],
        "person": ["someone"],
        "secret": [ground.secret],
        "view": ["phone", "page"],
        "member": ["mei"],
        "issue": [ISSUE, str(LAST)] if "delivery" in page.path or page.path.endswith("{issue}") else [ISSUE],
        "name": ["quay.png"] if "/images/" in page.path else ["opening"],
    }
    if page.path == "/issues/{issue}/sections/{name}":
        given["name"] = list(SHOWN_KINDS)
    paths = [page.path]
    for part in re.findall(r"\{(\w+)\}", page.path):
        paths = [path.replace(f"{{{part}}}", value) for path in paths for value in given[part]]
    for path in paths:
        if not re.search(r"^/names/one|/sections/.*/(sources|waive|cite)$", path):  # these ask for one more thing
            yield path
        if path.endswith("sections/opening") and page.show:
            yield from (f"{path}?draft=take", f"{path}?kept=1")
        if re.search(r"/(sources|waive|cite)$", path) and "/sections/" in path:
            yield from (f"{path}?finding={key}" for key in keys)
    if page.path == "/names/one":
        yield f"/names/one?name={quote(evil('names'))}"
    if page.path.startswith("/readers/story"):
        yield from (f"{page.path}?address={quote(address)}" for address in ground.readers)
    if page.path == "/sign-in":
        yield f"/sign-in?next={quote(evil('next'))}"


def findings(client: Client) -> list[str]:
    """What the first finding of the hostile issue is named by."""
    text = client.get(f"/issues/{ISSUE}/sections/opening/findings").text
    return re.findall(r'id="finding-(\w+)"', text)[:1]


PAGES_SHOWN = [page for page in PAGES if page.show]


@pytest.fixture(scope="module")
def desk(ground: Ground) -> Iterator[Desking]:
    with desk_of(ground.root, clock=ground.clock) as running:
        yield running
