"""What workers do: load by primary key, call the verb. Each may run twice and in parallel."""

from __future__ import annotations

from contextlib import suppress

from celery import current_app, shared_task

from connector.lib import clock, doorbell
from stores.canonical.records import Stream
from stores.models import Cursor, Store
from sync import seen
from sync.backfill import read as backfill_reading
from sync.bulk import run as bulk
from sync.flow import steps
from sync.flow.sweep import sweep
from sync.ingest import calls
from sync.ingest.probe import look_again
from sync.models import Backfill, BulkAction, ReconcileRun, Trial
from sync.reconcile import run as reconcile
from sync.stock import push
from sync.trials import run as trials
from xero.models import Organisation


@shared_task(name="sync.tick")
def tick() -> None:
    """Once a minute: find by column what is due, also what a lost ring or worker left."""
    sweep()


@shared_task(name="sync.pull")
def pull_stream(store_id: int, stream: str) -> None:
    store = Store.objects.filter(pk=store_id, enabled=True).first()
    if store is not None and Cursor.of(store, Stream(stream)).is_due():
        steps.read_stream(store, Stream(stream))


@shared_task(name="sync.hooks")
def hooks_of_store(store_id: int) -> None:
    store = Store.objects.filter(pk=store_id, enabled=True).first()
    if store is not None:
        calls.work_off(store)


@shared_task(name="sync.build")
def build(store_id: int) -> None:
    store = Store.objects.select_related("organisation").filter(pk=store_id).first()
    if store is not None:
        steps.build_store(store)


@shared_task(name="sync.see")
def look_at_orders(store_id: int) -> None:
    store = Store.objects.filter(pk=store_id).first()
    if store is not None:
        seen.see_all(store)


@shared_task(name="sync.look")
def look_at_shop(store_id: int) -> None:
    store = Store.objects.looked_at().filter(pk=store_id).first()
    if store is not None:
        look_again(store)


@shared_task(name="sync.dispatch")
def dispatch(organisation_id: int) -> None:
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is None:
        return
    wait = steps.send_to(organisation)
    if wait is not None and not current_app.conf.task_always_eager:
        doorbell.ring("sync.dispatch", organisation_id, countdown=wait)


@shared_task(name="sync.write_back")
def write_back(store_id: int) -> None:
    store = Store.objects.filter(pk=store_id, enabled=True).first()
    if store is not None:
        steps.write_to(store)


@shared_task(name="sync.backfill")
def go_on_with_backfill(backfill_id: int) -> None:
    rows = Backfill.objects.due(clock.now()).select_related("store__organisation__token_set")
    row = rows.filter(pk=backfill_id).first()
    if row is not None:
        backfill_reading.work(row)


@shared_task(name="sync.bulk")
def go_on_with_bulk(bulk_id: int) -> None:
    row = BulkAction.objects.unfinished().filter(pk=bulk_id).first()
    if row is not None:
        bulk.work(row)


@shared_task(name="sync.reconcile")
def reconcile_store(run_id: int) -> None:
    run = ReconcileRun.objects.unfinished().filter(pk=run_id).first()
    if run is not None:
        with suppress(reconcile.Busy):
            reconcile.reconcile(run)


@shared_task(name="sync.try_out")
def try_out(trial_id: int) -> None:
    trial = Trial.objects.unfinished().filter(pk=trial_id).first()
    if trial is not None:
        trials.work(trial)


@shared_task(name="sync.push_stock")
def push_stock_levels(store_id: int) -> None:
    store = Store.objects.filter(pk=store_id, enabled=True).first()
    if store is not None:
        push.push_stock(store)


@shared_task(name="xero.refresh_reference")
def refresh_reference(organisation_id: int) -> None:
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is not None:
        steps.refresh(organisation)


@shared_task(name="xero.keep_alive")
def keep_alive() -> None:
    steps.keep_tokens_alive()


@shared_task(name="xero.watch")
def watch(organisation_id: int) -> None:
    organisation = Organisation.objects.filter(pk=organisation_id).first()
    if organisation is not None:
        steps.watch(organisation)
