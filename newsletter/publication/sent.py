"""sent/ in an issue's folder: what went out, written once before the page goes live, and never changed."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from newsletter.model.errors import ConfigError, ContentError, Mistake
from newsletter.model.issue import IssueId
from newsletter.publication.folder import issue_folder
from newsletter.publication.write import write

if TYPE_CHECKING:
    from newsletter.model.edition import SentIssue  # heavy, and whoever only reads sent/ runs without it


def write_sent(root: Path, sent: SentIssue) -> Path:
    """Writes email.html, email.txt, page.html, images/ and meta.json, all of them or none, and returns their folder.

    The first edition goes into sent/, a mended one into sent/2/, sent/3/ ... Raises `ConfigError` when this very
    edition is there already.
    """
    folder = issue_folder(root, sent.edition.issue)
    target = folder / "sent"
    copy = 1
    while target.exists():
        if _digest_in(target) == sent.edition.digest:
            raise ConfigError("sent", f"{target} holds this edition already; nothing was written")
        copy += 1
        target = folder / "sent" / str(copy)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".sent.") as staging:
        made = Path(staging) / "sent"
        for name, data in _files(sent).items():
            write(made / name, data)
        made.rename(target)
    return target


def sent_digests(root: Path, issue: IssueId) -> tuple[str, ...]:
    """The digests of the editions in sent/, the first one first; empty where there is none."""
    target = issue_folder(root, issue) / "sent"
    folders = [target, *sorted(target.glob("[0-9]*"), key=lambda one: int(one.name))] if target.is_dir() else []
    return tuple(digest for folder in folders if (digest := _digest_in(folder)) is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFiles:
    """One edition as its folder in sent/ holds it."""

    path: str  # of the folder, below the publication's
    meta: Mapping[str, object]  # what meta.json says, as it says it
    page: str  # the SHA-256 of page.html, hex
    images: tuple[str, ...]  # by name
    card: bytes | None


def signatures(root: Path, editions: Mapping[str, int]) -> dict[str, str]:
    """Of each issue that went out, a text that is another one once a file was changed that its page is made of.

    No file is read. `editions` says how many each had when it was last read; an issue that it does not name has no
    signature but "".
    """
    issues = root / "content" / "issues"
    if not issues.is_dir():
        return {}
    found = {}
    for name in sorted(os.listdir(issues)):  # noqa: PTH208  (a Path for each of 2,000 issues takes longer than looking)
        known = editions.get(name)
        folder = f"{issues}/{name}"
        if known is not None:
            if stats := _stats(folder, known):
                found[name] = stats
        elif IssueId.parse(name) is not None and os.path.isdir(f"{folder}/sent"):  # noqa: PTH112
            found[name] = ""
    return found


def signature(root: Path, issue: IssueId, editions: int) -> str:
    """The signature of one issue with so many editions."""
    return _stats(str(issue_folder(root, issue)), editions)


def count_editions(root: Path, issue: IssueId) -> int:
    """How many editions lie in sent/."""
    return len(tuple(_editions(root, issue)))


def _stats(folder: str, editions: int) -> str:
    """Size, time and place of every file that counts; of a folder, when a name in it came or went. "" without sent/."""
    numbers: list[int] = []
    for edition in range(1, editions + 1):
        base = f"{folder}/sent" if edition == 1 else f"{folder}/sent/{edition}"
        for path in (base, f"{base}/meta.json", f"{base}/page.html", f"{base}/card.png", f"{base}/images"):
            try:
                found = os.stat(path)  # noqa: PTH116
            except OSError:
                if path == base:
                    return ""
                numbers.append(0)
            else:
                numbers += (found.st_size, found.st_mtime_ns, found.st_ino)
    try:
        found = os.stat(f"{folder}/corrections.yaml")  # noqa: PTH116
    except OSError:
        numbers.append(0)
    else:
        numbers += (found.st_size, found.st_mtime_ns, found.st_ino)
    return hashlib.blake2b(repr(numbers).encode(), digest_size=12).hexdigest()


def read_sent(root: Path, issue: IssueId) -> tuple[SentFiles, ...]:
    """The editions in sent/, the first one first. Raises `ContentError` where one is not whole."""
    return tuple(_read(root, path) for path in _editions(root, issue))


def read_part(root: Path, path: str) -> bytes:
    """A file of sent/, by its path below the publication's folder. Raises `ContentError` where it cannot be read."""
    try:
        return (root / path).read_bytes()
    except OSError as error:
        what = f"this part of what went out cannot be read ({error.strerror})"
        raise ContentError([Mistake(path, 0, what, "take it back from git or a backup")]) from error


def _editions(root: Path, issue: IssueId) -> Iterator[str]:
    path = f"content/issues/{issue}/sent"
    yield path
    copy = 2
    while (root / path / str(copy)).is_dir():
        yield f"{path}/{copy}"
        copy += 1


def _read(root: Path, path: str) -> SentFiles:
    folder = root / path
    try:
        page = (folder / "page.html").read_bytes()
        meta = json.loads((folder / "meta.json").read_text("utf-8"))
        card = (folder / "card.png").read_bytes() if (folder / "card.png").is_file() else None
    except (OSError, ValueError) as error:
        what = f"an edition that went out is not whole here: {error}"
        raise ContentError([Mistake(path, 0, what, "take the folder back from git or a backup")]) from error
    if not isinstance(meta, dict):
        what = "meta.json does not say what went out"
        raise ContentError([Mistake(f"{path}/meta.json", 1, what, "take it back from git or a backup")])
    images = folder / "images"
    names = tuple(sorted(one.name for one in images.iterdir() if one.is_file())) if images.is_dir() else ()
    return SentFiles(path=path, meta=meta, page=hashlib.sha256(page).hexdigest(), images=names, card=card)


def _files(sent: SentIssue) -> dict[str, bytes | str]:
    return {
        "email.html": sent.html,
        "email.txt": sent.text,
        "page.html": sent.edition.page,
        **({"card.png": sent.card} if sent.card is not None else {}),
        "meta.json": json.dumps(_meta(sent), indent=2, ensure_ascii=False) + "\n",
        **{f"images/{asset.name}": asset.data for asset in sent.edition.assets},
    }


def _meta(sent: SentIssue) -> dict[str, object]:
    """Everything about the issue that is not in its pages. Tool versions are left out: they are not the issue's."""
    edition = sent.edition
    asked = edition.terms.question
    return {
        "issue": str(edition.issue),
        "number": edition.number,
        "language": edition.language,
        "subject": edition.subject,
        "preheader": edition.preheader,
        "due": sent.due.isoformat(),
        "digest": edition.digest,
        "topics": list(edition.terms.topics),
        "people": [{"id": one, "name": name} for one, name in edition.terms.people],
        "numbers": [{"figure": figure, "caption": caption} for figure, caption in edition.terms.numbers],
        "question": {"text": asked.text, "until": asked.until.isoformat()} if asked else None,
        "manifest": {
            "inputs": {file.path: file.digest for file in edition.manifest.inputs},
            "outputs": {file.path: file.digest for file in edition.manifest.outputs},
        },
    }


def _digest_in(folder: Path) -> str | None:
    try:
        digest = json.loads((folder / "meta.json").read_text("utf-8"))["digest"]
    except (OSError, ValueError, KeyError):
        return None
    return str(digest)
