"""Diagnostics: looked at by a button and kept; each line leads to where it is mended."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from connector.doctor import shops
from connector.lib import clock
from connector.models import Examination
from stores import registry
from stores.canonical.records import StoreFacts
from stores.models import Store
from tests.web.factories import MappingFactory, StoreFactory, UserFactory
from xero.models import Account


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A shop and a Xero that answer; who was asked."""
    seen: list[Any] = []

    def probe(self: Any) -> StoreFacts:
        seen.append("shop")
        return StoreFacts(name="Shop", version="2.4.7", currency="AUD", timezone="UTC")

    monkeypatch.setattr(registry.adapter_class("magento"), "probe", probe)
    monkeypatch.setattr("xero.login.identity.connections", lambda token: [seen.append("xero")])
    return seen


def test_a_store_that_is_off_with_an_account_that_xero_has_not_is_to_be_fixed_at_its_field(
    page: Client, asked: list[Any]
) -> None:
    store = StoreFactory(slug="au", enabled=False)
    MappingFactory(store=store, document={"accounts": {"sales": "999"}})
    assert "Nothing was looked at yet." in page.get("/diagnostics/").text

    for address in ("/diagnostics/", "/stores/au/diagnostics/"):
        answer = page.post(address)
        assert (answer.status_code, answer["Location"]) == (302, address)
        html = page.get(address).text
        assert "must be fixed." in html
        assert "Nothing must be fixed." not in html
        assert 'href="/mapping/au/accounts/#accounts.sales"' in html
        assert "is switched off; Shop answers 2.4.7" in html
    assert asked.count("shop") == 2


def test_a_look_asks_and_a_page_does_not(page: Client, store: Store, asked: list[Any]) -> None:
    page.get("/diagnostics/")
    assert asked == []
    page.post("/diagnostics/")
    assert sorted(asked) == ["shop", "xero"]
    page.get("/diagnostics/")
    assert sorted(asked) == ["shop", "xero"]
    assert not Account.objects.exists()


def test_who_presses_while_it_is_looked_at_asks_nobody(
    page: Client, store: Store, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = []
    real = shops.AskedShops

    def meanwhile(*args: Any) -> Any:
        inner.append(page.post("/stores/au/diagnostics/", follow=True).text)
        return real(*args)

    monkeypatch.setattr("connector.doctor.examine.AskedShops", meanwhile)
    page.post("/stores/au/diagnostics/")
    assert len(inner) == 1
    assert "It is being looked at already" in inner[0]
    row = Examination.objects.get()
    assert (row.is_claimed, row.asked_by.username, bool(row.findings)) == (False, "ana", True)


def test_what_breaks_frees_the_look_and_keeps_what_was_found_before(
    page: Client, store: Store, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    Examination.objects.create(about="au", findings=[], ended_at=clock.now())
    monkeypatch.setattr("connector.doctor.examine.mappings", lambda stores: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        page.post("/stores/au/diagnostics/")
    row = Examination.objects.get()
    assert (row.is_claimed, row.ended_at is not None) == (False, True)


def test_a_viewer_reads_and_does_not_look(store: Store, asked: list[Any]) -> None:
    viewer = Client()
    viewer.force_login(UserFactory(username="vic", is_superuser=False))
    assert "Look at" not in viewer.get("/stores/au/diagnostics/").text
    assert viewer.post("/stores/au/diagnostics/").status_code == 403
    assert asked == []
