"""sent/ in an issue's folder: what went out, written once before the page goes live, and never changed."""

from __future__ import annotations

import hashlib
import json
import os
import stat
import tempfile
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
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


_COUNTING = {"m": "meta.json", "p": "page.html", "c": "card.png", "i": "images"}  # of an edition, for its page


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFiles:
    """One edition as its folder in sent/ holds it."""

    path: str  # of the folder, below the publication's
    meta: Mapping[str, object]  # what meta.json says, as it says it
    page: str  # the SHA-256 of page.html, hex
    images: tuple[str, ...]  # by name
    card: bytes | None


def signatures(root: Path, parts: Mapping[str, str]) -> dict[str, str]:
    """Of each issue that went out, a text that is another one once a file was changed that its page is made of.

    No file is read. `parts` are those of each issue when it was last read; one that it does not name has no signature
    but "".
    """
    issues = root / "content" / "issues"
    if not issues.is_dir():
        return {}
    found = {}
    at = os.open(issues, os.O_RDONLY)  # from where a name is found in half the time
    try:
        for name in sorted(os.listdir(at)):  # noqa: PTH208  (a Path for each of 2,000 issues takes longer than looking)
            known = parts.get(name)
            if known is not None:
                if stats := _stats(at, name, known):
                    found[name] = stats
            elif IssueId.parse(name) is not None and os.path.isdir(f"{issues}/{name}/sent"):  # noqa: PTH112
                found[name] = ""
    finally:
        os.close(at)
    return found


def signature(root: Path, issue: IssueId, parts: str) -> str:
    """The signature of one issue with these parts."""
    at = os.open(root / "content" / "issues", os.O_RDONLY)
    try:
        return _stats(at, str(issue), parts)
    finally:
        os.close(at)


def parts_of(root: Path, issue: IssueId) -> str:
    """What of each edition in sent/ counts, a letter each, with a slash between two editions; the first one first.

    What an edition does not have is left out: before it comes, its folder, which counts as well, becomes another one.
    """
    folder, found = f"{issue_folder(root, issue)}/sent", list[str]()
    base = folder
    while os.path.isdir(base):  # noqa: PTH112
        names = os.listdir(base)  # noqa: PTH208
        found.append("".join(letter for letter, name in _COUNTING.items() if name in names))
        base = f"{folder}/{len(found) + 1}"
    return "/".join(found)


@lru_cache(maxsize=256)
def _paths(parts: str) -> tuple[str, ...]:
    """The same as paths below the issue's folder."""
    found: list[str] = []
    for number, letters in enumerate(parts.split("/"), 1):
        base = "sent" if number == 1 else f"sent/{number}"
        found += [base, *(f"{base}/{_COUNTING[letter]}" for letter in letters)]
    return tuple(found)


def _stats(issues: int, name: str, parts: str) -> str:
    """Size, time and place of every file that counts; of a folder, when a name in it came or went. "" without sent/.

    `issues` is the opened folder that the issue's own stands in.
    """
    numbers = array("Q")
    try:
        for part in _paths(parts):
            found = os.stat(f"{name}/{part}", dir_fd=issues)
            numbers.extend((found.st_size, found.st_mtime_ns, found.st_ino))
    except OSError:  # one that was there has gone
        return "" if not _is_folder(f"{name}/sent", issues) else "-"
    try:
        found = os.stat(f"{name}/corrections.yaml", dir_fd=issues)
    except OSError:
        pass
    else:
        numbers.extend((found.st_size, found.st_mtime_ns, found.st_ino))
    return hashlib.blake2b(numbers, digest_size=12).hexdigest()


def _is_folder(path: str, at: int) -> bool:
    try:
        return stat.S_ISDIR(os.stat(path, dir_fd=at).st_mode)
    except OSError:
        return False


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
