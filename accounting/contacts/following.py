"""What of a contact is to follow what the shop says: pure.

The shop's word goes to Xero where the shop has changed it and Xero says something else. What
a person corrected in Xero stands until the shop says something new. Nothing is ever emptied,
and nobody is renamed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from xero.documents.contact_details import ADDRESSES, MOST_PERSONS, PERSONS, PHONE, Details

_NAMES = ("FirstName", "LastName")
_FIRST_PERSON = (*_NAMES, "EmailAddress")
# A bookkeeper's own stands.
_FILLED_ONLY = (*_NAMES, "AccountNumber")
# A person's own addition to an address: whoever reads the post there.
_ATTENTION = "AttentionTo"


def changes(
    said: Details, before: Details | None, there: Details | None, *, fill_only: bool
) -> dict[str, Any]:
    """The details to send, in the form of `xero.documents.contact_details`; {} where nothing
    differs.

    `said` is what the shop says now, `before` what it said the last time (None: not known),
    `there` what Xero has (None: the contact is still on its way there). `fill_only`: a person
    made the contact, or several people share it, so that only what is empty is filled.
    """
    found: dict[str, Any] = {}
    for name, value in said.items():
        if name == PERSONS:
            found[name] = value
            continue
        if before is not None and before.get(name) == value:
            continue
        present = (there or {}).get(name)
        if present is None and not (name in _NAMES and _is_named(there)):
            found[name] = value
        elif present is not None and not fill_only and _follows(name, value, present):
            found[name] = _in_place_of(name, value, present)
    return found


def merged(earlier: Details | None, later: Details) -> dict[str, Any]:
    """What is known once `later` was said: what it leaves out stays as it was."""
    whole = {**(earlier or {}), **later}
    if PERSONS in whole:
        whole[PERSONS] = distinct([*(earlier or {}).get(PERSONS, ()), *later.get(PERSONS, ())])
    return whole


def distinct(persons: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each person once, as first named."""
    found: list[dict[str, Any]] = []
    for one in persons:
        found += [] if _is_among(one, found) else [one]
    return found


def self_of(said: Details) -> list[dict[str, Any]]:
    """Whoever says it, as one of the persons of a contact that many share."""
    who = {name: said[name] for name in _FIRST_PERSON if said.get(name)}
    return [who] if who else []


def of_many(said: Details, before: Details | None, there: Details | None) -> dict[str, Any]:
    """What to compare of a contact that many share: its first person stays, and others stand
    beside it, each once, as long as there is room. `there`: as of `changes`."""
    rest = {name: value for name, value in said.items() if name != PERSONS}
    first = {name: there[name] for name in _FIRST_PERSON if there and there.get(name)}
    if not first:
        return rest
    if not _is_among(rest, [first]):
        rest = {name: value for name, value in rest.items() if name not in _FIRST_PERSON}
    beside = [*(there or {}).get(PERSONS, [])]
    known = [first, *beside, *(before or {}).get(PERSONS, [])]
    room = MOST_PERSONS - len(beside)
    fresh = [who for who in said.get(PERSONS, ()) if not _is_among(who, known)][: max(room, 0)]
    return rest | ({PERSONS: [*beside, *fresh]} if fresh else {})


def _is_among(who: Mapping[str, Any], persons: Sequence[Mapping[str, Any]]) -> bool:
    """By the e-mail where both have one, else by the name."""
    return any(_identity(who, one) == _identity(one, who) for one in persons)


def _identity(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    if one.get("EmailAddress") and other.get("EmailAddress"):
        return _folded(one["EmailAddress"])
    return _folded(" ".join(one.get(name, "") for name in _NAMES))


def differs(name: str, one: Any, other: Any) -> bool:
    """Whether two values of a detail say different things, in whatever form each is written."""
    if name == PHONE:
        return not _dialled(one) & _dialled(other)
    if name in ADDRESSES:
        return _told(one) != _told(other)
    return _folded(one) != _folded(other)


def _is_named(there: Details | None) -> bool:
    """A first name of the shop's and a last name of Xero's would be nobody."""
    return any((there or {}).get(name) for name in _NAMES)


def _follows(name: str, value: Any, present: Any) -> bool:
    """Whether the shop's value goes over one that Xero has."""
    if name in _FILLED_ONLY:
        return False
    if name == PHONE:
        return _digits(value["PhoneNumber"]) not in _dialled(present)
    if name in ADDRESSES:
        # Of a download nothing but the country is asked for: that is no new address.
        return "AddressLine1" in value and _told(value) != _told(present)
    return bool(_folded(value) != _folded(present))


def _in_place_of(name: str, value: Any, present: Any) -> Any:
    """The value, which says of every part of the old one what becomes of it."""
    if name == PHONE:
        return dict.fromkeys(present, "") | value
    if name in ADDRESSES:
        old = {part: present[part] if part == _ATTENTION else "" for part in present}
        return old | value
    return value


def _dialled(phone: Mapping[str, str]) -> set[str]:
    """A number by itself, with its area, and with its country as well."""
    parts = ("PhoneCountryCode", "PhoneAreaCode", "PhoneNumber")
    country, area, number = (_digits(phone.get(part, "")) for part in parts)
    return {number, area + number, country + area + number}


def _digits(text: str) -> str:
    """A number without spaces, signs and brackets; a text without digits as it stands."""
    return re.sub(r"\D", "", text) or _folded(text)


def _told(address: Mapping[str, str]) -> dict[str, str]:
    return {part: _folded(text) for part, text in address.items() if part != _ATTENTION}


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
