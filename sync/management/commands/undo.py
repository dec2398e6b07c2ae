"""`undo`: take the documents of orders back. Without --yes it only says what it would do."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounting.undo import UndoPlan
from stores.models import Store
from sync.management.named import named
from sync.models import SyncRun
from sync.orders import undo
from sync.orders.undo import Orders


class Command(BaseCommand):
    help = "Delete drafts, void open invoices and credit paid ones of orders, and leave them out."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", required=True, metavar="SLUG")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--orders", nargs="+", metavar="NUMBER", help="order numbers")
        which.add_argument("--day", metavar="DATE", help="invoices of that date")
        which.add_argument("--run", type=int, metavar="ID", help="orders that a run read")
        parser.add_argument("--yes", action="store_true", help="do it")
        parser.add_argument("--why", default="Undone by command", help="kept on the orders")

    def handle(self, *args: Any, **options: Any) -> None:
        store = named(options["store"])
        orders = _chosen(store, options)
        plan = undo.plan(orders)
        self._describe(plan)
        if not options["yes"]:
            self.stdout.write("Nothing was done. Add --yes to do it.")
            return
        count = undo.undo(orders, None, options["why"])
        self.stdout.write(f"Undo asked for of {count} orders; it runs with the next dispatch.")

    def _describe(self, plan: UndoPlan) -> None:
        for step in plan.steps:
            self.stdout.write(f"{step.number}: {step.text}")
        for note in plan.notes:
            self.stdout.write(f"{note.number} {note.key}: {note.text}")
        for reason in plan.cannot:
            self.stdout.write(f"{reason.number}: cannot be undone. {reason.text}")


def _chosen(store: Store, options: dict[str, Any]) -> Orders:
    if options["orders"]:
        found = undo.of_numbers(store, options["orders"])
        known = set(found.values_list("number", flat=True))
        if unknown := [number for number in options["orders"] if number not in known]:
            raise CommandError(f"{store.name} has no order {', '.join(unknown)}.")
        return found
    if options["day"]:
        try:
            return undo.of_day(store, date.fromisoformat(options["day"]))
        except ValueError:
            text = f"--day must be a date such as 2026-01-31, not {options['day']!r}."
            raise CommandError(text) from None
    run = SyncRun.objects.filter(pk=options["run"], store=store).first()
    if run is None:
        raise CommandError(f"{store.name} has no run {options['run']}.")
    return undo.of_run(run)
