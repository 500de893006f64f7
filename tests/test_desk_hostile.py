"""Hostile words in every field of the files and of the database: no page of the desk makes anything of them but text.

A word of markup stands in every text that anybody can bring along, a stranger or a colleague: each column of the
database that holds somebody's words, each line of the publication's files, each field of a form, each part of an
address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlencode

from sqlalchemy import select

from newsletter.actions.app import App
from newsletter.desk.pages.all import PAGES
from newsletter.desk.routes import Page
from newsletter.store.columns import METADATA
from newsletter.store.engine import open_store
from tests import hostile
from tests.conftest import ISSUE, ROOT
from tests.desking import Client, Desking, Reply, desk_of
from tests.hostile import FILLED_LATER, NO_WORDS, PAGES_SHOWN, SEEN, Ground, addresses, columns, evil, findings

ground, desk = hostile.ground, hostile.desk


def test_every_column_that_holds_words_is_hostile(ground: Ground) -> None:
    """A column that comes to the schema is filled here, or named among those that hold nobody's words."""
    with open_store(App(ground.root, ground.clock).database) as store, store.reading() as connection:
        for name in columns():
            table, column = name.split(".")
            if table not in FILLED_LATER:
                there = connection.execute(select(METADATA.tables[table].c[column])).scalars()
                assert evil(name) in set(there), name
    known = {f"{table.name}.{column.name}" for table in METADATA.sorted_tables for column in table.columns}
    assert known >= NO_WORDS.keys()


@dataclass
class Reader(HTMLParser):
    """What in a document would run, or was planted."""

    found: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            runs_by_name = name == "data-planted" or name.startswith("on") or name == "srcdoc"
            if runs_by_name or re.match(r"\s*(javascript|vbscript|data:text)", value or "", re.IGNORECASE):
                self.found.append(f"<{tag} {name}={value!r}>")


def planted(reply: Reply) -> list[str]:
    """What in an answer came from the hostile words and is more than text; nothing where it is no document."""
    if not reply.headers.get("content-type", "").startswith("text/html"):
        return []
    reader = Reader()
    reader.feed(reply.text)
    reader.close()
    return reader.found


def test_every_page_says_what_others_have_written_as_text(ground: Ground, desk: Desking) -> None:
    """What a stranger or a colleague wrote stands on the pages, and no element, handler or address is made of it."""
    client, texts, found = desk.signed_in("daniel"), [], {}
    keys = findings(client)
    assert keys
    for page in PAGES_SHOWN:
        for path in addresses(ground, page, keys):
            reply = client.get(path)
            assert reply.status in (200, 303) or path.startswith("/first/"), (path, reply.text)
            texts.append(unescape(unescape(reply.body.decode("utf-8", "replace"))))
            if planted(reply):
                found[path] = planted(reply)
    assert found == {}
    whole = "\n".join(texts)
    assert {one for one in SEEN if not is_seen(one, whole)} == set()


def is_seen(mark: str, text: str) -> bool:
    """Whether these words stand in a page."""
    return f"{mark}'\"></textarea>" in text


def hostile_addresses(page: Page) -> Iterator[str]:
    """The page's address with hostile words in each of its parts, and in every field that any page asks a query for."""
    yield re.sub(r"\{(\w+)\}", lambda found: quote(evil(found[1])[:200], safe=""), page.path)
    yield f"{usual(page)}?{urlencode({name: evil(name) for name in QUERIES})}"


def test_no_address_prints_what_it_says(desk: Desking) -> None:
    """Hostile words in each part of a path and in each field of a query come back as text or not at all."""
    assert {"q", "next", "finding", "kept"} <= QUERIES
    client, found = desk.signed_in("daniel"), {}
    for page in PAGES_SHOWN:
        for path in hostile_addresses(page):
            for reply in (client.get(path), client.get(path, {"HX-Request": "true"})):
                assert reply.status < 500, path
                if reply.status != 303 and planted(reply):
                    found[path] = planted(reply)
                assert not reply.to or re.match(r"/(?![/\\])", reply.to), reply.to
    assert found == {}


def test_no_form_prints_what_it_was_sent(publication: Path) -> None:
    """Every form, each of its fields hostile, a file's name too: what comes back, in a page, a part or a message, is
    text."""
    assert {"name", "note", "why", "whole", "html"} <= FIELDS
    found, echoes = {}, set()
    with desk_of(publication) as desk:
        for page in TAKEN:
            path = usual(page)
            client = desk.signed_in("daniel") if page.takers else desk.stranger()
            for reply in sent(client, path, bool(page.takers)):
                assert reply.status < 500, (path, reply.text)
                if planted(reply):
                    found[path] = planted(reply)
                if reply.headers.get("content-type", "").startswith("text/html") and "</textarea><" in unescape(
                    reply.text
                ):
                    echoes.add(path)
    assert found == {}
    assert len(echoes) > 10  # they do come back


def sent(client: Client, path: str, is_private: bool) -> Iterator[Reply]:
    """What a form, a file and a part are answered with, and the page that follows."""
    shown = client.get("/account" if is_private else "/sign-in")
    form = {name: evil(name) for name in FIELDS}
    name = evil("file").replace('"', "%22")  # as browsers write it (HTML 4.10.21.8)
    for reply in (
        client.send(shown, path, form),
        client.upload(shown, path, form, "file", (name, b"name,x\n")),
        client.send(shown, path, form, {"HX-Request": "true"}),
    ):
        yield reply
        assert not reply.to or re.match(r"/(?![/\\])", reply.to), reply.to
        if reply.status == 303 and is_private:
            yield client.follow(reply)


def usual(page: Page) -> str:
    """The address of a page of the sample."""
    there = {"issue": ISSUE, "name": "opening", "source": "focus", "person": "lin-yue"}
    return re.sub(r"\{(\w+)\}", lambda found: there.get(found[1], "x"), page.path)


def named(way: str) -> frozenset[str]:
    """The fields that the pages of the desk ask for, as their code says."""
    code = "".join(path.read_text("utf-8") for path in (ROOT / "newsletter/desk").rglob("*.py"))
    return frozenset(re.findall(way, code))


QUERIES = named(r'query\.get\(\s*"([\w-]+)"') | named(r'"([\w-]+)" in ask\.query')
FIELDS = named(r'ask\.(?:text|body|lists|form\.get)\(\s*"([\w-]+)"') | {"whole", "html", "body", "f-title", "f-caption"}
# Sent to all but what asks other hosts.
TAKEN = [page for page in PAGES if page.take and not page.path.endswith("/links")]
