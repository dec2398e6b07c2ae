"""What a person does with a backfill: plan it, start it, pause it, go on, cancel it.

Each is one conditional update: two people who click at once do it once.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from connector.lib import clock, doorbell
from connector.lib.database.claims import FREED
from stores import registry
from stores.canonical.records import Stream
from stores.models import Store
from sync.models import Backfill, Posting, SummaryPart, TrackedOrder
from xero.models import Lane

log = structlog.get_logger(__name__)
_State = Backfill.State


class BackfillRefused(Exception):
    """A backfill that cannot be: `field` is since, until, or "" for the whole."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


def plan(store: Store, since: date, until: date, user: Any = None) -> Backfill:
    """A backfill that waits for its forecast and then for a person; in the place of one that
    only was planned. Raises BackfillRefused."""
    _check(store, since, until)
    try:
        with transaction.atomic():
            _forget(Backfill.objects.filter(store=store))
            row = Backfill.objects.create(store=store, since=since, until=until, started_by=user)
    except IntegrityError:
        raise BackfillRefused(
            f"A backfill of {store.name} is under way. Let it end, or cancel it, before the next."
        ) from None
    doorbell.ring("sync.backfill", row.pk)
    return row


def _check(store: Store, since: date, until: date) -> None:
    profile = store.profile
    _must_be_in_use(store)
    if not store.enabled:
        raise BackfillRefused(
            f"{store.name} is switched off. Switch it on to post its past orders."
        )
    if store.organisation_id is None:
        raise BackfillRefused(
            f"{store.organisation_name} is not connected to Xero. Connect it first."
        )
    if profile.cut_over and since < profile.cut_over:
        raise BackfillRefused(
            f"Orders of before {profile.cut_over.isoformat()}, the cut-over date of this store, "
            "are never posted. Begin on that day or later.",
            "since",
        )
    covered = registry.profile(store.platform).covers(Stream.ORDERS)
    if covered.horizon is not None and since < clock.today(profile.timezone) - covered.horizon:
        raise BackfillRefused(f"{covered.text} Begin on a later day.", "since")
    if until < since:
        raise BackfillRefused("The last day lies before the first. Choose a later one.", "until")
    today = clock.today(profile.timezone)
    if until > today:
        raise BackfillRefused(
            f"The last day lies in the future. Today is {today.isoformat()}.", "until"
        )


def _must_be_in_use(store: Store) -> None:
    if store.archived:
        raise BackfillRefused(store.profile.put_away_text)


def start(row: Backfill, user: Any = None) -> bool:
    """Begin to post what was planned; False if it was begun, or planned anew, meanwhile.

    Raises BackfillRefused where the store is archived.
    """
    changes = {"started_at": clock.now(), "not_before": clock.now(), "started_by": user}
    _must_be_in_use(row.store)
    if not row.move(to=_State.READING, frm=(_State.PLANNED,), **changes):
        return False
    log.info("backfill.started", backfill_id=row.pk)
    doorbell.ring("sync.backfill", row.pk)
    return True


def pause(row: Backfill) -> bool:
    """Read nothing more, and send nothing of it that has not left; False if it was not moving.

    What the shop changes, or a person asks for, is sent all the same.
    """
    # Whoever reads loses the right to store the page that is on its way.
    return row.move(to=_State.PAUSED, frm=(_State.READING, _State.RUNNING), error="", **FREED)


def resume(row: Backfill) -> bool:
    """Go on where a paused or broken-off one stopped; False if it cannot.

    Raises BackfillRefused where another of the store is under way, or the store is archived.
    """
    _must_be_in_use(row.store)
    to = _State.RUNNING if row.read_at is not None else _State.READING
    try:
        with transaction.atomic():
            moved = row.move(
                to=to, frm=(_State.PAUSED, _State.FAILED), not_before=clock.now(), attempts=0,
                error="",
            )  # fmt: skip
    except IntegrityError:
        raise BackfillRefused(f"Another backfill of {row.store.name} is under way.") from None
    if moved:
        doorbell.ring("sync.backfill", row.pk)
        doorbell.ring("sync.build", row.store_id)
        if row.store.organisation_id:
            doorbell.ring("sync.dispatch", row.store.organisation_id)
    return moved


def cancel(row: Backfill) -> bool:
    """End it: what is in Xero, or on its way, stays; what has not left is withdrawn. One that
    only was planned is forgotten.

    An order of which anything left is finished, with its payments; the others are "not
    synced", with that reason, until a person, the shop, or another backfill takes them up.
    """
    if _forget(Backfill.objects.filter(pk=row.pk)):
        return True
    frm = (_State.READING, _State.RUNNING, _State.PAUSED, _State.FAILED)
    if not row.move(to=_State.CANCELLED, frm=frm, not_before=clock.now(), error="", **FREED):
        return False
    log.info("backfill.cancelled", backfill_id=row.pk)
    withdraw(row)
    return True


def _forget(rows: QuerySet[Backfill]) -> int:
    """Give up those that only were planned; how many. One that is started meanwhile stays."""
    return rows.filter(state=_State.PLANNED).update(state=_State.CANCELLED, ended_at=clock.now())


def withdraw(row: Backfill) -> int:
    """Have the orders of a cancelled backfill built once more, which takes back what is not
    sent; how many. Repeated until there are none: a builder may have been at work on some."""
    unsent = Posting.objects.filter(
        order=OuterRef("pk"), lane=Lane.BACKFILL, state=Posting.State.PENDING
    )
    parts = SummaryPart.objects.waiting().filter(order=OuterRef("pk"))
    unbuilt = Q(lane=Lane.BACKFILL, build_at__isnull=False)
    mine = TrackedOrder.objects.filter(backfill=row)
    count = mine.filter(unbuilt | Exists(unsent) | Exists(parts)).write(
        lane=Lane.BACKFILL, build_at=clock.now()
    )
    if count:
        doorbell.ring("sync.build", row.store_id)
    else:
        end(row, _State.CANCELLED)
    return count


def end(row: Backfill, state: str) -> bool:
    """Keep what a backfill came to, once nothing of it moves any more."""
    counts = row.counts()
    still = Backfill.objects.filter(pk=row.pk, ended_at__isnull=True)
    frm = _State.RUNNING if state == _State.DONE else state
    changes = {"posted": counts.posted, "held": counts.held, "skipped": counts.skipped}
    return bool(still.filter(state=frm).update(state=state, ended_at=clock.now(), **changes))
