"""The heart's rows: orders and products as they stand, the outbox and ledger, the log."""

from __future__ import annotations

from sync.models.order import OrderAction, TrackedOrder
from sync.models.outbox import Attempt, Dispatch, Posting, PostingSource
from sync.models.product import TrackedProduct
from sync.models.runs import OrganisationRun, Preferences, SyncRun
from sync.models.stock import StockState

__all__ = [
    "Attempt",
    "Dispatch",
    "OrderAction",
    "OrganisationRun",
    "Posting",
    "PostingSource",
    "Preferences",
    "StockState",
    "SyncRun",
    "TrackedOrder",
    "TrackedProduct",
]
