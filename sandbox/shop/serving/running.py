"""A demo shop in a thread of this process, behind its server."""

from __future__ import annotations

from abc import abstractmethod
from typing import Self

from sandbox.shop.base import Shop
from sandbox.shop.serving.server import Front, Server


class Running(Shop):
    """`with … as shop: shop.url`. `port` 0 takes a free one."""

    port = 0
    _server: Server | None = None

    @abstractmethod
    def front(self) -> Front:
        """What the shop answers over HTTP."""

    def start(self) -> Self:
        """Serve on 127.0.0.1 in a thread of its own."""
        self.stopping.clear()
        self._server = Server(self, self.front(), self.port)
        self._server.start()
        return self

    def stop(self) -> None:
        """Stop serving; hanging requests are let go."""
        self.stopping.set()
        self.hooks.stop()
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, without a trailing slash."""
        if self._server is None:
            raise RuntimeError("the shop is not running")
        return self._server.url
