"""`stock import`: take stock levels over from a table, to be written to the shop."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connector.lib import clock
from connector.lib.errors import NeedsAttention
from sync.management.named import named
from sync.stock.levels import BadLevels, from_csv
from sync.stock.take import take_stock


class Command(BaseCommand):
    help = "Take stock levels over from a CSV file with the columns sku and quantity."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("verb", choices=["import"])
        parser.add_argument("--store", required=True, metavar="SLUG")
        parser.add_argument("--dry-run", action="store_true", help="only say what is wrong")
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        store = named(options["store"])
        try:
            levels = from_csv(options["file"].read_bytes())
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be read: {error.strerror}.") from None
        except BadLevels as error:
            raise CommandError("\n".join([*error.lines, "Nothing was changed."])) from None
        if options["dry_run"]:
            self.stdout.write(f"Stock levels in the file: {len(levels)}. Nothing was changed.")
            return
        try:
            taken = take_stock(store, levels, clock.now())
        except NeedsAttention as error:
            raise CommandError(f"{error} {error.hint}") from None
        self.stdout.write(f"Stock levels on their way to {store}: {taken} of {len(levels)}.")
