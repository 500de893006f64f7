"""The files behind the lists of the desk, and a desk whose sources were gathered once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from newsletter.actions.app import App
from tests.desking import Desking, desk_of
from tests.living import Clock

PEOPLE, NAMES, SOURCES = "content/people.yaml", "content/names.yaml", "seeds/sources.yaml"


@pytest.fixture
def desk(home: App) -> Iterator[Desking]:
    """The desk of a publication whose sources were gathered once."""
    with desk_of(home.root, clock=Clock(home.clock())) as running:
        yield running


def text_of(desk: Desking, path: str) -> str:
    return (desk.root / path).read_text("utf-8")


def lines_changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines that went, and those that came."""
    old, new = before.splitlines(), after.splitlines()
    return [line for line in old if line not in new], [line for line in new if line not in old]


def edited(desk: Desking, path: str, old: str, new: str) -> None:
    """Somebody changes a file in an editor of their own."""
    text = text_of(desk, path)
    assert old in text
    (desk.root / path).write_text(text.replace(old, new), "utf-8")
