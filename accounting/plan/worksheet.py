"""The sheet on which one order is planned: what stands, what is wanted, what is said. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from accounting.books import Books
from accounting.eligibility import local_date
from accounting.history import Entry, History, Slot
from accounting.lines.currency import Conversion, before_tenders, conversion
from accounting.plan.open_items import PlannedDocument
from accounting.plan.origins import origin_of
from accounting.reasons import Hold, Reason
from accounting.sale.built import Built
from accounting.sale.numbers import document_number, issue_number
from accounts_mapping.rules.mapped_order import MappedOrder
from connector.lib.money import ZERO, round_to
from connector.lib.texts.said import said
from stores.canonical.order import Order
from xero.documents.documents import Document
from xero.documents.facts import ContactFacts
from xero.documents.kinds import Kind
from xero.documents.statuses import APPROVED


@dataclass(slots=True)
class Worksheet:
    """One order while it is planned: what stands of it, and what is wanted.

    `current` is the invoice of the latest issue as it is in Xero or on its way, None before
    that.
    """

    books: Books
    mapped: MappedOrder
    built: Built
    history: History
    reversing: bool
    issue: int = 1
    current: Entry | None = None
    documents: list[PlannedDocument] = field(default_factory=list)
    reasons: list[Reason] = field(default_factory=list)
    same: set[str] = field(default_factory=set)
    ignored: Decimal = ZERO
    wait: bool = False
    restores: dict[str, ContactFacts] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.issue = self.history.issue
        if not self.reversing and self.history.is_taken_back:
            self.issue += 1
        self.current = self.entry("invoice", self.issue)

    # --- where things stand -----------------------------------------------------------------

    @property
    def order(self) -> Order:
        return self.mapped.order

    @property
    def states_money(self) -> bool:
        """Whether the shop says what was received; else its status does, of whatever the total
        is."""
        return self.order.received is not None or bool(self.order.payments)

    def slot(self, purpose: str, revision: int = 1) -> Slot:
        return Slot("order", self.order.id, purpose, revision)

    def entry(self, purpose: str, revision: int) -> Entry | None:
        """A document of the order itself that stands, or did until it was ended in Xero."""
        entry = self.history.at(self.slot(purpose, revision))
        return entry if entry is not None and (entry.frozen or entry.ended) else None

    def sold(self) -> bool:
        """Whether an invoice, or a receipt in its place, is in Xero or on its way."""
        return self.current is not None or self.receipt is not None

    @property
    def receipt(self) -> Entry | None:
        """The money received without an invoice, as it is in Xero or on its way."""
        return self.entry("receipt", 1)

    @property
    def number(self) -> str:
        """Of the latest issue: what follows the sale is numbered after it."""
        first = self.entry("invoice", 1)
        if first is not None and not first.linked:
            return issue_number(first.key, self.issue)
        fixed = self.history.number
        return issue_number(document_number(self.books.snapshot, self.order, fixed), self.issue)

    @property
    def today(self) -> date:
        return self.books.today or local_date(self.books.snapshot, self.order.updated_at)

    @property
    def status(self) -> str:
        """In which status further documents of the sale are posted."""
        if self.history.approving or (self.current is not None and self.current.status in APPROVED):
            return "AUTHORISED"
        if self.built.invoice is not None:
            return self.built.invoice.status
        if self.current is not None and self.current.kind is Kind.BANK_TRANSACTION:
            return "AUTHORISED"  # money is no draft; on its way it has no status yet
        if self.current is not None:
            return self.current.status
        return self.books.snapshot.rules.posting.status

    def edits(self) -> list[Entry]:
        """What changes of the order after posting made of the latest issue."""
        mine = f"{self.number}-E"
        return [entry for entry in self.history.of("edit") if entry.key.startswith(mine)]

    def credited(self) -> list[Entry]:
        """Credit notes for refunds of the latest issue."""
        mine = f"{self.number}-R"
        return list(
            self.history.frozen(
                lambda e: e.slot.purpose == "credit_note" and e.key.startswith(mine)
            )
        )

    def add(
        self, document: Document, slot: Slot, parent: Slot | None = None, note: str = ""
    ) -> None:
        origin = origin_of(self.books, self.order, slot, document)
        self.documents.append(PlannedDocument(slot, document, parent, note=note, origin=origin))

    @property
    def sold_in(self) -> str:
        """The currency in which the sale stands, or will; "" where nothing tells."""
        sale = self.current or self.built.invoice or self.built.receipt
        sold = sale or self.history.earlier
        return sold.currency if sold is not None else ""

    def conversion(self) -> Conversion | None:
        """How the order is brought into the currency of its sale; None where it is in that.
        Holds where nothing says how."""
        by = conversion(self.books, self.order, self.sold_in)
        if self.sold_in and self.sold_in != (by.currency if by else self.order.currency):
            raise Hold(
                "currency_not_enabled",
                said(
                    "The sale is in %(sold_in)s in Xero, and the order in %(currency)s. Nothing "
                    "says how to convert what followed it: credit it in Xero by hand, at the rate "
                    "of the invoice.",
                    sold_in=self.sold_in,
                    currency=self.order.currency,
                ),
                "posting.currency_not_enabled",
            )
        return by

    def conversion_of_refunds(self) -> Conversion | None:
        """The same for what is stated before the tenders that the shop issued itself."""
        by = self.conversion()
        return by and before_tenders(by, self.mapped.rows)

    @property
    def by_receipt(self) -> bool:
        """Whether the sale is money received without an invoice, which takes no payments."""
        if self.current is not None:
            return self.current == self.receipt
        return self.receipt is not None or self.built.receipt is not None

    def in_books(self, amount: Decimal) -> Decimal:
        """An amount of the order, in cents of the currency of its sale."""
        by = self.conversion()
        return round_to(amount) if by is None else by.amount(amount)

    @property
    def credited_by_people(self) -> Decimal:
        """What people credited of the sale in Xero: it is credited, and not once more."""
        standing = [self.current, *self.edits()]
        return sum((entry.credited_by_people for entry in standing if entry is not None), ZERO)

    @property
    def awaited(self) -> Decimal:
        """Money that came in and waits to be posted (its method is not mapped, its day is
        locked): what gives it back waits with it. What a person has undone waits for nothing."""
        posted = sum((entry.total for entry in self.history.tenders("payment")), ZERO)
        posted -= sum((payment.amount for payment in self.built.payments), ZERO)
        waiting = sum((payment.amount for payment in self.built.waiting), ZERO)
        return ZERO if self.history.undone else max(waiting - max(posted, ZERO), ZERO)

    @property
    def rate(self) -> Decimal | None:
        """The exchange rate of the invoice, which its credit notes take."""
        if self.current is not None:
            return self.current.rate
        return self.built.invoice.currency_rate if self.built.invoice else None
