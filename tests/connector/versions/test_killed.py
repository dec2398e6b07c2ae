"""A publication that is killed at any of its statements: the old version stands whole, or the new
one does, and what was held is built anew by it, also if nobody rings for that."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from accounts_mapping.models import DraftChange, MappingVersion, snapshot
from connector.configuration.importing import import_configuration
from connector.configuration.versions.draft import draft
from connector.configuration.versions.edit import edit_many
from connector.configuration.versions.publish import publish
from connector.lib import clock, doorbell
from stores.models import Store
from sync.models import TrackedOrder
from tests.connector.test_configuration_reading import STORE
from tests.web.factories import OrderFactory

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """No `except Exception` stops it, as none stops a signal."""


class Killing:
    """Ends the program instead of its n-th statement; `reached` says whether it came so far."""

    def __init__(self, at: int) -> None:
        self._left = at
        self.reached = False

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "SAVEPOINT" not in sql:
            self._left -= 1
            if self._left == 0:
                self.reached = True
                raise Killed
        return execute(sql, *rest)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> TrackedOrder:
    """An order that waits, in a store with a draft; no bell reaches anybody."""
    monkeypatch.setattr(doorbell, "ring", lambda *_args, **_more: None)
    import_configuration(STORE, lookup={}.get)
    store = Store.objects.get()
    order = OrderFactory(store=store, label="held", state="held", build_at=None)
    changed = {("posting", "due_days"): "30", ("url",): "https://new.example.com"}
    edit_many(store, changed, author=None, seen=None)
    return order


def to_build() -> list[int]:
    return list(TrackedOrder.objects.ready(clock.now()).values_list("pk", flat=True))


def test_a_kill_leaves_the_old_version_or_the_new_one_and_never_half(held: TrackedOrder) -> None:
    revision = draft(Store.objects.get()).revision
    killed = 0
    while True:
        killing = Killing(killed + 1)
        try:
            with connection.execute_wrapper(killing):
                publish(Store.objects.get(), revision=revision, author=None)
        except Killed:
            killed += 1
        if not killing.reached:
            break
        store = Store.objects.get()
        assert MappingVersion.objects.count() == 1
        assert (snapshot(store).rules.posting.due_days, store.profile.url) == (
            0, "https://shop.example.com",
        )  # fmt: skip
        assert DraftChange.objects.count() == 2
        assert to_build() == []

    assert killed > 10
    store = Store.objects.get()
    assert MappingVersion.objects.count() == 2
    assert (snapshot(store).rules.posting.due_days, store.profile.url) == (
        30, "https://new.example.com",
    )  # fmt: skip
    assert DraftChange.objects.count() == 0
    assert to_build() == [held.pk]
