"""The shop's own clock: OpenCart writes local times without saying of which zone. Pure.

At the end of summer time an hour comes twice, and what is written in it the second time bears a
time that has passed before. So an interval is widened to all that its moments may be written as.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_FORMAT_LENGTH = 19
# Longer than a clock is set back by anywhere.
_SET_BACK_SECONDS = 3 * 3600


@dataclass(frozen=True, slots=True)
class ShopClock:
    """The time zone in which the shop writes, by its IANA name."""

    zone: str

    def earliest(self, at: datetime) -> str:
        """The smallest text that a moment from `at` on may be written as."""
        text = self.text(at)
        back = self._set_back_after(at)
        return min(text, self.text(back)) if back is not None else text

    def latest(self, at: datetime) -> str:
        """The largest text that a moment up to `at` may be written as."""
        text = self.text(at)
        back = self._set_back_after(at - timedelta(seconds=_SET_BACK_SECONDS))
        if back is None or back > at:
            return text
        return max(text, self.text(back - timedelta(seconds=1)))

    def moment(self, text: str) -> datetime | None:
        """What a text says, in UTC; of two moments the earlier. None where it says none."""
        try:
            local = datetime.fromisoformat(text)
            return local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            return None

    def text(self, at: datetime) -> str:
        """A moment as the shop writes it."""
        local = at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return local.isoformat(" ", "seconds")[:_FORMAT_LENGTH]

    def _set_back_after(self, at: datetime) -> datetime | None:
        """When the clock is set back next, within the time that this can matter; to the second."""
        zone, first = ZoneInfo(self.zone), int(at.timestamp())
        start, end = first, first + _SET_BACK_SECONDS

        def offset(second: int) -> timedelta:
            return datetime.fromtimestamp(second, zone).utcoffset() or timedelta(0)

        before = offset(start)
        if offset(end) >= before:
            return None
        while end - start > 1:
            middle = (start + end) // 2
            start, end = (middle, end) if offset(middle) == before else (start, middle)
        return datetime.fromtimestamp(end, UTC)


def zone_of(name: object, offset: object, now: object) -> str:
    """The zone of the shop's texts: the one that its PHP names, where the database's time of now
    is that zone's; else the one of that offset, if it is of whole hours; else "".
    """
    if not isinstance(offset, int) or isinstance(offset, bool):
        return ""
    if isinstance(name, str) and isinstance(now, str):
        try:
            local = datetime.fromisoformat(now)
            zone = ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            pass
        else:
            offsets = {local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
            if timedelta(seconds=offset) in offsets:
                return name
    hours, rest = divmod(offset, 3600)
    if rest or not -12 <= hours <= 14:
        return ""
    return "UTC" if not hours else f"Etc/GMT{-hours:+d}"
