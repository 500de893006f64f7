"""sources.yaml: what its keys mean together, and how a source is added to it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from newsletter.model.errors import ContentError, Mistake
from newsletter.model.kinds import KINDS
from newsletter.model.shape import nearest, shown, unfit_character
from newsletter.model.source import Mailbox, RightsPolicy, Source, SourceKind
from newsletter.publication import listing, yamlfile
from newsletter.publication.folder import Folder
from newsletter.publication.yamlfile import Written
from newsletter.publication.yamlwrite import scalar

DEFAULT_RIGHTS = RightsPolicy.SUMMARISE  # of a source that nobody has asked about its rights yet
MAX_QUOTE = 10_000  # words of one quotation
_PLACES = {  # what each kind is read from: the keys of which it needs one
    SourceKind.FEED: ("url", "path"),
    SourceKind.PAGE: ("url",),
    SourceKind.LIST: ("url",),
    SourceKind.FOLDER: ("path",),
    SourceKind.MAILDIR: ("path",),
    SourceKind.IMAP: ("mailbox",),
}
_TO_ADD = {
    "url": "add its address, as url: https://example.org/page",
    "path": "add where it lies below the publication's folder, as path: seeds/name",
    "mailbox": "add a line `mailbox:` and below it, indented, host and user",
}
_NEW_FILE = "# What is gathered. rights: ours | free to quote | summarise and link only | do not use\n"


def troubles(source: Source) -> tuple[tuple[str, str, str], ...]:
    """What each key allows and the whole does not: the key, what is wrong, what to do. "mailbox.tls" lies within."""
    return (*_places(source), *_mailbox(source.mailbox), *_rights(source), *_characters(source))


def mistakes_in(folder: Folder, path: str) -> list[Mistake]:
    """The troubles of every source in the file, each with its line; sources that cannot be read are told elsewhere."""
    text = folder.read_text(path) if folder.exists(path) else None
    written = yamlfile.read(text or "")
    if written.mistakes or not isinstance(written.value, list):
        return []
    mistakes = []
    for at, value in enumerate(written.value):
        source, _ = yamlfile.build(Source, value, written, path, (at,))
        for key, what, todo in troubles(source) if source else ():
            mistakes.append(Mistake(path, written.line((at, *key.split("."))), what, todo))
    return mistakes


def _places(source: Source) -> Iterator[tuple[str, str, str]]:
    kind, name = source.kind, f"a source of kind {source.kind.value}"
    needed = _PLACES[kind]
    given = [key for key in ("url", "path", "mailbox") if getattr(source, key) is not None]
    if not set(given) & set(needed):
        both = " or ".join(f"`{key}`" for key in needed)
        yield "kind", f"{name} needs {both}", _TO_ADD[needed[0]]
    for key in given:
        if key not in needed:
            yield key, f"{name} has no `{key}`", "remove it, or change `kind`"
    if kind is SourceKind.FEED and {"url", "path"} <= set(given):
        yield "path", "`url` and `path` both say where the feed is", "keep one of them"
    if kind is SourceKind.LIST and source.links is None:
        todo = "add the CSS selector of the links to its articles, as links: main h2 a"
        yield "kind", f"{name} needs `links`", todo
    if kind is not SourceKind.LIST and source.links is not None:
        yield "links", f"{name} has no `links`", "remove it, or write kind: list"
    if source.path is not None and _leads_out(source.path):
        todo = "write where it lies below the publication's folder, as seeds/name"
        yield "path", f"'{shown(source.path)}' leads out of the publication's folder", todo


def _leads_out(path: str) -> bool:
    return path.startswith(("/", "~")) or ".." in PurePosixPath(path).parts


def _mailbox(mailbox: Mailbox | None) -> Iterator[tuple[str, str, str]]:
    if mailbox is None:
        return
    if not re.fullmatch(r"[^\s/@]+", mailbox.host):
        yield "mailbox.host", f"'{shown(mailbox.host)}' is not the name of a host", "write it as imap.example.org"
    if not 1 <= mailbox.port <= 65_535:
        yield "mailbox.port", f"there is no port {shown(mailbox.port)}", "write the server's own, usually 993"
    if not mailbox.tls and not mailbox.is_local:
        todo = "remove it; only a server on this machine (localhost) may be read without"
        yield "mailbox.tls", "without TLS the password would be seen by everyone on the way", todo


def _rights(source: Source) -> Iterator[tuple[str, str, str]]:
    if not 0 <= source.quote_limit <= MAX_QUOTE:
        what = f"a quotation cannot be limited to {shown(source.quote_limit)} words"
        yield "quote_limit", what, f"write a number up to {MAX_QUOTE:,}, or remove it"
    if source.fills and source.rights is not RightsPolicy.OURS:
        what = "`fills` is for our own pieces, and the rights of this source are not ours"
        yield "fills", what, "remove it, or write rights: ours"
    for kind in source.fills:
        if kind not in KINDS:
            near = nearest(kind, KINDS)
            todo = f"did you mean '{near}'?" if near else f"the kinds are {', '.join(sorted(KINDS))}"
            yield "fills", f"'{shown(kind)}' is no kind of section", todo


def _characters(source: Source) -> Iterator[tuple[str, str, str]]:
    """A file is searched for them as well, but a quoted text may hold them by their number."""
    box = source.mailbox
    within = {"mailbox.host": box.host, "mailbox.user": box.user, "mailbox.folder": box.folder} if box else {}
    for key, value in {"name": source.name, "path": source.path, "links": source.links, **within}.items():
        if bad := unfit_character(value or ""):
            yield key, f"the control character {bad} stands in it", "delete it"


def added(text: str, source: Source, comment: str | None = None, path: str = "seeds/sources.yaml") -> str:
    """The text of sources.yaml with one source more, at its end and in its style; every other byte stays.

    An empty text becomes a new file. The comment, if any, stands above the entry. Raises `ContentError` when the id is
    taken, when the source contradicts itself, or when the file is written in a way that takes no entry at its end.
    """
    return all_added(text, (source,), comment, path)


def all_added(
    text: str, sources: Sequence[Source], comment: str | None = None, path: str = "seeds/sources.yaml"
) -> str:
    """As `added`, for many: the file is read twice in all, however many there are. The comment stands above each."""
    if not sources:
        return text
    before = yamlfile.read(listing.plain(text))
    if before.mistakes:
        raise ContentError(Mistake(path, *mistake) for mistake in before.mistakes)
    old = before.value if isinstance(before.value, list) else []
    if mistakes := [*_taken(sources, old, before, path), *_unfit(sources, path)]:
        raise ContentError(mistakes)
    longer = listing.joined(text, [_entry(source, comment) for source in sources], _NEW_FILE)
    after = yamlfile.read(listing.plain(longer))
    value = after.value if isinstance(after.value, list) else []
    built = [yamlfile.build(Source, one, after, path, (at,)) for at, one in enumerate(value) if at >= len(old)]
    if len(built) == len(sources) and (misfits := [mistake for _, wrong in built for mistake in wrong]):
        raise ContentError(misfits)  # an id that is none, say
    if (
        after.mistakes
        or before.value not in (None, old)
        or value[: len(old)] != old
        or [one for one, _ in built] != [*sources]
    ):
        what = f"the source {sources[-1].id} cannot be put at the end of this file"
        todo = "write the file as a list with '- ' in column one, or add it by hand"
        raise ContentError([Mistake(path, 0, what, todo)])
    return longer


def _taken(sources: Sequence[Source], old: list[yamlfile.Value], before: Written, path: str) -> Iterator[Mistake]:
    lines = {one.get("id"): before.line((at, "id")) for at, one in enumerate(old) if isinstance(one, dict)}
    for source in sources:
        if source.id in lines:
            yield Mistake(path, lines[source.id], f"'{source.id}' is the id of another source", "choose another id")
        lines[source.id] = 0


def _unfit(sources: Sequence[Source], path: str) -> Iterator[Mistake]:
    for source in sources:
        yield from (Mistake(path, 0, f"{source.id}: {what}", todo) for _, what, todo in troubles(source))


def _entry(source: Source, comment: str | None) -> list[str]:
    told = "".join(one for one in comment or "" if one == "\n" or not unfit_character(one))
    lines = [f"# {' '.join(line.split())}" for line in told.split("\n") if line.strip()]
    lines += [f"- id: {source.id}", f"  name: {scalar(source.name)}", f"  kind: {source.kind.value}"]
    lines += [f"  {key}: {_address(value)}" for key in ("url", "path") if (value := getattr(source, key)) is not None]
    lines += [f"  links: {scalar(source.links)}"] if source.links is not None else []
    if source.mailbox is not None:
        lines += ["  mailbox:", *(f"    {line}" for line in _mailbox_lines(source.mailbox))]
    lines.append(f"  rights: {source.rights.value}")
    lines += [f"  quote_limit: {source.quote_limit}"] if source.quote_limit else []
    lines += [f"  language: {source.language}"] if source.language != "en" else []
    lines += [f"  zone: {source.zone}"] if source.zone is not None else []
    lines += [f"  fills: [{', '.join(source.fills)}]"] if source.fills else []
    lines += ["  paused: true"] if source.paused else []
    return lines


def _mailbox_lines(mailbox: Mailbox) -> Iterator[str]:
    yield f"host: {_address(mailbox.host)}"
    yield f"user: {_address(mailbox.user)}"
    if mailbox.folder != "INBOX":
        yield f"folder: {scalar(mailbox.folder)}"
    if mailbox.port != 993:
        yield f"port: {mailbox.port}"
    if not mailbox.tls:
        yield "tls: false"


def _address(value: str) -> str:
    """An address or a path as people write it, in quotes only where YAML would take it for something else."""
    plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9./_~?=&%+@:;,!$'()*-]*", value) and not value.endswith(":")
    return value if plain and value.lower() not in ("null", "true", "false") else json.dumps(value, ensure_ascii=False)
