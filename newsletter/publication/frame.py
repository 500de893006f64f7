"""The frame texts of a language: templates/frame/<language>.yaml, the publication's own file over ours, key by key."""

from __future__ import annotations

from newsletter.model.draft import InputFile
from newsletter.model.errors import Mistake
from newsletter.model.frame import Frame
from newsletter.publication import yamlfile
from newsletter.publication.folder import Folder


def read(folders: tuple[tuple[str, Folder], ...], language: str) -> tuple[Frame | None, list[Mistake]]:
    """The texts of a language. `folders` are label and folder, the publication's first; each may hold the file.

    Raises nothing; a language that none of them has is a mistake, with the languages there are.
    """
    name = f"templates/frame/{language}.yaml"
    holding = [(label, folder) for label, folder in folders if folder.exists(name)]
    if not holding:
        known = sorted(
            {one.removesuffix(".yaml") for _, folder in folders for one in folder.names("templates/frame", ".yaml")}
        )
        todo = f"write one of: {', '.join(known)}; or add {name} to the publication"
        return None, [Mistake("schedule.yaml", 0, f"there are no standing texts for the language '{language}'", todo)]
    texts: dict[str, str] = {}
    mistakes: list[Mistake] = []
    for label, folder in reversed(holding):
        path = f"{label}{name}"
        written = yamlfile.read(folder.read_text(name) or "")
        mistakes += [Mistake(path, *mistake) for mistake in written.mistakes]
        for key, value in (written.value if isinstance(written.value, dict) else {}).items():
            if isinstance(value, str):
                texts[key] = value
            else:
                mistakes.append(Mistake(path, written.line((key,)), f"`{key}` is not one text", "write key: text"))
    files = tuple(InputFile(f"{label}{file.path}", file.digest) for label, folder in holding for file in folder.opened)
    direction = "rtl" if texts.get("direction") == "rtl" else "ltr"
    return Frame(language, direction, texts, tuple(file for file in files if file.path.endswith(name))), mistakes
