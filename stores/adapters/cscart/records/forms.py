"""The shapes in which CS-Cart's records come: alone, in a list answer, as a plain list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from connector.lib.money import parse_decimal, plain, trim
from connector.lib.texts.said import said
from stores.adapters.cscart.records.scrub import scrub
from stores.adapters.cscart.records.texts import id_of, inner
from stores.canonical.records import ParseError, RecordRef, Stream
from stores.raw import Raw

COMBINATION = "combination_hash"  # the id of a combination of options
LISTED_AT = "x_changed"  # on each record that the add-on lists
_OF_AN_ORDER = ("order_id", "total")
# By stream: the key of the id, what a person calls it, and the moment of the last change.
_KEYS = {
    Stream.ORDERS: ("order_id", "order_id", "updated_at"),
    Stream.CUSTOMERS: ("user_id", "email", "updated_at"),
    Stream.PRODUCTS: ("product_id", "product_code", "updated_timestamp"),
    Stream.STOCK: ("product_id", "product_code", "updated_timestamp"),
}


def documents_of(raw: object) -> list[dict[str, Any]]:
    """The order records of a file or answer: one record, a list, or a list answer.

    ParseError where something else stands, with the path of it.
    """
    if isinstance(raw, Mapping) and "orders" in raw and not _is_order(raw):
        entries = raw["orders"]
        if isinstance(entries, Mapping):
            entries = list(entries.values())
        if isinstance(entries, list):
            return [_as_order(entry, f"orders[{n}]") for n, entry in enumerate(entries)]
    if isinstance(raw, list):
        return [_as_order(entry, f"[{n}]") for n, entry in enumerate(raw)]
    return [_as_order(raw, "")]


def identify(stream: Stream, record: Mapping[str, Any]) -> RecordRef:
    """Which object a record is about; reads nothing but id, time and number.

    ParseError only where there is no id. `version` is "" where the shop does not date changes.
    """
    key, number, changed = _KEYS[stream]
    if stream is Stream.STOCK and record.get(COMBINATION):
        key = COMBINATION
    raw = Raw(record)
    ident = raw.required_text(key).strip()
    return RecordRef(
        stream=stream, id=ident, version=_moment(raw, changed), number=_text(raw, number) or ident
    )


# What only a whole record has, by stream: keys that begin so. And what a row tells of it.
_WHOLE = {Stream.ORDERS: "products", Stream.CUSTOMERS: "b_"}
_TOLD = {
    Stream.ORDERS: ("status", "total"),
    Stream.CUSTOMERS: ("email", "firstname", "lastname", "company", "status"),
}
_DOCUMENTS = {"invoice_id": "I", "credit_memo_id": "C"}
_BY_KIND = "doc_ids"
# Statuses that end an order: complete, cancelled, declined, failed, divided among vendors.
_ENDED = frozenset(("C", "I", "D", "F", "T"))


def is_row(stream: Stream, record: Mapping[str, Any]) -> bool:
    """Whether it is a row of a list that lacks what the record itself has."""
    start = _WHOLE.get(stream)
    return start is not None and not any(key.startswith(start) for key in record)


def lacks_documents(stream: Stream, record: Mapping[str, Any]) -> bool:
    """Whether a whole order is silent on its printed documents: of some versions only the row
    tells that there is a credit memo."""
    if stream is not Stream.ORDERS or is_row(stream, record):
        return False
    return not any(key in record for key in (_BY_KIND, *_DOCUMENTS))


def with_row(stream: Stream, record: dict[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """A record with what only its row tells: some versions name the printed documents of an order
    nowhere else."""
    if stream is not Stream.ORDERS:
        return record
    more = {
        key: row[key]
        for key in _DOCUMENTS
        if key in row and not _documented(record, key)
    }  # fmt: skip
    return record | more


def _documented(record: Mapping[str, Any], key: str) -> bool:
    """Whether a record says something of a document, be it rubbish: then it is refused by it."""
    try:
        return bool(document_id(Raw(record), key))
    except ParseError:
        return True


def document_id(order: Raw, key: str) -> str:
    """The number of the invoice or credit memo that the shop printed: a field of its own, or by
    the kind of document in `doc_ids`; "" where there is none."""
    kinds = inner(order, _BY_KIND)
    return id_of(order, key) or id_of(kinds, _DOCUMENTS[key])


def told(stream: Stream, record: Mapping[str, Any]) -> str:
    """What a row tells of a record, read as leniently as a row may be written. What the add-on
    gives is no row: all of it tells."""
    if LISTED_AT in record:
        rest = {key: value for key, value in scrub(record).items() if key != LISTED_AT}
        return hashlib.sha256(json.dumps(rest, sort_keys=True, default=str).encode()).hexdigest()
    raw = Raw(record)
    facts = [_text(raw, key).strip() for key in _TOLD.get(stream, ())]
    if stream is Stream.ORDERS:
        facts = [facts[0], _amount(facts[1])]
        for key in _DOCUMENTS:
            with suppress(ParseError):
                facts.append(document_id(raw, key))
    return "\n".join(facts)


def settled(stream: Stream, record: Mapping[str, Any]) -> bool:
    """Whether an order has come to its end; customers never do."""
    return stream is Stream.ORDERS and _text(Raw(record), "status") in _ENDED


def _amount(text: str) -> str:
    """Equal amounts as equal text: "972.00", "972.000000" and 972."""
    try:
        return plain(trim(parse_decimal(text)))
    except ValueError:
        return text


def _moment(raw: Raw, key: str) -> str:
    """In ISO form, in UTC; as it stands where it is no moment."""
    if not _text(raw, key).strip("0"):
        return ""
    try:
        return raw.unix_moment(key).isoformat()
    except ParseError:
        return _text(raw, key)


def _text(raw: Raw, key: str) -> str:
    value = raw.data.get(key)
    return "" if value is None else str(value)


def _is_order(record: Mapping[str, Any]) -> bool:
    return any(key in record for key in _OF_AN_ORDER)


def _as_order(entry: object, path: str) -> dict[str, Any]:
    if isinstance(entry, dict) and _is_order(entry):
        return entry
    message = said(
        "%(path)s is not a CS-Cart order: it has no order_id or total.",
        path=path or said("The record"),
    )
    raise ParseError(path, entry, message, code="not_an_order")
