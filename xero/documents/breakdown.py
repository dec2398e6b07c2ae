"""What a document puts on which account with which tax type, in integers: pure.

Kept beside a posting, so that a hundred thousand of them are summed without reading payloads.
"""

from __future__ import annotations

from typing import Any

from connector.lib.money import ZERO, round_to, to_units
from xero.documents.documents import Document
from xero.documents.lines import DocumentLine, TaxMode


def breakdown_of(document: Document) -> list[list[Any]] | None:
    """`[[account, tax type, net, tax], …]` of an invoice, credit note or bank transaction, one
    entry for each pair; `[[account, amount]]` of a payment or refund; None for the rest.

    Amounts are in ten-thousandths, in the document's currency and with its signs.
    """
    if (charged := document.charged()) is not None:
        return summed(*charged)
    if (moved := document.moved()) is not None:
        account, amount = moved
        return [[account, to_units(amount)]]
    return None


def summed(lines: tuple[DocumentLine, ...], mode: TaxMode) -> list[list[Any]]:
    """The sums of some lines, as `breakdown_of` has them."""
    sums: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        tax = round_to(line.tax(mode))
        net = line.amount - (tax if mode is TaxMode.INCLUSIVE else ZERO)
        pair = sums.setdefault((line.account, line.tax_type), [0, 0])
        pair[0] += to_units(net)
        pair[1] += to_units(tax)
    return [[account, tax_type, *amounts] for (account, tax_type), amounts in sums.items()]
