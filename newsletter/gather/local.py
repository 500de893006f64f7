"""Sources of this machine: feed files, folders of documents, and mailboxes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from newsletter.gather.answers import digest_of
from newsletter.gather.parsing import Job, Shape
from newsletter.gather.politeness import Answered, Refused
from newsletter.mail.mailbox import Arrived, read_imap, read_maildir
from newsletter.model.errors import ConfigError, NewsletterError
from newsletter.model.secrets import SOURCE_PASSWORD
from newsletter.model.source import Source, SourceId, SourceKind, SourceState
from newsletter.publication.folder import Folder

MAX_MAILS = 200  # of one mailbox in one round


@dataclass(frozen=True, slots=True)
class Files:
    """What lies in a source's file or folder."""

    outcome: Answered | Refused
    jobs: tuple[Job, ...] = ()  # empty when nothing has changed
    troubles: tuple[str, ...] = ()  # files that cannot be read, in words


def address_of(source: Source) -> str | None:
    """What sources.yaml names as the place of a source; a change of it starts the source afresh."""
    if source.mailbox is not None:
        return f"{source.mailbox.user} {source.mailbox.host}:{source.mailbox.port} {source.mailbox.folder}"
    return source.url or source.path


def is_at_hand(source: Source) -> bool:
    """Whether a source lies on this machine, so that asking for it troubles nobody."""
    return source.kind in (SourceKind.FOLDER, SourceKind.MAILDIR) or (
        source.kind is SourceKind.FEED and source.url is None
    )


def files_of(source: Source, state: SourceState, folder: Folder) -> Files:
    """The bodies of a feed file or of the documents in a folder, when they have changed since `state`."""
    path = source.path or ""
    return (
        _feed(source, state, folder, path) if source.kind is SourceKind.FEED else _folder(source, state, folder, path)
    )


def _feed(source: Source, state: SourceState, folder: Folder, path: str) -> Files:
    data = folder.read_bytes(path)
    if data is None:
        return Files(Refused(what=f"the file {path} is missing or cannot be read; put it there, or remove the source"))
    body = digest_of(data)
    if body == state.body:
        return Files(Answered(body=body, note=state.note))
    return Files(Answered(body=body), (Job(key=source.id, shape=Shape.FEED, source=source, data=data),))


def _folder(source: Source, state: SourceState, folder: Folder, path: str) -> Files:
    names = sorted(name for name in folder.names_below(path) if not name.startswith((".", "~", "#")))
    if not names:
        return Files(Refused(what=f"the folder {path} is missing or empty; put documents there, or remove the source"))
    listing = _listing(folder.root / path, names)
    if listing == state.body:
        return Files(Answered(body=listing, note=state.note))
    jobs, troubles = [], []
    for name in names:
        data = folder.read_bytes(f"{path}/{name}")
        if data is None:
            troubles.append(f"{name}: it is too large or may not be read")
        else:
            key = f"{source.id}\n{name}"
            jobs.append(Job(key=key, shape=Shape.DOCUMENT, source=source, data=data, name=name))
    return Files(Answered(body=listing), tuple(jobs), tuple(troubles))


def _listing(folder: Path, names: list[str]) -> str:
    """A digest of names, sizes and times: the same as long as nobody has touched the folder."""
    digest = hashlib.sha256()
    for name in names:
        status = (folder / name).stat()
        digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def mails_of(
    source: Source, state: SourceState, root: Path, password: str | None
) -> tuple[SourceId, Arrived | NewsletterError]:
    """The mails that have arrived in a mailbox since `state`, or why it cannot be read."""
    try:
        return SourceId(source.id), _mails(source, state, root, password)
    except NewsletterError as error:
        return SourceId(source.id), error


def _mails(source: Source, state: SourceState, root: Path, password: str | None) -> Arrived:
    if source.mailbox is None:
        return read_maildir(root / (source.path or ""), state.cursor, MAX_MAILS)
    if password is None:
        name = password_name(SourceId(source.id))
        raise ConfigError(name, f"the mailbox wants a password; set {name} in the environment or in .env")
    return read_imap(source.mailbox, password, state.cursor, MAX_MAILS)


def password_name(source: SourceId) -> str:
    """The variable of the environment that holds a mailbox's password."""
    return f"{SOURCE_PASSWORD}{source.upper().replace('-', '_')}"


def jobs_of(arrived: Arrived, source: Source) -> Iterator[Job]:
    """The parsing of each mail."""
    for at, mail in enumerate(arrived.mails, 1):
        yield Job(key=f"{source.id}\nmail {at} of {len(arrived.mails)}", shape=Shape.MAIL, source=source, data=mail)
