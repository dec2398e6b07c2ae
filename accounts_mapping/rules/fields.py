"""Kinds of values in the rules."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, PlainSerializer, WithJsonSchema

from connector.lib.schema import Text
from connector.lib.texts.said import said

PLACEHOLDERS = frozenset(
    [
        "order_number",
        "order_id",
        "store_view",
        "website",
        "customer_group",
        "customer_id",
        "first_name",
        "last_name",
        "company",
        "email",
        "payment_method",
        "transaction_id",
        "invoice_number",
        "country",
        "state",
        "po_number",
        "vendor",
    ]
)


_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def _template(value: str) -> str:
    """A text with `{placeholders}`; each must be known, a lookup names table and key."""
    for name in _PLACEHOLDER.findall(value):
        kind, _, rest = name.partition(":")
        table, _, key = rest.partition(":")
        if name in PLACEHOLDERS or (kind == "lookup" and table and key in PLACEHOLDERS):
            continue
        raise ValueError(said("unknown placeholder %(name)s", name=f"{{{name}}}"))
    if "{" in _PLACEHOLDER.sub("", value) or "}" in _PLACEHOLDER.sub("", value):
        raise ValueError(said("has a brace that is not a {placeholder}"))
    return value


def _auto_or_flag(value: object) -> object:
    if value == "auto" or isinstance(value, bool):
        return value
    raise ValueError(said("must be auto, true or false"))


def _whole(value: object) -> int:
    if isinstance(value, bool) or not str(value).isdecimal() or int(str(value)) > 3650:
        raise ValueError(said("must be a whole number of days from 0 to 3650"))
    return int(str(value))


def _texts(value: object) -> tuple[str, ...]:
    """One text or a list of texts."""
    items = value if isinstance(value, list | tuple) else [value]
    texts = [item.strip() for item in items if isinstance(item, str)]
    if not texts or len(texts) != len(items) or not all(texts):
        raise ValueError(said("must be a text or a list of texts"))
    return tuple(texts)


def _one_or_many(value: tuple[str, ...]) -> str | list[str]:
    return value[0] if len(value) == 1 else list(value)


Template = Annotated[Text, AfterValidator(_template)]


Days = Annotated[int, BeforeValidator(_whole), PlainSerializer(str, return_type=str)]


Texts = Annotated[
    tuple[str, ...],
    BeforeValidator(_texts),
    PlainSerializer(_one_or_many),
    WithJsonSchema({"type": "string"}),
]
