"""Rows that a reconciliation streams: what the shop says, what was posted, what Xero holds.

Pure. Small and frozen, and money is an integer of ten-thousandths, so that a hundred thousand
orders pass through without weighing anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from accounting.reconcile.causes import Cause, Side

UNFINISHED = ("pending", "sending", "retry", "unknown")


@dataclass(frozen=True, slots=True)
class OrderRow:
    """What the shop says, by the latest version that was built; see
    `accounting.reconcile.expected`.

    `reasons` are codes, `day` is when it was placed, in the zone of the books, and `due` what
    the shop says is outstanding. `received` None: not known. `excluded_as` is set where a person
    left the order out. `tendered` is what the shop issued itself, inside `invoiced` and
    `received`. `by_hand` came in by methods that are mapped to none: it is not in `received`,
    and in Xero as far as a person entered it. `waits`: a summary will stand for it, when its day
    is over. `is_summary`: it is none of the shop's, but the sum of the parts of one summary.
    """

    pk: int
    number: str
    state: str
    currency: str
    day: date
    shop_status: str = ""
    reasons: tuple[str, ...] = ()
    excluded_as: str = ""
    invoiced: int = 0
    tendered: int = 0
    tax: int = 0
    received: int | None = None
    due: int | None = None
    refunded: int = 0
    refunded_tax: int | None = 0
    waits: bool = False
    is_summary: bool = False
    by_hand: int = 0


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """One posting of an order. `total`, `tax` and `due` are Xero's answer when it was posted,
    `expected_*` what was predicted (None for a payment, and for a change of status).

    `shared`: it is the order's part of a summary, whose ids it has; its figures are its own.
    `overpaid`: it is money received beyond a sale, and no sale itself.
    """

    pk: int
    kind: str
    key: str
    state: str
    xero_id: str = ""
    xero_status: str = ""
    day: date | None = None
    total: int | None = None
    tax: int | None = None
    due: int | None = None
    expected_total: int | None = None
    expected_tax: int | None = None
    breakdown: Sequence[Any] | None = None
    differs: bool = False
    reasons: tuple[str, ...] = ()
    posted_at: datetime | None = None
    shared: bool = False
    overpaid: bool = False

    @property
    def is_posted(self) -> bool:
        return self.state == "posted" and bool(self.xero_id)

    @property
    def is_unfinished(self) -> bool:
        return self.state in UNFINISHED

    @property
    def amount(self) -> int:
        """The amount of a payment or refund."""
        if self.breakdown:
            return sum(int(entry[-1]) for entry in entries(self.breakdown))
        return self.total or 0


@dataclass(frozen=True, slots=True)
class XeroDocument:
    xero_id: str
    status: str
    currency: str
    total: int
    tax: int | None
    due: int
    day: date | None

    @property
    def stands(self) -> bool:
        return self.status not in ("VOIDED", "DELETED")


@dataclass(frozen=True, slots=True)
class XeroPayment:
    payment_id: str
    document_id: str
    status: str
    amount: int
    day: date | None
    account: str


@dataclass(frozen=True, slots=True)
class InXero:
    """What Xero holds, by id; payments by the document that they are on.

    `documents_at`, `payments_at`: the moments up to which the lists are known. None: never
    read, and what Xero answered at posting stands for what it holds.
    """

    documents: Mapping[str, XeroDocument] = field(default_factory=dict)
    payments: Mapping[str, Sequence[XeroPayment]] = field(default_factory=dict)
    documents_at: datetime | None = None
    payments_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """Which documents the store's settings let out: the others are not missed."""

    payments: bool = True
    credits: bool = True


@dataclass(frozen=True, slots=True)
class Difference:
    """`shop` and `xero` are what each says: units of money, or a text."""

    field: str
    shop: int | str
    xero: int | str
    side: Side
    cause: Cause


class Standing(StrEnum):
    """What accounts for an order."""

    IN_XERO = "in_xero"
    HELD = "held"
    LEFT_OUT = "left_out"
    BY_HAND = "by_hand"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Held:
    """A document of ours that stands in Xero: its posting, and what Xero has now.

    `there` False: Xero has voided it or no longer lists it.
    """

    posting: DocumentRow
    status: str
    total: int
    tax: int | None
    due: int
    day: date | None
    there: bool = True

    def is_of(self, kinds: Sequence[str]) -> bool:
        """Whether it is a sale, or a credit, as `kinds` say; an overpayment is neither."""
        return self.posting.kind in kinds and not self.posting.overpaid


@dataclass(frozen=True, slots=True)
class Verdict:
    standing: Standing
    documents: int = 0
    differences: tuple[Difference, ...] = ()
    held: tuple[Held, ...] = ()

    @property
    def own(self) -> Verdict:
        """The same without parts of summaries."""
        return replace(self, held=tuple(one for one in self.held if not one.posting.shared))


def entries(breakdown: Sequence[Any]) -> Sequence[Sequence[Any]]:
    """A breakdown's entries; a single one may stand without its list."""
    if breakdown and not isinstance(breakdown[0], list | tuple):
        return [breakdown]
    return breakdown
