"""What we offer to people who work in git: hooks and a workflow whose commands are ours."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT

HOOKS: list[dict[str, Any]] = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
WORKFLOW: dict[str, Any] = YAML(typ="safe").load(ROOT / "docs" / "examples" / "github-action.yml")
COMMANDS = [hook["entry"] for hook in HOOKS] + [
    line.strip()
    for step in WORKFLOW["jobs"]["check"]["steps"]
    for line in step.get("run", "").split("\n")
    if line.startswith("newsletter ")
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one_of_ours(command: str) -> None:
    """With options that it takes; click refuses any other."""
    program, name, *options = command.split()
    assert program == "newsletter"
    found: click.Command = import_module(f"newsletter.cli.{name.replace('-', '_')}").command
    assert found.make_context(name, options, obj=".").args == []
    with pytest.raises(click.UsageError):
        found.make_context(name, [*options, "--nonsense"], obj=".")


@pytest.mark.parametrize(
    ("path", "matters"),
    [
        ("content/issues/2026-11-27/number.md", True),
        ("content/people.yaml", True),
        ("templates/email/number.mjml", True),
        ("seeds/sources.yaml", True),
        ("schedule.yaml", True),
        ("README.md", False),
        ("old/schedule.yaml", False),
    ],
)
def test_a_hook_runs_for_what_an_issue_is_made_of(path: str, matters: bool) -> None:
    """And for nothing else."""
    assert [bool(re.search(hook["files"], path)) for hook in HOOKS] == [matters] * len(HOOKS)


def test_the_workflow_installs_what_is_there() -> None:
    """The pinned requirements of this checkout, by their hashes."""
    text = (ROOT / "docs" / "examples" / "github-action.yml").read_text("utf-8")
    for path in re.findall(r"\.newsletter/(\S+\.txt)", text):
        assert (ROOT / path).exists()
    assert "--require-hashes" in text


def test_the_manual_leads_to_what_is_there() -> None:
    """And names hooks that there are."""
    text = (ROOT / "docs" / "git.md").read_text("utf-8")
    ids = re.findall(r"- id: (\S+)", text)
    assert set(ids) == {hook["id"] for hook in HOOKS}
    for target in re.findall(r"\]\(((?!https:)[^)#]+)\)", text):
        assert Path(ROOT / "docs" / target).exists(), target
