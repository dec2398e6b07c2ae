"""How often a password may be tried: counted by account and address, in the database.

Whoever tries wrong passwords locks out himself: that account from that address, for minutes.
The same account from elsewhere, and other accounts from the same address (behind a proxy or in
an office all people may share one), go on logging in. All processes count together.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from connector.lib import clock
from connector.models import LogInTry

MOST = 5
WINDOW = timedelta(minutes=5)


class TooManyTries(Exception):
    """Nothing was checked. The next try may be made at `again_at`."""

    def __init__(self, again_at: datetime) -> None:
        super().__init__(f"too many tries, again at {again_at.isoformat()}")
        self.again_at = again_at


def take(account: str, address: str) -> LogInTry:
    """A try that may be made now. It counts as a wrong one until it is given back.

    It is written before the others are counted, so that of many at the same moment none is
    overlooked. Raises TooManyTries; a try that was not made does not count.
    """
    now = clock.now()
    LogInTry.objects.filter(at__lt=now - WINDOW).delete()
    mine = LogInTry.objects.create(key=_key(account, address), at=now)
    # Not later than now either: a clock that was set back must not lock anybody out for hours.
    others = LogInTry.objects.filter(key=mine.key, at__range=(now - WINDOW, now + WINDOW))
    wrong = list(others.exclude(pk=mine.pk).order_by("-at").values_list("at", flat=True)[:MOST])
    if len(wrong) < MOST:
        return mine
    mine.delete()
    raise TooManyTries(wrong[-1] + WINDOW)


def give_back(tried: LogInTry) -> None:
    """The password was right. Wrong ones before it still count."""
    LogInTry.objects.filter(pk=tried.pk).delete()


def _key(account: str, address: str) -> str:
    text = f"{account.strip().casefold()}\n{address}"
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
