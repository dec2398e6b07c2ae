"""How long one order takes from the moment it is stored until its invoice is in Xero."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from django.db import transaction

from connector.lib import doorbell
from stores.models import Store
from sync.models import Posting
from tests.bench import world
from tests.bench.report import Row
from tests.bench.scenarios import Options
from xero.documents.kinds import Kind
from xero.models import Lane

_AIM = 2.0
_IDLE_SECONDS = 1.0
_GIVE_UP_SECONDS = 30


def measure(options: Options) -> list[Row]:
    """One order after another, each of a new customer; the first only warms up."""
    rounds = options.pick(20, 5)
    (organisation,) = world.connect(options.xero, 1)
    store = world.add_store(organisation, 1)
    with world.workers(1):
        took = list(_rounds(store, rounds))[1:]
    note = "a contact and an invoice: two calls, so 0.6 s of it is Xero"
    return [
        Row("median", statistics.median(took), "s", _AIM, at_most=True, note=note),
        Row(f"longest of {rounds}", max(took), "s", _AIM, at_most=True),
    ]


def _rounds(store: Store, rounds: int) -> Iterator[float]:
    for number, record in enumerate(world.orders(rounds + 1, customers=rounds + 1), start=1):
        started = time.monotonic()
        with transaction.atomic():
            world.keep(store, [record], lane=Lane.LIVE)
            doorbell.ring("sync.build", store.pk)
        while _invoices() < number:
            if time.monotonic() - started > _GIVE_UP_SECONDS:
                raise RuntimeError(f"order {number} was not posted")
            time.sleep(0.01)
        yield time.monotonic() - started
        time.sleep(_IDLE_SECONDS)


def _invoices() -> int:
    return Posting.objects.filter(kind=Kind.INVOICE, state=Posting.State.POSTED).count()
