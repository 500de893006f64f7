"""Jinja2: the publication's template first, then ours, in a sandbox.

Four kinds of output, each with its own environment:

- *mail* (`.mjml`): MJML gets a skeleton only. Whatever a template prints, text, addresses, formatted bodies, becomes an
  ASCII placeholder that holds it; `assemble` fills placeholders after MJML has run. So no value can be misread by MJML.
- *web* (`.html`): HTML with autoescape.
- *text* (`.txt`): plain text; slots are marked by noncharacters, which no content may hold.
- *style* (`.css`): prints nothing but what was checked to be safe there: colours, font stacks, measures, addresses.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from jinja2 import StrictUndefined, TemplateError, TemplateNotFound, TemplateSyntaxError, meta
from jinja2.exceptions import SecurityError
from jinja2.loaders import BaseLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from newsletter.model.errors import ContentError, Mistake
from newsletter.model.inputfile import InputFile
from newsletter.model.letter import BODY_SLOTS, Slot
from newsletter.model.shape import nearest, unfit_character
from newsletter.templating import filters
from newsletter.templating.compiled import Compiled, kept, take_up
from newsletter.templating.sandbox import Sandbox
from newsletter.templating.words import Missing, NotThere, Refused, missing_words, syntax_words, where

if TYPE_CHECKING:
    from newsletter.model.theme import Theme  # brings pydantic, which takes longer than a few pages do

SLOT_OPEN, SLOT_CLOSE = "\ufdd0", "\ufdd1"  # around a slot's name in the text part
PLACEHOLDER = re.compile(r"@@([ths])([0-9a-z_]*)@@")  # text, HTML, slot


class Verbatim(str):
    """A value of our own, ASCII and checked, that may stand in a template as it is: a colour, a font stack."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SafeHtml:
    """Formatted text that was made safe. Not a string, so that nothing can be glued to it unescaped."""

    html: str


@dataclass(frozen=True, slots=True)
class Source:
    """A template as it stands in a file."""

    label: str  # how mistakes and manifests name it
    path: Path
    text: str
    digest: str  # SHA-256, hex


class Templates:
    """The templates of one publication as they stand now: each file is read once, when it is first asked for.

    `roots` are label and folder, the publication's own first. What Jinja compiles is kept for the next reading.
    """

    def __init__(self, roots: tuple[tuple[str, Path], ...]) -> None:
        self._roots = roots
        self._sources: dict[str, Source | None] = {}
        self._environments = {
            ".mjml": _environment(self, ".mjml", _hold),
            ".html": _environment(self, ".html", _as_html),
            ".txt": _environment(self, ".txt", _as_text, autoescape=False),
            ".css": _environment(self, ".css", _as_css),
        }

    def find(self, name: str) -> Source | None:
        """The template of this name; None when no root has it. Raises `ContentError` for one that is not text."""
        if name not in self._sources:
            self._sources[name] = self._read(name)
        return self._sources[name]

    def _read(self, name: str) -> Source | None:
        for label, root in self._roots:
            path = root / name
            if path.is_file():
                data = path.read_bytes()
                text = _decoded(data, f"{label}{name}")
                return Source(f"{label}{name}", path, text, hashlib.sha256(data).hexdigest())
        return None

    def read_bytes(self, name: str) -> bytes:
        """A file beside the templates that readers get as it stands: a font, a script. `ContentError` where none is."""
        for _, root in self._roots:
            if (root / name).is_file():
                return (root / name).read_bytes()
        raise ContentError(
            [Mistake(f"templates/{name}", 0, "this file is not there", "take it from the program again")]
        )

    def names(self, folder: str) -> tuple[str, ...]:
        """The names of all templates in a folder, whichever root has them, in order."""
        return tuple(name for name in self.files(folder) if Path(name).suffix in self._environments)

    def files(self, folder: str) -> tuple[str, ...]:
        """The names of all files in a folder, templates or not, whichever root has them, in order."""
        found = {
            f"{folder}/{path.name}" for _, root in self._roots for path in (root / folder).glob("*") if path.is_file()
        }
        return tuple(sorted(name for name in found if name.isprintable()))

    def check(self, name: str) -> None:
        """Raises `ContentError` with file and line when Jinja cannot read the template."""
        with self._telling(name, ()):
            self._environments[Path(name).suffix].get_template(name)

    def render(self, name: str, values: dict[str, Any]) -> str:
        """What the template makes of the values. Raises `ContentError` with the template's file and line."""
        with self._telling(name, values):
            return self._environments[Path(name).suffix].get_template(name).render(values)

    def take_up(self, path: Path) -> None:
        """Takes up what an earlier run has compiled, so that it is not compiled again; see `compiled.take_up`."""
        take_up(path, _COMPILED)

    def kept(self) -> bytes | None:
        """What a file is to hold for `take_up`; None where nothing was compiled since."""
        return kept(_COMPILED)

    @contextmanager
    def _telling(self, name: str, values: Iterable[str]) -> Iterator[None]:
        """Turns what Jinja raises into a `ContentError`."""
        try:
            yield
        except TemplateSyntaxError as error:
            broken = (error.name or name).removeprefix("<template>")  # of a broken comment, Jinja gives the file name
            source = self.find(broken)
            self._raise(broken, *syntax_words(error, source.text if source else ""), error)
        except TemplateNotFound as error:
            known = self.names(str(error.name).split("/")[0])
            stems = {Path(one).stem: one for one in known}
            near = stems.get(nearest(Path(str(error.name)).stem, stems, likeness=0.7) or "")
            todo = f"did you mean '{near}'?" if near else f"name one that is there: {', '.join(known) or 'none'}"
            self._raise(*where(error, name), f"there is no template '{error.name}'", todo, error)
        except Refused as error:
            self._raise(*where(error, name), error.what, error.todo, error)
        except NotThere as error:
            self._raise(*where(error, name), *missing_words(error, values), error)
        except SecurityError as error:
            what = f"this is not allowed in a template: {str(error).rstrip('.')}"
            self._raise(*where(error, name), what, "use plain values, filters and macros", error)
        except RecursionError as error:
            todo = "remove the include, import or call that leads back to it"
            self._raise(*where(error, name), "the template takes itself in without end", todo, error)
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            self._raise(
                *where(error, name), f"this cannot be done here: {str(error).rstrip('.')}", "mend the expression", error
            )

    def closure(self, names: Iterable[str]) -> tuple[InputFile, ...]:
        """The files that these templates are made of, those they import or include with them, by path."""
        found: dict[str, str] = {}
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            source = self.find(name)
            if source is None or source.label in found:
                continue
            found[source.label] = source.digest
            waiting += references(source.text)
        return tuple(InputFile(label, digest) for label, digest in sorted(found.items()))

    def _raise(self, name: str, line: int, what: str, todo: str, cause: Exception) -> NoReturn:
        source = self.find(name)
        raise ContentError([Mistake(source.label if source else name, line, what, todo)]) from cause


@lru_cache(maxsize=256)
def _decoded(data: bytes, label: str) -> str:
    """The template's text with LF line ends. Raises `ContentError` for bytes that are not UTF-8, and for controls."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ContentError([Mistake(label, line, "the template is not UTF-8 text", "save it as UTF-8")]) from error
    if unfit_character(text):
        lines = enumerate(text.split("\n"), 1)
        line, bad = next((number, found) for number, one in lines if (found := unfit_character(one)))
        raise ContentError([Mistake(label, line, f"the control character {bad} stands here", "delete it")])
    return text


@lru_cache(maxsize=256)
def references(text: str) -> tuple[str, ...]:
    """The templates a template names in include, import and extends; a name that is computed is left out."""
    try:
        tree = ImmutableSandboxedEnvironment().parse(text)
    except TemplateSyntaxError:
        return ()
    return tuple(name for name in meta.find_referenced_templates(tree) if name is not None)


class _Loader(BaseLoader):
    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    def get_source(self, environment: object, template: str) -> tuple[str, str, None]:
        source = self._templates.find(template)
        if source is None:
            raise TemplateNotFound(template)
        return source.text, f"<template>{template}", None


_COMPILED = {suffix: Compiled() for suffix in (".mjml", ".html", ".txt", ".css")}


def _environment(templates: Templates, suffix: str, finalize: Callable[[Any], Any], autoescape: bool = True) -> Sandbox:
    environment = Sandbox(
        loader=_Loader(templates),
        bytecode_cache=_COMPILED[suffix],
        auto_reload=False,
        autoescape=autoescape,
        finalize=finalize,
        undefined=Missing,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters.pop("safe")  # formatted text comes as SafeHtml; nothing else is safe by being called so
    environment.filters["date"] = filters.in_words
    environment.filters["fill"] = filters.filler(finalize, Markup() if autoescape else "")
    environment.filters["plainly"] = filters.filler(str, "")
    environment.filters["mailto"] = filters.mailto
    environment.filters["verbatim"] = lambda value: Verbatim(filters.measure(value))
    environment.globals["slot"] = {slot.value: slot for slot in Slot}
    return environment


def _hold(value: Any) -> Any:
    """For mail: whatever is printed becomes a placeholder; only what is our own stands as it is."""
    match value:
        case Verbatim() | Markup():  # Markup is what a macro wrote: skeleton, with its own values held already
            return Markup(value)  # noqa: S704
        case SafeHtml():
            return Markup(f"@@h{value.html.encode().hex()}@@")  # noqa: S704
        case Slot():
            return Markup(f"@@s{_of_body(value).value}@@")  # noqa: S704
        case int() if not isinstance(value, bool):
            return value
        case str():
            return Markup(f"@@t{value.encode().hex()}@@")  # noqa: S704
    return _unprintable(value)


def _as_html(value: Any) -> Any:
    if type(value) in (str, Markup):  # nearly everything
        return value
    match value:
        case SafeHtml():
            return Markup(value.html)  # noqa: S704
        case Verbatim():
            return Markup(value)  # noqa: S704  (fonts hold quotes; each was checked when the theme was read)
        case Slot():
            raise Refused(f"the slot {value.value} stands on a page that all readers share", "remove it there")
        case str():
            return value
        case int() if not isinstance(value, bool):
            return value
    return _unprintable(value)


def _as_text(value: Any) -> Any:
    match value:
        case Slot():
            return f"{SLOT_OPEN}{_of_body(value).value}{SLOT_CLOSE}"
        case str():
            return value
        case int() if not isinstance(value, bool):
            return value
    return _unprintable(value)


def _as_css(value: Any) -> Any:
    match value:
        case Verbatim() | Markup():  # Markup is what a macro wrote, with its own values checked already
            return Markup(value)  # noqa: S704
        case str() if re.fullmatch(r"[\w./-]*", value, re.ASCII):  # an address of ours, the name of a file
            return value
        case str() | SafeHtml() | Slot():
            raise Refused("it prints text into a style", "print colours, font stacks, measures and addresses only")
        case int() if not isinstance(value, bool):
            return value
    return _unprintable(value)


def _unprintable(value: Any) -> Any:
    if isinstance(value, StrictUndefined):
        return value  # Jinja raises with the name that is missing
    if value is None:
        raise Refused("it prints a value that is left out in this issue", "ask {% if ... %} first")
    raise Refused(f"it prints a {type(value).__name__}, which is not text", "print a field of it, or use a filter")


def _of_body(slot: Slot) -> Slot:
    if slot not in BODY_SLOTS:
        raise Refused(f"the slot {slot.value} stands in a body", "remove it; it belongs in the headers")
    return slot


def theme_tokens(theme: Theme) -> dict[str, object]:
    """The theme for templates: `theme.light.ink`, `theme.serif`, `theme.width`; each was checked when it was read."""

    def verbatim(value: object) -> object:
        if isinstance(value, dict):
            return {key: verbatim(inner) for key, inner in value.items()}
        return Verbatim(value) if isinstance(value, str) else value

    return {key: verbatim(value) for key, value in asdict(theme).items()}


def fill_placeholders(text: str, convert: Callable[[str, str], Any]) -> list[Any]:
    """The text divided at its placeholders: what stands between as it is, each placeholder as `convert(kind, value)`.

    `kind` is "t" for plain text, "h" for HTML, "s" for the name of a slot.
    """
    parts = PLACEHOLDER.split(text)
    out: list[Any] = [parts[0]]
    for at in range(1, len(parts), 3):
        kind, data = parts[at], parts[at + 1]
        out.append(convert(kind, data if kind == "s" else bytes.fromhex(data).decode()))
        out.append(parts[at + 2])
    return out
