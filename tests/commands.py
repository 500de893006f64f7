"""Commands as a person types them: in this process, for to start another takes longer than what they do; or in one."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from newsletter.cli import main
from tests.conftest import ROOT


@dataclass(frozen=True, slots=True)
class Done:
    """How a command ended and what it printed, named as `subprocess.run` names it."""

    returncode: int
    stdout: str
    stderr: str


def run(*words: str, cwd: Path | None = None) -> Done:
    """What `newsletter` does with these words, through the same `main`. A bug of ours is raised with its traceback."""
    out, err = _stream(), _stream()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(cwd or ROOT.parent)
        patch.setenv("COLUMNS", "100")
        patch.setattr(sys, "argv", ["newsletter", *words])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit) as ended:
            main()
    assert isinstance(ended.value.code, int)
    return Done(ended.value.code, _printed(out), _printed(err))


def started(*words: str, cwd: Path | None = None, path: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """`python -m newsletter` in a process of its own, from this checkout or from another place where it lies."""
    environment = {**os.environ, "PYTHONPATH": str(path), "COLUMNS": "100"}
    command = [sys.executable, "-m", "newsletter", *words]
    return subprocess.run(command, cwd=cwd or ROOT.parent, env=environment, capture_output=True, text=True, check=False)


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)


def _printed(stream: io.TextIOWrapper) -> str:
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue().decode()
