"""How many calls may be sent to an organisation, kept in the database.

Xero allows, for each app and organisation, 60 calls in any rolling minute, 5 at a time and
1,000 or 5,000 a day (developer documentation, OAuth 2.0 API limits).

The minute is a sliding log in which a call counts from its send until 60 s after its answer.
Why that holds at Xero's end, whatever the network does: Xero sees a call at some moment
between its send and its answer. Take any 60 s at Xero, and of the calls seen in them the
one sent last. When it was taken, each of the others either had no answer yet or had got it
less than 60 s before, because it was seen in the same 60 s: so each was counted.

A slot of the concurrency limit is a lease until the call's deadline, which the gateway
enforces; a killed worker's slot frees itself. A call whose end nobody saw counts as running
until its deadline.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from connector.lib import clock
from xero.models import Call, DayCount, Lane, Organisation
from xero.transport import call_seconds

WINDOW: Final = timedelta(seconds=60)
# How long one look at Xero's own count of the day is believed. Other tools spend calls too,
# and the hour at which Xero starts a new day is not known.
TELLING_LASTS: Final = timedelta(hours=1)
# What a lane leaves free for those above it: a share of the minute, and of the slots.
_MINUTE_SHARE: Final = {Lane.CLICK: 1.0, Lane.LIVE: 0.95, Lane.BACKFILL: 0.85}
_SLOTS_LEFT_FREE: Final = {Lane.CLICK: 0, Lane.LIVE: 0, Lane.BACKFILL: 1}
_BUSY_SECONDS: Final = 0.5
# Clocks of several hosts differ by less.
_CLOCKS_DIFFER: Final = timedelta(seconds=30)
# The server ends its side of a call a moment after its last byte has reached us.
_LINGER_WALL_SECONDS: Final = 0.02
_KEEP_CALLS: Final = timedelta(minutes=10)
_PRUNE_EVERY: Final = 25
# A round of live orders: contacts, invoices, payments, and its share of refreshing.
_CALLS_A_ROUND: Final = 4
_LONGEST_GATHER: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class CallSlot:
    """Leave to send one call before `deadline_at`; give it to `release` or `give_back`.

    `ordinal` is the call's number in its organisation's UTC `day`.
    """

    call_id: int
    organisation_id: int
    day: date
    ordinal: int
    deadline_at: datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """No call now. `why` is minute, concurrent, day or parked; `seconds` a time to ask again."""

    seconds: float
    why: str


def take(organisation: Organisation, lane: Lane, kind: str = "") -> CallSlot | Wait:
    """Claim one call to `organisation`, or learn how long to wait. Never sleeps.

    One short transaction under the organisation's row (SQLite: under the write lock). It
    may not stand inside another transaction: none may be open while the call runs.
    """
    with transaction.atomic(durable=True):
        row = (
            Organisation.objects.select_for_update(of=("self",), no_key=True)
            .select_related("token_set__app")
            .get(pk=organisation.pk)
        )
        now = clock.now()
        _bring_back(row, now)
        refusal = _parked(row, now) or _minute_or_slots(row, lane, now)
        if refusal:
            return refusal
        day, _ = DayCount.objects.get_or_create(organisation=row, day=now.date())
        refusal = _day(row, day, lane, now)
        if refusal:
            return refusal
        day.calls += 1
        day.save(update_fields=["calls"])
        if day.calls % _PRUNE_EVERY == 0:
            Call.objects.filter(organisation=row, deadline_at__lt=now - _KEEP_CALLS).delete()
        call = Call.objects.create(
            organisation=row,
            lane=lane,
            kind=kind,
            sent_at=now,
            deadline_at=now + timedelta(seconds=call_seconds()),
        )
    return CallSlot(call.pk, row.pk, day.day, day.calls, call.deadline_at)


def release(slot: CallSlot, headers: Mapping[str, str]) -> None:
    """The call has been answered. `headers` (names in lower case) correct the counts.

    Single statements, not a transaction: it would lock rows in another order than `take`.
    """
    now = clock.now()
    Call.objects.filter(pk=slot.call_id).update(ended_at=min(now, slot.deadline_at))
    left_today = _number(headers.get("x-daylimit-remaining"))
    if left_today is not None:
        # An answer that was overtaken by that of a later call is old news.
        DayCount.objects.filter(
            Q(remaining_told=None) | Q(calls_when_told__lte=slot.ordinal),
            organisation_id=slot.organisation_id,
            day=slot.day,
        ).update(remaining_told=left_today, calls_when_told=slot.ordinal, told_at=now)
    left_now = _number(headers.get("x-minlimit-remaining"))
    if left_now is not None:
        _learn_of_others(slot.organisation_id, left_now, now)


def give_back(slot: CallSlot) -> None:
    """Nothing was sent (connection refused, no such host): the call does not count."""
    with transaction.atomic():
        if Call.objects.filter(pk=slot.call_id).delete()[0]:
            DayCount.objects.filter(
                organisation_id=slot.organisation_id, day=slot.day, calls__gt=0
            ).update(calls=F("calls") - 1)


def park(organisation_id: int, seconds: float, reason: str) -> None:
    """Send nothing to the organisation for `seconds`; a longer parking in force stays."""
    until = clock.now() + timedelta(seconds=seconds)
    Organisation.objects.filter(
        Q(parked_until=None) | Q(parked_until__lt=until), pk=organisation_id
    ).update(parked_until=until, parked_reason=reason)


def pace(organisation: Organisation) -> timedelta:
    """How long live documents gather before they go, so that the day's calls last the day.

    Nothing while calls are plentiful: only where less than half of what is due to the rest of
    the day is left are they spread over it, at about four calls a round and half an hour at
    the most.
    """
    now = clock.now()
    if organisation.token_set is None:
        return timedelta(0)
    limit, left = organisation.token_set.app.daily_call_limit, left_today(organisation)
    seconds = 86400 - now.hour * 3600 - now.minute * 60 - now.second
    if left * 86400 * 2 >= limit * seconds:
        return timedelta(0)
    return min(timedelta(seconds=seconds * _CALLS_A_ROUND / max(1, left)), _LONGEST_GATHER)


def left_today(organisation: Organisation) -> int:
    """How many calls the organisation has left today, by our count and by Xero's own; 0 for one
    without a log-in."""
    if organisation.token_set is None:
        return 0
    now, limit = clock.now(), organisation.token_set.app.daily_call_limit
    day = DayCount.objects.filter(organisation=organisation, day=now.date()).first()
    if day is None:
        return limit
    told = day.remaining_as_told(now - TELLING_LASTS)
    return max(0, min(limit - day.calls, limit if told is None else told))


def a_minute(lane: Lane) -> int:
    """How many calls a minute a lane gets where nobody else needs any."""
    return max(1, int(settings.XERO_CALLS_PER_MINUTE * _MINUTE_SHARE[lane]))


def _bring_back(row: Organisation, now: datetime) -> None:
    """Calls that were sent later than it is now: the clock was set back. They count as answered
    just now, so that a minute later all is as it was."""
    later = now + _CLOCKS_DIFFER
    ahead = Call.objects.filter(organisation=row, deadline_at__gt=later, sent_at__gt=later)
    ahead.update(sent_at=now, deadline_at=now, ended_at=now)


def _parked(row: Organisation, now: datetime) -> Wait | None:
    if row.parked_until is None or row.parked_until <= now:
        return None
    return Wait((row.parked_until - now).total_seconds(), "parked")


def _minute_or_slots(row: Organisation, lane: Lane, now: datetime) -> Wait | None:
    # Answered at the latest at the deadline: the index on it bounds what is read.
    log = Call.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=now - WINDOW),
        organisation=row,
        deadline_at__gt=now - WINDOW,
    ).values_list("ended_at", "deadline_at")
    linger = timedelta(seconds=_LINGER_WALL_SECONDS * clock.scale())
    running = sum(now < (ended + linger if ended else deadline) for ended, deadline in log)
    if running >= max(1, settings.XERO_CONCURRENT_CALLS - _SLOTS_LEFT_FREE[lane]):
        return Wait(_BUSY_SECONDS, "concurrent")
    allowed = _allowed(row, lane, now)
    # One that still runs may be answered at any moment.
    answered = sorted(ended or min(deadline, now) for ended, deadline in log)
    if len(answered) < allowed:
        return None
    frees_at = answered[len(answered) - allowed] + WINDOW
    return Wait(max((frees_at - now).total_seconds(), _BUSY_SECONDS), "minute")


def _allowed(row: Organisation, lane: Lane, now: datetime) -> int:
    limit = settings.XERO_CALLS_PER_MINUTE
    if row.others_until is not None and row.others_until > now:
        limit -= row.others_calls
    return max(1, int(limit * _MINUTE_SHARE[lane]))


def _day(row: Organisation, day: DayCount, lane: Lane, now: datetime) -> Wait | None:
    if row.token_set is None:
        return None
    app = row.token_set.app
    spared = app.reserved_calls if lane == Lane.BACKFILL else 0
    tomorrow = datetime.combine(now.date(), datetime.min.time(), now.tzinfo) + timedelta(days=1)
    if app.daily_call_limit - day.calls <= spared:
        return Wait((tomorrow - now).total_seconds(), "day")
    told = day.remaining_as_told(now - TELLING_LASTS)
    if told is not None and told <= spared:
        assert day.told_at is not None
        return Wait((min(day.told_at + TELLING_LASTS, tomorrow) - now).total_seconds(), "day")
    return None


def _learn_of_others(organisation_id: int, left_now: int, now: datetime) -> None:
    """Calls in Xero's minute that are not ours are taken off ours for a minute."""
    ours = Call.objects.filter(
        Q(ended_at=None) | Q(ended_at__gt=now - WINDOW),
        organisation_id=organisation_id,
        deadline_at__gt=now - WINDOW,
    ).count()
    others = settings.XERO_CALLS_PER_MINUTE - left_now - ours
    if others > 0:
        Organisation.objects.filter(pk=organisation_id).update(
            others_calls=others, others_until=now + WINDOW
        )


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.strip().isdigit() else None
