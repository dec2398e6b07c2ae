"""`backfill`: post the orders of past days, in this process, and go on where it stopped."""

from __future__ import annotations

import json
import sys
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from connector.lib import clock
from stores.models import Store
from sync.backfill import actions as backfill
from sync.backfill import read as backfill_reading
from sync.flow.session import RunResult, Session
from sync.management.named import named
from sync.models import Backfill
from sync.organisations import link_organisations

_State = Backfill.State


class Command(BaseCommand):
    help = "Post the orders of past days; run again, it goes on where it stopped."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--store", required=True, metavar="SLUG")
        parser.add_argument("--since", metavar="DATE", help="the first day, by date of the order")
        parser.add_argument("--until", metavar="DATE", help="the last day; today if not given")
        parser.add_argument("--yes", action="store_true", help="start without asking")
        parser.add_argument("--json", action="store_true", help="one JSON object on stdout")

    def handle(self, *args: Any, **options: Any) -> None:
        link_organisations()
        store = named(options["store"])
        row = _under_way(store)
        try:
            if row is None:
                row = self._planned(store, options)
                if row is None:
                    return
            elif options["since"] and _day("--since", options["since"]) != row.since:
                raise CommandError(
                    f"A backfill of {row.since} to {row.until} is under way. Run without --since "
                    "to go on with it, or cancel it on its page."
                )
            elif row.state in (_State.PAUSED, _State.FAILED):
                backfill.resume(row)
        except backfill.BackfillRefused as error:
            raise CommandError(str(error)) from None
        session = Session(store, bar=not options["json"])
        try:
            row = session.backfill(row)
        except KeyboardInterrupt:
            row.refresh_from_db()
            backfill.pause(row)
            self.stderr.write("Paused. Run the same command again to go on where it stopped.")
        self._report(row, session.result(), as_json=options["json"])

    def _planned(self, store: Store, options: dict[str, Any]) -> Backfill | None:
        """A new one that was said yes to; None if it was not, or has nothing to do."""
        if options["since"] is None:
            raise CommandError("--since is needed: the first day to post, such as 2026-01-31.")
        until = options["until"] or clock.today(store.profile.timezone).isoformat()
        row = backfill.plan(store, _day("--since", options["since"]), _day("--until", until))
        backfill_reading.work(row)
        if row.counted_at is None:
            backfill.cancel(row)
            raise CommandError(row.error or "The shop could not be asked. Try again later.")
        if not options["json"]:
            self.stdout.write(row.forecast)
        if row.expected == 0 or not (options["yes"] or self._agreed()):
            if options["json"]:
                self.stdout.write(json.dumps(_told(row, RunResult())))
            backfill.cancel(row)
            return None
        backfill.start(row)
        return row

    def _agreed(self) -> bool:
        if not sys.stdin.isatty():
            raise CommandError("Nobody is there to say yes. Add --yes to start without asking.")
        self.stdout.write("Post these orders to Xero? [y/N] ", ending="")
        return input().strip().lower() in ("y", "yes")

    def _report(self, row: Backfill, result: RunResult, *, as_json: bool) -> None:
        row.refresh_from_db()
        told = _told(row, result)
        if as_json:
            self.stdout.write(json.dumps(told))
        else:
            shown = ("found", "posted", "held", "skipped", "waiting", "calls")
            line = ", ".join(f"{name} {told[name]}" for name in shown)
            self.stdout.write(f"{row.get_state_display()}: {line}")
            for reason in result.why_waiting:
                self.stdout.write(f"waits: {reason}")
        if row.state == _State.FAILED:
            raise CommandError(row.error)
        if row.is_unfinished:
            raise SystemExit(3)


def _told(row: Backfill, result: RunResult) -> dict[str, Any]:
    """What `--json` prints."""
    counts = row.counts()
    return {
        "state": row.state, "expected": row.expected, "found": counts.found,
        "posted": counts.posted, "held": counts.held, "skipped": counts.skipped,
        "waiting": counts.waiting, "calls": result.calls,
        "forecast_calls": row.forecast_calls, "forecast_seconds": row.forecast_seconds,
    }  # fmt: skip


def _under_way(store: Store) -> Backfill | None:
    """The backfill to go on with: one that was begun and has not ended, or broke off last."""
    rows = Backfill.objects.filter(store=store).select_related("store__organisation")
    begun = rows.unfinished().exclude(state=_State.PLANNED).first()
    newest = rows.worth_showing().order_by("-pk").first()
    broken = newest is not None and newest.state == _State.FAILED and newest.started_at is not None
    return begun or (newest if broken else None)


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{option} must be a day such as 2026-01-31, not {text!r}.") from None
