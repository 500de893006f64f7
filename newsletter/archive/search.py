"""Search from built files: one Pagefind index a year, over the articles alone. search.js asks them as one.

Pagefind 1.5 is a program of its own that reads HTML files and writes an index that a browser loads in small pieces.
For the same articles it writes the same bytes (1.5.2, tests/test_search.py); another version of it may write others,
and so its size is part of each index's key. What is imported inside a function here is needed where an index is made,
and a build that finds nothing changed runs without it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path

from newsletter.archive.addresses import file_of, issue_address
from newsletter.archive.outputs import Archive, Bundle, key_of, keys_of
from newsletter.archive.records import Record
from newsletter.model.errors import ConfigError

FOLDER = "pagefind"
_FORM = 1  # to be raised whenever this module writes other pages for the same articles: every index is made anew then
_SECONDS = 300  # a year of issues takes one
_ENTRY = "pagefind-entry.json"  # names all the others by their digests, and so comes after them
# What says nothing of an issue: labels of sections, which every issue has, and the figures of source marks.
_LEFT_OUT = ".label, sup, .action, .button"
# What Pagefind adds for pages that want its own look, which ours have no use for.
_UNUSED = ("pagefind-ui", "pagefind-modular-ui", "pagefind-component-ui", "pagefind-highlight", "playground")


def indexes(archive: Archive) -> Iterator[Bundle]:
    """The index of each year that has listed issues. One is made anew when an issue of that year has changed.

    All languages stand in one index: a reader finds an issue whatever language it and the page are in.
    """
    if not archive.years:
        return
    language = archive.site.language.partition("-")[0]
    for year, records in archive.years.items():
        key = key_of(_FORM, program_size(), archive.base, language, keys_of(records))
        yield Bundle(f"{FOLDER}/{year}", key, partial(_index, archive, records, language))


def _index(archive: Archive, records: Sequence[Record], language: str) -> Mapping[str, bytes]:
    """The files of an index, by path below its folder. Raises `ConfigError` where Pagefind cannot do its work."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="newsletter-search-") as made:
        site, out = Path(made) / "site", Path(made) / "out"
        for record in records:
            page = site / file_of(issue_address(archive.base, record.issue.issue), "")
            page.parent.mkdir(parents=True)
            page.write_text(_page(record, archive.files.article(record, record.issue.editions)), "utf-8")
        _run(Path(made), "--site", str(site), "--output-path", str(out), "--force-language", language)
        files = (path for path in sorted(out.rglob("*")) if path.is_file())
        found = {path.relative_to(out).as_posix(): path.read_bytes() for path in files}
    names = sorted(found, key=lambda name: (name == _ENTRY, name))
    return {name: found[name] for name in names if not name.startswith(_UNUSED) and _is_asked_for(name, found)}


def _page(record: Record, article: str) -> str:
    """An issue as Pagefind is to read it: its article, and what a line of results shows of it."""
    from html import escape

    from newsletter.archive.spacing import characters_apart

    issue = record.issue
    shown = {
        "title": issue.subject,
        "number": str(issue.number),
        "date": issue.issue.date.isoformat(),
        "language": issue.language,
        **({"figure": issue.numbers[0][0]} if issue.numbers else {}),
    }
    told = "".join(
        f'<meta data-pagefind-meta="{name}[content]" content="{escape(value)}">' for name, value in shown.items()
    )
    return (
        '<!DOCTYPE html>\n<html><head><meta charset="utf-8"></head>'
        f"<body><main data-pagefind-body>{told}\n{characters_apart(article)}</main></body></html>"
    )


def _is_asked_for(name: str, files: Mapping[str, bytes]) -> bool:
    """Whether a browser loads the file: of two programs that search, the one without a stemmer only if it is alone."""
    programs = sum(one.startswith("wasm.") for one in files)
    return not (name == "wasm.unknown.pagefind" and programs > 1)


def _run(folder: Path, *arguments: str) -> None:
    """Runs Pagefind: no file or variable of whoever runs us may change what it makes."""
    import subprocess

    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith("PAGEFIND")}
    command = [str(_program()), *arguments, "--exclude-selectors", _LEFT_OUT, "--silent"]
    try:
        subprocess.run(  # noqa: S603  (a program we depend on, with arguments of our own, and no shell)
            command, cwd=folder, env=environment, check=True, capture_output=True, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise ConfigError("search", f"Pagefind did not end within {_SECONDS} seconds; run it again") from error
    except subprocess.CalledProcessError as error:
        said = (error.stderr or error.stdout).decode("utf-8", "replace").strip() or f"status {error.returncode}"
        raise ConfigError("search", f"Pagefind could not index the archive: {said[:500]}") from error
    except OSError as error:
        todo = "install the requirements again, for this kind of machine"
        raise ConfigError("search", f"Pagefind, which makes the search, does not start ({error}); {todo}") from error


@cache
def _program() -> Path:
    spec = find_spec("pagefind_bin")  # found, not imported: a build that changes nothing has no need of it
    if spec is None or spec.origin is None:
        raise ConfigError("search", "pagefind-bin, which makes the search, is missing; install the requirements again")
    name = "pagefind.exe" if os.name == "nt" else "pagefind"
    return Path(spec.origin).with_name(name)


@cache
def program_size() -> int:
    """The size of Pagefind, which is another one in another version; 0 where it is missing."""
    try:
        return _program().stat().st_size
    except OSError:
        return 0
