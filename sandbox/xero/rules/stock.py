"""Tracked stock: approved documents move it, voided ones move it back.

Average cost. A sale below zero is refused unless the call says `allowBackorders`.
"""

from __future__ import annotations

from decimal import Decimal

from sandbox.xero.rules.arithmetic import ZERO, half_up
from sandbox.xero.rules.calls import Call
from sandbox.xero.wire import Doc

_SIGN = {"ACCREC": -1, "ACCRECCREDIT": 1, "ACCPAY": 1, "ACCPAYCREDIT": -1}


def _effects(call: Call, doc: Doc | None) -> dict[str, tuple[Decimal, Decimal]]:
    """Item id → (quantity, cost) that a document in its present status stands for."""
    found: dict[str, tuple[Decimal, Decimal]] = {}
    if doc is None or doc["Status"] not in ("AUTHORISED", "PAID"):
        return found
    sign = _SIGN.get(doc["Type"], 0)
    for line in doc["LineItems"]:
        items = call.org["Items"].find("number", line.get("ItemCode"))
        if not items or not items[0]["IsTrackedAsInventory"] or not sign:
            continue
        item, quantity = items[0], line["Quantity"] * sign
        if doc["Type"].startswith("ACCPAY"):
            cost = line["LineAmount"] * sign
        else:
            cost = half_up(quantity * _average(item))
        before = found.get(item["ItemID"], (ZERO, ZERO))
        found[item["ItemID"]] = (before[0] + quantity, before[1] + cost)
    return found


def _average(item: Doc) -> Decimal:
    on_hand = item["QuantityOnHand"]
    return Decimal(item["TotalCostPool"] / on_hand) if on_hand else ZERO


def check(call: Call, old: Doc | None, new: Doc) -> list[str]:
    """Messages for stock that the change would take below zero."""
    if call.allow_backorders:
        return []
    before, after = _effects(call, old), _effects(call, new)
    messages = []
    for key, (quantity, _) in after.items():
        item = call.org["Items"].get(key)
        assert item is not None
        change = quantity - before.get(key, (ZERO, ZERO))[0]
        if change < 0 and item["QuantityOnHand"] + change < 0:
            messages.append(
                f"There are not enough of item {item['Code']} on hand for this transaction "
                f"({item['QuantityOnHand']:f} on hand)"
            )
    return messages


def move(call: Call, old: Doc | None, new: Doc) -> None:
    """Change what is on hand by the difference between two versions of a document."""
    before, after = _effects(call, old), _effects(call, new)
    for key in {**before, **after}:
        quantity = after.get(key, (ZERO, ZERO))[0] - before.get(key, (ZERO, ZERO))[0]
        cost = after.get(key, (ZERO, ZERO))[1] - before.get(key, (ZERO, ZERO))[1]
        item = call.org["Items"].get(key)
        if item is not None and (quantity or cost):
            item["QuantityOnHand"] += quantity
            item["TotalCostPool"] += cost
            call.org.save("Items", item)
