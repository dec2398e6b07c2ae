"""What an order's documents come to in Xero, added up for the sentence on its page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from connector.lib.money import ZERO, parse_decimal
from sync.models import Posting
from sync.outbox.labels import sale_of
from xero.documents.kinds import Kind
from xero.documents.payloads import loaded

_State = Posting.State


@dataclass(slots=True)
class BooksOf:
    """`sale` is what stands for the sale (the latest issue, or the one that was taken back),
    `total` what all its invoices come to, `back` what went out again by account."""

    sale: Posting | None = None
    total: Decimal = ZERO
    due: Decimal | None = None
    paid: Decimal = ZERO
    refunded: Decimal = ZERO
    credited: Decimal = ZERO
    left_open: Decimal = ZERO
    back: dict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    drafts: list[Posting] = field(default_factory=list)
    unfinished: list[Posting] = field(default_factory=list)

    @property
    def stands(self) -> bool:
        """Whether the sale is in Xero, and was not taken back there."""
        return self.sale is not None and bool(self.sale.xero_id) and not self.taken_back

    @property
    def taken_back(self) -> bool:
        return self.sale is not None and self.sale.state == _State.VOIDED


def books_of(documents: Iterable[Posting]) -> BooksOf:
    rows = list(documents)
    books = BooksOf(sale=sale_of(rows))
    books.drafts = [d for d in rows if d.is_draft]
    books.unfinished = [d for d in rows if d.state in Posting.UNFINISHED]
    for one in rows:
        if one.state == _State.POSTED and one.verb == "PUT" and not one.is_summary:
            _add(books, one)
    return books


def _add(books: BooksOf, one: Posting) -> None:
    amount = one.xero_total if one.xero_total is not None else predicted(one) or ZERO
    if one.kind == Kind.INVOICE:
        books.total += amount
        if one.amount_due is not None:
            books.due = (books.due or ZERO) + one.amount_due
    elif one.kind == Kind.CREDIT_NOTE:
        books.credited += amount
        books.left_open += one.amount_due or ZERO
        if one.purpose == "credit_note":
            books.refunded += amount
    elif one.kind == Kind.PAYMENT:
        books.paid += predicted(one) or amount
    elif one.kind == Kind.REFUND:
        books.back[_account(one)] += predicted(one) or amount
    elif one.kind == Kind.BANK_TRANSACTION and one.purpose == "receipt":
        books.total += amount


def _account(refund: Posting) -> str:
    account = loaded(refund.payload, str).get("Account") if refund.payload else None
    return str(next(iter(account.values()), "")) if isinstance(account, dict) else ""


def predicted(document: Posting) -> Decimal | None:
    """The total that was computed before sending; a payment's amount."""
    if document.expected:
        return parse_decimal(document.expected["Total"])
    amount = loaded(document.payload, str).get("Amount") if document.payload else None
    return parse_decimal(amount) if amount is not None else None
