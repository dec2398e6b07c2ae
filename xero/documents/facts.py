"""What the pure modules know of a Xero organisation: a frozen snapshot, no database.

`connected` False means that nothing is known: every mapped account and tax type counts as
existing and fitting, every currency as enabled, no lock date, no contact (the preview of an
unconnected store).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """One row of the chart of accounts. `code` may be empty: some bank accounts have none.
    `currency` is a bank account's; empty stands for the base currency."""

    account_id: str
    code: str
    name: str
    type: str
    account_class: str
    status: str
    tax_type: str = ""
    system_account: str = ""
    payments_enabled: bool = False
    currency: str = ""

    @property
    def takes_payments(self) -> bool:
        """Xero: of type BANK, or with payments enabled."""
        return self.type == "BANK" or self.payments_enabled


@dataclass(frozen=True, slots=True)
class TaxRateFacts:
    """One tax type. `effective_rate` is percent; `applies_to` holds account classes."""

    tax_type: str
    name: str
    effective_rate: Decimal
    status: str
    applies_to: frozenset[str]


@dataclass(frozen=True, slots=True)
class PaymentTerms:
    """When a contact pays invoices: `type` as Xero names it, such as DAYSAFTERBILLDATE."""

    day: int
    type: str


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """One contact of the mirror. `details` as in `xero.documents.contact_details`, None: not known.
    `terms` are those of sales, None where it has none."""

    contact_id: str
    name: str
    email: str
    contact_number: str
    status: str
    merged_to: str = ""
    updated_at: datetime | None = None
    account_number: str = ""
    details: Mapping[str, Any] | None = None
    terms: PaymentTerms | None = None


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One item of the mirror. `code` is what lines name it by.

    `on_hand` and `cost_pool` (what those cost, in base currency) are a tracked item's, None
    where Xero does not say. `tracked_since`: tracking began then or later; None: nobody knows.
    `details` are its other properties as Xero has them.
    """

    code: str
    item_id: str = ""
    tracked: bool = False
    on_hand: Decimal | None = None
    cost_pool: Decimal | None = None
    tracked_since: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrackingFacts:
    category_id: str
    name: str
    status: str
    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class OrganisationFacts:
    """Accounts by code and by AccountID (both keys in `accounts`), tax rates by tax type.

    `lock_date` is the later of the two lock dates; that day itself is locked.
    """

    connected: bool = False
    tenant_id: str = ""
    name: str = ""
    base_currency: str = ""
    country: str = ""
    lock_date: date | None = None
    accounts: dict[str, AccountFacts] = field(default_factory=dict)
    tax_rates: dict[str, TaxRateFacts] = field(default_factory=dict)
    currencies: frozenset[str] = frozenset()
    tracking: dict[str, TrackingFacts] = field(default_factory=dict)
    branding_themes: dict[str, str] = field(default_factory=dict)
    is_demo_company: bool = False

    @property
    def called(self) -> str:
        """How a sentence begins that speaks of it."""
        return self.name or "The organisation"

    @property
    def rounding_account(self) -> AccountFacts | None:
        """The organisation's own rounding account (SystemAccount ROUNDING)."""
        return next((a for a in self.accounts.values() if a.system_account == "ROUNDING"), None)

    @property
    def debtors_account(self) -> AccountFacts | None:
        """The organisation's accounts receivable (SystemAccount DEBTORS)."""
        return next((a for a in self.accounts.values() if a.system_account == "DEBTORS"), None)


NOT_CONNECTED = OrganisationFacts()
