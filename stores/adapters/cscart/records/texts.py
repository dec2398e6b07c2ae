"""Text of CS-Cart's records: escaped for HTML in places, and objects that are sometimes lists."""

from __future__ import annotations

import html
import re

from stores.raw import Raw

# Whole entities only: "&para" in "Salt&paracetamol" is none.
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")


def text_of(raw: Raw, key: str) -> str:
    """Text as a person reads it; "" where there is none."""
    text = raw.text(key)
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    return text.strip()


def inner(raw: Raw, key: str) -> Raw:
    """An object that says more of a thing; an empty one where something else stands."""
    value = raw.data.get(key)
    return Raw(value if isinstance(value, dict) else {}, raw.at(key))


def id_of(raw: Raw, key: str) -> str:
    """The id of another object; "" for 0, by which CS-Cart says that there is none."""
    text = raw.text(key).strip()
    return "" if text == "0" else text
