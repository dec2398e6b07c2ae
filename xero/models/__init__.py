"""The accounting side's rows: the app and its tokens, organisations, reference data, mirror."""

from __future__ import annotations

from xero.models.calls import Call, DayCount, Lane
from xero.models.connection import TokenSet, XeroApp
from xero.models.cursor import MirrorCursor
from xero.models.items import MirrorItem
from xero.models.made import MadeAccount
from xero.models.mirror import MirrorBankTransaction, MirrorContact, MirrorDocument, MirrorPayment
from xero.models.organisation import Organisation
from xero.models.reference import Account, BrandingTheme, Currency, TaxRate, TrackingCategory

__all__ = [
    "Account",
    "BrandingTheme",
    "Call",
    "Currency",
    "DayCount",
    "Lane",
    "MadeAccount",
    "MirrorBankTransaction",
    "MirrorContact",
    "MirrorCursor",
    "MirrorDocument",
    "MirrorItem",
    "MirrorPayment",
    "Organisation",
    "TaxRate",
    "TokenSet",
    "TrackingCategory",
    "XeroApp",
]
