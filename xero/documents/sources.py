"""Which configuration key gave which field of a document: for a person, beside the payload."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xero.documents.documents import Document, InvoiceUpdate
from xero.documents.lines import DocumentLine
from xero.documents.payloads import shown

Source = dict[str, str]


def sources(document: Document) -> list[Source]:
    """`{"field": "LineItems[0].AccountCode", "value": "200", "source": "accounts.sales"}`, …

    Fields are paths in the payload; what no setting decides is left out.
    """
    if isinstance(document, InvoiceUpdate):
        document = document.invoice
    payload = shown(document.payload())
    return [*_of_document(document, payload), *_of_lines(document, payload)]


def _of_document(document: Document, payload: dict[str, Any]) -> Iterator[Source]:
    for name, source in getattr(document, "sources", ()):
        value = payload.get(name)
        if isinstance(value, dict):  # the id of an account or a contact, or what stands for one
            name, value = next((f"{name}.{key}", inner) for key, inner in value.items())
        if isinstance(value, dict):
            value = value["$ref"]
        if value is not None:
            yield {"field": name, "value": str(value), "source": source}


def _of_lines(document: Document, payload: dict[str, Any]) -> Iterator[Source]:
    lines: tuple[DocumentLine, ...] = getattr(document, "lines", ())
    for index, (line, shown_line) in enumerate(
        zip(lines, payload.get("LineItems", ()), strict=False)
    ):
        tracked = dict(line.tracking)
        for name, source in line.sources:
            key = "AccountID" if name == "AccountCode" and line.account_is_id else name
            part, _, category = name.partition(".")
            value = tracked.get(category) if part == "Tracking" else shown_line.get(key)
            if value is not None:
                yield {"field": f"LineItems[{index}].{key}", "value": value, "source": source}
