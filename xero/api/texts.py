"""Xero's error texts: where they stand in an answer, and the stable code of each known one.

Xero gives its validation errors no numbers; only the English text tells them apart. The
texts are from the developer documentation and from what integrators have reported; what is
not known has the code `refused`, and its text is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

UNKNOWN: Final = "refused"

# The first that matches gives the code: the more specific come first.
_CODES: Final = tuple(
    (code, re.compile(pattern, re.IGNORECASE))
    for code, pattern in (
        ("number_taken", r"^(invoice|credit note) # must be unique"),
        ("contact_number_taken", r"another contact has this contact number"),
        ("contact_name_taken", r"contact name .*(already|must be unique)|contact.*already exists"),
        ("archived_contact", r"contact .*has been archived|contact must be un-?archived"),
        ("invalid_email", r"e-?mail address must be valid"),
        (
            "payment_exceeds",
            r"amount exceeds the (amount outstanding|remaining credit|amount due)",
        ),
        ("payment_not_approved", r"payments can only be made against authori[sz]ed"),
        ("payment_account", r"account must be a bank account|payments? enabled"),
        ("period_locked", r"lock(ed)? date|period is locked|date cannot be before the"),
        ("approve_limit", r"limit of invoices you can approve"),
        ("currency_not_enabled", r"not subscribed to currency"),
        ("tax_not_allowed", r"taxtype code .*cannot be used with account"),
        ("tax_type_invalid", r"taxtype code .*(does not exist|cannot be used)|tax type .*invalid"),
        ("tax_amount_refused", r"tax amount"),
        ("account_archived", r"account .*has been archived"),
        ("account_invalid", r"account code .*(not a? ?valid|must be specified)|account could not"),
        ("item_code_taken", r"price list item with code .*already exists"),
        ("item_invalid", r"item code .*not valid|item not found"),
        ("not_enough_stock", r"insufficient|quantity on hand|not enough"),
        ("tracking_invalid", r"tracking (option|category)"),
        ("has_payments", r"has (a )?payments? or credit notes? allocated"),
        ("document_locked", r"not of valid status|cannot be edited"),
        ("totals_disagree", r"does not (equal|match) the (sum|expected)"),
        ("discount_invalid", r"discounts? "),
        ("idempotency_mismatch", r"^idempotency key: .*different request"),
    )
)

# The heading of every answer 400; never what a person needs to read.
_GENERIC: Final = frozenset({"A validation exception occurred", "ValidationException"})


def code_of(texts: Iterable[str]) -> str:
    """The stable code of the first text that is known, else `refused`."""
    for text in texts:
        for code, pattern in _CODES:
            if pattern.search(text):
                return code
    return UNKNOWN


def validation_texts(node: Any) -> tuple[str, ...]:
    """All validation errors in an element or an answer, wherever they hang, without doubles."""
    return tuple(dict.fromkeys(_walk(node, "ValidationErrors")))


def warning_texts(node: Any) -> tuple[str, ...]:
    """All warnings likewise."""
    return tuple(dict.fromkeys(_walk(node, "Warnings")))


def refusal_texts(body: Any) -> tuple[str, ...]:
    """What a refused request says: its validation errors, else its message or detail."""
    found = validation_texts(body)
    if found or not isinstance(body, Mapping):
        return found
    told = (body.get(name) for name in ("Message", "Detail", "Title", "detail", "title"))
    return tuple(t for t in told if isinstance(t, str) and t and t not in _GENERIC)[:1]


def _walk(node: Any, name: str) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == name and isinstance(value, list):
                yield from filter(None, map(_said, value))
            else:
                yield from _walk(value, name)
    elif isinstance(node, list):
        for item in node:
            yield from _walk(item, name)


def _said(error: Any) -> str:
    """The text of one error: `Message`, or `Description` in some of Xero's answers."""
    if isinstance(error, Mapping):
        text = error.get("Message") or error.get("Description") or ""
        return str(text).strip()
    return str(error).strip() if isinstance(error, str) else ""
