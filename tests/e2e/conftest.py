"""A real browser against a real server on loopback."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.e2e.chromium import ARGUMENTS, CHROMIUM
from tests.web.factories import (
    PASSWORD,
    MappingFactory,
    OrderFactory,
    PostingFactory,
    StoreFactory,
    UserFactory,
    reason,
)

WIDE = {"width": 1280, "height": 900}
ROOM = {"width": 900, "height": 900}
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session", autouse=True)
def _database_beside_a_browser() -> Iterator[None]:
    """Playwright runs an event loop in this thread, which Django would take for an async view."""
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def world(transactional_db: None) -> dict[str, Any]:
    """Ana, a store, 60 orders of which two need her."""
    ana = UserFactory(username="ana")
    store = StoreFactory(slug="au")
    MappingFactory(store=store)
    for n in range(1, 59):
        PostingFactory(order=OrderFactory(store=store, source_id=str(n), number=f"{n:09d}"))
    for n in (59, 60):
        OrderFactory(
            store=store, source_id=str(n), number=f"{n:09d}", label="held", state="held",
            customer_name="محمد عبد الله الفارسي",
            reasons=[reason("tax_unmapped", "No tax rule fits 15 % in NZ.", "tax.rules")],
        )  # fmt: skip
    return {"ana": ana, "store": store}


class Surfer:
    """Opens pages, and keeps what the browser complained about."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.address = address
        self.complaints: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def open(self, *, log_in: bool = True, **options: Any) -> Page:
        context = self._browser.new_context(**({"viewport": WIDE} | options))
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        if log_in:
            page.goto(f"{self.address}/accounts/login/")
            page.fill("[name=login]", "ana")
            page.fill("[name=password]", PASSWORD)
            page.click("main button[type=submit]")
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def close(self) -> None:
        for context in self._contexts:
            context.close()


@pytest.fixture
def surfer(browser: Browser, live_server: Any, world: dict[str, Any]) -> Iterator[Surfer]:
    """The browser must have nothing to complain about: no error, no breach of the policy."""
    one = Surfer(browser, live_server.url)
    yield one
    one.close()
    assert one.complaints == []
