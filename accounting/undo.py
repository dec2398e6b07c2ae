"""How the documents of orders are taken back, and what cannot be: pure.

Drafts are deleted, open invoices voided, and what was paid, credited or lies in a month that is
over is credited today: an old return is never changed. An order's part of a daily summary is
credited likewise; the summary, which is of many orders, stays. Nothing that a person changed in
Xero is touched, and no payment is ever removed: it may be matched with the bank's statement, and
Xero does not tell that for certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from connector.lib.money import ZERO, written
from xero.documents.kinds import Kind

_ENDED = ("VOIDED", "DELETED")
_DRAFTS = ("DRAFT", "SUBMITTED")


@dataclass(frozen=True, slots=True)
class PostedDocument:
    """One posting of an order. `status`, `total` and `due` are Xero's as they are known now,
    `posted_total` is what Xero answered when it was posted.

    An order's part of a summary has the summary's number in `part_of`, and in `share` and `due`
    its own amount and what of it is not paid; everything else is the summary's.
    """

    kind: str
    key: str
    state: str
    xero_id: str = ""
    status: str = ""
    total: Decimal = ZERO
    posted_total: Decimal = ZERO
    due: Decimal = ZERO
    day: date | None = None
    part_of: str = ""
    share: Decimal | None = None

    @property
    def amount(self) -> Decimal:
        """What of it is the order's."""
        return self.total if self.share is None else self.share

    @property
    def name(self) -> str:
        return f"its part of {self.part_of}" if self.part_of else self.key


@dataclass(frozen=True, slots=True)
class OrderDocuments:
    order: int
    number: str
    currency: str
    documents: Sequence[PostedDocument]


class UndoWay(StrEnum):
    WITHDRAW = "withdraw"
    DELETE = "delete"
    VOID = "void"
    CREDIT = "credit"


@dataclass(frozen=True, slots=True)
class UndoStep:
    """`amount` is what is taken back, `refunded` the part of it that is paid back from the
    accounts that it was paid into; the rest is allocated."""

    order: int
    number: str
    way: UndoWay
    key: str
    text: str
    currency: str = ""
    amount: Decimal = ZERO
    refunded: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Cannot:
    order: int
    number: str
    key: str
    text: str


@dataclass(frozen=True, slots=True)
class UndoPlan:
    """`notes` are about what is undone, but not wholly."""

    steps: tuple[UndoStep, ...]
    cannot: tuple[Cannot, ...]
    notes: tuple[Cannot, ...] = ()

    @property
    def orders(self) -> list[int]:
        """The orders of which something is taken back, each once."""
        return list(dict.fromkeys(step.order for step in self.steps))


def plan_undo(orders: Iterable[OrderDocuments], *, today: date, lock_date: date | None) -> UndoPlan:
    """What to do for each order, in their order, and what cannot be done, because of what."""
    steps: list[UndoStep] = []
    cannot: list[Cannot] = []
    notes: list[Cannot] = []
    for order in orders:
        reason = _refusal(order, today, lock_date)
        if reason is not None:
            cannot.append(reason)
            continue
        found = [_step(order, one, today, lock_date) for one in _invoices(order)]
        steps += [step for step in found if step is not None]
        steps += _withdrawn(order)
        notes += _left(order)
        if not any(step.order == order.order for step in steps[-len(order.documents) - 1 :]):
            cannot.append(_nothing(order))
    return UndoPlan(tuple(steps), tuple(cannot), tuple(notes))


def _invoices(order: OrderDocuments) -> list[PostedDocument]:
    """The invoices that stand, each once, as its latest posting left it."""
    by_id = {
        one.xero_id: one
        for one in order.documents
        if one.kind == Kind.INVOICE and one.state == "posted" and one.xero_id
    }
    return [one for one in by_id.values() if one.status not in _ENDED]


def _credited(order: OrderDocuments) -> Decimal:
    notes = {(one.xero_id, one.key): one.amount for one in order.documents if _is_note(one)}
    return sum(notes.values(), ZERO)


def _has_note(order: OrderDocuments) -> bool:
    """Whether it is credited, in whole or in part; of what comes to nothing no sum says it."""
    return any(_is_note(one) for one in order.documents)


def _is_note(one: PostedDocument) -> bool:
    return one.kind == Kind.CREDIT_NOTE and one.state == "posted" and one.status not in _ENDED


def _refusal(order: OrderDocuments, today: date, lock_date: date | None) -> Cannot | None:
    """Why nothing of an order can be undone now."""
    for one in order.documents:
        if one.state in ("sending", "retry", "unknown"):
            text = "it is on its way, and Xero's answer is not known yet. Try again in some minutes"
            return _cannot(order, one.key, text)
    for one in _invoices(order):
        if one.total != one.posted_total:
            text = (
                f"a person changed {one.part_of or 'it'} in Xero from "
                f"{written(one.posted_total)} to {written(one.total)}, and that is never "
                "overwritten. Void or credit it in Xero"
            )
            return _cannot(order, one.key, text)
    if lock_date is not None and today <= lock_date:
        standing = [one for one in _invoices(order) if one.status not in _DRAFTS]
        if standing:
            text = f"Xero is locked up to {lock_date.isoformat()}, today included. Unlock it first"
            return _cannot(order, standing[0].key, text)
    return None


def _step(
    order: OrderDocuments, one: PostedDocument, today: date, lock_date: date | None
) -> UndoStep | None:
    """How one invoice is taken back; None where all of it has been credited before."""
    if one.status in _DRAFTS and not one.part_of:
        text = f"The draft {one.key} is deleted."
        return _made(order, UndoWay.DELETE, one, text, one.total)
    credited = _credited(order) if len(_invoices(order)) == 1 else ZERO
    rest = one.amount - credited
    if rest < 0 or (not rest and (one.amount or _has_note(order))):
        return None
    untouched = one.due == one.total and not credited and not one.part_of
    if untouched and _is_open(one.day, today, lock_date):
        return _made(order, UndoWay.VOID, one, f"{one.key} is voided.", one.total)
    refunded = max(rest - one.due, ZERO)
    why = "Its month is over. " if untouched else ""
    text = f"{why}A credit note over {written(rest)}, dated today, for {one.name}"
    if not rest:
        text += ", takes back its lines."
    elif not refunded:
        text += ", allocated to it."
    elif refunded == rest:
        text += "; the same is paid back from the account it was paid into."
    else:
        text += (
            f"; {written(rest - refunded)} is allocated to it, {written(refunded)} paid back from "
            "the account it was paid into."
        )
    if one.part_of:
        text += f" {one.part_of} itself stays: it is of other orders too."
    if one.status in _DRAFTS:
        text += " It is a draft as well, and is used once both are approved."
    return _made(order, UndoWay.CREDIT, one, text, rest, refunded)


def _is_open(day: date | None, today: date, lock_date: date | None) -> bool:
    """Whether a document of that day may still be voided: its month lasts, and is not locked."""
    if day is None or (day.year, day.month) < (today.year, today.month):
        return False
    return lock_date is None or day > lock_date


def _withdrawn(order: OrderDocuments) -> list[UndoStep]:
    waiting = [one for one in order.documents if one.state in ("pending", "held", "dead")]
    if not waiting:
        return []
    text = "What has not been sent is withdrawn."
    return [
        UndoStep(order.order, order.number, UndoWay.WITHDRAW, waiting[0].key, text, order.currency)
    ]


def _left(order: OrderDocuments) -> list[Cannot]:
    """What stays in Xero all the same."""
    found = []
    posted = [one for one in order.documents if one.state == "posted" and one.xero_id]
    for one in posted:
        if one.kind == Kind.PAYMENT:
            text = (
                "the payment stays, because it may be matched with the bank's statement already; "
                "the credit note pays the same amount back"
            )
            found.append(_cannot(order, one.key, text))
        elif one.kind == Kind.BANK_TRANSACTION:
            text = "bank transactions are not taken back. Delete it in Xero if it is not matched"
            found.append(_cannot(order, one.key, text))
    return found


def _nothing(order: OrderDocuments) -> Cannot:
    """There is nothing to undo: nothing posted, or ended or credited already."""
    if any(one.kind == Kind.INVOICE and one.xero_id for one in order.documents):
        return _cannot(order, "", "it is voided or credited already: nothing is left to undo")
    return _cannot(order, "", "nothing of it is in Xero")


def _cannot(order: OrderDocuments, key: str, text: str) -> Cannot:
    return Cannot(order.order, order.number, key, f"{text[0].upper()}{text[1:]}.")


def _made(
    order: OrderDocuments, way: UndoWay, one: PostedDocument, text: str, amount: Decimal,
    refunded: Decimal = ZERO,
) -> UndoStep:  # fmt: skip
    return UndoStep(order.order, order.number, way, one.key, text, order.currency, amount, refunded)
