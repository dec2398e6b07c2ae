"""The shop's order statuses by their letters, and what moves an order from one to another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.shop.made_up.fates import Fate

UNFINISHED, PARENT = "N", "T"
OPEN, PROCESSED, COMPLETE, PACKED = "O", "P", "C", "G"
CANCELED, DECLINED, FAILED, BACKORDERED, CALL, REFUNDED = "I", "D", "F", "B", "Y", "R"


@dataclass(frozen=True, slots=True)
class Status:
    """`takes`: goods of an order in it are off the stock. `document` is what is printed of it:
    I an invoice, C a credit memo; "" an order."""

    letter: str
    name: str
    takes: bool
    document: str = ""
    returnable: bool = False
    custom: bool = False


# As a new shop has them, and two of the merchant's own.
EVERY = {
    one.letter: one
    for one in (
        Status(PROCESSED, "Processed", takes=True, document="I"),
        Status(COMPLETE, "Complete", takes=True, document="I", returnable=True),
        Status(OPEN, "Open", takes=True),
        Status(FAILED, "Failed", takes=False),
        Status(DECLINED, "Declined", takes=False),
        Status(BACKORDERED, "Backordered", takes=False),
        Status(CANCELED, "Canceled", takes=False),
        Status(CALL, "Awaiting call", takes=True),
        Status(PACKED, "Packed & ready", takes=True, document="I", custom=True),
        Status(REFUNDED, "Refunded", takes=False, document="C", custom=True),
    )
}
PAID = frozenset({PROCESSED, COMPLETE})
# What the demand calls what becomes of an order, by the status that is wished for.
FATES = {OPEN: "pending", PROCESSED: "processing", COMPLETE: "complete", REFUNDED: "complete",
         PACKED: "processing"}  # fmt: skip


def letter_of(name: str) -> str:
    """A status by its letter, or its name in whatever case; KeyError if the shop has none."""
    if name in EVERY:
        return name
    for one in EVERY.values():
        if one.name.lower() == name.lower():
            return one.letter
    raise KeyError(name)


def takes(letter: str) -> bool:
    return letter in EVERY and EVERY[letter].takes


def steps(fate: Fate, refusal: str, held: str) -> list[tuple[datetime, str]]:
    """When an order went into which status; `refusal` ends one that nobody paid, `held` is where
    one waits."""
    if fate.canceled_at:
        return [(fate.canceled_at, refusal)]
    if fate.held_at:
        return [(fate.held_at, held)]
    found = [(fate.paid_at, PROCESSED)] if fate.paid_at else []
    if fate.sent_at:
        found.append((fate.sent_at, COMPLETE))
    return found


def described() -> list[dict[str, Any]]:
    """The statuses as `/statuses` lists them."""
    return [
        {
            "status_id": str(place), "status": one.letter, "type": "O",
            "is_default": "N" if one.custom else "Y", "description": one.name,
            "email_subj": f"is {one.name.lower()}", "email_header": "", "lang_code": "en",
            "params": {
                "allow_return": "Y" if one.returnable else "N", "repay": "N", "notify": "Y",
                "inventory": "D" if one.takes else "I", "color": "#97cf4d",
                "remove_cc_info": "Y", "gift_cert_status": "A" if one.returnable else "P",
                "appearance_type": one.document or "D",
            },
        }
        for place, one in enumerate(EVERY.values(), start=1)
    ]  # fmt: skip
