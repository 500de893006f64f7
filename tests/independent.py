"""Independent implementations, run in Node: what a stranger makes of our output."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

NODE = Path(sys.executable).parent / "node"
FOLDER = Path(__file__).parent / "node"
# Rules of html-validate that are switched off, with the reason of each, by what they are switched off for.
OFF: dict[str, dict[str, str]] = json.loads((FOLDER / "html-rules.json").read_text("utf-8"))


def run_node(script: str, given: str) -> str:
    """What a script of tests/node writes for this standard input."""
    if not (FOLDER / "node_modules").is_dir():
        pytest.fail("the Node packages of the tests are missing; run `make test`, which installs them", pytrace=False)
    done = subprocess.run(
        [NODE, FOLDER / script], input=given, capture_output=True, text=True, check=True, encoding="utf-8"
    )
    return done.stdout


def parse_mail(messages: list[bytes]) -> list[dict[str, Any]]:
    """The messages as postal-mime reads them."""
    encoded = [base64.b64encode(message).decode("ascii") for message in messages]
    parsed: list[dict[str, Any]] = json.loads(run_node("parse.mjs", json.dumps(encoded)))
    return parsed
