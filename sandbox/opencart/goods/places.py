"""OpenCart's numbers of countries and zones, for the towns in which the customers live."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Zone:
    """A state or county; number 0 is none."""

    zone_id: int = 0
    code: str = ""
    name: str = ""


COUNTRIES = {
    "AU": (13, "Australia"), "NZ": (153, "New Zealand"),
    "GB": (222, "United Kingdom"), "US": (223, "United States"),
}  # fmt: skip
_ZONES = {
    "Sydney": Zone(192, "NSW", "New South Wales"),
    "Newcastle": Zone(192, "NSW", "New South Wales"),
    "Melbourne": Zone(197, "VIC", "Victoria"),
    "Geelong": Zone(197, "VIC", "Victoria"),
    "Brisbane": Zone(194, "QLD", "Queensland"),
    "Perth": Zone(198, "WA", "Western Australia"),
    "Adelaide": Zone(195, "SA", "South Australia"),
    "Hobart": Zone(196, "TAS", "Tasmania"),
    "Canberra": Zone(191, "ACT", "Australian Capital Territory"),
    "Darwin": Zone(193, "NT", "Northern Territory"),
    "Auckland": Zone(2344, "AUK", "Auckland"),
    "Wellington": Zone(2359, "WGN", "Wellington"),
    "London": Zone(3553, "LDN", "Greater London"),
    "Manchester": Zone(3554, "MCH", "Greater Manchester"),
    "Leeds": Zone(3608, "YSW", "West Yorkshire"),
    "Bristol": Zone(3522, "BSTL", "Bristol"),
    "Glasgow": Zone(3551, "GLAS", "Glasgow"),
    "Cardiff": Zone(3526, "CDF", "Cardiff"),
    "Belfast": Zone(3949, "ANT", "County Antrim"),
    "St Ives": Zone(3532, "CORN", "Cornwall"),
    "New York": Zone(3655, "NY", "New York"),
    "Portland": Zone(3661, "OR", "Oregon"),
}
_CODES = {str(zone.zone_id): zone.code for zone in _ZONES.values()}
_ISO = {str(number): iso for iso, (number, _) in COUNTRIES.items()}


def zone_of(city: str) -> Zone:
    return _ZONES.get(city, Zone())


def zone_code(zone_id: str) -> str:
    return _CODES.get(zone_id, "")


def iso_code(country_id: str) -> str:
    return _ISO.get(country_id, "")
