"""A person who sets a shop up in the browser, and the worker who does meanwhile what is due."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from sandbox.cscart import DemoShop as CSCart
from sandbox.magento import DemoShop as Magento
from sandbox.opencart import DemoShop as OpenCart
from sandbox.shop.made_up.demand import Plan
from sandbox.xero import CLIENT_ID, CLIENT_SECRET, StandIn
from stores.canonical.records import Stream
from stores.models import Cursor, Store
from sync.flow import steps
from sync.organisations import link_organisations
from xero.models import Organisation

PASSWORD = "quite a long one 77"
ORGANISATION = "Demo Company (AU)"
ORDERS = 25
PLAN = Plan(customers=20)
SHOPS: dict[str, Callable[[], Any]] = {
    "magento": lambda: Magento(orders=ORDERS, plan=PLAN),
    "opencart": lambda: OpenCart(orders=ORDERS, plan=PLAN),
    "cscart": lambda: CSCart(orders=ORDERS, plan=PLAN),
}
# The fields of its keys; a shop without shows a code.
KEYS = {
    "magento": ("consumer_key", "consumer_secret", "access_token", "access_token_secret"),
    "opencart": (),
    "cscart": ("email", "api_key"),
}


class Worker:
    """Does what a worker would have done by now."""

    def work(self) -> None:
        for organisation in Organisation.objects.filter(connected=True):
            if organisation.reference_refreshed_at is None:
                steps.refresh(organisation)
        link_organisations()
        for store in Store.objects.all():
            if store.enabled and Cursor.of(store, Stream.ORDERS).is_due():
                steps.read_stream(store, Stream.ORDERS)
            steps.build_store(Store.objects.get(pk=store.pk))
        for organisation in Organisation.objects.filter(connected=True):
            steps.send_to(organisation)


@dataclass
class Person:
    """Goes the way that the pages lead, with the hands that `press` and `fill` are."""

    page: Page
    address: str
    shop: Any
    platform: str
    xero: StandIn
    worker: Worker

    def press(self, name: str | re.Pattern[str]) -> None:
        """Follow the link, or press the button, of this name."""
        link = self.page.locator("main").get_by_role("link", name=name)
        button = self.page.locator("main").get_by_role("button", name=name)
        self.activate(link.or_(button).first)

    def fill(self, label: str, value: str) -> None:
        self.write(self.page.get_by_label(label, exact=True).first, value)

    # --- the hands ---------------------------------------------------------------------------

    def activate(self, element: Locator) -> None:
        element.click()

    def write(self, element: Locator, value: str) -> None:
        element.fill(value)

    def choose(self, label: str) -> None:
        self.page.get_by_label(label).check()

    def no_day(self, element: Locator) -> None:
        element.fill("")

    def told(self, words: str) -> None:
        """The page says so, and is there to its end."""
        expect(self.page.locator(".notice.success").first).to_contain_text(words)
        self.page.wait_for_load_state()

    def stage_is_done(self) -> None:
        expect(self.page.locator(".stepper .current")).to_contain_text("Done: you are here")

    # --- the way -----------------------------------------------------------------------------

    def register(self) -> None:
        """The first visit."""
        self.page.goto(f"{self.address}/")
        self.fill("User name", "ana")
        self.fill("Password", PASSWORD)
        self.fill("Password again", PASSWORD)
        self.press("Create administrator")
        expect(self.page.locator(".stepper .current")).to_contain_text("Access")

    def log_in(self) -> None:
        """After a session that ended."""
        self.fill("User name", "ana")
        self.fill("Password", PASSWORD)
        self.press("Log in")

    def connect_xero(self) -> None:
        text = self.page.locator("main").inner_text()
        assert f"{self.address}/xero/callback/" in text
        assert f"{self.address}{reverse('sync:xero-hook')}" in text
        self.fill("Client ID", CLIENT_ID)
        self.fill("Client secret", CLIENT_SECRET)
        self.press("Save the app")
        self.press("Connect to Xero")
        expect(self.page.locator(".notice.success")).to_contain_text(f"{ORGANISATION} is connected")
        self.worker.work()

    def add_shop(self) -> None:
        self.press("Add the shop")
        self.press(re.compile(LABELS[self.platform]))
        self.fill("Name", "Corner shop")
        self.fill("Address of the shop", self.shop.url)
        self.fill("Currency of the shop", "AUD")
        self.fill("Time zone of the books", "Australia/Sydney")
        self.fill("Organisation in Xero", ORGANISATION)
        given = self.shop.state()["credentials"]
        for key in KEYS[self.platform]:
            self.write(self.page.locator(f"[name={key}]"), given[key])
        self.press("Add the store")
        expect(self.page.locator("h1")).to_have_text("Set up Corner shop")
        if KEYS[self.platform]:
            self.press("Test connection")
        else:
            self.fill("Pairing code", self.shop.pairing_code)
            self.press("Pair and test both ways")
        self.stage_is_done()

    def configure(self) -> None:
        self.press(re.compile("^Go on"))
        self.press("Read the last orders")
        expect(self.page.locator("main")).to_contain_text("20 orders of the shop are here")
        self.press(re.compile("that (is|are) no guess"))
        self.told("in the draft")
        if self.page.get_by_role("link", name="Choose one by one").count():
            self.choose_one_by_one()
        expect(self.page.locator("main")).to_contain_text(
            "Nothing that was seen would hold an order"
        )
        self.press("Publish the draft")
        expect(self.page.locator("h1")).to_have_text("Publish the draft of Corner shop")
        self.press("Publish the draft")
        self.stage_is_done()

    def choose_one_by_one(self) -> None:
        """Accounts that Xero lacks are made there, and what is only a guess is taken."""
        self.press("Choose one by one")
        expect(self.page.locator("h1")).to_have_text("Proposals for Corner shop")
        self.page.wait_for_load_state()
        while (make := self.page.get_by_role("button", name=re.compile("in Xero$"))).count():
            self.activate(make.first)
            self.told("is in Xero")
        while (accept := self.page.get_by_role("button", name=re.compile("^Accept "))).count():
            self.activate(accept.first)
            self.told("in the draft")
        self.press("Back to the set-up of Corner shop")
        expect(self.page.locator("h1")).to_have_text("Set up Corner shop")

    def validate(self) -> str:
        """The number of the order that was posted as a draft."""
        self.press(re.compile("^Go on"))
        expect(self.page.locator("#condition")).to_contain_text("in the shop")
        assert not self.invoices()
        post = self.page.get_by_role("link", name=re.compile("^Post order .* as a draft"))
        number = str(post.first.get_attribute("aria-label")).split()[2]
        self.activate(post.first)
        assert not self.invoices()
        self.press(f"Post order {number} as a draft")
        self.told("on the way to Xero")
        self.worker.work()
        self.page.reload()
        link = self.page.get_by_role("link", name="Open the draft in Xero")
        expect(link).to_have_attribute("href", re.compile(re.escape(self.xero.url)))
        return number

    def launch(self) -> None:
        self.press(re.compile("^Go on"))
        self.choose("Approved: payments follow at once")
        self.no_day(self.page.locator("[name=cut_over]"))
        self.press("Switch the shop on")
        expect(self.page.locator("main")).to_contain_text("All orders of the shop are posted")
        self.press("Switch Corner shop on")
        expect(self.page.locator(".notice.success")).to_contain_text("Corner shop is live")
        self.worker.work()

    def invoices(self) -> list[dict[str, Any]]:
        return self.xero.ledger(ORGANISATION)["Invoices"]


_STOPS = 200
_FOCUSED = "e => e === document.activeElement"


class Typist(Person):
    """Has no mouse: goes from field to field with Tab, and presses what has the focus."""

    def reach(self, element: Locator) -> None:
        element.wait_for()
        for _ in range(_STOPS):
            if element.evaluate(_FOCUSED):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no Tab leads to {element}")

    def activate(self, element: Locator) -> None:
        self.reach(element)
        self.page.keyboard.press("Enter")

    def write(self, element: Locator, value: str) -> None:
        self.reach(element)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(value)
        if element.get_attribute("role") == "combobox":
            self.page.keyboard.press("Enter")

    def choose(self, label: str) -> None:
        """Tab leads to what is chosen of a group, arrows from there on."""
        wanted = self.page.get_by_label(label)
        group = self.page.locator(f"[name={wanted.get_attribute('name')}]:checked")
        self.reach(group)
        for _ in range(5):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"no arrow leads to {label}")

    def no_day(self, element: Locator) -> None:
        """Its three parts, one by one."""
        self.reach(element)
        for _ in range(3):
            self.page.keyboard.press("Delete")
            self.page.keyboard.press("ArrowRight")
        expect(element).to_have_value("")


LABELS = {"magento": "Magento", "opencart": "OpenCart", "cscart": "CS-Cart"}
