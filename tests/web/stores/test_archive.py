"""A store that is archived, and taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from connector.configuration.exporting import exported
from connector.configuration.importing import import_configuration
from connector.models import InstallationChange
from stores.models import Store
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
