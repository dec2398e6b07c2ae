"""What the customer added to an order, on the invoice's lines: `fields.orders`. Pure.

The coupon's code stands with its discount. The purchase-order number and the note stand under
the first line, where Xero prints them; a template in `posting.reference` takes the
purchase-order number to the reference instead. So does, by posting.delivery_address, the
address of this order where many share the contact, whose own address would be another's.
"""

from __future__ import annotations

from dataclasses import replace

from accounting.lines.charge import cut
from accounting.lines.compose import DISCOUNT
from accounts_mapping.rules.resolve import MappingSnapshot
from stores.canonical.order import Order
from xero.documents.lines import DocumentLine

_MOST = 1000  # of a note: the line's own text must have room beside it


def wanted(snapshot: MappingSnapshot, field: str) -> bool:
    """Whether an optional field of orders is sent; none named means all."""
    fields = snapshot.store.fields.orders
    return not fields or field in fields


def discount_title(snapshot: MappingSnapshot, order: Order) -> str:
    """`Discount (SUMMER)`, or without the code."""
    code = " ".join(order.coupon.split())
    return f"{DISCOUNT} ({code})" if code and wanted(snapshot, "coupon") else DISCOUNT


def with_notes(
    snapshot: MappingSnapshot, order: Order, lines: tuple[DocumentLine, ...], *, shared: bool
) -> tuple[DocumentLine, ...]:
    """The lines with purchase-order number and note, and a coupon that no line names; to a
    `shared` contact also with where the order goes."""
    texts: list[str] = []
    if shared and snapshot.rules.posting.delivery_address == "lines":
        texts += delivered_to(order)
    number, note, code = (
        " ".join(text.split()) for text in (order.po_number, order.note, order.coupon)
    )
    if number and wanted(snapshot, "po_number") and not _in_reference(snapshot):
        texts.append(f"Purchase order: {number}")
    if code and wanted(snapshot, "coupon") and not _named(lines, code):
        texts.append(f"Coupon: {code}")
    if note and wanted(snapshot, "note"):
        texts.append(f"Note: {note[:_MOST]}")
    if not texts or not lines:
        return lines
    first = replace(lines[0], description=cut("\n".join([lines[0].description, *texts])))
    return (first, *lines[1:])


def delivered_to(order: Order) -> list[str]:
    """`Deliver to: Ann Lee, 1 High St, Sydney NSW 2000, AU`; nothing of what is not delivered."""
    there = order.shipping
    if there is None:
        return []
    name = f"{there.first_name} {there.last_name}"
    place = f"{there.city} {there.region_code or there.region} {there.postcode}"
    parts = (name, there.company, *there.lines, place, there.country)
    cleaned = [clean for part in parts if (clean := " ".join(part.split()))]
    return [f"Deliver to: {', '.join(cleaned)}"[:_MOST]] if cleaned else []


def _in_reference(snapshot: MappingSnapshot) -> bool:
    return "{po_number}" in snapshot.rules.posting.reference


def _named(lines: tuple[DocumentLine, ...], code: str) -> bool:
    return any(line.description.startswith(f"{DISCOUNT} ({code})") for line in lines)
