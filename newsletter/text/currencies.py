"""Codes and signs of currencies: they stand before a figure like a name, and are none."""

from __future__ import annotations

import re

# ISO 4217, the codes in use; and what is written beside them for the same money.
_CODES = frozenset(
    re.findall(
        r"\S+",
        """
        AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
        CLF CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD
        HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD
        MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG
        QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD
        TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XAG XAU XCD XDR XOF XPD XPF XPT YER ZAR ZMW ZWL
        RMB CNH NTD
        """,
    )
)
_SIGNS = tuple("$€£¥₩₹₽₫฿₱₴₺￥")
_DIGITS = re.compile(r"\d+$")


def is_currency(word: str, after: str = "") -> bool:
    """Whether a word in capitals is a currency, given the text right behind it: "RMB", "CNY8", the "HK" of "HK$"."""
    if after.startswith(_SIGNS):
        return True
    return _DIGITS.sub("", word) in _CODES
