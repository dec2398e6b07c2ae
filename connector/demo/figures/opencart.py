"""Orders of an OpenCart shop, from its extension.

The shop stores amounts in its base currency; what the customer saw is each row by the order's
rate, to the cent. Certificates and credit pay, so that an invoice is of what there was before
them. A tax of a fixed amount is a charge: it belongs to the total, and is none in the books.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Set
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connector.demo import remotes
from connector.demo.checking import Sold
from connector.demo.remotes import Shop
from connector.lib import clock

_ADDRESS = "index.php?route=extension/xero_connector/api"
_CENT = Decimal("0.01")
_PAY = frozenset({"voucher", "credit"})
# Processing, Shipped, Complete: the shop has the money.
_PAID = frozenset({"2", "3", "5"})


def orders_of(shop: Shop) -> Iterator[Sold]:
    keys = remotes.keys(shop)
    rates = _call(shop, keys, call="probe")["tax_rates"]
    fixed = {rate["name"] for rate in rates if rate["type"] == "F"}
    last = 0
    while True:
        answer = _call(shop, keys, call="orders", after_id=last)
        yield from (_sold(record, fixed) for record in answer["orders"])
        if not answer["more"]:
            return
        last = int(answer["orders"][-1]["order"]["order_id"])


def _sold(record: dict[str, Any], fixed: Set[str]) -> Sold:
    order, rows = record["order"], record["order_total"]
    rate = Decimal(order["currency_value"])

    def seen(amount: str) -> Decimal:
        return (Decimal(amount) * rate).quantize(_CENT, ROUND_HALF_UP)

    left = seen(order["total"])
    taxes = [row for row in rows if row["code"] == "tax" and row["title"] not in fixed]
    return Sold(
        number=order["order_id"], currency=order["currency_code"],
        total=left - sum(seen(row["value"]) for row in rows if row["code"] in _PAY),
        tax=sum((seen(row["value"]) for row in taxes), Decimal(0)),
        due=Decimal(0) if order["order_status_id"] in _PAID else left,
    )  # fmt: skip


def _call(shop: Shop, keys: dict[str, str], **asked: Any) -> Any:
    """One signed call, and its answer."""
    body, stamp, nonce = (
        json.dumps(asked).encode(),
        str(int(clock.timestamp())),
        secrets.token_hex(16),
    )
    text = "\n".join(["connector-request-1", stamp, nonce, hashlib.sha256(body).hexdigest()])
    signature = hmac.new(keys["secret"].encode(), text.encode(), hashlib.sha256).hexdigest()
    headers = {
        "X-Connector-Key": keys["key"], "X-Connector-Timestamp": stamp,
        "X-Connector-Nonce": nonce, "X-Connector-Signature": signature,
    }  # fmt: skip
    return remotes.read(f"{shop.url}/{_ADDRESS}", headers=headers, body=body)
