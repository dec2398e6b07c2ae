"""Reading a Magento shop that goes on selling: nothing is missed, nothing runs for ever."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import responses
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.lib.errors import Misconfigured, Temporary
from connector.lib.outgoing import http
from stores.adapter import Interval
from stores.adapters.magento.adapter import MagentoAdapter
from stores.adapters.magento.reading import pages as reading
from stores.canonical.records import By, Stream
from tests.stores.magento.magento_records import Json, invoice, order
from tests.stores.magento.recorded_magento import STORE, URL, RecordedShop

START = datetime(2026, 11, 1, tzinfo=UTC)


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def placed(number: int, at: datetime, *, changed: datetime | None = None) -> Json:
    """An order placed at a moment, and changed then, or later."""
    return order(
        entity_id=number, increment_id=f"{number:09}", created_at=stamp(at),
        updated_at=stamp(changed or at),
    )  # fmt: skip


@pytest.fixture
def shop() -> Iterator[RecordedShop]:
    """250 orders, all changed within the same second."""
    shop = RecordedShop(STORE | {"orders": [placed(n, START) for n in range(1, 251)]})
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        shop.install(mock)
        yield shop


@pytest.fixture
def adapter() -> MagentoAdapter:
    credentials = MagentoAdapter.Credentials(bearer="t")
    return MagentoAdapter(credentials, http.session(), url=URL)


def seen(adapter: MagentoAdapter, since: Interval | None = None) -> Counter[tuple[int, str]]:
    """How often each version of each order was read."""
    return Counter(
        (record["order"]["entity_id"], record["order"]["updated_at"])
        for page in adapter.pages(Stream.ORDERS, since or Interval())
        for record in page.records
    )


def test_more_orders_in_one_second_than_fit_a_page(
    shop: RecordedShop, adapter: MagentoAdapter
) -> None:
    pages = list(adapter.pages(Stream.ORDERS, Interval()))

    assert [len(page.records) for page in pages] == [100, 100, 50]
    assert {page.total for page in pages} == {250}
    assert {page.position for page in pages} == {START}
    assert shop.called("orders") == 3


def test_orders_that_change_between_pages_are_not_skipped(
    shop: RecordedShop, adapter: MagentoAdapter
) -> None:
    """Each search finds that an order of the first page has moved to the end."""
    changes = iter(range(1, 4))

    def change(path: str) -> None:
        if (number := next(changes, None)) is not None:
            later = START + timedelta(minutes=number)
            shop.lists["orders"][number - 1] = placed(number, later)

    shop.before = change
    versions = seen(adapter)

    assert {number for number, _ in versions} == set(range(1, 251))
    assert versions[(3, stamp(START + timedelta(minutes=3)))] == 1
    assert max(versions.values()) == 1


def test_orders_placed_between_pages_are_read_too(
    shop: RecordedShop, adapter: MagentoAdapter
) -> None:
    numbers = iter(range(251, 254))

    def place(path: str) -> None:
        if (number := next(numbers, None)) is not None:
            shop.lists["orders"].append(placed(number, START))

    shop.before = place

    assert {number for number, _ in seen(adapter)} == set(range(1, 254))


def test_reading_starts_an_overlap_before_the_position(
    shop: RecordedShop, adapter: MagentoAdapter
) -> None:
    shop.lists["orders"] = [placed(n, START + timedelta(minutes=n)) for n in range(1, 11)]
    at_ten = START + timedelta(minutes=10)

    versions = seen(adapter, Interval(position=at_ten, overlap=timedelta(minutes=5)))

    assert {number for number, _ in versions} == {5, 6, 7, 8, 9, 10}


def test_a_position_in_another_zone_is_asked_for_in_utc(
    shop: RecordedShop, adapter: MagentoAdapter
) -> None:
    position = (START + timedelta(hours=1)).astimezone(ZoneInfo("Australia/Sydney"))

    assert seen(adapter, Interval(position=position, overlap=timedelta(hours=1))).total() == 250
    assert seen(adapter, Interval(position=position, overlap=timedelta(minutes=59))).total() == 0


def test_no_changes_is_no_page(shop: RecordedShop, adapter: MagentoAdapter) -> None:
    """Magento answers `items: null` there, an empty list elsewhere."""
    shop.lists["orders"] = []

    assert list(adapter.pages(Stream.ORDERS, Interval())) == []


def test_a_page_larger_than_asked_for_is_taken_whole(
    shop: RecordedShop, adapter: MagentoAdapter
) -> None:
    shop.largest_page = 180

    pages = list(adapter.pages(Stream.ORDERS, Interval()))

    assert [len(page.records) for page in pages] == [100, 80, 70]
    assert shop.called("orders") == 2


def test_a_page_smaller_than_asked_for_is_not_the_end(
    shop: RecordedShop, adapter: MagentoAdapter
) -> None:
    shop.largest_page = 60

    assert seen(adapter).total() == 250
    assert shop.called("orders") == 5


def test_a_page_that_comes_again_is_an_error_and_not_the_end(
    shop: RecordedShop, adapter: MagentoAdapter
) -> None:
    shop.ignores_filters = True

    with pytest.raises(Misconfigured) as refused:
        seen(adapter)

    assert refused.value.code == "unexpected_answer"
    assert shop.called("orders") == 2


def test_a_last_page_that_is_repeated_is_the_end(
    shop: RecordedShop, adapter: MagentoAdapter
) -> None:
    shop.ignores_filters = True
    del shop.lists["orders"][100:]

    assert seen(adapter).total() == 100


def test_records_out_of_order_are_refused(adapter: MagentoAdapter) -> None:
    rows = [placed(2, START), placed(1, START)]
    with responses.RequestsMock() as mock:
        mock.get(f"{URL}/rest/all/V1/orders", json={"items": rows, "total_count": 2})

        with pytest.raises(Misconfigured, match="does not sort"):
            seen(adapter)


@pytest.mark.parametrize(
    "answer", [[], {"orders": []}, {"items": "none"}, {"items": [1]}, {"items": [{"name": "x"}]}]
)
def test_an_answer_that_is_no_list_is_refused(adapter: MagentoAdapter, answer: object) -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{URL}/rest/all/V1/orders", json=answer)

        with pytest.raises(Misconfigured) as refused:
            seen(adapter)

    assert refused.value.code == "unexpected_answer"


def test_more_documents_than_fit_a_page_are_all_found(
    shop: RecordedShop, adapter: MagentoAdapter
) -> None:
    paid = placed(1, START) | {"total_paid": 24}
    shop.lists["orders"] = [paid]
    shop.lists["invoices"] = [
        invoice(n, order_id=1, updated_at=stamp(START)) for n in range(1, 151)
    ]

    [page] = adapter.pages(Stream.ORDERS, Interval())

    assert len(page.records[0]["invoices"]) == 150


def test_one_record_without_a_time_stops_no_other(
    shop: RecordedShop, adapter: MagentoAdapter
) -> None:
    """It is handed on, and held by what it lacks."""
    rows = [placed(1, START), placed(2, START), placed(3, START + timedelta(hours=1))]
    rows[1]["updated_at"] = {"date": stamp(START)}
    with responses.RequestsMock() as mock:
        for path, found in (("orders", rows), ("invoices", []), ("shipments", [])):
            answer = {"items": found, "total_count": len(found)}
            mock.get(f"{URL}/rest/all/V1/{path}", json=answer)

        [page] = adapter.pages(Stream.ORDERS, Interval())

    assert [record["order"]["entity_id"] for record in page.records] == [1, 2, 3]
    assert page.position == START + timedelta(hours=1)


def test_a_list_with_gaps_comes_as_an_object_and_is_read(adapter: MagentoAdapter) -> None:
    with responses.RequestsMock() as mock:
        rows = {"0": placed(1, START), "2": placed(2, START)}
        mock.get(f"{URL}/rest/all/V1/orders", json={"items": rows, "total_count": 2})
        for path in ("invoices", "shipments"):
            mock.get(f"{URL}/rest/all/V1/{path}", json={"items": None, "total_count": 0})

        assert {number for number, _ in seen(adapter)} == {1, 2}


def test_a_list_that_counts_what_it_does_not_give_is_no_empty_one(adapter: MagentoAdapter) -> None:
    with responses.RequestsMock() as mock:
        mock.get(f"{URL}/rest/all/V1/orders", json={"items": None, "total_count": 7})

        with pytest.raises(Temporary, match="7 orders, and gives none"):
            seen(adapter)


class ChangingShop(RecordedShop):
    """Ahead of each search one thing happens: an order changes, or a new one comes."""

    def __init__(self, seconds: list[int], events: list[int]) -> None:
        orders = [placed(n, START + timedelta(seconds=at)) for n, at in enumerate(seconds, 1)]
        super().__init__(STORE | {"orders": orders})
        self.events = iter(events)
        self.before = self.happen

    def happen(self, path: str) -> None:
        event = next(self.events, None)
        rows = self.lists["orders"]
        if event is None:
            return
        later = START + timedelta(hours=1, seconds=len(rows))
        if event and rows:
            row = rows[event % len(rows)]
            row["updated_at"] = stamp(later)
        else:
            rows.append(placed(len(rows) + 1, later))


@settings(max_examples=25)
@given(
    seconds=st.lists(st.integers(0, 3), max_size=18),
    events=st.lists(st.integers(0, 40), max_size=12),
    breaks=st.lists(st.booleans(), max_size=12),
)
def test_by_placing_each_order_is_read_once_whatever_changes_and_breaks_off(
    seconds: list[int], events: list[int], breaks: list[bool]
) -> None:
    """Pages of three. Wherever reading breaks off, it goes on after the mark that it left."""
    shop = ChangingShop(seconds, events)
    adapter = MagentoAdapter(MagentoAdapter.Credentials(bearer="t"), http.session(), url=URL)
    until = START + timedelta(minutes=5)
    found: Counter[int] = Counter()
    mark, ended, stops = "", False, iter(breaks)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        shop.install(mock)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(reading, "PAGE_SIZE", 3)
            while not ended:
                since = Interval(START, timedelta(0), until, by=By.PLACED, after=mark)
                ended = True
                for page in adapter.pages(Stream.ORDERS, since):
                    found.update(record["order"]["entity_id"] for record in page.records)
                    mark = page.mark
                    if next(stops, False):
                        ended = False
                        break

    assert found == Counter(range(1, len(seconds) + 1))


def test_orders_are_counted_by_placing_in_one_call(
    shop: RecordedShop, adapter: MagentoAdapter
) -> None:
    late = START + timedelta(days=3)
    shop.lists["orders"].append(placed(251, late))
    shop.lists["orders"].append(placed(252, START, changed=late))

    assert adapter.count(Stream.ORDERS, Interval(START, timedelta(0), START, by=By.PLACED)) == 251
    assert shop.calls == ["orders"]
