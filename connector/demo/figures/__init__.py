"""What a demo shop says that its orders come to: a reader for each platform that sells here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connector.demo.checking import Sold
from connector.demo.figures import cscart, magento, opencart
from connector.demo.remotes import Shop

_READERS: dict[str, Callable[[Shop], Iterator[Sold]]] = {
    "magento": magento.orders_of,
    "opencart": opencart.orders_of,
    "cscart": cscart.orders_of,
}


def orders_of(shop: Shop) -> Iterator[Sold]:
    """Every order of the shop, with exact amounts."""
    return _READERS[shop.platform](shop)
