"""Sources are found, added, imported, exported, and shown with how they are doing."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from newsletter.actions.add_source import add_source, look_at
from newsletter.actions.app import App, read_publication
from newsletter.actions.exchange_sources import export_sources, import_sources
from newsletter.actions.gather_sources import gather_sources
from newsletter.actions.list_sources import list_sources
from newsletter.actions.system_figures import system_figures
from newsletter.gather.health import Mood
from newsletter.model.errors import ConfigError, ContentError
from newsletter.model.source import RightsPolicy, Source, SourceId, SourceKind
from newsletter.publication.folder import Folder
from tests.commands import run
from tests.gathering import rss, rss_item
from tests.webserver import WebServer, page, webserver

HTML = {"Content-Type": "text/html; charset=utf-8"}
FEED = rss(rss_item("Talks close", "https://wire.example.com/talks", "w-1", "Tue, 24 Nov 2026 21:40:00 +0800"))
FRONT = b"""<html lang="en"><head><title>The Wire</title>
<link rel="alternate" type="application/rss+xml" href="/feed" title="The Wire"></head>
<body><p>Front.</p></body></html>"""


@pytest.fixture
def server(app: App) -> Iterator[WebServer]:
    """A site on this machine, which schedule.yaml allows by its name."""
    path = app.root / "schedule.yaml"
    path.write_text(path.read_text("utf-8") + "\ngather: {allow_hosts: [localhost]}\n", "utf-8")
    with webserver() as running:
        running.answer("/feed", page(FEED))
        running.answer("/", page(FRONT, headers=HTML))
        yield running


def at(server: WebServer, path: str) -> str:
    return server.url(path, "localhost")


def declared(app: App) -> dict[str, Source]:
    return {source.id: source for source in read_publication(app, Folder(app.root)).sources}


def test_a_page_leads_to_its_feed(app: App, server: WebServer) -> None:
    """With a preview of what it would bring; the page itself is offered last."""
    feed, itself = look_at(app, at(server, "/")).found
    assert (feed.format, feed.source.kind, feed.source.url) == ("RSS", SourceKind.FEED, at(server, "/feed"))
    assert [reading.entry.title for reading in feed.parsed.readings] == ["Talks close"]
    assert feed.source.rights is RightsPolicy.SUMMARISE
    assert itself.source.kind is SourceKind.PAGE


def test_an_added_source_is_gathered(app: App, server: WebServer) -> None:
    """Every other byte of sources.yaml stays; an id or an address that is there already is told."""
    path = app.root / "seeds" / "sources.yaml"
    before = path.read_text("utf-8")
    (found,) = look_at(app, at(server, "/feed")).found
    with pytest.raises(ContentError, match="not a name of this kind"):
        add_source(app, found.with_choices("No Slug", None), by="mei")
    source = found.with_choices("the-wire", RightsPolicy.QUOTE)
    add_source(app, source, by="mei")
    assert path.read_text("utf-8").startswith(before)
    assert declared(app)["the-wire"] == source
    assert gather_sources(app, (SourceId("the-wire"),)).outcomes[0].new == 1
    with pytest.raises(ConfigError, match="already"):
        add_source(app, source, by="mei")
    with pytest.raises(ConfigError, match="already, as 'the-wire'"):
        add_source(app, found.with_choices("another", None), by="mei")


def test_an_address_that_offers_nothing_is_told(app: App, server: WebServer) -> None:
    """In words: what is none, what is not there, what may not be asked."""
    with pytest.raises(ConfigError, match="is not a web address"):
        look_at(app, "ftp://wire.example.com")
    (missing,) = look_at(app, at(server, "/none")).failures
    assert "not found (404)" in missing
    (refused,) = look_at(app, server.url("/feed", "127.0.0.1")).failures
    assert "loopback" in refused


def test_what_is_exported_can_be_imported(app: App, server: WebServer) -> None:
    """OPML out and in again brings nothing new; into another publication it brings everything."""
    (found,) = look_at(app, at(server, "/feed")).found
    add_source(app, found.with_choices("the-wire", RightsPolicy.QUOTE), by="mei")
    opml = export_sources(app)
    assert import_sources(app, opml, "ours.opml", by="mei").known == 1
    path = app.root / "seeds" / "sources.yaml"
    path.write_text("", "utf-8")
    imported = import_sources(app, opml, "ours.opml", by="mei")
    assert [source.id for source in imported.added] == ["the-wire"]
    assert declared(app)["the-wire"].rights is RightsPolicy.QUOTE


def test_sources_say_how_they_are_doing(app: App, server: WebServer) -> None:
    """Never asked, well, and failing with its reason and the next try."""
    (found,) = look_at(app, at(server, "/feed")).found
    add_source(app, found.with_choices("the-wire", None), by="mei")
    assert {report.health.mood for report in list_sources(app)} == {Mood.NEW}
    server.answer("/feed", page(status=500))
    gather_sources(app)
    reports = {report.source.id: report for report in list_sources(app)}
    assert reports["the-wire"].health.mood is Mood.FAILING
    assert "its server has a fault (500)" in reports["the-wire"].health.words
    assert reports["gazette"].health.mood is Mood.WELL
    assert reports["gazette"].newest is not None


def test_a_paused_source_is_not_asked_and_does_not_fail(app: App, server: WebServer) -> None:
    """However it went before: no round asks it, nobody counts it, and whoever asks for it by name is told why."""
    (found,) = look_at(app, at(server, "/feed")).found
    add_source(app, found.with_choices("the-wire", None), by="mei")
    server.answer("/feed", page(status=500))
    gather_sources(app)
    assert system_figures(app).counted.sources_failing == 1
    path = app.root / "seeds" / "sources.yaml"
    path.write_text(f"{path.read_text('utf-8').rstrip()}\n  paused: true\n", "utf-8")
    assert system_figures(app).counted.sources_failing == 0
    wire = next(report for report in list_sources(app) if report.source.id == "the-wire")
    assert (wire.health.mood, wire.health.words) == (Mood.PAUSED, "as sources.yaml says")
    assert re.search(r"the-wire .* paused", run("sources", cwd=app.root).stdout)
    gathered = gather_sources(app, regardless=True)
    assert "the-wire" not in {outcome.source for outcome in gathered.outcomes}
    assert gathered.resting == 0
    with pytest.raises(ConfigError, match="'the-wire' is paused; take its line `paused: true` out"):
        gather_sources(app, (SourceId("the-wire"),))
