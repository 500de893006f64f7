"""Add a source: look at an address, find its feed, show what it would bring, and write it into sources.yaml."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from newsletter import __version__
from newsletter.actions.app import App, read_publication
from newsletter.actions.noting import deed, noted
from newsletter.fetch.answer import Answer, Limits, Request
from newsletter.fetch.client import Fetcher
from newsletter.fetch.guard import Guard
from newsletter.gather import answers, discovery, sniff
from newsletter.gather.parsed import Parsed
from newsletter.gather.parsing import Job, Parsers, Shape
from newsletter.model.errors import ConfigError
from newsletter.model.source import RightsPolicy, Source, SourceKind
from newsletter.model.urls import NotAnAddress, parse_url
from newsletter.publication import sources as sources_file
from newsletter.publication.folder import Folder
from newsletter.publication.publication import SOURCES, Publication
from newsletter.publication.write import alone, write

MAX_TRIED = 12  # addresses that are looked at to find a feed


@dataclass(frozen=True, slots=True)
class Found:
    """A source that an address offers, and what it would bring."""

    source: Source
    format: str  # "RSS", "Atom", "web page"
    parsed: Parsed  # its entries now

    def with_choices(self, name: str | None, rights: RightsPolicy | None) -> Source:
        """The source as an editor wants it, under another id and with other rights."""
        return replace(self.source, id=name or self.source.id, rights=rights or self.source.rights)


@dataclass(frozen=True, slots=True)
class Looked:
    """What there is at an address: feeds first, the page itself last."""

    address: str
    found: tuple[Found, ...]
    failures: tuple[str, ...]  # what could not be read on the way, in words


def look_at(app: App, address: str) -> Looked:
    """What could be gathered from an address. Raises `ConfigError` for what is none; writes nothing."""
    try:
        url = parse_url(address if "://" in address else f"https://{address}")
    except NotAnAddress as error:
        what = f"'{address}' is not a web address: {error}; write it as https://example.org"
        raise ConfigError("url", what) from error
    publication = read_publication(app, Folder(app.root))
    guard = Guard(frozenset(publication.schedule.gather.allow_hosts))
    agent = f"newsletter/{__version__} (+{publication.schedule.site})"
    with Fetcher(guard, Limits(), agent, app.clock()) as fetcher, Parsers(1) as parsers:
        return _Look(fetcher, parsers, publication).at(url)


class _Look:
    """One look at one address."""

    def __init__(self, fetcher: Fetcher, parsers: Parsers, publication: Publication) -> None:
        self._fetcher, self._parsers, self._publication = fetcher, parsers, publication
        self._failures: list[str] = []

    def at(self, url: str) -> Looked:
        first = self._get([url])
        if not first:
            return Looked(url, (), tuple(self._failures))
        answer = first[0]
        if sniff.is_feed(answer.body):
            return Looked(url, tuple(self._found([answer])), tuple(self._failures))
        named = [feed.url for feed in discovery.feeds_in(answer.body, answer.url)]
        failures = tuple(self._failures)
        feeds = [one for one in self._get(named[:MAX_TRIED]) if sniff.is_feed(one.body)]
        if not feeds:
            failures = tuple(self._failures)  # that a guessed address is not there is no news
            feeds = [one for one in self._get(discovery.guesses(answer.url)[:MAX_TRIED]) if sniff.is_feed(one.body)]
        return Looked(url, (*self._found(feeds), *self._page(answer)), failures)

    def _get(self, urls: list[str] | tuple[str, ...]) -> list[Answer]:
        """The good answers of these addresses, in their order."""
        for url in urls:
            self._fetcher.submit(Request(key=url, url=url, accept=answers.ACCEPT[SourceKind.FEED]))
        got = {outcome.key: outcome for outcome in self._fetcher.outcomes()}
        good = []
        for url in urls:
            outcome = got[url]
            if isinstance(outcome, Answer) and 200 <= outcome.status < 300:
                good.append(outcome)
            else:
                self._failures.append(f"{url}: {answers.in_words(outcome)}")
        return good

    def _found(self, feeds: list[Answer]) -> list[Found]:
        found: dict[str, Found] = {}
        for answer in feeds:
            found.setdefault(answer.moved_to or answer.key, self._offer(answer, SourceKind.FEED))
        return list(found.values())

    def _page(self, answer: Answer) -> tuple[Found, ...]:
        return (self._offer(answer, SourceKind.PAGE),)

    def _offer(self, answer: Answer, kind: SourceKind) -> Found:
        """What the answer would be as a source; its name and language are its own where it says them."""
        url = answer.moved_to or answer.key
        bare = self._source(kind, url, None, None)
        parsed = self._parsed(bare, answer, answers.SHAPES[kind])
        source = self._source(kind, url, parsed.title, parsed.language)
        return Found(source, sniff.is_feed(answer.body) or "web page", parsed)

    def _source(self, kind: SourceKind, url: str, title: str | None, language: str | None) -> Source:
        taken = {source.id for source in self._publication.sources}
        host = urlsplit(url).hostname or ""
        name = title or host
        return Source(
            id=discovery.suggest_id(title or "", host, taken),
            name=name,
            kind=kind,
            url=url,
            rights=RightsPolicy.SUMMARISE,
            language=language or self._publication.schedule.language,
        )

    def _parsed(self, source: Source, answer: Answer, shape: Shape) -> Parsed:
        job = Job(
            key=source.id, shape=shape, source=source, data=answer.body, address=answer.url, charset=answer.charset
        )
        self._parsers.submit(job)
        return next(parsed for _, parsed in self._parsers.finished(patiently=True))


def add_source(app: App, source: Source, *, by: str) -> None:
    """Writes a source to the end of sources.yaml, every other byte kept, with an entry in the audit log; `by` is who
    does it, as the log names them. Raises `ConfigError` for one that is there, and `StoreError`."""
    with alone(app.root):
        folder = Folder(app.root)
        for known in read_publication(app, folder).sources:
            if known.id == source.id:
                raise ConfigError("id", f"sources.yaml has a source '{known.id}' already; give this one another --id")
            if source.url is not None and known.url == source.url:
                raise ConfigError("url", f"sources.yaml gathers {source.url} already, as '{known.id}'")
        before = folder.read_text(SOURCES) if folder.exists(SOURCES) else ""
        text = sources_file.added(before or "", source)
        with noted(app, (deed(app, by, "add source", source.id),)):
            write(app.root / SOURCES, text)
