"""From an empty database to a shop that posts by itself, in a browser and nowhere else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, expect

from connector.lib import doorbell
from sandbox.xero import StandIn
from stores.models import Store
from sync.dispatch import freshness
from sync.models import Posting, TrackedOrder
from tests.e2e.conftest import Surfer
from tests.e2e.set_up import ORDERS, ORGANISATION, SHOPS, Person, Typist, Worker

pytestmark = pytest.mark.e2e
Begin = Callable[..., Person]


@pytest.fixture
def begin(
    browser: Browser, transactional_db: None, live_server: Any, settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Begin]:  # fmt: skip
    """A person at an empty installation, with a shop of a platform and a Xero."""
    freshness._seen.clear()
    monkeypatch.setattr(doorbell, "ring", lambda *args, **_: None)
    with ExitStack() as stack:
        xero = stack.enter_context(StandIn(auto_consent=True))
        xero.config(auto_tenant=ORGANISATION)
        settings.XERO_LOGIN_URL = settings.XERO_IDENTITY_URL = settings.XERO_API_URL = xero.url
        settings.PUBLIC_URL = live_server.url
        settings.ALLOW_PRIVATE_HOSTS = settings.SANDBOX = True
        surfer = Surfer(browser, live_server.url)
        stack.callback(surfer.close)

        def start(platform: str, hands: type[Person] = Person, **options: Any) -> Person:
            shop = stack.enter_context(SHOPS[platform]())
            page = surfer.open(log_in=False, **options)
            return hands(page, live_server.url, shop, platform, xero, Worker())

        yield start
        assert surfer.complaints == []


def walk(person: Person) -> str:
    """All the way to the draft; the number of its order."""
    person.register()
    person.connect_xero()
    person.add_shop()
    person.configure()
    assert not Posting.objects.exists()
    assert person.invoices() == []
    return person.validate()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("platform", SHOPS)
def test_from_an_empty_database_to_a_shop_that_posts_by_itself(
    begin: Begin, platform: str, scripts: bool
) -> None:
    person = begin(platform, java_script_enabled=scripts)

    number = walk(person)

    (draft,) = person.invoices()
    assert draft["Status"] == "DRAFT"
    assert draft["InvoiceNumber"].endswith(number)
    assert not Store.objects.get().enabled

    person.launch()

    assert Store.objects.get().enabled
    invoices = person.invoices()
    assert len(invoices) > ORDERS // 4
    numbers = [one["InvoiceNumber"] for one in invoices]
    assert len(set(numbers)) == len(numbers)
    drafts = [one for one in invoices if one["Status"] == "DRAFT"]
    assert [one["InvoiceNumber"] for one in drafts] == [draft["InvoiceNumber"]]


def test_the_keyboard_alone_is_enough(begin: Begin) -> None:
    """The same with Tab, Enter, space and what is typed."""
    person = begin("magento", Typist)

    number = walk(person)
    person.launch()

    assert Store.objects.get().enabled
    (draft,) = [one for one in person.invoices() if one["Status"] == "DRAFT"]
    assert draft["InvoiceNumber"].endswith(number)


def test_who_is_logged_out_on_the_way_finds_the_step_again(begin: Begin) -> None:
    person = begin("cscart")
    person.register()
    person.connect_xero()
    person.add_shop()
    person.press("Go on: Configure and map")
    Session.objects.all().delete()

    person.press("Read the last orders")
    expect(person.page.locator("h1")).to_have_text("Log in")
    person.log_in()

    expect(person.page.locator("main")).to_contain_text("was not carried out")
    assert not TrackedOrder.objects.exists()
    person.page.goto(f"{person.address}/set-up/")
    expect(person.page.locator(".stepper .current")).to_contain_text("Configure and map")
    assert not Posting.objects.exists()
