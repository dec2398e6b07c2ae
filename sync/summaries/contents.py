"""An order's part of a summary as it is stored, and back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from accounting.history import Slot
from accounting.summary.parts import Money, Part
from connector.lib.money import plain
from sync.models import Posting, SummaryPart
from sync.outbox.entries import slot_of
from xero.documents.kinds import Kind
from xero.documents.lines import DocumentLine, TaxMode

_State = Posting.State


def can_be_taken_apart(posting: Posting) -> bool:
    """Whether a summary is known not to be in Xero, so that its orders may be taken out."""
    if posting.xero_id:
        return False
    return posting.state == _State.HELD or (posting.state == _State.DEAD and not posting.look_up)


def content_of(part: Part) -> dict[str, Any]:
    """A part as JSON, numbers as plain text."""
    return {
        "key": part.key,
        "mode": part.mode.value,
        "rate": None if part.rate is None else plain(part.rate),
        "theme": part.theme,
        "overrides": part.overrides,
        "tax": plain(part.tax),
        "note": part.note,
        "lines": [_line_content(line) for line in part.lines],
        "money": [
            [*money.slot, money.account, money.account_is_id, money.date.isoformat(),
             plain(money.amount), money.reference]
            for money in part.money
        ],
    }  # fmt: skip


def _line_content(line: DocumentLine) -> list[Any]:
    return [
        line.description, plain(line.quantity), plain(line.unit_amount), line.account,
        line.tax_type, plain(line.rate),
        None if line.tax_amount is None else plain(line.tax_amount), line.item_code,
        [list(pair) for pair in line.tracking], line.account_is_id,
    ]  # fmt: skip


def part_of(row: SummaryPart) -> Part:
    """The part that a row keeps; the row's `order` must be loaded."""
    content = row.content
    return Part(
        order_id=row.order.source_id,
        order_number=row.order.number,
        slot=slot_of(row),
        key=content["key"],
        kind=Kind(row.kind),
        day=row.day,
        currency=row.currency,
        due_at=row.due_at,
        mode=TaxMode(content["mode"]),
        lines=tuple(_line(line) for line in content["lines"]),
        contact=row.contact,
        rate=None if content["rate"] is None else Decimal(content["rate"]),
        theme=content["theme"],
        overrides=content["overrides"],
        tax=Decimal(content["tax"]),
        note=content["note"],
        money=tuple(
            Money(
                Slot(*one[:4]), one[4], one[5], date.fromisoformat(one[6]), Decimal(one[7]), one[8]
            )
            for one in content["money"]
        ),
    )


def _line(content: list[Any]) -> DocumentLine:
    text, quantity, unit, account, kind, rate, tax, item, tracking, is_id = content
    return DocumentLine(
        text, Decimal(quantity), Decimal(unit), account, kind, Decimal(rate),
        tax_amount=None if tax is None else Decimal(tax), item_code=item,
        tracking=tuple((name, option) for name, option in tracking), account_is_id=is_id,
    )  # fmt: skip
