"""What a build makes of an order. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from accounting.contacts.matching import ContactAnswer
from accounting.gift_cards import CardMove
from accounting.reasons import Reason
from accounts_mapping.rules.mapped_order import MappedOrder
from xero.documents.documents import BankTransaction, Document, Invoice
from xero.documents.master_data import Contact
from xero.documents.settling import InvoicePayment

READY, HELD, SKIPPED = "ready", "held", "skipped"


@dataclass(frozen=True, slots=True)
class Built:
    """`status` is ready, held or skipped. Ready: the invoice would be sent; reasons then are
    about what is not (a held payment) or worth knowing (warnings).

    `overpayments` are what was received beyond what is due; `waiting` and `elsewhere` are money
    that is not posted, as of `Tendered`. Where invoices are switched off,
    `receipt` stands in the invoice's place. `cards` is what the order did with gift cards; of
    one that is held, only what waits for a card's sale. `note` says in Xero's history how the
    invoice deviates from the order. `tax` is what the shop charged that is posted as tax, None
    where the build did not come so far. `once_approved` is the same with its draft approved, where
    a summary that is posted as a draft may take the order. `mapped` is what the rules say of the
    order, which all of it was built from."""

    status: str
    reasons: tuple[Reason, ...] = ()
    contact: ContactAnswer | None = None
    invoice: Invoice | None = None
    payments: tuple[InvoicePayment, ...] = ()
    overpayments: tuple[BankTransaction, ...] = ()
    waiting: tuple[InvoicePayment, ...] = ()
    elsewhere: tuple[InvoicePayment, ...] = ()
    receipt: BankTransaction | None = None
    warnings: tuple[str, ...] = ()
    note: str = ""
    cards: tuple[CardMove, ...] = ()
    tax: Decimal | None = None
    once_approved: Built | None = field(default=None, repr=False, compare=False)
    mapped: MappedOrder | None = field(default=None, repr=False, compare=False)

    @property
    def has_sale(self) -> bool:
        """Whether it is ready and has a sale to post: a refund of before the cut-over has none."""
        return self.status == READY and (self.invoice or self.receipt) is not None

    def saying(self, *reasons: Reason) -> Built:
        """The same with more to say of it."""
        if not reasons:
            return self
        once_approved = self.once_approved and self.once_approved.saying(*reasons)
        return replace(self, reasons=(*self.reasons, *reasons), once_approved=once_approved)

    @property
    def documents(self) -> tuple[Document, ...]:
        """The sale, in the order in which Xero must receive it."""
        contact: tuple[Contact, ...] = ()
        if self.contact is not None and self.contact.contact is not None:
            contact = (self.contact.contact,)
        sale = tuple(one for one in (self.invoice, self.receipt) if one is not None)
        return (*contact, *sale, *self.payments, *self.overpayments)
