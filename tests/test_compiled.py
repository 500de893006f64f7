"""Compiled templates are kept between runs: taken up is what was kept, whole, by this very program, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import DictLoader, Environment

from newsletter.templating.compiled import Compiled, kept, take_up

PAGE = "<p>{{ word }}</p>"


def made(kinds: dict[str, Compiled], source: str = PAGE) -> str:
    """What a page of a template comes to."""
    environment = Environment(loader=DictLoader({"page": source}), bytecode_cache=kinds[".html"], autoescape=True)
    return environment.get_template("page").render(word="<b>")


def kinds() -> dict[str, Compiled]:
    """Nothing compiled yet."""
    return {".html": Compiled(), ".txt": Compiled()}


@pytest.fixture
def held() -> bytes:
    """What one run keeps."""
    first = kinds()
    made(first)
    data = kept(first)
    assert data is not None
    return data


def test_what_was_compiled_is_not_compiled_again(held: bytes, tmp_path: Path) -> None:
    """The next run makes the same page, and has nothing new to keep."""
    path = tmp_path / "templates.code"
    path.write_bytes(held)
    second = kinds()
    take_up(path, second)
    assert made(second) == "<p>&lt;b&gt;</p>"
    assert kept(second) is None


def test_a_template_that_has_changed_is_compiled_anew(held: bytes, tmp_path: Path) -> None:
    """By its source, not by its name or date."""
    path = tmp_path / "templates.code"
    path.write_bytes(held)
    second = kinds()
    take_up(path, second)
    assert made(second, "<i>{{ word }}</i>") == "<i>&lt;b&gt;</i>"
    assert kept(second) not in (None, held)


def test_what_is_not_whole_is_passed_over(held: bytes, tmp_path: Path) -> None:
    """A file that was cut short or changed at any octet is never run."""
    path = tmp_path / "templates.code"

    @given(st.integers(0, len(held) - 1), st.integers(1, 255))
    def spoilt(at: int, by: int) -> None:
        for data in (held[:at], held[:at] + bytes([held[at] ^ by]) + held[at + 1 :]):
            path.write_bytes(data)
            second = kinds()
            take_up(path, second)
            assert second[".html"].code == {}

    spoilt()


def test_without_a_file_there_is_nothing_to_take_up(tmp_path: Path) -> None:
    """As on the first run."""
    second = kinds()
    take_up(tmp_path / "templates.code", second)
    assert made(second) == "<p>&lt;b&gt;</p>"
