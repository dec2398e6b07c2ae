"""Text as OpenCart stores it: escaped for HTML once, and JSON inside of columns."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

from connector.lib import exact_json
from stores.raw import Raw

# Identifiers, codes and JSON stay as they are; everything else was typed by somebody.
_AS_STORED = frozenset({"custom_field", "payment_custom_field", "shipping_custom_field"})


def decoded(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record with the text that its writer typed.

    OpenCart escapes what comes in. The extension decodes it before it answers, and marks its
    records by `x_changed`: those stay as they are.
    """
    if "x_changed" in record:
        return dict(record)
    return {key: _decoded(key, value) for key, value in record.items()}


def _decoded(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _decoded(name, inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_decoded(key, entry) for entry in value]
    if isinstance(value, str) and "&" in value and key not in _AS_STORED:
        return html.unescape(value)
    return value


def json_object(raw: Raw, key: str) -> Raw:
    """A column that holds a JSON object; an empty one where it is empty, `[]` or no JSON."""
    text = raw.data.get(key)
    found: object = text
    if isinstance(text, str):
        try:
            found = exact_json.loads(text)
        except ValueError:
            found = {}
    return Raw(found if isinstance(found, Mapping) else {}, raw.at(key))


def named(raw: Raw, key: str) -> tuple[str, str]:
    """Code and title of a way to pay or to ship: two columns in OpenCart 3, and in 4 one that
    holds them as JSON."""
    text = raw.text(f"{key}_method")
    if text.lstrip()[:1] in ("{", "["):
        method = json_object(raw, f"{key}_method")
        return method.text("code"), method.text("name")
    return raw.text(f"{key}_code"), text


def joined(parts: Iterable[str]) -> str:
    """The parts that say something, with commas."""
    return ", ".join(filter(None, parts))
