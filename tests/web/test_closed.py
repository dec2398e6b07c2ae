"""Every address asks for a log-in and for a right, but for those that are named open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

from connector.lib import rights
from connector.pages.closed import ENTRANCES, OWN_ACCOUNT, closed
from connector.serving.machines import MACHINES
from stores.models import Store
from sync.models import Backfill, ReconcileRun, ShopWrite, TrackedOrder
from tests.web.factories import (
    OrderFactory,
    PostingFactory,
    ShopWriteFactory,
    UserFactory,
    XeroAppFactory,
)
from xero.models import Organisation, XeroApp

View = tuple[str, str, Any]


def _views(patterns: list, prefix: str = "", space: str = "") -> Iterator[View]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _views(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}", route, pattern.callback


def _address(route: str) -> str:
    route = route.replace("^", "").replace("$", "").replace("\\Z", "")
    numbers = ("<int:pk>", "<int:organisation_id>", "<int:posting_id>", "<int:number>")
    for placeholder in numbers:
        route = route.replace(placeholder, "1")
    route = route.replace("<slug:slug>", "au").replace("<str:stream>", "orders")
    route = route.replace("<slug:what>", "sync")
    return f"/{route}"


def said(view: Any) -> rights.Right | None:
    """What a view itself asks for, before anything is asked for it."""
    found = rights.declared(view)
    return None if found is rights.NOTHING_SAID else found


ALL = list(_views(get_resolver().url_patterns))
OPEN = ENTRANCES | MACHINES
CLOSED = sorted((name, _address(route)) for name, route, _ in ALL if name not in OPEN)
OURS = sorted(
    (name, _address(route), said(view))
    for name, route, view in ALL
    if name not in OPEN | OWN_ACCOUNT
)


@pytest.fixture
def plain(db: None) -> Any:
    """Somebody with an account and no right of any kind."""
    return UserFactory(username="paul", is_superuser=False, is_staff=False)


@pytest.fixture
def visitor(plain: Any) -> Client:
    client = Client()
    client.force_login(plain)
    return client


@pytest.fixture
def world(store: Store) -> TrackedOrder:
    """One of everything that a page is about, each with the key 1 where the database allows."""
    XeroAppFactory()
    order = OrderFactory(pk=1, store=store)
    ShopWriteFactory(pk=1, order=order, posting=PostingFactory(pk=1, order=order), state="failed")
    Backfill.objects.create(pk=1, store=store, since="2026-01-01", until="2026-01-31")
    return order


def _state() -> list[Any]:
    """All that a click could change."""
    models = (Store, XeroApp, Organisation, TrackedOrder, Backfill, ReconcileRun, ShopWrite)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_the_lists_of_open_pages_name_only_pages_that_exist() -> None:
    assert {name for name, _, _ in ALL} >= OPEN | OWN_ACCOUNT


@pytest.mark.parametrize(("name", "address", "right"), OURS)
def test_every_view_says_what_it_asks_for(
    db: None, name: str, address: str, right: rights.Right | None
) -> None:
    assert right is not None, f"say with @right what {name} asks for"
    if right.change:
        app, codename = right.change.split(".")
        assert Permission.objects.filter(content_type__app_label=app, codename=codename).exists()


def test_no_address_is_opened_by_one_word_alone() -> None:
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    view.login_required = False  # type: ignore[attr-defined]

    with pytest.raises(ImproperlyConfigured, match="new-hook answers without a log-in"):
        closed([path("new/", view, name="new-hook")])


def test_a_view_that_says_nothing_answers_to_superusers_alone(
    rf: Any, ana: Any, plain: Any
) -> None:
    pattern = path("new/", lambda request: HttpResponse("done"), name="new")
    closed([pattern])

    for method in ("get", "post"):
        request = getattr(rf, method)("/new/")
        request.user = plain
        with pytest.raises(PermissionDenied):
            pattern.callback(request)
        request.user = ana
        assert pattern.callback(request).content == b"done"


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_visitor_who_is_not_logged_in_is_turned_away(method: str) -> None:
    UserFactory()
    for name, address in CLOSED:
        assert "<" not in address, "say in _address what this argument is"

        response = getattr(Client(), method)(address)

        if response.status_code == 302:
            assert response["Location"].startswith(("/accounts/login/", "/accounts/")), name
        else:
            assert response.status_code in (403, 405), name
            assert b"<table" not in response.content, name


# What is refused changes nothing, so that one world is enough for all addresses.


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_who_has_no_right_changes_nothing(
    visitor: Client, world: TrackedOrder, rung: list, method: str
) -> None:
    before = _state()
    for name, address, _ in OURS:
        response = getattr(visitor, method)(
            address, {"order": "1", "act": "start", "on": "1", "why": "x", "client_id": "mine"}
        )

        assert response.status_code == 403, name
        assert _state() == before, name
        assert rung == [], name


def test_who_has_no_right_may_look_and_is_offered_no_button_and_shown_no_secret(
    visitor: Client, world: TrackedOrder, store: Store
) -> None:
    store.rotate_trigger()
    for name, address, right in OURS:
        response = visitor.get(address)

        if right.reading:
            # a page; where there is none, a way to one
            assert response.status_code in (200, 302, 404, 405), name
            assert response.content or response.status_code == 302, name
        else:
            assert response.status_code == 403, name
        text = response.text
        assert 'method="post"' not in text, name
        assert 'form="act"' not in text, name
        assert 'href="/xero/connect/' not in text, name
        assert store.trigger_token not in text, name


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_superuser_is_refused_nothing(
    page: Client, world: TrackedOrder, rung: list, method: str
) -> None:
    for name, address, _ in OURS:
        if name in ("dashboard:store-test", "xero:disconnect"):
            continue  # asks a shop, or Xero: refused nothing in the tests of its own
        undone = transaction.savepoint()
        status = getattr(page, method)(address).status_code
        assert status in (200, 302, 400, 404, 405, 422), name
        transaction.savepoint_rollback(undone)


def test_the_app_at_xero_is_not_replaced_without_the_right(
    visitor: Client, world: TrackedOrder
) -> None:
    form = {
        "mode": "code", "client_id": "F" * 32, "client_secret": "stolen",
        "daily_call_limit": "1000",
    }  # fmt: skip

    response = visitor.post("/xero/", form)

    assert response.status_code == 403
    assert "Your account may not open this page or do this." in response.text
    app = XeroApp.objects.get()
    assert (app.client_id, app.client_secret) == (
        "0123456789ABCDEF0123456789ABCDEF", "the-secret-that-no-page-shows",
    )  # fmt: skip


def test_a_store_is_not_switched_off_without_the_right(
    visitor: Client, plain: Any, store: Store
) -> None:
    assert visitor.post("/stores/au/switch/", {"on": "0"}).status_code == 403
    store.refresh_from_db()
    assert store.enabled

    plain.user_permissions.add(Permission.objects.get(codename="change_store"))

    assert visitor.post("/stores/au/switch/", {"on": "0"}).status_code == 302
    store.refresh_from_db()
    assert not store.enabled
    # the one right is not the other
    assert visitor.post("/orders/sync/", {"order": "1"}).status_code == 403


def test_an_own_account_is_everybodys_own(visitor: Client) -> None:
    for name, address in CLOSED:
        if name in OWN_ACCOUNT:
            assert visitor.get(address).status_code != 403, name


@pytest.mark.parametrize(
    ("address", "sent", "came_from", "back"),
    [
        ("/orders/sync/", {"next": "/orders/?state=held", "order": "1"}, "", "/orders/?state=held"),
        ("/stores/au/switch/", {}, "http://testserver/stores/au/?x=1", "/stores/au/?x=1"),
        ("/stores/au/switch/", {}, "https://evil.example.com/", "/"),
        ("/stores/au/switch/", {"next": "//evil.example.com/"}, "", "/"),
        ("/xero/", {"client_id": "x"}, "", "/"),
    ],
)
def test_a_click_after_the_log_in_ended_is_told_and_not_carried_out(
    store: Store, ana: Any, address: str, sent: dict[str, str], came_from: str, back: str
) -> None:
    client = Client(headers={"Referer": came_from} if came_from else None)

    away = client.post(address, sent)
    assert away.status_code == 302
    client.force_login(ana)
    landed = client.get(away["Location"], follow=True)

    # the log-in leads on for whoever is logged in
    assert landed.redirect_chain[-1] == (back, 302)
    assert landed.status_code == 200
    assert "what you clicked was not carried out" in landed.text
    store.refresh_from_db()
    assert store.enabled


@pytest.mark.django_db
def test_a_part_of_a_page_sends_the_whole_page_to_the_log_in() -> None:
    UserFactory()

    response = Client().get("/orders/?state=held", headers={"HX-Request": "true"})

    assert response["HX-Redirect"] == "/accounts/login/?next=/orders/%3Fstate%3Dheld"
    assert response.status_code == 200


def test_what_is_no_page_says_so(page: Client) -> None:
    response = page.get("/orders/sync/")

    assert response.status_code == 405
    assert response["Allow"] == "POST"
    assert "It is no page to open" in response.text


@pytest.mark.django_db
def test_pages_lead_to_the_log_in_and_back() -> None:
    UserFactory()

    response = Client().get("/orders/?state=held")

    assert response["Location"] == "/accounts/login/?next=/orders/%3Fstate%3Dheld"


@pytest.mark.django_db
def test_a_page_is_not_kept_by_the_browser(page: Client) -> None:
    assert "no-store" in page.get("/orders/")["Cache-Control"]
