"""What an adapter may be able to do beyond `stores.adapter.StoreAdapter`, so that less is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

from stores.adapter import CompletesRecords, Introduction, StoreAdapter
from stores.canonical.product import Category, StockTarget
from stores.canonical.records import RecordRef, Stream
from stores.profile import Coverage


@runtime_checkable
class TellsByRows(CompletesRecords, Protocol):
    """An adapter whose lists tell by a row whether it is worth to complete the record again."""

    def told(self, stream: Stream, record: Mapping[str, Any]) -> str:
        """What a row tells of a record; equal for the row and for the whole record, as long as
        nothing of that changed."""
        ...

    def settled(self, stream: Stream, record: Mapping[str, Any]) -> bool:
        """Whether nothing is expected to change any more that its row does not show."""
        ...


@runtime_checkable
class KnowsItsShop(Protocol):
    """An adapter that reads one shop otherwise than another of its platform."""

    def recall(self, findings: Mapping[str, str]) -> None:
        """What a probe found of the shop (`StoreFacts.findings`), before anything is read."""
        ...

    def covers(self, stream: Stream) -> Coverage:
        """What the list of a stream of this shop tells of changes."""
        ...


def coverage_of(adapter: StoreAdapter, stream: Stream) -> Coverage:
    """What the list of a stream tells of changes: in this shop, or on its platform."""
    if isinstance(adapter, KnowsItsShop):
        return adapter.covers(stream)
    return adapter.profile.covers(stream)


@runtime_checkable
class TakesIntroductions(Protocol):
    """An adapter whose shops call by themselves once they know where."""

    def introduce(self, callback: str, app: str, store: str, *, reach: bool) -> Introduction:
        """Tell the shop the address of our hooks (`callback`), of our pages (`app`) and what the
        store is called here; `reach`: it tries the first one now."""
        ...


@runtime_checkable
class ReadsStockByIds(Protocol):
    """An adapter of shops in which several products may bear one SKU."""

    def fetch_stock(self, target: StockTarget) -> dict[str, Any]:
        """The record of its stock: by ids as far as they are given, else by the SKU; refused as
        `set_stock` refuses."""
        ...


def fetch_stock(adapter: StoreAdapter, target: StockTarget) -> dict[str, Any]:
    """The record of one product's stock."""
    if isinstance(adapter, ReadsStockByIds):
        return adapter.fetch_stock(target)
    return adapter.fetch(RecordRef(Stream.STOCK, target.sku))


@runtime_checkable
class NamesCategories(Protocol):
    """An adapter whose products tell their categories by ids only."""

    def categories(self) -> list[Category]:
        """All categories of the shop."""
        ...
