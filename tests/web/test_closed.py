"""Every address asks for a log-in, but for those on this list."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.web.factories import UserFactory

# By name; what stands here was decided on.
OPEN = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_signup",  # closed by the adapter: says so
    "account_confirm_email",
    "account_email_verification_sent",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_login_code",
    "healthz",
    "dashboard:first-run",  # leads away as soon as somebody has an account
}


def _views(patterns: list, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _views(pattern.url_patterns, route, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}", route


def _address(route: str) -> str:
    route = route.replace("^", "").replace("$", "").replace("\\Z", "")
    for placeholder in ("<int:pk>", "<int:organisation_id>", "<int:posting_id>"):
        route = route.replace(placeholder, "1")
    route = route.replace("<slug:slug>", "au")
    return f"/{route}"


CLOSED = sorted(
    (name, _address(route))
    for name, route in _views(get_resolver().url_patterns)
    if name not in OPEN and "(?P" not in route
)


def test_the_list_of_open_pages_names_only_pages_that_exist() -> None:
    assert {name for name, _ in _views(get_resolver().url_patterns)} >= OPEN


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize(("name", "address"), CLOSED)
def test_a_visitor_who_is_not_logged_in_is_turned_away(
    name: str, address: str, method: str
) -> None:
    UserFactory()
    assert "<" not in address, "say in _address what this argument is"

    response = getattr(Client(), method)(address)

    if response.status_code == 302:
        assert response["Location"].startswith(("/accounts/login/", "/accounts/")), name
    else:
        assert response.status_code in (403, 405), name
        assert b"<table" not in response.content


@pytest.mark.django_db
def test_pages_lead_to_the_log_in_and_back() -> None:
    UserFactory()

    response = Client().get("/orders/?state=held")

    assert response["Location"] == "/accounts/login/?next=/orders/%3Fstate%3Dheld"


@pytest.mark.django_db
def test_a_page_is_not_kept_by_the_browser(page: Client) -> None:
    assert "no-store" in page.get("/orders/")["Cache-Control"]
