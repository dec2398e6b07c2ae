"""Taking card data, passwords and gateway secrets out of a CS-Cart record before it is stored.

Everything else stays verbatim. `payment_info` is what a payment form or gateway left behind,
`processor_params` are the keys of the gateway itself, and orders and users carry fields of the
account that ordered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from stores.card_data import LOOSE, REMOVED, SECRET, is_card, masked

_NEVER = re.compile(
    r"processor_params|password.*|last_passwords|salt|api_key|validation_code|.*password_hash",
    re.IGNORECASE,
)
# What CS-Cart's own forms ask for.
_OF_CARD = re.compile(
    r"card_?(number|holder.*|code)|cardholder.*|expiry_.*|exp_.*|cvv2?|issue_number|start_.*"
    r"|(bank_)?account.*|routing.*|sort_?code|passport.*",
    re.IGNORECASE,
)
# Digits that may pass for a card number by chance.
_IDENTIFIER = re.compile(r"(.*_)?(transaction_id|txn_id|id|reference)")
_WRITTEN = {"notes", "details"}
_PAYMENT = {"payment_info", "payment_method"}


def scrub(record: Mapping[str, Any]) -> dict[str, Any]:
    """A copy without card numbers, security codes, passwords and gateway secrets."""
    return {key: _value(key, value) for key, value in record.items() if not _NEVER.fullmatch(key)}


def _value(key: str, value: Any) -> Any:
    if key in _PAYMENT:
        return _payment(key, value)
    if isinstance(value, Mapping):
        return scrub(value)
    if isinstance(value, list):
        return [_value(key, entry) for entry in value]
    return masked(value) if key in _WRITTEN and isinstance(value, str) else value


def _payment(key: str, value: Any) -> Any:
    """The same inside a payment, where any value may be card data."""
    if isinstance(value, Mapping):
        return {
            name: _payment(name, inner) for name, inner in value.items() if not _is_secret(name)
        }
    if isinstance(value, list):
        return [_payment(key, entry) for entry in value]
    if _IDENTIFIER.fullmatch(key) or isinstance(value, bool | None):
        return value
    if isinstance(value, int | Decimal):
        return REMOVED if is_card(str(value)) else value
    return masked(value, LOOSE)


def _is_secret(name: str) -> bool:
    return bool(_NEVER.fullmatch(name) or _OF_CARD.fullmatch(name) or SECRET.search(name))
