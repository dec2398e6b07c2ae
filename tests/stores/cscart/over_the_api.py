"""The suite of all adapters for a CS-Cart shop that has no add-on of ours."""

from __future__ import annotations

import pytest

from stores.canonical.records import Stream
from stores.canonical.sync_state import SyncState, SyncStatus
from stores.writing import sync_states_of
from tests.stores.contract import AdapterContract, Connection

# What no entity of the REST API has; its taxes are listed without their rates.
UNTOLD = frozenset({
    "currency", "timezone", "currencies", "tax_rates", "return_actions", "store_views"
})  # fmt: skip


class OverTheApi(AdapterContract):
    """Without the add-on nobody shows how orders stand: nothing fails, and it is said."""

    def test_its_admin_shows_how_orders_stand_and_the_last_word_holds(
        self, connection: Connection
    ) -> None:
        said = [SyncState(Stream.ORDERS, one, SyncStatus.WAITING) for one in connection.order_ids]

        refused = sync_states_of(connection.adapter).write_sync_states(said)

        assert {ident for _, ident in refused} == connection.order_ids
        assert {error.code for error in refused.values()} == {"not_found"}

    @pytest.mark.parametrize("status", list(SyncStatus))
    def test_its_admin_shows_every_state(self, connection: Connection, status: SyncStatus) -> None:
        pytest.skip("it has no admin page of ours")

    def test_states_of_orders_that_do_not_exist_come_back_and_others_are_shown(
        self, connection: Connection
    ) -> None:
        pytest.skip("it has no admin page of ours")
