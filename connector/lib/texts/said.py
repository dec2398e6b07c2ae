"""Sentences of packages that know no framework: English, and what they are made of.

    said("%(code)s is the code of Xero's own chart for it.", code="200")

is that sentence; a page that is read in another language says its template there, with the same
values (`connector.pages.parts.core_texts`). A row of the database keeps the parts beside the
sentence: `parts_of`, and `put_together`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from connector.lib.money import plain, written


class Said(str):
    """A text that remembers its template and its values, of which some may be such texts too.

    `many` is the template for another number than one, "" where nothing is counted; `number` that
    number.
    """

    template: str
    values: Mapping[str, object]
    many: str
    number: int


class Figure(str):
    """A number as the sentence has it."""


class Day(str):
    """A date as the sentence has it: 2026-11-20."""


def said(template: str, /, **values: object) -> Said:
    """The template filled in: amounts (Decimal) with two decimals at least, dates as in ISO 8601.
    A percent sign by itself is written `%%`."""
    return _made(template, "", 1, {name: _value(one) for name, one in values.items()})


def said_of(one: str, many: str, count: int, /, **values: object) -> Said:
    """The template that agrees with the number, `%(count)s` in both."""
    filled = {name: _value(value) for name, value in values.items()}
    return _made(one, many, count, {"count": count, **filled})


def marked(template: str) -> str:
    """A template that is filled in elsewhere: here `make messages` finds it."""
    return template


def joined(texts: Iterable[str], by: str = " ") -> str:
    """Several sentences after each other, each of which stays what it is."""
    found = list(texts)
    places = {f"text{place}": text for place, text in enumerate(found)}
    return _made(by.join(f"%({name})s" for name in places), "", 1, places) if found else ""


def at_field(field: str, text: str) -> Said:
    """`accounts.sales: Demo has no account 999.`"""
    return said("%(field)s: %(text)s", field=field, text=text)


def parted(line: str) -> tuple[str, str]:
    """The field and the text of such a line."""
    if isinstance(line, Said) and "field" in line.values:
        field, text = line.values["field"], line.values["text"]
        assert isinstance(field, str)
        assert isinstance(text, str)
        return field, text
    field, _, text = line.partition(": ")
    return field, text


def figure(number: Decimal) -> Figure:
    """A number with the decimals that it has: a quantity, a percentage, a rate."""
    return Figure(plain(number))


def parts_of(text: str) -> dict[str, Any] | None:
    """What a row keeps beside the sentence; None of a text that was not made of parts."""
    if not isinstance(text, Said):
        return None
    parts: dict[str, Any] = {} if text.template == text else {"text": text.template}
    if text.values:
        parts["values"] = {name: _kept(one) for name, one in text.values.items()}
    if text.many:
        parts |= {"many": text.many, "count": text.number}
    return parts


def put_together(message: str, parts: Mapping[str, Any] | None) -> str:
    """The sentence as it was said, of what a row keeps; one without parts as it stands."""
    if parts is None:
        return message
    values = {name: _read(one) for name, one in parts.get("values", {}).items()}
    template, many = parts.get("text", message), parts.get("many", "")
    return _remembering(message, template, many, parts.get("count", 1), values)


def _made(template: str, many: str, count: int, values: Mapping[str, object]) -> Said:
    chosen = template if count == 1 else many
    return _remembering(chosen % values, template, many, count, values)


def _remembering(
    sentence: str, template: str, many: str, count: int, values: Mapping[str, object]
) -> Said:
    text = Said(sentence)
    text.template, text.many, text.number, text.values = template, many, count, values
    return text


def _value(value: object) -> object:
    if isinstance(value, Decimal):
        return Figure(written(value))
    if isinstance(value, date):
        return Day(value.isoformat())
    return value if isinstance(value, str | int) else str(value)


def _kept(value: object) -> object:
    """A value in JSON: a number and a text as they are, all others named by what they are."""
    if isinstance(value, Said):
        return {"said": str(value), **(parts_of(value) or {})}
    if isinstance(value, Figure):
        return {"figure": str(value)}
    if isinstance(value, Day):
        return {"day": str(value)}
    return value if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _read(kept: object) -> object:
    if not isinstance(kept, dict):
        return kept
    if "said" in kept:
        return put_together(kept["said"], kept)
    return Figure(kept["figure"]) if "figure" in kept else Day(kept["day"])
