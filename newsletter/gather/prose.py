"""Blocks to an entry: the rules that text files, pages, PDFs and mails have in common."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from newsletter.gather import rights
from newsletter.gather.blocks import Block, Claims
from newsletter.gather.head import Head, read_head
from newsletter.gather.hyphens import mend_dashes
from newsletter.gather.parts import read_body
from newsletter.model.errors import SourceError
from newsletter.model.item import Entry, Related, Rights, Stamp, text_digest
from newsletter.model.source import RightsPolicy, Source, SourceId
from newsletter.text import sanitise
from newsletter.text.dates import find_dates, relative_phrases

_MOST_BLOCKS = 20_000  # of one text; no document that an editor reads has more
_TITLE = 80  # characters of a title that is made of the first words
_QUOTES = str.maketrans({"‘": "'", "’": "'", "‚": "'", "‛": "'", "“": '"', "”": '"', "„": '"', "‟": '"'})
_SCRIPTS = (("ja", "[\u3040-\u30ff]"), ("ko", "[\uac00-\ud7af]"), ("zh", "[\u3400-\u9fff]"))


def entry(
    blocks: Sequence[Block],
    claims: Claims,
    source: Source,
    method: str,
    warnings: Sequence[str] = (),
    *,
    marked: bool = False,
) -> Entry:
    """The entry that a text makes. Raises `SourceError` when there is no text and no title.

    `method` says in words how the text was taken out; `warnings` are what its reader noticed;
    `marked` that its form marks headings and links, so that no line is taken for one by its look.
    """
    language = claims.language or _language(blocks) or source.language
    blocks, claims, cut = _cleaned(blocks, claims)
    blocks, notice, policy = _without_notice(blocks, claims)
    blocks, claims, dashes = _working(blocks, claims, language)
    head = read_head(blocks, claims)
    body = read_body(head.body, marked=marked)
    paragraphs = [text for passage in body.passages for text in passage.paragraphs]
    title = head.title or _first_words([*paragraphs, *(one.title for one in body.related), notice or ""])
    if not title:
        raise SourceError(source.id, f"no text was found in the {method}; look at it, and save its text by hand")
    undated = head.published is None or head.published.wall is None
    texts = [title, head.deck or "", *paragraphs]
    days = _days(texts) if undated else ()
    return Entry(
        source=SourceId(source.id),
        guid=claims.guid,
        link=claims.link,
        title=title,
        kicker=head.kicker,
        deck=head.deck,
        label=head.label,
        authors=head.authors,
        published=head.published,
        updated=head.updated,
        dates_in_text=days,
        passages=body.passages,
        related=(*body.related, *_beside(claims, {one.title for one in body.related})),
        language=language,
        rights=Rights(_policy(source.rights, policy), notice),
        method=method,
        warnings=(
            *warnings,
            *cut,
            *dashes,
            *([] if head.title else ["it has no title; its first words stand for one"]),
            *([] if paragraphs else ["it has no text besides its title"]),
            *_of_stamps(head, source),
            *([_undated(method, texts, days)] if undated else []),
            *body.warnings,
        ),
        digest=text_digest(title, paragraphs),
    )


def _policy(own: RightsPolicy, asked: RightsPolicy | None) -> RightsPolicy:
    """The source's policy, made stricter by a notice. What is ours stays ours, whatever its foot says to others."""
    return own if asked is None or own is RightsPolicy.OURS else own.stricter(asked)


def _cleaned(blocks: Sequence[Block], claims: Claims) -> tuple[list[Block], Claims, list[str]]:
    """The blocks as plain text within the limits, and a warning when something was cut."""
    kept: list[Block] = []
    room = sanitise.MAX_TEXT
    for block in blocks[:_MOST_BLOCKS]:
        text = sanitise.line(block.text, room)
        room -= len(text)
        if text:
            kept.append(replace(block, text=text))
    cut = len(blocks) > _MOST_BLOCKS or room <= 0
    clean = replace(
        claims,
        title=sanitise.line(claims.title),
        kicker=sanitise.line(claims.kicker or "") or None,
        deck=sanitise.line(claims.deck or "") or None,
        label=sanitise.line(claims.label or "") or None,
        notice=sanitise.line(claims.notice or "") or None,
    )
    return kept, clean, ["the text is very long; only its beginning was kept"] if cut else []


def _without_notice(blocks: list[Block], claims: Claims) -> tuple[list[Block], str | None, RightsPolicy | None]:
    """The blocks without the rights notice, the notice, and what it asks for."""
    notice, policy, rest = rights.notice_in([block.text for block in blocks])
    left = list(reversed(rest))
    kept = [replace(block, text=left.pop()) for block in blocks if left and block.text.startswith(left[-1])]
    if claims.notice and notice != claims.notice:
        asked = rights.policy_of(claims.notice)
        policy = policy.stricter(asked) if policy and asked else policy or asked
        notice = f"{notice} {claims.notice}" if notice else claims.notice
    return kept, notice, policy


def _working(blocks: list[Block], claims: Claims, language: str) -> tuple[list[Block], Claims, tuple[str, ...]]:
    """The words in the characters we work with: straight quotes, hyphens where en dashes stood for them.

    Chinese and Japanese keep their quotation marks. What the source typed stays in the original.
    """
    texts, warnings = mend_dashes([*(block.text for block in blocks), claims.title, claims.deck or ""])
    if not language.startswith(("zh", "ja")):
        texts = tuple(text.translate(_QUOTES) for text in texts)
    mended = [replace(block, text=text) for block, text in zip(blocks, texts[:-2], strict=True)]
    return mended, replace(claims, title=texts[-2], deck=texts[-1] or None), warnings


def _beside(claims: Claims, known: set[str]) -> Iterator[Related]:
    for block in claims.related:
        text = sanitise.line(block.text)
        if text and text not in known:
            known.add(text)
            yield Related(text, block.url)


def _language(blocks: Sequence[Block]) -> str | None:
    """The language that a text's script tells: Chinese, Japanese, Korean; None for any other."""
    sample = "".join(block.text for block in blocks[:50])[:4000]
    letters = sum(1 for character in sample if character.isalpha())
    for language, script in _SCRIPTS:
        if len(re.findall(script, sample)) * 5 > letters > 0:
            return language
    return None


def _first_words(texts: Sequence[str]) -> str:
    """A title made of the first words of the first text that has some."""
    text = next(filter(None, texts), "")
    if len(text) <= _TITLE:
        return text
    cut = text[:_TITLE]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut}…"


def _days(texts: Sequence[str]) -> tuple[date, ...]:
    """The days a text names, each once, in its order; those before 1990 are history, not a date of publication."""
    found = (day.date for text in texts for day in find_dates(text))
    return tuple(dict.fromkeys(day for day in found if day.year >= 1990))


def _undated(method: str, texts: Sequence[str], days: Sequence[date]) -> str:
    named = ", ".join(f"{day.day} {day:%B} {day.year}" for day in days[:3])
    phrases = dict.fromkeys(phrase.written for text in texts for phrase in relative_phrases(text))
    counted = ", ".join(f'"{phrase}"' for phrase in list(phrases)[:3])
    offered = f"; its text names {named}" if named else ""
    marked = f"; from which day it counts {counted} is not known" if counted else ""
    return f"the {method} has no date; an editor sets it{offered}{marked}"


def _of_stamps(head: Head, source: Source) -> Iterator[str]:
    """What an editor should know of the stamps: unread ones, a missing zone, a late update."""
    stamps = [stamp for stamp in (head.published, head.updated) if stamp is not None]
    yield from (f"the date '{stamp.written}' cannot be read" for stamp in stamps if stamp.wall is None)
    if any(_needs_zone(stamp) for stamp in stamps):
        guess = f"; {source.zone}, the source's own, would be a guess" if source.zone else ""
        yield f"its times name no zone that is known{guess}"
    if head.published and head.updated and head.published.wall and head.updated.wall:
        days = (head.updated.wall.date() - head.published.wall.date()).days
        if days:
            yield f"updated {abs(days)} day{'s' * (abs(days) != 1)} {'after' if days > 0 else 'before'} publication"


def _needs_zone(stamp: Stamp) -> bool:
    """A day without a time is the same day nearly everywhere; a time is not."""
    return stamp.wall is not None and stamp.instant is None and stamp.wall.time().isoformat() != "00:00:00"
