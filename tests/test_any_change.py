"""After approval, any byte of any file may change: what was signed goes out, or nothing does."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from random import Random

from newsletter import packaged
from newsletter.actions.app import App, read_issue
from newsletter.actions.approved_edition import approved_edition
from newsletter.assemble.edition import assemble
from newsletter.model.approval import ApprovedEdition, NotApproved
from newsletter.model.edition import Edition
from newsletter.model.errors import NewsletterError
from tests.approving import COMING, at_home, in_issue, sign

CHANGES = 200
LEFT_OUT = ("beyond-1", "beyond-2", "catchup", "correction", "insight", "read-more", "replies")  # for speed
OWN_TEMPLATES = (
    "email/number.mjml",
    "email/parts.mjml",
    "text/number.txt",
    "text/issue.txt",
    "web/number.html",
    "frame/en.yaml",
)


def own_templates(root: Path) -> None:
    """Some of ours become the publication's."""
    for name in OWN_TEMPLATES:
        target = root / "templates" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(packaged.root() / "templates" / name, target)


def comments(root: Path) -> None:
    """Editors write notes to themselves."""
    for path in (
        *root.glob("*.yaml"),
        *root.glob("content/*.yaml"),
        *(root / "content" / "issues").glob("*/items.yaml"),
    ):
        path.write_text(
            f"# {'Looked through on Monday; what is left, Mei does. ' * 4}\n{path.read_text('utf-8')}", "utf-8"
        )


def rendered(app: App) -> Edition | None:
    """What the files give now, without anything of the gate; None where they give nothing."""
    try:
        desk = read_issue(app, COMING)
        return assemble(desk.draft, desk.publication, desk.frame, app.templates)
    except NewsletterError:
        return None


def gate(app: App) -> ApprovedEdition | NotApproved:
    """What `send` would be told."""
    try:
        return approved_edition(app, COMING)
    except NotApproved as refused:
        return refused


def changed(data: bytes, random: Random) -> bytes:
    """The same bytes but for one, which is another, gone, or new."""
    at, byte = random.randrange(len(data)), bytes([random.choice([*range(32, 127)] * 10 + [*range(256)])])
    match random.randrange(4):
        case 0:
            return data[:at] + data[at + 1 :]
        case 1:
            return data[:at] + byte + data[at:]
    return data[:at] + byte + data[at + 1 :]


def test_any_byte_of_any_file_may_change_after_approval(publication: Path) -> None:
    """Of 200 changes, each that readers would see is refused with its file named; for all others the very bytes that
    were signed are given."""
    random, seen = Random(7), Counter[str]()
    own_templates(publication)
    comments(publication)
    for name in LEFT_OUT:
        in_issue(publication, f"{name}.md").unlink()
    with at_home(publication) as app:
        sign(app, "mei")
        approved = approved_edition(app, COMING)
        inputs = [file.path for file in approved.edition.manifest.inputs if not file.path.startswith("packaged:")]
        assert {f"templates/{name}" for name in OWN_TEMPLATES} < set(inputs)
        while seen.total() < CHANGES:
            name = random.choice(inputs)
            path = publication / name
            before = path.read_bytes()
            after = changed(before, random)
            if after == before:
                continue
            path.write_bytes(after)
            now, said = rendered(app), gate(app)
            if now is not None and now.digest == approved.edition.digest:
                assert said == approved
                seen["given"] += 1
            else:
                assert isinstance(said, NotApproved)
                assert [change.path for change in said.changed] == [name]
                assert name in str(said)
                seen["refused" if now is not None else "unreadable"] += 1
            path.write_bytes(before)
        assert approved_edition(app, COMING) == approved
    assert min(seen["given"], seen["refused"], seen["unreadable"]) >= 20
