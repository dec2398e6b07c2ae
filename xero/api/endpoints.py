"""Which SDK method reads or writes what, and with which of Xero's options.

The verbs matter (Xero developer documentation, HTTP requests): PUT only creates; POST changes
what exists, and without an id it would rewrite whatever happens to have the same number or
name, perhaps something that a person made. So POST is for elements that name their id.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from xero.api.replies import SHAPES

# Long lists of ids run into a limit on the length of an address at about 52 (xero-java 331).
MOST_IDS: Final = 40
_LISTS: Final = ("i_ds", "contact_i_ds", "invoice_numbers", "references")


@dataclass(frozen=True, slots=True)
class Read:
    """`method` of the SDK; `units`: prices come with four decimals only if asked for."""

    method: str
    units: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """`body` and `parent` are names of the SDK method's arguments.

    `batch`: takes many elements and answers for each; `needs_ids`: changes what exists.
    """

    method: str
    body: str
    parent: str = ""
    units: bool = False
    batch: bool = False
    needs_ids: bool = False


READS: Final = {
    "organisation": Read("get_organisations"),
    "accounts": Read("get_accounts"),
    "tax_rates": Read("get_tax_rates"),
    "tracking_categories": Read("get_tracking_categories"),
    "currencies": Read("get_currencies"),
    "branding_themes": Read("get_branding_themes"),
    "contacts": Read("get_contacts"),
    "contact": Read("get_contact"),
    "items": Read("get_items", units=True),
    "item": Read("get_item", units=True),
    "invoices": Read("get_invoices", units=True),
    "invoice": Read("get_invoice", units=True),
    "credit_notes": Read("get_credit_notes", units=True),
    "credit_note": Read("get_credit_note", units=True),
    "payments": Read("get_payments"),
    "payment": Read("get_payment"),
    "overpayments": Read("get_overpayments", units=True),
    "bank_transactions": Read("get_bank_transactions", units=True),
    "bank_transaction": Read("get_bank_transaction", units=True),
}

_CREATE_PAYMENTS: Final = Write("create_payments", "payments", batch=True)
WRITES: Final = {
    ("contacts", "PUT"): Write("create_contacts", "contacts", batch=True),
    ("contacts", "POST"): Write(
        "update_or_create_contacts", "contacts", batch=True, needs_ids=True
    ),
    ("items", "PUT"): Write("create_items", "items", units=True, batch=True),
    ("items", "POST"): Write(
        "update_or_create_items", "items", units=True, batch=True, needs_ids=True
    ),
    ("invoices", "PUT"): Write("create_invoices", "invoices", units=True, batch=True),
    ("invoices", "POST"): Write(
        "update_or_create_invoices", "invoices", units=True, batch=True, needs_ids=True
    ),
    ("credit_notes", "PUT"): Write("create_credit_notes", "credit_notes", units=True, batch=True),
    ("credit_notes", "POST"): Write(
        "update_or_create_credit_notes", "credit_notes", units=True, batch=True, needs_ids=True
    ),
    ("payments", "PUT"): _CREATE_PAYMENTS,
    ("payments", "POST"): Write("delete_payment", "payment_delete", "payment_id"),
    ("refunds", "PUT"): _CREATE_PAYMENTS,
    ("bank_transactions", "PUT"): Write(
        "create_bank_transactions", "bank_transactions", units=True, batch=True
    ),
    ("bank_transactions", "POST"): Write(
        "update_or_create_bank_transactions",
        "bank_transactions",
        units=True,
        batch=True,
        needs_ids=True,
    ),
    ("allocations", "PUT"): Write(
        "create_credit_note_allocation", "allocations", "credit_note_id", batch=True
    ),
    ("invoice_history", "PUT"): Write("create_invoice_history", "history_records", "invoice_id"),
    ("credit_note_history", "PUT"): Write(
        "create_credit_note_history", "history_records", "credit_note_id"
    ),
    ("payment_history", "PUT"): Write("create_payment_history", "history_records", "payment_id"),
    ("bank_transaction_history", "PUT"): Write(
        "create_bank_transaction_history_record", "history_records", "bank_transaction_id"
    ),
    ("tracking_options", "PUT"): Write(
        "create_tracking_options", "tracking_option", "tracking_category_id"
    ),
    ("tracking_categories", "PUT"): Write("create_tracking_category", "tracking_category"),
    ("accounts", "PUT"): Write("create_account", "account"),
}


def read_call(kind: str, params: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The SDK's method and arguments for a read. ValueError: that cannot be asked so."""
    endpoint = READS[kind]
    for name in _LISTS:
        if len(params.get(name) or ()) > MOST_IDS:
            raise ValueError(f"{name}: more than {MOST_IDS} at once")
    return endpoint.method, {**params, **({"unitdp": 4} if endpoint.units else {})}


def write_call(
    kind: str, verb: str, body: Any, idempotency_key: str, parent_id: str | None
) -> tuple[str, dict[str, Any]]:
    """The SDK's method and arguments for a write. ValueError: that must not be sent so."""
    endpoint = WRITES[kind, verb]
    if not 0 < len(idempotency_key) <= 128:
        raise ValueError("an idempotency key has 1 to 128 characters")
    if bool(parent_id) != bool(endpoint.parent):
        raise ValueError(
            f"{kind}: {'the parent id is missing' if endpoint.parent else 'no parent'}"
        )
    if endpoint.needs_ids:
        shape = SHAPES[kind]
        if not all(element.get(shape.id_field) for element in body[shape.envelope]):
            raise ValueError(f"POST without {shape.id_field} could overwrite something else")
    arguments: dict[str, Any] = {endpoint.body: body, "idempotency_key": idempotency_key}
    if endpoint.parent:
        arguments[endpoint.parent] = parent_id
    if endpoint.batch:
        arguments["summarize_errors"] = False
    if endpoint.units:
        arguments["unitdp"] = 4
    return endpoint.method, arguments
