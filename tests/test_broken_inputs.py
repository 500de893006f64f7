"""Broken input of every kind an editor can make: what is told of it, to the file and the line, in words that help.

A case changes a copy of the sample publication and says everything that must be told of it, no more and no less.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from newsletter.actions.app import App
from newsletter.actions.check_files import check_files
from newsletter.model.errors import Mistake
from tests.breaking import (
    FOLDER,
    ITEMS,
    NUMBER,
    OPENING,
    PEOPLE,
    READ_MORE,
    SCHEDULE,
    SECTION,
    TEMPLATE,
    Case,
    added,
    body,
    line,
    one_issue,
    plain,
    template,
    written,
)
from tests.broken.bodies import BODIES
from tests.broken.calendar import CALENDAR
from tests.broken.files import FILES
from tests.broken.frames import FRAMES
from tests.broken.jinja import JINJA
from tests.broken.keys import KEYS
from tests.broken.mjml import MJML
from tests.broken.references import REFERENCES
from tests.broken.values import VALUES
from tests.broken.yaml_signs import YAML
from tests.commands import Done, run, started
from tests.conftest import opened

CASES = (*YAML, *KEYS, *VALUES, *CALENDAR, *REFERENCES, *FILES, *BODIES, *MJML, *JINJA, *FRAMES)


@pytest.fixture
def app(pristine: Path, tmp_path: Path) -> App:
    """The sample with its coming issue alone, for a test to change."""
    return opened(one_issue(pristine, tmp_path / "publication"))


def listed(mistakes: tuple[Mistake, ...]) -> str:
    return "\n".join(str(mistake) for mistake in mistakes) or "nothing is told"


def test_there_is_nothing_to_tell_of_the_sample(app: App) -> None:
    """What the cases begin from has no mistake, neither the sample nor the template that they break."""
    written(TEMPLATE, SECTION)(app.root)
    assert check_files(app).mistakes == ()


def test_the_cases_are_many_and_each_has_a_name_of_its_own() -> None:
    """Fifty kinds of broken input at the least."""
    assert len({one.name for one in CASES}) == len(CASES) >= 50


@pytest.mark.parametrize("broken", CASES, ids=lambda one: one.name)
def test_broken_input_is_told_with_its_file_its_line_and_what_to_do(app: App, broken: Case) -> None:
    """All that a case expects is told, where it expects it, and nothing beside it."""
    for change in broken.changes:
        change(app.root)
    found = check_files(app).mistakes
    untold = [told for told in broken.told if not any(told.fits(mistake, app.root) for mistake in found)]
    noise = [mistake for mistake in found if not any(told.fits(mistake, app.root) for told in broken.told)]
    assert (untold, noise, len(found)) == ([], [], len(broken.told)), listed(found)
    assert [mistake for mistake in found if not plain(mistake)] == []


def test_mistakes_in_several_files_are_told_at_once_by_file_and_line(app: App) -> None:
    """Nobody mends one mistake to be told the next: four files with two mistakes each give eight, in order."""
    for change in (
        line(ITEMS, "published:", "  published: 2026-02-30"),
        added(ITEMS, "\n- id: Capital\n  outlet: A\n  title: B\n  url: https://example.org\n  rights: ours\n"),
        line(OPENING, "preheader:", "preheder: A calendar"),
        body("One<br>two"),
        line(NUMBER, "as_of:", "as_of: yesterday"),
        line(NUMBER, "caption:", "captoin: days"),
        template('<mj-text align="left">', '<mj-text aling="left" colour="#ffffff">'),
    ):
        change(app.root)
    found = check_files(app).mistakes
    assert [mistake.path for mistake in found] == [OPENING] * 2 + [ITEMS] * 2 + [NUMBER] * 2 + [TEMPLATE] * 2
    assert list(found) == sorted(found)
    assert len({(mistake.path, mistake.line) for mistake in found}) == 7  # the attributes stand on one line


BY_COMMAND = {
    "a tab as indent": f"{SCHEDULE}:14: a tab indents this line; use spaces; YAML takes no tabs",
    "a file in Latin-1": f"{PEOPLE}:2: the file is not UTF-8 text (byte 0xE9); save it as UTF-8 in your editor",
    "a field that is not there": f"{TEMPLATE}:4: a Question has no `queston`; did you mean `question`?",
    "a picture that is not there": f"{READ_MORE}:6: there is no picture 'zzzzzzzzzz.jpg' in {FOLDER}/images; "
    "put the file there, or remove the picture",
}


def ended_with_1(done: Done | subprocess.CompletedProcess[str], app: App, command: str, name: str) -> None:
    assert done.returncode == 1
    assert BY_COMMAND[name] in (done.stdout if command == "check-files" else done.stderr).splitlines()
    assert "Traceback" not in done.stderr
    assert not (app.root / "var" / "build").exists()


def words_for(app: App, command: str, name: str) -> tuple[str, ...]:
    """What a person types, after the publication was broken in this way."""
    for change in next(one for one in CASES if one.name == name).changes:
        change(app.root)
    return ("-C", str(app.root), command, *(("--out", "var/build") if command == "build" else ()))


@pytest.mark.parametrize("name", BY_COMMAND)
@pytest.mark.parametrize("command", ["check-files", "build"])
def test_a_command_tells_broken_input_on_a_line_and_ends_with_1(app: App, command: str, name: str) -> None:
    """As file:line: what; what to do. `check-files` tells it as its result, `build` as the reason why there is none."""
    ended_with_1(run(*words_for(app, command, name), cwd=app.root), app, command, name)


@pytest.mark.parametrize("command", ["check-files", "build"])
def test_a_process_of_its_own_ends_so_as_well(app: App, command: str) -> None:
    """With exit status 1, the words on the same stream, and no traceback behind them."""
    name = "a file in Latin-1"
    ended_with_1(started(*words_for(app, command, name), cwd=app.root), app, command, name)
