"""The units that are known, and how they are written: tables for units.py."""

from __future__ import annotations


def _table(lines: str) -> dict[str, str]:
    """Each line is a unit's name, a colon, and how it is written, with "_" for a space."""
    pairs = (line.partition(":") for line in lines.strip().splitlines())
    return {word.replace("_", " "): name.strip() for name, _, written in pairs for word in written.split()}


# Before the number. A bare "$" and "¥" stay what they are: which dollar, and yen or yuan, is for an editor to say.
CURRENCIES = _table("""
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

# After the number, in words; an "s" at the end is taken off where the word is not found with it.
MONEY = _table("""
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
MEASURES = _table("""
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
COUNTED = _table("""
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
HAN_MONEY = _table("""
    yuan: 人民币 元
    US$: 美元
    HK$: 港元 港币 港幣
    NT$: 新台币 新台幣 新臺幣 台币 台幣 臺幣
    €: 欧元 歐元
    £: 英镑 英鎊
    yen: 日元
""")
# Measure words that count things of many kinds: they tell nothing of what is counted.
CLASSIFIERS = frozenset(
    "个個家份项項条條件种種座所台臺封张張起场場处處批只隻头頭枚颗顆组組届屆级級节節门門间間栋棟幢首篇本册冊部支枝根"
    "块塊片包盒箱瓶杯碗套对對群股层層集期版笔筆宗桩員员站趟遍圈棵株粒滴束串朵口匹顶頂幅扇"
)
HAN = _table("""
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
HAN |= HAN_MONEY | {measure: measure for measure in CLASSIFIERS}

# Words that end the search for what is counted: a number before them stands alone.
STOP = frozenset(
    _table("""
    article: a an the this that these those
    preposition: of in on at to for from by with as than about above after against before behind below beyond between
    and: during into near off onto out over per since through toward under until up upon via within without plus
    conjunction: minus versus and or but nor so if when while which who whom whose because whereas
    verb: is are was were be been being has have had do does did will would can could may might must shall should
    told: says said say means makes takes goes comes holds calls shows remains includes defines asks adds runs gives
    more: gets sees begins ends falls rises stands needs wants keeps leaves reads tells uses works seems becomes
    pronoun: it its he she they them their his her we our you your i my me us each every both all any some more most
    adverb: not no only less fewer yet still now then there here too also again ago later earlier always perhaps
""")
)
