"""Tell a shop what it is owed, one write after another.

Every write begins with a look at what the shop has. What stands there already, because an
answer was lost or a database restored, is not written again, and an order that has moved on is
left alone. So a write whose outcome is not known is simply begun anew after a while. A refusal
waits for a person; nothing that happens here touches the books.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from accounting.eligibility import takes_back
from accounting.reasons import LeftAlone
from connector.lib import clock
from connector.lib.errors import ConnectorError
from stores.canonical.records import OrderCondition, ParseError
from stores.models import Store
from stores.writing import WritesNotes, notes_of, statuses_of
from sync.contacts import to_shop
from sync.models import Posting, ShopWrite, TrackedOrder
from sync.write_back.shop import LEASE, ConnectedShop, failed, left_alone, unforeseen
from sync.write_back.states import write_states

log = structlog.get_logger(__name__)
_State = ShopWrite.State
# So many at a time: then others have their turn.
AT_ONCE = 100


def write_back(store: Store) -> bool:
    """Write what is due to an enabled store; whether there is more to write now."""
    shop = ConnectedShop(store)
    for _ in range(AT_ONCE):
        row = _take(store, shop.token)
        if row is None:
            return write_states(shop)
        if not _write(shop, row):
            return False
    return True


def next_due(store: Store) -> datetime | None:
    """When the next write is due."""
    waiting = ShopWrite.objects.filter(store=store, state__in=ShopWrite.WAITING)
    return waiting.order_by("not_before").values_list("not_before", flat=True).first()


def _take(store: Store, token: str) -> ShopWrite | None:
    """Claim what has been due longest; the conditional update decides who has it."""
    due = ShopWrite.objects.due(clock.now()).filter(store=store, what__in=_WRITERS)
    for row in due.select_related("order", "posting").order_by("not_before", "pk")[:5]:
        if row.claim(token, LEASE):
            return row
    return None


def _write(shop: ConnectedShop, row: ShopWrite) -> bool:
    """Write one; whether the shop can be written to."""
    try:
        written = _WRITERS[row.what](shop, row)
    except LeftAlone as why:
        left_alone(shop, row, str(why))
    except (ConnectorError, ParseError) as error:
        return failed(shop, [row], error)
    except Exception as error:
        log.exception("write_back.unforeseen", write_id=row.pk)
        unforeseen(shop, [row], error)
    else:
        told = row.payload | {"found": not written}
        row.settle(shop.token, _State.DONE, reasons=[], payload=told)
        log.info("write_back.done", write_id=row.pk, what=row.what, found=not written)
    return True


# --- how each is written: True if it was, False if it stood there already --------------------


def _comment(shop: ConnectedShop, row: ShopWrite) -> bool:
    if not shop.store.profile.write_back.comment:
        raise LeftAlone("Comments were switched off (write_back.comment) before it was written.")
    order, text = _order_of(row), str(row.payload["text"])
    if text in shop.adapter.order_condition(order.source_id).comments:
        return False
    notes_of(shop.adapter).add_order_note(order.source_id, text)
    return True


def _status(shop: ConnectedShop, row: ShopWrite) -> bool:
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


def _customer(shop: ConnectedShop, row: ShopWrite) -> bool:
    return to_shop.write(shop.store, shop.adapter, row)


_WRITERS: dict[str, Callable[[ConnectedShop, ShopWrite], bool]] = {
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
