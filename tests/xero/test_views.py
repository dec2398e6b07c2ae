"""The way to Xero's log-in and back, as a browser goes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from celery.exceptions import NotRegistered
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client
from pytest_django import Settings

from sandbox.xero import CUSTOM_ID, CUSTOM_SECRET, StandIn
from xero.models import Organisation, TokenSet, XeroApp

pytestmark = pytest.mark.urls("tests.xero.urls")


@pytest.fixture
def browser(client: Client, db: None) -> Client:
    user = User.objects.create_user("ana", password="a password")
    user.user_permissions.add(Permission.objects.get(codename="change_organisation"))
    client.force_login(user)
    return client


@pytest.fixture(autouse=True)
def ring() -> Iterator[mock.Mock]:
    """The doorbell; the tasks behind it are not of these tests."""
    with mock.patch("xero.views.doorbell.ring") as bell:
        yield bell


def words(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def there_and_back(browser: Client) -> str:
    """Log in at Xero; the address it sends the browser back to."""
    to_xero = browser.get("/xero/connect/")
    assert to_xero.status_code == 302
    from_xero = requests.get(to_xero.headers["Location"], allow_redirects=False, timeout=5)
    back = urlsplit(from_xero.headers["Location"])
    return f"{back.path}?{back.query}"


def test_a_person_connects_in_two_redirects(browser: Client, app: XeroApp, xero: StandIn) -> None:
    answer = browser.get(there_and_back(browser))

    assert (answer.status_code, answer.headers["Location"], answer.content) == (302, "/", b"")
    assert words(answer) == ["Demo Company (AU) is connected."]
    assert Organisation.objects.get().connected


def test_xero_is_asked_with_our_address_our_scopes_and_a_state(
    browser: Client, app: XeroApp, xero: StandIn, settings: Settings
) -> None:
    settings.PUBLIC_URL = "https://books.example.com"
    location = browser.get("/xero/connect/").headers["Location"]

    query = parse_qs(urlsplit(location).query)
    assert location.startswith(f"{xero.url}/identity/connect/authorize?")
    assert query["redirect_uri"] == ["https://books.example.com/xero/callback/"]
    assert query["scope"] == [
        "offline_access accounting.invoices accounting.payments accounting.contacts"
        " accounting.settings accounting.banktransactions"
    ]
    assert len(query["state"][0]) >= 20
    assert "client_secret" not in query


def test_another_sessions_answer_is_refused(browser: Client, app: XeroApp, xero: StandIn) -> None:
    back = there_and_back(browser)
    browser.get("/xero/connect/")  # a new log-in: the state of the first is void

    answer = browser.get(back)

    assert answer.status_code == 302
    assert words(answer) == ["This log-in did not start here, or was already used. Connect again."]
    assert Organisation.objects.count() == 0


def test_an_answer_works_once(browser: Client, app: XeroApp, xero: StandIn) -> None:
    back = there_and_back(browser)
    browser.get(back)
    answer = browser.get(back)

    assert answer.status_code == 302
    assert "already used" in words(answer)[-1]


@pytest.mark.parametrize("query", ["", "?code=abc", "?code=abc&state=", "?state=x"])
def test_without_a_login_under_way_nothing_is_finished(browser: Client, query: str) -> None:
    answer = browser.get(f"/xero/callback/{query}")

    assert answer.status_code == 302
    assert TokenSet.objects.count() == 0


def test_a_refusal_at_xero_is_told_in_plain_words(
    browser: Client, app: XeroApp, xero: StandIn
) -> None:
    location = browser.get("/xero/connect/").headers["Location"]
    state = parse_qs(urlsplit(location).query)["state"][0]

    answer = browser.get(f"/xero/callback/?error=access_denied&state={state}")

    assert answer.status_code == 302
    assert words(answer) == ["The connection was not allowed at Xero. Nothing has changed."]


def test_a_failure_is_told_with_what_to_do(browser: Client, app: XeroApp, xero: StandIn) -> None:
    back = there_and_back(browser)
    XeroApp.objects.update(client_secret="changed")

    answer = browser.get(back)

    assert answer.status_code == 302
    assert words(answer) == [
        "Xero does not accept the app: invalid_client."
        " Check client id, client secret, mode and scopes of the Xero app."
    ]


def test_without_an_app_the_person_learns_what_is_missing(browser: Client) -> None:
    answer = browser.get("/xero/connect/")

    assert answer.status_code == 302
    assert "No Xero app is entered yet." in words(answer)[0]


def test_missing_rights_are_named(
    browser: Client, app: XeroApp, xero: StandIn, settings: Settings
) -> None:
    settings.XERO_SCOPES = ["offline_access", "accounting.invoices", "accounting.contacts"]
    answer = browser.get(there_and_back(browser))

    assert words(answer)[1] == (
        "Demo Company (AU): Xero gave no right for payments and refunds, accounts, tax rates"
        " and tracking options, overpayments and bank transactions."
    )


def test_a_new_connection_rings_for_its_reference_data(
    browser: Client, app: XeroApp, xero: StandIn, ring: mock.Mock
) -> None:
    browser.get(there_and_back(browser))

    ring.assert_called_once_with("xero.refresh_reference", Organisation.objects.get().pk)


def test_where_no_such_task_exists_the_connection_is_made_all_the_same(
    browser: Client, app: XeroApp, xero: StandIn, ring: mock.Mock
) -> None:
    ring.side_effect = NotRegistered("xero.refresh_reference")
    browser.get(there_and_back(browser))

    assert Organisation.objects.get().connected


def test_a_custom_connection_is_made_without_leaving(
    browser: Client, xero: StandIn, db: None
) -> None:
    XeroApp.objects.create(
        mode=XeroApp.Mode.CUSTOM, client_id=CUSTOM_ID, client_secret=CUSTOM_SECRET
    )
    answer = browser.get("/xero/connect/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert Organisation.objects.get().connected


def test_disconnect_is_a_post_that_keeps_the_row(
    browser: Client, organisation: Organisation
) -> None:
    address = f"/xero/disconnect/{organisation.pk}/"
    assert browser.get(address).status_code == 405
    answer = browser.post(address, {"next": "/accounts/"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/")
    organisation.refresh_from_db()
    assert not organisation.connected


@pytest.mark.parametrize("elsewhere", ["https://evil.example.com/", "//evil.example.com", "x:y"])
def test_the_way_back_stays_here(
    browser: Client, organisation: Organisation, elsewhere: str
) -> None:
    answer = browser.post(f"/xero/disconnect/{organisation.pk}/", {"next": elsewhere})

    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", "/xero/connect/"), ("get", "/xero/callback/"), ("post", "/xero/disconnect/1/")],
)
def test_only_people_who_may_change_the_connection_get_in(
    client: Client, db: None, method: str, path: str
) -> None:
    viewer = User.objects.create_user("viewer")
    answer = getattr(client, method)(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")

    client.force_login(viewer)
    assert getattr(client, method)(path).status_code == 403
