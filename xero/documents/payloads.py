"""Payloads as text: exact in the outbox, plain for a person, ids filled in when it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from connector.lib.money import plain
from xero.documents.kinds import Ref


def transform(value: Any, *, number: Callable[[Decimal], Any], ref: Callable[[Ref], Any]) -> Any:
    """A copy of a payload with every Decimal and every Ref replaced."""
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, Ref):
        return ref(value)
    if isinstance(value, dict):
        return {key: transform(item, number=number, ref=ref) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [transform(item, number=number, ref=ref) for item in value]
    return value


def shown(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload for a person or a preview: numbers as plain text, `{"$ref": …}` for ids."""
    result: dict[str, Any] = transform(payload, number=plain, ref=lambda ref: {"$ref": str(ref)})
    return result


def stored(payload: dict[str, Any]) -> str:
    """The payload as text for the outbox: exact numbers as `{"$n": "12.50"}`, ids as refs."""
    return _ENCODER.encode(payload)


def _marked(value: object) -> dict[str, str]:
    """What JSON has no form for."""
    if isinstance(value, Decimal):
        return {"$n": plain(value)}
    if isinstance(value, Ref):
        return {"$ref": str(value)}
    raise TypeError(f"{type(value).__name__} in a payload")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_marked)


def loaded(text: str, ids: Callable[[str], str]) -> dict[str, Any]:
    """The payload of `stored`, with Decimals again and each ref replaced by `ids(ref)`."""

    def unmark(value: dict[str, Any]) -> Any:
        if len(value) == 1:
            if "$n" in value:
                return Decimal(value["$n"])
            if "$ref" in value:
                return ids(value["$ref"])
        return value

    result: dict[str, Any] = json.loads(text, object_hook=unmark)
    return result
