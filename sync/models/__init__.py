"""The heart's rows: orders as they stand, the outbox and ledger, and the log of every try."""

from __future__ import annotations

from sync.models.order import OrderAction, TrackedOrder
from sync.models.outbox import Attempt, Dispatch, Posting, PostingSource
from sync.models.reconcile import (
    HandledDifference,
    ReconcileDay,
    ReconcileDifference,
    ReconcileRun,
)
from sync.models.runs import OrganisationRun, Preferences, SyncRun

__all__ = [
    "Attempt",
    "Dispatch",
    "HandledDifference",
    "OrderAction",
    "OrganisationRun",
    "Posting",
    "PostingSource",
    "Preferences",
    "ReconcileDay",
    "ReconcileDifference",
    "ReconcileRun",
    "SyncRun",
    "TrackedOrder",
]
