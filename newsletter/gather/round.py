"""One round of gathering: ask every source that is due, parse what has changed, write what is new.

*Collect, decide, do*: answers come in as they are ready, each source is decided on by itself when all of its parts are
there, and what was decided is written in short transactions together with how the source was asked, so that a round cut
off at any moment has lost and doubled nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

from newsletter.fetch.answer import Answer, Failure, Request
from newsletter.fetch.client import Fetcher
from newsletter.gather import answers, identity, local, politeness
from newsletter.gather.copies import Rejected
from newsletter.gather.outcome import SourceOutcome
from newsletter.gather.parsed import Parsed
from newsletter.gather.parsing import Job, Parsers, Shape
from newsletter.gather.politeness import Answered, Refused
from newsletter.gather.stamps import settled
from newsletter.mail.mailbox import Arrived
from newsletter.model.errors import NewsletterError
from newsletter.model.identity import New
from newsletter.model.item import Reading
from newsletter.model.links import canonical
from newsletter.model.source import Source, SourceId, SourceKind, SourceState
from newsletter.publication.folder import Folder
from newsletter.store import items, sources
from newsletter.store.engine import Store
from newsletter.store.items import Batch

MAX_ARTICLES = 30  # of one list page in one round; the rest come in the next
SOURCES_AT_ONCE = 250  # in one transaction, which stays short
QUIET = 0.1  # seconds without an answer after which what is there is written
CHANGES_AT_ONCE = 500
MAILBOXES_AT_ONCE = 4


@dataclass(slots=True)
class _Open:
    """One source while its parts are still coming in."""

    source: Source
    state: SourceState
    parts: int = 0  # asked for or handed to a parser, and not back yet
    readings: list[Reading] = field(default_factory=list)
    outcome: Answered | Refused | None = None
    troubles: list[str] = field(default_factory=list)  # of parts that could not be read


class Round:
    """One round, to be used once."""

    def __init__(
        self,
        store: Store,
        folder: Folder,
        fetcher: Fetcher,
        parsers: Parsers,
        passwords: Mapping[SourceId, str],
        now: datetime,
    ) -> None:
        self._store, self._folder, self._fetcher, self._parsers = store, folder, fetcher, parsers
        self._passwords, self._now = passwords, now
        self._open: dict[SourceId, _Open] = {}
        self._batches: list[Batch] = []
        self._changes = 0  # in all of them
        self._waiting: list[tuple[SourceOutcome, int]] = []  # what the batches will have brought, in their order
        self._done: list[SourceOutcome] = []
        self._rejected: Rejected | None = None

    def gather(self, due: Iterable[tuple[Source, SourceState]]) -> tuple[SourceOutcome, ...]:
        """Asks these sources; the outcome of each, in the order in which they were done."""
        with ThreadPoolExecutor(MAILBOXES_AT_ONCE, thread_name_prefix="mailbox") as mailboxes:
            arriving = [future for one in due if (future := self._begin(*one, mailboxes))]
            self._take()
            for future in arriving:
                self._arrived(*future.result())
        while self._parsers.waiting:
            self._parse(patiently=True)
            self._take()  # a list page may have named articles
        self._write()
        return tuple(self._done)

    # Collect

    def _begin(
        self, source: Source, state: SourceState, mailboxes: ThreadPoolExecutor
    ) -> Future[tuple[SourceId, Arrived | NewsletterError]] | None:
        key = SourceId(source.id)
        one = self._open[key] = _Open(source, state)
        if source.url is not None:
            self._ask(one, _request(source, state))
        elif source.kind in (SourceKind.IMAP, SourceKind.MAILDIR):
            one.parts += 1
            return mailboxes.submit(local.mails_of, source, one.state, self._folder.root, self._passwords.get(key))
        else:
            self._files(one)
        return None

    def _ask(self, one: _Open, request: Request) -> None:
        one.parts += 1
        self._fetcher.submit(request)

    def _files(self, one: _Open) -> None:
        found = local.files_of(one.source, one.state, self._folder)
        one.outcome = found.outcome
        one.troubles += found.troubles
        self._hand_in(one, found.jobs)
        self._decide_when_complete(one)

    def _hand_in(self, one: _Open, jobs: Iterable[Job]) -> None:
        for job in jobs:
            one.parts += 1
            self._parsers.submit(job)

    def _answered(self, answer: Answer | Failure) -> None:
        key, _, article = answer.key.partition("\n")
        one = self._open[SourceId(key)]
        one.parts -= 1
        if article:
            self._article(one, answer)
        else:
            one.outcome, job = answers.outcome_of(answer, one.source, one.state)
            if job:
                self._hand_in(one, [job])
        self._decide_when_complete(one)

    def _take(self) -> None:
        """Takes every answer of the web that is asked for, as it comes."""
        for answer in self._fetcher.outcomes():
            self._answered(answer)
            self._parse(patiently=self._parsers.full)
            if self._fetcher.is_quiet(0) and self._fetcher.is_quiet(QUIET):
                self._while_waiting()

    def _while_waiting(self) -> None:
        """Brings to disk what is there while the servers that are left take their time."""
        while self._parsers.waiting and self._fetcher.is_quiet(0):
            self._parse(patiently=True)
        if self._batches:
            self._write()

    def _article(self, one: _Open, answer: Answer | Failure) -> None:
        if isinstance(answer, Answer) and answer.status == 200:
            self._hand_in(one, [answers.job_of(answer, one.source, Shape.PAGE, answer.key)])
        else:
            one.troubles.append(answers.in_words(answer))

    def _arrived(self, key: SourceId, arrived: Arrived | NewsletterError) -> None:
        one = self._open[key]
        one.parts -= 1
        if isinstance(arrived, NewsletterError):
            one.outcome = Refused(what=str(arrived))
        else:
            one.outcome = Answered(cursor=arrived.cursor, note=arrived.note)
            self._hand_in(one, local.jobs_of(arrived, one.source))
        self._decide_when_complete(one)

    def _parse(self, *, patiently: bool) -> None:
        for key, parsed in self._parsers.finished(patiently=patiently):
            source, _, part = key.partition("\n")
            one = self._open[SourceId(source)]
            one.parts -= 1
            if parsed.failure and part:
                one.troubles.append(f"{part}: {parsed.failure}")
            elif parsed.failure:
                one.outcome = Refused(what=parsed.failure)
            elif isinstance(one.outcome, Answered):
                one.readings += parsed.readings
                one.outcome = replace(one.outcome, note=parsed.note or one.outcome.note)
                self._follow(one, parsed)
            self._decide_when_complete(one)

    def _follow(self, one: _Open, parsed: Parsed) -> None:
        """Asks for the articles of a list page that are not known yet."""
        if not parsed.links:
            return
        stored = items.known(self._store, SourceId(one.source.id))
        known = {canonical(entry.link) for entry in stored if entry.link}
        fresh = [link.url for link in parsed.links if canonical(link.url) not in known]
        for url in fresh[:MAX_ARTICLES]:
            accept = answers.ACCEPT[SourceKind.PAGE]
            self._ask(one, Request(key=f"{one.source.id}\n{url}", url=url, accept=accept))
        if len(fresh) > MAX_ARTICLES:
            one.troubles.append(f"{len(fresh) - MAX_ARTICLES} more articles are left for the next round")

    # Decide

    def _decide_when_complete(self, one: _Open) -> None:
        if one.parts or one.outcome is None:
            return
        source = SourceId(one.source.id)
        outcome = self._with_troubles(one, one.outcome)
        readings = tuple(replace(one, entry=settled(one.entry, self._now)) for one in one.readings)
        changes = identity.match(readings, items.known(self._store, source)) if readings else ()
        changes = tuple(self._folded(change) if isinstance(change, New) else change for change in changes)
        new = sum(isinstance(change, New) for change in changes)
        if isinstance(outcome, Answered):
            outcome = replace(outcome, new=new)
        state = politeness.after(one.state, outcome, self._now, politeness.spread(source, self._now))
        self._batches.append(Batch(source, changes, state))
        folded = sum(isinstance(change, New) and change.copy_of is not None for change in changes)
        self._waiting.append((SourceOutcome.of(state, outcome), folded))
        del self._open[source]
        self._changes += len(changes)
        if len(self._batches) >= SOURCES_AT_ONCE or self._changes >= CHANGES_AT_ONCE:
            self._write()

    def _with_troubles(self, one: _Open, outcome: Answered | Refused) -> Answered | Refused:
        """An outcome that says what parts are missing; they are asked for again, so its body counts as not read."""
        if not one.troubles or isinstance(outcome, Refused):
            return outcome
        if not one.readings and one.source.kind is not SourceKind.LIST and outcome.body != one.state.body:
            return Refused(what="; ".join(one.troubles[:3]))
        count = len(one.troubles)
        note = f"{count} part{'' if count == 1 else 's'} could not be read: {'; '.join(one.troubles[:3])}"
        if one.source.kind is SourceKind.LIST:
            return replace(outcome, note=note, body=None, etag=None, last_modified=None)
        return replace(outcome, note=note)

    def _folded(self, change: New) -> New:
        if self._rejected is None:
            self._rejected = Rejected(items.rejected(self._store, self._now - answers.MEMORY))
        found = self._rejected.copy_of(change.reading.entry)
        return replace(change, copy_of=found[0], likeness=found[1]) if found else change

    # Do

    def _write(self) -> None:
        recorded = items.record_all(self._store, self._batches, self._now) if self._batches else ()
        for (outcome, folded), new, batch in zip(self._waiting, recorded, self._batches, strict=True):
            changed = sum(not isinstance(change, New) for change in batch.changes)
            self._done.append(replace(outcome, new=new, changed=changed, folded=folded))
        self._batches.clear()
        self._changes = 0
        self._waiting.clear()


def _request(source: Source, state: SourceState) -> Request:
    return Request(
        key=source.id,
        url=state.address or source.url or "",
        accept=answers.ACCEPT[source.kind],
        etag=state.etag,
        last_modified=state.last_modified,
    )


def due_of(
    all_sources: Iterable[Source], store: Store, now: datetime, *, regardless: bool
) -> Iterator[tuple[Source, SourceState]]:
    """The sources whose time has come, each with its state; all that are not gone when `regardless`.

    What lies on this machine may be looked at at any time.
    """
    states = sources.states(store)
    for source in all_sources:
        key = SourceId(source.id)
        state = politeness.afresh(states.get(key, SourceState(source=key)), local.address_of(source))
        if state.retired is None and (regardless or local.is_at_hand(source) or politeness.is_due(state, now)):
            yield source, state
