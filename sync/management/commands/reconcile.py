"""`reconcile`: is everything in Xero, and as the shop has it? 0 is yes, 1 is not."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounting.reconcile.causes import CAUSES, Cause
from stores.models import Store
from sync.management.named import named
from sync.models import ReconcileDifference, ReconcileRun
from sync.organisations import link_organisations
from sync.reconcile.run import Busy, open_rows, orders_of, queue, reconcile

_What = ReconcileDifference.What


class Command(BaseCommand):
    help = "Compare the orders of a store, or of all, with Xero. Changes nothing in Xero."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", metavar="SLUG", help="all stores unless given")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        link_organisations()
        try:
            runs = [reconcile(queue(store)) for store in _stores(options["store"])]
        except Busy as busy:
            raise CommandError(f"{busy} Try again when it has come to its end.") from None
        for run in runs:
            if run.note:
                self.stderr.write(f"{run.store.slug}: {run.note}")
        if options["json"]:
            self.stdout.write(json.dumps(_answer(runs), ensure_ascii=False, indent=2))
        else:
            self._describe(runs)
        if any(run.open for run in runs):
            raise SystemExit(1)

    def _describe(self, runs: list[ReconcileRun]) -> None:
        for run in runs:
            self.stdout.write(
                f"{run.store.name}: {run.orders} orders, {run.documents} documents in Xero; "
                f"{run.in_xero} in Xero, {run.held} wait for you, {run.left_out} not synced, "
                f"{run.by_hand} handled by hand; missing {run.missing}, extra {run.extra}, "
                f"differences {run.differences}, explained {run.explained}"
            )
            for what in (_What.MISSING, _What.EXTRA, _What.DIFFERENCE):
                for row in open_rows(run, what):
                    self.stdout.write(f"  {_line(row)}")


def _stores(slug: str | None) -> list[Store]:
    if slug is not None:
        return [named(slug)]
    return list(Store.objects.on_lists().select_related("organisation"))


def _answer(runs: list[ReconcileRun]) -> dict[str, Any]:
    """The contract, and beside it what was accounted for and what could not be compared."""
    return {
        "orders": sum(run.orders for run in runs),
        "documents": sum(run.documents for run in runs),
        "missing": [row.number for run in runs for row in open_rows(run, _What.MISSING)],
        "extra": [row.number for run in runs for row in open_rows(run, _What.EXTRA)],
        "differences": [
            _difference(run, row) for run in runs for row in open_rows(run, _What.DIFFERENCE)
        ],
        "explained": [
            _difference(run, row)
            for run in runs
            for row in run.found.filter(explained=True).order_by("pk").iterator(2000)
        ],
        "notes": [f"{run.store.slug}: {run.note}" for run in runs if run.note],
    }


def _difference(run: ReconcileRun, row: ReconcileDifference) -> dict[str, Any]:
    """One of a summary has the summary's number as its order, and names those behind it."""
    behind = orders_of(row)
    return {
        "order": row.number,
        "field": row.field,
        "store": row.shop_value,
        "xero": row.xero_value,
        "cause": row.cause,
        "side": row.side,
        "slug": run.store.slug,
        **({"orders": behind} if behind else {}),
    }


def _line(row: ReconcileDifference) -> str:
    shop, xero = row.shop_value or "nothing", row.xero_value or "nothing"
    cause = CAUSES[Cause(row.cause)].title
    text = f"{row.number} {row.field}: shop {shop}, Xero {xero} {row.currency} ({cause})"
    behind = orders_of(row)
    return f"{text}, of the orders {', '.join(behind)}" if behind else text
