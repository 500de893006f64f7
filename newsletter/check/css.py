"""As much of CSS as mails use: declarations, rules within at-rules, and which elements a selector chooses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from newsletter.check.markup import Element

_COMMENT = re.compile(r"/\*.*?\*/|<!--|-->", re.DOTALL)
_QUOTED = re.compile(r""""[^"]*"|'[^']*'|\([^()]*\)""")
_PARTS = re.compile(r"\s*([>+~])\s*|\s+")
_SIMPLE = re.compile(
    r"(?P<name>\*|[A-Za-z][\w|-]*)|#(?P<id>[\w-]+)|\.(?P<class>[\w-]+)|\[(?P<attribute>[^\]]*)\]"
    r"|(?P<pseudo>::?[a-z-]+(?:\((?:[^()]|\([^()]*\))*\))?)"
)
_ATTRIBUTE = re.compile(r"""\s*([\w-]+)\s*(?:([~|^$*]?=)\s*["']?([^"']*?)["']?\s*)?""")


@dataclass(frozen=True, slots=True)
class Declaration:
    """One property and its value."""

    name: str  # lower case
    value: str  # as written, without "!important"
    important: bool


@dataclass(frozen=True, slots=True)
class Simple:
    """One element of a selector: what it has to be."""

    join: str  # how it hangs on the one before: "" (the first), " ", ">", "+" or "~"
    name: str  # "*": any
    id: str
    classes: tuple[str, ...]
    attributes: tuple[tuple[str, str, str], ...]  # name, "=" and its kin or "", value
    pseudos: tuple[str, ...]  # with their colons


@dataclass(frozen=True, slots=True)
class Selector:
    """One selector of a rule, without its commas."""

    parts: tuple[Simple, ...]

    @property
    def weight(self) -> tuple[int, int, int]:
        """Its specificity: ids, classes and what counts as one, names."""
        return (
            sum(bool(part.id) for part in self.parts),
            sum(len(part.classes) + len(part.attributes) + len(part.pseudos) for part in self.parts),
            sum(part.name != "*" for part in self.parts),
        )

    def chooses(self, element: Element) -> bool:
        """Whether it means this element. What depends on siblings or on the reader's doings chooses none."""
        return bool(self.parts) and _chosen(self.parts, element)


@dataclass(frozen=True, slots=True)
class Rule:
    """Selectors and what holds for them, under the at-rules around it."""

    within: tuple[str, ...]  # "@media (prefers-color-scheme: dark)", the outermost first
    selectors: tuple[Selector, ...]
    declarations: tuple[Declaration, ...]


@dataclass(frozen=True, slots=True)
class Styles:
    """One style sheet."""

    rules: tuple[Rule, ...]
    at_rules: tuple[str, ...]  # each as it begins: "@media (max-width: 480px)"


@lru_cache(maxsize=1024)
def declarations(text: str) -> tuple[Declaration, ...]:
    """What a style attribute, or the inside of a rule, declares; in order."""
    return tuple(_declared(text))


def _declared(text: str) -> Iterator[Declaration]:
    for part in _split(_COMMENT.sub("", text), ";"):
        name, colon, value = part.partition(":")
        if colon and name.strip():
            bare = re.sub(r"\s*!\s*important\s*$", "", value, flags=re.IGNORECASE)
            name = name.strip()
            yield Declaration(name if name.startswith("--") else name.lower(), bare.strip(), bare != value)


@lru_cache(maxsize=32)
def styles(text: str) -> Styles:
    """The rules of a style sheet. What cannot be read is passed over, as mail programs do."""
    rules: list[Rule] = []
    at_rules: list[str] = []
    _take(_COMMENT.sub("", text), (), rules, at_rules)
    return Styles(tuple(rules), tuple(at_rules))


def _take(text: str, within: tuple[str, ...], rules: list[Rule], at_rules: list[str]) -> None:
    at = 0
    while match := re.compile(r"[{};]").search(text, at):
        head = " ".join(text[at : match.start()].split())
        if match[0] != "{":
            at_rules += [head] if head.startswith("@") else []
            at = match.end()
            continue
        end = _closing(text, match.end())
        inside = text[match.end() : end]
        if head.startswith("@"):
            at_rules.append(head)
            if re.match(r"@(media|supports|layer|container)\b", head):
                _take(inside, (*within, head), rules, at_rules)
        elif head:
            rules.append(Rule(within, tuple(map(selector, _split(head, ","))), declarations(inside)))
        at = end + 1


def _closing(text: str, at: int) -> int:
    """Where the brace closes that was opened before this place; the end where none does."""
    depth = 1
    for match in re.compile(r"[{}]").finditer(text, at):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.start()
    return len(text)


def _split(text: str, sign: str) -> list[str]:
    """The parts between signs that stand in no quotation and in no brackets."""
    held = _QUOTED.sub(lambda match: match[0].replace(sign, "\0"), text)
    return [part.replace("\0", sign).strip() for part in held.split(sign) if part.strip()]


def selector(text: str) -> Selector:
    """One selector. What is not understood chooses nothing."""
    parts: list[Simple] = []
    join = ""
    at = 0
    for match in (*_PARTS.finditer(text), None):
        piece = text[at : match.start() if match else len(text)]
        if piece:
            parts.append(_simple(join, piece))
        if match:
            join, at = match[1] or " ", match.end()
    return Selector(tuple(parts))


def _simple(join: str, text: str) -> Simple:
    found = list(_SIMPLE.finditer(text))
    if "".join(match[0] for match in found) != text:
        return Simple(join, "?", "", (), (), ())
    attributes = [_ATTRIBUTE.fullmatch(match["attribute"]) for match in found if match["attribute"]]
    return Simple(
        join=join,
        name=next((match["name"].lower() for match in found if match["name"]), "*"),
        id=next((match["id"] for match in found if match["id"]), ""),
        classes=tuple(match["class"] for match in found if match["class"]),
        attributes=tuple((one[1], one[2] or "", one[3] or "") for one in attributes if one),
        pseudos=tuple(match["pseudo"] for match in found if match["pseudo"]),
    )


def _chosen(parts: tuple[Simple, ...], element: Element) -> bool:
    *before, last = parts
    if not _fits(last, element):
        return False
    if not before:
        return True
    outer = tuple(before)
    if last.join == ">":
        return element.parent is not None and _chosen(outer, element.parent)
    if last.join != " ":
        return False
    return any(_chosen(outer, one) for one in element.around() if one is not element)


def _fits(simple: Simple, element: Element) -> bool:
    if simple.pseudos:
        return simple.pseudos == (":root",) and element.tag == "html"
    if not element.tag or (simple.name not in ("*", element.tag)):
        return False
    own = element.attributes
    return (
        (not simple.id or own.get("id") == simple.id)
        and set(simple.classes) <= set(own.get("class", "").split())
        and all(_says(own, *one) for one in simple.attributes)
    )


def _says(own: dict[str, str], name: str, sign: str, wanted: str) -> bool:
    value = own.get(name)
    if value is None or not sign:
        return value is not None
    return {
        "=": value == wanted,
        "~=": wanted in value.split(),
        "|=": value == wanted or value.startswith(f"{wanted}-"),
        "^=": value.startswith(wanted),
        "$=": value.endswith(wanted),
        "*=": wanted in value,
    }[sign]
