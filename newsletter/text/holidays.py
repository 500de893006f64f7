"""Days that have a name of their own: "New Year's Day", "Mid-Autumn Festival". They are dates, and need no source."""

from __future__ import annotations

import re

_NAMES = """
    new year; new year day; new year eve; new year holiday; lunar new year; lunar new year day; lunar new year eve;
    chinese new year; chinese new year day; chinese new year eve; spring festival; mid autumn festival; moon festival;
    dragon boat festival; lantern festival; qingming; qingming festival; ching ming festival; tomb sweeping day;
    double ninth festival; double seventh festival; hungry ghost festival; winter solstice; golden week; national day;
    single day; double twelve; christmas; christmas day; christmas eve; boxing day; twelfth night; epiphany; candlemas;
    shrove tuesday; ash wednesday; palm sunday; maundy thursday; good friday; holy week; easter; easter day; easter eve;
    easter sunday; easter monday; ascension day; pentecost; whit sunday; whit monday; assumption day;
    all saints day; all souls day; advent; advent sunday; lent; eid; fitr; adha; ramadan; muharram; ashura;
    mawlid; passover; yom kippur; rosh hashanah; sukkot; purim; hanukkah; diwali; deepavali; holi; vesak; thaipusam;
    songkran; nowruz; tet; may day; labour day; labor day; workers day; international workers day; women day;
    international women day; children day; youth day; teachers day; army day; mother day; father day; valentine day;
    earth day; april fool day; april fools day; midsummer; midsummer day; midsummer eve; midsummer night; halloween;
    thanksgiving; thanksgiving day; black friday; cyber monday; bank holiday; independence day; memorial day;
    veterans day; presidents day; columbus day; indigenous peoples day; martin luther king day; juneteenth;
    groundhog day; remembrance day; remembrance sunday; armistice day; victory day; constitution day; republic day;
    unity day; liberation day; bastille day; anzac day; australia day; canada day; victoria day; commonwealth day;
    burns night; guy fawkes night; bonfire night; st patrick day; saint patrick day; st andrew day; st george day;
    st david day; st nicholas day; st stephen day; hogmanay; leap day; hari raya; double fifth; buddha birthday
"""


def _folded(name: str) -> str:
    plain = re.sub(r"['’]s?\b|['’]", "", name.casefold())
    return " ".join(word.removesuffix("s") for word in re.findall(r"\w+", plain))


_KNOWN = frozenset(_folded(name) for name in _NAMES.split(";"))


def is_holiday(name: str) -> bool:
    """Whether this is what a day, or a few, are called; with or without an article or "holiday" around it."""
    words = _folded(name).split()
    while words and words[0] in ("the", "a", "an"):
        words = words[1:]
    while words and words[-1] in ("holiday", "celebration", "break"):
        words = words[:-1]
    return " ".join(words) in _KNOWN
