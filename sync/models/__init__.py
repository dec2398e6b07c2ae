"""The heart's rows: orders as they stand, the outbox and ledger, and the log of every try."""

from __future__ import annotations

from sync.models.cards import GiftCardEntry
from sync.models.contact import ContactDecision, ShopContact
from sync.models.notes import HistoryNote
from sync.models.order import OrderAction, TrackedOrder
from sync.models.outbox import Attempt, Dispatch, Posting, PostingSource
from sync.models.runs import OrganisationRun, Preferences, SyncRun
from sync.models.summary import SummaryPart

__all__ = [
    "Attempt",
    "ContactDecision",
    "Dispatch",
    "GiftCardEntry",
    "HistoryNote",
    "OrderAction",
    "OrganisationRun",
    "Posting",
    "PostingSource",
    "Preferences",
    "ShopContact",
    "SummaryPart",
    "SyncRun",
    "TrackedOrder",
]
