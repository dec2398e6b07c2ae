"""What the API answers in place of what was asked for."""

from __future__ import annotations


class Refused(Exception):
    """`message` is CS-Cart's own word for it."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def not_found(what: str) -> Refused:
    return Refused(404, f"Not Found: {what}")
