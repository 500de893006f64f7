"""Init: a new publication, begun from the sample."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from newsletter import packaged
from newsletter.model.errors import ConfigError
from newsletter.publication.folder import SCHEDULE
from newsletter.publication.write import write
from newsletter.publication.yamledit import changed
from newsletter.publication.yamlfile import nodes, read

_GITIGNORE = "# What the program makes, half-written files, and what must stay secret\nvar/\npublic/\n.*.saving\n.env\n"


def init_publication(target: Path, name: str | None = None) -> Path:
    """Makes a publication in a new or empty folder, all of it or nothing. Raises `ConfigError` for one in use.

    `name` is written into schedule.yaml; its comments stay.
    """
    target = target.absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConfigError("folder", f"{target} is there already and not empty; name a new folder")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as staging:
        made = Path(staging) / "publication"
        made.mkdir()
        for part in packaged.SAMPLE_PARTS:
            _copy(packaged.sample() / part, made / part)
        (made / "templates").mkdir()
        write(made / ".gitignore", _GITIGNORE)
        if name is not None:
            schedule = made / SCHEDULE
            text = schedule.read_text("utf-8")
            said = read(text).value
            assert isinstance(said, dict)
            write(schedule, changed(text, nodes(text), said, {"name": name}))
        if target.exists():
            target.rmdir()
        made.rename(target)
    return target


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns(".*", "__pycache__"))
    else:
        shutil.copyfile(source, target)
