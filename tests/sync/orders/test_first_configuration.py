"""The example that README and the first page show: what it does to a shop's real mix of orders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from connector.configuration.importing import import_configuration, mapping_problems
from connector.lib import clock
from sandbox.magento import DemoShop
from sandbox.shop.made_up.demand import Plan
from stores.adapters.magento.profile import PROFILE
from stores.models import Store
from sync.models import TrackedOrder
from tests.sync.world import World

EXAMPLE = PROFILE.example
BLOCK = EXAMPLE[EXAMPLE.index("    credentials:") : EXAMPLE.index("    organisation:")]


def test_the_example_makes_drafts_of_what_a_shop_sold_and_holds_nothing(
    world: World, open_shop: Callable[..., DemoShop]
) -> None:
    shop = open_shop(orders=60, plan=Plan(), days=10)
    since = (clock.now() - timedelta(days=60)).date().isoformat()
    text = (
        EXAMPLE.replace(BLOCK, f"    credentials: {{bearer: {shop.credentials.access_token}}}\n")
        .replace("https://shop.example.com", shop.url)
        .replace("2026-11-01", since)
    )
    Store.objects.all().delete()
    import_configuration(text, lookup={}.get)
    store = Store.objects.get()
    assert mapping_problems(store) == ([], [])
    assert not store.enabled, "nothing is read before a person says so"
    import_configuration(text.replace("enabled: false", "enabled: true"), lookup={}.get)
    world.stores[:], world.shops = [world.fresh(store)], {store.pk: shop}
    world.sync()

    states = Counter(TrackedOrder.objects.values_list("state", flat=True))
    assert states["held"] == 0
    assert states["ready"] >= 40
    assert states.total() == 60
    invoices = world.invoices().values()
    assert {one["Status"] for one in invoices} == {"DRAFT"}
    assert len(invoices) == states["ready"]
    assert world.payments() == []
