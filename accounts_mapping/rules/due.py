"""When an invoice is due, as the configuration writes it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, ValidationError

from accounts_mapping.rules.fields import Days, _whole
from connector.lib.schema import Section
from connector.lib.texts.said import said


def _day_of_month(value: object) -> int:
    if isinstance(value, bool) or not str(value).isdecimal() or not 1 <= int(str(value)) <= 31:
        raise ValueError(said("must be a day from 1 to 31"))
    return int(str(value))


class DayOfMonth(Section):
    """`{day: 20, of: next_month}`: a day of the month after the invoice's."""

    day: Annotated[int, BeforeValidator(_day_of_month)]
    of: Literal["next_month"]


class AfterMonth(Section):
    """`{days: 14, from: end_of_month}`: so long after the end of the invoice's month."""

    days: Days
    from_: Literal["end_of_month"] = Field(alias="from")


_DUE = said(
    "must be a whole number of days from 0 to 3650, {day: 20, of: next_month}, "
    "{days: 14, from: end_of_month} or contact"
)


def _due(value: object) -> object:
    if isinstance(value, DayOfMonth | AfterMonth) or value == "contact":
        return value
    if isinstance(value, dict):
        shape = DayOfMonth if "day" in value else AfterMonth
        try:
            return shape.model_validate(value, by_alias=True, by_name=False)
        except ValidationError:
            raise ValueError(_DUE) from None
    if re.fullmatch(r"[-+]?[\d.]+", str(value)):
        return _whole(value)
    raise ValueError(_DUE)


def _due_out(value: Any) -> Any:
    if isinstance(value, Section):
        return value.model_dump(mode="json", by_alias=True)
    return str(value)


Due = int | DayOfMonth | AfterMonth | Literal["contact"]


DueDays = Annotated[Any, BeforeValidator(_due), PlainSerializer(_due_out)]
