"""The work of a backfill: count, read page by page, and see when all of it is in Xero.

One reader at a time, under a lease on the row. A page's orders and the place behind it are
stored in one transaction, so that a reader that is killed leaves nothing half done, and the
next goes on with the very next order. It stops while enough of it waits to be sent.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Avg, Count

from connector.lib import clock, doorbell
from connector.lib.errors import ConnectorError, NeedsAttention, Temporary
from stores.canonical.records import Page, ParseError, Stream
from stores.connect import connect
from stores.models import Store
from sync.backfill import actions as backfill
from sync.backfill.forecast import ENOUGH, USUAL_SECONDS, Measured, ReadingPace, Supply, forecast
from sync.ingest.ingest import complete, keep
from sync.models import Attempt, Backfill, Posting, SyncRun, TrackedOrder
from xero.api import budget
from xero.documents.kinds import Kind
from xero.models import Lane, Organisation

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=5)
# So many of its orders may wait to be sent before reading stops, and so few before it goes on.
MOST_WAITING = 1000
_GO_ON_AT = 500
_LOOK_AT = 100
_State = Backfill.State


class _LetGo(Exception):
    """The reader has lost its right: somebody paused or cancelled, or took over."""


def work(row: Backfill, *, progress: Callable[[Backfill], None] = lambda row: None) -> None:
    """Do what is next for a backfill. Safe at any time, and from several places at once."""
    if row.state == _State.PLANNED:
        count(row)
    elif row.state == _State.READING:
        read(row, progress=progress)
    elif row.state == _State.CANCELLED:
        backfill.withdraw(row)
    row.refresh_from_db()
    if row.state == _State.RUNNING and not _waiting(row, 1) and not _unsent(row):
        backfill.end(row, _State.DONE)
        row.refresh_from_db()


# --- the forecast ----------------------------------------------------------------------------


def count(row: Backfill) -> None:
    """Ask the shop how many orders there are, and say what they will cost."""
    try:
        orders = connect(row.store).count(Stream.ORDERS, row.cursor())
    except (ConnectorError, ParseError) as error:
        _failed(row, error)
        return
    changes: dict[str, object] = {"counted_at": clock.now(), "expected": orders, "error": ""}
    organisation = row.store.organisation
    if orders is None or organisation is None:
        changes["forecast"] = "The shop does not say how many orders were placed on these days."
    else:
        found = forecast(orders, measured(row.store), supply(organisation), reading_pace(row.store))
        changes |= {
            "forecast": found.sentence()[:300], "forecast_calls": found.calls,
            "forecast_seconds": found.seconds,
        }  # fmt: skip
    Backfill.objects.filter(pk=row.pk, state=_State.PLANNED).update(**changes)


def measured(store: Store) -> Measured:
    """What this store's orders made so far; the usual guess while there are too few."""
    orders = TrackedOrder.objects.filter(store=store).exclude(state=TrackedOrder.State.NEW).count()
    if orders < ENOUGH:
        return Measured()
    sent = Posting.objects.filter(store=store, state=Posting.State.POSTED, dispatch__isnull=False)
    kinds = sent.order_by().values_list("kind").annotate(count=Count("pk"))
    return Measured(orders, {Kind(kind): found for kind, found in kinds})


def supply(organisation: Organisation) -> Supply:
    assert organisation.token_set is not None
    app = organisation.token_set.app
    latest = Attempt.objects.filter(dispatch__organisation=organisation, what="send")
    latest = latest.order_by("-pk")[:_LOOK_AT]
    milliseconds = latest.aggregate(average=Avg("milliseconds"))["average"]
    return Supply(
        left_today=budget.left_today(organisation),
        a_day=app.daily_call_limit,
        reserve=app.reserved_calls,
        a_minute=budget.a_minute(Lane.BACKFILL),
        seconds_a_call=milliseconds / 1000 if milliseconds else USUAL_SECONDS,
    )


def reading_pace(store: Store) -> ReadingPace:
    """How long the shop took for a page when last it gave some."""
    usual = ReadingPace()
    runs = SyncRun.objects.filter(
        store=store, stream=Stream.ORDERS, error="", ended_at__isnull=False,
        records__gte=usual.orders_a_page,
    )  # fmt: skip
    run = runs.order_by("-pk").first()
    if run is None or run.ended_at is None:
        return usual
    pages = -(-run.records // usual.orders_a_page)
    took = (run.ended_at - run.started_at).total_seconds()
    return ReadingPace(usual.orders_a_page, took / pages)


# --- reading -----------------------------------------------------------------------------------


def read(row: Backfill, *, progress: Callable[[Backfill], None] = lambda row: None) -> None:
    """Read on, until the end, or until enough waits to be sent, or somebody says stop.

    A failure is kept on the row, never raised: the sweep comes back to it, or a person.
    """
    token = uuid.uuid4().hex
    if _waiting(row, _GO_ON_AT) or not row.claim(token, LEASE):
        return
    try:
        if _read_pages(row, token, progress):
            ended = Backfill.objects.filter(pk=row.pk, state=_State.READING).held_by(token)
            ended.update(state=_State.RUNNING, read_at=clock.now(), attempts=0, error="")
    except (ConnectorError, ParseError) as error:
        _failed(row, error)
    except Exception as error:
        log.exception("backfill.unforeseen", backfill_id=row.pk)
        _failed(row, error)
    finally:
        row.release(token)
    if row.store.organisation_id:
        # What waited for company while the shop was being read goes now.
        doorbell.ring("sync.dispatch", row.store.organisation_id)


def _read_pages(row: Backfill, token: str, progress: Callable[[Backfill], None]) -> bool:
    """True once the shop has no more; False where reading is to stop before."""
    adapter = connect(row.store)

    def alive() -> None:
        if not row.extend(token, LEASE):
            raise _LetGo

    for page in adapter.pages(Stream.ORDERS, row.cursor()):
        try:
            delivery = complete(
                row.store, adapter, Stream.ORDERS, page.records, refs=page.refs, alive=alive
            )
        except _LetGo:
            return False
        with transaction.atomic():
            keep(row.store, adapter, delivery, lane=Lane.BACKFILL, backfill=row)
            if not _stored(row, token, page):
                transaction.set_rollback(True)
                return False
        row.refresh_from_db()
        progress(row)
        doorbell.ring("sync.build", row.store_id)
        if _waiting(row, MOST_WAITING):
            return False
    return True


def _stored(row: Backfill, token: str, page: Page) -> bool:
    return row.advance(token, LEASE, position=page.mark, found=len(page.records))


def _waiting(row: Backfill, most: int) -> bool:
    """Whether `most` or more of its orders wait to be built, sent, or looked up."""
    labels = (TrackedOrder.Label.WORKING, TrackedOrder.Label.CHECKING)
    return row.orders.filter(label__in=labels)[:most].count() >= most


def _unsent(row: Backfill) -> bool:
    """Whether a document of it is on its way, also of an order that needs a person."""
    return Posting.objects.waiting().filter(order__backfill=row).exclude(
        parent__state__in=(Posting.State.HELD, Posting.State.DEAD)
    ).exists()  # fmt: skip


def _failed(row: Backfill, error: Exception) -> None:
    """What passes is tried again, ever later; what a person must fix ends it until they say
    so."""
    hint = error.hint if isinstance(error, NeedsAttention) else ""
    known = isinstance(error, ConnectorError | ParseError)
    text = f"{error} {hint}".strip() if known else f"{type(error).__name__}: {error}"
    mine = Backfill.objects.filter(pk=row.pk, state__in=(_State.PLANNED, _State.READING))
    changes = {"error": text[:1000], "attempts": row.attempts + 1}
    if isinstance(error, Temporary):
        wait = max(60 * 2 ** min(row.attempts, 6), error.retry_after or 0)
        mine.put_off(clock.now() + timedelta(seconds=min(wait, 3600)), **changes)
    else:
        mine.update(state=_State.FAILED, **changes)
    log.warning("backfill.failed", backfill_id=row.pk, error=type(error).__name__)
