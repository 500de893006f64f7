"""The plan of the house, held: imports point down only, stages never know a sibling, nothing runs in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "newsletter"

SHELLS = {"cli", "desk", "site", "schedule"}
STAGES = {"gather", "edit", "check", "assemble", "deliver", "readers", "archive"}
GROUNDS = {"store", "publication", "fetch", "mail", "text", "pictures", "templating", "tokens", "serving"}
FLOORS = (SHELLS | {"__main__"}, {"actions"}, STAGES, GROUNDS | {"packaged"}, {"model"})
ROOMS = set().union(*FLOORS)

# The doors to each library: only these rooms may import it, one but for the servers of pages.
DOORS = {
    "sqlalchemy": "store",
    "alembic": "store",
    "psycopg": "store",
    "aiohttp": "fetch",
    "smtplib": "mail",
    "imap_tools": "mail",
    "markdown": "text",
    "nh3": "text",
    "wcwidth": "text",
    "PIL": "pictures",
    "matplotlib": "pictures",
    "jinja2": "templating",
    "babel": "templating",
    "ruamel": "publication",
    "mjml": "assemble",
    "feedparser": "gather",
    "trafilatura": "gather",
    "selectolax": "gather",
    "pypdfium2": "gather",
    "dotenv": "actions",
    "argon2": "actions",
    "rich": "cli",
    "cryptography": "mail",
    "greenlet": "deliver",
    "apscheduler": "schedule",
    "prometheus_client": "schedule",
    "dns": "mail",
    "pagefind_bin": "archive",
    "hmac": "tokens",
    "click": "cli",
    "starlette": "desk site schedule serving",
    "uvicorn": "desk site schedule serving",
}
STARTS = {("cli", "desk"), ("cli", "site"), ("cli", "schedule")}  # the command line starts the other shells, lazily


PATHS = sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = frozenset(name_of(path) for path in PATHS)


@cache
def modules() -> dict[str, ast.Module]:
    """Every module's tree, by name."""
    return {name_of(path): ast.parse(path.read_text("utf-8")) for path in PATHS}


@cache
def imports_of(name: str) -> tuple[str, ...]:
    """Every module named in an import anywhere in the file: lazy ones and those for the type checker as well."""
    return tuple(imports(modules()[name]))


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            for alias in node.names:
                joined = f"{node.module}.{alias.name}"
                yield joined if joined in NAMES else str(node.module)
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "import_module":
            assert isinstance(node.args[0], ast.JoinedStr), "only the command line imports by name"


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "newsletter"


def floor(name: str) -> int:
    return next(at for at, rooms in enumerate(FLOORS) if name in rooms)


def inner_imports() -> list[tuple[str, str]]:
    return [
        (name, target)
        for name in modules()
        for target in imports_of(name)
        if target.startswith("newsletter") and target != "newsletter"
    ]


def test_every_room_is_on_the_plan() -> None:
    """No module stands outside the rooms of the plan."""
    assert {room(name) for name in NAMES} - {"newsletter"} <= ROOMS


def test_imports_point_down_only() -> None:
    """A room imports itself and the floors below it, never one above."""
    assert [
        f"{name} imports {target}" for name, target in inner_imports() if floor(room(target)) < floor(room(name))
    ] == []


@pytest.mark.parametrize("rooms", [SHELLS, STAGES, GROUNDS], ids=["shells", "stages", "grounds"])
def test_no_room_imports_a_sibling(rooms: set[str]) -> None:
    """Stages, grounds and shells do not know each other; what joins them stands above."""
    siblings = [
        f"{name} imports {target}"
        for name, target in inner_imports()
        if room(name) in rooms and room(target) in rooms and room(target) != room(name)
        if (room(name), room(target)) not in STARTS
    ]
    assert siblings == []


def test_the_command_line_starts_other_shells_lazily() -> None:
    """Inside the command that needs them, so that no other command pays for a server."""
    early = [
        f"{name} imports {target}"
        for name, tree in modules().items()
        if room(name) in {starting for starting, _ in STARTS}
        for node in tree.body
        if not isinstance(node, ast.FunctionDef)
        for target in imports(node)
        if (room(name), room(target)) in STARTS
    ]
    assert early == []


def test_actions_do_not_reach_for_shells_and_only_actions_and_shells_see_the_app() -> None:
    """`App` is made once; a stage gets the values it needs."""
    seeing = {room(name) for name, target in inner_imports() if target == "newsletter.actions.app"}
    assert seeing <= SHELLS | {"actions"}


def test_imports_never_run_in_a_circle() -> None:
    """Module by module, lazy and type-only imports included."""
    below: dict[str, set[str]] = {name: set() for name in modules()}
    for name, target in inner_imports():
        below[name].add(target)
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " -> ".join((*path, name))
        if name in done:
            return
        for target in sorted(below.get(name, ())):
            walk(target, (*path, name))
        done.add(name)

    for name in modules():
        walk(name, ())


def test_each_library_has_one_door() -> None:
    """SQL, HTTP, mail, YAML, pictures, templates: each is spoken in one room."""
    strays = [
        f"{name} imports {target}"
        for name in modules()
        for target in imports_of(name)
        if (library := target.split(".")[0]) in DOORS and room(name) not in (*DOORS[library].split(), "newsletter")
    ]
    assert strays == []


def test_time_and_randomness_are_arguments() -> None:
    """No clock and no dice below the actions."""
    banned = {"now", "utcnow", "today", "time_ns", "monotonic"}
    found = [
        f"{name}: {ast.unparse(node)}"
        for name, tree in modules().items()
        if room(name) in STAGES | GROUNDS | {"model"}
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in banned
    ]
    assert found == []
    dice = {"random", "secrets", "uuid"}
    assert not [
        name for name in modules() if room(name) in STAGES | GROUNDS | {"model"} and dice & set(imports_of(name))
    ]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(Path(path).relative_to(PACKAGE)))
def test_modules_stay_small(path: Path) -> None:
    """A module of over 350 lines is two modules."""
    assert len(path.read_text("utf-8").splitlines()) <= 350
