"""How money and credit are put against an order's invoices. Pure.

Payments go to the invoices in turn, each as far as it is due. Credit is allocated to what is
still due then; what is left of it goes back through the tenders, the last paid first. What the
shop says went back on a gift card, as store credit or points goes there before all else. What
is on its way or in Xero already counts as done and is never planned again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from connector.lib.money import ZERO
from sync.history import Entry, History, Slot
from sync.payment_slots import numbered
from sync.tenders import PostedMoney
from xero.documents import Allocation, Document, Id, Kind, Payment, Ref, Refund


@dataclass(frozen=True, slots=True)
class Want:
    """A document that shall exist. `parent` must be in Xero before it (the contact if None),
    and so must `target`, the invoice of an allocation. `note` says in its history there how it
    deviates, `origin` what it is of."""

    slot: Slot
    document: Document
    parent: Slot | None = None
    target: Slot | None = None
    note: str = ""
    origin: str = ""


@dataclass(slots=True)
class Debit:
    """An invoice that takes payments and credit. `capacity` is what may still be put on it;
    `xero_id` is the id of one that is none of ours."""

    slot: Slot
    number: str
    capacity: Decimal
    xero_id: str = ""


@dataclass(frozen=True, slots=True)
class Back:
    """So much went back to an account from which what the shop issued itself is paid. `bound`:
    no more than had been paid from there."""

    account: str
    is_id: bool
    amount: Decimal
    bound: bool


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit note to be used up. `purpose` begins the purposes of what uses it.

    `returned`: what is not allocated went back to the buyer, by the tender named `method`
    if the shop says so; else it stays open on the contact. `back` is what of it went back on
    what the shop issued itself; `stated`: the shop says so, and the rest was money. `on_lines`
    was taken off the total by lines for such tenders.
    """

    slot: Slot
    number: str
    total: Decimal
    day: date
    purpose: str = ""
    source: tuple[str, str] = ("", "")
    returned: bool = False
    method: str = ""
    back: tuple[Back, ...] = ()
    stated: bool = False
    on_lines: Decimal = ZERO

    @property
    def stands_for(self) -> tuple[str, str]:
        """The shop's object that it credits: its kind and id."""
        return self.source if self.source[0] else self.slot[:2]

    def place(self, purpose: str) -> Slot:
        return Slot(*self.stands_for, f"{self.purpose}{purpose}")


@dataclass(slots=True)
class _Tender:
    payment: Payment
    paid: Decimal = ZERO
    given_back: Decimal = ZERO

    @property
    def place(self) -> tuple[str, bool]:
        return self.payment.account, self.payment.account_is_id


@dataclass(slots=True)
class Till:
    """The money of one order. `short` collects tenders of which less was received than was
    posted: (posted, received); `over` what of a tender no invoice takes any more. `issued` are
    the accounts of the tenders that the shop issued itself."""

    history: History
    order_id: str
    debits: list[Debit]
    issued: frozenset[tuple[str, bool]] = frozenset()
    short: list[tuple[Decimal, Decimal]] = field(default_factory=list)
    over: list[Payment] = field(default_factory=list)
    _tenders: dict[int, _Tender] = field(default_factory=dict)
    _taken: set[Slot] = field(default_factory=set)

    def __post_init__(self) -> None:
        for entry in self.history.tenders("payment"):
            tender = self._tender(_index(entry), entry)
            tender.paid += entry.total
        for entry in self.history.frozen(lambda e: e.kind is Kind.REFUND):
            tender = self._tender(_index(entry), entry)
            tender.given_back += entry.total
        self._taken = {e.slot for e in self.history.entries if e.frozen or e.ended}
        put = put_against(self.history)
        for debit in self.debits:
            debit.capacity -= put[debit.number]

    def _tender(self, index: int, entry: Entry) -> _Tender:
        stands_for = Payment(
            "", entry.account, entry.dated or date.min, ZERO, "", entry.account_is_id,
            tender=index,
        )  # fmt: skip
        return self._tenders.setdefault(index, _Tender(stands_for))

    def know(self, payments: Sequence[Payment]) -> None:
        """Payments that were made elsewhere: money can go back the way it came."""
        for payment in payments:
            tender = self._tenders.setdefault(payment.tender, _Tender(payment))
            tender.payment, tender.paid = payment, payment.amount

    def receive(self, payments: Sequence[Payment], *, again: Sequence[Entry]) -> list[Want]:
        """Payments still to be posted. `again` are refunds of sales that were cancelled: what
        they gave back has been received once more if the shop says so."""
        wants = []
        for payment in numbered(self.history, payments):
            tender = self._tenders.setdefault(payment.tender, _Tender(payment))
            tender.payment = payment
            returned = sum((e.total for e in again if _index(e) == payment.tender), ZERO)
            rest = payment.amount - (tender.paid - returned)
            if rest < 0:
                self.short.append((tender.paid, payment.amount))
            for debit in self.debits:
                part = min(rest, debit.capacity)
                if part <= 0:
                    continue
                wants.append(self._payment(payment, part, debit))
                debit.capacity -= part
                tender.paid += part
                rest -= part
            if rest > 0:
                self.over.append(replace(payment, amount=rest))
        return wants

    def _payment(self, payment: Payment, part: Decimal, debit: Debit) -> Want:
        purpose = f"payment-{payment.tender}"
        slot = self.take(Slot("order", self.order_id, purpose))
        reference = payment.reference
        if slot.revision > 1:
            reference = f"{reference}-{slot.revision}"[-255:]
        document = replace(
            payment, invoice=Ref(Kind.INVOICE, debit.number), amount=part, reference=reference
        )
        return Want(slot, document, debit.slot)

    def use(self, credit: Credit, account: tuple[str, bool] | None) -> tuple[list[Want], Decimal]:
        """What uses up a credit note, and how much of it stays open.

        `account` is where money goes back from if the shop names a method that no tender of
        the order has.
        """
        rest = credit.total - used_of(self.history, credit.number)
        note = Ref(Kind.CREDIT_NOTE, credit.number)
        wants, rest = self._refill(credit, note, rest)
        for debit in self.debits:
            part = min(rest, debit.capacity)
            if part > 0:
                slot = self.take(credit.place("allocation"))
                invoice = debit.xero_id or Ref(Kind.INVOICE, debit.number)
                target = None if debit.xero_id else debit.slot
                document = Allocation(note, invoice, part, credit.day)
                wants.append(Want(slot, document, credit.slot, target))
                debit.capacity -= part
                rest -= part
        if credit.returned and rest > 0:
            more, rest = self._give_back(credit, note, rest, account)
            wants += more
        return wants, rest

    def _refill(self, credit: Credit, note: Id, rest: Decimal) -> tuple[list[Want], Decimal]:
        """Refunds to gift cards, store credit and points, less those that are posted: to where
        a tender came from only as far as it was paid."""
        wants: list[Want] = []
        done = self._refunded_to(credit.number)
        for back in credit.back:
            place = back.account, back.is_id
            posted = min(done[place], back.amount)
            done[place] -= posted
            left = min(back.amount - posted, rest)
            for index, most in self._places(back):
                amount = min(left, most)
                if amount <= 0:
                    continue
                slot = self.take(credit.place(f"refund-{index}"))
                reference = f"{credit.number}-{index}"
                document = Refund(note, place[0], credit.day, amount, reference, place[1])
                wants.append(Want(slot, document, credit.slot))
                if index:
                    self._tenders[index].given_back += amount
                left -= amount
                rest -= amount
        return wants, rest

    def _places(self, back: Back) -> list[tuple[int, Decimal]]:
        """Which tenders take how much of it; 0 stands for none of the order's."""
        if not back.bound:
            return [(0, back.amount)]
        place = back.account, back.is_id
        return [
            (index, tender.paid - tender.given_back)
            for index, tender in sorted(self._tenders.items())
            if tender.place == place
        ]

    def _refunded_to(self, number: str) -> dict[tuple[str, bool], Decimal]:
        """How much of a credit note is refunded, by account."""
        done: dict[tuple[str, bool], Decimal] = defaultdict(Decimal)
        for entry in self.history.frozen(lambda e: e.kind is Kind.REFUND and e.settles == number):
            done[entry.account, entry.account_is_id] += entry.total
        return done

    def _give_back(
        self, credit: Credit, note: Id, rest: Decimal, account: tuple[str, bool] | None
    ) -> tuple[list[Want], Decimal]:
        """Refunds from the tenders: the one that is named, else the last paid first."""
        wants: list[Want] = []
        if account is not None:
            slot = self.take(credit.place("refund-0"))
            document = Refund(note, account[0], credit.day, rest, credit.number, account[1])
            return [Want(slot, document, credit.slot)], ZERO
        for index, tender in self._last_first(credit.method):
            if credit.stated and tender.place in self.issued:
                continue
            part = min(rest, tender.paid - tender.given_back)
            if part <= 0:
                continue
            paid = tender.payment
            slot = self.take(credit.place(f"refund-{index}"))
            reference = credit.number if not wants else f"{credit.number}-{len(wants) + 1}"
            document = Refund(
                note, paid.account, credit.day, part, reference, paid.account_is_id
            )  # fmt: skip
            wants.append(Want(slot, document, credit.slot))
            tender.given_back += part
            rest -= part
        return wants, rest

    def _last_first(self, method: str) -> list[tuple[int, _Tender]]:
        def last(item: tuple[int, _Tender]) -> tuple[bool, date, int]:
            index, tender = item
            named = bool(method) and tender.payment.method == method
            return named, tender.payment.date, index

        return sorted(self._tenders.items(), key=last, reverse=True)

    def take(self, slot: Slot) -> Slot:
        """The first revision in which nothing stands yet, and for which nothing is planned."""
        while slot in self._taken:
            slot = slot._replace(revision=slot.revision + 1)
        self._taken.add(slot)
        return slot


def put_against(history: History) -> dict[str, Decimal]:
    """What payments and allocations have put on each invoice, by its number."""
    put: dict[str, Decimal] = defaultdict(Decimal)
    for entry in history.frozen():
        if entry.kind is Kind.PAYMENT:
            put[entry.settles] += entry.total
        elif entry.kind is Kind.ALLOCATION:
            put[entry.against] += entry.total
    return put


def posted_money(history: History) -> PostedMoney:
    """What of the order's money is posted; what a cancellation gave back is not."""
    back = history.frozen(lambda e: e.kind is Kind.REFUND and e.slot.purpose.startswith("cancel-"))
    paid, over, returned = (
        sum((entry.total for entry in entries), ZERO)
        for entries in (history.tenders("payment"), history.tenders("overpayment"), back)
    )
    return PostedMoney(paid - returned, over)


def used_of(history: History, number: str) -> Decimal:
    """How much of a credit note is allocated or refunded."""
    uses = history.frozen(
        lambda e: e.kind in (Kind.ALLOCATION, Kind.REFUND) and e.settles == number
    )
    return sum((entry.total for entry in uses), ZERO)


def credited_ahead(history: History) -> Decimal:
    """What refunds were put against of the order's invoices, while it was still due there."""
    puts = history.frozen(lambda e: e.kind is Kind.ALLOCATION and e.slot.source_kind == "refund")
    return sum((entry.total for entry in puts), ZERO)


def total_of(document: Document) -> Decimal:
    totals = document.expected()
    assert totals is not None
    return totals.total


def _index(entry: Entry) -> int:
    """The tender's place in the order, as the purpose ends with it."""
    tail = entry.slot.purpose.rpartition("-")[2]
    return int(tail) if tail.isdecimal() else 0
