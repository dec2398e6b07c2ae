"""What is written to shops is said twice, by profile and methods, and both must agree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pytest_django import Settings

from connector.lib.errors import Misconfigured, Rejected
from stores import registry
from stores.adapters.magento.adapter import MagentoAdapter
from stores.canonical.product import StockTarget
from stores.profile import Written
from stores.writing import (
    CAPABILITIES,
    customers_of,
    disagreements,
    notes_of,
    statuses_of,
    stock_of,
    sync_states_of,
)
from tests.stores.toy.adapter import BOXES, ToyAdapter

HERE = "tests.stores.test_writing"


class CountsMarbles(ToyAdapter):
    """It sets stock, and nothing else."""

    profile: Any = replace(ToyAdapter.profile, writes=frozenset({Written.STOCK}))

    def set_stock(self, target: StockTarget, quantity: Decimal) -> None:
        BOXES[target.sku] = [{"at": target.location_id, "count": quantity}]


class Boasts(ToyAdapter):
    profile: Any = replace(ToyAdapter.profile, writes=frozenset({Written.NOTES}))


class Hides(CountsMarbles):
    profile: Any = replace(ToyAdapter.profile, writes=frozenset())


@pytest.fixture(autouse=True)
def paths(settings: Settings) -> Iterator[None]:
    names = {"counts": "CountsMarbles", "boasts": "Boasts", "hides": "Hides"}
    settings.STORE_ADAPTERS = {one: f"{HERE}.{name}" for one, name in names.items()}
    registry._load.cache_clear()
    yield
    registry._load.cache_clear()


def test_every_kind_of_writing_is_a_capability() -> None:
    assert set(CAPABILITIES) == set(Written)
    assert list(disagreements(MagentoAdapter)) == []
    assert MagentoAdapter.profile.writes == Written.usual() == set(Written) - {Written.SYNC_STATES}


def test_an_adapter_that_agrees_with_its_profile_is_loaded() -> None:
    assert registry.adapter_class("counts").__name__ == "CountsMarbles"


@pytest.mark.parametrize(
    ("platform", "said"),
    [
        ("boasts", "its profile says that it writes order notes, and it does not"),
        ("hides", "it writes stock, and its profile does not say so"),
    ],
)
def test_an_adapter_that_does_not_is_refused(platform: str, said: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        registry.adapter_class(platform)

    assert said in str(refused.value)


def test_what_a_platform_lacks_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BOXES, "u", [])
    adapter = CountsMarbles(None, None, url="u")
    monkeypatch.setitem(BOXES, "MUG", [])

    stock_of(adapter).set_stock(StockTarget("MUG", location_id="shelf-2"), Decimal(3))

    assert BOXES["MUG"] == [{"at": "shelf-2", "count": 3}]
    for ask, what in (
        (statuses_of, "order statuses"), (notes_of, "order notes"), (customers_of, "customers"),
        (sync_states_of, "sync states"),
    ):  # fmt: skip
        with pytest.raises(Rejected) as refused:
            ask(adapter)
        assert str(refused.value) == f"Toy shop has no {what} to write to."
        assert refused.value.code == "not_able"
