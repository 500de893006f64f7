"""What a number counts or measures: the unit beside it, by one name in all languages where it is a common one."""

from __future__ import annotations

import re

from newsletter.text.numberwords import SMALL


def _table(lines: str) -> dict[str, str]:
    """Each line is a unit's name, a colon, and how it is written, with "_" for a space."""
    pairs = (line.partition(":") for line in lines.strip().splitlines())
    return {word.replace("_", " "): name.strip() for name, _, written in pairs for word in written.split()}


# Before the number. A bare "$" and "¥" stay what they are: which dollar, and yen or yuan, is for an editor to say.
_CURRENCIES = _table("""
    US$: us$ usd
    HK$: hk$ hkd
    NT$: nt$ twd
    S$: s$ sgd
    A$: a$ au$ aud
    C$: c$ ca$ cad
    NZ$: nz$ nzd
    R$: r$
    $: $
    €: € eur
    £: £ gbp
    ¥: ¥
    yen: jpy
    yuan: rmb cny
    CHF: chf
    rupees: ₹ inr
    won: ₩ krw
    roubles: ₽ rub
""")
BEFORE = "(?:" + "|".join(re.escape(sign) for sign in sorted(_CURRENCIES, key=len, reverse=True)) + r")[ \u00a0\u202f]?"

# After the number, in words; an "s" at the end is taken off where the word is not found with it.
_MONEY = _table("""
    $: dollar $ dólar dólares
    US$: us_dollar u.s._dollar american_dollar us-dollar usd
    HK$: hong_kong_dollar hkd
    S$: singapore_dollar
    A$: australian_dollar
    C$: canadian_dollar
    €: euro eur €
    £: pound £
    yuan: yuan renminbi rmb cny
    yen: yen
    rupees: rupee
    roubles: rouble ruble
    francs: franc
    cents: cent
""")
# Measures: a "one" before them is a number, and a number like 2000 before them is no year.
_MEASURES = _table("""
    seconds: second sec
    minutes: minute min minuten minuto
    hours: hour hr h stunde stunden heure hora
    days: day tag tage tagen jour día
    nights: night
    weeks: week woche wochen semaine semana
    fortnights: fortnight
    months: month monat monate monaten mes meses
    quarters: quarter
    years: year jahr jahre jahren an año
    decades: decade
    centuries: century centuries
    mm: millimetre millimeter mm
    cm: centimetre centimeter cm
    metres: metre meter m
    km: kilometre kilometer km
    miles: mile
    nautical miles: nautical_mile
    knots: knot
    feet: foot feet ft
    inches: inch inches
    yards: yard
    hectares: hectare ha
    acres: acre
    km²: square_kilometre square_kilometer km²
    m²: square_metre square_meter m²
    m³: cubic_metre cubic_meter m³
    square miles: square_mile
    square feet: square_foot square_feet
    g: gram gramme g
    kg: kilogram kilo kg
    tonnes: tonne metric_ton t tonnen
    tons: ton
    ounces: ounce
    litres: litre liter l
    barrels: barrel
    bushels: bushel
    gallons: gallon
    W: watt
    kW: kilowatt kw
    MW: megawatt mw
    GW: gigawatt gw
    kWh: kwh kilowatt-hour
    MWh: mwh megawatt-hour
    GWh: gwh gigawatt-hour
    TWh: twh terawatt-hour
    degrees: degree °
    °C: °c degree_celsius degrees_celsius
    °F: °f
    mph: mph
    km/h: km/h
    MB: mb
    GB: gb
    TB: tb
    times: x time times fold
    percentage points: percentage_point
    basis points: basis_point
    pages: page
""")
_COUNTED = _table("""
    people: person people personnes menschen personen personas
    men: men
    women: women
    children: children
    ships: ship vessel schiffe schiffen navires buques
    flights: flight
    trains: train
    vehicles: vehicle
    aircraft: aircraft
    countries: country countries
    companies: company companies
    votes: vote
    words: word
    paragraphs: paragraph
    households: household
    containers: container
    TEU: teu
    staff: staff
    sheep: sheep
    cattle: cattle
    fish: fish
    police: police
    troops: troops
""")
_KNOWN = _COUNTED | _MEASURES
_PHRASES = re.compile(
    "|".join(re.escape(name) for name in sorted((*_MONEY, *_KNOWN), key=len, reverse=True) if " " in name),
    re.IGNORECASE,
)
# Directly after the digits, without a space: what may stand there. Else "5G", "3D" and "1st" would be figures.
_ATTACHED = re.compile(
    r"(?:km²|km/h|km|kg|kWh|MWh|GWh|TWh|kW|MW|GW|mm|cm|m²|m³|ha|ft|mph|min|GB|MB|TB|TEU|h|x|g|t|l|°C|°F|°|€|£|\$)(?![A-Za-z])"
)

_HAN_MONEY = _table("""
    yuan: 人民币 元
    US$: 美元
    HK$: 港元 港币 港幣
    NT$: 新台币 新台幣 新臺幣 台币 台幣 臺幣
    €: 欧元 歐元
    £: 英镑 英鎊
    yen: 日元
""")
# Measure words that count things of many kinds: they tell nothing of what is counted.
_CLASSIFIERS = frozenset("个個家份项項条條件种種座所台臺封张張起场場处處批只隻头頭枚颗顆组組届屆级級")
_HAN = _table("""
    km²: 平方公里
    m²: 平方米
    m³: 立方米
    km: 公里 千米
    nautical miles: 海里
    cm: 厘米
    mm: 毫米
    metres: 米
    hectares: 公顷 公頃
    mu: 亩 畝
    kg: 公斤 千克
    tonnes: 公吨 公噸 吨 噸
    barrels: 桶
    litres: 升
    TEU: 标箱 标准箱 標箱 標準箱 个标准箱 個標準箱 个标箱 個標箱
    containers: 集装箱 个集装箱 集裝箱 個集裝箱 货柜 貨櫃 個貨櫃
    kWh: 千瓦时
    degrees: 度
    hours: 个小时 小时 個小時 小時 个钟头 钟头 個鐘頭 鐘頭
    minutes: 分钟 分鐘
    seconds: 秒
    days: 天 日
    weeks: 个星期 星期 周 個星期 週
    months: 个月 個月
    years: 周年 年 岁 歲
    percentage points: 个百分点 個百分點
    times: 倍 次
    pages: 页 頁
    people: 人 名 位
    ships: 艘
    flights: 架次 班次 班
    trains: 列
    vehicles: 辆 輛
    aircraft: 架
    countries: 个国家 国家 個國家 國家
    votes: 票
    paragraphs: 段
    words: 个词 词 個詞 詞
    characters: 字
    households: 户 戶
    rounds: 轮 輪
    visits: 人次
""")
_HAN |= _HAN_MONEY | {measure: measure for measure in _CLASSIFIERS}
_HAN_UNIT = re.compile("|".join(sorted(_HAN, key=len, reverse=True)))
_FIRM = frozenset(_MEASURES.values()) | frozenset(_MONEY.values()) | frozenset(_CURRENCIES.values()) | {"%", "‰"}
_ALL = _FIRM | frozenset(_COUNTED.values()) | frozenset(_HAN.values())

# Words that end the search for what is counted: a number before them stands alone.
_STOP = frozenset(
    _table("""
    article: a an the this that these those
    preposition: of in on at to for from by with as than about after against before behind below between during into
    and: near off onto out over per since through toward under until up upon via within without plus minus versus
    conjunction: and or but nor so if when while which who whom whose because whereas
    verb: is are was were be been being has have had do does did will would can could may might must shall should
    told: says said say means makes takes goes comes holds calls shows remains includes defines asks adds runs gives
    more: gets sees begins ends falls rises stands needs wants keeps leaves reads tells uses works seems becomes
    pronoun: it its he she they them their his her we our you your i my me us each every both all any some more most
    adverb: not no only less fewer yet still now then there here too also again ago later earlier always perhaps
""")
)
_TOKEN = re.compile(r"[ \u00a0\u202f]([^\W\d_]+(?:[-/][^\W\d_]+)*)")
_HYPHENED = re.compile(r"[-‐‑]([A-Za-z]+)")


def currency(sign: str) -> str:
    """The name of the money whose sign or code stands before a number."""
    return _CURRENCIES[sign.strip().lower()]


def is_measure(unit: str) -> bool:
    """Whether it is one of length, time, weight and the like, before which even "one" is a number."""
    return unit in _FIRM and unit != "times"


def is_known(unit: str) -> bool:
    """Whether it is a common unit, and not just the word that stood there."""
    return unit in _ALL


def compatible(one: str | None, other: str | None, same_language: bool) -> bool:
    """Whether two figures with these units may be one: "44 lawmakers" and "44 legislators", "52 ships" and "52"."""
    if one is None or other is None or one == other:
        return True
    if _FIRM & {one, other}:
        return False
    if _CLASSIFIERS & {one, other}:
        return True
    return same_language and not (one in _ALL and other in _ALL)


def is_glued(text: str, at: int) -> bool:
    """Whether letters that are no unit hang on the number that ends here: "1st", "5G"."""
    return text[at : at + 1].isascii() and text[at : at + 1].isalpha() and not _ATTACHED.match(text, at)


def after(text: str, at: int) -> tuple[str | None, bool]:
    """The unit named after a number that ends at `at`, and whether it is money; None where none is named.

    The first known unit, else the first word that looks like a plural, among the next four words of the phrase:
    "60 export applications for" gives "applications". A guess for words that are not known.
    """
    if found := _ATTACHED.match(text, at):
        return _named(found[0].lower())
    if found := _HYPHENED.match(text, at):
        word = found[1].lower()
        name, is_money = _named(word)
        return (name, is_money) if name else (None, False)
    if (found := _HAN_UNIT.match(text, at)) or (
        found := _HAN_UNIT.match(text, at + 1) if text[at : at + 1] == " " else None
    ):
        return _HAN[found[0]], found[0] in _HAN_MONEY
    if text[at : at + 1] not in (" ", "\u00a0", "\u202f"):
        return None, False
    if found := _PHRASES.match(text, at + 1):
        return _named(found[0].lower())
    if sign := re.match(r"[€£$]|°[CF]?", text[at + 1 : at + 3]):
        return _named(sign[0].lower())
    return _counted(text, at)


def _counted(text: str, at: int) -> tuple[str | None, bool]:
    for position in range(4):
        token = _TOKEN.match(text, at)
        if token is None:
            break
        word = token[1].lower()
        if word in _STOP or word in SMALL:  # "against nineteen three weeks before"
            break
        name, is_money = _named(word)
        if name and (position == 0 or len(word) > 2):
            return name, is_money
        if _looks_plural(word):
            return word, False
        at = token.end()
    return None, False


def _named(word: str) -> tuple[str | None, bool]:
    for form in (word, word.removesuffix("s")):
        if form in _MONEY:
            return _MONEY[form], True
        if form in _KNOWN:
            return _KNOWN[form], False
    return None, False


def _looks_plural(word: str) -> bool:
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) and word not in _NO_PLURALS


_NO_PLURALS = frozenset(("customs", "news", "series", "means", "politics", "economics", "physics", "across", "always"))


def after_han(text: str, at: int) -> tuple[str | None, bool]:
    """The Chinese measure word after a number that ends at `at`, by its common name, and whether it is money."""
    found = _HAN_UNIT.match(text, at)
    return (_HAN[found[0]], found[0] in _HAN_MONEY) if found else (None, False)
