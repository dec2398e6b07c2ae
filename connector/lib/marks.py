"""Primary keys as addresses and forms carry them: pure."""

from __future__ import annotations

# A database's largest whole number has 19 digits.
_DIGITS = 18


def row_key(text: str) -> int | None:
    """The key of a row, None for text that is none: a stale or a made-up address."""
    good = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return int(text) if good else None
