"""How many of a product may still be sold, in shops with Magento's multi-source inventory.

There an order reserves goods, and only the shipment takes them off the quantity on hand. A shop
without those modules has no such routes: it lowers the quantity at the order.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connector.lib.errors import Misconfigured, NeedsAttention, Rejected
from connector.lib.money import ZERO
from stores.adapters.magento.client import Filter, MagentoClient, in_path
from stores.adapters.magento.errors import is_missing_right, unexpected
from stores.raw import Raw

DEFAULT_STOCK = 1
SEVERAL_STOCKS = "several_stocks"
# A shop has a handful of sources; more of one product than a page holds are not counted.
_SOURCES = 300


class Inventory:
    """One shop's reservations; remembers whether it has any, and which stock it sells from."""

    def __init__(self, client: MagentoClient) -> None:
        self._client = client
        self._stock: int | None = None
        self.present = True

    def salable(self, sku: str) -> Any | None:
        """The salable quantity as Magento gives it: lowered by what is ordered and not shipped,
        and by the out-of-stock threshold. None where the shop reserves nothing, of this product
        or at all.

        Raises what stops the caller: a right that is missing proves that orders do reserve.
        """
        if not self.present:
            return None
        try:
            stock = self._sold_from()
            return self._client.get(
                f"inventory/get-product-salable-quantity/{in_path(sku)}/{stock}"
            )
        except Misconfigured as error:
            if error.code != "wrong_address":
                raise
            self.present = False
        except Rejected as error:
            if error.code != "http_400":
                raise  # a 400 is for types of products that have no stock of their own
        return None

    def everywhere(self, sku: str) -> Decimal | None:
        """How many of a product all sources have; None where that may not be read. A stock item
        tells of the default source only."""
        at_sku = ((Filter("sku", "eq", sku),),)
        try:
            found = self._client.search("inventory/source-items", at_sku, page_size=_SOURCES)
        except NeedsAttention as error:
            if is_missing_right(error) or error.code in ("wrong_address", "not_found"):
                return None
            raise
        rows = [Raw(row) for row in found.items]
        return sum((row.number("quantity") for row in rows if row.text("status") == "1"), ZERO)

    def _sold_from(self) -> int:
        """The stock that the websites sell from: the default one, or the only one."""
        if self._stock is None:
            found = {stock for code in self._websites() if (stock := self._stock_of(code))}
            if len(found) > 1 and DEFAULT_STOCK not in found:
                raise Misconfigured(
                    f"The websites of {self._client.shop} sell from several stocks "
                    f"({', '.join(map(str, sorted(found)))}), none of them the default one.",
                    code=SEVERAL_STOCKS,
                    hint="Only one stock can be kept: set streams.stock to off, or assign the "
                    "website to the default stock.",
                    field="streams.stock",
                )
            only = found.pop() if len(found) == 1 else DEFAULT_STOCK
            self._stock = only
        return self._stock

    def _websites(self) -> list[str]:
        """Their codes; none where they may not be read."""
        try:
            rows = self._client.get("store/websites")
        except NeedsAttention as error:
            if not is_missing_right(error):
                raise
            return []
        rows = rows if isinstance(rows, list) else []
        return [str(row["code"]) for row in rows if row.get("code") and row.get("id") != 0]

    def _stock_of(self, website: str) -> int | None:
        """None for a website that has no stock."""
        try:
            answer = self._client.get(f"inventory/stock-resolver/website/{in_path(website)}")
        except Rejected as error:
            if error.code != "not_found":
                raise
            return None
        stock = answer.get("stock_id") if isinstance(answer, dict) else None
        if not isinstance(stock, int):
            raise unexpected(self._client.shop, "answers a website's stock without its id")
        return stock
