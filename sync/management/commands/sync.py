"""`sync`: read a shop, build and send; with --wait in this process, to the end."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError

from connector.lib import logs
from connector.lib.days import in_utc
from stores.canonical.records import Stream
from stores.models import Store
from sync.flow.session import RunResult, Session
from sync.ingest.coverage import Window
from sync.ingest.pull import pulled
from sync.management.named import named
from sync.organisations import link_organisations

STREAMS = [stream.value for stream in Stream]


class Command(BaseCommand):
    help = "Read a store's orders, build their documents, and send them to Xero."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", required=True, metavar="SLUG")
        parser.add_argument("--since", metavar="ISO", help="changed in the shop since then")
        parser.add_argument("--until", metavar="ISO", help="changed in the shop until then")
        parser.add_argument(
            "--stream", choices=STREAMS, default=Stream.ORDERS.value,
            help="customers: also people who have not bought yet become contacts",
        )  # fmt: skip
        parser.add_argument("--wait", action="store_true", help="work here until all is done")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        with logs.warnings_only():
            self._sync(options)

    def _sync(self, options: dict[str, Any]) -> None:
        link_organisations()
        store = named(options["store"])
        if not store.enabled:
            raise CommandError(f"{store.name} is switched off (enabled: false).")
        stream = Stream(options["stream"])
        if stream not in pulled(store):
            raise CommandError(f"{store.name} does not sync {stream} (streams.{stream}).")
        window = _window(store, options["since"], options["until"])
        session = Session(store, bar=not options["json"])
        error = session.pull(stream, window)
        if options["wait"]:
            session.work()
        else:
            session.ring()
        result = session.result()
        self._print(result, as_json=options["json"])
        if stream in (Stream.PRODUCTS, Stream.STOCK) and not options["json"]:
            for line in session.held_products():
                self.stdout.write(f"held: {line}")
        if error:
            raise CommandError(error)
        if result.dead:
            raise SystemExit(1)
        if result.waiting:
            raise SystemExit(3)

    def _print(self, result: RunResult, *, as_json: bool) -> None:
        counts = result.counts()
        if as_json:
            self.stdout.write(json.dumps(counts))
            return
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()))
        if count := result.summarised_later:
            orders = "1 order waits" if count == 1 else f"{count} orders wait"
            self.stdout.write(f"{orders} for the summary of the day")
        for reason in result.why_waiting:
            self.stdout.write(f"waits: {reason}")


def _window(store: Store, since: str | None, until: str | None) -> Window | None:
    if since is None and until is None:
        return None
    return Window(_moment(store, "--since", since), _moment(store, "--until", until))


def _moment(store: Store, option: str, text: str | None) -> datetime | None:
    """An ISO moment; without an offset it is in the shop's time zone."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(
            f"{option} must be a date or time such as 2026-01-31T08:00:00Z, not {text!r}."
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(store.profile.shop_timezone))
    return in_utc(moment)
