"""What one order brings to a summary: its sale or a refund, and its money. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounting.history import Slot
from connector.lib.money import ZERO
from xero.documents.kinds import Kind
from xero.documents.lines import DocumentLine, TaxMode, Totals, line_totals


@dataclass(frozen=True, slots=True)
class Money:
    """Money of one tender: received for a sale, or given back for a refund. `reference` is the
    one that it would bear by itself."""

    slot: Slot
    account: str
    account_is_id: bool
    date: date
    amount: Decimal
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What one order brings to a summary: its sale (an invoice) or a refund (a credit note).

    `slot` and `key` are the place and the number that the document would have by itself,
    `due_at` is when the summary may be made, `contact` is the name of the summary's contact,
    `overrides` says whether TaxAmounts may be sent for it, `tax` what the shop charged, `note`
    how it deviates from the order.
    """

    order_id: str
    order_number: str
    slot: Slot
    key: str
    kind: Kind
    day: date
    currency: str
    due_at: datetime
    mode: TaxMode
    lines: tuple[DocumentLine, ...]
    contact: str
    rate: Decimal | None = None
    theme: str = ""
    overrides: bool = True
    tax: Decimal = ZERO
    note: str = ""
    money: tuple[Money, ...] = ()

    @property
    def totals(self) -> Totals:
        return line_totals(self.lines, self.mode)

    @property
    def place(self) -> tuple[date, str, str]:
        """Parts of one place stand on one document."""
        return self.day, self.currency, self.contact

    @property
    def rank(self) -> tuple[int, str, str, Slot]:
        """The order of parts in a document, whatever the order in which they came."""
        return len(self.order_number), self.order_number, self.order_id, self.slot
