"""Write an outside system's stock levels to the shop: one product at a time, newest word only.

A quantity is written as it is, not added, so that writing it again does no harm: after an
unknown outcome it is simply written again. One worker at a time has a product, so that an older
quantity never lands after a newer one.
"""

from __future__ import annotations

import uuid
from datetime import timedelta

import structlog

from accounting.reasons import Reason
from connector.lib import clock, doorbell
from connector.lib.errors import (
    ConnectorError,
    NeedsAttention,
    OutcomeUnknown,
    Rejected,
    Temporary,
)
from connector.lib.texts.said import said
from stores.adapter import StoreAdapter
from stores.connect import connect
from stores.models import Store
from stores.writing import stock_of
from sync.models import MasterLevel
from sync.retries import policy

log = structlog.get_logger(__name__)
# Longer than the two calls of one write may take in all.
LEASE = timedelta(minutes=10)
# What a person must see to is tried again on its own as well, if seldom.
_ASIDE = timedelta(minutes=15)
_CHUNK = 50
_State = MasterLevel.State


def push_stock(store: Store) -> int:
    """Write what is due, up to a chunk of it; how many levels were written.

    Rings for the rest. A shop that is down or wants us to wait is left alone for so long.
    """
    if not store.enabled or store.profile.streams.stock != "master":
        return 0
    token = uuid.uuid4().hex
    levels = MasterLevel.objects.filter(store=store)
    rows = list(levels.order_by("not_before", "pk").take(token, LEASE, most=_CHUNK))
    if not rows:
        return 0
    written = 0
    try:
        adapter = connect(store)
        for row in rows:
            written += _write(adapter, row, token)
    except ConnectorError as error:
        _put_off(store, error)
    finally:
        levels.release(token)
    if levels.due(clock.now()).exists():
        doorbell.ring("sync.push_stock", store.pk)
    return written


def _write(adapter: StoreAdapter, row: MasterLevel, token: str) -> int:
    """One product; 1 if it is in the shop. Raises what stops the others too."""
    mine = MasterLevel.objects.filter(pk=row.pk).held_by(token)
    # What was said since the claim is what is written.
    if not mine.filter(state=_State.PENDING).keep(token, LEASE):
        return 0
    row.refresh_from_db(fields=["wanted_units", "version"])
    same = mine.filter(version=row.version)
    try:
        stock_of(adapter).set_stock(row.target, row.wanted)
    except Rejected as error:
        same.update(state=_State.HELD, reasons=[_refused(row, error).kept()])
        return 0
    except ConnectorError:
        raise
    except Exception as error:
        log.exception("stock.not_pushed", level_id=row.pk)
        text = f"{type(error).__name__}: {error}"[:500]
        same.update(state=_State.HELD, reasons=[Reason("unforeseen", text, "").kept()])
        return 0
    log.info("stock.pushed", store_id=row.store_id, sku=row.sku, product_id=row.product_id)
    return same.update(state=_State.WRITTEN, reasons=[], attempts=0, written_at=clock.now())


def _refused(row: MasterLevel, error: Rejected) -> Reason:
    if error.code == "not_found":
        text = said(
            "The shop has no product %(target)s. Add it there, or leave it out of the levels.",
            target=row.target,
        )
        return Reason("stock_sku_unknown", text, "sku")
    return Reason("stock_refused", f"{error} {error.hint}".strip()[:500], "quantity")


def _put_off(store: Store, error: ConnectorError) -> None:
    """Everything of this shop waits: what stopped one product would stop the next."""
    waiting = MasterLevel.objects.filter(store=store, state=_State.PENDING)
    attempts = waiting.order_by("-attempts").values_list("attempts", flat=True).first() or 0
    wait = timedelta(seconds=policy().wait(attempts + 1))
    if isinstance(error, Temporary) and error.retry_after is not None:
        wait = timedelta(seconds=error.retry_after)
    elif not isinstance(error, Temporary | OutcomeUnknown):
        wait = max(wait, _ASIDE)
    hint = error.hint if isinstance(error, NeedsAttention) else ""
    waits = Reason("stock_waits", f"{error} {hint}".strip()[:500], "streams.stock")
    waiting.put_off(clock.now() + wait, attempts=attempts + 1, reasons=[waits.kept()])
    log.warning("stock.waits", store_id=store.pk, seconds=wait.total_seconds(), error=str(error))
