"""Reading a shop's JSON without guessing: every refusal names the dotted path and the value.

JSON is read with `parse_float=Decimal` beforehand, so numbers arrive as int, Decimal or text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from connector.lib import money
from connector.lib.texts.numbers import WHY_NO_NUMBER
from connector.lib.texts.said import said
from stores.canonical.records import ParseError

_FLAGS = dict.fromkeys(("1", "true", "y", "yes"), True) | dict.fromkeys(
    ("0", "false", "n", "no"), False
)
_DIVISORS = {Decimal(10) ** digits: digits for digits in range(7)}
_FAR_AHEAD = 10**11  # in the year 5138: more is milliseconds
_DATE = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Raw:
    """A JSON object together with the dotted path at which it stands in its record."""

    data: Mapping[str, Any]
    path: str = ""

    def at(self, key: str) -> str:
        """The dotted path of `key`."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Whether `key` is there and not null."""
        return self.data.get(key) is not None

    def number(self, key: str) -> Decimal:
        """A number that must be there."""
        if not self.has(key):
            raise self._missing(key)
        return self._decimal(key)

    def optional(self, key: str) -> Decimal | None:
        """A number, or None where the shop leaves the key out. Never None for a bad number."""
        return self._decimal(key) if self.has(key) else None

    def amount(self, key: str) -> Decimal:
        """A number that the shop leaves out when it is zero."""
        return self._decimal(key) if self.has(key) else money.ZERO

    def _decimal(self, key: str) -> Decimal:
        value = self.data[key]
        try:
            return money.parse_decimal(value)
        except ValueError as error:
            message = said(
                "%(at)s is %(shown)s: %(error)s.",
                at=self.at(key),
                shown=_shown(value),
                error=WHY_NO_NUMBER.get(str(error), str(error)),
            )
            raise ParseError(self.at(key), value, message, code="bad_number") from None

    def text(self, key: str) -> str:
        """Text as the shop wrote it; numbers as digits; "" where there is none."""
        value = self.data.get(key)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if isinstance(value, Decimal):
            return money.plain(value)
        if isinstance(value, int):
            return str(int(value))
        raise self.refusal(key, said("neither text nor a number"), "bad_text")

    def required_text(self, key: str) -> str:
        """Text that must be there and not be blank."""
        value = self.text(key)
        if not value.strip():
            raise ParseError(
                self.at(key),
                self.data.get(key),
                said("%(at)s is missing.", at=self.at(key)),
                code="missing",
            )
        return value

    def flag(self, key: str) -> bool | None:
        """A yes or no in one of the forms that shops write: true, 1, "1", "Y", "yes" and their
        opposites; None where it is left out. Anything else is refused, and never a no."""
        value = self.data.get(key)
        if value is None or value == "":
            return None
        word = str(value).lower() if isinstance(value, bool | int | str | Decimal) else ""
        if word not in _FLAGS:
            raise self.refusal(key, said("neither yes nor no"), "bad_flag")
        return _FLAGS[word]

    def required_flag(self, key: str) -> bool:
        """A yes or no that must be there."""
        said = self.flag(key)
        if said is None:
            raise self._missing(key)
        return said

    def minor_units(self, key: str, currency: str) -> Decimal:
        """An amount that must be there, written as a whole number of the smallest units of its
        currency: 1250 are 12.50 EUR, or 1250 JPY."""
        return self._whole(key).scaleb(-money.minor_digits(currency))

    def divided(self, key: str, currency: str) -> Decimal:
        """An amount that must be there, as `{"amount": 1250, "divisor": 100, "currency_code"}`."""
        stated = self._priced(key, currency, "currency_code")
        divisor = stated._whole("divisor")
        if divisor not in _DIVISORS:
            raise stated.refusal("divisor", said("not a power of ten"), "bad_number")
        return stated._whole("amount").scaleb(-_DIVISORS[divisor])

    def valued(self, key: str, currency: str) -> Decimal:
        """An amount that must be there, as `{"value": "12.50", "currency": "EUR"}`."""
        return self._priced(key, currency, "currency").number("value")

    def _priced(self, key: str, currency: str, named: str) -> Raw:
        """An amount with its currency, which must be the one that is expected."""
        if not self.has(key):
            raise self._missing(key)
        stated = self.child(key)
        if stated.currency(named) != currency:
            raise stated.refusal(
                named, said("not %(currency)s", currency=currency), "other_currency"
            )
        return stated

    def _whole(self, key: str) -> Decimal:
        number = self.number(key)
        if number != number.to_integral_value():
            raise self.refusal(key, said("not a whole number"), "bad_number")
        return number

    def currency(self, key: str) -> str:
        """An ISO 4217 code that must be there."""
        code = self.required_text(key)
        if not money.known_currency(code):
            raise self.refusal(key, said("not a known currency code"), "unknown_currency")
        return code

    def moment(self, key: str, zone: str) -> datetime:
        """A date and time in UTC; one without an offset is a time of `zone`."""
        text = self.required_text(key)
        try:
            if not _DATE.match(text):
                raise ValueError("not a date and time")
            when = datetime.fromisoformat(text)
            local = when if when.tzinfo else when.replace(tzinfo=ZoneInfo(zone))
            return local.astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.refusal(key, said("not a date and time"), "bad_date") from None

    def unix_moment(self, key: str) -> datetime:
        """A moment that must be there, in Unix seconds."""
        seconds = self._whole(key)
        if not 0 < seconds < _FAR_AHEAD:
            raise self.refusal(key, said("not a moment in Unix seconds"), "bad_date")
        return datetime.fromtimestamp(int(seconds), UTC)

    def mail_moment(self, key: str) -> datetime:
        """A moment that must be there, as mail writes it: `Thu, 18 Jun 2026 12:05:04 +0000`."""
        text = self.required_text(key)
        try:
            when = parsedate_to_datetime(text)
            # "-0000" is UTC from a clock that does not say where it stands.
            return (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            raise self.refusal(key, said("not a date and time"), "bad_date") from None

    def child(self, key: str) -> Raw:
        """An object; an empty one where the shop left it out or wrote PHP's empty array."""
        value = self.data.get(key)
        if value is None or value == []:
            value = {}
        if not isinstance(value, Mapping):
            raise self.refusal(key, said("not an object"), "bad_object")
        return Raw(value, self.at(key))

    def children(self, key: str) -> list[Raw]:
        """A list of objects; an empty one where the shop left it out."""
        value = self.data.get(key)
        return [] if value is None else self._objects(key, value)

    def keyed(self, key: str) -> list[tuple[str, Raw]]:
        """Objects by their ids, in the shop's order: `{"12": {…}}`, or PHP's form of it, which
        is a list where the ids are 0, 1, 2 …, and `[]` where there are none."""
        value = self.data.get(key)
        if value is None or isinstance(value, list):
            found = [] if value is None else self._objects(key, value)
            return [(str(position), one) for position, one in enumerate(found)]
        if not isinstance(value, Mapping):
            raise self.refusal(key, said("neither an object nor a list"), "bad_object")
        inside = Raw(value, self.at(key))
        for one, entry in value.items():
            if not isinstance(entry, Mapping):
                raise inside.refusal(one, said("not an object"), "bad_object")
        return [(one, Raw(entry, inside.at(one))) for one, entry in value.items()]

    def required_children(self, key: str) -> list[Raw]:
        """A list of objects that must be there."""
        value = self.data.get(key)
        if value is None:
            raise self._missing(key)
        return self._objects(key, value)

    def _objects(self, key: str, value: object) -> list[Raw]:
        if not isinstance(value, list):
            raise self.refusal(key, said("not a list"), "bad_list")
        found = []
        for position, entry in enumerate(value):
            path = f"{self.at(key)}[{position}]"
            if not isinstance(entry, Mapping):
                message = said(
                    "%(path)s is %(shown)s: not an object.", path=path, shown=_shown(entry)
                )
                raise ParseError(path, entry, message, code="bad_object")
            found.append(Raw(entry, path))
        return found

    def _missing(self, key: str) -> ParseError:
        return ParseError(
            self.at(key), None, said("%(at)s is missing.", at=self.at(key)), code="missing"
        )

    def refusal(self, key: str, why: str, code: str) -> ParseError:
        """The error to raise about `key`: where, what stands there, why it will not do."""
        value = self.data.get(key)
        return ParseError(
            self.at(key),
            value,
            said("%(at)s is %(shown)s: %(why)s.", at=self.at(key), shown=_shown(value), why=why),
            code=code,
        )


def _shown(value: object) -> str:
    """A value inside a sentence, cut short: the record may hold anything."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
