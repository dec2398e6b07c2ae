"""No address breaks a page: every page that can be read, with whatever stands in its query.

The pages come from the addresses that are routed, and the names that each asks for from the
page itself: one that is added tomorrow is tried as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from connector.lib import clock
from stores.models import Store
from sync.models import (
    Backfill,
    Posting,
    ReconcileDay,
    ReconcileDifference,
    ReconcileRun,
    TrackedOrder,
)
from tests.web import test_markup
from tests.web.factories import PostingFactory
from xero.models import Organisation

world = test_markup.world
HOSTILE = test_markup.HOSTILE
_EDGES = [
    "", "-1", "9" * 19, "9" * 5000, "²", "٣", "~", "~" + "9" * 30, "0001-01-01", "9999-12-31",
    "0000-00-00", "0001-01-01T00:00:00+14:00~1", "9999-12-31T23:59:59-12:00~1",
    "2026-11-30T00:00:00+00:00~1", "2026-W01-1", "a\0b", "\ufffe", "'", "x" * 5000,
]  # fmt: skip
values = st.sampled_from(_EDGES) | st.text(max_size=20) | st.datetimes().map(
    lambda moment: f"{moment.isoformat()}+00:00~1"
)  # fmt: skip


def patterns(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from patterns(one, route)
        elif isinstance(one, URLPattern):
            yield route


def address(route: str, places: dict[str, Any]) -> str | None:
    """The address of a route, None where it has a place that nothing is known for."""
    parts = []
    for part in f"/{route.removeprefix('^').removesuffix('$')}".split("/"):
        if not part.startswith("<"):
            parts.append(part)
            continue
        name = part.strip("<>").rpartition(":")[2]
        if name not in places:
            return None
        parts.append(str(places[name]))
    return "/".join(parts)


@pytest.fixture
def client(world: dict[str, Any], page: Client) -> Client:
    page.raise_request_exception = False
    return page


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that pages ask their query for."""
    names: set[str] = set()
    for method in ("get", "__getitem__", "getlist"):
        real = getattr(QueryDict, method)

        def spy(self: QueryDict, key: str, *rest: Any, real: Any = real, **more: Any) -> Any:
            names.add(key)
            return real(self, key, *rest, **more)

        monkeypatch.setattr(QueryDict, method, spy)
    return names


def places(world: dict[str, Any]) -> dict[str, Any]:
    return {
        "slug": "au", "pk": world["order"], "store_id": Store.objects.first().pk,
        "organisation_id": Organisation.objects.first().pk, "stream": "orders", "rest": "x",
        "number": 1, "token": "x", "path": "x",
    }  # fmt: skip


def pages(world: dict[str, Any]) -> list[str]:
    known = places(world)
    found = {address(route, known) for route in patterns(get_resolver())}
    summary = Posting.objects.filter(source_kind="summary").first()
    more = [f"/orders/summaries/{summary.pk}/"] if summary else []
    return sorted({one for one in found if one and not one.startswith("/static")} | set(more))


def pages_of_nothing() -> list[str]:
    """The addresses that name no row: those that an empty installation has."""
    found = {address(route, {}) for route in patterns(get_resolver())}
    return sorted(one for one in found if one and not one.startswith("/static"))


@pytest.fixture
def addresses(world: dict[str, Any]) -> list[str]:
    return pages(world)


@pytest.fixture
def summary(world: dict[str, Any]) -> Posting:
    """A posted summary, so that its page is tried too."""
    order = TrackedOrder.objects.get(pk=world["order"])
    return PostingFactory(order=order, source_kind="summary", purpose="summary")


@pytest.mark.stories
def test_no_value_at_the_edge_breaks_a_page(
    client: Client, world: dict[str, Any], summary: Posting, asked: set[str]
) -> None:
    good = {"store": "au", "day": "2026-11-20", "measure": "sale", "currency": "AUD"}
    everywhere: set[str] | None = None
    broken = []
    for one in sorted(pages(world), key=lambda found: found != "/set-up/file/"):
        asked.clear()
        client.get(f"{one}?{urlencode(good)}")
        names = set(asked) - (everywhere or set())
        everywhere = set(asked) if everywhere is None else everywhere
        for name in sorted(names):
            for value in _EDGES:
                at = f"{one}?{urlencode(good | {name: value})}"
                if client.get(at).status_code >= 500:
                    broken.append(at[:150])
    assert broken == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    query=st.dictionaries(
        st.sampled_from([
            "after", "before", "since", "until", "q", "state", "store", "reason", "select", "day",
            "organisation", "by", "found", "currency", "measure", "name", "next", "kind",
        ]),
        values, max_size=6,
    ),
    place=st.integers(min_value=0, max_value=10_000),
)  # fmt: skip
@example(query={"until": "9999-12-31"}, place=0)
def test_no_query_breaks_a_page(
    client: Client, addresses: list[str], query: dict[str, str], place: int
) -> None:
    for one in ("/orders/", "/reports/reconcile/day/", addresses[place % len(addresses)]):
        text = urlencode({k: v.encode("utf-8", "replace") for k, v in query.items()})
        assert client.get(f"{one}?{text}").status_code < 500, (one, query)


@pytest.mark.parametrize(
    "number", ["0", "9" * 18, "9" * 19, "9" * 30, "9" * 5000, "-1", "x", "%00"]
)
def test_no_number_in_an_address_breaks_a_page(
    client: Client, world: dict[str, Any], number: str
) -> None:
    wild = dict.fromkeys(places(world), number)
    broken = [
        one
        for route in patterns(get_resolver())
        if (one := address(route, wild)) and client.get(one).status_code >= 500
    ]
    assert broken == []


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "0000-01-01", "\0"])
@pytest.mark.parametrize("name", ["since", "until"])
def test_no_day_breaks_a_form(client: Client, world: dict[str, Any], name: str, day: str) -> None:
    days = {"since": "2026-11-01", "until": "2026-11-20"} | {name: day}
    Backfill.objects.all().delete()
    for one in ("/stores/au/backfill/", "/reports/reconcile/start/"):
        answer = client.post(one, days | {"store": "au", "act": "plan"})
        assert answer.status_code < 500, one


def test_the_pages_are_found(world: dict[str, Any]) -> None:
    assert len(pages(world)) > 40
    assert {"/orders/", "/reports/reconcile/day/", "/stores/au/", "/chart-of-accounts/"} <= {
        *pages(world)
    }
    assert ReconcileRun.objects.count() == 1
    assert ReconcileDifference.objects.count() == ReconcileDay.objects.count() == 1
    assert clock.now()
