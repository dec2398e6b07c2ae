"""A shop that is being written to, and what becomes of a write that fails."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings

from accounting.reasons import Reason
from accounts_mapping.models import snapshot
from accounts_mapping.rules.schema import Statuses
from connector.lib import clock
from connector.lib.errors import (
    ConnectorError,
    OutcomeUnknown,
    Rejected,
    Temporary,
)
from connector.lib.texts.said import said
from stores.adapter import StoreAdapter
from stores.canonical.records import ParseError
from stores.connect import connect
from stores.models import Store
from sync import retries
from sync.models import ShopWrite
from sync.outbox.shop_writes import OF_THE_SHOP

log = structlog.get_logger(__name__)
_State = ShopWrite.State
# How long a writer is trusted: a look and a write, each to the deadline of a session.
LEASE = timedelta(minutes=10)
# Answers of a shop in maintenance: what was written before them, nobody knows.
_GARBLED = frozenset({"not_json", "too_large"})


@dataclass(slots=True)
class ConnectedShop:
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


def failed(
    shop: ConnectedShop, rows: Sequence[ShopWrite], error: ConnectorError | ParseError
) -> bool:
    """What an error means for the writes that met it; whether the shop can be written to."""
    if isinstance(error, Temporary):
        _put_off(shop, rows, error)
    elif isinstance(error, OutcomeUnknown) or getattr(error, "code", "") in _GARBLED:
        _look_later(shop, rows, error)
    elif isinstance(error, Rejected | ParseError):
        _end(shop, rows, _State.HELD, Reason("shop_refused", told(error)))
        return True
    else:
        _hold_all(shop, rows, Reason(OF_THE_SHOP, told(error)))
    return False


def unforeseen(shop: ConnectedShop, rows: Sequence[ShopWrite], error: Exception) -> None:
    """A bug: it is not tried again by itself."""
    reason = Reason("unforeseen", f"{type(error).__name__}: {error}"[:500])
    _end(shop, rows, _State.FAILED, reason)


def left_alone(shop: ConnectedShop, row: ShopWrite, why: str) -> None:
    """Nothing is written, and nobody has to do anything about it."""
    _end(shop, [row], _State.DROPPED, Reason("shop_left_alone", why))


def told(error: Exception) -> str:
    """The error in words, with what to do about it."""
    return f"{error} {getattr(error, 'hint', '')}".strip()


def _end(shop: ConnectedShop, rows: Sequence[ShopWrite], state: str, reason: Reason) -> None:
    for row in rows:
        if row.settle(shop.token, state, reasons=[reason.kept()], attempts=row.attempts + 1):
            log.info("write_back.not_written", write_id=row.pk, state=state, code=reason.code)


def _put_off(shop: ConnectedShop, rows: Sequence[ShopWrite], error: Temporary) -> None:
    """The shop is away or asks to wait: everything for it waits. A wait that the shop asks for
    uses up no attempt."""
    policy = retries.policy()
    for row in rows:
        attempts = row.attempts + (error.retry_after is None)
        if attempts >= policy.attempts:
            _give_up(shop, row, error)
            continue
        until = clock.now() + timedelta(seconds=error.retry_after or policy.wait(attempts))
        row.settle(shop.token, _State.PENDING, not_before=until, attempts=attempts)
        others = ShopWrite.objects.filter(store=shop.store, state__in=ShopWrite.WAITING)
        others.filter(not_before__lt=until).put_off(until)


def _look_later(shop: ConnectedShop, rows: Sequence[ShopWrite], error: Exception) -> None:
    """It may have been written, and may still be under way: looked at after a while."""
    policy = retries.policy()
    for row in rows:
        attempts = row.attempts + 1
        if attempts >= policy.attempts:
            _give_up(shop, row, error)
            continue
        wait = max(settings.UNKNOWN_WAIT_SECONDS, policy.wait(attempts))
        until = clock.now() + timedelta(seconds=wait)
        row.settle(shop.token, _State.UNKNOWN, not_before=until, attempts=attempts)


def _give_up(shop: ConnectedShop, row: ShopWrite, error: Exception) -> None:
    text = said(
        "Given up after %(attempts)s attempts: %(error)s", attempts=row.attempts + 1, error=error
    )
    _end(shop, [row], _State.FAILED, Reason("shop_not_reached", text))


def _hold_all(shop: ConnectedShop, rows: Sequence[ShopWrite], reason: Reason) -> None:
    """Nothing can be written to this shop until a person has seen to it."""
    _end(shop, rows, _State.HELD, reason)
    others = ShopWrite.objects.filter(store=shop.store, state__in=ShopWrite.WAITING)
    held: dict[str, Any] = {"reasons": [reason.kept()], "changed_at": clock.now()}
    others.update(state=_State.HELD, **held)
