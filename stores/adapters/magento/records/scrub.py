"""Taking card data and gateway secrets out of a Magento record before it is stored.

Everything else stays verbatim. Only what belongs to a payment is searched: Magento's `cc_*`
and `echeck_*` fields, `additional_information`, `payment_additional_info`, vault tokens, and
the texts that people write (comments, notes), where a card number may have been typed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connector.lib.exact_json import Unkept, loads, tame
from stores.card_data import GROUPED, LOOSE, REMOVED, SECRET, is_card, masked

# Fields of Magento\Sales\Api\Data\OrderPaymentInterface that hold card or bank data.
_CARD_FIELDS = re.compile(
    r"cc_(number.*|cid|cid_enc|owner|exp_.*|ss_.*|secure_verify|debug_.*)"
    r"|echeck_.*|additional_data|vault_payment_token",
    re.IGNORECASE,
)
# Identifiers of Magento and of gateways: digits that may pass for a card number by chance.
_IDENTIFIER = re.compile(r"(.*_)?(trans_id|transaction_id|id|last4|increment_id|po_number|type)")
_PAYMENT = {"payment", "additional_information", "payment_additional_info"}
_WRITTEN = {"comment", "comments", "customer_note", "note"}


def scrub(record: Mapping[str, Any]) -> dict[str, Any]:
    """A copy without card numbers, security codes and gateway secrets."""
    return {key: _value(key, value) for key, value in record.items() if not _is_card_field(key)}


def _is_card_field(key: str) -> bool:
    return bool(_CARD_FIELDS.fullmatch(key))


def _value(key: str, value: Any) -> Any:
    if key in _PAYMENT:
        return _payment(key, value)
    if isinstance(value, Mapping):
        return scrub(value)
    if isinstance(value, list):
        return [_value(key, entry) for entry in value]
    return masked(value, GROUPED) if key in _WRITTEN and isinstance(value, str) else value


def _payment(key: str, value: Any) -> Any:
    """The same inside a payment, where any value may be card data."""
    if isinstance(value, Mapping):
        return {
            name: _payment(name, inner)
            for name, inner in value.items()
            if not _is_card_field(name) and not SECRET.search(name)
        }
    if isinstance(value, list):
        return [_payment(key, entry) for entry in value if not _names_a_secret(entry)]
    if _IDENTIFIER.fullmatch(key) or isinstance(value, bool | None):
        return value
    if isinstance(value, int | float | Decimal):
        # A number that Magento writes as one is an amount; a card number never is one.
        return REMOVED if is_card(str(value)) else value
    return _text(value)


def _text(value: str) -> str:
    """Text of a payment: JSON inside it is searched as JSON. What of that cannot be searched
    is not kept."""
    if value[:1] not in ("{", "["):
        return masked(value, LOOSE)
    try:
        inner, flaws = tame(loads(value))
    except ValueError:
        return masked(value, LOOSE)
    searched, more = tame(_payment("", inner))
    text = json.dumps(searched, default=str, ensure_ascii=False)
    if found := [*flaws, *more]:
        return Unkept(text, f"holds JSON that cannot be kept: {found[0].message}"[:-1])
    return text


def _names_a_secret(entry: Any) -> bool:
    """Whether a `{"key": …, "value": …}` pair holds card data by its name."""
    name = entry.get("key") if isinstance(entry, Mapping) else None
    return isinstance(name, str) and (_is_card_field(name) or bool(SECRET.search(name)))
