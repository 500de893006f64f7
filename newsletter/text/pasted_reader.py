"""Pasted HTML to `Prose`, tag by tag: which frame each opens, which block it ends, how the text in it is set."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from newsletter.model.prose import Heading, Paragraph, Prose, Quotation
from newsletter.text import styles
from newsletter.text.pasted_blocks import MAX_LISTS, Frame, Kind, WordEntry, folded, numbered
from newsletter.text.runs import BREAK, PLAIN, Look, Run, paragraphs
from newsletter.text.tags import End, Start
from newsletter.text.wrapped_links import address_of

_MAX_FRAMES = 30  # tables in tables and the like; what is deeper is read as paragraphs


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_BLOCKS = _names(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody "
    "td tfoot th thead tr ul"
)
_HEADINGS = _names("h1 h2 h3 h4 h5 h6")
_LISTS = _names("ul ol menu dir")
_VOID = _names("area base br col embed frame hr iframe img input link meta param source track wbr")
_RAW = _names("script style title textarea xmp noembed noframes")
_UNREAD = _names("audio button canvas datalist map math noscript object select svg template video xml")
_PLAYERS = _names("audio embed iframe object video")
_BOLD, _SLANTED, _CODE = _names("b strong"), _names("i em cite"), _names("code kbd samp tt")
_STRUCK = _names("del s strike")
_RAISED = {"sup": str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"), "sub": str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")}


@dataclass(frozen=True, slots=True)
class _State:
    """What holds for the text that comes next."""

    look: Look = PLAIN
    hidden: bool = False
    struck: bool = False
    lines: bool = False  # a line feed ends a line
    raised: str = ""  # "sup" or "sub"
    heading: bool = False
    quoted: bool = False  # by the name of Word's style
    level: int = 0  # of an entry of Word's
    sign: bool = False  # the sign before an entry of Word's


@dataclass(frozen=True, slots=True)
class _Open:
    """An element that is open."""

    name: str
    around: _State
    frame: Frame | None
    block: bool


class Reader:
    """Takes tags and texts one by one; what they say goes into the innermost frame."""

    def __init__(self) -> None:
        self.left_out: Counter[str] = Counter()
        self._frames = [Frame(Kind.ROOT)]
        self._open: list[_Open] = []
        self._places: defaultdict[str, list[int]] = defaultdict(list)  # of the open elements of a name
        self._framed = [-1]  # places of the elements that own the frames
        self._kinds: Counter[Kind] = Counter()
        self._state = _State()
        self._runs: list[Run] = []
        self._sign = ""
        self._links = 0
        self._deep = 0  # lists that are open below the deepest that is kept

    def prose(self) -> Prose:
        """What was read; whatever is still open ends here."""
        self._close_to(0)
        self._end_block()
        return Prose(folded(self._frames[0].found))

    def read(self, tag: Start | End | str) -> None:
        match tag:
            case str():
                self._text(tag)
            case Start():
                self._start(tag)
            case End():
                self._end(tag.name)

    def _text(self, text: str) -> None:
        state = self._state
        if state.sign:
            self._sign += text
        elif state.hidden:
            return
        elif state.lines:
            for number, line in enumerate(re.split(r"\r\n?|\n", text)):
                if number:
                    self._break()
                self._run(line)
        else:
            self._run(text)

    def _run(self, text: str) -> None:
        if self._state.raised and text.isascii() and text.strip().isdigit():
            text = text.translate(_RAISED[self._state.raised])
        if text:
            self._runs.append(Run(text, self._state.look))

    def _break(self) -> None:
        self._runs.append(Run(" ", self._state.look) if self._state.look.link else BREAK)

    def _start(self, tag: Start) -> None:
        name = tag.name
        if name in _RAW:
            return
        style = styles.declarations(tag.attributes.get("style", ""))
        if name in _PLAYERS and not self._state.hidden:
            self.left_out["player"] += 1
        if name in _VOID:
            self._void(tag, style)
            return
        block = (name in _BLOCKS and not style.get("display", "").startswith("inline")) or (
            style.get("display") in ("block", "list-item")
        )
        if block or name in _LISTS:
            self._make_room(name)
            self._end_block()
        if tag.closed:
            return
        if name in _LISTS and self._kinds[Kind.LIST] >= MAX_LISTS:
            self._deep += 1
            return
        frame = self._frame(tag, style)
        self._places[name].append(len(self._open))
        self._open.append(_Open(name, self._state, frame, block or frame is not None))
        if frame:
            self._framed.append(len(self._open) - 1)
            self._frames.append(frame)
            self._kinds[frame.kind] += 1
        self._state = self._inner(tag, style, block)
        if name == "q":
            self._text("“")

    def _void(self, tag: Start, style: dict[str, str]) -> None:
        if self._state.hidden or styles.is_hidden(style, tag.attributes):
            return
        if tag.name == "br":
            self._break()
        elif tag.name == "hr":
            self._end_block()
        elif tag.name == "img":
            alt = tag.attributes.get("alt", "").strip()
            if alt and len(alt) <= 12 and not re.search(r"[\w\s!-~]", alt):  # an emoji that a page shows as a picture
                self._text(alt)
            elif not {tag.attributes.get("width"), tag.attributes.get("height")} & {"0", "1"}:
                self.left_out["picture"] += 1

    def _make_room(self, name: str) -> None:
        """Ends what cannot hold a block of this name: a paragraph, the entry or the cell before."""
        if self._places["p"] and self._places["p"][-1] > self._framed[-1]:
            self._close_to(self._places["p"][-1])
        kind = self._frames[-1].kind
        if (name == "li" and kind is Kind.ENTRY) or (name in ("td", "th", "tr") and kind is Kind.CELL):
            self._close_to(self._framed[-1])
        if name == "tr" and self._frames[-1].kind is Kind.TABLE:
            self._end_block()
            self._frames[-1].rows.append([])

    def _frame(self, tag: Start, style: dict[str, str]) -> Frame | None:
        """The frame that an element opens, None for most."""
        innermost = self._frames[-1]
        if len(self._frames) >= _MAX_FRAMES:
            return None
        match tag.name:
            case "ul" | "ol" | "menu" | "dir":
                return Frame(Kind.LIST, ordered=tag.name == "ol", start=_first(tag.attributes.get("start", "")))
            case "li" if innermost.kind is Kind.LIST:
                return Frame(Kind.ENTRY)
            case "blockquote" if not _is_indent(style):
                return Frame(Kind.QUOTE, nested=self._kinds[Kind.QUOTE] > 0)
            case "table":
                if self._kinds[Kind.TABLE]:
                    next(frame for frame in reversed(self._frames) if frame.kind is Kind.TABLE).nested = True
                return Frame(Kind.TABLE)
            case "td" | "th" if innermost.kind is Kind.TABLE:
                return Frame(Kind.CELL)
        return None

    def _inner(self, tag: Start, style: dict[str, str], block: bool) -> _State:
        """What holds within an element."""
        state, name = self._state, tag.name
        bold, slanted, lines = styles.weight(style), styles.slant(style), styles.keeps_lines(style)
        struck = not state.hidden and (name in _STRUCK or styles.is_struck(style))
        self.left_out["struck"] += struck
        looks = replace(
            state.look,
            strong=(state.look.strong or name in _BOLD) if bold is None else bold,
            slanted=(state.look.slanted or name in _SLANTED) if slanted is None else slanted,
            code=state.look.code or name in _CODE,
        )
        if name == "a" and not state.hidden:
            looks = self._linked(looks, tag.attributes.get("href", ""))
        state = replace(
            state,
            look=looks,
            hidden=state.hidden or struck or name in _UNREAD or styles.is_hidden(style, tag.attributes),
            lines=(state.lines or name == "pre") if lines is None else lines,
            raised=name if name in _RAISED else state.raised,
            sign=state.sign or style.get("mso-list") == "ignore",
        )
        return self._block_state(state, tag, style) if block else state

    def _block_state(self, state: _State, tag: Start, style: dict[str, str]) -> _State:
        names = tag.attributes.get("class", "").lower().split()
        heading = tag.name in _HEADINGS or bool({"msotitle", "msosubtitle"} & set(names))
        level = styles.word_level(style)
        return replace(
            state,
            heading=heading or state.heading,
            quoted=bool({"msoquote", "msointensequote"} & set(names)),
            level=min(level, MAX_LISTS) if level and tag.name != "li" and not self._kinds[Kind.LIST] else 0,
            look=replace(state.look, strong=False) if heading else state.look,
        )

    def _linked(self, looks: Look, href: str) -> Look:
        self._links += 1
        if address := address_of(href):
            return replace(looks, link=address, anchor=self._links)
        if href.strip() and not re.match(r"\s*(?:#|javascript:)|[^#]*#_(?:ftn|edn|msocom)", href, re.IGNORECASE):
            self.left_out["link"] += 1
        return replace(looks, link="", anchor=0)

    def _end(self, name: str) -> None:
        if name in _LISTS and self._deep:
            self._end_block()
            self._deep -= 1
            return
        places = self._places[name]
        # An end tag within a cell or an entry ends nothing that began outside of it, but for the frames themselves.
        if places and (self._open[places[-1]].frame or places[-1] > self._framed[-1]):
            if name == "q":
                self._text("”")
            self._close_to(places[-1])
        elif name in _BLOCKS:
            self._end_block()

    def _close_to(self, place: int) -> None:
        """Ends the open elements from this place on, the innermost first."""
        while len(self._open) > place:
            one = self._open.pop()
            self._places[one.name].pop()
            if one.block:
                self._end_block()
            if one.frame:
                self._framed.pop()
                self._frames.pop()
                self._kinds[one.frame.kind] -= 1
                one.frame.give(self._frames[-1])
            self._state = one.around

    def _end_block(self) -> None:
        """Makes blocks of the text since the last one ended."""
        runs, self._runs = self._runs, []
        sign, self._sign = self._sign, ""
        state = self._state
        if state.heading:
            runs = [run if run is BREAK else replace(run, look=replace(run.look, strong=False)) for run in runs]
        for children in paragraphs(runs, one=state.heading):
            frame = self._frames[-1]
            if state.heading:
                frame.take((Heading(children, 1),))
            elif state.level:
                frame.take((WordEntry(state.level, *numbered(sign), children),))
            elif state.quoted:
                frame.take((Quotation((Paragraph(children, 1),), 1),))
            else:
                frame.take((Paragraph(children, 1),))


def _first(start: str) -> int:
    """The number that an ordered list begins with."""
    return int(start) if re.fullmatch(r"[1-9]\d{0,5}", start, re.ASCII) else 1


def _is_indent(style: dict[str, str]) -> bool:
    """Whether a blockquote only indents. QUIRK: Gmail, Safari and old editors indent with one that has no border."""
    return style.get("border", "").startswith("none") or style.get("border-style") == "none"
