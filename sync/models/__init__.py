"""The heart's rows: orders and products as they stand, the outbox and ledger, the log."""

from __future__ import annotations

from sync.models.backfill import Backfill
from sync.models.bulk import BulkAction, BulkOrder
from sync.models.cards import GiftCardEntry
from sync.models.contact import ContactDecision, LeftOutCustomer, ShopContact
from sync.models.dispatch import Attempt, Dispatch
from sync.models.hooks import IncomingCall
from sync.models.notes import HistoryNote
from sync.models.order import OrderAction, TrackedOrder
from sync.models.posting import Posting
from sync.models.product import TrackedProduct
from sync.models.proposal import Proposal
from sync.models.reconcile import (
    HandledDifference,
    ReconcileDay,
    ReconcileDifference,
    ReconcileRun,
)
from sync.models.runs import Installation, OrganisationRun, Preferences, SyncRun
from sync.models.shop_write import ShopWrite
from sync.models.stock import MasterLevel, StockState
from sync.models.summary import PostingSource, SummaryPart
from sync.models.trial import Trial, TrialDifference

__all__ = [
    "Attempt",
    "Backfill",
    "BulkAction",
    "BulkOrder",
    "ContactDecision",
    "Dispatch",
    "GiftCardEntry",
    "HandledDifference",
    "HistoryNote",
    "IncomingCall",
    "Installation",
    "LeftOutCustomer",
    "MasterLevel",
    "OrderAction",
    "OrganisationRun",
    "Posting",
    "PostingSource",
    "Preferences",
    "Proposal",
    "ReconcileDay",
    "ReconcileDifference",
    "ReconcileRun",
    "ShopContact",
    "ShopWrite",
    "StockState",
    "SummaryPart",
    "SyncRun",
    "TrackedOrder",
    "TrackedProduct",
    "Trial",
    "TrialDifference",
]
