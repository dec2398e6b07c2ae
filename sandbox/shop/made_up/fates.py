"""What becomes of an order, and when: paid, sent, held, canceled, or nothing yet."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

# Shares in percent. What is given back is up to the shop.
_FATES = {"complete": 62, "processing": 20, "pending": 9, "canceled": 5, "held": 2, "closed": 2}


@dataclass(frozen=True, slots=True)
class Fate:
    """What happened to an order, each at its moment; None did not.

    `token` is the random part, in 20 hex digits, of the name of a payment at its gateway.
    """

    canceled_at: datetime | None = None
    held_at: datetime | None = None
    paid_at: datetime | None = None
    sent_at: datetime | None = None
    token: str = ""


def drawn(rng: random.Random, *, online: bool, paid_only: bool) -> str:
    """`complete`, `processing`, `pending`, `canceled` or `held`; `online` is paid at once."""
    if paid_only:
        return rng.choices(("complete", "processing"), (75, 25))[0]
    fate = rng.choices(list(_FATES), list(_FATES.values()))[0]
    if fate == "pending" and online and rng.random() < 0.7:
        return "processing"  # cards are captured at once; few stay unpaid
    return "complete" if fate == "closed" else fate


def lived(
    rng: random.Random, fate: str, *, placed: datetime, until: datetime, online: bool,
    shipped: bool, certain: bool, paid_only: bool,
) -> Fate:  # fmt: skip
    """The moments of a fate, none of them after `until`.

    What takes longer has not happened, or where the fate is `certain` happens at `until`; the
    money of a `paid_only` shop is always there. Only what is `shipped` is sent.
    """
    if fate == "canceled":
        return Fate(canceled_at=min(placed + timedelta(hours=rng.randint(1, 48)), until))
    if fate == "held":
        return Fate(held_at=min(placed + timedelta(minutes=5), until))
    if fate not in ("processing", "complete"):
        return Fate()
    wait = timedelta(seconds=rng.randint(1, 8) if online else rng.randint(3600, 3 * 86400))
    if placed + wait > until and not (paid_only or online or certain):
        return Fate()  # the transfer has not arrived yet
    paid = min(placed + wait, until)
    sent = paid + timedelta(hours=rng.randint(6, 60))
    leaves = fate == "complete" and shipped and (certain or sent <= until)
    token = f"{rng.getrandbits(80):020x}"
    return Fate(paid_at=paid, sent_at=min(sent, until) if leaves else None, token=token)
