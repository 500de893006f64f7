"""Remakes the golden files of the kitchen sink, to be read as a diff."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from newsletter.actions.init_publication import init_publication
from tests.kitchen import GOLDEN, GOLDEN_FILES, build_sink


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        build_sink(init_publication(Path(folder) / "publication"), Path(folder) / "out")
        for name in GOLDEN_FILES:
            shutil.copyfile(Path(folder) / "out" / name, GOLDEN / name)
            print(GOLDEN / name)


if __name__ == "__main__":
    main()
