"""What a build leaves on the rows of orders: what they are, where they stand, their figures."""

from __future__ import annotations

from typing import Any

from accounting.reasons import Reason
from accounting.reconcile.expected import ShopFigures
from accounts_mapping.rules.resolve import MappingSnapshot
from connector.lib.database.bulk import update_each
from connector.lib.exact_json import printable
from connector.lib.money import round_to, to_units
from connector.lib.texts.said import parts_of
from stores.canonical.order import Order
from stores.profile import PlatformProfile
from sync.claims import Claim
from sync.models import TrackedOrder
from sync.orders.ledger import Ledger
from sync.orders.work import OrderWork, rows_of
from sync.outbox import sync_states
from xero.documents.contact_details import clean_name
from xero.models import Lane


def save_rows(works: list[OrderWork], ledger: Ledger, rules: MappingSnapshot, claim: Claim) -> None:
    """Write what became of the orders.

    One that was asked for again meanwhile (a newer record, a click, an answer) stays due.
    """
    for work in works:
        assert work.built is not None
        row = work.row
        stands = ledger.state_of(row, work.planned)
        row.state = stands.state
        row.reasons = [_shown(reason, rules.platform) for reason in stands.reasons]
        row.warnings = [
            _printable({"message": text, "said": parts_of(text)}) for text in work.built.warnings
        ]
        row.label = ledger.label(row)
        row.mapping_version = rules.version
        row.lane = Lane.LIVE  # a person's click, or a backfill, was for this once
        if work.order is not None:
            _describe(row, work.order)
            if not row.document_number and ledger.has_begun(row):
                row.document_number = work.number[:120]
        if work.figures is not None:
            put_figures(row, work.figures)
    update_each([work.row for work in works], _BUILT_FIELDS)
    claim.answer(rows_of(works), ledger.again_at)
    sync_states.orders_changed(work.row.pk for work in works)


FIGURES = (
    "invoiced_units", "invoiced_tax_units", "tendered_units", "received_units", "refunded_units",
    "refunded_tax_units", "books_currency", "by_hand_units",
)  # fmt: skip


_BUILT_FIELDS = [
    "state", "reasons", "warnings", "label", "lane", "mapping_version", "currency", "total_units",
    "tax_units", "outstanding_units", "customer_name", "customer_email", "shop_status",
    "payment_method", "placed_at", "shop_updated_at", "document_number", *FIGURES,
]  # fmt: skip


def put_figures(row: TrackedOrder, figures: ShopFigures) -> None:
    """The columns that a reconciliation compares."""
    tax = figures.refunded_tax
    row.invoiced_units = to_units(figures.invoiced)
    row.invoiced_tax_units = to_units(figures.tax)
    row.tendered_units = to_units(figures.tendered)
    row.received_units = to_units(figures.received)
    row.by_hand_units = to_units(figures.by_hand)
    row.refunded_units = to_units(figures.refunded)
    row.refunded_tax_units = None if tax is None else to_units(tax)
    row.books_currency = figures.currency


def _shown(reason: Reason, platform: PlatformProfile) -> dict[str, Any]:
    """A reason for the row; what the shop said is quoted in it, whatever it was."""
    kept = reason.of_records(platform).kept()
    return {name: _printable(one) for name, one in kept.items()}


def _printable(kept: Any) -> Any:
    if isinstance(kept, dict):
        return {name: _printable(one) for name, one in kept.items()}
    return printable(kept) if isinstance(kept, str) else kept


def _describe(row: TrackedOrder, order: Order) -> None:
    """The columns that the Orders list shows and searches."""
    customer = order.customer
    name = clean_name(f"{customer.first_name} {customer.last_name}") or clean_name(
        f"{order.billing.first_name} {order.billing.last_name}"
    )
    row.currency = order.currency[:10]
    row.total_units = to_units(round_to(order.total, 4))
    row.tax_units = to_units(round_to(order.tax, 4))
    due = order.outstanding
    row.outstanding_units = None if due is None else to_units(round_to(due, 4))
    row.customer_name = name or clean_name(customer.company)
    row.customer_email = printable(customer.email)[:255]
    row.shop_status = printable(order.status or order.state)[:100]
    row.payment_method = printable(order.payment_method)[:100]
    row.placed_at = order.placed_at
    row.shop_updated_at = order.updated_at
