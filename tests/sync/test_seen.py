"""What orders showed: counted exactly, whoever counts, and however often an order is read."""

from __future__ import annotations

from decimal import Decimal

from accounts_mapping.models import SeenFact
from accounts_mapping.seen.facts import Showed
from accounts_mapping.seen.read import Seen, seen
from connector.lib import clock
from stores.models import Store
from sync import seen as counting
from sync.flow.sweep import sweep
from sync.ingest.probe import probe
from sync.models import TrackedOrder
from tests.sync.world import World


def shown(world: World, showed: Showed) -> dict[tuple[str, ...], Seen]:
    return {one.key: one for one in seen(world.store, showed)}


def count(world: World) -> None:
    world.pull()
    counting.see_all(world.store)


def test_what_orders_show_is_counted_with_their_money(world: World) -> None:
    first = world.place(customer=1, payment_method="checkmo")
    second = world.place(customer=2, payment_method="checkmo")
    other = world.place(customer=3, payment_method="banktransfer")
    count(world)
    methods = shown(world, Showed.PAYMENT_METHOD)
    found = methods["checkmo", "AUD"]
    money = sum(Decimal(str(one["grand_total"])) for one in (first, second))
    assert (found.orders, found.sums[0].amount, found.sums[0].currency) == (2, money, "AUD")
    assert found.last_at is not None
    assert methods["banktransfer", "AUD"].sample == other["increment_id"]
    assert shown(world, Showed.STATUS)["processing",].orders == 3
    (tax,) = shown(world, Showed.TAX).values()
    assert (tax.part("country"), tax.part("rate"), tax.orders) == ("AU", "10", 3)


def test_an_order_that_changed_counts_as_it_is_now_and_once(world: World) -> None:
    order = world.place(customer=1)
    world.place(customer=2)
    count(world)
    world.shop.update_order(order["entity_id"], status="complete", state="complete")
    count(world)
    counting.see_again(world.store)
    count(world)
    statuses = shown(world, Showed.STATUS)
    assert {key: one.orders for key, one in statuses.items()} == {
        ("processing",): 1, ("complete",): 1
    }  # fmt: skip
    assert shown(world, Showed.CURRENCY)["AUD",].orders == 2
    assert statuses["processing",].sample != order["increment_id"]


def test_two_that_count_the_same_order_count_it_once(world: World, monkeypatch) -> None:
    world.place()
    world.pull()
    shown_of = counting._shown

    def beaten(*args):
        monkeypatch.setattr(counting, "_shown", shown_of)
        counting.see_all(Store.objects.get(pk=world.store.pk))  # another process, meanwhile
        return shown_of(*args)

    monkeypatch.setattr(counting, "_shown", beaten)
    counting.see(world.store)
    assert set(SeenFact.objects.filter(orders__gt=0).values_list("orders", flat=True)) == {1}


def test_an_order_that_cannot_be_read_shows_nothing_and_is_no_work_for_ever(world: World) -> None:
    world.spoil(world.place(), price="N/A")
    count(world)
    assert seen(world.store) == []
    assert not TrackedOrder.objects.unseen().exists()


def test_a_sweep_has_them_counted_without_an_organisation(world: World, bell) -> None:
    world.place()
    world.pull()
    Store.objects.update(organisation=None, organisation_name="Not connected yet")
    sweep()
    assert ("sync.see", (world.store.pk,)) in bell.rings
    bell.answer()
    assert shown(world, Showed.PAYMENT_METHOD)["checkmo", "AUD"].orders == 1
    assert world.store.orders.get().build_at is not None


def test_what_is_of_a_part_that_is_not_read_shows_that_part_only(world: World) -> None:
    world.place()
    world.change_store(only={"store_views": ["Nowhere"]})
    count(world)
    assert {one.showed for one in seen(world.store)} == {Showed.STORE_VIEW}


def test_a_shop_is_asked_again_once_a_day_and_while_it_is_away_its_last_word_stays(
    world: World, bell
) -> None:
    world.place()
    probe(world.store)
    before = world.fresh(world.store).facts
    sweep()
    assert ("sync.look", (world.store.pk,)) not in bell.rings
    world.time.forward(days=1, minutes=1)
    world.shop.stop()
    for _ in range(2):
        sweep()
        bell.answer()
    store = world.fresh(world.store)
    assert store.facts == before
    assert store.look_at > clock.now()
