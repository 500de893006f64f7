"""The frame texts of a language: templates/frame/<language>.yaml, the publication's own file over ours, key by key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from newsletter.model.errors import Mistake
from newsletter.model.frame import Frame
from newsletter.model.inputfile import InputFile
from newsletter.model.shape import nearest, shown
from newsletter.publication import frontmatter, yamlfile
from newsletter.publication.folder import SCHEDULE, Folder

FRAMES = "templates/frame"
_DATE = re.compile(
    r"y{1,4}|[ML]{1,5}|d{1,2}|E{1,5}|[^A-Za-z']|'[^']*'"
)  # of Unicode TR 35, what a date without time has


def read(folders: tuple[tuple[str, Folder], ...], language: str) -> tuple[Frame | None, list[Mistake]]:
    """The texts of a language. `folders` are label and folder, the publication's first, ours last; each may hold it.

    Raises nothing; a language that none of them has is a mistake, with the languages there are. Our English texts say
    which texts there are, and which {names} are filled in them.
    """
    name = f"{FRAMES}/{language}.yaml"
    holding = [(label, folder) for label, folder in folders if folder.exists(name)]
    if not holding:
        return None, [_unknown(folders, language)]
    english = yamlfile.read(folders[-1][1].read_text(f"{FRAMES}/en.yaml") or "").value
    ours = {key: str(value) for key, value in english.items()} if isinstance(english, dict) else {}
    texts: dict[str, str] = {}
    mistakes: list[Mistake] = []
    for label, folder in reversed(holding):
        found, more = _texts(folder, label, name, ours)
        texts |= found
        mistakes += more
    if not mistakes and (missing := [key for key in ours if key not in texts]):
        rest = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        what = f"these texts are missing: {', '.join(missing[:5])}{rest}"
        mistakes.append(
            Mistake(f"{holding[0][0]}{name}", 0, what, f"add them, as {FRAMES}/en.yaml of the program has them")
        )
    files = tuple(InputFile(f"{label}{file.path}", file.digest) for label, folder in holding for file in folder.opened)
    direction = "rtl" if texts.get("direction") == "rtl" else "ltr"
    return Frame(language, direction, texts, tuple(file for file in files if file.path.endswith(name))), mistakes


def _texts(folder: Folder, label: str, name: str, ours: Mapping[str, str]) -> tuple[dict[str, str], list[Mistake]]:
    """The texts of one file and every mistake in it."""
    path, noted = f"{label}{name}", len(folder.mistakes)
    written = yamlfile.read(folder.read_text(name) or "")
    mistakes = [replace(mistake, path=path) for mistake in folder.mistakes[noted:]]
    mistakes += [Mistake(path, *mistake) for mistake in written.mistakes]
    if mistakes or written.value is None:
        return {}, mistakes
    if not isinstance(written.value, dict):
        return {}, [Mistake(path, 1, "the file holds no texts by name", "write key: text lines")]
    texts = {}
    for key, value in written.value.items():
        fault = (
            _fault(key, value, ours)
            if isinstance(value, str)
            else (f"`{shown(key)}` is not one text", "write key: text")
        )
        if fault:
            mistakes.append(Mistake(path, written.line((key,)), *fault))
        else:
            texts[key] = str(value)
    return texts, mistakes


def _fault(key: str, text: str, ours: Mapping[str, str]) -> tuple[str, str] | None:
    """What and todo for a text that cannot be used, or None."""
    if key == "direction":
        return None if text in ("ltr", "rtl") else (f"the direction is '{shown(text)}'", "write ltr or rtl")
    if key not in ours:
        near = nearest(key, ours, likeness=0.9)  # a publication's own templates may have texts of their own
        return (f"`{shown(key)}` is not a text that is known here", f"did you mean `{near}`?") if near else None
    if key.startswith("date_"):
        rest = _DATE.sub("", text)
        what = f"`{key}` holds {rest[:1]}, which is no pattern letter of a date"
        return (what, "use y, M, d and E, and put words between two '") if rest else None
    if re.search(r"[{}]", re.sub(r"\{\w+\}", "", text)):
        return f"`{key}` holds a brace that stands alone", "write a name between two of them, as {date}"
    known = re.findall(r"\{\w+\}", ours[key])
    strange = next((one for one in re.findall(r"\{\w+\}", text) if one not in known), None)
    if strange:
        return f"`{key}` holds {strange}, which nothing fills", f"write {' or '.join(known) or 'the words themselves'}"
    return None


def _unknown(folders: tuple[tuple[str, Folder], ...], language: str) -> Mistake:
    """Nobody has texts in this language: told where the issue that was read asks for it, else the publication."""
    known = {one.removesuffix(".yaml") for _, folder in folders for one in folder.names(FRAMES, ".yaml")}
    todo = f"write one of: {', '.join(sorted(known))}; or add {FRAMES}/{language}.yaml to the publication"
    what = f"there are no standing texts for the language '{shown(language)}'"
    own = folders[0][1]
    for path in [file.path for file in own.opened if file.path.endswith("/issue.md")]:
        matter = frontmatter.split(own.read_text(path) or "", path)[0].matter
        if isinstance(matter.value, dict) and matter.value.get("language") == language:
            return Mistake(path, matter.line(("language",)), what, todo)
    return Mistake(SCHEDULE, yamlfile.read(own.read_text(SCHEDULE) or "").line(("language",)), what, todo)
