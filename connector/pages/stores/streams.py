"""What of a store is read, how often, and when it is read next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connector.lib import clock
from connector.lib.errors import Misconfigured
from connector.lib.texts import locale_formats
from connector.templatetags.pages import of
from stores import registry
from stores.canonical.records import Stream
from stores.models import Cursor, Store
from stores.schedules import next_runs, span
from sync.ingest.pull import pulled

NAMES: dict[str, Promise] = {
    Stream.ORDERS: gettext_lazy("Orders"),
    Stream.REFUNDS: gettext_lazy("Refunds"),
    Stream.CUSTOMERS: gettext_lazy("Customers"),
    Stream.PRODUCTS: gettext_lazy("Products"),
    Stream.STOCK: gettext_lazy("Stock"),
}
_RUNS = 3
_NAMED = {
    "hourly": gettext_lazy("hourly"), "daily": gettext_lazy("daily"),
    "weekly": gettext_lazy("weekly"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One stream of a store. `cursor` is None where it was never read. `unread` says why it is
    not, `covered` what its list does not tell, `error` why it could not be read lately. `runs` are
    its next ones, where the clock says when they are."""

    stream: Stream
    schedule: str
    cursor: Cursor | None
    unread: str = ""
    covered: str = ""
    runs: tuple[datetime, ...] = ()

    @property
    def label(self) -> str:
        return str(NAMES[self.stream])

    @property
    def often(self) -> str:
        return in_words(self.schedule)

    @property
    def error(self) -> str:
        return self.cursor.last_error if self.cursor and not self.unread else ""

    @property
    def is_being_read(self) -> bool:
        return self.cursor is not None and self.cursor.is_claimed


def streams_of(store: Store) -> list[StreamRow]:
    wanted, profile = pulled(store), store.profile
    platform = registry.profile(store.platform)
    cursors = {cursor.stream: cursor for cursor in store.cursors.all()}
    rows = []
    for stream in Stream:
        unread = (
            "" if stream in wanted else _unread(store, stream, there=stream in platform.streams)
        )
        schedule = getattr(profile.schedule, stream)
        runs = () if unread else next_runs(schedule, profile.timezone, _RUNS)
        covered = "" if unread else platform.covers(stream).text
        rows.append(StreamRow(stream, schedule, cursors.get(stream), unread, covered, tuple(runs)))
    return rows


def in_words(schedule: str) -> str:
    """`every 5 minutes`, `daily at 03:30`; a cron line as it is."""
    if schedule in _NAMED:
        return str(_NAMED[schedule])
    between = span(schedule)
    if between is not None:
        unit = {"s": "second", "m": "minute", "h": "hour", "d": "day"}[schedule[-1]]
        return _("every %(span)s") % {"span": of(int(schedule[:-1]), unit)}
    name, _blank, at = schedule.partition(" ")
    if name == "daily":
        moment = datetime.combine(clock.now(), time.fromisoformat(at))
        return _("daily at %(time)s") % {"time": locale_formats.clock_time(moment)}
    return schedule


def platform_label(platform: str) -> str:
    try:
        return registry.adapter_class(platform).profile.label
    except Misconfigured:
        return _("%(platform)s (not read yet)") % {"platform": platform}


def _unread(store: Store, stream: Stream, *, there: bool) -> str:
    """Why a stream is not read."""
    if stream == Stream.STOCK and store.profile.streams.stock == "master":
        return _("From an outside system, see below")
    if not there:
        return _("%(platform)s has none") % {"platform": platform_label(store.platform)}
    return _("Not synced, by the store’s settings")
