"""What staff and programs write to an order that stands: comments and statuses."""

from __future__ import annotations

from typing import Any

from sandbox.magento.oauth import Refused
from sandbox.magento.rest.messages import Missing
from sandbox.magento.shop import MagentoShop


def comment(shop: MagentoShop, order: dict[str, Any], body: Any) -> bool:
    """`POST orders/:id/comments`. As in 2.4.7 it takes no status but the one that stands."""
    history = body.get("statusHistory") if isinstance(body, dict) else None
    if not isinstance(history, dict) or not isinstance(history.get("comment"), str):
        text = '"%fieldName" is required. Enter and try again.'
        raise Refused(400, text, {"fieldName": "statusHistory"})
    status = history.get("status")
    if status and status != order["status"]:
        text = 'Unable to add comment: The status "%1" is not part of the order status history.'
        raise Refused(400, text, [status])
    shop.comment(order["entity_id"], history["comment"])
    return True


def save(shop: MagentoShop, body: Any) -> dict[str, Any]:
    """`POST orders` of an order that there is: what is sent is saved, whether or not the status
    belongs to the state. Here only those two can be."""
    sent = body.get("entity") if isinstance(body, dict) else None
    if not isinstance(sent, dict):
        raise Refused(
            400, '"%fieldName" is required. Enter and try again.', {"fieldName": "entity"}
        )
    if strange := sent.keys() - {"entity_id", "increment_id", "state", "status"}:
        raise Refused(400, f"The demo shop saves no {', '.join(sorted(strange))}.")
    try:
        order = shop.order(sent["entity_id"])
    except KeyError:
        raise Missing from None
    if sent.get("increment_id") != order["increment_id"]:
        raise Refused(400, "Unique constraint violation found")
    changes = {name: sent[name] for name in ("state", "status") if name in sent}
    return shop.update_order(order["entity_id"], **changes)
