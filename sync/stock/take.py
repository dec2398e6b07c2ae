"""Keep what an outside system says of a shop's stock; the shop is written to afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, astuple, fields
from datetime import datetime

from django.db.models import Max

from connector.lib import clock, doorbell
from connector.lib.database.bulk import update_each
from connector.lib.database.deadlocks import tried_twice
from connector.lib.errors import Misconfigured
from connector.lib.money import to_units
from stores.canonical.product import StockTarget
from stores.models import Store
from sync.models import MasterLevel
from sync.stock.levels import Level

_CHUNK = 500
_FIELDS = (
    "wanted_units", "said_at", "version", "state", "reasons", "attempts", "not_before",
)  # fmt: skip
_TARGET = tuple(one.name for one in fields(StockTarget))


def take_stock(store: Store, levels: Sequence[Level], said_at: datetime) -> int:
    """Take over levels as of `said_at`, all or none; how many are to be written.

    An older word never replaces a newer one, and the same call twice is one. Raises
    Misconfigured where the store is archived, or its stock has another master.
    """
    if store.archived:
        raise Misconfigured(
            f"{store.name} is archived: no stock is written to its shop.",
            code="store_archived",
            hint="Take the store back on its page, then switch it on.",
            field="archived",
        )
    if store.profile.streams.stock != "master":
        raise Misconfigured(
            f"The stock of {store.name} does not come from an outside system.",
            code="no_stock_master",
            hint="Choose streams.stock: master for this store.",
            field="streams.stock",
        )
    version = uuid.uuid4().hex
    # A shop that asked us to wait is left alone, whatever arrives meanwhile.
    waiting = MasterLevel.objects.filter(store=store, state=MasterLevel.State.PENDING)
    asked = waiting.filter(attempts__gt=0).aggregate(until=Max("not_before"))["until"]
    due = max(asked or clock.now(), clock.now())
    # By key: two calls that name the same products wait for each other one way only.
    ordered = sorted(levels, key=lambda level: _key(level.target))

    taken = tried_twice(lambda: _take(store, ordered, said_at, version, due))
    if taken:
        doorbell.ring("sync.push_stock", store.pk)
    return taken


def _take(
    store: Store, levels: Sequence[Level], said_at: datetime, version: str, due: datetime
) -> int:
    rows = MasterLevel.objects.filter(store=store)
    wanted = {
        _key(level.target): MasterLevel(
            store=store, wanted_units=to_units(level.quantity), said_at=said_at, version=version,
            not_before=due, **asdict(level.target),
        )
        for level in levels
    }  # fmt: skip
    chunks = [list(wanted)[start : start + _CHUNK] for start in range(0, len(wanted), _CHUNK)]
    for chunk in chunks:
        MasterLevel.objects.bulk_create([wanted[key] for key in chunk], ignore_conflicts=True)
    others = []
    for chunk in chunks:
        near = rows.filter(sku__in={key[0] for key in chunk}, product_id__in={k[1] for k in chunk})
        known = near.exclude(version=version)
        for pk, units, at, *key in known.values_list("pk", "wanted_units", "said_at", *_TARGET):
            mine = wanted.get(tuple(key))
            if mine is not None and (units, at) != (mine.wanted_units, said_at):
                mine.pk = pk
                others.append(mine)
    update_each(others, _FIELDS, rising="said_at")
    return rows.filter(version=version).count()


def _key(target: StockTarget) -> tuple[str, ...]:
    return astuple(target)
