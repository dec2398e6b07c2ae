"""Goods that came back: OpenCart's returns, one row for each product."""

from __future__ import annotations

from collections.abc import Sequence

from connector.lib.texts.said import said
from stores.canonical.order import Line
from stores.canonical.refund import Return
from stores.raw import Raw


def read_returns(record: Raw, lines: Sequence[Line], zone: str) -> tuple[Return, ...]:
    """The returns of an order, the oldest first. `line_ids` are the lines that one may be of:
    several, where a product was sold with different options."""
    products = {raw.text("order_product_id"): raw for raw in record.children("order_product")}
    found = [_read(raw, products, lines, zone) for raw in record.children("return")]
    return tuple(sorted(found, key=lambda one: (one.returned_at, one.id)))


def _read(raw: Raw, products: dict[str, Raw], lines: Sequence[Line], zone: str) -> Return:
    quantity = raw.number("quantity")
    if quantity < 0:
        raise raw.refusal("quantity", said("a quantity cannot be negative"), "negative_quantity")
    changed = "date_modified" if raw.has("date_modified") else "date_added"
    return Return(
        id=raw.required_text("return_id"),
        action=raw.text("return_action_id"),
        name=raw.text("product") or raw.text("model"),
        quantity=quantity,
        line_ids=_lines_of(raw, products, lines),
        returned_at=raw.moment(changed, zone),
        path=raw.path,
    )


def _lines_of(raw: Raw, products: dict[str, Raw], lines: Sequence[Line]) -> tuple[str, ...]:
    """By the product's id, else by model and name: returns may be entered by hand."""
    sold = [line for line in lines if line.id in products]
    product = raw.text("product_id")
    if product not in ("", "0"):
        by_id = [line.id for line in sold if products[line.id].text("product_id") == product]
        if by_id:
            return tuple(by_id)
    for key, other in (("model", "model"), ("product", "name")):
        wanted = raw.text(key).strip().casefold()
        found = [
            line.id for line in sold
            if wanted and products[line.id].text(other).strip().casefold() == wanted
        ]  # fmt: skip
        if found:
            return tuple(found)
    return ()
