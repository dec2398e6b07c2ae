"""The address with which a shop's cron has the shop read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client

from connector.lib import clock
from stores.models import Cursor, Store
from tests.web.factories import CursorFactory

Rung = list[tuple[Any, ...]]


def test_it_hurries_orders_and_refunds_at_most_once_a_minute(store: Store, rung: Rung) -> None:
    store.rotate_trigger()
    later = clock.now() + timedelta(minutes=5)
    for stream in ("orders", "refunds", "products"):
        CursorFactory(store=store, stream=stream, next_run_at=later)
    address = f"/hooks/au/run/{store.trigger_token}/"

    answers = [Client(enforce_csrf_checks=True).post(address), Client().get(address)]

    assert [(a.status_code, a.content) for a in answers] == [(200, b"ok\n")] * 2
    assert [list(a.cookies) for a in answers] == [[], []]
    assert rung == [("sync.pull", store.pk, "orders"), ("sync.pull", store.pk, "refunds")]
    due = Cursor.objects.filter(next_run_at__lte=clock.now()).values_list("stream", flat=True)
    assert sorted(due) == ["orders", "refunds"]
    Store.objects.update(triggered_at=clock.now() - timedelta(seconds=61))
    Client().get(address)
    assert len(rung) == 4


def test_a_wrong_token_is_not_found(store: Store, rung: Rung) -> None:
    store.rotate_trigger()
    for address in ("/hooks/au/run/wrong/", "/hooks/nobody/run/wrong/", "/hooks/au/run/ä/"):
        assert Client().get(address).status_code == 404
    Store.objects.update(trigger_token="")
    assert Client().get("/hooks/au/run/x/").status_code == 404
    assert rung == []
    store.refresh_from_db()
    assert store.triggered_at is None


def test_after_a_rotation_the_old_address_is_dead_at_once(
    page: Client, store: Store, rung: Rung
) -> None:
    store.rotate_trigger()
    old = store.trigger_token

    page.post("/stores/au/trigger/")

    store.refresh_from_db()
    assert Client().get(f"/hooks/au/run/{old}/").status_code == 404
    assert Client().get(f"/hooks/au/run/{store.trigger_token}/").status_code == 200
