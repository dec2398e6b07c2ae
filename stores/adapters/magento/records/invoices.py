"""Which of the shop's own invoices stands for a Magento order as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from connector.lib.money import round_to
from stores.raw import Raw

_CANCELLED = 3
_STORED = 4  # Magento keeps four decimals


def covering_number(invoices: Sequence[Raw], total: Decimal) -> str:
    """The number of the one invoice that covers all of the order; "" where there is none, where
    there are several, or where a part is still to be invoiced."""
    standing = [one for one in invoices if one.optional("state") != _CANCELLED]
    if len(standing) != 1:
        return ""
    covered = standing[0].optional("grand_total")
    if covered is None or round_to(covered, _STORED) != round_to(total, _STORED):
        return ""
    return standing[0].text("increment_id").strip()
