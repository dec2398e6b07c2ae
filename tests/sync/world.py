"""A shop, a Xero and the heart between them, over real HTTP on loopback.

`World` drives the verbs that workers would run; its clock moves instead of waiting. `books`
is the one assertion behind most tests: what the shop charged stands in Xero exactly once,
nothing is stuck, and running everything again adds and changes nothing.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.db import connection, transaction

from accounts_mapping.models import save_rules
from accounts_mapping.rules.schema import StoreRules
from connector.lib import clock
from sandbox.magento import DemoShop
from sandbox.xero import CLIENT_ID, CLIENT_SECRET, StandIn
from stores.canonical.records import Stream
from stores.models import Cursor, Store
from stores.settings import StoreSettings
from sync.dispatch import freshness
from sync.dispatch.send import Idle, drain
from sync.flow import steps
from sync.ingest.pull import pull
from sync.models import Dispatch, OrganisationRun, Posting, TrackedOrder, TrackedProduct
from sync.rebuild import rebuild
from xero.api import gateway
from xero.login import identity, oauth
from xero.models import Organisation, XeroApp

CALLBACK = "http://localhost:8000/xero/callback/"
RULES: dict[str, Any] = {
    "statuses": {
        "invoice": ["processing", "complete", "pending"],
        "reverse": ["canceled"],
        "paid": ["processing", "complete"],
    },
    "accounts": {
        "sales": "200",
        "shipping": "202",
        "discounts": "205",
        "rounding": "860",
        "other_income": "260",
    },
    "payment_accounts": {"checkmo": "970", "*": "090"},
    "tax": {
        "none": "EXEMPTOUTPUT",
        "out_of_scope": "BASEXCLUDED",
        "rules": [
            {"rate": "10", "tax_type": "OUTPUT"},
            {"country": "export", "rate": "0", "tax_type": "EXEMPTEXPORT"},
        ],
    },
}
Order = dict[str, Any]
_MONEY = ("InvoiceNumber", "Status", "Total", "TotalTax", "AmountDue", "AmountPaid")


class Time:
    """The product's clock, for connector and stand-in alike, that a test moves.

    The test's own thread never waits: what it would sleep is added instead.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.offset = 0.0
        self._main = threading.get_ident()
        sleep, monotonic, now = time.sleep, time.monotonic, time.time
        monkeypatch.setattr(clock, "timestamp", lambda: now() + self.offset)
        monkeypatch.setattr(clock, "monotonic", lambda: monotonic() + self.offset)
        monkeypatch.setattr(clock, "sleep", lambda seconds: self._sleep(seconds, sleep))

    def _sleep(self, seconds: float, really: Any) -> None:
        if threading.get_ident() == self._main:
            self.forward(seconds)
        else:
            really(max(0.0, seconds))

    def forward(self, seconds: float = 0, **parts: float) -> None:
        """Let so much time pass."""
        self.offset += max(0.0, seconds) + timedelta(**parts).total_seconds()


def watch_transactions(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Refuse every HTTP call that is made inside a transaction; the calls that were made.

    A test that runs in a transaction of its own counts from there.
    """
    outside = len(connection.atomic_blocks)
    calls: list[str] = []

    def check(what: str) -> None:
        calls.append(what)
        assert len(connection.atomic_blocks) == outside, f"{what} inside a transaction"

    exchange, request = gateway._exchange, requests.Session.request

    def watched_exchange(*args: Any) -> Any:
        check(args[1].kind)
        return exchange(*args)

    def watched_request(session: Any, method: str, url: str, *args: Any, **options: Any) -> Any:
        check(f"{method} {url}")
        return request(session, method, url, *args, **options)

    monkeypatch.setattr(gateway, "_exchange", watched_exchange)
    monkeypatch.setattr(requests.Session, "request", watched_request)
    return calls


@dataclass
class World:
    """One organisation with its stores. `store` and `shop` are the first of them."""

    xero: StandIn
    time: Time
    app: XeroApp
    organisation: Organisation
    shops: dict[int, DemoShop] = field(default_factory=dict)
    stores: list[Store] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return self.stores[0]

    @property
    def shop(self) -> DemoShop:
        return self.shops[self.stores[0].pk]

    # --- setting up -----------------------------------------------------------------------

    def add_store(
        self, shop: DemoShop, slug: str = "au", prefix: str = "S1-", **extra: Any
    ) -> Store:
        profile = StoreSettings.model_validate(
            {
                "slug": slug,
                "platform": "magento",
                "url": shop.url,
                "organisation": self.organisation.name,
                "base_currency": "AUD",
                "timezone": "Australia/Sydney",
                "country": "AU",
                "number_prefix": prefix,
                "credentials": {"bearer": shop.credentials.access_token},
                **extra,
            }
        )
        store = Store(organisation=self.organisation)
        store.apply(profile)
        store.save()
        self.stores.append(store)
        self.shops[store.pk] = shop
        self.save_rules(store=store)
        return store

    def change_store(self, store: Store | None = None, **changes: Any) -> None:
        """Change settings of a store as the configuration import would."""
        store = store or self.store
        profile = store.profile.model_dump(mode="json", by_alias=True, exclude={"credentials"})
        store.apply(StoreSettings.model_validate({**profile, **changes}))
        store.save()

    def save_rules(self, store: Store | None = None, **sections: Any) -> None:
        """The usual rules with some sections replaced or, being dicts, extended."""
        rules = {
            key: {**value, **sections.pop(key, {})} if isinstance(value, dict) else value
            for key, value in RULES.items()
        }
        save_rules(store or self.store, StoreRules.model_validate({**rules, **sections}))

    # --- what workers do --------------------------------------------------------------------

    def pull(self, store: Store | None = None, **options: Any) -> Any:
        return pull(store or self.store, Stream.ORDERS, **options)

    def pull_products(self, store: Store | None = None) -> Any:
        return pull(store or self.store, Stream.PRODUCTS)

    def build(self) -> int:
        return sum(steps.build_store(self.fresh(store)) for store in self.stores)

    def send(self) -> Idle:
        """One worker's turn; no time passes."""
        return drain(self.organisation)

    def write_back(self) -> None:
        """Tell the shops what they are owed, as far as it is due."""
        for store in self.stores:
            steps.write_to(self.fresh(store))

    def work(self, patience: timedelta = timedelta(minutes=30)) -> None:
        """Build and send until nothing is due within `patience`, moving the clock."""
        for _ in range(300):
            self.build()
            idle = self.send()
            times = [idle.until]
            for rows in (TrackedOrder.objects.all(), TrackedProduct.objects.wanted()):
                due = rows.filter(build_at__isnull=False, store__enabled=True)
                times += due.values_list("build_at", flat=True)
            later = min((moment for moment in times if moment is not None), default=None)
            if later is None or later - clock.now() > patience or not self._reachable():
                return
            # What is due and was not done waits for the next sweep.
            overdue = timedelta(minutes=1) if later <= clock.now() else timedelta(0)
            self.time.forward((max(later, clock.now()) - clock.now() + overdue).total_seconds())
        raise AssertionError("the heart never comes to rest")

    def _reachable(self) -> bool:
        self.organisation.refresh_from_db()
        return not self.organisation.unavailable_reason()

    def sync(self) -> None:
        for store in self.stores:
            self.pull(store)
        self.work()

    def new_process(self) -> None:
        """What a process keeps in memory is forgotten."""
        freshness._seen.clear()

    @staticmethod
    def fresh(store: Store) -> Store:
        return Store.objects.select_related("organisation").get(pk=store.pk)

    # --- what is there ----------------------------------------------------------------------

    def place(self, *, shop: DemoShop | None = None, **wish: Any) -> dict[str, Any]:
        """A paid order of one mug by card, unless told otherwise."""
        wish = {"items": [("MUG-STN", 1)], "status": "processing", "coupon": "", **wish}
        wish = {"payment_method": "checkmo", "foreign": False, **wish}
        return (shop or self.shop).place_order(**wish)

    def part_paid(self, order: dict[str, Any], amount: str) -> None:
        """Only so much of an order has been received."""
        paid = float(amount)
        rest = round(order["grand_total"] - paid, 2)
        order["payment"].update(amount_paid=paid, base_amount_paid=paid)
        self.shop.update_order(
            order["entity_id"], total_paid=paid, base_total_paid=paid, total_due=rest,
            base_total_due=rest,
        )  # fmt: skip

    def bought_by(
        self,
        order: dict[str, Any],
        name: str,
        email: str,
        customer: int | None = None,
        *,
        shop: DemoShop | None = None,
    ) -> None:
        """Make somebody else the buyer: a customer, or a guest without a number."""
        first, _, last = name.partition(" ")
        assigned = order["extension_attributes"]["shipping_assignments"][0]["shipping"]
        for address in (order["billing_address"], assigned.get("address") or {}):
            address.update(firstname=first, lastname=last, email=email)
        (shop or self.shop).update_order(
            order["entity_id"],
            customer_firstname=first,
            customer_lastname=last,
            customer_email=email,
            customer_id=customer,
            customer_is_guest=int(customer is None),
        )

    def spoil(self, order: dict[str, Any], **item: Any) -> None:
        """Overwrite fields of an order's first line."""
        order["items"][0].update(item)
        self.shop.update_order(order["entity_id"])

    def row(self, order: dict[str, Any], store: Store | None = None) -> TrackedOrder:
        return TrackedOrder.objects.get(
            store=store or self.store, source_id=str(order["entity_id"])
        )

    def posting(
        self, order: dict[str, Any], purpose: str = "invoice", revision: int = 1
    ) -> Posting:
        return self.row(order).postings.get(purpose=purpose, revision=revision)

    def number(self, order: dict[str, Any]) -> str:
        return f"{self.store.number_prefix}{order['increment_id']}"

    def rebuild(self, *orders: dict[str, Any]) -> None:
        """As a person's click on the orders' pages."""
        rebuild([self.row(order).pk for order in orders])

    def codes(self, order: dict[str, Any]) -> list[str]:
        """Reason codes of the order and of its documents."""
        row = self.row(order)
        found = [reason["code"] for reason in row.reasons]
        for posting in row.postings.order_by("pk"):
            found += [reason["code"] for reason in posting.reasons]
        return found

    def invoices(self) -> dict[str, dict[str, Any]]:
        """Sales invoices in Xero that stand, by number."""
        found = self.xero.ledger(self.organisation.tenant_id)["Invoices"]
        sales = [one for one in found if one["Type"] == "ACCREC"]
        standing = [one for one in sales if one["Status"] not in ("VOIDED", "DELETED")]
        by_number = {one["InvoiceNumber"]: one for one in standing}
        assert len(by_number) == len(standing)
        return by_number

    def payments(self) -> list[dict[str, Any]]:
        found = self.xero.ledger(self.organisation.tenant_id)["Payments"]
        return [one for one in found if one["Status"] != "DELETED"]

    def contacts(self) -> list[dict[str, Any]]:
        return list(self.xero.ledger(self.organisation.tenant_id)["Contacts"])

    def items(self) -> dict[str, dict[str, Any]]:
        """Items in Xero, by code."""
        found = self.xero.ledger(self.organisation.tenant_id)["Items"]
        by_code = {one["Code"]: one for one in found}
        assert len(by_code) == len(found)
        return by_code

    def calls(self) -> Counter[str]:
        return Counter(self.xero.tenant_stats(self.organisation.tenant_id)["by_call"])

    def writes(self) -> int:
        return sum(n for call, n in self.calls().items() if call.startswith(("PUT", "POST")))


def connect(xero: StandIn) -> tuple[XeroApp, Organisation]:
    """Log in at the stand-in as a person would; Demo Company (AU)."""
    app = XeroApp.objects.create(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    return app, log_in(app)


def log_in(app: XeroApp) -> Organisation:
    """Connect, or reconnect."""
    address, _ = identity.authorisation_address(app, CALLBACK)
    answer = requests.get(address, allow_redirects=False, timeout=5)
    code = parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]
    return oauth.finish(app, code, CALLBACK)[0]


@contextmanager
def forgotten(world: World) -> Iterator[None]:
    """What happens inside happens in Xero and in the shop; the database is then restored."""
    before = transaction.savepoint()
    yield
    transaction.savepoint_rollback(before)
    world.new_process()
    world.organisation.refresh_from_db()


# --- assertions -------------------------------------------------------------------------------


def money(value: object) -> Decimal:
    return Decimal(str(value or 0)).quantize(Decimal("0.01"))


def expected_of(order: dict[str, Any]) -> tuple[Decimal, Decimal, Decimal]:
    """Total, tax and amount due by the shop's own figures."""
    total = money(order["grand_total"])
    return total, money(order["tax_amount"]), total - money(order.get("total_paid"))


def at_rest() -> None:
    """Every posting and request has come to its end, and nobody holds a lease.

    But for payments behind an invoice that waits for a person.
    """
    open_postings = Posting.objects.waiting().exclude(parent__state__in=("held", "dead"))
    assert list(open_postings.values_list("key", "state")) == []
    assert list(Dispatch.objects.exclude(state="done").values_list("kind", "state")) == []
    assert not OrganisationRun.objects.filter(claimed_until__isnull=False).exists()
    assert not Cursor.objects.filter(claimed_until__isnull=False).exists()
    assert not TrackedOrder.objects.filter(claimed_until__isnull=False).exists()
    assert list(TrackedOrder.objects.filter(build_at__isnull=False)) == []


def in_xero(world: World, *orders: dict[str, Any], store: Store | None = None) -> None:
    """Each order stands in Xero once, with its total, its tax and what is still due."""
    invoices = world.invoices()
    prefix = (store or world.store).number_prefix
    for order in orders:
        found = invoices[f"{prefix}{order['increment_id']}"]
        assert (found["Total"], found["TotalTax"], found["AmountDue"]) == expected_of(order)


def ledger_agrees(world: World) -> None:
    """What we believe to be in Xero is there, each document claimed by one posting only."""
    posted = Posting.objects.filter(organisation=world.organisation, state="posted")
    for kind, there in (
        ("invoice", {one["InvoiceID"] for one in world.invoices().values()}),
        ("payment", {one["PaymentID"] for one in world.payments()}),
    ):
        ours = list(posted.filter(kind=kind).values_list("xero_id", flat=True))
        assert len(set(ours)) == len(ours), f"two postings claim one {kind}"
        assert set(ours) <= there


def picture(world: World) -> dict[str, Any]:
    """The books in Xero, comparable between two moments and between two runs."""
    numbers = {one["InvoiceID"]: one["InvoiceNumber"] for one in world.invoices().values()}
    return {
        "invoices": {
            number: tuple(one[name] for name in _MONEY) for number, one in world.invoices().items()
        },
        "payments": sorted(
            (numbers.get(one["Invoice"]["InvoiceID"], "?"), one["Amount"], one["Reference"])
            for one in world.payments()
        ),
        "contacts": sorted(one["Name"] for one in world.contacts()),
    }


def idempotent(world: World) -> None:
    """I6: reading and building everything again writes nothing to Xero."""
    before, writes = picture(world), world.writes()
    documents = Posting.objects.exclude(payload="{}")  # without links to known contacts
    states = Counter(documents.values_list("kind", "state"))
    Cursor.objects.update(position=None)
    TrackedOrder.objects.update(build_at=clock.now())
    world.new_process()
    world.sync()
    assert picture(world) == before
    assert world.writes() == writes
    assert Counter(documents.values_list("kind", "state")) == states


def books(
    world: World, *, held: Sequence[Order] = (), skipped: Sequence[Order] = (), others: int = 0
) -> None:
    """Every order that the shops have stands in Xero once; nothing is stuck; again is nothing.

    But for those that a test says are `held`, or `skipped` by a rule; and those alone.
    `others` is how many invoices in Xero are a person's.
    """
    at_rest()
    sold = 0
    excepted = {id(order): "held" for order in held} | {id(order): "skipped" for order in skipped}
    for store in world.stores:
        for order in world.shops[store.pk].orders:
            row = world.row(order, store)
            expected = excepted.pop(id(order), "ready")
            assert row.state == expected, (row.number, row.state, row.reasons)
            if expected == "ready":
                assert row.label == "posted", (row.number, row.label, row.reasons)
                in_xero(world, order, store=store)
                sold += 1
    assert not excepted, "orders that no shop has"
    assert sold, "nothing was sold, so nothing is proved"
    assert len(world.invoices()) == sold + others
    ledger_agrees(world)
    idempotent(world)
