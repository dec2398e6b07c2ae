"""Orders as the API shows them: a row of the list, and the record itself by version."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sandbox.cscart.notation import keyed, number, text
from sandbox.cscart.orders.header import ROW_ONLY
from sandbox.cscart.versions import Version

_ROW = (
    "order_id", "issuer_id", "user_id", "is_parent_order", "parent_order_id", "company_id",
    "timestamp", "firstname", "lastname", "email", "phone", "status", "total", "invoice_id",
    "credit_memo_id", "points",
)  # fmt: skip
# What an older version does not know.
_NEWER = ("updated_at", "storefront_id", "profile_id", "user_type")
# What an older one has of the account that ordered.
_OLDER: Mapping[str, Any] = {
    "is_root": "", "birthday": "", "purchase_timestamp_from": "", "purchase_timestamp_to": "",
    "responsible_email": "", "last_passwords": "", "password_change_timestamp": "",
    "api_key": "",
}  # fmt: skip
_PHP_BOOLEANS = ("deleted_product", "is_accessible", "shared_product")


def row(order: Mapping[str, Any]) -> dict[str, Any]:
    """What the list tells: neither lines nor taxes."""
    return {key: order[key] for key in _ROW}


def detail(order: Mapping[str, Any], version: Version) -> dict[str, Any]:
    """The record of one order."""
    found = {key: value for key, value in order.items() if key not in ROW_ONLY}
    if version.documents_in_order:
        documents = {"I": order["invoice_id"], "C": order["credit_memo_id"]}
        found["doc_ids"] = keyed({key: value for key, value in documents.items() if value})
    if not version.dates_changes:
        found = {key: value for key, value in found.items() if key not in _NEWER} | dict(_OLDER)
        for key in ("discount", "subtotal_discount", "payment_surcharge"):
            found[key] = text(Decimal(str(found[key])))
    else:
        found["need_shipping"] = int(found["need_shipping"])
        found["products"] = {key: _numbered(one) for key, one in found["products"].items()}
    if version.shipping_by_id:
        found["shipping"] = keyed({
            one["shipping_id"]: {
                "shipping": one["shipping"], "rates": [one["rate"]],
                "packages_info": {"C": found["subtotal"], "W": "0.01", "I": 1},
            }
            for one in found["shipping"]
        })  # fmt: skip
    return found


def _numbered(product: Mapping[str, Any]) -> dict[str, Any]:
    """Newer versions write 0 and 1 where older ones write false and true."""
    return dict(product) | {key: int(product[key]) for key in _PHP_BOOLEANS}


def quantity(amount: Decimal) -> str:
    """How many there are of a product, as text."""
    return str(number(amount))
