"""The shapes in which OpenCart's records come, and which object each is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.lib.texts.said import said
from stores.canonical.records import ParseError, RecordRef, Stream
from stores.raw import Raw

_IDS = {
    Stream.ORDERS: ("order_id", "order_id"),
    Stream.CUSTOMERS: ("customer_id", "email"),
    Stream.PRODUCTS: ("product_id", "model"),
    Stream.STOCK: ("product_id", "model"),
}


def documents_of(raw: object) -> list[dict[str, Any]]:
    """The order records of a file: one record, a list, or an answer of the extension.

    ParseError where something else stands, with the path of it.
    """
    if isinstance(raw, list):
        return [_as_order(entry, f"[{position}]") for position, entry in enumerate(raw)]
    if isinstance(raw, Mapping) and isinstance(raw.get("orders"), list):
        entries = enumerate(raw["orders"])
        return [_as_order(entry, f"orders[{position}]") for position, entry in entries]
    return [_as_order(raw, "")]


def identify(stream: Stream, record: Mapping[str, Any]) -> RecordRef:
    """Which object a record is about; reads nothing but id, time and number. ParseError only
    where there is no id."""
    key, number = _IDS[stream]
    inner = record.get("order") if stream is Stream.ORDERS else record
    path = "order" if stream is Stream.ORDERS else ""
    raw = Raw(inner if isinstance(inner, Mapping) else {}, path)
    found = raw.required_text(key)
    return RecordRef(
        stream,
        id=found,
        version=_lenient(record, "x_changed") or _lenient(raw.data, "date_modified"),
        number=_lenient(raw.data, number) or found,
    )


def _lenient(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else "" if value is None else str(value)


def _as_order(entry: object, path: str) -> dict[str, Any]:
    inner = entry.get("order") if isinstance(entry, dict) else None
    if isinstance(entry, dict) and isinstance(inner, Mapping) and "order_id" in inner:
        return entry
    message = said(
        "%(path)s is not an OpenCart order: it has no order with an order_id.",
        path=path or said("The record"),
    )
    raise ParseError(path, entry, message, code="not_an_order")
