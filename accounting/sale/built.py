"""What a build makes of an order, and what it must know of what stands. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from accounting.contacts.matching import ContactAnswer
from accounting.gift_cards import CardMove
from accounting.money.payments import NO_MONEY, PostedMoney
from accounting.reasons import Reason
from accounts_mapping.rules.mapped_order import MappedOrder
from xero.documents.documents import BankTransaction, Document, Invoice
from xero.documents.master_data import Contact
from xero.documents.settling import Payment

READY, HELD, SKIPPED = "ready", "held", "skipped"


@dataclass(frozen=True, slots=True)
class Built:
    """`status` is ready, held or skipped. Ready: the invoice would be sent; reasons then are
    about what is not (a held payment) or worth knowing (warnings).

    `overpayments` are what was received beyond what is due; `waiting` and `elsewhere` are money
    that is not posted, as of `tenders.Tendered`. Where invoices are switched off,
    `receipt` stands in the invoice's place. `cards` is what the order did with gift cards; of
    one that is held, only what waits for a card's sale. `note` says in Xero's history how the
    invoice deviates from the order. `tax` is what the shop charged that is posted as tax, None
    where the build did not come so far. `mapped` is what the rules say of the order, which all of
    it was built from."""

    status: str
    reasons: tuple[Reason, ...] = ()
    contact: ContactAnswer | None = None
    invoice: Invoice | None = None
    payments: tuple[Payment, ...] = ()
    overpayments: tuple[BankTransaction, ...] = ()
    waiting: tuple[Payment, ...] = ()
    elsewhere: tuple[Payment, ...] = ()
    receipt: BankTransaction | None = None
    warnings: tuple[str, ...] = ()
    note: str = ""
    cards: tuple[CardMove, ...] = ()
    tax: Decimal | None = None
    earlier: EarlierInvoice | None = None
    mapped: MappedOrder | None = field(default=None, repr=False, compare=False)

    @property
    def has_sale(self) -> bool:
        """Whether it is ready and has a sale to post: a refund of before the cut-over has none."""
        return self.status == READY and (self.invoice or self.receipt) is not None

    @property
    def documents(self) -> tuple[Document, ...]:
        """The sale, in the order in which Xero must receive it."""
        contact: tuple[Contact, ...] = ()
        if self.contact is not None and self.contact.contact is not None:
            contact = (self.contact.contact,)
        sale = tuple(one for one in (self.invoice, self.receipt) if one is not None)
        return (*contact, *sale, *self.payments, *self.overpayments)


@dataclass(frozen=True, slots=True)
class EarlierInvoice:
    """An invoice of before the cut-over that an older tool or a person posted for the order."""

    xero_id: str
    number: str
    contact_id: str
    due: Decimal
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What of an order is in Xero, as far as a build must know: whether its invoice is there
    or on its way, whether it is approved there, and whether a person has asked for that.
    `currency` is the one in which it stands. `earlier` is the invoice of an order of before the
    cut-over, if one is found; `money` what of the buyer's money is posted. `number` is the own
    number of its documents, once it is fixed."""

    posted: bool = False
    approved: bool = False
    approve: bool = False
    currency: str = ""
    earlier: EarlierInvoice | None = None
    money: PostedMoney = NO_MONEY
    number: str = ""

    def status(self, invoice: Invoice) -> str:
        """The status that payments see: a draft's until it is approved there."""
        return "DRAFT" if self.posted and not self.approved else invoice.status
