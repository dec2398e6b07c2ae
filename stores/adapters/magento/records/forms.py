"""The shapes in which Magento records come: alone, in a list answer, with what belongs to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.lib.texts.said import said
from stores.canonical.records import ParseError, RecordRef, Stream
from stores.raw import Raw

# An order has `items` too; these tell it from a list answer.
_OF_AN_ORDER = ("increment_id", "entity_id", "grand_total")


def order_form(record: Mapping[str, Any]) -> tuple[Raw, list[Raw], list[Raw], list[Raw]]:
    """Order, invoices, shipments and credit memos of a record in either form.

    The last three may be lists or list answers. Paths are as in the record.
    """
    if not _is_wrapped(record):
        return Raw(record), [], [], []
    outer = Raw(record)
    invoices, shipments, memos = (
        _documents(outer, key) for key in ("invoices", "shipments", "creditmemos")
    )
    return outer.child("order"), invoices, shipments, memos


def documents_of(raw: object) -> list[dict[str, Any]]:
    """The order records of a file or answer: one record, a list, or a list answer.

    ParseError where something else stands, with the path of it.
    """
    if isinstance(raw, list):
        return [_as_order(entry, f"[{position}]") for position, entry in enumerate(raw)]
    if isinstance(raw, Mapping) and "items" in raw and not _is_order(raw):
        entries = raw["items"] or []
        if isinstance(entries, list):
            return [_as_order(entry, f"items[{n}]") for n, entry in enumerate(entries)]
    return [_as_order(raw, "")]


def order_of(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """The order itself, whichever form the record has."""
    return record["order"] if _is_wrapped(record) else record


def identify(stream: Stream, record: Mapping[str, Any]) -> RecordRef:
    """Which object a record is about; reads nothing but id, time and number.

    ParseError only where there is no id.
    """
    if stream is Stream.ORDERS:
        record = order_of(record)
    elif stream is Stream.REFUNDS and isinstance(record.get("creditmemo"), Mapping):
        record = record["creditmemo"]
    key, number = {
        Stream.ORDERS: ("entity_id", "increment_id"),
        Stream.REFUNDS: ("entity_id", "increment_id"),
        Stream.CUSTOMERS: ("id", "email"),
        Stream.PRODUCTS: ("sku", "sku"),
        Stream.STOCK: ("product_id", "sku"),
    }[stream]
    raw = Raw(record)
    return RecordRef(
        stream=stream,
        id=raw.required_text(key),
        version=_version(raw),
        number=_lenient(raw, number),
    )


def _version(raw: Raw) -> str:
    """The updated time in ISO form, in UTC; as it stands where it is no time."""
    try:
        return raw.moment("updated_at", "UTC").isoformat()
    except ParseError:
        return _lenient(raw, "updated_at")


def _lenient(raw: Raw, key: str) -> str:
    value = raw.data.get(key)
    return value if isinstance(value, str) else "" if value is None else str(value)


def _documents(outer: Raw, key: str) -> list[Raw]:
    value = outer.data.get(key)
    if isinstance(value, Mapping):
        return outer.child(key).children("items")
    return outer.children(key)


def _is_wrapped(record: Mapping[str, Any]) -> bool:
    return isinstance(record.get("order"), Mapping) and not _is_order(record)


def _is_order(record: Mapping[str, Any]) -> bool:
    return any(key in record for key in _OF_AN_ORDER)


def _as_order(entry: object, path: str) -> dict[str, Any]:
    if isinstance(entry, dict) and (_is_order(entry) or _is_wrapped(entry)):
        return entry
    message = said(
        "%(path)s is not a Magento order: it has no order number or total.",
        path=path or said("The record"),
    )
    raise ParseError(path, entry, message, code="not_an_order")
