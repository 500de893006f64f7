"""The command line: what people type, what they see, and how it ends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from newsletter.cli import COMMANDS, cli
from tests.commands import run, started
from tests.conftest import ISSUE, ROOT


def test_help_lists_every_command() -> None:
    """And each command's own help shows an example that begins with its name."""
    listed = started("--help")
    assert listed.returncode == 0
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", listed.stdout, re.MULTILINE)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_help_of_a_command_shows_an_example(command: str) -> None:
    """The docs cannot rot: the README names each command as well."""
    shown = CliRunner().invoke(cli, [command, "--help"])
    assert shown.exit_code == 0
    example = shown.stdout.split("Example:")[1]
    assert re.search(rf"newsletter (-C \S+ )?{command}\b", example)
    assert f"newsletter {command}" in (ROOT / "README.md").read_text("utf-8")


# What `--help` may import beside the standard library: the rest waits for its command.
HELP_MODULES = {"click", "newsletter"}


def test_help_imports_little() -> None:
    """`--help` stays within a few times the start of Python because it imports click and nothing else of weight."""
    # Where coverage is measured, it starts in every process and brings its own imports along.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}

    def imported_by(*words: str) -> set[str]:
        command = [sys.executable, "-X", "importtime", *words]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
        return {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}

    imported, at_start = imported_by("-m", "newsletter", "--help"), imported_by("-c", "pass")
    strangers = imported - at_start - set(sys.stdlib_module_names) - {"imported package"}
    assert strangers == HELP_MODULES
    heavy = {"asyncio", "email", "http", "urllib", "zoneinfo", "ssl", "xml", "unittest", "tempfile", "difflib"}
    assert not imported & heavy


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["biuld"], "did you mean 'build'?"),
        (["build", "tomorrow", "--out", "x"], "write its date, as 2026-11-27"),
        (["build"], "--out"),
        (["init"], "DIR"),
        (["--nonsense"], "--nonsense"),
    ],
    ids=["unknown command", "not a date", "missing option", "missing argument", "unknown option"],
)
def test_misuse_exits_2_with_a_hint(words: list[str], told: str) -> None:
    """And without a traceback."""
    done = run(*words)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_without_a_publication_is_told(tmp_path: Path) -> None:
    """With the option that names one."""
    done = started("-C", str(tmp_path), "check-files")
    assert done.returncode == 1
    assert "no schedule.yaml" in done.stderr
    assert "-C DIR" in done.stderr


def test_the_publication_is_found_from_a_folder_inside_it(publication: Path) -> None:
    """As git does, by walking up."""
    done = run("check-files", cwd=publication / "content" / "issues")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No mistakes in ")


def test_an_issue_that_is_not_there_is_told(publication: Path, tmp_path: Path) -> None:
    """With those that are."""
    done = run("-C", str(publication), "build", "2026-11-28", "--out", str(tmp_path))
    assert done.returncode == 1
    assert ISSUE in done.stderr


def test_init_makes_a_publication_under_its_own_name(tmp_path: Path) -> None:
    """The name goes into schedule.yaml; every comment stays."""
    made = tmp_path / "weekly"
    done = run("init", str(made), "--name", 'The "Weekly": Strait')
    assert done.returncode == 0
    before = (ROOT / "schedule.yaml").read_text("utf-8").splitlines()
    after = (made / "schedule.yaml").read_text("utf-8").splitlines()
    assert [line for line in before if not line.startswith("name:")] == [
        line for line in after if not line.startswith("name:")
    ]
    assert run("-C", str(made), "check-files").returncode == 0
    assert run("-C", str(made), "build", "--out", str(tmp_path / "out")).returncode == 0
    assert "<title>" in (tmp_path / "out" / "email.html").read_text("utf-8")
    assert "The “Weekly”: Strait" in (tmp_path / "out" / "email.txt").read_text("utf-8")


def test_init_never_writes_into_a_folder_in_use(tmp_path: Path) -> None:
    """What is there stays; an empty folder is taken."""
    (tmp_path / "mine.txt").write_text("precious", "utf-8")
    done = run("init", str(tmp_path))
    assert done.returncode == 1
    assert "not empty" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    (tmp_path / "new").mkdir()
    assert run("init", str(tmp_path / "new")).returncode == 0


def test_an_output_folder_that_cannot_be_written_is_told(publication: Path, tmp_path: Path) -> None:
    """A file in the way: exit 1 in words."""
    (tmp_path / "file").write_text("", "utf-8")
    done = run("-C", str(publication), "build", "--out", str(tmp_path / "file"))
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(tmp_path / "file") in done.stderr


def snapshot() -> dict[str, tuple[int, int]]:
    """Size and time of every file of the sample in the checkout."""
    parts = (ROOT / part for part in ("content", "seeds"))
    files = [path for part in parts for path in part.rglob("*") if path.is_file()]
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in [*files, ROOT / "schedule.yaml"]}


def test_the_demo_runs_the_main_job_and_says_what_it_made(tmp_path: Path) -> None:
    """At most 20 lines; a mail for each reader, a page, the fixed clock; nothing of the checkout is changed."""
    before = snapshot()
    done = started("demo", str(tmp_path / "demo"))
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len(lines) <= 20
    assert lines[0].startswith("The clock of this demo stands at Wed 25 Nov 21:00 Hong Kong")
    assert "48 hours before" in lines[0]
    assert "12 in all = 12 accepted" in done.stdout
    letters = [path.read_text("ascii") for path in (tmp_path / "demo" / "var" / "outbox" / "new").glob("*.eml")]
    greetings = {match[0] for text in letters if (match := re.search(r"^Dear .*?,", text, re.MULTILINE))}
    assert len(letters) == 12
    assert {"Dear Ana,", "Dear =E6=9D=8E=E8=96=87,", "Dear Focus reader,"} <= greetings
    for line in lines:
        for word in line.split():
            if word.startswith(str(tmp_path)) and not word.endswith("var/build"):
                assert Path(word).exists(), line
    assert snapshot() == before


def test_the_wheel_carries_templates_and_sample(tmp_path: Path) -> None:
    """Unpacked anywhere, far from a checkout, it begins a publication and builds its issue."""
    hatchling = [str(Path(sys.executable).parent / "hatchling"), "build", "-t", "wheel", "-d", str(tmp_path / "dist")]
    subprocess.run(hatchling, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    installed = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    made = tmp_path / "weekly"
    assert started("init", str(made), cwd=tmp_path, path=installed).returncode == 0
    done = started("-C", str(made), "build", "--out", str(tmp_path / "out"), cwd=tmp_path, path=installed)
    assert (done.returncode, done.stderr) == (0, "")
    here = run("-C", str(made), "build", "--out", str(tmp_path / "here"))
    assert here.returncode == 0
    assert (tmp_path / "out" / "email.eml").read_bytes() == (tmp_path / "here" / "email.eml").read_bytes()
