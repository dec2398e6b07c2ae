"""Parts that every section of the configuration file is built from.

Values arrive from YAML 1.2's core schema with numbers kept as text: str, bool, None, list,
dict. Nothing else is accepted for a boolean, so `yes` and `1` are errors, not guesses.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any

from cronsim import CronSim, CronSimError
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StrictBool,
    StringConstraints,
    ValidationError,
)

from connector.lib.clock import now
from connector.lib.money import parse_decimal, plain


class Section(BaseModel):
    """A mapping of the file: unknown keys are errors, values never change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _decimal(value: object) -> Decimal:
    try:
        return parse_decimal(value)
    except ValueError as error:
        raise ValueError(f"must be a number such as 8.25 ({error})") from None


def _duration(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,6}[smhd]", value):
        raise ValueError("must be a duration such as 30s, 5m, 6h or 2d")
    return value


def _date(value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("must be a date such as 2026-01-31") from None


def _schedule(value: object) -> str:
    if value in ("hourly", "daily", "weekly"):
        return str(value)
    if isinstance(value, str) and re.fullmatch(r"\d{1,6}[smhd]", value) and int(value[:-1]):
        return value
    try:
        CronSim(cron_line(str(value)), now())
    except CronSimError:
        raise ValueError(
            "must be a duration (5m), hourly, daily, weekly, a time of day (daily 03:30) or a cron "
            "line (30 3 * * 1-5)"
        ) from None
    return str(value)


_DAILY = re.compile(r"daily ([01]\d|2[0-3]):([0-5]\d)")


def cron_line(schedule: str) -> str:
    """`daily 03:30` as a cron line; any other schedule as it is."""
    found = _DAILY.fullmatch(schedule)
    return f"{int(found[2])} {int(found[1])} * * *" if found else schedule


def _time_of_day(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError('must be a time of day such as "03:00"')
    return value


def _percent(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"(100|\d{1,2})%", value):
        raise ValueError('must be a percentage such as "20%"')
    return value


def _code(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text that is not empty")
    return value.strip()


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Code = Annotated[str, BeforeValidator(_code)]
Flag = StrictBool
Number = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    PlainSerializer(plain, return_type=str),
]
Duration = Annotated[str, BeforeValidator(_duration)]
Day = Annotated[
    date, BeforeValidator(_date), PlainSerializer(lambda day: day.isoformat(), return_type=str)
]
Schedule = Annotated[str, BeforeValidator(_schedule)]
TimeOfDay = Annotated[str, BeforeValidator(_time_of_day)]
Percent = Annotated[str, BeforeValidator(_percent)]
_COUNTRY = re.compile(r"[A-Z]{2}")


def _country(value: str) -> str:
    if not _COUNTRY.fullmatch(value):
        raise ValueError("must be an ISO 3166 alpha-2 code such as AU")
    return value


Country = Annotated[str, AfterValidator(_country)]


def seconds(duration: str) -> int:
    """`"6h"` → 21600."""
    unit = {"s": 1, "m": 60, "h": 3600, "d": 86400}[duration[-1]]
    return int(timedelta(seconds=int(duration[:-1]) * unit).total_seconds())


def dotted(path: tuple[int | str, ...]) -> str:
    """`("stores", 0, "posting", "mode")` → `stores[0].posting.mode`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".")


# Values at these keys are never repeated in a message.
_SECRET_KEYS = frozenset(
    {"client_id", "client_secret", "credentials", "webhook_key", "webhook_secret", "alerts"}
)
_OF_A_FIELD = re.compile(r"([a-z_]+(?:\.\w+)*): ")


def problems(error: ValidationError, prefix: tuple[int | str, ...] = ()) -> list[str]:
    """One line for each fault: `stores[0].posting.mod: unknown key`."""
    return [f"{dotted(path) or 'file'}: {words}" for path, words in faults(error, prefix)]


def faults(
    error: ValidationError, prefix: tuple[int | str, ...] = ()
) -> list[tuple[tuple[int | str, ...], str]]:
    """Each fault: where it stands, and what is wrong there.

    A check of a whole section that begins its message with `field: ` speaks of that field.
    """
    found = []
    for fault in error.errors(include_url=False):
        path = (*prefix, *(part for part in fault["loc"] if part != "[key]"))
        inner = fault.get("ctx", {}).get("error")
        if isinstance(inner, ValidationError):
            found += faults(inner, path)
            continue
        value = _HIDDEN if _SECRET_KEYS.intersection(path) else fault["input"]
        words = _words(fault["type"], fault["msg"], value)
        named = _OF_A_FIELD.match(words) if fault["type"] == "value_error" else None
        if named and isinstance(fault["input"], dict):
            path, words = (*path, *named[1].split(".")), words[named.end() :]
        found.append((path, words))
    return found


_HIDDEN = object()
# In the file's own words, where pydantic speaks of Python or JSON.
_KINDS = {
    "extra_forbidden": "unknown key",
    "missing": "required",
    "string_too_short": "must not be empty",
}
_SHAPES = {
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
    "string_type": "must be a text",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
}


def _words(kind: str, message: str, value: Any) -> str:
    if kind in _KINDS:
        return _KINDS[kind]
    text = _SHAPES.get(kind) or message.removeprefix("Value error, ").replace(
        "Input should be", "must be"
    )
    if kind == "literal_error":
        text = text.replace("'", "")
    text = text.replace("String should", "must")
    return text if value is _HIDDEN else f"{text}{instead(value)}"


def instead(value: Any) -> str:
    """`, not 'value'`; nothing for a list or mapping, and no password of an address."""
    if isinstance(value, dict | list):
        return ""
    if value is None or isinstance(value, bool):
        return f", not {'null' if value is None else str(value).lower()}"
    return f", not {re.sub(r'(?<=://)[^/@]*@', '…@', repr(value))[:80]}"
