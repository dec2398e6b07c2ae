"""What stands in the stand-in Xero, summed order by order, beside the sums kept by hand."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from decimal import Decimal

from tests.sync.naive_books import Sums
from tests.sync.standing import ledger
from tests.sync.world import World

_OF_ORDER = re.compile(r"(S1-\d+)(-.+)?")


def in_xero(world: World) -> dict[str, Counter[str]]:
    """By order: what its documents that stand in Xero come to."""
    books: dict[str, Counter[str]] = defaultdict(Counter)
    found = ledger(world)

    # A credit note that a person made belongs to the invoice that it was put on.
    put_on = {
        one["CreditNote"]["CreditNoteNumber"]: one["Invoice"]["InvoiceNumber"]
        for one in found["Allocations"]
    }

    def of(number: str) -> Counter[str]:
        match = _OF_ORDER.fullmatch(number) or _OF_ORDER.fullmatch(put_on.get(number, ""))
        assert match, number
        return books[match[1]]

    for one in found["Invoices"] + found["CreditNotes"]:
        credit = "CreditNoteNumber" in one
        number = one["CreditNoteNumber"] if credit else one["InvoiceNumber"]
        sums = of(number)
        sums["documents"] += 1
        if one["Status"] in ("VOIDED", "DELETED"):
            continue
        sign = -1 if credit else 1
        sums["net"] += sign * one["Total"]
        sums["tax"] += sign * one["TotalTax"]
        sums["receivable"] += sign * one["RemainingCredit" if credit else "AmountDue"]
        if not credit and not re.search(r"-E\d+$", number):
            sums["sales"] += 1
    for one in found["Payments"]:
        if one["Status"] != "DELETED":
            account = one["Account"]["Code"]
            if "CreditNote" in one:
                of(one["CreditNote"]["CreditNoteNumber"])[f"out {account}"] += one["Amount"]
            else:
                of(one["Invoice"]["InvoiceNumber"])[f"in {account}"] += one["Amount"]
    assert [one for one in found["BankTransactions"] if one["Status"] != "DELETED"] == []
    return dict(books)


def as_counter(sums: Sums) -> Counter[str]:
    """The naive sums under the same names."""
    found = Counter({"net": sums.net, "tax": sums.tax, "receivable": sums.receivable})
    found.update({f"in {account}": amount for account, amount in sums.paid_in.items()})
    found.update({f"out {account}": amount for account, amount in sums.paid_out.items()})
    return found


def nonzero(found: Counter[str]) -> dict[str, Decimal]:
    return {key: n for key, n in found.items() if n and key not in ("documents", "sales")}


def cents(value: object) -> Decimal:
    return Decimal(str(value or 0)).quantize(Decimal("0.01"), "ROUND_HALF_UP")
