"""Compiles pyproject.toml into requirements/*.txt: exact versions with hashes, for every platform, naming no host."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = {"run.txt": ["--group", "build"], "dev.txt": ["--group", "dev", "--constraint", "requirements/run.txt"]}


def main() -> None:
    for name, groups in FILES.items():
        subprocess.run(
            [
                *(str(Path(sys.executable).parent / "uv"), "pip", "compile", "pyproject.toml", *groups),
                *("--universal", "--python-version", "3.11", "--generate-hashes", "--upgrade", "--quiet"),
                *("--no-emit-index-url", "--no-emit-find-links"),
                *("--custom-compile-command", "make requirements"),
                *("--output-file", f"requirements/{name}"),
            ],
            cwd=ROOT,
            check=True,
        )


if __name__ == "__main__":
    main()
