"""Taking card data and gateway secrets out of an OpenCart record before it is stored.

Everything else stays verbatim. Payment extensions add columns of their own to orders and write
what a gateway answered into comments; buyers type into comments and custom fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stores.card_data import LOOSE, SECRET, masked

_WRITTEN = frozenset({"comment", "comments", "description", "value"})
_OF_PAYMENT = frozenset({"payment_method", "payment_custom_field", "custom_field"})


def scrub(record: Mapping[str, Any]) -> dict[str, Any]:
    """A copy without card numbers, security codes and gateway secrets."""
    return {key: _value(key, value) for key, value in record.items() if not SECRET.search(key)}


def _value(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return scrub(value)
    if isinstance(value, list):
        return [_value(key, entry) for entry in value]
    if not isinstance(value, str):
        return value
    if key in _OF_PAYMENT:
        return masked(value, LOOSE)
    return masked(value) if key in _WRITTEN else value
