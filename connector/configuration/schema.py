"""The shape of the whole configuration file; a field's default is the documented default."""

from __future__ import annotations

from typing import Annotated, Literal

from django.core.exceptions import ValidationError as DjangoValidationError
from django.core.validators import validate_email
from pydantic import AfterValidator, BeforeValidator, model_validator

from accounts_mapping.sections.section import StoreSection
from connector.lib.schema import Duration, Flag, Percent, Section, Text
from connector.lib.texts.said import said


def _version(value: object) -> str:
    if value != "1":
        raise ValueError(said("must be 1"))
    return "1"


def _count(value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdecimal()):
        raise ValueError(said("must be a whole number of at least 1"))
    if not 1 <= int(text) <= 1_000_000:
        raise ValueError(said("must be a whole number from 1 to 1000000"))
    return int(text)


def _email(value: str) -> str:
    try:
        validate_email(value)
    except DjangoValidationError:
        raise ValueError(said("must be an e-mail address")) from None
    return value


def _notification_address(value: str) -> str:
    if "://" not in value.strip(":/"):
        raise ValueError(said("must be an apprise address such as slack://…"))
    return value


Count = Annotated[int, BeforeValidator(_count)]


class XeroSection(Section):
    mode: Literal["code", "custom"] = "code"
    client_id: Text | None = None
    client_secret: Text | None = None
    daily_call_limit: Count = 1000
    live_reserve: Percent = "20%"
    webhook_key: Text | None = None


class Alert(Section):
    """Who is told, by e-mail or by an apprise address; from which severity upwards."""

    email: Annotated[Text, AfterValidator(_email)] | None = None
    url: Annotated[Text, AfterValidator(_notification_address)] | None = None
    severity: Literal["info", "warning", "error"] = "error"

    @model_validator(mode="after")
    def _one_way(self) -> Alert:
        if (self.email is None) == (self.url is None):
            raise ValueError(said("needs either `email` or `url`"))
        return self


class LoggingSection(Section):
    debug: Flag = False
    retention_days: Count = 30


class RetriesSection(Section):
    attempts: Count = 12
    base: Duration = "30s"
    cap: Duration = "6h"


class FileSchema(Section):
    version: Annotated[str, BeforeValidator(_version)]
    xero: XeroSection | None = None
    alerts: tuple[Alert, ...] = ()
    logging: LoggingSection = LoggingSection()
    retries: RetriesSection = RetriesSection()
    stores: tuple[StoreSection, ...] = ()
