"""One source at the desk: what sources.yaml says of it, changed; switched off and on; gathered now."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

from newsletter.actions.app import App, read_publication
from newsletter.actions.edit_list import (
    EntryRefused,
    Fields,
    Listed,
    Planned,
    carry_out,
    entry_of,
    plan_added,
    plan_changed,
    plan_removed,
)
from newsletter.actions.gather_sources import LOCK, Gathered, gather_sources
from newsletter.gather import discovery
from newsletter.gather.local import address_of
from newsletter.gather.politeness import afresh
from newsletter.model.errors import ConfigError, NewsletterError
from newsletter.model.source import Mailbox, Source, SourceId, SourceKind
from newsletter.publication import sources as sources_file
from newsletter.publication.folder import Folder
from newsletter.publication.publication import SOURCES
from newsletter.publication.yamlfile import Value
from newsletter.store import sources
from newsletter.store.engine import open_store
from newsletter.store.locks import hold

_LOG = logging.getLogger(__name__)
_SINGLE = tuple(one.name for one in fields(Source) if one.name not in ("mailbox", "fills"))
_WITHIN = tuple(one.name for one in fields(Mailbox))
_SHARED = ("name", "kind", "rights", "quote_limit", "language", "zone", "fills")
_PLACES = {  # what a source of each kind is read from, by the names of the fields
    SourceKind.FEED: ("url", "path"),
    SourceKind.PAGE: ("url",),
    SourceKind.LIST: ("url", "links"),
    SourceKind.FOLDER: ("path",),
    SourceKind.MAILDIR: ("path",),
    SourceKind.IMAP: tuple(f"mailbox.{name}" for name in _WITHIN),
}


def _troubles(source: Source) -> Iterator[tuple[str, str, str]]:
    """As sources.yaml tells them; that something is missing is told beside the field where it belongs."""
    for key, what, todo in sources_file.troubles(source):
        missing = "links" if "needs `links`" in what else _PLACES[source.kind][0]
        yield (missing if key == "kind" and "needs" in what else key), what, todo


@dataclass(frozen=True, slots=True)
class Declared:
    """How sources.yaml and a form speak of a source."""

    listed: Listed

    def fields_of(self, kind: SourceKind) -> tuple[str, ...]:
        """The fields of a form for a source of this kind, in their order; "mailbox.host" is one within."""
        return (*_SHARED[:2], *_PLACES[kind], *_SHARED[2:])

    def shown(self, said: Mapping[str, Value]) -> dict[str, str]:
        """What an entry says, field by field; "" for what it does not say."""
        single = {name: value if isinstance(value := said.get(name), str) else "" for name in _SINGLE}
        box, fills = said.get("mailbox"), said.get("fills")
        inner = box if isinstance(box, dict) else {}
        within = {f"mailbox.{name}": value if isinstance(value := inner.get(name), str) else "" for name in _WITHIN}
        return {**single, **within, "fills": ", ".join(map(str, fills)) if isinstance(fills, list) else ""}

    def fields(self, sent: Mapping[str, str]) -> Fields:
        """The fields of a form as an entry has them: only those that a source of this kind has."""
        kind = _kind(sent.get("kind", ""))
        asked = self.fields_of(kind)
        found: dict[str, str | tuple[str, ...] | Mapping[str, str]] = {
            name: sent.get(name, "") for name in ("id", *asked) if "." not in name and name != "fills"
        }
        found["fills"] = tuple(word for word in sent.get("fills", "").replace(",", " ").split())
        if kind is SourceKind.IMAP:
            box = {name: sent.get(f"mailbox.{name}", "") for name in _WITHIN}
            found["mailbox"] = {**box, "tls": box["tls"] or "true"}
        return found


DECLARED = Declared(
    Listed(SOURCES, "source", "id", Source, "# What is gathered, and what we may do with its words.\n", _troubles)
)


def plan_source(app: App, sent: Mapping[str, str]) -> Planned:
    """One source more; its id is made from the name where the form gives none. Raises what `plan_added` raises."""
    known = read_publication(app, Folder(app.root)).sources
    made = sent.get("id") or discovery.suggest_id(sent.get("name", ""), sent.get("url", ""), {one.id for one in known})
    _not_twice(known, sent.get("url", ""), "")
    return plan_added(app, DECLARED.listed, DECLARED.fields({**sent, "id": made}))


def plan_source_changed(app: App, name: str, base: str, sent: Mapping[str, str]) -> Planned:
    """A source as a form wants it; id and kind stay. Raises what `plan_changed` raises."""
    source = _source(app, name)
    _not_twice(read_publication(app, Folder(app.root)).sources, sent.get("url", ""), name)
    wanted = DECLARED.fields({**sent, "id": name, "kind": source.kind.value})
    return plan_changed(app, DECLARED.listed, name, base, wanted)


def plan_source_removed(app: App, name: str, base: str) -> Planned:
    """One source less; what it brought stays. Raises what `plan_removed` raises."""
    return plan_removed(app, DECLARED.listed, name, base)


def switch_off(app: App, name: str, who: str) -> None:
    """sources.yaml says that the source is paused: no round asks it, but one that has begun already.

    `who` is the member's id. Raises what `plan_changed` and `carry_out` raise, `ConfigError` for a source that is not
    there among it.
    """
    carry_out(app, _switched(app, name, "true", "switch off source"), who)


def switch_on(app: App, name: str, who: str) -> None:
    """The source is asked again from the next round on, also one that was gone for good.

    Raises as above, and `AlreadyHeld` while a round is running.
    """
    source, now = _source(app, name), app.clock()
    with open_store(app.database) as store, hold(store, LOCK, app.root, now):
        carry_out(app, _switched(app, name, "", "switch on source"), who)
        if state := sources.states(store).get(SourceId(name)):
            begun = replace(afresh(state, address_of(source)), failures=0, failing_since=None, missing_since=None)
            sources.save(store, (replace(begun, retired=None, error=None, next_try=None),))


def gather_now(app: App, name: str, patience: float = 20.0) -> Gathered | None:
    """Asks one source now. None where it takes more than so many seconds: it goes on, and its state will tell.

    Raises what `gather_sources` raises: `AlreadyHeld` while a round is running, for one.
    """
    done: list[Gathered | NewsletterError] = []

    def ask() -> None:
        try:
            done.append(gather_sources(app, (SourceId(name),)))
        except NewsletterError as error:
            done.append(error)
        except Exception:  # the top of this thread
            _LOG.exception("gathering one source has failed", extra={"source": name})
            raise

    asking = threading.Thread(target=ask, name=f"gather {name}")
    asking.start()
    asking.join(patience)
    if done and isinstance(done[0], NewsletterError):
        raise done[0]
    if not done and not asking.is_alive():
        raise ConfigError("source", f"gathering '{name}' has failed; what happened is in the log of this program")
    return done[0] if done and isinstance(done[0], Gathered) else None


def _switched(app: App, name: str, paused: str, act: str) -> Planned:
    """With the key, or without it where it is ""; every other byte of the file stays."""
    entry, _ = entry_of(app, DECLARED.listed, name)
    planned = plan_changed(app, DECLARED.listed, name, entry.digest, {"paused": paused})
    return replace(planned, act=act, note=name)


def _not_twice(known: Sequence[Source], url: str, name: str) -> None:
    other = next((one for one in known if url and one.url == url and one.id != name), None)
    if other:
        raise EntryRefused({"url": f"This address is gathered already, as '{other.id}'."})


def _source(app: App, name: str) -> Source:
    found = next((one for one in read_publication(app, Folder(app.root)).sources if one.id == name), None)
    if found is None:
        raise ConfigError("source", f"sources.yaml knows no source '{name}'; somebody may have taken it out")
    return found


def _kind(value: str) -> SourceKind:
    try:
        return SourceKind(value)
    except ValueError as error:
        raise EntryRefused({"kind": "Choose one of the kinds."}) from error
