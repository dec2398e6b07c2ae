"""Rows a part at a time, for callers that write in between."""

from __future__ import annotations

import threading


import pytest
from django.db import connections, transaction

from connector.lib.database.chunks import by_key
from sync.models import Installation
from tests.sync.world import World
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


def test_what_is_written_in_between_waits_for_nobody(documents: list[int]) -> None:
    """While others write too."""
    for chunk in by_key(MirrorDocument.objects.all(), 3):
        elsewhere()
        with transaction.atomic():
            MirrorDocument.objects.filter(pk__in=[row.pk for row in chunk]).update(credited=1)
        elsewhere()
        MirrorDocument.objects.filter(pk__in=[row.pk for row in chunk]).update(tax=1)
    assert MirrorDocument.objects.filter(credited=1, tax=1).count() == 7
