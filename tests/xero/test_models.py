"""What the rows know of themselves."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from xero.models import Organisation, TokenSet, XeroApp


@pytest.fixture
def organisation(db: None) -> Organisation:
    tokens = TokenSet.objects.create(app=XeroApp.objects.create(client_id="an app"))
    return Organisation.objects.create(
        tenant_id="t", name="Shop Ltd", short_code="!NLglS", token_set=tokens, connected=True
    )


@pytest.mark.parametrize(
    ("method", "page"),
    [
        ("invoice_link", "/AccountsReceivable/View.aspx?InvoiceID=an id/1"),
        ("credit_note_link", "/AccountsReceivable/ViewCreditNote.aspx?creditNoteID=an id/1"),
        ("contact_link", "/Contacts/View/an id/1"),
    ],
)
def test_deep_links_name_the_organisation_and_are_encoded(
    organisation: Organisation, method: str, page: str
) -> None:
    link = getattr(organisation, method)("an id/1")

    assert link.startswith("https://go.xero.com/organisationlogin/default.aspx?shortcode=%21NLglS&")
    (redirect,) = parse_qs(urlsplit(link).query)["redirecturl"]
    assert redirect.replace("%20", " ") == page
    assert " " not in link


def test_an_invoice_link_is_as_xero_documents_it(organisation: Organisation) -> None:
    assert organisation.invoice_link("4acd-01") == (
        "https://go.xero.com/organisationlogin/default.aspx?shortcode=%21NLglS"
        "&redirecturl=%2FAccountsReceivable%2FView.aspx%3FInvoiceID%3D4acd-01"
    )


def test_in_a_sandbox_links_lead_to_the_stand_in(
    organisation: Organisation, settings: Settings
) -> None:
    settings.SANDBOX, settings.XERO_LOGIN_URL = True, "http://127.0.0.1:9090"

    assert organisation.contact_link("4acd-01") == (
        "http://127.0.0.1:9090/organisationlogin/default.aspx?shortcode=%21NLglS"
        "&redirecturl=%2FContacts%2FView%2F4acd-01"
    )


def test_the_old_broad_scope_covers_its_parts(organisation: Organisation) -> None:
    TokenSet.objects.update(scopes="accounting.transactions accounting.contacts")
    organisation.refresh_from_db()

    assert organisation.can("accounting.invoices")
    assert organisation.can("accounting.payments")
    assert not organisation.can("accounting.settings")
    assert list(organisation.missing_scopes()) == ["accounting.settings"]


def test_without_tokens_nothing_can_be_done(organisation: Organisation) -> None:
    organisation.token_set = None

    assert not organisation.can("accounting.invoices")
    assert organisation.unavailable_reason() == "Not connected to Xero. Connect it again."


def test_a_dead_login_is_the_reason(organisation: Organisation) -> None:
    TokenSet.objects.update(state=TokenSet.State.RECONNECT, reason="Reconnect, please.")
    organisation.refresh_from_db()

    assert organisation.unavailable_reason() == "Reconnect, please."


def test_a_disconnect_does_not_overwrite_a_reconnect_in_between(
    organisation: Organisation,
) -> None:
    Organisation.objects.update(connection_id="of the new log-in")
    organisation.mark_disconnected("the old one ended")

    organisation.refresh_from_db()
    assert organisation.connected


@pytest.mark.parametrize(
    ("limit", "percent", "reserved"), [(1000, 20, 200), (5000, 20, 1000), (1, 20, 1), (1000, 0, 0)]
)
def test_the_live_reserve_is_rounded_up(limit: int, percent: int, reserved: int) -> None:
    app = XeroApp(daily_call_limit=limit, live_reserve=percent)

    assert app.reserved_calls == reserved
