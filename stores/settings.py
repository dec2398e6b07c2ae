"""How a shop is reached and what is read from it: a store's own part of the configuration."""

from __future__ import annotations

import re
from functools import cache
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, model_validator

from connector.lib.money import known_currency
from connector.lib.schema import Country, Day, Flag, Schedule, Section, Text
from connector.lib.texts.said import at_field, said


@cache
def _zones() -> frozenset[str]:
    """Read once: every reading walks the time zone files on the disk."""
    return frozenset(available_timezones())


def _zone(value: str) -> str:
    if value not in _zones():
        raise ValueError(said("must be a time zone such as Australia/Sydney"))
    return value


def _currency(value: str) -> str:
    if not known_currency(value):
        raise ValueError(said("must be an ISO 4217 currency code such as AUD"))
    return value


def _address(value: str) -> str:
    if not value.isprintable() or " " in value:
        raise ValueError(said("must not contain blanks or control characters"))
    parts = urlsplit(value)
    try:
        parts.port  # noqa: B018 - one that is none fails here
    except ValueError:
        raise ValueError(said("must have a port from 1 to 65535, or none")) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(said("must be an address such as https://shop.example.com"))
    if parts.username or parts.password:
        raise ValueError(said("must not contain a user name or password"))
    if parts.query or parts.fragment:
        raise ValueError(said("must not contain a query or a fragment"))
    return value.rstrip("/")


def _slug(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", value):
        raise ValueError(said("must be 1 to 40 small letters, digits and hyphens, such as au-shop"))
    return value


def _prefix(value: str) -> str:
    if not re.fullmatch(r"[\x21-\x7e]{1,20}", value):
        raise ValueError(said("must be 1 to 20 visible ASCII characters, such as S1-"))
    return value


def _customers(value: object) -> object:
    if isinstance(value, bool) or value == "both":
        return value
    raise ValueError(said("must be true, false or both"))


Zone = Annotated[str, AfterValidator(_zone)]
Currency = Annotated[str, AfterValidator(_currency)]
Address = Annotated[str, AfterValidator(_address)]
Slug = Annotated[str, AfterValidator(_slug)]
Prefix = Annotated[str, AfterValidator(_prefix)]


class Only(Section):
    """Restricts what is read; empty means all."""

    websites: tuple[Text, ...] = ()
    store_views: tuple[Text, ...] = ()
    stores: tuple[Text, ...] = ()


class Streams(Section):
    """Which documents may be sent to Xero, and which way customers and stock flow."""

    invoices: Flag = True
    payments: Flag = True
    credit_notes: Flag = True
    customers: Annotated[Literal["both"] | bool, BeforeValidator(_customers)] = True
    products: Flag = False
    stock: Literal["off", "to_store", "to_xero", "master"] = "off"


class Schedules(Section):
    orders: Schedule = "5m"
    refunds: Schedule = "5m"
    customers: Schedule = "daily"
    products: Schedule = "daily"
    stock: Schedule = "hourly"


class Fields(Section):
    customers: tuple[Literal["name", "email", "phone", "address", "company", "tax_number"], ...] = (
        "name",
        "email",
        "phone",
        "address",
        "company",
        "tax_number",
    )
    orders: tuple[Literal["note", "coupon", "po_number"], ...] = ()
    products: tuple[Literal["name", "description", "price"], ...] = (
        "name", "description", "price",
    )  # fmt: skip


class WriteBack(Section):
    """What is told to the shop, beside `statuses.on_paid` and the streams that go both ways."""

    comment: Flag = False


class StoreSettings(Section):
    """Whether there is such a platform, and whether these are its keys, the registry knows: it is
    checked where settings come in."""

    slug: Slug
    platform: Text
    url: Address
    organisation: Text
    base_currency: Currency
    timezone: Zone
    name: Text = ""
    credentials: dict[Text, Text] = {}
    webhook_secret: Text | None = None
    environment: Literal["production", "sandbox"] = "production"
    country: Country | None = None
    shop_timezone: Zone = "UTC"
    number_prefix: Prefix = ""
    cut_over: Day | None = None
    enabled: Flag = True
    archived: Flag = False
    only: Only = Only()
    streams: Streams = Streams()
    schedule: Schedules = Schedules()
    fields: Fields = Fields()
    write_back: WriteBack = WriteBack()

    @property
    def put_away_text(self) -> str:
        """Of an archived store: why nothing is done with it, and how it comes back."""
        return (
            f"{self.name} is archived: nothing is read or posted. Take it back on its page, then "
            "switch it on."
        )

    @model_validator(mode="before")
    @classmethod
    def _derived_defaults(cls, data: Any) -> Any:
        """name is the slug; number_prefix the slug in capitals and "-"."""
        if isinstance(data, dict) and isinstance(data.get("slug"), str):
            data = {"name": data["slug"], "number_prefix": f"{data['slug'].upper()}-"} | data
        if isinstance(data, dict) and data.get("archived") is True:
            data = {"enabled": False} | data
        return data

    @model_validator(mode="after")
    def _archived_is_off(self) -> StoreSettings:
        if self.archived and self.enabled:
            raise ValueError(at_field("enabled", said("must be false where archived is true")))
        return self
