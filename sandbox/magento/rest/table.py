"""A table of routes: a method, a pattern, the right that is needed, and who answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sandbox.magento.rest import rights, search
from sandbox.magento.rest.messages import Request
from sandbox.magento.rest.rights import Right
from sandbox.magento.shop import MagentoShop

Handler = Callable[[MagentoShop, Request, re.Match[str]], Any]
Found = tuple[re.Match[str], str, Handler]


class Routes:
    """Paths below `/rest/<store>/V1/`; called, it registers a handler for one."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, re.Pattern[str], Right, Handler]] = []

    def __call__(self, method: str, pattern: str, right: Right) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            self._rows.append((method, re.compile(pattern), right, handler))
            return handler

        return register

    def find(self, method: str, path: str) -> Found | None:
        """The first row that fits: what the path names, the right, and who answers."""
        for verb, pattern, right, handler in self._rows:
            match = pattern.fullmatch(path.rstrip("/"))
            if match and verb == method:
                return match, rights.needed(right, match), handler
        return None


def next_page(shop: MagentoShop, request: Request, name: str) -> None:
    """Let a test have its say before page 2 and later of a list is put together."""
    criteria = search.parse(request.query)
    if shop.between_pages is not None and (criteria.page or 1) > 1:
        shop.between_pages(name, criteria.page or 1)
