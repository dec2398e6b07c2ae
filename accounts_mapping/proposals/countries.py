"""Names of countries as tax types bear them. Pure."""

from __future__ import annotations

from babel import Locale

_ENGLISH = Locale("en").territories


def name_of(country: str) -> str:
    """`Germany` for DE; the code itself where it is none, or no country is known."""
    return str(_ENGLISH.get(country, country or "an unknown country"))
