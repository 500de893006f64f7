"""Files that are missing, of another kind or name, or not laid out as they should be."""

from __future__ import annotations

from tests.breaking import (
    FOLDER,
    FRAME,
    ITEMS,
    NUMBER,
    OPENING,
    PEOPLE,
    PICTURE,
    SCHEDULE,
    SOURCES,
    Told,
    body,
    case,
    copied,
    folder,
    line,
    linked,
    moved,
    removed,
    swapped,
    written,
)
from tests.conftest import ISSUE
from tests.uploading import unfolding, with_chunks

FILES = (
    case(
        "a file in Latin-1",
        written(PEOPLE, b"- id: lin-yue\n  name: Lin Yu\xe9\n"),
        Told(PEOPLE, 2, "the file is not UTF-8 text (byte 0xE9)", "save it as UTF-8"),
    ),
    case(
        "a body in Latin-1",
        written(NUMBER, b"---\nvalue: 9\n---\nA caf\xe9\n"),
        Told(NUMBER, 4, "the file is not UTF-8 text", "save it as UTF-8"),
    ),
    case(
        "a file in UTF-16",
        written(SCHEDULE, "name: Focus\n".encode("utf-16")),
        Told(SCHEDULE, 1, "the file is not UTF-8 text", "save it as UTF-8"),
    ),
    case(
        "no schedule.yaml",
        removed(SCHEDULE),
        Told(SCHEDULE, 0, "the file is missing", "create it"),
    ),
    case(
        "no issue.md",
        removed(OPENING),
        Told(OPENING, 0, "the file is missing", "copy it from the sample publication"),
    ),
    *(
        case(f"a folder for {path}", folder(path), Told(path, 0, "a folder stands where a file is expected", "rename"))
        for path in (SCHEDULE, PEOPLE, ITEMS, OPENING, NUMBER, FRAME)
    ),
    case(
        "a link to itself",
        linked(NUMBER, "number.md"),
        Told(NUMBER, 0, "the file cannot be read", "put a plain file there"),
    ),
    case(
        "a link that leads nowhere",
        linked(SOURCES, "nowhere.yaml"),
        Told(SOURCES, 0, "the file is missing", "create it"),
    ),
    case(
        "a link out of the publication",
        linked(NUMBER, "/etc/hosts"),
        Told(NUMBER, 0, "the file lies outside the publication's folder", "move it inside"),
    ),
    case(
        "a name with a line break in it",
        written(f"{FOLDER}/number-2\n.md", "---\n---\n"),
        Told(f"{FOLDER}/number-2\\n.md", 0, "the file's name holds an odd character", "rename the file"),
    ),
    case(
        "a folder whose date is not issue.md's",
        moved(FOLDER, "content/issues/2026-12-04"),
        Told(
            "content/issues/2026-12-04/issue.md", "date:", f"the date {ISSUE} is not the folder's", "write 2026-12-04"
        ),
    ),
    case(
        "the same mistake in two issues",
        body("One<br>two"),
        copied(FOLDER, "content/issues/2026-12-04"),
        line("content/issues/2026-12-04/issue.md", "date:", "date: 2026-12-04"),
        Told(OPENING, "One<br>", "raw HTML, <br>", "write it in Markdown"),
        Told("content/issues/2026-12-04/issue.md", "One<br>", "raw HTML, <br>", "write it in Markdown"),
    ),
    case(
        "a folder of a day without an issue",
        moved(FOLDER, "content/issues/2026-11-26"),
        line("content/issues/2026-11-26/issue.md", "date:", "date: 2026-11-26"),
        Told("content/issues/2026-11-26", 0, "the calendar knows no issue of 2026-11-26", "rename the folder"),
    ),
    case(
        "a folder of a skipped day",
        moved(FOLDER, "content/issues/2026-12-25"),
        line("content/issues/2026-12-25/issue.md", "date:", "date: 2026-12-25"),
        Told("content/issues/2026-12-25", 0, "the calendar knows no issue of 2026-12-25", "rename the folder"),
    ),
    case(
        "a folder whose date is written another way",
        moved(FOLDER, "content/issues/27-11-2026"),
        Told("content/issues/27-11-2026", 0, "the folder's name is no date", "name it by its date, as 2026-11-27"),
    ),
    case(
        "a folder of a day that no calendar has",
        moved(FOLDER, "content/issues/2026-11-31"),
        Told("content/issues/2026-11-31", 0, "the folder's name is no date", "name it by its date"),
    ),
    case(
        "a folder at the end of all calendars",
        moved(FOLDER, "content/issues/9999-12-31"),
        Told("content/issues/9999-12-31", 0, "the folder's date lies beyond the calendar", "rename the folder"),
        Told("content/issues/9999-12-31/issue.md", "date:", "is not the folder's", "write 9999-12-31"),
    ),
    case(
        "front matter that is not opened",
        swapped(NUMBER, "---\n", ""),
        Told(NUMBER, 1, "the first line is not ---", "begin the file with ---"),
    ),
    case(
        "front matter below an empty line",
        swapped(NUMBER, "---\n", "\n---\n"),
        Told(NUMBER, 1, "the first line is not ---", "begin the file with ---"),
    ),
    case(
        "front matter that is not closed",
        written(NUMBER, "---\nvalue: 90\n"),
        Told(NUMBER, 1, "the front matter opens here and is not closed", "put a line --- between"),
    ),
    case(
        "front matter without keys",
        written(NUMBER, "---\n---\n"),
        Told(NUMBER, 1, "the front matter holds no keys", "write key: value lines in it"),
    ),
    case(
        "an empty blurb",
        written(NUMBER, ""),
        Told(NUMBER, 1, "the first line is not ---", "begin the file with ---"),
    ),
    case(
        "an image that is no picture",
        written(PICTURE, "a harbour"),
        Told(PICTURE, 0, "it is not a JPEG, PNG, GIF or WebP file", "save it as JPEG or PNG"),
    ),
    case(
        "an image cut short",
        lambda root: written(PICTURE, (root / PICTURE).read_bytes()[:500])(root),
        Told(PICTURE, 0, "the file breaks off before its end", "get the whole of it once more"),
    ),
    case(
        "an image with a bomb in its notes",
        lambda root: written(PICTURE, with_chunks((root / PICTURE).read_bytes(), b"zTXt", unfolding(9_000_000)))(root),
        Told(PICTURE, 0, "notes inside it unfold", "save it anew as JPEG or PNG"),
    ),
    case(
        "an image of 30 MB",
        written(PICTURE, b"\0" * 30_000_001),
        Told(PICTURE, 0, "larger than 30 MB", "save it smaller"),
    ),
)
