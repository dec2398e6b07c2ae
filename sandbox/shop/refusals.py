"""What a shop does not let happen."""

from __future__ import annotations


class NotPossible(Exception):
    """The state of the order forbids it; the text is what the shop answers."""
