"""Whatever is changed, in whichever order: the archive brought up to date is the one that is built from nothing."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.actions.publish_archive import publish_archive
from newsletter.actions.site_standing import Standing
from newsletter.publication.folder import is_sent, issue_ids
from tests.archiving import add_issue, built, built_anew, opened, public
from tests.conftest import SOAK

_TOPICS = ("ports", "Ports", "trade", "外交", "C++", "C", "language")
_PEOPLE = (("lin-yue", "Lin Yue"), ("chen-ailing", "Chen Ailing"), ("marta-quill", "Marta Quill"))


def sent(root: Path) -> list[str]:
    return [str(issue) for issue in issue_ids(root) if is_sent(root, issue)]


def new_issue(root: Path, dice: Random) -> None:
    """Of any day between others, before or after them."""
    name = f"20{dice.choice((24, 25, 26))}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
    if not (root / "content" / "issues" / name).exists():
        topics, people = dice.sample(_TOPICS, dice.randint(0, 3)), dice.sample(_PEOPLE, dice.randint(0, 2))
        add_issue(root, name, topics=topics, people=people, number=dice.randint(1, 999), subject=f"Week {name}")


def mended(root: Path, dice: Random) -> None:
    name = dice.choice(sent(root))
    edition = 2
    while (root / "content" / "issues" / name / "sent" / str(edition)).exists():
        edition += 1
    add_issue(root, name, edition=edition, subject=f"Mended {edition}", topics=dice.sample(_TOPICS, 1))


def corrected(root: Path, dice: Random) -> None:
    file = root / "content" / "issues" / dice.choice(sent(root)) / "corrections.yaml"
    if dice.random() < 0.3:
        file.unlink(missing_ok=True)
    else:
        file.write_text(f"- {{date: 2026-12-{dice.randint(1, 28):02}, was: wrong, now: right}}\n", "utf-8")


def taken_back(root: Path, dice: Random) -> None:
    if len(sent(root)) > 1:
        shutil.rmtree(root / "content" / "issues" / dice.choice(sent(root)) / "sent")


def pictured(root: Path, dice: Random) -> None:
    """A card or a picture comes, becomes another one or goes."""
    folder = root / "content" / "issues" / dice.choice(sent(root)) / "sent"
    size = dice.randint(1, 3).to_bytes(4, "big")
    data = b"\x89PNG\r\n\x1a\n" + bytes(8) + size + size
    file = folder / dice.choice(("card.png", f"images/{hashlib.sha256(data).hexdigest()[:20]}.png"))
    if file.exists() and dice.random() < 0.5:
        file.unlink()
    else:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(data)


def reworded(root: Path, dice: Random) -> None:
    """In the file itself, which nobody should do."""
    page = root / "content" / "issues" / dice.choice(sent(root)) / "sent" / "page.html"
    page.write_text(page.read_text("utf-8").replace("</p>", f" {dice.random()}</p>", 1), "utf-8")


def own_pages(root: Path, dice: Random) -> None:
    file = root / "content" / "pages" / f"{dice.choice(('about', 'imprint', 'privacy'))}.md"
    if file.exists() and dice.random() < 0.4:
        file.unlink()
    else:
        file.write_text(f"---\ntitle: T{dice.randint(1, 3)}\ndescription: D\n---\nText {dice.random()}\n", "utf-8")


def redirected(root: Path, dice: Random) -> None:
    lines = [f"- {{from: /old/{at}, to: /issues/{dice.choice(sent(root))}/}}\n" for at in range(dice.randint(0, 3))]
    (root / "content" / "redirects.yaml").write_text("".join(lines), "utf-8")


def scheduled(root: Path, dice: Random) -> None:
    lines = (root / "schedule.yaml").read_text("utf-8").split("\n")
    base = dice.choice(("", "/newsletter", "/a/b"))
    change = {"name:": f"name: Focus {dice.randint(1, 3)}", "site:": f"site: https://focus.example.org{base}"}
    kept = [next((new for key, new in change.items() if line.startswith(key)), line) for line in lines]
    (root / "schedule.yaml").write_text("\n".join(kept), "utf-8")


def templates(root: Path, dice: Random) -> None:
    """A template of the publication's own, which stands before ours; or ours again."""
    own = root / "templates" / "site" / "missing.html"
    own.parent.mkdir(parents=True, exist_ok=True)
    if own.exists() and dice.random() < 0.5:
        own.unlink()
    else:
        extended = '{% extends "site/frame.html" %}{% block main %}<h1>'
        own.write_text(f"{extended}Nothing here, {dice.randint(1, 9)}</h1>{{% endblock %}}", "utf-8")


def tampered(root: Path, dice: Random) -> None:
    files = [path for path in (root / "public").rglob("*") if path.is_file()]
    if files:
        file = dice.choice(sorted(files))
        if dice.random() < 0.5:
            file.unlink()
        else:
            file.write_bytes(file.read_bytes()[::-1])


def forgotten(root: Path, _dice: Random) -> None:
    (root / "var" / "archive.json").unlink(missing_ok=True)


CHANGES: tuple[Callable[[Path, Random], None], ...] = (
    new_issue,
    new_issue,
    mended,
    corrected,
    taken_back,
    pictured,
    reworded,
    own_pages,
    redirected,
    scheduled,
    templates,
    tampered,
    forgotten,
)


@settings(max_examples=200 if SOAK else 6)
@given(st.lists(st.sampled_from(CHANGES), min_size=3, max_size=8), st.integers(0, 1_000_000))
def test_a_build_of_what_has_changed_comes_to_the_same_bytes_as_a_full_one(
    pristine: Path, changes: list[Callable[[Path, Random], None]], seed: int
) -> None:
    """Issues that come, are mended, corrected, taken back, pages, redirects, addresses, templates, files that somebody
    spoilt. And after it, nothing is left to be done."""
    dice = Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(shutil.copytree(pristine, Path(folder) / "publication"))
        built(root)
        for change in changes:
            change(root, dice)
            if dice.random() < 0.7:  # or several changes meet one build
                publish_archive(opened(root))
        unlisted = Standing(unlisted=frozenset(issue_ids(root)[-1:]))
        publish_archive(opened(root), standing=unlisted)
        publish_archive(opened(root), standing=Standing())
        assert public(root) == built_anew(root, Path(folder))
        assert not publish_archive(opened(root)).changed
