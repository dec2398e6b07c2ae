"""Products as the API shows them."""

from __future__ import annotations

from typing import Any

from connector.lib.money import ZERO
from sandbox.cscart.api.records import quantity
from sandbox.cscart.goods.catalogue import Catalogue, Stocked
from sandbox.cscart.notation import text


def product(catalogue: Catalogue, one: Stocked) -> dict[str, Any]:
    """A row of the list of products, which is all that there is of one."""
    tracking = "D" if not one.ships else "O" if one.sizes else "B"
    category = catalogue.categories(one)
    return {
        "product_id": str(one.id), "product": one.name,
        "product_type": "V" if one.parent else "P", "parent_product_id": str(one.parent),
        "product_code": one.code, "status": "A", "company_id": one.company,
        "list_price": text(ZERO), "amount": quantity(one.amount), "weight": "0.000",
        "timestamp": "1328558400", "updated_timestamp": one.changed,
        "is_edp": "N" if one.ships else "Y", "edp_shipping": "N", "tracking": tracking,
        "is_returnable": "Y", "return_period": "10", "tax_ids": ",".join(one.taxes),
        "price": text(one.offered), "category_ids": [category], "main_category": category,
        "tracking_raw": None, "variation_features": {"18": {"variant": one.size}} if one.size
        else [], "base_price": text(one.price), "selected_options": [],
        "has_options": bool(one.sizes), "product_options": [], "discounts": {"A": 0, "P": 0},
        "product_features": [], "qty_content": [],
    } | one.more  # fmt: skip
