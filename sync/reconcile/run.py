"""Compare a store with Xero: read Xero's lists anew, judge every order, keep what was found.

One run at a time works on a store, under a lease on its row. No transaction is open while Xero
is asked, and the orders are read in chunks, so that their number does not matter.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounting.reconcile.causes import EXPLAINED, Cause, Side
from accounting.reconcile.day_sums import DaySums
from accounting.reconcile.judge import judge
from accounting.reconcile.rows import Compared, Difference, OrderRow, Standing
from connector.lib import clock
from connector.lib.errors import ConnectorError
from connector.lib.money import from_units, written
from stores.models import Store
from sync.models import (
    HandledDifference,
    PostingSource,
    ReconcileDay,
    ReconcileDifference,
    ReconcileRun,
    TrackedOrder,
)
from sync.reconcile.figures import work_out_figures
from sync.reconcile.reading import Chunk, Reading, extra_documents
from sync.reconcile.summaries import own_of
from xero.mirror import refresh as mirror
from xero.mirror.known import read_anew, read_at
from xero.models import Lane, MirrorDocument, Organisation
from xero.models.cursor import LIST_OF

log = structlog.get_logger(__name__)
LEASE = timedelta(minutes=5)
KEPT_RUNS = 30
_KINDS = (mirror.Kind.INVOICES, mirror.Kind.CREDIT_NOTES, mirror.Kind.PAYMENTS)
_PATIENCE = 20
_What = ReconcileDifference.What
_State = ReconcileRun.State
_Known = dict[tuple[str, str, str, str], HandledDifference]


class Busy(Exception):
    """Another process is reconciling the store."""


def queue(store: Store, user: Any = None) -> ReconcileRun:
    """A run that waits for a worker; the one that is unfinished, if there is one."""
    try:
        with transaction.atomic():
            return ReconcileRun.objects.create(store=store, started_by=user)
    except IntegrityError:
        run = ReconcileRun.objects.unfinished().filter(store=store).first()
        return run if run is not None else queue(store, user)


def reconcile(run: ReconcileRun) -> ReconcileRun:
    """Do a run that nobody is doing. Raises Busy if somebody is."""
    worker = uuid.uuid4().hex
    rows = ReconcileRun.objects.filter(pk=run.pk)
    if not rows.unfinished().claim(worker, LEASE, state=_State.RUNNING):
        raise Busy(f"{run.store.name} is being reconciled by another process.")
    run.refresh_from_db()
    try:
        _Run(run, worker).do()
    except Busy:
        raise
    except Exception as error:
        log.exception("reconcile.failed", run_id=run.pk)
        text = f"{type(error).__name__}: {error}"[:500]
        rows.release(worker, state=_State.FAILED, error=text, ended_at=clock.now())
        raise
    run.refresh_from_db()
    return run


class _Run:
    """One run on its way."""

    def __init__(self, run: ReconcileRun, worker: str) -> None:
        self._run = run
        self._worker = worker
        self._store = Store.objects.select_related("organisation").get(pk=run.store_id)
        self._counts: Counter[str] = Counter()
        self._days = DaySums()
        self._known: _Known = {}

    def do(self) -> None:
        run = self._run
        run.found.all().delete()  # of a worker that did not come to its end
        run.days.all().delete()
        note = _ask_xero(self._store)
        reading = Reading(self._store)
        self._known = _handled(self._store)
        streams = self._store.profile.streams
        compared = Compared(payments=streams.payments, credits=streams.credit_notes)
        work_out_figures(self._store, self._keep)
        self._keep(total=reading.orders().count(), as_of=reading.documents_at, note=note[:500])
        for chunk in reading.chunks():
            self._compare(chunk, compared)
        self._summaries(reading, compared)
        if reading.documents_at is not None:
            self._extras()
        self._finish()

    def _keep(self, **changes: Any) -> None:
        """Write progress while the run is ours, and stay alive. Raises Busy if it is not."""
        row = ReconcileRun.objects.filter(pk=self._run.pk)
        if not row.keep(self._worker, LEASE, **changes):
            raise Busy("Another process took the run over.")

    def _compare(self, chunk: Chunk, compared: Compared) -> None:
        rows: list[ReconcileDifference] = []
        for order in chunk.orders:
            postings = chunk.postings.get(order.pk, [])
            parts = chunk.parts.get(order.pk, [])
            verdict = judge(order, [*parts, *postings], chunk.found, compared)
            self._days.add(
                own_of(order, parts) if parts else order, postings, verdict.own, chunk.found
            )
            self._counts["orders"] += 1
            self._counts["documents"] += verdict.documents
            self._counts[verdict.standing] += 1
            if verdict.standing is Standing.MISSING:
                rows.append(self._missing(order))
            rows += (self._difference(order, one) for one in verdict.differences)
        self._write(rows)
        self._keep(done=self._counts["orders"])

    def _summaries(self, reading: Reading, compared: Compared) -> None:
        """Each summary against the sum of its parts."""
        rows = []
        for whole, found in reading.whole_summaries():
            verdict = judge(whole.order, whole.postings, found, compared)
            self._days.add(whole.order, whole.postings, verdict, found)
            self._counts["documents"] += verdict.documents
            for one in verdict.differences:
                row = self._difference(whole.order, one)
                row.order_id, row.xero_id = None, whole.xero_id
                rows.append(row)
        self._write(rows)

    def _missing(self, order: OrderRow) -> ReconcileDifference:
        return ReconcileDifference(
            run=self._run, what=_What.MISSING, order_id=order.pk, number=order.number,
            currency=order.currency, field="document",
            shop_value="" if order.state == "new" else _shown(order.invoiced),
            side=Side.XERO, cause=Cause.NOT_YET_SYNCED,
        )  # fmt: skip

    def _difference(self, order: OrderRow, found: Difference) -> ReconcileDifference:
        return ReconcileDifference(
            run=self._run, what=_What.DIFFERENCE, order_id=order.pk, number=order.number,
            currency=order.currency, field=found.field, shop_value=_shown(found.shop),
            xero_value=_shown(found.xero), side=found.side, cause=found.cause,
            explained=found.cause in EXPLAINED,
        )  # fmt: skip

    def _extras(self) -> None:
        """Documents under our numbers that are not ours, unless a person has answered for it."""
        documents = extra_documents(self._store)
        prefix = len(self._store.number_prefix)
        names = [document.number[prefix:] for document in documents]
        by_hand = set(
            TrackedOrder.objects.filter(
                store=self._store, excluded_as=TrackedOrder.Excluded.HANDLED_BY_HAND,
            ).filter(Q(number__in=names) | Q(document_number__in=names)).values_list(
                "number", "document_number"
            )
        )  # fmt: skip
        answered = {name for names in by_hand for name in names if name}
        self._write([self._extra(one, one.number[prefix:] in answered) for one in documents])

    def _extra(self, document: MirrorDocument, by_hand: bool) -> ReconcileDifference:
        return ReconcileDifference(
            run=self._run, what=_What.EXTRA, number=document.number, xero_id=document.xero_id,
            currency=document.currency, field="document", xero_value=_shown(document.total),
            side=Side.XERO, cause=Cause.HANDLED_BY_HAND if by_hand else Cause.NOT_OURS,
            explained=by_hand,
        )  # fmt: skip

    def _write(self, rows: list[ReconcileDifference]) -> None:
        for row in rows:
            if not row.explained and key_of(row) in self._known:
                row.cause, row.explained = Cause.HANDLED_BY_HAND, True
            self._counts["explained" if row.explained else f"open {row.what}"] += 1
        ReconcileDifference.objects.bulk_create(rows, batch_size=500)

    def _finish(self) -> None:
        counts = self._counts
        days = (
            ReconcileDay(
                run=self._run, day=one.day, currency=one.currency, measure=one.measure,
                name=one.name[:100], documents=one.documents, shop_net_units=one.sums[0],
                shop_tax_units=one.sums[1], posted_net_units=one.sums[2],
                posted_tax_units=one.sums[3], xero_net_units=one.sums[4],
                xero_tax_units=one.sums[5],
            )
            for one in self._days.rows()
        )  # fmt: skip
        with transaction.atomic():
            ReconcileDay.objects.bulk_create(days, batch_size=500)
            self._keep(
                state=_State.DONE, ended_at=clock.now(), orders=counts["orders"],
                documents=counts["documents"], in_xero=counts[Standing.IN_XERO],
                held=counts[Standing.HELD], left_out=counts[Standing.LEFT_OUT],
                by_hand=counts[Standing.BY_HAND], missing=counts[f"open {_What.MISSING}"],
                extra=counts[f"open {_What.EXTRA}"],
                differences=counts[f"open {_What.DIFFERENCE}"], explained=counts["explained"],
            )  # fmt: skip
            _prune(self._store)


def key_of(row: ReconcileDifference) -> tuple[str, str, str, str]:
    """What a person's answer to a difference holds for."""
    return row.number, row.field, row.shop_value, row.xero_value


def _handled(store: Store) -> _Known:
    """What a person has taken care of, and has not opened again."""
    rows = HandledDifference.objects.filter(store=store, reopened_at=None)
    return {(row.number, row.field, row.shop_value, row.xero_value): row for row in rows}


def _shown(value: int | str) -> str:
    return value[:100] if isinstance(value, str) else written(from_units(value))


def _ask_xero(store: Store) -> str:
    """Bring the mirror up to date; a sentence on what that did not come to, or ""."""
    organisation = store.organisation
    if organisation is None:
        return (
            "The store is not tied to an organisation of Xero: only what the shop said and what "
            "was prepared could be looked at."
        )
    _have_columns(organisation)
    try:
        for kind in _KINDS:
            if not _read(organisation, kind):
                return _as_known(organisation, "Another process is reading Xero's lists.")
    except ConnectorError as error:
        return _as_known(organisation, f"Xero could not be asked: {error}")
    return ""


def _have_columns(organisation: Organisation) -> None:
    """Rows of a version that did not keep tax and date: their lists are read from the start."""
    without = MirrorDocument.objects.filter(organisation=organisation, tax__isnull=True)
    for kind in set(without.values_list("kind", flat=True).distinct()):
        read_anew(organisation, LIST_OF[MirrorDocument.Kind(kind)])


def _read(organisation: Organisation, kind: mirror.Kind) -> bool:
    """Read a list; one that another process is reading is waited for a moment."""
    for _ in range(_PATIENCE):
        if mirror.refresh(organisation, kind, lane=Lane.LIVE):
            return True
        clock.sleep(0.5)
    return False


def _as_known(organisation: Organisation, why: str) -> str:
    known = [read_at(organisation, kind) for kind in _KINDS[:2]]
    if not all(known):
        return f"{why} What Xero answered when each document was posted was compared instead."
    return f"{why} What was known before was compared instead."


def _prune(store: Store) -> None:
    """Only the newest runs of a store are kept."""
    runs = ReconcileRun.objects.filter(store=store).order_by("-pk")
    old = list(runs.values_list("pk", flat=True)[KEPT_RUNS : KEPT_RUNS + 100])
    ReconcileRun.objects.filter(pk__in=old).delete()


def orders_of(row: ReconcileDifference) -> list[str]:
    """The numbers of the orders behind a difference of a summary; none behind any other."""
    if row.order_id is not None or row.what != _What.DIFFERENCE:
        return []
    sources = PostingSource.objects.filter(
        posting__xero_id=row.xero_id, posting__verb="PUT", posting__store=row.run.store_id
    )
    return list(sources.order_by("order_id").values_list("order__number", flat=True))


def open_rows(run: ReconcileRun, what: str) -> Iterable[ReconcileDifference]:
    """What a run found of a kind and nobody has accounted for, in the order of the orders."""
    return run.found.filter(what=what, explained=False).order_by("pk").iterator(2000)
