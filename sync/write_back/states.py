"""Tell a shop how its orders and products stand in Xero: many in one call, the last word only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from django.db import transaction

from connector.lib.errors import ConnectorError, Rejected
from stores.canonical.records import ParseError, Stream
from stores.canonical.sync_state import SyncState
from stores.writing import STATES_AT_ONCE, sync_states_of
from sync.models import ShopWrite
from sync.write_back.shop import LEASE, ConnectedShop, failed, left_alone, unforeseen
from sync.write_back.state_of import states_of

log = structlog.get_logger(__name__)
Refused = Mapping[tuple[Stream, str], Rejected]


def write_states(shop: ConnectedShop) -> bool:
    """One call's worth of what is due to a shop; whether there may be more to write now."""
    rows = ShopWrite.objects.filter(store=shop.store, what=ShopWrite.What.SYNC_STATE)
    due = rows.order_by("not_before", "pk")
    taken = list(
        due.take(shop.token, LEASE, most=STATES_AT_ONCE, state=ShopWrite.State.SENDING)
    )  # fmt: skip
    if not taken:
        return False
    try:
        _write(shop, taken)
    except (ConnectorError, ParseError) as error:
        return failed(shop, taken, error)
    except Exception as error:
        log.exception("write_back.unforeseen", writes=[row.pk for row in taken])
        unforeseen(shop, taken, error)
    finally:
        # What changed meanwhile is due again, and nobody's.
        rows.release(shop.token)
    return len(taken) == STATES_AT_ONCE


def _write(shop: ConnectedShop, rows: Sequence[ShopWrite]) -> None:
    """What the shop was told already is not sent again."""
    now = states_of(shop.store, rows)
    news = [row for row in rows if now[row.pk].as_json() != row.payload.get("told")]
    refused: Refused = {}
    if news:
        # Until the shop has answered nobody knows what it shows.
        sent = ShopWrite.objects.filter(pk__in=[row.pk for row in news])
        sent.held_by(shop.token).update(payload={})
        refused = sync_states_of(shop.adapter).write_sync_states([now[row.pk] for row in news])
    written = {row.pk for row in news}
    with transaction.atomic():
        for row in rows:
            _settle(shop, row, now[row.pk], refused, found=row.pk not in written)
    log.info("write_back.states", store_id=shop.store.pk, sent=len(news), refused=len(refused))


def _settle(
    shop: ConnectedShop, row: ShopWrite, state: SyncState, refused: Refused, *, found: bool
) -> None:
    error = refused.get((state.stream, state.id))
    if error is None:
        told = {"told": state.as_json(), "text": state.text, "found": found}
        row.settle(shop.token, ShopWrite.State.DONE, reasons=[], payload=told)
    elif error.code == "not_found":
        left_alone(shop, row, str(error))
    else:
        failed(shop, [row], error)
