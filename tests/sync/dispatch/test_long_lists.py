"""Long lists are looked through a part at a time, while this process and others write."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connections

from connector.lib.database.chunks import by_key
from sync.dispatch import conflicts
from sync.models import Installation, Posting
from tests.sync.world import World
from xero.documents.kinds import Kind
from xero.models import MirrorDocument

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere() -> None:
    """Another process writes."""

    def write() -> None:
        Installation.objects.update_or_create(pk=1)
        connections.close_all()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()


@pytest.fixture
def documents(real_world: World) -> list[int]:
    rows = [
        MirrorDocument(
            organisation=real_world.organisation, kind=MirrorDocument.Kind.INVOICE,
            xero_id=f"i-{n}", number=f"X-{n}", total=n, tax=0, amount_due=0, status="AUTHORISED",
        )
        for n in range(7)
    ]  # fmt: skip
    return [row.pk for row in MirrorDocument.objects.bulk_create(rows)]


@pytest.mark.parametrize(("size", "parts"), [(3, [3, 3, 1]), (7, [7]), (8, [7]), (1, [1] * 7)])
def test_each_row_comes_once_in_the_order_of_the_keys(
    documents: list[int], size: int, parts: list[int]
) -> None:
    chunks = list(by_key(MirrorDocument.objects.order_by("-number"), size))
    assert [len(chunk) for chunk in chunks] == parts
    assert [row.pk for chunk in chunks for row in chunk] == documents
    assert list(by_key(MirrorDocument.objects.none(), size)) == []


def test_what_people_did_is_noted_while_others_write_too(
    documents: list[int], real_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite refuses at once who writes while a list is half read, and another has written."""
    monkeypatch.setattr(conflicts, "_CHUNK", 3)
    compare = conflicts._compare

    def compared(*args: Any) -> int:
        elsewhere()
        return compare(*args)

    monkeypatch.setattr(conflicts, "_compare", compared)
    for pk in documents:
        one = MirrorDocument.objects.get(pk=pk)
        Posting.objects.create(
            organisation=real_world.organisation, store=real_world.store, source_kind="order",
            source_id=one.number, purpose="invoice", kind=Kind.INVOICE, key=one.number,
            payload="{}", state=Posting.State.POSTED, xero_id=one.xero_id, xero_status="DRAFT",
            xero_total_units=one.total, amount_due_units=one.amount_due,
        )  # fmt: skip
    assert conflicts.find(real_world.organisation, None) == len(documents)
    assert Posting.objects.filter(xero_status="AUTHORISED").count() == len(documents)
