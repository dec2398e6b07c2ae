"""The demo shop with its server, as tests and the process run it."""

from __future__ import annotations

from typing import Any

from sandbox.opencart.api.front import OpenCartFront
from sandbox.opencart.shop import OpenCartShop
from sandbox.shop.serving.running import Running


class DemoShop(OpenCartShop, Running):
    """An OpenCart shop in a thread: `with DemoShop(orders=50, version="4") as shop: shop.url`.

    It takes what `OpenCartShop` takes, and a `port`; 0 is any free one.
    """

    def __init__(self, *, port: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.port = port

    def front(self) -> OpenCartFront:
        return OpenCartFront(self)

    @property
    def pairing_code(self) -> str:
        """What the extension shows in the admin."""
        return self.keys.pairing_code(self.url)

    def state(self) -> dict[str, Any]:
        return super().state() | {"pairing_code": self.pairing_code}
