"""The log-in, the first administrator, and the way out."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from connector.pages.first_run import AdministratorForm
from tests.web.factories import PASSWORD, UserFactory

User = get_user_model()
NEW = {"username": "ana", "password1": PASSWORD, "password2": PASSWORD}


@pytest.mark.django_db
def test_a_user_made_by_createsuperuser_logs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", username="ana", email="ana@example.com")
    client = Client()

    response = client.post("/accounts/login/", {"login": "ana", "password": PASSWORD})

    assert response.status_code == 302
    assert response["Location"] == "/"
    assert client.get("/").status_code == 200


@pytest.mark.django_db
def test_a_wrong_password_says_what_to_check_and_logs_nobody_in() -> None:
    UserFactory(username="ana")
    client = Client()

    response = client.post("/accounts/login/", {"login": "ana", "password": "wrong"})

    assert "The user name and the password do not go together." in response.text
    assert "_auth_user_id" not in client.session


@pytest.mark.django_db
def test_the_log_in_needs_a_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)

    response = client.post("/accounts/login/", {"login": "ana", "password": PASSWORD})

    assert response.status_code == 403
    assert "The form is out of date" in response.text


@pytest.mark.django_db
def test_nobody_signs_up(page: Client) -> None:
    response = Client().get("/accounts/signup/")

    assert "Accounts are made by an administrator" in response.text


def test_logging_out_takes_a_click(page: Client) -> None:
    assert "Log out?" in page.get("/accounts/logout/").text
    assert page.get("/").status_code == 200

    page.post("/accounts/logout/")

    assert page.get("/").status_code == 302


def test_the_password_is_changed(page: Client, ana: Any) -> None:
    form = {
        "oldpassword": PASSWORD,
        "password1": "another long one",
        "password2": "another long one",
    }

    page.post("/accounts/password/change/", form)

    ana.refresh_from_db()
    assert ana.check_password("another long one")


@pytest.mark.django_db
def test_a_fresh_installation_leads_to_the_first_run_page() -> None:
    response = Client().get("/")

    assert response["Location"] == "/first-run/"
    assert "Create the first administrator" in Client().get("/first-run/").text
    assert "Create the first administrator" in Client().get("/accounts/login/").text


@pytest.mark.django_db
def test_the_first_administrator_is_made_and_logged_in() -> None:
    client = Client()

    response = client.post("/first-run/", NEW)

    assert response["Location"] == "/set-up/"
    assert User.objects.get().is_superuser
    steps = client.get("/set-up/", follow=True).text
    assert "http://localhost:8000/xero/callback/" in steps
    assert "http://localhost:8000/xero/webhook/" in steps
    assert "python manage.py config import shops.yaml" in client.get("/set-up/file/").text


@pytest.mark.django_db
def test_a_weak_password_is_refused() -> None:
    response = Client().post("/first-run/", NEW | {"password1": "ana", "password2": "ana"})

    assert "This password is too short" in response.text
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_first_run_page_is_gone_once_somebody_has_an_account() -> None:
    UserFactory(username="first")

    shown = Client().get("/first-run/")
    sent = Client().post("/first-run/", NEW)

    assert shown.status_code == sent.status_code == 302
    assert list(User.objects.values_list("username", flat=True)) == ["first"]


@pytest.mark.django_db
def test_of_two_people_at_the_same_time_only_one_becomes_the_first_administrator() -> None:
    # given: both forms were checked while nobody had an account
    one, two = AdministratorForm(NEW), AdministratorForm(NEW | {"username": "bob"})
    assert one.is_valid()
    assert two.is_valid()

    first, second = one.save_first(), two.save_first()

    assert first is not None
    assert second is None
    assert User.objects.count() == 1
