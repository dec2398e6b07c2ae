"""A claim on rows that are built: whose it is, since when, and for how long at first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LEASE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who builds, and since when: what is asked for later is not answered by this build."""

    token: str
    at: datetime
