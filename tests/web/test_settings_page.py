"""The settings of the installation: checked as a file is, told by whom, and given back by one."""

from __future__ import annotations

import html
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from connector.configuration.exporting import exported
from connector.configuration.importing import import_configuration
from connector.configuration.installation.change import seen
from connector.configuration.reading import FileRefused
from connector.models import InstallationChange
from docs.meanings import MEANINGS
from sync.models import Preferences
from sync.retries import policy
from tests.web.factories import UserFactory, XeroAppFactory
from tests.web.subjects.forms import form_with
from xero.models import XeroApp

pytestmark = pytest.mark.django_db
TOKEN = "slack://token-that-no-page-shows"


def typed(page: Client, **changes: Any) -> Any:
    form = form_with(page.get("/settings/").text, "seen")
    return page.post("/settings/", form | {k.replace("__", "."): v for k, v in changes.items()})


def alerts(*rows: dict[str, str]) -> dict[str, str]:
    empty = {"kept": "", "email": "", "url": "", "severity": "error"}
    given = {"alerts-TOTAL_FORMS": str(len(rows))}
    for number, row in enumerate(rows):
        given |= {f"alerts-{number}-{key}": value for key, value in (empty | row).items()}
    return given


def lines() -> list[str]:
    return [line for row in InstallationChange.objects.order_by("pk") for line in row.changes]


def test_every_key_of_the_installation_stands_on_a_page(page: Client) -> None:
    XeroAppFactory()
    Preferences.objects.create(alerts=[{"email": "a@example.com", "severity": "error"}])
    shown = page.get("/settings/").text + page.get("/xero/").text
    names = {
        "alerts[].": "alerts-0-", "logging.": "logging.", "retries.": "retries.", "xero.": "",
    }  # fmt: skip
    left = [
        key
        for key in MEANINGS
        for prefix, name in names.items()
        if key.startswith(prefix) and f'name="{key.replace(prefix, name)}"' not in shown
    ]
    # A secret that the program makes itself.
    assert set(left) <= {"xero.webhook_key"}


def test_what_is_saved_holds_at_once_and_stands_in_the_file(page: Client, ana: Any) -> None:
    answer = typed(page, retries__attempts="3", retries__base="5s", logging__retention_days="7")

    assert answer.status_code == 302
    assert (policy().attempts, policy().base) == (3, 5)
    text = exported()
    assert "attempts: 3" in text
    assert "retention_days: 7" in text
    row = InstallationChange.objects.get()
    assert (row.author, row.origin) == (ana, "pages")
    assert row.changes == [
        "logging.retention_days: 30 → 7", "retries.attempts: 12 → 3", "retries.base: 30s → 5s",
    ]  # fmt: skip
    assert "retries.attempts: 12 → 3" in page.get("/settings/").text
    typed(page)
    assert InstallationChange.objects.count() == 1


BAD = [
    ("retries", "attempts", "0"), ("retries", "attempts", "many"), ("retries", "base", "soon"),
    ("retries", "cap", ""), ("logging", "retention_days", "1000001"),
    ("logging", "retention_days", "-1"), ("retries", "cap", "6h\x07"),
]  # fmt: skip


def test_what_a_file_is_refused_for_stands_beside_its_field(page: Client) -> None:
    for section, key, value in BAD:
        place = f"{section}.{key}"
        with pytest.raises(FileRefused) as refused:
            import_configuration(f"version: 1\n{section}: {{{key}: {value!r}}}\n", lookup={}.get)
        message = refused.value.lines[0].removeprefix(f"{place}: ")

        text = typed(page, **{place: value}).text

        field = text[text.index(f'name="{place}"') :].partition('<div class="field">')[0]
        assert 'class="field-error"' in field, place
        assert message in html.unescape(field) or not value.isprintable(), place
    assert (policy().attempts, lines()) == (12, [])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"email": "nobody"}, "must be an e-mail address"),
        ({"url": "slack"}, "must be an apprise address"),
        ({"email": "a@example.com", "url": TOKEN}, "needs either"),
        ({"email": "a@example.com", "severity": "loud"}, "loud is not one of"),
        ({"kept": "ALERT_9_URL"}, "is not stored any more"),
    ],
)
def test_an_alert_that_reaches_nobody_is_refused(
    page: Client, row: dict[str, str], said: str
) -> None:
    text = typed(page, **alerts(row)).text

    assert said in text
    assert Preferences.load().alerts == []


def test_the_address_of_an_alert_is_kept_and_never_shown(page: Client) -> None:
    typed(page, **alerts({"email": "a@example.com"}, {"url": TOKEN, "severity": "info"}))
    page_now = page.get("/settings/").text
    assert "token-that" not in page_now
    assert "token-that" not in "".join(lines())
    kept = form_with(page_now, "seen")
    assert kept["alerts-1-kept"] == ["ALERT_2_URL"]

    # The first is removed, the second louder: its address goes with it.
    typed(page, **alerts({"kept": "ALERT_2_URL", "severity": "warning"}))
    (alert,) = Preferences.load().alerts
    assert (alert["url"], alert["severity"]) == (TOKEN, "warning")
    typed(page, **alerts({"kept": "ALERT_2_URL", "url": "json://x.example.com/${A}"}))
    assert Preferences.load().alerts[0]["url"] == "json://x.example.com/${A}"
    assert "alerts[0].url: changed" in lines()
    typed(page, **alerts({"kept": "ALERT_2_URL", "email": "b@example.com"}))
    assert Preferences.load().alerts == [{"email": "b@example.com", "severity": "error"}]


def test_of_two_people_the_second_is_told_and_loses_nothing(page: Client, ana: Any) -> None:
    form = form_with(page.get("/settings/").text, "seen")
    ben = Client()
    ben.force_login(UserFactory(username="ben"))
    typed(ben, retries__attempts="5", **alerts({"url": TOKEN}))

    mine = form | {"retries.attempts": "7", **alerts({"email": "a@example.com"})}
    text = page.post("/settings/", mine).text
    assert "somebody else has changed the same" in text
    assert "<bdi>ben</bdi>" in text
    assert "token-that" not in text
    again = form_with(text, "seen")
    assert (again["retries.attempts"], policy().attempts) == (["7"], 5)
    assert page.post("/settings/", again).status_code == 302
    assert policy().attempts == 7
    assert [one.get("email") for one in Preferences.load().alerts] == ["a@example.com"]
    # What the second left alone stays as the other made it.
    typed(ben, retries__cap="2h")
    assert page.post("/settings/", again | {"retries.base": "9s"}).status_code == 302
    assert (policy().base, policy().cap) == (9, 7200)
    for said in ("", "[", "[1]"):
        assert "Load it anew" in typed(page, seen=said, retries__base="1s").text


def test_who_may_only_look_changes_nothing(db: None) -> None:
    viewer = UserFactory(username="vic", is_superuser=False, is_staff=False)
    client = Client()
    client.force_login(viewer)
    assert 'bare" disabled' in client.get("/settings/").text
    assert client.post("/settings/", {"retries.attempts": "1"}).status_code == 403
    viewer.user_permissions.add(Permission.objects.get(codename="change_preferences"))
    assert "Save the settings" in client.get("/settings/").text


def test_the_limits_of_xero_are_checked_as_in_a_file_and_told(page: Client, ana: Any) -> None:
    XeroAppFactory()
    form = {
        "mode": "code", "client_id": "F" * 32, "client_secret": "", "daily_call_limit": "1000001",
        "live_reserve": "30", "seen": seen("xero"),
    }  # fmt: skip
    assert "whole number from 1 to 1000000" in page.post("/xero/", form).text
    assert XeroApp.objects.get().live_reserve == 20

    assert page.post("/xero/", form | {"daily_call_limit": "5000"}).status_code == 302
    assert InstallationChange.objects.get().author == ana
    assert lines() == [
        "xero.client_id: changed", "xero.daily_call_limit: 1000 → 5000",
        "xero.live_reserve: 20% → 30%",
    ]  # fmt: skip
    assert XeroApp.objects.get().client_secret == "the-secret-that-no-page-shows"


def test_a_file_is_told_of_too_and_a_dry_run_is_not() -> None:
    text = "version: 1\nretries: {attempts: 4}\n"
    import_configuration(text, lookup={}.get, dry_run=True)
    assert lines() == []
    import_configuration(text, lookup={}.get)
    assert (InstallationChange.objects.get().origin, lines()) == (
        "file", ["retries.attempts: 12 → 4"],
    )  # fmt: skip
