"""Places that need no source: countries, their people, and the cities everybody knows."""

from __future__ import annotations

import re

# Whole names first, then the words that are one in themselves; a name made of these alone is everyday geography.
_NAMES = """
    united states of america; united states; united kingdom; great britain; northern ireland; hong kong; new york;
    new zealand; new delhi; south korea; north korea; south africa; saudi arabia; united arab emirates; sri lanka;
    costa rica; el salvador; puerto rico; dominican republic; czech republic; papua new guinea; sierra leone;
    burkina faso; cape verde; ivory coast; san francisco; los angeles; las vegas; san diego; washington dc; new jersey;
    new england; new mexico; new orleans; new hampshire; new york city; north carolina; south carolina; north dakota;
    south dakota; west virginia; rhode island; kuala lumpur; phnom penh; ho chi minh city; tel aviv; abu dhabi;
    buenos aires; mexico city; sao paulo; rio de janeiro; cape town; addis ababa; the hague; st petersburg;
    south china sea; east china sea; yellow sea; red sea; black sea; north sea; baltic sea; mediterranean sea;
    taiwan strait; english channel; suez canal; panama canal; persian gulf; middle east; far east; near east;
    southeast asia; south east asia; east asia; south asia; central asia; latin america; north america; south america;
    central america; western europe; eastern europe; central europe; european union; united nations; white house;
    new year; lunar new year; chinese new year; spring festival; world war; cold war; west coast; east coast;
    pacific ocean; atlantic ocean; indian ocean; arctic ocean; greater china; inner mongolia; pearl river;
    yangtze river; wall street; silicon valley; capitol hill
"""
_WORDS = """
    afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan bahamas bahrain
    bangladesh barbados belarus belgium belize benin bhutan bolivia bosnia botswana brazil britain brunei bulgaria
    burma burundi cambodia cameroon canada chad chile china colombia congo croatia cuba cyprus czechia denmark
    djibouti ecuador egypt england eritrea estonia eswatini ethiopia fiji finland france gabon gambia georgia
    germany ghana greece greenland guatemala guinea guyana haiti honduras hungary iceland india indonesia iran iraq
    ireland israel italy jamaica japan jordan kazakhstan kenya kosovo kuwait kyrgyzstan laos latvia lebanon lesotho
    liberia libya liechtenstein lithuania luxembourg macau macao madagascar malawi malaysia maldives mali malta
    mauritania mauritius mexico moldova monaco mongolia montenegro morocco mozambique myanmar namibia nepal
    netherlands nicaragua niger nigeria norway oman pakistan palestine panama paraguay peru philippines poland
    portugal qatar romania russia rwanda samoa scotland senegal serbia singapore slovakia slovenia somalia spain
    sudan suriname sweden switzerland syria taiwan tajikistan tanzania thailand tibet togo tonga tunisia turkey
    türkiye turkmenistan uganda ukraine uruguay usa uk us uae uzbekistan vanuatu vatican venezuela vietnam wales
    yemen zambia zimbabwe

    afghan african albanian algerian american arab arabian argentine armenian asian australian austrian bangladeshi
    belgian brazilian british briton bulgarian burmese cambodian canadian cantonese caribbean chilean chinese
    colombian croatian cuban czech danish dane dutch egyptian english estonian ethiopian european filipino finnish
    finn french georgian german ghanaian greek hungarian icelandic indian indonesian iranian iraqi irish israeli
    italian jamaican japanese jordanian kazakh kenyan korean kurdish kuwaiti latin latvian lebanese libyan
    lithuanian malaysian mandarin mexican mongolian moroccan nepali nigerian nordic norwegian pakistani palestinian
    peruvian polish portuguese qatari romanian russian saudi scandinavian scottish scot serbian singaporean slovak
    slovenian somali spanish spaniard sudanese swedish swede swiss syrian taiwanese tamil thai tibetan tunisian
    turkish turk ukrainian uyghur venezuelan vietnamese welsh western westerner eastern muslim christian jewish jew
    buddhist catholic hindu

    africa america antarctica arctic asia atlantic europe oceania pacific eurasia mediterranean balkans baltic
    scandinavia gulf earth moon mars internet web christmas easter thanksgiving ramadan diwali hanukkah

    beijing shanghai shenzhen guangzhou tianjin chongqing chengdu wuhan nanjing hangzhou xiamen qingdao dalian
    harbin xinjiang guangdong sichuan yunnan fujian hainan taipei kaohsiung tokyo osaka kyoto yokohama seoul busan
    pyongyang manila jakarta bangkok hanoi delhi mumbai kolkata chennai bangalore karachi lahore islamabad dhaka
    kathmandu colombo kabul tehran baghdad riyadh dubai doha jerusalem beirut damascus amman cairo istanbul ankara
    moscow kyiv kiev minsk warsaw prague budapest vienna berlin munich hamburg frankfurt zurich geneva bern paris
    lyon marseille london manchester edinburgh glasgow dublin belfast brussels antwerp amsterdam rotterdam
    copenhagen stockholm oslo helsinki reykjavik madrid barcelona lisbon rome milan naples venice athens belgrade
    bucharest sofia nairobi lagos accra johannesburg pretoria casablanca tunis algiers sydney melbourne canberra
    perth auckland wellington ottawa toronto montreal vancouver washington boston chicago philadelphia houston
    dallas atlanta miami seattle detroit denver phoenix baltimore minneapolis california texas florida alaska hawaii
    arizona colorado illinois massachusetts michigan nevada ohio oregon pennsylvania virginia wisconsin maryland
    minnesota connecticut utah havana lima bogota santiago caracas brasilia quito montevideo davos
"""
_KNOWN_NAMES = frozenset(" ".join(name.split()) for name in _NAMES.split(";"))
_KNOWN_WORDS = frozenset(_WORDS.split())
_SIDES = frozenset(("north", "south", "east", "west", "northern", "southern", "eastern", "western", "central"))
_JOINING = frozenset(("upper", "lower", "greater", "the", "of"))
_PARTED = re.compile(r"[\s’'‑–-]+")


def is_everyday(name: str) -> bool:
    """Whether a name is of everyday geography: "Hong Kong", "U.S.", "Chinese", "Northern Europe", "Sino-American"."""
    plain = " ".join(name.casefold().replace(".", "").split())
    if plain in _KNOWN_NAMES or plain.removesuffix("s") in _KNOWN_NAMES:
        return True
    words = [word for word in _PARTED.split(plain) if word and word not in ("s", "sino", "anglo", "franco", "euro")]
    return any(_is_known(word) for word in words) and all(
        _is_known(word) or word in _SIDES | _JOINING for word in words
    )


def _is_known(word: str) -> bool:
    return word in _KNOWN_WORDS or word.removesuffix("s") in _KNOWN_WORDS
