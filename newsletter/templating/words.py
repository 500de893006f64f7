"""What Jinja finds wrong with a template, in the words of who writes one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from types import TracebackType
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError
from jinja2.environment import TemplateModule
from jinja2.exceptions import TemplateRuntimeError
from jinja2.utils import missing

from newsletter.model.frame import Frame
from newsletter.model.shape import nearest, shown

_BLOCKS = ("if", "for", "macro", "call", "filter", "with", "block")
_TAGS = ("set", "include", "import", "from", "extends", "else", "elif", *_BLOCKS, *(f"end{one}" for one in _BLOCKS))


class Refused(TypeError):
    """A value that may not be printed where it stands, or a filter that is asked for what it cannot do."""

    def __init__(self, what: str, todo: str) -> None:
        self.what = what
        self.todo = todo
        super().__init__(f"{what}; {todo}")


class NotThere(UndefinedError):
    """A name that stands for nothing: what it was looked for in (`missing`: among all values), and the name.

    `asked_for` says that a macro was called without it.
    """

    def __init__(self, message: str, holder: Any, name: str) -> None:
        self.holder = holder
        self.name = name
        self.asked_for = "was not provided" in message
        super().__init__(message)


class Missing(StrictUndefined):
    """What a name is that stands for nothing: using it in any way raises `NotThere`."""

    __slots__ = ()

    def __init__(
        self,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[TemplateRuntimeError] = UndefinedError,
    ) -> None:
        def not_there(message: str) -> TemplateRuntimeError:
            return NotThere(message, obj, str(name))

        told: Any = not_there if exc is UndefinedError else exc  # the sandbox gives an error of its own
        super().__init__(hint, obj, name, told)


def missing_words(error: NotThere, values: Iterable[str]) -> tuple[str, str]:
    """What and todo for a name that stands for nothing, in a template that is given these values."""
    holder, name = error.holder, shown(error.name)
    if error.asked_for:
        return f"a macro is called here without `{name}`", "give it a value in the brackets"
    if holder is None:
        return f"`{name}` is asked of a value that is left out in this issue", "ask {% if ... %} first"
    if holder is missing:
        known, what = list(values), f"there is no value `{name}` here"
    elif isinstance(holder, Frame):
        known, what = list(holder.texts), f"there is no `{name}` among the frame texts"
    elif isinstance(holder, dict):
        known, what = [str(key) for key in holder], f"there is no `{name}` in it"
    else:
        known = [one for one in dir(holder) if not one.startswith("_")]
        what = f"a {type(holder).__name__} has no `{name}`"
        if isinstance(holder, TemplateModule):
            known, what = [one for one in vars(holder) if not one.startswith("_")], f"there is no macro `{name}` there"
    near = nearest(error.name, known, likeness=0.6)
    return what, f"did you mean `{near}`?" if near else "use a name that this template is given"


def syntax_words(error: TemplateSyntaxError, text: str) -> tuple[int, str, str]:
    """Line, what and todo for a template that Jinja cannot read. `text` is that template's."""
    message = re.sub(r" at \d+$", "", error.message or "").rstrip(".")  # Jinja counts characters there
    if line := _unclosed_tag(text):
        return line, "a Jinja tag opens here and is not closed", "close it with %}, }} or #}"
    if "end of template" in message and (block := _open_block(text)):
        name, line = block
        return line, f"the block {{% {name} %}} opens here and is not closed", f"close it with {{% end{name} %}}"
    unknown = re.search(r"unknown tag '(\w+)'", message)
    expected = re.search(r"block that needs to be closed is '(\w+)'", message)
    if unknown and unknown[1] in _TAGS:
        todo = f"close {{% {expected[1]} %}} first" if expected else "remove it, or open its block above"
        return error.lineno, f"{{% {unknown[1]} %}} closes nothing that is open", todo
    if unknown:
        near = nearest(unknown[1], _TAGS)
        todo = f"did you mean {near}?" if near else f"the tags are {', '.join(sorted(_TAGS))}"
        return error.lineno, f"{{% {shown(unknown[1])} %}} is not a tag that is known here", todo
    if named := re.fullmatch(r"No (filter|test) named '(.*)'", message):
        return error.lineno, f"there is no {named[1]} `{shown(named[2])}`", "mend its name"
    return error.lineno, f"Jinja cannot read this: {message}", "mend the tag"


def _unclosed_tag(text: str) -> int:
    """The line of the first Jinja tag that is not closed before the next one opens; 0 when there is none."""
    at = 0
    while opened := re.compile(r"\{[%{#]").search(text, at):
        close = {"{%": "%}", "{{": "}}", "{#": "#}"}[opened[0]]
        end = text.find(close, opened.end())
        inside = text[opened.end() : end] if end >= 0 else ""
        if end < 0 or (close != "#}" and re.search(r"\{[%{#]", inside)):
            return text.count("\n", 0, opened.start()) + 1
        at = end + 2
    return 0


def _open_block(text: str) -> tuple[str, int] | None:
    """Name and line of the innermost block that is open at the end of a template."""
    stack: list[tuple[str, int]] = []
    for match in re.finditer(r"\{#.*?#\}|\{%[-+]?\s*(\w+)", text, re.DOTALL):
        if match[1] in _BLOCKS:
            stack.append((match[1], text.count("\n", 0, match.start()) + 1))
        elif stack and match[1] == f"end{stack[-1][0]}":
            stack.pop()
    return stack[-1] if stack else None


def where(error: BaseException, name: str) -> tuple[str, int]:
    """The template and line that an error was raised in, from the traceback that Jinja rewrites.

    Of a template that takes itself in, it is the line that comes up again and again.
    """
    found: list[tuple[str, int]] = []
    trace: TracebackType | None = error.__traceback__
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        if filename.startswith("<template>"):
            found.append((filename.removeprefix("<template>"), trace.tb_lineno))
        trace = trace.tb_next
    if isinstance(error, RecursionError) and found:
        return Counter(found).most_common(1)[0][0]
    if isinstance(error, NotThere) and error.asked_for and len(found) > 1:
        return found[-2]  # where the macro is called, not where it stands
    return found[-1] if found else (name, 0)
