"""What an order must have come to in the books, by the shop's own figures. Pure.

Deliberately naive: sums of one order, whatever documents carry them. Whether a cancelled order
was voided or credited, or a refund paid back or allocated, is not asked here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests.sync.naive_books import ZERO, split

Doc = Mapping[str, Any]


def cents(value: object) -> Decimal:
    return Decimal(str(value or 0)).quantize(Decimal("0.01"), "ROUND_HALF_UP")


@dataclass(frozen=True, slots=True)
class Expected:
    """One order's sale net of credits, the tax in it, what is owed, and money by account.

    `sold` is False where nothing may stand in the books but what comes to nothing;
    `may_be_absent` where it depends on when the shop was asked. `key` is the number of its invoice,
    `attention` the reasons of which a person must be given one, `total` what the shop last said
    that the order costs (None: not asked).
    """

    key: str
    number: str
    email: str
    sums: Counter[str] = field(default_factory=Counter)
    sold: bool = True
    may_be_absent: bool = False
    attention: tuple[str, ...] = ()
    total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An order as its shop tells it: what must come of it, the references that its money in the
    bank may bear, and what the shop was told twice."""

    id: int
    expected: Expected
    references: list[str]
    twice: list[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """What a store's section of the configuration file says. Without invoices only what is paid
    is posted."""

    prefix: str
    accounts: Mapping[str, str]
    invoices: bool = True

    @classmethod
    def of(cls, store: Doc) -> Rules:
        invoices = (store.get("streams") or {}).get("invoices", True)
        return cls(str(store["number_prefix"]), store["payment_accounts"], invoices)

    def account(self, method: str) -> str:
        return self.accounts.get(method) or self.accounts["*"]


def expected(order: Doc, memos: Iterable[Doc], rules: Rules) -> Expected:
    """Of one order in Magento's JSON with its credit memos."""
    number, email = str(order["increment_id"]), str(order["customer_email"])
    key = f"{rules.prefix}{number}"
    total, state, paid = cents(order["grand_total"]), order["state"], cents(order.get("total_paid"))
    if not total or state == "canceled":
        return Expected(key, number, email, sold=False)
    if not rules.invoices and paid < total:
        says = () if state == "holded" else ("receipt_waits",)
        return Expected(key, number, email, sold=False, attention=says)
    memos = list(memos)
    account = rules.account(str(order["payment"]["method"]))
    credited = sum((cents(memo["grand_total"]) for memo in memos), ZERO)
    tax = cents(order["tax_amount"]) - sum((_tax(order, memo) for memo in memos), ZERO)
    returned = min(credited, paid)
    sums = Counter({
        "net": total - credited, "tax": tax, f"in {account}": paid, f"out {account}": returned,
        "receivable": total - credited - paid + returned,
    })  # fmt: skip
    # What was lowered after its payment was posted has a credit for it, and says so.
    attention = ("overpaid", "credit_left_open") if paid > total else ()
    return Expected(
        key, number, email, sums, may_be_absent=state == "holded", attention=attention, total=total
    )


def _tax(order: Doc, memo: Doc) -> Decimal:
    """The memo's tax, and that inside fees kept and goodwill: as the goods', by their gross."""
    tax, amount = cents(memo["tax_amount"]), cents(memo.get("adjustment"))
    if not amount:
        return tax
    rates = {item["item_id"]: Decimal(item["tax_percent"]) for item in order["items"]}
    goods: dict[Decimal, Decimal] = defaultdict(Decimal)
    for row in memo["items"]:
        net = cents(row.get("row_total")) - cents(row.get("discount_amount"))
        goods[rates[row["order_item_id"]]] += net + cents(row.get("tax_amount"))
    for item in [] if goods else order["items"]:
        goods[rates[item["item_id"]]] += cents(item["row_total_incl_tax"])
    parts = split(amount, list(goods.values()))
    inside = (cents(part * rate / (100 + rate)) for part, rate in zip(parts, goods, strict=True))
    return tax + sum(inside, ZERO)


def memos_by_order(memos: Iterable[Doc]) -> dict[int, list[Doc]]:
    found: dict[int, list[Doc]] = defaultdict(list)
    for memo in memos:
        found[int(memo["order_id"])].append(memo)
    return found
