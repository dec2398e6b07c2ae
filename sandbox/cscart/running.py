"""The demo shop with its server, as tests and the process run it."""

from __future__ import annotations

from typing import Any

from sandbox.cscart.front import CSCartFront
from sandbox.cscart.shop import CSCartShop
from sandbox.shop.serving.running import Running


class DemoShop(CSCartShop, Running):
    """A CS-Cart shop in a thread: `with DemoShop(orders=50) as shop: shop.url`.

    It takes what `CSCartShop` takes, and a `port`; 0 is any free one.
    """

    def __init__(self, *, port: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.port = port

    def front(self) -> CSCartFront:
        return CSCartFront(self)

    @property
    def pairing_code(self) -> str:
        """What the add-on shows in the admin."""
        return self.keys.pairing_code(self.url)

    def state(self) -> dict[str, Any]:
        return super().state() | ({"pairing_code": self.pairing_code} if self.addon else {})
