"""Once a minute: find by column what is due, also what a lost ring or worker left, and ring.

`WORK` lists every kind of work. A new one is a row of it: the task that does the work, and what
says for which arguments the task is to be rung.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from connector.lib import clock, doorbell
from stores.canonical.records import Stream
from stores.models import Cursor, Store
from sync.dispatch import notes
from sync.flow import rewind
from sync.ingest import calls, products
from sync.ingest.pull import pulled
from sync.models import (
    Backfill,
    BulkAction,
    Dispatch,
    IncomingCall,
    MasterLevel,
    Posting,
    ReconcileRun,
    ShopWrite,
    TrackedOrder,
    TrackedProduct,
    Trial,
)
from sync.orders import alone
from sync.organisations import link_organisations
from sync.rebuild import rebuild_outdated
from sync.summaries.make import give_up_waiting, is_due
from xero import reference
from xero.mirror import refresh as mirror
from xero.mirror.known import is_fresh
from xero.models import MirrorCursor, Organisation

# How old what is known of documents in Xero may become while nothing is sent.
_WATCH = timedelta(hours=1)
# What a task is rung with.
Arguments = tuple[Any, ...]
Due = Callable[[datetime], Iterable[Arguments]]


@dataclass(frozen=True, slots=True)
class Work:
    """A kind of work: the task that does it, and what says for what it is due. What several say
    is rung for once."""

    task: str
    due: tuple[Due, ...]

    def ring(self, now: datetime) -> None:
        for arguments in dict.fromkeys(one for due in self.due for one in due(now)):
            doorbell.ring(self.task, *arguments)


def rows(model: Any, argument: str, **only: Any) -> Due:
    """Work that is rows of a table with a `due`: rung for each value of a column of theirs."""

    def due(now: datetime) -> Iterable[Arguments]:
        found = model.objects.due(now).filter(**only).order_by(argument)
        return list(found.values_list(argument).distinct())

    return due


def sweep() -> None:
    """Ring for everything that is due by column."""
    for chore in CHORES:
        chore()
    now = clock.now()
    for work in WORK:
        work.ring(now)


def _rebuild_outdated() -> None:
    for store in Store.objects.filter(enabled=True):
        rebuild_outdated(store)
        products.rebuild_outdated(store)


def _streams(now: datetime) -> Iterator[Arguments]:
    """Streams whose time has come; a store's first read is due at once."""
    for store in Store.objects.filter(enabled=True).select_related("organisation__token_set"):
        for stream in pulled(store):
            if _is_ready(store, stream) and Cursor.of(store, stream).is_due():
                yield store.pk, stream


def _is_ready(store: Store, stream: Stream) -> bool:
    """Whether a stream can be read now: customers only while Xero can be asked about them."""
    if stream is not Stream.CUSTOMERS:
        return True
    organisation = store.organisation
    return organisation is not None and not organisation.unavailable_reason()


def _alone(now: datetime) -> Iterable[Arguments]:
    """Stores that are switched off, with orders that were asked for alone, or undone."""
    asked = (alone.asked_for(None), alone.undone(None))
    off = [rows.due(now).filter(store__enabled=False).values_list("store") for rows in asked]
    return sorted({store for rows in off for store in rows.order_by("store").distinct()})


def _summaries(now: datetime) -> Iterator[Arguments]:
    """Stores with days whose summary can be made, or waited for too long."""
    for store in Store.objects.filter(enabled=True, organisation__isnull=False):
        if is_due(store) or give_up_waiting(store):
            yield (store.pk,)


def _unseen(now: datetime) -> Iterable[Arguments]:
    """Stores with orders that were not looked at for what their mapping must know."""
    unseen = TrackedOrder.objects.unseen().order_by("store")
    return list(unseen.values_list("store").distinct())


def _old_facts(now: datetime) -> Iterable[Arguments]:
    """Stores whose shop is to be asked anew what it has."""
    return list(Store.objects.looked_at().values_list("pk"))


def _notes(now: datetime) -> Iterable[Arguments]:
    return list(notes.waiting().values_list("posting__organisation").distinct())


def _unwatched(now: datetime) -> Iterator[Arguments]:
    """Organisations to which we posted, and of whose documents we know nothing new."""
    posted = Posting.objects.order_by().values("organisation").distinct()
    told = set(MirrorCursor.objects.told().values_list("organisation", flat=True))
    for organisation in Organisation.objects.filter(connected=True, pk__in=posted):
        old = not is_fresh(organisation, mirror.Kind.INVOICES, max_age=_WATCH)
        if old or organisation.pk in told:
            yield (organisation.pk,)


def _old_reference(now: datetime) -> Iterable[Arguments]:
    """Organisations whose accounts, tax rates and the rest are to be read anew."""
    connected = Organisation.objects.filter(connected=True)
    return list(connected.reference_due(now, older_than=reference.MAX_AGE).values_list("pk"))


def _always(now: datetime) -> Iterable[Arguments]:
    return [()]


# What a sweep does itself, before it looks.
CHORES: tuple[Callable[[], object], ...] = (
    rewind.notice, link_organisations, calls.purge, _rebuild_outdated
)  # fmt: skip
_ENABLED = {"store__enabled": True}
WORK = (
    Work("sync.pull", (_streams,)),
    Work("sync.hooks", (rows(IncomingCall, "store"),)),
    Work(
        "sync.build",
        (
            rows(TrackedOrder, "store", **_ENABLED),
            rows(TrackedProduct, "store", **_ENABLED),
            _summaries,
            _alone,
        ),
    ),
    Work("sync.see", (_unseen,)),
    Work("sync.look", (_old_facts,)),
    Work("sync.dispatch", (rows(Posting, "organisation"), rows(Dispatch, "organisation"), _notes)),
    Work("xero.watch", (_unwatched,)),
    Work("xero.refresh_reference", (_old_reference,)),
    Work("sync.write_back", (rows(ShopWrite, "store"),)),
    Work("sync.push_stock", (rows(MasterLevel, "store", **_ENABLED),)),
    Work("sync.reconcile", (rows(ReconcileRun, "pk"),)),
    Work("sync.try_out", (rows(Trial, "pk"),)),
    Work("sync.bulk", (rows(BulkAction, "pk"),)),
    Work("sync.backfill", (rows(Backfill, "pk"),)),
    Work("xero.keep_alive", (_always,)),
)
