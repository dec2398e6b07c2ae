"""What was tried, and what came back: one row a call."""

from __future__ import annotations

from sync.models import Attempt, Dispatch
from xero.api.gateway import Exchange


def log_attempts(dispatch: Dispatch, exchanges: list[Exchange], *, what: str = "send") -> None:
    """One row for each request that was tried."""
    Attempt.objects.bulk_create(
        Attempt(
            dispatch=dispatch,
            what=what,
            status=exchange.status,
            correlation_id=exchange.correlation_id[:100],
            milliseconds=exchange.milliseconds,
            outcome=type(exchange.error).__name__ if exchange.error else "answered",
            error=str(exchange.error or "")[:2000],
        )
        for exchange in exchanges
    )
