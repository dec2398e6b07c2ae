"""What shops say changed: calls are checked and stored first (`accept`), and worked off here.

A call is believed in one thing only, where to look: the records themselves are fetched, and
kept as a pull keeps them. The same record named by many calls is fetched once. Where a shop's list
of changes tells all that its calls name (`Coverage.gathers`), the list is read for them instead,
with all that came since; what somebody in the shop asked for is fetched all the same. Polling
stays the safety net for calls that were never sent, or given up.
"""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F

from connector.lib import clock, doorbell
from connector.lib.errors import ConnectorError, Temporary
from stores.abilities import coverage_of
from stores.canonical.records import ParseError, RecordRef, Stream
from stores.connect import connect
from stores.models import Cursor, Store
from stores.records import ids_of
from stores.signatures import NOBODYS_SECRET
from sync.ingest.ingest import complete, keep, ready
from sync.ingest.pull import in_words, pulled
from sync.models import IncomingCall, Preferences
from sync.retries import Policy, policy
from xero.models import Lane

log = structlog.get_logger(__name__)
_LEASE = timedelta(minutes=5)
# So many calls are claimed together, and so many records fetched and kept together.
_CALLS, _RECORDS = 200, 100
_BATCHES = 5
_KEEP_DAYS = 30
# So many of the things that the shop does not have are named.
_NAMED = 10
# Stock is brought together as a whole, so calls about it hurry that at most so often.
_STOCK_EVERY = timedelta(minutes=5)
_TRIGGER_EVERY = timedelta(minutes=1)


def trigger(slug: str, token: str) -> bool:
    """Have a store's orders and refunds read now, as its shop's cron asks, at most once a
    minute. False for a store that is unknown or archived, or a wrong token."""
    rows = Store.objects.on_lists().only("slug", "trigger_token")
    store = rows.filter(slug=slug).first()
    known = (store.trigger_token if store else "") or ""
    right = hmac.compare_digest((known or NOBODYS_SECRET).encode(), token.encode())
    if store is None or not known or not right:
        return False
    if store.take_trigger(_TRIGGER_EVERY):
        for stream in (one for one in (Stream.ORDERS, Stream.REFUNDS) if one in pulled(store)):
            Cursor.of(store, stream).hurry()
            doorbell.ring("sync.pull", store.pk, stream.value)
    return True


def work_off(store: Store) -> None:
    """Fetch and keep what the store's due calls name. Failures become columns, never errors.

    What comes in meanwhile has a ring of its own, for which more of it gathers. Where there is
    too much for one visit it comes back, so that a single worker gets to post as well.
    """
    token, streams = uuid.uuid4().hex, pulled(store)
    for _ in range(_BATCHES):
        calls = _claim(store, token)
        if calls:
            _work(store, token, _without_worn_out(token, calls), streams)
        if len(calls) < _CALLS:
            return
    doorbell.ring("sync.hooks", store.pk)


def _claim(store: Store, token: str) -> list[IncomingCall]:
    """The next calls; none while the shop asked to be left alone."""
    ours = IncomingCall.objects.filter(store=store)
    waiting = ours.filter(state=IncomingCall.State.WAITING, quiet_until__gt=clock.now())
    if waiting.exists():
        return []
    # A try that kills its worker is a try too: it is counted before it begins.
    due = ours.order_by("pk")
    return list(due.take(token, _LEASE, most=_CALLS, attempts=F("attempts") + 1))


def _without_worn_out(token: str, calls: Sequence[IncomingCall]) -> list[IncomingCall]:
    """Those with tries left. Others ended every worker that took them, and end no more."""
    most = policy().attempts
    worn_out = [call.pk for call in calls if call.attempts > most]
    if worn_out:
        error = "Its worker ended before the call was worked off, each time that it was tried."
        IncomingCall.objects.filter(pk__in=worn_out).release(
            token, state=IncomingCall.State.FAILED, error=error, done_at=clock.now()
        )
        log.error("hooks.worn_out", calls=worn_out)
    return [call for call in calls if call.attempts <= most]


@dataclass(slots=True)
class _Outcome:
    """What became of the streams that some calls name: what is gone, what could not be read."""

    gone: set[tuple[Stream, str]] = field(default_factory=set)
    off: set[Stream] = field(default_factory=set)
    failed: dict[Stream, Exception] = field(default_factory=dict)

    def note(self, refs: Sequence[RecordRef]) -> str:
        """What a person should know of a call beside that it is done."""
        gone = [f"{ref.stream} {ref.id}" for ref in refs if (ref.stream, ref.id) in self.gone]
        off = sorted({ref.stream.value for ref in refs if ref.stream in self.off})
        more = f" and {len(gone) - _NAMED} more" if len(gone) > _NAMED else ""
        notes = [f"Not found in the shop: {', '.join(gone[:_NAMED])}{more}."] if gone else []
        notes += [f"Not read, as the store does not sync {', '.join(off)}."] if off else []
        return " ".join(notes)


def _work(
    store: Store, token: str, calls: Sequence[IncomingCall], streams: Sequence[Stream]
) -> None:
    outcome = _Outcome()
    # By stream and id, whether somebody asked for it.
    wanted: dict[Stream, dict[str, bool]] = {}
    for call in calls:
        for ref in call.refs:
            of_stream = wanted.setdefault(ref.stream, {})
            of_stream[ref.id] = call.asked or of_stream.get(ref.id, False)
    changed = 0
    for stream in sorted(wanted, key=list(Stream).index):
        if stream not in streams:
            outcome.off.add(stream)
            continue
        try:
            changed += _take_in(store, stream, wanted[stream], token, outcome)
        except (ConnectorError, ParseError) as error:
            outcome.failed[stream] = error
        except Exception as error:
            log.exception("hooks.unforeseen", store_id=store.pk, stream=stream)
            outcome.failed[stream] = error
    _settle(store, token, calls, outcome)
    if changed:
        doorbell.ring("sync.build", store.pk)


def _take_in(
    store: Store, stream: Stream, wanted: Mapping[str, bool], token: str, outcome: _Outcome
) -> int:
    """Fetch and keep records of a stream; how many orders or products that changes.

    Each chunk is kept when it is read: a failure further on costs reading it again, no more.
    """
    if stream is Stream.STOCK:
        _hurry(store, stream, _STOCK_EVERY)
        return 0
    adapter = connect(store)
    ids = list(wanted)
    gathers = coverage_of(adapter, stream).gathers
    # A list that could not be read is tried again in its own time.
    if gathers and not Cursor.of(store, stream).failures:
        ids = [one for one, asked in wanted.items() if asked]
        if len(ids) < len(wanted):
            _hurry(store, stream, gathers)
    if not ids:
        return 0
    ready(store, stream)
    changed = 0
    for start in range(0, len(ids), _RECORDS):
        if not IncomingCall.objects.keep(token, _LEASE):
            raise Temporary("Another worker has taken these calls over.")
        chunk = ids[start : start + _RECORDS]
        delivery = complete(store, adapter, stream, adapter.fetch_many(stream, chunk))
        with transaction.atomic():
            changed += keep(store, adapter, delivery, lane=Lane.LIVE)
        found = ids_of(adapter, stream, delivery.records)
        gone = [one for one in chunk if one not in found]
        if gone:
            outcome.gone |= {(stream, one) for one in gone}
            log.warning(
                "hooks.gone", store_id=store.pk, stream=stream, count=len(gone), ids=gone[:_NAMED]
            )
    return changed


def _hurry(store: Store, stream: Stream, every: timedelta) -> None:
    """Have a stream read by its list, now or once it is long enough ago."""
    cursor, now = Cursor.of(store, stream), clock.now()
    being_read = cursor.claimed_until is not None and cursor.claimed_until > now
    last = now if being_read else cursor.last_run_at
    due = now if last is None else max(now, last + every)
    cursor.hurry(due)
    if due <= now:
        doorbell.ring("sync.pull", store.pk, stream.value)


def _settle(store: Store, token: str, calls: Sequence[IncomingCall], outcome: _Outcome) -> None:
    """Write down what became of each call, as far as this worker still holds it."""
    rows = IncomingCall.objects.all()
    plain: list[int] = []
    tried: dict[tuple[int, Stream], list[int]] = {}
    for call in calls:
        failing = next((ref.stream for ref in call.refs if ref.stream in outcome.failed), None)
        if failing is not None:
            tried.setdefault((call.attempts, failing), []).append(call.pk)
        elif note := outcome.note(call.refs):
            rows.filter(pk=call.pk).release(token, note=note, **_done())
        else:
            plain.append(call.pk)
    rows.filter(pk__in=plain).release(token, **_done())
    in_force = policy()
    for (attempts, stream), ids in tried.items():
        fate = _put_off(in_force, attempts, outcome.failed[stream])
        rows.filter(pk__in=ids).release(token, **fate)
        log.warning("hooks.failed", store_id=store.pk, stream=stream, calls=len(ids),
                    state=fate["state"], error=fate["error"])  # fmt: skip


def _done() -> dict[str, Any]:
    """What is said of calls that are worked off."""
    return {
        "state": IncomingCall.State.DONE, "done_at": clock.now(), "error": "", "quiet_until": None
    }  # fmt: skip


def _put_off(in_force: Policy, attempts: int, error: Exception) -> dict[str, Any]:
    """When calls that failed are tried next; after the last try they have failed for good."""
    now, asked = clock.now(), None
    if isinstance(error, Temporary) and error.retry_after is not None:
        asked = now + timedelta(seconds=error.retry_after)
    wait = now + timedelta(seconds=in_force.wait(attempts))
    given_up = attempts >= in_force.attempts
    return {
        "state": IncomingCall.State.FAILED if given_up else IncomingCall.State.WAITING,
        "not_before": max(wait, asked or wait),
        "quiet_until": None if given_up else asked,
        "error": in_words(error),
        "done_at": now if given_up else None,
    }


def purge() -> int:
    """Forget calls older than `logging.retention_days`: what they named was read by them or by
    polling long ago."""
    days = int(Preferences.load().logging.get("retention_days", _KEEP_DAYS))
    return IncomingCall.objects.all().purge(clock.now() - timedelta(days=days))
