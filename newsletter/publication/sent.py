"""sent/ in an issue's folder: what went out, written once before the page goes live, and never changed."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from newsletter.model.edition import SentIssue
from newsletter.model.errors import ConfigError
from newsletter.model.issue import IssueId
from newsletter.publication.folder import issue_folder
from newsletter.publication.write import write


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
