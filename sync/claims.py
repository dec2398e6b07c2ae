"""For how long rows are claimed by whoever builds them."""

from __future__ import annotations

from datetime import timedelta

LEASE = timedelta(minutes=2)
