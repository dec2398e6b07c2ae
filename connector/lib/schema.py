"""Parts that every section of the configuration file is built from.

Values arrive from YAML 1.2's core schema with numbers kept as text: str, bool, None, list,
dict. Nothing else is accepted for a boolean, so `yes` and `1` are errors, not guesses.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
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
from connector.lib.texts.numbers import WHY_NO_NUMBER
from connector.lib.texts.said import Said, parted, said


class Section(BaseModel):
    """A mapping of the file: unknown keys are errors, values never change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _decimal(value: object) -> Decimal:
    try:
        return parse_decimal(value)
    except ValueError as error:
        why = WHY_NO_NUMBER[str(error)]
        raise ValueError(said("must be a number such as 8.25 (%(why)s)", why=why)) from None


def _duration(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"\d{1,6}[smhd]", value):
        raise ValueError(said("must be a duration such as 30s, 5m, 6h or 2d"))
    return value


def _date(value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            raise ValueError
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError(said("must be a date such as 2026-01-31")) from None


def _schedule(value: object) -> str:
    if value in ("hourly", "daily", "weekly"):
        return str(value)
    if isinstance(value, str) and re.fullmatch(r"\d{1,6}[smhd]", value) and int(value[:-1]):
        return value
    try:
        CronSim(cron_line(str(value)), now())
    except CronSimError:
        raise ValueError(
            said(
                "must be a duration (5m), hourly, daily, weekly, a time of day (daily 03:30) or a "
                "cron line (30 3 * * 1-5)"
            )
        ) from None
    return str(value)


_DAILY = re.compile(r"daily ([01]\d|2[0-3]):([0-5]\d)")


def cron_line(schedule: str) -> str:
    """`daily 03:30` as a cron line; any other schedule as it is."""
    found = _DAILY.fullmatch(schedule)
    return f"{int(found[2])} {int(found[1])} * * *" if found else schedule


def _time_of_day(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError(said('must be a time of day such as "03:00"'))
    return value


def _percent(value: object) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"(100|\d{1,2})%", value):
        raise ValueError(said('must be a percentage such as "20%%"'))
    return value


def _code(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(said("must be a text that is not empty"))
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
        raise ValueError(said("must be an ISO 3166 alpha-2 code such as AU"))
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
        words = _words(fault, value)
        named = _OF_A_FIELD.match(words) if fault["type"] == "value_error" else None
        if named and isinstance(fault["input"], dict):
            path, words = (*path, *named[1].split(".")), parted(words)[1]
        found.append((path, words))
    return found


_HIDDEN = object()
# In the file's own words, where pydantic speaks of Python or JSON.
_KINDS: Mapping[str, str] = {
    "extra_forbidden": said("unknown key"),
    "missing": said("required"),
    "string_too_short": said("must not be empty"),
}
_SHAPES: Mapping[str, str] = {
    "dict_type": said("must be a mapping"),
    "model_type": said("must be a mapping"),
    "tuple_type": said("must be a list"),
    "list_type": said("must be a list"),
    "string_type": said("must be a text"),
    "bool_type": said("must be true or false"),
    "bool_parsing": said("must be true or false"),
}


def _words(fault: Mapping[str, Any], value: Any) -> str:
    kind = fault["type"]
    if kind in _KINDS:
        return _KINDS[kind]
    text = _SHAPES.get(kind) or _own_words(fault) or fault["msg"].replace(
        "Input should be", "must be"
    ).replace("String should", "must")  # fmt: skip
    return text if value is _HIDDEN else not_but(text, value)


def _own_words(fault: Mapping[str, Any]) -> str:
    """What a check of ours said, or which values there are; "" for what only pydantic words."""
    context = fault.get("ctx", {})
    if fault["type"] == "value_error":
        return str_of(context["error"])
    if fault["type"] == "literal_error":
        *others, last = context["expected"].replace("'", "").replace(" or ", ", ").split(", ")
        if not others:
            return said("must be %(last)s", last=last)
        return said("must be %(others)s or %(last)s", others=", ".join(others), last=last)
    return ""


def str_of(error: Exception) -> str:
    """The words of an error, with what they are made of where it was raised with such."""
    words = error.args[0] if error.args else ""
    return words if isinstance(words, Said) else str(error)


def not_but(text: str, value: Any) -> str:
    """The text, and `, not 'value'`; by itself for a list or mapping, and no password of an
    address."""
    if isinstance(value, dict | list):
        return text
    if value is None or isinstance(value, bool):
        shown = "null" if value is None else str(value).lower()
    else:
        shown = re.sub(r"(?<=://)[^/@]*@", "…@", repr(value))[:80]
    return said("%(text)s, not %(value)s", text=text, value=shown)
