"""Try a draft: the store's last orders as they are stored, built with it and with what is live.

Nobody is asked, neither shop nor Xero, and nothing is written but the trial: no posting, no order.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction

from accounting.books import Books
from accounting.preview import Preview
from accounts_mapping.models import snapshot
from accounts_mapping.rules.resolve import MappingSnapshot, about_products
from accounts_mapping.sections.section import Document, read_back
from connector.lib import clock, doorbell
from connector.lib.database.claims import TakenOver
from stores import registry
from stores.canonical.order import Order
from stores.canonical.records import ParseError, ParseFacts, Stream
from stores.models import Store
from sync.models import TrackedOrder, Trial, TrialDifference
from sync.parsing import parse_facts, parsed, with_products
from sync.trials.compare import DifferenceCounts, compared, compared_summary
from xero.documents.facts import NOT_CONNECTED

log = structlog.get_logger(__name__)
USUAL, MOST = 100, 1000
_CHUNK = 50
_LEASE = timedelta(minutes=5)
_KEPT = 10
_State = Trial.State


def queue(
    store: Store,
    document: Document,
    *,
    user: Any = None,
    most: int = USUAL,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Trial:
    """Begin a trial of this section; the one of just that, if it is on its way. One of something
    else gives way."""
    asked: dict[str, Any] = {
        "document": document, "most": min(most, MOST), "since": since, "until": until,
    }  # fmt: skip
    for _ in range(5):
        running = Trial.objects.unfinished().filter(store=store)
        for one in running:
            if all(getattr(one, name) == value for name, value in asked.items()):
                return one
        try:
            with transaction.atomic():
                running.update(state=_State.REPLACED, ended_at=clock.now(), claimed_by="")
                version = snapshot(store).version
                trial = Trial.objects.create(store=store, version=version, started_by=user, **asked)
                _forget(store)
                doorbell.ring("sync.try_out", trial.pk)
        except IntegrityError:
            continue
        return trial
    raise RuntimeError(f"others begin trials of {store.slug} at the same time")


def _forget(store: Store) -> None:
    """Only the last ones are kept."""
    kept = Trial.objects.filter(store=store).order_by("-pk").values_list("pk", flat=True)[:_KEPT]
    Trial.objects.filter(store=store).exclude(pk__in=list(kept)).delete()


def work(trial: Trial) -> None:
    """Do a trial that nobody is doing; nothing where somebody is."""
    worker = uuid.uuid4().hex
    rows = Trial.objects.filter(pk=trial.pk)
    if not rows.unfinished().claim(worker, _LEASE, state=_State.RUNNING):
        return
    trial.refresh_from_db()
    try:
        _Run(trial, worker).do()
    except TakenOver:
        log.info("trial.taken_over", trial_id=trial.pk)
    except Exception as error:
        log.exception("trial.failed", trial_id=trial.pk)
        text = f"{type(error).__name__}: {error}"[:500]
        rows.release(worker, state=_State.FAILED, error=text, ended_at=clock.now())


class _Run:
    """One trial on its way. Both previews see the orders from the oldest on, as a sync would."""

    def __init__(self, trial: Trial, worker: str) -> None:
        self._trial, self._worker = trial, worker
        self._store = Store.objects.select_related("organisation").get(pk=trial.store_id)
        self._reader = registry.reader(self._store.platform)
        self._facts = parse_facts(self._store)
        in_force = snapshot(self._store)
        section = read_back(trial.document)
        tried = MappingSnapshot(
            section.profile, section.store_rules, in_force.platform, in_force.version + 1
        )
        self._about_products = any(about_products(one.rules) for one in (in_force, tried))
        self._live, self._tried = self._preview(in_force), self._preview(tried)
        self._differing, self._counts = 0, DifferenceCounts()

    def do(self) -> None:
        self._trial.differences.all().delete()  # of a worker that did not come to its end
        keys = self._orders()
        more = len(keys) > self._trial.most
        keys = keys[: self._trial.most][::-1]
        self._keep(total=len(keys), more=more, done=0)
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            self._write(list(self._try(chunk)))
            self._keep(done=start + len(chunk), differing=self._differing)
        self._write(list(self._summaries()))
        rows = Trial.objects.filter(pk=self._trial.pk)
        rows.release(
            self._worker, state=_State.DONE, ended_at=clock.now(), differing=self._differing,
            counts=self._counts.rows(),
        )  # fmt: skip

    def _preview(self, mapping: MappingSnapshot) -> Preview:
        organisation = self._store.organisation
        connected = organisation is not None and organisation.connected
        facts = organisation.facts() if connected else NOT_CONNECTED  # type: ignore[union-attr]
        return Preview(Books(mapping, facts), self._reader, self._facts)

    def _orders(self) -> list[int]:
        """The newest, at most one more than asked for."""
        orders = TrackedOrder.objects.filter(store=self._store, excluded_at=None)
        if self._trial.since is not None:
            orders = orders.filter(placed_at__gte=self._trial.since)
        if self._trial.until is not None:
            orders = orders.filter(placed_at__lt=self._trial.until)
        newest = orders.order_by("-placed_at", "-pk").values_list("pk", flat=True)
        return list(newest[: self._trial.most + 1])

    def _try(self, keys: list[int]) -> Iterator[TrialDifference]:
        rows = TrackedOrder.objects.select_related("record").in_bulk(keys)
        orders = [rows[key] for key in keys if key in rows]
        facts = self._known(orders)
        for preview in (self._live, self._tried):
            preview.facts = facts
        for row in orders:
            record = row.record.record
            found = compared(self._live.add(record), self._tried.add(record))
            if found is not None:
                yield TrialDifference(
                    trial=self._trial, order=row, number=row.number[:120], found=found
                )

    def _known(self, orders: list[TrackedOrder]) -> ParseFacts:
        """With what is known of the products, where a rule is about them."""
        if not self._about_products:
            return self._facts
        skus = set()
        for row in orders:
            try:
                order = parsed(self._reader, Stream.ORDERS, row.record, self._facts)
            except ParseError:
                continue  # the preview says so
            if isinstance(order, Order):
                skus |= {line.sku for line in order.lines}
        return with_products(self._store, self._facts, skus)

    def _summaries(self) -> Iterator[TrialDifference]:
        live = {one["number"]: one for one in self._live.summaries()}
        tried = {one["number"]: one for one in self._tried.summaries()}
        for number in dict.fromkeys((*live, *tried)):
            found = compared_summary(live.get(number), tried.get(number))
            if found is not None:
                yield TrialDifference(trial=self._trial, number=number[:120], found=found)

    def _write(self, rows: list[TrialDifference]) -> None:
        TrialDifference.objects.bulk_create(rows)
        self._differing += len(rows)
        for row in rows:
            self._counts.add(row.found)

    def _keep(self, **changes: Any) -> None:
        """Write progress while the trial is ours, and stay alive. Raises TakenOver if not."""
        if not Trial.objects.filter(pk=self._trial.pk).keep(self._worker, _LEASE, **changes):
            raise TakenOver
