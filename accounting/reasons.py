"""Why an order, or one of its documents, was not posted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from accounting.reason_kinds import REASONS
from accounts_mapping.rules.unread import PassedBy
from connector.lib.texts.said import parts_of, put_together, said
from stores.canonical.records import ParseError
from stores.profile import PlatformProfile


@dataclass(frozen=True, slots=True)
class Reason:
    """`message` is a sentence for a person; `field` a dotted path in the input or the
    configuration, or the `Field` that stands at one."""

    code: str
    message: str
    field: str = ""

    def __post_init__(self) -> None:
        if self.code not in REASONS:
            raise ValueError(f"unknown reason code {self.code}")

    def of_records(self, platform: PlatformProfile) -> Reason:
        """The same with the path that its field has in the platform's records."""
        return replace(self, field=platform.path(self.field))

    def as_json(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "field": self.field}

    def kept(self) -> dict[str, Any]:
        """For a row: what the message is made of stands beside it, so that it can be said in the
        language of who reads it."""
        parts = parts_of(self.message)
        return self.as_json() if parts is None else {**self.as_json(), "said": parts}

    @classmethod
    def of_row(cls, kept: Mapping[str, Any]) -> Reason:
        message = put_together(kept["message"], kept.get("said"))
        return cls(kept["code"], message, kept["field"])


# The parser's own error: nothing that a correction in the shop would help.
UNFORESEEN = "unforeseen"


def unreadable(error: ParseError, what: str = "order") -> Reason:
    """The reason of an order, or a product, that the adapter could not read, with the value in
    its way."""
    if error.code == UNFORESEEN:
        return Reason(UNFORESEEN, str(error)[:500])
    code = error.code if error.code in REASONS else "bad_value"
    text = (
        said("%(why)s Correct the order in the shop; it is read again then.", why=error.message)
        if what == "order"
        else said(
            "%(why)s Correct the product in the shop; it is read again then.", why=error.message
        )
    )
    return Reason(code, text, error.field)


class LeftAlone(Exception):
    """Raised where nothing is to be written to the shop; the text says why."""


class Hold(Exception):
    """Raised inside the pure builders to end them: the order waits for a person."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.reason = Reason(code, message, field)


def unanswered(unknown: PassedBy, error: str) -> Reason:
    """Why an order waits for the shop."""
    text = said(
        "%(skus)s: a rule goes by category or tax class, the product was not read yet, and the "
        "shop did not answer: %(error)s It is asked again by itself.",
        skus=", ".join(unknown.skus)[:300],
        error=error[:300],
    )
    return Reason("product_unanswered", text, "url")


def gone(unknown: PassedBy) -> Reason:
    """Why an order waits for a person: which tax type a product had cannot be known any more."""
    text = said(
        "%(taxed)s: the tax type goes by category or tax class, and the shop has no such product "
        "any more, or not one that can be read. Name the SKU under products with its account and "
        "its tax type.",
        taxed=", ".join(unknown.taxed)[:300],
    )
    return Reason("product_gone", text, "products")
