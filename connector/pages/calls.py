"""How many calls to Xero are left, as the pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, Q

from connector.lib import clock
from xero.api.budget import TELLING_LASTS, WINDOW
from xero.models import Call, DayCount, Organisation

_LOW_SHARE = 10


@dataclass(frozen=True, slots=True)
class Calls:
    """Of one organisation. `left_today` is None while no app is entered."""

    limit: int
    used_today: int
    left_today: int
    minute_limit: int
    left_now: int

    @property
    def low(self) -> bool:
        return self.left_today * _LOW_SHARE < self.limit


def calls_left(organisations: Sequence[Organisation]) -> dict[int, Calls]:
    """By organisation, for those that have a log-in. Two queries."""
    now = clock.now()
    days = {
        row.organisation_id: row
        for row in DayCount.objects.filter(organisation__in=organisations, day=now.date())
    }
    counted = Q(ended_at=None) | Q(ended_at__gt=now - WINDOW)
    minutes = dict(
        Call.objects.filter(counted, organisation__in=organisations, deadline_at__gt=now - WINDOW)
        .values_list("organisation_id")
        .annotate(count=Count("pk"))
    )
    found = {}
    for organisation in organisations:
        if organisation.token_set is None:
            continue
        limit = organisation.token_set.app.daily_call_limit
        day = days.get(organisation.pk)
        used = day.calls if day else 0
        told = day.remaining_as_told(now - TELLING_LASTS) if day else None
        left = max(0, limit - used)
        minute = settings.XERO_CALLS_PER_MINUTE
        if organisation.others_until is not None and organisation.others_until > now:
            minute = max(1, minute - organisation.others_calls)
        found[organisation.pk] = Calls(
            limit=limit,
            used_today=used,
            left_today=left if told is None else min(left, told),
            minute_limit=settings.XERO_CALLS_PER_MINUTE,
            left_now=max(0, minute - minutes.get(organisation.pk, 0)),
        )
    return found
