"""Signs that come in pairs, and those of a text that have lost their partner."""

from __future__ import annotations

from collections.abc import Iterator

_BRACKETS = {"(": ")", "[": "]", "{": "}", "（": "）", "【": "】", "《": "》"}
_QUOTES = {"“": "”", "„": "“”", "「": "」", "『": "』"}
OPENS = frozenset((*_BRACKETS, *_QUOTES, '"', "«"))
_CLOSES = {closing: opening for opening, closing in _BRACKETS.items()}


def open_brackets(text: str) -> Iterator[int]:
    """Where brackets stand that have no partner."""
    waiting: list[int] = []
    crossed: list[str] = []  # told already; their partners come later
    for at, character in enumerate(text):
        if character in _BRACKETS:
            waiting.append(at)
        elif character in _CLOSES:
            opening = _CLOSES[character]
            if any(text[one] == opening for one in waiting):
                while text[one := waiting.pop()] != opening:
                    crossed.append(text[one])
                    yield one
            elif opening in crossed:
                crossed.remove(opening)
            else:
                yield at
    yield from waiting


def open_quotes(text: str) -> Iterator[int]:
    """Where quotation marks stand that have no partner; single ones, which are apostrophes too, are left alone."""
    waiting: list[int] = []
    for at, character in enumerate(text):
        if waiting and character in _QUOTES[text[waiting[-1]]]:
            waiting.pop()
        elif character in _QUOTES:
            waiting.append(at)
        elif character in "”」』":
            yield at
    yield from waiting
    yield from _odd(text)


def _odd(text: str) -> Iterator[int]:
    """The straight mark that is one too many: the last that could open. Inches and seconds are none."""
    straight = [at for at, character in enumerate(text) if character == '"']
    if len(straight) % 2 and not any(text[at - 1 : at].isdigit() for at in straight):
        openers = [at for at in straight if at == 0 or text[at - 1].isspace() or text[at - 1] in "([{–—-"]
        closers = [at for at in straight if at not in openers]
        yield (openers or straight)[-1] if len(openers) >= len(closers) else closers[-1]
    guillemets = [at for at, character in enumerate(text) if character in "«»"]
    if len(guillemets) % 2:
        yield guillemets[-1]
