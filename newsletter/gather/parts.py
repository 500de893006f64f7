"""The body of a text as its parts: passages under labels, and what it points to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from newsletter.gather.addresses import link_of
from newsletter.gather.blocks import Block, Kind
from newsletter.gather.headlines import is_furniture, is_short, leads_elsewhere, opens_a_list
from newsletter.gather.unwrap import BULLETS
from newsletter.model.item import Passage, Related

_OPENED = re.compile(r"(?P<heading>[^:：]{2,30}[:：])\s*(?P<rest>\S.{0,600})")
_LABELLED = re.compile(r"(?P<label>[^\W\d_][\w’' -]{1,30}|[\u3400-\u9fff]{2,8})\s?[:：]\s*(?P<rest>\S.*)")
_LABELS = re.compile(
    r"(?i)description|impact|background|context|summary|overview|analysis|assessment|implications?|outlook|"
    r"recommendations?|key (?:points|findings|takeaways)|findings|conclusions?|abstract|introduction|method(?:ology)?|"
    r"what happened|why it matters|what(?:['’]s| is| comes) next|the facts?|our view|"
    r"概述|描述|影响|影響|背景|摘要|分析|评估|評估|建议|建議|展望|结论|結論|事件|简介|簡介"
)
_SHORTEST = 12  # words of a labelled paragraph, two Chinese characters for one; "Note: see below" is none
_ADDRESS = re.compile(r"https?://[^\s<>]{4,2000}")
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(slots=True)
class Body:
    """What a body holds. Filled while its blocks are read; afterwards nobody changes it."""

    parts: list[tuple[str | None, list[str]]] = field(default_factory=lambda: [(None, [])])
    related: list[Related] = field(default_factory=list)
    guessed: list[str] = field(default_factory=list)  # lines taken for headlines by their form alone
    unlinked: bool = False  # it lists sources and gives no address

    @property
    def passages(self) -> tuple[Passage, ...]:
        """The parts in order; a heading that stands directly above another one keeps its place, without paragraphs."""
        return tuple(Passage(label, tuple(texts)) for label, texts in self.parts if label or texts)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was guessed, and what is missing."""
        lines = "a line that stands alone was" if len(self.guessed) == 1 else "lines that stand alone were"
        quoted = "; ".join(f'"{title}"' for title in self.guessed)
        guessed = f"{lines} taken for headlines of other pieces, not for headings: {quoted}"
        unlinked = "it names sources but gives no links; ask for the original"
        return (*([guessed] if self.guessed else []), *([unlinked] if self.unlinked else []))


def read_body(blocks: Sequence[Block], *, marked: bool = False) -> Body:
    """The parts of a body. Where its form marks neither headings nor links, lone lines are told by sense.

    `marked`: its form marks them, also when it has none.
    """
    body = Body()
    plain = not marked and not any(block.url or block.kind is Kind.HEADING for block in blocks)
    labels = _labels_of(blocks)
    listing: str | None = None
    for at, block in enumerate(blocks):
        if is_furniture(block.text):
            continue
        opened, entries = _opened(block)
        if opened:
            listing = opened
            _relate(body, entries, listing)
        elif listing and (block.kind is Kind.ITEM or block.url or (plain and is_short(block.text))):
            _relate(body, [block], listing)
        else:
            listing = None
            following = next((other.text for other in blocks[at + 1 :] if not is_furniture(other.text)), None)
            _add(body, block, following if plain else None, labels)
    return body


def _add(body: Body, block: Block, following: str | None, labels: frozenset[str]) -> None:
    """One block of the text; `following` is what stands behind it where a line may be a heading by its form alone."""
    alone = following is not None and block.kind is Kind.PARAGRAPH and is_short(block.text)
    labelled = _LABELLED.fullmatch(block.text)
    if block.url and block.kind is not Kind.ITEM:
        body.related.append(Related(block.text, block.url))
    elif alone and following and leads_elsewhere(block.text, following):
        body.related.append(Related(block.text, None))
        body.guessed.append(block.text)
    elif block.kind is Kind.HEADING or alone:
        body.parts.append((block.text.rstrip(":： ") or block.text, []))
    elif labelled and labelled["label"] in labels:
        body.parts.append((labelled["label"].strip(), [labelled["rest"]]))
    else:
        body.parts[-1][1].append(block.text)


def _opened(block: Block) -> tuple[str | None, list[Block]]:
    """The kind of list that a block opens, and the entries that stand in the same block behind its heading."""
    if block.url or block.kind in (Kind.ITEM, Kind.QUOTE):
        return None, []
    if kind := opens_a_list(block.text):
        return kind, []
    match = _OPENED.fullmatch(block.text)
    kind = opens_a_list(match["heading"]) if match else None
    if match is None or kind is None:
        return None, []
    pieces = re.split(rf"\s*[{BULLETS};；]\s*", match["rest"])
    return kind, [Block(piece, Kind.ITEM) for piece in pieces if piece]


def _relate(body: Body, entries: Sequence[Block], listing: str) -> None:
    related = [_with_address(entry) for entry in entries]
    body.related += related
    body.unlinked |= listing == "sources" and any(one.url is None for one in related)


def _with_address(entry: Block) -> Related:
    """An entry of a list, with the address that its text may end in."""
    written = _ADDRESS.search(entry.text)
    url = link_of(written[0].rstrip(".,;)")) if written and entry.url is None else entry.url
    title = entry.text[: written.start()].rstrip(" :,–—-(<") if written and url else entry.text
    return Related(title or entry.text, url)


def _labels_of(blocks: Sequence[Block]) -> frozenset[str]:
    """The labels that this text puts before its paragraphs: none, unless one of them is a usual one.

    A label that comes twice is no part's name but a speaker's, in an interview.
    """
    found = [match["label"] for match in _labelled(blocks)]
    once = {label for label in found if found.count(label) == 1}
    return frozenset(once) if any(_LABELS.fullmatch(label.strip()) for label in once) else frozenset()


def _labelled(blocks: Sequence[Block]) -> Iterator[re.Match[str]]:
    for block in blocks[:200]:
        match = _LABELLED.fullmatch(block.text) if block.kind is Kind.PARAGRAPH else None
        words = len(match["rest"].split()) + len(_HAN.findall(match["rest"])) // 2 if match else 0
        if match and words >= _SHORTEST and len(match["label"].split()) <= 4:
            yield match
