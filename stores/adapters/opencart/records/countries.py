"""The code of a country that an order states by its name.

OpenCart's orders hold names, as its table of countries has them, in English unless a merchant
changed them; the extension adds the code. A name that is not known stays without one: then no
rule for a country fits, and the order is held.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from babel import Locale

# Names of OpenCart's own table that differ from those of the Unicode CLDR.
_OWN = {
    "bosnia and herzegovina": "BA", "brunei darussalam": "BN", "burma": "MM", "cape verde": "CV",
    "congo": "CG", "cote d'ivoire": "CI", "croatia (hrvatska)": "HR", "czech republic": "CZ",
    "democratic republic of congo": "CD", "east timor": "TL", "falkland islands (malvinas)": "FK",
    "france, metropolitan": "FR", "fyrom": "MK", "great britain": "GB",
    "heard and mc donald islands": "HM", "hong kong": "HK", "iran (islamic republic of)": "IR",
    "ivory coast": "CI", "kosovo, republic of": "XK", "korea, republic of": "KR",
    "lao people's democratic republic": "LA", "libyan arab jamahiriya": "LY", "macao": "MO",
    "macau": "MO", "macedonia": "MK", "moldova, republic of": "MD", "myanmar": "MM",
    "north macedonia": "MK", "northern ireland": "GB", "palestinian territory, occupied": "PS",
    "republic of korea": "KR", "russian federation": "RU", "slovak republic": "SK",
    "st. helena": "SH", "swaziland": "SZ", "syrian arab republic": "SY",
    "taiwan, province of china": "TW", "the netherlands": "NL", "turkey": "TR",
    "united states of america": "US", "usa": "US", "vatican city state (holy see)": "VA",
    "viet nam": "VN", "virgin islands (british)": "VG", "virgin islands (u.s.)": "VI",
}  # fmt: skip


# Codes of the CLDR that are no countries of ISO 3166.
_NO_COUNTRIES = frozenset({"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "ZZ"})


def country_code(name: str) -> str:
    """The alpha-2 code of a country's English name; "" where it is not known."""
    wanted = " ".join(name.split()).casefold()
    return _OWN.get(wanted) or _names().get(_plain(wanted), "")


@cache
def _names() -> dict[str, str]:
    return {
        _plain(str(name)): code
        for code, name in Locale("en").territories.items()
        if len(code) == 2 and code.isalpha() and not code.startswith("X")
        and code not in _NO_COUNTRIES
    }  # fmt: skip


def _plain(name: str) -> str:
    """Without accents, full stops, "Saint" in full, and what stands behind a comma or in
    brackets."""
    letters = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    first = re.split(r"[,(]", letters.replace(".", "").replace("&", "and"), maxsplit=1)[0]
    return re.sub(r"^saint ", "st ", " ".join(first.split())).removesuffix(" islands")
