"""Amounts with more decimals than Xero keeps, as charges in cents that sum exactly. Pure.

Currencies with three minor digits, and shops that store four decimals, leave lines of parts of
a cent. Rounding each by itself would lose up to half a cent a line, and sixty lines would no
longer be the order's total; the largest-remainder method keeps it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_FLOOR, Decimal

from accounting.lines.charge import Charge
from accounting.lines.total_rows import line_order
from connector.lib.money import ZERO, round_to
from xero.documents.lines import TaxMode


def in_cents(charges: list[Charge], mode: TaxMode) -> list[Charge]:
    """The charges with `charged` and `tax` in cents, so that amounts and tax sum to the rounded
    sums. Charges that are in cents already stay as they are."""
    for charge in charges:
        if charge.charged != round_to(charge.charged) or charge.tax != round_to(charge.tax):
            return _in_cents(charges, mode)
    return charges


def _in_cents(charges: list[Charge], mode: TaxMode) -> list[Charge]:
    tax = round_to(sum((charge.tax for charge in charges), ZERO))
    charged = sum((charge.charged for charge in charges), ZERO)
    if mode is TaxMode.EXCLUSIVE:
        # The total is what must be right to the cent, then the tax, then the rest.
        total = round_to(charged + sum((charge.tax for charge in charges), ZERO))
        charged = total - tax
    ids = [charge.id for charge in charges]
    amounts = spread([charge.charged for charge in charges], ids, round_to(charged))
    taxes = spread([charge.tax for charge in charges], ids, tax)
    return [
        replace(
            charge,
            charged=amount,
            full=amount if charge.full == charge.charged else charge.full,
            tax=due,
        )
        for charge, amount, due in zip(charges, amounts, taxes, strict=True)
    ]


def spread(
    amounts: Sequence[Decimal], ids: Sequence[str], total: Decimal, *, places: int = 2
) -> list[Decimal]:
    """Amounts of at most `places` decimals that sum to `total`: each rounded down or up, the
    largest remainders up.

    Of equal remainders the larger amount gets the cent, then the one with the lower id.
    """
    step = Decimal(1).scaleb(-places)
    cents = [amount.quantize(step, rounding=ROUND_FLOOR) for amount in amounts]
    missing = int((total - sum(cents, ZERO)) / step)
    order = sorted(
        (i for i in range(len(amounts)) if amounts[i] != cents[i]),
        key=lambda i: (cents[i] - amounts[i], -amounts[i], line_order(ids[i])),
    )
    for i in order[: max(missing, 0)]:
        cents[i] += step
    return cents
