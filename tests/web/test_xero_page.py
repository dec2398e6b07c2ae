"""The connection to Xero: the app, the organisations, what is allowed and left."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.test import Client

from connector.configuration.installation.change import seen
from tests.web.factories import (
    DayCountFactory,
    OrganisationFactory,
    StoreFactory,
    UserFactory,
    XeroAppFactory,
)
from tests.web.subjects.forms import form_with
from xero.models import XeroApp

ENTERED = {
    "mode": "code",
    "client_id": "0123456789ABCDEF0123456789ABCDEF",
    "client_secret": "a-new-secret",
    "daily_call_limit": "1000",
    "live_reserve": "20",
}


def entered(**typed: str) -> dict[str, str]:
    """What a page that is opened now sends."""
    return ENTERED | {"seen": seen("xero")} | typed


def test_it_says_how_to_register_the_app(page: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "https://books.example.com"

    text = page.get("/xero/").text

    assert "Not set up: enter the app" in text
    assert '<code id="redirect-uri">https://books.example.com/xero/callback/</code>' in text
    assert '<code id="webhook-address">https://books.example.com/xero/webhook/</code>' in text
    assert "None is set yet" in text
    assert "developer.xero.com" in text
    assert "Xero does not accept names that contain “Xero”." in text
    assert "Connect to Xero</a>" not in text


def test_an_address_that_xero_refuses_is_said_beforehand(page: Client, settings: Any) -> None:
    settings.PUBLIC_URL = "http://10.0.0.5:8000"

    assert "Xero will not accept this address" in page.get("/xero/").text


def test_the_app_is_saved_and_its_secret_never_shown(page: Client) -> None:
    response = page.post("/xero/", entered(), follow=True)

    assert "Saved. Connect your organisation next." in response.text
    assert XeroApp.objects.get().client_secret == "a-new-secret"
    assert "a-new-secret" not in response.text
    assert 'href="/xero/connect/?next=/xero/"' in response.text


def test_an_empty_secret_keeps_the_stored_one(page: Client) -> None:
    XeroAppFactory()

    page.post("/xero/", entered(client_secret="", daily_call_limit="5000"))

    app = XeroApp.objects.get()
    assert (app.client_secret, app.daily_call_limit) == ("the-secret-that-no-page-shows", 5000)


def test_the_first_time_a_secret_is_needed(page: Client) -> None:
    response = page.post("/xero/", entered(client_secret=""))

    assert "Paste the client secret." in response.text
    assert not XeroApp.objects.exists()


def test_a_refused_form_does_not_repeat_the_secret(page: Client) -> None:
    response = page.post("/xero/", entered(client_id=""))

    assert "Paste the client ID" in response.text
    assert "a-new-secret" not in response.text


def test_of_two_people_the_second_is_told_and_loses_nothing(page: Client) -> None:
    XeroAppFactory()
    mine = form_with(page.get("/xero/").text, "seen")
    ben = Client()
    ben.force_login(UserFactory(username="ben"))
    ben.post("/xero/", form_with(ben.get("/xero/").text, "seen") | {"daily_call_limit": "5000"})

    # Another field is no conflict, and takes nothing back.
    assert page.post("/xero/", mine | {"live_reserve": "30"}).status_code == 302
    app = XeroApp.objects.get()
    assert (app.daily_call_limit, app.live_reserve) == (5000, 30)
    text = page.post("/xero/", mine | {"daily_call_limit": "2000"}).text
    assert "somebody else has changed the same" in text
    assert "<bdi>ben</bdi>" in text
    assert XeroApp.objects.get().daily_call_limit == 5000
    again = form_with(text, "seen")
    assert again["daily_call_limit"] == ["2000"]
    assert page.post("/xero/", again).status_code == 302
    assert XeroApp.objects.get().daily_call_limit == 2000
    for said in ("", "[", "[1]"):
        assert "Load it anew" in page.post("/xero/", entered(seen=said, live_reserve="1")).text


def test_an_organisation_is_shown_with_what_a_bookkeeper_asks(page: Client) -> None:
    organisation = OrganisationFactory(
        period_lock_date=date(2026, 6, 30), is_demo_company=True, name="Demo Company (AU)"
    )
    StoreFactory(organisation=organisation, name="AU shop")
    DayCountFactory(organisation=organisation, calls=137)

    text = page.get("/xero/").text

    assert "Connected to Demo Company (AU)." in text
    assert organisation.tenant_id in text
    assert "30 June 2026" in text
    assert "137 used" in text
    assert "863 of 1,000 calls left today" in text
    assert "AU shop" in text
    assert f'action="/xero/disconnect/{organisation.pk}/"' in text
    for secret in ("access-token", "refresh-token", "the-secret", "shop-token"):
        assert secret not in text


def test_a_missing_right_says_what_is_off(page: Client) -> None:
    OrganisationFactory(token_set__scopes="offline_access accounting.invoices accounting.contacts")

    text = page.get("/xero/").text

    assert '<span class="state held">Off</span> Payments and refunds' in text
    assert "accounting.payments" in text
    assert '<span class="state posted">On</span> Contacts' in text


def test_a_lost_connection_offers_to_reconnect(page: Client) -> None:
    OrganisationFactory(connected=False, reason="Xero ended the connection. Reconnect to Xero.")

    text = page.get("/xero/").text

    assert "Xero ended the connection. Reconnect to Xero." in text
    assert "Reconnect to Xero</a>" in text
    assert "/xero/disconnect/" not in text


def test_nothing_opens_a_window_of_its_own(page: Client) -> None:
    OrganisationFactory()

    assert "target=" not in page.get("/xero/").text


def test_the_number_of_queries_is_constant(page: Client, django_assert_num_queries: Any) -> None:
    StoreFactory(organisation=OrganisationFactory())
    with django_assert_num_queries(9) as captured:
        page.get("/xero/")
    for n in range(4):
        StoreFactory(organisation=OrganisationFactory(), slug=f"more-{n}")
    with django_assert_num_queries(len(captured)):
        page.get("/xero/")
