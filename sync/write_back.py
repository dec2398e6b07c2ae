"""Tell a shop what it is owed, one write after another.

Every write begins with a look at what the shop has. What stands there already, because an
answer was lost or a database restored, is not written again, and an order that has moved on is
left alone. So a write whose outcome is not known is simply begun anew after a while. A refusal
waits for a person; nothing that happens here touches the books.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings

from accounting.eligibility import takes_back
from accounting.reasons import LeftAlone, Reason
from accounts_mapping.models import snapshot
from accounts_mapping.rules.schema import Statuses
from connector.lib import clock
from connector.lib.errors import (
    ConnectorError,
    NeedsAttention,
    OutcomeUnknown,
    Rejected,
    Temporary,
)
from stores.adapter import StoreAdapter
from stores.canonical.records import OrderCondition, ParseError
from stores.connect import connect
from stores.models import Store
from stores.writing import WritesNotes, notes_of, statuses_of
from sync import retries
from sync.contacts import to_shop as shop_customers
from sync.models import Posting, ShopWrite, TrackedOrder
from sync.outbox.shop_writes import _OF_THE_SHOP

log = structlog.get_logger(__name__)
_State = ShopWrite.State
# How long a writer is trusted: a look and a write, each to the deadline of a session.
LEASE = timedelta(minutes=10)
# So many at a time: then others have their turn.
AT_ONCE = 100
# Answers of a shop in maintenance: what was written before them, nobody knows.
_GARBLED = frozenset({"not_json", "too_large"})


def write_back(store: Store) -> bool:
    """Write what is due to an enabled store; whether there is more to write now."""
    shop = _Shop(store)
    for _ in range(AT_ONCE):
        row = _take(store, shop.token)
        if row is None or not _write(shop, row):
            return False
    return True


def next_due(store: Store) -> datetime | None:
    """When the next write is due."""
    waiting = ShopWrite.objects.filter(store=store, state__in=ShopWrite.WAITING)
    return waiting.order_by("not_before").values_list("not_before", flat=True).first()


@dataclass(slots=True)
class _Shop:
    """A store while it is written to."""

    store: Store
    token: str = field(default_factory=lambda: uuid.uuid4().hex)
    _adapter: StoreAdapter | None = None
    _statuses: Statuses | None = None

    @property
    def adapter(self) -> StoreAdapter:
        """Connected at its first use. Raises Misconfigured where the credentials are bad."""
        self._adapter = self._adapter or connect(self.store)
        return self._adapter

    @property
    def statuses(self) -> Statuses:
        self._statuses = self._statuses or snapshot(self.store).rules.statuses
        return self._statuses


def _take(store: Store, token: str) -> ShopWrite | None:
    """Claim what has been due longest; the conditional update decides who has it."""
    due = ShopWrite.objects.due(clock.now()).filter(store=store).order_by("not_before", "pk")
    for row in due.select_related("order", "posting")[:5]:
        if row.claim(token, LEASE):
            return row
    return None


def _write(shop: _Shop, row: ShopWrite) -> bool:
    """Write one; whether the shop can be written to."""
    try:
        written = _WRITERS[row.what](shop, row)
    except LeftAlone as why:
        _end(shop, row, _State.DROPPED, Reason("shop_left_alone", str(why)))
    except Temporary as error:
        _put_off(shop, row, error)
        return False
    except OutcomeUnknown as error:
        _look_later(shop, row, error)
        return False
    except (Rejected, ParseError) as error:
        _end(shop, row, _State.HELD, Reason("shop_refused", _told(error)))
    except NeedsAttention as error:
        if error.code in _GARBLED:
            _look_later(shop, row, error)
        else:
            _hold_all(shop, row, Reason(_OF_THE_SHOP, _told(error)))
        return False
    except Exception as error:
        log.exception("write_back.unforeseen", write_id=row.pk)
        reason = Reason("unforeseen", f"{type(error).__name__}: {error}"[:500])
        _end(shop, row, _State.FAILED, reason)
    else:
        told = row.payload | {"found": not written}
        row.settle(shop.token, _State.DONE, reasons=[], payload=told)
        log.info("write_back.done", write_id=row.pk, what=row.what, found=not written)
    return True


# --- how each is written: True if it was, False if it stood there already --------------------


def _comment(shop: _Shop, row: ShopWrite) -> bool:
    if not shop.store.profile.write_back.comment:
        raise LeftAlone("Comments were switched off (write_back.comment) before it was written.")
    order, text = _order_of(row), str(row.payload["text"])
    if text in shop.adapter.order_condition(order.source_id).comments:
        return False
    notes_of(shop.adapter).add_order_note(order.source_id, text)
    return True


def _status(shop: _Shop, row: ShopWrite) -> bool:
    statuses, order, text = shop.statuses, _order_of(row), str(row.payload["text"])
    wanted = statuses.on_paid
    if wanted is None:
        raise LeftAlone("statuses.on_paid was taken away before the status was set.")
    if takes_back(statuses, wanted):
        raise LeftAlone(
            f"Status {wanted} (statuses.on_paid) is one that takes a sale back "
            "(statuses.reverse, statuses.refunded). Name another one."
        )
    row.payload["status"] = wanted
    now = shop.adapter.order_condition(order.source_id)
    if text in now.comments:
        return False
    if now.status == wanted:
        # Ours, of which the comment still lacks; or it was set by somebody else.
        if not row.payload.get("begun"):
            return False
        if isinstance(shop.adapter, WritesNotes):
            shop.adapter.add_order_note(order.source_id, text)
        return True
    if now.stopped or takes_back(statuses, *_words(now)):
        raise LeftAlone(f"The order is {now.status} in the shop: its status stays.")
    if not row.begin(shop.token):
        raise LeftAlone("Another worker has taken it over.")
    note = text if isinstance(shop.adapter, WritesNotes) else ""
    statuses_of(shop.adapter).set_order_status(order.source_id, wanted, note)
    return True


def _customer(shop: _Shop, row: ShopWrite) -> bool:
    return shop_customers.write(shop.store, shop.adapter, row)


_WRITERS: dict[str, Callable[[_Shop, ShopWrite], bool]] = {
    ShopWrite.What.COMMENT: _comment,
    ShopWrite.What.STATUS: _status,
    ShopWrite.What.CUSTOMER: _customer,
}


def _order_of(row: ShopWrite) -> TrackedOrder:
    """The order, if what is to be said of it still holds."""
    order, document = row.order, row.posting
    assert order is not None
    if order.excluded_at is not None:
        raise LeftAlone(f"{order.get_excluded_as_display() or 'Left out'} by a person.")
    if document is None or document.state != Posting.State.POSTED:
        raise LeftAlone("Its document was taken back in Xero before the shop was told.")
    return order


def _words(now: OrderCondition) -> list[str]:
    return [word for word in (now.status, now.state) if word]


# --- what becomes of one that was not written -------------------------------------------------


def _end(shop: _Shop, row: ShopWrite, state: str, reason: Reason) -> None:
    if row.settle(shop.token, state, reasons=[reason.as_json()], attempts=row.attempts + 1):
        log.info("write_back.not_written", write_id=row.pk, state=state, code=reason.code)


def _put_off(shop: _Shop, row: ShopWrite, error: Temporary) -> None:
    """The shop is away or asks to wait: everything for it waits. A wait that the shop asks for
    uses up no attempt."""
    policy = retries.policy()
    attempts = row.attempts + (error.retry_after is None)
    if attempts >= policy.attempts:
        _give_up(shop, row, error)
        return
    until = clock.now() + timedelta(seconds=error.retry_after or policy.wait(attempts))
    row.settle(shop.token, _State.PENDING, not_before=until, attempts=attempts)
    others = ShopWrite.objects.filter(store=shop.store, state__in=ShopWrite.WAITING)
    others.filter(not_before__lt=until).put_off(until)


def _look_later(shop: _Shop, row: ShopWrite, error: ConnectorError) -> None:
    """It may have been written, and may still be under way: looked at after a while."""
    policy, attempts = retries.policy(), row.attempts + 1
    if attempts >= policy.attempts:
        _give_up(shop, row, error)
        return
    wait = max(settings.UNKNOWN_WAIT_SECONDS, policy.wait(attempts))
    until = clock.now() + timedelta(seconds=wait)
    row.settle(shop.token, _State.UNKNOWN, not_before=until, attempts=attempts)


def _give_up(shop: _Shop, row: ShopWrite, error: ConnectorError) -> None:
    text = f"Given up after {row.attempts + 1} attempts: {error}"
    _end(shop, row, _State.FAILED, Reason("shop_not_reached", text))


def _hold_all(shop: _Shop, row: ShopWrite, reason: Reason) -> None:
    """Nothing can be written to this shop until a person has seen to it."""
    _end(shop, row, _State.HELD, reason)
    others = ShopWrite.objects.filter(store=shop.store, state__in=ShopWrite.WAITING)
    held: dict[str, Any] = {"reasons": [reason.as_json()], "changed_at": clock.now()}
    others.update(state=_State.HELD, **held)


def _told(error: Exception) -> str:
    """The error in words, with what to do about it."""
    return f"{error} {getattr(error, 'hint', '')}".strip()
