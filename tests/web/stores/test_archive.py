"""A store that is archived, and taken back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.test import Client

from connector.configuration.exporting import exported
from connector.configuration.importing import import_configuration
from connector.lib import clock
from connector.lib.errors import Misconfigured
from connector.models import InstallationChange
from stores.models import Store
from sync.management import named
from sync.models import Backfill
from sync.stock.take import take_stock
from tests.sync.ingest.test_hooks import send
from tests.web.factories import OrderFactory, StoreFactory

ADDRESS = "/stores/au/archive/"


def test_it_is_asked_what_becomes_of_it_and_nothing_is_done_yet(page: Client, store: Store) -> None:
    text = page.get(ADDRESS).text
    for said in ("switched off", "refused", store.number_prefix, "can be read here as before"):
        assert said in text
    assert not Store.objects.get().archived


def test_an_archived_store_is_off_every_list_and_its_orders_are_read(
    page: Client, store: Store, ana: Any
) -> None:
    order = OrderFactory(store=store, number="000000007")
    other = StoreFactory(slug="nz", name="NZ shop", organisation=store.organisation)
    page.post(ADDRESS, {"away": "1"}, follow=True)

    kept = Store.objects.get(pk=store.pk)
    assert (kept.archived, kept.enabled) == (True, False)
    for address in ("/stores/", "/", "/mapping/"):
        assert store.name not in page.get(address, follow=True).text, address
    assert store.name in page.get("/stores/?archived=1").text
    assert "000000007" in page.get("/orders/").text
    assert page.get(f"/orders/{order.pk}/").status_code == 200
    assert f'value="{store.slug}"' not in page.get("/orders/").text
    assert f'value="{other.slug}"' in page.get("/orders/").text
    assert "take it back first" in page.post("/stores/au/switch/", {"on": "1"}, follow=True).text
    assert not Store.objects.get(pk=store.pk).enabled
    row = InstallationChange.objects.get()
    assert (row.author, row.changes) == (ana, ["stores.au.archived: false → true"])
    assert "archived already" in page.post(ADDRESS, {"away": "1"}, follow=True).text
    assert InstallationChange.objects.count() == 1

    page.post(ADDRESS, {"away": "0"})
    back = Store.objects.get(pk=store.pk)
    assert (back.archived, back.enabled) == (False, False)


def test_its_shop_is_not_heard_and_its_prefix_stays_taken(store: Store) -> None:
    store.webhook_secret = "the shop's own secret"
    store.save()
    assert send({"orders": [7]}).status_code == 200

    store.rotate_trigger()
    trigger = f"/hooks/au/run/{store.trigger_token}/"
    assert Client().get(trigger).status_code == 200

    store.put_away(away=True)
    assert send({"orders": [8]}).status_code == 401
    assert store.incoming_calls.count() == 1
    assert Client().get(trigger).status_code == 404
    with pytest.raises(IntegrityError):
        StoreFactory(slug="nz", organisation=store.organisation, number_prefix=store.number_prefix)


COMMANDS = (
    ("sync",), ("preview", "--order", "7"), ("undo", "--orders", "7"), ("pair", "code"),
    ("stock", "import", "levels.csv"), ("backfill", "--since", "2026-01-01"), ("reconcile",),
)  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=[name for name, *_ in COMMANDS])
def test_a_command_that_names_it_is_refused_and_says_how_it_comes_back(
    store: Store, command: tuple[str, ...]
) -> None:
    store.put_away(away=True)
    name, *rest = command
    with pytest.raises(CommandError, match=r"is archived: .* Take it back on its page"):
        call_command(name, *rest, "--store", store.slug)
    with pytest.raises(CommandError, match=r"no store 'x'\. Stores: none"):
        call_command(name, *rest, "--store", "x")


def test_every_command_that_takes_a_store_is_tried() -> None:
    sources = Path(named.__file__).parent / "commands"
    taking = {one.stem for one in sources.glob("*.py") if '"--store"' in one.read_text()}
    assert taking == {name for name, *_ in COMMANDS}


PRESSED = (
    ("/stores/au/switch/", {"on": "1"}), ("/stores/au/test/", {}), ("/stores/au/pair/", {}),
    ("/stores/au/read/orders/", {}), ("/stores/au/trigger/", {}), ("/stores/au/secret/", {}),
    ("/stores/au/preview/", {"number": "7"}), ("/stores/au/stock/", {}),
    ("/stores/au/backfill/", {"since": "2026-01-01", "until": "2026-01-02"}),
    ("/reports/reconcile/start/", {"store": "au"}), ("/set-up/au/read/", {}),
    ("/set-up/au/validate/post/", {}), ("/set-up/au/launch/confirm/", {}),
    ("/set-up/au/environment/", {"confirmed": "1"}),
)  # fmt: skip


@pytest.mark.parametrize(("address", "typed"), PRESSED, ids=[one for one, _ in PRESSED])
def test_what_asks_its_shop_or_starts_work_is_refused(
    page: Client, store: Store, address: str, typed: dict[str, str]
) -> None:
    store.put_away(away=True)
    before = Store.objects.values().get()
    text = page.post(address, typed, follow=True).text
    assert "is archived: take it back first" in text
    assert "Take it back" in text or "/archive/" in text
    assert Store.objects.values().get() == before
    assert not store.backfills.exists()


def test_a_backfill_of_it_neither_begins_nor_goes_on(page: Client, store: Store) -> None:
    day = date(2026, 1, 1)
    row = Backfill.objects.create(store=store, since=day, until=day)
    store.put_away(away=True)
    assert "is archived: take it back first" in page.get("/stores/au/backfill/").text
    assert "Ask what it costs" not in page.get("/stores/au/backfill/").text
    for state, act in (("planned", "start"), ("paused", "resume")):
        Backfill.objects.update(state=state)
        text = page.post(f"/stores/backfills/{row.pk}/", {"act": act}, follow=True).text
        assert "Take it back on its page" in text
        assert Backfill.objects.get().state == state


def test_levels_for_it_are_refused_and_its_name_stays_taken(page: Client, store: Store) -> None:
    store.put_away(away=True)
    with pytest.raises(Misconfigured, match="is archived"):
        take_stock(Store.objects.get(), [], clock.now())
    text = page.post("/add-store/?platform=magento", {
        "name": "New", "slug": "au", "url": "https://x.example.com", "base_currency": "AUD",
        "timezone": "Australia/Sydney", "organisation": "Demo Company (AU)",
    }).text  # fmt: skip
    assert "is archived: take it back on its page, or choose another name" in text
    assert Store.objects.count() == 1


def test_a_file_keeps_it_and_none_that_is_silent_wakes_it(store: Store) -> None:
    plain = exported()
    assert "archived: true" not in plain
    store.put_away(away=True)
    text = exported()
    assert "archived: true" in text
    assert import_configuration(text, lookup=lambda name: None).changes == ()

    report = import_configuration(plain, lookup=lambda name: None)
    assert any("stays archived" in line for line in report.notices)
    kept = Store.objects.get()
    assert (kept.archived, kept.enabled) == (True, False)
    assert exported() == text

    import_configuration(
        text.replace("archived: true", "archived: false"), lookup=lambda name: None
    )
    back = Store.objects.get()
    assert (back.archived, back.enabled) == (False, False)
