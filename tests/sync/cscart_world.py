"""A world whose one store is a CS-Cart demo shop with the add-on, and the rows that tests prove."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from connector.configuration.importing import import_configuration
from sandbox.cscart import DemoShop
from sandbox.shop.made_up.demand import Plan
from stores.canonical.records import Stream
from stores.models import Store
from sync.flow import steps
from tests.sync.world import RULES, World, money

PROVEN: dict[str, list[str]] = {}
Test = TypeVar("Test", bound=Callable[..., None])
STATUSES = {"invoice": ["P", "C"], "reverse": ["I", "D"], "refunded": ["R"], "paid": ["P", "C"]}


def proves(*rows: str) -> Callable[[Test], Test]:
    def note(test: Test) -> Test:
        for row in rows:
            PROVEN.setdefault(row, []).append(test.__name__)
        story: Test = pytest.mark.stories(test)
        return story

    return note


@pytest.fixture
def shop(settings: Any) -> Iterator[DemoShop]:
    with opened() as running:
        yield running


def opened(*, inclusive: bool = True, **options: Any) -> DemoShop:
    plan = Plan(customers=50, paid_only=True, foreign=0, inclusive=inclusive)
    return DemoShop(addon=True, plan=plan, **options)


@pytest.fixture
def cs(world: World, shop: DemoShop) -> World:
    """A world whose one store is a CS-Cart shop with the add-on."""
    return joined(world, shop)


def joined(world: World, shop: DemoShop) -> World:
    Store.objects.all().delete()
    world.stores.clear()
    configure(shop)
    world.stores.append(Store.objects.get())
    return world


def configure(shop: DemoShop, keys: dict[str, str] | None = None, **more: Any) -> None:
    """The store's section: sections that are dicts are extended, others replaced."""
    own = shop.keys.credentials
    store: dict[str, Any] = {
        **RULES, "slug": "cs", "platform": "cscart", "url": shop.url,
        "credentials": keys or {"key": own.key, "secret": own.secret},
        "organisation": "Demo Company (AU)", "base_currency": "AUD", "country": "AU",
        "timezone": "Australia/Sydney", "number_prefix": "CS-", "statuses": STATUSES,
        "payment_accounts": {"Credit card": "970", "*": "090"},
    }  # fmt: skip
    for key, value in more.items():
        both = isinstance(value, dict) and isinstance(store.get(key), dict)
        store[key] = {**store[key], **value} if both else value
    text = json.dumps({"version": "1", "stores": [store]})
    import_configuration(text.replace('"1"', "1", 1), lookup={}.get)


def sold(shop: DemoShop, status: str = "P", **wish: Any) -> dict[str, Any]:
    """A paid order of one mug by card, unless told otherwise."""
    usual = {"items": [("MUG-STN", 1)], "coupon": "", "shipping": "flat", "customer": 1}
    usual |= {"payment_method": "Credit card", "foreign": False, "guest": False}
    return shop.place_order(**{**usual, "status": status, **wish})


def number(order: dict[str, Any]) -> str:
    return f"CS-{order['order_id']}"


def later(cs: World) -> None:
    cs.time.forward(minutes=6)
    cs.sync()


def credit_notes(cs: World) -> list[Decimal]:
    found = cs.xero.ledger(cs.organisation.tenant_id)["CreditNotes"]
    return [money(one["Total"]) for one in found]


def moneys(cs: World) -> list[dict[str, Any]]:
    """Bank transactions."""
    return list(cs.xero.ledger(cs.organisation.tenant_id)["BankTransactions"])


def read(cs: World, stream: Stream) -> int:
    """One reading of a stream, and what follows; how much changed."""
    cs.time.forward(minutes=20)
    run = steps.read_stream(cs.fresh(cs.store), stream)
    assert run is not None
    assert run.error == ""
    cs.work()
    return run.changed
