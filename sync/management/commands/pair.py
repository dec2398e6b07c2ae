"""`pair`: connect a store by the one code that its shop shows, and test both ways."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connector.lib.errors import ConnectorError
from sync.ingest.pair import pair
from sync.ingest.pull import in_words
from sync.management.named import named


class Command(BaseCommand):
    help = "Connect a store by the pairing code that its shop shows, and test both ways."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", required=True, metavar="SLUG")
        parser.add_argument(
            "--replace", action="store_true", help="the code is of another shop than the store's"
        )
        parser.add_argument("code", metavar="CODE")

    def handle(self, *args: Any, **options: Any) -> None:
        store = named(options["store"])
        try:
            paired = pair(store, options["code"], replace=options["replace"])
        except ConnectorError as error:
            raise CommandError(f"{in_words(error)} Nothing was changed.") from None
        self.stdout.write(f"Paired: {paired.out}")
        self.stdout.write(paired.back)
        for warning in paired.warnings:
            self.stdout.write(f"Note: {warning}")
