"""What every store adapter must do, as one suite.

A subclass gives a `connection` fixture; pytest then runs everything here against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError, dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from connector.lib.errors import Rejected
from stores.adapter import (
    CompletesRecords,
    Interval,
    StoreAdapter,
    WebhookCall,
    WebhookRefused,
    completed,
)
from stores.canonical.order import Order
from stores.canonical.records import By, ParseError, ParseFacts, RecordRef, StoreFacts, Stream
from stores.canonical.sync_state import SyncState, SyncStatus
from stores.profile import Coverage, Written
from stores.writing import STATES_AT_ONCE, WritesSyncStates, disagreements, sync_states_of
from tests.stores.magento.magento_records import charged

FACTS = ParseFacts(base_currency="GBP")
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
# What a probe may tell of a shop beside what each must.
TOLD = (
    "version", "currency", "timezone", "tax_classes", "tax_rates", "currencies",
    "customer_groups", "shipping_methods", "return_actions", "store_views", "websites",
)  # fmt: skip


@dataclass(frozen=True)
class Connection:
    """An adapter that is connected to a shop of at least three orders.

    `order_ids` are all of its orders; `total_field` is the path of an order's grand total in
    the adapter's records; `sign` gives the headers of a genuine call with a body. `lacks` are
    those of `TOLD` that the shop has no way to tell. `shown` is what the shop's admin shows of
    its orders, by their ids, where it is told of them.
    """

    adapter: StoreAdapter
    order_ids: frozenset[str]
    total_field: tuple[str, ...]
    sign: Callable[[str, bytes, datetime], dict[str, str]]
    body: bytes
    refs: tuple[RecordRef, ...]
    lacks: frozenset[str] = frozenset()
    shown: Callable[[], dict[str, SyncState]] = dict


class AdapterContract:
    """Subclass it, give it a `connection`, and let pytest collect it."""

    @pytest.fixture
    def connection(self) -> Iterator[Connection]:
        raise NotImplementedError

    # --- what it is -----------------------------------------------------------------------

    def test_it_is_a_store_adapter(self, connection: Connection) -> None:
        adapter = connection.adapter

        assert isinstance(adapter, StoreAdapter)
        assert adapter.profile.kind.isidentifier()
        assert adapter.profile.label
        assert Stream.ORDERS in adapter.profile.streams

    def test_its_credentials_say_what_is_missing(self, connection: Connection) -> None:
        with pytest.raises(ValidationError) as refused:
            connection.adapter.Credentials()

        text = str(refused.value)
        assert any(name in text for name in connection.adapter.Credentials.model_fields)

    def test_its_secrets_do_not_show(self, connection: Connection) -> None:
        fields = connection.adapter.Credentials.model_fields.values()

        assert any(SecretStr in getattr(f.annotation, "__args__", (f.annotation,)) for f in fields)

    def test_a_probe_says_what_the_shop_is(self, connection: Connection) -> None:
        facts = connection.adapter.probe()

        assert isinstance(facts, StoreFacts)
        assert facts.name
        assert len(facts.currency) in (0, 3)  # no shop is made to guess it
        assert facts.statuses
        assert facts.payment_methods
        assert facts.warnings == ()

    def test_a_probe_tells_all_that_the_platform_can(self, connection: Connection) -> None:
        facts = connection.adapter.probe()

        assert {name for name in TOLD if not getattr(facts, name)} == connection.lacks
        for tax in facts.tax_rates:
            assert tax.name
            assert Decimal(tax.rate) >= 0
            assert len(tax.country) in (0, 2)

    # --- reading --------------------------------------------------------------------------

    def test_every_order_is_read(self, connection: Connection) -> None:
        refs = [ref for ref, _ in orders_of(connection)]

        assert {ref.id for ref in refs} == connection.order_ids
        blind = covers(connection).blind_to
        assert all(ref.stream is Stream.ORDERS and ref.number for ref in refs)
        assert all(ref.version for ref in refs) or blind

    def test_what_its_lists_do_not_show_is_looked_for(self, connection: Connection) -> None:
        for stream, coverage in connection.adapter.profile.coverage.items():
            assert stream in connection.adapter.profile.streams
            assert coverage.by is By.CHANGED or coverage.blind_to, "it shows no changes"
            assert bool(coverage.blind_to) == bool(coverage.recheck)
            assert coverage.every > timedelta(0)
            assert coverage.horizon is None or coverage.horizon > coverage.recheck

    def test_a_list_by_ids_goes_on_behind_each_of_its_marks(self, connection: Connection) -> None:
        if covers(connection).by is not By.ID:
            pytest.skip("read by moments")
        pages = list(connection.adapter.pages(Stream.ORDERS, usual(connection)))

        for number, page in enumerate(pages, start=1):
            rest = connection.adapter.pages(Stream.ORDERS, Interval(by=By.ID, after=page.mark))
            assert [one.records for one in rest] == [one.records for one in pages[number:]]

    def test_positions_are_aware_and_never_go_back(self, connection: Connection) -> None:
        positions = [
            page.position
            for page in connection.adapter.pages(Stream.ORDERS, usual(connection))
            if page.position
        ]

        assert positions
        assert positions == sorted(positions)
        assert all(position.utcoffset() == timedelta(0) for position in positions)

    def test_reading_on_from_the_end_includes_the_end(self, connection: Connection) -> None:
        last = max(at for _, at in orders_of(connection))

        again = orders_of(connection, timed(connection, position=last, overlap=timedelta(0)))

        assert {ref.id for ref, _ in again} == {
            ref.id for ref, at in orders_of(connection) if at == last
        }

    def test_the_overlap_is_read_again(self, connection: Connection) -> None:
        first = min(at for _, at in orders_of(connection))

        again = orders_of(
            connection,
            timed(connection, position=first + timedelta(hours=1), overlap=timedelta(hours=1)),
        )

        assert {ref.id for ref, _ in again} == connection.order_ids

    def test_until_is_included_and_what_is_later_is_not(self, connection: Connection) -> None:
        first = min(at for _, at in orders_of(connection))

        upto = orders_of(connection, timed(connection, until=first))
        before = orders_of(connection, timed(connection, until=first - timedelta(seconds=1)))

        assert {at for _, at in upto} == {first}
        assert before == []

    def test_orders_are_read_by_when_they_were_placed(self, connection: Connection) -> None:
        whole = placed_orders(connection)
        days = sorted({at for _, at in whole})
        first = Interval(position=days[0], overlap=timedelta(0), until=days[0], by=By.PLACED)

        assert {ref.id for ref, _ in whole} == connection.order_ids
        assert {at for _, at in placed_orders(connection, first)} == {days[0]}
        assert connection.adapter.count(Stream.ORDERS, first) in (
            len(placed_orders(connection, first)), None,
        )  # fmt: skip

    def test_reading_goes_on_after_a_mark(self, connection: Connection) -> None:
        pages = list(connection.adapter.pages(Stream.ORDERS, Interval(by=By.PLACED)))

        assert placed_orders(connection, Interval(by=By.PLACED, after=pages[-1].mark)) == []

    def test_numbers_are_exact(self, connection: Connection) -> None:
        for page in connection.adapter.pages(Stream.ORDERS, usual(connection)):
            assert not any(isinstance(value, float) for value in leaves(list(page.records)))

    def test_an_order_fetched_alone_is_the_order_of_the_page(self, connection: Connection) -> None:
        record = order_records(connection)[0]
        ref = connection.adapter.identify(Stream.ORDERS, record)

        (alone,) = whole(connection, [connection.adapter.fetch(ref)])

        assert read(connection, alone) == read(connection, record)

    def test_orders_asked_for_together_are_those_of_the_pages(self, connection: Connection) -> None:
        adapter = connection.adapter
        wanted = [*sorted(connection.order_ids), "99999999"]

        together = adapter.fetch_many(Stream.ORDERS, wanted)

        found = [adapter.identify(Stream.ORDERS, one).id for one in together]
        assert sorted(found) == sorted(connection.order_ids)
        pages = {order.id: order for order in read_all(connection, order_records(connection))}
        read_together = read_all(connection, whole(connection, together))
        assert {order.id: order for order in read_together} == pages
        assert adapter.fetch_many(Stream.ORDERS, ["99999999"]) == []

    def test_an_order_is_found_by_the_number_that_customers_see(
        self, connection: Connection
    ) -> None:
        wanted = read(connection, order_records(connection)[0])

        found = read_all(connection, whole(connection, connection.adapter.numbered(wanted.number)))

        assert wanted in found
        assert {order.number for order in found} == {wanted.number}
        assert connection.adapter.numbered("no such order") == []

    def test_a_completed_record_is_the_same_object_and_stays_as_it_is(
        self, connection: Connection
    ) -> None:
        adapter = connection.adapter
        if not isinstance(adapter, CompletesRecords):
            pytest.skip("its lists tell all")
        for page in adapter.pages(Stream.ORDERS, usual(connection)):
            for record in page.records:
                once = adapter.complete(Stream.ORDERS, record)
                row, ref = (adapter.identify(Stream.ORDERS, one) for one in (record, once))
                # A row need not say when the record changed.
                assert row in (ref, replace(ref, version=""))
                assert adapter.complete(Stream.ORDERS, record) == once
                assert adapter.complete(Stream.ORDERS, once) == once

    # --- understanding --------------------------------------------------------------------

    def test_what_was_charged_sums_to_the_total(self, connection: Connection) -> None:
        for record in order_records(connection):
            order = read(connection, record)
            assert charged(order) == order.total
            assert sum(payment.amount for payment in order.payments) == (order.received or 0)

    def test_an_order_is_frozen_with_aware_moments(self, connection: Connection) -> None:
        order = read(connection, order_records(connection)[0])

        assert order.placed_at.tzinfo is not None
        assert order.updated_at.tzinfo is not None
        with pytest.raises(FrozenInstanceError):
            order.total = Decimal(0)  # type: ignore[misc]

    @pytest.mark.parametrize("bad", ["N/A", "", None, "12,50", Decimal("NaN")])
    def test_a_bad_total_is_refused_by_its_path(self, connection: Connection, bad: object) -> None:
        record = order_records(connection)[0]
        broken = replaced(record, connection.total_field, bad)

        with pytest.raises(ParseError) as refused:
            read(connection, broken)

        assert refused.value.field == ".".join(connection.total_field)
        ref = connection.adapter.identify(Stream.ORDERS, broken)
        assert ref == connection.adapter.identify(Stream.ORDERS, record)

    @pytest.mark.parametrize("stream", list(Stream))
    def test_an_empty_record_is_refused(self, connection: Connection, stream: Stream) -> None:
        if stream not in connection.adapter.profile.streams:
            pytest.skip(f"{connection.adapter.profile.label} has no {stream}")

        with pytest.raises(ParseError):
            connection.adapter.parse(stream, {}, FACTS)
        with pytest.raises(ParseError):
            connection.adapter.identify(stream, {})

    def test_scrubbing_changes_nothing_that_is_read(self, connection: Connection) -> None:
        for record in order_records(connection):
            cleaned = connection.adapter.scrub(record)
            assert read(connection, cleaned) == read(connection, record)
            assert connection.adapter.scrub(cleaned) == cleaned

    def test_an_export_is_split_into_the_same_records(self, connection: Connection) -> None:
        records = order_records(connection)

        assert connection.adapter.documents_of(records) == records
        assert connection.adapter.documents_of(records[0]) == [records[0]]
        with pytest.raises(ParseError):
            connection.adapter.documents_of({"message": "nothing here"})

    def test_it_writes_what_its_profile_says(self, connection: Connection) -> None:
        assert list(disagreements(type(connection.adapter))) == []

    # --- writing back ----------------------------------------------------------------------

    def test_an_order_stands_as_its_record_says(self, connection: Connection) -> None:
        for record in order_records(connection):
            order = read(connection, record)
            condition = connection.adapter.order_condition(order.id)
            assert (condition.status, condition.state) == (order.status, order.state)
            assert isinstance(condition.comments, tuple)

    def test_of_an_order_that_does_not_exist_it_says_so(self, connection: Connection) -> None:
        with pytest.raises(Rejected) as refused:
            connection.adapter.order_condition("987654321")

        assert refused.value.code == "not_found"

    def test_its_admin_shows_how_orders_stand_and_the_last_word_holds(
        self, connection: Connection
    ) -> None:
        shop, ids = showing(connection), sorted(connection.order_ids)
        waiting = [SyncState(Stream.ORDERS, one, SyncStatus.WAITING) for one in ids]
        link = "https://go.example.com/?InvoiceID=8a1f&x=ä"
        said = [
            replace(waiting[0], state=SyncStatus.IN_XERO, number="S1-<7>", link=link),
            replace(waiting[1], state=SyncStatus.HELD, reason="No account: \"Größe\" & 'more'."),
        ]

        assert not shop.write_sync_states(waiting)
        for _ in range(2):
            assert not shop.write_sync_states(said)
            assert connection.shown() == {one.id: one for one in [*waiting, *said]}

    @pytest.mark.parametrize("status", list(SyncStatus))
    def test_its_admin_shows_every_state(self, connection: Connection, status: SyncStatus) -> None:
        shop, order = showing(connection), min(connection.order_ids)
        link = "https://go.example.com/".ljust(500, "L")
        said = SyncState(Stream.ORDERS, order, status, "N" * 64, link, "R" * 500)

        assert not shop.write_sync_states([said])
        assert connection.shown()[order] == said

    def test_states_of_orders_that_do_not_exist_come_back_and_others_are_shown(
        self, connection: Connection
    ) -> None:
        shop, order = showing(connection), min(connection.order_ids)
        ids = [order, *(str(987650000 + n) for n in range(STATES_AT_ONCE - 1))]
        said = [SyncState(Stream.ORDERS, one, SyncStatus.WAITING) for one in ids]

        refused = shop.write_sync_states(said)

        assert {one for _, one in refused} == set(ids[1:])
        assert {error.code for error in refused.values()} == {"not_found"}
        assert set(connection.shown()) == {order}

    # --- calls from the shop --------------------------------------------------------------

    def test_a_genuine_call_says_what_to_fetch(self, connection: Connection) -> None:
        reply = connection.adapter.webhook(call(connection))

        assert reply.refs == connection.refs
        assert 200 <= reply.status < 300

    def test_a_call_by_another_method_is_not_announced(self, connection: Connection) -> None:
        assert "POST" in connection.adapter.profile.hooks.methods
        assert set(connection.adapter.profile.hooks.methods) <= {"GET", "POST"}

    def test_only_a_call_that_comes_twice_has_the_same_digest(self, connection: Connection) -> None:
        headers = connection.adapter.profile.hooks.signed_headers
        genuine = call(connection)
        again = replace(genuine, received_at=NOW + timedelta(seconds=9))
        later = connection.sign("hush", connection.body, NOW + timedelta(seconds=1))

        assert again.digest(headers) == genuine.digest(headers)
        assert replace(genuine, body=b"{}").digest(headers) != genuine.digest(headers)
        assert replace(genuine, headers=later).digest(headers) != genuine.digest(headers)

    @pytest.mark.parametrize(
        "change", ["body", "secret", "headers", "empty_secret", "late", "early"]
    )
    def test_any_other_call_is_refused(self, connection: Connection, change: str) -> None:
        genuine = call(connection)
        forged = {
            "body": replace(genuine, body=genuine.body + b" "),
            "secret": replace(genuine, secret="other"),
            "headers": replace(genuine, headers={}),
            "empty_secret": replace(genuine, secret=""),
            "late": replace(genuine, received_at=NOW + timedelta(minutes=6)),
            "early": replace(genuine, received_at=NOW - timedelta(minutes=6)),
        }[change]

        with pytest.raises(WebhookRefused) as refused:
            connection.adapter.webhook(forged)

        assert refused.value.status == 401


def call(connection: Connection, secret: str = "hush") -> WebhookCall:
    """A genuine call."""
    headers = connection.sign(secret, connection.body, NOW)
    return WebhookCall(body=connection.body, headers=headers, secret=secret, received_at=NOW)


def read(connection: Connection, record: dict[str, Any]) -> Order:
    """A record as an order."""
    order = connection.adapter.parse(Stream.ORDERS, record, FACTS)
    assert isinstance(order, Order)
    return order


def read_all(connection: Connection, records: list[dict[str, Any]]) -> list[Order]:
    return [read(connection, record) for record in records]


def showing(connection: Connection) -> WritesSyncStates:
    """The adapter of a shop that shows how its orders stand in Xero."""
    if Written.SYNC_STATES not in connection.adapter.profile.writes:
        pytest.skip("its admin does not show it")
    return sync_states_of(connection.adapter)


def covers(connection: Connection) -> Coverage:
    """What the list of orders tells of changes."""
    return connection.adapter.profile.covers(Stream.ORDERS)


def usual(connection: Connection) -> Interval:
    """The beginning of the orders, as they are read day by day."""
    return Interval(by=covers(connection).by)


def timed(connection: Connection, **bounds: Any) -> Interval:
    """A part of the orders by moments: of their changes, or where those do not show, of their
    placing."""
    by = By.CHANGED if covers(connection).by is By.CHANGED else By.PLACED
    return Interval(by=by, **bounds)


def whole(connection: Connection, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records of orders with all that belongs to them."""
    return completed(connection.adapter, Stream.ORDERS, records)


def order_records(connection: Connection) -> list[dict[str, Any]]:
    """All order records of the shop."""
    pages = connection.adapter.pages(Stream.ORDERS, usual(connection))
    return whole(connection, [record for page in pages for record in page.records])


def orders_of(
    connection: Connection, since: Interval | None = None
) -> list[tuple[RecordRef, datetime]]:
    """What is read from a cursor on: each order and when it changed, or was placed where changes
    do not show."""
    orders = _read_from(connection, since or usual(connection))
    changed = covers(connection).by is By.CHANGED
    return [(ref, order.updated_at if changed else order.placed_at) for ref, order in orders]


def _read_from(connection: Connection, since: Interval) -> list[tuple[RecordRef, Order]]:
    adapter = connection.adapter
    return [
        (adapter.identify(Stream.ORDERS, record), read(connection, record))
        for page in adapter.pages(Stream.ORDERS, since)
        for record in whole(connection, list(page.records))
    ]


def placed_orders(
    connection: Connection, since: Interval | None = None
) -> list[tuple[RecordRef, datetime]]:
    """As `orders_of`, by and with the moment of placing."""
    orders = _read_from(connection, since or Interval(by=By.PLACED))
    return [(ref, order.placed_at) for ref, order in orders]


def replaced(record: dict[str, Any], path: tuple[str, ...], value: object) -> dict[str, Any]:
    """A copy of a record with one value changed."""
    key, *rest = path
    inner = value if not rest else replaced(record[key], tuple(rest), value)
    return record | {key: inner}


def leaves(value: Any) -> Iterator[Any]:
    """Every scalar inside JSON."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        yield value
        return
    for inner in value:
        yield from leaves(inner)
