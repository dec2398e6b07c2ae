"""An extension of a shop whose admin shows how orders and products stand in Xero."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from connector.lib.errors import ConnectorError, Rejected
from stores.canonical.records import Stream
from stores.canonical.sync_state import SyncState
from stores.profile import Written
from stores.writing import STATES_AT_ONCE
from tests.stores.toy.adapter import ToyAdapter

Shown = dict[tuple[Stream, str], SyncState]


@dataclass
class Admin:
    """What it shows, and the calls that it took. `gone` are ids that the shop does not have,
    `refused` those that it does not take; `failures` are raised by the next calls, one each, after
    they did what they were asked for. `meanwhile` runs while a call is under way."""

    shown: Shown = field(default_factory=dict)
    calls: list[list[SyncState]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    failures: list[ConnectorError] = field(default_factory=list)
    meanwhile: Callable[[], None] = lambda: None

    def take(self, states: Any) -> dict[tuple[Stream, str], Rejected]:
        assert 0 < len(states) <= STATES_AT_ONCE
        self.calls.append(list(states))
        self.meanwhile()
        bad = {}
        for one in states:
            key = (one.stream, one.id)
            if one.id in self.gone:
                bad[key] = Rejected(f"There is no {one.id}.", code="not_found")
            elif one.id in self.refused:
                bad[key] = Rejected(f"{one.id} is locked.", code="locked")
            else:
                self.shown[key] = one
        if self.failures:
            raise self.failures.pop(0)
        return bad


ADMIN = Admin()


class ShowsSyncStates:
    """Mixed into an adapter."""

    def write_sync_states(self, states: Any) -> Any:
        return ADMIN.take(states)


class ToyWithAdmin(ShowsSyncStates, ToyAdapter):
    profile: ClassVar = replace(ToyAdapter.profile, writes=frozenset({Written.SYNC_STATES}))
