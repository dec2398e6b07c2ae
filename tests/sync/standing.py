"""What stands in the stand-in Xero, as lines that a bookkeeper reads, and that nothing else does.

`stands` writes every sales document and every movement of money as one line of text, so that a
test can state a whole ledger:

    invoice S1-000000001 PAID 2027-03-10 76.35 tax 5.44 due 0.00
    payment S1-000000001 970 2027-03-10 76.35
    credit note S1-000000001-R1 PAID 2027-03-11 24.95 tax 2.27 left 0.00
    refund S1-000000001-R1 970 2027-03-11 24.95
    allocation S1-000000001-C to S1-000000001 2027-03-12 24.95
"""

from __future__ import annotations

from typing import Any

from connector.lib import clock
from stores.models import Cursor
from sync.models import TrackedOrder
from tests.sync.world import World, at_rest

Doc = dict[str, Any]


def ledger(world: World) -> dict[str, list[Doc]]:
    """Every document of the organisation, by kind."""
    return world.xero.ledger(world.organisation.tenant_id)


def stands(world: World) -> list[str]:
    """All sales documents, voided and deleted ones too, and all money that has not been taken
    back: one line of text each, sorted."""
    found = ledger(world)
    lines = [_invoice(one) for one in found["Invoices"] if one["Type"] == "ACCREC"]
    lines += [_credit_note(one) for one in found["CreditNotes"]]
    lines += [_money(one) for one in found["Payments"] if one["Status"] != "DELETED"]
    lines += [_allocation(one) for one in found["Allocations"] if not one["IsDeleted"]]
    lines += [_bank(one) for one in found["BankTransactions"] if one["Status"] != "DELETED"]
    return sorted(lines)


def _invoice(one: Doc) -> str:
    return (
        f"invoice {one['InvoiceNumber']} {one['Status']} {one['Date']} {one['Total']} "
        f"tax {one['TotalTax']} due {one['AmountDue']:.2f}"
    )


def _credit_note(one: Doc) -> str:
    return (
        f"credit note {one['CreditNoteNumber']} {one['Status']} {one['Date']} {one['Total']} "
        f"tax {one['TotalTax']} left {one['RemainingCredit']:.2f}"
    )


def _money(one: Doc) -> str:
    account = one["Account"].get("Code") or one["Account"]["Name"]
    if "CreditNote" in one:
        number, word = one["CreditNote"]["CreditNoteNumber"], "refund"
    else:
        number, word = one["Invoice"]["InvoiceNumber"], "payment"
    return f"{word} {number} {account} {one['Date']} {one['Amount']}"


def _allocation(one: Doc) -> str:
    source, target = one["CreditNote"]["CreditNoteNumber"], one["Invoice"]["InvoiceNumber"]
    return f"allocation {source} to {target} {one['Date']} {one['Amount']}"


def _bank(one: Doc) -> str:
    return f"{one['Type'].lower()} {one.get('Reference')} {one['Date']} {one['Total']}"


def invoice(world: World, number: str) -> Doc:
    """The last invoice of that number, whatever its status."""
    return [one for one in ledger(world)["Invoices"] if one["InvoiceNumber"] == number][-1]


def credit_note(world: World, number: str) -> Doc:
    """The credit note of that number; there must be one and no second."""
    (found,) = [one for one in ledger(world)["CreditNotes"] if one["CreditNoteNumber"] == number]
    return found


def lines(document: Doc) -> list[str]:
    """A document's lines, sorted: `account taxtype amount tax`, the tax inside the amount
    whatever basis the document has."""
    net = document["LineAmountTypes"] == "Exclusive"
    return sorted(
        f"{line['AccountCode']} {line['TaxType']} "
        f"{line['LineAmount'] + (line['TaxAmount'] if net else 0):.2f} {line['TaxAmount']:.2f}"
        for line in document["LineItems"]
    )


def again(world: World) -> None:
    """I6: the whole import, run again from the beginning, writes nothing to Xero."""
    before, writes = stands(world), world.writes()
    touched = _touched(world)
    Cursor.objects.update(position=None)
    TrackedOrder.objects.update(build_at=clock.now())
    world.new_process()
    world.sync()
    at_rest()
    assert stands(world) == before
    assert world.writes() == writes
    assert _touched(world) == touched


def _touched(world: World) -> list[tuple[str, object]]:
    """When each document was changed last."""
    return sorted(
        (str(one.get("InvoiceNumber") or one.get("CreditNoteNumber")), one["UpdatedDateUTC"])
        for kind in ("Invoices", "CreditNotes")
        for one in ledger(world)[kind]
    )
